"""The Transformer: an encoder and a decoder of attention alone, with the interface of `Seq2Seq`.

Vaswani et al. (2017), with the norm before each layer where not asked otherwise.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from course_utils import storage
from course_utils.attention import Memory
from course_utils.caches import Room
from course_utils.decoding import beam_search, greedy_search
from course_utils.layers import Embedding, Layer, Linear, check_ids, nested
from course_utils.positions import score_of, sinusoids
from course_utils.recurrent import real_steps
from course_utils.seq2seq import check_rows
from course_utils.softmax import cross_entropy
from course_utils.transformer_blocks import (
    DecoderBlock,
    EncoderBlock,
    FeedForward,
    LayerNorm,
    Nothing,
    Residual,
    packed,
    unpacked,
)

__all__ = [
    "DecoderBlock",
    "EncoderBlock",
    "FeedForward",
    "LayerNorm",
    "Residual",
    "Transformer",
    "causal_mask",
]

POSITIONS = ("sinusoids", "learned", "rotary", "distance", "none")


def causal_mask(n):
    """Return (n, n), True where a place may look: at itself and at what stands before it."""
    return np.tri(n, dtype=bool)


@lru_cache(maxsize=16)
def _kept_sinusoids(n, size, dtype):
    """Return `sinusoids` in a dtype: a decoder needs a row of them at each step."""
    return sinusoids(n, size).astype(dtype)


class Stack(Layer):
    """Tokens in, vectors out: embedding, places, blocks one after another, a last norm.

    The last norm stands there only where each block's norm comes before its layers.
    positions : "sinusoids" and "learned" rows are added to the vectors, "rotary" and "distance"
    change the scores of self-attention; longest : rows of the learned table.
    """

    def __init__(
        self, block, tokens, model_size, layers, positions, longest, rng, dtype, **options
    ):
        options["score"] = score_of(positions, options["heads"])
        self.embedding = Embedding(tokens, model_size, rng, dtype)
        self.blocks = {
            str(i): block(model_size, **options, rng=rng, dtype=dtype) for i in range(layers)
        }
        self.norm = LayerNorm(model_size, dtype) if options["norm"] == "before" else Nothing()
        self.positions, self.model_size = positions, model_size
        parts = {"embedding": self.embedding, **self.blocks, "norm": self.norm}
        if positions == "learned":
            parts["places"] = Embedding(longest, model_size, rng, dtype)
        super().__init__(parts=parts)

    def embed(self, ids, places):
        """Return (√model_size · E[ids] + PE[places], cache) (Vaswani et al., 2017, 3.4).

        ids (...) and the places where they stand become vectors (..., model_size). Raises
        ValueError for a place that a learned table has no row for.
        """
        x, cache = self.embedding.forward(ids)
        x *= self.model_size**0.5
        if self.positions == "sinusoids":
            x += _kept_sinusoids(places.max() // 64 * 64 + 64, self.model_size, x.dtype)[places]
        if self.positions == "learned":
            rows = self.parts["places"].params["table"]
            _check_reach(places.max() + 1, len(rows))
            x += rows[places]
        return x, (cache, places)

    def forward(self, ids, real, *others):
        """Return (vectors (real places, model_size), cache): ids and real (batch, n).

        `others` go to each block, and `real` as its last.
        """
        x, tokens = self.embed(ids[real], np.nonzero(real)[1])
        caches = []
        for block in self.blocks.values():
            x, cache = block.forward(x, *others)
            caches.append(cache)
        x, last = self.norm.forward(x)
        return x, (tokens, caches, last)

    def backward(self, d_x, cache):
        """Return (d_memory, grads); d_memory is 0 for an encoder, whose blocks have none."""
        (tokens, places), caches, last = cache
        by_part, d_memory = {}, 0
        d_x, by_part["norm"] = self.norm.backward(d_x, last)
        for (name, block), block_cache in zip(
            reversed(self.blocks.items()), reversed(caches), strict=True
        ):
            d_x, *d_looked, by_part[name] = block.backward(d_x, block_cache)
            d_memory = sum(d_looked, start=d_memory)
        (by_part["embedding"],) = self.embedding.backward(d_x * self.model_size**0.5, tokens)
        if self.positions == "learned":
            (by_part["places"],) = self.parts["places"].backward(d_x, places)
        return d_memory, nested(**by_part)

    def step(self, ids, state, kept):
        """Return (vectors (batch, 1, model_size), weights) for one more symbol.

        state (batch, layers, 2, t + 1, model_size) has the keys and values of the symbols before
        ids (batch,); those of ids are written into its last place. `kept` has what each block keeps
        of the memory, and its mask.
        """
        x, _ = self.embed(ids[:, None], np.array(state.shape[-2] - 1))
        for i, block in enumerate(self.blocks.values()):
            x, weights = block.step(x, state[:, i], *kept[i])
        return self.norm(x), weights


class Trace(NamedTuple):
    """What `forward` leaves for `backward`."""

    encoder: tuple
    decoder: tuple
    readout: tuple
    d_logits: np.ndarray


class Transformer(Layer):
    """An encoder that looks at its source, a decoder that looks at both, each of `layers` blocks.

    Token ids and batches are as for `Seq2Seq`, and so is all that one does with the model. `heads`
    share model_size, `hidden_size` is the feed-forward layers' (2 · model_size where not given).
    norm : where each layer's norm stands, "before", "after" or "none"; residual : whether there
    is a way around each layer; positions : "sinusoids", "learned" (a row for each of `longest`
    places), "rotary" or "distance" (both in the scores of self-attention), or "none". Raises
    ValueError for settings that do not fit.
    """

    def __init__(
        self,
        source_size,
        target_size,
        model_size,
        heads=4,
        layers=2,
        hidden_size=None,
        norm="before",
        residual=True,
        positions="sinusoids",
        longest=64,
        rng=None,
        dtype=np.float32,
    ):
        _check_settings(layers, positions, model_size, heads)
        rng = np.random.default_rng(rng)
        hidden_size = 2 * model_size if hidden_size is None else hidden_size
        self.dtype = np.dtype(dtype)
        self.settings = {
            "source_size": source_size,
            "target_size": target_size,
            "model_size": model_size,
            "heads": heads,
            "layers": layers,
            "hidden_size": hidden_size,
            "norm": norm,
            "residual": residual,
            "positions": positions,
            "longest": longest,
        }
        shared = model_size, layers, positions, longest, rng, dtype
        options = {"heads": heads, "hidden_size": hidden_size, "norm": norm, "residual": residual}
        self.encoder = Stack(EncoderBlock, source_size, *shared, **options)
        self.decoder = Stack(DecoderBlock, target_size, *shared, **options)
        self.readout = Linear(model_size, target_size, True, rng, dtype)
        names = ("encoder", "decoder", "readout")
        super().__init__(parts={name: getattr(self, name) for name in names})

    def forward(self, batch):
        """Return the loss of a `Batch` by teacher forcing, and a cache.

        The decoder reads the target without its end and is asked for the target without its start.
        The loss is the mean cross-entropy, in nats, over the real target symbols and end marks.
        Raises ValueError for an empty batch, ids outside the vocabularies, or lengths that do
        not fit.
        """
        target = check_ids(batch.target, self.settings["target_size"], "target")
        real = real_steps(batch.target_lengths, target.shape, "target_lengths", shortest=2)
        states, source_real, encoder_cache = self.encode(batch.source, batch.source_lengths)
        check_rows(source_real, target)
        real = real[:, 1:]  # so many symbols are read, and as many asked for
        read, decoder_cache = self.decode(target[:, :-1], real, states, source_real)
        logits, readout_cache = self.readout.forward(read)
        loss, d_logits = cross_entropy(logits, target[:, 1:][real])
        return loss, Trace(encoder_cache, decoder_cache, readout_cache, d_logits)

    def backward(self, cache):
        """Return the gradient of the loss for every parameter, under the names of `params`."""
        d_read, readout_grads = self.readout.backward(cache.d_logits, cache.readout)
        d_states, decoder_grads = self.decoder.backward(d_read, cache.decoder)
        _, encoder_grads = self.encoder.backward(d_states, cache.encoder)
        return nested(encoder=encoder_grads, decoder=decoder_grads, readout=readout_grads)

    def encode(self, source, lengths):
        """Return (states (real places, model_size), real (batch, m), cache)."""
        source = check_ids(source, self.settings["source_size"], "source")
        real = real_steps(lengths, source.shape, "source_lengths")
        states, cache = self.encoder.forward(source, real, real[:, None], real)
        return states, real, cache

    def decode(self, read, real, states, source_real):
        """Return (vectors (real places, model_size), cache) of symbols read (batch, n).

        Padding that is read needs no mask of its own: it comes last, and nobody looks ahead.
        """
        masks = causal_mask(read.shape[1]), source_real[:, None]
        return self.decoder.forward(read, real, states, *masks, real, source_real)

    def start(self, source, source_lengths, cached=True):
        """Return (memory, stepper) for decoding: `stepper(memory)` prepares a `step` function.

        `step(ids, state)` reads one symbol a row and gives (logits (batch, target symbols), the
        next state, weights (batch, m)): those of the last block, the mean of its heads. The state
        has the keys and values of what was read, (batch, layers, 2, t, model_size); where not
        `cached` it is what was read, (batch, t), and each step reads all of it again.
        """
        states, real, _ = self.encode(source, source_lengths)
        states = unpacked(states, real)
        layers, size = self.settings["layers"], self.settings["model_size"]
        nothing = np.empty((len(states), layers, 2, 0, size), states.dtype)
        if not cached:
            nothing = np.empty((len(states), 0), np.intp)
        return Memory(states, nothing, real), self.keeping if cached else self.rereading

    def keeping(self, memory):
        """Return a `step` that keeps keys and values."""
        mask = memory.mask[:, None, None]  # (batch, heads, query, key)
        kept = [(block.keep(memory.states), mask) for block in self.decoder.blocks.values()]
        room = Room()

        def step(ids, state):
            state = room.longer(state)
            read, weights = self.decoder.step(ids, state, kept)
            return self.readout(read)[:, 0], state, weights[:, :, 0].mean(axis=1)

        return step

    def rereading(self, memory):
        """Return a `step` that reads everything again: the same results, with more work."""
        states = packed(memory.states, memory.mask)

        def step(ids, state):
            state = np.concatenate([state, ids[:, None]], axis=1)
            real = np.ones(state.shape, bool)
            read, (_, caches, _) = self.decode(state, real, states, memory.mask)
            newest = read.reshape(*state.shape, -1)[:, -1]
            weights = caches[-1]["cross_attention"].layer.attended.weights
            return self.readout(newest), state, weights[:, :, -1].mean(axis=1)

        return step

    def greedy(self, source, source_lengths, max_length, cached=True):
        """Decode by the most probable symbol at each step; see `greedy_search` and `start`."""
        memory, stepper = self.start(source, source_lengths, cached)
        return greedy_search(stepper(memory), memory, max_length)

    def beam(self, source, source_lengths, max_length, width=5, cached=True):
        """Decode by the most probable sequence among `width` kept; see `beam_search`."""
        memory, stepper = self.start(source, source_lengths, cached)
        return beam_search(stepper, memory, max_length, width)

    def maps(self, batch):
        """Return all weights while the batch is read: {name: (batch, heads, n, m)}.

        Names are such as "encoder.0.self_attention" and "decoder.1.cross_attention"; padding that
        asks has rows too.
        """
        _, trace = self.forward(batch)
        stacks = {"encoder": trace.encoder, "decoder": trace.decoder}
        return {
            f"{stack}.{i}.{name}": cache.layer.attended.weights
            for stack, (_, blocks, _) in stacks.items()
            for i, block in enumerate(blocks)
            for name, cache in block.items()
            if name != "feed_forward"
        }

    def save(self, path):
        """Write settings and parameters to `path` as .npz; nothing in it is code."""
        header = {"model": "Transformer", "settings": self.settings, "dtype": self.dtype.name}
        storage.write(path, header, self.params)

    @classmethod
    def load(cls, path):
        """Build the model that `save` wrote. Raises ValueError for any other file or version."""
        header, arrays = storage.read(path, "Transformer")
        try:
            dtype = {"float32": np.float32, "float64": np.float64}[header["dtype"]]
            model = cls(dtype=dtype, **header["settings"])
        except Exception as error:  # settings can be wrong in as many ways as there are settings
            raise storage.unknown(
                path, f"its settings do not fit: {error!r}", "Transformer"
            ) from error
        storage.fill(model.params, arrays, path, "Transformer")
        return model


def _check_settings(layers, positions, model_size, heads):
    """Raise ValueError for a number of layers or a kind of positions that cannot be."""
    if not isinstance(layers, int | np.integer) or layers < 1:
        raise ValueError(
            f"layers must be a whole number from 1, got {layers!r}: it counts the blocks of the "
            f"encoder, and those of the decoder"
        )
    if positions not in POSITIONS:
        raise ValueError(
            f"positions must be one of {', '.join(POSITIONS)}, got {positions!r}: it says what "
            f"tells the model where a symbol stands"
        )
    if positions == "sinusoids":
        sinusoids(1, model_size)  # raises for an odd size
    if positions == "rotary" and (model_size // heads) % 2:
        raise ValueError(
            f"a head must have an even number of features to turn them in pairs, got "
            f"{model_size // heads}: choose another model_size or number of heads"
        )


def _check_reach(length, longest):
    """Raise ValueError where a sequence is longer than a learned table of places."""
    if length > longest:
        raise ValueError(
            f"a sequence must have at most longest = {longest} places, got one of {length}: a "
            f"learned table has no row for more; build the model for a larger `longest`"
        )
