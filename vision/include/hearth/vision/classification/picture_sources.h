// SPDX-License-Identifier: Apache-2.0
// Sources of pictures made of other ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hearth/vision/classification/picture_source.h"

namespace hearth::vision {

using PictureSourcePtr = std::shared_ptr<PictureSource>;

/// The class of each picture, int64 [N]. Reads no picture.
HEARTH_API Tensor targets(const PictureSource& source);

/// Some pictures of a source, in the order of `indices`, one possibly several times. Throws
/// IndexError.
HEARTH_API PictureSourcePtr subset(PictureSourcePtr source, std::vector<size_t> indices);

/// The pictures of several sources, one source after the other. Throws ValueError unless all have
/// the same classes.
HEARTH_API PictureSourcePtr concatenated(std::vector<PictureSourcePtr> sources);

/// Pictures that cannot be read.
struct BrokenPictures {
  size_t count = 0;
  /// What the first of them complain of, at most five.
  std::vector<std::string> first;
};

/// A source without the pictures that cannot be decoded: each is tried once, by all threads. What
/// is left out is told in `broken`, or, where that is null, to the user.
HEARTH_API PictureSourcePtr without_broken(PictureSourcePtr source,
                                           BrokenPictures* broken = nullptr);

}  // namespace hearth::vision
