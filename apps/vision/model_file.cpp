// SPDX-License-Identifier: Apache-2.0
#include "vision/model_file.h"

#include "hearth/pretrained/vision.h"

#include "common/training/folder.h"

hearth::vision::Classifier open_model(const std::string& model,
                                      const std::optional<std::string>& weights) {
  hearth::vision::PretrainedOptions options;
  if (weights) options.weights(folder_of_checkpoint(*weights));
  return hearth::pretrained::image_classifier(folder_of_checkpoint(model), options);
}
