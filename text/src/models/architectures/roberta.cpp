// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/models/roberta.h"

#include <array>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/scan.h"

#include "models/config_json.h"
#include "models/init_weights.h"
#include "models/layers/parts.h"
#include "models/registry.h"

namespace hearth::text {

using data::readers::JsonValue;

RobertaConfig::RobertaConfig() {
  model_type("roberta");
  vocab_size(50265);
  pad_token_id(1);
}

RobertaConfig RobertaConfig::from_json(const JsonValue& config) {
  return read_config(config, RobertaConfig());
}

namespace {

/// Positions begin behind that of padding.
const RobertaConfig& checked(const RobertaConfig& o) {
  HEARTH_CHECK_AS(ValueError,
                  o.pad_token_id() && *o.pad_token_id() >= 0 &&
                      *o.pad_token_id() + 1 < o.max_position_embeddings(),
                  "[", o.model_type(),
                  "] expected pad_token_id from 0 to less than max_position_embeddings ",
                  o.max_position_embeddings(), ", got ",
                  o.pad_token_id() ? cat_str(*o.pad_token_id()) : "none");
  return o;
}

}  // namespace

RobertaModelImpl::RobertaModelImpl(const RobertaConfig& o)
    : BertModelImpl(checked(o), "RobertaModel") {}

Tensor RobertaModelImpl::position_ids(const ModelInputs& inputs, int64_t length) const {
  const int64_t pad = *options.pad_token_id();
  HEARTH_CHECK_AS(ShapeError, pad + 1 + length <= options.max_position_embeddings(), "[",
                  options.model_type(), "] expected at most ",
                  options.max_position_embeddings() - pad - 1, " tokens a text, got ", length);
  if (!inputs.input_ids().defined())
    return arange(pad + 1, pad + 1 + length,
                  TensorOptions(kLong).device(word_embeddings().device()))
        .unsqueeze(0);
  const Tensor taken = inputs.input_ids().ne(pad).to(kLong);
  return cumsum(taken, 1) * taken + pad;
}

namespace {

std::shared_ptr<PreTrainedModelImpl> base_of(RobertaConfig options) {
  options.add_pooling_layer(false);
  return RobertaModel(options).ptr();
}
double head_dropout(const BertConfig& options) {
  return options.classifier_dropout().value_or(options.hidden_dropout_prob());
}

}  // namespace

struct RobertaForMaskedLMImpl::Parts {
  std::shared_ptr<nn::LinearImpl> dense, decoder;
  std::shared_ptr<nn::LayerNormImpl> norm;
  Activation act = activation_of("gelu");
};

RobertaForMaskedLMImpl::RobertaForMaskedLMImpl(const RobertaConfig& o)
    : EncoderWithHeadImpl(o.to_json("RobertaForMaskedLM"), Head::MaskedLM, "roberta", base_of(o)),
      parts_(std::make_unique<Parts>()) {
  const auto head = below(*this, "lm_head");
  const Tensor bias = head->register_parameter("bias", zeros({o.vocab_size()}));
  parts_->dense = add_linear(*head, "dense", o.hidden_size(), o.hidden_size());
  parts_->norm = add_norm(*head, "layer_norm", o.hidden_size(), o.layer_norm_eps());
  init_weights(*parts_->dense, o.initializer_range());
  parts_->decoder = add_decoder(*head, "decoder", base()->as<BertModelImpl>()->word_embeddings(),
                                bias, o.tie_word_embeddings(), o.initializer_range());
}
RobertaForMaskedLMImpl::~RobertaForMaskedLMImpl() = default;

Tensor RobertaForMaskedLMImpl::scores(const ModelOutput& base, const ModelInputs&) {
  const Tensor x = parts_->act(parts_->dense->forward(base.last_hidden_state));
  return parts_->decoder->forward(parts_->norm->forward(x));
}

RobertaForSequenceClassificationImpl::RobertaForSequenceClassificationImpl(const RobertaConfig& o)
    : EncoderWithHeadImpl(o.to_json("RobertaForSequenceClassification"),
                          Head::SequenceClassification, "roberta", base_of(o)),
      dropout_(head_dropout(o)) {
  const auto head = below(*this, "classifier");
  dense_ = add_linear(*head, "dense", o.hidden_size(), o.hidden_size());
  out_proj_ = add_linear(*head, "out_proj", o.hidden_size(), o.num_labels());
  init_weights(*head, o.initializer_range());
}
RobertaForSequenceClassificationImpl::~RobertaForSequenceClassificationImpl() = default;

Tensor RobertaForSequenceClassificationImpl::scores(const ModelOutput& base, const ModelInputs&) {
  const Tensor first = drop(base.last_hidden_state.select(1, 0), dropout_, is_training());
  return out_proj_->forward(drop(dense_->forward(first).tanh(), dropout_, is_training()));
}

RobertaForTokenClassificationImpl::RobertaForTokenClassificationImpl(const RobertaConfig& o)
    : TokenHeadImpl(
          o.to_json("RobertaForTokenClassification"), Head::TokenClassification, "roberta",
          base_of(o),
          {"classifier", o.hidden_size(), o.num_labels(), head_dropout(o), o.initializer_range()}) {
}

RobertaForQuestionAnsweringImpl::RobertaForQuestionAnsweringImpl(const RobertaConfig& o)
    : TokenHeadImpl(o.to_json("RobertaForQuestionAnswering"), Head::QuestionAnswering, "roberta",
                    base_of(o), {"qa_outputs", o.hidden_size(), 2, 0, o.initializer_range()}) {}

std::vector<ModelRow> roberta_models() {
  std::vector<ModelRow> rows;
  const auto family = [&](const char* type, const std::array<const char*, 5>& names) {
    const auto row = [&](Head head, const char* architecture, auto make) {
      rows.push_back({type, head, architecture, "roberta", make, &least_weights_of<RobertaConfig>,
                      &todays_name, "pooler"});
    };
    row(Head::None, names[0], &make_of<RobertaModel, RobertaConfig>);
    row(Head::MaskedLM, names[1], &make_of<RobertaForMaskedLM, RobertaConfig>);
    row(Head::SequenceClassification, names[2],
        &make_of<RobertaForSequenceClassification, RobertaConfig>);
    row(Head::TokenClassification, names[3],
        &make_of<RobertaForTokenClassification, RobertaConfig>);
    row(Head::QuestionAnswering, names[4], &make_of<RobertaForQuestionAnswering, RobertaConfig>);
  };
  family("roberta", {"RobertaModel", "RobertaForMaskedLM", "RobertaForSequenceClassification",
                     "RobertaForTokenClassification", "RobertaForQuestionAnswering"});
  family("xlm-roberta",
         {"XLMRobertaModel", "XLMRobertaForMaskedLM", "XLMRobertaForSequenceClassification",
          "XLMRobertaForTokenClassification", "XLMRobertaForQuestionAnswering"});
  family("camembert",
         {"CamembertModel", "CamembertForMaskedLM", "CamembertForSequenceClassification",
          "CamembertForTokenClassification", "CamembertForQuestionAnswering"});
  return rows;
}

}  // namespace hearth::text
