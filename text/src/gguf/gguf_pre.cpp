// SPDX-License-Identifier: Apache-2.0
#include "gguf/gguf_pre.h"

#include <string>

namespace hearth::text {

namespace {

using enum GgufSplit;

constexpr GgufPre kPre[] = {
    {"gpt-2", Gpt2},
    {"phi-2", Gpt2},
    {"mpt", Gpt2},
    {"olmo", Gpt2},
    {"smollm", DigitsThenGpt2},
    {"starcoder", DigitsThenGpt2},
    {"refact", DigitsThenGpt2},
    {"codeshell", DigitsThenGpt2},
    {"llama-bpe", Llama3, false, true, true},
    {"llama-v3", Llama3, false, true, true},
    {"llama3", Llama3, false, true, true},
    {"falcon3", Llama3, false, true, true},
    {"smaug-bpe", Llama3},
    {"dbrx", Llama3},
    {"qwen2", Qwen2, true},
    {"deepseek-r1-qwen", Qwen2, true},
    {"stablelm2", Qwen2},
    {"gpt-4o", Gpt4o},
    {"llama4", Gpt4o},
    {"tekken", Tekken, false, true, true},
};

constexpr std::string_view kGpt2 =
    R"({"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true})";
constexpr std::string_view kDigitsThenGpt2 =
    R"({"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},)"
    R"({"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}]})";
// Split by an expression, then bytes.
#define HEARTH_SPLIT(regex)                                                           \
  R"({"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":")" regex \
  R"("},"behavior":"Isolated","invert":false},{"type":"ByteLevel",)"                  \
  R"("add_prefix_space":false,"trim_offsets":true,"use_regex":false}]})"
#define HEARTH_ENDINGS R"((?i:'s|'t|'re|'ve|'m|'ll|'d))"
#define HEARTH_SPACES R"(\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+)"
#define HEARTH_UPPER R"([\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}])"
#define HEARTH_LOWER R"([\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}])"
constexpr std::string_view kLlama3 =
    HEARTH_SPLIT(HEARTH_ENDINGS R"(|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|)"
                                R"( ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|)" HEARTH_SPACES);
constexpr std::string_view kQwen2 =
    HEARTH_SPLIT(HEARTH_ENDINGS R"(|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|)"
                                R"( ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|)" HEARTH_SPACES);
constexpr std::string_view kGpt4o =
    HEARTH_SPLIT(R"([^\\r\\n\\p{L}\\p{N}]?)" HEARTH_UPPER "*" HEARTH_LOWER "+" HEARTH_ENDINGS
                 "?|"
                 R"([^\\r\\n\\p{L}\\p{N}]?)" HEARTH_UPPER "+" HEARTH_LOWER "*" HEARTH_ENDINGS
                 "?|"
                 R"(\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|)" HEARTH_SPACES);
constexpr std::string_view kTekken =
    HEARTH_SPLIT(R"([^\\r\\n\\p{L}\\p{N}]?)" HEARTH_UPPER "*" HEARTH_LOWER
                 "+|"
                 R"([^\\r\\n\\p{L}\\p{N}]?)" HEARTH_UPPER "+" HEARTH_LOWER
                 "*|"
                 R"(\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|)" HEARTH_SPACES);
#undef HEARTH_SPLIT
#undef HEARTH_ENDINGS
#undef HEARTH_SPACES
#undef HEARTH_UPPER
#undef HEARTH_LOWER

}  // namespace

const GgufPre* gguf_pre(std::string_view name) {
  for (const GgufPre& pre : kPre)
    if (pre.name == name) return &pre;
  return nullptr;
}

std::string gguf_pre_names() {
  std::string names;
  for (const GgufPre& pre : kPre) names += (names.empty() ? "" : ", ") + std::string(pre.name);
  return names;
}

std::string_view gguf_pre_tokenizer_json(GgufSplit split) {
  switch (split) {
    case Gpt2:
      return kGpt2;
    case DigitsThenGpt2:
      return kDigitsThenGpt2;
    case Llama3:
      return kLlama3;
    case Qwen2:
      return kQwen2;
    case Gpt4o:
      return kGpt4o;
    case Tekken:
      return kTekken;
  }
  __builtin_unreachable();
}

}  // namespace hearth::text
