"""The Transformer: gradients, padding, kept keys and values, files, what is left out, errors."""

import re
from itertools import pairwise

import numpy as np
import pytest

from course_utils.attention import AttentionLayer, softmax
from course_utils.decoding import read_along
from course_utils.gradients import check_gradients
from course_utils.positions import sinusoids, slopes
from course_utils.seq2seq import Seq2Seq
from course_utils.tasks import END, Batch
from course_utils.transformer import (
    DecoderBlock,
    EncoderBlock,
    FeedForward,
    LayerNorm,
    Residual,
    Transformer,
    causal_mask,
)
from course_utils.transformer_blocks import CrossAttention, SelfAttention
from tests.samples import (
    assert_all_close,
    assert_close,
    freeze,
    make_batch,
    make_model,
    precisions,
    randomise,
)

NORMS = ("before", "after", "none")
every_norm = pytest.mark.parametrize("norm", NORMS)
POSITIONS = ("sinusoids", "learned", "rotary", "distance", "none")
every_position = pytest.mark.parametrize("positions", POSITIONS)
widths = pytest.mark.parametrize("width", [None, 3])
SIZE, HEADS = 6, 2


def make_transformer(seed=0, dtype=np.float64, symbols=4, size=SIZE, **options):
    """A small Transformer with random parameters, none of them zero."""
    rng = np.random.default_rng(seed)
    sizes = symbols + 3, symbols + 3, size, HEADS
    model = Transformer(*sizes, **{"layers": 2, "hidden_size": 5} | options, rng=rng, dtype=dtype)
    # without a norm numbers grow from layer to layer, and their rounding with them
    return randomise(model, rng, 0.2 if options.get("norm") == "none" else 0.5)


def decode(model, batch, width, steps=6, **options):
    """Decode greedily, or with a beam where a width is given."""
    source = batch.source, batch.source_lengths
    if width is None:
        return model.greedy(*source, steps, **options)
    return model.beam(*source, steps, width, **options)


# The parts


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def check_layer(layer, inputs, *options):
    """Gradients of the inputs and of all parameters, by central differences."""
    direction = numbers(*layer.forward(*inputs, *options)[0].shape, seed=1)
    freeze(direction)
    _, cache = layer.forward(*inputs, *options)
    *d_inputs, grads = layer.backward(direction.copy(), cache)
    assert grads.keys() == layer.params.keys()
    pairs = {name: (value, grads[name]) for name, value in layer.params.items()}
    pairs |= {f"input {i}": pair for i, pair in enumerate(zip(inputs, d_inputs, strict=True))}
    check_gradients(lambda: float((layer(*inputs, *options) * direction).sum()), pairs)


def test_a_norm_has_mean_0_and_variance_1_until_its_gain_and_bias():
    x = numbers(2, 5, 8) * 3 + 7
    layer = LayerNorm(8, np.float64)
    y = layer(x)
    assert_close(y.mean(axis=-1), np.zeros((2, 5)))
    assert_close(y.var(axis=-1), np.ones((2, 5)), 1e-5)  # ε is in it
    np.testing.assert_allclose(y, layer(x * 50 - 4), atol=1e-5)  # neither scale nor place matter
    layer.fill({"gain": np.full(8, 2.0), "bias": np.full(8, -1.0)})
    assert_close(layer(x), 2 * y - 1)


def test_a_norm_of_a_vector_of_equal_numbers_is_its_bias():
    assert_close(LayerNorm(4, np.float64)(np.full((2, 4), 3.0)), np.zeros((2, 4)))


@pytest.mark.parametrize("shape", [(4,), (3, 4), (2, 3, 4)])
def test_the_gradients_of_a_norm(shape):
    layer = randomise(LayerNorm(4, np.float64), np.random.default_rng(0))
    check_layer(layer, [numbers(*shape)])


