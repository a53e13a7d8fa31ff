// SPDX-License-Identifier: Apache-2.0
#include "ops/resize.h"

#include <vector>

#include "backends/resize_tap.h"
#include "cpu/image_loop.h"
#include "cpu/kernels.h"
#include "cpu/resize_kernels.h"
#include "tensor/image_layout.h"

namespace hearth::cpu {

namespace {

/// Where the outputs of one dim come from, computed in T.
template <class T, class Op>
std::vector<ResizeTap> taps(const Op& op, int64_t in, int64_t out, std::optional<double> asked) {
  const ResizeAxis<T> axis(op, in, out, asked);
  std::vector<ResizeTap> taps;
  taps.reserve(static_cast<size_t>(out));
  for (int64_t i = 0; i < out; ++i) {
    const AxisTap<T> t = axis.tap(i);
    taps.push_back({t.first, t.second, static_cast<double>(t.w0), static_cast<double>(t.w1)});
  }
  return taps;
}

/// Calls f(args, element of the small image x, element of the result y) for every part.
template <class Op, class F>
void resize(const Op& op, const TensorImpl& x, const TensorImpl& y, bool last, const F& f) {
  const bool wide = x.dtype == kDouble;
  const auto dim_taps = [&](size_t d, std::optional<double> scale) {
    return wide ? taps<double>(op, x.sizes[d], y.sizes[d], scale)
                : taps<float>(op, x.sizes[d], y.sizes[d], scale);
  };
  const auto rows = dim_taps(2, op.scale_h), cols = dim_taps(3, op.scale_w);
  ResizeArgs shared{x.sizes[2],
                    x.sizes[3],
                    y.sizes[2],
                    y.sizes[3],
                    rows.data(),
                    cols.data(),
                    op.mode == ops::ResizeMode::Nearest};
  for_each_part(x.sizes[0], x.sizes[1], last, x.sizes[2] * x.sizes[3], y.sizes[2] * y.sizes[3],
                x.sizes[3], [&](const ImagePart& part, void* line) {
                  ResizeArgs p = shared;
                  p.channels = part.channels;
                  p.pixel = part.pixel;
                  p.line = line;
                  f(p, part.in, part.out);
                });
}

const ResizeTable& table() {
  static const ResizeTable& selected = HEARTH_SELECT_ISA(resize_table);
  return selected;
}

void forward(const Call& call) {
  const bool last = prefers_channels_last(impl(call.in[0]));
  const Tensor x = image_raw(call.in[0], last);
  const Tensor& y = call.out[0];
  if (impl(y).numel == 0) return;
  ComputeElements ex(x), ey(y);
  ex.load();
  const ScalarType type = impl(x).dtype;
  const auto kernel = table().forward[type == kByte ? 2 : type == kDouble];
  resize(call.as<ops::Resize2d>(), impl(x), impl(y), last,
         [&](const ResizeArgs& p, int64_t from, int64_t to) { kernel(p, ex.at(from), ey.at(to)); });
  ey.store();
}

void backward(const Call& call) {
  const bool last = prefers_channels_last(impl(call.in[0]));
  const Tensor g = image_raw(call.in[0], last);
  const Tensor& gx = call.out[0];
  if (impl(gx).numel == 0) return;
  ComputeElements eg(g), egx(gx);
  eg.load();
  const auto kernel = table().backward[impl(g).dtype == kDouble];
  resize(
      call.as<ops::Resize2dBackward>(), impl(gx), impl(g), last,
      [&](const ResizeArgs& p, int64_t to, int64_t from) { kernel(p, eg.at(from), egx.at(to)); });
  egx.store();
}

}  // namespace

void install_resize() {
  ops::Resize2d::row().kernel[0] = &forward;
  ops::Resize2dBackward::row().kernel[0] = &backward;
}

}  // namespace hearth::cpu
