// SPDX-License-Identifier: Apache-2.0
// Masks over parts of spectrograms (Park et al., "SpecAugment", 2019). Names and defaults are
// torchaudio's.
#pragma once

#include <cstdint>
#include <optional>

#include "hearth/base/generator.h"
#include "hearth/tensor/tensor.h"

namespace hearth::audio::functional {

/// Puts mask_value, a number or a tensor with one element, into columns [start, start + width) of
/// `axis`, one of the last two dims, of all spectrograms [..., freq, time] alike: width is uniform
/// below mask_param, or below floor(size * p) if that is less and p < 1; start is uniform where the
/// mask fits. Draws from `generator`, by default the default one.
HEARTH_API Tensor mask_along_axis(const Tensor& specgram, int64_t mask_param,
                                  const Scalar& mask_value, int64_t axis, double p = 1.0,
                                  std::optional<Generator> generator = {});
HEARTH_API Tensor mask_along_axis(const Tensor& specgram, int64_t mask_param,
                                  const Tensor& mask_value, int64_t axis, double p = 1.0,
                                  std::optional<Generator> generator = {});

/// The same with a mask of its own for each spectrogram of [..., freq, time], which has at least
/// three dims.
HEARTH_API Tensor mask_along_axis_iid(const Tensor& specgrams, int64_t mask_param,
                                      const Scalar& mask_value, int64_t axis, double p = 1.0,
                                      std::optional<Generator> generator = {});
HEARTH_API Tensor mask_along_axis_iid(const Tensor& specgrams, int64_t mask_param,
                                      const Tensor& mask_value, int64_t axis, double p = 1.0,
                                      std::optional<Generator> generator = {});

}  // namespace hearth::audio::functional
