// SPDX-License-Identifier: Apache-2.0
#include "hearth/pretrained/audio.h"

#include "open.h"

namespace hearth::pretrained {

audio::Classifier audio_classifier(const std::string& name_or_path,
                                   const audio::PretrainedOptions& options) {
  const Entry* entry = entry_of(name_or_path, kSounds, audio::models::classifier_names());
  if (!entry) return audio::from_pretrained(name_or_path, options);
  // Weights of entries for sounds describe themselves.
  const TensorFile own = weights_of(*entry);
  if (options.weights().empty()) return audio::Classifier::load(own);
  return {audio::Classifier::spec_of(own), hub::open_weights(options.weights())};
}

}  // namespace hearth::pretrained
