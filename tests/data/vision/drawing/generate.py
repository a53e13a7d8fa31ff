#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What torchvision draws; the cases are those of tests/vision/drawing_test.cpp. usage: generate.py (in this folder)"""
from pathlib import Path

import numpy as np
import torch
from torchvision.utils import draw_bounding_boxes, draw_keypoints, draw_segmentation_masks

rng = np.random.default_rng(0)
image = torch.from_numpy(rng.integers(0, 256, (3, 30, 40)).astype("u1"))
boxes = torch.tensor([[2, 3, 20, 15], [10, 8, 39, 29], [4, 4, 18, 18], [-6, 15, 8, 50], [25.7, 2.2, 38.9, 16.1]])
masks = torch.from_numpy(rng.random((3, 30, 40)) < 0.4)
points = torch.tensor([[[5.0, 6], [20, 20], [38, 2]], [[30, 15], [-2, 29], [12.9, 3.2]]])
seen = torch.tensor([[True, False, True], [True, True, True]])

out = {
    "image": image, "boxes": boxes, "masks": masks, "points": points, "seen": seen,
    "boxes_plain": draw_bounding_boxes(image, boxes),
    "boxes_filled": draw_bounding_boxes(image, boxes, fill=True, width=2, colors="orange"),
    "boxes_thick": draw_bounding_boxes(image, boxes, width=6, colors=["red", "#0f0", "#0000FF", (1, 2, 3), "white"]),
    "boxes_gray": draw_bounding_boxes(image[:1], boxes),
    "boxes_float": draw_bounding_boxes(image / 255, boxes, fill=True),
    "masks_plain": draw_segmentation_masks(image, masks),
    "masks_one": draw_segmentation_masks(image, masks[0], alpha=0.35, colors="blue"),
    "masks_float": draw_segmentation_masks(image / 255, masks, alpha=0.5),
}
for radius in (1, 2, 3, 5, 9):
    out[f"points_{radius}"] = draw_keypoints(image, points, colors="red", radius=radius)
out["points_seen"] = draw_keypoints(image, points, colors=(9, 200, 30), visibility=seen)
arrays = {name: (value.to(torch.uint8) if value.dtype == torch.bool else value).numpy() for name, value in out.items()}
np.savez_compressed(Path(__file__).parent / "expected.npz", **arrays)
