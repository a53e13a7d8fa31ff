// SPDX-License-Identifier: Apache-2.0
// Which type autocast has calls computed in: what PyTorch's lists say, for the CPU and for CUDA.
#include <functional>

#include "cuda/cuda_test.h"
#include "ops/all_ops.h"

namespace hearth::testing_cuda {
namespace {

namespace F = nn::functional;

struct Case {
  const char* name;
  const char* types;  ///< on the CPU and on CUDA: b for bfloat16, f for float32, c for complex64
  std::function<Tensor()> call;
};

char letter_of(const Tensor& t) {
  const ScalarType type = t.scalar_type();
  return type == kBFloat16 ? 'b' : type == kFloat ? 'f' : type == kComplexFloat ? 'c' : '?';
}

/// Calls of functions that PyTorch's lists name, and of some that they do not. The types are
/// PyTorch's: on the CPU those that it computed in, on CUDA those that its lists say.
std::vector<Case> listed_calls(Device device) {
  const auto there = TensorOptions(device);
  const Tensor f = rand({3, 3}, there), b = f.to(kBFloat16), image = rand({1, 2, 4, 4}, there);
  const Tensor half_image = image.to(kBFloat16), kernel = rand({2, 2, 3, 3}, there);
  const Tensor volume = rand({1, 2, 4, 4, 4}, there).to(kBFloat16);
  const Tensor line = rand({1, 2, 6}, there).to(kBFloat16), grid = rand({1, 2, 2, 2}, there);
  const Tensor two = rand({2}, there), three = rand({3}, there);
  const Tensor label = tensor({0, 1, 2}).to(device), signs = ones({3}, there);
  const Tensor well = (f.matmul(f.t()) + 3 * eye(3, there)).to(kBFloat16);
  const auto resized = [=](auto mode) {
    auto options = F::InterpolateFuncOptions().size(std::vector<int64_t>{8, 8}).mode(mode);
    return F::interpolate(half_image, options);
  };
  const auto padded = [](const Tensor& x, auto mode) {
    const std::vector<int64_t> pad(2 * static_cast<size_t>(x.dim() - 2), 1);
    return F::pad(x, F::PadFuncOptions(pad).mode(mode));
  };
  const auto to = [device](auto module) {
    module->to(device);
    return module;
  };
  return {
      // Products.
      {"matmul", "bb", [=] { return f.matmul(f); }},
      {"matmul of two types", "bb", [=] { return b.matmul(f); }},
      {"mm", "bb", [=] { return f.mm(f); }},
      {"mv", "fb", [=] { return f.mv(f[0]); }},
      {"bmm", "bb", [=] { return f.unsqueeze(0).bmm(f.unsqueeze(0)); }},
      {"addmm", "bb", [=] { return addmm(f, f, f); }},
      {"addmv", "fb", [=] { return addmv(f[0], f, f[0]); }},
      {"addr", "fb", [=] { return addr(f, f[0], f[0]); }},
      {"addbmm", "bb", [=] { return addbmm(f, f.unsqueeze(0), f.unsqueeze(0)); }},
      {"baddbmm", "bb", [=] { return baddbmm(f.unsqueeze(0), f.unsqueeze(0), f.unsqueeze(0)); }},
      {"linear", "bb", [=] { return F::linear(f, f); }},
      {"einsum", "bb",
       [=] {
         return einsum("ij,jk->ik", {f, f});
       }},
      {"einsum without a sum", "fb",
       [=] {
         return einsum("ij,ij->ij", {f, f});
       }},
      {"multi_dot", "bb",
       [=] {
         return linalg_multi_dot({f, f, f});
       }},
      {"vecdot", "bb", [=] { return linalg_vecdot(f, f); }},
      {"outer", "ff", [=] { return outer(f[0], f[0]); }},
      {"dot", "ff", [=] { return f[0].dot(f[0]); }},
      {"dot of halves", "bb", [=] { return b[0].dot(b[0]); }},
      {"dot of two types", "-f", [=] { return b[0].dot(f[0]); }},
      {"vdot", "bb", [=] { return b[0].vdot(b[0]); }},
      {"inner", "bb", [=] { return inner(f, f); }},
      {"kron", "ff", [=] { return kron(b, f); }},
      {"tensordot", "bf", [=] { return tensordot(f, f, {1}, {0}); }},
      {"bilinear", "ff",
       [=] {
         return F::bilinear(f, f, rand({2, 3, 3}, f.options()));
       }},
      {"cross", "bb", [=] { return linalg_cross(b, b); }},
      {"cross of two types", "-f", [=] { return linalg_cross(b, f); }},
      {"conv1d", "bb",
       [=] {
         return F::conv1d(line, rand({2, 2, 3}, f.options()));
       }},
      {"conv2d", "bb", [=] { return F::conv2d(image, kernel); }},
      {"conv_transpose2d", "bb", [=] { return F::conv_transpose2d(image, kernel); }},
      {"conv3d", "bb",
       [=] {
         return F::conv3d(volume, rand({2, 2, 3, 3, 3}, f.options()));
       }},
      {"prelu", "bb", [=] { return prelu(f, rand({1}, f.options())); }},
      {"attention", "bb",
       [=] {
         const Tensor x = f.view({1, 1, 3, 3});
         return F::scaled_dot_product_attention(x, x, x);
       }},
      {"RNNCell", "bb", [=] { return to(nn::RNNCell(3, 3))->forward(f); }},
      {"LSTM", "bb", [=] { return std::get<0>(to(nn::LSTM(3, 3))->forward(f.unsqueeze(0))); }},
      // What keeps the type that comes.
      {"relu", "bb", [=] { return b.relu(); }},
      {"sigmoid", "bb", [=] { return b.sigmoid(); }},
      {"tanh", "bb", [=] { return b.tanh(); }},
      {"gelu", "bb", [=] { return F::gelu(b); }},
      {"silu", "bb", [=] { return F::silu(b); }},
      {"sqrt", "bb", [=] { return b.sqrt(); }},
      {"square", "bb", [=] { return b.square(); }},
      {"exp2", "bb", [=] { return b.exp2(); }},
      {"atan", "bb", [=] { return b.atan(); }},
      {"log_sigmoid", "bb", [=] { return F::logsigmoid(b); }},
      {"mean", "bb", [=] { return b.mean(); }},
      {"var", "bb", [=] { return b.var(); }},
      {"max", "bb", [=] { return b.max(); }},
      {"amax", "bb", [=] { return b.amax(0); }},
      {"nansum", "bb", [=] { return b.nansum(); }},
      {"logcumsumexp", "bb", [=] { return b.logcumsumexp(0); }},
      {"add", "bb", [=] { return b + b; }},
      {"add of two types", "ff", [=] { return b + f; }},
      {"mul", "bb", [=] { return b * 2; }},
      {"where", "ff", [=] { return where(b > 0, b, f); }},
      {"dropout", "bb", [=] { return F::dropout(b); }},
      {"embedding", "bb", [=] { return F::embedding(label, b); }},
      {"batch_norm", "bb",
       [=] {
         return F::batch_norm(half_image, two, two,
                              F::BatchNormFuncOptions().weight(two).bias(two));
       }},
      {"batch_norm in training", "bb",
       [=] {
         return F::batch_norm(half_image, two.clone(), two.clone(),
                              F::BatchNormFuncOptions().weight(two).bias(two).training(true));
       }},
      {"instance_norm", "bb", [=] { return F::instance_norm(half_image); }},
      // Where CUDA wants range or digits.
      {"acos", "bf", [=] { return b.acos(); }},
      {"asin", "bf", [=] { return b.asin(); }},
      {"cosh", "bf", [=] { return b.cosh(); }},
      {"erfinv", "bf", [=] { return b.erfinv(); }},
      {"exp", "bf", [=] { return b.exp(); }},
      {"expm1", "bf", [=] { return b.expm1(); }},
      {"log", "bf", [=] { return b.log(); }},
      {"log10", "bf", [=] { return b.log10(); }},
      {"log1p", "bf", [=] { return b.log1p(); }},
      {"log2", "bf", [=] { return b.log2(); }},
      {"pow", "bf", [=] { return b.pow(3); }},
      {"pow of tensors", "bf", [=] { return b.pow(b); }},
      {"pow of a number", "bf", [=] { return pow(2, b); }},
      {"reciprocal", "bf", [=] { return b.reciprocal(); }},
      {"rsqrt", "bf", [=] { return b.rsqrt(); }},
      {"sinh", "bf", [=] { return b.sinh(); }},
      {"tan", "bf", [=] { return b.tan(); }},
      {"softplus", "bf", [=] { return F::softplus(b); }},
      {"sum", "bf", [=] { return b.sum(); }},
      {"sum of a dim", "bf", [=] { return b.sum(0); }},
      {"sum in a type", "bb", [=] { return f.sum(kBFloat16); }},
      {"prod", "ff", [=] { return b.prod(); }},
      {"prod of a dim", "ff", [=] { return b.prod(0); }},
      {"cumsum", "bf", [=] { return b.cumsum(0); }},
      {"cumprod", "bf", [=] { return b.cumprod(0); }},
      {"norm", "bf", [=] { return b.norm(); }},
      {"vector_norm", "bf", [=] { return linalg_vector_norm(b); }},
      {"matrix_norm", "bf", [=] { return linalg_matrix_norm(b); }},
      {"logsumexp", "bf", [=] { return b.logsumexp(1); }},
      {"softmax", "bf", [=] { return b.softmax(1); }},
      {"softmax in a type", "bb", [=] { return b.softmax(1, kBFloat16); }},
      {"log_softmax", "bf", [=] { return b.log_softmax(1); }},
      {"layer_norm", "bf", [=] { return F::layer_norm(b, F::LayerNormFuncOptions({3})); }},
      {"layer_norm with a weight", "bf",
       [=] { return F::layer_norm(b, F::LayerNormFuncOptions({3}).weight(three).bias(three)); }},
      {"rms_norm", "bf", [=] { return rms_norm(b, {3}); }},
      {"group_norm", "bf", [=] { return F::group_norm(half_image, F::GroupNormFuncOptions(2)); }},
      {"group_norm with a weight", "bf",
       [=] { return F::group_norm(half_image, F::GroupNormFuncOptions(2).weight(two).bias(two)); }},
      {"cosine_similarity", "bf", [=] { return F::cosine_similarity(b, b); }},
      {"dist", "bf", [=] { return dist(b, b); }},
      {"cdist", "ff", [=] { return cdist(b, b); }},
      {"pdist", "-f", [=] { return F::pdist(b); }},
      {"renorm", "bf", [=] { return renorm(b, 2, 0, 1); }},
      {"interpolate, nearest", "bf", [=] { return resized(kNearest); }},
      {"interpolate, bilinear", "bf", [=] { return resized(kBilinear); }},
      {"interpolate, bicubic", "bf", [=] { return resized(kBicubic); }},
      // Losses.
      {"mse_loss", "ff", [=] { return F::mse_loss(b, b); }},
      {"l1_loss", "ff", [=] { return F::l1_loss(b, b); }},
      {"smooth_l1_loss", "ff", [=] { return F::smooth_l1_loss(b, b); }},
      {"huber_loss", "ff", [=] { return F::huber_loss(b, b); }},
      {"cross_entropy", "ff", [=] { return F::cross_entropy(b, label); }},
      {"cross_entropy of probabilities", "ff", [=] { return F::cross_entropy(b, b); }},
      {"nll_loss", "ff", [=] { return F::nll_loss(b, label); }},
      {"kl_div", "ff", [=] { return F::kl_div(b, b); }},
      {"poisson_nll_loss", "ff", [=] { return F::poisson_nll_loss(b, b); }},
      {"cosine_embedding_loss", "ff", [=] { return F::cosine_embedding_loss(b, b, signs); }},
      {"hinge_embedding_loss", "ff", [=] { return F::hinge_embedding_loss(b, b); }},
      {"margin_ranking_loss", "ff", [=] { return F::margin_ranking_loss(b, b, b); }},
      {"multilabel_margin_loss", "ff",
       [=] {
         return F::multilabel_margin_loss(b, label.expand({3, 3}));
       }},
      {"soft_margin_loss", "ff", [=] { return F::soft_margin_loss(b, b); }},
      {"triplet_margin_loss", "ff", [=] { return F::triplet_margin_loss(b, b, b); }},
      {"multi_margin_loss", "ff", [=] { return F::multi_margin_loss(b, label); }},
      {"binary_cross_entropy_with_logits", "ff",
       [=] { return F::binary_cross_entropy_with_logits(b, b); }},
      {"binary_cross_entropy", "f-", [=] { return F::binary_cross_entropy(b, b); }},
      // The widest that comes.
      {"cat", "ff",
       [=] {
         return cat({b, f});
       }},
      {"cat of halves", "bb",
       [=] {
         return cat({b, b});
       }},
      {"stack", "ff",
       [=] {
         return stack({b, f});
       }},
      {"addcmul", "ff", [=] { return b.addcmul(f, b); }},
      {"addcdiv", "ff", [=] { return b.addcdiv(f, b); }},
      {"atan2", "ff", [=] { return b.atan2(f); }},
      {"scatter_add", "-f",
       [=] {
         return b.scatter_add(0, label.view({1, 3}), f);
       }},
      {"index_put", "-f", [=] { return b.index_put({label}, f); }},
      {"index_copy", "f-", [=] { return b.index_copy(0, label, f); }},
      {"grid_sample", "ff", [=] { return F::grid_sample(half_image, grid); }},
      {"grid_sample of halves", "fb",
       [=] { return F::grid_sample(half_image, grid.to(kBFloat16)); }},
      // What the CPU's list widens.
      {"avg_pool2d", "bb", [=] { return F::avg_pool2d(half_image, F::AvgPool2dFuncOptions(2)); }},
      {"avg_pool3d", "fb", [=] { return F::avg_pool3d(volume, F::AvgPool3dFuncOptions(2)); }},
      {"max_pool2d", "bb", [=] { return F::max_pool2d(half_image, F::MaxPool2dFuncOptions(2)); }},
      {"max_pool3d", "fb", [=] { return F::max_pool3d(volume, F::MaxPool3dFuncOptions(2)); }},
      {"adaptive_avg_pool2d", "bb",
       [=] { return F::adaptive_avg_pool2d(half_image, F::AdaptiveAvgPool2dFuncOptions(2)); }},
      {"adaptive_avg_pool3d", "fb",
       [=] { return F::adaptive_avg_pool3d(volume, F::AdaptiveAvgPool3dFuncOptions(2)); }},
      {"adaptive_max_pool2d", "bb",
       [=] { return F::adaptive_max_pool2d(half_image, F::AdaptiveMaxPool2dFuncOptions(2)); }},
      {"adaptive_max_pool3d", "fb",
       [=] { return F::adaptive_max_pool3d(volume, F::AdaptiveMaxPool3dFuncOptions(2)); }},
      {"reflect, one dim", "fb", [=] { return padded(line, kReflect); }},
      {"reflect, two dims", "fb", [=] { return padded(half_image, kReflect); }},
      {"reflect, three dims", "bb", [=] { return padded(volume, kReflect); }},
      {"replicate, one dim", "fb", [=] { return padded(line, kReplicate); }},
      {"replicate, three dims", "fb", [=] { return padded(volume, kReplicate); }},
      {"circular", "bb", [=] { return padded(half_image, kCircular); }},
      {"constant", "bb", [=] { return padded(half_image, kConstant); }},
      {"trace", "fb", [=] { return b.trace(); }},
      {"quantile", "f-", [=] { return quantile(b, 0.5); }},
      {"nanquantile", "f-", [=] { return nanquantile(b, 0.5); }},
      {"rfft", "c-", [=] { return fft_rfft(line); }},
      {"polar", "c-", [=] { return polar(b, b); }},
      {"view_as_complex", "c-",
       [=] {
         return view_as_complex(half_image.view({4, 4, 2}));
       }},
      {"inv", "f-", [=] { return linalg_inv(well); }},
      {"cholesky", "f-", [=] { return linalg_cholesky(well); }},
      {"solve", "f-", [=] { return linalg_solve(well, b); }},
      {"lstsq", "f-", [=] { return std::get<0>(linalg_lstsq(well, b)); }},
      {"svd", "f-", [=] { return std::get<1>(linalg_svd(b)); }},
      {"qr", "f-", [=] { return std::get<1>(linalg_qr(b)); }},
      {"eigh", "f-", [=] { return std::get<0>(linalg_eigh(well)); }},
  };
}

/// '-': PyTorch refuses, or has other parts, and nothing is said.
void expect_listed_types(Device device, size_t column) {
  for (const Case& c : listed_calls(device)) {
    if (c.types[column] == '-') continue;
    const Autocast autocast(device.type(), kBFloat16);
    EXPECT_EQ(letter_of(c.call()), c.types[column]) << c.name;
  }
}

TEST_F(Cuda, AutocastComputesInPyTorchsTypes) { expect_listed_types(kCUDA, 1); }
TEST_F(Cuda, AutocastOfTheCpuComputesInPyTorchsTypes) { expect_listed_types(kCPU, 0); }

TEST_F(Cuda, AutocastRefusesProbabilities) {
  const Tensor p = full({2}, 0.5, TensorOptions(kCUDA));
  const Autocast autocast(kCUDA, kHalf);
  EXPECT_THROW(F::binary_cross_entropy(p, p), Error);
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
