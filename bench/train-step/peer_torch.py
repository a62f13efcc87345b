"""PyTorch's side of the training-step benchmark: one JSON line in, one JSON line out.

    {"hello": true}  ->  {"name", "threads", "matmulGflops", "blas", "warning"?}
    {"net", "batch", "steps", "spec"?}  ->  {"ms": [per step], "loss", "numParameters", "variant", "tried"}

A step is: uint8 pixels to float, forward, loss, backward, optimiser. The data is random, drawn once and resident.
Each net is first built in several equivalent ways (memory layout, order of pooling and ReLU, one pass over both legs
or two, distances by Gram matrix or `pdist`); the fastest is kept, so that the number is PyTorch at its best. The
optimiser is the batched one (`foreach`), and freed memory is kept: both make the step faster, the latter by a fifth.
"""
import ctypes
import itertools
import json
import os
import sys
import time

THREADS = int(os.environ.get("SAMESAME_BENCH_THREADS", "2"))
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(THREADS)


def keep_freed_memory():
    """glibc gives big blocks back to the system at every free; a step then pays for fresh pages. Keep them instead."""
    if os.environ.get("SAMESAME_BENCH_MALLOC") == "default":
        return
    try:
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(-4, 0)  # M_MMAP_MAX: no block is mapped by itself
        libc.mallopt(-1, 2**31 - 1)  # M_TRIM_THRESHOLD: the heap is never given back
        libc.mallopt(-2, 64 * 2**20)  # M_TOP_PAD: it grows in large pieces
    except OSError:
        pass  # not glibc: its own defaults stand


keep_freed_memory()

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import nn  # noqa: E402

torch.set_num_threads(THREADS)
torch.set_flush_denormal(True)

EPSILON = 1e-7


def loaded_blas():
    """Path of the BLAS library that this process uses."""
    found = []
    try:
        with open("/proc/self/maps", encoding="utf8") as maps:
            for line in maps:
                path = line.split(maxsplit=5)[-1].strip()
                if any(word in os.path.basename(path) for word in ("blas", "mkl", "blis")) and path not in found:
                    found.append(path)
    except OSError:
        pass
    return ", ".join(found) or "unknown"


def matmul_gflops(size=1024, repeats=5):
    a, b = torch.randn(size, size), torch.randn(size, size)
    times = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        torch.mm(a, b)
        times.append(time.perf_counter() - start)
    return 2 * size**3 / min(times[1:]) / 1e9


# ---- networks: a list of layers, as in networks.json ----


class Flatten(nn.Module):
    """[N, C, H, W] to [N, features] without a copy: channels-last data is flattened in its own order."""

    def forward(self, x):
        if x.dim() == 4 and not x.is_contiguous():
            x = x.permute(0, 2, 3, 1)
        return x.flatten(1)


class L2Norm(nn.Module):
    def forward(self, x):
        return F.normalize(x, dim=1)


def reorder(spec, pool_first):
    """Max pooling and ReLU commute: put the neighbours in the asked order."""
    spec = list(spec)
    wanted = ("maxpool", "relu") if pool_first else ("relu", "maxpool")
    for i in range(len(spec) - 1):
        if (spec[i]["kind"], spec[i + 1]["kind"]) == wanted[::-1]:
            spec[i], spec[i + 1] = spec[i + 1], spec[i]
    return spec


def build(spec, shape):
    """The network of a spec, for images of `shape` [height, width, channels]."""
    layers = nn.Sequential()
    height, width, channels = shape
    probe = torch.zeros(2, channels, height, width)
    for layer in spec:
        kind = layer["kind"]
        if kind == "conv":
            kernel = layer["kernel"]
            module = nn.Conv2d(
                probe.shape[1],
                layer["out"],
                kernel,
                stride=layer.get("stride", 1),
                padding=layer.get("pad", 0),
                groups=layer.get("groups", 1),
                bias=layer.get("bias", True),
            )
            nn.init.xavier_uniform_(module.weight)
        elif kind == "dense":
            module = nn.Linear(probe.shape[1], layer["out"], bias=layer.get("bias", True))
            nn.init.xavier_uniform_(module.weight)
        elif kind == "batchnorm":
            module = nn.BatchNorm2d(probe.shape[1]) if probe.dim() == 4 else nn.BatchNorm1d(probe.shape[1])
        elif kind == "maxpool":
            # ceil_mode is SAME pooling: the last window of an odd size is a partial one.
            module = nn.MaxPool2d(layer.get("size", 2), layer.get("stride"), ceil_mode=layer.get("same", False))
        elif kind == "relu":
            module = nn.ReLU(inplace=True)
        elif kind == "flatten":
            module = Flatten()
        elif kind == "globalavgpool":
            module = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        elif kind == "l2norm":
            module = L2Norm()
        else:
            raise ValueError(f"unknown layer {kind}")
        layers.append(module)
        probe = module(probe)
    return layers


