// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/audio/features/frames.h"

namespace hearth::audio::features {

/// Checks that there is a signal [..., time] of floating point numbers.
void check_waveform(const Tensor& waveform, const char* op);

/// The frames [..., frames, frame_length] of a waveform, as a view where nothing is made up. Throws
/// ValueError when there is none.
Tensor framed(const Tensor& waveform, const FrameOptions& options, const char* op);

}  // namespace hearth::audio::features
