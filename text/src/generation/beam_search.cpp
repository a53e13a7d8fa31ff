// SPDX-License-Identifier: Apache-2.0
// Beam search as Hugging Face's: of each text the candidates with the highest sums of scores go on,
// more of them than there are beams, so that enough are left when some end.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "hearth/base/error.h"
#include "hearth/ops/softmax.h"
#include "hearth/ops/view.h"

#include "generation/probabilities.h"
#include "generation/texts.h"

namespace hearth::text {
namespace {

/// Added to a score that shall not be chosen as long as there is another.
constexpr float kOut = -1e9F;

/// A text with the sum of its tokens' scores.
struct Candidate {
  std::vector<int64_t> text;
  std::vector<float> logprobs;
  float score = 0;
  bool ended = false;
  size_t beam = 0;  // it came from
};

/// The first n of scores, largest first; earlier ones first of equal ones.
std::vector<size_t> largest(std::span<const float> scores, size_t n) {
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  n = std::min(n, order.size());
  const auto before = [&](size_t a, size_t b) {
    return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
  };
  std::partial_sort(order.begin(), order.begin() + static_cast<int64_t>(n), order.end(), before);
  order.resize(n);
  return order;
}

/// The beams of one text of the batch.
class Beams {
 public:
  Beams(const std::vector<int64_t>& prompt, size_t n) : running(n), finished_(n) {
    for (size_t i = 0; i < n; ++i) {
      running[i].text = finished_[i].text = prompt;
      running[i].score = i == 0 ? 0 : kOut;  // they are all the same
      finished_[i].score = kOut;
    }
  }

  /// One step: `scores` [beams, vocab] (sums) and the logarithms of probabilities they come from.
  void advance(Generation& g, std::span<const float> scores, std::span<const float> logprobs,
               size_t row) {
    const size_t n = running.size(), vocab = scores.size() / n;
    const size_t ends = g.config.eos_token_id().size();
    std::vector<Candidate> candidates;
    for (const size_t at : pick(g, scores, std::max<size_t>(2, 1 + ends) * n)) {
      const Candidate& from = running[at / vocab];
      Candidate next{from.text, from.logprobs, scores[at], false, at / vocab};
      next.text.push_back(static_cast<int64_t>(at % vocab));
      next.logprobs.push_back(logprobs[at]);
      next.ended = g.ends({next.text, g.feed.padding()[row]});
      candidates.push_back(std::move(next));
    }
    all_ended = std::all_of(candidates.begin(), candidates.end(),
                            [](const Candidate& c) { return c.ended; });
    finish(g, candidates);
    std::vector<float> left;
    for (const Candidate& c : candidates) left.push_back(c.ended ? c.score + kOut : c.score);
    std::vector<Candidate> next;
    for (const size_t at : largest(left, n)) {
      next.push_back(candidates[at]);
      next.back().score = left[at];
    }
    running = std::move(next);
    improves = improves && may_improve(g);
  }

  bool full() const {
    return std::all_of(finished_.begin(), finished_.end(),
                       [](const Candidate& c) { return c.ended; });
  }
  const std::vector<Candidate>& finished() const { return finished_; }

  std::vector<Candidate> running;
  /// Whether what is running may become better than what has ended, as far as is known.
  bool improves = true;
  bool all_ended = false;

 private:
  static float power(int64_t tokens, const Generation& g) {
    return static_cast<float>(std::pow(static_cast<double>(tokens), g.config.length_penalty()));
  }
  static int64_t new_tokens(const Candidate& c, const Generation& g) {
    return static_cast<int64_t>(c.text.size()) - g.prompt_length;
  }

  static std::vector<size_t> pick(Generation& g, std::span<const float> scores, size_t n) {
    if (!g.config.do_sample()) return largest(scores, n);
    // By chance, none twice; the largest first.
    std::vector<float> p = probabilities(scores);
    double total = std::accumulate(p.begin(), p.end(), 0.0);
    std::vector<size_t> picked;
    while (picked.size() < n && total > 0) {
      double left = g.draw() * total;
      size_t at = p.size(), last = p.size();
      for (size_t i = 0; i < p.size() && at == p.size(); ++i) {
        if (p[i] > 0) last = i;
        left -= p[i];
        if (left < 0) at = i;
      }
      if (at == p.size()) at = last;
      if (at == p.size()) break;
      picked.push_back(at);
      total -= p[at];
      p[at] = 0;
    }
    HEARTH_CHECK_AS(ValueError, !picked.empty(),
                    "[generate] expected scores of which some are possible");
    // Where fewer are possible than beams go on, or what is left is nothing beside what was picked,
    // the best of the others fill up.
    for (const size_t at : largest(scores, n))
      if (picked.size() < n && std::find(picked.begin(), picked.end(), at) == picked.end())
        picked.push_back(at);
    std::sort(picked.begin(), picked.end(), [&](size_t a, size_t b) {
      return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
    });
    return picked;
  }

