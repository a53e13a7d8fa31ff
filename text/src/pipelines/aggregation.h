// SPDX-License-Identifier: Apache-2.0
// How tagged tokens become entities.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hearth/text/pipelines/token_classification.h"

namespace hearth::text {

class Decoder;

/// A token with the probabilities of the tags.
struct TaggedToken {
  std::string word;
  std::vector<float> scores;
  int64_t index = 0;
  Offset place;
  /// Whether it goes on with the word of the token before.
  bool continues = false;
};

class Aggregation {
 public:
  /// Tags and decoder, which makes words of tokens, outlive this.
  Aggregation(AggregationStrategy strategy, const std::vector<std::string>& tags,
              const Decoder& decoder)
      : strategy_(strategy), tags_(tags), decoder_(decoder) {}
  std::vector<TokenEntity> operator()(const std::vector<TaggedToken>& tokens) const;

 private:
  std::vector<TokenEntity> each_token(const std::vector<TaggedToken>& tokens) const;
  std::vector<TokenEntity> each_word(const std::vector<TaggedToken>& tokens) const;
  TokenEntity word_of(const TaggedToken* first, const TaggedToken* last) const;
  std::vector<TokenEntity> grouped(const std::vector<TokenEntity>& entities) const;
  TokenEntity group_of(const TokenEntity* first, const TokenEntity* last) const;
  std::string joined(std::vector<std::string> words) const;

  AggregationStrategy strategy_;
  const std::vector<std::string>& tags_;
  const Decoder& decoder_;
};

/// Of entities that overlap, as those of pieces of a text do, the longest; of equally long ones the
/// surest.
std::vector<TokenEntity> without_overlaps(std::vector<TokenEntity> entities);

}  // namespace hearth::text
