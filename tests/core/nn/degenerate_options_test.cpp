// SPDX-License-Identifier: Apache-2.0
// Options at and below zero: each call gives what PyTorch gives, or an error that names the
// function, where PyTorch throws as well.
#include <functional>

#include <gtest/gtest.h>

#include "hearth/hearth.h"

namespace hearth {
namespace {

namespace F = nn::functional;
using namespace nn;

/// What PyTorch does.
enum Want { kThrows, kFinite, kNaN, kInf };

struct Row {
  std::string name;
  Want want;
  std::function<Tensor()> call;
};

std::ostream& operator<<(std::ostream& out, Want want) {
  const char* const names[] = {"throws", "finite", "NaN", "inf"};
  return out << names[want];
}

Want outcome(const Row& row) {
  try {
    const Tensor t = row.call();
    if (t.numel() == 0 || !is_floating_point(t.scalar_type())) return kFinite;
    return t.isnan().any().item<bool>() ? kNaN : t.isinf().any().item<bool>() ? kInf : kFinite;
  } catch (const Error& e) {
    EXPECT_EQ(e.msg().substr(0, 1), "[") << row.name << ": " << e.what();
    return kThrows;
  }
}

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) EXPECT_EQ(outcome(row), row.want) << row.name;
}

Tensor image() {
  manual_seed(1);
  return rand({2, 4, 8, 8});
}
Tensor signal() {
  manual_seed(1);
  return rand({2, 4, 8});
}

/// The same for 0 and for -1.
template <class Make>
void check_both(const Make& rows) {
  for (const int64_t k : {0, -1}) {
    SCOPED_TRACE(cat_str("with ", k));
    check(rows(k));
  }
}

TEST(DegenerateOptions, Convolutions) {
  const Tensor x = image(), x1 = signal(), w = rand({4, 4, 3, 3}), w1 = rand({4, 4, 3});
  check_both([&](int64_t k) -> std::vector<Row> {
    return {
        {"Conv1d groups", kThrows, [=] { return Conv1d(Conv1dOptions(4, 4, 3).groups(k))(x1); }},
        {"Conv2d groups", kThrows, [=] { return Conv2d(Conv2dOptions(4, 4, 3).groups(k))(x); }},
        {"ConvTranspose1d groups", kThrows,
         [=] { return ConvTranspose1d(ConvTranspose1dOptions(4, 4, 3).groups(k))(x1); }},
        {"ConvTranspose2d groups", kThrows,
         [=] { return ConvTranspose2d(ConvTranspose2dOptions(4, 4, 3).groups(k))(x); }},
        {"conv1d groups", kThrows,
         [=] { return F::conv1d(x1, w1, F::Conv1dFuncOptions().groups(k)); }},
        {"conv2d groups", kThrows,
         [=] { return F::conv2d(x, w, F::Conv2dFuncOptions().groups(k)); }},
        {"conv_transpose1d groups", kThrows,
         [=] { return F::conv_transpose1d(x1, w1, F::ConvTranspose1dFuncOptions().groups(k)); }},
        {"conv_transpose2d groups", kThrows,
         [=] { return F::conv_transpose2d(x, w, F::ConvTranspose2dFuncOptions().groups(k)); }},
        {"kernel", kThrows, [=] { return Conv2d(4, 4, k)(x); }},
        {"kernel of conv2d", kThrows,
         [=] {
           return conv2d(x, rand({4, 4, 0, 3}));
         }},
        {"stride", kThrows, [=] { return Conv2d(Conv2dOptions(4, 4, 3).stride(k))(x); }},
        {"dilation", kThrows, [=] { return Conv2d(Conv2dOptions(4, 4, 3).dilation(k))(x); }},
        {"stride of Conv1d", kThrows, [=] { return Conv1d(Conv1dOptions(4, 4, 3).stride(k))(x1); }},
        {"dilation of Conv1d", kThrows,
         [=] { return Conv1d(Conv1dOptions(4, 4, 3).dilation(k))(x1); }},
        {"transposed stride", kThrows,
         [=] { return ConvTranspose2d(ConvTranspose2dOptions(4, 4, 3).stride(k))(x); }},
        {"transposed dilation", kThrows,
         [=] { return ConvTranspose2d(ConvTranspose2dOptions(4, 4, 3).dilation(k))(x); }},
        {"output channels", kThrows, [=] { return Conv2d(4, k, 3)(x); }},
        {"input channels", kThrows, [=] { return Conv2d(k, 4, 3)(x); }},
        {"padding", kThrows, [=] { return Conv2d(Conv2dOptions(4, 4, 3).padding(-1))(x); }},
    };
  });
}

