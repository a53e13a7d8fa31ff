#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the files beside it that tests/core/io reads: what PyTorch and NumPy save.

Usage: cd tests/data/io && python3 generate.py   (needs torch and numpy)
"""
import argparse
import collections
import zipfile

import numpy as np
import torch

torch.manual_seed(0)


def counting(*sizes, dtype=torch.float32):
    return torch.arange(torch.Size(sizes).numel()).reshape(sizes).to(dtype)


def save(name, value):
    torch.save(value, name + ".pt")
    torch.save(value, name + ".old.pt", _use_new_zipfile_serialization=False)


class Stranger:
    def __init__(self):
        self.weight = counting(3)
        self.name = "stranger"


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = torch.nn.Linear(2, 3)
        self.bn = torch.nn.BatchNorm1d(3)
        self.register_buffer("scratch", torch.ones(1), persistent=False)
        with torch.no_grad():
            self.fc.weight.copy_(counting(3, 2))
            self.fc.bias.copy_(counting(3))

    def forward(self, x):
        return self.bn(self.fc(x))


TYPES = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32,
         torch.int16, torch.int8, torch.uint8, torch.bool, torch.complex64, torch.complex128]

save("state", Net().state_dict())
save("tensor", counting(2, 3))
save("list", [counting(2), counting(2, 2)])
save("parameter", torch.nn.Parameter(counting(2)))
save("types", {str(t).removeprefix("torch."): (counting(2, 3, dtype=t) if t != torch.bool
                                               else torch.tensor([[True, False, True]])) for t in TYPES})
torch.save({"uint16": torch.ones(2, dtype=torch.uint16), "float8": torch.ones(2).to(torch.float8_e4m3fn),
            "quantized": torch.quantize_per_tensor(torch.ones(2), 0.5, 0, torch.qint8),
            "float32": counting(2)}, "foreign.pt")

base = counting(4, 6)
tied = counting(3)
save("views", {"base": base, "row": base[1], "column": base[:, 2], "turned": base.t(),
               "expanded": counting(3).expand(2, 3), "empty": torch.empty(0, 3),
               "scalar": torch.tensor(2.5), "channels_last": counting(1, 2, 2, 2).to(memory_format=torch.channels_last),
               "tied": tied, "tied_too": tied})

net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=0.125, betas=(0.5, 0.75))
net(torch.ones(4, 2)).sum().backward()
optimizer.step()
save("checkpoint", {"model": net.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 7,
                    "args": argparse.Namespace(lr=0.1, layers=[1, 2]), "stranger": Stranger(),
                    "best": np.float64(0.75), "seed": 2**63 + 5, "negative": -2**70, "done": False,
                    "name": "net \u00e9", "nothing": None, "raw": b"\x00\xff", "size": torch.Size([2, 3]),
                    "device": torch.device("cuda", 1), "dtype": torch.float16,
                    "counter": collections.Counter("aab"), "default": collections.defaultdict(list, a=[1.5]),
                    "set": {3}, 5: "five"})
arrays = {"c": np.arange(6, dtype="f4").reshape(2, 3), "fortran": np.asfortranarray(np.arange(6, dtype="i8").reshape(2, 3)),
          "big": np.arange(6, dtype=">f8").reshape(2, 3), "scalar": np.array(2.5, "f2"), "empty": np.zeros((0, 3), "c16"),
          "bool": np.array([True, False]), "object": np.array([None, 1], object), "text": np.array(["a", "bc"]),
          "numbers": [np.float32(1.5), np.float16(2.5), np.int16(-3), np.uint8(200), np.bool_(True), np.int64(2**62)],
          "weight": counting(3)}
save("arrays", arrays)
torch.save(arrays, "arrays5.pt", pickle_protocol=5)
pairs = torch.complex(counting(3), counting(3) + 1)
# A dict whose values have the same paths.
save("lazy", {"conj": pairs.conj(), "neg": torch._neg_view(counting(3) + 1), "a.b": counting(1), "a": {"b": counting(2)}})
with zipfile.ZipFile("state.pt") as stored, zipfile.ZipFile("packed.pt", "w", zipfile.ZIP_DEFLATED) as packed:
    for member in stored.namelist():
        packed.writestr(member, stored.read(member))
# The old form adds the source of modules, and where it lies.
torch.serialization.get_source_lines_and_file = lambda module: (["source"], 0, "net.py")
save("module", net)
scripted = torch.jit.script(Net())
scripted.save("script.pt")

for name, a in {"c": np.arange(6, dtype="f4").reshape(2, 3), "fortran": np.asfortranarray(np.arange(6, dtype="i8").reshape(2, 3)),
                "big": np.arange(6, dtype=">f8").reshape(2, 3), "scalar": np.array(2.5, "f2"), "empty": np.zeros((0, 3), "c16"),
                "bool": np.array([True, False])}.items():
    np.save(name + ".npy", a)
np.save("uint16.npy", np.zeros(2, "u2"))
np.save("text.npy", np.array(["a", "bc"]))
np.save("record.npy", np.zeros(2, [("a", "f4"), ("b", "i4")]))
np.save("object.npy", np.array([None, 1], object), allow_pickle=True)
np.savez("stored.npz", a=np.arange(4, dtype="f4"), b=np.arange(6, dtype="i4").reshape(2, 3))
np.savez_compressed("packed.npz", a=np.arange(4, dtype="f4"), b=np.arange(6, dtype="i4").reshape(2, 3))