def pixels(images, layout):
    """uint8 [N, H, W, C] to float [N, C, H, W] in [0, 1]."""
    x = images.permute(0, 3, 1, 2).to(torch.float32).div_(255)
    return x.contiguous() if layout == "nchw" else x.contiguous(memory_format=torch.channels_last)


LEG_A = [
    {"kind": "conv", "out": 8, "kernel": 3},
    {"kind": "relu"},
    {"kind": "conv", "out": 16, "kernel": 3},
    {"kind": "relu"},
    {"kind": "maxpool", "size": 2},
    {"kind": "flatten"},
    {"kind": "dense", "out": 32},
    {"kind": "relu"},
]
HEAD_A = [
    {"kind": "dense", "out": 16},
    {"kind": "relu"},
    {"kind": "dense", "out": 4},
    {"kind": "relu"},
    {"kind": "dense", "out": 1},
]
POOL_SAME = {"kind": "maxpool", "size": 2, "same": True}
LEG_B = [
    *({"kind": "conv", "out": 32, "kernel": 7, "pad": 3}, {"kind": "relu"}, POOL_SAME),
    *({"kind": "conv", "out": 64, "kernel": 5, "pad": 2}, {"kind": "relu"}, POOL_SAME),
    *({"kind": "conv", "out": 128, "kernel": 3, "pad": 1}, {"kind": "relu"}, POOL_SAME),
    *({"kind": "conv", "out": 256, "kernel": 1}, {"kind": "relu"}, POOL_SAME),
    *({"kind": "conv", "out": 2, "kernel": 1}, POOL_SAME),
    {"kind": "flatten"},
]


class Pairs(nn.Module):
    """Protocols A and B: left and right images, one leg, a loss of the pair."""

    def __init__(self, leg, shape, head, loss, variant):
        super().__init__()
        self.leg = build(reorder(leg, variant["poolFirst"]), shape)
        if variant["layout"] == "nhwc":
            self.leg = self.leg.to(memory_format=torch.channels_last)
        self.head = head
        self.loss = loss
        self.variant = variant

    def forward(self, left, right, similar):
        layout = self.variant["layout"]
        if self.variant["legs"] == "one pass":
            both = self.leg(pixels(torch.cat([left, right]), layout))
            a, b = both.chunk(2)
        else:
            a, b = self.leg(pixels(left, layout)), self.leg(pixels(right, layout))
        return self.loss(self, a, b, similar)


def loss_a(model, a, b, similar):
    # The sigmoid is inside the loss: the same function, and one pass less.
    return F.binary_cross_entropy_with_logits(model.head(torch.cat([a, b], 1)).squeeze(1), similar)


def loss_b(_model, a, b, similar, margin=0.2):
    squared = (a - b).square().sum(1)
    distance = squared.clamp_min(EPSILON).sqrt()
    return 0.5 * (similar * squared + (1 - similar) * (margin - distance).clamp_min(0).square()).mean()


class AllPairs(nn.Module):
    """`compact`: each image embedded once, contrastive loss over all pairs i < j of the batch."""

    def __init__(self, spec, shape, batch, margin, variant):
        super().__init__()
        self.leg = build(reorder(spec, variant["poolFirst"]), shape)
        if variant["layout"] == "nhwc":
            self.leg = self.leg.to(memory_format=torch.channels_last)
        self.variant = variant
        self.margin = margin
        self.num_pairs = batch * (batch - 1) / 2

    def forward(self, images, upper_similar, upper_different, similar):
        x = self.leg(pixels(images, self.variant["layout"]))
        if self.variant["distances"] == "pdist":
            distance = F.pdist(x).clamp_min(EPSILON**0.5)
            gap = (self.margin - distance).clamp_min(0)
            return (similar * distance.square() + (1 - similar) * gap.square()).sum() / self.num_pairs
        norm = x.square().sum(1)
        squared = torch.addmm(norm[:, None] + norm[None, :], x, x.T, alpha=-2).clamp_min(EPSILON)
        gap = (self.margin - squared.sqrt()).clamp_min(0)
        return (upper_similar * squared + upper_different * gap.square()).sum() / self.num_pairs


