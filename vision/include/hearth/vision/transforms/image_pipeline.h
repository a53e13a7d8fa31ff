// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/base/dtype.h"
#include "hearth/base/generator.h"
#include "hearth/vision/transforms/modes.h"
#include "hearth/vision/types.h"

namespace hearth::vision {
class PictureSource;
}

namespace hearth::vision::transforms {

/// Options of ImagePipeline. As they are, the middle of a picture as it is, normalized as ImageNet.
struct ImagePipelineOptions {
  ImagePipelineOptions(int64_t size = 224) : size_({size, size}) {}
  ImagePipelineOptions(Size size) : size_(size) {}

  /// Of the results.
  HEARTH_ARG(Size, size);
  HEARTH_ARG(InterpolationMode, interpolation) = InterpolationMode::Bilinear;
  /// RandomResizedCrop's: a random part of the picture's area ...
  using Range = std::pair<double, double>;
  HEARTH_ARG(std::optional<Range>, scale);
  /// ... of a random width to height.
  HEARTH_ARG(Range, ratio) = {3.0 / 4, 4.0 / 3};
  /// Without scale: the shorter edge that a picture gets before `size` is cut out of it, of both
  /// its edges the same as `size`, with `stretch`. Neither: it keeps its size.
  HEARTH_ARG(std::optional<int64_t>, resize_size);
  HEARTH_ARG(bool, stretch) = false;
  /// RandomCrop's: pixels of 0 around the picture, of which a random part is cut out; without it,
  /// the middle.
  HEARTH_ARG(std::optional<int64_t>, padding);
  /// The probability that left and right change places.
  HEARTH_ARG(double, horizontal_flip) = 0;
  /// Of each channel in [0, 1]; one or three, which is how many channels results have.
  HEARTH_ARG(std::vector<double>, mean) = {0.485, 0.456, 0.406};
  HEARTH_ARG(std::vector<double>, std) = {0.229, 0.224, 0.225};
};

/// What of a picture becomes an input: a part of it gets the size `resized`, of which the window at
/// (window_top, window_left) is the input; what lies outside is 0.
struct ImageView {
  int64_t top = 0, left = 0, height = 0, width = 0;
  Size resized;
  int64_t window_top = 0, window_left = 0;
  bool flip = false;
};

/// From the bytes of a picture's file into a batch's memory, in one go: as much as is needed is
/// decoded, cropped, resized, mirrored and normalized, without a tensor between. Pixels are those
/// of the transforms one by one; normalized numbers within 1e-6.
///
///     ImagePipeline train(ImagePipelineOptions(224).scale({{0.08, 1}}).horizontal_flip(0.5));
///     Tensor batch = empty({64, 3, 224, 224});
///     for (int64_t i = 0; i < 64; ++i) train.run(source, indices[i], generator, batch[i]);
///
/// May be used by several threads at once; each keeps a decoder and buffers of its own.
class HEARTH_API ImagePipeline {
 public:
  explicit ImagePipeline(ImagePipelineOptions options);

  const ImagePipelineOptions& options() const { return options_; }
  int64_t channels() const { return static_cast<int64_t>(scale_.size()); }

  /// Draws what is taken of a picture of this size.
  ImageView sample(Size picture, Generator& generator) const;

  /// Fills `out`, [C, H, W], planar or channels last, of float, half or bfloat16, or of uint8,
  /// which then isn't normalized. `pixels` are uint8 [C, H, W] on the host, gray or as many
  /// channels.
  void run(const Tensor& pixels, const ImageView& view, const Tensor& out) const;
  /// The same of a file's bytes, turned upright; `name` is for messages. Throws FormatError.
  void run_encoded(const Tensor& bytes, Generator& generator, const Tensor& out,
                   const std::string& name = "the picture") const;
  /// A picture of a source, as its file or its pixels, whichever it has.
  void run(const PictureSource& source, size_t index, Generator& generator,
           const Tensor& out) const;

 private:
  ImagePipelineOptions options_;
  std::vector<float> scale_, bias_;  ///< byte * scale + bias
};

}  // namespace hearth::vision::transforms
