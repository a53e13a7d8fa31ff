// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <thread>

#include <gtest/gtest.h>

#include "hearth/cuda/device.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

#include "backends/registry.h"
#include "ops/all_ops.h"

namespace hearth {
namespace {

class Plugin : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    setenv("HEARTH_CUDA", "0", 1);  // not the real one
    before_ = Registry().count(kCUDA);
    std::thread other([] {
      while (!cuda::is_available()) std::this_thread::yield();
      first_seen_ = Registry().count(kCUDA);
    });
    load_backend(HEARTH_HOST_BACKEND);
    other.join();
  }
  static size_t before_, first_seen_;
};
size_t Plugin::before_ = 0, Plugin::first_seen_ = 0;

TEST_F(Plugin, CoreSeesTheFilledSlots) {
  EXPECT_EQ(before_, 0u);
  // Its own two, and the copies core adds.
  EXPECT_EQ(Registry().count(kCUDA), 4u);
  EXPECT_EQ(first_seen_, 4u) << "a thread met the backend before its kernels";
  EXPECT_TRUE(find_op("mul")->kernel[static_cast<int>(kCUDA)]);
  EXPECT_FALSE(find_op("sub")->kernel[static_cast<int>(kCUDA)]);
}

TEST_F(Plugin, TensorsLiveAndComputeThere) {
  const Tensor x = full({3}, 2.0f).to(kCUDA), y = full({3}, 4.0f).to(kCUDA);
  EXPECT_TRUE(cuda::is_available());
  EXPECT_EQ(x.device(), Device("cuda:0"));
  EXPECT_EQ((x * y).to(kCPU).sum().item<float>(), 24.0f);
  EXPECT_EQ((x * y).select(0, 1).item<float>(), 8.0f);
}

TEST_F(Plugin, MixedDevicesAndMissingKernelsSaySo) {
  const Tensor x = full({3}, 2.0f).to(kCUDA);
  EXPECT_THROW(x * full({3}, 1.0f), DeviceError);
  EXPECT_THROW(x - x, NotImplementedError);
}

TEST_F(Plugin, ErrorsCrossTheLibraryBoundary) {
  EXPECT_THROW(full({3}, 2.0f).to(kCUDA).exp(), NotImplementedError);
}

TEST(PluginLoading, RefusesStrangersAndMissingFiles) {
  EXPECT_THROW(load_backend(HEARTH_STRANGE_BACKEND), DeviceError);
  EXPECT_THROW(load_backend("/nonexistent.so"), FileError);
}

TEST(PluginLoading, DevicesWithoutBackendSaySo) {
  EXPECT_THROW(empty({2}, TensorOptions(Device(kMeta))).item(), Error);
}

}  // namespace
}  // namespace hearth
