// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/draw.h"

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
