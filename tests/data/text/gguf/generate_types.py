#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes types.gguf beside it, which tests/text/gguf reads: metadata of every kind, and of each type of
tensor that Hearth reads one, with what PyPI's gguf dequantizes it to as NAME.numbers.

Usage: python3 generate_types.py   (needs gguf 0.19 and numpy)
"""
import pathlib

import gguf
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
Type = gguf.GGMLQuantizationType
HALVES = {"Q4_1": [0, 2], "Q5_1": [0, 2], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}
random = np.random.default_rng(0)


def blocks(name, rows, n):
    """Any bytes, with scales that are small numbers."""
    size, bytes = gguf.GGML_QUANT_SIZES[Type[name]]
    b = random.integers(0, 256, (rows * n // size, bytes), dtype=np.uint8)
    for at in HALVES.get(name, [0]):
        scales = random.normal(0, 0.1, len(b)).astype(np.float16)
        b[:, at:at + 2] = scales.reshape(-1, 1).view(np.uint8)
    return b.reshape(rows, -1)


def main():
    w = gguf.GGUFWriter(HERE / "types.gguf", "none")
    for name in ("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"):
        kind = np.iinfo(name)
        getattr(w, "add_" + name)(f"test.{name}", kind.min if name.startswith("i") else kind.max)
    w.add_float32("test.float32", 0.1)
    w.add_float64("test.float64", 0.1)
    w.add_bool("test.true", True)
    w.add_bool("test.false", False)
    w.add_string("test.text", "Grüße, 世界")
    w.add_array("test.texts", ["a", "", "ü"])
    w.add_array("test.integers", [1, -2, 3])
    w.add_array("test.numbers", [0.5, 1.5])
    w.add_array("test.bools", [True, False])
    w.add_array("test.none", [])
    x = random.normal(0, 1, (2, 3, 4))
    w.add_tensor("F32", x.astype(np.float32))
    w.add_tensor("F16", x.astype(np.float16))
    w.add_tensor("F64", x)
    w.add_tensor("BF16", gguf.quantize(x.astype(np.float32), Type.BF16), raw_dtype=Type.BF16)
    w.add_tensor("I32", np.arange(5, dtype=np.int32))
    for name in ("Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q4_K", "Q5_K", "Q6_K", "IQ4_NL"):
        b = blocks(name, 2, 256)
        w.add_tensor(name, b, raw_dtype=Type[name])
        w.add_tensor(name + ".numbers", gguf.dequantize(b, Type[name]))
    w.add_tensor("Q2_K", blocks("Q2_K", 1, 256), raw_dtype=Type.Q2_K)
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


main()
