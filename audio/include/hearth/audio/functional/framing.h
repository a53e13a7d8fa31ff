// SPDX-License-Identifier: Apache-2.0
// How frames lie in a signal.
#pragma once

#include <cstdint>

#include "hearth/tensor/tensor.h"

namespace hearth::audio::functional {

/// Frames of `frame_length` samples that begin every `hop_length` samples of a signal with `pad`
/// samples put before and after it. `center`: frame_length / 2 more on each side, so that the
/// middle of frame t is sample t * hop_length.
struct HEARTH_API Framing {
  int64_t frame_length, hop_length;
  int64_t pad = 0;
  bool center = true;

  /// How many frames a signal of `length` samples has; none if there is no sample.
  int64_t frames(int64_t length) const;
  /// The same of each of a batch's lengths, integers of any shape.
  Tensor frames(const Tensor& lengths) const;
};

}  // namespace hearth::audio::functional
