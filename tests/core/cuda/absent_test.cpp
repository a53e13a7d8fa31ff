// SPDX-License-Identifier: Apache-2.0
// hearth::cuda where CUDA cannot be used.
#include <gtest/gtest.h>

#include "hearth/base/generator.h"
#include "hearth/cuda/event.h"
#include "hearth/cuda/graph.h"
#include "hearth/cuda/memory.h"
#include "hearth/ops/creation.h"

namespace hearth {
namespace {

class WithoutCuda : public testing::Test {
 protected:
  void SetUp() override {
    if (cuda::is_available()) GTEST_SKIP() << "there is a CUDA device";
  }
};

TEST_F(WithoutCuda, QuestionsHaveAnswers) {
  EXPECT_FALSE(cuda::is_available());
  EXPECT_EQ(cuda::device_count(), 0);
  EXPECT_EQ(cuda::current_device(), 0);
  EXPECT_FALSE(cuda::is_bf16_supported());
  EXPECT_FALSE(cuda::is_current_stream_capturing());
  EXPECT_FALSE(cuda::unavailable_reason().empty());
  EXPECT_EQ(cuda::memory_allocated(), 0u);
  EXPECT_EQ(cuda::max_memory_allocated(), 0u);
  EXPECT_EQ(cuda::memory_reserved(), 0u);
  EXPECT_EQ(cuda::max_memory_reserved(), 0u);
  EXPECT_EQ(cuda::memory_stats().num_ooms, 0);
  EXPECT_FALSE(cuda::memory_summary().empty());
  EXPECT_NO_THROW(cuda::empty_cache());
  EXPECT_NO_THROW(cuda::reset_peak_memory_stats());
  EXPECT_NO_THROW(cuda::reset_accumulated_memory_stats());
  manual_seed(2);
  cuda::manual_seed_all(3);
  EXPECT_EQ(initial_seed(), 2u);
}

/// The message of the DeviceError that f throws.
template <class F>
std::string refused(const F& f) {
  try {
    f();
  } catch (const DeviceError& e) {
    return e.what();
  }
  return "no DeviceError";
}

TEST_F(WithoutCuda, WhatNeedsADeviceSaysWhyThereIsNone) {
  const std::string reason = cuda::unavailable_reason();
  const auto expect_reason = [&](const std::string& message) {
    EXPECT_NE(message.find(reason), std::string::npos) << message;
  };
  expect_reason(refused([] { cuda::set_device(0); }));
  expect_reason(refused([] { cuda::synchronize(); }));
  expect_reason(refused([] { cuda::get_device_name(); }));
  expect_reason(refused([] { cuda::get_device_properties(); }));
  expect_reason(refused([] { cuda::get_device_capability(); }));
  expect_reason(refused([] { cuda::mem_get_info(); }));
  expect_reason(refused([] { cuda::set_per_process_memory_fraction(0.5); }));
  expect_reason(refused([] { cuda::getCurrentCUDAStream(); }));
  expect_reason(refused([] { cuda::getStreamFromPool(); }));
  expect_reason(refused([] { cuda::CUDAEvent().record(); }));
  expect_reason(refused([] { cuda::CUDAGraph().capture_begin(); }));
  expect_reason(refused([] {
    cuda::CUDAGraph graph;
    const cuda::CUDAGraphGuard capture(graph);
  }));
  expect_reason(refused([] { ones({2}, TensorOptions(kCUDA)); }));
  expect_reason(refused([] { ones({2}).to(kCUDA); }));
}

}  // namespace
}  // namespace hearth
