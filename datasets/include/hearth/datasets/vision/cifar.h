// SPDX-License-Identifier: Apache-2.0
// Small photographs of 32 x 32 pixels (A. Krizhevsky, 2009).
#pragma once

#include <string>

#include "hearth/datasets/vision/labeled_images.h"

namespace hearth::datasets {

/// 10 classes of animals and vehicles; 50,000 images to train, 10,000 to test. `root` holds
/// cifar-10-batches-bin or cifar-10-batches-py, the versions for C and for Python; empty: the cache
/// (cache_folder("cifar10")). With `download`, the latter is fetched if both are missing (170 MB);
/// otherwise that throws FileError.
class HEARTH_API CIFAR10 : public LabeledImages {
 public:
  explicit CIFAR10(const std::string& root = "", Mode mode = Mode::kTrain, bool download = false);
};

/// 100 classes, otherwise as CIFAR10: cifar-100-binary or cifar-100-python. Targets are the fine
/// labels.
class HEARTH_API CIFAR100 : public LabeledImages {
 public:
  explicit CIFAR100(const std::string& root = "", Mode mode = Mode::kTrain, bool download = false);
};

/// A file of CIFAR.
struct CifarBatch {
  Tensor images;   ///< uint8 [N, 3, 32, 32]
  Tensor targets;  ///< int64 [N]
};

/// A file of the version for C: records of `labels` bytes, of which the last is taken (CIFAR-100's
/// have a coarse and a fine label), and 3072 samples. Throws FileError and FormatError.
HEARTH_API CifarBatch read_cifar(const std::string& path, int64_t labels = 1);
/// A file of the version for Python, a pickle; `labels` is the key of the targets: "labels",
/// "fine_labels", "coarse_labels".
HEARTH_API CifarBatch read_cifar_pickle(const std::string& path,
                                        const std::string& labels = "labels");

}  // namespace hearth::datasets
