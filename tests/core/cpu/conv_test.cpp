// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "hearth/base/context.h"
#include "hearth/base/error.h"
#include "hearth/base/threads.h"

#include "cpu/conv_algorithm.h"
#include "cpu/conv_depthwise.h"
#include "cpu/conv_direct.h"
#include "cpu/conv_product.h"
#include "cpu/conv_winograd.h"

namespace hearth::cpu {
namespace {

/// Lists hold one entry for each spatial dim, or none for strides and dilations of 1 and no
/// padding.
struct Geometry {
  int64_t batch, in, out, groups;
  std::vector<int64_t> input, kernel;
  std::vector<int64_t> stride = {}, dilation = {}, pad_begin = {}, pad_end = {};
};

const std::vector<Geometry> kGeometries = {
    {2, 3, 5, 1, {7, 6}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}},
    {3, 16, 32, 1, {8, 8}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}},
    {2, 16, 24, 1, {9, 9}, {1, 1}},
    {2, 16, 24, 1, {9, 8}, {1, 1}, {2, 2}},
    {2, 8, 16, 1, {9, 10}, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {1, 1}},
    {2, 3, 16, 1, {20, 21}, {7, 7}, {2, 2}, {1, 1}, {3, 3}, {3, 3}},
    {1, 1, 6, 1, {12, 12}, {5, 5}},
    {2, 16, 16, 16, {8, 9}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}},
    {2, 17, 17, 17, {8, 9}, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {1, 1}},
    {2, 4, 8, 4, {6, 6}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}},
    {2, 12, 18, 3, {6, 7}, {3, 2}, {1, 1}, {1, 1}, {1, 0}, {1, 1}},
    {2, 32, 32, 2, {6, 7}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}},
    {2, 5, 4, 1, {11, 12}, {3, 3}, {1, 1}, {2, 3}, {2, 3}, {2, 3}},
    {2, 4, 3, 1, {7, 8}, {3, 4}, {2, 3}, {1, 2}, {0, 2}, {2, 1}},
    {2, 6, 7, 1, {1, 25}, {1, 5}, {1, 2}, {1, 1}, {0, 2}, {0, 2}},
    {1, 4, 4, 1, {3, 3}, {3, 3}, {5, 5}, {1, 1}, {4, 4}, {4, 4}},
    {2, 3, 4, 1, {5, 5}, {2, 2}, {3, 3}},
    {2, 3, 4, 1, {9}, {3}, {2}, {1}, {1}, {1}},
    {2, 4, 6, 2, {9}, {3}, {1}, {2}, {2}, {1}},
    {2, 3, 5, 1, {4, 5, 6}, {3, 3, 3}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}},
    {2, 16, 32, 1, {4, 6, 6}, {3, 3, 3}, {2, 1, 2}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}},
    {2, 4, 6, 2, {5, 6, 7}, {2, 3, 2}, {2, 1, 3}, {2, 1, 2}, {1, 0, 2}, {0, 1, 2}},
    {2, 16, 24, 1, {3, 4, 5}, {1, 1, 1}},
    {2, 16, 24, 1, {5, 4, 5}, {1, 1, 1}, {2, 1, 1}},
    {2, 8, 8, 8, {4, 5, 5}, {3, 3, 3}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}},
    // One input channel: rows shorter than a register, as long, longer by a little or a lot.
    {9, 1, 6, 1, {28, 28}, {5, 5}, {1, 1}, {1, 1}, {2, 2}, {2, 2}},
    {8, 1, 13, 1, {6, 5}, {3, 3}, {1, 1}, {1, 1}, {1, 0}, {0, 1}},
    {8, 1, 3, 1, {3, 8}, {1, 1}},
    {8, 1, 5, 1, {4, 34}, {2, 9}, {1, 1}, {2, 3}, {3, 4}, {0, 12}},
    {10, 2, 7, 1, {9, 19}, {4, 6}, {1, 1}, {1, 2}, {0, 5}, {6, 1}},
    // 3 x 3: fewer results than a tile, all paddings, tiles cut at either edge, many tiles.
    {1, 5, 6, 1, {3, 3}, {3, 3}},
    {2, 9, 33, 1, {5, 6}, {3, 3}, {}, {}, {2, 0}, {1, 2}},
    {2, 34, 8, 1, {6, 13}, {3, 3}, {}, {}, {0, 2}, {0, 2}},
    {1, 70, 35, 1, {8, 4}, {3, 3}, {}, {}, {1, 1}, {1, 1}},
    {9, 16, 16, 1, {8, 7}, {3, 3}, {}, {}, {1, 1}, {1, 1}},
    // Depthwise: not whole registers of channels, strides and dilations that share a divisor or
    // don't, padding wider than the image, rows of no tap.
    {2, 37, 37, 37, {7, 19}, {5, 5}, {1, 1}, {1, 1}, {2, 2}, {2, 2}},
    {2, 21, 21, 21, {9, 14}, {7, 7}, {2, 3}, {1, 2}, {3, 6}, {3, 5}},
    {1, 16, 16, 16, {11, 12}, {4, 3}, {4, 6}, {2, 4}, {3, 0}, {2, 4}},
    {2, 9, 9, 9, {2, 3}, {3, 3}, {1, 2}, {1, 1}, {4, 5}, {4, 4}},
    {3, 40, 40, 40, {30}, {9}, {3}, {2}, {7}, {8}},
    // Many channels, and not whole registers of them; more pixels, taps and channels than a block.
    {3, 17, 61, 1, {11, 10}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}},
    {2, 20, 50, 1, {17, 13}, {3, 2}, {2, 3}, {2, 1}, {1, 0}, {0, 4}},
    {1, 300, 18, 1, {2, 3}, {3, 3}, {1, 1}, {1, 1}, {4, 4}, {4, 3}},
    {1, 40, 17, 1, {5, 6}, {5, 4}, {3, 2}, {2, 2}, {6, 5}, {3, 4}},
    {5, 16, 16, 1, {1, 1}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}},
    {2, 18, 16, 1, {3, 4}, {2, 2}, {4, 5}, {1, 1}, {2, 2}, {2, 2}},
    {3, 16, 33, 1, {70}, {9}, {1}, {3}, {12}, {12}},
    {1, 19, 21, 1, {4, 5, 6}, {3, 2, 3}, {2, 1, 2}, {1, 2, 1}, {1, 1, 0}, {1, 0, 2}},
    // Weights that outweigh their images.
    {1, 66, 64, 1, {4, 4}, {1, 1}},
    {2, 64, 70, 1, {5, 3}, {1, 1}, {2, 1}, {1, 1}, {1, 0}, {0, 1}},
    {2, 50, 50, 1, {5, 6}, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {1, 1}},
};

