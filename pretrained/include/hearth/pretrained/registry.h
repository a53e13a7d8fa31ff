// SPDX-License-Identifier: Apache-2.0
// The pretrained models that Hearth knows by name, as data.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "hearth/base/macros.h"

namespace hearth::pretrained {

/// What Entry::task says of models that tell images, sounds or languages apart.
inline constexpr const char kImages[] = "image-classification", kSounds[] = "audio-classification",
                            kLanguages[] = "language-identification";

/// A pretrained model. What is not known is "none", or 0.
struct Entry {
  /// "resnet18-imagenet1k-v1".
  std::string name;
  /// What others call it: "ResNet18_Weights.IMAGENET1K_V1".
  std::string alias;
  std::string task, architecture, dataset, licence, recipe;
  /// An address, or "built in" for weights that are part of this library.
  std::string source;
  /// How the SHA-256 of the file begins; torchvision gives 8 digits.
  std::string sha256;
  double mebibytes = 0;
  int64_t parameters = 0;
  std::vector<std::string> categories;
  /// By data set and measure: metrics["ImageNet-1K"]["acc@1"] is 69.758.
  std::map<std::string, std::map<std::string, double>> metrics;

  /// Of images: channels, height and width, the side that pictures are scaled to before the middle
  /// is cut out (0: none), and the normalization.
  int64_t channels = 0, height = 0, width = 0, resize_size = 0;
  std::vector<double> mean, stddev;

  /// Of sounds: samples a second, and how many a clip has.
  int64_t sample_rate = 0, samples = 0;

  bool built_in() const { return source == "built in"; }
};

/// All of them, in the order of their names.
HEARTH_API const std::vector<Entry>& entries();
/// The one of a name or alias; null for another.
HEARTH_API const Entry* find(const std::string& name);

/// What is known of a model, a line for each thing; printed before its weights are downloaded.
HEARTH_API std::string describe(const Entry& entry);

}  // namespace hearth::pretrained
