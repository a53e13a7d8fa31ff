// SPDX-License-Identifier: Apache-2.0
#include "cpu/conv_algorithm.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "hearth/base/context.h"
#include "hearth/base/error.h"

#include "base/checked.h"
#include "base/parallel.h"
#include "cpu/conv_depthwise.h"
#include "cpu/conv_direct.h"
#include "cpu/conv_planes.h"
#include "cpu/conv_product.h"
#include "cpu/conv_unfold.h"
#include "cpu/conv_winograd.h"
#include "cpu/dnnl/onednn.h"
#include "cpu/isa_select.h"
#include "cpu/low_precision.h"
#include "cpu/scratch.h"

namespace hearth::cpu {

namespace {

enum class Pass { Forward, BackwardData, BackwardWeights };

/// oneDNN computes with 32-bit numbers.
[[maybe_unused]] bool fits_int(const ConvArgs& c) {
  int64_t most = std::max({c.batch, c.in_channels, c.out_channels});
  for (int d = 0; d < kConvDims; d++)
    most = std::max({most, c.input[d], c.output(d), c.kernel[d], c.stride[d], c.pad_begin[d],
                     c.pad_end[d], c.dilation[d]});
  return most < INT32_MAX / 4;  // sums of four still fit
}

/// Where oneDNN computes mostly with channels that are not there, to fill a register. Ours gives
/// each thread images of its own, and so wants several.
bool few_channels(Pass pass, const ConvArgs& c) {
  if (c.batch < 8) return false;
  if (c.in_channels == 1) return pass != Pass::BackwardData;
  return c.in_channels == 2 && pass == Pass::BackwardWeights && c.layout == ConvLayout::Contiguous;
}

/// Where our kernels beat those of oneDNN 2.6. With AVX2, turning contiguous images, or packing a
/// weight for few pixels, costs more than they gain. With AVX-512 theirs are faster by a tenth, but
/// bring the weight into their form at twice the cost.
bool many_channels(Pass pass, const ConvArgs& c) {
  constexpr int64_t kChannels = 16, kPixels = 64, kFewPixels = 200;
  if (c.in_channels < kChannels || c.out_channels < kChannels) return false;
  const bool last = c.layout == ConvLayout::ChannelsLast;
  if (selected_isa() == Isa::V4)
    return pass == Pass::Forward && last && c.area() == 1 && c.batch * c.positions() <= kFewPixels;
  if (selected_isa() != Isa::V3 || c.positions() < ceil_div(kPixels, c.batch)) return false;
  return pass == Pass::BackwardWeights ? last || c.area() > 1 : last && c.area() > 1;
}

/// Where our kernels for depthwise convolutions beat what there is: oneDNN is as fast, but for the
/// weights of more than 3 x 3 taps, of which it makes ten times as much and more.
bool each_channel([[maybe_unused]] Pass pass, [[maybe_unused]] const ConvArgs& c) {
#ifdef HEARTH_WITH_ONEDNN
  return pass == Pass::BackwardWeights && (c.area() > 9 || deterministic());
#else
  return true;
#endif
}

/// Where a quarter of the multiplications outweighs the transforms of tiles and weights.
bool many_tiles(Pass pass, const ConvArgs& c) {
  if (conv_algorithm() == ConvAlgorithm::Direct || deterministic()) return false;
  const bool data = pass == Pass::BackwardData, weights = pass == Pass::BackwardWeights;
  const int64_t height = data ? c.input[1] : c.output(1), width = data ? c.input[2] : c.output(2);
  const int64_t tiles = ceil_div(height, 4) * ceil_div(width, 4);
  const int64_t channels = weights ? 32 : 16, least = weights ? 32 : 16;
  return c.in_channels >= channels && c.out_channels >= channels && c.batch * tiles >= least &&
         height * width >= 8 * tiles;  // half of the tiles' results are wanted
}

/// Where oneDNN spends more on bringing a large weight into its form, and a gradient back, than the
/// products of matrices lose, which read both where they lie.
bool heavy_weight(Pass pass, const ConvArgs& c) {
  if (selected_isa() != Isa::V4 || deterministic()) return false;
  const int64_t pixels = c.batch * c.positions(), elements = c.in_channels * c.out_channels;
  if (pass == Pass::Forward) return c.area() == 1 && elements >= 256 * pixels;
  return pass == Pass::BackwardWeights && elements >= 128 * pixels;
}

enum class Path { OneDnn, Planes, Winograd, Depthwise, Direct, Product, Unfold };

/// The one place that decides how a convolution is computed.
Path choose_path(Pass pass, const ConvArgs& c) {
  if (conv_algorithm() == ConvAlgorithm::Unfold) return Path::Unfold;
  if (few_channels(pass, c) && planes_accept(c)) return Path::Planes;
  if (each_channel(pass, c) && depthwise_accepts(c)) return Path::Depthwise;
  if (winograd_accepts(c) && many_tiles(pass, c)) return Path::Winograd;
  if (many_channels(pass, c) && direct_accepts(c)) return Path::Direct;
  if (heavy_weight(pass, c) && product_accepts(c)) return Path::Product;
#ifdef HEARTH_WITH_ONEDNN
  if (c.dtype == kDouble || c.dtype == kHalf || c.dtype == kLong || !fits_int(c))
    return Path::Unfold;
  // oneDNN refuses to leave more of the input unread than a stride leaves over.
  for (int d = 0; d < kConvDims; d++) {
    const int64_t read = (c.output(d) - 1) * c.stride[d] + c.dilation[d] * (c.kernel[d] - 1) + 1;
    if (read - c.input[d] - c.pad_begin[d] <= -c.stride[d]) return Path::Unfold;
  }
  // It splits the sum over the batch by threads.
  if (pass == Pass::BackwardWeights && deterministic()) return Path::Unfold;
  return Path::OneDnn;
#else
  (void)pass, (void)c;
  return Path::Unfold;
#endif
}

void check(const ConvArgs& c) {
  HEARTH_CHECK_AS(DtypeError, is_floating_point(c.dtype) || c.dtype == kLong,
                  "[conv] expected a floating dtype or int64, got ", c.dtype);
  HEARTH_CHECK_AS(ShapeError,
                  c.groups > 0 && c.in_channels % c.groups == 0 && c.out_channels % c.groups == 0,
                  "[conv] ", c.in_channels, " input and ", c.out_channels,
                  " output channels do not divide into ", c.groups, " groups");
  for (int d = 0; d < kConvDims; d++) {
    HEARTH_CHECK_AS(ShapeError, c.kernel[d] > 0 && c.stride[d] > 0 && c.dilation[d] > 0,
                    "[conv] kernel, stride and dilation must be positive");
  }
}

struct Counts {
  int64_t x, w, b, y;
  explicit Counts(const ConvArgs& c)
      : x(c.batch * c.in_channels * c.pixels()),
        w(c.out_channels * (c.in_channels / c.groups) * c.area()),
        b(c.out_channels),
        y(c.batch * c.out_channels * c.positions()) {}
};

/// Half and, where oneDNN does not take it, bfloat16 are computed in float.
bool low_precision(ScalarType t) { return t == kHalf || t == kBFloat16; }

ConvArgs as_float(const ConvArgs& c) {
  ConvArgs f = c;
  f.dtype = kFloat;
  return f;
}

class FloatInput {
 public:
  FloatInput(ScalarType type, const void* data, int64_t n)
      : copy_(static_cast<size_t>(data ? n : 0)), null_(!data) {
    if (data) to_float(type, data, copy_.data(), n);
  }
  const void* data() { return null_ ? nullptr : copy_.data(); }

