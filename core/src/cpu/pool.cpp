// SPDX-License-Identifier: Apache-2.0
#include "ops/pool.h"

#include <algorithm>
#include <vector>

#include "base/checked.h"
#include "cpu/image_loop.h"
#include "cpu/kernels.h"
#include "cpu/pool_kernels.h"
#include "cpu/tile.h"
#include "tensor/image_layout.h"

namespace hearth::cpu {

namespace {

/// Windows of one dim: regular ones of a kernel, or with no kernel parts of equal length.
struct DimWindows {
  std::vector<PoolWindow> windows;
  int64_t first_position = 0, kernel = 0, stride = 1, padding = 0, step = 1;

  DimWindows(int64_t in, int64_t out, const DimVector& kernels, const DimVector& strides,
             const DimVector& paddings, int64_t dilation, bool count_padding, size_t d)
      : windows(static_cast<size_t>(out)), step(dilation) {
    if (kernels.empty()) {
      for (int64_t i = 0; i < out; ++i) {
        const auto part = [&](int64_t n, int64_t more) {
          return static_cast<int64_t>((static_cast<__int128>(n) * in + more) / out);
        };
        const int64_t begin = part(i, 0), end = part(i + 1, out - 1);
        windows[static_cast<size_t>(i)] = {begin, end - begin, static_cast<double>(end - begin)};
      }
      return;
    }
    kernel = kernels[d];
    stride = strides[d];
    padding = paddings[d];
    for (int64_t i = 0; i < out; ++i) {
      const int64_t start = i * stride - padding;
      const int64_t skipped = start < 0 ? ceil_div(-start, step) : 0;
      const int64_t first = start + skipped * step, begin = std::min(first, in - 1);
      const int64_t room = first < in ? (in - 1 - first) / step + 1 : 0;
      const int64_t count = std::max<int64_t>(std::min(kernel - skipped, room), 0);
      const int64_t size = count_padding ? std::min(start + kernel, in + padding) - start : count;
      windows[static_cast<size_t>(i)] = {begin, count, static_cast<double>(size)};
    }
    // Positions of the kernel that meet the input anywhere.
    first_position = std::max<int64_t>(
        padding > (out - 1) * stride ? ceil_div(padding - (out - 1) * stride, step) : 0, 0);
    kernel = std::min(kernel, (in - 1 + padding) / step + 1);
    // Where most of them only ever meet padding, the windows alone say what to read.
    if (kernel - first_position > in + out) kernel = 0;
  }
};

/// Whether the windows cover every position of a dim of `in` once, in order.
bool tiles(const DimWindows& dim, int64_t in) {
  int64_t at = 0;
  for (const PoolWindow& w : dim.windows) {
    if (w.begin != at || (dim.step != 1 && w.count > 1)) return false;
    at += w.count;
  }
  return at == in;
}

/// Runs pooling over planes or blocks of channels, in parallel.
class Pooling {
 public:
  /// `x` has the input's sizes, `y` the output's; Op has the fields of a pooling op.
  template <class Op>
  Pooling(const Op& op, const TensorImpl& x, const TensorImpl& y, bool channels_last)
      : batch_(x.sizes[0]),
        channels_(x.sizes[1]),
        last_(channels_last),
        rows_(windows(op, x.sizes[2], y.sizes[2], 0)),
        cols_(windows(op, x.sizes[3], y.sizes[3], 1)) {
    p_.height = x.sizes[2];
    p_.width = x.sizes[3];
    p_.out_height = y.sizes[2];
    p_.out_width = y.sizes[3];
    HEARTH_CHECK_AS(ShapeError, (Checked(p_.height) * p_.width).value_or(INT64_MAX) <= INT32_MAX,
                    "[pool] images of more than 2^31 - 1 pixels are not supported, got ",
                    x.sizes.ref());
    if constexpr (requires { op.divisor_override; }) {
      if (op.divisor_override) {
        for (PoolWindow& w : rows_.windows) w.size = static_cast<double>(*op.divisor_override);
        for (PoolWindow& w : cols_.windows) w.size = 1;
      }
    }
    p_.rows = rows_.windows.data();
    p_.cols = cols_.windows.data();
    p_.row_step = rows_.step;
    p_.col_step = cols_.step;
    p_.first_position = cols_.first_position;
    p_.kernel = cols_.kernel;
    p_.stride = cols_.stride;
    p_.padding = cols_.padding;
    p_.tiled = tiles(rows_, p_.height) && tiles(cols_, p_.width);
  }

  /// Calls f(args, element of x, element of y) for every plane or block of channels.
  template <class F>
  void run(const F& f) const {
    const int64_t longest =
        std::max({p_.width, p_.out_width, last_ ? std::min(channels_, kImageBlock) : 0});
    // A line of values, then a line of places.
    for_each_part(batch_, channels_, last_, p_.height * p_.width, p_.out_height * p_.out_width,
                  2 * longest, [&](const ImagePart& part, double* memory) {
                    PoolArgs p = p_;
                    p.channels = part.channels;
                    p.pixel = part.pixel;
                    p.line = memory;
                    p.places = memory + longest;
                    f(p, part.in, part.out);
                  });
  }

