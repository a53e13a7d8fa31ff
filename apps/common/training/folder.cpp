// SPDX-License-Identifier: Apache-2.0
#include "common/training/folder.h"

#include <filesystem>

std::string folder_of_checkpoint(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code none;
  const fs::path above = fs::path(path).parent_path();
  return above.filename() == "checkpoints" && fs::exists(path, none) ? above.parent_path().string()
                                                                     : path;
}
