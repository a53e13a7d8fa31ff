// SPDX-License-Identifier: Apache-2.0
// What functions give for numbers at the edges of int64, against the definitions written down with
// 128-bit integers: the right value, or an error where there is none.
#include <algorithm>
#include <cmath>
#include <optional>

#include "hearth/ops/conv.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/factory.h"
#include "hearth/ops/index.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/pool.h"
#include "hearth/ops/scatter.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "core/ops/extremes.h"

namespace hearth::testing_ops {
namespace {

using Wide = __int128;
using Values = std::vector<double>;
/// Nothing where the call must throw.
using Expected = std::optional<Values>;

constexpr int64_t kFew[] = {0,
                            1,
                            -1,
                            2,
                            3,
                            5,
                            7,
                            8,
                            -7,
                            -8,
                            int64_t{1} << 31,
                            int64_t{1} << 62,
                            INT64_MAX - 1,
                            INT64_MAX,
                            INT64_MIN + 1,
                            INT64_MIN};

/// Compares with what is expected. `large` numbers may be refused even so.
template <class F>
void expect_values(const std::string& call, const Expected& want, bool large, const F& f) {
  SCOPED_TRACE(call);
  Tensor got;
  if (!computes_or_refuses([&]() -> std::vector<Tensor> { return {got = f()}; })) {
    EXPECT_TRUE(!want || large) << "an error where there is a value";
    return;
  }
  ASSERT_TRUE(want) << "a value where an error is expected, of sizes " << cat_str(got.sizes());
  const Tensor flat = got.to(kDouble).reshape({-1}).contiguous();
  const double* p = flat.const_data_ptr<double>();
  ASSERT_EQ(Values(p, p + flat.numel()).size(), want->size());
  for (size_t i = 0; i < want->size(); ++i) EXPECT_DOUBLE_EQ(p[i], (*want)[i]) << i;
}

/// Too many for a list here, though not for memory.
bool many(__int128 count) { return count > 1000 && count < (1 << 24); }
bool large(int64_t v) { return v > INT64_MAX / 4 || v < INT64_MIN / 4; }

/// The values at these positions of 0, 1, 2 ...
Values counted(Wide first, Wide end, Wide step = 1) {
  Values out;
  for (Wide i = first; i < end; i += step) out.push_back(static_cast<double>(i));
  return out;
}

Wide clipped(Wide i, int64_t n) { return std::clamp<Wide>(i < 0 ? i + n : i, 0, n); }

TEST(IntegerValues, Slices) {
  constexpr int64_t n = 7;
  const Tensor x = arange(n);
  for (int64_t a : kFew) {
    for (int64_t b : kFew) {
      for (int64_t step : kFew) {
        Expected want;
        if (step > 0) want = counted(clipped(a, n), clipped(b, n), step);
        expect_values(cat_str("slice ", a, " ", b, " ", step), want, false,
                      [&] { return x.slice(0, a, b, step); });
      }
      Expected want;
      const Wide first = a < 0 ? Wide(a) + n : Wide(a);
      if (first >= 0 && first <= n && b >= 0 && first + b <= n) want = counted(first, first + b);
      expect_values(cat_str("narrow ", a, " ", b), want, false, [&] { return x.narrow(0, a, b); });
    }
    Expected want;
    if (a >= -n && a < n) want = Values{static_cast<double>(a < 0 ? a + n : a)};
    expect_values(cat_str("select ", a), want, false, [&] { return x.select(0, a); });
  }
}

TEST(IntegerValues, Parts) {
  const FewMegabytes limit;
  constexpr int64_t n = 7;
  const Tensor x = arange(n);
  for (int64_t a : kFew) {
    Expected want, chunked;
    if (a > 0) want = counted(0, std::min(a, n));
    if (a > 0) chunked = counted(0, (n + Wide(a) - 1) / a);
    expect_values(cat_str("split ", a), want, false, [&] { return x.split(a)[0]; });
    expect_values(cat_str("chunk ", a), chunked, false, [&] { return x.chunk(a)[0]; });
    for (int64_t b : kFew)
      for (int64_t c : kFew) {
        Expected parts;
        if (a >= 0 && b >= 0 && c >= 0 && Wide(a) + b + c == n) parts = counted(a, Wide(a) + b);
        expect_values(cat_str("split {", a, ", ", b, ", ", c, "}"), parts, false, [&] {
          return x.split({a, b, c})[1];
        });
      }
  }
}

TEST(IntegerValues, Unfold) {
  constexpr int64_t n = 7;
  const Tensor x = arange(n);
  for (int64_t size : kFew)
    for (int64_t step : kFew) {
      Expected want;
      if (size >= 0 && size <= n && step > 0) {
        want = Values();
        for (Wide first = 0; first + size <= n; first += step)
          for (int64_t i = 0; i < size; ++i) want->push_back(static_cast<double>(first + i));
      }
      expect_values(cat_str("unfold ", size, " ", step), want, false,
                    [&] { return x.unfold(0, size, step); });
    }
}

TEST(IntegerValues, Triangles) {
  const FewMegabytes limit;
  const Tensor x = arange(1, 13).reshape({3, 4});
  for (int64_t k : kExtremes) {
    Values lower, upper, diagonal, lower_at, upper_at;
    for (int64_t r = 0; r < 3; ++r)
      for (int64_t c = 0; c < 4; ++c) {
        const double v = static_cast<double>(4 * r + c + 1);
        lower.push_back(Wide(c) - r <= k ? v : 0);
        upper.push_back(Wide(c) - r >= k ? v : 0);
        if (Wide(c) - r == k) diagonal.push_back(v);
        if (lower.back() != 0) lower_at.push_back(v);
        if (upper.back() != 0) upper_at.push_back(v);
      }
    const auto name = [&](const char* f) { return cat_str(f, " ", k); };
    expect_values(name("tril"), lower, false, [&] { return x.tril(k); });
    expect_values(name("triu"), upper, false, [&] { return x.triu(k); });
    expect_values(name("diagonal"), diagonal, false, [&] { return x.diagonal(k); });
    const auto elements = [&](const Tensor& at) {
      return at.select(0, 0) * 4 + at.select(0, 1) + 1;
    };
    expect_values(name("tril_indices"), lower_at, false,
                  [&] { return elements(tril_indices(3, 4, k)); });
    expect_values(name("triu_indices"), upper_at, false,
                  [&] { return elements(triu_indices(3, 4, k)); });
  }
  // Few elements of very large matrices.
  constexpr int64_t big = int64_t{1} << 40;
  EXPECT_EQ(tril_indices(big, big, 2 - big).sizes(), IntArrayRef({2, 3}));
  EXPECT_EQ(triu_indices(big, big, big - 2).sizes(), IntArrayRef({2, 3}));
  EXPECT_EQ(tril_indices(0, INT64_MAX).sizes(), IntArrayRef({2, 0}));
  EXPECT_EQ(triu_indices(INT64_MAX, 0).sizes(), IntArrayRef({2, 0}));
  EXPECT_EQ(tril_indices(INT64_MAX, INT64_MAX, INT64_MIN).sizes(), IntArrayRef({2, 0}));
  EXPECT_THROW(tril_indices(INT64_MAX, INT64_MAX), Error);
}

TEST(IntegerValues, RollAndRepeat) {
  const FewMegabytes limit;
  constexpr int64_t n = 7;
  const Tensor x = arange(n);
  for (int64_t k : kExtremes) {
    Values rolled;
    for (int64_t i = 0; i < n; ++i)
      rolled.push_back(static_cast<double>(((Wide(i) - k) % n + n) % n));
    expect_values(cat_str("roll ", k), rolled, false, [&] { return x.roll(k, 0); });
    expect_values(cat_str("roll ", k), rolled, false, [&] { return x.roll(k); });
    Expected repeated;
    if (k >= 0 && k < 9) {
      repeated = Values();
      for (int64_t i = 0; i < k; ++i)
        for (int64_t j = 0; j < n; ++j) repeated->push_back(static_cast<double>(j));
    }
    expect_values(cat_str("repeat ", k), repeated, false, [&] { return x.repeat(k); });
    const Expected nothing = k >= 0 ? Expected(Values()) : std::nullopt;
    expect_values(cat_str("repeat of nothing ", k), nothing, false,
                  [&] { return zeros({0}).repeat(k); });
  }
}

TEST(IntegerValues, RangeCountsExactly) {
  const int64_t most = INT64_MAX;
  // Doubles take all of these ends for the same number.
  for (const int64_t gap : {0, 1, 7, 300}) {
    const Tensor up = range(most - gap, most, 1, kLong), down = range(most, most - gap, -1, kLong);
    ASSERT_EQ(up.numel(), gap + 1);
    ASSERT_EQ(down.numel(), gap + 1);
    EXPECT_EQ(up[gap].item<int64_t>(), most);
    EXPECT_EQ(down[gap].item<int64_t>(), most - gap);
  }
  EXPECT_EQ(range(most - 7, most, 3, kLong).numel(), 3);
  EXPECT_THROW(range(most, most - 1, 1, kLong), Error);
  EXPECT_THROW(range(most - 1, most, -1, kLong), Error);
  EXPECT_THROW(range(INT64_MIN, most, 1, kLong), Error);
}

TEST(IntegerValues, Arange) {
  const FewMegabytes limit;
  for (int64_t a : kExtremes)
    for (int64_t b : kExtremes)
      for (int64_t step : kExtremes) {
        Expected want;
        const Wide distance = step > 0 ? Wide(b) - a : Wide(a) - b;
        const Wide by = step > 0 ? Wide(step) : -Wide(step);
        const Wide count = step == 0 ? 0 : (distance + by - 1) / by;
        if (many(count)) continue;
        if (step != 0 && distance >= 0 && count <= 1000) {
          want = Values();
          for (Wide i = 0; i * by < distance; ++i)
            want->push_back(static_cast<double>(static_cast<int64_t>(a + i * step)));
        }
        expect_values(cat_str("arange ", a, " ", b, " ", step), want, false,
                      [&] { return arange(a, b, step); });
      }
}

TEST(IntegerValues, LinspaceEndsWhereItShould) {
  for (int64_t a : kExtremes)
    for (int64_t b : kExtremes) {
      const Tensor x = linspace(a, b, 3, kLong);
      EXPECT_EQ(x[0].item<int64_t>(), a);
      EXPECT_EQ(x[2].item<int64_t>(), b);
      const double between = (static_cast<double>(a) + static_cast<double>(b)) / 2;
      EXPECT_NEAR(x[1].item<double>(), between, 1 + 1e-15 * std::abs(between));
    }
}

TEST(IntegerValues, Pad) {
  const FewMegabytes limit;
  constexpr int64_t n = 5;
  const Tensor x = arange(double(n)).reshape({1, n});
  for (int64_t before : kExtremes)
    for (int64_t after : kExtremes) {
      const Wide length = Wide(before) + n + after;
      const Wide left = n + std::min<Wide>(before, 0) + std::min<Wide>(after, 0);
      const auto values = [&](auto source) {
        Values out;
        for (Wide i = -Wide(before); i < length - before; ++i) out.push_back(source(i));
        return out;
      };
      const bool small = length < 1000;
      Expected constant, replicated, reflected;
      if (small && left >= 0)
        constant = values([&](Wide i) { return i < 0 || i >= n ? -1. : double(i); });
      if (small && length > 0)
        replicated = values([&](Wide i) { return double(std::clamp<Wide>(i, 0, n - 1)); });
      if (small && length > 0 && before < n && after < n)
        reflected = values([&](Wide i) {
          return double(i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i);
        });
      const auto name = [&](const char* f) { return cat_str(f, " ", before, " ", after); };
      expect_values(name("constant"), constant, false, [&] {
        return constant_pad_nd(x, {before, after}, -1);
      });
      // Cropping away all of the input is refused there.
      expect_values(name("replicate"), replicated, left <= 0, [&] {
        return pad(x, {before, after}, "replicate");
      });
      expect_values(name("reflect"), reflected, left <= 0, [&] {
        return pad(x, {before, after}, "reflect");
      });
    }
}

/// Where the windows of a pool over n elements begin; nothing where there are none.
std::optional<std::vector<Wide>> starts(int64_t n, int64_t kernel, int64_t stride, int64_t padding,
                                        int64_t dilation, bool ceil_mode) {
  if (kernel <= 0 || stride <= 0 || padding < 0 || dilation <= 0) return std::nullopt;
  const Wide span = (Wide(kernel) - 1) * dilation + 1;
  if (padding > span / 2) return std::nullopt;
  const Wide room = n + 2 * Wide(padding) - span + (ceil_mode ? stride - 1 : 0);
  Wide count = room < 0 ? 0 : room / stride + 1;
  if (ceil_mode && (count - 1) * stride >= Wide(n) + padding) --count;
  if (count < 1 || count > 1000) return std::nullopt;
  std::vector<Wide> out;
  for (Wide i = 0; i < count; ++i) out.push_back(i * stride - padding);
  return out;
}

TEST(IntegerValues, Pools) {
  const FewMegabytes limit;
  constexpr int64_t n = 5;
  const Tensor x = arange(n, kDouble).reshape({1, 1, n});
  const Tensor image = x.expand({1, 2, 1, n}).contiguous();
  const Tensor last = image.contiguous(MemoryFormat::ChannelsLast);
  constexpr int64_t kWindows[] = {0,
                                  1,
                                  2,
                                  3,
                                  4,
                                  -1,
                                  int64_t{1} << 31,
                                  int64_t{1} << 40,
                                  int64_t{1} << 61,
                                  INT64_MAX - 1,
                                  INT64_MAX,
                                  INT64_MIN};
  for (int64_t kernel : kWindows)
    for (int64_t stride : kWindows)
      for (int64_t padding : kWindows)
        for (int64_t dilation : kWindows)
          for (bool ceil_mode : {false, true}) {
            const auto at = starts(n, kernel, stride, padding, dilation, ceil_mode);
            Expected max, average;
            if (at) {
              max = Values();
              if (dilation == 1) average = Values();
              for (const Wide start : *at) {
                double most = -INFINITY, sum = 0;
                for (int64_t i = 0; i < n; ++i) {
                  const Wide k = i - start;
                  if (k < 0 || k % dilation != 0 || k / dilation >= kernel) continue;
                  most = static_cast<double>(i);
                  sum += static_cast<double>(i);
                }
                max->push_back(most);
                if (average)
                  average->push_back(
                      sum / static_cast<double>(std::min<Wide>(start + kernel, Wide(n) + padding) -
                                                start));
              }
            }
            const bool too_large = large(kernel) || large(stride) || large(padding) ||
                                   large(dilation) || Wide(kernel) * dilation > INT64_MAX / 4;
            const std::string name = cat_str("pool ", kernel, " ", stride, " ", padding, " ",
                                             dilation, ceil_mode ? " ceil" : "");
            expect_values(name, max, too_large, [&] {
              return max_pool1d(x, kernel, stride, padding, dilation, ceil_mode);
            });
            for (const Tensor& t : {image, last}) {
              Expected twice = max;
              if (twice) twice->insert(twice->end(), max->begin(), max->end());
              expect_values(name + " of an image", twice, too_large, [&] {
                return max_pool2d(t, {1, kernel}, {1, stride}, {0, padding}, {1, dilation},
                                  ceil_mode);
              });
            }
            if (dilation == 1)
              expect_values(name + " average", average, too_large,
                            [&] { return avg_pool1d(x, kernel, stride, padding, ceil_mode); });
          }
}

TEST(IntegerValues, Convolutions) {
  const FewMegabytes limit;
  constexpr int64_t n = 5, k = 3;
  const Tensor x = arange(1., n + 1.).reshape({1, 1, n}), w = arange(1., k + 1.).reshape({1, 1, k});
  constexpr int64_t kNumbers[] = {0,
                                  1,
                                  2,
                                  3,
                                  -1,
                                  int64_t{1} << 31,
                                  int64_t{1} << 40,
                                  int64_t{1} << 61,
                                  INT64_MAX - 1,
                                  INT64_MAX,
                                  INT64_MIN};
  for (ScalarType type : {kDouble, kFloat})
    for (int64_t stride : kNumbers)
      for (int64_t padding : kNumbers)
        for (int64_t dilation : kNumbers) {
          const std::string name = cat_str("conv ", stride, " ", padding, " ", dilation);
          const bool too_large = large(stride) || large(padding) || large(dilation);
          const bool legal = stride > 0 && padding >= 0 && dilation > 0;
          const Wide span = Wide(dilation) * (k - 1) + 1, room = n + 2 * Wide(padding) - span;
          Expected want, transposed;
          if (legal && many(room / stride)) continue;
          if (legal && room >= 0 && room / stride <= 1000) {
            want = Values();
            for (Wide o = 0; o * stride <= room; ++o) {
              double sum = 0;
              for (Wide i = 0; i < k; ++i) {
                const Wide at = o * stride + i * dilation - padding;
                if (at >= 0 && at < n) sum += static_cast<double>((at + 1) * (i + 1));
              }
              want->push_back(sum);
            }
          }
          const Wide length = (Wide(n) - 1) * stride + span - 2 * Wide(padding);
          if (legal && many(length)) continue;
          if (legal && length > 0 && length <= 1000) {
            transposed = Values(static_cast<size_t>(length), 0);
            for (Wide o = 0; o < n; ++o)
              for (Wide i = 0; i < k; ++i) {
                const Wide at = o * stride + i * dilation - padding;
                if (at >= 0 && at < length)
                  (*transposed)[static_cast<size_t>(at)] += static_cast<double>((o + 1) * (i + 1));
              }
          }
          const Tensor a = x.to(type), b = w.to(type);
          expect_values(name, want, too_large,
                        [&] { return conv1d(a, b, {}, stride, padding, dilation); });
          expect_values("transposed " + name, transposed, too_large, [&] {
            return conv_transpose1d(a, b, {}, stride, padding, 0, 1, dilation);
          });
        }
}

/// Numbers beyond what a use of them needs are no reason to refuse.
TEST(IntegerValues, WhatIsCombinedWrapsAround) {
  for (const ScalarType type : {kChar, kShort, kInt, kLong}) {
    SCOPED_TRACE(type);
    const int64_t most = type == kChar    ? INT8_MAX
                         : type == kShort ? INT16_MAX
                         : type == kInt   ? INT32_MAX
                                          : INT64_MAX;
    const auto of = [&](const std::vector<int64_t>& v) { return tensor(v, kLong).to(type); };
    const Tensor x = of({most}), same = zeros({2}, kLong), twice = of({most, most});
    // Three times the largest number, and its third power.
    const Tensor sum = of({most - 2}), product = of({most});
    EXPECT_TRUE(x.index_add(0, same, twice).equal(sum));
    EXPECT_TRUE(x.scatter_add(0, same, twice).equal(sum));
    EXPECT_TRUE(x.scatter_reduce(0, same, twice, "sum").equal(sum));
    EXPECT_TRUE(x.scatter_reduce(0, same, twice, "prod").equal(product));
    EXPECT_TRUE(x.index_reduce(0, same, twice, "prod").equal(product));
    EXPECT_TRUE(x.index_put({same}, twice, /*accumulate=*/true).equal(sum));
    EXPECT_TRUE(x.put(same, twice, /*accumulate=*/true).equal(sum));
    // The square of the largest number is 1.
    const Tensor a = of({most, 0, 0}), b = of({0, most, 0});
    EXPECT_TRUE(cross(a, b, 0).equal(of({0, 0, 1})));
    EXPECT_TRUE(cross(b, a, 0).equal(of({0, 0, -1})));
  }
}

TEST(IntegerValues, HugeStepsAreLegal) {
  const Tensor x = arange(10.).reshape({2, 5});
  EXPECT_TRUE(x.slice(1, 1, INT64_MAX, INT64_MAX).equal(x.narrow(1, 1, 1)));
  EXPECT_TRUE(x.unfold(1, 5, INT64_MAX).squeeze(1).equal(x));
  const Tensor image = x.reshape({1, 2, 5}), weight = ones({2, 2, 1});
  EXPECT_EQ(conv1d(image, weight, {}, INT64_MAX).sizes(), IntArrayRef({1, 2, 1}));
  EXPECT_EQ(conv1d(image, weight, {}, 1, 0, INT64_MAX).sizes(), IntArrayRef({1, 2, 5}));
  EXPECT_EQ(max_pool1d(image, int64_t{1} << 40, {}, 0, 1, true).sizes(), IntArrayRef({1, 2, 1}));
}

}  // namespace
}  // namespace hearth::testing_ops
