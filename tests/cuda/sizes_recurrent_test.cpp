// SPDX-License-Identifier: Apache-2.0
// Recurrent layers beyond one block of units, and steps of different numbers of sequences.
#include "cuda/sizes.h"

namespace hearth::testing_cuda {
namespace {

constexpr int64_t kSteps = 6, kBatch = 5, kInput = 7, kHidden = 70;

/// A layer both ways, of gates * kHidden rows of weights.
variable_list layers(int64_t gates, ScalarType type) {
  variable_list all;
  for (int direction = 0; direction < 2; ++direction) {
    all.push_back(randn({gates * kHidden, kInput}, type) * 0.3);
    all.push_back(randn({gates * kHidden, kHidden}, type) * 0.1);
    all.push_back(randn({gates * kHidden}, type));
    all.push_back(randn({gates * kHidden}, type));
  }
  return all;
}

/// f(input, state, weights) as a sum of all results, so that gradients of each are compared.
template <class F>
void expect_layer_like_cpu(const std::string& what, const F& f, int64_t gates, ScalarType type,
                           const DimVector& input, double tolerance) {
  variable_list in = layers(gates, type);
  in.push_back(randn(input, type));
  in.push_back(randn({2, kBatch, kHidden}, type));
  in.push_back(randn({2, kBatch, kHidden}, type));
  expect_like_cpu(
      what,
      [&](const variable_list& v) {
        return f(v[8], v[9], v[10], variable_list(v.begin(), v.begin() + 8));
      },
      in, tolerance);
}

TEST_F(CudaSizes, RecurrentLayers) {
  for (const ScalarType type : {kDouble, kHalf}) {
    const double tolerance = type == kHalf ? 2e-2 : 1e-9;
    const DimVector input = {kSteps, kBatch, kInput};
    expect_layer_like_cpu(
        cat_str("lstm ", type),
        [](const Tensor& x, const Tensor& h, const Tensor& c, const variable_list& w) {
          const auto [y, hy, cy] = lstm(x, {h, c}, w, true, 1, 0.0, true, true, false);
          return y.sum(0) + hy.transpose(0, 1).flatten(1) * cy.transpose(0, 1).flatten(1);
        },
        4, type, input, tolerance);
    const auto one = [](auto f) {
      return [f](const Tensor& x, const Tensor& h, const Tensor&, const variable_list& w) {
        const auto [y, hy] = f(x, h, w, true, 1, 0.0, true, true, false);
        return y.sum(0) + hy.transpose(0, 1).flatten(1);
      };
    };
    expect_layer_like_cpu(cat_str("gru ", type), one([](auto&&... a) { return gru(a...); }), 3,
                          type, input, tolerance);
    expect_layer_like_cpu(cat_str("tanh ", type), one([](auto&&... a) { return rnn_tanh(a...); }),
                          1, type, input, tolerance);
    expect_layer_like_cpu(cat_str("relu ", type), one([](auto&&... a) { return rnn_relu(a...); }),
                          1, type, input, tolerance);
  }
}

TEST_F(CudaSizes, RecurrentLayersOfPackedSequences) {
  const Tensor counts = tensor({5, 5, 3, 1}, kLong);
  const DimVector input = {14, kInput};
  expect_layer_like_cpu(
      "lstm",
      [&](const Tensor& x, const Tensor& h, const Tensor& c, const variable_list& w) {
        const auto [y, hy, cy] = lstm(x, counts, {h, c}, w, true, 1, 0.0, true, true);
        return y.sum() + (hy * cy).sum(0);
      },
      4, kDouble, input, 1e-9);
  expect_layer_like_cpu(
      "gru",
      [&](const Tensor& x, const Tensor& h, const Tensor&, const variable_list& w) {
        const auto [y, hy] = gru(x, counts, h, w, true, 1, 0.0, true, true);
        return y.sum() + hy.sum(0);
      },
      3, kDouble, input, 1e-9);
}

}  // namespace
}  // namespace hearth::testing_cuda
