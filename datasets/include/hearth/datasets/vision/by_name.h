// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hearth/datasets/vision/labeled_images.h"
#include "hearth/datasets/vision/picture_dataset.h"
#include "hearth/hub/download.h"

namespace hearth::datasets {

/// A data set of pictures by its name (see picture_dataset_names), or those of a path: a folder of
/// classes (folder_pictures), a list (.csv, .tsv, listed_pictures), or tar archives (.tar, a folder
/// of such, a pattern with braces, archived_pictures). Nothing is downloaded unless
/// `options.download()`. Throws ValueError for a name that is none, FileError and FormatError.
HEARTH_API std::shared_ptr<vision::PictureSource> pictures(const std::string& name_or_path,
                                                           Mode mode,
                                                           const PictureOptions& options = {});

/// A published data set of pictures.
struct PictureDatasetInfo {
  std::string name, about;
  /// What its authors allow, in a few words.
  std::string licence;
  /// Pictures to train and to test (none: the options say which), and classes.
  int64_t train = 0, test = 0, classes = 0;
  /// What is downloaded, about; 0 if nothing is.
  double megabytes = 0;
  /// Whether it is images of one size, which labeled_images keeps in memory.
  bool in_memory = false;
};

/// All there are: caltech101, cifar10, cifar100, country211, digits ...
HEARTH_API const std::vector<PictureDatasetInfo>& picture_datasets();
/// Their names, which `pictures` knows.
HEARTH_API std::vector<std::string> picture_dataset_names();
/// Whether that is a path: it has a slash, or is a file or folder and no data set's name.
HEARTH_API bool is_picture_path(const std::string& name_or_path);

/// A file that a data set is downloaded as.
struct PictureDatasetFile {
  hub::RemoteFile file;
  /// Where it is kept.
  std::string path;
  /// Whether what it holds lies there unpacked, so that it is not needed.
  bool unpacked = false;
};

/// Those of one of these names, in the cache or in `root`. ValueError for another one.
HEARTH_API std::vector<PictureDatasetFile> picture_dataset_files(const std::string& name,
                                                                 const std::string& root = "");
/// Whether a data set can be opened without a download. ValueError for another name.
HEARTH_API bool is_picture_dataset_present(const std::string& name, const std::string& root = "");
/// Fetches what is missing of it, unpacks it and opens it. Throws ValueError, NetworkError,
/// FileError and FormatError.
HEARTH_API void download_picture_dataset(const std::string& name, const std::string& root = "");

struct LabeledImagesOptions {
  /// Pictures of any size become squares of so many pixels.
  HEARTH_ARG(int64_t, size) = 32;
  /// What the shorter side of a picture becomes, before the middle of it is cut out; 0: the whole
  /// picture is filled up to a square with the shade of its border, as vision::fit does.
  HEARTH_ARG(int64_t, resize_size) = 0;
  HEARTH_ARG(PictureOptions, pictures);
};

/// The names of data sets that are images of one size, which labeled_images keeps in memory.
HEARTH_API std::vector<std::string> labeled_images_names();
/// A data set of these by name; or any other pictures, all scaled to one size.
HEARTH_API LabeledImages labeled_images(const std::string& name_or_path, Mode mode,
                                        const LabeledImagesOptions& options = {});

}  // namespace hearth::datasets
