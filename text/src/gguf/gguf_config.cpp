// SPDX-License-Identifier: Apache-2.0
#include "gguf/gguf_config.h"

#include <algorithm>
#include <cmath>

#include "hearth/base/error.h"
#include "hearth/text/models/decoder_config.h"
#include "hearth/text/models/gpt2.h"

namespace hearth::text {

using data::readers::JsonValue;

namespace {

/// Metadata below the architecture's name: "llama.block_count".
class Settings {
 public:
  explicit Settings(const GgufFile& file)
      : file_(file), prefix_(file.text("general.architecture") + ".") {}

  bool has(const char* name) const { return file_.has_metadata(prefix_ + name); }
  int64_t integer(const char* name) const { return file_.integer(prefix_ + name); }
  int64_t integer(const char* name, int64_t otherwise) const {
    return file_.integer(prefix_ + name, otherwise);
  }
  double number(const char* name, double otherwise) const {
    return file_.number(prefix_ + name, otherwise);
  }
  std::string text(const char* name, const char* otherwise) const {
    return file_.text(prefix_ + name, otherwise);
  }
  /// A number that may be listed for each layer, if it is the same for all.
  int64_t of_all_layers(const char* name, int64_t otherwise) const {
    if (!has(name)) return otherwise;
    const std::vector<int64_t> each = file_.integers(prefix_ + name);
    for (const int64_t n : each)
      HEARTH_CHECK_AS(FormatError, n == each[0], "[", file_.source(), "] has layers of different ",
                      prefix_, name, ", which Hearth's models have not");
    HEARTH_CHECK_AS(FormatError, !each.empty(), "[", file_.source(), "] has no ", prefix_, name);
    return each[0];
  }

