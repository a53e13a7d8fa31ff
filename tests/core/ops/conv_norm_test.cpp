// SPDX-License-Identifier: Apache-2.0
// The fused operator against its parts, on every way that convolutions are computed.
#include "hearth/ops/conv_norm.h"

#include <limits>

#include <gtest/gtest.h>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/context.h"
#include "hearth/interceptors/autocast.h"
#include "hearth/nn/modules/activation.h"
#include "hearth/nn/modules/conv_norm.h"
#include "hearth/nn/modules/sequential.h"
#include "hearth/ops/conv.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/normalization.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "nn/modules/join_layers.h"

namespace hearth {
namespace {

struct Shape {
  int64_t batch, in, out, height, width, kernel, stride, padding, groups;
};

/// Of each way: rows of 1 x 1, Winograd, strides, stems, depthwise, groups; channels that fill no
/// register, images of one pixel.
const Shape kShapes[] = {
    {2, 40, 36, 9, 7, 1, 1, 0, 1},   {1, 300, 16, 3, 3, 1, 1, 0, 1}, {1, 16, 70, 5, 6, 1, 2, 0, 1},
    {2, 16, 20, 12, 13, 3, 1, 1, 1}, {1, 24, 48, 11, 9, 3, 2, 1, 1}, {2, 3, 10, 17, 15, 7, 2, 3, 1},
    {2, 20, 20, 8, 9, 3, 1, 1, 20},  {1, 33, 33, 9, 7, 5, 2, 2, 33}, {2, 12, 8, 6, 6, 3, 1, 1, 4},
    {3, 9, 5, 1, 1, 1, 1, 0, 1},     {1, 8, 4, 2, 2, 5, 1, 2, 1}};

Tensor random(IntArrayRef sizes, Generator& generator, double least = -1) {
  return rand(sizes, generator) * (1 - least) + least;
}

void expect_close(const Tensor& got, const Tensor& expected, double tolerance) {
  ASSERT_EQ(got.sizes(), expected.sizes());
  const double most = expected.abs().max().item<double>();
  EXPECT_LE((got - expected).abs().max().item<double>(), tolerance * (most + 1));
}

Tensor apply(ConvActivation activation, const Tensor& x) {
  switch (activation) {
    case ConvActivation::ReLU:
      return x.relu();
    case ConvActivation::ReLU6:
      return relu6(x);
    case ConvActivation::SiLU:
      return silu(x);
    case ConvActivation::Hardswish:
      return hardswish(x);
    default:
      return x;
  }
}

TEST(ConvNorm, IsItsParts) {
  const NoGradGuard no_grad;
  Generator generator(7);
  for (const Shape& s : kShapes) {
    for (const bool last : {true, false}) {
      for (const ScalarType type : {kFloat, kDouble}) {
        const auto format = last ? MemoryFormat::ChannelsLast : MemoryFormat::Contiguous;
        const auto make = [&](IntArrayRef sizes, double least = -1) {
          return random(sizes, generator, least).to(type);
        };
        const Tensor x = make({s.batch, s.in, s.height, s.width}).contiguous(format);
        const Tensor w = make({s.out, s.in / s.groups, s.kernel, s.kernel}).contiguous(format);
        const Tensor bias = make({s.out});
        const ConvNormStatistics norm{make({s.out}), make({s.out}, 0.2), make({s.out}),
                                      make({s.out})};
        const Tensor y = conv2d(x, w, bias, s.stride, s.padding, 1, s.groups);
        const Tensor normed =
            batch_norm(y, norm.weight, norm.bias, norm.mean, norm.var, false, 0, 1e-3);
        const Tensor residual = make(y.sizes()).contiguous(format);
        for (const auto activation :
             {ConvActivation::None, ConvActivation::ReLU, ConvActivation::ReLU6,
              ConvActivation::SiLU, ConvActivation::Hardswish}) {
          const auto options = ConvNormOptions()
                                   .stride({s.stride})
                                   .padding({s.padding})
                                   .groups(s.groups)
                                   .eps(1e-3)
                                   .activation(activation);
          const double tolerance = type == kFloat ? 3e-5 : 1e-12;
          SCOPED_TRACE(cat_str("in ", s.in, " out ", s.out, " kernel ", s.kernel, " groups ",
                               s.groups, " last ", last, " activation ",
                               static_cast<int>(activation)));
          expect_close(conv_norm(x, w, bias, norm, residual, options),
                       apply(activation, normed + residual), tolerance);
          expect_close(
              conv_norm(x, w, {}, norm, {}, options),
              apply(activation,
                    normed - (bias * norm.weight / (norm.var + 1e-3).sqrt()).view({1, -1, 1, 1})),
              tolerance);
          expect_close(conv_norm(x, w, bias, {}, {}, options), apply(activation, y), tolerance);
        }
      }
    }
  }
}

TEST(ConvNorm, KeepsNaN) {
  const NoGradGuard no_grad;
  for (const int64_t kernel : {1, 3}) {
    Tensor x = zeros({1, 16, 8, 8}).contiguous(MemoryFormat::ChannelsLast);
    x.select(2, 4).select(2, 4).fill_(std::numeric_limits<double>::quiet_NaN());
    for (const auto activation : {ConvActivation::ReLU, ConvActivation::ReLU6, ConvActivation::SiLU,
                                  ConvActivation::Hardswish}) {
      const Tensor y = conv_norm(x, ones({16, 16, kernel, kernel}), {}, {}, {},
                                 ConvNormOptions().padding({kernel / 2}).activation(activation));
      EXPECT_TRUE(y.select(2, 4).select(2, 4).isnan().all().item<bool>());
      EXPECT_FALSE(y.select(2, 0).isnan().any().item<bool>());
    }
  }
}

TEST(ConvNorm, ActivatesKnotsAndInfinitiesAsTheActivationDoes) {
  const NoGradGuard no_grad;
  const double infinity = std::numeric_limits<double>::infinity();
  const Tensor knots =
      tensor({-infinity, -6., -3., -1e-30, -0., 0., 1e-30, 3., 6., 7., infinity}, kFloat);
  const Tensor x = knots.view({1, 1, 1, -1}).contiguous(MemoryFormat::ChannelsLast);
  for (const auto activation : {ConvActivation::None, ConvActivation::ReLU, ConvActivation::ReLU6,
                                ConvActivation::SiLU, ConvActivation::Hardswish}) {
    const Tensor y =
        conv_norm(x, ones({1, 1, 1, 1}), {}, {}, {}, ConvNormOptions().activation(activation));
    EXPECT_TRUE(allclose(y.flatten(), apply(activation, knots), 1e-6, 1e-7, true))
        << static_cast<int>(activation) << y.flatten() << apply(activation, knots);
  }
}

TEST(ConvNorm, ChecksWhatItGets) {
  const Tensor x = rand({1, 2, 4, 4}), w = rand({3, 2, 1, 1}), v = rand({3});
  EXPECT_THROW(conv_norm(x, w, {}, {v, {}, {}, {}}, {}), ValueError);
  EXPECT_THROW(conv_norm(x, w, {}, {{}, {}, v, {}}, {}), ValueError);
  EXPECT_THROW(conv_norm(x, w, {}, {rand({2}), v, {}, {}}, {}), ShapeError);
  EXPECT_THROW(conv_norm(x, w, {}, {v, v, {}, {}}, rand({1, 3, 4, 3})), ShapeError);
  EXPECT_THROW(conv_norm(x, w, {}, {v.to(kDouble), v.to(kDouble), {}, {}}, {}), DtypeError);
  EXPECT_THROW(conv_norm(x.to(kHalf), w.to(kHalf), {}, {}, {}), DtypeError);
}

TEST(ConvNorm, OfModulesIsOnePassOnlyWhereNobodyLooks) {
  manual_seed(3);
  nn::Conv2d conv(nn::Conv2dOptions(8, 12, 3).padding(1));
  nn::BatchNorm2d norm(12);
  norm->running_mean.uniform_(-1, 1);
  norm->running_var.uniform_(0.5, 2);
  const Tensor x = rand({2, 8, 6, 5}), residual = rand({2, 12, 6, 5});
  EXPECT_FALSE(nn::joins_conv_norm(*conv, norm.get(), x));  // somebody may want gradients
  const NoGradGuard no_grad;
  EXPECT_FALSE(nn::joins_conv_norm(*conv, norm.get(), x));  // the batch's own statistics
  norm->eval();
  EXPECT_TRUE(nn::joins_conv_norm(*conv, norm.get(), x));
  const Tensor expected = (norm(conv(x)) + residual).relu();
  const auto get = [&] { return nn::conv_norm(conv, norm, x, ConvActivation::ReLU, residual); };
  expect_close(get(), expected, 1e-5);
  {
    const Autocast autocast(kCPU, kBFloat16);
    EXPECT_FALSE(nn::joins_conv_norm(*conv, norm.get(), x));
  }
  int seen = 0;
  conv->register_forward_hook(
      [&](nn::Module&, const std::vector<Tensor>&, std::vector<Tensor>&) { ++seen; });
  expect_close(get(), expected, 1e-5);
  EXPECT_EQ(seen, 1);
}

TEST(ConvNorm, OfSequencesIsTheirLayers) {
  manual_seed(4);
  const auto fill = [](nn::BatchNorm2d norm) {
    norm->running_mean.uniform_(-1, 1);
    norm->running_var.uniform_(0.5, 2);
    return norm;
  };
  nn::Sequential net(nn::Conv2d(nn::Conv2dOptions(3, 16, 3).padding(1).bias(false)),
                     fill(nn::BatchNorm2d(16)), nn::SiLU(), nn::Conv2d(16, 16, 1), nn::ReLU6(),
                     nn::Conv2d(nn::Conv2dOptions(16, 16, 3).groups(16)), fill(nn::BatchNorm2d(16)),
                     nn::Conv2d(16, 4, 1));
  net->eval();
  const Tensor x = rand({2, 3, 9, 8});
  const Tensor expected = net->forward(x);
  EXPECT_TRUE(expected.requires_grad());
  const NoGradGuard no_grad;
  expect_close(net->forward(x), expected, 1e-5);
  int seen = 0;
  net->ptr(2)->register_forward_hook(
      [&](nn::Module&, const std::vector<Tensor>&, std::vector<Tensor>&) { ++seen; });
  expect_close(net->forward(x), expected, 1e-5);
  EXPECT_EQ(seen, 1);
  net->train();
  expect_close(
      net->forward(x),
      [&] {
        const AutoGradMode recording(true);
        return net->forward(x).detach();
      }(),
      1e-5);
}

}  // namespace
}  // namespace hearth
