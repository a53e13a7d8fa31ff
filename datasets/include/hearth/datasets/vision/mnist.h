// SPDX-License-Identifier: Apache-2.0
// MNIST and the data sets that came in its form: 28x28 gray images in idx files.
#pragma once

#include <string>

#include "hearth/datasets/vision/labeled_images.h"
#include "hearth/hub/download.h"

namespace hearth::datasets {

/// Handwritten digits; 60,000 images to train, 10,000 to test. `root` holds the four idx files,
/// plain or gzipped; empty means the cache (cache_folder("mnist")). With `download`, missing ones
/// are fetched there; otherwise they throw FileError.
class HEARTH_API MNIST : public LabeledImages {
 public:
  explicit MNIST(const std::string& root = "", Mode mode = Mode::kTrain, bool download = false);
};

/// Articles of clothing, otherwise as MNIST. Where the cache lacks it, Debian's package
/// dataset-fashion-mnist serves as well.
class HEARTH_API FashionMNIST : public LabeledImages {
 public:
  explicit FashionMNIST(const std::string& root = "", Mode mode = Mode::kTrain,
                        bool download = false);
};

/// Cursive Japanese characters (Kuzushiji), otherwise as MNIST.
class HEARTH_API KMNIST : public LabeledImages {
 public:
  explicit KMNIST(const std::string& root = "", Mode mode = Mode::kTrain, bool download = false);
};

/// Handwritten digits and letters. `split` is byclass (62 classes, 814,255 images), bymerge (47),
/// balanced (47, 131,600 images), letters (26 after an unused class 0), digits or mnist. The files
/// store images mirrored along the diagonal; here they are upright (torchvision leaves them).
/// Downloading takes 560 MB for all splits together.
class HEARTH_API EMNIST : public LabeledImages {
 public:
  explicit EMNIST(const std::string& root = "", const std::string& split = "balanced",
                  Mode mode = Mode::kTrain, bool download = false);
};

/// What is downloaded for "mnist", "fashion-mnist", "kmnist" or "emnist"; nothing for other names.
HEARTH_API std::vector<hub::RemoteFile> mnist_files(const std::string& name);

}  // namespace hearth::datasets