template <typename T>
std::vector<T> values(int64_t n, int64_t seed) {
  std::vector<T> v(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; i++) {
    v[static_cast<size_t>(i)] = static_cast<T>(static_cast<float>((i * 7919 + seed) % 17 - 8) / 8);
  }
  return v;
}

template <typename T>
struct Problem {
  ConvArgs c;
  int64_t output[3], in, out;
  std::vector<T> x, w, b, y, gx, gw, gb;

  Problem(const Geometry& g, ConvLayout layout, ConvLayout weight_layout) {
    c.dtype = dtype_of<T>;
    c.layout = layout;
    c.weight_layout = weight_layout;
    c.batch = g.batch, c.in_channels = g.in, c.out_channels = g.out, c.groups = g.groups;
    c.dims = static_cast<int>(g.input.size());
    for (size_t d = 0; d < g.input.size(); d++) {
      const size_t to = d + 3 - g.input.size();
      const auto at = [d](const std::vector<int64_t>& v, int64_t none) {
        return v.empty() ? none : v[d];
      };
      c.input[to] = g.input[d], c.kernel[to] = g.kernel[d];
      c.stride[to] = at(g.stride, 1), c.dilation[to] = at(g.dilation, 1);
      c.pad_begin[to] = at(g.pad_begin, 0), c.pad_end[to] = at(g.pad_end, 0);
    }
    for (int d = 0; d < 3; d++) output[d] = c.output(d);
    in = g.in / g.groups, out = g.out / g.groups;
    x = values<T>(g.batch * g.in * c.pixels(), 1);
    w = values<T>(g.out * in * c.area(), 2);
    b = values<T>(g.out, 3);
    y = values<T>(g.batch * g.out * c.positions(), 4);
    gx.resize(x.size());
    gw.resize(w.size());
    gb.resize(b.size());
  }

  using Place = std::array<int64_t, 3>;

