// SPDX-License-Identifier: Apache-2.0
// Folders whose subfolders are classes, of whatever files.
#pragma once

#include <string>
#include <vector>

#include "hearth/datasets/mode.h"

namespace hearth::datasets {

struct LabeledFile {
  std::string path;
  int64_t target;
};

/// Which files of a data set, and of what.
struct ClassFiles {
  std::vector<std::string> classes;
  std::vector<LabeledFile> files;
};

struct ClassFolderOptions {
  Mode mode = Mode::kTrain;
  /// Nothing is kept apart, where the folder has no part for testing.
  bool whole = false;
  /// How much of each class is kept for testing, where the folder has no part for that.
  double test_share = 0.2;
  /// Names that choice.
  uint64_t seed = 0;
  /// ".png", as lower case.
  std::vector<std::string> extensions;
  /// What the files are, for messages: "PNG or JPEG files".
  const char* what = "files";
  /// The folder of a part, instead of the mode's.
  std::string part = "";
  /// Whether the folder of a class may hold no file.
  bool allow_empty = false;
};

/// Files below a folder, in the order of their names, by the subfolder each is in, and of train/
/// or, for testing, val/, test/, valid/ or validation/, where these are. A folder with nothing but
/// train/ is divided as that is. Throws FileError and FormatError.
ClassFiles class_files(const std::string& root, const ClassFolderOptions& options);

/// Keeps of the files of each class what is for this mode.
void split_classes(ClassFiles& all, const std::string& root, const ClassFolderOptions& options);

}  // namespace hearth::datasets
