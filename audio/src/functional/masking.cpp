// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/functional/masking.h"

#include <algorithm>

#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/shape.h"

namespace hearth::audio::functional {

namespace {

/// Which elements are masked: sizes that broadcast to the spectrograms', [..., 1, 1] intervals of
/// `axis`. Undefined where nothing can be.
Tensor drawn_mask(std::string_view what, const Tensor& specgram, int64_t mask_param, int64_t axis,
                  double p, bool independent, const std::optional<Generator>& generator) {
  const int64_t dims = specgram.dim(), least = independent ? 3 : 2;
  HEARTH_CHECK_AS(ShapeError, dims >= least, "[", what, "] expected spectrograms of at least ",
                  least, " dims, [..., freq, time], got ", specgram.sizes());
  HEARTH_CHECK_AS(ValueError, axis == dims - 2 || axis == dims - 1, "[", what, "] expected axis ",
                  dims - 2, " (frequency) or ", dims - 1, " (time), got ", axis);
  HEARTH_CHECK_AS(ValueError, p >= 0 && p <= 1, "[", what, "] expected p from 0 to 1, got ", p);
  const int64_t size = specgram.size(axis);
  if (p < 1) mask_param = std::min(mask_param, static_cast<int64_t>(static_cast<double>(size) * p));
  if (mask_param < 1) return {};

  std::vector<int64_t> batch = {1, 1};
  if (independent) {
    batch = specgram.sizes().vec();
    batch[batch.size() - 2] = batch[batch.size() - 1] = 1;
  }
  // In double, and on the CPU's stream of numbers: the same masks for every dtype.
  const TensorOptions options = TensorOptions(kDouble).device(specgram.device());
  const Tensor width = rand(batch, generator, options) * mask_param;
  const Tensor start = (rand(batch, generator, options) * (size - width)).to(kLong);
  Tensor at = arange(size, TensorOptions(kLong).device(specgram.device()));
  if (axis == dims - 2) at = at.unsqueeze(-1);
  return (at >= start).logical_and(at < start + width.to(kLong));
}

Tensor filled(const Tensor& specgram, const Tensor& mask, const Scalar& value) {
  return mask.defined() ? specgram.masked_fill(mask, value) : specgram;
}
Tensor filled(const Tensor& specgram, const Tensor& mask, const Tensor& value) {
  return mask.defined() ? where(mask, value.to(specgram.options()), specgram) : specgram;
}

}  // namespace

Tensor mask_along_axis(const Tensor& specgram, int64_t mask_param, const Scalar& mask_value,
                       int64_t axis, double p, std::optional<Generator> generator) {
  return filled(specgram,
                drawn_mask("mask_along_axis", specgram, mask_param, axis, p, false, generator),
                mask_value);
}
Tensor mask_along_axis_iid(const Tensor& specgrams, int64_t mask_param, const Scalar& mask_value,
                           int64_t axis, double p, std::optional<Generator> generator) {
  return filled(specgrams,
                drawn_mask("mask_along_axis_iid", specgrams, mask_param, axis, p, true, generator),
                mask_value);
}
Tensor mask_along_axis(const Tensor& specgram, int64_t mask_param, const Tensor& mask_value,
                       int64_t axis, double p, std::optional<Generator> generator) {
  return filled(specgram,
                drawn_mask("mask_along_axis", specgram, mask_param, axis, p, false, generator),
                mask_value);
}
Tensor mask_along_axis_iid(const Tensor& specgrams, int64_t mask_param, const Tensor& mask_value,
                           int64_t axis, double p, std::optional<Generator> generator) {
  return filled(specgrams,
                drawn_mask("mask_along_axis_iid", specgrams, mask_param, axis, p, true, generator),
                mask_value);
}

}  // namespace hearth::audio::functional
