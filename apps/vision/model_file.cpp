// SPDX-License-Identifier: Apache-2.0
#include "vision/model_file.h"

#include <filesystem>

#include "hearth/base/error.h"

std::string model_file(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code none;
  const fs::path given(path), above = given.parent_path();
  // A checkpoint lies below its training's folder, whose model is as old as it is.
  const fs::path folder = fs::is_directory(given, none)       ? given
                          : above.filename() == "checkpoints" ? above.parent_path()
                                                              : fs::path();
  if (folder.empty()) return path;
  const fs::path file = folder / "model.safetensors";
  HEARTH_CHECK_AS(hearth::FileError, fs::exists(file, none), "[", path,
                  "] holds no model.safetensors; expected the --output of a training");
  return file.string();
}