  static size_t pixel(const Place& at, const int64_t* sizes) {
    return static_cast<size_t>((at[0] * sizes[1] + at[1]) * sizes[2] + at[2]);
  }
  /// Where pixel 0 of a channel is, and how far it is from pixel to pixel.
  struct Line {
    size_t first, step;
    size_t at(size_t pixel) const { return first + pixel * step; }
  };
  static Line line(ConvLayout layout, int64_t n, int64_t channel, int64_t channels,
                   int64_t pixels) {
    const bool last = layout == ConvLayout::ChannelsLast;
    const int64_t first = n * channels * pixels + channel * (last ? 1 : pixels);
    return {static_cast<size_t>(first), static_cast<size_t>(last ? channels : 1)};
  }

  /// f(place) for all places in these sizes.
  template <class F>
  static void for_each_place(const int64_t* sizes, const F& f) {
    Place p;
    for (p[0] = 0; p[0] < sizes[0]; p[0]++)
      for (p[1] = 0; p[1] < sizes[1]; p[1]++)
        for (p[2] = 0; p[2] < sizes[2]; p[2]++) f(p);
  }

  /// f(index in x, in w, in y) for every product of the definition.
  template <class F>
  void for_each_product(const F& f) const {
    std::vector<std::array<size_t, 3>> meeting;  // pixels of x, w and y, in all channels
    for_each_place(output, [&](const Place& to) {
      for_each_place(c.kernel, [&](const Place& tap) {
        Place from;
        bool inside = true;
        for (size_t d = 0; d < 3; d++) {
          from[d] = to[d] * c.stride[d] + tap[d] * c.dilation[d] - c.pad_begin[d];
          inside &= from[d] >= 0 && from[d] < c.input[d];
        }
        if (inside)
          meeting.push_back({pixel(from, c.input), pixel(tap, c.kernel), pixel(to, output)});
      });
    });
    for (int64_t n = 0; n < c.batch; n++)
      for (int64_t o = 0; o < c.out_channels; o++) {
        const Line to = line(c.layout, n, o, c.out_channels, c.positions());
        for (int64_t i = 0; i < in; i++) {
          const Line from = line(c.layout, n, o / out * in + i, c.in_channels, c.pixels());
          const Line taps = line(c.weight_layout, o, i, in, c.area());
          for (const auto& [x_at, w_at, y_at] : meeting)
            f(from.at(x_at), taps.at(w_at), to.at(y_at));
        }
      }
  }
};

/// Sums of products, and how large they'd be if signs were drawn.
struct Sums {
  std::vector<double> value;
  double squares = 0;
  explicit Sums(size_t n) : value(n) {}
  template <typename A, typename B>
  void add(size_t i, A a, B b) {
    const double product = static_cast<double>(a) * static_cast<double>(b);
    value[i] += product;
    squares += product * product;
  }
  double typical() const { return std::sqrt(squares / static_cast<double>(value.size() + 1)); }
};

template <typename T>
void expect_near(const std::vector<T>& actual, const Sums& expected, const char* what) {
  const ScalarType type = dtype_of<T>;
  const double eps = type == kBFloat16 ? 1.0 / 128 : type == kHalf ? 1.0 / 512 : 1e-5;
  const double typical = expected.typical();
  for (size_t i = 0; i < actual.size(); i++) {
    const double size = 1 + typical + std::abs(expected.value[i]);
    ASSERT_NEAR(static_cast<double>(actual[i]), expected.value[i], eps * size)
        << what << " element " << i;
  }
}

/// The three passes by one implementation.
struct Passes {
  void (*forward)(const ConvArgs&, const void*, const void*, const void*, void*) = conv_forward;
  void (*backward_data)(const ConvArgs&, const void*, const void*, void*) = conv_backward_data;
  void (*backward_weights)(const ConvArgs&, const void*, const void*, void*,
                           void*) = conv_backward_weights;
};

/// One of our own implementations, whatever would be chosen.
template <auto kForward, auto kBackwardData, auto kBackwardWeights>
constexpr Passes ours() {
  return {[](const ConvArgs& c, const void* x, const void* w, const void* b, void* y) {
            kForward(c, static_cast<const float*>(x), static_cast<const float*>(w),
                     static_cast<const float*>(b), static_cast<float*>(y));
          },
          [](const ConvArgs& c, const void* gy, const void* w, void* gx) {
            kBackwardData(c, static_cast<const float*>(gy), static_cast<const float*>(w),
                          static_cast<float*>(gx));
          },
          [](const ConvArgs& c, const void* x, const void* gy, void* gw, void* gb) {
            kBackwardWeights(c, static_cast<const float*>(x), static_cast<const float*>(gy),
                             static_cast<float*>(gw), static_cast<float*>(gb));
          }};
}

