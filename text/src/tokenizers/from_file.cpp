// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/from_file.h"

#include <algorithm>
#include <filesystem>

#include "hearth/base/error.h"

#include "tokenizers/classes/tokenizer_class.h"
#include "tokenizers/text_file.h"

namespace hearth::text {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_base64(char c) {
  return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '+' || c == '/' ||
         c == '=';
}
std::string_view without_blanks(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  return text;
}

/// Whether the first member of an object is a number, as in {"!": 0.
bool begins_with_number(std::string_view object) {
  object = without_blanks(object.substr(1));
  if (!object.starts_with('"')) return false;
  size_t at = 1;
  while (at < object.size() && object[at] != '"') at += object[at] == '\\' ? 2 : 1;
  if (at >= object.size()) return false;
  object = without_blanks(object.substr(at + 1));
  if (!object.starts_with(':')) return false;
  object = without_blanks(object.substr(1));
  return !object.empty() && is_digit(object[0]);
}

/// Whether there are bytes that no text has.
bool is_binary(std::string_view text) {
  constexpr size_t kLooked = 4096;
  const std::string_view head = text.substr(0, kLooked);
  return std::any_of(head.begin(), head.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\n' && c != '\r';
  });
}

/// "IQ== 0"
bool is_tiktoken(std::string_view text) {
  const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  const size_t blank = line.find(' ');
  if (blank == 0 || blank == std::string_view::npos || blank % 4 != 0) return false;
  const std::string_view token = line.substr(0, blank), rank = line.substr(blank + 1);
  return std::all_of(token.begin(), token.end(), is_base64) && !rank.empty() &&
         std::all_of(rank.begin(), rank.end(), is_digit);
}

VocabularyFormat format_of(std::string_view text) {
  const std::string_view begin = without_blanks(text);
  if (begin.starts_with('{'))
    return begins_with_number(begin) ? VocabularyFormat::VocabJson
                                     : VocabularyFormat::TokenizerJson;
  // The first field of SentencePiece's message is a piece.
  if (text.starts_with('\n') && is_binary(text)) return VocabularyFormat::SentencePiece;
  if (is_tiktoken(text)) return VocabularyFormat::Tiktoken;
  return VocabularyFormat::VocabTxt;
}

/// XLM-R's file has a name of its own.
bool is_xlm_roberta(const std::string& path) {
  return std::filesystem::path(path).filename() == "sentencepiece.bpe.model";
}

}  // namespace

OpenedTokenizer open_tokenizer(const std::string& path, const TokenizerSettings& settings) {
  const std::string text = read_text_file(path);
  HEARTH_CHECK_AS(FormatError, !without_blanks(text).empty(), "[", path,
                  "] expected a tokenizer, got an empty file");
  const VocabularyFormat format = format_of(text);
  if (const TokenizerClass* const its = find_class(settings.family, format))
    return its->open(*its, text, path, settings);
  switch (format) {
    case VocabularyFormat::TokenizerJson:
      return {read_tokenizer_json(text, path)};
    case VocabularyFormat::VocabJson:
      return {from_gpt2_vocab(text, path, settings)};
    case VocabularyFormat::SentencePiece:
      return from_sentencepiece(text, path, settings,
                                settings.family.empty() && is_xlm_roberta(path));
    case VocabularyFormat::Tiktoken:
      return {from_tiktoken(text, path)};
    case VocabularyFormat::VocabTxt:
      break;
  }
  HEARTH_CHECK_AS(FormatError, !is_binary(text), "[", path,
                  "] expected tokenizer.json, a SentencePiece model, a .tiktoken file, vocab.txt, "
                  "or vocab.json with merges.txt, got none of these");
  return {from_bert_vocab(text, path, settings)};
}

Tokenizer Tokenizer::from_file(const std::string& path) {
  return Tokenizer(open_tokenizer(path).impl);
}

}  // namespace hearth::text
