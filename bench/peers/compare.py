#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs Hearth and PyTorch side by side and writes build/compare.json and a table.

Each side is a process that times one case at a time (see torch_cases.py); the sides take turns, case
by case and repeat by repeat, with the same number of threads, so that a busy moment of the machine
hits all of them. A side's time is the median of its samples, or with --least the least of them, which
says more on a machine that other programs use too. PyTorch runs as it is installed ("torch")
and with a glibc that keeps its memory ("torch-tuned"). A ratio above 1 means that Hearth is faster;
the floor is the time that the measured bandwidth and FLOP rate of this machine allow.

With --device cuda both run on that device, PyTorch as installed, and the result goes to
build/compare-cuda.json."""

import argparse
import json
import math
import os
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEERS = ROOT / "build/peers/bin"
HEARTH = ROOT / "build/release/bin/hearth-bench-cases"
RESULT, CUDA_RESULT = ROOT / "build/compare.json", ROOT / "build/compare-cuda.json"
TUNED = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": "17179869184", "MALLOC_TOP_PAD_": "1073741824"}
UNITS = {"ms": 1e6, "us": 1e3, "ns": 1.0}
BEGIN, END = "<!-- compare:begin -->", "<!-- compare:end -->"

MB = 1 << 20


def convolution_work(n, cin, size, cout, kernel, stride, groups, input_gradient):
    """Multiply-adds count two; the backward pass is once the forward per gradient."""
    out = (size + 2 * (kernel // 2) - kernel) // stride + 1
    return 2 * n * out * out * cout * cin // groups * kernel * kernel * (3 if input_gradient else 2)


def lenet_work():
    second = convolution_work(64, 6, 14, 16, 5, 1, 1, True) * 100 // 196  # unpadded: 10x10 of 14x14
    linear = 3 * 2 * 64 * (400 * 120 + 120 * 84 + 84 * 10)
    return convolution_work(64, 1, 28, 6, 5, 1, 1, False) + second + linear


def resnet18_work():
    total, cin, size = convolution_work(64, 3, 32, 64, 3, 1, 1, False), 64, 32
    for cout, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        total += convolution_work(64, cin, size, cout, 3, stride, 1, True)
        if stride == 2:
            total += convolution_work(64, cin, size, cout, 1, stride, 1, True)
        size //= stride
        total += 3 * convolution_work(64, cout, size, cout, 3, 1, 1, True)
        cin = cout
    return total


def encoder_work():
    tokens, d, hidden = 16 * 128, 256, 2048
    return 3 * 2 * (tokens * (4 * d * d + 2 * d * hidden) + 2 * 16 * 128 * 128 * d)


def recurrent_work(gates):
    return 3 * 2 * 64 * 32 * gates * 256 * (128 + 256)


# name: unit, least bytes moved between memory and processor, FLOPs (0: not what limits it), their type
CASES = {
    "train/lenet": ("ms", 0, lenet_work(), "f32"),
    "train/resnet18": ("ms", 0, resnet18_work(), "f32"),
    "encoder layer/d256 16x128": ("ms", 0, encoder_work(), "f32"),
    "lstm/128-256 32x64": ("ms", 0, recurrent_work(4), "f32"),
    "gru/128-256 32x64": ("ms", 0, recurrent_work(3), "f32"),
}
# Forward reads x and writes y, backward reads what it needs and the gradient, and writes one.
for size, label in ((MB, "1 MB"), (100 * MB, "100 MB")):
    for name, passes in (("add", 3), ("chain", 5), ("gelu", 5), ("softmax", 5), ("layer_norm", 5), ("dropout", 4)):
        CASES[f"{name}/{label}"] = ("us" if size == MB else "ms", passes * size, 0, "f32")
    # Results of that size, from images a quarter, four times or as large.
    for name, passes in (("bilinear", 2.5), ("nearest", 2.5), ("bicubic", 2.5), ("antialias", 10), ("grid_sample", 5)):
        CASES[f"{name}/{label}"] = ("us" if size == MB else "ms", passes * size, 0, "f32")
# Read once and written once, at the least.
ORDER = ("sort", "sort rows", "topk", "topk rows", "median rows", "unique", "unique inverse", "cumsum", "searchsorted")
INDEXING = ("index_select", "index_add", "index_put", "gather", "scatter", "scatter_add", "scatter_reduce amax",
            "embedding", "masked_select", "masked_fill", "nonzero", "cat")
for size, label in ((MB, "1 MB"), (100 * MB, "100 MB")):
    for name in ORDER + INDEXING:
        CASES[f"{name}/{label}"] = ("us" if size == MB else "ms", 2 * size, 0, "f32")
CASES["cross_entropy/4096x1000"] = ("ms", 3 * 4 * 4096 * 1000, 0, "f32")
for n in (256, 1024):
    for dtype in ("f32", "bf16"):
        CASES[f"matmul/{n} {dtype}"] = ("us" if n == 256 else "ms", 0, 2 * n**3, dtype)
# Operations for n^3 of a matrix.
for name, operations in (("cholesky", 1 / 3), ("lu_factor", 2 / 3), ("solve", 2 / 3), ("inv", 2), ("qr", 8 / 3),
                         ("eigh", 9), ("eig", 25), ("det", 2 / 3), ("lstsq", 8 / 3), ("svd", 21)):
    CASES[f"linalg/{name} 256 x 64"] = ("ms", 0, int(operations * 256 * 64**3), "f32")
    CASES[f"linalg/{name} 512"] = ("ms", 0, int(operations * 512**3), "f32")
for name, shape in {"3x3 64": (32, 64, 28, 64, 3, 1, 1, True), "3x3 256": (32, 256, 14, 256, 3, 1, 1, True),
                    "1x1": (32, 256, 14, 64, 1, 1, 1, True), "strided": (32, 64, 28, 128, 3, 2, 1, True),
                    "depthwise": (32, 128, 28, 128, 3, 1, 128, True), "stem": (16, 3, 224, 64, 7, 2, 1, False)}.items():
    n, cin, size, cout, _, stride, _, gradient = shape
    inputs, outputs = 4 * n * cin * size * size, 4 * n * cout * (size // stride) ** 2
    CASES[f"convolution/{name}"] = ("ms", inputs * (3 if gradient else 2) + outputs * (3 if gradient else 2),
                                    convolution_work(*shape), "f32")
for n in (400, 512, 1024):
    work = 4096 * 5 * n * math.log2(n)
    CASES[f"fft/{n} x4096"] = ("ms", 4096 * 16 * n, work, "f32")
    CASES[f"rfft/{n} x4096"] = CASES[f"irfft/{n} x4096"] = ("ms", 4096 * 8 * n, work / 2, "f32")
FRAMES = 16 * 3001
CASES["stft/400 16x480000"] = ("ms", 16 * 480000 * 4 + FRAMES * 201 * 8, FRAMES * 2.5 * 400 * math.log2(400), "f32")
for name, passes in (("SGD", 5), ("Adam", 7), ("AdamW", 7)):
    CASES[f"optimizer/{name}"] = ("ms", passes * 4 * 30 * (512 * 650 + 512), 0, "f32")
for workers in (0, 2):
    CASES[f"loader/60000 images, {workers} workers"] = ("ms", 60000 * 784 * 5, 0, "f32")
for name, read in (("accuracy 1M x 10", 48 * MB), ("accuracy 1M labels", 16 * MB), ("auroc 1M x 10", 48 * MB),
                   ("auroc 1M x 10 in 100 bins", 48 * MB), ("auroc 1M", 12 * MB), ("spearman 1M", 8 * MB),
                   ("word error rate 200 x 50", 0)):
    CASES[f"metrics/{name}"] = ("ms", read, 0, "f32")
# Only on a device: minutes of one processor. Products forward are two, backward five more.
ATTENTION = []
for d in (64, 128):
    for n in (2048, 8192):
        for causal in (False, True):
            for backward in (False, True):
                ATTENTION.append(f"attention/{n}x{d}{' causal' * causal}{' backward' * backward}")
                CASES[ATTENTION[-1]] = ("ms", 0, (7 if backward else 2) * 2 * 16 * n * n * d // (1 + causal), "bf16")
    ATTENTION.append(f"attention/decode 4096x{d}")
    CASES[ATTENTION[-1]] = ("us", 2 * 2 * 8 * 16 * 4096 * d, 0, "bf16")
# Whole networks are limited by neither alone.
DEVICE = list(ATTENTION)
COPY = "bandwidth/copy f32"
for dtype in ("f32", "bf16"):
    for name, passes in (("copy", 2), ("add", 2), ("exp", 2), ("sum", 1), ("sum of rows", 1), ("sum of columns", 1), ("amax of rows", 1)):
        DEVICE.append(f"bandwidth/{name} {dtype}")
        CASES[DEVICE[-1]] = ("us", passes * 512 * MB, 0, dtype)
    size = 4 if dtype == "f32" else 2
    for name, moved in (("softmax", 5 * 256 * MB), ("layer_norm", 5 * 256 * MB), ("cross_entropy", 3 * 4096 * 50257 * size),
                        ("Adam", 7 * 64 * MB * size)):
        DEVICE.append(f"fused/{name} {dtype}")
        CASES[DEVICE[-1]] = ("us", moved, 0, dtype)
for n in (4096, 8192):
    DEVICE.append(f"matmul/{n} bf16")
    CASES[DEVICE[-1]] = ("ms", 0, 2 * n**3, "bf16")
for name in ("lenet as a graph", "resnet50 256", "vit_b_16 128", "GPT-2 small 8x1024", "BERT base 32x128", "SmolLM2-135M decoding as a graph"):
    DEVICE.append("network/" + name)
    CASES[DEVICE[-1]] = ("ms", 0, 0, "bf16")
DEVICE.append("host/add")
CASES["host/add"] = ("ns", 0, 0, "f32")
DOOR = ["door/add", "door/add with gradient", "door/linear 16x16", "door/product 16x16", "door/view",
        "door/view with gradient", "door/empty", "door/backward of 10 ops"]
for name in DOOR:
    CASES[name] = ("ns", 0, 0, "f32")
TRAINING = ["train/lenet", "train/resnet18"]
# Means are printed by family. Door and memory are no times of work, so they are in no overall mean.
FAMILIES = {"training steps": r"train/|encoder", "recurrent": r"(lstm|gru)/", "elementwise": r"(add|chain|gelu)/",
            "softmax, norms, losses": r"(softmax|layer_norm|cross_entropy)/", "matmul": r"matmul/", "linalg": r"linalg/",
            "order": f"^({'|'.join(ORDER)})/", "indexing": f"^({'|'.join(INDEXING)})/",
            "attention": r"attention/", "bandwidth": r"bandwidth/", "fused": r"fused/", "networks": r"network/",
            "resizing, grids": r"(bilinear|nearest|bicubic|antialias|grid_sample)/",
            "convolution": r"convolution/", "spectra": r"(fft|rfft|irfft|stft)/", "optimizer": r"optimizer/",
            "dropout": r"dropout/", "loader": r"loader/", "metrics": r"metrics/", "door": r"door/"}
# PyTorch does these with one thread, or in Python, so that they would lift a mean that they are part of.
APART = r"(dropout|loader|metrics|door|host)/"
# Families that have been measured from the beginning; their mean is comparable with earlier ones.
BASKET = "|".join(FAMILIES[name] for name in ("training steps", "elementwise", "softmax, norms, losses", "matmul",
                                              "convolution", "optimizer"))


class Side:
    """A process that times cases. `env` is added to its environment."""

    def __init__(self, command, env):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, **env})
        self.command = command

    def ask(self, name):
        self.process.stdin.write(name + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"[compare] {self.command[0]} ended while it ran {name!r}")
        answer = json.loads(line)
        if "error" in answer:
            sys.exit(f"[compare] {' '.join(map(str, self.command))} cannot run {name!r}: {answer['error']}")
        return answer["nanoseconds"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Bystanders:
    """What other programs took of the processors while ours ran; they disturb every number."""

    def __init__(self):
        self.start, self.busy, self.ours = time.monotonic(), self.busy_seconds(), self.own_seconds()

    def share(self):
        taken = self.busy_seconds() - self.busy - (self.own_seconds() - self.ours)
        return max(0.0, taken / ((time.monotonic() - self.start) * os.cpu_count()))

    @staticmethod
    def busy_seconds():
        ticks = [int(x) for x in pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
        return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")  # less idle, iowait

    @staticmethod
    def own_seconds():
        both = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
        return sum(r.ru_utime + r.ru_stime for r in both)


def floor_of(name, machine):
    """Nanoseconds, or None where neither bandwidth nor arithmetic is the limit."""
    _, moved, flops, dtype = CASES[name]
    bandwidth = machine["cache_bytes_per_s" if moved <= 8 * MB else "memory_bytes_per_s"]
    seconds = max(moved / bandwidth, flops / machine[dtype + "_flops"] if machine[dtype + "_flops"] else 0)
    return seconds * 1e9 or None


def entry(name, peer, unit, threads, ours, theirs, floor):
    digits = lambda x: None if x is None else float(f"{x:.4g}")
    return {"area": "core", "name": name, "peer": peer, "unit": unit, "threads": threads, "ours": digits(ours),
            "theirs": digits(theirs), "ratio": digits(theirs / ours), "floor": digits(floor)}


def time_cases(names, args, machine):
    tail = [str(args.threads), str(args.seconds)]
    tail += ["--device", args.device] if args.device else ["--cpu-time"] if args.cpu_time else []
    torch_command = [args.python, ROOT / "bench/peers/torch_cases.py", *tail]
    peers = {}
    if args.device:
        hearth = Side([HEARTH, *tail], {})
        torch = Side(torch_command, {})
        peers["torch"] = (torch, torch)
    else:
        hidden = {"CUDA_VISIBLE_DEVICES": ""}
        hearth = Side([HEARTH, *tail], hidden)
        for peer, env in (("torch", hidden), ("torch-tuned", {**hidden, **TUNED})):
            peers[peer] = (Side(torch_command, env), Side([PEERS / "libtorch_door", *tail], env))
    entries = []
    for name in names:
        samples = {side: [] for side in ("hearth", *peers)}
        for repeat in range(args.repeats):
            turns = [("hearth", hearth)] + [(p, pair[name in DOOR]) for p, pair in peers.items()]
            for side, process in turns if repeat % 2 == 0 else reversed(turns):
                samples[side] += process.ask(name)
                time.sleep(0.02)  # lets the threads of the one that ran stop spinning
        unit = CASES[name][0]
        of_samples = min if args.least else statistics.median
        taken = {side: of_samples(t) / UNITS[unit] for side, t in samples.items()}
        floor = floor_of(name, machine) if machine else None
        for peer in peers:
            entries.append(entry(name, peer, unit, args.threads, taken["hearth"], taken[peer],
                                 floor and floor / UNITS[unit]))
        print(f"{name}: {taken['hearth']:.4g} {unit}, " + ", ".join(f"{p} {taken[p]:.4g}" for p in peers),
              file=sys.stderr)
    for side in {hearth, *(s for pair in peers.values() for s in pair)}:
        side.close()
    return entries


def measure_memory(names, args):
    """The peak of ten training steps, and how far that is above what the process had before them."""
    entries = []
    for name in names:
        tail = [str(args.threads), "0", "--peak", name]
        run = lambda command, env: json.loads(subprocess.run(
            [*command, *tail], env={**os.environ, **env}, check=True, capture_output=True, text=True).stdout)
        ours = run([HEARTH], {})
        for peer, env in (("torch", {}), ("torch-tuned", TUNED)):
            theirs = run([PEERS / "python", ROOT / "bench/peers/torch_cases.py"], env)
            growth = [max(1, r["peak_bytes"] - r["before_bytes"]) / MB for r in (ours, theirs)]
            entries.append(entry(f"peak memory/{name}", peer, "MB", args.threads, ours["peak_bytes"] / MB,
                                 theirs["peak_bytes"] / MB, None))
            entries.append(entry(f"peak memory above start/{name}", peer, "MB", args.threads, *growth, None))
    return entries


def is_time(e):
    return e["unit"] != "MB"


def means(entries):
    """Pairs of a label and the entries whose geometric mean it names."""
    times = [e for e in entries if is_time(e)]
    for family, pattern in FAMILIES.items():
        yield f"geometric mean, {family}", [e for e in times if re.match(pattern, e["name"])]
    yield "geometric mean of the first basket", [e for e in times if re.match(BASKET, e["name"])]
    yield "geometric mean without dropout, loader, door", [e for e in times if not re.match(APART, e["name"])]
    yield "geometric mean without door", [e for e in times if not e["name"].startswith("door/")]


def geometric_mean(entries):
    return math.exp(statistics.fmean(math.log(e["ratio"]) for e in entries))


def table(entries, cpu):
    """Markdown: one row a case, both peers, geometric means at the end."""
    rows = {}
    for e in entries:
        rows.setdefault(e["name"], {})[e["peer"]] = e
    number = lambda x: "" if x is None else f"{x:.0f}" if x >= 1000 else f"{x:.3g}"
    lines = ["| case | unit | Hearth | PyTorch | ratio | PyTorch tuned | ratio | floor |",
             "|---|---|--:|--:|--:|--:|--:|--:|"]
    for name, row in rows.items():
        a, b = row["torch"], row["torch-tuned"]
        lines.append(f"| {name} | {a['unit']} | {number(a['ours'])} | {number(a['theirs'])} | {a['ratio']:.2f} | "
                     f"{number(b['theirs'])} | {b['ratio']:.2f} | {number(a['floor'])} |")
    for label, chosen in means(entries):
        ratios = [[e for e in chosen if e["peer"] == p] for p in ("torch", "torch-tuned")]
        if all(ratios):
            installed, tuned = map(geometric_mean, ratios)
            lines.append(f"| **{label}** | | | | **{installed:.2f}** | | **{tuned:.2f}** | |")
    threads = entries[0]["threads"]
    return "\n".join(lines + ["", f"{cpu}, {threads} threads. A ratio above 1 means that Hearth is faster or smaller."])


def device_table(entries, device):
    """Markdown for a run on a CUDA device, which has one peer. What Hearth reaches is the bandwidth in parts of
    that of a copy, or the rate of arithmetic."""
    lines = ["| case | unit | Hearth | PyTorch | ratio | reached |", "|---|---|--:|--:|--:|--:|"]
    number = lambda x: f"{x:.0f}" if x >= 1000 else f"{x:.3g}"
    seconds = lambda e: e["ours"] * UNITS[e["unit"]] / 1e9
    copying = [CASES[COPY][1] / seconds(e) for e in entries if e["name"] == COPY]

    def reached(e):
        _, moved, flops, _ = CASES[e["name"]]
        if flops:
            return f"{flops / seconds(e) / 1e12:.3g} TFLOP/s"
        return f"{moved / seconds(e) / copying[0]:.0%} of a copy" if copying and moved > 8 * MB else ""

    lines += [f"| {e['name']} | {e['unit']} | {number(e['ours'])} | {number(e['theirs'])} | {e['ratio']:.2f} | {reached(e)} |"
              for e in entries]
    lines += [f"| **{label}** | | | | **{geometric_mean(chosen):.2f}** | |" for label, chosen in means(entries) if chosen]
    if copying:
        lines += ["", f"A copy moves {copying[0] / 1e9:.0f} GB/s, read and written."]
    return "\n".join(lines + ["", device])


def cpu_name():
    """The processor as its maker names it, its family and model, and its widest vectors."""
    fields = {}
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        fields.setdefault(key.strip(), value.strip())
    if "model name" not in fields:
        return os.uname().machine
    flags = fields.get("flags", "").split()
    vectors = next((name for flag, name in (("avx512f", "AVX-512"), ("avx2", "AVX2")) if flag in flags), "SSE")
    return f"{fields['model name']} (family {fields.get('cpu family')}, model {fields.get('model')}, {vectors})"


def write_atomically(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(path.suffix + ".part")
    temporary.write_text(text)
    temporary.replace(path)


def write_readme(markdown):
    path = ROOT / "README.md"
    text = path.read_text()
    if BEGIN not in text or END not in text:
        sys.exit(f"[compare] README.md has no lines {BEGIN} and {END} to write the table between")
    head, rest = text.split(BEGIN, 1)
    write_atomically(path, f"{head}{BEGIN}\n{markdown}\n{END}{rest.split(END, 1)[1]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="short samples: a look, not a measurement")
    parser.add_argument("--least", action="store_true", help="compare the least of the samples, not their median")
    parser.add_argument("--cpu-time", action="store_true",
                        help="compare processor time, which waiting for a shared processor is no part of")
    parser.add_argument("--only", metavar="REGEX", default="", help="the cases whose name matches")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--device", help="run on this CUDA device instead of the CPU, such as cuda")
    parser.add_argument("--python", default=PEERS / "python", help="the Python that holds PyTorch")
    parser.add_argument("--json", action="store_true", help="print the JSON instead of the table")
    parser.add_argument("--readme", action="store_true", help="write the table into README.md too")
    args = parser.parse_args()
    args.repeats, args.seconds = (2, 0.1) if args.quick else (5, 0.4)
    for needed, how in ((HEARTH, "make build"), (PEERS / "floor", "bench/peers/setup.sh")):
        if not needed.exists() and not (args.device and needed != HEARTH):
            sys.exit(f"[compare] {needed.relative_to(ROOT)} is missing; run `{how}` first")
    names = [n for n in CASES if re.search(args.only, n)]
    memory = [n for n in TRAINING if re.search(args.only, "peak memory/" + n)]
    if args.device:
        if args.readme:
            sys.exit("[compare] the README's table is the CPU's; leave out --readme or --device")
        names, memory = [n for n in names if n not in DOOR and not n.startswith("loader/")], []
    else:
        names = [n for n in names if n not in DEVICE]
    if not names and not memory:
        sys.exit(f"[compare] no case matches {args.only!r}; there are: {', '.join(CASES)}")

    if args.device:
        entries = time_cases(names, args, None)
        write_atomically(CUDA_RESULT, json.dumps(entries, indent=1) + "\n")
        print(json.dumps(entries, indent=1) if args.json else device_table(entries, args.device))
        return 0

    bystanders = Bystanders()
    machine = json.loads(subprocess.run([PEERS / "floor", str(args.threads)], check=True, capture_output=True,
                                        text=True).stdout)
    print("this machine:", machine, file=sys.stderr)
    entries = time_cases(names, args, machine) + measure_memory(memory, args)
    write_atomically(RESULT, json.dumps(entries, indent=1) + "\n")
    markdown = table(entries, cpu_name())
    print(json.dumps(entries, indent=1) if args.json else markdown)
    others = bystanders.share()
    if others > 0.05:
        print(f"[compare] other programs took {others:.0%} of the processors meanwhile; run it again "
              "on a quiet machine", file=sys.stderr)
        if args.readme:
            sys.exit("[compare] README.md keeps its table")
    if args.readme:
        write_readme(markdown)
    return 0


if __name__ == "__main__":
    sys.exit(main())