  /// Lets candidates that ended take the place of worse ones that ended before.
  void finish(const Generation& g, const std::vector<Candidate>& candidates) {
    const size_t n = finished_.size();
    const bool closed = full() && g.config.early_stopping() == EarlyStopping::True;
    std::vector<Candidate> all = finished_;
    for (size_t i = 0; i < candidates.size(); ++i) {
      Candidate c = candidates[i];
      c.ended = c.ended && i < n;
      c.score /= power(new_tokens(c, g), g);
      if (closed) c.score += kOut;
      if (!improves) c.score += kOut;
      if (!c.ended) c.score += kOut;
      all.push_back(std::move(c));
    }
    // Of equal scores, what ended goes before what fills up, as long as there are few.
    std::stable_sort(all.begin(), all.end(), [](const Candidate& a, const Candidate& b) {
      return a.score != b.score ? a.score > b.score : a.ended && !b.ended;
    });
    all.resize(n);
    finished_ = std::move(all);
  }

  bool may_improve(const Generation& g) const {
    const bool longest =
        g.config.early_stopping() == EarlyStopping::Never && g.config.length_penalty() > 0;
    const int64_t length = longest ? g.max_length - g.prompt_length : new_tokens(running[0], g);
    const float best = running[0].score / power(length, g);
    float worst = std::numeric_limits<float>::infinity();
    for (const Candidate& c : finished_) worst = std::min(worst, c.score);
    return best > (full() ? worst : kOut);
  }

  std::vector<Candidate> finished_;
};

}  // namespace

GenerateOutput beam_search(Generation& g) {
  GenerateOutput out;
  const auto beams = static_cast<size_t>(g.config.num_beams());
  Tensor logits = g.feed.read_prompts().squeeze(1).repeat_interleave(g.config.num_beams(), 0);
  std::vector<Beams> items;
  for (const auto& prompt : g.texts) items.emplace_back(prompt, beams);
  g.feed.repeat(g.config.num_beams());
  const auto rows = static_cast<int64_t>(items.size() * beams);
  for (;;) {
    if (g.config.output_logits()) out.logits.push_back(logits);
    const Tensor logprobs = log_softmax(logits, -1), scores = logprobs.clone();
    for (int64_t row = 0; row < rows; ++row) {
      const auto at = static_cast<size_t>(row);
      const Candidate& beam = items[at / beams].running[at % beams];
      g.process({beam.text, g.feed.padding()[at]}, row_of(scores, row));
    }
    if (g.config.output_scores()) out.scores.push_back(scores.clone());
    std::vector<int64_t> from;
    for (size_t i = 0; i < items.size(); ++i) {
      Beams& item = items[i];
      const size_t row = i * beams, vocab = static_cast<size_t>(scores.size(1));
      const auto lines_of = [&](const Tensor& t) {
        return std::span<float>(row_of(t, static_cast<int64_t>(row)).data(), beams * vocab);
      };
      const std::span<float> sums = lines_of(scores);
      for (size_t k = 0; k < sums.size(); ++k) sums[k] += item.running[k / vocab].score;
      item.advance(g, sums, lines_of(logprobs), row);
      for (const Candidate& c : item.running) from.push_back(static_cast<int64_t>(row + c.beam));
    }
    const auto all = [&](const auto& is) { return std::all_of(items.begin(), items.end(), is); };
    const bool early = g.config.early_stopping() == EarlyStopping::True;
    if (all([](const Beams& b) { return !b.improves; }) ||
        (early && all([](const Beams& b) { return b.full(); })) ||
        all([](const Beams& b) { return b.all_ended; }))
      break;
    g.feed.reorder(from);
    std::vector<std::vector<int64_t>> texts;
    for (const Beams& item : items)
      for (const Candidate& c : item.running) texts.push_back(c.text);
    logits = g.feed.read(texts, 1).squeeze(1);
  }
  std::vector<std::vector<int64_t>> texts;
  std::vector<std::vector<float>> logprobs, scores(1);
  for (const Beams& item : items) {
    for (int64_t i = 0; i < g.config.num_return_sequences(); ++i) {
      const Candidate& c = item.finished()[static_cast<size_t>(i)];
      texts.push_back(c.text);
      logprobs.push_back(c.logprobs);
      scores[0].push_back(c.score);
    }
  }
  // transformers' beam search takes a pad_token_id of 0 for none.
  const std::vector<int64_t>& ends = g.config.eos_token_id();
  out.sequences = as_tensor(texts, g.pad_token_id == 0 && !ends.empty() ? ends[0] : g.pad_token_id);
  out.logprobs = as_tensor(logprobs);
  out.sequences_scores = as_tensor(scores).select(0, 0);
  return out;
}

}  // namespace hearth::text
