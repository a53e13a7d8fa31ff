// SPDX-License-Identifier: Apache-2.0
#include "hearth/interceptors/flop_counter.h"

#include <gtest/gtest.h>

#include "hearth/base/callable.h"
#include "hearth/base/default_device.h"
#include "hearth/ops/attention.h"
#include "hearth/ops/conv.h"
#include "hearth/ops/conv_norm.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"

namespace hearth {
namespace {

int64_t macs_of(const Callable<void()>& work) {
  const profiler::FlopCounter counter;
  work();
  return counter.macs();
}

// Expected numbers are half of those of torch.utils.flop_counter.FlopCounterMode.
TEST(FlopCounter, CountsProducts) {
  for (const Device device : {Device(kCPU), Device(kMeta)}) {
    const DefaultDeviceGuard guard(device);
    EXPECT_EQ(macs_of([] {
                conv2d(ones({2, 4, 9, 9}), ones({6, 2, 3, 3}), {}, 2, 1, 1, 2);
              }),
              2 * 6 * 5 * 5 * 2 * 9);
    EXPECT_EQ(macs_of([] {
                conv_transpose2d(ones({2, 4, 5, 5}), ones({4, 3, 3, 3}));
              }),
              2 * 4 * 5 * 5 * 3 * 9);
    EXPECT_EQ(macs_of([] {
                conv_norm(ones({2, 4, 9, 9}), ones({6, 4, 3, 3}), {}, {}, {});
              }),
              2 * 6 * 7 * 7 * 4 * 9);
    EXPECT_EQ(macs_of([] { linear(ones({2, 3, 5}), ones({7, 5})); }), 2 * 3 * 5 * 7);
    EXPECT_EQ(macs_of([] { ones({2, 3, 5}).matmul(ones({2, 5, 7})); }), 2 * 3 * 5 * 7);
    EXPECT_EQ(macs_of([] { ones({5}).matmul(ones({5})); }), 5);
    EXPECT_EQ(macs_of([] { addmm(ones({7}), ones({3, 5}), ones({5, 7})); }), 3 * 5 * 7);
    EXPECT_EQ(
        macs_of([] {
          scaled_dot_product_attention(ones({2, 3, 5, 8}), ones({2, 3, 7, 8}), ones({2, 3, 7, 4}));
        }),
        2 * 3 * 5 * 7 * (8 + 4));
    EXPECT_EQ(macs_of([] { ones({3, 4}) * ones({3, 4}) + 1; }), 0);
  }
}

TEST(FlopCounter, CountsWhileItExists) {
  const profiler::FlopCounter outer;
  EXPECT_EQ(macs_of([] { ones({2, 2}).matmul(ones({2, 2})); }), 8);
  ones({2, 3}).matmul(ones({3, 2}));
  EXPECT_EQ(outer.macs(), 8 + 12);
}

}  // namespace
}  // namespace hearth
