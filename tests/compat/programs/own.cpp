// SPDX-License-Identifier: Apache-2.0
// An optimizer, a scheduler and layers of one's own: a graph network, attention with shared
// weights, learning to learn, and a penalty on gradients.
#include <cmath>
#include <iostream>
#include <limits>
#include <memory>
#include <vector>

#include <torch/torch.h>

namespace F = torch::nn::functional;
using torch::Tensor;
using torch::indexing::None;
using torch::indexing::Slice;

Tensor pattern(torch::IntArrayRef sizes, double start = 0) {
  int64_t n = 1;
  for (const auto size : sizes) n *= size;
  return torch::sin(torch::arange(n, torch::kDouble) * 0.73 + start).view(sizes).to(torch::kFloat);
}

void fill(torch::nn::Module& module) {
  torch::NoGradGuard no_grad;
  double start = 0;
  for (auto& p : module.parameters()) p.copy_(pattern(p.sizes(), start += 1) * 0.4);
}

struct SignOptions : torch::optim::OptimizerCloneableOptions<SignOptions> {
  explicit SignOptions(double lr = 0.1) : lr_(lr) {}
  TORCH_ARG(double, lr);
  TORCH_ARG(double, beta) = 0.9;

 public:
  void serialize(torch::serialize::InputArchive& archive) override {
    _TORCH_OPTIM_DESERIALIZE_TORCH_ARG(double, lr);
    _TORCH_OPTIM_DESERIALIZE_TORCH_ARG(double, beta);
  }
  void serialize(torch::serialize::OutputArchive& archive) const override {
    _TORCH_OPTIM_SERIALIZE_TORCH_ARG(lr);
    _TORCH_OPTIM_SERIALIZE_TORCH_ARG(beta);
  }
  double get_lr() const override { return lr(); }
  void set_lr(const double lr) override { this->lr(lr); }
};

struct SignState : torch::optim::OptimizerCloneableParamState<SignState> {
  TORCH_ARG(Tensor, average);
  TORCH_ARG(int64_t, step) = 0;
};

/// Steps by the sign of the running mean of gradients.
class SignDescent : public torch::optim::Optimizer {
 public:
  explicit SignDescent(std::vector<Tensor> params, SignOptions defaults = SignOptions())
      : Optimizer({torch::optim::OptimizerParamGroup(std::move(params))},
                  std::make_unique<SignOptions>(defaults)) {}
  Tensor step(LossClosure closure = nullptr) override {
    torch::NoGradGuard no_grad;
    Tensor loss;
    if (closure != nullptr) {
      torch::AutoGradMode enable_grad(true);
      loss = closure();
    }
    for (auto& group : param_groups_) {
      auto& options = static_cast<SignOptions&>(group.options());
      for (auto& p : group.params()) {
        if (!p.grad().defined()) continue;
        auto& state = state_[p.unsafeGetTensorImpl()];
        if (state == nullptr) {
          auto fresh = std::make_unique<SignState>();
          fresh->average(torch::zeros_like(p));
          state = std::move(fresh);
        }
        auto& own = static_cast<SignState&>(*state);
        own.step(own.step() + 1);
        own.average().mul_(options.beta()).add_(p.grad(), 1 - options.beta());
        p.add_(own.average().sign(), -options.lr());
      }
    }
    return loss;
  }
};

/// The mean of a node's neighbours and itself, then a linear map.
struct GraphLayerImpl : torch::nn::Module {
  GraphLayerImpl(int64_t in, int64_t out) : linear(in, out) { register_module("linear", linear); }
  Tensor forward(const Tensor& x, const Tensor& edges) {
    const auto nodes = torch::arange(x.size(0)).unsqueeze(0).repeat({2, 1});
    const auto all = torch::cat({edges, nodes}, 1);
    const auto degree = torch::zeros({x.size(0)}).scatter_add_(0, all[1], torch::ones(all.size(1)));
    const auto messages = linear(x).index_select(0, all[0]) / degree.index({all[1]}).unsqueeze(-1);
    return torch::zeros({x.size(0), messages.size(1)}).index_add(0, all[1], messages);
  }
  torch::nn::Linear linear;
};
TORCH_MODULE(GraphLayer);

/// One block of a language model, which ends with the transposed embedding.
struct WriterImpl : torch::nn::Module {
  WriterImpl(int64_t tokens, int64_t width, int64_t length)
      : embed(tokens, width),
        place(length, width),
        qkv(torch::nn::LinearOptions(width, 3 * width).bias(false)),
        norm(torch::nn::LayerNormOptions({width})),
        head(torch::nn::LinearOptions(width, tokens).bias(false)) {
    register_module("embed", embed);
    register_module("place", place);
    register_module("qkv", qkv);
    register_module("norm", norm);
    register_module("head", head);
    mask = register_buffer("mask", torch::tril(torch::ones({length, length})));
  }
  Tensor forward(const Tensor& ids) {
    const auto length = ids.size(1);
    const auto x = embed(ids) + place(torch::arange(length));
    const auto parts = qkv(norm(x)).chunk(3, -1);
    auto scores = parts[0].matmul(parts[1].transpose(-2, -1)) / std::sqrt(x.size(-1));
    const auto seen = mask.index({Slice(None, length), Slice(None, length)});
    scores = scores.masked_fill(seen == 0, -std::numeric_limits<float>::infinity());
    return head(x + torch::softmax(scores, -1).matmul(parts[2]));
  }
  torch::nn::Embedding embed, place;
  torch::nn::Linear qkv;
  torch::nn::LayerNorm norm;
  torch::nn::Linear head;
  Tensor mask;
};
TORCH_MODULE(Writer);

