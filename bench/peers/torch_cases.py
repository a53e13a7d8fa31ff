# SPDX-License-Identifier: Apache-2.0
"""PyTorch's side of the comparison. Reads a case's name per line, times it and answers with one line
of JSON: {"nanoseconds": [...]}, one number for each sample.

  torch_cases.py THREADS SECONDS                answer cases, each for about SECONDS
  torch_cases.py THREADS SECONDS --device cuda  the same on a CUDA device
  torch_cases.py THREADS SECONDS --cpu-time     the processor time of it, not the clock's
  torch_cases.py THREADS SECONDS --peak C       run ten steps of training case C and print
                                                {"before_bytes", "peak_bytes"}

bench/cases/*.cpp hold the same cases for Hearth; names, shapes and options must agree."""

import gc
import json
import os
import resource
import sys
import time

ON_DEVICE = "--device" in sys.argv
now = time.process_time if "--cpu-time" in sys.argv else time.perf_counter
if not ON_DEVICE:
    os.environ["CUDA_VISIBLE_DEVICES"] = ""

import torch
import torch.nn.functional as F
from torch import nn

CASES = {}


def case(name):
    def register(build):
        CASES[name] = build
        return build
    return register


# Training steps


class LeNet(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(),
                         nn.MaxPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
                         nn.Linear(84, 10))


class Block(nn.Module):
    def __init__(self, cin, cout, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(cin, cout, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(cout)
        self.conv2 = nn.Conv2d(cout, cout, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(cout)
        self.downsample = None
        if stride != 1 or cin != cout:
            self.downsample = nn.Sequential(nn.Conv2d(cin, cout, 1, stride, bias=False), nn.BatchNorm2d(cout))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)), inplace=True)
        y = self.bn2(self.conv2(y))
        y += x if self.downsample is None else self.downsample(x)
        return F.relu(y, inplace=True)


class ResNet18(nn.Sequential):
    """For 32x32 images: the first convolution is 3x3 with stride 1, and there is no max pooling."""

    def __init__(self):
        layers = [nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True)]
        cin = 64
        for cout, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
            layers += [Block(cin, cout, stride), Block(cout, cout, 1)]
            cin = cout
        super().__init__(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


def training(model, x):
    target = torch.randint(0, 10, (x.shape[0],))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)

    def step():
        optimizer.zero_grad()
        F.cross_entropy(model(x), target).backward()
        optimizer.step()
    return step


@case("train/lenet")
def lenet():
    return training(LeNet(), torch.randn(64, 1, 28, 28))


@case("train/resnet18")
def resnet18():
    return training(ResNet18().to(memory_format=torch.channels_last),
                    torch.randn(64, 3, 32, 32).contiguous(memory_format=torch.channels_last))


@case("encoder layer/d256 16x128")
def encoder():
    layer = nn.TransformerEncoderLayer(256, 8, dim_feedforward=2048, dropout=0.0, batch_first=True)
    return forward_backward(layer, torch.randn(16, 128, 256), list(layer.parameters()))


@case("lstm/128-256 32x64")
def lstm():
    return recurrent(nn.LSTM(128, 256))


@case("gru/128-256 32x64")
def gru():
    return recurrent(nn.GRU(128, 256))


def recurrent(layer):
    """32 sequences of 64 steps."""
    return forward_backward(lambda x: layer(x)[0], torch.randn(64, 32, 128), list(layer.parameters()))


def forward_backward(fn, x, parameters=()):
    """Gradients of x and the parameters, for a given gradient of the output."""
    x.requires_grad_()
    g = torch.ones_like(fn(x))

    def step():
        x.grad = None
        for p in parameters:
            p.grad = None
        fn(x).backward(g)
    return step


# Elementwise and rows


