// SPDX-License-Identifier: Apache-2.0
// Transfer learning: a network is saved, loaded, given another head, and trained in two groups of
// which each names what is its own; then a copy, and what it prints.
#include <iostream>
#include <sstream>

#include <torch/torch.h>

using namespace torch;

/// Numbers in (-scale, scale) that differ by seed.
Tensor wave(IntArrayRef sizes, double seed, double scale = 1) {
  const int64_t n = c10::multiply_integers(sizes);
  return (torch::arange(n, kDouble) * 0.7 + seed).sin().mul(scale).to(kFloat).view(sizes);
}
void fill(nn::Module& module) {
  NoGradGuard no_grad;
  int seed = 0;
  for (auto& p : module.parameters()) p.copy_(wave(p.sizes(), ++seed, 0.3));
}

struct BackboneImpl : nn::Cloneable<BackboneImpl> {
  explicit BackboneImpl(int64_t channels) : c(channels) { reset(); }
  void reset() override {
    features = register_module(
        "features",
        nn::Sequential(nn::Conv2d(nn::Conv2dOptions(3, c, 3).padding(1).bias(false)),
                       nn::BatchNorm2d(c), nn::ReLU(nn::ReLUOptions().inplace(true)),
                       nn::MaxPool2d(nn::MaxPool2dOptions(2).stride(2)),
                       nn::Conv2d(nn::Conv2dOptions(c, 2 * c, {3, 3}).padding({1, 1})),
                       nn::BatchNorm2d(nn::BatchNorm2dOptions(2 * c).eps(1e-4).momentum(0.2)),
                       nn::ReLU(), nn::AdaptiveAvgPool2d(nn::AdaptiveAvgPool2dOptions({1, 1}))));
    fc = register_module("fc", nn::Linear(2 * c, 10));
  }
  Tensor forward(Tensor x) {
    x = features->forward(x);
    return fc(x.view({x.size(0), -1}));
  }
  int64_t c;
  nn::Sequential features{nullptr};
  nn::Linear fc{nullptr};
};
TORCH_MODULE(Backbone);

void print(const optim::SGD& optimizer) {
  for (const auto& group : optimizer.param_groups()) {
    const auto& o = static_cast<const optim::SGDOptions&>(group.options());
    std::cout << "group of " << group.params().size() << " lr " << o.lr() << " momentum "
              << o.momentum() << " weight_decay " << o.weight_decay() << '\n';
  }
}

int main() {
  Backbone first(4);
  fill(*first);
  std::stringstream stream;
  torch::save(first, stream);
  Backbone net(4);
  torch::load(net, stream);
  std::cout << "loaded " << torch::equal(net->fc->weight, first->fc->weight) << '\n';

  for (auto& p : net->features->parameters()) p.set_requires_grad(false);
  net->fc = nn::Linear(net->replace_module("fc", nn::Linear(8, 2)));
  fill(*net->fc);
  std::vector<optim::OptimizerParamGroup> groups;
  groups.emplace_back(net->features->parameters(), std::make_unique<optim::SGDOptions>(0.001));
  groups.emplace_back(net->fc->parameters(),
                      std::make_unique<optim::SGDOptions>(optim::SGDOptions(0.1).momentum(0.5)));
  optim::SGD optimizer(groups, optim::SGDOptions(0.01).momentum(0.9).weight_decay(1e-2));
  print(optimizer);

  const auto x = wave({6, 3, 8, 8}, 2), y = torch::tensor({0, 1, 0, 1, 1, 0});
  for (int epoch = 0; epoch < 4; ++epoch) {
    net->train();
    if (epoch == 2) {
      for (auto& p : net->features->parameters()) p.requires_grad_(true);
      for (auto& group : optimizer.param_groups())
        group.options().set_lr(group.options().get_lr() / 10);
    }
    optimizer.zero_grad();
    auto loss = nn::functional::cross_entropy(net->forward(x), y);
    loss.backward();
    optimizer.step();
    net->eval();
    NoGradGuard no_grad;
    const auto correct = net(x).argmax(1).eq(y).sum().item<int64_t>();
    std::cout << "epoch " << epoch << " loss " << loss.item<float>() << " correct " << correct
              << '\n';
  }
  print(optimizer);
  for (const auto& b : net->named_buffers())
    std::cout << b.key() << ' ' << b.value().to(kFloat).sum().item<float>() << '\n';
  std::cout << "names " << net->named_parameters().keys() << '\n';
  std::cout << "shape " << net->features[0]->as<nn::Conv2d>()->weight.sizes().vec() << '\n';

  const auto copy = std::dynamic_pointer_cast<BackboneImpl>(first->clone());
  std::cout << "copied " << copy->fc->weight.equal(first->fc->weight) << '\n' << *copy << '\n';
}
