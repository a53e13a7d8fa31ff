// SPDX-License-Identifier: Apache-2.0
// The files that a published model consists of, wherever they lie, and what its config.json says.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/base/callable.h"
#include "hearth/data/readers/jsonl.h"
#include "hearth/hub/hub.h"
#include "hearth/io/tensor_file.h"

namespace hearth::hub {

/// Paths of a model's files; empty where there is none.
struct ModelFiles {
  std::string config, preprocessor, weights;
  /// What was asked for, for messages.
  std::string name;
};

/// The files of a model, from
///
///  - a file: its weights (or config.json itself), with what lies beside it;
///  - a folder: config.json, preprocessor_config.json and model.safetensors,
///    model.safetensors.index.json, pytorch_model.bin or pytorch_model.bin.index.json;
///  - a repository of Hugging Face's hub with such files, "ORG/NAME" or "ORG/NAME@REVISION", where
///    there is no file or folder of that name.
///
/// With `other_weights` there need be none, for others will be taken. Throws FileError and
/// NetworkError, which say what was expected.
HEARTH_API ModelFiles model_files(const std::string& name_or_path, bool other_weights = false,
                                  const HubOptions& options = {});

/// The weights that a file holds, or a folder (under one of the names above). Throws FileError.
HEARTH_API TensorFile open_weights(const std::string& path);

/// How from_pretrained opens what it is given.
struct PretrainedOptions {
  /// A file of weights, or a folder with one, to take instead of those that the model comes with.
  HEARTH_ARG(std::string, weights);
  /// How the hub is asked.
  HEARTH_ARG(HubOptions, hub);
};

/// A model with its weights. `Model` is made of what describes it, which its own weights do or
/// `spec_of(files)` reads of config.json, and of a TensorFile.
template <typename Model, typename SpecOf>
Model open_model(const std::string& name_or_path, const PretrainedOptions& options,
                 const SpecOf& spec_of) {
  const bool others = !options.weights().empty();
  const ModelFiles files = model_files(name_or_path, others, options.hub());
  std::optional<TensorFile> own;
  if (!files.weights.empty()) own.emplace(files.weights);
  auto spec = own && Model::describes_itself(*own) ? Model::spec_of(*own) : spec_of(files);
  if (others) own = open_weights(options.weights());
  return Model(std::move(spec), *own);
}

/// Writes a model's folder, which is made if need be: model.safetensors, which `save` writes to the
/// path that it is given, and config.json. Each file is whole or not there. Throws FileError.
HEARTH_API void save_model_files(const std::string& folder, const std::string& config,
                                 const Callable<void(const std::string& path)>& save);

/// What the configuration of a model says: config.json, timm's "pretrained_cfg" in it, and
/// preprocessor_config.json. Throws FileError and FormatError.
class HEARTH_API ModelSettings {
 public:
  explicit ModelSettings(const ModelFiles& files);

  /// The first of these settings that there is, in the first of the places that has one.
  std::optional<data::readers::JsonValue> find(std::initializer_list<const char*> names) const;
  /// "architecture" or "model_type". `known` are named when there is neither.
  std::string architecture(const std::vector<std::string>& known) const;
  /// The names of "id2label" or "label_names", or as many numbers as "num_labels" says.
  std::vector<std::string> classes() const;
  /// config.json, whole.
  const data::readers::JsonValue& config() const { return objects_[0]; }
  /// Its path, for messages.
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::vector<data::readers::JsonValue> objects_;
};

}  // namespace hearth::hub
