// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/vision/image_folder.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <random>

#include "hearth/base/progress.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"
#include "hearth/vision/classification/classifier.h"
#include "hearth/vision/io/image.h"

namespace hearth::datasets {
namespace {

namespace fs = std::filesystem;

struct Image {
  fs::path path;
  int64_t target;
};

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with("."); }

bool is_image(const fs::path& path) {
  std::string extension = path.extension();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg";
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

void find_images(const fs::path& folder, int64_t target, std::vector<Image>& out) {
  for (const fs::path& path : listed(folder, false))
    if (is_image(path)) out.push_back({path, target});
  for (const fs::path& below : listed(folder, true)) find_images(below, target, out);
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

/// Keeps of one class's images what is for this mode.
void split(std::vector<Image>& images, Mode mode, const ImageFolderOptions& options,
           const std::string& name) {
  std::mt19937_64 random(options.seed());
  // The choice depends on the number of images alone, not on the library's shuffle.
  for (size_t i = images.size(); i > 1; --i) std::swap(images[i - 1], images[random() % i]);
  HEARTH_CHECK_AS(FormatError, images.size() >= 2, "[", name, "] holds ", images.size(),
                  " images; expected two or more, some to learn from and some to test with");
  const auto wanted = std::llround(options.test_share() * static_cast<double>(images.size()));
  const auto tests = static_cast<std::ptrdiff_t>(
      std::clamp<int64_t>(wanted, 1, static_cast<int64_t>(images.size()) - 1));
  if (mode == Mode::kTest) {
    images.erase(images.begin() + tests, images.end());
  } else {
    images.erase(images.begin(), images.begin() + tests);
  }
  std::sort(images.begin(), images.end(),
            [](const Image& a, const Image& b) { return a.path < b.path; });
}

LabeledImages load(const std::string& root, Mode mode, const ImageFolderOptions& options) {
  HEARTH_CHECK_AS(ValueError, options.size() >= 1 && options.size() <= 4096,
                  "[ImageFolder] size is 1 to 4096, got ", options.size());
  HEARTH_CHECK_AS(ValueError, options.test_share() > 0 && options.test_share() < 1,
                  "[ImageFolder] test_share is between 0 and 1, got ", options.test_share());
  HEARTH_CHECK_AS(FileError, fs::is_directory(root), "[", root, "] is no folder");
  const Parts parts(root);
  const bool has_parts = !parts.train.empty();
  const fs::path folder = !has_parts            ? fs::path(root)
                          : mode == Mode::kTest ? parts.test
                                                : parts.train;
  const std::vector<std::string> classes = class_names(has_parts ? parts.train : fs::path(root));
  if (has_parts)
    for (const std::string& name : class_names(folder))
      HEARTH_CHECK_AS(FormatError, std::binary_search(classes.begin(), classes.end(), name), "[",
                      folder.string(), "] has a class '", name, "', which ", parts.train.string(),
                      " has not");
  std::vector<Image> images;
  for (size_t c = 0; c < classes.size(); ++c) {
    std::vector<Image> of_class;
    if (!fs::is_directory(folder / classes[c])) continue;
    find_images(folder / classes[c], static_cast<int64_t>(c), of_class);
    if (!has_parts) split(of_class, mode, options, (folder / classes[c]).string());
    images.insert(images.end(), of_class.begin(), of_class.end());
  }
  HEARTH_CHECK_AS(FormatError, !images.empty(), "[", folder.string(),
                  "] holds no PNG or JPEG files in folders of classes");

  const int64_t size = options.size();
  Tensor pixels = empty({static_cast<int64_t>(images.size()), 3, size, size}, kByte);
  std::vector<int64_t> targets;
  Progress progress(ProgressOptions("reading " + folder.string())
                        .unit("images")
                        .total(static_cast<int64_t>(images.size())));
  int64_t broken = 0;
  std::string first_error;
  vision::io::DecodeOptions decoding;
  decoding.apply_exif_orientation = true;
  for (const Image& image : images) {
    progress.advance();
    try {
      const Tensor picture = vision::io::read_image(image.path.string(), decoding);
      pixels.select(0, static_cast<int64_t>(targets.size()))
          .copy_(options.resize_size() > 0
                     ? vision::center_fit(picture, {3, size, size}, options.resize_size())
                     : vision::fit(picture, {3, size, size}, vision::Invert::No));
      targets.push_back(image.target);
    } catch (const Error& e) {
      if (!options.skip_broken()) throw;
      if (broken++ == 0) first_error = e.what();
    }
  }
  progress.finish();
  if (broken > 0)
    Progress::print(cat_str("left out ", broken, " of ", images.size(),
                            " images, which cannot be read; the first: ", first_error));
  const auto n = static_cast<int64_t>(targets.size());
  HEARTH_CHECK_AS(FormatError, n > 0, "[", folder.string(), "] holds no image that can be read");
  return LabeledImages(root, pixels.slice(0, 0, n).contiguous(),
                       from_blob(targets.data(), {n}, kLong).clone(), classes, mode);
}

}  // namespace

ImageFolder::ImageFolder(const std::string& root, Mode mode, const ImageFolderOptions& options)
    : LabeledImages(load(root, mode, options)) {}

}  // namespace hearth::datasets
