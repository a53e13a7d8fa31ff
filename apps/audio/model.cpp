// SPDX-License-Identifier: Apache-2.0
#include "audio/model.h"

#include "hearth/pretrained/audio.h"

#include "common/training/folder.h"

hearth::audio::Classifier open_model(const std::string& model,
                                     const std::optional<std::string>& weights) {
  hearth::audio::PretrainedOptions options;
  if (weights) options.weights(folder_of_checkpoint(*weights));
  return hearth::pretrained::audio_classifier(folder_of_checkpoint(model), options);
}