struct Ours {
  const char* name;
  bool (*accepts)(const ConvArgs&);
  Passes passes;
  double error;  ///< the largest, of sums of size 1
};
const Ours kOurs[] = {
    {"depthwise", depthwise_accepts,
     ours<depthwise_forward, depthwise_backward_data, depthwise_backward_weights>(), 3e-6},
    {"direct", direct_accepts,
     ours<direct_forward, direct_backward_data, direct_backward_weights>(), 3e-6},
    {"winograd", winograd_accepts,
     ours<winograd_forward, winograd_backward_data, winograd_backward_weights>(), 8e-6},
};

/// A problem with what the definition makes of it.
template <typename T>
struct Solved {
  Problem<T> p;
  const std::vector<T> grad;  ///< of y
  Sums y, biased, gx, gw, gb;

  Solved(const Geometry& g, ConvLayout layout, ConvLayout weight_layout)
      : p(g, layout, weight_layout),
        grad(p.y),
        y(p.y.size()),
        biased(0),
        gx(p.x.size()),
        gw(p.w.size()),
        gb(p.b.size()) {
    p.for_each_product([&](size_t xi, size_t wi, size_t yi) {
      y.add(yi, p.x[xi], p.w[wi]);
      gx.add(xi, grad[yi], p.w[wi]);
      gw.add(wi, grad[yi], p.x[xi]);
    });
    biased = y;
    for (int64_t n = 0; n < p.c.batch; n++)
      for (int64_t o = 0; o < p.c.out_channels; o++) {
        const auto line = p.line(layout, n, o, p.c.out_channels, p.c.positions());
        for (size_t pixel = 0; pixel < static_cast<size_t>(p.c.positions()); pixel++) {
          biased.add(line.at(pixel), p.b[static_cast<size_t>(o)], 1);
          gb.add(static_cast<size_t>(o), grad[line.at(pixel)], 1);
        }
      }
  }

  void expect_of(const Passes& passes) {
    passes.forward(p.c, p.x.data(), p.w.data(), nullptr, p.y.data());
    expect_near(p.y, y, "y");
    passes.forward(p.c, p.x.data(), p.w.data(), p.b.data(), p.y.data());
    expect_near(p.y, biased, "y with bias");
    passes.backward_data(p.c, grad.data(), p.w.data(), p.gx.data());
    expect_near(p.gx, gx, "gx");
    passes.backward_weights(p.c, p.x.data(), grad.data(), p.gw.data(), p.gb.data());
    expect_near(p.gw, gw, "gw");
    expect_near(p.gb, gb, "gb");
    std::fill(p.gw.begin(), p.gw.end(), static_cast<T>(9.0f));
    passes.backward_weights(p.c, p.x.data(), grad.data(), p.gw.data(), nullptr);
    expect_near(p.gw, gw, "gw without gb");
  }
};

template <typename T>
void expect_correct(const Geometry& g, ConvLayout layout, ConvLayout weight_layout,
                    const Passes& passes = {}) {
  Solved<T>(g, layout, weight_layout).expect_of(passes);
}

constexpr ConvLayout kLayouts[] = {ConvLayout::Contiguous, ConvLayout::ChannelsLast};

class AlgorithmGuard {
 public:
  explicit AlgorithmGuard(ConvAlgorithm a) : previous_(conv_algorithm()) { set_conv_algorithm(a); }
  ~AlgorithmGuard() { set_conv_algorithm(previous_); }

 private:
  ConvAlgorithm previous_;
};

template <typename T>
class Conv : public testing::Test {};
using Types = testing::Types<float, double, BFloat16, Half>;
TYPED_TEST_SUITE(Conv, Types);