def add_elementwise():
    # 1 MB and 100 MB of float32
    for label, rows in (("1 MB", 256), ("100 MB", 25600)):
        def register(name, make, rows=rows, label=label):
            CASES[f"{name}/{label}"] = lambda: make(torch.randn(rows, 1024))

        def add(x):
            y = torch.randn_like(x)
            return lambda: x + y

        def layer_norm(x):
            w, b = torch.ones(1024, requires_grad=True), torch.zeros(1024, requires_grad=True)
            return forward_backward(lambda t: F.layer_norm(t, (1024,), w, b), x, [w, b])

        register("add", add)
        register("chain", lambda x: forward_backward(lambda t: torch.tanh(t * 2 + 1) * torch.sigmoid(t) - t, x))
        register("gelu", lambda x: forward_backward(F.gelu, x))
        register("softmax", lambda x: forward_backward(lambda t: F.softmax(t, -1), x))
        register("layer_norm", layer_norm)
        register("dropout", lambda x: forward_backward(lambda t: F.dropout(t, 0.5), x))


add_elementwise()


# Indexing


def add_indexing():
    # 1 MB and 100 MB of float32, in rows of 64
    for label, rows in (("1 MB", 4096), ("100 MB", 409600)):
        def register(name, make, rows=rows, label=label):
            CASES[f"{name}/{label}"] = lambda: make(torch.randn(rows, 64), rows)

        def index_add(x, rows):
            index, y = torch.randint(rows, (rows,)), torch.zeros_like(x)
            return lambda: y.index_add_(0, index, x)

        def index_put(x, rows):
            index, y = torch.randint(rows, (rows,)), torch.zeros_like(x)
            return lambda: y.index_put_((index,), x)

        def embedding(x, rows):
            index = torch.randint(rows, (rows,))
            return forward_backward(lambda w: F.embedding(index, w), x)

        def scatter(write):
            def make(x, rows):
                index, y = torch.randint(64, (rows, 64)), torch.zeros_like(x)
                return lambda: write(y, index, x)
            return make

        def read(make_index, run):
            def make(x, rows):
                index = make_index(x, rows)
                return lambda: run(x, index)
            return make

        def cat(x, rows):
            parts = x.chunk(4)
            return lambda: torch.cat(parts, 1)

        positive = lambda x, rows: x > 0
        register("index_select", read(lambda x, rows: torch.randint(rows, (rows,)), lambda x, i: x.index_select(0, i)))
        register("index_add", index_add)
        register("gather", read(lambda x, rows: torch.randint(64, (rows, 64)), lambda x, i: x.gather(1, i)))
        register("scatter_add", scatter(lambda y, i, x: y.scatter_add_(1, i, x)))
        register("scatter", scatter(lambda y, i, x: y.scatter_(1, i, x)))
        register("index_put", index_put)
        register("embedding", embedding)
        register("masked_fill", read(positive, lambda x, mask: x.masked_fill(mask, 1)))
        register("scatter_reduce amax", scatter(lambda y, i, x: y.scatter_reduce_(1, i, x, "amax")))
        register("masked_select", read(positive, torch.masked_select))
        register("nonzero", read(positive, lambda x, mask: mask.nonzero()))
        register("cat", cat)


add_indexing()
# Sorting, selection and search


def add_order():
    unique = torch.ops.aten._unique2
    for label, rows in (("1 MB", 256), ("100 MB", 25600)):
        def register(name, f, rows=rows, label=label):
            def build():
                x = torch.randn(rows, 1024)
                return lambda: f(x)
            CASES[f"{name}/{label}"] = build

        register("sort", lambda x: x.view(-1).sort())
        register("sort rows", lambda x: x.sort())
        register("topk rows", lambda x: x.topk(10))
        register("topk", lambda x: x.view(-1).topk(1000))
        register("median rows", lambda x: x.median(1))
        register("unique", lambda x: unique(x))
        register("unique inverse", lambda x: unique(x, True, True, True))
        register("cumsum", lambda x: x.cumsum(1))

        def searchsorted(rows=rows):
            x, edges = torch.randn(rows, 1024), torch.randn(1000).sort()[0]
            return lambda: torch.searchsorted(edges, x)
        CASES[f"searchsorted/{label}"] = searchsorted


