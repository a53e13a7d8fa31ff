// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/data/datasets.h"
#include "hearth/data/readers/lines.h"
#include "hearth/datasets/mode.h"

namespace hearth::vision {
class PictureSource;
}

namespace hearth::datasets {

/// How pictures are found, and what is taken of them. What a kind of data set has no use for is
/// passed over.
struct PictureOptions {
  /// The part to take, by its name, instead of the mode's: "test" of a folder with train/, val/ and
  /// test/, or a split of a published data set.
  HEARTH_ARG(std::string, split);
  /// How much of each class is kept for testing, where nothing says what is for that.
  HEARTH_ARG(double, test_share) = 0.2;
  /// Names that choice.
  HEARTH_ARG(uint64_t, seed) = 0;
  /// All pictures, whatever the mode, where nothing says what is for testing.
  HEARTH_ARG(bool, whole) = false;
  /// Pictures that cannot be read: an error when they are asked for, or left out and told when the
  /// data set is opened, for which each picture is decoded once.
  HEARTH_ARG(data::readers::Broken, broken) = data::readers::Broken::Error;
  /// Whether the folder of a class may hold no picture.
  HEARTH_ARG(bool, allow_empty) = false;
  /// Which files of a folder are pictures; by default picture_extensions().
  HEARTH_ARG(std::vector<std::string>, extensions);
  /// The names of the classes of lists and archives, by index; by default the labels there are, in
  /// the order of their names (of their numbers, if all are).
  HEARTH_ARG(std::vector<std::string>, classes);
  /// Of a published data set: the folder of its files; empty: the cache.
  HEARTH_ARG(std::string, root);
  /// Fetches what is missing of a published data set.
  HEARTH_ARG(bool, download) = false;
};

/// Pictures of any size with a class each, read when they are asked for: the base of the data sets
/// of files. `get(i)` gives {float [3, H, W] in [0, 1], int64 class index []}; pictures that are
/// kept as pixels (MNIST) have the channels that they have. Copies share the source.
class HEARTH_API PictureDataset : public data::datasets::Dataset<PictureDataset> {
 public:
  using Mode = ::hearth::datasets::Mode;

  explicit PictureDataset(std::shared_ptr<vision::PictureSource> source);
  ~PictureDataset() override;

  /// Throws IndexError; FileError and FormatError, which name the picture.
  data::Example<> get(size_t index) override;
  std::optional<size_t> size() const override;

  /// The names of the classes, by index.
  const std::vector<std::string>& classes() const;
  /// int64 [N]; reads no picture.
  Tensor targets() const;
  /// The same for training and judging.
  const std::shared_ptr<vision::PictureSource>& pictures() const { return source_; }

 private:
  std::shared_ptr<vision::PictureSource> source_;
};

}  // namespace hearth::datasets
