// SPDX-License-Identifier: Apache-2.0
// Captured work, replayed: the same bits as without a graph, memory of its own, and what a graph
// cannot repeat is refused.
#include "hearth/cuda/graph.h"

#include <functional>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>

#include "cuda/cuda_test.h"

namespace hearth::testing_cuda {
namespace {

namespace F = nn::functional;
using cuda::CUDAGraph;
using cuda::CUDAGraphGuard;
using testing::HasSubstr;

class CudaGraphs : public Cuda {
 protected:
  void SetUp() override {
    Cuda::SetUp();
    set_deterministic(true);
  }
  void TearDown() override { set_deterministic(false); }
  const TensorOptions there = TensorOptions(kCUDA);
};

/// What a training leaves behind.
struct Trained {
  std::vector<Tensor> tensors;
  std::vector<float> losses;
};

constexpr int kWarmUp = 2, kReplays = 5;

/// Steps on batches that differ, without a graph or with one from step kWarmUp on.
template <class Optimizer, class Options>
Trained train(nn::Sequential net, const Tensor& inputs, const Options& options, bool graphed) {
  net->to(kCUDA);
  Optimizer optimizer(net->parameters(), options);
  manual_seed(11);
  const Tensor x = zeros_like(inputs[0], TensorOptions(kCUDA));
  const Tensor y = zeros({inputs.size(1)}, TensorOptions(kLong).device(kCUDA));
  Tensor loss;
  const auto step = [&] {
    optimizer.zero_grad();
    loss = F::cross_entropy(net->forward(x), y);
    loss.backward();
    optimizer.step();
  };
  const auto next_batch = [&](int i) {
    x.copy_(inputs[i]);
    y.copy_(arange(inputs.size(1)).add(i).remainder(3));
  };
  Trained result;
  const cuda::CUDAStreamGuard stream(cuda::getStreamFromPool());
  for (int i = 0; i < kWarmUp; ++i) {
    next_batch(i);
    step();
    result.losses.push_back(loss.item<float>());
  }
  CUDAGraph graph;
  if (graphed) {
    const CUDAGraphGuard capture(graph);
    step();
  }
  for (int i = kWarmUp; i < kWarmUp + kReplays; ++i) {
    next_batch(i);
    graphed ? graph.replay() : step();
    result.losses.push_back(loss.item<float>());
  }
  for (const Tensor& p : net->parameters()) {
    result.tensors.push_back(p.detach().cpu());
    result.tensors.push_back(p.grad().cpu());
  }
  for (const Tensor& b : net->buffers()) result.tensors.push_back(b.cpu());
  // The generator stands where it would without a graph.
  result.tensors.push_back(rand({4}));
  return result;
}

template <class Optimizer, class Options>
void expect_same_training(nn::Sequential (*make)(), const Tensor& inputs, const Options& options) {
  const auto run = [&](bool graphed) {
    manual_seed(5);
    return train<Optimizer>(make(), inputs, options, graphed);
  };
  const Trained want = run(false), got = run(true);
  EXPECT_EQ(got.losses, want.losses);
  ASSERT_EQ(got.tensors.size(), want.tensors.size());
  for (size_t i = 0; i < want.tensors.size(); ++i)
    EXPECT_TRUE(got.tensors[i].equal(want.tensors[i])) << i;
}

nn::Sequential mlp() {
  return nn::Sequential(nn::Linear(6, 16), nn::GELU(), nn::Dropout(0.3), nn::Linear(16, 16),
                        nn::LayerNorm(nn::LayerNormOptions({16})), nn::Linear(16, 3));
}
nn::Sequential cnn() {
  return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(1, 4, 3).padding(1)), nn::BatchNorm2d(4),
                        nn::ReLU(nn::ReLUOptions(true)), nn::MaxPool2d(2), nn::Dropout2d(0.2),
                        nn::Conv2d(4, 4, 3), nn::Flatten(), nn::Dropout(0.4), nn::Linear(16, 3));
}
Tensor batches(std::vector<int64_t> sizes) {
  sizes.insert(sizes.begin(), kWarmUp + kReplays);
  int64_t n = 1;
  for (const int64_t s : sizes) n *= s;
  return (arange(n, TensorOptions(kFloat)).mul(0.37).sin() * 2).view(sizes);
}

