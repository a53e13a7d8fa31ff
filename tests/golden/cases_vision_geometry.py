# SPDX-License-Identifier: Apache-2.0
"""torchvision's transforms of geometry on tensors, with given parameters: images, masks, boxes, points."""

import torch
from torchvision import tv_tensors
from torchvision.transforms import InterpolationMode
from torchvision.transforms.functional import _get_perspective_coeffs
from torchvision.transforms.v2 import functional as F

from golden import f32, f64, i32, i64, u, u8, v

CANVAS = (19, 23)


def wrap(kind, data, form="XYXY"):
    if kind == "mask":
        return tv_tensors.Mask(data)
    if kind == "boxes":
        return tv_tensors.BoundingBoxes(data, format=form, canvas_size=CANVAS)
    if kind == "points":
        return tv_tensors.KeyPoints(data, canvas_size=CANVAS)
    return tv_tensors.Image(data)


def run(name, data, *more, kind="image", form="XYXY", **options):
    """What F.name gives, and the canvas of boxes and points."""
    if "interpolation" in options:
        options["interpolation"] = InterpolationMode(options["interpolation"])
    for key in ("fill", "center", "translate", "shear"):
        if options.get(key) is not None:
            options[key] = [float(x) for x in options[key]]
    if kind == "mask" and options.get("fill"):
        options["fill"] = options["fill"][0]
    out = getattr(F, name)(wrap(kind, data, form), *more, **options)
    if kind in ("boxes", "points"):
        # torchvision's canvas of an expanded image is not always the size that the image has.
        canvas = F.rotate(torch.zeros(1, *CANVAS), **options).shape[-2:] if "expand" in options else out.canvas_size
        return [out.as_subclass(torch.Tensor), torch.tensor(canvas)]
    return out.as_subclass(torch.Tensor)


def function(name):
    if name == "perspective":
        return lambda data, start=None, end=None, **o: run(
            name, data, [start[i:i + 2] for i in range(0, 8, 2)], [end[i:i + 2] for i in range(0, 8, 2)], **o)
    if name == "elastic":
        return lambda data, displacement, **o: run(name, data, displacement, **o)
    return lambda data, **o: run(name, data, **o)


