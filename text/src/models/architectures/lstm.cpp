// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/models/lstm.h"

#include "hearth/base/error.h"
#include "hearth/nn/modules/rnn.h"
#include "hearth/nn/utils/rnn.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "models/config_json.h"
#include "models/init_weights.h"
#include "models/layers/encoder.h"
#include "models/registry.h"

namespace hearth::text {

using data::readers::JsonValue;

LSTMConfig LSTMConfig::from_json(const JsonValue& config) {
  return read_config<LSTMConfig>(config);
}
JsonValue LSTMConfig::to_json(const char* architecture) const {
  return write_config(*this, architecture);
}

void LSTMConfig::check() const {
  check_sizes("lstm", hidden_size_, num_hidden_layers_, 1, embedding_dim_, vocab_size_, 1);
  HEARTH_CHECK_AS(ValueError, !id2label_.empty(), "[lstm] expected a class or more");
}

int64_t LSTMConfig::least_weights() const {
  check();
  const int64_t ways = bidirectional_ ? 2 : 1, upper = (num_hidden_layers_ - 1) * (ways + 1);
  return vocab_size_ * embedding_dim_ +
         ways * 4 * hidden_size_ * (embedding_dim_ + (1 + upper) * hidden_size_);
}

struct LSTMModelImpl::Parts {
  std::shared_ptr<nn::EmbeddingImpl> words;
  std::shared_ptr<nn::LSTMImpl> lstm;
};

LSTMModelImpl::LSTMModelImpl(const LSTMConfig& o)
    : PreTrainedModelImpl(o.to_json("LSTMModel")), options(o), parts_(std::make_unique<Parts>()) {
  o.check();
  parts_->words =
      add_embedding(*this, "embedding", o.vocab_size(), o.embedding_dim(), o.pad_token_id());
  init_weights(*parts_->words, 0.1);
  parts_->lstm =
      register_module("lstm", nn::LSTM(nn::LSTMOptions(o.embedding_dim(), o.hidden_size())
                                           .num_layers(o.num_hidden_layers())
                                           .bidirectional(o.bidirectional())
                                           .dropout(o.num_hidden_layers() > 1 ? o.dropout() : 0)
                                           .batch_first(true)));
}
LSTMModelImpl::~LSTMModelImpl() = default;

ModelOutput LSTMModelImpl::forward(const ModelInputs& inputs) {
  namespace rnn = nn::utils::rnn;
  const auto [batch, length] = check_inputs("lstm", inputs, INT64_MAX);
  HEARTH_CHECK_AS(ShapeError, length > 0, "[lstm] expected texts of a token or more");
  const Tensor words = inputs.input_ids().defined() ? parts_->words->forward(inputs.input_ids())
                                                    : inputs.inputs_embeds();
  const Tensor x = drop(words, options.dropout(), is_training());
  ModelOutput out;
  Tensor last;
  const Tensor& mask = inputs.attention_mask();
  const Tensor lengths = mask.defined() ? mask.ne(0).sum(1).clamp_min(1).to(kCPU) : Tensor();
  if (lengths.defined() && lengths.min().item<int64_t>() < length) {
    const auto packed =
        rnn::pack_padded_sequence(x, lengths.expand({batch}).contiguous(), true, false);
    const auto [y, state] = parts_->lstm->forward_with_packed_input(packed);
    out.last_hidden_state = std::get<0>(rnn::pad_packed_sequence(y, true, 0.0, length));
    last = std::get<0>(state);
  } else {
    const auto [y, state] = parts_->lstm->forward(x);
    out.last_hidden_state = y;
    last = std::get<0>(state);
  }
  out.pooler_output = last.select(0, last.size(0) - 1);
  if (options.bidirectional())
    out.pooler_output = cat({last.select(0, last.size(0) - 2), out.pooler_output}, -1);
  return out;
}

namespace {

std::shared_ptr<PreTrainedModelImpl> base_of(const LSTMConfig& options) {
  return LSTMModel(options).ptr();
}
int64_t width(const LSTMConfig& o) { return o.hidden_size() * (o.bidirectional() ? 2 : 1); }
constexpr double kRange = 0.02;

}  // namespace

LSTMForSequenceClassificationImpl::LSTMForSequenceClassificationImpl(const LSTMConfig& o)
    : EncoderWithHeadImpl(o.to_json("LSTMForSequenceClassification"), Head::SequenceClassification,
                          "encoder", base_of(o)),
      classifier_(add_linear(*this, "classifier", width(o), o.num_labels())),
      dropout_(o.dropout()) {
  init_weights(*classifier_, kRange);
}
LSTMForSequenceClassificationImpl::~LSTMForSequenceClassificationImpl() = default;

Tensor LSTMForSequenceClassificationImpl::scores(const ModelOutput& base, const ModelInputs&) {
  return classifier_->forward(drop(base.pooler_output, dropout_, is_training()));
}

LSTMForTokenClassificationImpl::LSTMForTokenClassificationImpl(const LSTMConfig& o)
    : TokenHeadImpl(o.to_json("LSTMForTokenClassification"), Head::TokenClassification, "encoder",
                    base_of(o), {"classifier", width(o), o.num_labels(), o.dropout(), kRange}) {}

std::vector<ModelRow> lstm_models() {
  const auto row = [](Head head, const char* architecture, auto make) {
    return ModelRow{"lstm", head, architecture, "encoder", make, &least_weights_of<LSTMConfig>};
  };
  return {row(Head::None, "LSTMModel", &make_of<LSTMModel, LSTMConfig>),
          row(Head::SequenceClassification, "LSTMForSequenceClassification",
              &make_of<LSTMForSequenceClassification, LSTMConfig>),
          row(Head::TokenClassification, "LSTMForTokenClassification",
              &make_of<LSTMForTokenClassification, LSTMConfig>)};
}

}  // namespace hearth::text
