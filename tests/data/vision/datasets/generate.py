# SPDX-License-Identifier: Apache-2.0
"""Writes small files in the forms of published data sets: of MATLAB by SciPy, and pickles as Python 2
wrote them, which Python reads back here; needs NumPy, SciPy and PyTorch.

    python tests/data/vision/datasets/generate.py
"""
import pathlib
import pickle
import struct

import numpy as np
import scipy.io

HERE = pathlib.Path(__file__).parent


def save(name, variables, compressed=True):
    scipy.io.savemat(HERE / name, variables, do_compression=compressed, oned_as="row")


def mat_files():
    cells = np.empty((1, 3), dtype=object)
    cells[0, 0], cells[0, 1], cells[0, 2] = np.arange(3.0), "two", np.zeros((0, 0))
    records = np.zeros((2, 1), dtype=[("id", object), ("words", object), ("inner", object)])
    inner = np.zeros((1, 1), dtype=[("x", object)])
    inner[0, 0] = (np.int8([[-7]]),)
    records[0, 0] = (np.int16([[3]]), "tench, Tinca", inner)
    records[1, 0] = (np.int16([[4]]), "é 漢 \U0001f600", inner)
    variables = {
        "double": np.arange(24.0).reshape(2, 3, 4) / 8 - 1,
        "whole": np.array([[1.0, 2.0, 300.0]]),
        "single": np.float32([[1.5, -2.25]]),
        "int8": np.int8([[-128, 127]]),
        "uint8": np.uint8([[0, 255], [1, 2]]),
        "int16": np.int16([[-32768]]),
        "uint16": np.uint16([[65535, 1, 2, 3, 4]]),
        "int32": np.int32([[-2**31]]),
        "uint32": np.uint32([[2**32 - 1, 7]]),
        "int64": np.int64([[-2**63]]),
        "uint64": np.uint64([[2**63 - 1, 5]]),
        "logical": np.array([[True, False, True]]),
        "text": "Übergröße",
        "empty": np.zeros((0, 5)),
        "cells": cells,
        "records": records,
    }
    save("values.mat", variables)
    save("values_plain.mat", variables, compressed=False)
    save("complex.mat", {"z": np.array([[1 + 2j]])})
    # SVHN: sample (y, x, c) of image n is 10 y + x + 50 c + n.
    y, x, c, n = np.ogrid[:32, :32, :3, :4]
    save("svhn.mat", {"X": (10 * y + x + 50 * c + n).astype(np.uint8), "y": np.uint8([[1], [10], [9], [2]])})
    # Flowers: image i has label 1 + i % 102.
    save("imagelabels.mat", {"labels": np.uint8([1 + np.arange(1, 9) % 102])})
    save("setid.mat", {"trnid": np.uint16([[2, 5]]), "valid": np.uint16([[1, 3]]), "tstid": np.uint16([[8, 4, 6, 7]])})
    # ImageNet's devkit: leaves have no children.
    synsets = np.zeros((4, 1), dtype=[(f, object) for f in (
        "ILSVRC2012_ID", "WNID", "words", "gloss", "num_children", "children", "wordnet_height", "num_train_images")])
    for i, (wnid, words, children) in enumerate([
            ("n02", "great white shark, white shark", []), ("n01", "tench, Tinca tinca", []),
            ("n03", "hen", []), ("n00", "animal", [1, 2, 3])]):
        synsets[i, 0] = (float(i + 1), wnid, words, "what it is", float(len(children)), np.float64([children]), 0.0, 9.0)
    save("meta.mat", {"synsets": synsets})


def python2_pickle(value):
    """As cPickle of Python 2 writes it by protocol 2: texts are bytes."""
    def text(t):
        b = t if isinstance(t, bytes) else t.encode()
        return b"U" + bytes([len(b)]) + b if len(b) < 256 else b"T" + struct.pack("<I", len(b)) + b

    def put(v):
        if isinstance(v, (str, bytes)):
            return text(v)
        if isinstance(v, bool) or v is None:
            return {True: b"\x88", False: b"\x89", None: b"N"}[v]
        if isinstance(v, int):
            return b"K" + bytes([v]) if 0 <= v < 256 else b"J" + struct.pack("<i", v)
        if isinstance(v, list):
            return b"](" + b"".join(put(x) for x in v) + b"e"
        if isinstance(v, tuple):
            return b"(" + b"".join(put(x) for x in v) + b"t"
        if isinstance(v, dict):
            return b"}(" + b"".join(put(k) + put(x) for k, x in v.items()) + b"u"
        assert isinstance(v, np.ndarray) and v.dtype == np.uint8
        dtype = b"cnumpy\ndtype\n" + put(("u1", 0, 1)) + b"R" + put((3, "|", None, None, None, -1, -1, 0)) + b"b"
        state = b"(" + put(1) + put(tuple(v.shape)) + dtype + put(False) + put(v.tobytes()) + b"t"
        return (b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n" + put((0,)) + put("b") + b"tR" + state + b"b")

    out = b"\x80\x02" + put(value) + b"."
    back = pickle.loads(out, encoding="latin1")
    assert back.keys() == value.keys()
    for k in value:
        assert np.array_equal(np.asarray(back[k]), np.asarray(value[k])), k
    return out


def cifar():
    # Sample i of image n is (i + 31 n) % 256.
    data = ((np.arange(3072)[None] + 31 * np.arange(2)[:, None]) % 256).astype(np.uint8)
    write = lambda name, value: (HERE / name).write_bytes(python2_pickle(value))
    write("cifar10_batch", {"batch_label": "training batch 1 of 5", "labels": [6, 9], "data": data,
                            "filenames": ["a.png", "b.png"]})
    write("cifar10_meta", {"num_cases_per_batch": 10000, "label_names": [f"c{i}" for i in range(10)], "num_vis": 3072})
    write("cifar100_train", {"filenames": ["a.png", "b.png"], "batch_label": "x", "fine_labels": [19, 99],
                             "coarse_labels": [11, 15], "data": data})
    write("cifar100_meta", {"fine_label_names": [f"f{i}" for i in range(100)],
                            "coarse_label_names": [f"s{i}" for i in range(20)]})


def imagenet_meta():
    """As torchvision keeps the devkit's names."""
    import torch

    torch.save(({"n02": ("great white shark", "white shark"), "n01": ("tench", "Tinca tinca")}, ["n01", "n02"]),
               HERE / "imagenet_meta.bin")


mat_files()
cifar()
imagenet_meta()
