// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "hearth/ops/creation.h"
#include "hearth/vision/classification/picture_source.h"

namespace hearth {

/// Pictures of several sizes, red or green with stripes, in turn.
class ColoredPictures final : public vision::PictureSource {
 public:
  explicit ColoredPictures(size_t size) : size_(size) {}
  size_t size() const override { return size_; }
  const std::vector<std::string>& classes() const override { return classes_; }
  int64_t target(size_t index) const override { return static_cast<int64_t>(index % 2); }
  std::string name(size_t index) const override { return "picture " + std::to_string(index); }
  Tensor picture(size_t index) const override {
    const auto h = static_cast<int64_t>(20 + index % 5), w = static_cast<int64_t>(24 + index % 3);
    Tensor image = zeros({3, h, w}, TensorOptions(kByte));
    auto* p = image.data_ptr<uint8_t>() + target(index) * h * w;
    for (int64_t i = 0; i < h * w; ++i) p[i] = static_cast<uint8_t>(160 + 10 * (i % 7));
    return image;
  }

 private:
  size_t size_;
  std::vector<std::string> classes_{"red", "green"};
};

}  // namespace hearth
