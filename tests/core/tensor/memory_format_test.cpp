// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"

#include "core/ops/exact.h"

namespace hearth {
namespace {

using ::testing::HasSubstr;

TEST(MemoryFormat, ChannelsLastIsOfFourOrFiveDims) {
  const Tensor image = numbers({2, 3, 4, 5}), volume = numbers({2, 3, 2, 4, 5});
  const Tensor last = volume.to(MemoryFormat::ChannelsLast3d);
  EXPECT_EQ(last.strides(), IntArrayRef({120, 1, 60, 15, 3}));
  expect_equal(last, volume);
  EXPECT_TRUE(last.is_contiguous(MemoryFormat::ChannelsLast3d));
  EXPECT_FALSE(last.is_contiguous(MemoryFormat::ChannelsLast));
  EXPECT_FALSE(last.is_contiguous());
  EXPECT_EQ(last.suggest_memory_format(), MemoryFormat::ChannelsLast3d);
  EXPECT_EQ(volume.suggest_memory_format(), MemoryFormat::Contiguous);
  EXPECT_TRUE(last.contiguous(MemoryFormat::ChannelsLast3d).is_same(last));
  EXPECT_EQ(empty_like(last).strides(), last.strides());
  EXPECT_EQ(zeros({1, 3, 2, 4, 5}, TensorOptions(MemoryFormat::ChannelsLast3d)).strides(),
            IntArrayRef({120, 1, 60, 15, 3}));
  EXPECT_EQ(cat({last, last}, 1).suggest_memory_format(), MemoryFormat::ChannelsLast3d);
  EXPECT_EQ(testing::PrintToString(MemoryFormat::ChannelsLast3d), "ChannelsLast3d");
  EXPECT_THAT(error_of([&] { image.to(MemoryFormat::ChannelsLast3d); }),
              HasSubstr("required rank 5 tensor to use channels_last_3d format"));
  EXPECT_THAT(error_of([&] { volume.contiguous(MemoryFormat::ChannelsLast); }),
              HasSubstr("required rank 4 tensor to use channels_last format"));
}

}  // namespace
}  // namespace hearth
