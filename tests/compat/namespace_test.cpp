// SPDX-License-Identifier: Apache-2.0
// What programs add to LibTorch's namespaces, and names there that stand for those of inner ones.
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace torch {
class Tensor;
struct Extra {
  int value = 3;
};

namespace nn {
struct ScaledImpl : Cloneable<ScaledImpl> {
  explicit ScaledImpl(int64_t features) : features_(features) { reset(); }
  void reset() override {
    linear = register_module("linear", Linear(LinearOptions(features_, 2).bias(false)));
  }
  Tensor forward(const Tensor& x) { return linear(x) * 2; }

  Linear linear{nullptr};

 private:
  int64_t features_;
};
TORCH_MODULE(Scaled);

namespace functional {
inline Tensor twice(const Tensor& x) { return torch::abs(x) * 2; }
}  // namespace functional
}  // namespace nn
}  // namespace torch

namespace torch::data::datasets {
struct Count : Dataset<Count> {
  data::Example<> get(size_t index) override {
    const auto i = static_cast<int64_t>(index);
    return {torch::full({1}, i), torch::full({1}, i * i)};
  }
  optional<size_t> size() const override { return 4; }
};
}  // namespace torch::data::datasets

template class torch::nn::Cloneable<torch::nn::ScaledImpl>;
template <>
struct std::hash<torch::Extra> {
  size_t operator()(const torch::Extra& extra) const { return static_cast<size_t>(extra.value); }
};

namespace {

TEST(Namespaces, ProgramsAddToThem) {
  torch::nn::Scaled scaled(3);
  EXPECT_TRUE(scaled(torch::ones({1, 3})).equal(scaled->linear->weight.sum(1).view({1, 2}) * 2));
  EXPECT_EQ(scaled->clone()->parameters().size(), 1u);
  EXPECT_EQ(torch::nn::functional::twice(torch::ones({1})).item<float>(), 2);
  EXPECT_EQ(std::hash<torch::Extra>()(torch::Extra()), 3u);
  const auto batch =
      torch::data::datasets::Count().map(torch::data::transforms::Stack<>()).get_batch({1, 3});
  EXPECT_TRUE(batch.target.equal(torch::tensor({{1}, {9}})));
}

struct Pairs : torch::data::Dataset<Pairs> {
  torch::data::Example<> get(size_t index) override {
    return {torch::full({2}, static_cast<int64_t>(index)), torch::ones({1})};
  }
  torch::optional<size_t> size() const override { return 3; }
};
struct Batches : torch::data::BatchDataset<Batches, std::vector<size_t>> {
  std::vector<size_t> get_batch(at::ArrayRef<size_t> indices) override { return indices.vec(); }
  c10::optional<size_t> size() const override { return 3; }
};

TEST(Namespaces, OuterNamesOfDatasets) {
  auto pairs = torch::data::datasets::map(Pairs(), torch::data::transforms::Stack<>());
  EXPECT_EQ(pairs.get_batch({2, 1}).data.sizes(), torch::IntArrayRef({2, 2}));
  EXPECT_EQ(Batches().get_batch({2, 0}), (std::vector<size_t>{2, 0}));
  const auto loader = torch::data::make_data_loader<torch::data::samplers::SequentialSampler>(
      std::move(pairs), /*batch_size=*/2);
  int64_t seen = 0;
  for (const auto& batch : *loader) seen += batch.data.size(0);
  EXPECT_EQ(seen, 3);
}

}  // namespace
