// SPDX-License-Identifier: Apache-2.0
#include "models/layers/parts.h"

#include "hearth/base/error.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"

#include "models/init_weights.h"

namespace hearth::text {

std::shared_ptr<nn::LinearImpl> add_linear(nn::Module& owner, const std::string& name, int64_t in,
                                           int64_t out, bool bias) {
  return owner.register_module(name, nn::Linear(nn::LinearOptions(in, out).bias(bias)));
}

std::shared_ptr<nn::LinearImpl> add_decoder(nn::Module& owner, const std::string& name,
                                            const Tensor& embeddings, const Tensor& bias, bool tied,
                                            double initializer_range) {
  const int64_t words = embeddings.size(0), size = embeddings.size(1);
  if (!tied) {
    auto linear = add_linear(owner, name, size, words, bias.defined());
    init_weights(*linear, initializer_range);
    return linear;
  }
  nn::Linear linear(nn::LinearOptions(size, 0).bias(false));
  linear->options.out_features(words).bias(bias.defined());
  for (const char* own : {"weight", "bias"}) linear->unregister_parameter(own);
  linear->weight = linear->register_parameter("weight", embeddings);
  linear->bias = linear->register_parameter("bias", bias);
  return owner.register_module(name, linear);
}

std::shared_ptr<nn::LayerNormImpl> add_norm(nn::Module& owner, const std::string& name,
                                            int64_t size, double eps, bool bias) {
  return owner.register_module(name,
                               nn::LayerNorm(nn::LayerNormOptions({size}).eps(eps).bias(bias)));
}

std::shared_ptr<nn::EmbeddingImpl> add_embedding(nn::Module& owner, const std::string& name,
                                                 int64_t count, int64_t size,
                                                 std::optional<int64_t> padding) {
  if (padding && (*padding < 0 || *padding >= count)) padding.reset();
  return owner.register_module(
      name, nn::Embedding(nn::EmbeddingOptions(count, size).padding_idx(padding)));
}

Tensor drop(const Tensor& x, double p, bool training) {
  return p > 0 && training ? dropout(x, p, true) : x;
}

void check_sizes(const char* who, int64_t hidden, int64_t layers, int64_t heads, int64_t wide,
                 int64_t vocabulary, int64_t positions) {
  constexpr int64_t kWidest = 1 << 20, kMostWords = 1 << 28, kDeepest = 1 << 12;
  const auto within = [](int64_t n, int64_t most) { return n >= 1 && n <= most; };
  HEARTH_CHECK_AS(ValueError,
                  within(hidden, kWidest) && within(layers, kDeepest) && within(heads, hidden) &&
                      hidden % heads == 0 && within(wide, kWidest) &&
                      within(vocabulary, kMostWords) && within(positions, kMostWords),
                  "[", who,
                  "] expected positive sizes, and a number of heads that divides the hidden size; "
                  "got hidden size ",
                  hidden, ", ", layers, " layers of ", heads, " heads, intermediate size ", wide,
                  ", ", vocabulary, " tokens and ", positions, " positions");
}

int64_t transformer_weights(int64_t hidden, int64_t layers, int64_t wide, int64_t embeddings) {
  return embeddings * hidden + layers * hidden * (4 * hidden + 2 * wide);
}

}  // namespace hearth::text
