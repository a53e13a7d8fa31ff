// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/models/textcnn.h"

#include <algorithm>

#include "hearth/base/error.h"
#include "hearth/nn/modules/conv.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "models/config_json.h"
#include "models/init_weights.h"
#include "models/layers/encoder.h"
#include "models/losses.h"
#include "models/registry.h"

namespace hearth::text {

using data::readers::JsonValue;

TextCNNConfig TextCNNConfig::from_json(const JsonValue& config) {
  return read_config<TextCNNConfig>(config);
}
JsonValue TextCNNConfig::to_json(const char* architecture) const {
  return write_config(*this, architecture);
}

void TextCNNConfig::check() const {
  check_sizes("textcnn", embedding_dim_, 1, 1, num_filters_, vocab_size_, 1);
  HEARTH_CHECK_AS(ValueError,
                  !kernel_sizes_.empty() && kernel_sizes_.size() <= 64 && !id2label_.empty(),
                  "[textcnn] expected kernel_sizes and classes");
  for (const int64_t size : kernel_sizes_)
    HEARTH_CHECK_AS(ValueError, size >= 1 && size <= 1024,
                    "[textcnn] expected kernel_sizes from 1 to 1024, got ", size);
}

int64_t TextCNNConfig::least_weights() const {
  check();
  int64_t n = vocab_size_ * embedding_dim_;
  for (const int64_t size : kernel_sizes_) n += size * embedding_dim_ * num_filters_;
  return n;
}

struct TextCNNImpl::Parts {
  std::shared_ptr<nn::EmbeddingImpl> words;
  std::vector<std::shared_ptr<nn::Conv1dImpl>> banks;
  std::shared_ptr<nn::LinearImpl> classifier;
};

TextCNNImpl::TextCNNImpl(const TextCNNConfig& o)
    : PreTrainedModelImpl(o.to_json("TextCNN")), options(o), parts_(std::make_unique<Parts>()) {
  o.check();
  parts_->words =
      add_embedding(*this, "embedding", o.vocab_size(), o.embedding_dim(), o.pad_token_id());
  init_weights(*parts_->words, 0.1);
  const auto list = below(*this, "convs");
  for (const int64_t size : o.kernel_sizes())
    parts_->banks.push_back(list->register_module(
        std::to_string(parts_->banks.size()),
        nn::Conv1d(nn::Conv1dOptions(o.embedding_dim(), o.num_filters(), size))));
  parts_->classifier = add_linear(*this, "classifier",
                                  o.num_filters() * static_cast<int64_t>(o.kernel_sizes().size()),
                                  static_cast<int64_t>(o.id2label().size()));
}
TextCNNImpl::~TextCNNImpl() = default;

ModelOutput TextCNNImpl::forward(const ModelInputs& inputs) {
  const int64_t length = check_inputs("textcnn", inputs, INT64_MAX).second;
  Tensor x = inputs.input_ids().defined() ? parts_->words->forward(inputs.input_ids())
                                          : inputs.inputs_embeds();
  const Tensor& mask = inputs.attention_mask();
  if (mask.defined()) x = x * mask.to(x.scalar_type()).unsqueeze(-1);
  x = x.transpose(1, 2);
  std::vector<Tensor> strongest;
  for (size_t i = 0; i < parts_->banks.size(); ++i) {
    const int64_t size = options.kernel_sizes()[i];
    // Each filter sees the first token alone at the least, and what begins behind the last does
    // not count: there padding decides, which is not the same in each batch.
    const Tensor y = parts_->banks[i]->forward(constant_pad_nd(x, {0, size - 1})).relu();
    const Tensor counted = mask.defined() ? y * mask.to(y.scalar_type()).unsqueeze(1) : y;
    strongest.push_back(counted.amax({2}));
  }
  HEARTH_CHECK_AS(ShapeError, length > 0, "[textcnn] expected texts of a token or more");
  ModelOutput out;
  out.pooler_output = cat(strongest, 1);
  out.logits =
      parts_->classifier->forward(drop(out.pooler_output, options.dropout(), is_training()));
  if (inputs.labels().defined())
    out.loss = classification_loss(config(), out.logits, inputs.labels());
  return out;
}

std::vector<ModelRow> textcnn_models() {
  return {{"textcnn", Head::SequenceClassification, "TextCNN", "", &make_of<TextCNN, TextCNNConfig>,
           &least_weights_of<TextCNNConfig>}};
}

}  // namespace hearth::text
