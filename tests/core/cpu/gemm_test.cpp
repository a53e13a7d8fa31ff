// SPDX-License-Identifier: Apache-2.0
#include "cpu/gemm.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "hearth/base/complex.h"
#include "hearth/base/context.h"
#include "hearth/base/error.h"
#include "hearth/base/threads.h"

namespace hearth::cpu {
namespace {

// Small multiples of 1/8: products and short sums are exact in every type but the 16-bit ones.
template <typename T>
T value(int64_t i) {
  const auto v = static_cast<double>((i * 7919 + 13) % 17 - 8);
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(static_cast<int64_t>(v));
  } else if constexpr (is_complex(dtype_of<T>)) {
    using R = typename T::value_type;
    return T(static_cast<R>(v / 8), static_cast<R>(((i * 31) % 11 - 5) / 8.0));
  } else {
    return static_cast<T>(static_cast<float>(v / 8));
  }
}

template <typename T>
using Wide = std::conditional_t<is_complex(dtype_of<T>), complex<double>, double>;

template <typename T>
Wide<T> widen(T v) {
  if constexpr (is_complex(dtype_of<T>)) {
    return {static_cast<double>(v.real()), static_cast<double>(v.imag())};
  } else {
    return static_cast<double>(v);
  }
}

double magnitude(double v) { return std::abs(v); }
double magnitude(complex<double> v) { return std::hypot(v.real(), v.imag()); }

struct Case {
  int64_t m, n, k;
  bool a_transposed = false, b_transposed = false;
  int64_t gap = 0;  // added to each leading dimension
  std::vector<int64_t> batch = {};
  std::vector<int> a_batch = {}, b_batch = {};  // 0 where broadcast
  bool bias = false;
  double alpha = 1, beta = 0;
};

template <typename T>
struct Problem {
  MatmulArgs g;
  std::vector<T> a, b, c, bias;

  explicit Problem(const Case& t) {
    g.dtype = dtype_of<T>;
    g.m = t.m, g.n = t.n, g.k = t.k;
    g.alpha = t.alpha, g.beta = t.beta;
    g.a_stride = t.a_transposed ? MatrixStride{1, t.m + t.gap} : MatrixStride{t.k + t.gap, 1};
    g.b_stride = t.b_transposed ? MatrixStride{1, t.k + t.gap} : MatrixStride{t.n + t.gap, 1};
    g.c_stride = t.n + t.gap;
    int64_t a_size = t.m * t.k + (t.m + t.k) * t.gap + 1;
    int64_t b_size = t.n * t.k + (t.n + t.k) * t.gap + 1;
    int64_t c_size = t.m * g.c_stride + 1;
    g.batch_dims = static_cast<int>(t.batch.size());
    for (int d = g.batch_dims - 1; d >= 0; d--) {
      const size_t i = static_cast<size_t>(d);
      g.batch[d] = t.batch[i];
      const auto place = [&](bool varies, int64_t& size) {
        const int64_t stride = varies ? size : 0;
        if (varies) size *= t.batch[i];
        return stride;
      };
      g.a_batch[d] = place(t.a_batch.empty() || t.a_batch[i], a_size);
      g.b_batch[d] = place(t.b_batch.empty() || t.b_batch[i], b_size);
      g.c_batch[d] = place(true, c_size);
    }
    a.resize(static_cast<size_t>(a_size));
    b.resize(static_cast<size_t>(b_size));
    c.resize(static_cast<size_t>(c_size));
    for (size_t i = 0; i < a.size(); i++) a[i] = value<T>(static_cast<int64_t>(i));
    for (size_t i = 0; i < b.size(); i++) b[i] = value<T>(static_cast<int64_t>(3 * i + 1));
    for (size_t i = 0; i < c.size(); i++) c[i] = value<T>(static_cast<int64_t>(5 * i + 2));
    if (t.bias) {
      bias.resize(static_cast<size_t>(t.n));
      for (size_t i = 0; i < bias.size(); i++) bias[i] = value<T>(static_cast<int64_t>(i + 4));
    }
    g.a = a.data(), g.b = b.data(), g.c = c.data();
    g.bias = t.bias ? bias.data() : nullptr;
  }

