// SPDX-License-Identifier: Apache-2.0
// Models as tokenizer.json describes them.
#include <simdjson.h>

#include "hearth/base/error.h"

#include "tokenizers/models/build.h"
#include "tokenizers/models/vocab_json.h"
#include "tokenizers/parts.h"

namespace hearth::text {
namespace {

using simdjson::dom::element;

/// The fields of a JSON object, checked.
class Fields {
 public:
  Fields(const element& json, const std::string& source) : source_(source) {
    HEARTH_CHECK_AS(FormatError, json.get(object_) == simdjson::SUCCESS, "[", source,
                    "] expected an object as the model");
  }

  bool has(const char* name) const { return object_[name].error() == simdjson::SUCCESS; }
  element get(const char* name) const {
    element value;
    HEARTH_CHECK_AS(FormatError, object_[name].get(value) == simdjson::SUCCESS, "[", source_,
                    "] expected '", name, "' in the model");
    return value;
  }
  /// `fallback` where the field is absent or null.
  template <typename T>
  T get_or(const char* name, T fallback, const char* kind) const {
    element value;
    if (object_[name].get(value) != simdjson::SUCCESS || value.is_null()) return fallback;
    HEARTH_CHECK_AS(FormatError, value.get(fallback) == simdjson::SUCCESS, "[", source_,
                    "] expected ", kind, " as the model's '", name, "'");
    return fallback;
  }
  bool flag(const char* name) const { return get_or(name, false, "true or false"); }
  std::optional<std::string> text(const char* name) const {
    const auto value = get_or(name, std::string_view(), "a string");
    return value.data() ? std::optional<std::string>(value) : std::nullopt;
  }

