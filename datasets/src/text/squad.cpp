// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/text/squad.h"

#include <algorithm>

#include "hearth/base/error.h"
#include "hearth/data/readers/byte_stream.h"
#include "hearth/data/readers/jsonl.h"

#include "text/sources.h"

namespace hearth::datasets {
namespace {

using data::readers::Broken;
using data::readers::JsonValue;

constexpr size_t kLongestFile = size_t{1} << 30;

std::string bytes_of(const std::string& path) {
  data::readers::ByteStream stream(path);
  std::string bytes;
  constexpr size_t kPiece = 1 << 20;
  for (;;) {
    const size_t before = bytes.size();
    HEARTH_CHECK_AS(FormatError, before < kLongestFile, "[", path, "] is larger than 1 GB");
    bytes.resize(before + kPiece);
    const size_t got = stream.read(bytes.data() + before, kPiece);
    bytes.resize(before + got);
    if (got < kPiece) return bytes;
  }
}

/// The byte of valid UTF-8 that a code point begins at; npos behind the end.
size_t byte_of(const std::string& text, int64_t code_point) {
  for (size_t at = 0; at < text.size(); ++at) {
    if ((static_cast<uint8_t>(text[at]) & 0xc0) == 0x80) continue;
    if (code_point-- == 0) return at;
  }
  return code_point == 0 ? text.size() : std::string::npos;
}

Question question_of(const JsonValue& json, const std::string& title, const std::string& context) {
  Question question;
  question.id = json.at("id").string();
  question.title = title;
  question.context = context;
  question.question = json.at("question").string();
  question.is_impossible = json.contains("is_impossible") && json.at("is_impossible").boolean();
  const JsonValue answers = json.at("answers");
  for (size_t i = 0; i < answers.size(); ++i) {
    const std::string& text = answers.at(i).at("text").string();
    const int64_t start = answers.at(i).at("answer_start").integer();
    const size_t at = start < 0 ? std::string::npos : byte_of(context, start);
    HEARTH_CHECK_AS(FormatError,
                    at != std::string::npos && context.compare(at, text.size(), text) == 0,
                    "the question ", question.id, " has an answer that isn't at ", start);
    question.answers.push_back(text);
    question.answer_starts.push_back(start);
  }
  HEARTH_CHECK_AS(FormatError, question.is_impossible || !question.answers.empty(), "the question ",
                  question.id, " has no answer");
  return question;
}

}  // namespace

Questions::Questions(std::vector<Question> samples, int64_t broken)
    : samples_(std::make_shared<const std::vector<Question>>(std::move(samples))),
      broken_(broken) {}

Question Questions::get(size_t index) {
  HEARTH_CHECK_AS(IndexError, index < samples_->size(), "[get] index ", index, " of a data set of ",
                  samples_->size(), " questions");
  return (*samples_)[index];
}

Questions read_squad(const std::string& path, Broken broken) {
  const JsonValue articles = JsonValue(bytes_of(path), path).at("data");
  std::vector<Question> all;
  int64_t left_out = 0;
  for (size_t a = 0; a < articles.size(); ++a) {
    const JsonValue article = articles.at(a), paragraphs = article.at("paragraphs");
    const std::string title = article.contains("title") ? article.at("title").string() : "";
    for (size_t p = 0; p < paragraphs.size(); ++p) {
      const JsonValue paragraph = paragraphs.at(p), questions = paragraph.at("qas");
      const std::string& context = paragraph.at("context").string();
      for (size_t q = 0; q < questions.size(); ++q) {
        try {
          all.push_back(question_of(questions.at(q), title, context));
        } catch (const FormatError& e) {
          if (broken == Broken::Error) {
            const std::string why = e.what();
            throw FormatError(why.starts_with('[') ? why : cat_str("[", path, "] ", why));
          }
          ++left_out;
        }
      }
    }
  }
  return Questions(std::move(all), left_out);
}

Questions SQuAD1(const TextDatasetOptions& options) {
  return read_squad(split_path(source_of("squad1"), options), options.broken());
}
Questions SQuAD2(const TextDatasetOptions& options) {
  return read_squad(split_path(source_of("squad2"), options), options.broken());
}

}  // namespace hearth::datasets
