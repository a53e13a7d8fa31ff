// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/models/auto.h"

#include <algorithm>
#include <set>

#include "hearth/base/error.h"
#include "hearth/hub/model_files.h"
#include "hearth/nn/init.h"

#include "gguf/gguf_config.h"
#include "gguf/load_gguf.h"
#include "models/config_json.h"
#include "models/load_pretrained.h"
#include "models/loading_errors.h"
#include "models/registry.h"

namespace hearth::text {

using data::readers::JsonValue;

namespace {

std::vector<ModelRow> all_rows() {
  std::vector<ModelRow> rows;
#define HEARTH_FILE(name) \
  for (const ModelRow& row : name##_models()) rows.push_back(row);
#include "text_models.def"
#undef HEARTH_FILE
  return rows;
}

/// What config.json calls the family, or the one that the class in "architectures" belongs to.
std::string type_of(const JsonValue& config, const std::string& source) {
  if (config.contains("model_type")) return config.at("model_type").string();
  if (config.contains("architectures") && config.at("architectures").size() > 0) {
    const std::string architecture = config.at("architectures").at(0).string();
    for (const ModelRow& row : all_rows())
      if (architecture == row.architecture) return row.type;
  }
  throw FormatError(cat_str("[", source, "] names no architecture: expected \"model_type\""));
}

ModelRow find_row(Head head, const JsonValue& config, const std::string& source) {
  HEARTH_CHECK_AS(FormatError, config.kind() == JsonValue::Kind::Object, "[", source,
                  "] expected an object, got ", to_string(config.kind()));
  const std::string type = type_of(config, source);
  for (const ModelRow& row : all_rows())
    if (type == row.type && row.head == head) return row;
  std::string known;
  for (const std::string& name : model_types(head)) known += (known.empty() ? "" : ", ") + name;
  throw FormatError(cat_str(
      "[", source, "] \"model_type\" is ", type, ", expected one of ", known,
      head == Head::None ? "" : cat_str(", which there are with a head for ", to_string(head))));
}

/// What options of a caller change of a configuration.
JsonValue changed(const JsonValue& config, const ModelRow& row, const ModelOptions& options) {
  ConfigEditor editor(config);
  editor.set("architectures", std::vector<std::string>{row.architecture});
  editor.set("model_type", row.type);
  if (!options.labels().empty()) editor.set("id2label", options.labels());
  if (!options.problem_type().empty()) editor.set("problem_type", options.problem_type());
  return editor.value();
}

}  // namespace

const char* to_string(Head head) {
  switch (head) {
    case Head::None:
      return "None";
    case Head::MaskedLM:
      return "MaskedLM";
    case Head::CausalLM:
      return "CausalLM";
    case Head::SequenceClassification:
      return "SequenceClassification";
    case Head::TokenClassification:
      return "TokenClassification";
    case Head::QuestionAnswering:
      return "QuestionAnswering";
  }
  return "unknown";
}

std::vector<std::string> model_types(Head head) {
  std::set<std::string> types;
  for (const ModelRow& row : all_rows())
    if (row.head == head) types.insert(row.type);
  return {types.begin(), types.end()};
}

std::shared_ptr<PreTrainedModelImpl> make_model(Head head, const JsonValue& config,
                                                const std::string& source) {
  const ModelRow row = find_row(head, config, source);
  const JsonValue own = changed(config, row, {});
  return with_source(source, cat_str("is of no ", row.architecture), [&] {
    auto model = row.make(own);
    model->set_config(own);
    return model;
  });
}

std::shared_ptr<PreTrainedModelImpl> open_model(Head head, const std::string& name_or_path,
                                                const ModelOptions& options, LoadingInfo* info) {
  if (const std::string gguf = find_gguf(name_or_path); !gguf.empty()) {
    const GgufFile file(gguf);
    const JsonValue config = gguf_config(file);
    const ModelRow row = find_row(head, config, gguf);
    return load_gguf(row, changed(config, row, options), file, options);
  }
  const hub::ModelFiles files = hub::model_files(name_or_path, false, options.hub());
  const hub::ModelSettings settings(files);
  const ModelRow row = find_row(head, settings.config(), settings.path());
  return load_pretrained(row, changed(settings.config(), row, options), TensorFile(files.weights),
                         options, info);
}

}  // namespace hearth::text
