// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/pipelines/zero_shot_classification.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "hearth/base/error.h"

#include "pipelines/scores.h"

namespace hearth::text {
namespace {

/// The template with a label in each {} or {0}; as Python formats texts, {{ and }} are braces.
std::string with_label(const std::string& hypothesis, const std::string& label) {
  std::string out;
  for (size_t at = 0; at < hypothesis.size();) {
    const std::string_view rest = std::string_view(hypothesis).substr(at);
    if (rest.starts_with("{{") || rest.starts_with("}}")) {
      out += rest[0];
      at += 2;
    } else if (rest.starts_with("{}") || rest.starts_with("{0}")) {
      out += label;
      at += rest.find('}') + 1;
    } else {
      HEARTH_CHECK_AS(ValueError, rest[0] != '{' && rest[0] != '}',
                      "[ZeroShotClassificationPipeline] expected {} in hypothesis_template, got '",
                      hypothesis, "'");
      out += rest[0];
      ++at;
    }
  }
  return out;
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

Encoding ZeroShotClassificationPipeline::encode(const std::string& text,
                                                const std::string& hypothesis) const {
  using Pair = std::pair<std::string, std::string>;
  const Pair pair{text, hypothesis};
  const auto encoded = [&](const BatchOptions& options) {
    return std::move(tokenizer()(ArrayRef<Pair>(pair), options).encodings[0]);
  };
  Encoding whole = encoded({});
  const BatchOptions options = cut().strategy(TruncationStrategy::OnlyFirst);
  const auto length = static_cast<int64_t>(whole.ids.size());
  const int64_t over = length - options.max_length().value_or(length);
  if (over <= 0) return whole;
  // A text that is too short to be cut so far stays whole.
  const auto tokens = static_cast<int64_t>(tokenizer().encode(text, false).size());
  return tokens > over ? encoded(options) : whole;
}

ZeroShotResult ZeroShotClassificationPipeline::operator()(const std::string& text,
                                                          ArrayRef<std::string> candidate_labels,
                                                          const Options& options) const {
  const std::string& hypothesis = options.hypothesis_template();
  HEARTH_CHECK_AS(ValueError, !candidate_labels.empty(),
                  "[ZeroShotClassificationPipeline] expected labels, got none");
  HEARTH_CHECK_AS(ValueError, with_label(hypothesis, candidate_labels[0]) != hypothesis,
                  "[ZeroShotClassificationPipeline] expected {} in hypothesis_template, got '",
                  hypothesis, "'");
  std::vector<Encoding> pairs;
  for (const std::string& label : candidate_labels)
    pairs.push_back(encode(text, with_label(hypothesis, label)));
  const Tensor logits = run_in_parts(tokenizer().pad(std::move(pairs))).logits;
  HEARTH_CHECK_AS(ShapeError, logits.size(1) == classes_,
                  "[ZeroShotClassificationPipeline] the model has ", classes_,
                  " labels and gives scores ", logits.sizes());
  const auto* of_label = logits.const_data_ptr<float>();
  std::vector<float> scores;
  if (options.multi_label() || candidate_labels.size() == 1) {
    const int64_t contradiction = entailment_ == 0 ? classes_ - 1 : 0;
    for (size_t i = 0; i < candidate_labels.size(); ++i, of_label += classes_) {
      float two[] = {of_label[contradiction], of_label[entailment_]};
      softmax_in_place(two, 2);
      scores.push_back(two[1]);
    }
  } else {
    for (size_t i = 0; i < candidate_labels.size(); ++i, of_label += classes_)
      scores.push_back(of_label[entailment_]);
    softmax_in_place(scores.data(), scores.size());
  }
  // Of equal ones, transformers has the last first.
  std::vector<size_t> order(scores.size());
  std::iota(order.rbegin(), order.rend(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return scores[a] > scores[b]; });
  ZeroShotResult result{text, {}, {}};
  for (const size_t i : order) {
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
