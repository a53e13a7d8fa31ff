// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/vision/image_folder.h"

#include "hearth/base/progress.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"
#include "hearth/vision/classification/classifier.h"
#include "hearth/vision/io/image.h"

#include "class_folders.h"

namespace hearth::datasets {
namespace {

LabeledImages load(const std::string& root, Mode mode, const ImageFolderOptions& options) {
  HEARTH_CHECK_AS(ValueError, options.size() >= 1 && options.size() <= 4096,
                  "[ImageFolder] size is 1 to 4096, got ", options.size());
  ClassFolderOptions folders{.mode = mode,
                             .test_share = options.test_share(),
                             .seed = options.seed(),
                             .extensions = {".png", ".jpg", ".jpeg"},
                             .what = "PNG or JPEG files"};
  const auto [classes, images] = class_files(root, folders);
  const int64_t size = options.size();
  Tensor pixels = empty({static_cast<int64_t>(images.size()), 3, size, size}, kByte);
  std::vector<int64_t> targets;
  Progress progress(
      ProgressOptions("reading " + root).unit("images").total(static_cast<int64_t>(images.size())));
  int64_t broken = 0;
  std::string first_error;
  vision::io::DecodeOptions decoding;
  decoding.apply_exif_orientation = true;
  for (const LabeledFile& image : images) {
    progress.advance();
    try {
      const Tensor picture = vision::io::read_image(image.path, decoding);
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
  HEARTH_CHECK_AS(FormatError, n > 0, "[", root, "] holds no image that can be read");
  return LabeledImages(root, pixels.slice(0, 0, n).contiguous(),
                       from_blob(targets.data(), {n}, kLong).clone(), classes, mode);
}

}  // namespace

ImageFolder::ImageFolder(const std::string& root, Mode mode, const ImageFolderOptions& options)
    : LabeledImages(load(root, mode, options)) {}

}  // namespace hearth::datasets
