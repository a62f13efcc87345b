"""PyTorch's side of the fine-tuning benchmark: one JSON request a line on stdin, one JSON answer a line on stdout.

    {"hello": true}                          ->  {"name", "threads", "matmulGflops"}
    {"folder", "variant", "batch", "steps"}  ->  {"ms", "cpuMs", "loss", "form", "numParameters", "check"?}

`folder` holds what ours.mjs wrote: network.json (the nodes of the file and where each array lies) and arrays.bin.
"""
import json
import os
import sys
import time

THREADS = int(os.environ.get("SAMESAME_BENCH_THREADS", "2"))
os.environ["OMP_NUM_THREADS"] = str(THREADS)
# glibc hands large arrays back to the system at every step, and the system zeroes them anew.
if os.environ.get("SAMESAME_BENCH_MALLOC") != "default" and "MALLOC_TRIM_THRESHOLD_" not in os.environ:
    os.environ.update(MALLOC_MMAP_THRESHOLD_="4294967296", MALLOC_TRIM_THRESHOLD_="17179869184", MALLOC_TOP_PAD_="67108864")
    os.execv(sys.executable, [sys.executable, *sys.argv])

import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import nn  # noqa: E402

torch.set_num_threads(THREADS)
torch.set_flush_denormal(True)

EPSILON = 1e-7
LAYOUTS = {"NCHW": torch.contiguous_format, "channels last": torch.channels_last}


class Exchange:
    """The folder that both sides read: arrays by name."""

    def __init__(self, folder):
        with open(os.path.join(folder, "network.json"), encoding="utf8") as file:
            self.network = json.load(file)
        self.bytes = np.fromfile(os.path.join(folder, "arrays.bin"), dtype=np.uint8)

    def array(self, name):
        entry = self.network["arrays"][name]
        dtype = np.dtype(entry["dtype"])
        count = int(np.prod(entry["shape"]))
        part = np.frombuffer(self.bytes, dtype, count, entry["offset"])
        return torch.from_numpy(part.reshape(entry["shape"]).copy())


class Part(nn.Module):
    """Some nodes of the network one after another, as torchvision writes them: Conv2d, ReLU6 in place, sums."""

    def __init__(self, nodes, source, exchange):
        super().__init__()
        self.source = source
        self.plan = []
        self.layers = nn.ModuleDict()
        for node in nodes:
            op, name = node["op"], node["name"]
            if op == "Conv":
                weight = exchange.array(node["weight"])
                top, left, bottom, right = node["pads"]
                # Conv2d has no pads of two sizes; a frozen part may pad before, which torchvision need not.
                even = (top, left) == (bottom, right)
                layer = nn.Conv2d(
                    weight.shape[1] * node["groups"],
                    weight.shape[0],
                    tuple(weight.shape[2:]),
                    stride=node["strides"],
                    padding=(top, left) if even else 0,
                    groups=node["groups"],
                )
                layer.weight.data.copy_(weight)
                layer.bias.data.copy_(exchange.array(node["bias"]))
                layer = layer if even else nn.Sequential(nn.ZeroPad2d((left, right, top, bottom)), layer)
            elif op == "Clip":
                layer = nn.ReLU6(inplace=True)
            else:
                layer = None
            if layer is not None:
                self.layers[name] = layer
            self.plan.append((op, name, node["inputs"], node["output"]))

    def forward(self, x):
        values = {self.source: x}
        for op, name, inputs, output in self.plan:
            if op == "Add":
                x = values[inputs[0]] + values[inputs[1]]
            else:
                x = self.layers[name](values[inputs[0]])
            values[output] = x
        return x


class Network(nn.Module):
    """Trunk under no_grad, or its features as they come; tail, mean of each channel, dense layer, length 1."""

    def __init__(self, exchange, variant, memory_format):
        super().__init__()
        network = exchange.network
        self.variant = variant
        self.memory_format = memory_format
        self.trunk = Part(network["trunk"], network["input"], exchange).eval().requires_grad_(False)
        self.tail = Part(network["tail"], network["features"], exchange)
        weight = exchange.array("embedding/weight")
        self.embedding = nn.Linear(*weight.shape)
        self.embedding.weight.data.copy_(weight.T)
        self.embedding.bias.data.copy_(exchange.array("embedding/bias"))
        self.to(memory_format=memory_format)
        self.frozen = self.trunk

    def freeze(self, images):
        """The trunk as TorchScript with its constants folded and its layers fused: how PyTorch does inference best."""
        with torch.no_grad():
            traced = torch.jit.trace(self.trunk, self.planes(images))
            self.frozen = torch.jit.optimize_for_inference(torch.jit.freeze(traced.eval()))

    def planes(self, images):
        x = images.permute(0, 3, 1, 2).to(torch.float32).sub_(127.5).div_(127.5)
        return x.contiguous(memory_format=self.memory_format)

    def features(self, images):
        with torch.no_grad():
            return self.frozen(self.planes(images))

    def forward(self, batch):
        if self.variant == "whole":
            x = self.features(batch)
        else:
            x = batch.contiguous(memory_format=self.memory_format)
        x = self.tail(x)
        return F.normalize(self.embedding(x.mean((2, 3))), dim=1)


