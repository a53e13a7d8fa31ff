// SPDX-License-Identifier: Apache-2.0
// Pictures that lists name, and those of tar archives.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "hearth/data/web_dataset.h"
#include "hearth/datasets/vision/picture_dataset.h"

namespace hearth::datasets {

/// The pictures that a .csv or .tsv file names, plain or gzipped, with a label each:
///
///     path,label,split
///     cats/1.jpg,cat,train
///     dogs/1.jpg,dog,val
///
/// Paths are relative to the list's folder. Columns are found by their names ("path", "file",
/// "filename", "image" ...; "label", "class", "category", "target"; "split"); without a header the
/// first is the path and the second the label. Where there is no "split", a share of each class is
/// for testing. Throws FileError and FormatError, which name list and line; also for a file that is
/// not there.
HEARTH_API std::shared_ptr<vision::PictureSource> listed_pictures(
    const std::string& path, Mode mode = Mode::kTrain, const PictureOptions& options = {});

/// The pictures of tar archives in WebDataset's convention: members of one name up to its first dot
/// belong together, a picture (jpg, png, webp ...) and its label, which is the text of .cls or what
/// "label", "cls", "class" or "target" is in .json. `path` is an archive, a pattern like
/// "shards/train-{000..146}.tar", or a folder of archives, whose names may begin with the part they
/// are of (train-000.tar, val-000.tar). Numbers are indices into `classes`, if that is given; else
/// the labels are the classes. Headers and labels are read at once, pictures in any order when they
/// are asked for; so the archives cannot be gzipped (data::WebDataset streams such). Throws
/// FileError and FormatError, which name archive and member.
HEARTH_API std::shared_ptr<vision::PictureSource> archived_pictures(
    const std::string& path, Mode mode = Mode::kTrain, const PictureOptions& options = {});

struct ShardPicture {
  Tensor picture;   ///< uint8 [C, H, W], upright
  std::string key;  ///< "train/0001"
  /// The other files of the sample by their extensions: {"cls": "3", "json": ...}.
  std::map<std::string, std::string> fields;
};

/// The picture of a sample that data::WebDataset streams: its first file whose ending is a
/// picture's. Throws FormatError, naming shard and key, if there is none or it is none.
HEARTH_API ShardPicture decode_picture(data::WebSample sample);

}  // namespace hearth::datasets
