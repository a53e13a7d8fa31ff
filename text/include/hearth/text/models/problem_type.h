// SPDX-License-Identifier: Apache-2.0
// What a classifier's scores mean: Hugging Face's "problem_type".
#pragma once

#include <optional>

#include "hearth/base/macros.h"

namespace hearth::data::readers {
class JsonValue;
}  // namespace hearth::data::readers

namespace hearth::text {

enum class ProblemType {
  Regression,   ///< they are numbers
  SingleLabel,  ///< one class is right: softmax
  MultiLabel,   ///< any number of classes are: sigmoid
};
/// "regression", "single_label_classification" or "multi_label_classification".
HEARTH_API const char* to_string(ProblemType type);
/// What config.json says, if it does. Throws FormatError for another word.
HEARTH_API std::optional<ProblemType> problem_type(const data::readers::JsonValue& config);

}  // namespace hearth::text