def create_training(net, batch, spec, variant):
    """A function that does one step and returns the loss, and the number of parameters."""
    torch.manual_seed(1)
    shape = spec.get("shape", [28, 28, 1])

    def images(count):
        return torch.randint(0, 256, (count, *shape), dtype=torch.uint8)

    if net in ("protocol-a", "protocol-b"):
        if net == "protocol-a":
            similar = (torch.arange(batch) % 2 == 0).float()
            model = Pairs(LEG_A, shape, build_head(), loss_a, variant)
        else:
            similar = (torch.arange(batch) < batch * 10 // 55).float()
            model = Pairs(LEG_B, shape, None, loss_b, variant)
        inputs = (images(batch), images(batch), similar)
    else:
        labels = torch.randint(0, 10, (batch,))
        same = (labels[:, None] == labels[None, :]).float()
        upper = torch.triu(torch.ones(batch, batch), 1)
        i, j = torch.triu_indices(batch, batch, 1)
        model = AllPairs(spec["layers"], shape, batch, spec.get("margin", 1), variant)
        inputs = (images(batch), upper * same, upper * (1 - same), same[i, j].contiguous())

    parameters = list(model.parameters())
    if net == "protocol-b":
        optimiser = torch.optim.SGD(parameters, 0.01, momentum=0.99, nesterov=True, foreach=True)
    else:
        optimiser = torch.optim.Adam(parameters, 1e-3, foreach=True)

    def step():
        optimiser.zero_grad(set_to_none=True)
        loss = model(*inputs)
        loss.backward()
        optimiser.step()
        return loss

    return step, sum(p.numel() for p in parameters)


def build_head():
    head = nn.Sequential()
    features = 64
    for layer in HEAD_A:
        if layer["kind"] == "dense":
            head.append(nn.Linear(features, layer["out"]))
            features = layer["out"]
        else:
            head.append(nn.ReLU(inplace=True))
    return head


# ---- measuring ----


def variants(net):
    choices = {"layout": ["nchw", "nhwc"], "poolFirst": [True, False]}
    if net in ("protocol-a", "protocol-b"):
        choices["legs"] = ["one pass", "two passes"]
    else:
        choices["distances"] = ["gram", "pdist"]
    for values in itertools.product(*choices.values()):
        yield dict(zip(choices, values))


def timed(step, steps):
    times, loss = [], None
    for _ in range(steps):
        start = time.perf_counter()
        loss = step()
        times.append((time.perf_counter() - start) * 1000)
    return times, loss.item()


def quick(values):
    """The lower quartile: what a step takes when nothing else disturbs it."""
    return sorted(values)[len(values) // 4]


def choose(net, batch, spec):
    """All equivalent ways, fastest first: rounds of a few steps each, the slower half leaves after every round."""
    field = [{"variant": v, "step": create_training(net, batch, spec, v)[0], "times": []} for v in variants(net)]
    out = []
    for entry in field:
        timed(entry["step"], 1)
    while field:
        for _ in range(2):
            for entry in field:
                timed(entry["step"], 1)
                entry["times"] += timed(entry["step"], 3)[0]
        field.sort(key=lambda entry: quick(entry["times"]))
        keep = len(field) // 2
        out = field[keep:] + out
        field = field[:keep]
    return [(quick(entry["times"]), entry["variant"]) for entry in out]


def describe(variant):
    order = "pool then ReLU" if variant["poolFirst"] else "ReLU then pool"
    layout = "NCHW" if variant["layout"] == "nchw" else "channels last"
    return ", ".join([layout, order, variant.get("legs") or variant["distances"]])


def main():
    trainings = {}
    for line in sys.stdin:
        request = json.loads(line)
        if request.get("hello"):
            gflops = matmul_gflops()
            answer = {
                "name": f"PyTorch {torch.__version__}",
                "threads": torch.get_num_threads(),
                "matmulGflops": round(gflops, 1),
                "blas": loaded_blas(),
            }
            if gflops < 30:
                answer["warning"] = (
                    f"PyTorch's 1024³ matmul runs at {gflops:.0f} GFLOP/s only: the comparison is unfair to it. "
                    "apt-get install libopenblas0-pthread gives it a fast BLAS."
                )
        else:
            net, batch, spec = request["net"], request["batch"], request.get("spec") or {}
            key = json.dumps([net, batch, spec])
            if key not in trainings:
                trainings.clear()
                tried = choose(net, batch, spec)
                step, num_parameters = create_training(net, batch, spec, tried[0][1])
                trainings[key] = {
                    "step": step,
                    "numParameters": num_parameters,
                    "variant": describe(tried[0][1]),
                    "tried": [{"ms": round(ms, 2), "variant": describe(v)} for ms, v in tried],
                }
            training = trainings[key]
            ms, loss = timed(training["step"], request["steps"])
            answer = {"ms": ms, "loss": loss}
            answer.update((k, v) for k, v in training.items() if k != "step")
        print(json.dumps(answer), flush=True)


main()
