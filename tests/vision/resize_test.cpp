// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/resize.h"

#include <gtest/gtest.h>

#include "hearth/ops/creation.h"

namespace hearth::vision::transforms {
namespace {

Tensor row(std::vector<uint8_t> values) {
  Tensor t = empty({1, 1, static_cast<int64_t>(values.size())}, kByte);
  std::copy(values.begin(), values.end(), t.data_ptr<uint8_t>());
  return t;
}

std::vector<int> values(const Tensor& t) {
  Tensor dense = t.contiguous();
  const auto* p = dense.const_data_ptr<uint8_t>();
  return {p, p + dense.numel()};
}

TEST(Resize, KeepsTheSameSizeAndEvenShades) {
  EXPECT_EQ(values(resize(row({1, 50, 200}), 1, 3)), (std::vector<int>{1, 50, 200}));
  Tensor even = resize(full({3, 17, 5}, 77, kByte), 9, 31);
  EXPECT_EQ(even.sizes(), (std::vector<int64_t>{3, 9, 31}));
  for (int v : values(even)) EXPECT_EQ(v, 77);
}

TEST(Resize, InterpolatesWhenItGrows) {
  // Centres of the outputs lie at -0.25, 0.25, 0.75 and 1.25 of the inputs.
  EXPECT_EQ(values(resize(row({0, 100}), 1, 4)), (std::vector<int>{0, 25, 75, 100}));
}

TEST(Resize, AveragesWhenItShrinks) {
  // A triangle over twice the step: weights 1, 3, 3, 1 inside, 3, 3, 1 at the edge.
  EXPECT_EQ(values(resize(row({0, 0, 0, 0, 70, 70, 70, 70}), 1, 4)),
            (std::vector<int>{0, 9, 61, 70}));
  // A fine pattern becomes gray instead of black or white.
  std::vector<uint8_t> fine;
  for (int i = 0; i < 64; ++i) fine.push_back(i % 2 ? 255 : 0);
  for (int v : values(resize(row(fine), 1, 4))) EXPECT_NEAR(v, 128, 6);
}

TEST(Resize, ReadsStridedImagesAndChecksItsInput) {
  Tensor image = empty({4, 6, 3}, kByte);
  for (int64_t i = 0; i < image.numel(); ++i)
    image.data_ptr<uint8_t>()[i] = static_cast<uint8_t>(i);
  Tensor view = image.permute({2, 0, 1});
  EXPECT_EQ(values(resize(view, 2, 3)), values(resize(view.contiguous(), 2, 3)));
  EXPECT_THROW(resize(zeros({1, 4, 4}), 2, 2), DtypeError);
  EXPECT_THROW(resize(zeros({4, 4}, kByte), 2, 2), ShapeError);
  EXPECT_THROW(resize(zeros({1, 4, 4}, kByte), 0, 2), ValueError);
}

}  // namespace
}  // namespace hearth::vision::transforms
