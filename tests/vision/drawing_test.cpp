// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/drawing.h"

#include <map>

#include <gtest/gtest.h>

#include "hearth/io/npy.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

namespace hearth::vision::utils {
namespace {

/// torchvision's results; generate.py beside them has the same cases.
const std::map<std::string, Tensor>& expected() {
  static const auto all = npy::load_npz(HEARTH_TEST_DATA_DIR "/vision/drawing/expected.npz");
  return all;
}

void expect_same(const Tensor& got, const std::string& name) {
  const Tensor& want = expected().at(name);
  ASSERT_EQ(got.sizes(), want.sizes()) << name;
  ASSERT_EQ(got.scalar_type(), want.scalar_type()) << name;
  const Tensor off = (got.to(kDouble) - want.to(kDouble)).abs();
  EXPECT_LE(off.max().item<double>(), got.scalar_type() == kByte ? 0 : 1e-7)
      << name << ": " << (off > 0).sum().item<int64_t>() << " values differ";
}

TEST(Drawing, BoxesAreTorchvisions) {
  const Tensor &image = expected().at("image"), &boxes = expected().at("boxes");
  const Tensor before = image.clone();
  using Options = DrawBoundingBoxesOptions;
  expect_same(draw_bounding_boxes(image, boxes), "boxes_plain");
  expect_same(draw_bounding_boxes(image, boxes, Options().fill(true).width(2).colors({"orange"})),
              "boxes_filled");
  expect_same(
      draw_bounding_boxes(
          image, boxes, Options().width(6).colors({"red", "#0f0", "#0000FF", {1, 2, 3}, "white"})),
      "boxes_thick");
  expect_same(draw_bounding_boxes(image.narrow(0, 0, 1), boxes), "boxes_gray");
  expect_same(draw_bounding_boxes(image.to(kFloat).div(255), boxes, Options().fill(true)),
              "boxes_float");
  EXPECT_TRUE(image.equal(before));
  // Also where the pixels lie as those that are drawn on.
  const Tensor interleaved = image.permute({1, 2, 0}).contiguous().permute({2, 0, 1});
  expect_same(draw_bounding_boxes(interleaved, boxes), "boxes_plain");
  EXPECT_TRUE(interleaved.equal(before));
}

TEST(Drawing, MasksAreTorchvisions) {
  const Tensor &image = expected().at("image"), masks = expected().at("masks").to(kBool);
  using Options = DrawSegmentationMasksOptions;
  expect_same(draw_segmentation_masks(image, masks), "masks_plain");
  expect_same(draw_segmentation_masks(image, masks.select(0, 0), Options(0.35).colors({"blue"})),
              "masks_one");
  expect_same(draw_segmentation_masks(image.to(kFloat).div(255), masks, 0.5), "masks_float");
}

TEST(Drawing, PointsAreTorchvisions) {
  const Tensor &image = expected().at("image"), &points = expected().at("points");
  using Options = DrawKeypointsOptions;
  for (const int64_t radius : {1, 2, 3, 5, 9})
    expect_same(draw_keypoints(image, points, Options().colors("red").radius(radius)),
                cat_str("points_", radius));
  expect_same(draw_keypoints(image, points,
                             Options().colors({9, 200, 30}).visibility(expected().at("seen"))),
              "points_seen");
}

int64_t count(const Tensor& image, Color color) {
  const Tensor p = image.permute({1, 2, 0}).contiguous();
  int64_t n = 0;
  const auto* v = p.const_data_ptr<uint8_t>();
  for (int64_t i = 0; i < p.numel(); i += 3) n += Color(v[i], v[i + 1], v[i + 2]) == color;
  return n;
}

TEST(Drawing, EdgesStayInSmallBoxes) {
  const Tensor black = zeros({3, 20, 20}, kByte);
  const auto options = DrawBoundingBoxesOptions().width(6).colors({"red"});
  EXPECT_EQ(count(draw_bounding_boxes(black, tensor({5, 5, 5, 5}).reshape({1, 4}), options), "red"),
            1);
  EXPECT_EQ(
      count(draw_bounding_boxes(black, tensor({2, 3, 12, 6}).reshape({1, 4}), options), "red"), 44);
}

TEST(Drawing, LinesAreAsThickAsTheyShouldBe) {
  const Tensor black = zeros({3, 40, 40}, kByte);
  const auto drawn = [&](std::vector<int64_t> ends, int64_t width) {
    const Tensor points = tensor(ends).reshape({1, 2, 2});
    const auto options =
        DrawKeypointsOptions().radius(0).colors("black").connectivity({{0, 1}}).width(width);
    return count(draw_keypoints(black, points, options), "white");
  };
  for (const int64_t width : {1, 2, 3, 4, 7}) {
    EXPECT_EQ(drawn({5, 20, 24, 20}, width), 20 * width);
    EXPECT_EQ(drawn({20, 24, 20, 5}, width), 20 * width);
    EXPECT_NEAR(static_cast<double>(drawn({8, 10, 28, 30}, width)),
                28.3 * static_cast<double>(width), 8 + 7.1 * static_cast<double>(width));
  }
  EXPECT_EQ(drawn({5, 5, 5, 5}, 1), 1);
  EXPECT_EQ(drawn({-100, 7, 100, 7}, 3), 40 * 3);
  EXPECT_EQ(drawn({-100, -100, -50, -100}, 3), 0);
  EXPECT_EQ(drawn({int64_t{1} << 62, 7, -(int64_t{1} << 62), 7}, 1), 40);
}

TEST(Drawing, LabelsStandInTheirBoxes) {
  const Tensor black = zeros({3, 40, 120}, kByte), box = tensor({10, 5, 110, 35}).reshape({1, 4});
  const auto with = [&](const std::string& label) {
    return DrawBoundingBoxesOptions().labels({label}).colors({"red"}).label_colors({"lime"});
  };
  const Tensor drawn = draw_bounding_boxes(black, box, with("Hamster"));
  EXPECT_GT(count(drawn, "lime"), 50);
  // All of the letters between the box's corner and their height.
  EXPECT_EQ(count(drawn.narrow(1, 7, 14).narrow(2, 12, 60), "lime"), count(drawn, "lime"));
  EXPECT_EQ(count(drawn, "red"), 2 * 101 + 2 * 29);
  const Tensor large = draw_bounding_boxes(black, box, with("Hamster").font_scale(2));
  EXPECT_EQ(count(large, "lime"), 4 * count(drawn, "lime"));
  // Latin letters have a form of their own, others a question mark, broken bytes too.
  const auto form = [&](const std::string& label) {
    return draw_bounding_boxes(black, box, with(label));
  };
  EXPECT_FALSE(form("\u00fc").equal(form("u")));
  EXPECT_TRUE(form("\u732b").equal(form("?")));
  EXPECT_TRUE(form("\xff").equal(form("?")));
  EXPECT_TRUE(form("\xe7").equal(form("?")));
  const Tensor filled = draw_bounding_boxes(
      black, box,
      DrawBoundingBoxesOptions().labels({"a"}).fill_labels(true).label_background_colors({"navy"}));
  EXPECT_GT(count(filled, "navy"), 50);
}

TEST(Drawing, KnowsColors) {
  EXPECT_EQ(Color("RebeccaPurple"), Color(102, 51, 153));
  EXPECT_EQ(Color("#f0A"), Color(255, 0, 170));
  EXPECT_EQ(Color("#12fE03"), Color(18, 254, 3));
  for (const char* none : {"", "#", "#12", "#12345", "#ggg", "reddish"})
    EXPECT_THROW(Color{none}, ValueError) << none;
}

TEST(Drawing, RefusesWhatCannotBeDrawn) {
  const Tensor image = zeros({3, 8, 8}, kByte), box = zeros({1, 4});
  EXPECT_THROW(draw_bounding_boxes(zeros({1, 3, 8, 8}, kByte), box), ShapeError);
  EXPECT_THROW(draw_bounding_boxes(zeros({2, 8, 8}, kByte), box), ShapeError);
  EXPECT_THROW(draw_bounding_boxes(zeros({3, 8, 8}, kInt), box), DtypeError);
  EXPECT_THROW(draw_bounding_boxes(image, zeros({4})), ShapeError);
  EXPECT_THROW(draw_bounding_boxes(image, tensor({3, 1, 2, 4}).reshape({1, 4})), ValueError);
  EXPECT_THROW(draw_bounding_boxes(image, box, DrawBoundingBoxesOptions().labels({"a", "b"})),
               ValueError);
  EXPECT_THROW(
      draw_bounding_boxes(image, zeros({3, 4}), DrawBoundingBoxesOptions().colors({"red", "blue"})),
      ValueError);
  EXPECT_TRUE(draw_bounding_boxes(image, zeros({0, 4})).equal(image));
  EXPECT_THROW(draw_segmentation_masks(image, zeros({8, 8}, kByte)), DtypeError);
  EXPECT_THROW(draw_segmentation_masks(image, zeros({8, 7}, kBool)), ShapeError);
  EXPECT_THROW(draw_keypoints(image, zeros({2, 2})), ShapeError);
  EXPECT_THROW(
      draw_keypoints(image, zeros({1, 2, 2}), DrawKeypointsOptions().connectivity({{0, 2}})),
      ValueError);
  EXPECT_THROW(
      draw_keypoints(image, zeros({1, 2, 2}), DrawKeypointsOptions().visibility(zeros({1, 3}))),
      ShapeError);
}

}  // namespace
}  // namespace hearth::vision::utils
