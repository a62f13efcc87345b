"""Holds our values and gradients against PyTorch's; run.mjs calls it.

Reads what run.mjs --json prints; every case is worked out anew in float64, by pytorch-metric-learning where the case names
one of its losses, else by papers.py. Prints a line a case and exits with 1 where one is off.
"""

import json
import sys

import torch

import papers

try:
    from pytorch_metric_learning import distances as D
    from pytorch_metric_learning import losses as L
    from pytorch_metric_learning import miners as M
    from pytorch_metric_learning import reducers as R
    from pytorch_metric_learning import __version__ as VERSION
except ImportError:
    VERSION = None

VALUE_TOLERANCE = 1e-5
GRADIENT_TOLERANCE = 1e-3

told = json.load(sys.stdin)
print(f"PyTorch {torch.__version__}, pytorch-metric-learning {VERSION or 'is not there: only the papers are asked'}")


def tensor(rows):
    return torch.tensor(rows, dtype=torch.float64, requires_grad=True)


def module_of(expression, proxies, num_classes):
    """The peer's module, with our proxies in place of its own."""
    module = eval(expression, {"L": L, "M": M, "R": R, "D": D, "C": num_classes})
    learned = list(module.parameters()) if isinstance(module, torch.nn.Module) else []
    if learned:
        (own,) = learned
        own.data = proxies.detach().clone() if own.shape == proxies.shape else proxies.detach().T.clone()
    return module, learned


def on_pairs(case):
    pairs = told["pairs"][case["batch"]]
    left, right = tensor(pairs["left"]), tensor(pairs["right"])
    similar = torch.tensor(pairs["similar"], dtype=torch.float64)
    if "paper" in case:
        loss = getattr(papers, case["paper"])(left, right, similar)
    else:
        module, _ = module_of(case["peer"], None, None)
        if isinstance(module, L.VICRegLoss):
            loss = module(left, ref_emb=right)
        else:
            # Each left image with its own right one as the positive, the other right ones as negatives.
            labels = torch.arange(len(left))
            loss = module(left, labels, ref_emb=right, ref_labels=labels.clone())
    return loss, {"left": left, "right": right}


def on_batch(case):
    batch = told["batches"][case["batch"]]
    x, labels = tensor(batch["embeddings"]), torch.tensor(batch["labels"])
    proxies = tensor(case["proxies"]) if case.get("proxies") else None
    if "paper" in case:
        function = getattr(papers, case["paper"])
        loss = function(x, labels, proxies) if proxies is not None else function(x, labels)
        return loss, {"embeddings": x, "proxies": proxies}
    module, learned = module_of(case["peer"], proxies, batch["numClasses"])
    if "memory" in case:
        before = told["batches"][case["memory"]]
        module(tensor(before["embeddings"]).detach(), torch.tensor(before["labels"]))
    mined = module_of(case["miner"], None, None)[0](x, labels) if "miner" in case else None
    if isinstance(module, tuple):
        loss = sum(part(x, labels) for part in module)
    else:
        loss = module(x, labels, mined)
    return loss, {"embeddings": x, "proxies": learned[0] if learned else None}


def gap(ours, theirs):
    """Largest difference, in parts of the largest number, or of 1 where all are smaller."""
    return float((ours - theirs).abs().max() / max(1.0, float(theirs.abs().max())))


def without_length(slope, x):
    return slope - (slope * x).sum(1, keepdim=True) * x / (x * x).sum(1, keepdim=True)


def surprise_of_draws(case):
    """Standard errors between ours and the mean of what the peer draws."""
    torch.manual_seed(1)
    values = torch.stack([on_batch(case)[0].detach() for _ in range(case["draws"])])
    error = values.std() / len(values) ** 0.5
    return float((values.mean() - case["value"]).abs() / error), float(values.mean())


wrong = asked = 0
for case in told["cases"]:
    name = f"{case['loss']} {json.dumps(case.get('options', {}))}"
    if "peer" in case and VERSION is None:
        continue
    asked += 1
    if "draws" in case:
        surprise, theirs = surprise_of_draws(case)
        wrong += surprise > 3
        print(
            f"{'ok ' if surprise <= 3 else 'OFF'} {case['batch']:12} {name:62} {case['peer']} on {case['miner']} "
            f"ours {case['value']:.6f} theirs {theirs:.6f}, {surprise:.1f} standard errors over {case['draws']} draws"
        )
        continue
    loss, leaves = (on_pairs if case["batch"] in told["pairs"] else on_batch)(case)
    if loss.requires_grad:
        loss.backward()
    factor = case.get("factor", 1)
    ours = torch.tensor(case["value"], dtype=torch.float64) * factor
    value = gap(ours, loss.detach().double())
    slope = 0.0
    for key, leaf in leaves.items():
        if leaf is None or case.get("valueOnly"):
            continue
        mine = torch.tensor(case["gradients"][key], dtype=torch.float64).reshape(-1) * factor
        theirs = leaf.grad if leaf.grad is not None else torch.zeros_like(leaf)
        rows = len(case["proxies"]) if key == "proxies" else len(theirs)
        theirs = theirs if theirs.shape[0] == rows else theirs.T
        if case.get("onSphere") and key == "embeddings":
            mine = without_length(mine.reshape(leaf.shape), leaf.detach()).reshape(-1)
            theirs = without_length(theirs, leaf.detach())
        slope = max(slope, gap(mine, theirs.double().reshape(-1)))
    good = value <= VALUE_TOLERANCE and slope <= GRADIENT_TOLERANCE
    wrong += not good
    with_whom = case.get("peer", f"papers.{case.get('paper')}") + (f" on {case['miner']}" if "miner" in case else "")
    print(
        f"{'ok ' if good else 'OFF'} {case['batch']:12} {name:62} {with_whom:84} "
        f"ours {float(ours):.6f} theirs {float(loss):.6f}  value {value:.1e}  gradient {slope:.1e}"
    )
print(f"{asked} of {len(told['cases'])} cases compared, {wrong} off")
sys.exit(1 if wrong else 0)
