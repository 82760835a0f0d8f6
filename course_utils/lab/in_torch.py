"""PyTorch, asked with arrays: what it answers, its gradients, and whom its masks hide.

Nothing here is needed where PyTorch is missing: `bridge` then shows what was kept. It is imported
inside functions alone, so that the lesson begins as fast without it.
"""

import numpy as np

SIZE, HEADS, HIDDEN = 8, 2, 16  # of an attention layer and of the block around it
READ, STATE = 3, 4  # features that the GRU reads, and those of its state
MASK = np.array([False, True, False, True])  # over four keys: two True, two False


def version():
    """Return the version of PyTorch, or None where it is not installed, or cannot be loaded."""
    try:
        import torch
    except (ImportError, OSError):  # OSError: a library of its own is missing, on Windows mostly
        return None
    return torch.__version__.partition("+")[0]


def built(question):
    """Return (module, function of tensors) for one of the five questions."""
    from torch import nn
    from torch.nn import functional

    if question == "F.scaled_dot_product_attention":
        return nn.Module(), functional.scaled_dot_product_attention
    if question == "nn.MultiheadAttention":
        module = nn.MultiheadAttention(SIZE, HEADS, bias=False, batch_first=True)
        return module, lambda x, y: module(x, y, y)[0]
    if question == "nn.GRU":
        module = nn.GRU(READ, STATE, batch_first=True)
        return module, lambda inputs: module(inputs)[0]
    first = question.endswith("before")  # nn.TransformerEncoderLayer, norm before or after
    options = {"dropout": 0.0, "batch_first": True, "norm_first": first}
    module = nn.TransformerEncoderLayer(SIZE, HEADS, HIDDEN, **options)
    return module, module


def answers(question, inputs, weights, direction):
    """Return PyTorch's output and its gradients of Σ output · direction, by name, as arrays.

    inputs, weights : arrays by name, weights under PyTorch's own names, every one of them.
    """
    import torch

    module, call = built(question)
    fill(module, weights)
    leaves = {name: torch.tensor(array, requires_grad=True) for name, array in inputs.items()}
    output = call(*leaves.values())
    (output * torch.tensor(direction)).sum().backward()
    told = leaves | dict(module.named_parameters())
    found = {"output": output.detach()} | {f"d_{name}": t.grad for name, t in told.items()}
    return {name: tensor.numpy() for name, tensor in found.items()}


def fill(module, weights):
    """Write arrays into a module's parameters. Raises ValueError where names are not the same."""
    import torch

    params = dict(module.named_parameters())
    if params.keys() != weights.keys():
        raise ValueError(f"weights must be {sorted(params)}, got {sorted(weights)}")
    with torch.no_grad():
        for name, array in weights.items():
            params[name].copy_(torch.from_numpy(np.ascontiguousarray(array)))


def heard():
    """Return {function and argument: how much each of four keys moves the first query's answer}.

    `MASK` is handed over as that argument, a boolean but for the last one.
    """
    import torch
    from torch import nn
    from torch.nn import functional

    torch.manual_seed(0)
    options = {"dropout": 0.0, "batch_first": True}
    several = nn.MultiheadAttention(SIZE, HEADS, **options)
    block = nn.TransformerEncoderLayer(SIZE, HEADS, HIDDEN, **options)
    row = torch.from_numpy(MASK)
    square, padding = row.repeat(4, 1), row[None]
    dot = functional.scaled_dot_product_attention
    calls = {
        "F.scaled_dot_product_attention, attn_mask": lambda q, y: dot(q, y, y, attn_mask=square),
        "nn.MultiheadAttention, attn_mask": lambda q, y: several(q, y, y, attn_mask=square)[0],
        "nn.MultiheadAttention, key_padding_mask": lambda q, y: several(
            q, y, y, key_padding_mask=padding
        )[0],
        "nn.TransformerEncoderLayer, src_mask": lambda _, y: block(y, src_mask=square),
        "nn.TransformerEncoderLayer, src_key_padding_mask": lambda _, y: block(
            y, src_key_padding_mask=padding
        ),
        "F.scaled_dot_product_attention, attn_mask as 1.0 and 0.0": lambda q, y: dot(
            q, y, y, attn_mask=square.float()
        ),
    }
    return {name: _moved_by(call) for name, call in calls.items()}


def _moved_by(call):
    """Return the size of the gradient of the first answer by each of four keys."""
    import torch

    queries, keys = torch.randn(1, 4, SIZE), torch.randn(1, 4, SIZE, requires_grad=True)
    first = call(queries, keys)[0, 0]
    (first * torch.randn(SIZE)).sum().backward()
    return keys.grad[0].norm(dim=-1).numpy()


def with_every_key_hidden():
    """Return {function: its answer to a query that may look at no key}, arrays.

    Two as they come; then a layer whose weights nobody wants, and a block before and after eval().
    """
    import torch
    from torch import nn
    from torch.nn import functional

    torch.manual_seed(0)
    several = nn.MultiheadAttention(SIZE, HEADS, bias=False, batch_first=True)
    block = nn.TransformerEncoderLayer(SIZE, HEADS, HIDDEN, dropout=0.0, batch_first=True)
    x, none = torch.randn(1, 4, SIZE), torch.zeros(4, 4, dtype=torch.bool)
    dot, without = functional.scaled_dot_product_attention, {"need_weights": False}
    with torch.no_grad():
        found = {
            "F.scaled_dot_product_attention": dot(x, x, x, attn_mask=none),
            "nn.MultiheadAttention": several(x, x, x, attn_mask=~none)[0],
            "nn.MultiheadAttention, need_weights=False": several(
                x, x, x, attn_mask=~none, **without
            )[0],
            "nn.TransformerEncoderLayer, in training": block(x, src_mask=~none),
            "nn.TransformerEncoderLayer, after eval()": block.eval()(x, src_mask=~none),
        }
    return {name: answer[0, 0].numpy() for name, answer in found.items()}


def twice_in_eval():
    """Return {function: by how much its answer moves when asked twice in eval mode}."""
    import torch
    from torch import nn
    from torch.nn import functional

    torch.manual_seed(0)
    several = nn.MultiheadAttention(SIZE, HEADS, dropout=0.5, batch_first=True).eval()
    x = torch.randn(1, 4, SIZE)
    calls = {
        "F.scaled_dot_product_attention": lambda: functional.scaled_dot_product_attention(
            x, x, x, dropout_p=0.5
        ),
        "nn.MultiheadAttention": lambda: several(x, x, x)[0],
    }
    with torch.no_grad():
        return {name: float((call() - call()).abs().max()) for name, call in calls.items()}