def test_feed_forward_and_its_gradients():
    layer = randomise(FeedForward(4, 7, 0, np.float64), np.random.default_rng(0))
    x, p = numbers(2, 3, 4), layer.params
    hidden = np.maximum(x @ p["inner.W"] + p["inner.b"], 0)
    assert 0 < np.mean(hidden == 0) < 1
    assert_close(layer(x), hidden @ p["outer.W"] + p["outer.b"])
    check_layer(layer, [x])


def layers_of(kind, seed=0, **options):
    rng = np.random.default_rng(seed)
    return randomise(kind(SIZE, HEADS, rng=rng, dtype=np.float64, **options), rng)


def test_attention_is_that_of_the_attention_layer():
    cross, plain = layers_of(CrossAttention), layers_of(AttentionLayer)
    x, y, mask = numbers(2, 3, SIZE), numbers(2, 4, SIZE, seed=1), numbers(2, 3, 4, seed=2) < 0.8
    (found, cache), (expected, plain_cache) = (
        layer.forward(x, y, mask) for layer in (cross, plain)
    )
    assert_close(found, expected)
    assert_close(cache.attended.weights, plain_cache.attended.weights)
    *gradients, grads = cross.backward(np.ones_like(x), cache)
    *plain_gradients, plain_grads = plain.backward(np.ones_like(x), plain_cache)
    for one, other in zip(gradients, plain_gradients, strict=True):
        assert_close(one, other)
    assert_all_close(grads, plain_grads)


def test_the_gradients_of_attention():
    mask = causal_mask(3)
    check_layer(layers_of(SelfAttention), [numbers(2, 3, SIZE)], mask)
    check_layer(layers_of(CrossAttention), [numbers(2, 3, SIZE), numbers(2, 4, SIZE, seed=1)])


REAL = np.arange(4) < np.array([2, 4, 1])[:, None]
MEMORY_REAL = np.arange(5) < np.array([5, 3, 2])[:, None]


@every_norm
@pytest.mark.parametrize("residual", [True, False])
def test_the_gradients_of_the_blocks(norm, residual):
    options = {"hidden_size": 5, "norm": norm, "residual": residual}
    encoder, decoder = (layers_of(kind, **options) for kind in (EncoderBlock, DecoderBlock))
    x, memory = numbers(3, 4, SIZE), numbers(3, 5, SIZE, seed=1)
    memory_mask = MEMORY_REAL[:, None]
    check_layer(encoder, [x], REAL[:, None])
    check_layer(decoder, [x, memory], causal_mask(4), memory_mask)
    packs = x[REAL], memory[MEMORY_REAL]
    check_layer(encoder, packs[:1], REAL[:, None], REAL)
    check_layer(decoder, packs, causal_mask(4), memory_mask, REAL, MEMORY_REAL)


@every_norm
def test_real_places_alone_give_what_all_places_give(norm):
    options = {"hidden_size": 5, "norm": norm}
    encoder, decoder = (layers_of(kind, **options) for kind in (EncoderBlock, DecoderBlock))
    x, memory = numbers(3, 4, SIZE), numbers(3, 5, SIZE, seed=1)
    mask, memory_mask = REAL[:, None], MEMORY_REAL[:, None]
    assert_close(encoder(x[REAL], mask, REAL), encoder(x, mask)[REAL])
    masks = causal_mask(4), memory_mask
    assert_close(
        decoder(x[REAL], memory[MEMORY_REAL], *masks, REAL, MEMORY_REAL),
        decoder(x, memory, *masks)[REAL],
    )


def test_a_block_written_out():
    block = layers_of(EncoderBlock, hidden_size=5)
    x, parts = numbers(2, 3, SIZE), block.parts
    looked = x + parts["self_attention"].layer(parts["self_attention"].before(x))
    fed = looked + parts["feed_forward"].layer(parts["feed_forward"].before(looked))
    assert_close(block(x), fed)
    after = layers_of(EncoderBlock, hidden_size=5, norm="after")
    first, second = after.parts["self_attention"], after.parts["feed_forward"]
    looked = first.after(x + first.layer(x))
    assert_close(after(x), second.after(looked + second.layer(looked)))
    bare = layers_of(EncoderBlock, hidden_size=5, norm="none", residual=False)
    assert_close(bare(x), bare.parts["feed_forward"].layer(bare.parts["self_attention"].layer(x)))


