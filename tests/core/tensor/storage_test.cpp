// SPDX-License-Identifier: Apache-2.0
#include "hearth/tensor/storage.h"

#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "hearth/ops/creation.h"
#include "hearth/ops/factory.h"
#include "hearth/ops/view.h"

namespace hearth {
namespace {

TEST(Storage, IsTheMemoryOfATensorAndItsViews) {
  const Tensor x = arange(6, kInt).view({2, 3});
  const Tensor row = x[1];
  EXPECT_EQ(x.storage().nbytes(), 24u);
  EXPECT_EQ(row.storage().nbytes(), 24u);
  EXPECT_EQ(row.storage().data(), x.data_ptr());
  EXPECT_EQ(row.storage().mutable_data(), x.data_ptr());
  EXPECT_EQ(static_cast<const int*>(row.storage().data())[row.storage_offset()], 3);
  EXPECT_TRUE(x.storage().is_alias_of(row.storage()));
  EXPECT_FALSE(x.storage().is_alias_of(x.clone().storage()));
  EXPECT_FALSE(Storage().is_alias_of(Storage()));
  EXPECT_TRUE(x.storage().device().is_cpu());
  EXPECT_TRUE(x.has_storage() && !Tensor().has_storage());
  EXPECT_FALSE(Storage());
  EXPECT_THROW(Storage().nbytes(), Error);
  EXPECT_THROW(Tensor().storage(), Error);
}

TEST(Storage, ATensorMayBeSetToShowIt) {
  const Tensor x = arange(6, kInt);
  Tensor y = empty({0}, kInt);
  y.set_(x.storage());
  EXPECT_TRUE(y.equal(x) && y.is_alias_of(x));
  y.set_(x[4].storage(), 1, {2, 2}, {1, 2});
  EXPECT_TRUE(y.equal(x.as_strided({2, 2}, {1, 2}, 1)));
  y.set_(x.storage(), 2, {2, 2});
  EXPECT_TRUE(y.equal(x.slice(0, 2).view({2, 2})));
  y.fill_(9);
  EXPECT_EQ(x[5].item<int>(), 9);
  // Bytes are read as the tensor's type, and kept alive.
  Tensor bytes = empty({0}, kByte);
  {
    const Tensor gone = full({100}, 1, kInt);
    bytes.set_(gone.storage());
  }
  EXPECT_EQ(bytes.numel(), 400);
  EXPECT_EQ(bytes.sum().item<int64_t>(), 100);
  bytes.set_(Storage());
  EXPECT_EQ(bytes.numel(), 0);
  EXPECT_THROW(y.set_(x.storage(), -1, {2}), ValueError);
  EXPECT_THROW(empty({0}, TensorOptions(kInt).device(kMeta)).set_(x.storage()), DeviceError);
}

TEST(Storage, CountsTensorsAndHandles) {
  const Tensor x = ones({100});
  EXPECT_EQ(x.storage().use_count(), 1u);
  EXPECT_TRUE(x.storage().unique());
  const Tensor view = x.view({10, 10});
  EXPECT_EQ(x.storage().use_count(), 2u);
  Storage kept = x.storage();
  EXPECT_EQ(kept.use_count(), 3u);
  Storage copy = kept, moved = std::move(copy);
  EXPECT_EQ(kept.use_count(), 4u);
  moved = Storage();
  copy = kept;
  copy = std::move(kept);
  EXPECT_EQ(copy.use_count(), 3u);
}

TEST(Storage, OutlivesItsTensor) {
  // Small data lies in the tensor's own block; large data does not.
  for (const int64_t n : {1, 1000}) {
    Storage kept;
    {
      const Tensor x = full({n}, 7, kInt);
      kept = x.storage();
    }
    EXPECT_TRUE(kept.unique());
    EXPECT_EQ(static_cast<const int*>(kept.data())[n - 1], 7);
  }
  bool freed = false;
  std::vector<float> data(4);
  {
    Storage kept = from_blob(data.data(), {4}, [&](void*) { freed = true; }).storage();
    EXPECT_EQ(kept.data_ptr().get(), data.data());
    EXPECT_NE(kept.data_ptr().get_context(), nullptr);
    EXPECT_FALSE(freed);
  }
  EXPECT_TRUE(freed);
  EXPECT_EQ(from_blob(data.data(), {4}).storage().data_ptr().get_context(), nullptr);
}

}  // namespace
}  // namespace hearth
