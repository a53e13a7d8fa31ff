// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/transforms/spectral.h"

#include "hearth/audio/functional/cepstral.h"

namespace hearth::audio::transforms {

AmplitudeToDBImpl::AmplitudeToDBImpl(const AmplitudeToDBOptions& options_) : options(options_) {
  AmplitudeToDBImpl::reset();
}
void AmplitudeToDBImpl::reset() {
  const std::string& stype = options.stype();
  HEARTH_CHECK_AS(ValueError, stype == "power" || stype == "magnitude" || stype == "amplitude",
                  "[AmplitudeToDB] expected stype \"power\" or \"magnitude\", got \"", stype, "\"");
  HEARTH_CHECK_AS(ValueError, options.top_db().value_or(0) >= 0,
                  "[AmplitudeToDB] expected top_db >= 0, got ", options.top_db().value_or(0));
}
Tensor AmplitudeToDBImpl::forward(const Tensor& x) {
  return functional::amplitude_to_DB(x, options.stype() == "power" ? 10 : 20, 1e-10, 0,
                                     options.top_db());
}

ComputeDeltasImpl::ComputeDeltasImpl(const ComputeDeltasOptions& options_) : options(options_) {}
Tensor ComputeDeltasImpl::forward(const Tensor& specgram) {
  return functional::compute_deltas(specgram, options.win_length(), options.mode());
}

SlidingWindowCmnImpl::SlidingWindowCmnImpl(const SlidingWindowCmnOptions& options_)
    : options(options_) {}
Tensor SlidingWindowCmnImpl::forward(const Tensor& specgram) {
  return functional::sliding_window_cmn(specgram, options.cmn_window(), options.min_cmn_window(),
                                        options.center(), options.norm_vars());
}

}  // namespace hearth::audio::transforms