def add(fam):
    image, batch = u(3, *CANVAS, dtype=u8, lo=0, hi=255), u(2, 1, *CANVAS, dtype=u8, lo=0, hi=255)
    numbers, mask = u(1, *CANVAS, lo=0, hi=1), u(*CANVAS, dtype=u8)

    def boxes(dtype):
        return v([[1, 2, 9, 11], [0, 0, 23, 19], [5, 6, 7, 7], [14, 3, 22, 18], [10, 10, 10, 12]], dtype=dtype)

    def inner(dtype):
        return v([[9, 8, 4, 3], [11, 9, 2, 4]], dtype=dtype)

    def points(dtype):
        return v([[[0, 0], [22, 18]], [[7, 3], [11, 15]], [[3, 17], [20, 1]]], dtype=dtype)

    def geometry(name, *more, images=(batch, numbers), masks=True, others=True, **options):
        fn = function(name)
        # Numbers below 1 lose digits where 200 goes out and in.
        loss = 100 if options.get("fill") == [200.0] else 1
        for x in images:
            fam.case(name, x, *more, fn=fn, grad=False, tol=loss if x is numbers else 1, **options)
        if masks:
            fam.case(name, mask, *more, fn=fn, grad=False, kind="mask", **options)
        if not others:
            return
        rest = {k: a for k, a in options.items() if k not in ("interpolation", "fill")}
        # Boxes at the border of an expanded image would be cut off at torchvision's canvas.
        some = inner if options.get("expand") else boxes
        for form in ("XYXY", "XYWH", "CXCYWH"):
            fam.case(name, some(f32), *more, fn=fn, grad=False, kind="boxes", form=form, **rest)
        for dtype in (f64, i64):
            fam.case(name, some(dtype), *more, fn=fn, grad=False, kind="boxes", form="XYXY", **rest)
        for form in ("XYWH", "CXCYWH"):
            fam.case(name, some(i64), *more, fn=fn, grad=False, kind="boxes", form=form, **rest)
        for dtype in (f32, i64):
            fam.case(name, points(dtype), *more, fn=fn, grad=False, kind="points", **rest)

    geometry("horizontal_flip")
    geometry("vertical_flip")
    for place in ([2, 3, 9, 11], [-2, -3, 9, 11], [15, 20, 9, 11], [-4, 5, 40, 3], [30, 3, 4, 5]):
        geometry("crop", **dict(zip(("top", "left", "height", "width"), place)))
    for size in ([7, 8], [8, 7], [18, 23]):
        geometry("center_crop", output_size=size)
    for size in ([30, 9], [40, 41], [19, 30]):
        geometry("center_crop", output_size=size, others=False)
    geometry("pad", padding=[3])
    geometry("pad", padding=[1, 2], fill=[7.0])
    geometry("pad", padding=[1, 2, 3, 4])
    geometry("pad", padding=[-1, 2, 3, -4])
    geometry("pad", padding=[1, 2, 3, 4], fill=[1.0, 20.0, 255.0], images=(image,), masks=False, others=False)
    for mode in ("edge", "reflect", "symmetric"):
        geometry("pad", padding=[1, 5, 7, 4], padding_mode=mode, others=False)
    for mode in ("nearest", "bilinear"):
        for fill in (None, [0.0], [200.0]):
            geometry("affine", angle=30.0, translate=[3.0, -2.0], scale=1.2, shear=[7.0, -4.0], interpolation=mode, fill=fill,
                     others=mode == "nearest" and fill is None)
            geometry("rotate", angle=30.0, interpolation=mode, fill=fill, others=mode == "nearest" and fill is None)
            geometry("perspective", start=[0.0, 0.0, 22.0, 0.0, 22.0, 18.0, 0.0, 18.0], end=[2.0, 1.0, 20.0, 3.0, 21.0, 15.0, 1.0, 17.0],
                     interpolation=mode, fill=fill, others=mode == "nearest" and fill is None)
            geometry("elastic", u(1, *CANVAS, 2, lo=-0.2, hi=0.2), interpolation=mode, fill=fill,
                     others=mode == "nearest" and fill is None)
        geometry("affine", angle=-75.0, translate=[0.0, 0.0], scale=0.7, shear=[0.0, 0.0], center=[4.0, 6.0], interpolation=mode,
                 others=mode == "nearest")
        geometry("affine", angle=10.0, translate=[1.0, 1.0], scale=1.0, shear=[0.0, 0.0], fill=[1.0, 2.0, 250.0],
                 interpolation=mode, images=(image,), masks=False, others=False)
        for angle in (10.0, 90.0, 135.0, -20.0):
            geometry("rotate", angle=angle, expand=True, interpolation=mode, fill=[9.0], others=mode == "nearest")
        geometry("rotate", angle=50.0, center=[3.0, 4.0], interpolation=mode, others=mode == "nearest")
    for angle in (0.0, 90.0, 180.0, 270.0, -90.0, 720.0):
        geometry("rotate", angle=angle, masks=False, others=False)
        fam.case("rotate", u(2, 9, 9, dtype=u8, lo=0, hi=255), fn=function("rotate"), angle=angle)
    for dtype in (f32, i32):
        for old in ("XYXY", "XYWH", "CXCYWH"):
            for new in ("XYXY", "XYWH", "CXCYWH"):
                fam.case("convert", u(6, 4, dtype=dtype, lo=-9, hi=30), grad=False, form=old, to=new,
                         fn=lambda x, form, to: F.convert_bounding_box_format(wrap("boxes", x, form), new_format=to)
                         .as_subclass(torch.Tensor))
            fam.case("clamp", u(6, 4, dtype=dtype, lo=-5, hi=40), grad=False, form=old,
                     fn=lambda x, form: F.clamp_bounding_boxes(wrap("boxes", x, form)).as_subclass(torch.Tensor))
            fam.case("sanitize", u(30, 4, dtype=dtype, lo=-2, hi=25), grad=False, form=old,
                     fn=lambda x, form: [t.as_subclass(torch.Tensor) for t in
                                         F.sanitize_bounding_boxes(wrap("boxes", x, form), min_size=2, min_area=9)])
    for corners in ([2.0, 1.0, 20.0, 3.0, 21.0, 15.0, 1.0, 17.0], [9.0, 8.0, 12.0, 7.0, 13.0, 11.0, 8.0, 12.0]):
        fam.case("coefficients", v([0.0]), end=corners, start=[0.0, 0.0, 22.0, 0.0, 22.0, 18.0, 0.0, 18.0],
                 fn=lambda _, start, end: torch.tensor(_get_perspective_coeffs(
                     [start[i:i + 2] for i in range(0, 8, 2)], [end[i:i + 2] for i in range(0, 8, 2)]),
                     dtype=f64))
