// SPDX-License-Identifier: Apache-2.0
// Models of text by what config.json says of them, with the weights that lie beside it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/base/dtype.h"
#include "hearth/hub/hub.h"
#include "hearth/text/models/pretrained_model.h"

namespace hearth::text {

/// What stands on top of what all models of a family have in common.
enum class Head {
  None,
  MaskedLM,
  CausalLM,
  SequenceClassification,
  TokenClassification,
  QuestionAnswering,
};
/// "MaskedLM" ...
HEARTH_API const char* to_string(Head head);

/// How models are opened.
struct ModelOptions {
  /// What weights of floating point are converted to: float32, as transformers 4 does unless told
  /// otherwise. None: what config.json or the file says ("auto").
  HEARTH_ARG(std::optional<ScalarType>, dtype) = kFloat;
  /// Of GGUF files: whether weights that are quantized in blocks become plain ones of `dtype`, in
  /// place of staying as they are in memory.
  HEARTH_ARG(bool, dequantize) = false;
  /// Whether products with quantized weights are of integers: activations are rounded to 16 bits,
  /// which changes results by about 1e-5. See block_linear.
  HEARTH_ARG(bool, fast) = false;
  /// Names of the classes, in place of config.json's "id2label".
  HEARTH_ARG(std::vector<std::string>, labels);
  /// In place of config.json's "problem_type": "regression", "single_label_classification" or
  /// "multi_label_classification".
  HEARTH_ARG(std::string, problem_type);
  /// For fine-tuning: a head that the file lacks, or has for another number of classes, gets random
  /// weights. Otherwise this is an error.
  HEARTH_ARG(bool, new_head) = false;
  /// How the hub is asked.
  HEARTH_ARG(hub::HubOptions, hub);
};

/// What a file had less and more than the model.
struct LoadingInfo {
  /// Drawn anew, with ModelOptions::new_head.
  std::vector<std::string> missing_keys;
  /// Of another head, and left out.
  std::vector<std::string> unexpected_keys;
};

/// A model with its weights, in evaluation mode, from
///
///  - a folder: config.json with model.safetensors, model.safetensors.index.json, pytorch_model.bin
///    or pytorch_model.bin.index.json;
///  - a file of weights, or config.json itself, with the other beside it;
///  - a GGUF file, which has all in itself: of architecture llama (Mistral and SmolLM2, too),
///  qwen2,
///    qwen3, gemma, gemma2, gemma3 or gpt2;
///  - a repository of Hugging Face's hub with such files, "ORG/NAME" or "ORG/NAME@REVISION", where
///    there is no file or folder of that name.
///
/// "model_type" in config.json tells the family; names of weights are Hugging Face's, with or
/// without the family's prefix ("bert."). Weights of other heads are left out; a weight that the
/// model has and the file has not, or the other way, throws FormatError, which names file and
/// weights. Throws FileError, FormatError and NetworkError.
HEARTH_API std::shared_ptr<PreTrainedModelImpl> open_model(Head head,
                                                           const std::string& name_or_path,
                                                           const ModelOptions& options = {},
                                                           LoadingInfo* info = nullptr);

/// A model with random weights, of a configuration as config.json's. Throws FormatError, which
/// names `source`, for one that no model has.
HEARTH_API std::shared_ptr<PreTrainedModelImpl> make_model(
    Head head, const data::readers::JsonValue& config, const std::string& source = "config.json");

/// The values of "model_type" that there are models of with this head, sorted.
HEARTH_API std::vector<std::string> model_types(Head head);

/// Writes a folder that from_pretrained, and transformers, open: config.json with "architectures",
/// and model.safetensors, in several files with an index above 5 GB. Weights that are one tensor
/// under several names are written once. Each file is whole or not there. Throws FileError.
HEARTH_API void save_pretrained(const PreTrainedModelImpl& model, const std::string& folder);

/// Hugging Face's names of the above: `AutoModel::from_pretrained("bert-base-uncased")`.
template <Head head>
struct AutoModelWith {
  static std::shared_ptr<PreTrainedModelImpl> from_pretrained(const std::string& name_or_path,
                                                              const ModelOptions& options = {},
                                                              LoadingInfo* info = nullptr) {
    return open_model(head, name_or_path, options, info);
  }
  static std::shared_ptr<PreTrainedModelImpl> from_config(const data::readers::JsonValue& config) {
    return make_model(head, config);
  }
};
using AutoModel = AutoModelWith<Head::None>;
using AutoModelForMaskedLM = AutoModelWith<Head::MaskedLM>;
using AutoModelForCausalLM = AutoModelWith<Head::CausalLM>;
using AutoModelForSequenceClassification = AutoModelWith<Head::SequenceClassification>;
using AutoModelForTokenClassification = AutoModelWith<Head::TokenClassification>;
using AutoModelForQuestionAnswering = AutoModelWith<Head::QuestionAnswering>;

}  // namespace hearth::text
