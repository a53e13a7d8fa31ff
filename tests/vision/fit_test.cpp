// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/classification/fit.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "hearth/ops/creation.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

namespace hearth::vision {
namespace {

const models::ImageShape kMnist{1, 28, 28};

Tensor paper(int64_t height, int64_t width, int shade) {
  return full({1, height, width}, shade, kByte);
}

void paint(Tensor& image, int64_t top, int64_t left, int64_t height, int64_t width, int shade) {
  image.narrow(1, top, height).narrow(2, left, width).fill_(shade);
}

struct Box {
  int64_t top = 1 << 20, left = 1 << 20, bottom = -1, right = -1;
  friend bool operator==(const Box&, const Box&) = default;
};

/// The rows and columns with something brighter than a half.
Box box_of(const Tensor& image) {
  Box box;
  const auto* p = image.const_data_ptr<uint8_t>();
  for (int64_t y = 0; y < image.size(1); ++y)
    for (int64_t x = 0; x < image.size(2); ++x)
      if (p[y * image.size(2) + x] > 127)
        box = {std::min(box.top, y), std::min(box.left, x), std::max(box.bottom, y + 1),
               std::max(box.right, x + 1)};
  return box;
}

FitOptions as_in(const char* dataset) {
  FitOptions options;
  options.framing = framing_of(dataset);
  return options;
}

TEST(Fit, FramesAsTheDataSetDoes) {
  Tensor photo = paper(120, 160, 180);
  paint(photo, 20, 90, 60, 30, 40);
  Fitted done;
  EXPECT_EQ(box_of(fit(photo, kMnist, as_in("mnist"), &done)), (Box{4, 9, 24, 19}));
  EXPECT_TRUE(done.cropped);
  EXPECT_TRUE(done.inverted);
  EXPECT_EQ(box_of(fit(photo, kMnist, as_in("emnist"))), (Box{2, 8, 26, 20}));
  EXPECT_EQ(box_of(fit(photo, kMnist, as_in("fashion-mnist"))), (Box{0, 7, 28, 21}));
  // By mass: an L is moved away from its heavy corner.
  Tensor corner = paper(120, 160, 180);
  paint(corner, 20, 30, 60, 12, 40);
  paint(corner, 68, 30, 12, 60, 40);
  const Box moved = box_of(fit(corner, kMnist, as_in("mnist")));
  EXPECT_EQ(moved, (Box{0, 8, 20, 28}));
}

TEST(Fit, FindsBrightShapesAndThoseItIsToldToFind) {
  Tensor board = paper(100, 100, 60);
  paint(board, 30, 30, 40, 40, 200);
  Fitted done;
  EXPECT_EQ(box_of(fit(board, kMnist, {}, &done)), (Box{0, 0, 28, 28}));
  EXPECT_TRUE(done.cropped);
  EXPECT_FALSE(done.inverted);
  // Nothing on it is darker, so it is taken whole.
  fit(board, kMnist, Invert::Yes, &done);
  EXPECT_FALSE(done.cropped);
  EXPECT_TRUE(done.inverted);
}

TEST(Fit, IsNotMisledByLightSpecksAndTheEdgeOfTheTable) {
  Tensor photo = empty({1, 200, 150}, kByte);
  auto* p = photo.data_ptr<uint8_t>();
  for (int64_t y = 0; y < 200; ++y)
    for (int64_t x = 0; x < 150; ++x) *p++ = static_cast<uint8_t>(100 + y / 3 + x / 3);
  paint(photo, 0, 0, 6, 150, 30);    // the edge of the table
  paint(photo, 170, 20, 2, 2, 20);   // a speck
  paint(photo, 80, 50, 60, 15, 60);  // the shape
  Fitted done;
  EXPECT_EQ(box_of(fit(photo, kMnist, as_in("mnist"), &done)), (Box{4, 12, 24, 17}));
  EXPECT_TRUE(done.cropped);
}

TEST(Fit, LeavesPicturesWithoutAShapeAndWhatNobodyWantsCropped) {
  Fitted done{true, true};
  for (const Tensor& picture :
       {paper(90, 70, 200), paper(5, 200, 90), paper(1, 1, 7),
        arange(0, 200 * 90, kInt).remainder(251).to(kByte).reshape({1, 200, 90})}) {
    EXPECT_EQ(fit(picture, kMnist, {}, &done).sizes(), (std::vector<int64_t>{1, 28, 28}));
    EXPECT_FALSE(done.cropped) << picture.sizes();
  }
  Tensor photo = paper(120, 120, 180);
  paint(photo, 50, 50, 20, 20, 20);
  const Tensor whole = fit(photo, kMnist, {Invert::Auto, Crop::None}, &done);
  EXPECT_FALSE(done.cropped);
  EXPECT_EQ(whole.select(0, 0).select(0, 0).select(0, 0).item<int>(), 75);
  // Images in the model's own size and pictures for models of colors stay whole.
  Tensor own = paper(28, 28, 0);
  paint(own, 2, 2, 5, 5, 255);
  EXPECT_TRUE(fit(own, kMnist, {}, &done).equal(own));
  fit(photo, {3, 28, 28}, {}, &done);
  EXPECT_FALSE(done.cropped);
}

TEST(Fit, LaysTransparentPicturesOnWhatTheShapeIsNot) {
  // The same square in black ink and in white, on nothing.
  for (const int ink : {0, 255}) {
    Tensor picture = zeros({4, 100, 100}, kByte);
    Tensor colors = picture.narrow(0, 0, 3), alpha = picture.narrow(0, 3, 1);
    colors.fill_(ink);
    paint(alpha, 30, 40, 40, 20, 255);
    for (const Crop crop : {Crop::Auto, Crop::None}) {
      Fitted done;
      const Tensor seen = fit(picture, kMnist, {Invert::Auto, crop}, &done);
      EXPECT_EQ(done.inverted, ink == 0);
      EXPECT_EQ(seen.select(0, 0).select(0, 0).select(0, 0).item<int>(), 0);
      EXPECT_EQ(seen.select(0, 0).select(0, 14).select(0, 14).item<int>(), 255);
    }
  }
}

}  // namespace
}  // namespace hearth::vision