TYPED_TEST(Conv, AgreesWithTheDefinition) {
  for (size_t i = 0; i < std::size(kGeometries); i++) {
    for (const ConvLayout layout : kLayouts) {
      for (const ConvLayout weight_layout : kLayouts) {
        Solved<TypeParam> solved(kGeometries[i], layout, weight_layout);
        for (const auto algorithm : {ConvAlgorithm::Auto, ConvAlgorithm::Unfold}) {
          SCOPED_TRACE(cat_str("geometry ", i, " layout ", static_cast<int>(layout), " weight ",
                               static_cast<int>(weight_layout), " algorithm ",
                               static_cast<int>(algorithm)));
          const AlgorithmGuard guard(algorithm);
          // What the other algorithm left is not to count.
          for (auto* results : {&solved.p.y, &solved.p.gx, &solved.p.gw, &solved.p.gb})
            std::fill(results->begin(), results->end(), static_cast<TypeParam>(9.0f));
          solved.expect_of({});
          if (this->HasFatalFailure()) return;
        }
      }
    }
  }
}

TYPED_TEST(Conv, Empty) {
  using T = TypeParam;
  const Geometry empty[] = {
      {0, 3, 4, 1, {5, 5}, {3, 3}},
      {2, 3, 0, 1, {5, 5}, {3, 3}},
      {2, 0, 4, 1, {5, 5}, {3, 3}},
      {2, 3, 4, 1, {2, 2}, {3, 3}},
  };
  for (const Geometry& g : empty) {
    for (const ConvLayout layout : kLayouts) expect_correct<T>(g, layout, layout);
  }
}

TEST(ConvBits, AreTheSameEveryTime) {
  for (const ConvLayout layout : kLayouts) {
    Problem<float> p(kGeometries[1], layout, ConvLayout::Contiguous), q = p;
    const auto gy = p.y;
    for (auto* r : {&p, &q}) {
      conv_backward_data(r->c, gy.data(), r->w.data(), r->gx.data());
      conv_backward_weights(r->c, r->x.data(), gy.data(), r->gw.data(), r->gb.data());
      conv_forward(r->c, r->x.data(), r->w.data(), r->b.data(), r->y.data());
    }
    EXPECT_EQ(p.y, q.y);
    EXPECT_EQ(p.gx, q.gx);
    EXPECT_EQ(p.gw, q.gw);
    EXPECT_EQ(p.gb, q.gb);
  }
}

TEST(ConvBits, DoNotDependOnThreadsWhenDeterministic) {
  set_deterministic(true);
  for (const ConvLayout layout : kLayouts) {
    Problem<float> p({9, 16, 24, 1, {12, 12}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}}, layout,
                     ConvLayout::Contiguous);
    for (size_t i = 0; i < p.x.size(); i++) p.x[i] = std::sin(static_cast<float>(i));
    const auto gy = p.y;
    std::vector<float> y, gx, gw, gb;
    for (const int threads : {1, 3, 7}) {
      const ThreadLimitGuard guard(threads);
      conv_forward(p.c, p.x.data(), p.w.data(), p.b.data(), p.y.data());
      conv_backward_data(p.c, gy.data(), p.w.data(), p.gx.data());
      conv_backward_weights(p.c, p.x.data(), gy.data(), p.gw.data(), p.gb.data());
      if (threads == 1) y = p.y, gx = p.gx, gw = p.gw, gb = p.gb;
      EXPECT_EQ(p.y, y);
      EXPECT_EQ(p.gx, gx);
      EXPECT_EQ(p.gw, gw);
      EXPECT_EQ(p.gb, gb);
    }
  }
  set_deterministic(false);
}

TEST(ConvPlanes, KeepWhatIsInfiniteFromTapsThatDoNotReadIt) {
  // The last tap alone reads the last column.
  Problem<float> p({8, 1, 2, 1, {1, 12}, {1, 3}}, ConvLayout::Contiguous, ConvLayout::Contiguous);
  p.x.back() = std::numeric_limits<float>::infinity();
  const std::vector<float> gy(8 * 20, 1.0f);
  conv_backward_weights(p.c, p.x.data(), gy.data(), p.gw.data(), nullptr);
  for (size_t i = 0; i < p.gw.size(); ++i) EXPECT_EQ(std::isinf(p.gw[i]), i % 3 == 2) << i;
}