def contrastive(x, upper_similar, upper_different, num_pairs, margin=1.0):
    """All pairs i < j of the batch, as bench/train-step has it."""
    norm = x.square().sum(1)
    squared = torch.addmm(norm[:, None] + norm[None, :], x, x.T, alpha=-2).clamp_min(EPSILON)
    gap = (margin - squared.sqrt()).clamp_min(0)
    return (upper_similar * squared + upper_different * gap.square()).sum() / num_pairs


class Training:
    def __init__(self, exchange, variant, layout, frozen):
        self.network = Network(exchange, variant, LAYOUTS[layout])
        self.exchange = exchange
        images = exchange.array("images")
        if frozen:
            self.network.freeze(images)
        self.batch = images if variant == "whole" else exchange.array("features").float()
        labels = exchange.array("labels")
        count = len(labels)
        same = (labels[:, None] == labels[None, :]).float()
        upper = torch.triu(torch.ones(count, count), 1)
        self.truth = (upper * same, upper * (1 - same), count * (count - 1) / 2)
        learned = [*self.network.tail.parameters(), *self.network.embedding.parameters()]
        self.optimiser = torch.optim.Adam(learned, exchange.network["rate"], foreach=True)
        self.num_parameters = sum(p.numel() for p in learned)

    def gradients(self):
        self.optimiser.zero_grad(set_to_none=True)
        loss = contrastive(self.network(self.batch), *self.truth)
        loss.backward()
        return loss

    def step(self):
        loss = self.gradients()
        self.optimiser.step()
        return loss

    def named_gradients(self):
        found = {"embedding/weight": self.network.embedding.weight.grad.T, "embedding/bias": self.network.embedding.bias.grad}
        for node in self.exchange.network["tail"]:
            if node["op"] == "Conv":
                layer = self.network.tail.layers[node["name"]]
                layer = layer if isinstance(layer, nn.Conv2d) else layer[1]
                found[node["weight"]], found[node["bias"]] = layer.weight.grad, layer.bias.grad
        return {name: gradient.double() for name, gradient in found.items()}

    def check(self):
        """The first loss, and how far our gradients are from PyTorch's in float64, by length: ‖ours − theirs‖ / ‖theirs‖.

        By the largest number, a single pixel that lies within rounding of a bend of ReLU6 would count for more than all
        the others; `own` is how far PyTorch's float32 is from its float64.
        """
        images, kept = self.exchange.array("images"), self.exchange.array("features").float()
        features = self.network.features(images)
        loss = self.gradients().item()
        single = self.named_gradients()
        self.network.double()
        self.truth = tuple(value.double() if torch.is_tensor(value) else value for value in self.truth)
        self.network.variant, self.batch = "cached", kept.double()
        self.gradients()
        worst = {"name": None, "difference": 0.0, "own": 0.0}
        for name, gradient in self.named_gradients().items():
            length = gradient.norm().clamp_min(1e-12)
            difference = ((self.exchange.array(f"gradient/{name}") - gradient).norm() / length).item()
            if not difference <= worst["difference"]:
                worst = {"name": name, "difference": difference, "own": ((single[name] - gradient).norm() / length).item()}
        return {
            "loss": loss,
            "gradient": worst,
            "features": ((features - kept).abs().max() / kept.abs().max()).item(),
        }


def timed(step, steps):
    times, cpu, loss = [], [], None
    for _ in range(steps):
        start, start_cpu = time.perf_counter(), time.process_time()
        loss = step()
        times.append((time.perf_counter() - start) * 1000)
        cpu.append((time.process_time() - start_cpu) * 1000)
    return times, cpu, loss.item()


def forms(variant):
    """Equivalent ways to build it: memory layout, and for the frozen trunk as written or as fused TorchScript."""
    for layout in LAYOUTS:
        for frozen in [False, True] if variant == "whole" else [False]:
            yield layout, frozen


def choose(exchange, variant):
    """The fastest form: each by the lower quartile of some steps, in turns."""
    field = [{"form": form, "training": Training(exchange, variant, *form), "ms": []} for form in forms(variant)]
    for entry in field:
        timed(entry["training"].step, 2)
    for _ in range(3):
        for entry in field:
            entry["ms"] += timed(entry["training"].step, 2)[1]
    best = min(field, key=lambda entry: sorted(entry["ms"])[len(entry["ms"]) // 4])
    layout, frozen = best["form"]
    return best["training"], layout + (", trunk as fused TorchScript" if frozen else "")


def matmul_gflops(size=1024, repeats=5):
    a, b = torch.randn(size, size), torch.randn(size, size)
    return max(2 * size**3 / timed(lambda: torch.mm(a, b).sum(), 1)[0][0] / 1e6 for _ in range(repeats))


def main():
    key, training, form = None, None, None
    for line in sys.stdin:
        request = json.loads(line)
        if request.get("hello"):
            answer = {
                "name": f"PyTorch {torch.__version__}",
                "threads": torch.get_num_threads(),
                "matmulGflops": round(matmul_gflops()),
            }
        else:
            folder, variant = request["folder"], request["variant"]
            answer = {}
            if (variant, request["batch"]) != key:
                training = None
                exchange = Exchange(folder)
                answer["check"] = Training(exchange, variant, "NCHW", False).check()
                training, form = choose(exchange, variant)
                key = (variant, request["batch"])
            ms, cpu, loss = timed(training.step, request["steps"])
            answer.update(ms=ms, cpuMs=cpu, loss=loss, form=form, numParameters=training.num_parameters)
        print(json.dumps(answer), flush=True)


main()
