// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/models/gpt2.h"

#include <cmath>

#include "hearth/base/error.h"
#include "hearth/nn/init.h"
#include "hearth/nn/modules/normalization.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/ops/view.h"

#include "models/activation.h"
#include "models/causal_attention.h"
#include "models/config_json.h"
#include "models/folder.h"
#include "models/losses.h"
#include "models/matrix.h"
#include "models/registry.h"

namespace hearth::text {
namespace {

using data::readers::JsonValue;

/// x weight + bias; the weight [in, out] lies the other way than a linear layer's.
struct Conv1DImpl : nn::Module {
  Conv1DImpl(int64_t in, int64_t out, double std) {
    weight = register_parameter("weight", nn::init::normal_(empty({in, out}), 0, std));
    bias = register_parameter("bias", zeros({out}));
  }
  Tensor forward(const Tensor& x) const { return linear(x, weight.t(), bias); }
  Tensor weight, bias;
};

struct Layer {
  nn::LayerNorm before{nullptr}, after{nullptr};
  std::shared_ptr<Conv1DImpl> attend, attended, wide, narrow;
};

Layer make_layer(nn::Module& parts, const GPT2Config& c) {
  const int64_t size = c.n_embd(), inner = c.n_inner() > 0 ? c.n_inner() : 4 * size;
  // What is added to the stream begins smaller, the more layers do so.
  const double std = c.initializer_range();
  const double added = std / std::sqrt(2.0 * static_cast<double>(c.n_layer()));
  const auto conv = [](nn::Module& owner, const char* name, int64_t in, int64_t out, double d) {
    return owner.register_module(name, std::make_shared<Conv1DImpl>(in, out, d));
  };
  const auto norm = [&] {
    return nn::LayerNorm(nn::LayerNormOptions({size}).eps(c.layer_norm_epsilon()));
  };
  Layer layer;
  layer.before = parts.register_module("ln_1", norm());
  const auto attention = below(parts, "attn");
  layer.attend = conv(*attention, "c_attn", size, 3 * size, std);
  layer.attended = conv(*attention, "c_proj", size, size, added);
  layer.after = parts.register_module("ln_2", norm());
  const auto mlp = below(parts, "mlp");
  layer.wide = conv(*mlp, "c_fc", size, inner, std);
  layer.narrow = conv(*mlp, "c_proj", inner, size, added);
  return layer;
}

}  // namespace

GPT2Config GPT2Config::from_json(const JsonValue& json) {
  GPT2Config config = read_config<GPT2Config>(json);
  bool crossed = false;
  read_option(json, "add_cross_attention", crossed);
  HEARTH_CHECK_AS(FormatError, !crossed,
                  "[config.json] expected a GPT-2 by itself, got \"add_cross_attention\": true");
  config.check();
  return config;
}

JsonValue GPT2Config::to_json(const char* architecture) const {
  ConfigEditor editor(write_config(*this, architecture));
  if (n_inner_ == 0) editor.erase("n_inner");
  return editor.value();
}

void GPT2Config::check() const {
  const auto within = [](int64_t n, int64_t most) { return n >= 1 && n <= most; };
  HEARTH_CHECK_AS(ValueError,
                  within(vocab_size_, 1 << 24) && within(n_positions_, 1 << 24) &&
                      within(n_embd_, 1 << 18) && within(n_layer_, 4096) && within(n_head_, 4096) &&
                      n_embd_ % n_head_ == 0 && n_inner_ >= 0 && n_inner_ <= 1 << 20,
                  "[config.json] expected positive sizes and heads that divide n_embd, got "
                  "vocab_size ",
                  vocab_size_, ", n_positions ", n_positions_, ", n_embd ", n_embd_, ", ", n_layer_,
                  " layers of ", n_head_, " heads, n_inner ", n_inner_);
  for (const double p : {resid_pdrop_, embd_pdrop_, attn_pdrop_})
    HEARTH_CHECK_AS(ValueError, p >= 0 && p <= 1,
                    "[config.json] expected dropout from 0 to 1, got ", p);
}

double GPT2Config::attention_scale(int64_t layer) const {
  double scale = 1;
  if (scale_attn_weights_) scale /= std::sqrt(static_cast<double>(n_embd_ / n_head_));
  if (scale_attn_by_inverse_layer_idx_) scale /= static_cast<double>(layer + 1);
  return scale;
}

int64_t GPT2Config::least_weights() const {
  const int64_t inner = n_inner_ > 0 ? n_inner_ : 4 * n_embd_;
  return (vocab_size_ + n_positions_) * n_embd_ + n_layer_ * n_embd_ * (4 * n_embd_ + 2 * inner);
}

struct GPT2ModelImpl::Parts {
  std::shared_ptr<MatrixImpl> tokens, positions;
  std::vector<Layer> layers;
  nn::LayerNorm norm{nullptr};
  Activation activation = nullptr;
};

GPT2ModelImpl::GPT2ModelImpl(const GPT2Config& o)
    : PreTrainedModelImpl((o.check(), o.to_json("GPT2Model"))),
      options(o),
      parts_(std::make_unique<Parts>()) {
  const double std = o.initializer_range();
  parts_->activation = activation_of(o.activation_function());
  parts_->tokens = register_module("wte", Matrix(o.vocab_size(), o.n_embd(), false, std));
  parts_->positions = register_module("wpe", Matrix(o.n_positions(), o.n_embd(), false, std));
  const auto layers = below(*this, "h");
  for (int64_t i = 0; i < o.n_layer(); ++i)
    parts_->layers.push_back(make_layer(*below(*layers, std::to_string(i)), o));
  parts_->norm = register_module(
      "ln_f", nn::LayerNorm(nn::LayerNormOptions({o.n_embd()}).eps(o.layer_norm_epsilon())));
}

GPT2ModelImpl::~GPT2ModelImpl() = default;

ModelOutput GPT2ModelImpl::forward(const ModelInputs& inputs) {
  const bool by_ids = inputs.input_ids().defined();
  const Tensor& given = by_ids ? inputs.input_ids() : inputs.inputs_embeds();
  HEARTH_CHECK_AS(ShapeError,
                  given.defined() && given.dim() == (by_ids ? 2 : 3) && given.size(1) > 0,
                  "[gpt2] expected input_ids [batch, length] or inputs_embeds [batch, length, ",
                  options.n_embd(), "]");
  Parts& p = *parts_;
  const auto drop = [&](const Tensor& x, double probability) {
    return is_training() && probability > 0 ? dropout(x, probability, true) : x;
  };
  Tensor x = by_ids ? p.tokens->embed(inputs.input_ids()) : inputs.inputs_embeds();
  const int64_t batch = x.size(0), length = x.size(1), heads = options.n_head();
  Places places(inputs, batch, length, x.device(), "gpt2");
  const int64_t seen = inputs.cache() ? inputs.cache()->get_seq_length() : 0;
  HEARTH_CHECK_AS(ValueError,
                  inputs.position_ids().defined() || inputs.attention_mask().defined() ||
                      seen + length <= options.n_positions(),
                  "[gpt2] expected at most ", options.n_positions(), " tokens, got ",
                  seen + length);
  x = x + p.positions->embed(places.positions());
  if (inputs.token_type_ids().defined()) x = x + p.tokens->embed(inputs.token_type_ids());
  x = drop(x, options.embd_pdrop());
  AttentionSettings attention;
  attention.dropout = is_training() ? options.attn_pdrop() : 0;
  ModelOutput out;
  int64_t index = 0;
  for (Layer& layer : p.layers) {
    if (inputs.output_hidden_states()) out.hidden_states.push_back(x);
    const Tensor all =
        layer.attend->forward(layer.before->forward(x)).view({batch, length, 3, heads, -1});
    const auto part = [&](int64_t i) { return all.select(2, i).transpose(1, 2); };
    attention.scale = options.attention_scale(index);
    Tensor weights;
    const Tensor y =
        causal_attention(part(0), part(1), part(2), inputs.cache().get(), index++, places,
                         attention, inputs.output_attentions() ? &weights : nullptr);
    if (inputs.output_attentions()) out.attentions.push_back(weights);
    x = x + drop(layer.attended->forward(y), options.resid_pdrop());
    const Tensor wide = p.activation(layer.wide->forward(layer.after->forward(x)));
    x = x + drop(layer.narrow->forward(wide), options.resid_pdrop());
  }
  if (!inputs.output_hidden_states()) x = kept_positions(inputs, x);
  out.last_hidden_state = p.norm->forward(x);
  if (inputs.output_hidden_states()) out.hidden_states.push_back(out.last_hidden_state);
  return out;
}

GPT2LMHeadModelImpl::GPT2LMHeadModelImpl(const GPT2Config& o)
    : CausalLMImpl((o.check(), o.to_json("GPT2LMHeadModel"))) {
  transformer = GPT2Model(o);
  register_module("transformer", transformer);
  head_ = transformer->parts_->tokens;
  if (!o.tie_word_embeddings())
    head_ = register_module("lm_head",
                            Matrix(o.vocab_size(), o.n_embd(), false, o.initializer_range()));
}

GPT2LMHeadModelImpl::~GPT2LMHeadModelImpl() = default;

CacheOptions GPT2LMHeadModelImpl::cache_options() const {
  return CacheOptions().num_layers(transformer->options.n_layer());
}
int64_t GPT2LMHeadModelImpl::vocab_size() const { return transformer->options.vocab_size(); }
int64_t GPT2LMHeadModelImpl::max_position_embeddings() const {
  return transformer->options.n_positions();
}

ModelOutput GPT2LMHeadModelImpl::forward(const ModelInputs& inputs) {
  ModelOutput out = transformer->forward(inputs);
  out.logits = head_->linear(kept_positions(inputs, out.last_hidden_state));
  if (inputs.labels().defined()) out.loss = next_token_loss(out.logits, inputs.labels());
  return out;
}

GPT2ForSequenceClassificationImpl::GPT2ForSequenceClassificationImpl(const GPT2Config& o)
    : PreTrainedModelImpl((o.check(), o.to_json("GPT2ForSequenceClassification"))) {
  transformer = GPT2Model(o);
  register_module("transformer", transformer);
  score_ = register_module("score", Matrix(static_cast<int64_t>(o.id2label().size()), o.n_embd(),
                                           false, o.initializer_range()));
}

GPT2ForSequenceClassificationImpl::~GPT2ForSequenceClassificationImpl() = default;

ModelOutput GPT2ForSequenceClassificationImpl::forward(const ModelInputs& inputs) {
  ModelOutput out = transformer->forward(inputs);
  out.logits = score_->linear(
      last_tokens(inputs, transformer->options.pad_token_id(), out.last_hidden_state));
  if (inputs.labels().defined())
    out.loss = classification_loss(config(), out.logits, inputs.labels());
  return out;
}

namespace {

/// Causal masks, which old files have among the weights.
std::string renamed(const std::string& key) {
  return key.ends_with(".attn.bias") || key.ends_with(".attn.masked_bias") ? std::string() : key;
}

}  // namespace

std::vector<ModelRow> gpt2_models() {
  constexpr auto least = &least_weights_of<GPT2Config>;
  return {{"gpt2", Head::None, "GPT2Model", "transformer", &make_of<GPT2Model, GPT2Config>, least,
           &renamed},
          {"gpt2", Head::CausalLM, "GPT2LMHeadModel", "transformer",
           &make_of<GPT2LMHeadModel, GPT2Config>, least, &renamed},
          {"gpt2", Head::SequenceClassification, "GPT2ForSequenceClassification", "transformer",
           &make_of<GPT2ForSequenceClassification, GPT2Config>, least, &renamed}};
}

}  // namespace hearth::text
