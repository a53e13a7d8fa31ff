// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/models/modernbert.h"

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/text/models/decoder_config.h"

#include "models/config_json.h"
#include "models/init_weights.h"
#include "models/layers/attention.h"
#include "models/layers/encoder.h"
#include "models/registry.h"
#include "models/rope.h"

namespace hearth::text {

using data::readers::JsonValue;

namespace {

constexpr const char* kFull = "full_attention";
constexpr const char* kSliding = "sliding_attention";

/// Newer files keep each kind of layer's theta in an object.
void read_theta(const JsonValue& config, const char* kind, double& theta) {
  if (!config.contains("rope_parameters")) return;
  const JsonValue all = config.at("rope_parameters");
  if (all.is_null() || !all.contains(kind)) return;
  const JsonValue own = all.at(kind);
  if (own.is_null()) return;
  read_option(own, "rope_theta", theta);
  std::string type = "default";
  read_option(own, "rope_type", type);
  HEARTH_CHECK_AS(FormatError, type == "default",
                  "[modernbert] expected \"rope_type\" default, got ", type);
}

}  // namespace

ModernBertConfig ModernBertConfig::from_json(const JsonValue& config) {
  ModernBertConfig c = read_config<ModernBertConfig>(config);
  read_theta(config, kFull, c.global_rope_theta());
  read_theta(config, kSliding, c.local_rope_theta());
  return c;
}
JsonValue ModernBertConfig::to_json(const char* architecture) const {
  return write_config(*this, architecture);
}

bool ModernBertConfig::is_local(int64_t layer) const {
  return layer_types_.empty() ? layer % global_attn_every_n_layers_ != 0
                              : layer_types_[static_cast<size_t>(layer)] == kSliding;
}

void ModernBertConfig::check() const {
  check_sizes("modernbert", hidden_size_, num_hidden_layers_, num_attention_heads_,
              intermediate_size_, vocab_size_, max_position_embeddings_);
  HEARTH_CHECK_AS(ValueError, hidden_size_ / num_attention_heads_ % 2 == 0,
                  "[modernbert] expected heads of an even size, got ",
                  hidden_size_ / num_attention_heads_);
  HEARTH_CHECK_AS(ValueError, local_attention_ >= 1 && global_attn_every_n_layers_ >= 1,
                  "[modernbert] expected positive local_attention and global_attn_every_n_layers, "
                  "got ",
                  local_attention_, " and ", global_attn_every_n_layers_);
  HEARTH_CHECK_AS(
      ValueError,
      layer_types_.empty() || layer_types_.size() == static_cast<size_t>(num_hidden_layers_),
      "[modernbert] expected layer_types of ", num_hidden_layers_, " layers, got ",
      layer_types_.size());
  for (const std::string& type : layer_types_)
    HEARTH_CHECK_AS(ValueError, type == kFull || type == kSliding,
                    "[modernbert] expected layer_types ", kFull, " or ", kSliding, ", got ", type);
  HEARTH_CHECK_AS(ValueError, classifier_pooling_ == "cls" || classifier_pooling_ == "mean",
                  "[modernbert] expected classifier_pooling cls or mean, got ",
                  classifier_pooling_);
  HEARTH_CHECK_AS(ValueError, !id2label_.empty(), "[modernbert] expected a class or more");
}

int64_t ModernBertConfig::least_weights() const {
  check();
  return transformer_weights(hidden_size_, num_hidden_layers_, intermediate_size_, vocab_size_);
}

namespace {

struct Layer {
  std::shared_ptr<nn::LayerNormImpl> attention_norm;  ///< none in the first
  std::shared_ptr<nn::LinearImpl> qkv, attended, wide, narrow;
  std::shared_ptr<nn::LayerNormImpl> mlp_norm;
  bool local = false;
};

/// bool [1, 1, length, length]: which tokens are `reach` or less from each other.
Tensor neighbourhood(int64_t length, int64_t reach, Device device) {
  const Tensor at = arange(length, TensorOptions(kLong).device(device));
  return (at.unsqueeze(1) - at).abs().le(reach).unsqueeze(0).unsqueeze(0);
}

}  // namespace

struct ModernBertModelImpl::Parts {
  std::shared_ptr<nn::EmbeddingImpl> words;
  std::shared_ptr<nn::LayerNormImpl> norm, final_norm;
  std::vector<Layer> layers;
  RotaryEmbedding near, far;
  Activation act;
};

ModernBertModelImpl::ModernBertModelImpl(const ModernBertConfig& o)
    : PreTrainedModelImpl(o.to_json("ModernBertModel")),
      options(o),
      parts_(std::make_unique<Parts>()) {
  o.check();
  const int64_t size = o.hidden_size(), head = size / o.num_attention_heads();
  const auto norm = [&](nn::Module& owner, const char* name) {
    return add_norm(owner, name, size, o.norm_eps(), o.norm_bias());
  };
  const auto embeddings = below(*this, "embeddings");
  parts_->words =
      add_embedding(*embeddings, "tok_embeddings", o.vocab_size(), size, o.pad_token_id());
  parts_->norm = norm(*embeddings, "norm");
  const auto list = below(*this, "layers");
  for (int64_t i = 0; i < o.num_hidden_layers(); ++i) {
    const auto parts = below(*list, std::to_string(i));
    Layer layer;
    if (i > 0) layer.attention_norm = norm(*parts, "attn_norm");
    const auto attention = below(*parts, "attn");
    layer.qkv = add_linear(*attention, "Wqkv", size, 3 * size, o.attention_bias());
    layer.attended = add_linear(*attention, "Wo", size, size, o.attention_bias());
    layer.mlp_norm = norm(*parts, "mlp_norm");
    const auto mlp = below(*parts, "mlp");
    layer.wide = add_linear(*mlp, "Wi", size, 2 * o.intermediate_size(), o.mlp_bias());
    layer.narrow = add_linear(*mlp, "Wo", o.intermediate_size(), size, o.mlp_bias());
    layer.local = o.is_local(i);
    parts_->layers.push_back(std::move(layer));
  }
  parts_->final_norm = norm(*this, "final_norm");
  parts_->act = activation_of(o.hidden_activation());
  const auto rotary = [&](double theta) {
    return RotaryEmbedding(RopeParameters().rope_theta(theta), head, o.max_position_embeddings());
  };
  parts_->near = rotary(o.local_rope_theta());
  parts_->far = rotary(o.global_rope_theta());
  init_weights(*this, o.initializer_range());
}
ModernBertModelImpl::~ModernBertModelImpl() = default;

const Tensor& ModernBertModelImpl::word_embeddings() const { return parts_->words->weight; }

ModelOutput ModernBertModelImpl::forward(const ModelInputs& inputs) {
  const int64_t length =
      check_inputs("modernbert", inputs, options.max_position_embeddings()).second;
  const bool training = is_training();
  const Tensor words = inputs.input_ids().defined() ? parts_->words->forward(inputs.input_ids())
                                                    : inputs.inputs_embeds();
  Tensor x = drop(parts_->norm->forward(words), options.embedding_dropout(), training);
  const Tensor positions =
      inputs.position_ids().defined()
          ? inputs.position_ids()
          : arange(length, TensorOptions(kLong).device(x.device())).unsqueeze(0);
  const Angles far = parts_->far.angles(positions, x.scalar_type());
  const Angles near = parts_->near.angles(positions, x.scalar_type());
  const Tensor all_mask = key_mask(inputs.attention_mask());
  // Half of the window on each side; a text that fits needs no mask for it.
  const int64_t reach = options.local_attention() / 2;
  Tensor near_mask = all_mask;
  if (length > reach + 1) {
    const Tensor close = neighbourhood(length, reach, x.device());
    near_mask = all_mask.defined() ? close.logical_and(all_mask) : close;
  }

  ModelOutput out;
  if (inputs.output_hidden_states()) out.hidden_states.push_back(x);
  for (const Layer& layer : parts_->layers) {
    const Angles& angles = layer.local ? near : far;
    const Tensor normed = layer.attention_norm ? layer.attention_norm->forward(x) : x;
    const std::vector<Tensor> qkv = layer.qkv->forward(normed).chunk(3, -1);
    const auto heads = [&](size_t i) { return split_heads(qkv[i], options.num_attention_heads()); };
    Tensor weights;
    const Tensor y =
        attend(rotate(heads(0), angles), rotate(heads(1), angles), heads(2),
               layer.local ? near_mask : all_mask, training ? options.attention_dropout() : 0,
               inputs.output_attentions() ? &weights : nullptr);
    x = x + drop(layer.attended->forward(join_heads(y)), options.attention_dropout(), training);
    const std::vector<Tensor> gated = layer.wide->forward(layer.mlp_norm->forward(x)).chunk(2, -1);
    const Tensor inner = drop(parts_->act(gated[0]) * gated[1], options.mlp_dropout(), training);
    x = x + layer.narrow->forward(inner);
    if (weights.defined()) out.attentions.push_back(weights);
    if (inputs.output_hidden_states()) out.hidden_states.push_back(x);
  }
  out.last_hidden_state = parts_->final_norm->forward(x);
  // As transformers has it, the last of these is the normalized one.
  if (inputs.output_hidden_states()) out.hidden_states.back() = out.last_hidden_state;
  return out;
}

struct ModernBertWithHeadImpl::Parts {
  std::shared_ptr<nn::LinearImpl> dense, scores;
  std::shared_ptr<nn::LayerNormImpl> norm;
  Activation act;
  double dropout;
  bool mean;
};

ModernBertWithHeadImpl::ModernBertWithHeadImpl(const ModernBertConfig& o, Head head,
                                               const char* architecture)
    : EncoderWithHeadImpl(o.to_json(architecture), head, "model", ModernBertModel(o).ptr()),
      parts_(std::make_unique<Parts>()) {
  const int64_t size = o.hidden_size();
  const auto transform = below(*this, "head");
  parts_->dense = add_linear(*transform, "dense", size, size, o.classifier_bias());
  parts_->norm = add_norm(*transform, "norm", size, o.norm_eps(), o.norm_bias());
  parts_->act = activation_of(o.classifier_activation());
  parts_->mean = o.classifier_pooling() == "mean";
  init_weights(*transform, o.initializer_range());
  if (head == Head::MaskedLM) {
    parts_->dropout = 0;
    parts_->scores =
        add_decoder(*this, "decoder", base()->as<ModernBertModelImpl>()->word_embeddings(),
                    o.decoder_bias() ? zeros({o.vocab_size()}) : Tensor(), o.tie_word_embeddings(),
                    o.initializer_range());
  } else {
    parts_->dropout = o.classifier_dropout();
    parts_->scores =
        add_linear(*this, "classifier", size, head == Head::QuestionAnswering ? 2 : o.num_labels());
    init_weights(*parts_->scores, o.initializer_range());
  }
}
ModernBertWithHeadImpl::~ModernBertWithHeadImpl() = default;

Tensor ModernBertWithHeadImpl::scores(const ModelOutput& base, const ModelInputs& inputs) {
  Tensor x = base.last_hidden_state;
  if (head() == Head::SequenceClassification) {
    if (!parts_->mean) {
      x = x.select(1, 0);
    } else if (inputs.attention_mask().defined()) {
      const Tensor taken = inputs.attention_mask().to(x.scalar_type()).unsqueeze(-1);
      x = (x * taken).sum(1) / taken.sum(1);
    } else {
      x = x.mean(1);
    }
  }
  x = parts_->norm->forward(parts_->act(parts_->dense->forward(x)));
  return parts_->scores->forward(drop(x, parts_->dropout, is_training()));
}

ModernBertForMaskedLMImpl::ModernBertForMaskedLMImpl(const ModernBertConfig& o)
    : ModernBertWithHeadImpl(o, Head::MaskedLM, "ModernBertForMaskedLM") {}
ModernBertForSequenceClassificationImpl::ModernBertForSequenceClassificationImpl(
    const ModernBertConfig& o)
    : ModernBertWithHeadImpl(o, Head::SequenceClassification,
                             "ModernBertForSequenceClassification") {}
ModernBertForTokenClassificationImpl::ModernBertForTokenClassificationImpl(
    const ModernBertConfig& o)
    : ModernBertWithHeadImpl(o, Head::TokenClassification, "ModernBertForTokenClassification") {}
ModernBertForQuestionAnsweringImpl::ModernBertForQuestionAnsweringImpl(const ModernBertConfig& o)
    : ModernBertWithHeadImpl(o, Head::QuestionAnswering, "ModernBertForQuestionAnswering") {}

std::vector<ModelRow> modernbert_models() {
  const auto row = [](Head head, const char* architecture, auto make) {
    return ModelRow{"modernbert", head, architecture,
                    "model",      make, &least_weights_of<ModernBertConfig>,
                    &todays_name};
  };
  return {row(Head::None, "ModernBertModel", &make_of<ModernBertModel, ModernBertConfig>),
          row(Head::MaskedLM, "ModernBertForMaskedLM",
              &make_of<ModernBertForMaskedLM, ModernBertConfig>),
          row(Head::SequenceClassification, "ModernBertForSequenceClassification",
              &make_of<ModernBertForSequenceClassification, ModernBertConfig>),
          row(Head::TokenClassification, "ModernBertForTokenClassification",
              &make_of<ModernBertForTokenClassification, ModernBertConfig>),
          row(Head::QuestionAnswering, "ModernBertForQuestionAnswering",
              &make_of<ModernBertForQuestionAnswering, ModernBertConfig>)};
}

}  // namespace hearth::text
