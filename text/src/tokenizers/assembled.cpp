// SPDX-License-Identifier: Apache-2.0
// Tokenizers of files that hold a vocabulary only: what is around it is what Hugging Face's
// converters put there.
#include <filesystem>

#include <nlohmann/json.hpp>

#include "hearth/base/error.h"

#include "tokenizers/base64.h"
#include "tokenizers/from_file.h"
#include "tokenizers/model_files.h"
#include "tokenizers/text_file.h"

namespace hearth::text {
namespace {

using nlohmann::ordered_json;

/// Text for read_tokenizer_json, of parts that are not null.
struct Parts {
  ordered_json normalizer, pre_tokenizer, post_processor, decoder;
  std::vector<AddedToken> added{};

  std::shared_ptr<Tokenizer::Impl> with(std::unique_ptr<Model> model,
                                        const std::string& source) const {
    const ordered_json json = {{"normalizer", normalizer},
                               {"pre_tokenizer", pre_tokenizer},
                               {"post_processor", post_processor},
                               {"decoder", decoder}};
    auto impl = read_tokenizer_json(json.dump(), source, std::move(model));
    impl->add(added);
    return impl;
  }
};

AddedToken special(std::string content) {
  return AddedToken().content(std::move(content)).special(true).normalized(false);
}

/// Those that the model has.
std::vector<AddedToken> specials_of(const Model& model,
                                    std::initializer_list<const char*> contents) {
  std::vector<AddedToken> out;
  for (const char* content : contents)
    if (model.token_to_id(content)) out.push_back(special(content));
  return out;
}

ordered_json byte_level(bool add_prefix_space, bool trim_offsets) {
  return {{"type", "ByteLevel"},
          {"add_prefix_space", add_prefix_space},
          {"trim_offsets", trim_offsets},
          {"use_regex", true}};
}

ordered_json replace(const char* kind, const char* pattern, const char* content) {
  return {{"type", "Replace"}, {"pattern", {{kind, pattern}}}, {"content", content}};
}

constexpr char kSpace[] = "\u2581";

}  // namespace

std::shared_ptr<Tokenizer::Impl> from_bert_vocab(std::string_view file, const std::string& source,
                                                 const FileHints& hints) {
  std::unique_ptr<Model> model = read_bert_vocab(file, source);
  Parts parts;
  parts.added = specials_of(*model, {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"});
  ordered_json strip_accents;
  if (hints.strip_accents) strip_accents = *hints.strip_accents;
  parts.normalizer = {{"type", "BertNormalizer"},
                      {"clean_text", true},
                      {"handle_chinese_chars", hints.tokenize_chinese_chars},
                      {"strip_accents", std::move(strip_accents)},
                      {"lowercase", hints.do_lower_case}};
  parts.pre_tokenizer = {{"type", "BertPreTokenizer"}};
  parts.decoder = {{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", true}};
  const auto cls = model->token_to_id("[CLS]"), sep = model->token_to_id("[SEP]");
  if (cls && sep)
    parts.post_processor = {
        {"type", "BertProcessing"}, {"sep", {"[SEP]", *sep}}, {"cls", {"[CLS]", *cls}}};
  return parts.with(std::move(model), source);
}

std::shared_ptr<Tokenizer::Impl> from_gpt2_vocab(std::string_view vocab, const std::string& path,
                                                 const FileHints& hints) {
  const std::string merges = (std::filesystem::path(path).parent_path() / "merges.txt").string();
  std::unique_ptr<Model> model = read_gpt2_vocab(vocab, read_text_file(merges), path, merges);
  Parts parts;
  parts.pre_tokenizer = byte_level(hints.add_prefix_space, true);
  parts.decoder = byte_level(true, true);
  const auto cls = model->token_to_id("<s>"), sep = model->token_to_id("</s>");
  if (cls && sep && model->token_to_id("<mask>")) {
    parts.added = specials_of(*model, {"<s>", "<pad>", "</s>", "<unk>"});
    parts.added.push_back(special("<mask>").lstrip(true));
    parts.post_processor = {{"type", "RobertaProcessing"},
                            {"sep", {"</s>", *sep}},
                            {"cls", {"<s>", *cls}},
                            {"trim_offsets", true},
                            {"add_prefix_space", hints.add_prefix_space}};
  } else {
    parts.added = specials_of(*model, {"<|endoftext|>"});
    parts.post_processor = byte_level(true, false);
  }
  auto impl = parts.with(std::move(model), path);
  impl->is_bpe = true;
  return impl;
}

std::shared_ptr<Tokenizer::Impl> from_sentencepiece(std::string_view file,
                                                    const std::string& source,
                                                    const FileHints& hints) {
  const bool fairseq =
      hints.fairseq.value_or(std::filesystem::path(source).filename() == "sentencepiece.bpe.model");
  SentencePieceFile its = read_sentencepiece(file, source, fairseq);
  HEARTH_CHECK_AS(FormatError, !its.treat_whitespace_as_suffix, "[", source,
                  "] treats spaces as suffixes of words, which is not supported");
  Parts parts;
  ordered_json normalizers = ordered_json::array();
  if (!its.precompiled_charsmap.empty())
    normalizers.push_back(
        {{"type", "Precompiled"}, {"precompiled_charsmap", to_base64(its.precompiled_charsmap)}});
  if (its.remove_extra_whitespaces) {
    normalizers.push_back(replace("Regex", "\\A +| +\\z", ""));
    normalizers.push_back(replace("Regex", " {2,}", " "));
  }
  if (its.escape_whitespaces) normalizers.push_back(replace("String", " ", kSpace));
  if (its.add_dummy_prefix) {
    // Metaspace puts none before a text that begins with one already; SentencePiece does.
    normalizers.push_back(replace("Regex", "\\A\u2581", "\u2581\u2581"));
    parts.pre_tokenizer = {{"type", "Metaspace"},
                           {"replacement", kSpace},
                           {"prepend_scheme", "always"},
                           {"split", false}};
  }
  if (!normalizers.empty())
    parts.normalizer = {{"type", "Sequence"}, {"normalizers", std::move(normalizers)}};
  ordered_json decoders = {replace("String", kSpace, " ")};
  if (its.byte_fallback) decoders.push_back({{"type", "ByteFallback"}});
  decoders.push_back({{"type", "Fuse"}});
  // Spaces at the front: all of them, or the one that was put there.
  if (its.remove_extra_whitespaces || its.add_dummy_prefix)
    decoders.push_back({{"type", "Strip"},
                        {"content", " "},
                        {"start", its.remove_extra_whitespaces ? UINT32_MAX : 1},
                        {"stop", 0}});
  parts.decoder = {{"type", "Sequence"}, {"decoders", std::move(decoders)}};
  for (const SentencePieceFile::Special& token : its.specials)
    if (token.control)
      // What it stands for has a space before it.
      parts.added.push_back(special(token.text).lstrip(fairseq && token.text == "<mask>"));
  if (fairseq) {
    parts.added.push_back(special("<unk>"));
    parts.post_processor = {{"type", "RobertaProcessing"},
                            {"sep", {"</s>", *its.eos_id}},
                            {"cls", {"<s>", *its.bos_id}},
                            {"trim_offsets", false},
                            {"add_prefix_space", false}};
  }
  auto impl = parts.with(std::move(its.model), source);
  impl->is_bpe = its.is_bpe;
  return impl;
}

}  // namespace hearth::text
