// SPDX-License-Identifier: Apache-2.0
// Of vocab.json and merges.txt: GPT-2's, which RoBERTa's and DeBERTa's are too, Qwen's and CLIP's.
#include "tokenizers/assembled.h"
#include "tokenizers/classes/tokenizer_class.h"

namespace hearth::text {

using nlohmann::ordered_json;

namespace {

constexpr char kQwen2Words[] =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr char kClipWords[] =
    R"(<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)";

ordered_json split(const char* regex, const char* behavior, bool invert) {
  return {{"type", "Split"},
          {"pattern", {{"Regex", regex}}},
          {"behavior", behavior},
          {"invert", invert}};
}

OpenedTokenizer opened(const TokenizerClass& its, const Parts& parts, std::unique_ptr<Model> model,
                       const std::string& path) {
  OpenedTokenizer out{parts.with(std::move(model), path), &its};
  out.impl->is_bpe = true;
  return out;
}

}  // namespace

OpenedTokenizer open_gpt2(const TokenizerClass& its, std::string_view file, const std::string& path,
                          const TokenizerSettings& settings) {
  Parts parts;
  parts.pre_tokenizer = byte_level(settings.flag("add_prefix_space", false), true);
  parts.decoder = byte_level(true, true);
  return opened(its, parts, read_gpt2_files(file, path), path);
}

OpenedTokenizer open_qwen2(const TokenizerClass& its, std::string_view file,
                           const std::string& path, const TokenizerSettings& settings) {
  Parts parts;
  parts.normalizer = {{"type", "NFC"}};
  parts.pre_tokenizer = sequence(
      "pretokenizers", {split(kQwen2Words, "Isolated", false),
                        byte_level(settings.flag("add_prefix_space", false), true, false)});
  parts.decoder = byte_level(true, true);
  return opened(its, parts, read_gpt2_files(file, path), path);
}

OpenedTokenizer open_clip(const TokenizerClass& its, std::string_view file, const std::string& path,
                          const TokenizerSettings& settings) {
  Parts parts;
  parts.normalizer = sequence(
      "normalizers", {{{"type", "NFC"}}, replace("Regex", "\\s+", " "), {{"type", "Lowercase"}}});
  parts.pre_tokenizer =
      sequence("pretokenizers", {split(kClipWords, "Removed", true), byte_level(false, true)});
  parts.decoder = byte_level(true, true);
  BpeOptions options;
  options.end_of_word_suffix = "</w>";
  options.unk_token = settings.token("unk_token");
  return opened(its, parts, read_gpt2_files(file, path, options), path);
}

}  // namespace hearth::text
