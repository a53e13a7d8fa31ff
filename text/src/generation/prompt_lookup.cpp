// SPDX-License-Identifier: Apache-2.0
// Prompt lookup (Saxena, 2023): what followed the same words before is likely to follow them again,
// and looking at several tokens takes hardly longer than at one.
#include <algorithm>

#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "generation/texts.h"

namespace hearth::text {
namespace {

/// What followed the first earlier place where the text reads as at its end; up to `most` tokens.
std::vector<int64_t> guess(const std::vector<int64_t>& text, int64_t longest, int64_t most) {
  const auto size = static_cast<int64_t>(text.size());
  for (int64_t n = std::min(longest, size - 1); n > 0; --n) {
    const auto tail = text.end() - n;
    const auto at = std::search(text.begin(), text.end() - 1, tail, text.end());
    if (at == text.end() - 1) continue;
    const auto from = at + n;
    return {from, from + std::min<int64_t>(most, text.end() - from)};
  }
  return {};
}

}  // namespace

GenerateOutput prompt_lookup(Generation& g) {
  GenerateOutput out;
  std::vector<int64_t>& text = g.texts[0];
  std::vector<float> logprobs;
  Tensor logits = g.feed.read_prompts();
  std::vector<int64_t> guessed;
  for (;;) {
    // logits of what follows the text, and each of the tokens guessed after it.
    const Tensor lines = logits.select(0, 0);
    const Tensor sums = lines.logsumexp({-1});
    bool ended = false;
    for (size_t i = 0;; ++i) {
      const auto at = static_cast<int64_t>(i);
      if (g.config.output_logits()) out.logits.push_back(lines.narrow(0, at, 1).clone());
      const Tensor scores = lines.narrow(0, at, 1).clone();
      g.process(g.text(0), row_of(scores, 0));
      const int64_t token = choose(g, row_of(scores, 0));
      if (g.config.output_scores()) out.scores.push_back(scores);
      text.push_back(token);
      logprobs.push_back(row_of(lines, at)[static_cast<size_t>(token)] -
                         sums.const_data_ptr<float>()[i]);
      if (g.options.streamer()) g.options.streamer()(token);
      ended = g.ends(g.text(0));
      const bool right = i < guessed.size() && guessed[i] == token;
      out.accepted_tokens += right;
      if (ended || !right) break;
    }
    if (ended) break;
    // What was guessed wrong was seen all the same.
    g.feed.crop(static_cast<int64_t>(text.size()) - 1);
    const int64_t left = g.max_length - static_cast<int64_t>(text.size()) - 1;
    guessed = guess(text, g.config.max_matching_ngram_size(),
                    std::min(g.config.prompt_lookup_num_tokens(), left));
    out.guessed_tokens += static_cast<int64_t>(guessed.size());
    std::vector<std::vector<int64_t>> ahead{text};
    ahead[0].insert(ahead[0].end(), guessed.begin(), guessed.end());
    logits = g.feed.read(ahead, static_cast<int64_t>(guessed.size()) + 1);
  }
  out.sequences = as_tensor(g.texts, g.pad_token_id);
  out.logprobs = as_tensor({logprobs});
  return out;
}

}  // namespace hearth::text
