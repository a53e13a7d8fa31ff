# SPDX-License-Identifier: Apache-2.0
"""Resizing of images: of bytes by Pillow, bit for bit, of other numbers by torchvision."""

import numpy as np
import PIL.Image
import torch
from torchvision import tv_tensors
from torchvision.transforms import InterpolationMode
from torchvision.transforms.v2 import functional as F

from golden import f16, f32, f64, i16, u, u8, v

FILTERS = {"bilinear": PIL.Image.BILINEAR, "bicubic": PIL.Image.BICUBIC, "box": PIL.Image.BOX,
           "hamming": PIL.Image.HAMMING, "lanczos": PIL.Image.LANCZOS}


def pillow(image, size, mode):
    """Each channel as a picture of its own."""
    def one(plane):
        picture = PIL.Image.fromarray(plane.numpy()).resize((size[1], size[0]), FILTERS[mode])
        return torch.from_numpy(np.array(picture))

    flat = image.reshape(-1, *image.shape[-2:])
    return torch.stack([one(plane) for plane in flat]).reshape(*image.shape[:-2], *size)


def tensors(image, size, mode, antialias=True):
    return F.resize(image, size, interpolation=InterpolationMode(mode), antialias=antialias)


def masks(mask, size, mode="nearest"):
    return F.resize(tv_tensors.Mask(mask), size, interpolation=InterpolationMode(mode)).as_subclass(torch.Tensor)


def boxes(data, canvas, size):
    return F.resize(tv_tensors.BoundingBoxes(data, format="XYXY", canvas_size=canvas), size).as_subclass(torch.Tensor)


def points(data, canvas, size):
    return F.resize(tv_tensors.KeyPoints(data, canvas_size=canvas), size).as_subclass(torch.Tensor)


def target(image, shorter, longest):
    """The size alone."""
    return torch.tensor(F.resize(torch.zeros(1, *image), shorter, max_size=longest).shape[-2:])


def add(fam):
    def bytes_of(*shape):
        return u(*shape, dtype=u8, lo=0, hi=255)

    def black_or_white(*shape):
        n = int(np.prod(shape))
        return v([255 * ((i * 7 // 3) % 2) for i in range(n)], dtype=u8, shape=shape)

    sizes = [(1, 1, 3, 5), (1, 9, 1, 4), (9, 1, 4, 1), (2, 3, 7, 5), (13, 17, 5, 6), (17, 13, 6, 5), (40, 9, 7, 12),
             (24, 31, 23, 30), (31, 24, 12, 47), (9, 200, 9, 1), (200, 9, 1, 9)]
    for mode in FILTERS:
        for ih, iw, oh, ow in sizes:
            fam.case("resize_bytes", bytes_of(1, ih, iw), fn=pillow, size=[oh, ow], mode=mode)
        for image in (black_or_white(1, 21, 19), bytes_of(3, 21, 19), bytes_of(3, 21, 19).permuted(1, 2, 0),
                      bytes_of(4, 21, 19).permuted(1, 2, 0), bytes_of(2, 3, 11, 9), bytes_of(2, 3, 11, 9).channels_last,
                      bytes_of(5, 11, 9), bytes_of(1, 2, 2, 5, 4), bytes_of(3, 21, 19).sliced):
            fam.case("resize_bytes", image, fn=pillow, size=[8, 13], mode=mode)
    for mode in ("bilinear", "bicubic"):
        for dtype in (f32, f64, i16):
            for size in ([5, 7], [23, 4]):
                fam.case("resize_numbers", u(2, 3, 11, 9, dtype=dtype), fn=tensors, grad=False, size=size, mode=mode)
                if dtype != i16:  # whose halves are rounded by how the sums were made
                    fam.case("resize_numbers", u(3, 11, 9, dtype=dtype), fn=tensors, grad=False, size=size, mode=mode,
                             antialias=False)
        fam.case("resize_numbers", bytes_of(3, 11, 9), fn=tensors, size=[5, 14], mode=mode, antialias=False)
    for size in ([5, 7], [23, 4], [11, 30]):
        for dtype in (f32, f64):
            fam.case("resize_numbers", u(2, 3, 11, 9, dtype=dtype), fn=tensors, grad=False, size=size, mode="lanczos")
        for mode in ("box", "hamming"):
            fam.case("resize_numbers", u(3, 11, 9), fn=pillow, grad=False, size=size, mode=mode)
    for mode in ("nearest", "nearest-exact"):
        for dtype in (u8, i16, f32, f64):
            for size in ([5, 7], [23, 4], [11, 30]):
                fam.case("resize_numbers", u(2, 11, 9, dtype=dtype), fn=tensors, grad=False, size=size, mode=mode)
        fam.case("resize_mask", u(11, 9, dtype=u8), fn=masks, size=[5, 14], mode=mode)
    fam.case("resize_mask", u(4, 11, 9, dtype=u8), fn=masks, size=[5, 14])
    for dtype in (f32, f64, torch.int64):
        fam.case("resize_boxes", u(5, 4, dtype=dtype, lo=0, hi=37), fn=boxes, grad=False, canvas=[30, 37], size=[71, 11])
        fam.case("resize_points", u(2, 5, 2, dtype=dtype, lo=0, hi=37), fn=points, grad=False, canvas=[30, 37],
                 size=[71, 11])
    for image in ([480, 640], [640, 480], [333, 500], [7, 1000], [100, 100]):
        for shorter, longest in ((256, None), (224, 300), (None, 320), (3, 400)):
            fam.case("resize_target", v([0.0]), fn=lambda _, **a: target(**a), image=image, shorter=shorter,
                     longest=longest)
