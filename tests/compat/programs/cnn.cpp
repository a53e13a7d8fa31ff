// SPDX-License-Identifier: Apache-2.0
// A Cloneable CNN, trained with SGD and then with AdamW.
#include <cstdio>

#include <torch/torch.h>

struct NetImpl : torch::nn::Cloneable<NetImpl> {
  explicit NetImpl(int64_t classes) : classes(classes) { reset(); }

  void reset() override {
    conv1 =
        register_module("conv1", torch::nn::Conv2d(torch::nn::Conv2dOptions(1, 4, 3).padding(1)));
    norm = register_module("norm", torch::nn::BatchNorm2d(4));
    conv2 = register_module("conv2",
                            torch::nn::Conv2d(torch::nn::Conv2dOptions(4, 8, {3, 3}).stride(2)));
    fc = register_module(
        "fc", torch::nn::Linear(torch::nn::LinearOptions(8 * 3 * 3, classes).bias(true)));
    scale = register_buffer("scale", torch::full({1}, 0.5));
  }

  torch::Tensor forward(torch::Tensor x) {
    x = torch::relu(norm(conv1(x)));
    x = torch::relu(conv2->forward(x));
    x = torch::max_pool2d(x, 2, 1);
    x = torch::nn::functional::pad(x, torch::nn::functional::PadFuncOptions({0, 1, 0, 1}));
    x = x.flatten(1);
    return torch::log_softmax(fc(x) * scale, /*dim=*/1);
  }

  int64_t classes;
  torch::nn::Conv2d conv1{nullptr}, conv2{nullptr};
  torch::nn::BatchNorm2d norm{nullptr};
  torch::nn::Linear fc{nullptr};
  torch::Tensor scale;
};
TORCH_MODULE(Net);

static torch::Tensor wave(torch::IntArrayRef sizes, double step, double size) {
  int64_t n = 1;
  for (auto s : sizes) n *= s;
  return torch::sin(torch::arange(n, torch::kDouble) * step)
      .mul(size)

      .view(sizes);
}

static void fill(torch::nn::Module& module) {
  torch::NoGradGuard no_grad;
  double k = 1;
  for (auto& p : module.named_parameters()) {
    if (p.key().find("norm") != std::string::npos) continue;
    p.value().copy_(wave(p.value().sizes(), 0.37 * k, 0.3));
    k += 0.25;
  }
}

template <typename Optimizer>
static void train(Net& net, Optimizer& optimizer, const char* name) {
  const torch::Tensor data = wave({8, 1, 8, 8}, 0.11, 1.0);
  const torch::Tensor target = torch::arange(8, torch::kLong).remainder(5);
  net->train();
  for (int step = 0; step < 6; ++step) {
    optimizer.zero_grad();
    torch::Tensor output = net->forward(data);
    torch::Tensor loss = torch::nll_loss(output, target);
    loss.backward();
    if (step == 3) torch::nn::utils::clip_grad_norm_(net->parameters(), 1.0);
    optimizer.step();
    std::printf("%s %d %.5f\n", name, step, loss.item<float>());
  }
  net->eval();
  torch::NoGradGuard no_grad;
  const torch::Tensor output = net(data);
  const int64_t correct = output.argmax(1).eq(target).sum().item<int64_t>();
  std::printf("%s eval %.5f %lld\n", name, output.mean().template item<float>(),
              static_cast<long long>(correct));
}

int main() {
  torch::manual_seed(1);
  Net net(5);
  // Double, so that libraries agree to every printed digit.
  net->to(torch::kDouble);
  fill(*net);
  auto twin = std::dynamic_pointer_cast<NetImpl>(net->clone());
  Net copy(twin);

  torch::optim::SGD sgd(
      net->parameters(),
      torch::optim::SGDOptions(0.05).momentum(0.9).weight_decay(1e-3).nesterov(true));
  train(net, sgd, "sgd");

  torch::optim::AdamW adamw(copy->parameters(),
                            torch::optim::AdamWOptions(0.01).betas({0.9, 0.99}));
  torch::optim::StepLR scheduler(adamw, 3, 0.5);
  train(copy, adamw, "adamw");
  scheduler.step();
  auto& options = static_cast<torch::optim::AdamWOptions&>(adamw.param_groups()[0].options());
  options.lr(0.02);
  std::printf("lr %.4f\n", options.lr());

  std::printf("parameters %zu buffers %zu children %zu\n", net->parameters().size(),
              net->buffers().size(), net->children().size());
  for (const auto& p : net->named_parameters())
    std::printf("%s %.4f\n", p.key().c_str(), p.value().norm().item<float>());
  std::printf("running mean %.5f var %.5f batches %lld\n",
              net->norm->running_mean.sum().item<float>(),
              net->norm->running_var.sum().item<float>(),
              static_cast<long long>(net->norm->num_batches_tracked.item<int64_t>()));

  torch::save(net, "compat_cnn.pt");
  Net loaded(5);
  loaded->to(torch::kDouble);
  torch::load(loaded, "compat_cnn.pt");
  std::remove("compat_cnn.pt");
  bool same = true;
  for (size_t i = 0; i < net->parameters().size(); ++i)
    same = same && torch::equal(net->parameters()[i], loaded->parameters()[i]);
  std::printf("round trip %d\n", same ? 1 : 0);
}
