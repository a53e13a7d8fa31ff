// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/embedding/sentence_vectors.h"

#include <algorithm>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/error.h"
#include "hearth/nn/modules/normalization.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

namespace hearth::text {
namespace {

using Rows = std::vector<const std::vector<uint32_t>*>;

/// Pooled states of texts as one batch.
Tensor pooled(PreTrainedModelImpl& model, const Rows& rows, Device device, const Pooling& pooling,
              int64_t pad_id) {
  const auto n = static_cast<int64_t>(rows.size());
  const auto length = static_cast<int64_t>(rows.front()->size());
  const bool padded = rows.back()->size() != rows.front()->size();
  const Tensor ids = full({n, length}, pad_id, kLong);
  Tensor mask = padded ? zeros({n, length}, kLong) : Tensor();
  for (int64_t i = 0; i < n; ++i) {
    const std::vector<uint32_t>& row = *rows[static_cast<size_t>(i)];
    std::copy(row.begin(), row.end(), ids.data_ptr<int64_t>() + i * length);
    if (padded) std::fill_n(mask.data_ptr<int64_t>() + i * length, row.size(), 1);
  }
  if (padded) mask = mask.to(device);
  const ModelOutput out = model.forward(
      ModelInputs().input_ids(ids.to(device)).attention_mask(mask).skip_padding(true));
  return pooling(out.last_hidden_state, mask).to(kCPU, kFloat);
}

}  // namespace

Tensor sentence_vectors(PreTrainedModelImpl& model, ArrayRef<std::vector<uint32_t>> ids,
                        const Pooling& pooling, const SentenceVectorsOptions& options) {
  HEARTH_CHECK_AS(ValueError, options.batch_size() >= 1,
                  "[sentence_vectors] expected a batch_size of 1 or more, got ",
                  options.batch_size());
  const NoGradGuard no_grad;
  const Device device = model.parameters().at(0).device();
  std::vector<size_t> order;
  for (size_t i = 0; i < ids.size(); ++i)
    if (!ids[i].empty()) order.push_back(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return ids[a].size() > ids[b].size(); });
  Tensor result;
  for (size_t first = 0; first < order.size();) {
    Rows rows;
    while (first + rows.size() < order.size() &&
           rows.size() < static_cast<size_t>(options.batch_size()))
      rows.push_back(&ids[order[first + rows.size()]]);
    const Tensor vectors = pooled(model, rows, device, pooling, options.pad_id());
    if (!result.defined()) result = zeros({static_cast<int64_t>(ids.size()), vectors.size(1)});
    const int64_t width = vectors.size(1);
    for (size_t i = 0; i < rows.size(); ++i)
      std::copy_n(vectors.const_data_ptr<float>() + static_cast<int64_t>(i) * width, width,
                  result.data_ptr<float>() + static_cast<int64_t>(order[first + i]) * width);
    first += rows.size();
    if (options.on_progress()) options.on_progress()(static_cast<int64_t>(first));
  }
  if (result.defined()) return result;
  // Nothing says how wide, unless the model is asked.
  const std::vector<uint32_t> any{static_cast<uint32_t>(options.pad_id())};
  const int64_t width = pooled(model, {&any}, device, pooling, options.pad_id()).size(1);
  return zeros({static_cast<int64_t>(ids.size()), width});
}

Tensor normalized_rows(const Tensor& x) {
  return nn::functional::normalize(x, nn::functional::NormalizeFuncOptions().dim(-1));
}

Tensor cosine_similarities(const Tensor& a, const Tensor& b) {
  HEARTH_CHECK_AS(ShapeError, a.dim() == 2 && b.dim() == 2 && a.size(1) == b.size(1),
                  "[cosine_similarities] expected [n, d] and [m, d], got ", a.sizes(), " and ",
                  b.sizes());
  return matmul(normalized_rows(a), normalized_rows(b).t());
}

}  // namespace hearth::text
