# SPDX-License-Identifier: Apache-2.0
"""torchvision's functions of colors, with tensors."""

import torch
from torchvision.transforms.v2 import functional as F

from golden import VALUES, f16, f32, f64, i8, i16, i32, i64, b8, u, u8, v


def image(*shape):
    return u(*shape, dtype=u8, lo=0, hi=255)


def interleaved(*shape):
    n = len(shape)
    return image(*shape).permuted(*range(n - 3), n - 2, n - 1, n - 3)


def unit(*shape, dtype=f32):
    return u(*shape, dtype=dtype, lo=0, hi=1)


# Batches, single pixels and lines, gray, one shade, black, white; larger than a chunk; other strides.
COLORED = (image(3, 5, 7), interleaved(3, 6, 5), image(2, 3, 4, 3), interleaved(2, 3, 3, 4), image(3, 1, 1),
           image(3, 1, 9), image(3, 9, 1), u(3, 4, 4, dtype=u8, lo=77, hi=77), u(3, 3, 4, dtype=u8, lo=0, hi=0),
           u(3, 4, 3, dtype=u8, lo=255, hi=255), u(3, 5, 5, dtype=u8, lo=0, hi=1), u(3, 5, 5, dtype=u8, lo=254, hi=255),
           image(2, 1, 3, 5, 4), image(3, 5, 7).sliced, image(2, 3, 0, 4), image(0, 3, 2, 2))
COLORED_LARGE = (interleaved(3, 33, 32),)
GRAY = (image(1, 5, 7), image(2, 1, 3, 4), interleaved(2, 1, 3, 4))
FLOAT = (unit(3, 5, 7), unit(3, 5, 6).permuted(1, 2, 0), unit(2, 3, 4, 3), unit(1, 4, 5), unit(3, 4, 5, dtype=f64),
         u(3, 4, 4, lo=0.25, hi=0.25), unit(3, 1, 1))
SHADES = v(list(range(256)), dtype=u8, shape=[1, 16, 16])
ALL = COLORED + GRAY + FLOAT


def add_factors(fam):
    plan = {"brightness": (0.0, 0.4, 1.0, 1.3, 3.7), "contrast": (0.0, 0.6, 1.0, 1.9), "saturation": (0.0, 0.3, 1.0, 1.4, 5.0),
            "hue": (-0.5, -0.11, 0.0, 0.07, 0.5), "sharpness": (0.0, 0.35, 1.0, 1.9)}
    for name, factors in plan.items():
        op, key = f"adjust_{name}", f"{name}_factor"
        for i, x in enumerate(ALL + COLORED_LARGE):
            if x.dtype == u8 and name == "contrast" and 0 in x.shape[-2:]:
                continue
            for factor in factors if i < 2 else factors[1:2]:
                fam.case(op, x, fn=getattr(F, op), grad=False, tol=4, **{key: factor})
        bad = (-0.51, 0.6) if name == "hue" else (-0.1,)
        for factor in bad:
            fam.case(op, image(3, 4, 4), fn=getattr(F, op), grad=False, throws=True, **{key: factor})
        for channels in (2, 4):
            fam.case(op, image(channels, 4, 4), fn=getattr(F, op), grad=False, throws=True, **{key: factors[1]})
    for x in (SHADES, interleaved(3, 4, 5), image(4, 2, 3)) + FLOAT[:1]:
        for gamma, gain in ((0.0, 1.0), (0.45, 1.0), (1.0, 1.0), (2.2, 1.0), (2.0, 0.5), (0.7, 1.8)):
            fam.case("adjust_gamma", x, fn=F.adjust_gamma, grad=False, tol=4, gamma=gamma, gain=gain)
    fam.case("adjust_gamma", image(3, 2, 2), fn=F.adjust_gamma, grad=False, throws=True, gamma=-1.0, gain=1.0)


