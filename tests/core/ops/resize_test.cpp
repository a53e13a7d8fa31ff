// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/resize.h"

#include "hearth/ops/view.h"

#include "core/ops/exact.h"

namespace hearth {
namespace {

using ::testing::HasSubstr;

Tensor last(const Tensor& t) { return t.to(MemoryFormat::ChannelsLast); }

TEST(Resize, NearestRepeatsOrSkips) {
  const Tensor x = numbers({2, 3, 4, 5});
  const Tensor twice = upsample_nearest2d(x, {8, 10});
  for (int64_t i = 0; i < 2; ++i)
    for (int64_t j = 0; j < 2; ++j) expect_equal(twice.slice(2, i, 8, 2).slice(3, j, 10, 2), x);
  expect_equal(upsample_nearest2d(x, {2, 5}), x.slice(2, 0, 4, 2));
  expect_equal(upsample_nearest1d(x.select(2, 0), 10), twice.select(2, 0));
}

TEST(Resize, BilinearInterpolates) {
  // A plane stays a plane: corners aligned, the values are exact.
  const Tensor x =
      (arange(3, TensorOptions(kDouble)).unsqueeze(1) * 4 + arange(5, TensorOptions(kDouble)) * 8)
          .expand({1, 2, 3, 5});
  const Tensor want =
      (arange(5, TensorOptions(kDouble)).unsqueeze(1) * 2 + arange(9, TensorOptions(kDouble)) * 4)
          .expand({1, 2, 5, 9});
  expect_equal(upsample_bilinear2d(x, {5, 9}, true), want);
  expect_equal(upsample_bilinear2d(last(x.contiguous()), {5, 9}, true), want);
  expect_equal(upsample_bilinear2d(x, {3, 5}, false), x);
  expect_equal(upsample_linear1d(x.select(2, 0), 9, true), want.select(2, 0));
}

TEST(Resize, LayoutsAndTypesAgree) {
  const Tensor x = numbers({2, 150, 5, 4}, kFloat);
  const auto check = [&](auto f) {
    const Tensor a = x.detach().requires_grad_(), b = last(x).detach().requires_grad_();
    const Tensor ya = f(a), yb = f(b);
    EXPECT_EQ(yb.suggest_memory_format(), MemoryFormat::ChannelsLast);
    EXPECT_TRUE(ya.allclose(yb, 1e-6, 1e-6));
    EXPECT_TRUE(f(x.to(kHalf)).to(kFloat).allclose(ya, 1e-2, 1e-2));
    EXPECT_TRUE(f(x.to(kDouble)).to(kFloat).allclose(ya, 1e-5, 1e-5));
    const Tensor g = numbers(ya.sizes(), kFloat, 3);
    ya.backward(g);
    yb.backward(g);
    EXPECT_TRUE(a.grad().allclose(b.grad(), 1e-5, 1e-5));
  };
  check([](const Tensor& t) { return upsample_nearest2d(t, {7, 9}); });
  check([](const Tensor& t) { return upsample_nearest2d(t, {3, 2}); });
  check([](const Tensor& t) { return upsample_bilinear2d(t, {7, 9}, false); });
  check([](const Tensor& t) { return upsample_bilinear2d(t, {3, 9}, true); });
  EXPECT_EQ(upsample_nearest2d(zeros({0, 3, 2, 2}), {4, 4}).sizes(), IntArrayRef({0, 3, 4, 4}));
}

// A column of more results than are made at a time is the row it is on its side.
TEST(Resize, LongColumnsAreRowsOnTheirSide) {
  const auto check = [](const Tensor& row, int64_t size, auto f) {
    const Tensor a = row.detach().requires_grad_(row.is_floating_point());
    const Tensor b = row.transpose(2, 3).contiguous().requires_grad_(row.is_floating_point());
    const Tensor lying = f(a, IntArrayRef({1, size})), standing = f(b, IntArrayRef({size, 1}));
    expect_equal(standing.transpose(2, 3), lying);
    if (!row.is_floating_point()) return;
    const Tensor g = numbers(lying.sizes(), kFloat, 3);
    lying.backward(g);
    standing.backward(g.transpose(2, 3));
    EXPECT_TRUE(b.grad().transpose(2, 3).allclose(a.grad(), 1e-5, 1e-5));
  };
  const auto bilinear = [](const Tensor& t, IntArrayRef n) {
    return upsample_bilinear2d(t, n, false);
  };
  const auto smooth = [](const Tensor& t, IntArrayRef n) {
    return _upsample_bilinear2d_aa(t, n, false);
  };
  const auto cubic = [](const Tensor& t, IntArrayRef n) { return upsample_bicubic2d(t, n, false); };
  const auto nearest = [](const Tensor& t, IntArrayRef n) { return upsample_nearest2d(t, n); };
  const Tensor x = numbers({1, 1, 1, 35000}, kFloat);
  for (const int64_t size : {34000, 70000}) {
    check(x, size, bilinear);
    check(x, size, smooth);
    check(x, size, cubic);
    check(x, size, nearest);
  }
  check((x * 16 + 128).to(kByte), 70000, bilinear);
  check((x * 16 + 128).to(kByte), 70000, nearest);
}

TEST(Resize, Errors) {
  EXPECT_THAT(error_of([] {
                upsample_nearest2d(zeros({3, 3}), {4, 4});
              }),
              HasSubstr("It is expected input_size equals to 4"));
  EXPECT_THAT(error_of([] {
                upsample_nearest2d(zeros({1, 1, 3, 3}), 4);
              }),
              HasSubstr("It is expected output_size equals to 2"));
  EXPECT_THAT(error_of([] {
                upsample_bilinear2d(zeros({1, 1, 3, 3}), {0, 2}, false);
              }),
              HasSubstr("Input and output sizes should be greater than 0"));
  EXPECT_THAT(error_of([] {
                upsample_nearest2d(zeros({1, 1, 3, 3}).to(kLong), {4, 4});
              }),
              HasSubstr("not implemented for 'Long'"));
}

TEST(PixelShuffle, ThereAndBack) {
  const Tensor x = numbers({2, 12, 2, 3});
  const Tensor y = pixel_shuffle(x, 2);
  ASSERT_EQ(y.sizes(), IntArrayRef({2, 3, 4, 6}));
  expect_equal(y.slice(2, 1, 4, 2).slice(3, 0, 6, 2).select(1, 1), x.select(1, 6));
  expect_equal(pixel_unshuffle(y, 2), x);
  EXPECT_THAT(error_of([&] { pixel_shuffle(x, 5); }), HasSubstr("divisible by the square"));
  EXPECT_THAT(error_of([&] { pixel_unshuffle(x, 2); }), HasSubstr("divisible by"));
}

}  // namespace
}  // namespace hearth
