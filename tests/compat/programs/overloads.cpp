// SPDX-License-Identifier: Apache-2.0
// Calls that several overloads could take, and what they turn out to mean.
#include <iostream>
#include <string>
#include <vector>

#include <torch/torch.h>

namespace F = torch::nn::functional;
using torch::Tensor;

static void show(const std::string& call, const Tensor& t) {
  const Tensor flat = t.to(torch::kDouble).reshape({-1});
  std::cout << call << ' ' << t.scalar_type() << ' ' << t.dim();
  for (int64_t i = 0; i < flat.numel(); ++i) std::cout << ' ' << flat[i].item<double>();
  std::cout << '\n';
}

template <typename Call>
static void show_error(const std::string& name, const Call& call, const std::string& phrase) {
  try {
    call();
    std::cout << name << " passes\n";
  } catch (const std::exception& e) {
    const bool said = std::string(e.what()).find(phrase) != std::string::npos;
    std::cout << name << (said ? " says so\n" : " says something else\n");
  }
}

#define SHOW(...) show(#__VA_ARGS__, __VA_ARGS__)

int main() {
  const Tensor x = torch::arange(6, torch::kFloat).view({2, 3});

  SHOW(x.std(0));
  SHOW(x.std(1));
  SHOW(x.var(-1));
  SHOW(x.var(true));
  SHOW(x.var(false));
  SHOW(x.var({0}, 1));
  SHOW(x.var({0}, 2));
  SHOW(x.var(0, 0));
  SHOW(x.var(0, true, true));
  SHOW(x.var({0, 1}, 0));
  SHOW(torch::std(x, 0));
  SHOW(torch::var(x, 1));
  SHOW(std::get<1>(torch::var_mean(x, 0)));
  SHOW(std::get<1>(torch::std_mean(x, false)));

  SHOW(std::get<1>(x.sort(true)));
  SHOW(std::get<1>(x.sort(0, 1)));
  SHOW(x.argsort(true));
  SHOW(x.argsort(true, 0));
  SHOW(x.argsort(0, true));
  SHOW(x.sum(0, 1));
  SHOW(x.all(0));
  SHOW(x.any(0, true));
  SHOW(x.norm(2, 0));
  SHOW(x.cumsum(true));
  SHOW(std::get<0>(x.max(1, 1)));
  SHOW(x.expand({1, 2, 3}, 1));
  SHOW(x.clamp({}, 1));
  SHOW(x.to("cpu"));
  SHOW(F::softmax(x, 0));

  // at::tensor keeps what C++ says; torch::tensor has defaults of its own.
  SHOW(at::tensor(1));
  SHOW(at::tensor(1.5));
  SHOW(at::tensor(1.5f));
  SHOW(at::tensor(int64_t{1}));
  SHOW(at::tensor({1, 2}));
  SHOW(at::tensor({1.5, 2.0}));
  SHOW(at::tensor(std::vector<int>{1, 2}));
  SHOW(at::tensor(1, at::kFloat));
  SHOW(torch::tensor(1));
  SHOW(torch::tensor(1.5));
  SHOW(torch::tensor({1, 2}));

  show_error(
      "at::tensor of a bool", [] { at::tensor(true); },
      "\"tensor_cpu\" not implemented for 'Bool'");
  show_error(
      "at::tensor of halves", [] { at::tensor(at::Half(1)); },
      "\"tensor_cpu\" not implemented for 'Half'");

  // Losses take a reduction for their options.
  const Tensor y = torch::full({2, 3}, 0.5);
  SHOW(F::l1_loss(x, y, torch::kSum));
  SHOW(F::mse_loss(x, y, torch::kNone));
  SHOW(F::smooth_l1_loss(x, y, torch::kSum));
  SHOW(F::huber_loss(x, y, torch::kSum));
  SHOW(F::soft_margin_loss(x, y, torch::kSum));
  SHOW(F::kl_div(x, y, torch::kBatchMean));
  SHOW(torch::nn::MSELoss(torch::kSum)(x, y));
  SHOW(torch::nn::KLDivLoss(torch::kSum)(x, y));
  const F::MSELossFuncOptions none = torch::kNone;
  SHOW(F::mse_loss(x, y, none));

  // Who makes a tensor that wants a gradient.
  const Tensor leaf = torch::ones({2}, torch::requires_grad());
  std::cout << "requires_grad " << leaf.new_zeros({1}, torch::requires_grad()).requires_grad()
            << leaf.new_ones({1}, torch::requires_grad()).requires_grad()
            << leaf.new_empty({1}, torch::requires_grad()).requires_grad()
            << leaf.new_full({1}, 2, torch::requires_grad()).requires_grad()
            << leaf.new_zeros({1}, leaf.options()).requires_grad()
            << torch::zeros_like(leaf, torch::requires_grad()).requires_grad()
            << torch::tensor({1.0}, torch::requires_grad()).requires_grad() << '\n';
  const Tensor twice = leaf * 2;
  twice.retain_grad();
  for (int i = 0; i < 3; ++i) twice.sum().backward({}, true);
  SHOW(twice.grad());

  // Numbers that their type cannot hold.
  const c10::complex<float> z(1, 2);
  show_error(
      "full of a complex number", [&] { torch::full({2}, z, torch::kFloat); },
      "cannot be converted to type float");
  show_error(
      "fill_ of a complex number", [&] { torch::zeros({2}).fill_(z); },
      "cannot be converted to type float");
  show_error(
      "integers of a complex number", [&] { torch::full({2}, z, torch::kLong); },
      "cannot be converted to type int64_t");
  show_error(
      "tensor of a complex number", [&] { torch::tensor(z, torch::kFloat); },
      "cannot be converted to type float");
  show_error(
      "tensor of complex numbers",
      [&] { torch::tensor(std::vector<c10::complex<float>>{z}, torch::kFloat); },
      "complex can not be casted to real number without loss of information");
  show_error(
      "at::tensor of a complex number", [&] { at::tensor(z, at::kFloat); },
      "\"tensor_cpu\" not implemented for 'Float'");
  show_error(
      "item of a complex number", [&] { torch::tensor(z).item<float>(); },
      "cannot be converted to type float");
  SHOW(torch::full({1}, c10::complex<float>(1, 0), torch::kFloat));
  SHOW(torch::full({1}, z, torch::kBool));

  show_error(
      "to with requires_grad", [&] { x.to(torch::TensorOptions().requires_grad(true)); },
      "cannot take a TensorOptions with options.requires_grad set as true");
  show_error(
      "hardtanh of no width",
      [] { torch::nn::Hardtanh(torch::nn::HardtanhOptions().min_val(1).max_val(1)); },
      "max_val must be greater than min_val");
  show_error(
      "hardtanh of bools", [] { at::hardtanh(torch::ones({1}).to(torch::kBool), -1, 1); },
      "Bool inputs not supported for hardtanh");
  SHOW(at::hardtanh(x, 1, 1));
  const Tensor p = torch::tensor({{0.2}, {0.6}}), labels = torch::tensor({0.0, 1.0});
  SHOW(at::binary_cross_entropy(p, labels, {}, 0));
  SHOW(at::binary_cross_entropy(p.squeeze(1), labels.unsqueeze(1), {}, 0));
  SHOW(at::binary_cross_entropy(p.expand({2, 2}), labels, {}, 0));
  show_error(
      "functional::binary_cross_entropy of other sizes",
      [&] { F::binary_cross_entropy(p, labels); }, "different to the input size");
}
