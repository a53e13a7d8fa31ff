// SPDX-License-Identifier: Apache-2.0
// The device's memory, counted, kept, limited and given back; and what a device is.
#include "hearth/cuda/memory.h"

#include <cstdlib>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>

#include "cuda/cuda_test.h"

namespace hearth::testing_cuda {
namespace {

using testing::HasSubstr;

constexpr int64_t kMiB = int64_t{1} << 20;

class CudaMemory : public Cuda {
 protected:
  void SetUp() override {
    Cuda::SetUp();
    if (IsSkipped()) return;
    cuda::synchronize();
    cuda::empty_cache();
  }
  void TearDown() override {
    if (cuda::is_available()) cuda::set_per_process_memory_fraction(1);
  }
  static Tensor bytes(int64_t n) { return empty({n}, TensorOptions(kByte).device(kCUDA)); }
  /// Whether freed memory is kept, which tests of the kernels switch off.
  static bool keeps() {
    const char* wish = std::getenv("HEARTH_CUDA_CACHE");
    return !wish || std::string(wish) != "0";
  }
  /// Lets the program have this much more.
  static void allow(int64_t more) {
    const auto total = static_cast<double>(cuda::mem_get_info().second);
    cuda::set_per_process_memory_fraction(
        static_cast<double>(static_cast<int64_t>(cuda::memory_reserved()) + more) / total);
  }
};

TEST_F(CudaMemory, CountsWhatTensorsHold) {
  const size_t before = cuda::memory_allocated();
  cuda::reset_peak_memory_stats();
  {
    const Tensor x = bytes(3 * kMiB + 1);
    const cuda::DeviceStats stats = cuda::memory_stats();
    EXPECT_GE(cuda::memory_allocated(), before + 3 * kMiB + 1);
    EXPECT_GE(stats.requested_bytes.large.current, 3 * kMiB + 1);
    EXPECT_LE(stats.requested_bytes.all.current, stats.allocated_bytes.all.current);
    EXPECT_LE(cuda::memory_allocated(), cuda::memory_reserved());
  }
  EXPECT_EQ(cuda::memory_allocated(), before);
  EXPECT_GE(cuda::max_memory_allocated(), before + 3 * kMiB);
  EXPECT_GE(cuda::max_memory_reserved(), cuda::max_memory_allocated());
  cuda::reset_peak_memory_stats();
  EXPECT_EQ(cuda::max_memory_allocated(), before);
  cuda::reset_accumulated_memory_stats();
  EXPECT_EQ(cuda::memory_stats().allocation.all.freed, 0);
  bytes(100);
  EXPECT_EQ(cuda::memory_stats().allocation.small.allocated, 1);
  EXPECT_EQ(cuda::memory_stats().allocation.small.freed, 1);
}

TEST_F(CudaMemory, KeepsWhatWasFreedUntilAsked) {
  if (!keeps()) GTEST_SKIP() << "HEARTH_CUDA_CACHE=0";
  const size_t before = cuda::memory_reserved();
  void* where = nullptr;
  {
    const Tensor x = bytes(32 * kMiB);
    where = x.data_ptr();
  }
  EXPECT_EQ(cuda::memory_reserved(), before + 32 * kMiB);
  EXPECT_EQ(bytes(32 * kMiB).data_ptr(), where);
  cuda::empty_cache();
  EXPECT_EQ(cuda::memory_reserved(), before);
}

TEST_F(CudaMemory, WithoutACacheNothingIsKept) {
  if (keeps()) GTEST_SKIP() << "HEARTH_CUDA_CACHE is not 0";
  const size_t before = cuda::memory_reserved();
  bytes(32 * kMiB);
  EXPECT_EQ(cuda::memory_reserved(), before);
}

TEST_F(CudaMemory, ShortOfMemoryItGivesBackWhatItKeeps) {
  if (!keeps()) GTEST_SKIP() << "HEARTH_CUDA_CACHE=0";
  cuda::reset_accumulated_memory_stats();
  allow(64 * kMiB);
  bytes(40 * kMiB);
  const Tensor x = bytes(60 * kMiB);
  EXPECT_EQ(cuda::memory_stats().num_alloc_retries, 1);
  EXPECT_EQ(cuda::memory_stats().num_ooms, 0);
}

TEST_F(CudaMemory, OutOfMemorySaysWhoWantedWhat) {
  cuda::reset_accumulated_memory_stats();
  allow(64 * kMiB);
  const Tensor x = ones({8 * kMiB}, TensorOptions(kFloat).device(kCUDA));
  std::string message;
  try {
    x + 1;
    x + 1;
    const Tensor kept = x.expand({4, 8 * kMiB}) + 1;
  } catch (const OutOfMemory& e) {
    message = e.what();
  }
  EXPECT_THAT(message, HasSubstr("[add] could not allocate 128.00 MiB on cuda:0: "));
  EXPECT_THAT(message, HasSubstr(" are free; this program holds "));
  EXPECT_THAT(message, HasSubstr(", of which tensors take "));
  EXPECT_THAT(message, HasSubstr("and may hold "));
  EXPECT_THAT(message, HasSubstr("sizes of inputs: [4, 8388608]"));
  EXPECT_EQ(cuda::memory_stats().num_ooms, 1);
  // Nothing is lost by it.
  expect_same(x.slice(0, 0, 3) + 1, full({3}, 2.0));
  EXPECT_THROW(bytes(int64_t{1} << 50), OutOfMemory);
}

// Those of libraries belong to threads, and hold memory that no tensor counts.
TEST_F(CudaMemory, ThreadsInTurnShareHandles) {
  const Tensor x = rand({1, 2, 5, 5}).to(kCUDA), w = rand({3, 2, 3, 3}).to(kCUDA),
               square = rand({4, 4}).to(kCUDA);
  const auto work = [&] {
    std::thread([&] {
      conv2d(x, w);
      std::get<0>(linalg_cholesky_ex(square.matmul(square.t())));
      inverse(square);
      cuda::synchronize();
    }).join();
    cuda::empty_cache();
    return cuda::mem_get_info().first;
  };
  work();  // what is kept for good
  const size_t free = work();
  EXPECT_EQ(work(), free);
  EXPECT_EQ(work(), free);
}

TEST_F(CudaMemory, FractionsAreLimits) {
  EXPECT_EQ(cuda::get_per_process_memory_fraction(), 1.0);
  cuda::set_per_process_memory_fraction(0.5);
  EXPECT_NEAR(cuda::get_per_process_memory_fraction(), 0.5, 1e-6);
  for (const double wrong : {-0.1, 1.1, std::nan("")})
    EXPECT_THROW(cuda::set_per_process_memory_fraction(wrong), ValueError);
  cuda::set_per_process_memory_fraction(0);
  EXPECT_THROW(bytes(64 * kMiB), OutOfMemory);
}

TEST_F(CudaMemory, SummariesAreTables) {
  const Tensor x = bytes(2 * kMiB);
  for (const bool abbreviated : {false, true}) {
    std::istringstream text(cuda::memory_summary(-1, abbreviated));
    int lines = 0;
    for (std::string line; std::getline(text, line); ++lines) EXPECT_EQ(line.size(), 80u) << line;
    EXPECT_EQ(lines, abbreviated ? 24 : 42);
  }
  EXPECT_THAT(cuda::memory_summary(), HasSubstr("Memory of cuda:0"));
  EXPECT_THAT(cuda::memory_summary(), HasSubstr("Allocated memory"));
}

TEST_F(CudaMemory, DevicesAreDescribed) {
  const cuda::DeviceProperties p = cuda::get_device_properties();
  EXPECT_FALSE(p.name.empty());
  EXPECT_EQ(p.name, cuda::get_device_name());
  EXPECT_EQ(p.name, cuda::get_device_name(0));
  EXPECT_EQ(cuda::get_device_capability(), std::make_pair(p.major, p.minor));
  EXPECT_EQ(cuda::is_bf16_supported(), p.major >= 8);
  EXPECT_EQ(p.warp_size, 32);
  EXPECT_GT(p.multi_processor_count, 0);
  const auto [free, total] = cuda::mem_get_info();
  EXPECT_GT(total, 0u);
  EXPECT_LE(free, total);
  EXPECT_NEAR(static_cast<double>(p.total_memory), static_cast<double>(total), 0.1 * total);
  std::ostringstream out;
  out << p;
  EXPECT_THAT(out.str(), HasSubstr("DeviceProperties(name='" + p.name + "', major="));
  EXPECT_EQ(cuda::unavailable_reason(), "");
  EXPECT_THROW(cuda::get_device_properties(63), DeviceError);
  EXPECT_THROW(cuda::mem_get_info(63), DeviceError);
  EXPECT_THROW(cuda::memory_allocated(63), DeviceError);
  EXPECT_THROW(cuda::set_device(63), DeviceError);
}

TEST_F(CudaMemory, SeedsAreThoseOfTheCpu) {
  cuda::manual_seed(4);
  const Tensor x = rand({5}, TensorOptions(kCUDA));
  hearth::manual_seed(4);
  expect_same(x, rand({5}));
  cuda::manual_seed_all(6);
  EXPECT_EQ(initial_seed(), 6u);
}

}  // namespace
}  // namespace hearth::testing_cuda
