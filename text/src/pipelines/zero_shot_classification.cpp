// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/pipelines/zero_shot_classification.h"

#include <algorithm>
#include <utility>

#include "hearth/base/error.h"

#include "pipelines/scores.h"

namespace hearth::text {
namespace {

constexpr std::string_view kPlace = "{}";

/// The template with a label in each place.
std::string with_label(const std::string& hypothesis, const std::string& label) {
  std::string out;
  size_t at = 0;
  for (size_t next; (next = hypothesis.find(kPlace, at)) != hypothesis.npos;
       at = next + kPlace.size())
    out.append(hypothesis, at, next - at).append(label);
  return out.append(hypothesis, at);
}

bool begins_with_entail(std::string label) {
  for (char& c : label) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return label.starts_with("entail");
}

}  // namespace

ZeroShotClassificationPipeline::ZeroShotClassificationPipeline(
    PreTrainedTokenizer tokenizer, std::shared_ptr<PreTrainedModelImpl> model)
    : Pipeline(std::move(tokenizer), std::move(model)) {
  find_entailment();
}

ZeroShotClassificationPipeline::ZeroShotClassificationPipeline(const std::string& name_or_path,
                                                               const PipelineOptions& options)
    : Pipeline(Head::SequenceClassification, name_or_path, options) {
  find_entailment();
}

ZeroShotClassificationPipeline ZeroShotClassificationPipeline::from_pretrained(
    const std::string& name_or_path, const PipelineOptions& options) {
  return {name_or_path, options};
}

void ZeroShotClassificationPipeline::find_entailment() {
  const auto names = labels();
  const auto at = std::find_if(names.begin(), names.end(), begins_with_entail);
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  HEARTH_CHECK_AS(
      ValueError, at != names.end() && names.size() > 1,
      "[ZeroShotClassificationPipeline] expected a model one of whose classes is called "
      "entailment, got classes ",
      all);
  entailment_ = at - names.begin();
  classes_ = static_cast<int64_t>(names.size());
}

ZeroShotResult ZeroShotClassificationPipeline::operator()(const std::string& text,
                                                          ArrayRef<std::string> candidate_labels,
                                                          const Options& options) const {
  const std::string& hypothesis = options.hypothesis_template();
  HEARTH_CHECK_AS(ValueError, !candidate_labels.empty(),
                  "[ZeroShotClassificationPipeline] expected labels, got none");
  HEARTH_CHECK_AS(ValueError, hypothesis.find(kPlace) != hypothesis.npos,
                  "[ZeroShotClassificationPipeline] expected {} in hypothesis_template, got '",
                  hypothesis, "'");
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& label : candidate_labels)
    pairs.emplace_back(text, with_label(hypothesis, label));
  const Tensor logits =
      run(tokenizer()(pairs, cut().strategy(TruncationStrategy::OnlyFirst))).logits;
  HEARTH_CHECK_AS(ShapeError, logits.size(1) == classes_,
                  "[ZeroShotClassificationPipeline] the model has ", classes_,
                  " labels and gives scores ", logits.sizes());
  const auto* of_label = logits.const_data_ptr<float>();
  std::vector<float> scores;
  if (options.multi_label() || pairs.size() == 1) {
    const int64_t contradiction = entailment_ == 0 ? classes_ - 1 : 0;
    for (size_t i = 0; i < pairs.size(); ++i, of_label += classes_) {
      float two[] = {of_label[contradiction], of_label[entailment_]};
      softmax_in_place(two, 2);
      scores.push_back(two[1]);
    }
  } else {
    for (size_t i = 0; i < pairs.size(); ++i, of_label += classes_)
      scores.push_back(of_label[entailment_]);
    softmax_in_place(scores.data(), scores.size());
  }
  ZeroShotResult result{text, {}, {}};
  for (const size_t i : largest(scores.data(), scores.size(), scores.size())) {
    result.labels.push_back(candidate_labels[i]);
    result.scores.push_back(scores[i]);
  }
  return result;
}

std::vector<ZeroShotResult> ZeroShotClassificationPipeline::operator()(
    ArrayRef<std::string> texts, ArrayRef<std::string> candidate_labels,
    const Options& options) const {
  std::vector<ZeroShotResult> results;
  for (const std::string& text : texts) results.push_back((*this)(text, candidate_labels, options));
  return results;
}

}  // namespace hearth::text