def test_the_causal_mask_shows_the_past_and_itself():
    np.testing.assert_array_equal(causal_mask(3), [[1, 0, 0], [1, 1, 0], [1, 1, 1]])


# The whole


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"norm": "after"},
        {"norm": "none", "positions": "none", "residual": False},
        {"positions": "learned", "longest": 4},
        {"positions": "rotary"},
        {"positions": "distance"},
    ],
    ids=str,
)
def test_the_gradients_of_the_whole(options):
    model = make_transformer(symbols=2, size=4, **options)
    batch = make_batch(np.random.default_rng(0), rows=2, longest=3, symbols=2)
    _, cache = model.forward(batch)
    grads = model.backward(cache)
    assert grads.keys() == model.params.keys()
    check_gradients(
        lambda: model(batch), {name: (value, grads[name]) for name, value in model.params.items()}
    )


def wider(batch, columns=3):
    """The same batch with more padding, ids that are no marks among it."""
    more = [np.pad(ids, ((0, 0), (0, columns)), constant_values=5) for ids in batch[::2]]
    return Batch(more[0], batch.source_lengths, more[1], batch.target_lengths)


@every_norm
def test_padding_changes_nothing(norm):
    model, batch = make_transformer(norm=norm), make_batch(np.random.default_rng(0), rows=4)
    results = [model.forward(some) for some in (batch, wider(batch))]
    assert abs(results[0][0] - results[1][0]) < 1e-12
    assert_all_close(*(model.backward(cache) for _, cache in results))
    for width in (None, 3):
        found, expected = (decode(model, some, width) for some in (wider(batch), batch))
        np.testing.assert_array_equal(found.tokens, expected.tokens)
        assert_close(found.weights[:, :, : batch.source.shape[1]], expected.weights)
        assert not found.weights[:, :, batch.source.shape[1] :].any()


def test_each_row_is_trained_on_as_if_it_were_alone():
    model, batch = make_transformer(), make_batch(np.random.default_rng(0), rows=4)
    symbols = batch.target_lengths - 1
    alone = [model(Batch(*(array[row : row + 1] for array in batch))) for row in range(4)]
    assert abs(model(batch) - np.average(alone, weights=symbols)) < 1e-12


def test_teacher_forcing_equals_decoding_step_by_step():
    model, batch = make_transformer(), make_batch(np.random.default_rng(0))
    for cached in (True, False):
        losses = []
        for row, length in enumerate(batch.source_lengths):
            source = batch.source[row : row + 1, :length], np.array([length])
            memory, stepper = model.start(*source, cached)
            step, state = stepper(memory), memory.summary
            for read, expected in pairwise(batch.target[row, : batch.target_lengths[row]]):
                logits, state, weights = step(np.array([read]), state)
                losses.append(-np.log(softmax(logits)[0, expected]))
                assert_close(weights.sum(axis=-1), np.ones(1))
        assert abs(model(batch) - np.mean(losses)) < 1e-12


def test_the_decoder_does_not_look_ahead():
    model, batch = make_transformer(), make_batch(np.random.default_rng(1), rows=2, longest=6)
    target = batch.target.copy()
    target[:, 3:] = 3
    before, after = (model.maps(batch._replace(target=ids)) for ids in (batch.target, target))
    for name in before:
        assert_close(before[name][..., :3, :], after[name][..., :3, :])
        if name.startswith("decoder") and "self" in name:
            assert not np.triu(before[name], 1).any()


