"""Where does a training step's time go: our own matrix products, and the rest?

The products of a step are run alone, at the rate at which this machine does them; the step
divided by their sum says how much everything else costs. A profile by part says what that is.
Where JAX is installed, the jit-compiled step of the same model is timed beside ours.
"""

import numpy as np

from benchmarks.measure import installed, interleaved, one_thread, table
from benchmarks.seq2seq_step import BATCH, LENGTH, RATE, WIDTHS, build, our_step, random_batch
from course_utils.encoder import project_tokens
from course_utils.training import Adam


def products(width, rule, tokens=40):
    """(rows, inner, columns, how often) of every large product in a step."""
    steps, read = LENGTH + 1, BATCH * (LENGTH + 1)
    yield BATCH, width, 3 * width, LENGTH + steps  # h U, forwards
    yield BATCH, 3 * width, width, LENGTH + steps  # and back
    yield width, BATCH * LENGTH, 3 * width, 1  # the gradient of U, encoder
    yield width, read, 3 * width, 1  # and decoder
    yield tokens, width, 3 * width, 2  # tokens projected
    yield tokens, read, 3 * width, 2  # their gradients summed
    yield read, width, width, 6  # the readout's two, forwards, and twice back
    yield read, width, tokens, 3  # logits
    if rule == "additive":
        yield read, width, width, 6  # W_query and W_key, forwards and twice back


def product_runs(width, rule):
    """One function that runs all products of a step, into arrays made once."""
    rng = np.random.default_rng(0)
    runs = []
    for rows, inner, columns, times in products(width, rule):
        left = rng.normal(size=(rows, inner)).astype(np.float32)
        right = rng.normal(size=(inner, columns)).astype(np.float32)
        out = np.empty((rows, columns), np.float32)
        runs += [(left, right, out)] * times
    return lambda: [np.matmul(left, right, out=out) for left, right, out in runs]


def parts(model, batch):
    """{part: function} of a step."""
    _, cache = model.forward(batch)
    grads = model.backward(cache)
    memory, encoder_cache = model.encoder.forward(batch.source, batch.source_lengths)
    d_states = np.ones(memory.states.shape[1::-1] + memory.states.shape[2:], np.float32)
    d_memory = d_states.swapaxes(0, 1), memory.summary
    projected, _ = project_tokens(model.embedding, model.gru, batch.target[:, :-1].T)
    states, scan = model.gru.scan(projected, memory.summary)
    queries = states.swapaxes(0, 1)
    (context, _), context_cache = model.context.forward(queries, memory)
    logits, readout_cache = model.readout.forward(states, context)
    optimiser = Adam(model.params, clip=1.0)
    return {
        "encoder": lambda: model.encoder.forward(batch.source, batch.source_lengths),
        "encoder, back": lambda: model.encoder.backward(d_memory, encoder_cache),
        "decoder's GRU": lambda: model.gru.scan(projected, memory.summary),
        "decoder's GRU, back": lambda: model.gru.scan_backward(states, scan),
        "attention": lambda: model.context.forward(queries, memory),
        "attention, back": lambda: model.context.backward(context, context_cache),
        "readout": lambda: model.readout.forward(states, context),
        "readout, back": lambda: model.readout.backward(logits, readout_cache),
        "clipping and Adam": lambda: optimiser.step(grads, RATE),
    }


