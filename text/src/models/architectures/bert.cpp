// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/models/bert.h"

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"

#include "models/config_json.h"
#include "models/init_weights.h"
#include "models/layers/encoder.h"
#include "models/registry.h"

namespace hearth::text {

using data::readers::JsonValue;

BertConfig BertConfig::from_json(const JsonValue& config) {
  return read_config<BertConfig>(config);
}
JsonValue BertConfig::to_json(const char* architecture) const {
  return write_config(*this, architecture);
}

void BertConfig::check() const {
  check_sizes(model_type_.c_str(), hidden_size_, num_hidden_layers_, num_attention_heads_,
              intermediate_size_, vocab_size_, max_position_embeddings_);
  HEARTH_CHECK_AS(ValueError, type_vocab_size_ >= 1 && type_vocab_size_ <= 1 << 20, "[",
                  model_type_, "] expected type_vocab_size of 1 or more, got ", type_vocab_size_);
  HEARTH_CHECK_AS(ValueError, position_embedding_type_ == "absolute", "[", model_type_,
                  "] expected position_embedding_type absolute, got ", position_embedding_type_);
  HEARTH_CHECK_AS(ValueError, !is_decoder_, "[", model_type_,
                  "] expected an encoder, got "
                  "is_decoder true");
  HEARTH_CHECK_AS(ValueError, !id2label_.empty(), "[", model_type_, "] expected a class or more");
}

int64_t BertConfig::least_weights() const {
  check();
  return transformer_weights(hidden_size_, num_hidden_layers_, intermediate_size_,
                             vocab_size_ + max_position_embeddings_ + type_vocab_size_);
}

struct BertModelImpl::Parts {
  std::shared_ptr<nn::EmbeddingImpl> words, positions, types;
  std::shared_ptr<nn::LayerNormImpl> norm;
  Encoder encoder;
  std::shared_ptr<nn::LinearImpl> pooler;
};

BertModelImpl::BertModelImpl(const BertConfig& o, const char* architecture)
    : PreTrainedModelImpl(o.to_json(architecture)), options(o), parts_(std::make_unique<Parts>()) {
  o.check();
  const int64_t size = o.hidden_size();
  const auto embeddings = below(*this, "embeddings");
  parts_->words =
      add_embedding(*embeddings, "word_embeddings", o.vocab_size(), size, o.pad_token_id());
  parts_->positions =
      add_embedding(*embeddings, "position_embeddings", o.max_position_embeddings(), size);
  parts_->types = add_embedding(*embeddings, "token_type_embeddings", o.type_vocab_size(), size);
  parts_->norm = add_norm(*embeddings, "LayerNorm", size, o.layer_norm_eps());
  Encoder& encoder = parts_->encoder;
  encoder.heads = o.num_attention_heads();
  encoder.act = activation_of(o.hidden_act());
  encoder.dropout = o.hidden_dropout_prob();
  encoder.attention_dropout = o.attention_probs_dropout_prob();
  const auto list = below(*below(*this, "encoder"), "layer");
  for (int64_t i = 0; i < o.num_hidden_layers(); ++i) {
    const auto parts = below(*list, std::to_string(i));
    const auto attention = below(*parts, "attention"), self = below(*attention, "self"),
               attended = below(*attention, "output");
    EncoderLayer layer;
    layer.query = add_linear(*self, "query", size, size);
    layer.key = add_linear(*self, "key", size, size);
    layer.value = add_linear(*self, "value", size, size);
    layer.attended = add_linear(*attended, "dense", size, size);
    layer.attention_norm = add_norm(*attended, "LayerNorm", size, o.layer_norm_eps());
    layer.wide = add_linear(*below(*parts, "intermediate"), "dense", size, o.intermediate_size());
    const auto output = below(*parts, "output");
    layer.narrow = add_linear(*output, "dense", o.intermediate_size(), size);
    layer.output_norm = add_norm(*output, "LayerNorm", size, o.layer_norm_eps());
    encoder.layers.push_back(std::move(layer));
  }
  if (o.add_pooling_layer())
    parts_->pooler = add_linear(*below(*this, "pooler"), "dense", size, size);
  init_weights(*this, o.initializer_range());
}
BertModelImpl::~BertModelImpl() = default;

const Tensor& BertModelImpl::word_embeddings() const { return parts_->words->weight; }

Tensor BertModelImpl::position_ids(const ModelInputs&, int64_t length) const {
  return arange(length, TensorOptions(kLong).device(word_embeddings().device())).unsqueeze(0);
}

ModelOutput BertModelImpl::forward(const ModelInputs& inputs) {
  const auto [batch, length] =
      check_inputs(options.model_type().c_str(), inputs, options.max_position_embeddings());
  const Tensor words = inputs.input_ids().defined() ? parts_->words->forward(inputs.input_ids())
                                                    : inputs.inputs_embeds();
  // Without token types, all are of the first.
  const Tensor types = inputs.token_type_ids().defined()
                           ? parts_->types->forward(inputs.token_type_ids())
                           : parts_->types->weight.narrow(0, 0, 1);
  const Tensor& given = inputs.position_ids();
  const Tensor positions =
      parts_->positions->forward(given.defined() ? given : position_ids(inputs, length));
  const Tensor embedded = drop(parts_->norm->forward(words + types + positions),
                               options.hidden_dropout_prob(), is_training());
  ModelOutput out = parts_->encoder.forward(embedded, inputs, is_training());
  if (parts_->pooler)
    out.pooler_output = parts_->pooler->forward(out.last_hidden_state.select(1, 0)).tanh();
  return out;
}

namespace {

std::shared_ptr<PreTrainedModelImpl> base_of(const BertConfig& options, bool pooler) {
  return BertModel(BertConfig(options).add_pooling_layer(pooler)).ptr();
}
double head_dropout(const BertConfig& options) {
  return options.classifier_dropout().value_or(options.hidden_dropout_prob());
}

}  // namespace

struct BertForMaskedLMImpl::Parts {
  std::shared_ptr<nn::LinearImpl> dense, decoder;
  std::shared_ptr<nn::LayerNormImpl> norm;
  Activation act;
};

BertForMaskedLMImpl::BertForMaskedLMImpl(const BertConfig& o)
    : EncoderWithHeadImpl(o.to_json("BertForMaskedLM"), Head::MaskedLM, "bert", base_of(o, false)),
      parts_(std::make_unique<Parts>()) {
  const auto predictions = below(*below(*this, "cls"), "predictions");
  const Tensor bias = predictions->register_parameter("bias", zeros({o.vocab_size()}));
  const auto transform = below(*predictions, "transform");
  parts_->dense = add_linear(*transform, "dense", o.hidden_size(), o.hidden_size());
  parts_->norm = add_norm(*transform, "LayerNorm", o.hidden_size(), o.layer_norm_eps());
  parts_->act = activation_of(o.hidden_act());
  init_weights(*transform, o.initializer_range());
  parts_->decoder =
      add_decoder(*predictions, "decoder", base()->as<BertModelImpl>()->word_embeddings(), bias,
                  o.tie_word_embeddings(), o.initializer_range());
}
BertForMaskedLMImpl::~BertForMaskedLMImpl() = default;

Tensor BertForMaskedLMImpl::scores(const ModelOutput& base, const ModelInputs&) {
  const Tensor x = parts_->act(parts_->dense->forward(base.last_hidden_state));
  return parts_->decoder->forward(parts_->norm->forward(x));
}

BertForSequenceClassificationImpl::BertForSequenceClassificationImpl(const BertConfig& o)
    : EncoderWithHeadImpl(o.to_json("BertForSequenceClassification"), Head::SequenceClassification,
                          "bert", base_of(o, true)),
      classifier_(add_linear(*this, "classifier", o.hidden_size(), o.num_labels())),
      dropout_(head_dropout(o)) {
  init_weights(*classifier_, o.initializer_range());
}
BertForSequenceClassificationImpl::~BertForSequenceClassificationImpl() = default;

Tensor BertForSequenceClassificationImpl::scores(const ModelOutput& base, const ModelInputs&) {
  return classifier_->forward(drop(base.pooler_output, dropout_, is_training()));
}

BertForTokenClassificationImpl::BertForTokenClassificationImpl(const BertConfig& o)
    : TokenHeadImpl(
          o.to_json("BertForTokenClassification"), Head::TokenClassification, "bert",
          base_of(o, false),
          {"classifier", o.hidden_size(), o.num_labels(), head_dropout(o), o.initializer_range()}) {
}

BertForQuestionAnsweringImpl::BertForQuestionAnsweringImpl(const BertConfig& o)
    : TokenHeadImpl(o.to_json("BertForQuestionAnswering"), Head::QuestionAnswering, "bert",
                    base_of(o, false),
                    {"qa_outputs", o.hidden_size(), 2, 0, o.initializer_range()}) {}

std::vector<ModelRow> bert_models() {
  const auto row = [](Head head, const char* architecture, auto make) {
    return ModelRow{"bert",       head,    architecture,
                    "bert",       make,    &least_weights_of<BertConfig>,
                    &todays_name, "pooler"};
  };
  return {row(Head::None, "BertModel", &make_of<BertModel, BertConfig>),
          row(Head::MaskedLM, "BertForMaskedLM", &make_of<BertForMaskedLM, BertConfig>),
          row(Head::SequenceClassification, "BertForSequenceClassification",
              &make_of<BertForSequenceClassification, BertConfig>),
          row(Head::TokenClassification, "BertForTokenClassification",
              &make_of<BertForTokenClassification, BertConfig>),
          row(Head::QuestionAnswering, "BertForQuestionAnswering",
              &make_of<BertForQuestionAnswering, BertConfig>)};
}

}  // namespace hearth::text
