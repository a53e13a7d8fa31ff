// SPDX-License-Identifier: Apache-2.0
// Published data sets of photographs, read when they are asked for. Names, splits, files and
// sources are torchvision's; `root` holds what its classes leave there, and an empty one is the
// cache (cache_folder(NAME)). An archive that lies in the root is unpacked; with `download`, a
// missing one is fetched. Otherwise what is missing throws FileError, which says what to put where.
#pragma once

#include <string>

#include "hearth/datasets/vision/picture_dataset.h"

namespace hearth::datasets {

/// Cats and dogs of 37 breeds (O. Parkhi et al., 2012): 3,680 (trainval) and 3,669 (test). 0.8 GB.
class HEARTH_API OxfordIIITPet : public PictureDataset {
 public:
  explicit OxfordIIITPet(const std::string& root = "", const std::string& split = "trainval",
                         bool download = false);
  /// Where the animal of a picture is, uint8 [1, H, W]: 1 on it, 2 beside it, 3 on its border.
  /// Throws IndexError, and FileError and FormatError, which name the file.
  Tensor trimap(size_t index) const;
};

/// 102 kinds of flowers (M. Nilsback, A. Zisserman, 2008): 1,020 (train), 1,020 (val), 6,149
/// (test). 0.3 GB.
class HEARTH_API Flowers102 : public PictureDataset {
 public:
  explicit Flowers102(const std::string& root = "", const std::string& split = "train",
                      bool download = false);
};

/// 101 dishes (L. Bossard et al., 2014): 75,750 (train) and 25,250 (test). 5 GB.
class HEARTH_API Food101 : public PictureDataset {
 public:
  explicit Food101(const std::string& root = "", const std::string& split = "train",
                   bool download = false);
};

/// Ten easy classes of ImageNet (fast.ai, 2019): 9,469 (train) and 3,925 (val). `size` is full (1.6
/// GB), 320px (0.3 GB) or 160px (0.1 GB), the shorter side.
class HEARTH_API Imagenette : public PictureDataset {
 public:
  explicit Imagenette(const std::string& root = "", const std::string& split = "train",
                      const std::string& size = "full", bool download = false);
};

/// What the ground is used for, seen from a satellite (P. Helber et al., 2019): 27,000 pictures of
/// 64 x 64 pixels in 10 classes, without a part for testing. 0.1 GB.
class HEARTH_API EuroSAT : public PictureDataset {
 public:
  explicit EuroSAT(const std::string& root = "", bool download = false);
};

/// Textures in 47 words (M. Cimpoi et al., 2014): 1,880 each of train, val and test, divided in ten
/// ways, of which `partition` (1 to 10) is one. 0.6 GB.
class HEARTH_API DTD : public PictureDataset {
 public:
  explicit DTD(const std::string& root = "", const std::string& split = "train",
               int64_t partition = 1, bool download = false);
};

/// German traffic signs of 43 kinds (J. Stallkamp et al., 2011): 26,640 (train) and 12,630 (test).
/// 0.3 GB.
class HEARTH_API GTSRB : public PictureDataset {
 public:
  explicit GTSRB(const std::string& root = "", const std::string& split = "train",
                 bool download = false);
};

/// Aircraft (S. Maji et al., 2013): 3,334 (train), 3,333 (val), 6,667 (trainval), 3,333 (test).
/// `annotation_level` is variant (100 classes), family (70) or manufacturer (30). 2.7 GB.
class HEARTH_API FGVCAircraft : public PictureDataset {
 public:
  explicit FGVCAircraft(const std::string& root = "", const std::string& split = "trainval",
                        const std::string& annotation_level = "variant", bool download = false);
};

/// Photographs of 211 countries (A. Radford et al., 2021): 31,650 (train), 10,550 (valid), 21,100
/// (test). 11 GB.
class HEARTH_API Country211 : public PictureDataset {
 public:
  explicit Country211(const std::string& root = "", const std::string& split = "train",
                      bool download = false);
};

/// Objects of 101 kinds (F. Li et al., 2004): 8,677 pictures, without a part for testing. 0.1 GB.
class HEARTH_API Caltech101 : public PictureDataset {
 public:
  explicit Caltech101(const std::string& root = "", bool download = false);
};

/// ImageNet's challenge of 2012: 1,281,167 (train) and 50,000 (val) in 1,000 classes. It cannot be
/// downloaded by programs: `root` holds train/ and val/ with a folder for each WordNet ID, or what
/// Kaggle's archive unpacks to (ILSVRC/, LOC_synset_mapping.txt, LOC_val_solution.csv). Pictures
/// that lie in val/ itself get their classes from that .csv or from the devkit
/// (ILSVRC2012_devkit_t12/). Classes have the first of their names, by the mapping, the devkit or
/// torchvision's meta.bin; without these, the ID.
class HEARTH_API ImageNet : public PictureDataset {
 public:
  explicit ImageNet(const std::string& root, const std::string& split = "train");
};

}  // namespace hearth::datasets
