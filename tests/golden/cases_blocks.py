# SPDX-License-Identifier: Apache-2.0
"""Weights quantized in blocks, against PyPI's gguf 0.19. What it cannot quantize are bytes at random,
with scales that are numbers."""

import gguf
import numpy as np
import torch

from golden import f32, f64, hash32, s, u, u8, v

Type = gguf.GGMLQuantizationType
FORMATS = ["Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q4_K", "Q5_K", "Q6_K", "IQ4_NL"]
HALVES = {"Q4_1": [0, 2], "Q5_1": [0, 2], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}
#: Halves: of both signs, zeros, a subnormal, the largest.
SCALES = [0.25, -0.01, 0.0, 3e-6, 0.37, -0.0, 2.0, 65504.0]


def block_bytes(name, rows, blocks, seed, scales=SCALES):
    """[rows, bytes]"""
    size = gguf.GGML_QUANT_SIZES[Type[name]][1]
    b = (hash32(np.arange(rows * blocks * size, dtype=np.uint64), seed) & 255).astype(np.uint8)
    b = b.reshape(rows * blocks, size)
    for i in range(len(b)):
        for k, at in enumerate(HALVES.get(name, [0])):
            b[i, at:at + 2] = np.float16(scales[(i + 3 * k) % len(scales)]).reshape(1).view(np.uint8)
    return b.reshape(rows, blocks * size)


def dequantize(bytes, format):
    return torch.from_numpy(gguf.dequantize(bytes.numpy(), Type[format]).copy())


def linear(x, weight, bias=None, *, format, fast=False):
    w = dequantize(weight, format).to(x.dtype)
    if fast:
        groups = x.detach().view(-1, 32)
        scale = groups.abs().amax(-1, True) / (127 * 256)
        rounded = (groups * torch.where(scale < 1e-37, 0, 1 / scale)).round() * scale
        x = x + (rounded.view(x.shape) - x.detach())
    return torch.nn.functional.linear(x, w, bias)


def add(fam):
    for name in FORMATS:
        n = gguf.GGML_QUANT_SIZES[Type[name]][0]
        few = n == 256
        fam.case("dequantize_blocks", v(block_bytes(name, 2 if few else 4, 1 if few else 2, 1), u8).const,
                 fn=dequantize, format=name)
        w = v(block_bytes(name, 3, 1, 2, [0.25, -0.01, 0.37, 0.02]), u8).const
        fam.case("block_linear", u(2, n), w, fn=linear, format=name)
        fam.case("block_linear", u(5, n), w, u(3), fn=linear, format=name, fast=True)
    w = v(block_bytes("Q4_1", 3, 1, 2, [0.25, -0.01]), u8).const
    fam.case("block_linear", u(5, 1, 32), w, u(3), fn=linear, format="Q4_1")
    fam.case("block_linear", u(32, dtype=f64), w, fn=linear, format="Q4_1")
    # What is not finite stays in the rows it is in; tiny numbers have no scale.
    fam.case("block_linear", s(3, 32).const, w, fn=linear, format="Q4_1", fast=True)
    fam.case("block_linear", v([1e-36] * 32, f32).const, w, fn=linear, format="Q4_1", fast=True)
    # Weights as quantized by gguf itself.
    x = np.sin(np.arange(96, dtype=np.float32)).reshape(1, 96)
    for name in ("Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1"):
        fam.case("dequantize_blocks", v(gguf.quantize(x, Type[name]), u8).const, fn=dequantize, format=name, tag="quantized")
