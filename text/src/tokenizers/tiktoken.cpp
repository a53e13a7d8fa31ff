// SPDX-License-Identifier: Apache-2.0
// OpenAI's encodings: a file of ranks, a way to split and special tokens, which a name stands for.
#include <algorithm>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "hearth/base/error.h"

#include "tokenizers/from_file.h"
#include "tokenizers/model_files.h"
#include "tokenizers/pre_tokenizers.h"

namespace hearth::text {
namespace {

struct TiktokenSpecial {
  std::string_view encoding, token;
  uint32_t id;
};

constexpr TiktokenSpecial kSpecials[] = {
    {"gpt2", "<|endoftext|>", 50256},
    {"r50k_base", "<|endoftext|>", 50256},
    {"p50k_base", "<|endoftext|>", 50256},
    {"p50k_edit", "<|endoftext|>", 50256},
    {"p50k_edit", "<|fim_prefix|>", 50281},
    {"p50k_edit", "<|fim_middle|>", 50282},
    {"p50k_edit", "<|fim_suffix|>", 50283},
    {"cl100k_base", "<|endoftext|>", 100257},
    {"cl100k_base", "<|fim_prefix|>", 100258},
    {"cl100k_base", "<|fim_middle|>", 100259},
    {"cl100k_base", "<|fim_suffix|>", 100260},
    {"cl100k_base", "<|endofprompt|>", 100276},
    {"o200k_base", "<|endoftext|>", 199999},
    {"o200k_base", "<|endofprompt|>", 200018},
    {"o200k_harmony", "<|startoftext|>", 199998},
    {"o200k_harmony", "<|endoftext|>", 199999},
    {"o200k_harmony", "<|return|>", 200002},
    {"o200k_harmony", "<|constrain|>", 200003},
    {"o200k_harmony", "<|channel|>", 200005},
    {"o200k_harmony", "<|start|>", 200006},
    {"o200k_harmony", "<|end|>", 200007},
    {"o200k_harmony", "<|message|>", 200008},
    {"o200k_harmony", "<|call|>", 200012},
    {"o200k_harmony", "<|endofprompt|>", 200018},
};
constexpr std::string_view kHarmony = "o200k_harmony";

/// "cl100k_base" of "…/cl100k_base.tiktoken", and of "cl100k_base-2.tiktoken".
std::string encoding_of(const std::string& path) {
  const std::string name = std::filesystem::path(path).filename().string();
  std::string found;
  for (const TiktokenSpecial& known : kSpecials)
    if (name.starts_with(known.encoding) && known.encoding.size() > found.size())
      found = known.encoding;
  return found;
}

}  // namespace

std::shared_ptr<Tokenizer::Impl> from_tiktoken(std::string_view file, const std::string& path) {
  const std::string encoding = encoding_of(path);
  std::unique_ptr<PreTokenizer> pre_tokenizer = make_tiktoken_pre_tokenizer(encoding);
  HEARTH_CHECK_AS(FormatError, pre_tokenizer, "[", path,
                  "] expected the name of an encoding (gpt2, r50k_base, p50k_base, p50k_edit, "
                  "cl100k_base, o200k_base or o200k_harmony), which says how texts are split; ",
                  encoding.empty() ? "the file's name begins with none" : "got " + encoding);
  auto impl = std::make_shared<Tokenizer::Impl>();
  impl->pre_tokenizer = std::move(pre_tokenizer);
  impl->is_bpe = true;
  std::vector<std::pair<uint32_t, std::string>> specials;
  for (const TiktokenSpecial& known : kSpecials)
    if (known.encoding == encoding) specials.emplace_back(known.id, known.token);
  if (encoding == kHarmony) {
    // What has no name yet is reserved.
    constexpr uint32_t kFirst = 200000, kLast = 201087;
    for (uint32_t id = kFirst; id <= kLast; ++id)
      if (std::none_of(specials.begin(), specials.end(),
                       [&](const auto& each) { return each.first == id; }))
        specials.emplace_back(id, cat_str("<|reserved_", id, "|>"));
  }
  impl->vocabulary = std::make_shared<Vocabulary>(read_tiktoken(file, path, specials));
  std::vector<AddedToken> tokens;
  for (const auto& [id, token] : specials)
    tokens.push_back(AddedToken().content(token).special(true).normalized(false));
  impl->add(tokens);
  impl->set_decoder(
      R"({"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true})");
  return impl;
}

}  // namespace hearth::text