TEST(DegenerateOptions, Pools) {
  const Tensor x = image(), x1 = signal();
  check_both([&](int64_t k) -> std::vector<Row> {
    const Want negative = k < 0 ? kThrows : kFinite;
    return {
        {"max_pool2d kernel", kThrows, [=] { return max_pool2d(x, k); }},
        {"max_pool2d stride", kThrows, [=] { return max_pool2d(x, 2, k); }},
        {"max_pool2d dilation", kThrows, [=] { return max_pool2d(x, 2, 2, 0, k); }},
        {"max_pool1d kernel", kThrows, [=] { return max_pool1d(x1, k); }},
        {"max_pool1d stride", kThrows, [=] { return max_pool1d(x1, 2, k); }},
        {"max_pool1d dilation", kThrows, [=] { return max_pool1d(x1, 2, 2, 0, k); }},
        {"avg_pool2d kernel", kThrows, [=] { return avg_pool2d(x, k); }},
        {"avg_pool2d stride", kThrows, [=] { return avg_pool2d(x, 2, k); }},
        {"avg_pool1d kernel", kThrows, [=] { return avg_pool1d(x1, k); }},
        {"avg_pool1d stride", kThrows, [=] { return avg_pool1d(x1, 2, k); }},
        {"MaxPool2d kernel", kThrows, [=] { return MaxPool2d(k)(x); }},
        {"AvgPool2d kernel", kThrows, [=] { return AvgPool2d(k)(x); }},
        {"divisor", k == 0 ? kThrows : kFinite,
         [=] { return AvgPool2d(AvgPool2dOptions(2).divisor_override(k))(x); }},
        {"padding", kThrows, [=] { return avg_pool2d(x, 2, 2, -1); }},
        {"adaptive_avg_pool1d", negative, [=] { return adaptive_avg_pool1d(x1, k); }},
        {"adaptive_avg_pool2d", negative, [=] { return adaptive_avg_pool2d(x, k); }},
        {"adaptive_max_pool1d", negative, [=] { return std::get<0>(adaptive_max_pool1d(x1, k)); }},
        {"adaptive_max_pool2d", negative, [=] { return std::get<0>(adaptive_max_pool2d(x, k)); }},
    };
  });
}

TEST(DegenerateOptions, Norms) {
  const Tensor x = ones({2, 4, 3});
  check_both([&](int64_t k) -> std::vector<Row> {
    const auto e = static_cast<double>(k);
    return {
        {"GroupNorm groups", kThrows, [=] { return GroupNorm(GroupNormOptions(k, 4))(x); }},
        {"group_norm groups", kThrows, [=] { return group_norm(x, k); }},
        {"GroupNorm channels", kThrows,
         [=] {
           return GroupNorm(GroupNormOptions(2, k))(rand({2, 0, 3}));
         }},
        {"batch_norm eps", kThrows,
         [=] { return F::batch_norm(x, {}, {}, F::BatchNormFuncOptions().training(true).eps(e)); }},
        // x * inf - 0 * inf, as PyTorch computes it on the CPU.
        {"batch_norm eps in evaluation", k < 0 ? kThrows : kNaN,
         [=] {
           return F::batch_norm(x, zeros({4}), zeros({4}), F::BatchNormFuncOptions().eps(e));
         }},
        {"layer_norm eps", kNaN, [=] { return layer_norm(x, {3}, {}, {}, e); }},
        {"rms_norm eps", kNaN, [=] { return rms_norm(x * 0, {3}, {}, e); }},
        {"group_norm eps", kNaN, [=] { return group_norm(x, 2, {}, {}, e); }},
        {"normalize eps", kNaN,
         [=] {
           return F::normalize(zeros({2, 3}), F::NormalizeFuncOptions().eps(e));
         }},
        {"BatchNorm features", kThrows,
         [=] {
           return BatchNorm2d(k)(rand({2, 0, 3, 3}));
         }},
        {"LayerNorm of nothing", k < 0 ? kThrows : kFinite,
         [=] {
           return LayerNorm(LayerNormOptions({k}))(rand({2, 0}));
         }},
        {"InstanceNorm features", kFinite,
         [=] {
           return InstanceNorm2d(k)(rand({2, 0, 3, 3}));
         }},
    };
  });
}