 private:
  Scratch<float> copy_;
  bool null_;
};

void zero(const ConvArgs& c, void* data, int64_t n) {
  if (n > 0) std::memset(data, 0, static_cast<size_t>(n) * element_size(c.dtype));
}

template <class F>
void with_type(ScalarType type, const F& f) {
  if (type == kDouble) {
    f(double{});
  } else if (type == kLong) {
    f(int64_t{});
  } else {
    f(float{});
  }
}

const ConvFinishKernels& finish_kernels() {
  static const ConvFinishKernels& table = HEARTH_SELECT_ISA(conv_finish_kernels);
  return table;
}

void finish_all(const ConvArgs& c, const ConvFinish& finish, const float* residual, float* y) {
  const int64_t channels = c.out_channels, positions = c.positions();
  const auto behind = [&](int64_t at) { return residual ? residual + at : nullptr; };
  if (c.layout == ConvLayout::ChannelsLast) {
    const int64_t block = 1 + 4096 / channels, all = c.batch * positions;
    parallel_for(ceil_div(all, block), 4, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin * block; i < std::min(all, end * block); i += block)
        finish_kernels().pixels(finish, channels, std::min(block, all - i), behind(i * channels),
                                y + i * channels);
    });
  } else {
    parallel_for(c.batch * channels, 1 + 16384 / (positions + 1), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i)
        finish_kernels().plane(finish, i % channels, positions, behind(i * positions),
                               y + i * positions);
    });
  }
}

}  // namespace