add_order()


@case("cross_entropy/4096x1000")
def cross_entropy():
    target = torch.randint(0, 1000, (4096,))
    return forward_backward(lambda t: F.cross_entropy(t, target), torch.randn(4096, 1000))


# Resizing of images, and reading them by a grid


def add_spatial():
    # 1 MB and 100 MB of results
    for label, images in (("1 MB", 1), ("100 MB", 100)):
        def register(name, size, fn, images=images, label=label):
            CASES[f"{name}/{label}"] = lambda: forward_backward(fn, torch.randn(images, 16, size, size))

        def grid_sample(images=images):
            grid = (torch.rand(images, 128, 128, 2) * 2 - 1).requires_grad_()
            return forward_backward(lambda t: F.grid_sample(t, grid, align_corners=False), torch.randn(images, 16, 128, 128),
                                    [grid])

        resize = lambda mode, **kw: lambda t: F.interpolate(t, size=(128, 128), mode=mode, align_corners=False, **kw)
        register("bilinear", 64, resize("bilinear"))
        register("nearest", 64, lambda t: F.interpolate(t, size=(128, 128), mode="nearest"))
        register("bicubic", 64, resize("bicubic"))
        register("antialias", 256, resize("bilinear", antialias=True))
        CASES[f"grid_sample/{label}"] = grid_sample


add_spatial()


# Matrix products and convolutions


def add_matmul():
    for n in (256, 1024):
        for label, dtype in (("f32", torch.float32), ("bf16", torch.bfloat16)):
            def build(n=n, dtype=dtype):
                a, b = torch.randn(n, n).to(dtype), torch.randn(n, n).to(dtype)
                return lambda: a @ b
            CASES[f"matmul/{n} {label}"] = build
    for label in ("coo", "csr"):
        def build_sparse(csr=label == "csr"):
            n, nnz = 10000, 1000000
            coo = torch.sparse_coo_tensor(torch.randint(n, (2, nnz)), torch.randn(nnz), (n, n)).coalesce()
            a, b = coo.to_sparse_csr() if csr else coo, torch.randn(n, 64)
            return lambda: a @ b
        CASES[f"matmul/sparse {label}"] = build_sparse


add_matmul()


# Attention of 16 heads in bfloat16


def add_attention():
    def attend(batch, queries, keys, columns, causal, backward):
        def make(length):
            t = torch.randn(batch, length, 16, columns).to(torch.bfloat16).transpose(1, 2)
            return t.detach().requires_grad_(backward)
        q, k, v = make(queries), make(keys), make(keys)
        run = lambda: F.scaled_dot_product_attention(q, k, v, is_causal=causal)
        if not backward:
            return run
        g = torch.ones_like(run())

        def step():
            q.grad = k.grad = v.grad = None
            run().backward(g)
        return step

    for d in (64, 128):
        for n in (2048, 8192):
            for causal in (False, True):
                for backward in (False, True):
                    name = f"attention/{n}x{d}{' causal' * causal}{' backward' * backward}"
                    CASES[name] = lambda n=n, d=d, c=causal, b=backward: attend(1, n, n, d, c, b)
        CASES[f"attention/decode 4096x{d}"] = lambda d=d: attend(8, 1, 4096, d, False, False)


add_attention()

# name: batch, channels in, size, channels out, kernel, stride, groups, whether the input has a gradient
CONVOLUTIONS = {
    "3x3 64": (32, 64, 28, 64, 3, 1, 1, True),
    "3x3 256": (32, 256, 14, 256, 3, 1, 1, True),
    "1x1": (32, 256, 14, 64, 1, 1, 1, True),
    "strided": (32, 64, 28, 128, 3, 2, 1, True),
    "depthwise": (32, 128, 28, 128, 3, 1, 128, True),
    "stem": (16, 3, 224, 64, 7, 2, 1, False),
}


