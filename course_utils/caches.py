"""What a decoder keeps of the tokens that it has read: their keys and values, and no queries."""

import numpy as np

from course_utils.layers import as_float


class KeyValueCache:
    """Keys and values of the tokens read so far, with room for `longest` of them.

    A row of the first axis is a text, or a beam. Exact where a token's key and value never change
    once they are made: behind a causal mask. What was never to be looked at, padding, must stay
    hidden by a mask as long as it is kept.
    """

    def __init__(self, longest):
        if longest < 1:
            raise ValueError(f"longest must be at least 1, got {longest}: it counts the tokens")
        self.longest, self.length = longest, 0
        self._keys = self._values = None

    def extended(self, keys, values):
        """Keep keys (rows, ..., n, d_k) and values (rows, ..., n, d_v) of n more tokens.

        Returns those of all tokens, as views. Raises ValueError where the tokens or their axes do
        not fit to what is kept, or there is no room.
        """
        keys, values = as_float(keys), as_float(values)
        self._check(keys, values)
        if not self.length:
            self._keys, self._values = (self._room_for(array) for array in (keys, values))
        end = self.length + keys.shape[-2]
        self._keys[..., self.length : end, :] = keys
        self._values[..., self.length : end, :] = values
        self.length = end
        return self.keys, self.values

    @property
    def keys(self):
        """Return the keys that are kept (rows, ..., length, d_k), a view; None before any."""
        return None if self._keys is None else self._keys[..., : self.length, :]

    @property
    def values(self):
        """Return the values that are kept (rows, ..., length, d_v), a view; None before any."""
        return None if self._values is None else self._values[..., : self.length, :]

    def follow(self, parents):
        """Let row i go on with what row parents[i] has kept: beams that changed places.

        Raises IndexError for a parent that is no row. An empty cache has nothing to move.
        """
        if self.length:
            self._keys, self._values = self._keys[parents], self._values[parents]

    def forget(self):
        """Keep nothing: a new text begins."""
        self.length, self._keys, self._values = 0, None, None

    def nbytes(self):
        """Return the bytes of what is kept, without the room that is still free."""
        return sum(array.nbytes for array in (self.keys, self.values) if array is not None)

    def _room_for(self, array):
        return np.empty((*array.shape[:-2], self.longest, array.shape[-1]), array.dtype)

    def _check(self, keys, values):
        """Raise ValueError unless keys and values belong together and fit to what is kept."""
        if keys.ndim < 3 or keys.shape[:-1] != values.shape[:-1]:
            raise ValueError(
                f"keys and values must be (rows, …, tokens, width), alike but for the width, got "
                f"{keys.shape} and {values.shape}: one text is one row, array[None]"
            )
        for name, new, kept in (("keys", keys, self.keys), ("values", values, self.values)):
            wanted = None if kept is None else (*kept.shape[:-2], kept.shape[-1])
            if wanted not in (None, (*new.shape[:-2], new.shape[-1])):
                raise ValueError(
                    f"{name} must have the rows and the width of those that are kept, "
                    f"{kept.shape}, got {new.shape}: call forget() before other texts"
                )
        if self.length + keys.shape[-2] > self.longest:
            raise ValueError(
                f"a cache for {self.longest} tokens must not get more, got {self.length} and "
                f"{keys.shape[-2]} more: build it with a larger `longest`, or call forget()"
            )


class Room:
    """Room for an array that grows by one place at each step: not all of it is copied each time.

    What was given last grows where it lies, as a list of Python's does; any other array is copied:
    so it is at the beginning, and where beams have changed places.
    """

    def __init__(self):
        self._room = self._last = np.empty((0, 0))

    def longer(self, array):
        """Return the array (..., t, width) with one more place, which is not filled yet."""
        *lead, t, width = array.shape
        if array is not self._last or t == self._room.shape[-2]:
            self._room = np.empty((*lead, 2 * t + 16, width), array.dtype)
            self._room[..., :t, :] = array
        self._last = self._room[..., : t + 1, :]
        return self._last