TEST(DegenerateOptions, Layers) {
  const Tensor x = image(), tokens = rand({5, 2, 8});
  check_both([&](int64_t k) -> std::vector<Row> {
    const Want negative = k < 0 ? kThrows : kFinite;
    const auto e = static_cast<double>(k);
    return {
        {"attention heads", kThrows,
         [=] { return std::get<0>(MultiheadAttention(8, k)(tokens, tokens, tokens)); }},
        {"attention width", kThrows,
         [=] { return std::get<0>(MultiheadAttention(k, 2)(tokens, tokens, tokens)); }},
        {"attention heads that do not divide", kThrows,
         [=] {
           const Tensor t = rand({5, 2, 7});
           return std::get<0>(MultiheadAttention(7, 2)(t, t, t));
         }},
        {"encoder heads", kThrows, [=] { return TransformerEncoderLayer(8, k)(tokens); }},
        {"encoder width", kThrows, [=] { return TransformerEncoderLayer(k, 2)(tokens); }},
        {"encoder feedforward", negative,
         [=] {
           return TransformerEncoderLayer(TransformerEncoderLayerOptions(8, 2).dim_feedforward(k))(
               tokens);
         }},
        {"pixel_shuffle", kThrows, [=] { return pixel_shuffle(x, k); }},
        {"pixel_unshuffle", kThrows, [=] { return pixel_unshuffle(x, k); }},
        {"PixelShuffle", kThrows, [=] { return PixelShuffle(k)(x); }},
        {"interpolate scale", kThrows,
         [=] {
           return F::interpolate(
               x, F::InterpolateFuncOptions().scale_factor(std::vector<double>{e, e}));
         }},
        {"interpolate bilinear scale", kThrows,
         [=] {
           return F::interpolate(x, F::InterpolateFuncOptions()
                                        .scale_factor(std::vector<double>{e, e})
                                        .mode(kBilinear)
                                        .align_corners(false));
         }},
        {"interpolate size", kThrows,
         [=] {
           return F::interpolate(x, F::InterpolateFuncOptions().size(std::vector<int64_t>{k, k}));
         }},
        {"interpolate to nothing", kThrows,
         [=] {
           return F::interpolate(
               x, F::InterpolateFuncOptions().scale_factor(std::vector<double>{0.01, 0.01}));
         }},
        {"Linear inputs", negative,
         [=] {
           return Linear(k, 2)(rand({3, 0}));
         }},
        {"Linear outputs", negative,
         [=] {
           return Linear(2, k)(rand({3, 2}));
         }},
        {"Bilinear inputs", kThrows,
         [=] {
           return Bilinear(BilinearOptions(k, 2, 2))(rand({3, 0}), rand({3, 2}));
         }},
        {"Bilinear outputs", negative,
         [=] {
           return Bilinear(BilinearOptions(2, 2, k))(rand({3, 2}), rand({3, 2}));
         }},
        {"Embedding rows", negative, [=] { return Embedding(k, 3)(empty({0}, kLong)); }},
        {"Embedding columns", negative, [=] { return Embedding(3, k)(zeros({2}, kLong)); }},
        {"Embedding padding", kThrows,
         [=] { return Embedding(EmbeddingOptions(3, 2).padding_idx(3))(zeros({2}, kLong)); }},
        {"PReLU parameters", kThrows,
         [=] {
           return PReLU(PReLUOptions().num_parameters(k))(rand({2, 3}));
         }},
        {"attention without width", kFinite,
         [=] {
           return scaled_dot_product_attention(rand({1, 2, 3, 0}), rand({1, 2, 3, 0}),
                                               rand({1, 2, 3, 4}));
         }},
    };
  });
}

