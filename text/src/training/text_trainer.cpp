// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/training/text_trainer.h"

#include <algorithm>
#include <numeric>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/error.h"
#include "hearth/nn/eval_guard.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/loss.h"
#include "hearth/ops/softmax.h"
#include "hearth/ops/view.h"
#include "hearth/text/models/problem_type.h"

namespace hearth::text {
namespace {

/// Scores with a row for each target.
Tensor scores(PreTrainedModelImpl& model, const TokenExamples& examples, const Tensor& batch) {
  const Device device = model.parameters().at(0).device();
  const Tensor logits = model.forward(examples.inputs(batch.to(device))).logits;
  HEARTH_CHECK_AS(ShapeError, logits.defined() && logits.dim() == (examples.by_token ? 3 : 2),
                  "[TextTrainer] expected a model with logits of each ",
                  examples.by_token ? "token" : "text", ", got ",
                  logits.defined() ? cat_str(logits.sizes()) : "one without a head");
  HEARTH_CHECK_AS(ShapeError, examples.numbers == 0 || logits.size(1) == examples.numbers,
                  "[TextTrainer] expected a model with ", examples.numbers,
                  " scores for each text, got ", logits.sizes());
  return examples.by_token ? logits.flatten(0, 1) : logits;
}

/// By what a model learns such examples.
train::Criterion criterion_for(const PreTrainedModelImpl& model, const TokenExamples& examples) {
  const auto said = problem_type(model.config());
  const bool numbers = examples.numbers > 0;
  const ProblemType type = said.value_or(!numbers                ? ProblemType::SingleLabel
                                         : examples.numbers == 1 ? ProblemType::Regression
                                                                 : ProblemType::MultiLabel);
  HEARTH_CHECK_AS(ValueError, examples.by_token || (type == ProblemType::SingleLabel) != numbers,
                  "[TextTrainer] expected examples with ", numbers ? "a class each" : "numbers",
                  " for a model of problem_type ", to_string(type));
  if (!numbers) return train::Criterion::CrossEntropy;
  return type == ProblemType::Regression ? train::Criterion::MeanSquaredError
                                         : train::Criterion::BinaryCrossEntropy;
}

train::Examples as_examples(std::shared_ptr<const TokenExamples> examples) {
  train::Examples result;
  result.size = examples->size();
  result.lengths = examples->lengths();
  result.batch = [examples](ArrayRef<size_t> indices) { return examples->batch(indices); };
  return result;
}

/// Calls f(scores, targets) for batches of about the same length.
template <typename F>
void for_each_batch(PreTrainedModelImpl& model, const TokenExamples& examples, int64_t batch_size,
                    const F& f) {
  HEARTH_CHECK_AS(ValueError, batch_size >= 1, "[predict] expected a batch_size of 1 or more, got ",
                  batch_size);
  const NoGradGuard no_grad;
  const nn::EvalGuard evaluating(model);
  std::vector<size_t> order(examples.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return examples.examples[a].ids.size() > examples.examples[b].ids.size();
  });
  const auto size = static_cast<size_t>(batch_size);
  for (size_t first = 0; first < order.size(); first += size) {
    const ArrayRef<size_t> rows(order.data() + first, std::min(size, order.size() - first));
    const data::Example<> batch = examples.batch(rows);
    f(scores(model, examples, batch.data), batch.target, rows);
  }
}

}  // namespace

TextTrainer::TextTrainer(PreTrainedModelImpl& model, TokenExamples examples,
                         const std::string& what, const train::ClassificationOptions& options)
    : TextTrainer(model, std::make_shared<const TokenExamples>(std::move(examples)), what,
                  options) {}

TextTrainer::TextTrainer(PreTrainedModelImpl& model, std::shared_ptr<const TokenExamples> examples,
                         const std::string& what, const train::ClassificationOptions& options)
    : train::ClassificationTrainer(
          model,
          [&model, examples](const Tensor& batch) { return scores(model, *examples, batch); },
          as_examples(examples),
          cat_str(model.config().contains("model_type") ? model.config().at("model_type").string()
                                                        : "model",
                  " on ", examples->size(), " texts of ", what),
          train::ClassificationOptions(options).criterion(criterion_for(model, *examples))) {}

void TextTrainer::validate_on(TokenExamples examples, size_t batch_size) {
  train::ClassificationTrainer::validate_on(
      as_examples(std::make_shared<const TokenExamples>(std::move(examples))), batch_size);
}

Predictions predict(PreTrainedModelImpl& model, const TokenExamples& examples, int64_t batch_size) {
  std::vector<Tensor> probabilities, targets;
  std::vector<size_t> order;
  const train::Criterion criterion = criterion_for(model, examples);
  for_each_batch(model, examples, batch_size,
                 [&](const Tensor& scores, const Tensor& target, ArrayRef<size_t> rows) {
                   order.insert(order.end(), rows.begin(), rows.end());
                   const Tensor given = scores.to(kFloat);
                   if (examples.numbers > 0) {
                     const bool plain = criterion == train::Criterion::MeanSquaredError;
                     probabilities.push_back((plain ? given : given.sigmoid()).to(kCPU));
                     targets.push_back(target);
                     return;
                   }
                   const Tensor counted = target.ne(TokenExamples::kIgnored).nonzero().select(1, 0);
                   probabilities.push_back(softmax(given, -1).to(kCPU).index_select(0, counted));
                   targets.push_back(target.index_select(0, counted));
                 });
  HEARTH_CHECK_AS(ValueError, !targets.empty(), "[predict] no examples");
  Predictions result;
  for (const TokenExamples::Example& example : examples.examples)
    result.counts.push_back(
        examples.numbers > 0
            ? 1
            : std::count_if(example.labels.begin(), example.labels.end(),
                            [](int64_t label) { return label != TokenExamples::kIgnored; }));
  // Where the targets of each example are now.
  std::vector<int64_t> first(examples.size());
  int64_t all = 0;
  for (const size_t i : order) {
    first[i] = all;
    all += result.counts[i];
  }
  const Tensor places = empty({all}, kLong);
  int64_t* to = places.data_ptr<int64_t>();
  for (size_t i = 0; i < first.size(); ++i) {
    std::iota(to, to + result.counts[i], first[i]);
    to += result.counts[i];
  }
  result.probabilities = cat(probabilities).index_select(0, places);
  result.targets = cat(targets).index_select(0, places);
  return result;
}

double mean_loss(PreTrainedModelImpl& model, const TokenExamples& examples, int64_t batch_size) {
  double sum = 0, count = 0;
  for_each_batch(
      model, examples, batch_size,
      [&](const Tensor& scores, const Tensor& target, ArrayRef<size_t>) {
        count += static_cast<double>(target.ne(TokenExamples::kIgnored).sum().item<int64_t>());
        sum += cross_entropy_loss(scores.to(kFloat), target.to(scores.device()), {}, Reduction::Sum)
                   .item<double>();
      });
  HEARTH_CHECK_AS(ValueError, count > 0, "[mean_loss] no examples with targets");
  return sum / count;
}

}  // namespace hearth::text
