// SPDX-License-Identifier: Apache-2.0
#include "vision/model_file.h"

#include <filesystem>

#include "hearth/base/error.h"

std::string model_file(const std::string& folder_or_file) {
  std::error_code none;
  if (!std::filesystem::is_directory(folder_or_file, none)) return folder_or_file;
  const std::string file = (std::filesystem::path(folder_or_file) / "model.safetensors").string();
  HEARTH_CHECK_AS(hearth::FileError, std::filesystem::exists(file, none), "[", folder_or_file,
                  "] holds no model.safetensors; expected the --output of a finished training");
  return file;
}