TEST(DegenerateOptions, Activations) {
  const Tensor x = signal();
  check_both([&](int64_t k) -> std::vector<Row> {
    const auto e = static_cast<double>(k);
    return {
        {"celu", k == 0 ? kThrows : kFinite,
         [=] { return F::celu(x, F::CELUFuncOptions().alpha(e)); }},
        {"CELU", k == 0 ? kThrows : kFinite, [=] { return CELU(CELUOptions().alpha(e))(x); }},
        {"elu", kFinite, [=] { return elu(x, e); }},
        {"softplus", k == 0 ? kInf : kFinite, [=] { return softplus(x, e); }},
        {"softshrink", k < 0 ? kThrows : kFinite, [=] { return softshrink(x, e); }},
        {"hardshrink", kFinite, [=] { return hardshrink(x, e); }},
        {"Hardtanh", kThrows, [=] { return Hardtanh(HardtanhOptions().min_val(1).max_val(e))(x); }},
        {"gumbel_softmax", k == 0 ? kNaN : kFinite,
         [=] { return F::gumbel_softmax(x, F::GumbelSoftmaxFuncOptions().tau(e)); }},
        {"leaky_relu", kFinite, [=] { return leaky_relu(x, e); }},
        {"glu", kThrows,
         [=] {
           return F::glu(rand({2, 3}));
         }},
        {"dropout", k < 0 ? kThrows : kFinite, [=] { return dropout(x, e, true); }},
        {"dropout of all", kFinite, [=] { return dropout(x, 1, true); }},
        {"alpha_dropout of all", kFinite, [=] { return alpha_dropout(x, 1, true); }},
    };
  });
}

TEST(DegenerateOptions, Losses) {
  const Tensor x = signal(), logits = rand({2, 3}), target = zeros({2}, kLong);
  check_both([&](int64_t k) -> std::vector<Row> {
    const auto e = static_cast<double>(k);
    return {
        {"smooth_l1_loss", k < 0 ? kThrows : kFinite,
         [=] { return F::smooth_l1_loss(x, x, F::SmoothL1LossFuncOptions().beta(e)); }},
        {"huber_loss", kThrows,
         [=] { return F::huber_loss(x, x, F::HuberLossFuncOptions().delta(e)); }},
        {"label_smoothing", k < 0 ? kThrows : kFinite,
         [=] {
           return F::cross_entropy(logits, target, F::CrossEntropyFuncOptions().label_smoothing(e));
         }},
        {"label_smoothing above one", kThrows,
         [=] {
           return F::cross_entropy(logits, target, F::CrossEntropyFuncOptions().label_smoothing(2));
         }},
    };
  });
}

