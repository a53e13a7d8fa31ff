// SPDX-License-Identifier: Apache-2.0
// The pretrained models that Hearth knows by name, as data.
#pragma once

#include <map>
#include <memory>
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
  /// Whether it is what torchvision calls DEFAULT: the best of its architecture.
  bool is_default = false;
  std::string task, architecture, dataset, licence, recipe;
  /// An address, or "built in" for weights that are part of this library.
  std::string source;
  /// How the SHA-256 of the file begins; torchvision gives 8 digits.
  std::string sha256;
  double mebibytes = 0;
  int64_t parameters = 0;
  /// The names of its classes, which entries of one data set share.
  std::shared_ptr<const std::vector<std::string>> categories;
  /// By data set and measure: metrics["ImageNet-1K"]["acc@1"] is 69.758.
  std::map<std::string, std::map<std::string, double>> metrics;

  /// Of images: channels, height and width, the side that pictures are scaled to before the middle
  /// is cut out (0: none), how they are scaled ("bilinear" or "bicubic"), and the normalization.
  int64_t channels = 0, height = 0, width = 0, resize_size = 0;
  std::string interpolation = "bilinear";
  std::vector<double> mean, stddev;

  /// Of sounds: samples a second, and how many a clip has.
  int64_t sample_rate = 0, samples = 0;

  bool built_in() const { return source == "built in"; }
};

/// All of them, in the order of their names.
HEARTH_API const std::vector<Entry>& entries();
/// The one of a name or alias ("resnet50-imagenet1k-v2", "ResNet50_Weights.IMAGENET1K_V2",
/// "ResNet50_Weights.DEFAULT"); null for another.
HEARTH_API const Entry* find(const std::string& name);
/// Weights of an architecture: any name or alias of its entries, "IMAGENET1K_V2" alone, or
/// "DEFAULT". Throws ValueError, which names those that there are.
HEARTH_API const Entry& find_weights(const std::string& architecture, const std::string& weights);

/// What is known of a model, a line for each thing; printed before its weights are downloaded.
HEARTH_API std::string describe(const Entry& entry);

}  // namespace hearth::pretrained