 private:
  template <class Op>
  static DimWindows windows(const Op& op, int64_t in, int64_t out, size_t d) {
    DimVector kernel, stride, padding;
    if constexpr (requires { op.kernel_size; }) {
      kernel = op.kernel_size;
      stride = op.stride;
      padding = op.padding;
    }
    int64_t dilation = 1;
    if constexpr (requires { op.dilation; }) dilation = op.dilation.empty() ? 1 : op.dilation[d];
    bool count_padding = false;
    if constexpr (requires { op.count_include_pad; }) count_padding = op.count_include_pad;
    return DimWindows(in, out, kernel, stride, padding, dilation, count_padding, d);
  }

  int64_t batch_, channels_;
  bool last_;
  DimWindows rows_, cols_;
  PoolArgs p_{};
};

const PoolTable& table() {
  static const PoolTable& selected = HEARTH_SELECT_ISA(pool_table);
  return selected;
}

PoolType pool_type(ScalarType t) {
  switch (t) {
    case kDouble:
      return kPoolDouble;
    case kChar:
      return kPoolI8;
    case kByte:
      return kPoolU8;
    case kShort:
      return kPoolI16;
    case kInt:
      return kPoolI32;
    case kLong:
      return kPoolI64;
    default:
      return kPoolFloat;
  }
}

/// The kernel of a dtype; throws where there is none.
template <class F, size_t N>
F chosen(const Call& call, const F (&kernels)[N], ScalarType t) {
  const auto type = static_cast<size_t>(pool_type(t));
  HEARTH_CHECK_AS(NotImplementedError, type < N && kernels[type] && !is_complex(t) && t != kBool,
                  "[", call.op.info.name, "] no kernel for ", t);
  return kernels[type];
}

template <class Op>
void max_forward(const Call& call) {
  const bool last = prefers_channels_last(impl(call.in[0]));
  const Tensor x = image_raw(call.in[0], last);
  const Tensor& y = call.out[0];
  if (impl(y).numel == 0) return;
  const bool replaced = call.in.get(1).defined();
  const Tensor values = replaced ? image_raw(call.in[1], last) : x;
  int64_t* places = call.out.size() > 1 ? ptr<int64_t>(call.out[1]) : nullptr;
  ComputeElements ex(x), ev(values), ey(y);
  ex.load();
  if (replaced) ev.load();
  const auto kernel = chosen(call, table().max_forward, impl(x).dtype);
  Pooling(call.as<Op>(), impl(x), impl(y), last)
      .run([&](const PoolArgs& p, int64_t from, int64_t to) {
        kernel(p, ex.at(from), replaced ? ev.at(from) : nullptr, ey.at(to),
               places ? places + to : nullptr);
      });
  ey.store();
}

void max_backward(const Call& call) {
  const auto& op = call.as<ops::MaxPool2dBackward>();
  const Tensor& gx = call.out[0];
  const bool last = prefers_channels_last(impl(call.in[1]));
  const Tensor g = image_raw(call.in[0], last), x = image_raw(call.in[1], last);
  if (impl(g).numel == 0) return fill_tiled(gx, 0);
  ComputeElements eg(g), ex(x), egx(gx);
  eg.load();
  ex.load();
  const auto kernel = chosen(call, table().max_backward, impl(x).dtype);
  Pooling(op, impl(x), impl(g), last).run([&](const PoolArgs& p, int64_t from, int64_t to) {
    kernel(p, ex.at(from), eg.at(to), egx.at(from));
  });
  egx.store();
}

template <class Op>
void avg_forward(const Call& call) {
  const bool last = prefers_channels_last(impl(call.in[0]));
  const Tensor x = image_raw(call.in[0], last);
  const Tensor& y = call.out[0];
  if (impl(y).numel == 0) return;
  ComputeElements ex(x), ey(y);
  ex.load();
  const auto kernel = chosen(call, table().avg_forward, impl(x).dtype);
  Pooling(call.as<Op>(), impl(x), impl(y), last)
      .run([&](const PoolArgs& p, int64_t from, int64_t to) { kernel(p, ex.at(from), ey.at(to)); });
  ey.store();
}

void avg_backward(const Call& call) {
  const bool last = prefers_channels_last(impl(call.in[0]));
  const Tensor g = image_raw(call.in[0], last);
  const Tensor& gx = call.out[0];
  if (impl(g).numel == 0) return fill_tiled(gx, 0);
  ComputeElements eg(g), egx(gx);
  eg.load();
  const auto kernel = chosen(call, table().avg_backward, impl(g).dtype);
  Pooling(call.as<ops::AvgPool2dBackward>(), impl(gx), impl(g), last)
      .run(
          [&](const PoolArgs& p, int64_t to, int64_t from) { kernel(p, eg.at(from), egx.at(to)); });
  egx.store();
}

}  // namespace

void install_pool() {
  ops::MaxPool2d::row().kernel[0] = &max_forward<ops::MaxPool2d>;
  ops::AdaptiveMaxPool2d::row().kernel[0] = &max_forward<ops::AdaptiveMaxPool2d>;
  ops::MaxPool2dBackward::row().kernel[0] = &max_backward;
  ops::AvgPool2d::row().kernel[0] = &avg_forward<ops::AvgPool2d>;
  ops::AdaptiveAvgPool2d::row().kernel[0] = &avg_forward<ops::AdaptiveAvgPool2d>;
  ops::AvgPool2dBackward::row().kernel[0] = &avg_backward;
}

}  // namespace hearth::cpu