 private:
  const GgufFile& file_;
  std::string prefix_;
};

int64_t rows_of_embeddings(const GgufFile& file) {
  const IntArrayRef sizes = file.sizes("token_embd.weight");
  HEARTH_CHECK_AS(FormatError, sizes.size() == 2, "[", file.source(),
                  "] expected token_embd.weight to be a matrix, got sizes ", sizes);
  return sizes[0];
}

/// Llama 3's scaling stands in the file as what it does to each frequency, not as its parameters:
/// a known choice of these that does the same, or an error.
void read_rope_factors(const GgufFile& file, RopeParameters& rope, int64_t head_dim) {
  const Tensor given = file.numbers_of("rope_freqs.weight").reshape({-1}).contiguous();
  HEARTH_CHECK_AS(FormatError, given.numel() == head_dim / 2, "[", file.source(),
                  "] expected rope_freqs.weight of ", head_dim / 2, " numbers, got ",
                  given.numel());
  const auto* factors = static_cast<const float*>(given.const_data_ptr());
  double most = 1;
  for (int64_t i = 0; i < given.numel(); ++i) most = std::max<double>(most, factors[i]);
  constexpr double kLow = 1, kHigh = 4, kLength = 8192;  // Llama 3.1, 3.2 and 3.3
  constexpr double kTurn = 6.283185307179586;
  for (int64_t i = 0; i < given.numel(); ++i) {
    const double exponent = 2 * static_cast<double>(i) / static_cast<double>(head_dim);
    const double turns = kLength / (kTurn * std::pow(rope.rope_theta(), exponent));
    const double part = std::clamp((turns - kLow) / (kHigh - kLow), 0.0, 1.0);
    const double expected = 1 / ((1 - part) / most + part);
    HEARTH_CHECK_AS(FormatError, std::fabs(factors[i] - expected) <= 1e-3 * expected, "[",
                    file.source(),
                    "] rope_freqs.weight is of no scaling that Hearth knows: number ", i, " is ",
                    factors[i], ", Llama 3's would be ", expected);
  }
  rope.rope_type("llama3").factor(most).low_freq_factor(kLow).high_freq_factor(kHigh);
  rope.original_max_position_embeddings(static_cast<int64_t>(kLength));
}

void read_rope(const GgufFile& file, const Settings& s, DecoderConfig& c) {
  RopeParameters& rope = c.rope();
  rope.rope_theta(s.number("rope.freq_base", c.model_type() == "gemma3_text" ? 1e6 : 10000));
  const std::string type = s.text("rope.scaling.type", "none");
  HEARTH_CHECK_AS(FormatError, type == "none" || type == "linear" || type == "yarn", "[",
                  file.source(), "] rope.scaling.type is ", type,
                  ", expected none, linear or yarn");
  if (type != "none") {
    rope.rope_type(type).factor(s.number("rope.scaling.factor", 1));
    rope.original_max_position_embeddings(s.integer("rope.scaling.original_context_length", 0));
  }
  if (c.model_type() == "gemma3_text")
    c.sliding_rope(RopeParameters().rope_theta(s.number("rope.freq_base_swa", 10000)));
  if (file.contains("rope_freqs.weight")) read_rope_factors(file, rope, c.head_size());
}

/// Gemma's scores are divided by the root of this; files don't say it. The largest models have
/// another than all others.
int64_t gemma_query_scalar(const DecoderConfig& c) {
  const bool largest = (c.model_type() == "gemma2" && c.num_hidden_layers() == 46) ||
                       (c.model_type() == "gemma3_text" && c.num_hidden_layers() == 62);
  return largest ? c.hidden_size() / c.num_attention_heads() : c.head_size();
}

void read_tokens(const GgufFile& file, DecoderConfig& c) {
  const auto id = [&](const char* name) -> std::optional<int64_t> {
    if (!file.has_metadata(name)) return {};
    return file.integer(name);
  };
  c.bos_token_id(id("tokenizer.ggml.bos_token_id"));
  c.pad_token_id(id("tokenizer.ggml.padding_token_id"));
  c.eos_token_id({});
  for (const char* name : {"tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id",
                           "tokenizer.ggml.eom_token_id"}) {
    const std::optional<int64_t> token = id(name);
    auto& all = c.eos_token_id();
    if (token && std::find(all.begin(), all.end(), *token) == all.end()) all.push_back(*token);
  }
}

DecoderConfig decoder_config(const GgufFile& file, const std::string& model_type) {
  const Settings s(file);
  DecoderConfig c = DecoderConfig::of_type(model_type);
  c.vocab_size(rows_of_embeddings(file));
  c.hidden_size(s.integer("embedding_length"));
  c.intermediate_size(s.of_all_layers("feed_forward_length", 0));
  c.num_hidden_layers(s.integer("block_count"));
  c.num_attention_heads(s.of_all_layers("attention.head_count", 0));
  c.num_key_value_heads(s.of_all_layers("attention.head_count_kv", c.num_attention_heads()));
  c.max_position_embeddings(s.integer("context_length"));
  c.rms_norm_eps(s.number("attention.layer_norm_rms_epsilon", 1e-6));
  c.tie_word_embeddings(!file.contains("output.weight"));
  if (model_type == "llama") {
    c.attention_bias(file.contains("blk.0.attn_output.bias"));
    c.mlp_bias(file.contains("blk.0.ffn_up.bias"));
  }
  HEARTH_CHECK_AS(FormatError, c.num_attention_heads() > 0, "[", file.source(),
                  "] has no heads of attention");
  const int64_t turned =
      s.integer("rope.dimension_count", c.hidden_size() / c.num_attention_heads());
  c.head_dim(s.integer("attention.key_length", turned));
  HEARTH_CHECK_AS(FormatError,
                  s.integer("attention.value_length", c.head_dim()) == c.head_dim() &&
                      (!s.has("rope.dimension_count") || turned == c.head_dim()),
                  "[", file.source(),
                  "] expected keys, values and what RoPE turns of one length, got ", c.head_dim(),
                  ", ", s.integer("attention.value_length", c.head_dim()), " and ", turned);
  if (s.has("attention.sliding_window")) c.sliding_window(s.integer("attention.sliding_window"));
  if (model_type.starts_with("gemma"))
    c.query_pre_attn_scalar(static_cast<double>(gemma_query_scalar(c)));
  if (model_type == "gemma2") {
    c.attn_logit_softcapping(s.number("attn_logit_softcapping", 50));
    c.final_logit_softcapping(s.number("final_logit_softcapping", 30));
  }
  c.layer_types({});  // as the family has them
  read_rope(file, s, c);
  read_tokens(file, c);
  return c;
}

JsonValue gpt2_config(const GgufFile& file) {
  const Settings s(file);
  GPT2Config c;
  c.vocab_size(rows_of_embeddings(file));
  c.n_positions(s.integer("context_length"));
  c.n_embd(s.integer("embedding_length"));
  c.n_layer(s.integer("block_count"));
  c.n_head(s.integer("attention.head_count"));
  c.n_inner(s.integer("feed_forward_length", 0));
  c.layer_norm_epsilon(s.number("attention.layer_norm_epsilon", 1e-5));
  c.tie_word_embeddings(!file.contains("output.weight"));
  c.bos_token_id(file.integer("tokenizer.ggml.bos_token_id", c.bos_token_id()));
  c.eos_token_id(file.integer("tokenizer.ggml.eos_token_id", c.eos_token_id()));
  return c.to_json("GPT2LMHeadModel");
}

}  // namespace

JsonValue gguf_config(const GgufFile& file) {
  const std::string architecture = file.text("general.architecture");
  if (architecture == "gpt2") return gpt2_config(file);
  for (const char* name : {"llama", "qwen2", "qwen3", "gemma", "gemma2", "gemma3"}) {
    if (architecture != name) continue;
    return decoder_config(file, architecture == "gemma3" ? "gemma3_text" : architecture)
        .to_json(architecture);
  }
  throw FormatError(cat_str("[", file.source(), "] holds a model of architecture ", architecture,
                            ", expected one of gemma, gemma2, gemma3, gpt2, llama, qwen2, qwen3"));
}

}  // namespace hearth::text
