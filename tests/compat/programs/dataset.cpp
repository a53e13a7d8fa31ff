// SPDX-License-Identifier: Apache-2.0
// A dataset of one's own, transforms, samplers and loaders.
#include <cstdio>
#include <vector>

#include <torch/torch.h>

class Points : public torch::data::datasets::Dataset<Points> {
 public:
  explicit Points(size_t n) : n_(n) {}
  torch::data::Example<> get(size_t index) override {
    const double t = 0.37 * static_cast<double>(index);
    auto data = torch::tensor({t, t * t, 1.0 - t}, torch::kFloat);
    auto target = torch::tensor(static_cast<int64_t>(index % 3));
    return {data, target};
  }
  torch::optional<size_t> size() const override { return n_; }

 private:
  size_t n_;
};

struct Plain : torch::data::datasets::Dataset<Plain, int> {
  int get(size_t index) override { return static_cast<int>(index * index); }
  torch::optional<size_t> size() const override { return 10; }
};

int main() {
  torch::manual_seed(0);
  auto dataset = Points(10)
                     .map(torch::data::transforms::Normalize<>({1.0}, {2.0}))
                     .map(torch::data::transforms::Stack<>());
  const size_t size = dataset.size().value();
  std::printf("size %zu\n", size);

  auto loader = torch::data::make_data_loader<torch::data::samplers::SequentialSampler>(
      dataset, torch::data::DataLoaderOptions().batch_size(4).workers(2));
  for (auto& batch : *loader)
    std::printf("%lld x %lld: %.4f %lld\n", static_cast<long long>(batch.data.size(0)),
                static_cast<long long>(batch.data.size(1)), batch.data.sum().item<float>(),
                static_cast<long long>(batch.target.sum().item<int64_t>()));

  // Shuffled: every sample once.
  auto shuffled = torch::data::make_data_loader(std::move(dataset),
                                                torch::data::DataLoaderOptions(3).drop_last(false));
  double sum = 0;
  int batches = 0;
  for (int epoch = 0; epoch < 2; ++epoch)
    for (auto& batch : *shuffled) {
      sum += batch.data.sum().item<float>();
      ++batches;
    }
  std::printf("shuffled %.3f %d\n", sum, batches);

  // Without Stack a batch is a vector of examples.
  auto plain = torch::data::make_data_loader<torch::data::samplers::SequentialSampler>(Plain(), 4);
  for (std::vector<int>& batch : *plain) {
    int total = 0;
    for (int v : batch) total += v;
    std::printf("plain %zu %d\n", batch.size(), total);
  }

  torch::data::datasets::TensorDataset tensors(torch::arange(12, torch::kFloat).view({6, 2}));
  auto mapped = tensors.map(torch::data::transforms::Stack<torch::data::TensorExample>());
  auto tensor_loader =
      torch::data::make_data_loader<torch::data::samplers::SequentialSampler>(mapped, 4);
  for (auto& batch : *tensor_loader) std::printf("tensors %.1f\n", batch.data.sum().item<float>());

  // A regression on it
  auto x = torch::linspace(-1, 1, 32).unsqueeze(1);
  auto target = 3 * x + 0.5;
  torch::nn::Linear fc(1, 1);
  torch::nn::init::constant_(fc->weight, 0.0);
  torch::nn::init::zeros_(fc->bias);
  torch::optim::SGD optimizer(fc->parameters(), 0.1);
  for (int i = 0; i < 50; ++i) {
    fc->zero_grad();
    auto loss = torch::smooth_l1_loss(fc(x), target);
    loss.backward();
    optimizer.step();
    if (i % 10 == 0) std::printf("loss %.5f\n", loss.item<float>());
  }
  std::printf("fit %.4f %.4f\n", fc->weight.item<float>(), fc->bias.item<float>());

  // An error in a dataset reaches the consumer.
  struct Broken : torch::data::datasets::Dataset<Broken, int> {
    int get(size_t index) override {
      if (index == 5) throw std::runtime_error("sample 5 is broken");
      return 1;
    }
    torch::optional<size_t> size() const override { return 8; }
  };
  auto broken = torch::data::make_data_loader<torch::data::samplers::SequentialSampler>(
      Broken(), torch::data::DataLoaderOptions(2).workers(1));
  try {
    for (auto& batch : *broken) std::printf("batch %zu\n", batch.size());
  } catch (const torch::data::WorkerException& e) {
    std::printf("caught %d\n",
                std::string(e.what()).find("sample 5 is broken") != std::string::npos);
  }
}
