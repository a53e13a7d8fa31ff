// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hearth/vision/classification/picture_source.h"

namespace hearth::datasets {

/// A file and the class of what it shows.
struct PictureFile {
  std::string path;
  int64_t target = 0;
};

/// Pictures in files, read and decoded when they are asked for. `picture` has the channels that the
/// file has.
class HEARTH_API PictureFiles : public vision::PictureSource {
 public:
  /// Throws FormatError, naming `source`, for a target that is no index into `classes`.
  PictureFiles(const std::string& source, std::vector<PictureFile> files,
               std::vector<std::string> classes);

  size_t size() const override { return files_.size(); }
  const std::vector<std::string>& classes() const override { return classes_; }
  int64_t target(size_t index) const override { return file(index).target; }
  std::string name(size_t index) const override { return file(index).path; }
  Tensor encoded(size_t index) const override;
  Tensor picture(size_t index) const override;

  /// Throws IndexError.
  const PictureFile& file(size_t index) const;

 private:
  std::vector<PictureFile> files_;
  std::vector<std::string> classes_;
};

/// The endings of picture files, torchvision's IMG_EXTENSIONS: ".jpg", ".jpeg", ".png", ".ppm",
/// ".bmp", ".pgm", ".tif", ".tiff", ".webp".
HEARTH_API const std::vector<std::string>& picture_extensions();

}  // namespace hearth::datasets
