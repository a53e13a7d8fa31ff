// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/functional/framing.h"

#include <algorithm>

#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"

namespace hearth::audio::functional {

namespace {

/// How much longer a frame is than what is put around a signal.
int64_t least_length(const Framing& f) {
  HEARTH_CHECK_AS(ValueError, f.frame_length >= 1 && f.hop_length >= 1 && f.pad >= 0,
                  "[Framing] expected frame_length >= 1, hop_length >= 1 and pad >= 0, got ",
                  f.frame_length, ", ", f.hop_length, " and ", f.pad);
  return f.frame_length - 2 * f.pad - (f.center ? f.frame_length / 2 * 2 : 0);
}

}  // namespace

int64_t Framing::frames(int64_t length) const {
  const int64_t least = std::max<int64_t>(least_length(*this), 1);
  return length < least ? 0 : 1 + (length - least_length(*this)) / hop_length;
}

Tensor Framing::frames(const Tensor& lengths) const {
  HEARTH_CHECK_AS(DtypeError, is_integral(lengths.scalar_type(), /*include_bool=*/false),
                  "[Framing] expected lengths in samples as integers, got ", lengths.scalar_type());
  const int64_t least = least_length(*this);
  const Tensor found = div(lengths - least, hop_length, "floor") + 1;
  return where(lengths >= std::max<int64_t>(least, 1), found, zeros_like(lengths));
}

}  // namespace hearth::audio::functional
