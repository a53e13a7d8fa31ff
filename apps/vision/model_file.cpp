// SPDX-License-Identifier: Apache-2.0
#include "vision/model_file.h"

#include "hearth/pretrained/vision.h"

#include "common/training/folder.h"

void ModelChoice::declare(OptionList& options) {
  options.add("--model", model, kModelHelp).value("MODEL");
  options.add("--weights", weights, kWeightsHelp).value("PATH");
}

hearth::vision::Classifier ModelChoice::open() const {
  if (!model && !weights)
    throw UsageError("which model? Give --weights, what a training left, or --model, a name");
  hearth::vision::PretrainedOptions options;
  if (model && weights) options.weights(folder_of_checkpoint(*weights));
  return hearth::pretrained::image_classifier(folder_of_checkpoint(name()), options);
}