int main() {
  {
    auto w = pattern({3}).requires_grad_();
    SignDescent optimizer({w}, SignOptions(0.1).beta(0.5));
    for (int i = 0; i < 4; ++i) {
      const auto loss = optimizer.step([&] {
        optimizer.zero_grad();
        auto l = (w * w).sum();
        l.backward();
        return l;
      });
      for (auto& group : optimizer.param_groups())
        group.options().set_lr(group.options().get_lr() * 0.5);
      std::cout << loss.item<float>() << " " << optimizer.defaults().get_lr() << " "
                << optimizer.param_groups()[0].options().get_lr() << "\n";
    }
    const auto& state = static_cast<SignState&>(*optimizer.state().begin()->second);
    std::cout << w << "\n" << state.step() << " " << state.average() << "\n";
  }
  {
    GraphLayer first(3, 4), second(4, 2);
    fill(*first);
    fill(*second);
    const auto x = pattern({5, 3});
    const auto edges = torch::tensor({{0, 1, 2, 3, 4, 0}, {1, 2, 3, 4, 0, 2}});
    const auto classes = torch::tensor({0, 1, 0, 1, 1});
    const auto train = torch::tensor({true, true, false, true, true});
    auto params = first->parameters();
    for (const auto& p : second->parameters()) params.push_back(p);
    torch::optim::Adam optimizer(params, torch::optim::AdamOptions(0.05).weight_decay(5e-4));
    for (int i = 0; i < 4; ++i) {
      const auto out = torch::log_softmax(second(torch::relu(first(x, edges)), edges), 1);
      const auto loss = F::nll_loss(out.index({train}), classes.index({train}));
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
      std::cout << loss.item<float>() << " " << out.argmax(1).eq(classes).sum().item().toInt()
                << "\n";
    }
  }
  {
    Writer writer(7, 4, 6);
    fill(*writer);
    writer->head->weight = writer->embed->weight;
    std::cout << *writer << "\n" << writer->named_buffers().size() << "\n";
    const auto ids = torch::tensor({{1, 2, 3, 4, 5}, {0, 6, 1, 2, 3}});
    torch::optim::AdamW optimizer(writer->parameters(), torch::optim::AdamWOptions(0.01));
    for (int i = 0; i < 4; ++i) {
      const auto logits = writer(ids.index({Slice(), Slice(None, -1)}));
      const auto loss =
          F::cross_entropy(logits.reshape({-1, logits.size(-1)}), ids.slice(1, 1).reshape({-1}),
                           F::CrossEntropyFuncOptions().ignore_index(6));
      optimizer.zero_grad();
      loss.backward();
      const double norm = torch::nn::utils::clip_grad_norm_(writer->parameters(), 1.0);
      optimizer.step();
      std::cout << loss.item<float>() << " " << norm << "\n";
    }
    torch::NoGradGuard no_grad;
    auto text = torch::tensor({{1}});
    for (int i = 0; i < 3; ++i) {
      const auto next = writer(text).index({Slice(), -1}).argmax(-1, /*keepdim=*/true);
      text = torch::cat({text, next}, 1);
    }
    std::cout << text << "\n";
  }
  {
    auto w = pattern({2, 1}).requires_grad_();
    torch::optim::SGD optimizer({w}, 0.1);
    for (int i = 0; i < 3; ++i) {
      optimizer.zero_grad();
      auto total = torch::zeros({});
      for (int task = 0; task < 2; ++task) {
        const auto x = pattern({4, 2}, task), y = pattern({4, 1}, task + 1);
        const auto loss = (x.mm(w) - y).pow(2).mean();
        const auto g = torch::autograd::grad({loss}, {w}, {}, c10::nullopt, true)[0];
        total = total + (x.mm(w - 0.1 * g) - y).pow(2).mean();
      }
      total.backward();
      optimizer.step();
      std::cout << total.item<float>() << "\n";
    }
    std::cout << w << "\n";
  }
  {
    torch::nn::Sequential critic(
        torch::nn::Linear(2, 4),
        torch::nn::LeakyReLU(torch::nn::LeakyReLUOptions().negative_slope(0.2)),
        torch::nn::Linear(4, 1));
    fill(*critic);
    const auto real = pattern({5, 2}), made = pattern({5, 2}, 1);
    const auto share = torch::sigmoid(pattern({5, 1}));
    auto between = (share * real + (1 - share) * made).requires_grad_(true);
    const auto g = torch::autograd::grad({critic->forward(between)}, {between},
                                         {torch::ones({5, 1})}, true, true)[0];
    const auto penalty = (g.norm(2, 1) - 1).pow(2).mean() * 10;
    (critic->forward(made).mean() - critic->forward(real).mean() + penalty).backward();
    std::cout << penalty << "\n" << critic->parameters()[0].grad() << "\n";
    std::cout << penalty.grad_fn()->name() << "\n";
  }
}
