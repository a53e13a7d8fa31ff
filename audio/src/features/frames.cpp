// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/features/frames.h"

#include "hearth/ops/pad.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "features/framed.h"
#include "functional/batch.h"

namespace hearth::audio::features {

void check_waveform(const Tensor& waveform, const char* op) {
  HEARTH_CHECK_AS(ShapeError, waveform.dim() >= 1, "[", op,
                  "] expected a waveform [..., time], got a single number");
  HEARTH_CHECK_AS(DtypeError, waveform.is_floating_point(), "[", op,
                  "] expected a waveform of floating point numbers, got ", waveform.scalar_type());
}

Tensor framed(const Tensor& waveform, const FrameOptions& options, const char* op) {
  check_waveform(waveform, op);
  const int64_t length = options.frame_length(), time = waveform.size(-1);
  const int64_t around = options.center() ? length / 2 : 0;
  HEARTH_CHECK_AS(ValueError, options.framing().frames(time) > 0, "[", op, "] ", time,
                  " samples hold no frame of ", length,
                  ": give a longer signal or shorter frames, or set center");
  HEARTH_CHECK_AS(ValueError, options.pad_mode() != "reflect" || time > around, "[", op, "] ", time,
                  " samples cannot be mirrored by frame_length / 2 = ", around,
                  ": give a longer signal or shorter frames, or another pad_mode");
  Tensor signal = waveform;
  if (around > 0) {
    const Tensor rows = as_batch(waveform, 1);
    const Tensor batch = rows.dim() == 1 ? rows.unsqueeze(0) : rows;
    const Tensor longer = pad(batch.unsqueeze(1), {around, around}, options.pad_mode()).squeeze(1);
    signal = waveform.dim() == 1 ? longer.squeeze(0) : as_before(longer, waveform, 1);
  }
  return signal.unfold(-1, length, options.hop_length());
}

Tensor zero_crossing_rate(const Tensor& waveform, const FrameOptions& options, double threshold) {
  HEARTH_CHECK_AS(ValueError, threshold >= 0, "[zero_crossing_rate] expected threshold >= 0, got ",
                  threshold);
  const Tensor negative = framed(waveform.detach(), options, "zero_crossing_rate") < -threshold;
  const Tensor crossed = negative.slice(-1, 1) != negative.slice(-1, 0, -1);
  return crossed.sum(-1, false, waveform.scalar_type()) /
         static_cast<double>(options.frame_length());
}

Tensor rms(const Tensor& waveform, const FrameOptions& options) {
  return framed(waveform, options, "rms").square().mean(-1).sqrt();
}

Tensor energy(const Tensor& waveform, const FrameOptions& options) {
  return framed(waveform, options, "energy").square().sum(-1);
}

}  // namespace hearth::audio::features
