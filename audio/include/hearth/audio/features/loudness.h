// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "hearth/tensor/tensor.h"

namespace hearth::audio::features {

/// What a loudness meter shows, in LUFS (the same as LKFS), in double. Waveforms are
/// [..., channels, time].
struct Loudness {
  Tensor integrated;  ///< of the whole [...]; NaN where nothing is above -70 LUFS
  Tensor range;       ///< how far loud and quiet parts are apart, in LU [...]; 0 where it is silent
  Tensor momentary;   ///< of the 400 ms that end at (t + 4) * 100 ms [..., blocks]
  Tensor short_term;  ///< of the 3 s that end at (t + 30) * 100 ms [..., blocks]; none if shorter
};

/// Loudness by ITU-R BS.1770-4 and its range by EBU Tech 3342 (the 10th to the 95th percentile of
/// short-term values above -70 LUFS and 20 below their mean). Channels are left, right, center,
/// left and right surround; of six, the fourth is the one of low frequencies, which does not count.
/// Silence is -inf. Momentary and short-term values look nowhere ahead of their ends; the others
/// need the whole recording. Throws ValueError for more than six channels or less than 400 ms.
HEARTH_API Loudness loudness(const Tensor& waveform, int64_t sample_rate);

}  // namespace hearth::audio::features
