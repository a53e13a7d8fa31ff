// SPDX-License-Identifier: Apache-2.0
#include "ops/frame_bands.h"

#include <algorithm>

#include "hearth/ops/creation.h"
#include "hearth/ops/fft.h"
#include "hearth/ops/index.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "base/checked.h"
#include "ops/rules.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(FrameBands)

namespace {

constexpr int64_t kMostPoints = int64_t{1} << 24;

void check_frames(std::string_view op, int64_t length, int64_t width, int64_t hop, int64_t start,
                  int64_t frames, FrameEdge edge) {
  HEARTH_CHECK_AS(ValueError, width >= 1 && hop >= 1 && frames >= 0, "[", op,
                  "] expected width >= 1, hop_length >= 1 and frames >= 0, got ", width, ", ", hop,
                  " and ", frames);
  constexpr int64_t kMost = int64_t{1} << 61;  // what is computed of these fits
  HEARTH_CHECK_AS(ShapeError,
                  start >= -kMost && length <= kMost &&
                      (Checked(frames) * hop + start + width).value_or(kMost) < kMost,
                  "[", op, "] ", frames, " frames from ", start, " with hop_length ", hop,
                  " of a signal of ", length, " are too large");
  HEARTH_CHECK_AS(ShapeError, frames == 0 || edge == FrameEdge::Zeros || length > 0, "[", op,
                  "] an empty signal has nothing to reflect");
}

}  // namespace

Specs FrameBands::infer(Args in) const {
  const TensorImpl &x = impl(in[0]), &w = impl(in[1]);
  HEARTH_CHECK_AS(DtypeError, x.dtype == kFloat || x.dtype == kDouble,
                  "[frame_bands] expected a signal of floats or doubles, got ", to_string(x.dtype));
  HEARTH_CHECK_AS(ShapeError, x.dim() >= 1,
                  "[frame_bands] expected a signal [..., time], got a 0-dim tensor");
  HEARTH_CHECK_AS(ShapeError, w.dim() == 1 && w.numel >= 1 && is_floating_point(w.dtype),
                  "[frame_bands] expected a window [width] of floats, got sizes ", w.sizes.ref(),
                  " of ", to_string(w.dtype));
  HEARTH_CHECK_AS(ValueError, n_fft >= w.numel && n_fft <= kMostPoints,
                  "[frame_bands] expected n_fft from the window's ", w.numel, " to ", kMostPoints,
                  ", got ", n_fft);
  HEARTH_CHECK_AS(ValueError, power == 1 || power == 2, "[frame_bands] expected power 1 or 2, got ",
                  power);
  check_frames("frame_bands", x.sizes[x.sizes.size() - 1], w.numel, hop, start, frames, edge);
  int64_t bands = n_fft / 2 + 1;
  if (in[2].defined()) {
    const TensorImpl& b = impl(in[2]);
    HEARTH_CHECK_AS(ShapeError, b.dim() == 2 && b.sizes[0] <= bands && is_floating_point(b.dtype),
                    "[frame_bands] expected a bank [points, bands] of floats with at most ", bands,
                    " points, as n_fft=", n_fft, " has, got sizes ", b.sizes.ref(), " of ",
                    to_string(b.dtype));
    bands = b.sizes[1];
  }
  if (in[3].defined()) {
    const TensorImpl& t = impl(in[3]);
    HEARTH_CHECK_AS(ShapeError, t.dim() == 2 && t.sizes[0] == bands && is_floating_point(t.dtype),
                    "[frame_bands] expected a transform [bands, results] of floats with ", bands,
                    " bands, got sizes ", t.sizes.ref(), " of ", to_string(t.dtype));
    bands = t.sizes[1];
  }
  DimVector sizes = x.sizes;
  sizes[sizes.size() - 1] = frames;
  Specs s;
  s.out.emplace_back(sizes, x.dtype, x.device);
  s.out[0].sizes.push_back(bands);
  s.out.emplace_back(std::move(sizes), x.dtype, x.device);
  s.compute = x.dtype;
  return s;
}

