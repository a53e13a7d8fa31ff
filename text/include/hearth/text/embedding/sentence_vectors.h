// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "hearth/base/arg.h"
#include "hearth/base/array_ref.h"
#include "hearth/base/callable.h"
#include "hearth/text/embedding/pooling.h"
#include "hearth/text/models/pretrained_model.h"

namespace hearth::text {

struct SentenceVectorsOptions {
  /// How many texts go through the model at once, sorted by length.
  HEARTH_ARG(int64_t, batch_size) = 32;
  /// What padding is filled with; it is masked.
  HEARTH_ARG(int64_t, pad_id) = 0;
  /// Called with the number of texts done so far.
  HEARTH_ARG(Callable<void(int64_t)>, on_progress);
};

/// Pooled states of texts, given as ids with their special tokens: float32 [texts, width] on the
/// CPU, in the order of the texts, without gradients. An empty text gives zeros. The model computes
/// where its parameters lie, in the mode that it is in.
HEARTH_API Tensor sentence_vectors(PreTrainedModelImpl& model, ArrayRef<std::vector<uint32_t>> ids,
                                   const Pooling& pooling = {},
                                   const SentenceVectorsOptions& options = {});

/// Rows of length 1.
HEARTH_API Tensor normalized_rows(const Tensor& x);
/// Cosines of all pairs of rows: a [n, d] and b [m, d] give [n, m].
HEARTH_API Tensor cosine_similarities(const Tensor& a, const Tensor& b);

}  // namespace hearth::text