TEST_F(CudaGraphs, TrainingAnMlpIsTheSameBitForBit) {
  expect_same_training<optim::AdamW>(mlp, batches({5, 6}),
                                     optim::AdamWOptions(0.01).capturable(true));
  expect_same_training<optim::SGD>(mlp, batches({5, 6}), optim::SGDOptions(0.1).momentum(0.9));
}

TEST_F(CudaGraphs, TrainingACnnIsTheSameBitForBit) {
  expect_same_training<optim::SGD>(cnn, batches({5, 1, 8, 8}),
                                   optim::SGDOptions(0.1).momentum(0.9));
  expect_same_training<optim::Adam>(cnn, batches({5, 1, 8, 8}),
                                    optim::AdamOptions(0.01).capturable(true));
}

TEST_F(CudaGraphs, RatesInMemoryAreReadByEachReplay) {
  const Tensor lr = full({}, 0.5, there), p = ones({3}, there).requires_grad_();
  optim::SGD sgd({p}, optim::SGDOptions(lr));
  p.mutable_grad() = ones({3}, there);
  CUDAGraph graph;
  {
    const CUDAGraphGuard capture(graph);
    sgd.step();
  }
  expect_same(p.detach(), ones({3}));
  graph.replay();
  expect_same(p.detach(), full({3}, 0.5));
  lr.fill_(0.25);
  graph.replay();
  expect_same(p.detach(), full({3}, 0.25));
}

TEST_F(CudaGraphs, NothingComputesDuringTheCapture) {
  const Tensor x = ones({3}, there);
  CUDAGraph graph;
  {
    const CUDAGraphGuard capture(graph);
    EXPECT_TRUE(cuda::is_current_stream_capturing());
    x.add_(1);
  }
  EXPECT_FALSE(cuda::is_current_stream_capturing());
  expect_same(x, ones({3}));
  graph.replay();
  graph.replay();
  expect_same(x, full({3}, 3.0));
}

TEST_F(CudaGraphs, RandomNumbersGoOnWithTheGenerator) {
  Tensor uniform, normals;
  CUDAGraph graph;
  {
    const CUDAGraphGuard capture(graph);
    uniform = rand({10}, there);
    normals = randn({3, 3}, there);
  }
  for (int round = 0; round < 2; ++round) {
    manual_seed(9);
    const Tensor u1 = rand({10}), n1 = randn({3, 3}), u2 = rand({10}), n2 = randn({3, 3});
    const uint64_t offset = default_generator().get_offset();
    manual_seed(9);
    graph.replay();
    expect_same(uniform, u1);
    expect_same(normals, n1, 1e-6);
    graph.replay();
    expect_same(uniform, u2);
    expect_same(normals, n2, 1e-6);
    EXPECT_EQ(default_generator().get_offset(), offset);
  }
}

