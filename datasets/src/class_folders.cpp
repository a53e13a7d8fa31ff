// SPDX-License-Identifier: Apache-2.0
#include "class_folders.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <random>

#include "hearth/base/error.h"

namespace hearth::datasets {
namespace {

namespace fs = std::filesystem;

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with("."); }

bool has_extension(const fs::path& path, const std::vector<std::string>& extensions) {
  std::string extension = path.extension();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
}

/// What a folder holds directly, in the order of names.
std::vector<fs::path> listed(const fs::path& folder, bool folders) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (!is_hidden(it->path()) && it->is_directory() == folders) paths.push_back(it->path());
  HEARTH_CHECK_AS(FileError, !error, "[", folder.string(), "] cannot be read: ", error.message());
  std::sort(paths.begin(), paths.end());
  return paths;
}

void find_files(const fs::path& folder, int64_t target, const ClassFolderOptions& options,
                std::vector<LabeledFile>& out) {
  for (const fs::path& path : listed(folder, false))
    if (has_extension(path, options.extensions)) out.push_back({path.string(), target});
  for (const fs::path& below : listed(folder, true)) find_files(below, target, options, out);
}

std::vector<std::string> class_names(const fs::path& root) {
  std::vector<std::string> names;
  for (const fs::path& folder : listed(root, true)) names.push_back(folder.filename());
  HEARTH_CHECK_AS(FormatError, names.size() >= 2, "[", root.string(),
                  "] expected a folder for each ", "class, at least two of them; found ",
                  names.size());
  return names;
}

/// The part of a folder for training, and that for testing; both empty if it has none.
struct Parts {
  fs::path train, test;

  explicit Parts(const fs::path& root) {
    if (!fs::is_directory(root / "train")) return;
    for (const char* name : {"val", "test", "valid", "validation"})
      if (test.empty() && fs::is_directory(root / name)) test = root / name;
    if (!test.empty()) train = root / "train";
  }
};

void split(std::vector<LabeledFile>& files, const ClassFolderOptions& options,
           const std::string& name) {
  std::mt19937_64 random(options.seed);
  // The choice depends on the number of files alone, not on the library's shuffle.
  for (size_t i = files.size(); i > 1; --i) std::swap(files[i - 1], files[random() % i]);
  HEARTH_CHECK_AS(FormatError, files.size() >= 2, "[", name, "] holds ", files.size(), " ",
                  options.what, "; expected two or more, some to learn from and some to test with");
  const auto wanted = std::llround(options.test_share * static_cast<double>(files.size()));
  const auto tests = static_cast<std::ptrdiff_t>(
      std::clamp<int64_t>(wanted, 1, static_cast<int64_t>(files.size()) - 1));
  if (options.mode == Mode::kTest) {
    files.erase(files.begin() + tests, files.end());
  } else {
    files.erase(files.begin(), files.begin() + tests);
  }
  std::sort(files.begin(), files.end(), [](const LabeledFile& a, const LabeledFile& b) {
    return fs::path(a.path) < fs::path(b.path);
  });
}

}  // namespace

void split_classes(ClassFiles& all, const std::string& root, const ClassFolderOptions& options) {
  if (options.whole) return;
  HEARTH_CHECK_AS(ValueError, options.test_share > 0 && options.test_share < 1, "[", root,
                  "] test_share is between 0 and 1, got ", options.test_share);
  std::vector<LabeledFile> kept;
  for (size_t c = 0; c < all.classes.size(); ++c) {
    std::vector<LabeledFile> of_class;
    for (const LabeledFile& file : all.files)
      if (file.target == static_cast<int64_t>(c)) of_class.push_back(file);
    split(of_class, options, (fs::path(root) / all.classes[c]).string());
    kept.insert(kept.end(), of_class.begin(), of_class.end());
  }
  all.files = std::move(kept);
}

ClassFiles class_files(const std::string& root, const ClassFolderOptions& options) {
  HEARTH_CHECK_AS(FileError, fs::is_directory(root), "[", root, "] is no folder");
  const Parts parts(root);
  const bool has_parts = !parts.train.empty();
  const fs::path folder = !has_parts                    ? fs::path(root)
                          : options.mode == Mode::kTest ? parts.test
                                                        : parts.train;
  ClassFiles all;
  all.classes = class_names(has_parts ? parts.train : fs::path(root));
  if (has_parts)
    for (const std::string& name : class_names(folder))
      HEARTH_CHECK_AS(FormatError, std::binary_search(all.classes.begin(), all.classes.end(), name),
                      "[", folder.string(), "] has a class '", name, "', which ",
                      parts.train.string(), " has not");
  for (size_t c = 0; c < all.classes.size(); ++c)
    if (fs::is_directory(folder / all.classes[c]))
      find_files(folder / all.classes[c], static_cast<int64_t>(c), options, all.files);
  if (!has_parts) split_classes(all, root, options);
  HEARTH_CHECK_AS(FormatError, !all.files.empty(), "[", folder.string(), "] holds no ",
                  options.what, " in folders of classes");
  return all;
}

}  // namespace hearth::datasets
