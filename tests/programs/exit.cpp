// SPDX-License-Identifier: Apache-2.0
// Static objects that own graphs, models, optimizers and loaders, and some that still compute when
// the program ends.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>

#include <hearth/hearth.h>

namespace nn = hearth::nn;
using hearth::Tensor;

namespace {

/// Trains with convolutions while the program runs, and without when it ends: oneDNN's own static
/// objects are gone by then.
struct Trainer {
  nn::Sequential model{nn::Conv2d(nn::Conv2dOptions(3, 4, 3).padding(1)), nn::ReLU(), nn::Flatten(),
                       nn::Linear(256, 2)};
  hearth::optim::Adam optimizer{model->parameters(), hearth::optim::AdamOptions(0.001)};
  Tensor loss;

  Tensor weights() const {
    Tensor sum = hearth::zeros({});
    for (const Tensor& p : model->parameters()) sum = sum + p.pow(2).sum();
    return sum;
  }
  void step(const Tensor& next) {
    loss = next;
    optimizer.zero_grad();
    loss.backward({}, /*retain_graph=*/true);
    optimizer.step();
  }

  ~Trainer() {
    const Tensor before = weights();
    step(before);
    if (!(weights().item<double>() < before.item<double>())) std::_Exit(1);
    const auto loader = hearth::data::make_data_loader(
        hearth::data::datasets::TensorDataset(hearth::ones({8, 2}))
            .map(hearth::data::transforms::Stack<hearth::data::TensorExample>()),
        hearth::data::DataLoaderOptions(2).workers(2));
    double sum = 0;
    for (auto& batch : *loader) sum += batch.data.sum().item<double>();
    if (sum != 16) std::_Exit(1);
    std::puts("trained to the end");
  }
};

/// A chain that is long enough to overflow the stack if it were freed by recursion.
Tensor chain(const Tensor& x) {
  Tensor y = x;
  for (int i = 0; i < 100000; ++i) y = y + 1;
  return y;
}

// Destroyed last to first. Nothing of the library has been used when these are made.
Tensor graph;
std::unique_ptr<Trainer> trainer;
std::unique_ptr<hearth::profiler::Profiler> profile;
thread_local Tensor of_thread;

}  // namespace

int main() {
  hearth::set_num_threads(2);
  hearth::manual_seed(0);
  trainer = std::make_unique<Trainer>();
  for (int i = 0; i < 3; ++i)
    trainer->step(trainer->model->forward(hearth::ones({2, 3, 8, 8})).pow(2).sum());
  const Tensor x = hearth::ones({2}).requires_grad_();
  x.register_hook([](const Tensor& g) { return g * 2; });
  graph = chain(x);
  of_thread = chain(x);
  std::thread([&] { of_thread = chain(x); }).join();
  static Tensor of_function;
  of_function = hearth::autograd::checkpoint([](const Tensor& t) { return t.exp(); }, x);
  profile = std::make_unique<hearth::profiler::Profiler>();
  return 0;
}
