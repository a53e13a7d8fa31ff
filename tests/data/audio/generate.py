# SPDX-License-Identifier: Apache-2.0
"""Feature files as their own tools write them: kaldi_native_io (Kaldi's code), kaldiio, and HTK's format after its book.

Run in this folder: python generate.py (pip install kaldi_native_io kaldiio numpy).
"""

import struct

import kaldi_native_io as kio
import kaldiio
import numpy as np

rng = np.random.default_rng(0)


def matrices():
    t = np.arange(23)[:, None]
    wave = (np.sin(0.7 * t + np.arange(5)) * 10 ** np.arange(-1.0, 4.0)).astype(np.float32)
    return {
        "wave": wave,
        "short": wave[:3, :2].copy(),
        "eight": wave[:8].copy(),
        "one": np.array([[0.25]], dtype=np.float32),
        "same": np.full((9, 2), -3.5, dtype=np.float32),
        "ties": np.repeat(np.array([[1.0, 2.0, 255.0]], dtype=np.float32), 12, axis=0),
        "noise": rng.normal(size=(40, 3)).astype(np.float32),
        "whole": rng.integers(0, 256, size=(10, 3)).astype(np.float32),
    }


def write(writer, spec, values, *more):
    with writer(spec) as out:
        for key, value in values.items():
            out.write(key, value, *more)


mats = matrices()
write(kio.FloatMatrixWriter, "ark,scp:mats.ark,mats.scp", mats)
write(kio.FloatMatrixWriter, "ark,t:mats.txt.ark", {k: mats[k] for k in ("short", "one", "same")})
write(kio.DoubleMatrixWriter, "ark:doubles.ark", {k: mats[k].astype(np.float64) / 3 for k in ("short", "one")})
vectors = {"a": mats["wave"][0], "b": mats["wave"][1, :1], "none": np.zeros(0, dtype=np.float32)}
write(kio.FloatVectorWriter, "ark:vectors.ark", vectors)
write(kio.FloatVectorWriter, "ark,t:vectors.txt.ark", vectors)
write(kio.DoubleVectorWriter, "ark:double_vectors.ark", {k: v.astype(np.float64) / 3 for k, v in vectors.items()})
ints = {"x": [3, -1, 2147483647], "y": [], "z": [7]}
write(kio.Int32VectorWriter, "ark:ints.ark", ints)
write(kio.Int32VectorWriter, "ark,t:ints.txt.ark", ints)
for method in range(1, 8):
    write(kio.CompressedMatrixWriter, f"ark:compressed{method}.ark", mats, kio.CompressionMethod(method))
for method in range(2, 8):  # what Kaldi makes of them, as plain matrices
    with kio.SequentialFloatMatrixReader(f"ark:compressed{method}.ark") as source:
        write(kio.FloatMatrixWriter, f"ark:expanded{method}.ark", {k: v.copy() for k, v in source})
kaldiio.save_ark("kaldiio.ark", {k: mats[k] for k in ("wave", "short")}, scp="kaldiio.scp", compression_method=2)


def htk(name, matrix, kind, period=100000, compress=False, checksum=False):
    """The HTK Book, 5.10.1: big-endian; compressed values are A x - B, with A and B in front."""
    frames, dims = matrix.shape
    data = matrix.astype(">f4").tobytes()
    if compress:
        low, high = matrix.min(0).astype(np.float64), matrix.max(0).astype(np.float64)
        a = (2 * 32767 / (high - low)).astype(np.float32)
        b = ((high + low) * 32767 / (high - low)).astype(np.float32)
        data = a.astype(">f4").tobytes() + b.astype(">f4").tobytes() + np.round(a * matrix - b).astype(">i2").tobytes()
        frames += 4
    header = struct.pack(">iihH", frames, period, dims * (2 if compress else 4), kind)
    with open(name, "wb") as out:
        out.write(header + data + (b"\x12\x34" if checksum else b""))


htk("fbank.htk", mats["wave"], 7)
htk("mfcc_e_d_c_k.htk", mats["wave"], 6 | 0o100 | 0o400 | 0o2000 | 0o10000, period=62500, compress=True, checksum=True)
