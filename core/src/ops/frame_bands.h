// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/ops/frame_bands.h"

#include "dispatch/op.h"

namespace hearth {
constexpr FrameEdge last_value(FrameEdge) { return FrameEdge::Mirror; }

namespace ops {

/// Outputs: bands, and energies of frames. See FrameBandsOptions.
struct FrameBands {
  int64_t n_fft, hop, start, frames;
  FrameEdge edge;
  bool remove_dc;
  double preemphasis;
  int64_t power;
  double spectrum_shift;
  bool log;
  double log_factor, log_shift, log_floor;
  bool windowed_energy;
  static constexpr OpInfo info{
      .name = "frame_bands",
      .kind = Kind::Fused,
      .cast = Cast::Float32,
      .args = {"signal", "window", {"bank", arg::optional}, {"transform", arg::optional}},
      .outputs = {out::fresh, out::fresh}};
  HEARTH_OP(FrameBands, n_fft, hop, start, frames, edge, remove_dc, preemphasis, power,
            spectrum_shift, log, log_factor, log_shift, log_floor, windowed_energy)
  Specs infer(Args in) const;
  Tensors decompose(Args in) const;
};

}  // namespace ops
}  // namespace hearth
