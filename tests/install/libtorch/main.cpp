// SPDX-License-Identifier: Apache-2.0
// A LibTorch program that also knows TorchScript.
#include <iostream>

#include <torch/script.h>

int main() {
  std::cout << torch::ones({2, 3}) << std::endl;
  try {
    torch::jit::script::Module module = torch::jit::load("model.pt");
    module.eval();
    std::vector<torch::jit::IValue> inputs;
    inputs.push_back(torch::ones({1, 3}));
    std::cout << module.forward(inputs).toTensor() << std::endl;
  } catch (const c10::Error& error) {
    std::cout << error.what() << std::endl;
  }
}
