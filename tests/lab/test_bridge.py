"""The bridge: both sides give the same, live or kept, and the NumPy stand-in speaks as PyTorch."""

import sys

import numpy as np
import pytest

from course_utils.attention import attend
from course_utils.gradients import check_gradients
from course_utils.lab import bridge, in_torch, like_torch
from course_utils.lab.results import results

BAR = 10  # millionths: 1e-5
each = pytest.mark.parametrize("question", bridge.QUESTIONS)
MULTIHEAD = "nn.MultiheadAttention"


@pytest.fixture(params=["kept", "live"])
def answering(request, monkeypatch):
    """Answers that were kept, and live ones where PyTorch is installed."""
    if request.param == "kept":
        monkeypatch.setattr(in_torch, "version", lambda: None)
    elif in_torch.version() is None:
        pytest.skip("PyTorch is not installed")
    return request.param


def answers(question, changed=()):
    asked = bridge.case(question)
    weights = bridge.as_torch(question, asked.layer.params) | dict(changed)
    return asked, bridge.ask(question, asked.inputs, weights, asked.direction)


@each
def test_ours_and_theirs_agree_in_output_and_in_every_gradient(question, answering):
    asked, theirs = answers(question)
    mine = bridge.ours(question, asked)
    assert set(mine) == {name for name in theirs if name not in bridge.ONLY_THEIRS}
    gaps = bridge.millionths(mine, theirs)
    assert all(0 <= gap < BAR for gap in gaps.values()), gaps


@each
def test_every_gradient_is_compared(question, answering):
    asked, theirs = answers(question)
    mine = bridge.ours(question, asked)
    for name in mine:
        wrong = mine | {name: mine[name] * 1.001}
        assert max(bridge.millionths(wrong, theirs).values()) > BAR, name


def test_what_was_kept_is_of_the_arrays_that_were_asked_alone(monkeypatch):
    monkeypatch.setattr(in_torch, "version", lambda: None)
    asked = bridge.case(MULTIHEAD)
    weights = bridge.as_torch(MULTIHEAD, asked.layer.params)
    flat = weights["in_proj_weight"].reshape(3, 8, 8).swapaxes(1, 2).reshape(24, 8)
    with pytest.raises(ValueError, match="in_proj_weight is not the array"):
        answers(MULTIHEAD, {"in_proj_weight": flat}.items())


def test_functions_say_what_true_means(answering):
    mask, heard = bridge.heard()
    hides = {name: not (moves[mask] > 0).any() for name, moves in heard.items()}
    assert sorted(hides.values()) == [False, False, True, True, True, True]
    assert not hides["F.scaled_dot_product_attention, attn_mask"]
    assert (heard["F.scaled_dot_product_attention, attn_mask as 1.0 and 0.0"] > 0).all()


def test_a_query_without_a_key_and_a_test_with_dropout(answering):
    empty, twice = bridge.with_every_key_hidden(), bridge.twice_in_eval()
    assert (empty["F.scaled_dot_product_attention"] == 0).all()
    assert np.isnan(empty[MULTIHEAD]).all()
    assert (empty[f"{MULTIHEAD}, need_weights=False"] == 0).all()
    assert np.isfinite(empty["nn.TransformerEncoderLayer, in training"]).all()
    assert np.isnan(empty["nn.TransformerEncoderLayer, after eval()"]).all()
    assert twice[MULTIHEAD] == 0 < twice["F.scaled_dot_product_attention"]


def test_pytorchs_defaults_are_those_of_the_lessons_table():
    nn = pytest.importorskip("torch").nn
    several, block, gru = (
        nn.MultiheadAttention(8, 2),
        nn.TransformerEncoderLayer(8, 2),
        nn.GRU(3, 4),
    )
    assert not any((several.batch_first, block.self_attn.batch_first, gru.batch_first))
    assert several.in_proj_bias is not None and several.out_proj.bias is not None
    assert (several.dropout, block.dropout.p, block.self_attn.dropout) == (0, 0.1, 0.1)
    assert not block.norm_first


def test_thirds_of_in_proj_weight_are_square_or_there_is_none():
    nn = pytest.importorskip("torch").nn
    assert nn.MultiheadAttention(16, 2).in_proj_weight.shape == (48, 16)
    other = nn.MultiheadAttention(16, 2, kdim=8, vdim=8)
    assert other.in_proj_weight is None and other.k_proj_weight.shape == (16, 8)


def test_a_pytorch_that_cannot_be_loaded_is_none(monkeypatch, tmp_path):
    (tmp_path / "torch.py").write_text('raise OSError("a library of its own is missing")\n')
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    assert in_torch.version() is None


