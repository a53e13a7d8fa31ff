# SPDX-License-Identifier: Apache-2.0
"""torchvision's operators of boxes."""

import torch
from torchvision import ops

from golden import b8, f16, f32, f64, i32, i64, u, u8, v

FORMATS = ("xyxy", "xywh", "cxcywh")


def sized(*shape, dtype=f32, hi=12):
    """Places and sizes that overlap a lot."""
    return u(*shape, 4, dtype=dtype, lo=0, hi=hi)


def add_boxes(fam):
    for x in (sized(5), sized(2, 3), sized(4, dtype=f64), sized(4, dtype=f16), sized(5, dtype=i64), sized(5, dtype=i32), sized(0),
              v([1, 2, 4, 7], dtype=f32), u(6, 4), sized(5).T):
        for a in FORMATS:
            for b in FORMATS:
                fam.case("box_convert", x, fn=ops.box_convert, grad=False, tol=2, in_fmt=a, out_fmt=b)
            fam.case("box_area", x, fn=ops.box_area, grad=False, tol=2, fmt=a)
        fam.case("clip_boxes_to_image", x, fn=lambda t, size: ops.clip_boxes_to_image(t, tuple(size)), grad=False, size=[5, 3])
    for x, y in ((sized(4), sized(3)), (sized(2, 4), sized(2, 3)), (sized(4, dtype=f64), sized(5, dtype=f64)), (sized(4, dtype=i64), sized(3, dtype=i64)),
                 (sized(0), sized(3)), (v([1, 1, 1, 1] * 2, dtype=f32, shape=[2, 4]), sized(2)), (sized(3, dtype=f16), sized(3, dtype=f16))):
        for fmt in FORMATS:
            fam.case("box_iou", x, y, fn=ops.box_iou, grad=False, tol=4, fmt=fmt)
    for dtype in (f32, f64, i64):
        corners = v([0, 0, 2, 3, 1, 1, 4, 3, 5, 5, 6, 9], dtype=dtype, shape=[3, 4])
        others = v([0, 0, 2, 3, 0, 1, 3, 9, 7, 6, 9, 8, 5, 4, 6, 9], dtype=dtype, shape=[4, 4])
        for op in ("generalized_box_iou", "distance_box_iou", "complete_box_iou"):
            fam.case(op, corners, others, fn=getattr(ops, op), grad=False, tol=4)
    for x in (u(20, 4, lo=0, hi=6), u(20, 4, dtype=f64, lo=0, hi=6), sized(0)):
        for min_size in (0.0, 1.0, 2.5):
            fam.case("remove_small_boxes", x, fn=ops.remove_small_boxes, grad=False, min_size=min_size)
    for x in (u(5, 4, 6, dtype=b8), u(5, 4, 6, dtype=u8, lo=0, hi=1), u(3, 5, 4, lo=0, hi=0), u(0, 4, 4, dtype=u8), u(1, 1, 1, dtype=u8, lo=3, hi=3),
              v([0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0], dtype=f32, shape=[1, 3, 4])):
        fam.case("masks_to_boxes", x, fn=ops.masks_to_boxes, grad=False)


def add_nms(fam):
    def nms(boxes, scores, iou_threshold):
        return ops.nms(ops.box_convert(boxes, "xywh", "xyxy"), scores, iou_threshold)

    def batched(boxes, scores, idxs, iou_threshold):
        return ops.batched_nms(ops.box_convert(boxes, "xywh", "xyxy"), scores, idxs, iou_threshold)

    n = 60
    ties = v([i * 7 % 4 for i in range(n)], dtype=f32)
    for boxes, scores in ((sized(n), u(n)), (sized(n), ties), (sized(n, dtype=f64), u(n, dtype=f64)), (sized(1), u(1)), (sized(0), u(0)),
                          (v([1, 1, 0, 0] * 5 + [2, 2, 3, 3] * 5, dtype=f32, shape=[10, 4]), u(10)), (sized(30).T, u(30))):
        for threshold in (0.0, 0.3, 0.5, 1.0):
            fam.case("nms", boxes, scores, fn=nms, grad=False, iou_threshold=threshold)
            fam.case("batched_nms", boxes, scores, u(boxes.shape[0], dtype=i64, lo=0, hi=4), fn=batched, grad=False,
                     iou_threshold=threshold)
    many = 1100
    fam.case("batched_nms", sized(many, hi=60), u(many), u(many, dtype=i64, lo=-1, hi=3), fn=batched, grad=False, iou_threshold=0.4)
    for boxes, scores in ((u(3, 5), u(3)), (sized(3), u(4)), (sized(3, dtype=i64), u(3)), (u(2, 3, 4), u(3))):
        fam.case("nms", boxes, scores, fn=ops.nms, grad=False, iou_threshold=0.5, throws=True)


def add(fam):
    add_boxes(fam)
    add_nms(fam)