@widths
@precisions
@every_norm
def test_kept_keys_and_values_change_nothing(norm, dtype, width):
    for seed in range(6):
        model = make_transformer(seed, dtype, norm=norm)
        model.params["readout.b"][END] -= 2
        batch = make_batch(np.random.default_rng(seed), rows=5)
        kept, again = (decode(model, batch, width, 8, cached=cached) for cached in (True, False))
        np.testing.assert_array_equal(kept.tokens, again.tokens)
        np.testing.assert_array_equal(kept.lengths, again.lengths)
        np.testing.assert_allclose(kept.weights, again.weights, atol=1e-6)
        assert kept.weights.dtype == dtype
        assert kept.tokens.shape[1] > 2


@widths
@every_position
def test_what_is_kept_stands_at_its_place(positions, width):
    for seed in range(3):
        model = make_transformer(seed, positions=positions, size=8)
        model.params["readout.b"][END] -= 2
        batch = make_batch(np.random.default_rng(seed), rows=5)
        kept, again = (decode(model, batch, width, 8, cached=cached) for cached in (True, False))
        np.testing.assert_array_equal(kept.tokens, again.tokens)
        assert_close(kept.weights, again.weights)
        assert kept.tokens.shape[1] > 2


def test_a_state_has_the_keys_and_values_of_what_was_read():
    model, batch = make_transformer(), make_batch(np.random.default_rng(0))
    memory, stepper = model.start(batch.source, batch.source_lengths)
    assert memory.summary.shape == (3, 2, 2, 0, SIZE)
    step = stepper(memory)
    _, first, _ = step(np.array([1, 1, 1]), memory.summary)
    freeze(first)  # a step leaves the state that it is given
    _, second, _ = step(np.array([3, 4, 5]), first)
    assert second.shape == (3, 2, 2, 2, SIZE)
    np.testing.assert_array_equal(second[..., :1, :], first)


def test_the_widest_beam_is_at_least_as_probable_as_greedy():
    def log_probability(model, batch, decoded, row):
        tokens = decoded.tokens[row][decoded.tokens[row] != 0]
        length = batch.source_lengths[row]
        source = batch.source[row : row + 1, :length], np.array([length])
        whole = Batch(*source, np.array([[1, *tokens]]), np.array([len(tokens) + 1]))
        return -model(whole) * len(tokens)

    model, batch = make_transformer(3), make_batch(np.random.default_rng(3), rows=4)
    model.params["readout.b"][END] += 1
    greedy, beam = decode(model, batch, None, 4), decode(model, batch, 200, 4)
    for row in range(4):
        found = [log_probability(model, batch, decoded, row) for decoded in (beam, greedy)]
        assert found[0] >= found[1] - 1e-12


def test_reading_along_the_truth():
    model, batch = make_transformer(), make_batch(np.random.default_rng(0))
    memory, stepper = model.start(batch.source, batch.source_lengths)
    decoded = read_along(stepper(memory), memory, batch.target)
    assert decoded.tokens.shape == (3, batch.target.shape[1] - 1)
    cross = model.maps(batch)["decoder.1.cross_attention"].mean(axis=1)
    for row, length in enumerate(batch.target_lengths - 1):
        assert_close(decoded.weights[row, :length], cross[row, :length])


def test_maps_of_all_heads_and_layers():
    model, batch = make_transformer(), make_batch(np.random.default_rng(0))
    m, n = batch.source.shape[1], batch.target.shape[1] - 1
    maps = model.maps(batch)
    assert {name: found.shape for name, found in maps.items()} == {
        f"{stack}.{i}.{kind}_attention": (3, HEADS, *shape)
        for stack, kinds in (
            ("encoder", {"self": (m, m)}),
            ("decoder", {"self": (n, n), "cross": (n, m)}),
        )
        for i in (0, 1)
        for kind, shape in kinds.items()
    }


