// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/models/problem_type.h"

#include "hearth/base/error.h"

#include "models/config_json.h"

namespace hearth::text {

const char* to_string(ProblemType type) {
  switch (type) {
    case ProblemType::Regression:
      return "regression";
    case ProblemType::SingleLabel:
      return "single_label_classification";
    case ProblemType::MultiLabel:
      return "multi_label_classification";
  }
  return "unknown";
}

std::optional<ProblemType> problem_type(const data::readers::JsonValue& config) {
  std::string name;
  read_option(config, "problem_type", name);
  if (name.empty()) return std::nullopt;
  for (const ProblemType type :
       {ProblemType::Regression, ProblemType::SingleLabel, ProblemType::MultiLabel})
    if (name == to_string(type)) return type;
  throw FormatError(
      cat_str("[config.json] expected \"problem_type\" regression, single_label_classification or "
              "multi_label_classification, got ",
              name));
}

}  // namespace hearth::text
