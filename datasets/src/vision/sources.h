// SPDX-License-Identifier: Apache-2.0
// Where published data sets of pictures are found. Addresses and checksums are torchvision's.
#pragma once

#include <string>
#include <vector>

#include "archives.h"

namespace hearth::datasets::sources {

Archive cifar10();
Archive cifar100();
/// Throws ValueError for another split than train, test and extra.
hub::RemoteFile svhn(const std::string& split);
Archive stl10();

Archive pet_images();
Archive pet_annotations();
Archive flower_images();
hub::RemoteFile flower_labels();
hub::RemoteFile flower_splits();
Archive food101();
/// Throws ValueError for another size than full, 320px and 160px.
Archive imagenette(const std::string& size);
Archive eurosat();
Archive dtd();
Archive gtsrb_training();
Archive gtsrb_test();
/// A file in an archive: see find_member.
Archive gtsrb_test_labels();
Archive fgvc_aircraft();
Archive country211();
/// The archive of images, which is a file in another one.
Archive caltech101_packed();
Archive caltech101();

/// A file that a data set is downloaded as.
struct Part {
  hub::RemoteFile file;
  /// Where it is kept below the root.
  std::string folder;
  /// Paths below the root (or others), any of which has what it holds.
  std::vector<std::string> unpacked;
};

/// All files of a data set by its name in picture_datasets(); none for one that is not downloaded.
std::vector<Part> parts_of(const std::string& name);

}  // namespace hearth::datasets::sources
