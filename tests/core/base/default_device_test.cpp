// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/default_device.h"

#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/data/samplers.h"
#include "hearth/nn/init.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"
#include "hearth/train/classification.h"

#include "data/permutation.h"

namespace hearth {
namespace {

TEST(DefaultDevice, IsWhereNewTensorsLie) {
  const nn::Linear made(2, 3);
  {
    const DefaultDeviceGuard guard(kMeta);
    EXPECT_EQ(default_device(), Device(kMeta));
    for (const Tensor& t : {empty({2}), zeros({2}), full({2}, 1), rand({2}), randn({2}),
                            randperm(3), arange(3), linspace(0, 1, 3), eye(2)})
      EXPECT_TRUE(t.device().is_meta());
    EXPECT_TRUE(nn::Linear(2, 3)->weight.device().is_meta());
    // What is named, or like something, is where that says.
    EXPECT_TRUE(zeros({2}, kCPU).device().is_cpu());
    EXPECT_TRUE(zeros_like(made->weight).device().is_cpu());
    EXPECT_TRUE(tensor({1, 2}).device().is_cpu());
    {
      const DefaultDeviceGuard inner(kCPU);
      EXPECT_TRUE(zeros({2}).device().is_cpu());
    }
    EXPECT_TRUE(zeros({2}).device().is_meta());
  }
  EXPECT_TRUE(zeros({2}).device().is_cpu());
}

// Nothing that the library makes for itself may depend on it.
TEST(DefaultDevice, IsThatOfProgramsAlone) {
  const DefaultDeviceGuard guard(kMeta);
  const Tensor x = tensor({1., 2., 3., 4.}), yes = x > 0, none = tensor(std::vector<double>{});
  EXPECT_TRUE(where(yes, x, 0).equal(x));
  EXPECT_TRUE(where(yes, 0, x).equal(x * 0));
  EXPECT_TRUE(where(yes, 1, 0).equal(yes.to(kLong)));
  EXPECT_TRUE(none.median().isnan().item<bool>());
  EXPECT_TRUE(addr(yes.view({2, 2}), yes.slice(0, 0, 2), yes.slice(0, 2)).all().item<bool>());
  const Tensor leaf = x.clone().requires_grad_();
  leaf.as_strided({3, 2}, {1, 1}).sum().backward();
  EXPECT_TRUE(leaf.grad().equal(tensor({1., 2., 2., 1.})));
  const Tensor matrix = x.clone().view({2, 2});
  EXPECT_TRUE(nn::init::orthogonal_(matrix).mm(matrix.t()).allclose(eye(2, kCPU)));
  EXPECT_EQ(nn::init::sparse_(matrix, 0.5).eq(0).sum().item<int64_t>(), 2);
  EXPECT_EQ(data::permutation(5, 1).size(), 5u);
  data::samplers::WeightedRandomSampler weighted({1, 1, 1}, 3);
  weighted.reset();
  EXPECT_EQ(weighted.next(3)->size(), 3u);
  EXPECT_EQ(train::evaluate(tensor({0.25f, 0.75f}).view({1, 2}), tensor({1})).accuracy, 1);
}

}  // namespace
}  // namespace hearth
