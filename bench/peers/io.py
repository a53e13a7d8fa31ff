#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Files: Hearth against torch.load, safetensors, webdataset and Python's csv, in one run.

usage: io.py HEARTH_BENCH_IO FOLDER     (the folder gets about 2.5 GB of files)

Each case runs three times, each time in a process of its own; the best counts. Files come from the
page cache.
"""
import csv
import io
import json
import os
import subprocess
import sys
import tarfile
import time

ROWS, SAMPLES, SHARDS = 1_500_000, 2000, 3


def make_files(folder):
    import torch
    from safetensors.torch import save_file
    if os.path.exists(f"{folder}/done"):
        return
    os.makedirs(folder, exist_ok=True)
    big = {f"layer.{i}.weight": torch.randn(1024, 1024) for i in range(250)}
    torch.save(big, f"{folder}/big.pt")
    save_file(big, f"{folder}/big.safetensors")
    torch.save({f"t{i}": torch.zeros(4) for i in range(10_000)}, f"{folder}/many.pt")
    with open(f"{folder}/a.csv", "w", newline="") as f:
        rows = csv.writer(f)
        rows.writerow(["id", "text", "x", "label"])
        for i in range(ROWS):
            text = "some text, quoted" if i % 3 == 0 else "plain text of a row"
            rows.writerow([i, text, i * 0.5, f"label{i % 10}"])
    picture = os.urandom(20_000)
    for s in range(SHARDS):
        with tarfile.open(f"{folder}/d-{s}.tar", "w", format=tarfile.USTAR_FORMAT) as tar:
            for i in range(SAMPLES):
                for name, data in (("jpg", picture), ("cls", b"3")):
                    info = tarfile.TarInfo(f"{s}{i:05}.{name}")
                    info.size = len(data)
                    tar.addfile(info, io.BytesIO(data))
    open(f"{folder}/done", "w").close()


def peer(case, folder):
    """A case by its peer: seconds."""
    start = time.perf_counter()
    if case == "csv":
        with open(f"{folder}/a.csv", newline="") as f:
            for _ in csv.reader(f):
                pass
    elif case in ("open.pt", "load.pt"):
        import torch
        start = time.perf_counter()
        tensors = torch.load(f"{folder}/big.pt", weights_only=True, mmap=case == "open.pt")
        if case == "open.pt":
            float(tensors["layer.125.weight"].sum())
    elif case in ("open.safetensors", "load.safetensors"):
        from safetensors import safe_open
        from safetensors.torch import load_file
        start = time.perf_counter()
        if case.startswith("open"):
            with safe_open(f"{folder}/big.safetensors", "pt") as f:
                float(f.get_tensor("layer.125.weight").sum())
        else:
            for t in load_file(f"{folder}/big.safetensors").values():
                t.clone()
    elif case.startswith("shards"):
        import webdataset
        workers = int(case[-1])
        data = webdataset.WebDataset([f"{folder}/d-{s}.tar" for s in range(SHARDS)],
                                     shardshuffle=False)
        if workers:
            data = webdataset.WebLoader(data, num_workers=workers, batch_size=None)
        start = time.perf_counter()
        for _ in data:
            pass
    return time.perf_counter() - start


def best(command):
    runs = [json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            for _ in range(3)]
    return min(runs, key=lambda r: r["seconds"])


def main():
    if len(sys.argv) == 4 and sys.argv[1] == "--peer":
        print(json.dumps({"seconds": peer(sys.argv[2], sys.argv[3])}))
        return
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    program, folder = sys.argv[1:]
    make_files(folder)
    shards = [f"{folder}/d-{s}.tar" for s in range(SHARDS)]
    cases = {
        "csv": ["csv", f"{folder}/a.csv"],
        "open.pt": ["open", f"{folder}/big.pt"],
        "open.safetensors": ["open", f"{folder}/big.safetensors"],
        "load.pt": ["load", f"{folder}/big.pt"],
        "load.safetensors": ["load", f"{folder}/big.safetensors"],
        **{f"shards, workers {w}": ["shards", str(w), *shards] for w in (0, 1, 2)},
    }
    print("| case | Hearth | MB | peer | ratio |\n|---|--:|--:|--:|--:|")
    for name, arguments in cases.items():
        ours = best([program, *arguments])
        theirs = best([sys.executable, __file__, "--peer", name, folder])
        print(f"| {name} | {ours['seconds'] * 1e3:.1f} ms | {ours['megabytes']} | "
              f"{theirs['seconds'] * 1e3:.1f} ms | {theirs['seconds'] / ours['seconds']:.2f} |",
              flush=True)
    many = best([program, "open", f"{folder}/many.pt"])
    steps = best([program, "steps"])
    print(f"| open, 10,000 tensors | {many['seconds'] * 1e3:.1f} ms | {many['megabytes']} | | |")
    print(f"| an empty step of a trainer | {steps['seconds'] / steps['amount'] * 1e6:.2f} us | "
          f"{steps['megabytes']} | | |")


if __name__ == "__main__":
    main()
