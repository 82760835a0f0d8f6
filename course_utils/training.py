"""Training: Adam, clipping, and a loop that shows progress and can be interrupted."""

from numbers import Integral
from typing import NamedTuple

import numpy as np
from tqdm.auto import tqdm

from course_utils.memory import keep_freed_memory


class History(NamedTuple):
    """What `train` saw."""

    losses: list[float]  # the training loss of every step taken
    validation: dict[int, float]  # step → what `validate` returned after it
    interrupted: bool  # True where the learner stopped it


class Adam:
    """Adam (Kingma & Ba, 2015, algorithm 1) over all parameters as one flat vector.

    `step` moves the arrays of `params` in place. A gradient whose norm over all parameters
    passes `clip` is shortened to it (Pascanu et al., 2013, algorithm 1).
    """

    def __init__(self, params, clip=None, beta1=0.9, beta2=0.999, epsilon=1e-8):
        _check_clip(clip)
        if not params:
            raise ValueError("params must hold at least one array, got none: nothing can be moved")
        self.params = params
        self.clip, self.beta1, self.beta2, self.epsilon = clip, beta1, beta2, epsilon
        dtype = next(iter(params.values())).dtype
        size = sum(value.size for value in params.values())
        self.gradient, self.mean, self.square, self.scratch = np.zeros((4, size), dtype)
        self.steps = 0

    def step(self, grads, learning_rate):
        """Move the parameters by one update.

        Raises KeyError where a gradient is missing, ValueError where it has another shape than
        its parameter or the rate is no finite number from 0, FloatingPointError where a gradient
        is not finite; nothing is moved then.
        """
        _check_rate(learning_rate)
        gradient, scratch = self.gather(grads), self.scratch
        self.steps += 1
        self.mean *= self.beta1
        self.mean += np.multiply(gradient, 1 - self.beta1, out=scratch)
        self.square *= self.beta2
        gradient *= gradient
        self.square += np.multiply(gradient, 1 - self.beta2, out=scratch)
        # both running means start at zero: the step size makes up for it
        correction = np.sqrt(1 - self.beta2**self.steps)
        rate = float(learning_rate * correction / (1 - self.beta1**self.steps))
        np.sqrt(self.square, out=scratch)
        scratch += float(self.epsilon * correction)
        np.divide(self.mean, scratch, out=scratch)
        scratch *= rate
        self.move(scratch)

    def gather(self, grads):
        """Return all gradients as one flat vector, clipped."""
        for name, value in self.params.items():
            if grads[name].shape != value.shape:
                raise ValueError(
                    f"the gradient of {name} must have the parameter's shape {value.shape}, got "
                    f"{grads[name].shape}: check the backward pass"
                )
        flat = [grads[name].ravel() for name in self.params]
        gradient = np.concatenate(flat, out=self.gradient)
        norm = float(np.sqrt(gradient @ gradient))
        if not np.isfinite(norm):
            raise FloatingPointError(
                f"the gradient must stay finite, got a norm of {norm}: lower the learning rate, "
                f"or look for NaN in the data"
            )
        if self.clip and norm > self.clip:
            gradient *= self.clip / norm
        return gradient

    def move(self, update):
        """Take the flat `update` off the parameters."""
        start = 0
        for value in self.params.values():
            value -= update[start : start + value.size].reshape(value.shape)
            start += value.size


def train(
    model,
    batches,
    steps,
    learning_rate,
    clip=1.0,
    validate=None,
    every=100,
    progress=True,
    warm_up=0,
):
    """Train for `steps` steps with Adam, the rate falling in a straight line to zero.

    `model` has `params`, `forward(batch) → (loss, cache)` and `backward(cache) → grads`;
    `batches` yields a batch per step. Every `every` steps the model is judged, by
    `validate(model)` (smaller is better) or else by the mean training loss since the last time,
    and the best parameters are remembered; at the end the model has them. Interrupting (the stop
    button, Ctrl-C) ends training early and cleanly; with `validate` the parameters judged last
    are the latest that count. progress : False for no bar, or a text that says what is trained.
    warm_up : for so many steps the rate also rises in a straight line, from nearly nothing.
    Returns `History`. Raises ValueError where the batches run out or are none, or a setting cannot
    be, FloatingPointError where the loss or a gradient is not finite, or `validate` returns NaN.
    """
    _check_batches(batches)
    _check_settings(steps, learning_rate, every, warm_up)
    keep_freed_memory()  # a step makes the same large arrays over and over
    history = History([], {}, False)
    keeper = BestParams(model, history, validate)
    said = progress if isinstance(progress, str) else "training"
    # every half second: a front end that reads late loses messages when there are over a thousand
    with tqdm(total=steps, desc=said, unit="step", disable=not progress, mininterval=0.5) as bar:
        try:
            for loss in _descend(model, batches, steps, learning_rate, clip, warm_up):
                history.losses.append(loss)
                bar.update()
                if len(history.losses) % every == 0 or len(history.losses) == steps:
                    bar.set_postfix_str(f"{keeper.label} {keeper.judge():.3f}")
        except KeyboardInterrupt:
            history = history._replace(interrupted=True)
            keeper.judge_the_rest()
        finally:
            keeper.restore()
    _check_lasted(history, steps)
    return history


