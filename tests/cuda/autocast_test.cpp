// SPDX-License-Identifier: Apache-2.0
// Which type autocast has a call of the device computed in. The lists are those of PyTorch's
// torch/csrc/autograd autocast for CUDA.
#include <functional>

#include "cuda/cuda_test.h"
#include "ops/all_ops.h"

namespace hearth::testing_cuda {
namespace {

namespace F = nn::functional;

struct Case {
  const char* name;
  std::function<Tensor()> call;
};

void expect_types(ScalarType type, const std::vector<Case>& cases) {
  for (const Case& c : cases) EXPECT_EQ(c.call().scalar_type(), type) << c.name;
}

TEST_F(Cuda, AutocastComputesInPyTorchsTypes) {
  const auto there = TensorOptions(kCUDA);
  const Tensor f = rand({3, 3}, there), b = f.to(kBFloat16), image = rand({1, 2, 4, 4}, there);
  const Tensor half_image = image.to(kBFloat16), weight = rand({2, 2, 3, 3}, there);
  const Tensor target = tensor({0, 1, 2}).to(kCUDA);
  const Autocast autocast(kCUDA, kBFloat16);
  expect_types(kBFloat16, {{"matmul", [&] { return f.matmul(f); }},
                           {"mm", [&] { return f.mm(f); }},
                           {"mv", [&] { return f.mv(f[0]); }},
                           {"bmm", [&] { return f.unsqueeze(0).bmm(f.unsqueeze(0)); }},
                           {"addmm", [&] { return addmm(f, f, f); }},
                           {"linear", [&] { return F::linear(f, f); }},
                           {"einsum",
                            [&] {
                              return einsum("ij,jk->ik", {f, f});
                            }},
                           {"conv2d", [&] { return F::conv2d(image, weight); }},
                           {"prelu", [&] { return prelu(f, rand({1}, f.options())); }},
                           // What keeps the type that comes.
                           {"relu", [&] { return b.relu(); }},
                           {"sigmoid", [&] { return b.sigmoid(); }},
                           {"tanh", [&] { return b.tanh(); }},
                           {"gelu", [&] { return F::gelu(b); }},
                           {"mean", [&] { return b.mean(); }},
                           {"max", [&] { return b.max(); }},
                           {"add", [&] { return b + b; }},
                           {"mul", [&] { return b * 2; }}});
  expect_types(
      kFloat,
      {{"acos", [&] { return b.acos(); }},
       {"asin", [&] { return b.asin(); }},
       {"cosh", [&] { return b.cosh(); }},
       {"erfinv", [&] { return b.erfinv(); }},
       {"exp", [&] { return b.exp(); }},
       {"expm1", [&] { return b.expm1(); }},
       {"log", [&] { return b.log(); }},
       {"log10", [&] { return b.log10(); }},
       {"log1p", [&] { return b.log1p(); }},
       {"log2", [&] { return b.log2(); }},
       {"pow", [&] { return b.pow(3); }},
       {"pow of tensors", [&] { return b.pow(b); }},
       {"reciprocal", [&] { return b.reciprocal(); }},
       {"rsqrt", [&] { return b.rsqrt(); }},
       {"sinh", [&] { return b.sinh(); }},
       {"tan", [&] { return b.tan(); }},
       {"softplus", [&] { return F::softplus(b); }},
       {"sum", [&] { return b.sum(); }},
       {"sum of a dim", [&] { return b.sum(0); }},
       {"prod", [&] { return b.prod(); }},
       {"cumsum", [&] { return b.cumsum(0); }},
       {"cumprod", [&] { return b.cumprod(0); }},
       {"norm", [&] { return b.norm(); }},
       {"logsumexp", [&] { return b.logsumexp(1); }},
       {"softmax", [&] { return b.softmax(1); }},
       {"log_softmax", [&] { return b.log_softmax(1); }},
       {"layer_norm", [&] { return F::layer_norm(b, F::LayerNormFuncOptions({3})); }},
       {"group_norm", [&] { return F::group_norm(half_image, F::GroupNormFuncOptions(2)); }},
       {"mse_loss", [&] { return F::mse_loss(b, b); }},
       {"l1_loss", [&] { return F::l1_loss(b, b); }},
       {"cross_entropy", [&] { return F::cross_entropy(b, target); }},
       {"nll_loss", [&] { return F::nll_loss(b, target); }},
       {"cdist", [&] { return cdist(b, b); }},
       {"interpolate",
        [&] {
          return F::interpolate(half_image, F::InterpolateFuncOptions()
                                                .size(std::vector<int64_t>{8, 8})
                                                .mode(kBilinear)
                                                .align_corners(false));
        }},
       // The widest that comes.
       {"cat",
        [&] {
          return cat({b, f});
        }},
       {"stack",
        [&] {
          return stack({b, f});
        }},
       {"addcmul", [&] { return b.addcmul(f, b); }},
       {"addcdiv", [&] { return b.addcdiv(f, b); }},
       {"atan2", [&] { return b.atan2(f); }},
       {"scatter_add",
        [&] {
          return b.scatter_add(0, target.view({1, 3}), f);
        }},
       {"index_put", [&] { return b.index_put({target}, f); }}});
}

TEST_F(Cuda, AutocastOfOneDeviceLeavesTheOther) {
  const Tensor host = rand({2, 2}), there = host.to(kCUDA);
  {
    const Autocast autocast(kCUDA, kHalf);
    EXPECT_EQ(host.matmul(host).scalar_type(), kFloat);
    EXPECT_EQ(there.matmul(there).scalar_type(), kHalf);
  }
  const Autocast autocast(kCPU, kBFloat16);
  EXPECT_EQ(host.matmul(host).scalar_type(), kBFloat16);
  EXPECT_EQ(there.matmul(there).scalar_type(), kFloat);
  // Only CUDA widens these.
  EXPECT_EQ(host.to(kBFloat16).exp().scalar_type(), kBFloat16);
}

TEST_F(Cuda, ScaledGradientsSkipStepsThatOverflow) {
  const Tensor p = ones({4}, TensorOptions(kCUDA)).requires_grad_();
  optim::SGD sgd({p}, optim::SGDOptions(0.5));
  GradScaler scaler(GradScalerOptions().init_scale(1024).growth_interval(2));
  const auto step = [&](float factor) {
    sgd.zero_grad();
    Tensor loss;
    {
      const Autocast autocast(kCUDA, kHalf);
      loss = (p * factor).sum();
    }
    scaler.scale(loss).backward();
    const bool stepped = scaler.step(sgd);
    scaler.update();
    return stepped;
  };
  EXPECT_TRUE(step(1));
  expect_same(p.detach(), full({4}, 0.5));
  EXPECT_FALSE(step(1e38f));
  EXPECT_EQ(scaler.get_scale(), 512);
  expect_same(p.detach(), full({4}, 0.5));
  EXPECT_TRUE(step(1));
  EXPECT_TRUE(step(1));
  EXPECT_EQ(scaler.get_scale(), 1024);
  expect_same(p.detach(), full({4}, -0.5));
}

}  // namespace
}  // namespace hearth::testing_cuda
