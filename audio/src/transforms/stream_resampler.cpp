// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/transforms/stream_resampler.h"

#include <algorithm>
#include <numeric>

#include "hearth/audio/functional/resample.h"
#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/filter.h"
#include "hearth/ops/view.h"

namespace hearth::audio {

namespace {

/// Kernels may read so many samples before a window, and multiply them by zero: what is not finite
/// must be there as it is in the whole.
constexpr int64_t kMargin = 16;

}  // namespace

StreamResampler::StreamResampler(const transforms::ResampleOptions& o)
    : filters_(functional::sinc_filters(o.orig_freq(), o.new_freq(), o.lowpass_filter_width(),
                                        o.rolloff(), o.resampling_method(), o.beta(), o.dtype())) {
  const int64_t divisor = std::gcd(o.orig_freq(), o.new_freq());
  orig_ = o.orig_freq() / divisor;
  fresh_ = o.new_freq() / divisor;
  if (orig_ == fresh_) {
    filters_ = Tensor();
  } else {
    width_ = filters_.size(1) / 2;
  }
}

Tensor StreamResampler::push(const Tensor& block) {
  HEARTH_CHECK_AS(ShapeError, block.defined() && block.dim() >= 1,
                  "[StreamResampler] expected a block [..., time]");
  HEARTH_CHECK_AS(DtypeError, block.is_floating_point(),
                  "[StreamResampler] expected a floating-point block, got ", block.scalar_type());
  const NoGradGuard no_grad;
  if (kept_.defined()) {
    HEARTH_CHECK_AS(ShapeError,
                    block.sizes().slice(0, static_cast<size_t>(block.dim() - 1)) ==
                        kept_.sizes().slice(0, static_cast<size_t>(kept_.dim() - 1)),
                    "[StreamResampler] expected a block of the same channels as before, ",
                    kept_.sizes(), " but for its last size, got ", block.sizes());
    kept_ = cat({kept_, block}, -1);
  } else {
    kept_ = block.detach();
  }
  received_ += block.size(-1);
  if (!filters_.defined()) {
    kept_ = block.narrow(-1, 0, 0);
    return block;
  }
  const int64_t sure = received_ - width_;  // outputs before this sample have all they need
  return take(sure > 0 ? (sure * fresh_ + orig_ - 1) / orig_ : 0);
}

Tensor StreamResampler::flush() {
  const NoGradGuard no_grad;
  if (!kept_.defined()) return {};
  const Tensor rest = filters_.defined() ? take((received_ * fresh_ + orig_ - 1) / orig_) : kept_;
  kept_ = Tensor();
  received_ = first_ = next_ = 0;
  return rest;
}

Tensor StreamResampler::take(int64_t ready) {
  if (ready <= next_) return kept_.narrow(-1, 0, 0);
  const Tensor y = polyphase_resample(kept_, filters_.to(kept_.device()), orig_, first_ % fresh_)
                       .narrow(-1, next_ - first_, ready - next_)
                       .clone()
                       .to(kept_.scalar_type());
  next_ = ready;
  // Go on from the last output that lies before everything the next one reads.
  const int64_t needed = std::max<int64_t>(0, place(next_) - width_ + 1 - kMargin);
  const int64_t from = std::max(first_, ((needed + 1) * fresh_ - 1) / orig_);
  const int64_t passed = place(from) - place(first_);
  kept_ = kept_.narrow(-1, passed, kept_.size(-1) - passed).clone();
  first_ = from;
  return y;
}

}  // namespace hearth::audio
