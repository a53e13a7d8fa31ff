// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/pipelines/question_answering.h"

#include <algorithm>
#include <utility>

#include "hearth/base/error.h"

#include "pipelines/code_points.h"
#include "pipelines/scores.h"

namespace hearth::text {
namespace {

/// Tokens of a piece, from the first to the last of an answer.
struct Span {
  size_t first, last;
  float score;
};

/// Probabilities over the tokens that may be in an answer.
std::vector<float> probabilities(const float* logits, const std::vector<char>& wanted) {
  // What transformers gives the other tokens.
  constexpr float kUnwanted = -10000;
  std::vector<float> scores(wanted.size());
  for (size_t i = 0; i < wanted.size(); ++i) scores[i] = wanted[i] ? logits[i] : kUnwanted;
  softmax_in_place(scores.data(), scores.size());
  return scores;
}

/// The best spans of tokens of the context, at most `most`.
std::vector<Span> best_spans(const std::vector<float>& start, const std::vector<float>& end,
                             const std::vector<char>& wanted, size_t longest, size_t most) {
  std::vector<Span> spans;
  for (size_t first = 0; first < start.size(); ++first)
    for (size_t last = first; last < std::min(start.size(), first + longest); ++last)
      spans.push_back({first, last, start[first] * end[last]});
  most = std::min(most, spans.size());
  std::partial_sort(spans.begin(), spans.begin() + static_cast<std::ptrdiff_t>(most), spans.end(),
                    [](const Span& a, const Span& b) { return a.score > b.score; });
  spans.resize(most);
  std::erase_if(spans, [&](const Span& s) { return !wanted[s.first] || !wanted[s.last]; });
  return spans;
}

/// Whether two texts differ in nothing but small and capital letters.
bool same_letters(std::string_view a, std::string_view b) {
  const auto small = [](std::string_view text) {
    std::u32string letters;
    for (size_t at = 0; at < text.size();) {
      const char32_t code = unicode::next(text, at);
      const unicode::Codes lower = unicode::lower(code);
      letters.append(lower.begin(), lower.end());
    }
    return letters;
  };
  return small(a) == small(b);
}

/// Where a span lies in the context, of which it is text number `sequence`.
Offset place_of(const Encoding& piece, const Span& span, size_t sequence, bool align_to_words) {
  if (align_to_words) {
    const auto from = piece.token_to_word(span.first), to = piece.token_to_word(span.last);
    const auto begin = from ? piece.word_to_chars(from->second, sequence) : std::nullopt;
    const auto end = to ? piece.word_to_chars(to->second, sequence) : std::nullopt;
    if (begin && end) return {begin->begin, end->end};
  }
  return {piece.offsets[span.first].begin, piece.offsets[span.last].end};
}

}  // namespace

QuestionAnsweringPipeline::QuestionAnsweringPipeline(PreTrainedTokenizer tokenizer,
                                                     std::shared_ptr<PreTrainedModelImpl> model)
    : Pipeline(std::move(tokenizer), std::move(model)) {}

QuestionAnsweringPipeline::QuestionAnsweringPipeline(const std::string& name_or_path,
                                                     const PipelineOptions& options)
    : Pipeline(Head::QuestionAnswering, name_or_path, options) {}

QuestionAnsweringPipeline QuestionAnsweringPipeline::from_pretrained(
    const std::string& name_or_path, const PipelineOptions& options) {
  return {name_or_path, options};
}

std::vector<Answer> QuestionAnsweringPipeline::operator()(const std::string& question,
                                                          const std::string& context,
                                                          const Options& options) const {
  HEARTH_CHECK_AS(ValueError, !question.empty() && !context.empty(),
                  "[QuestionAnsweringPipeline] expected a question and a context, got an empty ",
                  question.empty() ? "question" : "context");
  const int64_t most_tokens =
      options.max_seq_len().value_or(std::min<int64_t>(max_length().value_or(384), 384));
  const int64_t stride = options.doc_stride().value_or(std::min<int64_t>(most_tokens / 2, 128));
  HEARTH_CHECK_AS(
      ValueError,
      options.top_k() > 0 && options.max_answer_len() > 0 && stride >= 0 && stride <= most_tokens,
      "[QuestionAnsweringPipeline] expected top_k and max_answer_len above 0 and "
      "doc_stride from 0 to max_seq_len, got ",
      options.top_k(), ", ", options.max_answer_len(), ", ", stride, " and ", most_tokens);
  const auto asked =
      static_cast<int64_t>(tokenizer().encode(question, /*add_special_tokens=*/false).size() +
                           tokenizer().tokenizer.num_special_tokens_to_add(/*pair=*/true));
  HEARTH_CHECK_AS(
      ValueError, asked < most_tokens,
      "[QuestionAnsweringPipeline] expected a question that leaves room for the context "
      "in ",
      most_tokens, " tokens, got one of ", asked, " with special tokens");
  // Which comes first: padding at the left means that the question stands behind.
  const bool question_first = tokenizer().padding_side == Side::Right;
  const size_t sequence = question_first ? 1 : 0;
  const auto pair = question_first ? std::pair(question, context) : std::pair(context, question);
  const BatchEncoding pieces = tokenizer()(
      ArrayRef<std::pair<std::string, std::string>>(pair),
      BatchOptions()
          .truncation(true)
          .max_length(most_tokens)
          .strategy(question_first ? TruncationStrategy::OnlySecond : TruncationStrategy::OnlyFirst)
          .stride(stride)
          .return_overflowing_tokens(true)
          .padding_side(Side::Right));
  const ModelOutput out = run_in_parts(pieces);
  const auto width = static_cast<size_t>(out.start_logits.size(1));
  const auto top_k = static_cast<size_t>(options.top_k());
  const CodePoints text(context);

  // Probabilities are of a piece's own tokens, padding apart, as if it were alone.
  std::vector<Answer> answers;
  float no_answer = 1;
  for (size_t row = 0; row < pieces.encodings.size(); ++row) {
    const Encoding& piece = pieces.encodings[row];
    const auto of_text = piece.sequence_ids();
    std::vector<char> wanted(piece.size());
    for (size_t i = 0; i < piece.size(); ++i)
      wanted[i] = piece.attention_mask[i] &&
                  (of_text[i] == sequence || piece.ids[i] == tokenizer().cls_token_id());
    auto start = probabilities(out.start_logits.const_data_ptr<float>() + row * width, wanted);
    auto end = probabilities(out.end_logits.const_data_ptr<float>() + row * width, wanted);
    // The first token stands for "no answer", and is in none.
    no_answer = std::min(no_answer, start[0] * end[0]);
    start[0] = end[0] = 0;
    wanted[0] = false;
    // Several spans may be the same words.
    const size_t most = options.align_to_words() ? 2 * top_k + 10 : top_k;
    for (const Span& span :
         best_spans(start, end, wanted, static_cast<size_t>(options.max_answer_len()), most)) {
      const Offset place = place_of(piece, span, sequence, options.align_to_words());
      std::string found(text.slice(place.begin, place.end));
      const auto same = std::find_if(answers.begin(), answers.end(), [&](const Answer& a) {
        return same_letters(a.answer, found);
      });
      if (same != answers.end())
        same->score += span.score;
      else
        answers.push_back({span.score, place.begin, place.end, std::move(found)});
    }
  }
  if (options.handle_impossible_answer()) answers.push_back({no_answer, 0, 0, ""});
  std::stable_sort(answers.begin(), answers.end(),
                   [](const Answer& a, const Answer& b) { return a.score > b.score; });
  if (answers.size() > top_k) answers.resize(top_k);
  return answers;
}

}  // namespace hearth::text
