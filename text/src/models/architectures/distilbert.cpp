// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/models/distilbert.h"

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"

#include "models/config_json.h"
#include "models/init_weights.h"
#include "models/layers/encoder.h"
#include "models/registry.h"

namespace hearth::text {

using data::readers::JsonValue;

namespace {

constexpr double kEps = 1e-12;  // config.json has none

}  // namespace

DistilBertConfig DistilBertConfig::from_json(const JsonValue& config) {
  return read_config<DistilBertConfig>(config);
}
JsonValue DistilBertConfig::to_json(const char* architecture) const {
  return write_config(*this, architecture);
}

void DistilBertConfig::check() const {
  check_sizes("distilbert", dim_, n_layers_, n_heads_, hidden_dim_, vocab_size_,
              max_position_embeddings_);
  HEARTH_CHECK_AS(ValueError, !id2label_.empty(), "[distilbert] expected a class or more");
}

int64_t DistilBertConfig::least_weights() const {
  check();
  return transformer_weights(dim_, n_layers_, hidden_dim_, vocab_size_ + max_position_embeddings_);
}

struct DistilBertModelImpl::Parts {
  std::shared_ptr<nn::EmbeddingImpl> words, positions;
  std::shared_ptr<nn::LayerNormImpl> norm;
  Encoder encoder;
};

DistilBertModelImpl::DistilBertModelImpl(const DistilBertConfig& o)
    : PreTrainedModelImpl(o.to_json("DistilBertModel")),
      options(o),
      parts_(std::make_unique<Parts>()) {
  o.check();
  const int64_t size = o.dim();
  const auto embeddings = below(*this, "embeddings");
  parts_->words =
      add_embedding(*embeddings, "word_embeddings", o.vocab_size(), size, o.pad_token_id());
  parts_->positions =
      add_embedding(*embeddings, "position_embeddings", o.max_position_embeddings(), size);
  parts_->norm = add_norm(*embeddings, "LayerNorm", size, kEps);
  Encoder& encoder = parts_->encoder;
  encoder.heads = o.n_heads();
  encoder.act = activation_of(o.activation());
  encoder.dropout = o.dropout();
  encoder.attention_dropout = o.attention_dropout();
  const auto list = below(*below(*this, "transformer"), "layer");
  for (int64_t i = 0; i < o.n_layers(); ++i) {
    const auto parts = below(*list, std::to_string(i));
    const auto attention = below(*parts, "attention");
    EncoderLayer layer;
    layer.query = add_linear(*attention, "q_lin", size, size);
    layer.key = add_linear(*attention, "k_lin", size, size);
    layer.value = add_linear(*attention, "v_lin", size, size);
    layer.attended = add_linear(*attention, "out_lin", size, size);
    layer.attention_norm = add_norm(*parts, "sa_layer_norm", size, kEps);
    const auto ffn = below(*parts, "ffn");
    layer.wide = add_linear(*ffn, "lin1", size, o.hidden_dim());
    layer.narrow = add_linear(*ffn, "lin2", o.hidden_dim(), size);
    layer.output_norm = add_norm(*parts, "output_layer_norm", size, kEps);
    encoder.layers.push_back(std::move(layer));
  }
  init_weights(*this, o.initializer_range());
}
DistilBertModelImpl::~DistilBertModelImpl() = default;

const Tensor& DistilBertModelImpl::word_embeddings() const { return parts_->words->weight; }

ModelOutput DistilBertModelImpl::forward(const ModelInputs& inputs) {
  const int64_t length =
      check_inputs("distilbert", inputs, options.max_position_embeddings()).second;
  const Tensor words = inputs.input_ids().defined() ? parts_->words->forward(inputs.input_ids())
                                                    : inputs.inputs_embeds();
  const Tensor positions = inputs.position_ids().defined()
                               ? parts_->positions->forward(inputs.position_ids())
                               : parts_->positions->weight.narrow(0, 0, length);
  const Tensor embedded =
      drop(parts_->norm->forward(words + positions), options.dropout(), is_training());
  return parts_->encoder.forward(embedded, inputs, is_training());
}

namespace {

std::shared_ptr<PreTrainedModelImpl> base_of(const DistilBertConfig& options) {
  return DistilBertModel(options).ptr();
}

}  // namespace

struct DistilBertForMaskedLMImpl::Parts {
  std::shared_ptr<nn::LinearImpl> transform, projector;
  std::shared_ptr<nn::LayerNormImpl> norm;
  Activation act;
};

DistilBertForMaskedLMImpl::DistilBertForMaskedLMImpl(const DistilBertConfig& o)
    : EncoderWithHeadImpl(o.to_json("DistilBertForMaskedLM"), Head::MaskedLM, "distilbert",
                          base_of(o)),
      parts_(std::make_unique<Parts>()) {
  parts_->transform = add_linear(*this, "vocab_transform", o.dim(), o.dim());
  parts_->norm = add_norm(*this, "vocab_layer_norm", o.dim(), kEps);
  parts_->act = activation_of(o.activation());
  init_weights(*parts_->transform, o.initializer_range());
  parts_->projector =
      add_decoder(*this, "vocab_projector", base()->as<DistilBertModelImpl>()->word_embeddings(),
                  zeros({o.vocab_size()}), o.tie_word_embeddings(), o.initializer_range());
}
DistilBertForMaskedLMImpl::~DistilBertForMaskedLMImpl() = default;

Tensor DistilBertForMaskedLMImpl::scores(const ModelOutput& base, const ModelInputs&) {
  const Tensor x = parts_->act(parts_->transform->forward(base.last_hidden_state));
  return parts_->projector->forward(parts_->norm->forward(x));
}

DistilBertForSequenceClassificationImpl::DistilBertForSequenceClassificationImpl(
    const DistilBertConfig& o)
    : EncoderWithHeadImpl(o.to_json("DistilBertForSequenceClassification"),
                          Head::SequenceClassification, "distilbert", base_of(o)),
      pre_classifier_(add_linear(*this, "pre_classifier", o.dim(), o.dim())),
      classifier_(add_linear(*this, "classifier", o.dim(), o.num_labels())),
      dropout_(o.seq_classif_dropout()) {
  for (const auto& linear : {pre_classifier_, classifier_})
    init_weights(*linear, o.initializer_range());
}
DistilBertForSequenceClassificationImpl::~DistilBertForSequenceClassificationImpl() = default;

Tensor DistilBertForSequenceClassificationImpl::scores(const ModelOutput& base,
                                                       const ModelInputs&) {
  const Tensor x = pre_classifier_->forward(base.last_hidden_state.select(1, 0)).relu();
  return classifier_->forward(drop(x, dropout_, is_training()));
}

DistilBertForTokenClassificationImpl::DistilBertForTokenClassificationImpl(
    const DistilBertConfig& o)
    : TokenHeadImpl(o.to_json("DistilBertForTokenClassification"), Head::TokenClassification,
                    "distilbert", base_of(o),
                    {"classifier", o.dim(), o.num_labels(), o.dropout(), o.initializer_range()}) {}

DistilBertForQuestionAnsweringImpl::DistilBertForQuestionAnsweringImpl(const DistilBertConfig& o)
    : TokenHeadImpl(o.to_json("DistilBertForQuestionAnswering"), Head::QuestionAnswering,
                    "distilbert", base_of(o),
                    {"qa_outputs", o.dim(), 2, o.qa_dropout(), o.initializer_range()}) {}

std::vector<ModelRow> distilbert_models() {
  const auto row = [](Head head, const char* architecture, auto make) {
    return ModelRow{"distilbert", head, architecture,
                    "distilbert", make, &least_weights_of<DistilBertConfig>,
                    &todays_name};
  };
  return {row(Head::None, "DistilBertModel", &make_of<DistilBertModel, DistilBertConfig>),
          row(Head::MaskedLM, "DistilBertForMaskedLM",
              &make_of<DistilBertForMaskedLM, DistilBertConfig>),
          row(Head::SequenceClassification, "DistilBertForSequenceClassification",
              &make_of<DistilBertForSequenceClassification, DistilBertConfig>),
          row(Head::TokenClassification, "DistilBertForTokenClassification",
              &make_of<DistilBertForTokenClassification, DistilBertConfig>),
          row(Head::QuestionAnswering, "DistilBertForQuestionAnswering",
              &make_of<DistilBertForQuestionAnswering, DistilBertConfig>)};
}

}  // namespace hearth::text