def jax_step(model, batch):
    """A jit-compiled training step of the same model in JAX, scan and all."""
    import jax
    import jax.numpy as jnp

    source, read, expected = batch.source.T, batch.target[:, :-1].T, batch.target[:, 1:].T
    width = model.settings["hidden_size"]
    additive = "context.score.v" in model.params

    def gru(params, name, ids, table, state):
        inputs = params[table][ids] @ params[f"{name}.W_input"] + params[f"{name}.b"]

        def step(state, x):
            product = state @ params[f"{name}.W_hidden"]
            gates = jax.nn.sigmoid(x[:, : 2 * width] + product[:, : 2 * width])
            reset, update = gates[:, :width], gates[:, width:]
            candidate = jnp.tanh(x[:, 2 * width :] + reset * product[:, 2 * width :])
            state = update * state + (1 - update) * candidate
            return state, state

        return jax.lax.scan(step, state, inputs)

    def loss(params):
        start = jnp.zeros((source.shape[1], width), jnp.float32)
        last, memory = gru(params, "encoder.forwards", source, "encoder.embedding.table", start)
        _, states = gru(params, "gru", read, "embedding.table", last)
        queries, memory = states.swapaxes(0, 1), memory.swapaxes(0, 1)
        if additive:
            q = queries @ params["context.score.W_query"]
            k = memory @ params["context.score.W_key"]
            scores = jnp.tanh(q[:, :, None] + k[:, None]) @ params["context.score.v"]
        else:
            scores = queries @ memory.swapaxes(1, 2)
        context = (jax.nn.softmax(scores) @ memory).swapaxes(0, 1)
        mixed = states @ params["readout.by_state.W"] + context @ params["readout.by_context.W"]
        mixed = jnp.tanh(mixed + params["readout.by_state.b"])
        logits = mixed @ params["readout.output.W"] + params["readout.output.b"]
        chosen = jnp.take_along_axis(jax.nn.log_softmax(logits), expected[..., None], axis=-1)
        return -chosen.mean()

    @jax.jit
    def update(params, means, squares, count):
        value, grads = jax.value_and_grad(loss)(params)
        norm = jnp.sqrt(sum(jnp.sum(g * g) for g in grads.values()))
        grads = {name: g * jnp.minimum(1.0, 1.0 / norm) for name, g in grads.items()}
        means = {name: 0.9 * means[name] + 0.1 * grads[name] for name in params}
        squares = {name: 0.999 * squares[name] + 0.001 * grads[name] ** 2 for name in params}
        rate = RATE * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
        params = {
            name: p - rate * means[name] / (jnp.sqrt(squares[name]) + 1e-8)
            for name, p in params.items()
        }
        return params, means, squares, value

    params = {name: jnp.asarray(value) for name, value in model.params.items()}
    zeros = {name: jnp.zeros_like(value) for name, value in params.items()}
    state = [params, zeros, zeros, 0]

    def step():
        *new, value = update(*state)
        state[:] = [*new, state[3] + 1]
        return float(value)

    state[3] = 1
    return step


def main():
    batch = random_batch(np.random.default_rng(0))
    rows, profile, with_jax = [], {}, installed("jax")
    for rule in ("additive", "dot"):
        for width in WIDTHS:
            step = our_step(build(rule, width), batch)
            contestants = {"step": step, "products": product_runs(width, rule)}
            if with_jax:
                contestants["jax"] = jax_step(build(rule, width), batch)
                difference = abs(step() - contestants["jax"]())
                assert difference < 1e-5, f"the models differ by {difference:.1e}"
            seconds = interleaved(contestants, 20)
            profile[rule, width] = interleaved(parts(build(rule, width), batch), 20)
            rows.append(
                [
                    rule,
                    width,
                    f"{1e3 * seconds['step']:.1f}",
                    f"{1e3 * seconds['products']:.1f}",
                    f"{seconds['step'] / seconds['products']:.2f}",
                    f"{seconds['step'] / seconds['jax']:.2f}" if "jax" in seconds else "no JAX",
                ]
            )
    columns = ["rule", "width", "step, ms", "its products, ms", "step ÷ products", "step ÷ JAX jit"]
    table("A training step and its matrix products", columns, rows)
    rows = [
        [part, *(f"{1e3 * seconds[part]:.2f}" for seconds in profile.values())]
        for part in next(iter(profile.values()))
    ]
    table("Milliseconds by part", ["part", *(f"{r} {w}" for r, w in profile)], rows)


if __name__ == "__main__":
    with one_thread():
        main()
