// SPDX-License-Identifier: Apache-2.0
// A token at a time, each text for itself.
#include <cmath>

#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "generation/texts.h"

namespace hearth::text {

GenerateOutput sample_or_greedy(Generation& g) {
  GenerateOutput out;
  Tensor logits = g.feed.read_prompts().squeeze(1);
  if (const int64_t times = g.config.num_return_sequences(); times > 1) {
    g.feed.repeat(times);
    logits = logits.repeat_interleave(times, 0);
    std::vector<std::vector<int64_t>> repeated;
    for (const auto& text : g.texts)
      repeated.insert(repeated.end(), static_cast<size_t>(times), text);
    g.texts = std::move(repeated);
  }
  const size_t rows = g.texts.size();
  std::vector<std::vector<float>> logprobs(rows);
  std::vector<bool> finished(rows);
  for (size_t unfinished = rows;;) {
    if (g.config.output_logits()) out.logits.push_back(logits.clone());
    const Tensor sums = logits.logsumexp({-1});
    // Processors write where they read; what the model said is still asked for.
    const Tensor scores = g.processors.empty() ? logits : logits.clone();
    for (size_t row = 0; row < rows; ++row) {
      const auto at = static_cast<int64_t>(row);
      const std::span<float> line = row_of(scores, at);
      if (!finished[row] || g.config.output_scores()) g.process(g.text(row), line);
      if (finished[row]) {
        g.texts[row].push_back(g.pad_token_id);
        continue;
      }
      const int64_t token = choose(g, line);
      g.texts[row].push_back(token);
      logprobs[row].push_back(row_of(logits, at)[static_cast<size_t>(token)] -
                              sums.const_data_ptr<float>()[row]);
      if (g.options.streamer()) g.options.streamer()(token);
      if (g.ends(g.text(row))) {
        finished[row] = true;
        --unfinished;
      }
    }
    if (g.config.output_scores()) out.scores.push_back(scores.clone());
    if (unfinished == 0) break;
    logits = g.feed.read(g.texts, 1).squeeze(1);
  }
  out.sequences = as_tensor(g.texts, g.pad_token_id);
  out.logprobs = as_tensor(logprobs);
  return out;
}

}  // namespace hearth::text
