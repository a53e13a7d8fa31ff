// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/data/datasets.h"
#include "hearth/datasets/mode.h"

namespace hearth::vision {
class PictureSource;
}

namespace hearth::datasets {

/// Images of one size with a class each, all in memory as bytes: the base of the data sets below.
/// `get(i)` gives {float [C, H, W] in [0, 1], int64 class index []}, as LibTorch's MNIST does.
class HEARTH_API LabeledImages : public data::datasets::Dataset<LabeledImages> {
 public:
  using Mode = ::hearth::datasets::Mode;  // MNIST::Mode::kTest, as LibTorch writes it

  /// pixels: uint8 [N, C, H, W]; targets: integers [N], each an index into classes. Throws
  /// FormatError, naming `source`, when they do not fit together.
  LabeledImages(const std::string& source, Tensor pixels, const Tensor& targets,
                std::vector<std::string> classes, Mode mode);

  data::Example<> get(size_t index) override;
  /// The same for several images at once, stacked.
  data::Example<> gather(ArrayRef<size_t> indices);
  std::optional<size_t> size() const override;

  bool is_train() const noexcept { return mode_ == Mode::kTrain; }
  /// All images as float [N, C, H, W] in [0, 1]; made anew by each call.
  Tensor images() const;
  /// The same as they are kept, uint8.
  const Tensor& pixels() const { return pixels_; }
  /// int64 [N].
  const Tensor& targets() const { return targets_; }
  /// The names of the classes, by index.
  const std::vector<std::string>& classes() const { return classes_; }
  /// The same for training and judging; shares their memory.
  std::shared_ptr<vision::PictureSource> pictures() const;

 private:
  class Source;

  std::string source_;
  Tensor pixels_, targets_;
  std::vector<std::string> classes_;
  Mode mode_;
};

}  // namespace hearth::datasets
