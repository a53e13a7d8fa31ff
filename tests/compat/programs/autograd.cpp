// SPDX-License-Identifier: Apache-2.0
// Custom functions, views, in-place writes, hooks, gradients of gradients.
#include <cstdio>
#include <iostream>

#include <torch/torch.h>

using namespace torch::autograd;

class LinearFunction : public Function<LinearFunction> {
 public:
  static torch::Tensor forward(AutogradContext* ctx, torch::Tensor input, torch::Tensor weight,
                               torch::Tensor bias = torch::Tensor()) {
    ctx->save_for_backward({input, weight, bias});
    auto output = input.mm(weight.t());
    if (bias.defined()) output += bias.unsqueeze(0).expand_as(output);
    return output;
  }
  static tensor_list backward(AutogradContext* ctx, tensor_list grad_outputs) {
    auto saved = ctx->get_saved_variables();
    auto grad_output = grad_outputs[0];
    auto grad_input = grad_output.mm(saved[1]);
    auto grad_weight = grad_output.t().mm(saved[0]);
    auto grad_bias = torch::Tensor();
    if (saved[2].defined()) grad_bias = grad_output.sum(0);
    return {grad_input, grad_weight, grad_bias};
  }
};

class MulConstant : public Function<MulConstant> {
 public:
  static torch::Tensor forward(AutogradContext* ctx, torch::Tensor tensor, double constant) {
    ctx->saved_data["constant"] = constant;
    return tensor * constant;
  }
  static tensor_list backward(AutogradContext* ctx, tensor_list grad_outputs) {
    return {grad_outputs[0] * ctx->saved_data["constant"].toDouble(), torch::Tensor()};
  }
};

class Cube : public Function<Cube> {
 public:
  static variable_list forward(AutogradContext* ctx, Variable x) {
    ctx->save_for_backward({x});
    return {x * x * x};
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    auto x = ctx->get_saved_variables()[0];
    return {grads[0] * 3 * x * x};
  }
};

int main() {
  // Basics
  auto x = torch::ones({2, 2}, torch::requires_grad());
  auto y = x + 2;
  auto z = y * y * 3;
  auto out = z.mean();
  std::cout << out.grad_fn()->name() << " " << y.requires_grad() << " " << z.is_leaf() << "\n";
  out.backward();
  std::cout << x.grad() << "\n";

  // A vector-Jacobian product
  x = torch::tensor({0.5, -1.0, 2.0}, torch::TensorOptions().requires_grad(true));
  y = x * 2;
  while (y.norm().item<double>() < 100) y = y * 2;
  y.backward(torch::tensor({0.1, 1.0, 0.0001}, torch::kFloat));
  std::cout << x.grad() << "\n";

  // Gradient penalty
  auto model = torch::nn::Linear(4, 3);
  {
    torch::NoGradGuard no_grad;
    model->weight.copy_(torch::linspace(-1, 1, 12).view({3, 4}));
    model->bias.fill_(0.1);
  }
  auto input = torch::linspace(0, 1, 12).view({3, 4}).requires_grad_(true);
  auto loss = torch::nn::MSELoss()(model(input).sigmoid(), torch::full({3, 3}, 0.25));
  auto grad_output = torch::ones_like(loss);
  auto gradient =
      grad({loss}, {input}, {grad_output}, /*retain_graph=*/c10::nullopt, /*create_graph=*/true)[0];
  auto penalty = torch::pow((gradient.norm(2, /*dim=*/1) - 1), 2).mean();
  auto combined = loss + penalty;
  combined.backward();
  std::printf("penalty %.6f %.6f %.6f\n", penalty.item<float>(), input.grad().sum().item<float>(),
              model->weight.grad().norm().item<float>());

  // Custom functions
  auto a = torch::linspace(-1, 1, 6).view({2, 3}).requires_grad_();
  auto w = torch::linspace(0, 1, 12).view({4, 3}).requires_grad_();
  auto b = torch::zeros({4}).requires_grad_();
  LinearFunction::apply(a, w, b).pow(2).sum().backward();
  std::cout << a.grad() << "\n" << w.grad() << "\n" << b.grad() << "\n";
  auto c = torch::full({3}, 2.0, torch::requires_grad());
  MulConstant::apply(c, 5.5).sum().backward();
  std::cout << c.grad() << "\n";
  auto d = torch::tensor(2.0, torch::requires_grad());
  auto first = grad({Cube::apply(d)[0]}, {d}, {}, true, true)[0];
  auto second = grad({first}, {d}, {}, true, true)[0];
  auto third = grad({second}, {d})[0];
  std::printf("cube %.3f %.3f %.3f\n", first.item<float>(), second.item<float>(),
              third.item<float>());

  // Views, in-place writes, hooks
  auto base = torch::arange(6, torch::kFloat).view({2, 3}).requires_grad_();
  auto h = base * 1;
  auto row = h[0];
  row.mul_(3);
  h.index_put_({1, torch::indexing::Slice(1, torch::indexing::None)}, 7);
  h.select(1, 0).add_(base.select(1, 1));
  int calls = 0;
  auto handle = h.register_hook([&](torch::Tensor g) {
    ++calls;
    return g * 2;
  });
  h.retain_grad();
  (h * h).sum().backward();
  std::cout << base.grad() << "\n"
            << h.grad() << "\n"
            << (row.grad_fn() != nullptr) << " " << calls << "\n";
  h.remove_hook(handle);

  // Errors
  try {
    auto leaf = torch::ones({2}, torch::requires_grad());
    leaf.add_(1);
  } catch (const c10::Error& e) {
    std::cout << (std::string(e.what()).find("a leaf Variable that requires grad") !=
                  std::string::npos)
              << "\n";
  }
  try {
    auto p = torch::ones({2}, torch::requires_grad());
    auto q = p.exp();
    q.add_(1);
    q.sum().backward();
  } catch (const c10::Error& e) {
    std::cout << (std::string(e.what()).find("modified by an inplace operation") !=
                  std::string::npos)
              << "\n";
  }
}
