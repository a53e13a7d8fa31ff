// SPDX-License-Identifier: Apache-2.0
#include "generation/model_feed.h"

#include <algorithm>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

namespace hearth::text {
namespace {

constexpr int64_t kChunk = 512;

Tensor in_host_memory(const Tensor& logits) { return logits.to(Device(kCPU), kFloat).contiguous(); }

/// How many tokens of padding a row begins with, of a mask [rows, length] in host memory.
std::vector<size_t> padding_of(const Tensor& mask) {
  std::vector<size_t> padding;
  const int64_t length = mask.size(1);
  const bool* at = mask.const_data_ptr<bool>();
  for (int64_t row = 0; row < mask.size(0); ++row, at += length) {
    const bool* first = std::find(at, at + length, true);
    HEARTH_CHECK_AS(ValueError,
                    first != at + length && std::find(first, at + length, false) == at + length,
                    "[generate] expected an attention_mask with padding at the left alone, and a "
                    "token in each row; row ",
                    row, " is another");
    padding.push_back(static_cast<size_t>(first - at));
  }
  return padding;
}

}  // namespace

ModelFeed::ModelFeed(CausalLMImpl& model, const Tensor& input_ids, const GenerationConfig& config,
                     const GenerateOptions& options, int64_t max_length)
    : model_(model),
      prompts_(input_ids.to(Device(kCPU)).contiguous()),
      device_(model.parameters().front().device()),
      rows_(input_ids.size(0)),
      chunk_(config.prefill_chunk_size() > 0 ? config.prefill_chunk_size() : kChunk),
      padding_(static_cast<size_t>(input_ids.size(0)), 0) {
  const int64_t length = input_ids.size(1);
  if (const Tensor& given = options.attention_mask(); given.defined()) {
    HEARTH_CHECK_AS(ShapeError, given.sizes() == input_ids.sizes(),
                    "[generate] expected an attention_mask ", input_ids.sizes(), ", got ",
                    given.sizes());
    const Tensor mask = given.to(Device(kCPU)).ne(0).contiguous();
    padding_ = padding_of(mask);
    if (std::any_of(padding_.begin(), padding_.end(), [](size_t n) { return n > 0; })) {
      const TensorOptions bools(kBool);
      mask_ = cat({mask, ones({rows_, max_length - length}, bools)}, 1).to(device_);
    }
  }
  if (!config.use_cache()) {
    HEARTH_CHECK_AS(ValueError, !options.cache(),
                    "[generate] expected no cache with use_cache(false)");
    return;
  }
  cache_ = options.cache();
  if (cache_) {
    // The last token is looked at in any case: what follows it is asked for.
    cache_->crop(length - 1);
    return;
  }
  CacheOptions wanted = model.cache_options();
  const std::string& kind = config.cache_implementation();
  HEARTH_CHECK_AS(ValueError, kind == "dynamic" || kind == "static",
                  "[generate] expected cache_implementation dynamic or static, got ", kind);
  if (kind == "static") wanted.max_length(max_length);
  cache_ = std::make_shared<Cache>(wanted);
}

Tensor ModelFeed::mask_of(int64_t length) const {
  return mask_.defined() ? mask_.narrow(1, 0, length) : Tensor();
}

Tensor ModelFeed::read_prompts() {
  const int64_t length = prompts_.size(1);
  const Tensor ids = prompts_.to(device_);
  ModelInputs inputs;
  inputs.cache(cache_).logits_to_keep(1);
  int64_t at = cache_ ? cache_->get_seq_length() : 0;
  for (; cache_ && length - at > chunk_; at += chunk_)
    model_.forward(
        inputs.input_ids(ids.narrow(1, at, chunk_)).attention_mask(mask_of(at + chunk_)));
  inputs.input_ids(ids.narrow(1, at, length - at)).attention_mask(mask_of(length));
  return in_host_memory(model_.forward(inputs).logits);
}

void ModelFeed::repeat(int64_t times) {
  std::vector<int64_t> rows;
  for (int64_t row = 0; row < rows_; ++row)
    rows.insert(rows.end(), static_cast<size_t>(times), row);
  if (times > 1) reorder(rows);
}

void ModelFeed::reorder(const std::vector<int64_t>& rows) {
  bool same = static_cast<int64_t>(rows.size()) == rows_;
  for (size_t i = 0; i < rows.size() && same; ++i) same = rows[i] == static_cast<int64_t>(i);
  if (same) return;
  std::vector<size_t> padding;
  for (const int64_t row : rows) padding.push_back(padding_[static_cast<size_t>(row)]);
  padding_ = std::move(padding);
  const Tensor index = tensor(rows).to(device_);
  if (cache_) cache_->reorder_cache(index);
  if (mask_.defined()) mask_ = mask_.index_select(0, index);
  rows_ = static_cast<int64_t>(rows.size());
}

Tensor ModelFeed::ids_on_device(const std::vector<std::vector<int64_t>>& texts, size_t from) const {
  const Tensor ids = empty({rows_, static_cast<int64_t>(texts[0].size() - from)}, kLong);
  int64_t* at = ids.mutable_data_ptr<int64_t>();
  for (const auto& text : texts)
    at = std::copy(text.begin() + static_cast<int64_t>(from), text.end(), at);
  return ids.to(device_);
}

Tensor ModelFeed::read(const std::vector<std::vector<int64_t>>& texts, int64_t n) {
  const size_t from = cache_ ? static_cast<size_t>(cache_->get_seq_length()) : 0;
  ModelInputs inputs;
  inputs.input_ids(ids_on_device(texts, from)).cache(cache_).logits_to_keep(n);
  inputs.attention_mask(mask_of(static_cast<int64_t>(texts[0].size())));
  return in_host_memory(model_.forward(inputs).logits);
}

void ModelFeed::crop(int64_t length) {
  if (cache_) cache_->crop(length);
}

}  // namespace hearth::text
