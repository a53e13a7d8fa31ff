// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/models/decoder.h"

#include <cmath>
#include <string>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/normalization.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"

#include "models/activation.h"
#include "models/causal_attention.h"
#include "models/folder.h"
#include "models/losses.h"
#include "models/matrix.h"
#include "models/registry.h"
#include "models/rope.h"

namespace hearth::text {
namespace {

/// Division by the root of the mean square, times weight or, in Gemma, 1 + weight.
class NormImpl : public nn::Module {
 public:
  NormImpl(int64_t size, const DecoderConfig& c) : eps_(c.rms_norm_eps()), from_one_(c.is_gemma()) {
    weight_ = register_parameter("weight", from_one_ ? zeros({size}) : ones({size}));
  }
  Tensor forward(const Tensor& x) const {
    return rms_norm(x, {weight_.size(0)}, from_one_ ? weight_ + 1 : weight_, eps_);
  }

 private:
  Tensor weight_;
  double eps_;
  bool from_one_;
};

using Norm = std::shared_ptr<NormImpl>;
using MatrixPtr = std::shared_ptr<MatrixImpl>;

struct Layer {
  Norm before, after, query_norm, key_norm;
  /// Of models with outer norms; `after` then follows attention.
  Norm before_feedforward, after_feedforward;
  MatrixPtr query, key, value, out, gate, up, down;
  AttentionSettings attention;
  bool slides = false, turns = true;
};

MatrixPtr matrix(nn::Module& owner, const char* name, int64_t out, int64_t in, bool bias,
                 const DecoderConfig& c) {
  return owner.register_module(name, Matrix(out, in, bias, c.initializer_range()));
}

Layer make_layer(nn::Module& parts, int64_t i, const DecoderConfig& c) {
  const int64_t size = c.hidden_size(), head = c.head_size();
  const auto norm = [&](nn::Module& owner, const char* name, int64_t n) {
    return owner.register_module(name, std::make_shared<NormImpl>(n, c));
  };
  Layer layer;
  const auto attention = below(parts, "self_attn");
  layer.query =
      matrix(*attention, "q_proj", c.num_attention_heads() * head, size, c.has_qkv_bias(), c);
  layer.key =
      matrix(*attention, "k_proj", c.num_key_value_heads() * head, size, c.has_qkv_bias(), c);
  layer.value =
      matrix(*attention, "v_proj", c.num_key_value_heads() * head, size, c.has_qkv_bias(), c);
  layer.out =
      matrix(*attention, "o_proj", size, c.num_attention_heads() * head, c.attention_bias(), c);
  if (c.has_query_norm()) {
    layer.query_norm = norm(*attention, "q_norm", head);
    layer.key_norm = norm(*attention, "k_norm", head);
  }
  const auto mlp = below(parts, "mlp");
  layer.gate = matrix(*mlp, "gate_proj", c.intermediate_size(), size, c.mlp_bias(), c);
  layer.up = matrix(*mlp, "up_proj", c.intermediate_size(), size, c.mlp_bias(), c);
  layer.down = matrix(*mlp, "down_proj", size, c.intermediate_size(), c.mlp_bias(), c);
  layer.before = norm(parts, "input_layernorm", size);
  layer.after = norm(parts, "post_attention_layernorm", size);
  if (c.has_outer_norms()) {
    layer.before_feedforward = norm(parts, "pre_feedforward_layernorm", size);
    layer.after_feedforward = norm(parts, "post_feedforward_layernorm", size);
  }
  layer.slides = c.slides(i);
  if (!c.no_rope_layers().empty()) layer.turns = c.no_rope_layers()[static_cast<size_t>(i)] != 0;
  layer.attention.scale = c.attention_scale();
  layer.attention.softcap = c.attn_logit_softcapping();
  layer.attention.window = layer.slides ? c.sliding_window() : 0;
  layer.attention.dropout = c.attention_dropout();
  return layer;
}

}  // namespace

struct DecoderModelImpl::Parts {
  MatrixPtr embeddings;
  std::vector<Layer> layers;
  Norm norm;
  RotaryEmbedding rope, sliding_rope;
  Activation activation = nullptr;

