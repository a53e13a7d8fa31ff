// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <map>
#include <unordered_map>

#include "hearth/base/error.h"
#include "hearth/data/readers/lines.h"
#include "hearth/datasets/mat.h"
#include "hearth/datasets/vision/picture_files.h"
#include "hearth/datasets/vision/published_pictures.h"
#include "hearth/io/pickle.h"

#include "class_names.h"
#include "listing.h"
#include "vision/folder_sets.h"
#include "vision/sources.h"

namespace hearth::datasets {
namespace {

namespace fs = std::filesystem;

bool exists(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

/// What is known of the classes.
struct Synsets {
  /// The first name of each WordNet ID.
  std::map<std::string, std::string> names;
  /// The IDs by the devkit's numbers, from 1.
  std::vector<std::string> numbered;
};

std::string first_name(const std::string& words) { return words.substr(0, words.find(", ")); }

/// Kaggle's: "n01440764 tench, Tinca tinca".
Synsets of_mapping(const std::string& path) {
  Synsets synsets;
  for (const std::string& line : listing::lines(path)) {
    const size_t blank = line.find(' ');
    HEARTH_CHECK_AS(FormatError, blank != std::string::npos, "[", path,
                    "] expected lines like n01440764 tench, Tinca tinca, got '", line, "'");
    synsets.names[line.substr(0, blank)] = first_name(line.substr(blank + 1));
  }
  return synsets;
}

/// The devkit's. Its classes are the synsets without children, which have the first numbers.
Synsets of_devkit(const std::string& path) {
  const MatFile file(path);
  const MatValue& all = file.at("synsets");
  HEARTH_CHECK_AS(FormatError, all.kind == MatValue::Kind::Struct && !all.fields.empty(), "[", path,
                  "] expected structs named synsets");
  const auto number = [&](size_t i, const char* field) {
    const MatValue& value = all.field(field, i);
    HEARTH_CHECK_AS(FormatError, value.kind == MatValue::Kind::Array && value.array.numel() == 1,
                    "[", path, "] expected a number ", field, " of each synset");
    return value.array.to(kLong).item<int64_t>();
  };
  std::map<int64_t, std::string> by_number;
  Synsets synsets;
  for (size_t i = 0; i < all.elements.size() / all.fields.size(); ++i) {
    if (number(i, "num_children") != 0) continue;
    const std::string& id = all.field("WNID", i).text;
    by_number[number(i, "ILSVRC2012_ID")] = id;
    synsets.names[id] = first_name(all.field("words", i).text);
  }
  for (const auto& [n, id] : by_number) {
    HEARTH_CHECK_AS(FormatError, n == static_cast<int64_t>(synsets.numbered.size()) + 1, "[", path,
                    "] expected classes numbered from 1, got ", n);
    synsets.numbered.push_back(id);
  }
  return synsets;
}

/// torchvision's, ({ID: (name, ...)}, [ID of each picture of val]).
Synsets of_meta(const std::string& path) {
  Synsets synsets;
  const auto parts = pickle::load(path).elements();
  HEARTH_CHECK_AS(FormatError, !parts.empty(), "[", path, "] expected names of IDs");
  for (const auto& [id, names] : parts[0].items()) {
    const auto all = names.elements();
    synsets.names[id.toStringRef()] = all.empty() ? id.toStringRef() : all[0].toStringRef();
  }
  return synsets;
}

Synsets find_synsets(const std::string& root, const std::string& devkit) {
  if (exists(root + "/LOC_synset_mapping.txt")) return of_mapping(root + "/LOC_synset_mapping.txt");
  if (exists(devkit + "/data/meta.mat")) return of_devkit(devkit + "/data/meta.mat");
  if (exists(root + "/meta.bin")) return of_meta(root + "/meta.bin");
  return {};
}

/// The ID of each picture of val, by its name without ending, from Kaggle's list.
std::unordered_map<std::string, std::string> of_solution(const std::string& path) {
  using namespace data::readers;
  CsvReader rows(path, CsvOptions().longest_row(1 << 16));
  const size_t name = rows.column("ImageId"), boxes = rows.column("PredictionString");
  std::unordered_map<std::string, std::string> ids;
  while (const CsvReader::Row* row = rows.next())
    ids.emplace((*row)[name], (*row)[boxes].substr(0, (*row)[boxes].find(' ')));
  return ids;
}

/// The same from the devkit, whose list has a number for each picture in the order of names.
std::unordered_map<std::string, std::string> of_ground_truth(
    const std::string& path, const Synsets& synsets, const std::vector<std::string>& files) {
  const std::vector<std::string> numbers = listing::lines(path);
  HEARTH_CHECK_AS(FormatError, numbers.size() == files.size(), "[", path, "] has ", numbers.size(),
                  " numbers for ", files.size(), " pictures");
  std::unordered_map<std::string, std::string> ids;
  for (size_t i = 0; i < files.size(); ++i) {
    const int64_t n = listing::number(numbers[i], path);
    HEARTH_CHECK_AS(FormatError, n >= 1 && n <= static_cast<int64_t>(synsets.numbered.size()), "[",
                    path, "] has the class ", n, ", there are ", synsets.numbered.size());
    ids.emplace(fs::path(files[i]).stem(), synsets.numbered[static_cast<size_t>(n) - 1]);
  }
  return ids;
}

/// Pictures that lie beside each other.
std::shared_ptr<vision::PictureSource> flat(const std::string& root, const std::string& folder,
                                            const std::string& devkit, const Synsets& synsets) {
  const std::vector<std::string> names = listing::files(folder, ".JPEG");
  const std::string solution = root + "/LOC_val_solution.csv";
  const std::string truth = devkit + "/data/ILSVRC2012_validation_ground_truth.txt";
  HEARTH_CHECK_AS(FileError, exists(solution) || exists(truth), "[", folder,
                  "] has no folders of classes, and there is neither ", solution, " nor ", truth);
  const auto ids =
      exists(solution) ? of_solution(solution) : of_ground_truth(truth, synsets, names);
  std::vector<std::string> labels, classes;
  for (const std::string& name : names) {
    const auto id = ids.find(fs::path(name).stem());
    HEARTH_CHECK_AS(FormatError, id != ids.end(), "[", folder, "/", name, "] has no class in ",
                    exists(solution) ? solution : truth);
    labels.push_back(id->second);
  }
  for (const auto& [id, name] : synsets.names) classes.push_back(id);
  const std::vector<int64_t> targets = index_labels(labels, classes);
  std::vector<PictureFile> files;
  for (size_t i = 0; i < names.size(); ++i) files.push_back({folder + "/" + names[i], targets[i]});
  for (std::string& id : classes)
    if (const auto known = synsets.names.find(id); known != synsets.names.end()) id = known->second;
  return std::make_shared<PictureFiles>(folder, std::move(files), std::move(classes));
}

std::shared_ptr<vision::PictureSource> open(const std::string& root, const std::string& split) {
  HEARTH_CHECK_AS(ValueError, split == "train" || split == "val",
                  "[imagenet] expected a split of train, val, got '", split, "'");
  std::string folder = root + "/" + split;
  if (!exists(folder)) folder = root + "/ILSVRC/Data/CLS-LOC/" + split;
  HEARTH_CHECK_AS(FileError, exists(folder), "[imagenet] there is no folder ", root, "/", split,
                  "; it cannot be downloaded by programs: put it there (image-net.org)");
  const std::string devkit = root + "/ILSVRC2012_devkit_t12";
  const Synsets synsets = find_synsets(root, devkit);
  if (listing::folders(folder).empty()) return flat(root, folder, devkit, synsets);
  return named_folders(folder, synsets.names);
}

}  // namespace

ImageNet::ImageNet(const std::string& root, const std::string& split)
    : PictureDataset(open(root, split)) {}

}  // namespace hearth::datasets
