// SPDX-License-Identifier: Apache-2.0
// A DCGAN of nested Sequentials: two networks, two optimizers, detached batches.
#include <cstdio>

#include <torch/torch.h>

using namespace torch;

// A Sequential that can stand inside a Sequential.
struct BlockImpl : nn::SequentialImpl {
  using nn::SequentialImpl::SequentialImpl;
  Tensor forward(Tensor x) { return nn::SequentialImpl::forward(x); }
};
TORCH_MODULE(Block);

struct GeneratorNetImpl : nn::Module {
  explicit GeneratorNetImpl(int noise)
      : up(nn::ConvTranspose2d(nn::ConvTranspose2dOptions(noise, 8, 4).bias(false)),
           nn::BatchNorm2d(8)),
        out(nn::ConvTranspose2dOptions(8, 1, 4).stride(2).padding(1).bias(false)) {
    register_module("up", up);
    register_module("out", out);
  }
  Tensor forward(Tensor x) {
    x = torch::relu(up->forward(x));
    return torch::tanh(out(x));
  }
  Block up;
  nn::ConvTranspose2d out;
};
TORCH_MODULE(GeneratorNet);

static Tensor wave(IntArrayRef sizes, double step, double size) {
  int64_t n = 1;
  for (auto s : sizes) n *= s;
  return torch::sin(torch::arange(n, kDouble) * step).mul(size).view(sizes);
}

static void fill(const std::vector<Tensor>& parameters) {
  NoGradGuard no_grad;
  double k = 1;
  for (const auto& p : parameters) {
    if (p.dim() < 2) continue;
    p.copy_(wave(p.sizes(), 0.29 * k, 0.2));
    k += 0.2;
  }
}

int main() {
  GeneratorNet generator(6);
  nn::Sequential discriminator(
      // Layer 1
      Block(nn::Conv2d(nn::Conv2dOptions(1, 4, 4).stride(2).padding(1).bias(false)),
            nn::LeakyReLU(nn::LeakyReLUOptions().negative_slope(0.2))),
      // Layer 2
      Block(nn::Conv2d(nn::Conv2dOptions(4, 8, 3).bias(false)), nn::BatchNorm2d(8),
            nn::Functional(torch::relu)),
      // Output
      nn::Conv2d(nn::Conv2dOptions(8, 1, 2).bias(false)), nn::Sigmoid());
  // Double, so that libraries agree to every printed digit.
  generator->to(kDouble);
  discriminator->to(kDouble);
  fill(generator->parameters());
  fill(discriminator->parameters());

  optim::Adam generator_optimizer(generator->parameters(),
                                  optim::AdamOptions(2e-3).betas(std::make_tuple(0.5, 0.5)));
  optim::Adam discriminator_optimizer(discriminator->parameters(),
                                      optim::AdamOptions(5e-3).betas(std::make_tuple(0.5, 0.5)));

  for (int step = 0; step < 5; ++step) {
    const Tensor real = wave({4, 1, 8, 8}, 0.17 + 0.01 * step, 0.8);
    discriminator->zero_grad();
    Tensor real_output = discriminator->forward(real);
    Tensor real_loss = torch::binary_cross_entropy(real_output, torch::full_like(real_output, 0.9));
    real_loss.backward();

    const Tensor noise = wave({4, 6, 1, 1}, 0.7 + 0.1 * step, 1.0);
    Tensor fake = generator->forward(noise);
    Tensor fake_output = discriminator->forward(fake.detach());
    Tensor fake_loss = torch::binary_cross_entropy(fake_output, torch::zeros_like(fake_output));
    fake_loss.backward();
    discriminator_optimizer.step();

    generator->zero_grad();
    fake_output = discriminator->forward(fake);
    Tensor g_loss = torch::binary_cross_entropy(fake_output, torch::ones_like(fake_output));
    g_loss.backward();
    generator_optimizer.step();
    std::printf("%d %.5f %.5f\n", step, (real_loss + fake_loss).item<float>(),
                g_loss.item<float>());
  }
  std::printf("modules %zu %zu\n", discriminator->modules(/*include_self=*/false).size(),
              discriminator->size());
  for (const auto& p : discriminator->named_parameters())
    std::printf("%s %.4f\n", p.key().c_str(), p.value().abs().sum().item<float>());
  generator->eval();
  const Tensor image = generator(wave({1, 6, 1, 1}, 0.5, 1.0));
  std::printf("image %.5f %.5f\n", image.std().item<float>(), image.max().item<float>());
}
