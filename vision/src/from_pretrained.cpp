// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/from_pretrained.h"

#include <cmath>
#include <exception>
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "hearth/base/atomic_file.h"
#include "hearth/base/progress.h"
#include "hearth/data/readers/jsonl.h"
#include "hearth/io/tensor_file.h"

namespace hearth::vision {
namespace {

namespace fs = std::filesystem;
using data::readers::JsonValue;
using Kind = JsonValue::Kind;

constexpr const char* kWeights[] = {"model.safetensors", "model.safetensors.index.json",
                                    "pytorch_model.bin", "pytorch_model.bin.index.json"};

/// Files that make a model; empty where there is none.
struct Files {
  std::string config, preprocessor, weights;
};

bool exists(const std::string& path) {
  std::error_code none;
  return fs::exists(path, none);
}
bool is_folder(const std::string& path) {
  std::error_code none;
  return fs::is_directory(path, none);
}
std::string if_there(const fs::path& path) { return exists(path.string()) ? path.string() : ""; }

Files files_in(const fs::path& folder) {
  Files files{if_there(folder / "config.json"), if_there(folder / "preprocessor_config.json"), ""};
  for (const char* name : kWeights)
    if (files.weights.empty()) files.weights = if_there(folder / name);
  return files;
}

std::string all_weights() {
  std::string names;
  for (const char* name : kWeights) names += (names.empty() ? "" : ", ") + std::string(name);
  return names;
}

Files files_of_hub(const std::string& repository, const PretrainedOptions& options) {
  // Without the network, what the cache has is enough, if a program that asked for less filled it.
  std::exception_ptr missing;
  const auto get = [&](const char* name) -> std::string {
    try {
      return hub::try_file(repository, name, options.hub()).value_or("");
    } catch (const hub::LocalEntryNotFoundError&) {
      if (!missing) missing = std::current_exception();
      return "";
    }
  };
  try {
    Files files{get("config.json"), "", ""};
    if (missing) std::rethrow_exception(missing);
    files.preprocessor = get("preprocessor_config.json");
    if (!files.config.empty() && !options.weights().empty()) return files;
    missing = nullptr;
    for (const char* name : kWeights) {
      files.weights = get(name);
      if (!files.weights.empty()) break;
    }
    if (files.weights.empty() && missing) std::rethrow_exception(missing);
    if (files.weights.ends_with(".index.json")) {
      // The files that the index names lie beside it.
      const fs::path index(files.weights);
      hub::snapshot(repository,
                    {index.filename().string(), index.stem().stem().stem().string() + "-*"},
                    options.hub());
    }
    return files;
  } catch (const hub::GatedRepoError&) {
    throw;
  } catch (const NetworkError& e) {
    throw NetworkError(cat_str(e.what(), "\nNor is there a file or folder ", repository));
  }
}

JsonValue read_json(const std::string& path) {
  constexpr std::streamsize kLargest = 16 << 20;
  std::ifstream in(path, std::ios::binary);
  std::string text(static_cast<size_t>(kLargest) + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  HEARTH_CHECK_AS(FileError, !in.bad() && in.gcount() > 0, "[", path, "] cannot be read");
  HEARTH_CHECK_AS(FormatError, in.gcount() <= kLargest, "[", path, "] has more than ", kLargest,
                  " bytes");
  text.resize(static_cast<size_t>(in.gcount()));
  return JsonValue(text, path);
}

/// Looks a setting up in several objects, the first that has it.
class Settings {
 public:
  void add(const JsonValue& object) { objects_.push_back(object); }
  std::optional<JsonValue> find(std::initializer_list<const char*> names) const {
    for (const JsonValue& object : objects_)
      for (const char* name : names)
        if (object.contains(name) && !object.at(name).is_null()) return object.at(name);
    return std::nullopt;
  }

 private:
  std::vector<JsonValue> objects_;
};

/// Height and width, of 224, [224, 224] or {"height": 224, "width": 224}.
void read_size(const JsonValue& size, models::ImageShape& shape) {
  if (size.kind() == Kind::Array) {
    shape.height = size.at(0).integer();
    shape.width = size.at(size.size() - 1).integer();
  } else if (size.kind() == Kind::Object) {
    shape.height = size.at("height").integer();
    shape.width = size.at("width").integer();
  } else {
    shape.height = shape.width = size.integer();
  }
}

std::vector<std::string> read_classes(const Settings& settings, const std::string& path) {
  std::vector<std::string> classes;
  if (const auto names = settings.find({"id2label"})) {
    for (size_t i = 0; i < names->size(); ++i)
      classes.push_back(names->at(std::to_string(i)).string());
  } else if (const auto list = settings.find({"label_names"})) {
    for (size_t i = 0; i < list->size(); ++i) classes.push_back(list->at(i).string());
  } else if (const auto count = settings.find({"num_labels", "num_classes"})) {
    const int64_t n = count->integer();
    HEARTH_CHECK_AS(FormatError, n > 0 && n <= 100'000, "[", path, "] says there are ", n,
                    " classes");
    for (int64_t i = 0; i < n; ++i) classes.push_back(std::to_string(i));
  }
  HEARTH_CHECK_AS(FormatError, !classes.empty(), "[", path,
                  "] names no classes: expected \"id2label\", \"label_names\" or \"num_labels\"");
  return classes;
}

ClassifierSpec spec_of(const Files& files) {
  const std::string& path = files.config;
  const JsonValue config = read_json(path);
  HEARTH_CHECK_AS(FormatError, config.kind() == Kind::Object, "[", path,
                  "] expected an object, got ", to_string(config.kind()));
  Settings settings;
  settings.add(config);
  if (config.contains("pretrained_cfg")) settings.add(config.at("pretrained_cfg"));
  if (!files.preprocessor.empty()) settings.add(read_json(files.preprocessor));

  ClassifierSpec spec;
  const auto model = settings.find({"architecture", "model_type"});
  if (!model) {
    std::string known;
    for (const std::string& name : models::classifier_names())
      known += (known.empty() ? "" : ", ") + name;
    throw FormatError(
        cat_str("[", path, "] names no architecture: expected \"model_type\", one of ", known));
  }
  spec.model = model->string();
  if (const auto dataset = settings.find({"dataset"})) spec.dataset = dataset->string();
  spec.classes = read_classes(settings, path);

  if (const auto whole = settings.find({"input_size"})) {  // timm's [C, H, W]
    spec.shape.channels = whole->at(0).integer();
    spec.shape.height = whole->at(1).integer();
    spec.shape.width = whole->at(2).integer();
  } else {
    const auto size = settings.find({"image_size", "crop_size"});
    HEARTH_CHECK_AS(FormatError, size, "[", path,
                    "] names no size of images: expected \"image_size\", such as [224, 224]");
    read_size(*size, spec.shape);
    const auto channels = settings.find({"num_channels"});
    spec.shape.channels = channels ? channels->integer() : 3;
  }
  const auto mean = settings.find({"image_mean", "mean"}),
             stddev = settings.find({"image_std", "std"});
  HEARTH_CHECK_AS(FormatError, mean && stddev, "[", path,
                  "] names no normalization: expected \"image_mean\" and \"image_std\" there or in "
                  "preprocessor_config.json");
  spec.mean = mean->numbers();
  spec.stddev = stddev->numbers();

  if (const auto resize = settings.find({"resize_size"})) {
    spec.resize_size = resize->integer();
  } else if (const auto share = settings.find({"crop_pct"})) {
    // As timm: the square that is cut out is this share of the picture's shorter side.
    HEARTH_CHECK_AS(FormatError, share->number() > 0 && share->number() <= 1, "[", path,
                    "] \"crop_pct\" is ", share->number(), ", expected 0 to 1");
    spec.resize_size = static_cast<int64_t>(std::floor(
        static_cast<double>(std::min(spec.shape.height, spec.shape.width)) / share->number()));
  } else if (const auto size = settings.find({"size"});
             size && size->kind() == Kind::Object && size->contains("shortest_edge")) {
    spec.resize_size = size->at("shortest_edge").integer();
  }
  if (const auto kind = settings.find({"interpolation", "resample"});
      kind && kind->dump() != "\"bilinear\"" && kind->dump() != "2")
    Progress::print(cat_str("[", path, "] wants pictures scaled by interpolation ", kind->dump(),
                            "; they are scaled bilinearly, which changes results a little"));
  return spec;
}

}  // namespace

Classifier from_pretrained(const std::string& name_or_path, const PretrainedOptions& options) {
  const fs::path path(name_or_path);
  Files files;
  if (is_folder(name_or_path)) {
    files = files_in(path);
    HEARTH_CHECK_AS(FileError, !files.weights.empty() || !options.weights().empty(), "[",
                    name_or_path, "] holds no model; expected one of ", all_weights());
  } else if (exists(name_or_path)) {
    files = files_in(path.parent_path());
    if (path.filename() != "config.json") files.weights = name_or_path;
  } else {
    // What is named in a folder that is there is meant as a file, and no network is asked.
    const std::string parent = path.parent_path().string();
    HEARTH_CHECK_AS(FileError, parent.empty() || !is_folder(parent), "[", name_or_path,
                    "] does not exist");
    HEARTH_CHECK_AS(FileError, hub::Repository::is_name(name_or_path), "[", name_or_path,
                    "] is no file or folder, nor a name that a repository of the hub can have");
    files = files_of_hub(name_or_path, options);
  }

  std::optional<TensorFile> own;
  if (!files.weights.empty()) own.emplace(files.weights);
  ClassifierSpec spec;
  if (own && Classifier::describes_itself(*own)) {
    spec = Classifier::spec_of(*own);
  } else {
    HEARTH_CHECK_AS(FormatError, !files.config.empty(), "[",
                    files.weights.empty() ? name_or_path : files.weights,
                    "] does not say which model its weights are of; expected a file that training "
                    "wrote, or a config.json beside it");
    spec = spec_of(files);
  }
  if (!options.weights().empty()) own = open_weights(options.weights());
  HEARTH_CHECK_AS(FileError, own, "[", name_or_path, "] holds no weights; expected one of ",
                  all_weights());
  return Classifier(std::move(spec), *own);
}

TensorFile open_weights(const std::string& path) {
  if (!is_folder(path)) return TensorFile(path);
  const std::string inside = files_in(path).weights;
  HEARTH_CHECK_AS(FileError, !inside.empty(), "[", path, "] holds no weights; expected one of ",
                  all_weights());
  return TensorFile(inside);
}

void save_pretrained(const Classifier& classifier, const std::string& folder) {
  const ClassifierSpec& spec = classifier.spec();
  nlohmann::ordered_json config{{"model_type", spec.model},
                                {"dataset", spec.dataset},
                                {"num_channels", spec.shape.channels},
                                {"image_size", {spec.shape.height, spec.shape.width}},
                                {"resize_size", spec.resize_size},
                                {"image_mean", spec.mean},
                                {"image_std", spec.stddev},
                                {"id2label", nlohmann::ordered_json::object()}};
  for (size_t i = 0; i < spec.classes.size(); ++i)
    config["id2label"][std::to_string(i)] = spec.classes[i];
  std::error_code failed;
  fs::create_directories(folder, failed);
  HEARTH_CHECK_AS(FileError, is_folder(folder), "[", folder,
                  "] cannot be made: ", failed.message());
  classifier.save(folder + "/model.safetensors");
  write_file_atomically(
      folder + "/config.json",
      config.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

}  // namespace hearth::vision