  /// What a layer's attention adds to x [batch, length, hidden_size].
  Tensor attend(const Layer& layer, int64_t index, const Tensor& x, const Angles& angles,
                const ModelInputs& inputs, Places& places, bool training, Tensor* weights) const {
    const int64_t batch = x.size(0), length = x.size(1);
    const auto heads = [&](const MatrixPtr& m, const Norm& of_heads) {
      Tensor y = m->linear(x);
      y = y.view({batch, length, -1, head_size});
      return (of_heads ? of_heads->forward(y) : y).transpose(1, 2);
    };
    Tensor query = heads(layer.query, layer.query_norm), key = heads(layer.key, layer.key_norm);
    if (layer.turns) {
      query = rotate(query, angles);
      key = rotate(key, angles);
    }
    AttentionSettings settings = layer.attention;
    if (!training) settings.dropout = 0;
    return layer.out->linear(causal_attention(query, key, heads(layer.value, nullptr),
                                              inputs.cache().get(), index, places, settings,
                                              weights));
  }

  Tensor feed_forward(const Layer& layer, const Tensor& x) const {
    return layer.down->linear(activation(layer.gate->linear(x)) * layer.up->linear(x));
  }

  int64_t head_size = 0;
};

DecoderModelImpl::DecoderModelImpl(const DecoderConfig& o)
    : PreTrainedModelImpl((o.check(), o.to_json("DecoderModel"))),
      options(o),
      parts_(std::make_unique<Parts>()) {
  parts_->activation = activation_of(o.hidden_act());
  parts_->head_size = o.head_size();
  parts_->embeddings = matrix(*this, "embed_tokens", o.vocab_size(), o.hidden_size(), false, o);
  const auto layers = below(*this, "layers");
  for (int64_t i = 0; i < o.num_hidden_layers(); ++i)
    parts_->layers.push_back(make_layer(*below(*layers, std::to_string(i)), i, o));
  parts_->norm = register_module("norm", std::make_shared<NormImpl>(o.hidden_size(), o));
  parts_->rope = RotaryEmbedding(o.rope(), o.head_size(), o.max_position_embeddings());
  parts_->sliding_rope = RotaryEmbedding(o.sliding_rope().value_or(o.rope()), o.head_size(),
                                         o.max_position_embeddings());
}

DecoderModelImpl::~DecoderModelImpl() = default;

CacheOptions DecoderModelImpl::cache_options() const {
  CacheOptions cache;
  cache.num_layers(options.num_hidden_layers());
  for (int64_t i = 0; i < options.num_hidden_layers(); ++i)
    cache.sliding_windows().push_back(options.slides(i) ? options.sliding_window() : 0);
  return cache;
}

ModelOutput DecoderModelImpl::forward(const ModelInputs& inputs) {
  const bool by_ids = inputs.input_ids().defined();
  const Tensor& given = by_ids ? inputs.input_ids() : inputs.inputs_embeds();
  HEARTH_CHECK_AS(ShapeError,
                  given.defined() && given.dim() == (by_ids ? 2 : 3) && given.size(1) > 0, "[",
                  options.model_type(),
                  "] expected input_ids [batch, length] or inputs_embeds [batch, length, ",
                  options.hidden_size(), "]");
  const Parts& p = *parts_;
  Tensor x = by_ids ? p.embeddings->embed(inputs.input_ids()) : inputs.inputs_embeds();
  if (options.is_gemma() && by_ids) {
    const Tensor root =
        full({}, std::sqrt(static_cast<double>(options.hidden_size())), x.options());
    x = x * root;  // rounded to the model's type first, as it was trained
  }
  Places places(inputs, x.size(0), x.size(1), x.device(), options.model_type().c_str());
  const Angles angles = p.rope.angles(places.positions(), x.scalar_type());
  const Angles sliding =
      options.sliding_rope() ? p.sliding_rope.angles(places.positions(), x.scalar_type()) : angles;
  ModelOutput out;
  int64_t index = 0;
  for (const Layer& layer : p.layers) {
    if (inputs.output_hidden_states()) out.hidden_states.push_back(x);
    Tensor weights;
    Tensor y =
        p.attend(layer, index++, layer.before->forward(x), layer.slides ? sliding : angles, inputs,
                 places, is_training(), inputs.output_attentions() ? &weights : nullptr);
    if (options.has_outer_norms()) {
      x = x + layer.after->forward(y);
      y = p.feed_forward(layer, layer.before_feedforward->forward(x));
      x = x + layer.after_feedforward->forward(y);
    } else {
      x = x + y;
      x = x + p.feed_forward(layer, layer.after->forward(x));
    }
    if (inputs.output_attentions()) out.attentions.push_back(weights);
  }
  // All positions but the last few are only of interest to the cache.
  if (!inputs.output_hidden_states()) x = kept_positions(inputs, x);
  out.last_hidden_state = p.norm->forward(x);
  if (inputs.output_hidden_states()) out.hidden_states.push_back(out.last_hidden_state);
  return out;
}

DecoderForCausalLMImpl::DecoderForCausalLMImpl(const DecoderConfig& o)
    : CausalLMImpl((o.check(), o.to_json("DecoderForCausalLM"))) {
  model = DecoderModel(o);
  register_module("model", model);
  head_ = model->parts_->embeddings;
  if (!o.tie_word_embeddings())
    head_ = matrix(*this, "lm_head", o.vocab_size(), o.hidden_size(), false, o);
}

DecoderForCausalLMImpl::~DecoderForCausalLMImpl() = default;

CacheOptions DecoderForCausalLMImpl::cache_options() const { return model.get()->cache_options(); }
int64_t DecoderForCausalLMImpl::vocab_size() const { return options().vocab_size(); }
int64_t DecoderForCausalLMImpl::max_position_embeddings() const {
  return options().max_position_embeddings();
}

ModelOutput DecoderForCausalLMImpl::forward(const ModelInputs& inputs) {
  ModelOutput out = model->forward(inputs);
  out.logits = head_->linear(kept_positions(inputs, out.last_hidden_state));
  if (const double cap = options().final_logit_softcapping(); cap > 0)
    out.logits = (out.logits / cap).tanh() * cap;
  if (inputs.labels().defined()) out.loss = next_token_loss(out.logits, inputs.labels());
  return out;
}

DecoderForSequenceClassificationImpl::DecoderForSequenceClassificationImpl(const DecoderConfig& o)
    : PreTrainedModelImpl((o.check(), o.to_json("DecoderForSequenceClassification"))) {
  model = DecoderModel(o);
  register_module("model", model);
  score_ =
      matrix(*this, "score", static_cast<int64_t>(o.id2label().size()), o.hidden_size(), false, o);
}

DecoderForSequenceClassificationImpl::~DecoderForSequenceClassificationImpl() = default;

ModelOutput DecoderForSequenceClassificationImpl::forward(const ModelInputs& inputs) {
  ModelOutput out = model->forward(inputs);
  out.logits =
      score_->linear(last_tokens(inputs, model->options.pad_token_id(), out.last_hidden_state));
  if (inputs.labels().defined())
    out.loss = classification_loss(config(), out.logits, inputs.labels());
  return out;
}

namespace {

/// Angles' frequencies, which old files have among the weights.
std::string renamed(const std::string& key) {
  return key.ends_with("rotary_emb.inv_freq") ? std::string() : key;
}

struct Names {
  const char *base, *causal_lm, *classifier;
};

template <class Model, class CausalLM, class Classifier>
void add_rows(std::vector<ModelRow>& rows, const char* type, const Names& names) {
  const auto add = [&](Head head, const char* name, auto make) {
    rows.push_back({type, head, name, "model", make, &least_weights_of<DecoderConfig>, &renamed});
  };
  add(Head::None, names.base, &make_of<Model, DecoderConfig>);
  add(Head::CausalLM, names.causal_lm, &make_of<CausalLM, DecoderConfig>);
  add(Head::SequenceClassification, names.classifier, &make_of<Classifier, DecoderConfig>);
}

}  // namespace

std::vector<ModelRow> decoder_models() {
  std::vector<ModelRow> rows;
#define HEARTH_ADD(type, Model, CausalLM, Classifier) \
  add_rows<Model, CausalLM, Classifier>(rows, type, {#Model, #CausalLM, #Classifier})
  HEARTH_ADD("llama", LlamaModel, LlamaForCausalLM, LlamaForSequenceClassification);
  HEARTH_ADD("mistral", MistralModel, MistralForCausalLM, MistralForSequenceClassification);
  HEARTH_ADD("qwen2", Qwen2Model, Qwen2ForCausalLM, Qwen2ForSequenceClassification);
  HEARTH_ADD("qwen3", Qwen3Model, Qwen3ForCausalLM, Qwen3ForSequenceClassification);
  HEARTH_ADD("gemma", GemmaModel, GemmaForCausalLM, GemmaForSequenceClassification);
  HEARTH_ADD("gemma2", Gemma2Model, Gemma2ForCausalLM, Gemma2ForSequenceClassification);
  HEARTH_ADD("gemma3_text", Gemma3TextModel, Gemma3ForCausalLM,
             Gemma3TextForSequenceClassification);
  HEARTH_ADD("smollm3", SmolLM3Model, SmolLM3ForCausalLM, SmolLM3ForSequenceClassification);
#undef HEARTH_ADD
  return rows;
}

}  // namespace hearth::text