 private:
  simdjson::dom::object object_;
  const std::string& source_;
};

std::vector<RankedMerge> read_merges(const element& json, const std::string& source) {
  simdjson::dom::array array;
  HEARTH_CHECK_AS(FormatError, json.get(array) == simdjson::SUCCESS, "[", source,
                  "] expected an array of merges");
  std::vector<RankedMerge> merges;
  merges.reserve(array.size());
  for (const element merge : array) {
    std::string_view left, right, line;
    simdjson::dom::array pair;
    if (merge.get(line) == simdjson::SUCCESS) {
      if (line.starts_with("#version")) continue;
      std::tie(left, right) = split_merge(line, source);
    } else {
      const bool two = merge.get(pair) == simdjson::SUCCESS && pair.size() == 2 &&
                       pair.at(0).get(left) == simdjson::SUCCESS &&
                       pair.at(1).get(right) == simdjson::SUCCESS;
      HEARTH_CHECK_AS(FormatError, two, "[", source, "] expected two tokens as merge ",
                      merges.size());
    }
    merges.push_back({left, right, static_cast<uint32_t>(merges.size())});
  }
  return merges;
}

std::unique_ptr<Model> read_bpe(const Fields& fields, bool byte_level, const std::string& source) {
  BpeOptions options;
  const double dropout = fields.get_or("dropout", -1.0, "a number");
  if (dropout != -1.0) options.dropout = static_cast<float>(dropout);
  options.unk_token = fields.text("unk_token");
  options.continuing_subword_prefix = fields.text("continuing_subword_prefix");
  options.end_of_word_suffix = fields.text("end_of_word_suffix");
  options.fuse_unk = fields.flag("fuse_unk");
  options.byte_fallback = fields.flag("byte_fallback");
  options.ignore_merges = fields.flag("ignore_merges");
  options.byte_level = byte_level;
  return make_bpe(read_vocab(fields.get("vocab"), source),
                  read_merges(fields.get("merges"), source), options, source);
}

std::unique_ptr<Model> read_wordpiece(const Fields& fields, const std::string& source) {
  WordPieceOptions options;
  if (auto unk = fields.text("unk_token")) options.unk_token = *std::move(unk);
  if (auto prefix = fields.text("continuing_subword_prefix")) {
    options.continuing_subword_prefix = *std::move(prefix);
  }
  options.max_input_chars_per_word =
      fields.get_or("max_input_chars_per_word", uint64_t{100}, "a number of characters");
  return make_wordpiece(read_vocab(fields.get("vocab"), source), options, source);
}

std::unique_ptr<Model> read_unigram(const Fields& fields, const std::string& source) {
  simdjson::dom::array array;
  HEARTH_CHECK_AS(FormatError, fields.get("vocab").get(array) == simdjson::SUCCESS, "[", source,
                  "] expected an array of pieces and scores as the vocabulary");
  std::vector<UnigramPiece> pieces;
  pieces.reserve(array.size());
  for (const element piece : array) {
    UnigramPiece read;
    simdjson::dom::array pair;
    const bool two = piece.get(pair) == simdjson::SUCCESS && pair.size() == 2 &&
                     pair.at(0).get(read.text) == simdjson::SUCCESS &&
                     pair.at(1).get(read.score) == simdjson::SUCCESS;
    HEARTH_CHECK_AS(FormatError, two, "[", source, "] expected a text and a score as piece ",
                    pieces.size());
    pieces.push_back(read);
  }
  UnigramOptions options;
  const uint64_t unk = fields.get_or("unk_id", uint64_t{UINT64_MAX}, "the number of a piece");
  if (unk != UINT64_MAX) {
    HEARTH_CHECK_AS(FormatError, unk < pieces.size(), "[", source, "] expected unk_id below ",
                    pieces.size(), ", the number of pieces, got ", unk);
    options.unk_id = static_cast<uint32_t>(unk);
  }
  options.byte_fallback = fields.flag("byte_fallback");
  return make_unigram(pieces, options, source);
}

/// Older files don't say what they are.
std::string type_of(const Fields& fields) {
  if (auto type = fields.text("type")) return *std::move(type);
  if (fields.has("merges")) return "BPE";
  if (fields.has("max_input_chars_per_word")) return "WordPiece";
  return fields.get("vocab").is_array() ? "Unigram" : "WordLevel";
}

}  // namespace

VocabEntries read_vocab(const element& json, const std::string& source) {
  simdjson::dom::object object;
  HEARTH_CHECK_AS(FormatError, json.get(object) == simdjson::SUCCESS, "[", source,
                  "] expected an object of tokens and ids as the vocabulary");
  VocabEntries vocab;
  vocab.reserve(object.size());
  for (const auto [token, value] : object) {
    uint64_t id;
    HEARTH_CHECK_AS(FormatError, value.get(id) == simdjson::SUCCESS && id < UINT32_MAX, "[", source,
                    "] expected a number of 32 bits as the id of '", token, "'");
    vocab.emplace_back(token, static_cast<uint32_t>(id));
  }
  return vocab;
}

std::pair<std::string_view, std::string_view> split_merge(std::string_view line,
                                                          const std::string& source) {
  const size_t space = line.find(' ');
  HEARTH_CHECK_AS(
      FormatError, space != std::string_view::npos && line.find(' ', space + 1) == line.npos, "[",
      source, "] expected two tokens with a space between them as a merge, got '", line, "'");
  return {line.substr(0, space), line.substr(space + 1)};
}

std::unique_ptr<Model> make_model(const element& json, bool byte_level, const std::string& source) {
  const Fields fields(json, source);
  const std::string type = type_of(fields);
  if (type == "BPE") return read_bpe(fields, byte_level, source);
  if (type == "WordPiece") return read_wordpiece(fields, source);
  if (type == "Unigram") return read_unigram(fields, source);
  if (type == "WordLevel") {
    return make_wordlevel(read_vocab(fields.get("vocab"), source),
                          fields.text("unk_token").value_or("<unk>"), source);
  }
  throw FormatError(cat_str("[", source,
                            "] expected BPE, WordPiece, WordLevel or Unigram as the model's type, "
                            "got '",
                            type, "'"));
}

}  // namespace hearth::text