Tensors FrameBands::decompose(Args in) const {
  const ScalarType dtype = in[0].scalar_type();
  const Tensor window = in[1].to(dtype);
  const int64_t width = window.size(0);
  Tensor x = frame_signal(in[0], width, hop, start, frames, edge);
  if (remove_dc) x = x - x.mean(-1, true);
  Tensor energy;
  if (!windowed_energy) energy = x.square().sum(-1);
  if (preemphasis != 0)
    x = x - preemphasis * cat({x.slice(-1, 0, 1), x.slice(-1, 0, width - 1)}, -1);
  x = x * window;
  if (windowed_energy) energy = x.square().sum(-1);
  const Tensor spectrum = fft_rfft(x, n_fft);
  Tensor bands;
  if (power == 1 && spectrum_shift == 0) {
    bands = spectrum.abs();
  } else {
    bands = view_as_real(spectrum).square().sum(-1) + spectrum_shift;
    if (power == 1) bands = bands.sqrt();
  }
  if (in[2].defined()) bands = matmul(bands.slice(-1, 0, in[2].size(0)), in[2].to(dtype));
  if (log) bands = log_factor * hearth::log((bands + log_shift).clamp_min(log_floor));
  if (in[3].defined()) bands = matmul(bands, in[3].to(dtype));
  return {bands, energy};
}

}  // namespace ops

Tensor frame_signal(const Tensor& signal, int64_t width, int64_t hop_length, int64_t start,
                    int64_t frames, FrameEdge edge) {
  HEARTH_CHECK_AS(ShapeError, signal.dim() >= 1,
                  "[frame_signal] expected a signal [..., time], got a 0-dim tensor");
  const int64_t n = signal.size(-1);
  ops::check_frames("frame_signal", n, width, hop_length, start, frames, edge);
  if (frames == 0) {
    DimVector sizes = signal.sizes();
    sizes[sizes.size() - 1] = 0;
    sizes.push_back(width);
    return signal.new_empty(sizes);
  }
  const int64_t end = start + (frames - 1) * hop_length + width;
  if (start >= 0 && end <= n) return signal.slice(-1, start, end).unfold(-1, width, hop_length);
  Tensor stretch;
  if (edge == FrameEdge::Zeros) {
    const int64_t before = std::max<int64_t>(0, -start), after = std::max<int64_t>(0, end - n);
    stretch = constant_pad_nd(signal, {before, after}).slice(-1, start + before, end + before);
  } else {
    const bool mirror = edge == FrameEdge::Mirror;
    const Tensor at = arange(start, end, signal.options().dtype(kLong).requires_grad(false));
    const Tensor turn = remainder(at, std::max<int64_t>(1, mirror ? 2 * n : 2 * n - 2));
    stretch = signal.index_select(-1, minimum(turn, 2 * n - (mirror ? 1 : 2) - turn));
  }
  return stretch.unfold(-1, width, hop_length);
}

std::tuple<Tensor, Tensor> frame_bands(const Tensor& signal, const Tensor& window,
                                       const Tensor& bank, const Tensor& transform,
                                       const FrameBandsOptions& o) {
  int64_t frames = o.frames();
  if (frames == -1 && signal.dim() > 0 && window.dim() == 1 && o.hop_length() >= 1) {
    const int64_t room = (Checked(signal.size(-1)) - window.size(0) - o.start())
                             .get("frame_bands", "start ", o.start());
    frames = room < 0 ? 0 : room / o.hop_length() + 1;
  }
  auto [bands, energy] = invoke_n<2>(
      ops::FrameBands{o.n_fft(), o.hop_length(), o.start(), frames, o.edge(), o.remove_dc_offset(),
                      o.preemphasis(), o.power(), o.spectrum_shift(), o.log(), o.log_factor(),
                      o.log_shift(), o.log_floor(), o.windowed_energy()},
      signal, window, bank, transform);
  return {bands, energy};
}

}  // namespace hearth
