// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/pool.h"

#include <cmath>
#include <limits>

#include "hearth/autograd/gradcheck.h"
#include "hearth/ops/view.h"

#include "core/ops/exact.h"

namespace hearth {
namespace {

using ::testing::HasSubstr;

/// No two elements alike, in no order.
Tensor shuffled(IntArrayRef sizes, ScalarType type = kDouble) {
  const Tensor t = empty(sizes, TensorOptions(kDouble));
  double* x = t.data_ptr<double>();
  for (int64_t i = 0; i < t.numel(); ++i)
    x[i] = std::sin(static_cast<double>(i * i + 3 * i + 1)) + 0.001 * static_cast<double>(i);
  return t.to(type);
}

Tensor last(const Tensor& t) {
  return t.to(t.dim() == 5 ? MemoryFormat::ChannelsLast3d : MemoryFormat::ChannelsLast);
}
bool is_last(const Tensor& t) { return t.suggest_memory_format() != MemoryFormat::Contiguous; }

TEST(Pool, LayoutIsKeptAndDoesNotMatter) {
  // More channels than a block, odd sizes, overlapping windows.
  const Tensor image = shuffled({2, 150, 7, 9}, kFloat);
  const Tensor volume = shuffled({2, 140, 3, 5, 7}, kFloat);
  const auto check = [&](const Tensor& x, auto f) {
    const Tensor a = x.detach().requires_grad_(), b = last(x).detach().requires_grad_();
    const Tensor ya = f(a), yb = f(b);
    EXPECT_FALSE(is_last(ya));
    EXPECT_TRUE(is_last(yb));
    EXPECT_TRUE(ya.allclose(yb, 1e-6, 1e-6));
    const Tensor g = shuffled(ya.sizes(), kFloat);
    ya.backward(g);
    yb.backward(g);
    EXPECT_TRUE(is_last(b.grad()));
    EXPECT_TRUE(a.grad().allclose(b.grad(), 1e-6, 1e-6));
  };
  check(image, [](const Tensor& t) { return max_pool2d(t, 3, 2, 1); });
  check(image, [](const Tensor& t) { return max_pool2d(t, 2, 1, 0, 3); });
  check(image, [](const Tensor& t) { return avg_pool2d(t, 3, 2, 1, true, false); });
  check(image, [](const Tensor& t) { return adaptive_avg_pool2d(t, {3, 4}); });
  check(image, [](const Tensor& t) { return adaptive_avg_pool2d(t, 1); });
  check(image, [](const Tensor& t) { return std::get<0>(adaptive_max_pool2d(t, {3, 4})); });
  check(volume, [](const Tensor& t) { return max_pool3d(t, 3, 2, 1); });
  check(volume, [](const Tensor& t) { return max_pool3d(t, {1, 2, 2}); });
  check(volume, [](const Tensor& t) { return max_pool3d(t, 2, 1, 0, {2, 1, 3}); });
  check(volume, [](const Tensor& t) { return avg_pool3d(t, 3, 2, 1, true, false); });
  check(volume, [](const Tensor& t) { return adaptive_avg_pool3d(t, {2, 3, 4}); });
  check(volume, [](const Tensor& t) { return std::get<0>(adaptive_max_pool3d(t, {2, 3, 4})); });
}

/// A volume whose slices are pooled one by one is so many images.
TEST(Pool, SlicesAreImages) {
  const Tensor volume = shuffled({2, 3, 4, 6, 5});
  for (const Tensor& x : {volume, last(volume)}) {
    std::vector<Tensor> values, places, means, parts;
    for (const Tensor& slice : x.unbind(2)) {
      const auto [y, at] = max_pool2d_with_indices(slice, {3, 2}, {2, 1}, {1, 0}, 1, true);
      values.push_back(y);
      places.push_back(at + 30 * static_cast<int64_t>(places.size()));
      means.push_back(avg_pool2d(slice, {3, 2}, {2, 1}, {1, 0}, true, false));
      parts.push_back(adaptive_avg_pool2d(slice, {4, 3}));
    }
    const auto [y, at] = max_pool3d_with_indices(x, {1, 3, 2}, {1, 2, 1}, {0, 1, 0}, 1, true);
    expect_equal(y, stack(values, 2));
    expect_equal(at, stack(places, 2));
    expect_equal(avg_pool3d(x, {1, 3, 2}, {1, 2, 1}, {0, 1, 0}, true, false), stack(means, 2));
    expect_equal(adaptive_avg_pool3d(x, {4, 4, 3}), stack(parts, 2));
  }
}

TEST(Pool, MaximaAndTheirPlaces) {
  const Tensor x = shuffled({2, 3, 6, 5});
  for (const Tensor& t : {x, last(x), x.transpose(2, 3).contiguous().transpose(2, 3)}) {
    const auto [y, at] = max_pool2d_with_indices(t, {3, 2}, {2, 1}, {1, 0}, 1, true);
    ASSERT_EQ(y.sizes(), IntArrayRef({2, 3, 4, 4}));
    const Tensor p = y.contiguous(), q = at.contiguous();
    const double* values = x.const_data_ptr<double>();
    for (int64_t plane = 0; plane < 6; ++plane)
      for (int64_t oh = 0; oh < 4; ++oh)
        for (int64_t ow = 0; ow < 4; ++ow) {
          double best = -1e9;
          int64_t place = -1;
          for (int64_t h = std::max<int64_t>(oh * 2 - 1, 0); h < std::min<int64_t>(oh * 2 + 2, 6);
               ++h)
            for (int64_t w = ow; w < ow + 2; ++w)
              if (values[plane * 30 + h * 5 + w] > best) {
                best = values[plane * 30 + h * 5 + w];
                place = h * 5 + w;
              }
          const int64_t o = plane * 16 + oh * 4 + ow;
          EXPECT_EQ(p.const_data_ptr<double>()[o], best);
          EXPECT_EQ(q.const_data_ptr<int64_t>()[o], place);
        }
  }
}

TEST(Pool, NaNAndInfinity) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  for (bool channels_last : {false, true}) {
    Tensor x = shuffled({1, 2, 4, 4});
    x.select(2, 1).select(2, 1).fill_(nan);
    if (channels_last) x = last(x);
    const auto [y, at] = max_pool2d_with_indices(x, 2);
    EXPECT_TRUE(std::isnan(y.select(2, 0).select(2, 0).select(1, 0).item<double>()));
    EXPECT_EQ(at.select(2, 0).select(2, 0).select(1, 0).item<int64_t>(), 5);
    EXPECT_FALSE(y.select(2, 1).isnan().any().item<bool>());
    Tensor low = full({1, 2, 4, 4}, -inf, TensorOptions(kDouble));
    if (channels_last) low = last(low);
    const auto [z, first] = max_pool2d_with_indices(low, 2, 2, 1);
    EXPECT_TRUE((z == -inf).all().item<bool>());
    EXPECT_EQ(first.select(1, 0).select(1, 1).select(1, 1).item<int64_t>(), 5);
  }
}

TEST(Pool, TypesAndRanks) {
  for (ScalarType t : {kByte, kChar, kShort, kInt, kLong, kHalf, kBFloat16}) {
    const Tensor x = numbers({2, 3, 4}, t);
    const Tensor y = max_pool2d(x, 2);
    EXPECT_EQ(y.dtype(), t);
    expect_equal(y, max_pool2d(x.to(kDouble), 2));
  }
  // Means of integers are cut off towards zero.
  const Tensor whole = arange(-3, 13, kLong).view({1, 1, 4, 4});
  for (const Tensor& image : {whole.expand({1, 2, 4, 4}), last(whole.expand({1, 2, 4, 4}))}) {
    expect_equal(avg_pool2d(image, 2).select(1, 1).reshape({-1}),
                 avg_pool2d(whole.to(kDouble), 2).trunc().reshape({-1}));
    expect_equal(avg_pool2d(image, 2, 2, 0, false, true, 3).select(1, 1).reshape({-1}),
                 avg_pool2d(whole.to(kDouble), 2, 2, 0, false, true, 3).trunc().reshape({-1}));
    expect_equal(avg_pool2d(image, 3, 2, 1, true, false).select(1, 0).reshape({-1}),
                 avg_pool2d(whole.to(kDouble), 3, 2, 1, true, false).trunc().reshape({-1}));
  }
  const Tensor x = shuffled({2, 3, 9});
  expect_equal(max_pool1d(x, 3, 2, 1),
               max_pool2d(x.unsqueeze(2), {1, 3}, {1, 2}, {0, 1}).squeeze(2));
  expect_equal(avg_pool1d(x.select(0, 0), 3),
               avg_pool2d(x.unsqueeze(2), {1, 3}).squeeze(2).select(0, 0));
  expect_equal(adaptive_avg_pool1d(x, 4), adaptive_avg_pool2d(x.unsqueeze(2), {1, 4}).squeeze(2));
  EXPECT_EQ(std::get<1>(adaptive_max_pool1d(x, 4)).sizes(), IntArrayRef({2, 3, 4}));
  EXPECT_EQ(max_pool2d(zeros({0, 3, 4, 4}), 2).sizes(), IntArrayRef({0, 3, 2, 2}));
  EXPECT_EQ(adaptive_avg_pool2d(zeros({2, 3, 4, 4}), 0).sizes(), IntArrayRef({2, 3, 0, 0}));
  const TensorOptions meta = TensorOptions(kFloat).device(kMeta);
  EXPECT_EQ(max_pool2d(empty({512, 64, 1120, 1120}, meta), 3, 2, 1).sizes(),
            IntArrayRef({512, 64, 560, 560}));
}

TEST(Pool, DoubleBackward) {
  using autograd::gradgradcheck;
  using autograd::variable_list;
  const variable_list x = {shuffled({1, 2, 4, 3}).requires_grad_()};
  EXPECT_TRUE(gradgradcheck([](const variable_list& in) { return max_pool2d(in[0], 2, 1); }, x));
  EXPECT_TRUE(gradgradcheck(
      [](const variable_list& in) { return max_pool2d(in[0], 2, 2, 0, 1, true); }, x));
  const variable_list line = {shuffled({2, 2, 5}).requires_grad_()};
  const variable_list volume = {shuffled({1, 2, 3, 2, 3}).requires_grad_()};
  EXPECT_TRUE(
      gradgradcheck([](const variable_list& in) { return max_pool1d(in[0], 3, 2, 1); }, line));
  EXPECT_TRUE(
      gradgradcheck([](const variable_list& in) { return max_pool3d(in[0], 2, 1, 1); }, volume));
  EXPECT_TRUE(gradgradcheck(
      [](const variable_list& in) { return avg_pool3d(in[0], 2, 1, 1, true, false); }, volume));
  EXPECT_TRUE(gradgradcheck(
      [](const variable_list& in) {
        return adaptive_avg_pool3d(in[0], {2, 2, 1});
      },
      volume));
  EXPECT_TRUE(gradgradcheck(
      [](const variable_list& in) { return std::get<0>(adaptive_max_pool2d(in[0], 2)); }, x));
  EXPECT_TRUE(gradgradcheck(
      [](const variable_list& in) { return avg_pool2d(in[0], 2, 2, 1, true, false); }, x));
  EXPECT_TRUE(gradgradcheck(
      [](const variable_list& in) {
        return adaptive_avg_pool2d(in[0], {3, 2});
      },
      x));
}

/// Taps on both sides of the input: nothing is in the window. The place is PyTorch's.
TEST(Pool, WindowsOfNothingButPadding) {
  const auto check = [](const Tensor& input, IntArrayRef kernel, IntArrayRef padding,
                        IntArrayRef dilation, std::vector<int64_t> expected) {
    const auto pool = input.dim() == 3   ? max_pool1d_with_indices
                      : input.dim() == 4 ? max_pool2d_with_indices
                                         : max_pool3d_with_indices;
    for (const ScalarType type : {kFloat, kDouble, kHalf, kByte, kChar, kShort, kInt, kLong}) {
      const Tensor typed = (input.abs() * 50 + 1).to(type);
      for (const Tensor& t : {typed, input.dim() == 3 ? typed : last(typed)}) {
        const Tensor x = t.detach();
        if (x.is_floating_point()) x.requires_grad_();
        const auto [y, at] = pool(x, kernel, 1, padding, dilation, false);
        const Tensor values = y.reshape({2, -1}), places = at.reshape({2, -1});
        ASSERT_EQ(values.size(1), static_cast<int64_t>(expected.size()));
        for (int64_t c = 0; c < 2; ++c)
          for (size_t i = 0; i < expected.size(); ++i) {
            const auto k = static_cast<int64_t>(i);
            EXPECT_EQ(places[c][k].item<int64_t>(), expected[i]);
            if (x.is_floating_point()) {
              EXPECT_EQ(values[c][k].item<double>(), -std::numeric_limits<double>::infinity());
            } else {
              const int64_t bits = 8 * x.element_size();
              EXPECT_EQ(values[c][k].item<int64_t>(),
                        type == kByte ? 0 : std::numeric_limits<int64_t>::min() >> (64 - bits));
            }
          }
        if (!x.is_floating_point()) continue;
        y.sum().backward();
        EXPECT_EQ(x.grad().abs().sum().item<double>(), 0);
      }
    }
  };
  check(shuffled({1, 2, 5}), {2}, {1}, {6}, {5});
  check(shuffled({1, 2, 1, 5}), {1, 2}, {0, 1}, {1, 6}, {5});
  check(shuffled({1, 2, 3, 5}), {2, 2}, {0, 1}, {1, 6}, {5, 10});
  check(shuffled({1, 2, 2, 2, 5}), {2, 1, 2}, {0, 0, 1}, {1, 1, 6}, {5, 10});
  check(shuffled({1, 2, 3, 1, 2}), {2, 1, 1}, {1, 0, 0}, {4, 1, 1}, {6, 7});
}

TEST(Pool, OneCellOfAnEmptyImageIsNaN) {
  const auto nans = [](const Tensor& y, IntArrayRef sizes) {
    EXPECT_EQ(y.sizes(), sizes);
    EXPECT_TRUE(y.isnan().all().item<bool>());
  };
  nans(adaptive_avg_pool2d(zeros({2, 3, 0, 4}), 1), {2, 3, 1, 1});
  nans(adaptive_avg_pool2d(zeros({3, 4, 0}), {1, 1}), {3, 1, 1});
  nans(adaptive_avg_pool1d(zeros({2, 3, 0}), 1), {2, 3, 1});
  EXPECT_EQ(adaptive_avg_pool2d(zeros({0, 3, 4, 4}), 1).sizes(), IntArrayRef({0, 3, 1, 1}));
  EXPECT_THROW(adaptive_avg_pool2d(zeros({2, 3, 0, 4}), 2), ShapeError);
  nans(adaptive_avg_pool3d(zeros({2, 3, 0, 4, 4}), 1), {2, 3, 1, 1, 1});
}

TEST(Pool, Errors) {
  const Tensor x = zeros({1, 3, 4, 4});
  EXPECT_THAT(error_of([&] {
                max_pool2d(zeros({4, 4}), 2);
              }),
              HasSubstr("Expected 3D or 4D (batch mode) tensor"));
  EXPECT_THAT(
      error_of([&] { max_pool2d(x, 5); }),
      HasSubstr("Given input size: (3x4x4). Calculated output size: (3x0x0). Output size is "
                "too small"));
  EXPECT_THAT(error_of([&] {
                max_pool3d(zeros({1, 3, 4, 4, 2}), 3);
              }),
              HasSubstr("Given input size: (3x4x4x2). Calculated output size: (3x1x1x0)"));
  EXPECT_THAT(error_of([&] { max_pool3d(x.select(0, 0), 2); }),
              HasSubstr("[max_pool3d] Expected 4D or 5D (batch mode) tensor"));
  EXPECT_THAT(error_of([&] {
                adaptive_avg_pool3d(zeros({1, 0, 4, 4, 4}), 2);
              }),
              HasSubstr("[adaptive_avg_pool3d] Expected 4D or 5D"));
  EXPECT_THAT(error_of([&] { max_pool2d(x, 2, 2, 2); }),
              HasSubstr("pad should be at most half of effective kernel size, but got pad=2"));
  EXPECT_THAT(error_of([&] { max_pool2d(x, 0); }),
              HasSubstr("kernel size should be greater than zero"));
  EXPECT_THAT(error_of([&] { max_pool2d(x, 2, 0); }), HasSubstr("stride"));
  EXPECT_THAT(error_of([&] { max_pool2d(x, {1, 2, 3}); }), HasSubstr("[1, 2, 3]"));
  EXPECT_THAT(error_of([&] { avg_pool2d(x, 2, 2, 0, false, true, 0); }),
              HasSubstr("divisor must be not zero"));
  for (ScalarType t : {kBool, kByte, kInt})
    EXPECT_THAT(error_of([&] { avg_pool2d(x.to(t), 2); }), HasSubstr("not implemented for '"));
  EXPECT_THAT(error_of([&] { adaptive_avg_pool2d(x.to(kLong), 2); }),
              HasSubstr("not implemented for 'Long'"));
  EXPECT_THAT(error_of([&] {
                adaptive_avg_pool2d(x, {-1, 2});
              }),
              HasSubstr("elements of output_size must be greater than or equal to 0"));
}

}  // namespace
}  // namespace hearth
