// SPDX-License-Identifier: Apache-2.0
// How byte pair encoding learns: the most frequent pair of neighbours becomes a token, again and
// again.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hearth/text/tokenizers/trainers.h"

#include "tokenizers/models/token_table.h"
#include "tokenizers/trainers/word_counts.h"

namespace hearth::text {

/// A vocabulary by id, and merges in order.
struct LearnedPairs {
  TokenTable tokens;
  std::vector<std::pair<uint32_t, uint32_t>> merges;
};

/// `byte_letters`: words are bytes, and stand for GPT-2's letters for them.
LearnedPairs learn_pairs(const WordCounts& words, const BpeTrainerOptions& options,
                         bool byte_letters);

}  // namespace hearth::text