def add_tones(fam):
    def case(op, x, **attrs):
        fam.case(op, x, fn=getattr(F, op), grad=False, **attrs)

    for x in ALL + (image(4, 3, 2), SHADES):
        case("invert", x)
        case("equalize", x)
        if x.shape[-3] in (1, 3):
            case("autocontrast", x, tol=4)
    for x in COLORED[:4] + GRAY[:1] + FLOAT[:2] + (image(4, 3, 2), SHADES, image(2, 3, 0, 4)):
        for bits in (0, 1, 3, 7, 8) if x is SHADES else (2,):
            case("posterize", x, bits=bits)
        for threshold in (0.0, 0.5, 1.0) if x.dtype != u8 else (0.0, 100.5, 128.0, 255.0) if x is SHADES else (100.0,):
            case("solarize", x, threshold=threshold)
    for x in COLORED_LARGE + (u(2, 1, 20, 20, dtype=u8, lo=0, hi=3), image(1, 16, 17),
                              u(3, 20, 21, dtype=u8, lo=200, hi=255).permuted(1, 2, 0)):
        case("equalize", x)
        if x.shape[-3] != 1:
            case("autocontrast", x, tol=4)
    case("posterize", image(3, 2, 2), bits=9, throws=True)
    case("posterize", image(3, 2, 2), bits=-1, throws=True)
    case("solarize", image(3, 2, 2), threshold=256.0, throws=True)
    case("solarize", unit(3, 2, 2), threshold=1.5, throws=True)
    case("autocontrast", image(2, 2, 2), throws=True)
    for x in COLORED[:4] + FLOAT[:3]:
        for permutation in ([2, 1, 0], [1, 2, 0], [0, 0, 2]):
            case("permute_channels", x, permutation=permutation)
    case("permute_channels", image(3, 2, 2), permutation=[0, 1], throws=True)
    for x in COLORED[:6] + COLORED_LARGE + GRAY + FLOAT[:3] + (image(0, 3, 2, 2),):
        for channels in (1, 3):
            case("rgb_to_grayscale", x, num_output_channels=channels, tol=4)
        case("grayscale_to_rgb", x)
    case("grayscale_to_rgb", image(4, 3, 2))
    case("rgb_to_grayscale", image(3, 2, 2), num_output_channels=2, throws=True)


def add_blur(fam):
    def case(x, kernel_size, sigma=None, **attrs):
        fam.case("gaussian_blur", x, fn=F.gaussian_blur, grad=False, tol=4, kernel_size=kernel_size, sigma=sigma, **attrs)

    for x in (image(3, 6, 9), interleaved(3, 9, 6), image(2, 3, 6, 7), image(1, 8, 8), image(2, 1, 3, 5, 6), unit(3, 5, 6),
              unit(3, 5, 6).permuted(1, 2, 0), unit(4, 5, 5), image(2, 3, 0, 9)):
        for kernel_size, sigma in (([3, 3], None), ([5, 3], None), ([1, 5], [0.7]), ([5, 5], [0.1, 2.0]), ([9, 9], [1.5])):
            case(x, kernel_size, sigma)
    case(image(1, 12, 70), [7, 5], [1.1])
    case(unit(2, 3, 9, 8, dtype=f64), [5, 7], [0.8, 1.7])
    case(unit(3, 40, 9), [1, 5], [1.7])
    case(interleaved(3, 13, 30), [7, 5], [1.1])
    case(u(3, 9, 9, dtype=u8, lo=255, hi=255), [5, 5])
    case(image(3, 1, 1), [1, 1])
    case(image(3, 9, 1), [1, 3])
    for x, kernel_size, sigma in ((image(3, 9, 9), [2, 3], None), (image(3, 9, 9), [3, 3], [0.0]), (image(3, 9, 9), [3, 3, 3], None),
                                  (image(3, 9, 9), [-1, 3], None), (image(3, 9, 1), [3, 3], None), (image(3, 2, 9), [3, 5], None)):
        case(x, kernel_size, sigma, throws=True)


def add_dtypes(fam):
    whole = {u8: (0, 255), i8: (-128, 127), i16: (-32768, 32767), i32: (-2**31, 2**31 - 2), b8: (0, 1)}
    types = (u8, i8, i16, i32, i64, f16, f32, f64, b8)
    for x in [v(list(range(0, 256, 15)), dtype=u8, shape=[1, 3, 6]), interleaved(3, 2, 3), unit(3, 2, 3), unit(3, 2, 3, dtype=f64), unit(3, 2, 3, dtype=f16)] + [
            u(3, 2, 3, dtype=t, lo=lo, hi=hi) for t, (lo, hi) in whole.items() if t != u8]:
        for dtype in types:
            for scale in (False, True):
                inexact = dtype in (i32, i64) and x.dtype.is_floating_point or dtype == b8 and x.dtype != b8
                if scale and inexact and not (x.dtype == f32 and dtype == i64):
                    continue
                safe = True
                try:
                    F.to_dtype(x.copy(seed=0).build(False), dtype, scale)
                except (RuntimeError, TypeError):
                    safe = False
                fam.case("to_dtype", x, fn=F.to_dtype, grad=False, tol=2, dtype=dtype, scale=scale, throws=not safe)
    for x in (unit(3, 4, 5), unit(2, 3, 4, 5), unit(3, 4, 5).permuted(1, 2, 0), unit(3, 2, 3, dtype=f64), unit(3, 2, 3, dtype=f16)):
        for inplace in (False, True):
            fam.case("normalize", x, fn=F.normalize, grad=False, mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225], inplace=inplace)
            fam.case("normalize", x, fn=F.normalize, grad=False, mean=[0.5], std=[0.25], inplace=inplace)
    for x, mean, std in ((image(3, 2, 2), [0.5], [0.5]), (unit(3, 2, 2), [0.5], [0.0]), (unit(3, 2, 2), [0.1, 0.2], [1.0]),
                         (unit(2, 2), [0.5], [0.5])):
        fam.case("normalize", x, fn=F.normalize, grad=False, throws=True, mean=mean, std=std, inplace=False)