TEST_F(CudaGraphs, ChoicesAndCountsGoOnWithTheGenerator) {
  const Tensor weights = tensor({{1.0, 0.0, 3.0, 2.0, 0.5}, {2.0, 2.0, 0.0, 1.0, 1.0}});
  const Tensor rates = tensor({0.5, 3.0, 40.0}), trials = tensor({3.0, 50.0, 200.0});
  const Tensor chances = tensor({0.5, 0.1, 0.9});
  const auto draw = [](const Tensor& w, const Tensor& r, const Tensor& t, const Tensor& c) {
    return std::vector<Tensor>{randperm(2500, TensorOptions(kLong).device(w.device())),
                               w.multinomial(3),
                               w.multinomial(70, true),
                               w[0].multinomial(1),
                               poisson(r),
                               binomial(t, c),
                               _standard_gamma(r)};
  };
  const std::vector<Tensor> in = to(kCUDA, {weights, rates, trials, chances});
  std::vector<Tensor> drawn;
  CUDAGraph graph;
  {
    const CUDAGraphGuard capture(graph);
    drawn = draw(in[0], in[1], in[2], in[3]);
  }
  manual_seed(12);
  std::vector<std::vector<Tensor>> want;
  for (int round = 0; round < 3; ++round) want.push_back(draw(weights, rates, trials, chances));
  EXPECT_FALSE(want[0][0].equal(want[1][0]));
  manual_seed(12);
  for (int round = 0; round < 3; ++round) {
    graph.replay();
    for (size_t i = 0; i < drawn.size(); ++i) expect_same(drawn[i], want[round][i], 1e-6);
  }
}

TEST_F(CudaGraphs, OtherGeneratorsAreRegistered) {
  Generator mine(3);
  Tensor x = zeros({8}, there);
  CUDAGraph graph;
  graph.register_generator_state(mine);
  {
    const CUDAGraphGuard capture(graph);
    x.uniform_(0, 1, mine);
  }
  EXPECT_EQ(mine.get_offset(), 0u);
  EXPECT_EQ(mine.current_seed(), 3u);
  graph.replay();
  EXPECT_EQ(mine.get_offset(), 2u);
  expect_same(x, zeros({8}).uniform_(0, 1, Generator(3)));
}

TEST_F(CudaGraphs, PinnedMemoryIsReadByEachReplay) {
  const Tensor from = ones({5}).pin_memory(), to = zeros({5}, there);
  const Tensor back = zeros({5}, TensorOptions().pinned_memory(true));
  CUDAGraph graph;
  {
    const CUDAGraphGuard capture(graph);
    to.copy_(from, /*non_blocking=*/true);
    back.copy_(to * 2, /*non_blocking=*/true);
  }
  from.fill_(4);
  graph.replay();
  cuda::synchronize();
  EXPECT_TRUE(back.equal(full({5}, 8.0f)));
}

TEST_F(CudaGraphs, ConstantsOfTheHostStay) {
  Tensor y;
  CUDAGraph graph;
  {
    const CUDAGraphGuard capture(graph);
    y = tensor({1.0f, 2.0f, 3.0f}, there) * 2;
  }
  graph.replay();
  expect_same(y, tensor({2.0f, 4.0f, 6.0f}));
}

TEST_F(CudaGraphs, CallsOfLibrariesAreCaptured) {
  const Tensor x = batches({4, 4})[0].to(kCUDA), w = batches({2, 1, 3, 3})[1].to(kCUDA);
  const auto work = [&] {
    const Tensor square = x.matmul(x.t()) + 5 * eye(4, there);
    return std::vector<Tensor>{fft_fft(x), F::conv2d(x.view({1, 1, 4, 4}), w),
                               std::get<0>(linalg_cholesky_ex(square)), square.softmax(0)};
  };
  work();
  std::vector<Tensor> got;
  CUDAGraph graph;
  {
    const CUDAGraphGuard capture(graph);
    got = work();
  }
  for (const double factor : {0.5, 1.5}) {
    x.mul_(factor);
    graph.replay();
    const std::vector<Tensor> want = work();
    for (size_t i = 0; i < want.size(); ++i) EXPECT_TRUE(got[i].equal(want[i])) << i;
  }
}

// Handles and plans that a thread has not made before take memory of the device, and a graph needs
// them after the thread.
TEST_F(CudaGraphs, LibrariesMayBeUsedFirstInACapture) {
  const Tensor x = batches({9, 9})[0].to(kCUDA), w = batches({2, 1, 3, 3})[1].to(kCUDA);
  const auto work = [&] {
    const Tensor square = x.matmul(x.t()) + 5 * eye(9, there);
    return std::vector<Tensor>{fft_fft(x), F::conv2d(x.view({1, 1, 9, 9}), w),
                               std::get<0>(linalg_cholesky_ex(square))};
  };
  std::vector<Tensor> got;
  CUDAGraph graph;
  std::thread([&] {
    const CUDAGraphGuard capture(graph);
    got = work();
  }).join();
  graph.replay();
  const std::vector<Tensor> want = work();
  for (size_t i = 0; i < want.size(); ++i) EXPECT_TRUE(got[i].equal(want[i])) << i;
}