TEST(ConvProduct, AgreesWithTheDefinition) {
  const Passes products = ours<product_forward, direct_backward_data, product_backward_weights>();
  int forward = 0, weights = 0;
  for (size_t i = 0; i < std::size(kGeometries); i++) {
    for (const ConvLayout weight_layout : kLayouts) {
      Solved<float> solved(kGeometries[i], ConvLayout::ChannelsLast, weight_layout);
      if (!product_accepts(solved.p.c)) continue;
      SCOPED_TRACE(cat_str("geometry ", i, " weight ", static_cast<int>(weight_layout)));
      Passes passes;
      passes.backward_weights = products.backward_weights;
      ++weights;
      if (solved.p.c.area() == 1) passes.forward = products.forward, ++forward;
      solved.expect_of(passes);
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_GE(forward, 8);
  EXPECT_GE(weights, 40);
}

class OurConv : public testing::TestWithParam<Ours> {};
INSTANTIATE_TEST_SUITE_P(Each, OurConv, testing::ValuesIn(kOurs),
                         [](const auto& each) { return std::string(each.param.name); });

TEST_P(OurConv, AgreesWithTheDefinition) {
  int accepted = 0;
  for (size_t i = 0; i < std::size(kGeometries); i++) {
    if (!GetParam().accepts(Problem<float>(kGeometries[i], {}, {}).c)) continue;
    ++accepted;
    for (const ConvLayout layout : kLayouts) {
      for (const ConvLayout weight_layout : kLayouts) {
        SCOPED_TRACE(cat_str("geometry ", i, " layout ", static_cast<int>(layout), " weight ",
                             static_cast<int>(weight_layout)));
        expect_correct<float>(kGeometries[i], layout, weight_layout, GetParam().passes);
        if (HasFatalFailure()) return;
      }
    }
  }
  EXPECT_GE(accepted, 6);
}

TEST_P(OurConv, RoundsLittleAndAlikeOnAnyThreads) {
  const Passes& passes = GetParam().passes;
  for (const ConvLayout layout : kLayouts) {
    Geometry geometry = {3, 70, 52, 1, {9, 10}, {3, 3}, {}, {}, {1, 1}, {1, 1}};
    if (!GetParam().accepts(Problem<float>(geometry, layout, layout).c))
      geometry.out = geometry.groups = geometry.in;
    Problem<float> p(geometry, layout, layout);
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    for (auto* values : {&p.x, &p.w, &p.y})
      for (float& value : *values) value = normal(random);
    const auto gy = p.y;
    Sums y(p.y.size()), gx(p.x.size()), gw(p.w.size());
    p.for_each_product([&](size_t xi, size_t wi, size_t yi) {
      y.add(yi, p.x[xi], p.w[wi]);
      gx.add(xi, gy[yi], p.w[wi]);
      gw.add(wi, gy[yi], p.x[xi]);
    });
    std::vector<float> first[3];
    for (const int threads : {1, 2, 7}) {
      const ThreadLimitGuard guard(threads);
      passes.forward(p.c, p.x.data(), p.w.data(), nullptr, p.y.data());
      passes.backward_data(p.c, gy.data(), p.w.data(), p.gx.data());
      passes.backward_weights(p.c, p.x.data(), gy.data(), p.gw.data(), p.gb.data());
      if (threads == 1) first[0] = p.y, first[1] = p.gx, first[2] = p.gw;
      EXPECT_EQ(p.y, first[0]);
      EXPECT_EQ(p.gx, first[1]);
      EXPECT_EQ(p.gw, first[2]);
    }
    const auto expect_close = [&](const std::vector<float>& actual, const Sums& e) {
      double error = 0;
      for (size_t i = 0; i < actual.size(); i++)
        error = std::max(error, std::abs(static_cast<double>(actual[i]) - e.value[i]));
      EXPECT_LT(error, GetParam().error * e.typical());
    };
    expect_close(p.y, y);
    expect_close(p.gx, gx);
    expect_close(p.gw, gw);
  }
}

TEST(ConvErrors, RefusesWhatMakesNoSense) {
  Problem<float> p(kGeometries[0], ConvLayout::Contiguous, ConvLayout::Contiguous);
  const auto run = [&](ConvArgs c) {
    conv_forward(c, p.x.data(), p.w.data(), nullptr, p.y.data());
  };
  ConvArgs c = p.c;
  c.groups = 2;
  EXPECT_THROW(run(c), ShapeError);
  c = p.c;
  c.stride[0] = 0;
  EXPECT_THROW(run(c), ShapeError);
  c = p.c;
  c.dtype = kInt;
  EXPECT_THROW(run(c), DtypeError);
}

}  // namespace
}  // namespace hearth::cpu
