// SPDX-License-Identifier: Apache-2.0
// What pipelines have in common: a tokenizer and a model, from texts to what people read.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/base/device.h"
#include "hearth/base/dtype.h"
#include "hearth/hub/hub.h"
#include "hearth/text/models/auto.h"
#include "hearth/text/tokenizers/auto_tokenizer.h"

namespace hearth::text {

/// How a pipeline opens its model.
struct PipelineOptions {
  HEARTH_ARG(Device, device) = kCPU;
  /// What weights are converted to; none: what config.json or the file says.
  HEARTH_ARG(std::optional<ScalarType>, dtype) = kFloat;
  /// How the hub is asked.
  HEARTH_ARG(hub::HubOptions, hub);
};

/// Base of all pipelines. Each is made of a tokenizer and a model, or of a folder, a file or a
/// repository of Hugging Face's hub that has both (`from_pretrained`), and called with texts: one,
/// or a list. Results of a list are those of its texts, in their order. Texts are UTF-8; what is
/// too long for the model is cut, unless the pipeline says otherwise.
///
///     auto classify = pipeline(task::text_classification, "runs/reviews");
///     std::cout << classify("What a film!")[0].label;
class HEARTH_API Pipeline {
 public:
  const PreTrainedTokenizer& tokenizer() const { return tokenizer_; }
  PreTrainedModelImpl& model() const { return *model_; }
  /// Moves the model; results are on the CPU all the same.
  void to(Device device);
  Device device() const { return device_; }
  /// Tokens that the model takes at most, special ones included; none if nobody says.
  std::optional<int64_t> max_length() const;

 protected:
  Pipeline(PreTrainedTokenizer tokenizer, std::shared_ptr<PreTrainedModelImpl> model);
  Pipeline(Head head, const std::string& name_or_path, const PipelineOptions& options);

  /// What the model says, float on the CPU.
  ModelOutput run(const BatchEncoding& batch) const;
  /// The same of a few rows at a time, for as many as a long text has pieces.
  ModelOutput run_in_parts(const BatchEncoding& batch) const;
  /// Texts that are cut to max_length(), as a batch.
  BatchOptions cut() const;
  /// Those that are cut only where the model ends, though the tokenizer may know a lesser length.
  BatchOptions cut_to_model() const;
  /// Of config.json: "id2label", one for each class.
  std::vector<std::string> labels() const;

 private:
  PreTrainedTokenizer tokenizer_;
  std::shared_ptr<PreTrainedModelImpl> model_;
  Device device_ = kCPU;
};

}  // namespace hearth::text