TEST_F(CudaGraphs, StreamsThatForkAndJoinAreCaptured) {
  const Tensor x = ones({100}, there);
  Tensor sum;
  CUDAGraph graph;
  {
    const CUDAGraphGuard capture(graph);
    const cuda::CUDAStream main = cuda::getCurrentCUDAStream(), side = cuda::getStreamFromPool();
    cuda::CUDAEvent forked, joined;
    forked.record(main);
    Tensor a;
    {
      const cuda::CUDAStreamGuard guard(side);
      forked.block(side);
      a = x * 3;
      joined.record(side);
    }
    const Tensor b = x + 1;
    joined.block(main);
    sum = a + b;
  }
  x.fill_(2);
  graph.replay();
  expect_same(sum, full({100}, 9.0));
}

TEST_F(CudaGraphs, MemoryIsKeptApartAndComesBack) {
  cuda::synchronize();
  cuda::empty_cache();
  const size_t before = cuda::memory_reserved();
  {
    Tensor y;
    CUDAGraph graph;
    {
      const CUDAGraphGuard capture(graph);
      const Tensor x = full({1 << 20}, 2.0, there);
      y = x * 3;
    }
    EXPECT_GT(cuda::memory_reserved(), before);
    // What was freed while it was captured is written by replays, so nobody else gets it.
    std::vector<Tensor> others;
    for (int i = 0; i < 4; ++i) others.push_back(full({1 << 20}, 7.0, there));
    graph.replay();
    for (const Tensor& other : others) expect_same(other, full({1 << 20}, 7.0));
    expect_same(y, full({1 << 20}, 6.0));
  }
  cuda::synchronize();
  cuda::empty_cache();
  EXPECT_EQ(cuda::memory_reserved(), before);
}

TEST_F(CudaGraphs, GraphsMayShareMemory) {
  const auto pool = cuda::graph_pool_handle();
  const auto work = [&] { return (ones({1 << 20}, there) * 2 + 1).sum(); };
  CUDAGraph first, second, third;
  Tensor a, b;
  {
    const CUDAGraphGuard capture(first, pool);
    a = work();
  }
  EXPECT_EQ(first.pool(), pool);
  const size_t reserved = cuda::memory_reserved();
  {
    const CUDAGraphGuard capture(second, first.pool());
    b = work();
  }
  // All but what counts its random numbers.
  EXPECT_LT(cuda::memory_reserved(), reserved + (4u << 20));
  first.replay();
  second.replay();
  expect_same(a + b, full({}, 6.0 * (1 << 20)));
  EXPECT_THROW(third.pool(), ValueError);
}

/// The message of the Error that f throws while it is captured.
template <class F>
std::string refused(const F& f) {
  CUDAGraph graph;
  std::string message;
  try {
    const CUDAGraphGuard capture(graph);
    f();
  } catch (const Error& e) {
    message = e.what();
  }
  EXPECT_FALSE(cuda::is_current_stream_capturing());
  // Nothing is left of it: the next one works.
  const Tensor x = ones({2}, TensorOptions(kCUDA));
  CUDAGraph again;
  {
    const CUDAGraphGuard capture(again);
    x.add_(1);
  }
  again.replay();
  expect_same(x, full({2}, 2.0));
  EXPECT_THROW(graph.replay(), ValueError);
  return message;
}

