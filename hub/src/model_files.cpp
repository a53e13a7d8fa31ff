// SPDX-License-Identifier: Apache-2.0
#include "hearth/hub/model_files.h"

#include <exception>
#include <filesystem>
#include <fstream>

#include "hearth/base/atomic_file.h"

namespace hearth::hub {
namespace {

namespace fs = std::filesystem;
using data::readers::JsonValue;

constexpr const char* kWeights[] = {"model.safetensors", "model.safetensors.index.json",
                                    "pytorch_model.bin", "pytorch_model.bin.index.json"};

bool exists(const std::string& path) {
  std::error_code none;
  return fs::exists(path, none);
}
bool is_folder(const std::string& path) {
  std::error_code none;
  return fs::is_directory(path, none);
}
std::string if_there(const fs::path& path) { return exists(path.string()) ? path.string() : ""; }

ModelFiles files_in(const fs::path& folder) {
  ModelFiles files{if_there(folder / "config.json"), if_there(folder / "preprocessor_config.json"),
                   "", ""};
  for (const char* name : kWeights)
    if (files.weights.empty()) files.weights = if_there(folder / name);
  return files;
}

std::string all_weights() {
  std::string names;
  for (const char* name : kWeights) names += (names.empty() ? "" : ", ") + std::string(name);
  return names;
}

ModelFiles files_of_hub(const std::string& repository, bool other_weights,
                        const HubOptions& options) {
  // Without the network, what the cache has is enough, if a program that asked for less filled it.
  std::exception_ptr missing;
  const auto get = [&](const char* name) -> std::string {
    try {
      return try_file(repository, name, options).value_or("");
    } catch (const LocalEntryNotFoundError&) {
      if (!missing) missing = std::current_exception();
      return "";
    }
  };
  try {
    ModelFiles files{get("config.json"), "", "", ""};
    if (missing) std::rethrow_exception(missing);
    files.preprocessor = get("preprocessor_config.json");
    if (!files.config.empty() && other_weights) return files;
    missing = nullptr;
    for (const char* name : kWeights) {
      files.weights = get(name);
      if (!files.weights.empty()) break;
    }
    if (files.weights.empty() && missing) std::rethrow_exception(missing);
    if (files.weights.ends_with(".index.json")) {
      // The files that the index names lie beside it.
      const fs::path index(files.weights);
      snapshot(repository, {index.filename().string(), index.stem().stem().stem().string() + "-*"},
               options);
    }
    return files;
  } catch (const GatedRepoError&) {
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
  JsonValue value(text, path);
  HEARTH_CHECK_AS(FormatError, value.kind() == JsonValue::Kind::Object, "[", path,
                  "] expected an object, got ", to_string(value.kind()));
  return value;
}

}  // namespace

ModelFiles model_files(const std::string& name_or_path, bool other_weights,
                       const HubOptions& options) {
  const fs::path path(name_or_path);
  ModelFiles files;
  if (is_folder(name_or_path)) {
    files = files_in(path);
    HEARTH_CHECK_AS(FileError, !files.weights.empty() || other_weights, "[", name_or_path,
                    "] holds no model; expected one of ", all_weights());
  } else if (exists(name_or_path)) {
    files = files_in(path.parent_path());
    if (path.filename() != "config.json") files.weights = name_or_path;
  } else {
    // What is named in a folder that is there is meant as a file, and no network is asked.
    const std::string parent = path.parent_path().string();
    HEARTH_CHECK_AS(FileError, parent.empty() || !is_folder(parent), "[", name_or_path,
                    "] does not exist");
    HEARTH_CHECK_AS(FileError, Repository::is_name(name_or_path), "[", name_or_path,
                    "] is no file or folder, nor a name that a repository of the hub can have");
    files = files_of_hub(name_or_path, other_weights, options);
  }
  HEARTH_CHECK_AS(FileError, !files.weights.empty() || other_weights, "[", name_or_path,
                  "] holds no weights; expected one of ", all_weights());
  files.name = name_or_path;
  return files;
}

TensorFile open_weights(const std::string& path) {
  if (!is_folder(path)) return TensorFile(path);
  const std::string inside = files_in(path).weights;
  HEARTH_CHECK_AS(FileError, !inside.empty(), "[", path, "] holds no weights; expected one of ",
                  all_weights());
  return TensorFile(inside);
}

void save_model_files(const std::string& folder, const std::string& config,
                      const Callable<void(const std::string& path)>& save) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  HEARTH_CHECK_AS(FileError, is_folder(folder), "[", folder,
                  "] cannot be made: ", failed.message());
  save(folder + "/model.safetensors");
  write_file_atomically(folder + "/config.json", config);
}

ModelSettings::ModelSettings(const ModelFiles& files) : path_(files.config) {
  HEARTH_CHECK_AS(FormatError, !files.config.empty(), "[",
                  files.weights.empty() ? files.name : files.weights,
                  "] does not say which model its weights are of; expected a file that training "
                  "wrote, or a config.json beside it");
  objects_.push_back(read_json(path_));
  if (objects_[0].contains("pretrained_cfg")) objects_.push_back(objects_[0].at("pretrained_cfg"));
  if (!files.preprocessor.empty()) objects_.push_back(read_json(files.preprocessor));
}

std::optional<JsonValue> ModelSettings::find(std::initializer_list<const char*> names) const {
  for (const JsonValue& object : objects_)
    for (const char* name : names)
      if (object.contains(name) && !object.at(name).is_null()) return object.at(name);
  return std::nullopt;
}

std::string ModelSettings::architecture(const std::vector<std::string>& known) const {
  if (const auto model = find({"architecture", "model_type"})) return model->string();
  std::string names;
  for (const std::string& name : known) names += (names.empty() ? "" : ", ") + name;
  throw FormatError(
      cat_str("[", path_, "] names no architecture: expected \"model_type\", one of ", names));
}

std::vector<std::string> ModelSettings::classes() const {
  std::vector<std::string> classes;
  if (const auto names = find({"id2label"})) {
    for (size_t i = 0; i < names->size(); ++i)
      classes.push_back(names->at(std::to_string(i)).string());
  } else if (const auto list = find({"label_names"})) {
    for (size_t i = 0; i < list->size(); ++i) classes.push_back(list->at(i).string());
  } else if (const auto count = find({"num_labels", "num_classes"})) {
    const int64_t n = count->integer();
    HEARTH_CHECK_AS(FormatError, n > 0 && n <= 100'000, "[", path_, "] says there are ", n,
                    " classes");
    for (int64_t i = 0; i < n; ++i) classes.push_back(std::to_string(i));
  }
  HEARTH_CHECK_AS(FormatError, !classes.empty(), "[", path_,
                  "] names no classes: expected \"id2label\", \"label_names\" or \"num_labels\"");
  return classes;
}

}  // namespace hearth::hub
