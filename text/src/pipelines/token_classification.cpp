// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/pipelines/token_classification.h"

#include <utility>

#include "hearth/base/error.h"

#include "pipelines/aggregation.h"
#include "pipelines/code_points.h"
#include "pipelines/scores.h"
#include "tokenizers/tokenizer_impl.h"

namespace hearth::text {
namespace {

/// The tokens of a piece of a text, special ones left out, with their scores.
std::vector<TaggedToken> tagged_tokens(const Encoding& piece, const float* logits, size_t classes,
                                       const CodePoints& text,
                                       const PreTrainedTokenizer& tokenizer) {
  const bool marks_continuations =
      !tokenizer.tokenizer.impl().vocabulary->model().continuing_subword_prefix().empty();
  std::vector<TaggedToken> tokens;
  for (size_t i = 0; i < piece.size(); ++i) {
    if (piece.special_tokens_mask[i] || !piece.attention_mask[i]) continue;
    const Offset place = piece.offsets[i];
    const std::string_view written = text.slice(place.begin, place.end);
    TaggedToken token{piece.token(i),
                      std::vector<float>(logits + i * classes, logits + (i + 1) * classes),
                      static_cast<int64_t>(i), place, false};
    softmax_in_place(token.scores.data(), classes);
    if (piece.ids[i] == tokenizer.unk_token_id())
      token.word = written;
    else if (marks_continuations)
      token.continues = count_code_points(token.word) != count_code_points(written);
    else  // a guess: no blank before it or at its beginning
      token.continues = place.begin > 0 && text.slice(place.begin - 1, place.begin + 1).find(' ') ==
                                               std::string_view::npos;
    tokens.push_back(std::move(token));
  }
  return tokens;
}

}  // namespace

TokenClassificationPipeline::TokenClassificationPipeline(PreTrainedTokenizer tokenizer,
                                                         std::shared_ptr<PreTrainedModelImpl> model)
    : Pipeline(std::move(tokenizer), std::move(model)), labels_(labels()) {}

TokenClassificationPipeline::TokenClassificationPipeline(const std::string& name_or_path,
                                                         const PipelineOptions& options)
    : Pipeline(Head::TokenClassification, name_or_path, options), labels_(labels()) {}

TokenClassificationPipeline TokenClassificationPipeline::from_pretrained(
    const std::string& name_or_path, const PipelineOptions& options) {
  return {name_or_path, options};
}

std::vector<TokenEntity> TokenClassificationPipeline::operator()(const std::string& text,
                                                                 const Options& options) const {
  const auto strategy = options.aggregation_strategy();
  BatchOptions batch_options = cut();
  if (const auto stride = options.stride()) {
    HEARTH_CHECK_AS(ValueError, strategy != AggregationStrategy::None,
                    "[TokenClassificationPipeline] expected an aggregation_strategy with stride");
    batch_options.stride(*stride).return_overflowing_tokens(true);
  }
  const BatchEncoding batch = tokenizer()(ArrayRef<std::string>(text), batch_options);
  const Tensor logits = run_in_parts(batch).logits;
  const size_t classes = labels_.size();
  HEARTH_CHECK_AS(ShapeError, logits.size(2) == static_cast<int64_t>(classes),
                  "[TokenClassificationPipeline] the model has ", classes,
                  " labels and gives scores ", logits.sizes());
  const auto length = static_cast<size_t>(logits.size(1));
  const CodePoints code_points(text);
  const Aggregation aggregation(strategy, labels_, *tokenizer().tokenizer.impl().decoder);

  std::vector<TokenEntity> all;
  for (size_t row = 0; row < batch.encodings.size(); ++row) {
    const auto tokens =
        tagged_tokens(batch.encodings[row], logits.const_data_ptr<float>() + row * length * classes,
                      classes, code_points, tokenizer());
    for (TokenEntity& entity : aggregation(tokens)) {
      const auto& ignored = options.ignore_labels();
      if (std::find(ignored.begin(), ignored.end(), entity.entity) == ignored.end())
        all.push_back(std::move(entity));
    }
  }
  return batch.encodings.size() > 1 ? without_overlaps(std::move(all)) : all;
}

std::vector<std::vector<TokenEntity>> TokenClassificationPipeline::operator()(
    ArrayRef<std::string> texts, const Options& options) const {
  std::vector<std::vector<TokenEntity>> results;
  for (const std::string& text : texts) results.push_back((*this)(text, options));
  return results;
}

}  // namespace hearth::text