def test_without_positions_the_order_of_the_source_does_not_matter():
    batch = Batch(np.array([[3, 4, 5]]), np.array([3]), np.array([[1, 3, 2]]), np.array([3]))
    turned = batch._replace(source=batch.source[:, ::-1])
    for positions in POSITIONS:
        model = make_transformer(positions=positions, size=8)
        # distance alone cannot tell a source from its mirror image: its middle is changed instead
        other = batch._replace(source=np.array([[4, 3, 5]])) if positions == "distance" else turned
        assert (abs(model(batch) - model(other)) < 1e-12) == (positions == "none")


@every_position
def test_padding_changes_nothing_for_any_positions(positions):
    model = make_transformer(positions=positions, size=8)
    batch = make_batch(np.random.default_rng(0), rows=4)
    assert abs(model(batch) - model(wider(batch))) < 1e-12


def test_a_learned_table_ends_and_the_others_do_not():
    target = np.array([[1, 3, 4, 2]])
    long = Batch(np.full((1, 9), 3), np.array([9]), target, np.array([4]))
    for positions in POSITIONS:
        model = make_transformer(positions=positions, size=8, longest=8)
        if positions == "learned":
            assert model.params["decoder.places.table"].shape == (8, 8)
            with pytest.raises(ValueError, match=r"at most longest = 8 places, got one of 9"):
                model(long)
        else:
            assert np.isfinite(model(long))


def test_each_head_has_its_own_price_of_a_place():
    model = make_transformer(positions="distance", size=8)
    score = model.decoder.blocks["1"].parts["self_attention"].layer.score
    assert_close(score.slope, [1 / 16, 1 / 256])
    assert_close(slopes(4), [1 / 4, 1 / 16, 1 / 64, 1 / 256])


def test_symbols_stand_at_their_places():
    model = make_transformer()
    ids = np.array([[3, 4, 3]])
    x, _ = model.encoder.embed(ids, np.arange(3))
    table = model.params["encoder.embedding.table"]
    assert_close(x, table[ids] * SIZE**0.5 + sinusoids(3, SIZE))


def test_a_fresh_model_is_about_as_unsure_as_a_guess():
    model = Transformer(20, 20, 32, rng=0)
    loss = model(make_batch(np.random.default_rng(0), rows=64, longest=8, symbols=17))
    assert isinstance(loss, float)
    assert abs(loss - np.log(20)) < 1
    assert {value.dtype.name for value in model.params.values()} == {"float32"}


# Files


@precisions
def test_save_and_load_give_the_same_model(dtype, tmp_path):
    model = make_transformer(dtype=dtype, norm="after", positions="learned", longest=20)
    batch = make_batch(np.random.default_rng(0))
    model.save(tmp_path / "model.npz")
    loaded = Transformer.load(tmp_path / "model.npz")
    assert loaded.settings == model.settings
    assert_all_close(loaded.params, model.params, 0)
    assert {value.dtype for value in loaded.params.values()} == {np.dtype(dtype)}
    assert loaded(batch) == model(batch)


def test_a_file_of_another_kind_is_refused_in_a_sentence(tmp_path):
    ours, theirs, text = (tmp_path / name for name in ("ours.npz", "theirs.npz", "text.npz"))
    make_transformer().save(ours)
    make_model("dot", np.random.default_rng(0)).save(theirs)
    text.write_text("no model", encoding="utf-8")
    end = re.escape("expected a model that Transformer.save wrote, format 1: train and save it")
    with pytest.raises(ValueError, match=rf"theirs.npz is no .* \(it holds a Seq2Seq\); {end}"):
        Transformer.load(theirs)
    with pytest.raises(ValueError, match=r"ours.npz is no .* a Transformer\); .* Seq2Seq.save"):
        Seq2Seq.load(ours)
    with pytest.raises(ValueError, match=rf"text.npz is no saved model .*; {end}"):
        Transformer.load(text)
    with pytest.raises(FileNotFoundError):
        Transformer.load(tmp_path / "none.npz")