def add_integers(fam):
    """Of other integers, whose white is their largest number: small types up to it, large ones as far as float32 is exact."""
    calls = {"adjust_brightness": {"brightness_factor": 1.3}, "adjust_contrast": {"contrast_factor": 0.6},
             "adjust_saturation": {"saturation_factor": 1.4}, "adjust_hue": {"hue_factor": 0.07},
             "adjust_sharpness": {"sharpness_factor": 1.9}, "adjust_gamma": {"gamma": 2.2, "gain": 0.8},
             "rgb_to_grayscale": {"num_output_channels": 3}, "grayscale_to_rgb": {}, "invert": {}, "posterize": {"bits": 3},
             "solarize": {"threshold": 90.0}, "autocontrast": {}, "equalize": {}, "permute_channels": {"permutation": [2, 0, 1]},
             "gaussian_blur": {"kernel_size": [3, 5], "sigma": None}}
    plan = {i8: (-128, 127), i16: (0, 32767), i32: (-300, 4000), i64: (0, 4000)}
    for dtype, (lo, hi) in plan.items():
        for x in (u(3, 5, 7, dtype=dtype, lo=lo, hi=hi), u(2, 1, 6, 5, dtype=dtype, lo=lo // 2, hi=hi // 2),
                  u(3, 4, 4, dtype=dtype, lo=70, hi=70)):
            for op, attrs in calls.items():
                unsafe = op in ("adjust_hue", "adjust_gamma") and dtype in (i32, i64) and (op != "adjust_hue" or x.shape[-3] == 3)
                if op == "permute_channels" and x.shape[-3] == 1 or op == "autocontrast" and dtype in (i32, i64):
                    continue
                fam.case(op, x, fn=getattr(F, op), grad=False, throws=unsafe, **attrs)
    for dtype in (i8, i16, i64):
        for bits in (0, 7, 8):
            fam.case("posterize", u(1, 3, 4, dtype=dtype, lo=-99, hi=99), fn=F.posterize, grad=False, bits=bits)
    fam.case("invert", u(3, 2, 2, dtype=b8), fn=F.invert, grad=False, throws=True)


def add_wide(fam):
    """uint16, for which files of cases have no number: from int32, and as floats that may be a step of 16 bits off.

    Hue and gamma give no white, of which torchvision makes 0."""
    calls = {"adjust_brightness": {"brightness_factor": 1.3}, "adjust_contrast": {"contrast_factor": 0.6},
             "adjust_saturation": {"saturation_factor": 1.4}, "adjust_hue": {"hue_factor": 0.07},
             "adjust_sharpness": {"sharpness_factor": 1.9}, "adjust_gamma": {"gamma": 2.2, "gain": 0.8},
             "rgb_to_grayscale": {"num_output_channels": 3}, "grayscale_to_rgb": {}, "invert": {}, "posterize": {"bits": 3},
             "autocontrast": {}, "equalize": {}, "permute_channels": {"permutation": [2, 0, 1]},
             "gaussian_blur": {"kernel_size": [3, 5], "sigma": None}}
    for x in (u(3, 5, 7, dtype=i32, lo=0, hi=65535), u(2, 3, 6, 5, dtype=i32, lo=20000, hi=45000), u(1, 5, 6, dtype=i32, lo=0, hi=65535),
              u(3, 4, 4, dtype=i32, lo=700, hi=700), v([0, 65535] * 24, dtype=i32, shape=[3, 4, 4])):
        for op, attrs in calls.items():
            if op == "permute_channels" and x.shape[-3] == 1 or op == "adjust_hue" and x.formula == VALUES:
                continue

            def fn(image, op=op, **attrs):
                return getattr(F, op)(image.to(torch.uint16), **attrs).to(f32) / 65535

            fam.case("wide_" + op, x, fn=fn, grad=False, tol=4, **attrs)
    fam.case("wide_posterize", u(3, 5, 7, dtype=i32, lo=0, hi=65535), grad=False, bits=0,
             fn=lambda image, bits: F.posterize(image.to(torch.uint16), bits).to(f32) / 65535)


def add(fam):
    torch.set_num_threads(1)
    add_factors(fam)
    add_tones(fam)
    add_blur(fam)
    add_dtypes(fam)
    add_wide(fam)
    add_integers(fam)
