// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hearth/tensor/tensor.h"

namespace hearth::vision {

/// Pictures with a class each, wherever they lie: in memory, in files of a folder, in an archive.
/// It is the form in which training and judging take every data set. All members may be called by
/// several threads at once.
class HEARTH_API PictureSource {
 public:
  virtual ~PictureSource();

  virtual size_t size() const = 0;
  /// The names of the classes, by index.
  virtual const std::vector<std::string>& classes() const = 0;
  /// The class of a picture, an index into classes(). Known without reading the picture.
  virtual int64_t target(size_t index) const = 0;
  /// What messages call a picture: its path, or "image 17 of mnist".
  virtual std::string name(size_t index) const = 0;

  /// The bytes of the picture's file, 1-d uint8, for decoders that read only a part of it;
  /// undefined where the picture is no file but pixels. Throws FileError.
  virtual Tensor encoded(size_t index) const;
  /// The decoded picture, uint8 [C, H, W], upright. Throws FileError and FormatError, which name
  /// it.
  virtual Tensor picture(size_t index) const = 0;
};

}  // namespace hearth::vision
