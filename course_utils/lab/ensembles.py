"""Several models that write together: their probabilities are averaged at every step."""

import numpy as np

from course_utils.attention import Memory
from course_utils.decoding import beam_search, greedy_search
from course_utils.softmax import softmax


class Ensemble:
    """Models of one task as one model, for decoding only.

    Raises ValueError for fewer than two models, or for models of other vocabularies.
    """

    def __init__(self, models):
        self.models = list(models)
        sizes = {(m.settings["source_size"], m.settings["target_size"]) for m in self.models}
        if len(self.models) < 2 or len(sizes) > 1:
            raise ValueError(
                f"models must be two or more of the same vocabularies, got {len(self.models)} "
                f"with sizes {sorted(sizes)}: train them on one task"
            )

    def start(self, source, source_lengths):
        """Return (memory, stepper) as `Seq2Seq` does; the memory holds all models'."""
        started = [model.start(source, source_lengths) for model in self.models]
        memories, steppers = zip(*started, strict=True)
        cuts = np.cumsum([memory.states.shape[-1] for memory in memories])[:-1]
        joined = Memory(
            np.concatenate([memory.states for memory in memories], axis=-1),
            np.concatenate([memory.summary for memory in memories], axis=-1),
            memories[0].mask,
        )

        def stepper(joined):
            own = _split_memory(joined, cuts)
            steps = [prepare(memory) for prepare, memory in zip(steppers, own, strict=True)]
            return lambda ids, state: step_together(steps, ids, np.split(state, cuts, -1))

        return joined, stepper

    def greedy(self, source, source_lengths, max_length):
        """Decode by the most probable symbol at each step; see `greedy_search`."""
        memory, stepper = self.start(source, source_lengths)
        return greedy_search(stepper(memory), memory, max_length)

    def beam(self, source, source_lengths, max_length, width=5):
        """Decode by the most probable sequence among `width` kept; see `beam_search`."""
        memory, stepper = self.start(source, source_lengths)
        return beam_search(stepper, memory, max_length, width)


def _split_memory(joined, cuts):
    """Return each model's own `Memory`, out of the one that holds all side by side."""
    states, summaries = (np.split(part, cuts, axis=-1) for part in (joined.states, joined.summary))
    return [Memory(*own, joined.mask) for own in zip(states, summaries, strict=True)]


def step_together(steps, ids, states):
    """Return (logits, state, None) of all: logits are logarithms of mean probabilities."""
    written = [step(ids, state) for step, state in zip(steps, states, strict=True)]
    logits, states, _ = zip(*written, strict=True)
    mean = np.mean([softmax(part) for part in logits], axis=0)
    return np.log(np.maximum(mean, 1e-30)), np.concatenate(states, axis=-1), None
