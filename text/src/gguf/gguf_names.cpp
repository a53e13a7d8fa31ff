// SPDX-License-Identifier: Apache-2.0
#include "gguf/gguf_names.h"

#include <string_view>

namespace hearth::text {

namespace {

struct Name {
  std::string_view gguf, own;
};

constexpr Name kDecoder[] = {
    {"token_embd", "model.embed_tokens"}, {"output_norm", "model.norm"}, {"output", "lm_head"}};
constexpr Name kDecoderLayer[] = {
    {"attn_norm", "input_layernorm"},    {"attn_q", "self_attn.q_proj"},
    {"attn_k", "self_attn.k_proj"},      {"attn_v", "self_attn.v_proj"},
    {"attn_output", "self_attn.o_proj"}, {"attn_q_norm", "self_attn.q_norm"},
    {"attn_k_norm", "self_attn.k_norm"}, {"ffn_norm", "post_attention_layernorm"},
    {"ffn_gate", "mlp.gate_proj"},       {"ffn_up", "mlp.up_proj"},
    {"ffn_down", "mlp.down_proj"}};
/// Of layers with norms behind attention and feed-forward part, too; before those above.
constexpr Name kOuterNorms[] = {{"post_attention_norm", "post_attention_layernorm"},
                                {"ffn_norm", "pre_feedforward_layernorm"},
                                {"post_ffw_norm", "post_feedforward_layernorm"}};

constexpr Name kGpt2[] = {{"token_embd", "transformer.wte"},
                          {"position_embd", "transformer.wpe"},
                          {"output_norm", "transformer.ln_f"},
                          {"output", "lm_head"}};
constexpr Name kGpt2Layer[] = {{"attn_norm", "ln_1"},          {"attn_qkv", "attn.c_attn"},
                               {"attn_output", "attn.c_proj"}, {"ffn_norm", "ln_2"},
                               {"ffn_up", "mlp.c_fc"},         {"ffn_down", "mlp.c_proj"}};

template <size_t n>
std::string_view find(const Name (&names)[n], std::string_view name) {
  for (const Name& each : names)
    if (each.gguf == name) return each.own;
  return {};
}

GgufLayout layout_of(const std::string& model_type, std::string_view part, bool weight) {
  if (model_type == "llama" && part == "attn_q") return GgufLayout::TurnedQuery;
  if (model_type == "llama" && part == "attn_k") return GgufLayout::TurnedKey;
  if (model_type.starts_with("gemma") && part.ends_with("norm")) return GgufLayout::PlusOne;
  if (model_type == "gpt2" && weight &&
      (part == "attn_qkv" || part == "attn_output" || part == "ffn_up" || part == "ffn_down"))
    return GgufLayout::Transposed;
  return GgufLayout::Same;
}

}  // namespace

std::optional<GgufPlace> gguf_place(const std::string& model_type, const std::string& tensor) {
  if (tensor == "rope_freqs.weight") return GgufPlace{};  // stands in the configuration
  const bool gpt2 = model_type == "gpt2";
  const size_t dot = tensor.rfind('.');
  if (dot == std::string::npos) return {};
  const std::string_view kind = std::string_view(tensor).substr(dot + 1);
  if (kind != "weight" && kind != "bias") return {};
  std::string_view part = std::string_view(tensor).substr(0, dot);
  std::string prefix;
  std::string_view own;
  if (part.starts_with("blk.")) {
    part.remove_prefix(4);
    const size_t end = part.find('.');
    if (end == std::string_view::npos) return {};
    prefix = (gpt2 ? "transformer.h." : "model.layers.") + std::string(part.substr(0, end)) + ".";
    part.remove_prefix(end + 1);
    if (gpt2) {
      own = find(kGpt2Layer, part);
    } else {
      if (model_type == "gemma2" || model_type == "gemma3_text") own = find(kOuterNorms, part);
      if (own.empty()) own = find(kDecoderLayer, part);
    }
  } else {
    own = gpt2 ? find(kGpt2, part) : find(kDecoder, part);
  }
  if (own.empty()) return {};
  return GgufPlace{prefix + std::string(own) + "." + std::string(kind),
                   layout_of(model_type, part, kind == "weight")};
}

}  // namespace hearth::text