void conv_forward(const ConvArgs& c, const void* x, const void* w, const void* bias, void* y) {
  check(c);
  const Counts n(c);
  if (n.y == 0) return;
  const Path path = n.x > 0 ? choose_path(Pass::Forward, c) : Path::Unfold;
  if (path == Path::OneDnn && onednn::conv_forward(c, x, w, bias, y)) return;
  if (path == Path::Planes)
    return planes_forward(c, static_cast<const float*>(x), static_cast<const float*>(w),
                          static_cast<const float*>(bias), static_cast<float*>(y));
  if (path == Path::Depthwise)
    return depthwise_forward(c, static_cast<const float*>(x), static_cast<const float*>(w),
                             static_cast<const float*>(bias), static_cast<float*>(y));
  if (path == Path::Winograd)
    return winograd_forward(c, static_cast<const float*>(x), static_cast<const float*>(w),
                            static_cast<const float*>(bias), static_cast<float*>(y));
  if (path == Path::Direct)
    return direct_forward(c, static_cast<const float*>(x), static_cast<const float*>(w),
                          static_cast<const float*>(bias), static_cast<float*>(y));
  if (path == Path::Product)
    return product_forward(c, static_cast<const float*>(x), static_cast<const float*>(w),
                           static_cast<const float*>(bias), static_cast<float*>(y));
  if (low_precision(c.dtype)) {
    FloatInput fx(c.dtype, x, n.x), fw(c.dtype, w, n.w), fb(c.dtype, bias, n.b);
    Scratch<float> fy(static_cast<size_t>(n.y));
    conv_forward(as_float(c), fx.data(), fw.data(), fb.data(), fy.data());
    return from_float(c.dtype, fy.data(), y, n.y);
  }
  with_type(c.dtype, [&](auto t) {
    using T = decltype(t);
    unfold_forward(c, static_cast<const T*>(x), static_cast<const T*>(w),
                   static_cast<const T*>(bias), static_cast<T*>(y));
  });
}

void conv_forward(const ConvArgs& c, const float* x, const float* w, const ConvFinish& finish,
                  const float* residual, float* y) {
  const Counts n(c);
  if (n.y == 0) return;
  if (finish.activation == Activation::None && !residual && n.w <= n.y) {
    Scratch<float> scaled(static_cast<size_t>(finish.scale ? n.w : 0));
    if (finish.scale) {
      const int64_t each = n.w / c.out_channels;
      for (int64_t i = 0; i < n.w; ++i) scaled.data()[i] = w[i] * finish.scale[i / each];
      w = scaled.data();
    }
    return conv_forward(c, x, w, static_cast<const void*>(finish.shift), y);
  }
  // As many images at a time as stay in the caches until they are finished.
  constexpr int64_t kCached = 1 << 18;
  ConvArgs some = c;
  if (n.y > kCached && n.w <= kCached / 4)
    some.batch = std::max<int64_t>(1, kCached * c.batch / n.y);
  for (int64_t first = 0; first < c.batch; first += some.batch) {
    some.batch = std::min(some.batch, c.batch - first);
    const int64_t at = first * (n.y / c.batch);
    conv_forward(some, x + first * (n.x / c.batch), w, nullptr, y + at);
    finish_all(some, finish, residual ? residual + at : nullptr, y + at);
  }
}