def _descend(model, batches, steps, learning_rate, clip, warm_up):
    """Take the steps one by one, each when the next loss is asked for; yield the losses."""
    optimiser = Adam(model.params, clip)
    for step, batch in zip(range(steps), batches, strict=False):
        loss, cache = model.forward(batch)
        _check_finite(loss, step, learning_rate)
        share = (1 - step / steps) * min(1, (step + 1) / max(1, warm_up))
        optimiser.step(model.backward(cache), learning_rate * share)
        yield loss


class BestParams:
    """Remembers the parameters that were judged best so far."""

    def __init__(self, model, history, validate):
        self.model, self.history, self.validate = model, history, validate
        self.best, self.kept, self.judged = np.inf, None, 0
        self.label = "loss" if validate is None else "validation"

    def judge(self):
        """Judge the model as it is; returns the measure."""
        steps = len(self.history.losses)
        measure = float(np.mean(self.history.losses[self.judged :]))
        if self.validate is not None:
            measure = self.history.validation[steps] = float(self.validate(self.model))
            _check_measure(measure, steps)
        self.judged = steps
        if measure < self.best:
            self.best = measure
            self.kept = {name: value.copy() for name, value in self.model.params.items()}
        return measure

    def judge_the_rest(self):
        """Judge by the steps since the last time; `validate` is too slow for who interrupts."""
        if self.validate is None and len(self.history.losses) > self.judged:
            self.judge()

    def restore(self):
        """Give the model the best parameters; without a judgement it stays as it is."""
        for name, value in (self.kept or {}).items():
            self.model.params[name][...] = value


def _check_finite(loss, step, learning_rate):
    """Raise FloatingPointError unless the loss is a number to go on with."""
    if not np.isfinite(loss):
        raise FloatingPointError(
            f"the loss must stay finite, got {loss} at step {step + 1}: try a learning rate below "
            f"{learning_rate}, or look for NaN in the data"
        )


def _check_measure(measure, steps):
    """Raise FloatingPointError where `validate` gave NaN: nothing is smaller or larger."""
    if np.isnan(measure):
        raise FloatingPointError(
            f"validate must return a number, got nan after step {steps}: look for a mean of nothing"
        )


def _check_batches(batches):
    """Raise ValueError for one batch, or a task, in place of a stream of batches."""
    if hasattr(batches, "source") or hasattr(batches, "train"):
        raise ValueError(
            f"batches must yield one batch for each step, got a single {type(batches).__name__}: "
            f"pass tasks.batches(task.train, 64)"
        )


def _check_settings(steps, learning_rate, every, warm_up):
    """Raise ValueError for steps, a rate, a time between judgements or a warm-up that cannot be."""
    if not isinstance(steps, Integral) or steps < 0:
        raise ValueError(f"steps must be a whole number from 0, got {steps}: count the updates")
    _check_rate(learning_rate)
    if every < 1:
        raise ValueError(
            f"every must be at least 1, got {every}: it counts steps between judgements"
        )
    if not isinstance(warm_up, Integral) or warm_up < 0:
        raise ValueError(
            f"warm_up must be a whole number from 0, got {warm_up}: it counts the first steps, "
            f"whose rate rises"
        )


def _check_rate(learning_rate):
    """Raise ValueError unless a learning rate can be."""
    if not 0 <= learning_rate < np.inf:
        raise ValueError(
            f"learning_rate must be a finite number from 0, got {learning_rate}: "
            f"start with 0.01, and take a smaller one where the loss jumps"
        )


def _check_clip(clip):
    """Raise ValueError for a norm that no gradient can be shortened to: −1 would turn it round."""
    if clip is not None and not clip >= 0:
        raise ValueError(
            f"clip must be a number from 0, or None, got {clip}: it is the largest norm of a "
            f"gradient; 0 and None leave gradients as they are"
        )


def _check_lasted(history, steps):
    """Raise ValueError where the batches ended before the steps did."""
    if len(history.losses) < steps and not history.interrupted:
        raise ValueError(
            f"batches must last for {steps} steps, they ended after {len(history.losses)}: "
            f"pass an endless iterator, such as tasks.batches(task.train, 64)"
        )
