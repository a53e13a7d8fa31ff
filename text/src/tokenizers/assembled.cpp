// SPDX-License-Identifier: Apache-2.0
// Tokenizers of files that hold a vocabulary only: what is around it is what Hugging Face's
// converters put there.
#include "tokenizers/assembled.h"

#include <filesystem>

#include "hearth/base/error.h"

#include "tokenizers/base64.h"
#include "tokenizers/from_file.h"
#include "tokenizers/text_file.h"

namespace hearth::text {

using nlohmann::ordered_json;

namespace {

/// Those that the model has.
std::vector<AddedToken> specials_of(const Model& model,
                                    std::initializer_list<const char*> contents) {
  std::vector<AddedToken> out;
  for (const char* content : contents)
    if (model.token_to_id(content)) out.push_back(special_token(content));
  return out;
}

/// Steps of SentencePiece's normalizer, but for a space in front.
ordered_json sentencepiece_normalizers(const SentencePieceFile& its, bool legacy, bool exact) {
  ordered_json steps = ordered_json::array();
  if (!its.precompiled_charsmap.empty()) {
    steps.push_back(precompiled(its.precompiled_charsmap, exact));
    // The library writes user-defined pieces as they are.
    ordered_json& kept = steps.back()["kept"] = ordered_json::array();
    for (const UnigramPiece& piece : its.pieces)
      if (exact && piece.type == UnigramPiece::Type::UserDefined) kept.push_back(piece.text);
  }
  if (its.remove_extra_whitespaces) {
    steps.push_back(replace("Regex", "\\A +| +\\z", ""));
    steps.push_back(replace("Regex", " {2,}", " "));
  }
  if (its.escape_whitespaces) steps.push_back(replace("String", " ", kSpaceMark));
  if (!its.add_dummy_prefix) return steps;
  if (its.treat_whitespace_as_suffix) {
    // Behind any text that isn't empty.
    steps.push_back(
        replace("Regex", "(?<=[\\s\\S])\\z", its.escape_whitespaces ? kSpaceMark : " "));
  } else if (legacy) {
    // Metaspace puts none before a text that begins with one already; SentencePiece does.
    steps.push_back(replace("Regex", "\\A\u2581", "\u2581\u2581"));
  }
  return steps;
}

}  // namespace

std::shared_ptr<Tokenizer::Impl> Parts::with(std::unique_ptr<Model> model,
                                             const std::string& source) const {
  const ordered_json json = {{"normalizer", normalizer},
                             {"pre_tokenizer", pre_tokenizer},
                             {"post_processor", post_processor},
                             {"decoder", decoder}};
  auto impl = read_tokenizer_json(json.dump(), source, std::move(model));
  impl->add(added);
  return impl;
}

AddedToken special_token(std::string content) {
  return AddedToken().content(std::move(content)).special(true).normalized(false);
}

ordered_json byte_level(bool add_prefix_space, bool trim_offsets, bool use_regex) {
  return {{"type", "ByteLevel"},
          {"add_prefix_space", add_prefix_space},
          {"trim_offsets", trim_offsets},
          {"use_regex", use_regex}};
}

ordered_json replace(const char* kind, const char* pattern, const char* content) {
  return {{"type", "Replace"}, {"pattern", {{kind, pattern}}}, {"content", content}};
}

ordered_json metaspace(const char* prepend_scheme, bool split) {
  return {{"type", "Metaspace"},
          {"replacement", kSpaceMark},
          {"prepend_scheme", prepend_scheme},
          {"split", split}};
}

ordered_json bert_normalizer(const TokenizerSettings& settings) {
  ordered_json strip_accents;
  if (const auto its = member(settings.config, "strip_accents")) strip_accents = its->boolean();
  return {{"type", "BertNormalizer"},
          {"clean_text", true},
          {"handle_chinese_chars", settings.flag("tokenize_chinese_chars", true)},
          {"strip_accents", std::move(strip_accents)},
          {"lowercase", settings.flag("do_lower_case", true)}};
}

ordered_json precompiled(std::string_view charsmap, bool longest) {
  return {{"type", "Precompiled"},
          {"precompiled_charsmap", to_base64(charsmap)},
          {"longest_match", longest}};
}

ordered_json sequence(const char* name, ordered_json list) {
  if (list.empty()) return nullptr;
  return {{"type", "Sequence"}, {name, std::move(list)}};
}

ordered_json bert_frame(const SpecialToken& cls, const SpecialToken& sep) {
  return {{"type", "BertProcessing"}, {"sep", {sep.token, sep.id}}, {"cls", {cls.token, cls.id}}};
}

ordered_json roberta_frame(const SpecialToken& cls, const SpecialToken& sep, bool trim_offsets,
                           bool add_prefix_space) {
  return {{"type", "RobertaProcessing"},
          {"sep", {sep.token, sep.id}},
          {"cls", {cls.token, cls.id}},
          {"trim_offsets", trim_offsets},
          {"add_prefix_space", add_prefix_space}};
}

std::shared_ptr<Tokenizer::Impl> from_bert_vocab(std::string_view file, const std::string& source,
                                                 const TokenizerSettings& settings) {
  std::unique_ptr<Model> model = read_bert_vocab(file, source);
  Parts parts;
  parts.added = specials_of(*model, {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"});
  parts.normalizer = bert_normalizer(settings);
  parts.pre_tokenizer = {{"type", "BertPreTokenizer"}};
  parts.decoder = {{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", true}};
  const auto cls = model->token_to_id("[CLS]"), sep = model->token_to_id("[SEP]");
  if (cls && sep) parts.post_processor = bert_frame({*cls, "[CLS]"}, {*sep, "[SEP]"});
  return parts.with(std::move(model), source);
}

std::shared_ptr<Tokenizer::Impl> from_gpt2_vocab(std::string_view vocab, const std::string& path,
                                                 const TokenizerSettings& settings) {
  std::unique_ptr<Model> model = read_gpt2_files(vocab, path);
  const bool add_prefix_space = settings.flag("add_prefix_space", false);
  Parts parts;
  parts.pre_tokenizer = byte_level(add_prefix_space, true);
  parts.decoder = byte_level(true, true);
  const auto cls = model->token_to_id("<s>"), sep = model->token_to_id("</s>");
  if (cls && sep && model->token_to_id("<mask>")) {
    parts.added = specials_of(*model, {"<s>", "<pad>", "</s>", "<unk>"});
    parts.added.push_back(special_token("<mask>").lstrip(true));
    parts.post_processor = roberta_frame({*cls, "<s>"}, {*sep, "</s>"}, true, add_prefix_space);
  } else {
    parts.added = specials_of(*model, {"<|endoftext|>"});
    parts.post_processor = byte_level(true, false);
  }
  auto impl = parts.with(std::move(model), path);
  impl->is_bpe = true;
  return impl;
}

OpenedTokenizer from_sentencepiece(std::string_view file, const std::string& source,
                                   const TokenizerSettings& settings, bool fairseq) {
  SentencePieceFile its = read_sentencepiece(file, source);
  if (fairseq) use_fairseq_ids(its, source);
  Parts parts;
  // Else only what begins a text gets a space in front, not what follows an added token.
  const bool legacy = settings.flag("legacy", true);
  parts.normalizer =
      sequence("normalizers", sentencepiece_normalizers(its, legacy, settings.of_library));
  if (its.add_dummy_prefix && !its.treat_whitespace_as_suffix)
    parts.pre_tokenizer = metaspace(legacy ? "always" : "first", false);
  ordered_json decoders = {replace("String", kSpaceMark, " ")};
  if (its.byte_fallback) decoders.push_back({{"type", "ByteFallback"}});
  decoders.push_back({{"type", "Fuse"}});
  // Spaces at the front: all of them, or the one that was put there.
  if (its.remove_extra_whitespaces || its.add_dummy_prefix)
    decoders.push_back({{"type", "Strip"},
                        {"content", " "},
                        {"start", its.remove_extra_whitespaces ? UINT32_MAX : 1},
                        {"stop", 0}});
  parts.decoder = sequence("decoders", std::move(decoders));
  for (const UnigramPiece& piece : its.pieces)
    if (piece.type == UnigramPiece::Type::Control)
      // What <mask> stands for has a space before it.
      parts.added.push_back(
          special_token(std::string(piece.text)).lstrip(fairseq && piece.text == "<mask>"));
  if (fairseq) {
    parts.added.push_back(special_token("<unk>"));
    parts.post_processor = roberta_frame({*its.bos_id, "<s>"}, {*its.eos_id, "</s>"}, false, false);
  }
  OpenedTokenizer out{parts.with(make_sentencepiece(its, source), source)};
  out.marked = parts.added;
  out.impl->is_bpe = its.is_bpe;
  out.takes_frame = !fairseq;
  out.finds_added_as_written = its.add_dummy_prefix;
  const std::pair<const char*, std::optional<uint32_t>> ids[] = {
      {"bos_token", its.bos_id}, {"eos_token", its.eos_id}, {"unk_token", its.unk_id}};
  for (const auto& [name, id] : ids)
    if (id) out.names.emplace_back(name, its.pieces[*id].text);
  return out;
}

std::unique_ptr<Model> read_gpt2_files(std::string_view vocab, const std::string& path,
                                       const BpeOptions& options) {
  const std::string merges = (std::filesystem::path(path).parent_path() / "merges.txt").string();
  return read_gpt2_vocab(vocab, read_text_file(merges), path, merges, options);
}

}  // namespace hearth::text
