// SPDX-License-Identifier: Apache-2.0
// LibTorch's cost per operator on tiny tensors, over the same protocol as torch_cases.py.
// Usage: libtorch_door THREADS SECONDS [--cpu-time]
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <functional>
#include <iostream>
#include <map>
#include <string>

#include <torch/torch.h>

namespace {

bool cpu_time = false;

double now() {
  if (cpu_time) return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

int main(int argc, char** argv) {
  cpu_time = argc == 4 && std::strcmp(argv[3], "--cpu-time") == 0;
  if (argc != 3 && !cpu_time) {
    std::fprintf(stderr, "usage: libtorch_door THREADS SECONDS [--cpu-time]\n");
    return 2;
  }
  torch::set_num_threads(std::stoi(argv[1]));
  const double budget = std::stod(argv[2]);
  const auto a = torch::ones({1}), b = torch::ones({1});
  const auto p = torch::ones({1}, torch::requires_grad());
  const auto x = torch::ones({16, 16});
  torch::nn::Linear linear(16, 16);
  auto chain = p;
  for (int i = 0; i < 10; ++i) chain = chain * b;
  const std::map<std::string, std::function<void()>> cases = {
      {"door/add", [&] { auto c = a + b; }},
      {"door/add with gradient", [&] { auto c = p + b; }},
      {"door/linear 16x16", [&] { auto y = linear->forward(x); }},
      {"door/product 16x16", [&] { auto y = torch::mm(x, x); }},
      {"door/view",
       [&] {
         auto y = x.view({8, 32});
       }},
      {"door/view with gradient",
       [&] {
         auto y = p.view({1, 1});
       }},
      {"door/empty",
       [&] {
         auto y = torch::empty({16, 16});
       }},
      {"door/backward of 10 ops", [&] { chain.backward({}, /*retain_graph=*/true); }},
  };
  for (std::string name; std::getline(std::cin, name);) {
    const auto found = cases.find(name);
    if (found == cases.end()) {
      std::cout << "{\"error\": \"no such case\"}" << std::endl;
      continue;
    }
    constexpr int kCalls = 10000;
    std::string times;
    const double end = now() + budget;
    for (int sample = 0; sample < 3 || now() < end; ++sample) {
      const double start = now();
      for (int i = 0; i < kCalls; ++i) found->second();
      times += (sample ? ", " : "") + std::to_string((now() - start) / kCalls * 1e9);
    }
    std::cout << "{\"nanoseconds\": [" << times << "]}" << std::endl;
  }
}
