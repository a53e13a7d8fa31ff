// SPDX-License-Identifier: Apache-2.0
// Pieces that models are put together from, registered under the names that files have for them.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "hearth/nn/modules/embedding.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/nn/modules/normalization.h"

#include "models/activation.h"
#include "models/folder.h"

namespace hearth::text {

std::shared_ptr<nn::LinearImpl> add_linear(nn::Module& owner, const std::string& name, int64_t in,
                                           int64_t out, bool bias = true);
/// The linear layer from hidden states to scores of tokens: its weight and bias are `embeddings`
/// and `bias` themselves or, unless they are tied, its own. Without `bias` it has none.
std::shared_ptr<nn::LinearImpl> add_decoder(nn::Module& owner, const std::string& name,
                                            const Tensor& embeddings, const Tensor& bias, bool tied,
                                            double initializer_range);
std::shared_ptr<nn::LayerNormImpl> add_norm(nn::Module& owner, const std::string& name,
                                            int64_t size, double eps, bool bias = true);
/// `padding`, if it is one of the rows, gets no gradient.
std::shared_ptr<nn::EmbeddingImpl> add_embedding(nn::Module& owner, const std::string& name,
                                                 int64_t count, int64_t size,
                                                 std::optional<int64_t> padding = {});

/// Dropout in training, else `x` itself.
Tensor drop(const Tensor& x, double p, bool training);

/// Throws ValueError unless all these sizes of a model are 1 or more and not absurdly large, and
/// the number of heads divides the hidden size.
void check_sizes(const char* who, int64_t hidden, int64_t layers, int64_t heads, int64_t wide,
                 int64_t vocabulary, int64_t positions);
/// How many weights a transformer with these sizes has at the least; `embeddings` are the rows of
/// its tables.
int64_t transformer_weights(int64_t hidden, int64_t layers, int64_t wide, int64_t embeddings);

}  // namespace hearth::text
