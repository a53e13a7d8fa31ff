// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/vision/picture_files.h"

#include "hearth/base/error.h"
#include "hearth/vision/io/image.h"

#include "vision/decode.h"

namespace hearth::datasets {

PictureFiles::PictureFiles(const std::string& source, std::vector<PictureFile> files,
                           std::vector<std::string> classes)
    : files_(std::move(files)), classes_(std::move(classes)) {
  const auto n = static_cast<int64_t>(classes_.size());
  for (const PictureFile& file : files_)
    HEARTH_CHECK_AS(FormatError, file.target >= 0 && file.target < n, "[", source, "] ", file.path,
                    " has class ", file.target, ", there are ", n);
}

const PictureFile& PictureFiles::file(size_t index) const {
  HEARTH_CHECK_AS(IndexError, index < files_.size(), "[PictureFiles] picture ", index, " of ",
                  files_.size());
  return files_[index];
}

Tensor PictureFiles::encoded(size_t index) const { return vision::io::read_file(file(index).path); }

Tensor PictureFiles::picture(size_t index) const {
  return decode(encoded(index), file(index).path);
}

const std::vector<std::string>& picture_extensions() {
  static const std::vector<std::string> all = {".jpg", ".jpeg", ".png",  ".ppm", ".bmp",
                                               ".pgm", ".tif",  ".tiff", ".webp"};
  return all;
}

}  // namespace hearth::datasets
