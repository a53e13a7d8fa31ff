// SPDX-License-Identifier: Apache-2.0
// Boxes as tensors [..., 4], without a canvas. Names and results are torchvision.ops'. In the
// formats of BoundingBoxFormat; corners (XYXY) unless it says otherwise, with x1 <= x2 and y1 <=
// y2. All throw ShapeError for tensors that do not end in 4.
#pragma once

#include "hearth/tensor/tensor.h"
#include "hearth/vision/types.h"

namespace hearth::vision::ops {

/// In another format. Integers become floating point where halves can occur: to or from centers.
HEARTH_API Tensor box_convert(const Tensor& boxes, BoundingBoxFormat in_fmt,
                              BoundingBoxFormat out_fmt);

/// Areas [...], without a pixel more at each side. Half precision and small integers are widened.
HEARTH_API Tensor box_area(const Tensor& boxes, BoundingBoxFormat fmt = BoundingBoxFormat::XYXY);

/// Intersection over union [..., N, M] of each of boxes1 [..., N, 4] with each of boxes2
/// [..., M, 4]; NaN of two boxes without area.
HEARTH_API Tensor box_iou(const Tensor& boxes1, const Tensor& boxes2,
                          BoundingBoxFormat fmt = BoundingBoxFormat::XYXY);
/// box_iou less the part of the smallest box around both that neither covers (Rezatofighi et al.,
/// 2019); from -1 to 1.
HEARTH_API Tensor generalized_box_iou(const Tensor& boxes1, const Tensor& boxes2);
/// box_iou less the squared distance of centers by the squared diagonal of the smallest box around
/// both (Zheng et al., "Distance-IoU Loss", 2020).
HEARTH_API Tensor distance_box_iou(const Tensor& boxes1, const Tensor& boxes2, double eps = 1e-7);
/// distance_box_iou less a measure of how their shapes differ (the same paper).
HEARTH_API Tensor complete_box_iou(const Tensor& boxes1, const Tensor& boxes2, double eps = 1e-7);

/// Cut off at the borders of an image.
HEARTH_API Tensor clip_boxes_to_image(const Tensor& boxes, Size size);

/// The indices (int64) of boxes [N, 4] whose width and height are at least min_size.
HEARTH_API Tensor remove_small_boxes(const Tensor& boxes, double min_size);

/// Non-maximum suppression: the indices (int64) of the boxes [N, 4] that stay, by falling score
/// [N]. Each takes away those of lower score whose IoU with it is more than iou_threshold. Of equal
/// scores the first box counts as higher. For float and double.
HEARTH_API Tensor nms(const Tensor& boxes, const Tensor& scores, double iou_threshold);
/// The same for each class by itself, idxs [N]. Up to 1000 boxes at once, moved apart by their
/// class, so coordinates are rounded anew; more of them class by class.
HEARTH_API Tensor batched_nms(const Tensor& boxes, const Tensor& scores, const Tensor& idxs,
                              double iou_threshold);

/// The boxes (float [N, 4]) around what is not 0 in masks [N, H, W]: its first and last column and
/// row, and 0 of a mask that has nothing.
HEARTH_API Tensor masks_to_boxes(const Tensor& masks);

}  // namespace hearth::vision::ops
