// SPDX-License-Identifier: Apache-2.0
// The device as a user meets it: memory, copies, errors, modules, training, files.
#include <cstdlib>
#include <sstream>
#include <string>

#include <gmock/gmock.h>

#include "cuda/cuda_test.h"

namespace hearth::testing_cuda {
namespace {

class CudaRuntime : public Cuda {};

TEST_F(CudaRuntime, CopiesBetweenLayoutsTypesAndDevices) {
  const Tensor x = arange(2 * 3 * 4 * 5, TensorOptions(kDouble)).view({2, 3, 4, 5});
  for (const Tensor& from : {x, x.permute({3, 1, 0, 2}), x.contiguous(MemoryFormat::ChannelsLast),
                             x.slice(3, 1, 5, 2), x.select(1, 2)}) {
    const Tensor there = from.to(kCUDA);
    EXPECT_EQ(there.device(), Device("cuda:0"));
    EXPECT_TRUE(there.cpu().equal(from));
    for (const ScalarType type : {kBool, kByte, kShort, kInt, kLong, kHalf, kBFloat16, kFloat,
                                  kComplexFloat, kComplexDouble}) {
      SCOPED_TRACE(to_string(type));
      expect_same(there.to(type), from.to(type));
      expect_same(from.to(kCUDA, type), from.to(type));
      Tensor back = zeros(from.sizes(), TensorOptions(type));
      back.copy_(there);
      EXPECT_TRUE(back.equal(from.to(type)));
    }
    // Into a target with gaps, on either device.
    Tensor gaps = zeros({2, 3, 4, 10}, TensorOptions(kFloat).device(kCUDA)).slice(3, 0, 10, 2);
    gaps.copy_(x);
    expect_same(gaps, x.to(kFloat));
    Tensor host_gaps = zeros({2, 3, 4, 10}).slice(3, 0, 10, 2);
    host_gaps.copy_(x.to(kCUDA));
    EXPECT_TRUE(host_gaps.equal(x.to(kFloat)));
  }
}

TEST_F(CudaRuntime, CreationOnTheDevice) {
  const auto there = TensorOptions(kCUDA);
  expect_same(zeros({3}, there), zeros({3}));
  expect_same(full({2, 2}, 1.5, there), full({2, 2}, 1.5));
  expect_same(arange(5, there), arange(5));
  expect_same(arange(0.5, 3, 0.25, there), arange(0.5, 3, 0.25));
  expect_same(linspace(0, 1, 7, there), linspace(0, 1, 7));
  expect_same(eye(3, there), eye(3));
  expect_same(tensor({1, 2, 3}, there), tensor({1, 2, 3}));
  expect_same(ones_like(zeros({2}, there)), ones({2}));
  EXPECT_EQ(empty({0}, there).numel(), 0);
}

TEST_F(CudaRuntime, MixedDevicesSayWhatToDo) {
  const Tensor x = ones({3}, TensorOptions(kCUDA));
  EXPECT_THROW(x + ones({3}), DeviceError);
  expect_same(x + tensor(2.0f), full({3}, 3.0f));
  EXPECT_THROW((x.accessor<float, 1>()), DeviceError);
}

TEST_F(CudaRuntime, IndicesOutOfRangeAreReportedAndTheDeviceStaysUsable) {
  const Tensor x = arange(10, TensorOptions(kFloat).device(kCUDA));
  const Tensor at = tensor({1, 12}, TensorOptions(kLong)).to(kCUDA);
  EXPECT_THROW(x.index_select(0, at).cpu(), IndexError);
  EXPECT_THROW(
      {
        embedding(ones({4, 2}, TensorOptions(kCUDA)), tensor({7}, TensorOptions(kLong)).to(kCUDA));
        cuda::synchronize();
      },
      IndexError);
  EXPECT_EQ((x + 1).sum().item<float>(), 55.0f);
}

TEST_F(CudaRuntime, ValuesThatMakeNoSenseAreReportedWithTheirOperator) {
  using testing::AllOf;
  using testing::HasSubstr;
  const auto there = [](const Tensor& t) { return t.to(kCUDA); };
  const Tensor inside = there(tensor({0.5f, 0.25f})), outside = there(tensor({0.5f, 1.5f}));
  const Tensor negative = there(tensor({-1.0f, 2.0f})), none = there(tensor({0.0f, NAN}));
  const Tensor few = there(tensor({0.0f, 1.0f})), empty_row = there(zeros({2, 2}));
  const auto loss = [](const Tensor& x, const Tensor& y, Reduction::Reduction reduction) {
    return binary_cross_entropy(x, y, {}, reduction);
  };
  struct Case {
    const char *op, *says;
    std::function<Tensor()> call;
  };
  const Case cases[] = {
      {"[binary_cross_entropy]", "input between 0 and 1, got 1.5",
       [&] { return loss(outside, inside, Reduction::Mean); }},
      {"[binary_cross_entropy]", "target between 0 and 1, got",
       [&] { return loss(inside, negative, Reduction::None); }},
      {"[binary_cross_entropy]", "input between 0 and 1, got nan",
       [&] { return loss(none, inside, Reduction::Sum); }},
      {"[bernoulli]", "probabilities in [0, 1], got 1.5", [&] { return outside.bernoulli(); }},
      {"[poisson]", "got -1", [&] { return poisson(negative); }},
      {"[multinomial]", "not negative, got -1", [&] { return negative.multinomial(1); }},
      {"[multinomial]", "not negative, got -1", [&] { return negative.multinomial(3, true); }},
      {"[multinomial]", "not negative, got nan", [&] { return none.multinomial(1); }},
      {"[multinomial]", "whose sum is positive, got 0",
       [&] { return empty_row.multinomial(1, true); }},
      {"[multinomial]", "positive probability for each sample", [&] { return few.multinomial(2); }},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.says);
    EXPECT_THAT([&] { c.call().cpu(); },
                testing::ThrowsMessage<ValueError>(AllOf(HasSubstr(c.op), HasSubstr(c.says))));
  }
  EXPECT_EQ((inside + 1).sum().item<float>(), 2.75f);
}

TEST_F(CudaRuntime, EveryOperatorThatFollowsIndicesReportsThem) {
  const Tensor x = ones({4, 3}, TensorOptions(kCUDA)), src = ones({1, 3}, TensorOptions(kCUDA));
  const auto at = [](std::initializer_list<int64_t> list) {
    return tensor(std::vector<int64_t>(list)).to(kCUDA);
  };
  const Tensor far = at({9}), row = at({0, 9, 0}).view({1, 3}), below = at({-9});
  const std::pair<const char*, std::function<Tensor()>> calls[] = {
      {"index", [&] { return x.index({far}); }},
      {"index, from the end", [&] { return x.index({below}); }},
      {"index_put", [&] { return x.index_put({far}, src); }},
      {"index_select", [&] { return x.index_select(1, far); }},
      {"index_add", [&] { return x.index_add(0, far, src); }},
      {"index_copy", [&] { return x.index_copy(0, far, src); }},
      {"index_fill", [&] { return x.index_fill(0, far, 2); }},
      {"take", [&] { return x.take(at({12})); }},
      {"put", [&] { return x.put(at({12}), at({1}).to(kFloat)); }},
      {"gather", [&] { return x.gather(0, row); }},
      {"scatter", [&] { return x.scatter(0, row, src); }},
      {"scatter of a number", [&] { return x.scatter(0, row, 2); }},
      {"scatter_add", [&] { return x.scatter_add(0, row, src); }},
      {"scatter_reduce", [&] { return x.scatter_reduce(0, row, src, "amax"); }},
      {"embedding", [&] { return embedding(x, far); }},
      {"embedding_bag",
       [&] {
         return std::get<0>(embedding_bag(x, at({0, 9}), at({0})));
       }},
      {"nll_loss",
       [&] {
         return nll_loss(x, at({0, 1, 2, 3}));
       }},
      {"nll_loss of a negative",
       [&] {
         return nll_loss(x, at({0, 1, 2, -1}));
       }},
      {"cross_entropy",
       [&] {
         return nn::functional::cross_entropy(x, at({0, 1, 2, 3}));
       }},
      {"multi_margin_loss",
       [&] {
         return nn::functional::multi_margin_loss(x, at({0, 1, 2, 3}));
       }},
      {"one_hot", [&] { return one_hot(at({5}), 3); }},
  };
  for (const auto& [name, call] : calls) {
    SCOPED_TRACE(name);
    EXPECT_THROW(call().cpu(), Error);
  }
  expect_same(x, ones({4, 3}));
}

TEST_F(CudaRuntime, WhenItWaitsForLaunchesTheirErrorsComeAtOnce) {
  const char* wish = std::getenv("HEARTH_CUDA_SYNC");
  if (!wish || std::string(wish) != "1") GTEST_SKIP() << "HEARTH_CUDA_SYNC is not 1";
  const Tensor x = ones({10}, TensorOptions(kCUDA));
  const Tensor at = tensor({1, 12}, TensorOptions(kLong)).to(kCUDA);
  EXPECT_THROW(x.index_select(0, at), IndexError);
  EXPECT_EQ((x + 1).sum().item<float>(), 20.0f);
  cuda::CUDAGraph graph;
  {
    const cuda::CUDAGraphGuard capture(graph);
    x.add_(1);
  }
  graph.replay();
  expect_same(x, full({10}, 2.0));
}

TEST_F(CudaRuntime, MemoryIsReusedAndCounted) {
  const size_t before = cuda::memory_allocated();
  {
    const Tensor x = empty({1 << 20}, TensorOptions(kFloat).device(kCUDA));
    EXPECT_GE(cuda::memory_allocated(), before + (4u << 20));
  }
  cuda::synchronize();
  EXPECT_EQ(cuda::memory_allocated(), before);
  cuda::empty_cache();
  EXPECT_THROW(empty({int64_t{1} << 50}, TensorOptions(kByte).device(kCUDA)), OutOfMemory);
  EXPECT_THROW(cuda::memory_stats(63), DeviceError);
  EXPECT_FALSE(cuda::get_device_name().empty());
}

TEST_F(CudaRuntime, PrintsWithItsDevice) {
  std::ostringstream text;
  text << ones({2}, TensorOptions(kCUDA));
  EXPECT_THAT(text.str(), testing::HasSubstr("CUDAFloatType{2}"));
}

TEST_F(CudaRuntime, SavesAndLoads) {
  std::stringstream file;
  const Tensor x = rand({3, 4}, TensorOptions(kCUDA));
  save(x, file);
  Tensor y;
  load(y, file);
  EXPECT_TRUE(y.cpu().equal(x.cpu()));
}

struct NetImpl : nn::Module {
  NetImpl()
      : conv(register_module("conv", nn::Conv2d(nn::Conv2dOptions(1, 8, 3).padding(1)))),
        norm(register_module("norm", nn::BatchNorm2d(8))),
        fc(register_module("fc", nn::Linear(8 * 4 * 4, 10))) {}
  Tensor forward(Tensor x) {
    x = max_pool2d(relu(norm(conv(x))), 2);
    return fc(x.flatten(1));
  }
  nn::Conv2d conv;
  nn::BatchNorm2d norm;
  nn::Linear fc;
};
HEARTH_MODULE(Net);

TEST_F(CudaRuntime, TrainsLikeTheCpu) {
  const auto train = [](Device device, bool adam) {
    manual_seed(3);
    Net net;
    const Tensor x = randn({32, 1, 8, 8}).to(kDouble);
    const Tensor y = randint(0, 10, {32}, TensorOptions(kLong));
    net->to(kDouble);
    net->to(device);
    optim::AdamW adamw(net->parameters(), optim::AdamWOptions(1e-3));
    optim::SGD sgd(net->parameters(), optim::SGDOptions(0.05).momentum(0.9));
    optim::Optimizer& optimizer = adam ? static_cast<optim::Optimizer&>(adamw) : sgd;
    std::vector<double> losses;
    for (int step = 0; step < 10; ++step) {
      optimizer.zero_grad();
      const Tensor loss = cross_entropy_loss(net(x.to(device)), y.to(device));
      loss.backward();
      optimizer.step();
      losses.push_back(loss.item<double>());
    }
    return losses;
  };
  for (const bool adam : {false, true}) {
    const auto want = train(kCPU, adam), got = train(kCUDA, adam);
    for (size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(got[i], want[i], 1e-7 * want[i]) << i;
    EXPECT_LT(got.back(), got.front());
  }
}

TEST_F(CudaRuntime, OptimizerStateFollowsItsParameters) {
  manual_seed(4);
  nn::Linear fc(3, 2);
  const auto step = [&](optim::AdamW& optimizer) {
    optimizer.zero_grad();
    fc(ones({1, 3}, TensorOptions(fc->weight.device()))).square().sum().backward();
    optimizer.step();
  };
  optim::AdamW on_cpu(fc->parameters(), optim::AdamWOptions(0.1));
  step(on_cpu);
  std::stringstream file;
  save(on_cpu, file);
  fc->to(kCUDA);
  optim::AdamW on_cuda(fc->parameters(), optim::AdamWOptions(0.1));
  load(on_cuda, file);
  step(on_cuda);
  EXPECT_TRUE(fc->weight.isfinite().all().item<bool>());
}

TEST_F(CudaRuntime, TransformersAndAutocast) {
  manual_seed(5);
  nn::TransformerEncoderLayer layer(
      nn::TransformerEncoderLayerOptions(64, 4).dim_feedforward(128).dropout(0));
  const Tensor x = randn({10, 3, 64});
  const Tensor want = layer(x);
  layer->to(kCUDA);
  expect_same(layer(x.to(kCUDA)), want, 1e-4);
  for (const ScalarType type : {kBFloat16, kHalf}) {
    Autocast autocast(kCUDA, type);
    const Tensor y = layer(x.to(kCUDA));
    EXPECT_TRUE(y.to(kFloat).cpu().allclose(want, 0.05, 0.05));
    y.to(kFloat).square().mean().backward();
  }
  for (const auto& p : layer->parameters()) EXPECT_TRUE(p.grad().isfinite().all().item<bool>());
}

}  // namespace
}  // namespace hearth::testing_cuda
