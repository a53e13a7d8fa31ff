// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/models/fasttext.h"

#include <algorithm>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"

#include "models/config_json.h"
#include "models/init_weights.h"
#include "models/layers/encoder.h"
#include "models/losses.h"
#include "models/registry.h"

namespace hearth::text {

using data::readers::JsonValue;

FastTextConfig FastTextConfig::from_json(const JsonValue& config) {
  return read_config<FastTextConfig>(config);
}
JsonValue FastTextConfig::to_json(const char* architecture) const {
  return write_config(*this, architecture);
}

void FastTextConfig::check() const {
  check_sizes("fasttext", embedding_dim_, 1, 1, 1, vocab_size_, 1);
  HEARTH_CHECK_AS(ValueError,
                  word_ngrams_ >= 1 && word_ngrams_ <= 16 && bucket_ >= 1 && bucket_ <= 1 << 28,
                  "[fasttext] expected word_ngrams from 1 to 16 and a bucket of 1 or more, got ",
                  word_ngrams_, " and ", bucket_);
  HEARTH_CHECK_AS(ValueError, !id2label_.empty(), "[fasttext] expected a class or more");
}

int64_t FastTextConfig::least_weights() const {
  check();
  return (vocab_size_ + (word_ngrams_ > 1 ? bucket_ : 0)) * embedding_dim_;
}

struct FastTextImpl::Parts {
  std::shared_ptr<nn::EmbeddingBagImpl> vectors;
  std::shared_ptr<nn::LinearImpl> classifier;
};

FastTextImpl::FastTextImpl(const FastTextConfig& o)
    : PreTrainedModelImpl(o.to_json("FastText")), options(o), parts_(std::make_unique<Parts>()) {
  o.check();
  const int64_t rows = o.vocab_size() + (o.word_ngrams() > 1 ? o.bucket() : 0);
  parts_->vectors = register_module(
      "embedding", nn::EmbeddingBag(nn::EmbeddingBagOptions(rows, o.embedding_dim()).mode(kMean)));
  init_weights(*parts_->vectors, 0.1);
  parts_->classifier =
      add_linear(*this, "classifier", o.embedding_dim(), static_cast<int64_t>(o.id2label().size()));
}
FastTextImpl::~FastTextImpl() = default;

namespace {

/// The tokens of a text and its runs of tokens, as rows of the table.
void append_rows(const std::vector<int64_t>& tokens, const FastTextConfig& o,
                 std::vector<int64_t>& rows) {
  rows.insert(rows.end(), tokens.begin(), tokens.end());
  for (size_t first = 0; first < tokens.size(); ++first) {
    uint64_t hash = static_cast<uint64_t>(tokens[first]);
    for (size_t n = 1; n < static_cast<size_t>(o.word_ngrams()) && first + n < tokens.size(); ++n) {
      // fastText's way of hashing runs.
      hash = hash * 116049371 + static_cast<uint64_t>(tokens[first + n]);
      rows.push_back(o.vocab_size() +
                     static_cast<int64_t>(hash % static_cast<uint64_t>(o.bucket())));
    }
  }
}

}  // namespace

ModelOutput FastTextImpl::forward(const ModelInputs& inputs) {
  HEARTH_CHECK_AS(ValueError, inputs.input_ids().defined(), "[fasttext] expected input_ids");
  const auto [batch, length] = check_inputs("fasttext", inputs, INT64_MAX);
  const Tensor ids = inputs.input_ids().to(kCPU, kLong).contiguous();
  const Tensor mask =
      inputs.attention_mask().defined()
          ? inputs.attention_mask().ne(0).to(kCPU).expand({batch, length}).contiguous()
          : Tensor();
  std::vector<int64_t> rows, begins, tokens;
  for (int64_t b = 0; b < batch; ++b) {
    begins.push_back(static_cast<int64_t>(rows.size()));
    tokens.clear();
    for (int64_t i = 0; i < length; ++i) {
      const int64_t id = ids.const_data_ptr<int64_t>()[b * length + i];
      HEARTH_CHECK_AS(IndexError, id >= 0 && id < options.vocab_size(),
                      "[fasttext] expected ids below ", options.vocab_size(), ", got ", id);
      if (mask.defined() && !mask.const_data_ptr<bool>()[b * length + i]) continue;
      if (options.pad_token_id() != id) tokens.push_back(id);
    }
    append_rows(tokens, options, rows);
  }
  const auto as_tensor = [&](const std::vector<int64_t>& values) {
    const Tensor t = empty({static_cast<int64_t>(values.size())}, kLong);
    std::copy(values.begin(), values.end(), t.data_ptr<int64_t>());
    return t.to(parts_->vectors->weight.device());
  };
  ModelOutput out;
  out.pooler_output = parts_->vectors->forward(as_tensor(rows), as_tensor(begins));
  out.logits =
      parts_->classifier->forward(drop(out.pooler_output, options.dropout(), is_training()));
  if (inputs.labels().defined())
    out.loss = classification_loss(config(), out.logits, inputs.labels());
  return out;
}

std::vector<ModelRow> fasttext_models() {
  return {{"fasttext", Head::SequenceClassification, "FastText", "",
           &make_of<FastText, FastTextConfig>, &least_weights_of<FastTextConfig>}};
}

}  // namespace hearth::text