def changed(tmp_path, **changes):
    """A saved model with some arrays changed."""
    path = tmp_path / "model.npz"
    make_transformer().save(path)
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    for name, change in changes.items():
        arrays[name] = change(arrays[name])
    np.savez(path, **arrays)
    return path


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"readout.b": lambda b: b[1:]}, "readout.b must be .* got"),
        ({"readout.b": lambda b: b * np.nan}, "readout.b holds nan or inf"),
        ({"header": lambda h: str(h).replace('"heads": 2', '"heads": 4')}, "settings do not fit"),
        ({"header": lambda h: str(h).replace('"layers"', '"floors"')}, "settings do not fit"),
        ({"header": lambda h: str(h).replace('"format": 1', '"format": 2')}, "its format is 2"),
    ],
)
def test_a_changed_file_is_refused(changes, reason, tmp_path):
    path = changed(tmp_path, **changes)
    with pytest.raises(ValueError, match=rf"\(.*{reason}.*\); .* Transformer.save wrote"):
        Transformer.load(path)


# Errors


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"layers": 0}, "layers must be a whole number from 1, got 0"),
        ({"layers": 1.5}, "layers must be a whole number from 1, got 1.5"),
        ({"norm": "pre"}, "norm must be one of before, after, none, got 'pre'"),
        (
            {"positions": "rope"},
            "positions must be one of sinusoids, learned, rotary, distance, none, got 'rope'",
        ),
        ({"heads": 4}, "model_size must be a multiple of heads, got 6 and 4"),
        ({"hidden_size": 0}, "sizes must be at least 1, got a matrix of 6 × 0"),
        ({"dtype": np.float16}, "dtype must be float32 or float64, got float16"),
        ({"model_size": 5, "heads": 1}, "size must be even and at least 2"),
        ({"positions": "rotary"}, "a head must have an even number of features"),
        ({"positions": "learned", "longest": 0}, "sizes must be at least 1"),
    ],
)
def test_settings_that_cannot_be(options, message):
    settings = {"source_size": 7, "target_size": 7, "model_size": SIZE, "heads": HEADS} | options
    with pytest.raises(ValueError, match=re.escape(message)):
        Transformer(**settings)


def test_batches_that_do_not_fit():
    model, batch = make_transformer(), make_batch(np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"source must lie between 0 and 6, got 0 to 9"):
        model(batch._replace(source=np.where(batch.source == 3, 9, 0)))
    with pytest.raises(ValueError, match=r"target must lie between 0 and 6"):
        model(batch._replace(target=batch.target + 7))
    with pytest.raises(ValueError, match=r"source_lengths must lie between 1 and"):
        model(batch._replace(source_lengths=batch.source_lengths + 9))
    with pytest.raises(ValueError, match=r"source and target must have as many rows, got 2 and 3"):
        model(Batch(batch.source[:2], batch.source_lengths[:2], *batch[2:]))


def test_arrays_that_do_not_fit_a_layer():
    with pytest.raises(ValueError, match=r"x must have 4 features on the last axis"):
        LayerNorm(4)(np.zeros((2, 3)))
    with pytest.raises(ValueError, match=r"sizes must be at least 1"):
        LayerNorm(0)
    layer = layers_of(CrossAttention)
    with pytest.raises(ValueError, match=r"y must have 6 features on the last axis"):
        layer(np.zeros((2, 3, SIZE)), np.zeros((2, 3, 5)))
    for built in (LayerNorm(SIZE), layers_of(SelfAttention)):
        _, cache = built.forward(np.zeros((2, 3, SIZE)))
        with pytest.raises(ValueError, match=r"must have the shape of forward's output"):
            built.backward(np.zeros((2, 3, 5)), cache)
    with pytest.raises(ValueError, match="norm must be one of"):
        Residual(FeedForward(4, 4), 4, "middle")
