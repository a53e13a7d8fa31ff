// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/audio/sounds.h"

#include <algorithm>
#include <filesystem>

#include "hearth/audio/io/load.h"
#include "hearth/base/error.h"
#include "hearth/data/readers/lines.h"

#include "archives.h"
#include "listing.h"

namespace hearth::datasets {

namespace fs = std::filesystem;
using namespace listing;

namespace {

struct Sounds {
  std::vector<SoundSample> samples;
  std::vector<std::string> classes;
};

/// Where a table has what.
struct Columns {
  const char *file, *fold, *target, *label;
  int64_t folds;
};

/// The sounds of a table; `path` says where one's file is.
template <typename Path>
Sounds read_table(const std::string& table, const Columns& columns,
                  const std::vector<int64_t>& folds, const Path& path) {
  for (const int64_t fold : folds)
    HEARTH_CHECK_AS(ValueError, fold >= 1 && fold <= columns.folds, "[", table, "] folds are 1 to ",
                    columns.folds, ", got ", fold);
  data::readers::CsvReader rows(table, data::readers::CsvOptions().longest_row(1 << 20));
  const size_t file = rows.column(columns.file), fold = rows.column(columns.fold);
  const size_t target = rows.column(columns.target), label = rows.column(columns.label);
  Sounds sounds;
  while (const auto* row = rows.next()) {
    SoundSample sample;
    const std::string name((*row)[file]);
    sample.fold = number(std::string((*row)[fold]), table);
    sample.target = number(std::string((*row)[target]), table);
    sample.label = (*row)[label];
    sample.path = path(name, sample.fold);
    constexpr int64_t kMostClasses = 1 << 16;
    HEARTH_CHECK_AS(FormatError, sample.target >= 0 && sample.target < kMostClasses, "[", table,
                    "] a class cannot have the number ", sample.target);
    if (static_cast<int64_t>(sounds.classes.size()) <= sample.target)
      sounds.classes.resize(static_cast<size_t>(sample.target) + 1);
    sounds.classes[static_cast<size_t>(sample.target)] = sample.label;
    if (folds.empty() || std::find(folds.begin(), folds.end(), sample.fold) != folds.end())
      sounds.samples.push_back(std::move(sample));
  }
  return sounds;
}

Sounds load_esc50(const std::string& root, const std::vector<int64_t>& folds, bool download) {
  hub::RemoteFile file = remote("https://github.com/karolpiczak/ESC-50/archive/master.zip", "");
  file.name = "ESC-50-master.zip";
  const std::string folder =
      find({"ESC50", std::move(file), "ESC-50-master", "ESC-50-master"}, root, download);
  return read_table(folder + "/meta/esc50.csv", {"filename", "fold", "target", "category", 5},
                    folds,
                    [&](const std::string& name, int64_t) { return folder + "/audio/" + name; });
}

Sounds load_urbansound(const std::string& root, const std::vector<int64_t>& folds, bool download) {
  hub::RemoteFile file = remote("https://zenodo.org/records/1203745/files/UrbanSound8K.tar.gz", "");
  file.checksum = {hub::Hash::Md5, "9aa69802bbf37fb986f71ec1483a196e"};
  const std::string folder =
      find({"UrbanSound8K", std::move(file), "UrbanSound8K", "UrbanSound8K"}, root, download);
  return read_table(folder + "/metadata/UrbanSound8K.csv",
                    {"slice_file_name", "fold", "classID", "class", 10}, folds,
                    [&](const std::string& name, int64_t fold) {
                      return cat_str(folder, "/audio/fold", fold, "/", name);
                    });
}

bool is_sound(const fs::path& path) {
  const auto& endings = audio::sound_extensions();
  std::string ending = path.extension().string();
  for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

Sounds load_folder(const std::string& root) {
  std::error_code unknown;
  HEARTH_CHECK_AS(FileError, fs::is_directory(root, unknown), "[", root, "] is no folder");
  Sounds sounds;
  sounds.classes = folders(root);
  HEARTH_CHECK_AS(FormatError, !sounds.classes.empty(), "[", root,
                  "] expected a folder for each class, there is none");
  for (size_t c = 0; c < sounds.classes.size(); ++c) {
    const fs::path folder = fs::path(root) / sounds.classes[c];
    std::vector<std::string> paths;
    std::error_code error;
    for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
         it.increment(error)) {
      if (it->path().filename().string().starts_with('.')) {
        it.disable_recursion_pending();
      } else if (it->is_regular_file(unknown) && is_sound(it->path())) {
        paths.push_back(it->path().string());
      }
    }
    HEARTH_CHECK_AS(FileError, !error, "[", folder.string(), "] cannot be read: ", error.message());
    std::sort(paths.begin(), paths.end());
    for (std::string& path : paths) {
      SoundSample sample;
      sample.path = std::move(path);
      sample.target = static_cast<int64_t>(c);
      sample.label = sounds.classes[c];
      sounds.samples.push_back(std::move(sample));
    }
  }
  HEARTH_CHECK_AS(FormatError, !sounds.samples.empty(), "[", root,
                  "] holds no sound files in folders of classes");
  return sounds;
}

}  // namespace

SoundDataset::SoundDataset(std::vector<SoundSample> samples, std::vector<std::string> classes)
    : AudioDataset(std::move(samples)), classes_(std::move(classes)) {}

namespace {

SoundDataset as_dataset(Sounds sounds) {
  return {std::move(sounds.samples), std::move(sounds.classes)};
}

}  // namespace

ESC50::ESC50(const std::string& root, const std::vector<int64_t>& folds, bool download)
    : SoundDataset(as_dataset(load_esc50(root, folds, download))) {}

UrbanSound8K::UrbanSound8K(const std::string& root, const std::vector<int64_t>& folds,
                           bool download)
    : SoundDataset(as_dataset(load_urbansound(root, folds, download))) {}

AudioFolder::AudioFolder(const std::string& root) : SoundDataset(as_dataset(load_folder(root))) {}

}  // namespace hearth::datasets
