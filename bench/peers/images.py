#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""JPEG files into training batches (decode, RandomResizedCrop 224, flip, normalize): Hearth beside torchvision's
ImageFolder with Pillow and with decode_image and tensors. The same pixels as Pillow first. A ratio above 1 means
that Hearth is faster.

usage: images.py PROGRAM FOLDER [THREADS]

Pictures are parts of scikit-image's photographs, 500 x 375, quality 94, made in FOLDER once."""

import importlib.util
import pathlib
import random
import statistics
import subprocess
import sys
import time

import numpy as np
import PIL.Image
import torch
import torchvision
from torchvision.io import decode_image
from torchvision.transforms import v2

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
COUNT, ROUNDS, SECONDS = 400, 5, 4.0


def pictures(folder):
    """COUNT files in two classes."""
    if len(list(folder.rglob("*.jpg"))) == COUNT:
        return folder
    data = pathlib.Path(importlib.util.find_spec("skimage").origin).parent / "data"
    photographs = [PIL.Image.open(path).convert("RGB") for path in sorted(data.glob("*.*"))
                   if path.stem in ("astronaut", "chelsea", "coffee", "rocket", "motorcycle_left", "hubble_deep_field")]
    assert photographs, f"no photographs in {data}"
    rng = random.Random(0)
    for i in range(COUNT):
        photograph = photographs[i % len(photographs)]
        width = rng.randint(photograph.width // 2, photograph.width)
        height = min(width * 3 // 4, photograph.height)
        left, top = rng.randint(0, photograph.width - width), rng.randint(0, photograph.height - height)
        part = photograph.crop((left, top, left + width, top + height)).resize((500, 375), PIL.Image.BICUBIC)
        path = folder / f"class{i % 2}" / f"{i:04}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        part.save(path, quality=94)
    return folder


def check(program, folder):
    """The same bytes as Pillow's from several parts."""
    rng = random.Random(1)
    out = folder / "part.bin"
    for path in sorted(folder.rglob("*.jpg"))[:20]:
        width, height = rng.randint(30, 500), rng.randint(30, 375)
        left, top, flip = rng.randint(0, 500 - width), rng.randint(0, 375 - height), rng.randint(0, 1)
        subprocess.run([program, path, *map(str, (top, left, height, width, flip)), out], check=True)
        picture = PIL.Image.open(path).convert("RGB").crop((left, top, left + width, top + height))
        picture = picture.resize((224, 224), PIL.Image.BILINEAR)
        if flip:
            picture = picture.transpose(PIL.Image.Transpose.FLIP_LEFT_RIGHT)
        same = np.array_equal(np.fromfile(out, np.uint8).reshape(224, 224, 3), np.asarray(picture))
        assert same, f"{path}: other pixels than Pillow's"
    out.unlink()


def loader(folder, workers, tensors):
    steps = [v2.RandomResizedCrop(224), v2.RandomHorizontalFlip()]
    if not tensors:
        steps.append(v2.ToImage())
    transform = v2.Compose(steps + [v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, STD)])
    read = {"loader": lambda path: decode_image(path, mode="RGB")} if tensors else {}
    data = torchvision.datasets.ImageFolder(folder, transform, **read)
    return torch.utils.data.DataLoader(data, batch_size=64, shuffle=True, num_workers=workers, drop_last=True,
                                       persistent_workers=workers > 0)


def speed(batches):
    """Images a second of an epoch; the workers have begun before."""
    start, images = time.perf_counter(), 0
    for pixels, _ in batches:
        images += len(pixels)
    return images / (time.perf_counter() - start)


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    threads = int(sys.argv[3]) if len(sys.argv) > 3 else 2
    torch.set_num_threads(1)
    folder.mkdir(parents=True, exist_ok=True)
    pictures(folder)
    check(program, folder)
    peers = {"Pillow": loader(folder, threads, False), "decode_image": loader(folder, threads, True)}
    for batches in peers.values():
        speed(batches)
    mine, theirs = [], {name: [] for name in peers}
    for _ in range(ROUNDS):
        run = subprocess.run([program, folder, str(threads), str(SECONDS)], check=True, capture_output=True, text=True)
        mine.append(float(run.stdout))
        for name, batches in peers.items():
            theirs[name].append(speed(batches))
    size = statistics.mean(path.stat().st_size for path in folder.rglob("*.jpg")) / 1000
    print(f"{COUNT} JPEGs of 500 x 375, {size:.0f} KB each, {threads} threads or workers, best of {ROUNDS}\n")
    print(f"{'':30}{'images/s':>10}{'ratio':>8}")
    print(f"{'Hearth':30}{max(mine):10.0f}")
    for name, speeds in theirs.items():
        print(f"{'torchvision, ' + name:30}{max(speeds):10.0f}{max(mine) / max(speeds):8.2f}")


if __name__ == "__main__":
    main()
