// SPDX-License-Identifier: Apache-2.0
// Operators of boxes against torchvision's.
#include "hearth/ops/creation.h"
#include "hearth/vision/ops/boxes.h"

#include "core/golden/runner.h"
#include "error_of.h"

namespace hearth::golden {
namespace {

namespace ops = vision::ops;
using vision::BoundingBoxFormat;

BoundingBoxFormat format(Args& a, const char* name) {
  const std::string& text = a.s(name);
  return text == "xyxy"   ? BoundingBoxFormat::XYXY
         : text == "xywh" ? BoundingBoxFormat::XYWH
                          : BoundingBoxFormat::CXCYWH;
}

/// Boxes that the cases give by their sizes; those of cases that throw as they are.
Tensor corners(Args& a) {
  if (a.test_case().must_throw) return a[0];
  return ops::box_convert(a[0], BoundingBoxFormat::XYWH, BoundingBoxFormat::XYXY);
}

Outputs clip_boxes(Args& a) {
  const std::vector<int64_t> size = a.ints("size");
  return {ops::clip_boxes_to_image(a[0], {size[0], size[1]})};
}

#define OF(...) [](Args& a) { return Outputs{ops::__VA_ARGS__}; }

const Table kTable{
    {"box_convert", OF(box_convert(a[0], format(a, "in_fmt"), format(a, "out_fmt")))},
    {"box_area", OF(box_area(a[0], format(a, "fmt")))},
    {"box_iou", OF(box_iou(a[0], a[1], format(a, "fmt")))},
    {"generalized_box_iou", OF(generalized_box_iou(a[0], a[1]))},
    {"distance_box_iou", OF(distance_box_iou(a[0], a[1]))},
    {"complete_box_iou", OF(complete_box_iou(a[0], a[1]))},
    {"clip_boxes_to_image", clip_boxes},
    {"remove_small_boxes", OF(remove_small_boxes(a[0], a.f("min_size")))},
    {"masks_to_boxes", OF(masks_to_boxes(a[0]))},
    {"nms", OF(nms(corners(a), a[1], a.f("iou_threshold")))},
    {"batched_nms", OF(batched_nms(corners(a), a[1], a[2], a.f("iou_threshold")))},
};

#undef OF

HEARTH_GOLDEN_FAMILY(GoldenVisionOps, "vision_ops", kTable);

TEST(Boxes, NameWhatIsWrong) {
  EXPECT_EQ(error_of([] {
              ops::box_area(zeros({3, 5}));
            }),
            "[box_area] expected boxes [..., 4], got shape [3, 5]");
  EXPECT_EQ(error_of([] {
              ops::nms(zeros({3, 4}), zeros({2}), 0.5);
            }),
            "[nms] expected a score for each of 3 boxes, got shape [2]");
  EXPECT_EQ(error_of([] {
              ops::nms(zeros({3, 4}, kLong), zeros({3}), 0.5);
            }),
            "[nms] expected boxes of float or double, got int64");
  EXPECT_EQ(error_of([] {
              ops::batched_nms(zeros({3, 4}), zeros({3}), zeros({2}), 0.5);
            }),
            "[batched_nms] expected a class for each of 3 boxes, got shape [2]");
  EXPECT_EQ(error_of([] {
              ops::masks_to_boxes(zeros({3, 4}));
            }),
            "[masks_to_boxes] expected masks [N, H, W], got shape [3, 4]");
}

}  // namespace
}  // namespace hearth::golden