TEST(DegenerateOptions, Shapes) {
  const Tensor x = signal();
  check_both([&](int64_t k) -> std::vector<Row> {
    const Want negative = k < 0 ? kThrows : kFinite;
    return {
        {"split", kThrows, [=] { return x.split(k)[0]; }},
        {"chunk", kThrows, [=] { return x.chunk(k)[0]; }},
        {"unfold step", kThrows, [=] { return x.unfold(2, 2, k); }},
        {"unfold size", negative, [=] { return x.unfold(2, k, 1); }},
        {"slice step", kThrows, [=] { return x.slice(2, 0, 4, k); }},
        {"arange step", kThrows, [=] { return arange(0, 5, k); }},
        {"linspace", negative, [=] { return linspace(0, 1, k); }},
        {"repeat", negative,
         [=] {
           return x.repeat({k, 1, 1});
         }},
        {"tile", negative, [=] { return x.tile({k}); }},
        {"repeat_interleave", negative, [=] { return x.repeat_interleave(k); }},
        {"unflatten", k < 0 ? kFinite : kThrows,
         [=] {
           return x.unflatten(2, {k, 2});
         }},
        {"view", kThrows,
         [=] {
           return rand({0, 4}).view({0, -1});
         }},
        {"reshape", kThrows,
         [=] {
           return rand({0, 4}).reshape({-1, 0});
         }},
        {"topk", negative, [=] { return std::get<0>(x.topk(k)); }},
        {"kthvalue", kThrows, [=] { return std::get<0>(x.kthvalue(k)); }},
        {"one_hot", k < 0 ? kFinite : kThrows, [=] { return one_hot(zeros({2}, kLong), k); }},
        {"multinomial", kThrows, [=] { return multinomial(rand({3}), k); }},
        {"randint", kThrows, [=] { return randint(k, {2}); }},
        {"randint of an empty range", kThrows, [=] { return randint(3, 3, {2}); }},
        {"randperm", negative, [=] { return randperm(k); }},
        {"eye", negative, [=] { return eye(k); }},
        {"diag", kFinite, [=] { return rand({3}).diag(k); }},
    };
  });
}

TEST(DegenerateOptions, RandomNumbers) {
  const Tensor x = empty({2});
  check_both([&](int64_t k) -> std::vector<Row> {
    const auto e = static_cast<double>(k);
    return {
        {"normal", k < 0 ? kThrows : kFinite, [=] { return normal(0, e, {2}); }},
        {"exponential_", kThrows, [=] { return x.exponential_(e); }},
        {"geometric_", kThrows, [=] { return x.geometric_(e); }},
        {"cauchy_", kThrows, [=] { return x.cauchy_(0, e); }},
        {"log_normal_", kThrows, [=] { return x.log_normal_(0, e); }},
        {"uniform_", kThrows, [=] { return x.uniform_(1, e); }},
        {"bernoulli_", kThrows, [=] { return x.bernoulli_(2); }},
    };
  });
}

TEST(DegenerateOptions, Initialization) {
  check({
      {"kaiming_uniform_", kFinite,
       [] {
         return init::kaiming_uniform_(empty({0, 3}));
       }},
      {"kaiming_uniform_ without inputs", kFinite,
       [] {
         return init::kaiming_uniform_(empty({3, 0}));
       }},
      {"xavier_uniform_ of nothing", kThrows,
       [] {
         return init::xavier_uniform_(empty({0, 0}));
       }},
      {"dirac_", kThrows,
       [] {
         return init::dirac_(empty({4, 4, 3}), 0);
       }},
      {"sparse_", kThrows,
       [] {
         return init::sparse_(empty({3, 3}), -1);
       }},
  });
}

TEST(DegenerateOptions, Reductions) {
  const Tensor x = signal();
  check({
      {"mean of nothing", kNaN, [] { return empty({0}).mean(); }},
      {"var of one", kNaN, [] { return ones({1}).var(); }},
      {"std of one", kNaN,
       [] {
         return ones({1, 2}).std(0);
       }},
      {"norm of order 0", kFinite, [=] { return x.norm(0); }},
      {"norm of order -1", kFinite, [=] { return x.norm(-1); }},
      {"fmod", kNaN, [=] { return x.fmod(0); }},
      {"remainder", kNaN, [=] { return x.remainder(0); }},
      {"integer fmod", kThrows, [] { return ones({2}, kLong).fmod(0); }},
      {"integer remainder", kThrows, [] { return ones({2}, kLong).remainder(0); }},
      {"integer floor_divide", kThrows, [] { return floor_divide(ones({2}, kLong), 0); }},
      {"integer floor_divide by a tensor", kThrows,
       [] { return floor_divide(ones({2}, kLong), zeros({2}, kLong)); }},
      {"integer div", kInf, [] { return ones({2}, kLong).div(0); }},
      {"pow", kInf, [=] { return (x * 0).pow(-1); }},
  });
}

}  // namespace
}  // namespace hearth