void conv_backward_data(const ConvArgs& c, const void* gy, const void* w, void* gx) {
  check(c);
  const Counts n(c);
  if (n.x == 0) return;
  if (n.y == 0) return zero(c, gx, n.x);
  const Path path = choose_path(Pass::BackwardData, c);
  if (path == Path::OneDnn && onednn::conv_backward_data(c, gy, w, gx)) return;
  if (path == Path::Depthwise)
    return depthwise_backward_data(c, static_cast<const float*>(gy), static_cast<const float*>(w),
                                   static_cast<float*>(gx));
  if (path == Path::Winograd)
    return winograd_backward_data(c, static_cast<const float*>(gy), static_cast<const float*>(w),
                                  static_cast<float*>(gx));
  if (path == Path::Direct)
    return direct_backward_data(c, static_cast<const float*>(gy), static_cast<const float*>(w),
                                static_cast<float*>(gx));
  if (low_precision(c.dtype)) {
    FloatInput fgy(c.dtype, gy, n.y), fw(c.dtype, w, n.w);
    Scratch<float> fgx(static_cast<size_t>(n.x));
    conv_backward_data(as_float(c), fgy.data(), fw.data(), fgx.data());
    return from_float(c.dtype, fgx.data(), gx, n.x);
  }
  with_type(c.dtype, [&](auto t) {
    using T = decltype(t);
    unfold_backward_data(c, static_cast<const T*>(gy), static_cast<const T*>(w),
                         static_cast<T*>(gx));
  });
}

void conv_backward_weights(const ConvArgs& c, const void* x, const void* gy, void* gw, void* gb) {
  check(c);
  const Counts n(c);
  if (n.y == 0) {
    zero(c, gw, n.w);
    if (gb) zero(c, gb, n.b);
    return;
  }
  const Path path = n.x > 0 ? choose_path(Pass::BackwardWeights, c) : Path::Unfold;
  if (path == Path::OneDnn && onednn::conv_backward_weights(c, x, gy, gw, gb)) return;
  if (path == Path::Planes)
    return planes_backward_weights(c, static_cast<const float*>(x), static_cast<const float*>(gy),
                                   static_cast<float*>(gw), static_cast<float*>(gb));
  if (path == Path::Depthwise)
    return depthwise_backward_weights(c, static_cast<const float*>(x),
                                      static_cast<const float*>(gy), static_cast<float*>(gw),
                                      static_cast<float*>(gb));
  if (path == Path::Winograd)
    return winograd_backward_weights(c, static_cast<const float*>(x), static_cast<const float*>(gy),
                                     static_cast<float*>(gw), static_cast<float*>(gb));
  if (path == Path::Direct)
    return direct_backward_weights(c, static_cast<const float*>(x), static_cast<const float*>(gy),
                                   static_cast<float*>(gw), static_cast<float*>(gb));
  if (path == Path::Product)
    return product_backward_weights(c, static_cast<const float*>(x), static_cast<const float*>(gy),
                                    static_cast<float*>(gw), static_cast<float*>(gb));
  if (low_precision(c.dtype)) {
    FloatInput fx(c.dtype, x, n.x), fgy(c.dtype, gy, n.y);
    Scratch<float> fgw(static_cast<size_t>(n.w)), fgb(static_cast<size_t>(gb ? n.b : 0));
    conv_backward_weights(as_float(c), fx.data(), fgy.data(), fgw.data(),
                          gb ? fgb.data() : nullptr);
    from_float(c.dtype, fgw.data(), gw, n.w);
    if (gb) from_float(c.dtype, fgb.data(), gb, n.b);
    return;
  }
  with_type(c.dtype, [&](auto t) {
    using T = decltype(t);
    unfold_backward_weights(c, static_cast<const T*>(x), static_cast<const T*>(gy),
                            static_cast<T*>(gw), static_cast<T*>(gb));
  });
}

}  // namespace hearth::cpu
