// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/embedding/sentence_encoder.h"

#include <algorithm>
#include <numeric>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "models/config_json.h"

namespace hearth::text {
namespace {

/// Rows of length 1.
Tensor normalized(const Tensor& x) {
  return x / (x * x).sum(IntArrayRef{-1}, /*keepdim=*/true).sqrt().clamp_min(1e-12);
}

}  // namespace

SentenceEncoder::SentenceEncoder(std::shared_ptr<PreTrainedModelImpl> model,
                                 PreTrainedTokenizer tokenizer, Pooling pooling, bool normalize)
    : model_(std::move(model)),
      tokenizer_(std::make_shared<PreTrainedTokenizer>(std::move(tokenizer))),
      pooling_(std::move(pooling)),
      normalize_(normalize) {
  int64_t positions = max_seq_length;
  read_option(model_->config(), "max_position_embeddings", positions);
  max_seq_length = std::min(positions, tokenizer_->model_max_length);
}

int64_t SentenceEncoder::dimension() const {
  if (!dense_.empty()) return dense_.back().weight.size(0);
  int64_t hidden = 0;
  for (const char* name : {"hidden_size", "dim"}) read_option(model_->config(), name, hidden);
  return hidden * pooling_.modes();
}

Tensor SentenceEncoder::encode(ArrayRef<std::string> texts, const SentenceOptions& options) const {
  std::string words;
  const std::string& name =
      options.prompt_name().empty() ? default_prompt_name : options.prompt_name();
  if (options.prompt()) {
    words = *options.prompt();
  } else if (!name.empty()) {
    const auto at = std::find_if(prompts.begin(), prompts.end(),
                                 [&](const auto& prompt) { return prompt.first == name; });
    HEARTH_CHECK_AS(ValueError, at != prompts.end(), "[SentenceEncoder] there is no prompt '", name,
                    "'");
    words = at->second;
  }
  std::vector<std::string> prompted;
  if (!words.empty()) {
    for (const std::string& text : texts) prompted.push_back(words + text);
    texts = prompted;
  }
  Tokenizer tokenizer = tokenizer_->tokenizer.copy();
  tokenizer.no_padding();
  tokenizer.enable_truncation(Truncation().max_length(max_seq_length));
  return encode_ids(tokenizer.encode_ids_batch(texts), options);
}

Tensor SentenceEncoder::batch(ArrayRef<const std::vector<uint32_t>*> rows, bool normalize) const {
  const int64_t n = static_cast<int64_t>(rows.size());
  size_t longest = 0, shortest = SIZE_MAX;
  for (const auto* row : rows) {
    longest = std::max(longest, row->size());
    shortest = std::min(shortest, row->size());
  }
  const int64_t length = static_cast<int64_t>(longest);
  const Tensor ids = full({n, length}, static_cast<int64_t>(tokenizer_->pad_token_id().value_or(0)),
                          kLong);
  const bool padded = shortest != longest;
  const Tensor mask = padded ? zeros({n, length}, kLong) : Tensor();
  for (int64_t i = 0; i < n; ++i) {
    const auto& row = *rows[static_cast<size_t>(i)];
    std::copy(row.begin(), row.end(), ids.data_ptr<int64_t>() + i * length);
    if (padded) std::fill_n(mask.data_ptr<int64_t>() + i * length, row.size(), 1);
  }
  const ModelOutput out =
      model_->forward(ModelInputs().input_ids(ids).attention_mask(mask));
  Tensor x = pooling_(out.last_hidden_state, mask).to(kFloat);
  for (const Dense& layer : dense_) {
    x = linear(x, layer.weight, layer.bias);
    if (layer.tanh) x = x.tanh();
  }
  return normalize ? normalized(x) : x;
}

Tensor SentenceEncoder::encode_ids(ArrayRef<std::vector<uint32_t>> ids,
                                   const SentenceOptions& options) const {
  HEARTH_CHECK_AS(ValueError, options.batch_size() >= 1,
                  "[SentenceEncoder] expected a batch_size of 1 or more, got ",
                  options.batch_size());
  const NoGradGuard no_grad;
  const bool normalize = options.normalize_embeddings().value_or(normalize_);
  std::vector<size_t> order;
  for (size_t i = 0; i < ids.size(); ++i)
    if (!ids[i].empty()) order.push_back(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return ids[a].size() > ids[b].size(); });
  Tensor result = zeros({static_cast<int64_t>(ids.size()), dimension()});
  for (size_t first = 0; first < order.size();) {
    // Shorter texts wait for the next batch, once there is enough for the processors to do.
    constexpr size_t kEnough = 512;
    const size_t longest = ids[order[first]].size();
    std::vector<const std::vector<uint32_t>*> rows;
    while (first + rows.size() < order.size() &&
           rows.size() < static_cast<size_t>(options.batch_size())) {
      const std::vector<uint32_t>& next = ids[order[first + rows.size()]];
      if (next.size() < longest && rows.size() * longest >= kEnough) break;
      rows.push_back(&next);
    }
    const Tensor vectors = batch(rows, normalize);
    for (size_t i = 0; i < rows.size(); ++i)
      result.select(0, static_cast<int64_t>(order[first + i]))
          .copy_(vectors.select(0, static_cast<int64_t>(i)));
    first += rows.size();
    if (options.on_progress()) options.on_progress()(static_cast<int64_t>(first));
  }
  return result;
}

Tensor cosine_similarities(const Tensor& a, const Tensor& b) {
  HEARTH_CHECK_AS(ShapeError, a.dim() == 2 && b.dim() == 2 && a.size(1) == b.size(1),
                  "[cosine_similarities] expected [n, d] and [m, d], got ", a.sizes(), " and ",
                  b.sizes());
  return matmul(normalized(a), normalized(b).t());
}

}  // namespace hearth::text
