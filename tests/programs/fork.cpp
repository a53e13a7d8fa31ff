// SPDX-License-Identifier: Apache-2.0
// Processes forked after threads have computed compute, too.
#include <cstdio>
#include <cstdlib>
#include <thread>

#include <hearth/hearth.h>
#include <sys/wait.h>
#include <unistd.h>

namespace nn = hearth::nn;
using hearth::Tensor;

namespace {

/// Pointwise loops, a product and a convolution that several threads share.
double work() {
  hearth::manual_seed(3);
  const Tensor x = hearth::rand({300, 400}).requires_grad_();
  const Tensor image = hearth::rand({8, 4, 32, 32});
  const Tensor weight = hearth::rand({8, 4, 3, 3});
  const Tensor y =
      x.mm(x.t()).tanh().mean() + nn::functional::conv2d(image, weight).square().mean();
  y.backward();
  return (y + x.grad().sum()).item<double>();
}

double load() {
  const auto loader = hearth::data::make_data_loader(
      hearth::data::datasets::TensorDataset(hearth::ones({64, 1000}))
          .map(hearth::data::transforms::Stack<hearth::data::TensorExample>()),
      hearth::data::DataLoaderOptions(8).workers(3));
  double sum = 0;
  for (auto& batch : *loader) sum += batch.data.sum().item<double>();
  return sum;
}

/// Runs f in a child; whether it ended well.
template <class F>
bool in_child(const F& f) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    _exit(f() ? 0 : 1);
  }
  int status = 0;
  return waitpid(child, &status, 0) == child && status == 0;
}

int fail(const char* what) {
  std::printf("failed: %s\n", what);
  return 1;
}

}  // namespace

int main() {
  alarm(240);
  hearth::set_num_threads(4);
  const double expected = work(), loaded = load();
  const auto right = [&] { return work() == expected && load() == loaded; };
  for (int round = 0; round < 3; ++round) {
    if (!in_child(right)) return fail("a child's results");
    if (!right()) return fail("the parent's results after it has forked");
  }
  if (!in_child([&] { return right() && in_child(right); })) return fail("a grandchild");
  // While other threads allocate and compute.
  std::atomic<bool> stop{false};
  std::thread busy([&] {
    while (!stop) work();
  });
  bool well = true;
  for (int round = 0; round < 20 && well; ++round)
    well = in_child([&] { return hearth::ones({1 << 16}).mul(2).sum().item<float>() == 1 << 17; });
  stop = true;
  busy.join();
  return well ? 0 : fail("a child of a busy process");
}
