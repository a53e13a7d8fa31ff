// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace hearth::text {

/// How texts are split for a BPE of bytes.
enum class GgufSplit { Gpt2, DigitsThenGpt2, Llama3, Qwen2, Gpt4o, Tekken };

/// What "tokenizer.ggml.pre" stands for.
struct GgufPre {
  std::string_view name;
  GgufSplit split;
  bool nfc = false;            ///< texts are normalized to NFC
  bool ignore_merges = false;  ///< words that are a token are that token
  bool add_bos = false;        ///< unless the file says otherwise
};

/// Null for a name that isn't known.
const GgufPre* gguf_pre(std::string_view name);
/// All of them, for messages.
std::string gguf_pre_names();
/// The pre-tokenizer of tokenizer.json.
std::string_view gguf_pre_tokenizer_json(GgufSplit split);

}  // namespace hearth::text
