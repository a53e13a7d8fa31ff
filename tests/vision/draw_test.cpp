// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/draw.h"

#include <limits>

#include <gtest/gtest.h>

#include "hearth/ops/creation.h"

namespace hearth::vision::draw {
namespace {

struct Pixel {
  int r, g, b;
  friend bool operator==(const Pixel&, const Pixel&) = default;
};

Pixel at(const Tensor& image, int64_t x, int64_t y) {
  auto a = image.accessor<uint8_t, 3>();
  return {a[0][y][x], a[1][y][x], a[2][y][x]};
}

constexpr Pixel kWhite{255, 255, 255};

/// Whether anything is drawn within `margin` pixels of the border.
bool touches_border(const Tensor& image, int64_t margin) {
  const int64_t h = image.size(1), w = image.size(2);
  for (int64_t y = 0; y < h; ++y)
    for (int64_t x = 0; x < w; ++x)
      if ((x < margin || y < margin || x >= w - margin || y >= h - margin) &&
          at(image, x, y) != kWhite)
        return true;
  return false;
}

int64_t count_drawn(const Tensor& image) {
  int64_t n = 0;
  for (int64_t y = 0; y < image.size(1); ++y)
    for (int64_t x = 0; x < image.size(2); ++x) n += at(image, x, y) != kWhite;
  return n;
}

TEST(LineCharts, DrawAllCurvesWithinTheirFrame) {
  LineChart chart{"Loss", "epoch", "cross entropy", {{"train", {1, 2, 3}, {0.9, 0.4, 0.2}}}};
  Tensor one = line_charts({chart}, "headline");
  EXPECT_EQ(one.sizes(), (std::vector<int64_t>{3, 466, 560}));
  EXPECT_FALSE(touches_border(one, 4));
  chart.series.push_back({"test", {1, 2, 3}, {0.8, 0.5, 0.45}});
  Tensor two = line_charts({chart, chart}, "headline");
  EXPECT_EQ(two.size(2), 1120);
  EXPECT_FALSE(touches_border(two, 4));
  EXPECT_GT(count_drawn(two), 2 * count_drawn(one));
}

TEST(LineCharts, LiveWithWhateverTrainingGives) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  for (const Series& s :
       {Series{"none", {}, {}}, Series{"one", {1}, {0.5}}, Series{"equal", {1, 2}, {3, 3}},
        Series{"zero", {1, 2}, {0, 0}}, Series{"gap", {1, 2, 3}, {1, nan, 2}},
        Series{"all", {1, 2}, {nan, inf}}, Series{"huge", {1, 1e6}, {-1e30, 1e30}}}) {
    Tensor image = line_charts({LineChart{"t", "x", "y", {s}}});
    EXPECT_FALSE(touches_border(image, 2)) << s.name;
  }
  EXPECT_THROW(line_charts({LineChart{"t", "x", "y", {Series{"odd", {1, 2}, {1}}}}}), ValueError);
  EXPECT_THROW(line_charts({}), ValueError);
}

TEST(ConfusionMatrix, ShowsEveryClass) {
  for (int64_t k : {1, 2, 10, 47, 62}) {
    Tensor counts = zeros({k, k}, kLong);
    for (int64_t i = 0; i < k; ++i) counts.data_ptr<int64_t>()[i * k + i] = 100 + i;
    std::vector<std::string> classes(static_cast<size_t>(k), "Ankle boot");
    Tensor image = confusion_matrix(counts, classes, "Confusion matrix");
    EXPECT_FALSE(touches_border(image, 4)) << k;
  }
  EXPECT_THROW(confusion_matrix(zeros({2, 3}, kLong), {"a", "b"}), ShapeError);
  EXPECT_THROW(confusion_matrix(zeros({0, 0}, kLong), {}), ShapeError);
}

TEST(ImageGrid, PutsEachImageWithItsCaption) {
  Tensor images = full({7, 1, 28, 28}, 90, kByte);
  std::vector<Caption> captions(7, Caption{"Ankle boot", "T-shirt/top", 0.987});
  Tensor image = image_grid(images, captions, "Worst mistakes", 3);
  EXPECT_EQ(image.size(0), 3);
  EXPECT_FALSE(touches_border(image, 4));
  EXPECT_EQ(at(image, 24 + 64, 84 + 64), (Pixel{90, 90, 90}));
  EXPECT_FALSE(touches_border(image_grid(full({2, 3, 8, 8}, 9, kByte), {2, Caption{}}), 4));
  EXPECT_EQ(image_grid(zeros({0, 1, 8, 8}, kByte), {}).size(0), 3);
  EXPECT_THROW(image_grid(images, {}), ValueError);
  EXPECT_THROW(image_grid(zeros({1, 2, 8, 8}, kByte), {Caption{}}), ShapeError);
}

}  // namespace
}  // namespace hearth::vision::draw
