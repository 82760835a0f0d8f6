"""How long do greedy and beam decoding take, against the same model in PyTorch?

64 sources of 20 symbols, 20 steps; one thread each. PyTorch's loop is as strong as eager code
gets: nn.GRU's own cell, keys projected once, log-softmax and top-k over all rows at a time.
"""

import numpy as np

from benchmarks.measure import installed, interleaved, one_thread, table, verdict
from benchmarks.seq2seq_step import LENGTH, WIDTHS, build, random_batch

BARS = {"greedy": 0.6, "beam": 0.7}
BEAM = 5


def torch_decoders(model, batch):
    """{"greedy": …, "beam": …} of the same model in PyTorch; no mark ends a sequence early."""
    import torch

    from benchmarks.torch_peers import TorchSeq2Seq

    peer = TorchSeq2Seq(model)
    source, lengths = torch.from_numpy(batch.source), torch.from_numpy(batch.source_lengths)
    cell = torch.nn.GRUCell(peer.target.shape[1], peer.target.shape[1])
    cell.load_state_dict({name[:-3]: value for name, value in peer.decoder.state_dict().items()})

    def start(repeats):
        memory, last, mask = peer.encode(source, lengths)
        keys = memory @ peer.score.W_key if hasattr(peer.score, "W_key") else memory
        return [array.repeat_interleave(repeats, dim=0) for array in (memory, keys, last[0], mask)]

    def step(ids, state, memory, keys, mask):
        state = cell(peer.target[ids], state)
        queries = state[:, None]
        scores = (
            peer.score.compare(queries, keys)
            if hasattr(peer.score, "W_key")
            else peer.score(queries, keys)
        )
        weights = torch.softmax(scores.masked_fill(~mask[:, None], float("-inf")), dim=-1)
        logits = peer.readout(queries, torch.bmm(weights, memory))
        log_probabilities = torch.log_softmax(logits, dim=-1)
        log_probabilities[:, :2] = float("-inf")
        return log_probabilities, state, weights[:, 0]

    @torch.no_grad()
    def greedy():
        memory, keys, state, mask = start(1)
        ids, ended = torch.ones(len(source), dtype=torch.long), torch.zeros(len(source)).bool()
        tokens, looked = [], []
        for _ in range(LENGTH):
            log_probabilities, state, weights = step(ids, state, memory, keys, mask)
            ids = log_probabilities.argmax(dim=-1).masked_fill(ended, 0)
            ended |= ids == 2
            tokens.append(ids)
            looked.append(weights)
            if ended.all():
                break
        return torch.stack(tokens, dim=1), torch.stack(looked, dim=1)

    @torch.no_grad()
    def beam():
        rows = len(source)
        memory, keys, state, mask = start(BEAM)
        ids = torch.ones(rows * BEAM, dtype=torch.long)
        ended = torch.zeros(rows, BEAM).bool()
        totals = torch.full((rows, BEAM), float("-inf"))
        totals[:, 0] = 0
        history = []
        for _ in range(LENGTH):
            log_probabilities, state, weights = step(ids, state, memory, keys, mask)
            log_probabilities = log_probabilities.view(rows, BEAM, -1)
            log_probabilities[ended] = float("-inf")
            log_probabilities[..., 0].masked_fill_(ended, 0)
            candidates = totals[..., None] + log_probabilities
            totals, chosen = candidates.view(rows, -1).topk(BEAM, dim=1)
            symbols = log_probabilities.shape[-1]
            parents, chosen_ids = chosen // symbols, chosen % symbols
            flat = (parents + BEAM * torch.arange(rows)[:, None]).view(-1)
            state, ids = state[flat], chosen_ids.view(-1)
            ended = ended.view(-1)[flat].view(rows, BEAM) | (chosen_ids == 2)
            history.append((chosen_ids, parents, weights))
            if ended.all():
                break
        running = ended.any(dim=1, keepdim=True) & ~ended
        row, best = torch.arange(rows), totals.masked_fill(running, float("-inf")).argmax(dim=1)
        tokens, looked = [], []
        for chosen_ids, parents, weights in reversed(history):
            tokens.append(chosen_ids[row, best])
            best = parents[row, best]
            looked.append(weights[row * BEAM + best])
        return torch.stack(tokens[::-1], dim=1), torch.stack(looked[::-1], dim=1)

    return {"greedy": greedy, "beam": beam}


def main(repeats=20):
    if not installed("torch"):
        return
    batch = random_batch(np.random.default_rng(0))
    rows = []
    for rule in ("additive", "dot"):
        for width in WIDTHS:
            model = build(rule, width)
            arguments = batch.source, batch.source_lengths, LENGTH
            ours = {
                "greedy": lambda m=model, a=arguments: m.greedy(*a),
                "beam": lambda m=model, a=arguments: m.beam(*a, width=BEAM),
            }
            for name, theirs in torch_decoders(model, batch).items():
                tokens = theirs()[0].numpy()
                same = np.mean((ours[name]().tokens == tokens).all(axis=1))
                assert same > 0.95, f"{name} writes other symbols: {same:.2f} of rows agree"
                seconds = interleaved({"ours": ours[name], "torch": theirs}, repeats)
                rows.append(
                    [
                        name,
                        rule,
                        width,
                        f"{1e3 * seconds['ours']:.1f}",
                        verdict(seconds["ours"] / seconds["torch"], BARS[name]),
                    ]
                )
    table(
        "Decoding 64 sources, 20 steps",
        ["how", "rule", "width", "ours, ms", "ours ÷ PyTorch"],
        rows,
    )


if __name__ == "__main__":
    with one_thread():
        main()
