// SPDX-License-Identifier: Apache-2.0
// Streams, events, pinned memory, and memory that several streams use.
#include <set>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>

#include "cuda/cuda_test.h"

namespace hearth::testing_cuda {
namespace {

using namespace cuda;
using testing::HasSubstr;

class CudaStreams : public Cuda {
 protected:
  const TensorOptions there = TensorOptions(kCUDA);
};

/// Takes the device some time, so that what does not wait for it comes too early.
Tensor slowly(Tensor x) {
  const Tensor one = ones_like(x);
  for (int i = 0; i < 50; ++i) x = x * one;
  return x;
}

TEST_F(CudaStreams, TheCurrentStreamBelongsToAThread) {
  const CUDAStream usual = getDefaultCUDAStream(), other = getStreamFromPool();
  EXPECT_EQ(getCurrentCUDAStream(), usual);
  EXPECT_FALSE(other == usual);
  setCurrentCUDAStream(other);
  EXPECT_EQ(getCurrentCUDAStream(), other);
  std::thread([&] {
    EXPECT_EQ(getCurrentCUDAStream(), usual);
    setCurrentCUDAStream(getStreamFromPool());
  }).join();
  EXPECT_EQ(getCurrentCUDAStream(), other);
  setCurrentCUDAStream(usual);
}

TEST_F(CudaStreams, GuardsRestoreWhatWasCurrent) {
  const CUDAStream usual = getCurrentCUDAStream(), a = getStreamFromPool(), b = getStreamFromPool();
  {
    CUDAStreamGuard outer(a);
    EXPECT_EQ(getCurrentCUDAStream(), a);
    EXPECT_EQ(outer.original_stream(), usual);
    {
      CUDAStreamGuard inner(b);
      EXPECT_EQ(getCurrentCUDAStream(), b);
      EXPECT_EQ(inner.original_stream(), a);
      inner.reset_stream(usual);
      EXPECT_EQ(getCurrentCUDAStream(), usual);
      EXPECT_EQ(inner.current_stream(), usual);
    }
    EXPECT_EQ(getCurrentCUDAStream(), a);
    OptionalCUDAStreamGuard perhaps;
    EXPECT_EQ(getCurrentCUDAStream(), a);
    perhaps.reset_stream(b);
    EXPECT_EQ(getCurrentCUDAStream(), b);
    perhaps.reset();
    EXPECT_EQ(getCurrentCUDAStream(), a);
  }
  EXPECT_EQ(getCurrentCUDAStream(), usual);
  EXPECT_EQ(current_device(), 0);
}

TEST_F(CudaStreams, PoolsHandOutTheirStreamsInTurn) {
  const CUDAStream first = getStreamFromPool();
  std::set<StreamId> seen{first.id()};
  for (int i = 1; i < 32; ++i) seen.insert(getStreamFromPool().id());
  EXPECT_EQ(seen.size(), 32u);
  EXPECT_EQ(getStreamFromPool(), first);
  EXPECT_EQ(first.priority(), 0);
  EXPECT_EQ(getStreamFromPool(-2).priority(), -2);
  EXPECT_EQ(getStreamFromPool(true).priority(), std::get<1>(CUDAStream::priority_range()));
  EXPECT_EQ(getStreamFromExternal(first.stream(), 0), first);
  EXPECT_EQ(first.device(), Device("cuda:0"));
  std::ostringstream out;
  out << first;
  EXPECT_THAT(out.str(), HasSubstr("on device cuda:0"));
  EXPECT_THROW(getStreamFromPool(false, 100), DeviceError);
}

TEST_F(CudaStreams, EventsOrderStreams) {
  const CUDAStream a = getStreamFromPool(), b = getStreamFromPool();
  CUDAEvent written;
  EXPECT_FALSE(written.isCreated());
  EXPECT_TRUE(written.query());
  Tensor x, y;
  {
    const CUDAStreamGuard guard(a);
    x = slowly(full({100000}, 3.0, there));
    written.record();
  }
  EXPECT_TRUE(written.isCreated());
  {
    const CUDAStreamGuard guard(b);
    written.block(b);
    y = x + 1;
    expect_same(y, full({100000}, 4.0));
  }
  EXPECT_TRUE(written.query());
  written.synchronize();
  a.synchronize();
  EXPECT_TRUE(a.query());
}

TEST_F(CudaStreams, EventsTakeTheTime) {
  CUDAEvent begin(kEventDefault), end(kEventDefault), untimed;
  EXPECT_THROW(begin.elapsed_time(end), ValueError);
  begin.record();
  slowly(ones({100000}, there));
  end.recordOnce(getCurrentCUDAStream());
  untimed.record();
  EXPECT_THROW(begin.elapsed_time(untimed), ValueError);
  end.synchronize();
  EXPECT_GT(begin.elapsed_time(end), 0);
  CUDAEvent moved = std::move(begin);
  EXPECT_TRUE(moved.isCreated());
}

/// Frees memory of stream a while stream b still has to read it, then writes to what a hands out
/// next.
void reuse_early(const CUDAStream& a, const CUDAStream& b, bool by_record, Tensor* read) {
  CUDAEvent written;
  Tensor x;
  {
    const CUDAStreamGuard guard(a);
    x = full({100000}, 3.0, TensorOptions(kCUDA));
    written.record();
  }
  {
    const CUDAStreamGuard guard(b);
    written.block(b);
    slowly(ones({100000}, TensorOptions(kCUDA)));
    if (by_record) x.record_stream(b);
    *read = x * 2;
  }
  x.reset();
  const CUDAStreamGuard guard(a);
  for (int i = 0; i < 4; ++i) full({100000}, 7.0, TensorOptions(kCUDA));
  a.synchronize();
}

TEST_F(CudaStreams, MemoryIsNotReusedBeforeOtherStreamsAreDone) {
  const CUDAStream a = getStreamFromPool(), b = getStreamFromPool();
  for (const bool by_record : {false, true}) {
    Tensor read;
    reuse_early(a, b, by_record, &read);
    const CUDAStreamGuard guard(b);
    expect_same(read, full({100000}, 6.0));
  }
  EXPECT_THROW(ones({2}).record_stream(a), DeviceError);
}

TEST_F(CudaStreams, MemoryThatOtherStreamsUsedComesBack) {
  const CUDAStream a = getStreamFromPool(), b = getStreamFromPool();
  synchronize();
  const size_t before = cuda::memory_allocated();
  for (int i = 0; i < 3; ++i) {
    Tensor read;
    reuse_early(a, b, true, &read);
  }
  synchronize();
  cuda::empty_cache();
  EXPECT_EQ(cuda::memory_allocated(), before);
}

TEST_F(CudaStreams, AResultWrittenOnAnotherStreamKeepsItsMemory) {
  const CUDAStream a = getStreamFromPool(), b = getStreamFromPool();
  CUDAEvent made;
  Tensor out, seen;
  {
    const CUDAStreamGuard guard(a);
    out = zeros({1000}, there);
    made.record();
  }
  {
    const CUDAStreamGuard guard(b);
    made.block(b);
    out.add_(5);
    seen = out.detach() + 0;
  }
  out.reset();
  {
    const CUDAStreamGuard guard(a);
    full({1000}, 9.0, there);
    a.synchronize();
  }
  const CUDAStreamGuard guard(b);
  expect_same(seen, full({1000}, 5.0));
}

TEST_F(CudaStreams, TrainingOnAStreamGivesTheSame) {
  const auto train = [&](std::optional<CUDAStream> stream) {
    hearth::manual_seed(3);
    nn::Sequential net(nn::Linear(8, 16), nn::ReLU(), nn::Dropout(0.2), nn::Linear(16, 3));
    net->to(kCUDA);
    const Tensor x = randn({32, 8}).to(kCUDA), y = randint(0, 3, {32}).to(kCUDA);
    synchronize();
    const OptionalCUDAStreamGuard guard(stream);
    optim::Adam adam(net->parameters(), 0.01);
    for (int i = 0; i < 5; ++i) {
      adam.zero_grad();
      nn::functional::cross_entropy(net->forward(x), y).backward();
      adam.step();
    }
    return nn::utils::parameters_to_vector(net->parameters()).cpu();
  };
  const Tensor want = train(std::nullopt);
  EXPECT_TRUE(train(getStreamFromPool()).equal(want));
}

TEST_F(CudaStreams, ThreadsHaveStreamsOfTheirOwn) {
  std::vector<Tensor> sums(4);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < sums.size(); ++i)
    threads.emplace_back([&, i] {
      const CUDAStreamGuard guard(getStreamFromPool());
      const NoGradGuard no_grad;
      Tensor x = full({1000}, static_cast<double>(i), there);
      for (int k = 0; k < 20; ++k) x = x + 1;
      sums[i] = x.sum().cpu();
    });
  for (std::thread& t : threads) t.join();
  for (size_t i = 0; i < sums.size(); ++i)
    EXPECT_EQ(sums[i].item<double>(), 1000.0 * (static_cast<double>(i) + 20));
}

class CudaPinned : public CudaStreams {};

TEST_F(CudaPinned, TensorsSayWhetherTheyArePinned) {
  const Tensor x = rand({10, 20});
  EXPECT_FALSE(x.is_pinned());
  const Tensor pinned = x.pin_memory();
  EXPECT_TRUE(pinned.is_pinned());
  EXPECT_TRUE(pinned.equal(x));
  EXPECT_TRUE(pinned.pin_memory().is_same(pinned));
  EXPECT_TRUE(pinned[3].is_pinned());
  EXPECT_TRUE(x.t().pin_memory().equal(x.t()));
  const auto options = TensorOptions().pinned_memory(true);
  for (const Tensor& t : {empty({3}, options), zeros({3}, options), arange(3, options),
                          rand({3}, options), zeros_like(x, options)})
    EXPECT_TRUE(t.is_pinned());
  EXPECT_TRUE(zeros({3}, options).equal(zeros({3})));
  EXPECT_FALSE(empty({0}).pin_memory().is_pinned());
  EXPECT_FALSE(x.cuda().is_pinned());
  EXPECT_THROW(x.cuda().pin_memory(), Error);
  EXPECT_THROW(empty({3}, options.device(kCUDA)), Error);
}

TEST_F(CudaPinned, BlockingCopiesLeaveTheSourceFree) {
  const Tensor source = full({100000}, 1.0).pin_memory();
  const Tensor copy = source.to(kCUDA);
  source.fill_(2);
  expect_same(copy, full({100000}, 1.0));
}

TEST_F(CudaPinned, CopiesThatNobodyWaitsForArriveInOrder) {
  Tensor source = full({100000}, 1.0).pin_memory();
  const Tensor copy = source.to(kCUDA, /*non_blocking=*/true);
  const Tensor sum = copy + 1;
  const Tensor back = sum.to(kCPU, kFloat, /*non_blocking=*/true);
  EXPECT_TRUE(back.is_pinned());
  Tensor into = zeros({100000}, TensorOptions().pinned_memory(true));
  into.copy_(sum, /*non_blocking=*/true);
  synchronize();
  EXPECT_TRUE(back.equal(full({100000}, 2.0)));
  EXPECT_TRUE(into.equal(back));
  // Into memory that is not pinned, they are done at once.
  Tensor pageable = zeros({100000});
  pageable.copy_(sum, /*non_blocking=*/true);
  EXPECT_TRUE(pageable.equal(back));
}

TEST_F(CudaPinned, BlocksAreReusedWhenTheirCopiesAreDone) {
  std::vector<Tensor> copies;
  for (int i = 0; i < 8; ++i) {
    // Freed at once, and the next one has its size.
    const Tensor source = full({100000}, static_cast<double>(i)).pin_memory();
    copies.push_back(source.to(kCUDA, /*non_blocking=*/true));
  }
  for (int i = 0; i < 8; ++i)
    expect_same(copies[static_cast<size_t>(i)], full({100000}, static_cast<double>(i)));
}

TEST_F(CudaPinned, GradientsPass) {
  const Tensor x = rand({5}).requires_grad_();
  (x.pin_memory().to(kCUDA, true) * 2).sum().backward();
  EXPECT_TRUE(x.grad().equal(full({5}, 2.0)));
}

class CudaDevices : public CudaStreams {
 protected:
  void SetUp() override {
    CudaStreams::SetUp();
    if (!IsSkipped() && device_count() < 2) GTEST_SKIP() << "one CUDA device only";
  }
};

TEST_F(CudaDevices, TheCurrentDeviceIsWhereNewTensorsGo) {
  EXPECT_EQ(empty({2}, there).device(), Device("cuda:0"));
  {
    const CUDAGuard guard(1);
    EXPECT_EQ(current_device(), 1);
    EXPECT_EQ(guard.original_device(), Device("cuda:0"));
    EXPECT_EQ(empty({2}, there).device(), Device("cuda:1"));
    EXPECT_EQ(ones({2}).cuda().device(), Device("cuda:1"));
    EXPECT_EQ(getCurrentCUDAStream().device(), Device("cuda:1"));
    std::thread([] { EXPECT_EQ(current_device(), 0); }).join();
  }
  EXPECT_EQ(current_device(), 0);
  OptionalCUDAGuard perhaps;
  perhaps.set_index(1);
  EXPECT_EQ(current_device(), 1);
  perhaps.reset();
  EXPECT_EQ(current_device(), 0);
  EXPECT_THROW(set_device(100), DeviceError);
}

TEST_F(CudaDevices, AStreamBringsItsDevice) {
  const CUDAStream s = getStreamFromPool(false, 1);
  const CUDAStreamGuard guard(s);
  EXPECT_EQ(current_device(), 1);
  EXPECT_EQ(getCurrentCUDAStream(1), s);
  EXPECT_EQ(getCurrentCUDAStream(0), getDefaultCUDAStream(0));
  EXPECT_EQ(zeros({1}, there).device(), Device("cuda:1"));
}

TEST_F(CudaDevices, OnlyStreamsOfItsOwnUseATensor) {
  const Tensor x = ones({3}, Device(kCUDA, 0));
  EXPECT_THAT([&] { x.record_stream(cuda::getStreamFromPool(false, 1)); },
              testing::ThrowsMessage<DeviceError>(
                  HasSubstr("[record_stream] expected a stream of cuda:0, got one of cuda:1")));
  x.record_stream(cuda::getStreamFromPool(false, 0));
}

TEST_F(CudaDevices, CopiesBetweenThemWaitForBoth) {
  const Tensor x = slowly(full({100000}, 3.0, Device("cuda:0")));
  Tensor y = x.to(Device("cuda:1"));
  const Tensor z = (y + 1).to(Device("cuda:0"));
  y.reset();
  EXPECT_TRUE(z.cpu().equal(full({100000}, 4.0)));
  EXPECT_THROW(x + ones({100000}, Device("cuda:1")), DeviceError);
  CUDAEvent event;
  event.record(getCurrentCUDAStream(0));
  EXPECT_THROW(event.record(getCurrentCUDAStream(1)), DeviceError);
}

}  // namespace
}  // namespace hearth::testing_cuda
