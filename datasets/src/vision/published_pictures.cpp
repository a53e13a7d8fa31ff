// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/vision/published_pictures.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <initializer_list>
#include <map>

#include "hearth/base/error.h"
#include "hearth/data/readers/jsonl.h"
#include "hearth/data/readers/lines.h"
#include "hearth/datasets/mat.h"
#include "hearth/datasets/vision/image_folder.h"
#include "hearth/datasets/vision/picture_files.h"
#include "hearth/vision/io/image.h"

#include "class_names.h"
#include "listing.h"
#include "vision/folder_sets.h"
#include "vision/sources.h"

namespace hearth::datasets {
namespace {

using PictureSourcePtr = std::shared_ptr<vision::PictureSource>;
const PictureOptions kWhole = PictureOptions().whole(true);

void check_split(const char* name, const std::string& split,
                 std::initializer_list<const char*> splits) {
  std::string known;
  for (const char* one : splits) {
    if (split == one) return;
    known += cat_str(known.empty() ? "" : ", ", one);
  }
  throw ValueError(cat_str("[", name, "] expected a split of ", known, ", got '", split, "'"));
}

/// "american_bulldog" as "American Bulldog".
std::string title(std::string name) {
  bool first = true;
  for (char& c : name) {
    if (c == '_') c = ' ';
    const auto letter = static_cast<unsigned char>(c);
    c = static_cast<char>(first ? std::toupper(letter) : std::tolower(letter));
    first = c == ' ';
  }
  return name;
}

PictureSourcePtr pets(const std::string& root, const std::string& split, bool download) {
  check_split("oxford-iiit-pet", split, {"trainval", "test"});
  const std::string images = find(sources::pet_images(), root, download);
  const std::string list = find(sources::pet_annotations(), root, download) + "/" + split + ".txt";
  std::vector<PictureFile> files;
  std::map<int64_t, std::string> breeds;
  for (const std::string& line : listing::lines(list)) {
    const auto fields = listing::split(line, " ");
    const size_t end = fields[0].rfind('_');
    HEARTH_CHECK_AS(FormatError, fields.size() == 4 && end != std::string::npos, "[", list,
                    "] expected lines like Abyssinian_100 1 1 1, got '", line, "'");
    const int64_t target = listing::number(fields[1], list) - 1;
    breeds[target] = title(fields[0].substr(0, end));
    files.push_back({cat_str(images, "/", fields[0], ".jpg"), target});
  }
  std::vector<std::string> classes;
  for (const auto& [target, breed] : breeds) classes.push_back(breed);
  return std::make_shared<PictureFiles>(list, std::move(files), std::move(classes));
}

/// Whole numbers of a MATLAB file's variable.
std::vector<int64_t> whole_numbers(const MatFile& file, const char* name, const std::string& path) {
  const MatValue& value = file.at(name);
  HEARTH_CHECK_AS(FormatError, value.kind == MatValue::Kind::Array, "[", path,
                  "] expected numbers ", name);
  const Tensor numbers = value.array.to(kLong).contiguous();
  const auto* p = numbers.const_data_ptr<int64_t>();
  return {p, p + numbers.numel()};
}

PictureSourcePtr flowers(const std::string& root, const std::string& split, bool download) {
  check_split("flowers102", split, {"train", "val", "test"});
  const std::string images = find(sources::flower_images(), root, download);
  const std::string label_file =
      find_file("flowers102", sources::flower_labels(), "flowers-102", root, download);
  const std::string split_file =
      find_file("flowers102", sources::flower_splits(), "flowers-102", root, download);
  const std::vector<int64_t> labels = whole_numbers(MatFile(label_file), "labels", label_file);
  const char* ids = split == "train" ? "trnid" : split == "val" ? "valid" : "tstid";
  std::vector<PictureFile> files;
  for (const int64_t id : whole_numbers(MatFile(split_file), ids, split_file)) {
    HEARTH_CHECK_AS(FormatError, id >= 1 && id <= static_cast<int64_t>(labels.size()), "[",
                    split_file, "] names image ", id, ", there are labels of ", labels.size());
    char name[32];
    std::snprintf(name, sizeof name, "/image_%05lld.jpg", static_cast<long long>(id));
    files.push_back({images + name, labels[static_cast<size_t>(id) - 1] - 1});
  }
  return std::make_shared<PictureFiles>(split_file, std::move(files),
                                        std::vector<std::string>{
#include "vision/flower_names.inc"
                                        });
}

PictureSourcePtr food(const std::string& root, const std::string& split, bool download) {
  check_split("food101", split, {"train", "test"});
  const std::string folder = find(sources::food101(), root, download);
  const std::string list = folder + "/meta/" + split + ".json";
  std::string text;
  for (const std::string& line : listing::lines(list)) text += line;
  const data::readers::JsonValue all(text, list);
  const std::vector<std::string> dishes = all.keys();
  std::vector<std::string> classes = dishes;
  std::sort(classes.begin(), classes.end());
  std::vector<PictureFile> files;
  for (const std::string& dish : dishes) {
    const auto target = std::lower_bound(classes.begin(), classes.end(), dish) - classes.begin();
    const data::readers::JsonValue names = all.at(dish);
    for (size_t i = 0; i < names.size(); ++i)
      files.push_back({cat_str(folder, "/images/", names.at(i).string(), ".jpg"), target});
  }
  return std::make_shared<PictureFiles>(list, std::move(files), std::move(classes));
}

PictureSourcePtr imagenette(const std::string& root, const std::string& split,
                            const std::string& size, bool download) {
  check_split("imagenette", split, {"train", "val"});
  static const std::map<std::string, std::string> kNames = {
      {"n01440764", "tench"},           {"n02102040", "English springer"},
      {"n02979186", "cassette player"}, {"n03000684", "chain saw"},
      {"n03028079", "church"},          {"n03394916", "French horn"},
      {"n03417042", "garbage truck"},   {"n03425413", "gas pump"},
      {"n03445777", "golf ball"},       {"n03888257", "parachute"}};
  const std::string folder = find(sources::imagenette(size), root, download) + "/" + split;
  return named_folders(folder, kNames);
}

PictureSourcePtr textures(const std::string& root, const std::string& split, int64_t partition,
                          bool download) {
  check_split("dtd", split, {"train", "val", "test"});
  HEARTH_CHECK_AS(ValueError, partition >= 1 && partition <= 10,
                  "[dtd] expected a partition from 1 to 10, got ", partition);
  const std::string folder = find(sources::dtd(), root, download);
  const std::string list = cat_str(folder, "/labels/", split, partition, ".txt");
  std::vector<std::string> names = listing::lines(list), labels, classes;
  for (const std::string& name : names) labels.push_back(name.substr(0, name.find('/')));
  const std::vector<int64_t> targets = index_labels(labels, classes);
  std::vector<PictureFile> files;
  for (size_t i = 0; i < names.size(); ++i)
    files.push_back({cat_str(folder, "/images/", names[i]), targets[i]});
  return std::make_shared<PictureFiles>(list, std::move(files), std::move(classes));
}

PictureSourcePtr signs(const std::string& root, const std::string& split, bool download) {
  check_split("gtsrb", split, {"train", "test"});
  if (split == "train")
    return folder_pictures(find(sources::gtsrb_training(), root, download), Mode::kTrain, kWhole);
  const std::string folder = find(sources::gtsrb_test(), root, download);
  const std::string list = find_member(sources::gtsrb_test_labels(), root, download);
  std::vector<std::string> classes;
  constexpr int64_t kKinds = 43;
  for (int64_t i = 0; i < kKinds; ++i) classes.push_back(cat_str(i < 10 ? "0000" : "000", i));
  using namespace data::readers;
  CsvReader rows(list, CsvOptions().delimiter(';').quote(0).longest_row(1 << 16));
  const size_t name = rows.column("Filename"), target = rows.column("ClassId");
  std::vector<PictureFile> files;
  while (const CsvReader::Row* row = rows.next())
    files.push_back(
        {cat_str(folder, "/", (*row)[name]), listing::number(std::string((*row)[target]), list)});
  return std::make_shared<PictureFiles>(list, std::move(files), std::move(classes));
}

PictureSourcePtr aircraft(const std::string& root, const std::string& split,
                          const std::string& level, bool download) {
  check_split("fgvc-aircraft", split, {"train", "val", "trainval", "test"});
  const char* names = level == "variant"        ? "variants"
                      : level == "family"       ? "families"
                      : level == "manufacturer" ? "manufacturers"
                                                : nullptr;
  HEARTH_CHECK_AS(ValueError, names,
                  "[fgvc-aircraft] expected an annotation_level of variant, family, manufacturer, "
                  "got '",
                  level, "'");
  const std::string folder = find(sources::fgvc_aircraft(), root, download) + "/data/";
  std::vector<std::string> classes = listing::lines(cat_str(folder, names, ".txt"));
  const std::string list = cat_str(folder, "images_", level, "_", split, ".txt");
  std::vector<std::string> labels;
  std::vector<PictureFile> files;
  for (const std::string& line : listing::lines(list)) {
    const size_t blank = line.find(' ');
    HEARTH_CHECK_AS(FormatError, blank != std::string::npos, "[", list,
                    "] expected lines like 1025794 707-320, got '", line, "'");
    labels.push_back(line.substr(blank + 1));
    files.push_back({cat_str(folder, "images/", line.substr(0, blank), ".jpg"), 0});
  }
  const std::vector<int64_t> targets = index_labels(labels, classes);
  for (size_t i = 0; i < files.size(); ++i) files[i].target = targets[i];
  return std::make_shared<PictureFiles>(list, std::move(files), std::move(classes));
}

PictureSourcePtr countries(const std::string& root, const std::string& split, bool download) {
  check_split("country211", split, {"train", "valid", "test"});
  return folder_pictures(find(sources::country211(), root, download) + "/" + split, Mode::kTrain,
                         kWhole);
}

}  // namespace

OxfordIIITPet::OxfordIIITPet(const std::string& root, const std::string& split, bool download)
    : PictureDataset(pets(root, split, download)) {}
Tensor OxfordIIITPet::trimap(size_t index) const {
  HEARTH_CHECK_AS(IndexError, index < pictures()->size(), "[oxford-iiit-pet] picture ", index,
                  " of ", pictures()->size());
  const std::filesystem::path picture(pictures()->name(index));
  const std::filesystem::path file = picture.parent_path().parent_path() / "annotations" /
                                     "trimaps" / (picture.stem().string() + ".png");
  return vision::io::read_image(file.string());
}
Flowers102::Flowers102(const std::string& root, const std::string& split, bool download)
    : PictureDataset(flowers(root, split, download)) {}
Food101::Food101(const std::string& root, const std::string& split, bool download)
    : PictureDataset(food(root, split, download)) {}
Imagenette::Imagenette(const std::string& root, const std::string& split, const std::string& size,
                       bool download)
    : PictureDataset(imagenette(root, split, size, download)) {}
EuroSAT::EuroSAT(const std::string& root, bool download)
    : PictureDataset(eurosat_pictures(root, Mode::kTrain, kWhole, download)) {}
DTD::DTD(const std::string& root, const std::string& split, int64_t partition, bool download)
    : PictureDataset(textures(root, split, partition, download)) {}
GTSRB::GTSRB(const std::string& root, const std::string& split, bool download)
    : PictureDataset(signs(root, split, download)) {}
FGVCAircraft::FGVCAircraft(const std::string& root, const std::string& split,
                           const std::string& annotation_level, bool download)
    : PictureDataset(aircraft(root, split, annotation_level, download)) {}
Country211::Country211(const std::string& root, const std::string& split, bool download)
    : PictureDataset(countries(root, split, download)) {}
Caltech101::Caltech101(const std::string& root, bool download)
    : PictureDataset(caltech101_pictures(root, Mode::kTrain, kWhole, download)) {}

}  // namespace hearth::datasets
