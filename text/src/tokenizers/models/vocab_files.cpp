// SPDX-License-Identifier: Apache-2.0
// Vocabularies in files of lines: .tiktoken, vocab.txt, and vocab.json with merges.txt.
#include <charconv>
#include <deque>

#include <simdjson.h>

#include "hearth/base/error.h"

#include "tokenizers/base64.h"
#include "tokenizers/model_files.h"
#include "tokenizers/models/byte_letters.h"
#include "tokenizers/models/vocab_json.h"
#include "tokenizers/parts.h"
#include "unicode/utf8.h"

namespace hearth::text {
namespace {

/// Takes the next line, without its end, from the text; false after the last one.
bool next_line(std::string_view& text, std::string_view& line) {
  if (text.empty()) return false;
  const size_t end = text.find('\n');
  line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return true;
}

void check_utf8(std::string_view text, const std::string& source) {
  const size_t at = unicode::find_invalid(text);
  HEARTH_CHECK_AS(FormatError, at == text.size(), "[", source, "] expected valid UTF-8, byte ", at,
                  " isn't");
}

}  // namespace

std::unique_ptr<Model> read_tiktoken(
    std::string_view file, const std::string& source,
    const std::vector<std::pair<uint32_t, std::string>>& specials) {
  std::deque<std::string> letters;
  VocabEntries vocab;
  std::vector<uint32_t> ranks;
  std::string_view line;
  size_t number = 0;
  for (std::string_view rest = file; next_line(rest, line);) {
    ++number;
    if (line.empty()) continue;
    const size_t space = line.find(' ');
    uint32_t rank = 0;
    // Whisper's file has an empty token, of one '='.
    const std::string_view code = line.substr(0, space);
    const std::optional<std::string> token = code == "=" ? std::string() : from_base64(code);
    bool whole = token && space != std::string_view::npos;
    if (whole) {
      const auto [end, error] =
          std::from_chars(line.data() + space + 1, line.data() + line.size(), rank);
      whole = error == std::errc() && end == line.data() + line.size();
    }
    HEARTH_CHECK_AS(FormatError, whole, "[", source,
                    "] expected a token in base64, a space and its rank in line ", number);
    append_letters(letters.emplace_back(), *token);
    vocab.emplace_back(letters.back(), rank);
    ranks.push_back(rank);
  }
  HEARTH_CHECK_AS(FormatError, !vocab.empty(), "[", source, "] expected tokens, got none");
  BpeOptions options;
  options.ignore_merges = true;
  options.byte_level = true;
  const std::vector<RankedMerge> merges = all_merges(vocab, ranks, source);
  for (const auto& [id, token] : specials) vocab.emplace_back(token, id);
  return make_bpe(vocab, merges, options, source);
}

std::unique_ptr<Model> read_bert_vocab(std::string_view file, const std::string& source,
                                       const std::string& unk_token) {
  check_utf8(file, source);
  VocabEntries vocab;
  std::string_view line;
  for (std::string_view rest = file; next_line(rest, line);) {
    vocab.emplace_back(line, static_cast<uint32_t>(vocab.size()));
  }
  HEARTH_CHECK_AS(FormatError, !vocab.empty(), "[", source, "] expected tokens, got none");
  WordPieceOptions options;
  options.unk_token = unk_token;
  return make_wordpiece(vocab, options, source);
}

std::unique_ptr<Model> read_gpt2_vocab(std::string_view vocab, std::string_view merges,
                                       const std::string& source, const std::string& merges_source,
                                       BpeOptions options) {
  check_utf8(merges, merges_source);
  std::vector<RankedMerge> pairs;
  std::string_view line;
  for (std::string_view rest = merges; next_line(rest, line);) {
    if (line.starts_with("#version")) continue;
    const auto [left, right] = split_merge(line, merges_source);
    pairs.push_back({left, right, static_cast<uint32_t>(pairs.size())});
  }
  simdjson::dom::parser parser;
  simdjson::dom::element json;
  const auto failed = parser.parse(vocab.data(), vocab.size()).get(json);
  HEARTH_CHECK_AS(FormatError, !failed, "[", source,
                  "] expected JSON, got something else: ", simdjson::error_message(failed));
  options.byte_level = true;
  return make_bpe(read_vocab(json, source), pairs, options, source);
}

}  // namespace hearth::text
