// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/pipelines/text_classification.h"

#include <algorithm>
#include <utility>

#include "hearth/base/error.h"
#include "hearth/text/models/problem_type.h"

#include "pipelines/scores.h"

namespace hearth::text {
namespace {

ClassificationFunction function_of(const PreTrainedModelImpl& model, size_t classes) {
  const auto problem = problem_type(model.config());
  if (problem == ProblemType::Regression) return ClassificationFunction::None;
  if (problem == ProblemType::MultiLabel || classes == 1) return ClassificationFunction::Sigmoid;
  return ClassificationFunction::Softmax;
}

}  // namespace

TextClassificationPipeline::TextClassificationPipeline(PreTrainedTokenizer tokenizer,
                                                       std::shared_ptr<PreTrainedModelImpl> model)
    : Pipeline(std::move(tokenizer), std::move(model)), labels_(labels()) {}

TextClassificationPipeline::TextClassificationPipeline(const std::string& name_or_path,
                                                       const PipelineOptions& options)
    : Pipeline(Head::SequenceClassification, name_or_path, options), labels_(labels()) {}

TextClassificationPipeline TextClassificationPipeline::from_pretrained(
    const std::string& name_or_path, const PipelineOptions& options) {
  return {name_or_path, options};
}

template <typename Input>
std::vector<std::vector<LabelScore>> TextClassificationPipeline::classify(
    ArrayRef<Input> inputs, const Options& options) const {
  HEARTH_CHECK_AS(ValueError,
                  options.batch_size() > 0 && (!options.top_k() || *options.top_k() > 0),
                  "[TextClassificationPipeline] expected batch_size and top_k above 0, got ",
                  options.batch_size(), " and ", options.top_k().value_or(0));
  const size_t classes = labels_.size();
  auto function = options.function_to_apply();
  if (function == ClassificationFunction::Default) function = function_of(model(), classes);
  const size_t most = options.top_k() ? static_cast<size_t>(*options.top_k()) : classes;
  std::vector<std::vector<LabelScore>> results;
  const auto at_once = static_cast<size_t>(options.batch_size());
  for (size_t first = 0; first < inputs.size(); first += at_once) {
    const ArrayRef<Input> some(inputs.data() + first, std::min(at_once, inputs.size() - first));
    Tensor logits = run(tokenizer()(some, cut())).logits;
    HEARTH_CHECK_AS(ShapeError, logits.size(1) == static_cast<int64_t>(classes),
                    "[TextClassificationPipeline] the model has ", classes,
                    " labels and gives scores ", logits.sizes());
    auto* scores = logits.mutable_data_ptr<float>();
    for (size_t i = 0; i < some.size(); ++i, scores += classes) {
      if (function == ClassificationFunction::Softmax) softmax_in_place(scores, classes);
      if (function == ClassificationFunction::Sigmoid)
        std::transform(scores, scores + classes, scores, sigmoid_of);
      auto& result = results.emplace_back();
      for (const size_t k : largest(scores, classes, most))
        result.push_back({labels_[k], scores[k]});
    }
  }
  return results;
}

std::vector<LabelScore> TextClassificationPipeline::operator()(const std::string& text,
                                                               const Options& options) const {
  return classify(ArrayRef<std::string>(text), options)[0];
}

std::vector<LabelScore> TextClassificationPipeline::operator()(
    const std::pair<std::string, std::string>& pair, const Options& options) const {
  return classify(ArrayRef<std::pair<std::string, std::string>>(pair), options)[0];
}

std::vector<std::vector<LabelScore>> TextClassificationPipeline::operator()(
    ArrayRef<std::string> texts, const Options& options) const {
  return classify(texts, options);
}

std::vector<std::vector<LabelScore>> TextClassificationPipeline::operator()(
    ArrayRef<std::pair<std::string, std::string>> pairs, const Options& options) const {
  return classify(pairs, options);
}

}  // namespace hearth::text
