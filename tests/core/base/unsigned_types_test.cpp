// SPDX-License-Identifier: Apache-2.0
// uint16, uint32 and uint64: what PyTorch can do with them, with its values.
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/base/error.h"
#include "hearth/io/npy.h"
#include "hearth/io/safetensors.h"
#include "hearth/io/serialize.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "error_of.h"

namespace hearth {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr ScalarType kTypes[] = {kUInt16, kUInt32, kUInt64};

template <class T>
std::vector<T> values(const Tensor& t) {
  const Tensor dense = t.contiguous();
  const T* p = dense.const_data_ptr<T>();
  return std::vector<T>(p, p + dense.numel());
}

Tensor numbers(ScalarType t) { return hearth::tensor({1, 2, 60000}).to(t); }

TEST(UnsignedTypes, HaveNames) {
  EXPECT_EQ(dtype_name(kUInt16), "uint16");
  EXPECT_EQ(to_string(kUInt64), "UInt64");
  EXPECT_EQ(element_size(kUInt32), 4u);
  EXPECT_TRUE(is_integral(kUInt16));
  EXPECT_FALSE(is_floating_point(kUInt64));
  EXPECT_EQ(dtype_of<uint16_t>, kUInt16);
}

TEST(UnsignedTypes, ConvertAsPyTorchDoes) {
  for (const ScalarType t : kTypes) {
    const Tensor x = numbers(t);
    EXPECT_THAT(values<uint8_t>(x.to(kByte)), ElementsAre(1, 2, 96)) << t;
    EXPECT_THAT(values<int8_t>(x.to(kChar)), ElementsAre(1, 2, 96)) << t;
    EXPECT_THAT(values<int16_t>(x.to(kShort)), ElementsAre(1, 2, -5536)) << t;
    EXPECT_THAT(values<int64_t>(x.to(kLong)), ElementsAre(1, 2, 60000)) << t;
    EXPECT_THAT(values<float>(x.to(kFloat)), ElementsAre(1, 2, 60000)) << t;
    EXPECT_THAT(values<double>(x.to(kDouble)), ElementsAre(1, 2, 60000)) << t;
    EXPECT_THAT(values<float>(x.to(kBFloat16).to(kFloat)), ElementsAre(1, 2, 59904)) << t;
    EXPECT_THAT(values<bool>(x.to(kBool)), ElementsAre(true, true, true)) << t;
    for (const ScalarType other : kTypes)
      EXPECT_THAT(values<int64_t>(x.to(other).to(kLong)), ElementsAre(1, 2, 60000)) << t;
    const Tensor negative = hearth::tensor({0., 1., -1., 100.});
    for (const ScalarType from : {kChar, kInt, kLong, kHalf, kFloat, kDouble}) {
      const Tensor back = negative.to(from).to(t);
      EXPECT_EQ(back[2].equal(full({}, -1, t)), true) << from << " " << t;
      EXPECT_EQ(back[3].item<int>(), 100) << from << " " << t;
    }
  }
  EXPECT_THAT(values<uint16_t>(hearth::tensor({70000.9, 3.7, -3.2}).to(kUInt16)),
              ElementsAre(4464, 3, 65533));
  EXPECT_THAT(values<uint64_t>(hearth::tensor({70000.9, 3.7, -3.2}).to(kUInt64)),
              ElementsAre(70000u, 3u, 18446744073709551613u));
  const Tensor large = full({1}, -1, kUInt64);
  EXPECT_EQ(large.to(kDouble).item<double>(), 0x1p64);
  EXPECT_EQ(large.to(kFloat).item<float>(), 0x1p64F);
  EXPECT_THAT(values<uint64_t>(hearth::tensor({0x1p63, 0x1.8p63}).to(kUInt64)),
              ElementsAre(uint64_t{1} << 63, uint64_t{3} << 62));
  // More than one tile, and not dense.
  const Tensor many = arange(5000).mul(13).to(kUInt16);
  const Tensor strided = many.view({50, 100}).t();
  EXPECT_TRUE(strided.to(kFloat).equal(arange(5000).mul(13).view({50, 100}).t().to(kFloat)));
}

TEST(UnsignedTypes, AreItemsAndScalars) {
  EXPECT_EQ(numbers(kUInt16)[2].item<int>(), 60000);
  EXPECT_EQ(full({}, -1, kUInt32).item<int64_t>(), 4294967295);
  const Tensor large = full({}, -1, kUInt64);
  EXPECT_EQ(large.item<uint64_t>(), std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(large.item<double>(), 0x1p64);
  EXPECT_EQ(to_string(large.item()), "18446744073709551615");
  EXPECT_EQ(full({}, std::numeric_limits<uint64_t>::max(), kUInt64).item<uint64_t>(),
            std::numeric_limits<uint64_t>::max());
}

TEST(UnsignedTypes, ArePromotedAsInPyTorch) {
  for (const ScalarType t : kTypes) {
    EXPECT_EQ(promote_types(t, t), t);
    for (const ScalarType wide : {kHalf, kBFloat16, kFloat, kDouble}) {
      EXPECT_EQ(promote_types(t, wide), wide);
      EXPECT_EQ(promote_types(wide, t), wide);
    }
    for (const ScalarType other : {kBool, kByte, kChar, kShort, kInt, kLong, kComplexFloat})
      EXPECT_THROW(promote_types(t, other), DtypeError) << t << " " << other;
  }
  EXPECT_THROW(promote_types(kUInt16, kUInt32), DtypeError);
  EXPECT_THROW(numbers(kUInt16) + numbers(kInt), DtypeError);
  EXPECT_EQ((numbers(kUInt16) + numbers(kFloat)).scalar_type(), kFloat);
}

TEST(UnsignedTypes, AreMovedAndCompared) {
  for (const ScalarType t : kTypes) {
    const Tensor x = numbers(t), y = hearth::tensor({1, 5, 7}).to(t);
    const auto seen = [](const Tensor& z) { return values<int64_t>(z.to(kLong)); };
    EXPECT_THAT(values<bool>(x.eq(y)), ElementsAre(true, false, false)) << t;
    EXPECT_THAT(values<bool>(x.ne(1)), ElementsAre(false, true, true)) << t;
    EXPECT_THAT(seen(x.mul(2).bitwise_and(0xffff)), ElementsAre(2, 4, 54464)) << t;
    EXPECT_TRUE(x.equal(x.clone())) << t;
    EXPECT_THAT(seen(cat({x, y})), ElementsAre(1, 2, 60000, 1, 5, 7)) << t;
    EXPECT_THAT(seen(x.index_select(0, hearth::tensor({2, 0}))), ElementsAre(60000, 1)) << t;
    EXPECT_THAT(seen(x.flip({0})), ElementsAre(60000, 2, 1)) << t;
    EXPECT_THAT(seen(x.masked_select(x.eq(2))), ElementsAre(2)) << t;
    EXPECT_THAT(seen(x.slice(0, 1)), ElementsAre(2, 60000)) << t;
    EXPECT_THAT(seen(where(x.eq(2), y, x)), ElementsAre(1, 5, 60000)) << t;
    EXPECT_EQ(x.div(y).scalar_type(), kFloat) << t;
  }
  EXPECT_EQ(numbers(kUInt16).mul(numbers(kUInt16))[2].item<int>(), 60000 * 60000LL % 65536);
  EXPECT_TRUE(numbers(kUInt16).view(kShort).equal(hearth::tensor({1, 2, -5536}).to(kShort)));
}

TEST(UnsignedTypes, RefuseWhatNobodyWroteForThem) {
  for (const ScalarType t : kTypes) {
    const Tensor x = numbers(t);
    EXPECT_THAT(error_of([&] { x.cumsum(0); }), HasSubstr("not implemented for 'UInt")) << t;
    EXPECT_THROW(x.sort(), NotImplementedError) << t;
    EXPECT_THROW(arange(3, t), NotImplementedError) << t;
    EXPECT_THROW(x.nonzero(), NotImplementedError) << t;
  }
  // Loops of int64 would order them wrongly.
  EXPECT_THROW(numbers(kUInt64).lt(numbers(kUInt64)), NotImplementedError);
}

TEST(UnsignedTypes, AreKeptInFiles) {
  for (const ScalarType t : kTypes) {
    const Tensor x = numbers(t);
    const std::vector<char> file = npy::save(x);
    EXPECT_TRUE(npy::load(file.data(), file.size(), "x.npy").equal(x)) << t;
    const std::vector<char> safe = safetensors::save({{"x", x}});
    EXPECT_TRUE(safetensors::File(safe.data(), safe.size()).tensor("x").equal(x)) << t;
    EXPECT_TRUE(pickle_load(pickle_save(x)).toTensor().equal(x)) << t;
  }
}

}  // namespace
}  // namespace hearth
