// SPDX-License-Identifier: Apache-2.0
#include "ops/pool.h"

#include <algorithm>
#include <vector>

#include "backends/pool_dims.h"
#include "base/checked.h"
#include "cpu/image_loop.h"
#include "cpu/kernels.h"
#include "cpu/pool_kernels.h"
#include "cpu/tile.h"
#include "tensor/image_layout.h"

namespace hearth::cpu {

namespace {

/// Windows of one dim, and which positions of a kernel meet the input anywhere.
struct DimWindows {
  std::vector<PoolWindow> windows;
  int64_t first_position = 0, kernel = 0, stride = 1, padding = 0, step = 1;

  explicit DimWindows(const PoolDim<int64_t>& dim)
      : windows(static_cast<size_t>(dim.out)),
        kernel(dim.kernel),
        stride(dim.stride),
        padding(dim.padding),
        step(dim.step) {
    const auto part = [&](int64_t n, int64_t more) {
      return static_cast<int64_t>((static_cast<__int128>(n) * dim.in + more) / dim.out);
    };
    for (int64_t i = 0; i < dim.out; ++i) windows[static_cast<size_t>(i)] = dim.window(i, part);
    if (kernel == 0) return;
    const int64_t last = (dim.out - 1) * stride;
    first_position = padding > last ? ceil_div(padding - last, step) : 0;
    kernel = std::min(kernel, (dim.in - 1 + padding) / step + 1);
    // Where most of them only ever meet padding, the windows alone say what to read.
    if (kernel - first_position > dim.in + dim.out) kernel = 0;
  }

  /// Whether the windows cover every position of a dim of `in` once, in order.
  bool tile(int64_t in) const {
    int64_t at = 0;
    for (const PoolWindow& w : windows) {
      if (w.begin != at || (step != 1 && w.count > 1)) return false;
      at += w.count;
    }
    return at == in;
  }
  bool has_gaps() const {
    return std::any_of(windows.begin(), windows.end(),
                       [](const PoolWindow& w) { return w.count == 0; });
  }
};

/// Runs pooling over volumes or blocks of channels, in parallel.
class Pooling {
 public:
  /// `x` has the input's sizes, `y` the output's; Op has the fields of a pooling op.
  template <class Op>
  Pooling(const Op& op, const TensorImpl& x, const TensorImpl& y, bool channels_last)
      : batch_(x.sizes[0]),
        channels_(x.sizes[1]),
        last_(channels_last),
        slices_(pool_dim<int64_t>(op, x, y, 0)),
        rows_(pool_dim<int64_t>(op, x, y, 1)),
        cols_(pool_dim<int64_t>(op, x, y, 2)) {
    p_.depth = pool_size(x, 0);
    p_.height = pool_size(x, 1);
    p_.width = pool_size(x, 2);
    p_.out_depth = pool_size(y, 0);
    p_.out_height = pool_size(y, 1);
    p_.out_width = pool_size(y, 2);
    check_pool_volume(x);
    if constexpr (requires { op.divisor_override; }) {
      if (op.divisor_override) {
        for (PoolWindow& w : slices_.windows) w.size = *op.divisor_override;
        for (PoolWindow& w : rows_.windows) w.size = 1;
        for (PoolWindow& w : cols_.windows) w.size = 1;
      }
    }
    p_.slices = slices_.windows.data();
    p_.rows = rows_.windows.data();
    p_.cols = cols_.windows.data();
    p_.slice_step = slices_.step;
    p_.row_step = rows_.step;
    p_.col_step = cols_.step;
    p_.first_position = cols_.first_position;
    p_.kernel = cols_.kernel;
    p_.stride = cols_.stride;
    p_.padding = cols_.padding;
    p_.tiled = slices_.tile(p_.depth) && rows_.tile(p_.height) && cols_.tile(p_.width);
    p_.gaps = slices_.has_gaps() || rows_.has_gaps() || cols_.has_gaps();
  }

  /// Calls f(args, element of x, element of y) for every volume or block of channels.
  template <class F>
  void run(const F& f) const {
    const int64_t longest =
        std::max({p_.width, p_.out_width, last_ ? std::min(channels_, kImageBlock) : 0});
    // A line of values, then a line of places.
    for_each_part(batch_, channels_, last_, p_.depth * p_.height * p_.width,
                  p_.out_depth * p_.out_height * p_.out_width, 2 * longest,
                  [&](const ImagePart& part, double* memory) {
                    PoolArgs p = p_;
                    p.channels = part.channels;
                    p.pixel = part.pixel;
                    p.line = memory;
                    p.places = memory + longest;
                    f(p, part.in, part.out);
                  });
  }

 private:
  int64_t batch_, channels_;
  bool last_;
  DimWindows slices_, rows_, cols_;
  PoolArgs p_{};
};

const MaxPoolTable& max_table() {
  static const MaxPoolTable& selected = HEARTH_SELECT_ISA(max_pool_table);
  return selected;
}
const AvgPoolTable& avg_table() {
  static const AvgPoolTable& selected = HEARTH_SELECT_ISA(avg_pool_table);
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
  const auto kernel = chosen(call, max_table().forward, impl(x).dtype);
  Pooling(call.as<Op>(), impl(x), impl(y), last)
      .run([&](const PoolArgs& p, int64_t from, int64_t to) {
        kernel(p, ex.at(from), replaced ? ev.at(from) : nullptr, ey.at(to),
               places ? places + to : nullptr);
      });
  ey.store();
}

void max_backward(const Call& call) {
  const auto& op = call.as<ops::MaxPoolBackward>();
  const Tensor& gx = call.out[0];
  const bool last = prefers_channels_last(impl(call.in[1]));
  const Tensor g = image_raw(call.in[0], last), x = image_raw(call.in[1], last);
  if (impl(g).numel == 0) return fill_tiled(gx, 0);
  ComputeElements eg(g), ex(x), egx(gx);
  eg.load();
  ex.load();
  const auto kernel = chosen(call, max_table().backward, impl(x).dtype);
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
  const auto kernel = chosen(call, avg_table().forward, impl(x).dtype);
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
  const auto kernel = chosen(call, avg_table().backward, impl(g).dtype);
  Pooling(call.as<ops::AvgPoolBackward>(), impl(gx), impl(g), last)
      .run(
          [&](const PoolArgs& p, int64_t to, int64_t from) { kernel(p, eg.at(from), egx.at(to)); });
  egx.store();
}

}  // namespace

void install_pool() {
  ops::MaxPool::row().kernel[0] = &max_forward<ops::MaxPool>;
  ops::AdaptiveMaxPool::row().kernel[0] = &max_forward<ops::AdaptiveMaxPool>;
  ops::MaxPoolBackward::row().kernel[0] = &max_backward;
  ops::AvgPool::row().kernel[0] = &avg_forward<ops::AvgPool>;
  ops::AdaptiveAvgPool::row().kernel[0] = &avg_forward<ops::AdaptiveAvgPool>;
  ops::AvgPoolBackward::row().kernel[0] = &avg_backward;
}

}  // namespace hearth::cpu