def add_convolutions():
    for name, shape in CONVOLUTIONS.items():
        def build(shape=shape):
            n, cin, size, cout, kernel, stride, groups, input_gradient = shape
            conv = nn.Conv2d(cin, cout, kernel, stride, kernel // 2, groups=groups, bias=False)
            conv.to(memory_format=torch.channels_last)
            x = torch.randn(n, cin, size, size).contiguous(memory_format=torch.channels_last)
            x.requires_grad_(input_gradient)
            g = torch.ones_like(conv(x))

            def step():
                x.grad = conv.weight.grad = None
                conv(x).backward(g)
            return step
        CASES[f"convolution/{name}"] = build


add_convolutions()


# Decompositions of a batch of small matrices, and of a large one

DECOMPOSITIONS = {
    "cholesky": lambda a, p, b: torch.linalg.cholesky(p),
    "lu_factor": lambda a, p, b: torch.linalg.lu_factor(a),
    "solve": lambda a, p, b: torch.linalg.solve(a, b),
    "inv": lambda a, p, b: torch.linalg.inv(a),
    "qr": lambda a, p, b: torch.linalg.qr(a),
    "eigh": lambda a, p, b: torch.linalg.eigh(p),
    "eig": lambda a, p, b: torch.linalg.eig(a),
    "det": lambda a, p, b: torch.linalg.det(a),
    "lstsq": lambda a, p, b: torch.linalg.lstsq(a, b, driver="gels"),
    "svd": lambda a, p, b: torch.linalg.svd(a, full_matrices=False),
}


def add_linalg():
    for n, batch, label in ((64, (256,), "256 x 64"), (512, (), "512")):
        for name, run in DECOMPOSITIONS.items():
            def build(n=n, batch=batch, run=run):
                a, b = torch.randn(*batch, n, n), torch.randn(*batch, n, 16)
                positive = a @ a.mT + n * torch.eye(n)
                return lambda: run(a, positive, b)
            CASES[f"linalg/{name} {label}"] = build


add_linalg()
# Fourier transforms of 4096 rows, and spectra of half a minute of speech


def add_spectra():
    for n in (400, 512, 1024):
        def register(name, shape, dtype, n=n):
            def build():
                x = torch.randn(*shape, dtype=dtype)
                return lambda: getattr(torch.fft, name)(x)
            CASES[f"{name}/{n} x4096"] = build

        register("fft", (4096, n), torch.complex64)
        register("rfft", (4096, n), torch.float32)
        register("irfft", (4096, n // 2 + 1), torch.complex64)


add_spectra()


@case("stft/400 16x480000")
def stft():
    x, window = torch.randn(16, 480000), torch.linspace(0, 1, 400)
    return lambda: torch.stft(x, 400, 160, 400, window, return_complex=True)


# Optimizers: 10 M parameters in 60 tensors


def optimizer(build):
    shapes = [(512, 650), (512,)] * 30
    params = [nn.Parameter(torch.randn(*s)) for s in shapes]
    for p in params:
        p.grad = torch.randn_like(p)
    return build(params).step


CASES["optimizer/SGD"] = lambda: optimizer(lambda p: torch.optim.SGD(p, lr=1e-3, momentum=0.9, fused=True))
CASES["optimizer/Adam"] = lambda: optimizer(lambda p: torch.optim.Adam(p, lr=1e-3, fused=True))
CASES["optimizer/AdamW"] = lambda: optimizer(lambda p: torch.optim.AdamW(p, lr=1e-3, fused=True))


# Data


class Images(torch.utils.data.Dataset):
    """60,000 grey images, normalized when they are read."""

    def __init__(self):
        self.images = torch.randint(0, 256, (60000, 28, 28), dtype=torch.uint8)
        self.labels = torch.randint(0, 10, (60000,))

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        return self.images[i].unsqueeze(0).float().div_(255).sub_(0.1307).div_(0.3081), self.labels[i]


def loader(workers):
    data = torch.utils.data.DataLoader(Images(), batch_size=64, shuffle=True, num_workers=workers)

    def epoch():
        for _ in data:
            pass
    return epoch


CASES["loader/60000 images, 0 workers"] = lambda: loader(0)
CASES["loader/60000 images, 2 workers"] = lambda: loader(2)


# Metrics


def metric(kind, compute):
    """torchmetrics' function, of a million samples."""
    import torchmetrics.functional as of
    import torchmetrics.functional.text
    n = 1000000
    if kind == "words":
        preds = [" ".join(f"w{i * k * 7 % 41}" for k in range(50)) for i in range(200)]
        target = [" ".join(f"w{i * (k + k // 9) * 7 % 41}" for k in range(50)) for i in range(200)]
    elif kind == "numbers":
        preds = torch.randn(n)
        target = preds + torch.randn(n)
    else:
        classes = 2 if kind == "binary" else 10
        preds = torch.randint(10, (n,)) if kind == "labels" else torch.rand(n) if kind == "binary" else torch.rand(n, 10)
        target = torch.randint(classes, (n,))
    return lambda: compute(of, preds, target)


CASES["metrics/accuracy 1M x 10"] = lambda: metric("scores", lambda of, p, t: of.classification.multiclass_accuracy(p, t, 10))
CASES["metrics/accuracy 1M labels"] = lambda: metric("labels", lambda of, p, t: of.classification.multiclass_accuracy(p, t, 10))
CASES["metrics/auroc 1M x 10"] = lambda: metric("scores", lambda of, p, t: of.classification.multiclass_auroc(p, t, 10))
CASES["metrics/auroc 1M x 10 in 100 bins"] = lambda: metric(
    "scores", lambda of, p, t: of.classification.multiclass_auroc(p, t, 10, thresholds=100))
CASES["metrics/auroc 1M"] = lambda: metric("binary", lambda of, p, t: of.classification.binary_auroc(p, t))
CASES["metrics/spearman 1M"] = lambda: metric("numbers", lambda of, p, t: of.spearman_corrcoef(p, t))
CASES["metrics/word error rate 200 x 50"] = lambda: metric("words", lambda of, p, t: of.text.word_error_rate(p, t))


# Timing


def measure(step, budget):
    """Samples of a millisecond or more each, for about `budget` seconds; at least three, unless one
    takes longer than all of the budget."""
    def sample(calls):
        start = now()
        for _ in range(calls):
            step()
        if ON_DEVICE:
            torch.cuda.synchronize()
        return (now() - start) / calls

    first = sample(1)
    if first > budget:
        return [first * 1e9]
    sample(2)
    calls = max(1, int(1e-3 / max(sample(1), 1e-7)))
    times, end = [], now() + budget
    while len(times) < 3 or now() < end:
        times.append(sample(calls) * 1e9)
    return times


def peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main():
    threads, budget = int(sys.argv[1]), float(sys.argv[2])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    if ON_DEVICE:
        import device_cases
        device_cases.add_cases(CASES, forward_backward)
        torch.set_default_device(sys.argv[4])
    elif len(sys.argv) == 5:
        before = peak_bytes()
        step = CASES[sys.argv[4]]()
        for _ in range(10):
            step()
        print(json.dumps({"before_bytes": before, "peak_bytes": peak_bytes()}))
        return
    current, step = None, None
    for line in sys.stdin:
        name = line.strip()
        if name not in CASES:
            print(json.dumps({"error": "no such case"}), flush=True)
            continue
        if name != current:
            step = None
            gc.collect()
            current, step = name, CASES[name]()
            step()  # memory, plans and caches are made now
        print(json.dumps({"nanoseconds": measure(step, budget)}), flush=True)


if __name__ == "__main__":
    main()