TEST_F(CudaGraphs, WhatAGraphCannotRepeatIsRefused) {
  const Tensor x = ones({4}, there), host = ones({4}), one = ones({1}, there);
  const Tensor p = ones({2}, there).requires_grad_();
  p.mutable_grad() = ones({2}, there);
  optim::Adam uncounted({p}, optim::AdamOptions(0.1));
  optim::Adam fresh({p}, optim::AdamOptions(0.1).capturable(true));
  optim::Adagrad counting({p}, optim::AdagradOptions(0.1));
  std::ostringstream out;
  Generator stranger(1);
  const std::pair<const char*, std::function<void()>> calls[] = {
      {"[item]", [&] { one.item<float>(); }},
      {"[operator<<]", [&] { out << x; }},
      {"[nonzero]", [&] { x.nonzero(); }},
      {"[masked_select]", [&] { x.masked_select(x > 0); }},
      {"[equal]", [&] { x.equal(x); }},
      {"[to]", [&] { host.to(kCUDA); }},
      {"[copy_]", [&] { x.copy_(host); }},
      {"[copy to the host]", [&] { x.cpu(); }},
      {"[synchronize]", [&] { cuda::synchronize(); }},
      {"[query]", [&] { cuda::getCurrentCUDAStream().query(); }},
      {"[synchronize]", [&] { cuda::getCurrentCUDAStream().synchronize(); }},
      {"[random_]", [&] { rand({3}); }},
      {"[random_]", [&] { x.uniform_(0, 1, stranger); }},
      {"[random_]",
       [&] {
         manual_seed(1);
         x.uniform_();
       }},
      {"[Adam] a step in a CUDA graph wants capturable", [&] { uncounted.step(); }},
      {"[Adam] expected a step before", [&] { fresh.step(); }},
      {"[Adagrad] counts its steps", [&] { counting.step(); }},
  };
  for (const auto& [name, call] : calls) EXPECT_THAT(refused(call), HasSubstr(name));
}

TEST_F(CudaGraphs, RefusedReadsNameTheLine) {
  const Tensor x = ones({1}, there);
  const int line = __LINE__ + 1;
  EXPECT_THAT(refused([&] { x.item(); }), HasSubstr(cat_str(__FILE__, ":", line)));
}

TEST_F(CudaGraphs, AddressesMayBeRead) {
  const Tensor x = ones({1}, there);
  CUDAGraph graph;
  const CUDAGraphGuard capture(graph);
  EXPECT_NE(x.data_ptr(), nullptr);
}

TEST_F(CudaGraphs, CallsInTheWrongOrderSayWhatIsExpected) {
  CUDAGraph graph;
  EXPECT_THROW(graph.replay(), ValueError);
  EXPECT_THROW(graph.capture_end(), ValueError);
  EXPECT_THROW(graph.instantiate(), ValueError);
  EXPECT_THROW(graph.capture_begin(), DeviceError);  // on the default stream
  {
    const cuda::CUDAStreamGuard stream(cuda::getStreamFromPool());
    graph.capture_begin();
    CUDAGraph inner;
    EXPECT_THROW(inner.capture_begin(), DeviceError);
    EXPECT_THROW(graph.capture_begin(), ValueError);
    graph.capture_end();
    EXPECT_THROW(graph.capture_begin(), ValueError);
    EXPECT_THROW(graph.debug_dump("/nonexistent"), ValueError);
    graph.replay();
    graph.reset();
    EXPECT_THROW(graph.replay(), ValueError);
    graph.capture_begin();
    // Destroyed in the midst of a capture.
  }
}

TEST_F(CudaGraphs, AForgottenJoinIsReported) {
  const Tensor x = ones({4}, there);
  const cuda::CUDAStream side = cuda::getStreamFromPool();
  EXPECT_THAT(refused([&] {
                cuda::CUDAEvent forked;
                forked.record();
                const cuda::CUDAStreamGuard guard(side);
                forked.block(side);
                x.add_(1);
              }),
              HasSubstr("must be joined"));
  expect_same(x + 1, full({4}, 2.0));
}

}  // namespace
}  // namespace hearth::testing_cuda
