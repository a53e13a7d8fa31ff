// SPDX-License-Identifier: Apache-2.0
// A transformer encoder with parameters by formula, and positions that masks leave nothing to see.
#include <cmath>
#include <iostream>
#include <string>

#include <torch/torch.h>

namespace nn = torch::nn;
using torch::Tensor;

static void show(const std::string& name, const Tensor& t) {
  const Tensor flat = t.detach().reshape({-1});
  std::cout << name << ' ' << t.sizes();
  for (int64_t i = 0; i < flat.numel(); ++i) {
    const float v = flat[i].item<float>();
    if (std::isnan(v)) {
      std::cout << " NaN";
    } else {
      std::cout << ' ' << v;
    }
  }
  std::cout << '\n';
}

template <typename Model>
static void set_parameters(Model& model) {
  torch::NoGradGuard no_grad;
  for (auto& p : model->parameters())
    p.copy_(torch::sin(torch::arange(1, p.numel() + 1, torch::kFloat)).view(p.sizes()) / 2);
}

static nn::TransformerEncoderLayer make_layer() {
  nn::TransformerEncoderLayer layer(
      nn::TransformerEncoderLayerOptions(6, 3).dim_feedforward(10).dropout(0));
  set_parameters(layer);
  return layer;
}

int main() {
  torch::manual_seed(1);
  // [length, batch, features]
  const Tensor x = torch::cos(torch::arange(4 * 2 * 6, torch::kFloat)).view({4, 2, 6});
  Tensor nothing = torch::zeros({2, 4}).to(torch::kBool), padding = nothing.clone(),
         all = nothing.clone();
  padding[0][3] = true;
  padding[1][2] = true;
  padding[1][3] = true;
  all[1].fill_(true);
  // Position 0 may only look at itself, which the second mask hides in the first sample.
  const Tensor causal = torch::full({4, 4}, -INFINITY).triu(1);
  Tensor first = nothing.clone();
  first[0][0] = true;

  auto layer = make_layer();
  show("layer", layer(x));
  show("nothing hidden", layer(x, Tensor(), nothing));
  show("padding", layer(x, Tensor(), padding));
  show("causal", layer(x, causal));
  show("a sample hidden", layer(x, Tensor(), all));
  show("a position hidden", layer(x, causal, first));
  layer->options.activation(torch::kGELU);
  show("gelu", layer(x));
  layer->options.activation([](const Tensor& t) { return torch::tanh(t); });
  show("tanh", layer(x));

  layer = make_layer();
  nn::TransformerEncoder two(nn::TransformerEncoderOptions(layer, 2));
  show("two layers", two(x, Tensor(), padding));
  nn::LayerNorm norm(nn::LayerNormOptions({6}));
  nn::TransformerEncoder normed(nn::TransformerEncoderOptions(layer, 3).norm(nn::AnyModule(norm)));
  show("three layers and a norm", normed(x, Tensor(), padding));
  show("a hidden sample", normed(x, Tensor(), all));

  // Layers are copies of the one given, until they are drawn anew.
  const auto same = [&](nn::TransformerEncoder& encoder) {
    const auto mine = encoder->parameters(), given = layer->parameters();
    size_t equal = 0;
    for (size_t i = 0; i < given.size(); ++i) equal += mine[i].equal(given[i]) ? 1 : 0;
    return equal == given.size();
  };
  std::cout << "copies " << same(two) << '\n';
  two->reset_parameters();
  std::cout << "drawn anew " << same(two) << '\n';

  nn::MultiheadAttention attention(nn::MultiheadAttentionOptions(6, 2));
  set_parameters(attention);
  const auto result = attention(x, x, x, all);
  show("attention", std::get<0>(result));
  show("weights", std::get<1>(result));
}
