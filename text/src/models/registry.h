// SPDX-License-Identifier: Apache-2.0
// Which models there are. Each file of architectures/ tells of its own in a function named after
// the file, bert_models() in bert.cpp; the list of files comes from CMake.
#pragma once

#include "hearth/text/models/auto.h"

namespace hearth::text {

/// A model that from_pretrained knows.
struct ModelRow {
  /// As config.json's "model_type".
  const char* type;
  Head head;
  /// The name of its class, as in config.json's "architectures".
  const char* architecture;
  /// Below this name lies, in models with a head, what all of the family have: "bert". Empty: the
  /// family has one model only.
  const char* base;
  std::shared_ptr<PreTrainedModelImpl> (*make)(const data::readers::JsonValue& config);
  /// How many weights such a model has at the least, so that a small file with a false
  /// configuration costs no memory.
  int64_t (*least_weights)(const data::readers::JsonValue& config);
  /// The name of a weight that older files call so; empty for what is no weight. Null: as it is.
  std::string (*renamed)(const std::string& key) = nullptr;
  /// A module of the base that files with a head often lack, and that models without are made
  /// without: "pooler", for which "add_pooling_layer" is set to false.
  const char* optional = nullptr;
};

/// For ModelRow::make and least_weights: a module that is constructed from options that are read by
/// Config::from_json and have least_weights().
template <class Model, class Config>
std::shared_ptr<PreTrainedModelImpl> make_of(const data::readers::JsonValue& config) {
  return Model(Config::from_json(config)).ptr();
}
template <class Config>
int64_t least_weights_of(const data::readers::JsonValue& config) {
  return Config::from_json(config).least_weights();
}

/// For ModelRow::renamed: files of TensorFlow's days have gamma and beta for a norm's weight and
/// bias, and older ones buffers of numbers from 0 on.
std::string todays_name(const std::string& key);

#define HEARTH_FILE(name) std::vector<ModelRow> name##_models();
#include "text_models.def"
#undef HEARTH_FILE

}  // namespace hearth::text
