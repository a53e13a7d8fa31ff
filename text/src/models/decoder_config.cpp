// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/models/decoder_config.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "hearth/base/error.h"

#include "models/config_json.h"

namespace hearth::text {
namespace {

using data::readers::JsonValue;

constexpr const char* kTypes[] = {"llama", "mistral", "qwen2",       "qwen3",
                                  "gemma", "gemma2",  "gemma3_text", "smollm3"};
constexpr const char* kFull = "full_attention";
constexpr const char* kSliding = "sliding_attention";

std::optional<JsonValue> find(const JsonValue& json, const char* name) {
  if (!json.contains(name) || json.at(name).is_null()) return std::nullopt;
  return json.at(name);
}
bool is_null(const JsonValue& json, const char* name) {
  return json.contains(name) && json.at(name).is_null();
}

void read_rope(const JsonValue& json, RopeParameters& rope) {
  for_each_arg([&](const char* name, auto& value) { read_option(json, name, value); }, rope);
  // Its name before transformers 4.43.
  if (!json.contains("rope_type")) read_option(json, "type", rope.rope_type());
}

bool knows_original_length(const RopeParameters& rope) {
  const std::string& type = rope.rope_type();
  return type == "llama3" || type == "yarn" || type == "longrope";
}

/// rope_parameters of transformers 5, for all layers or by their types; before it, rope_theta,
/// rope_scaling and for sliding layers rope_local_base_freq.
void read_ropes(const JsonValue& json, DecoderConfig& config) {
  RopeParameters& rope = config.rope();
  read_option(json, "rope_theta", rope.rope_theta());
  read_option(json, "partial_rotary_factor", rope.partial_rotary_factor());
  if (config.sliding_rope())
    read_option(json, "rope_local_base_freq", config.sliding_rope()->rope_theta());
  for (const char* name : {"rope_scaling", "rope_parameters"}) {
    const auto value = find(json, name);
    if (!value) continue;
    const auto full = find(*value, kFull), sliding = find(*value, kSliding);
    if (sliding) {
      if (!config.sliding_rope()) config.sliding_rope() = rope;
      read_rope(*sliding, *config.sliding_rope());
    }
    if (full) read_rope(*full, rope);
    if (full || sliding) continue;
    read_rope(*value, rope);
    // Phi's place of it, which goes before the other.
    if (knows_original_length(rope))
      read_option(json, "original_max_position_embeddings",
                  rope.original_max_position_embeddings());
    // Otherwise it is how much longer texts are than those that the model was trained on.
    if (knows_original_length(rope) && !find(*value, "factor") &&
        rope.original_max_position_embeddings() > 0)
      rope.factor(static_cast<double>(config.max_position_embeddings()) /
                  static_cast<double>(rope.original_max_position_embeddings()));
  }
}

std::vector<std::string> pattern(int64_t layers, auto slides) {
  std::vector<std::string> types;
  for (int64_t i = 0; i < layers; ++i) types.emplace_back(slides(i) ? kSliding : kFull);
  return types;
}

/// Which layers slide, where config.json does not list them.
void fill_layer_types(const JsonValue& json, DecoderConfig& c) {
  const std::string& type = c.model_type();
  const int64_t layers = c.num_hidden_layers();
  if (type == "mistral") {
    c.layer_types(pattern(layers, [&](int64_t) { return c.sliding_window() > 0; }));
  } else if (type == "gemma2") {
    c.layer_types(pattern(layers, [](int64_t i) { return i % 2 == 0; }));
  } else if (type == "gemma3_text") {
    int64_t every = 6;
    read_option(json, "sliding_window_pattern", every);
    HEARTH_CHECK_AS(FormatError, every >= 1,
                    "[config.json] expected a positive \"sliding_window_pattern\", got ", every);
    c.layer_types(pattern(layers, [=](int64_t i) { return (i + 1) % every != 0; }));
  } else if (type == "qwen2" || type == "qwen3") {
    int64_t from = 28;
    read_option(json, "max_window_layers", from);
    c.layer_types(pattern(layers, [&](int64_t i) { return c.sliding_window() > 0 && i >= from; }));
  } else if (type == "smollm3") {
    const auto& turns = c.no_rope_layers();
    c.layer_types(pattern(layers, [&](int64_t i) {
      return c.sliding_window() > 0 && !turns[static_cast<size_t>(i)];
    }));
  }
}

void fill_no_rope_layers(const JsonValue& json, DecoderConfig& c) {
  int64_t every = 4;
  read_option(json, "no_rope_layer_interval", every);
  HEARTH_CHECK_AS(FormatError, every >= 1,
                  "[config.json] expected a positive \"no_rope_layer_interval\", got ", every);
  for (int64_t i = 0; i < c.num_hidden_layers(); ++i)
    c.no_rope_layers().push_back((i + 1) % every != 0);
}

void check_rope(const RopeParameters& rope, int64_t head_size) {
  constexpr const char* kRopes[] = {"default", "linear", "dynamic", "llama3", "yarn", "longrope"};
  HEARTH_CHECK_AS(ValueError,
                  std::any_of(std::begin(kRopes), std::end(kRopes),
                              [&](const char* name) { return rope.rope_type() == name; }),
                  "[config.json] expected \"rope_type\" default, linear, dynamic, llama3, yarn or "
                  "longrope, got ",
                  rope.rope_type());
  const auto positive = [](double x) { return x > 0 && std::isfinite(x); };
  HEARTH_CHECK_AS(ValueError,
                  rope.rope_theta() > 1 && positive(rope.rope_theta()) && positive(rope.factor()) &&
                      positive(rope.low_freq_factor()) &&
                      rope.high_freq_factor() > rope.low_freq_factor() &&
                      positive(rope.beta_fast()) && positive(rope.beta_slow()) &&
                      rope.partial_rotary_factor() == 1,
                  "[config.json] expected \"rope_theta\" above 1, positive factors and whole heads "
                  "that are turned, got rope_theta ",
                  rope.rope_theta(), ", factor ", rope.factor(), ", low_freq_factor ",
                  rope.low_freq_factor(), ", high_freq_factor ", rope.high_freq_factor(),
                  ", partial_rotary_factor ", rope.partial_rotary_factor());
  if (rope.rope_type() != "longrope") return;
  const auto fits = [&](const std::vector<double>& factors) {
    return factors.size() == static_cast<size_t>(head_size / 2) &&
           std::all_of(factors.begin(), factors.end(), positive);
  };
  HEARTH_CHECK_AS(ValueError, fits(rope.short_factor()) && fits(rope.long_factor()),
                  "[config.json] expected ", head_size / 2,
                  " positive numbers as short_factor and as long_factor, got ",
                  rope.short_factor().size(), " and ", rope.long_factor().size(), " numbers");
}

/// {"rope_type": ..., "rope_theta": ...} and what else the type needs.
JsonValue rope_json(const RopeParameters& rope) {
  ConfigEditor editor;
  editor.set("rope_type", rope.rope_type());
  editor.set("rope_theta", rope.rope_theta());
  const RopeParameters plain;
  if (rope.rope_type() != "default") {
    editor.set("factor", rope.factor());
    if (rope.original_max_position_embeddings() > 0)
      editor.set("original_max_position_embeddings", rope.original_max_position_embeddings());
  }
  if (rope.rope_type() == "llama3") {
    editor.set("low_freq_factor", rope.low_freq_factor());
    editor.set("high_freq_factor", rope.high_freq_factor());
  }
  if (rope.rope_type() == "yarn") {
    editor.set("attention_factor", rope.attention_factor());
    editor.set("beta_fast", rope.beta_fast());
    editor.set("beta_slow", rope.beta_slow());
    if (rope.mscale() != plain.mscale()) editor.set("mscale", rope.mscale());
    if (rope.mscale_all_dim() != plain.mscale_all_dim())
      editor.set("mscale_all_dim", rope.mscale_all_dim());
    if (!rope.truncate()) editor.set("truncate", rope.truncate());
  }
  if (rope.rope_type() == "longrope") {
    editor.set("attention_factor", rope.attention_factor());
    editor.set("short_factor", rope.short_factor());
    editor.set("long_factor", rope.long_factor());
  }
  return editor.value();
}

}  // namespace

bool DecoderConfig::knows(const std::string& model_type) {
  return std::any_of(std::begin(kTypes), std::end(kTypes),
                     [&](const char* type) { return model_type == type; });
}

DecoderConfig DecoderConfig::of_type(const std::string& model_type) {
  HEARTH_CHECK_AS(ValueError, knows(model_type), "[DecoderConfig] knows no decoder \"", model_type,
                  "\"");
  DecoderConfig c;
  c.model_type(model_type);
  if (model_type == "mistral") {
    c.intermediate_size(14336).num_key_value_heads(8).max_position_embeddings(131072);
    c.sliding_window(4096);
  } else if (model_type == "qwen2" || model_type == "qwen3") {
    c.vocab_size(151936).intermediate_size(22016).max_position_embeddings(32768);
    if (model_type == "qwen3") c.head_dim(128);
  } else if (model_type == "smollm3") {
    c.vocab_size(128256).hidden_size(2048).num_hidden_layers(36).num_attention_heads(16);
    c.num_key_value_heads(4).max_position_embeddings(32768).tie_word_embeddings(true);
    c.rope().rope_theta(2'000'000);
  } else if (c.is_gemma()) {
    c.vocab_size(256000).tie_word_embeddings(true).hidden_act("gelu_pytorch_tanh").head_dim(256);
    c.max_position_embeddings(8192);
    if (model_type == "gemma") {
      c.hidden_size(3072).intermediate_size(24576).num_hidden_layers(28);
      c.num_attention_heads(16).num_key_value_heads(16);
    } else {
      c.hidden_size(2304).intermediate_size(9216).num_hidden_layers(26).num_attention_heads(8);
      c.num_key_value_heads(4).query_pre_attn_scalar(256).sliding_window(4096);
    }
    if (model_type == "gemma2") c.attn_logit_softcapping(50).final_logit_softcapping(30);
    if (model_type == "gemma3_text") {
      c.vocab_size(262208).max_position_embeddings(131072);
      c.rope().rope_theta(1'000'000);
      c.sliding_rope(RopeParameters());
    }
  }
  return c;
}

DecoderConfig DecoderConfig::from_json(const JsonValue& json) {
  DecoderConfig c = of_type(json.contains("model_type") ? json.at("model_type").string() : "llama");
  const std::string& type = c.model_type();
  for_each_arg(
      [&](const char* name, auto& value) {
        using T = std::remove_cvref_t<decltype(value)>;
        if constexpr (!std::is_same_v<T, RopeParameters> &&
                      !std::is_same_v<T, std::optional<RopeParameters>> &&
                      !std::is_same_v<T, std::vector<int64_t>>)
          read_option(json, name, value);
      },
      c);
  read_option(json, "no_rope_layers", c.no_rope_layers());
  if (const auto eos = find(json, "eos_token_id")) {
    if (eos->kind() == JsonValue::Kind::Array) {
      read_option(json, "eos_token_id", c.eos_token_id());
    } else {
      c.eos_token_id({eos->integer()});
    }
  }
  // null says that there are none, where leaving a setting out does not.
  if (is_null(json, "sliding_window")) c.sliding_window(0);
  if (is_null(json, "attn_logit_softcapping")) c.attn_logit_softcapping(0);
  if (is_null(json, "final_logit_softcapping")) c.final_logit_softcapping(0);
  const bool own_default = type == "llama" || type == "qwen2" || type == "qwen3";
  if (is_null(json, "num_key_value_heads") ||
      (own_default && !json.contains("num_key_value_heads")))
    c.num_key_value_heads(c.num_attention_heads());
  if (is_null(json, "head_dim")) c.head_dim(0);
  if (type == "qwen2" || type == "qwen3" || type == "smollm3") {
    bool slides = false;
    read_option(json, "use_sliding_window", slides);
    if (!slides) c.sliding_window(0);
  }
  // What a family's files may name and its models do not have.
  if (type == "mistral" || type == "qwen2") c.attention_bias(false);
  if (type != "llama" && type != "smollm3") c.mlp_bias(false);
  if (type != "gemma2") c.attn_logit_softcapping(0);
  if (type != "gemma2" && type != "gemma3_text") c.final_logit_softcapping(0);
  if (c.is_gemma()) {
    // The first releases say so and mean the other.
    if (type == "gemma" && c.hidden_act() == "gelu") c.hidden_act("gelu_pytorch_tanh");
    read_option(json, "hidden_activation", c.hidden_act());
    bool both_ways = false;
    read_option(json, "use_bidirectional_attention", both_ways);
    HEARTH_CHECK_AS(FormatError, !both_ways,
                    "[config.json] expected a decoder, got \"use_bidirectional_attention\": true");
  }
  read_ropes(json, c);
  // Before lists are made that are as long as the model has layers.
  HEARTH_CHECK_AS(ValueError, c.num_hidden_layers() >= 1 && c.num_hidden_layers() <= 4096,
                  "[config.json] expected 1 to 4096 layers, got ", c.num_hidden_layers());
  if (type == "smollm3" && c.no_rope_layers().empty()) fill_no_rope_layers(json, c);
  if (c.layer_types().empty()) fill_layer_types(json, c);
  c.check();
  return c;
}

JsonValue DecoderConfig::to_json(const std::string& architecture) const {
  ConfigEditor editor;
  editor.set("architectures", std::vector<std::string>{architecture});
  for_each_arg(
      [&](const char* name, const auto& value) {
        using T = std::remove_cvref_t<decltype(value)>;
        if constexpr (!std::is_same_v<T, RopeParameters> &&
                      !std::is_same_v<T, std::optional<RopeParameters>>)
          editor.set(name, value);
      },
      *this);
  editor.set("head_dim", head_size());
  if (is_gemma()) {
    editor.set("hidden_activation", hidden_act_);
    if (query_pre_attn_scalar_ == 0) editor.erase("query_pre_attn_scalar");
  } else {
    editor.erase("query_pre_attn_scalar");
  }
  for (auto [name, none] : {std::pair{"sliding_window", sliding_window_ == 0},
                            {"attn_logit_softcapping", attn_logit_softcapping_ == 0},
                            {"final_logit_softcapping", final_logit_softcapping_ == 0}})
    if (none) editor.set(name, JsonValue("null"));
  if (layer_types_.empty()) editor.erase("layer_types");
  if (no_rope_layers_.empty()) editor.erase("no_rope_layers");
  if (eos_token_id_.empty()) editor.erase("eos_token_id");
  if (eos_token_id_.size() == 1) editor.set("eos_token_id", eos_token_id_[0]);
  if (model_type_ == "qwen2" || model_type_ == "qwen3" || model_type_ == "smollm3")
    editor.set("use_sliding_window", sliding_window_ > 0);
  if (sliding_rope_) {
    ConfigEditor both;
    both.set(kFull, rope_json(rope_));
    both.set(kSliding, rope_json(*sliding_rope_));
    editor.set("rope_parameters", both.value());
  } else {
    editor.set("rope_parameters", rope_json(rope_));
  }
  return editor.value();
}

void DecoderConfig::check() const {
  const auto within = [](int64_t n, int64_t most) { return n >= 1 && n <= most; };
  HEARTH_CHECK_AS(ValueError,
                  within(vocab_size_, 1 << 24) && within(hidden_size_, 1 << 18) &&
                      within(intermediate_size_, 1 << 20) && within(num_hidden_layers_, 4096) &&
                      within(num_attention_heads_, 4096) &&
                      within(num_key_value_heads_, num_attention_heads_) &&
                      num_attention_heads_ % num_key_value_heads_ == 0 && head_dim_ >= 0 &&
                      within(head_size(), 1 << 16) && head_size() % 2 == 0 &&
                      max_position_embeddings_ >= 1 && sliding_window_ >= 0,
                  "[config.json] expected positive sizes, even heads, and groups of query heads, "
                  "got vocab_size ",
                  vocab_size_, ", hidden_size ", hidden_size_, ", intermediate_size ",
                  intermediate_size_, ", ", num_hidden_layers_, " layers of ", num_attention_heads_,
                  " heads of ", head_size(), " with ", num_key_value_heads_,
                  " key heads, max_position_embeddings ", max_position_embeddings_,
                  ", sliding_window ", sliding_window_);
  const auto fits = [&](size_t n) {
    return n == 0 || n == static_cast<size_t>(num_hidden_layers_);
  };
  HEARTH_CHECK_AS(ValueError, fits(layer_types_.size()) && fits(no_rope_layers_.size()),
                  "[config.json] expected layer_types and no_rope_layers of ", num_hidden_layers_,
                  " layers, got ", layer_types_.size(), " and ", no_rope_layers_.size());
  for (const std::string& type : layer_types_)
    HEARTH_CHECK_AS(ValueError, type == kFull || (type == kSliding && sliding_window_ > 0),
                    "[config.json] expected layer_types \"", kFull,
                    "\" or, with a "
                    "sliding_window, \"",
                    kSliding, "\", got \"", type, "\"");
  HEARTH_CHECK_AS(ValueError,
                  attn_logit_softcapping_ >= 0 && final_logit_softcapping_ >= 0 &&
                      query_pre_attn_scalar_ >= 0 && attention_dropout_ >= 0 &&
                      attention_dropout_ <= 1 && rms_norm_eps_ >= 0,
                  "[config.json] expected no negative caps, scales, dropout or eps");
  check_rope(rope_, head_size());
  if (sliding_rope_) check_rope(*sliding_rope_, head_size());
}

int64_t DecoderConfig::head_size() const {
  return head_dim_ > 0 ? head_dim_ : hidden_size_ / std::max<int64_t>(1, num_attention_heads_);
}

int64_t DecoderConfig::least_weights() const {
  const int64_t heads = 2 * (num_attention_heads_ + num_key_value_heads_) * head_size();
  return vocab_size_ * hidden_size_ +
         num_hidden_layers_ * hidden_size_ * (heads + 3 * intermediate_size_);
}

bool DecoderConfig::slides(int64_t layer) const {
  const auto at = static_cast<size_t>(layer);
  return at < layer_types_.size() && layer_types_[at] == kSliding;
}

double DecoderConfig::attention_scale() const {
  return 1 / std::sqrt(query_pre_attn_scalar_ > 0 ? query_pre_attn_scalar_
                                                  : static_cast<double>(head_size()));
}

bool DecoderConfig::has_qkv_bias() const { return attention_bias_ || model_type_ == "qwen2"; }
bool DecoderConfig::has_query_norm() const {
  return model_type_ == "qwen3" || model_type_ == "gemma3_text";
}
bool DecoderConfig::is_gemma() const { return model_type_.starts_with("gemma"); }
bool DecoderConfig::has_outer_norms() const {
  return model_type_ == "gemma2" || model_type_ == "gemma3_text";
}

}  // namespace hearth::text
