// SPDX-License-Identifier: Apache-2.0
#include "vision/model_file.h"

#include <filesystem>

#include "hearth/pretrained/vision.h"

namespace {

/// A checkpoint lies below its training's folder, whose model is as old as it is.
std::string folder_of_checkpoint(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code none;
  const fs::path above = fs::path(path).parent_path();
  return above.filename() == "checkpoints" && fs::exists(path, none) ? above.parent_path().string()
                                                                     : path;
}

}  // namespace

hearth::vision::Classifier open_model(const std::string& model,
                                      const std::optional<std::string>& weights) {
  hearth::vision::PretrainedOptions options;
  if (weights) options.weights(folder_of_checkpoint(*weights));
  return hearth::pretrained::image_classifier(folder_of_checkpoint(model), options);
}