def test_it_says_who_answers(answering):
    version = in_torch.version() or results("bridge")["versions"]["PyTorch"]
    live, kept = (3, 0) if answering == "live" else (0, 3)
    assert bridge.where(3) == (
        f"PyTorch ≈ {version}: answers given live ≈ {live}, kept from before ≈ {kept}"
    )


def test_the_layer_without_parameters_has_a_right_gradient():
    rng = np.random.default_rng(0)
    arrays = {name: rng.normal(size=(2, 3, 4)) for name in ("queries", "keys", "values")}
    layer, direction = bridge.DotAttention(), rng.normal(size=(2, 3, 4))
    _, cache = layer.forward(*arrays.values())
    *d_all, grads = layer.backward(direction, cache)
    assert grads == {}
    pairs = {name: pair for name, *pair in zip(arrays, arrays.values(), d_all, strict=True)}
    check_gradients(lambda: (layer(*arrays.values()) * direction).sum(), pairs)


def test_weights_must_be_all_of_theirs():
    pytest.importorskip("torch")
    asked = bridge.case("nn.GRU")
    weights = bridge.as_torch("nn.GRU", asked.layer.params)
    weights.pop("bias_hh_l0")
    with pytest.raises(ValueError, match="weights must be"):
        in_torch.answers("nn.GRU", asked.inputs, weights, asked.direction)


# The stand-in in NumPy


def carried():
    asked = bridge.case(MULTIHEAD)
    weights = bridge.as_torch(MULTIHEAD, asked.layer.params)
    return asked.layer, weights["in_proj_weight"], weights["out_proj.weight"]


def several(x, y, batch_first=True, **masks):
    _, *weights = carried()
    return like_torch.multihead_attention(x, y, y, *weights, 2, batch_first=batch_first, **masks)


def test_the_stand_in_answers_as_pytorch_did(answering):
    asked, theirs = answers(MULTIHEAD)
    assert np.allclose(several(**asked.inputs), theirs["output"], atol=1e-6)
    turned = [array.swapaxes(0, 1) for array in asked.inputs.values()]
    by_place = several(*turned, batch_first=False).swapaxes(0, 1)
    assert np.allclose(by_place, theirs["output"], atol=1e-6)
    asked, theirs = answers("F.scaled_dot_product_attention")
    found = like_torch.scaled_dot_product_attention(*asked.inputs.values())
    assert np.allclose(found, theirs["output"], atol=1e-6)


def test_the_stand_in_reads_masks_as_pytorch_does():
    layer, *_ = carried()
    x, y = bridge.case(MULTIHEAD).inputs.values()
    mask, real = np.tri(3, 4, dtype=bool), np.array([[1, 1, 1, 0], [1, 1, 0, 0]], bool)
    wanted = layer(x, y, mask=mask & real[:, None])
    assert np.allclose(several(x, y, attn_mask=~mask, key_padding_mask=~real), wanted, atol=1e-6)
    added = np.where(mask, 0, -np.inf)
    assert np.allclose(several(x, y, attn_mask=added, key_padding_mask=~real), wanted, atol=1e-6)
    for one in (mask, added):
        found = like_torch.scaled_dot_product_attention(x, y, y, attn_mask=one)
        assert np.allclose(found, attend(x, y, y, mask=mask).context, atol=1e-6)


def test_the_stand_in_gives_a_query_without_a_key_what_pytorch_gives():
    x, y = bridge.case(MULTIHEAD).inputs.values()
    hidden = np.array([[True] * 4, [False] * 4, [True] * 3 + [False]])
    found = several(x, y, attn_mask=hidden)
    assert np.isnan(found[:, 0]).all() and np.isfinite(found[:, 1:]).all()
    found = like_torch.scaled_dot_product_attention(x, y, y, attn_mask=~hidden)
    assert (found[:, 0] == 0).all() and (found[:, 1:] != 0).any()


def test_the_stand_in_drops_whether_tested_or_not_and_keeps_the_mean():
    rng = np.random.default_rng(0)
    x = np.ones((1, 1, 400, 4))
    found = like_torch.scaled_dot_product_attention(x, x, x, dropout_p=0.5, rng=rng)
    assert found.std() > 0.01 and found.mean() == pytest.approx(1, abs=0.02)


def test_the_stand_in_scales_as_it_is_told():
    rng = np.random.default_rng(1)
    q, k, v = rng.normal(size=(3, 2, 5, 4))
    plain = like_torch.scaled_dot_product_attention(q, k, v, scale=1.0)
    assert np.allclose(plain, like_torch.scaled_dot_product_attention(2 * q, k, v))
