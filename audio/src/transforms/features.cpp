// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/transforms/features.h"

#include <ostream>

namespace hearth::audio::transforms {

void FeaturesImpl::pretty_print(std::ostream& stream) const {
  const features::FeatureConfig& c = extractor_.config();
  stream << "hearth::audio::transforms::Features(dims=" << c.dims()
         << ", sample_rate=" << c.sample_rate() << ", frame_shift=" << c.frame_shift() << ")";
}

}  // namespace hearth::audio::transforms
