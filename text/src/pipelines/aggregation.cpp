// SPDX-License-Identifier: Apache-2.0
#include "pipelines/aggregation.h"

#include <algorithm>
#include <utility>

#include "tokenizers/decoder.h"

namespace hearth::text {
namespace {

size_t best_of(const std::vector<float>& scores) {
  return static_cast<size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
}

float most_of(const std::vector<float>& scores) { return scores[best_of(scores)]; }

/// "PER" of "B-PER"; whether it begins an entity.
std::string_view tag_of(const std::string& entity, bool& begins) {
  begins = entity.starts_with("B-");
  const std::string_view whole = entity;
  return begins || entity.starts_with("I-") ? whole.substr(2) : whole;
}

}  // namespace

std::vector<TokenEntity> Aggregation::operator()(const std::vector<TaggedToken>& tokens) const {
  switch (strategy_) {
    case AggregationStrategy::None:
      return each_token(tokens);
    case AggregationStrategy::Simple:
      return grouped(each_token(tokens));
    default:
      return grouped(each_word(tokens));
  }
}

std::vector<TokenEntity> Aggregation::each_token(const std::vector<TaggedToken>& tokens) const {
  std::vector<TokenEntity> entities;
  for (const TaggedToken& token : tokens) {
    const size_t best = best_of(token.scores);
    entities.push_back(
        {tags_[best], token.scores[best],
         strategy_ == AggregationStrategy::None ? std::optional(token.index) : std::nullopt,
         token.word, token.place.begin, token.place.end});
  }
  return entities;
}

std::vector<TokenEntity> Aggregation::each_word(const std::vector<TaggedToken>& tokens) const {
  std::vector<TokenEntity> words;
  for (size_t first = 0; first < tokens.size();) {
    size_t last = first + 1;
    while (last < tokens.size() && tokens[last].continues) ++last;
    words.push_back(word_of(tokens.data() + first, tokens.data() + last));
    first = last;
  }
  return words;
}

TokenEntity Aggregation::word_of(const TaggedToken* first, const TaggedToken* last) const {
  std::vector<float> scores = first->scores;
  if (strategy_ == AggregationStrategy::Max) {
    scores = std::max_element(first, last, [](const TaggedToken& a, const TaggedToken& b) {
               return most_of(a.scores) < most_of(b.scores);
             })->scores;
  } else if (strategy_ == AggregationStrategy::Average) {
    for (const TaggedToken* token = first + 1; token != last; ++token)
      for (size_t k = 0; k < scores.size(); ++k) scores[k] += token->scores[k];
    for (float& score : scores) score /= static_cast<float>(last - first);
  }
  std::vector<std::string> words;
  for (const TaggedToken* token = first; token != last; ++token) words.push_back(token->word);
  const size_t best = best_of(scores);
  return {tags_[best],        scores[best],         std::nullopt, joined(std::move(words)),
          first->place.begin, (last - 1)->place.end};
}

std::vector<TokenEntity> Aggregation::grouped(const std::vector<TokenEntity>& entities) const {
  std::vector<TokenEntity> groups;
  for (size_t first = 0; first < entities.size();) {
    bool begins = false;
    const std::string_view tag = tag_of(entities[first].entity, begins);
    size_t last = first + 1;
    while (last < entities.size() && tag_of(entities[last].entity, begins) == tag && !begins)
      ++last;
    groups.push_back(group_of(entities.data() + first, entities.data() + last));
    first = last;
  }
  return groups;
}

TokenEntity Aggregation::group_of(const TokenEntity* first, const TokenEntity* last) const {
  float score = 0;
  std::vector<std::string> words;
  for (const TokenEntity* entity = first; entity != last; ++entity) {
    score += entity->score;
    words.push_back(entity->word);
  }
  // As transformers has it, what stands behind the first '-' of any tag.
  const size_t dash = first->entity.find('-');
  return {dash == std::string::npos ? first->entity : first->entity.substr(dash + 1),
          score / static_cast<float>(last - first),
          std::nullopt,
          joined(std::move(words)),
          first->start,
          (last - 1)->end};
}

std::string Aggregation::joined(std::vector<std::string> words) const {
  for (const auto& step : decoder_.steps()) step->apply(words);
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0 && !decoder_.present()) text += ' ';
    text += words[i];
  }
  return text;
}

std::vector<TokenEntity> without_overlaps(std::vector<TokenEntity> entities) {
  std::stable_sort(entities.begin(), entities.end(),
                   [](const TokenEntity& a, const TokenEntity& b) { return a.start < b.start; });
  std::vector<TokenEntity> kept;
  for (TokenEntity& entity : entities) {
    if (kept.empty() || entity.start < kept.back().start || entity.start >= kept.back().end) {
      kept.push_back(std::move(entity));
      continue;
    }
    const uint32_t length = entity.end - entity.start, before = kept.back().end - kept.back().start;
    if (length > before || (length == before && entity.score > kept.back().score))
      kept.back() = std::move(entity);
  }
  return kept;
}

}  // namespace hearth::text
