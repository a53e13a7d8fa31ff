// SPDX-License-Identifier: Apache-2.0
#include "class_folders.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string_view>

#include "hearth/base/error.h"
#include "hearth/data/class_balance.h"

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
struct Listed {
  std::vector<fs::path> files, folders;

  explicit Listed(const fs::path& folder) {
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
      if (is_hidden(it->path())) continue;
      // What cannot be looked at, such as a link to nothing, is a file, which reading will refuse.
      std::error_code unknown;
      (it->is_directory(unknown) ? folders : files).push_back(it->path());
    }
    HEARTH_CHECK_AS(FileError, !error, "[", folder.string(), "] cannot be read: ", error.message());
    std::sort(files.begin(), files.end());
    std::sort(folders.begin(), folders.end());
  }
};

/// A folder and the files in it.
using FolderFiles = std::pair<std::string, std::vector<fs::path>>;

/// The first link on the way to a folder that leads back to where the way came from; empty if none
/// does.
fs::path circle_in(const fs::path& folder) {
  std::error_code unknown;
  fs::path way;
  for (const fs::path& part : folder) {
    way /= part;
    if (!fs::is_symlink(way, unknown)) continue;
    for (fs::path above = way.parent_path(); !above.empty(); above = above.parent_path()) {
      if (fs::equivalent(above, way, unknown)) return way;
      if (above == above.parent_path()) break;
    }
  }
  return {};
}

void find_folders(const fs::path& folder, std::vector<FolderFiles>& out, int depth = 0) {
  constexpr int kDeepest = 32;
  if (depth == kDeepest) {
    const fs::path circle = circle_in(folder);
    HEARTH_CHECK_AS(FormatError, circle.empty(), "[", circle.string(),
                    "] is a link to a folder in which it lies itself");
    HEARTH_CHECK_AS(FormatError, false, "[", folder.string(), "] lies more than ", kDeepest,
                    " folders deep in the folder of a class");
  }
  Listed listed(folder);
  out.emplace_back(folder.string(), std::move(listed.files));
  for (const fs::path& below : listed.folders) find_folders(below, out, depth + 1);
}

void find_files(const fs::path& folder, int64_t target, const ClassFolderOptions& options,
                std::vector<LabeledFile>& out) {
  std::vector<FolderFiles> folders;
  find_folders(folder, folders);
  // torchvision's order: "a-b" before "a/b".
  std::sort(folders.begin(), folders.end(),
            [](const FolderFiles& a, const FolderFiles& b) { return a.first < b.first; });
  for (const auto& [name, files] : folders)
    for (const fs::path& path : files)
      if (has_extension(path, options.extensions)) out.push_back({path.string(), target});
}

std::vector<std::string> class_names(const fs::path& root, size_t least) {
  std::vector<std::string> names;
  for (const fs::path& folder : Listed(root).folders) names.push_back(folder.filename());
  HEARTH_CHECK_AS(FormatError, names.size() >= least, "[", root.string(),
                  "] expected a folder for each class, at least ", least == 1 ? "one" : "two",
                  " of them; found ", names.size());
  return names;
}

bool is_folder(const fs::path& path) {
  std::error_code unknown;
  return fs::is_directory(path, unknown);
}

/// Where the classes are named, and where the files are.
struct Parts {
  fs::path classes, files;
  /// Whether `files` is a part of its own, which needs no dividing.
  bool has_parts = true;

  Parts(const fs::path& root, const ClassFolderOptions& options) {
    const fs::path train = root / "train";
    const bool trains = is_folder(train);
    if (!options.part.empty()) {
      files = root / options.part;
      HEARTH_CHECK_AS(FileError, is_folder(files), "[", root.string(), "] has no folder ",
                      options.part);
      classes = trains ? train : files;
      return;
    }
    for (const char* name : {"val", "test", "valid", "validation"})
      if (trains && files.empty() && is_folder(root / name)) files = root / name;
    has_parts = !files.empty();
    classes = trains && (has_parts || Listed(root).folders.size() == 1) ? train : root;
    if (!has_parts || options.mode == Mode::kTrain) files = classes;
  }
};

}  // namespace

void split_classes(ClassFiles& all, const std::string& root, const ClassFolderOptions& options) {
  if (options.whole) return;
  std::vector<int64_t> targets;
  std::vector<int64_t> count(all.classes.size());
  for (const LabeledFile& file : all.files) {
    targets.push_back(file.target);
    ++count[static_cast<size_t>(file.target)];
  }
  for (size_t c = 0; c < count.size(); ++c) {
    std::string_view what = options.what;
    if (count[c] == 1) what.remove_suffix(1);  // the plural's s
    HEARTH_CHECK_AS(FormatError, count[c] >= 2 || (count[c] == 0 && options.allow_empty), "[",
                    (fs::path(root) / all.classes[c]).string(), "] holds ", count[c], " ", what,
                    "; expected two or more, some to learn from and some to test with");
  }
  const data::StratifiedSplit split =
      data::stratified_split(targets, options.test_share, options.seed);
  std::vector<LabeledFile> kept;
  for (const size_t i : options.mode == Mode::kTest ? split.test : split.train)
    kept.push_back(std::move(all.files[i]));
  all.files = std::move(kept);
}

ClassFiles class_files(const std::string& root, const ClassFolderOptions& options) {
  HEARTH_CHECK_AS(FileError, is_folder(root), "[", root, "] is no folder");
  const Parts parts(root, options);
  ClassFiles all;
  all.classes = class_names(parts.classes, options.whole ? 1 : 2);
  if (parts.files != parts.classes)
    for (const std::string& name : class_names(parts.files, 1))
      HEARTH_CHECK_AS(FormatError, std::binary_search(all.classes.begin(), all.classes.end(), name),
                      "[", parts.files.string(), "] has a class '", name, "', which ",
                      parts.classes.string(), " has not");
  std::string empty;
  for (size_t c = 0; c < all.classes.size(); ++c) {
    const fs::path folder = parts.files / all.classes[c];
    if (!is_folder(folder)) continue;
    const size_t before = all.files.size();
    find_files(folder, static_cast<int64_t>(c), options, all.files);
    if (all.files.size() == before) empty += cat_str(empty.empty() ? "" : ", ", all.classes[c]);
  }
  HEARTH_CHECK_AS(FormatError, !all.files.empty(), "[", parts.files.string(), "] holds no ",
                  options.what, " in folders of classes");
  HEARTH_CHECK_AS(FormatError, empty.empty() || options.allow_empty, "[", parts.files.string(),
                  "] holds no ", options.what, " of the classes ", empty);
  if (!parts.has_parts) split_classes(all, parts.files.string(), options);
  return all;
}

}  // namespace hearth::datasets