  /// The expected c, by the definition; elements between rows keep their value.
  std::vector<Wide<T>> expected() const {
    std::vector<Wide<T>> out(c.size());
    for (size_t i = 0; i < c.size(); i++) out[i] = widen(c[i]);
    int64_t count = 1;
    for (int d = 0; d < g.batch_dims; d++) count *= g.batch[d];
    for (int64_t index = 0; index < count; index++) {
      int64_t rest = index, at = 0, bt = 0, ct = 0;
      for (int d = g.batch_dims - 1; d >= 0; d--) {
        const int64_t i = rest % g.batch[d];
        rest /= g.batch[d];
        at += i * g.a_batch[d], bt += i * g.b_batch[d], ct += i * g.c_batch[d];
      }
      for (int64_t i = 0; i < g.m; i++) {
        for (int64_t j = 0; j < g.n; j++) {
          Wide<T> sum = 0;
          for (int64_t p = 0; p < g.k; p++) {
            sum += widen(a[static_cast<size_t>(at + i * g.a_stride.row + p * g.a_stride.col)]) *
                   widen(b[static_cast<size_t>(bt + p * g.b_stride.row + j * g.b_stride.col)]);
          }
          auto& o = out[static_cast<size_t>(ct + i * g.c_stride + j)];
          Wide<T> v = sum * Wide<T>(g.alpha);
          if (g.beta != 0) v += o * Wide<T>(g.beta);
          if (!bias.empty()) v += widen(bias[static_cast<size_t>(j)]);
          o = v;
        }
      }
    }
    return out;
  }
};

template <typename T>
void expect_correct(const Case& t) {
  SCOPED_TRACE(cat_str(dtype_of<T>, " m ", t.m, " n ", t.n, " k ", t.k, " at ", t.a_transposed,
                       " bt ", t.b_transposed, " gap ", t.gap, " batch ", t.batch, " bias ", t.bias,
                       " alpha ", t.alpha, " beta ", t.beta));
  Problem<T> problem(t);
  const auto expected = problem.expected();
  matmul(problem.g);
  const ScalarType type = dtype_of<T>;
  const double eps = type == kBFloat16 ? 1.0 / 128 : type == kHalf ? 1.0 / 1024 : 1e-6;
  for (size_t i = 0; i < expected.size(); i++) {
    const double error = magnitude(widen(problem.c[i]) - expected[i]);
    ASSERT_LE(error, eps * (1 + magnitude(expected[i]) + 0.01 * static_cast<double>(t.k)))
        << "element " << i;
  }
}

template <typename T>
class Gemm : public testing::Test {};
using Types = testing::Types<float, double, BFloat16, Half, int8_t, uint8_t, int16_t, int32_t,
                             int64_t, complex<float>, complex<double>>;
TYPED_TEST_SUITE(Gemm, Types);

// Wrapping types leave the wide reference as soon as a sum passes their range.
template <typename T>
constexpr bool kNarrow = std::is_integral_v<T> && sizeof(T) < 4;

TYPED_TEST(Gemm, ShapesAndTransposes) {
  using T = TypeParam;
  if constexpr (kNarrow<T>) return;
  const int64_t sizes[][3] = {{1, 1, 1},   {1, 16, 16}, {16, 16, 16}, {7, 5, 3},
                              {1, 33, 70}, {29, 1, 65}, {13, 17, 31}, {65, 33, 9},
                              {3, 70, 1},  {1, 1, 100}, {40, 50, 60}};
  for (const auto& s : sizes) {
    for (int mask = 0; mask < 8; mask++) {
      Case t{s[0], s[1], s[2], (mask & 1) != 0, (mask & 2) != 0, mask & 4 ? 3 : 0};
      expect_correct<T>(t);
      t.bias = true;
      expect_correct<T>(t);
      t.beta = 2;
      expect_correct<T>(t);
      t.alpha = 3;
      expect_correct<T>(t);
    }
  }
}

TYPED_TEST(Gemm, LargerThanEveryBlock) {
  using T = TypeParam;
  if constexpr (kNarrow<T>) return;
  expect_correct<T>({.m = 150, .n = 300, .k = 350});
  expect_correct<T>({.m = 131, .n = 259, .k = 337, .a_transposed = true, .gap = 1, .bias = true});
  expect_correct<T>({.m = 100, .n = 120, .k = 200, .b_transposed = true, .alpha = 2, .beta = 1});
}

TYPED_TEST(Gemm, Batches) {
  using T = TypeParam;
  if constexpr (kNarrow<T>) return;
  for (const bool transposed : {false, true}) {
    expect_correct<T>({.m = 9, .n = 10, .k = 11, .b_transposed = transposed, .batch = {5}});
    expect_correct<T>({.m = 9, .n = 10, .k = 11, .b_transposed = transposed, .batch = {2, 3}});
    expect_correct<T>({.m = 9,
                       .n = 10,
                       .k = 11,
                       .a_transposed = transposed,
                       .batch = {2, 3},
                       .a_batch = {0, 1},
                       .b_batch = {1, 0}});
    expect_correct<T>({.m = 70,
                       .n = 65,
                       .k = 80,
                       .b_transposed = transposed,
                       .gap = 2,
                       .batch = {2, 1, 3},
                       .a_batch = {1, 1, 1},
                       .b_batch = {0, 0, 0},
                       .bias = true,
                       .beta = 1});
    expect_correct<T>(
        {.m = 1, .n = 20, .k = 30, .b_transposed = transposed, .batch = {4}, .b_batch = {0}});
    expect_correct<T>(
        {.m = 20, .n = 1, .k = 30, .a_transposed = transposed, .batch = {4}, .a_batch = {0}});
  }
}

TYPED_TEST(Gemm, EmptyDims) {
  using T = TypeParam;
  expect_correct<T>({.m = 0, .n = 3, .k = 4});
  expect_correct<T>({.m = 3, .n = 0, .k = 4});
  expect_correct<T>({.m = 3, .n = 4, .k = 0});
  if constexpr (!kNarrow<T>) {
    expect_correct<T>({.m = 3, .n = 4, .k = 0, .bias = true, .beta = 1});
  }
  expect_correct<T>({.m = 1, .n = 4, .k = 0});
  expect_correct<T>({.m = 3, .n = 4, .k = 5, .batch = {0}});
  expect_correct<T>({.m = 3, .n = 4, .k = 0, .batch = {2}});
}

TEST(GemmIntegers, WrapAround) {
  const std::vector<int8_t> a = {100, 100}, b = {2, 3};
  int8_t c = 1;
  MatmulArgs g;
  g.dtype = kChar;
  g.m = 1, g.n = 1, g.k = 2;
  g.a = a.data(), g.b = b.data(), g.c = &c;
  g.a_stride = {2, 1}, g.b_stride = {1, 1}, g.c_stride = 1;
  matmul(g);
  EXPECT_EQ(c, static_cast<int8_t>(500));
}

TEST(GemmMemory, UnreadOutputMayHoldNan) {
  for (const int64_t n : {1, 5, 40, 100}) {
    Problem<float> p({.m = n, .n = n, .k = n});
    const auto expected = p.expected();
    std::fill(p.c.begin(), p.c.end(), std::numeric_limits<float>::quiet_NaN());
    matmul(p.g);
    for (int64_t i = 0; i < n * n; i++) {
      ASSERT_NEAR(p.c[static_cast<size_t>(i)], expected[static_cast<size_t>(i)], 1e-4);
    }
  }
}

TEST(GemmValues, InfinityAndNanSpread) {
  for (const int64_t n : {3, 20, 90}) {
    Problem<float> p({.m = n, .n = n, .k = n});
    p.a[0] = std::numeric_limits<float>::infinity();
    p.b[1] = std::numeric_limits<float>::quiet_NaN();
    p.b[2] = 1;
    matmul(p.g);
    EXPECT_TRUE(std::isnan(p.c[1])) << n;
    EXPECT_TRUE(std::isinf(p.c[2])) << n;
  }
}

template <typename T>
class GemmBits : public testing::Test {};
using BitTypes = testing::Types<float, double, BFloat16>;
TYPED_TEST_SUITE(GemmBits, BitTypes);

TYPED_TEST(GemmBits, AreTheSameEveryTime) {
  using T = TypeParam;
  for (const Case& t :
       {Case{.m = 200, .n = 150, .k = 170}, Case{.m = 1, .n = 900, .k = 700},
        Case{.m = 1, .n = 1, .k = 100000}, Case{.m = 20, .n = 20, .k = 20, .batch = {50}}}) {
    Problem<T> first(t), again(t);
    for (size_t i = 0; i < first.a.size(); i++) {
      first.a[i] = again.a[i] = static_cast<T>(std::sin(static_cast<float>(i)));
    }
    matmul(first.g);
    matmul(again.g);
    EXPECT_EQ(std::memcmp(first.c.data(), again.c.data(), first.c.size() * sizeof(T)), 0);
  }
}

TYPED_TEST(GemmBits, DoNotDependOnThreadsWhenDeterministic) {
  using T = TypeParam;
  set_deterministic(true);
  for (const Case& t :
       {Case{.m = 200, .n = 150, .k = 170}, Case{.m = 1, .n = 900, .k = 700},
        Case{.m = 1, .n = 1, .k = 100000}, Case{.m = 20, .n = 20, .k = 20, .batch = {50}},
        Case{.m = 40, .n = 30, .k = 20000},
        Case{.m = 100, .n = 90, .k = 3000, .a_transposed = true},
        Case{.m = 16, .n = 100, .k = 5000, .b_transposed = true}}) {
    std::vector<T> reference;
    for (const int threads : {1, 3, 7}) {
      const ThreadLimitGuard guard(threads);
      Problem<T> p(t);
      for (size_t i = 0; i < p.a.size(); i++) {
        p.a[i] = static_cast<T>(std::sin(static_cast<float>(i)));
      }
      matmul(p.g);
      if (threads == 1) reference = p.c;
      EXPECT_EQ(std::memcmp(reference.data(), p.c.data(), p.c.size() * sizeof(T)), 0)
          << "m " << t.m << " n " << t.n << " k " << t.k << " threads " << threads;
    }
  }
  set_deterministic(false);
}

TEST(GemmThreads, RunInsideParallelRegionsAndOtherThreads) {
  const ThreadLimitGuard guard(3);
  const auto product = [] {
    Problem<float> p({.m = 90, .n = 70, .k = 80, .b_transposed = true});
    const auto expected = p.expected();
    matmul(p.g);
    double error = 0;
    for (size_t i = 0; i < expected.size(); i++) {
      error = std::max(error, std::abs(static_cast<double>(p.c[i]) - expected[i]));
    }
    return error;
  };
  for (int round = 0; round < 3; round++) {
    double errors[8] = {};
    parallel_chunks(8, [&](int64_t i) { errors[i] = product(); });
    for (const double e : errors) EXPECT_LT(e, 1e-3);
    EXPECT_LT(product(), 1e-3);
    std::thread([&] { EXPECT_LT(product(), 1e-3); }).join();
  }
}

TEST(GemmErrors, RefusesForeignStrides) {
  EXPECT_TRUE(matmul_accepts(3, 4, {4, 1}));
  EXPECT_TRUE(matmul_accepts(3, 4, {1, 3}));
  EXPECT_TRUE(matmul_accepts(3, 4, {9, 1}));
  EXPECT_TRUE(matmul_accepts(1, 4, {0, 1}));
  EXPECT_TRUE(matmul_accepts(3, 1, {5, 7}));
  EXPECT_FALSE(matmul_accepts(3, 4, {8, 2}));
  EXPECT_FALSE(matmul_accepts(3, 4, {0, 1}));
  EXPECT_FALSE(matmul_accepts(3, 4, {3, 1}));
  Problem<float> p({.m = 3, .n = 4, .k = 5});
  p.g.a_stride = {10, 2};
  EXPECT_THROW(matmul(p.g), ShapeError);
  Problem<float> q({.m = 3, .n = 4, .k = 5});
  q.g.dtype = kBool;
  EXPECT_THROW(matmul(q.g), DtypeError);
}

}  // namespace
}  // namespace hearth::cpu
