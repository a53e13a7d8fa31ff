// SPDX-License-Identifier: Apache-2.0
// Batch norm, residual and activation as one operator: against its parts, and where modules use it.
#include "hearth/ops/batch_norm_act.h"

#include <limits>

#include "hearth/base/threads.h"
#include "hearth/interceptors/autocast.h"
#include "hearth/nn/modules/activation.h"
#include "hearth/nn/modules/conv_norm.h"
#include "hearth/nn/modules/sequential.h"
#include "hearth/ops/normalization.h"
#include "hearth/ops/random.h"
#include "hearth/tensor/tensor_literal.h"

#include "core/ops/fused_check.h"
#include "nn/modules/join_layers.h"
#include "ops/batch_norm_act.h"

namespace hearth {
namespace {

constexpr ConvActivation kAll[] = {ConvActivation::None, ConvActivation::ReLU,
                                   ConvActivation::ReLU6, ConvActivation::SiLU,
                                   ConvActivation::Hardswish};

Tensor apply(ConvActivation activation, const Tensor& x) { return ops::activated(x, activation); }

/// Channels that fill registers, some, and none; pieces of work that are cut in the middle; planes
/// longer than a piece.
const DimVector kSizes[] = {{5, 4},         {3, 16, 7},     {2, 4, 3, 5}, {2, 24, 12, 11},
                            {3, 2, 1, 1},   {2, 36, 9, 11}, {4, 1, 3, 2}, {2, 70, 5, 5},
                            {1, 3, 67, 65}, {2, 600, 5, 7}};

std::vector<Tensor> layouts(const Tensor& t) {
  std::vector<Tensor> all{t, scattered(t)};
  if (t.dim() == 4) all.push_back(channels_last(t));
  return all;
}

TEST(BatchNormAct, AgreesWithItsDecomposition) {
  for (const ScalarType type : {kFloat, kDouble})
    for (const DimVector& sizes : kSizes) {
      const int64_t channels = sizes[1];
      const Tensor w = wave({channels}, 0.5, type, 1) + 1, b = wave({channels}, 2, type, 2);
      const Tensor mean = wave({channels}, 1, type), var = wave({channels}, 0.5, type, 4) + 1;
      const Tensor g = wave(sizes, 1, type, 3), r = wave(sizes, 1.5, type, 6), none;
      for (const Tensor& x : layouts(wave(sizes, 2, type) + 1))
        for (const Tensor& residual : {none, r, scattered(r)})
          for (const ConvActivation activation : kAll)
            for (const bool training : {true, false}) {
              SCOPED_TRACE(cat_str(x.sizes(), " ", x.strides(), " ", type, " activation ",
                                   static_cast<int>(activation), " residual ", residual.defined(),
                                   " training ", training));
              const Tensor& m = training ? none : mean;
              const Tensor& v = training ? none : var;
              const ops::BatchNormAct op{training, 0.1, 1e-2, activation};
              expect_decomposes(op, x, w, b, m, v, residual);
              const auto out = invoke_n<3>(op, x, w, b, m, v, residual);
              EXPECT_EQ(out[0].strides(), empty_like(x).strides());
              for (const bool need : {true, false})
                expect_decomposes(ops::BatchNormActBackward{training, 1e-2, activation, need, true,
                                                            !need, need == residual.defined()},
                                  g, x, out[1], out[2], w, b, residual);
            }
    }
}

TEST(BatchNormAct, HalfTypesAreComputedInFloat) {
  for (const ScalarType type : {kHalf, kBFloat16})
    for (const DimVector& sizes : {DimVector{2, 36, 5, 7}, {2, 4, 67, 65}})
      for (const Tensor& x : layouts(wave(sizes, 2, type))) {
        const Tensor w = wave({sizes[1]}, 1, type, 1), b = wave({sizes[1]}, 1, type, 2), none;
        const Tensor r = wave(sizes, 1, type, 5), g = wave(sizes, 1, type, 3);
        for (const ConvActivation activation : kAll) {
          const ops::BatchNormAct op{true, 0.1, 1e-2, activation};
          expect_rounds_float_results(op, x, w, b, none, none, r);
          const auto out = invoke_n<3>(op, x, w, b, none, none, r);
          expect_rounds_float_results(
              ops::BatchNormActBackward{true, 1e-2, activation, true, true, true, true}, g, x,
              out[1], out[2], w, b, r);
        }
      }
}

/// The results and gradients of f(x, weight, bias, residual).
template <class F>
std::vector<Tensor> results_of(const F& f, const std::vector<Tensor>& in) {
  std::vector<Tensor> leaves;
  for (const Tensor& t : in) leaves.push_back(t.detach().clone().requires_grad_());
  const Tensor y = f(leaves);
  (y * y).sum().backward();
  std::vector<Tensor> out{y.detach()};
  for (const Tensor& leaf : leaves) out.push_back(leaf.grad());
  return out;
}

TEST(BatchNormAct, TrainsAsItsParts) {
  for (const bool last : {true, false}) {
    const auto format = last ? MemoryFormat::ChannelsLast : MemoryFormat::Contiguous;
    const std::vector<Tensor> in{wave({3, 20, 9, 11}, 2, kFloat).contiguous(format),
                                 wave({20}, 1, kFloat, 1), wave({20}, 1, kFloat, 2),
                                 wave({3, 20, 9, 11}, 1, kFloat, 3).contiguous(format)};
    for (const ConvActivation activation : kAll)
      for (const bool adds : {true, false}) {
        const Tensor mean = zeros({20}), var = ones({20}), mean_2 = zeros({20}), var_2 = ones({20});
        std::vector<Tensor> used(in.begin(), in.begin() + (adds ? 4 : 3));
        const auto got = results_of(
            [&](const std::vector<Tensor>& t) {
              return batch_norm_act(t[0], t[1], t[2], mean, var, adds ? t[3] : Tensor(),
                                    BatchNormActOptions().activation(activation));
            },
            used);
        const auto want = results_of(
            [&](const std::vector<Tensor>& t) {
              const Tensor y = batch_norm(t[0], t[1], t[2], mean_2, var_2, true, 0.1, 1e-5);
              return apply(activation, adds ? y + t[3] : y);
            },
            used);
        for (size_t i = 0; i < got.size(); ++i) expect_close(got[i], want[i], 1e-4);
        expect_close(mean, mean_2, 1e-6);
        expect_close(var, var_2, 1e-6);
      }
  }
}

TEST(BatchNormAct, DerivativesToTheSecond) {
  for (const ConvActivation activation : kAll)
    for (const bool training : {true, false}) {
      const Tensor mean = wave({3}, 1), var = wave({3}, 0.5) + 1;
      expect_gradients(
          [&](const std::vector<Tensor>& t) -> std::vector<Tensor> {
            return {batch_norm_act(
                t[0], t[1], t[2], mean.clone(), var.clone(), t[3],
                BatchNormActOptions().training(training).eps(1e-2).activation(activation))};
          },
          {wave({2, 3, 2}), wave({3}, 1, kDouble, 1), wave({3}, 1, kDouble, 2),
           wave({2, 3, 2}, 1, kDouble, 3)});
    }
}

TEST(BatchNormAct, DoesNotDependOnThreads) {
  for (const Tensor& x : layouts(wave({4, 40, 33, 31}, 2, kFloat))) {
    const Tensor w = wave({40}, 1, kFloat, 1), b = wave({40}, 1, kFloat, 2), none;
    const Tensor r = wave(x.sizes(), 1, kFloat, 5), g = wave(x.sizes(), 1, kFloat, 3);
    const ops::BatchNormAct op{true, 0.1, 1e-2, ConvActivation::ReLU6};
    const auto out = invoke_n<3>(op, x, w, b, none, none, r);
    for (size_t i = 0; i < 3; ++i)
      expect_same_on_any_threads([&] { return invoke_n<3>(op, x, w, b, none, none, r)[i]; });
    for (size_t i = 0; i < 4; ++i)
      expect_same_on_any_threads([&] {
        return invoke_n<4>(
            ops::BatchNormActBackward{true, 1e-2, ConvActivation::ReLU6, true, true, true, true}, g,
            x, out[1], out[2], w, b, r)[i];
      });
  }
}

TEST(BatchNormAct, FixedStatisticsKeepInfinitiesOutOfGradients) {
  const double infinity = std::numeric_limits<double>::infinity();
  const Tensor x = tensor({infinity, -infinity, 1.0}, kFloat).view({3, 1}).requires_grad_();
  const Tensor y =
      batch_norm_act(x, {}, {}, zeros({1}), ones({1}), {},
                     BatchNormActOptions().training(false).eps(0).activation(ConvActivation::ReLU));
  y.sum().backward();
  EXPECT_TRUE(x.grad().flatten().equal(tensor({1.0, 0.0, 1.0}, kFloat)));
}

TEST(BatchNormAct, TakesNothing) {
  const Tensor x = zeros({0, 3, 2, 2}).requires_grad_();
  const Tensor y =
      batch_norm_act(x, ones({3}), zeros({3}), zeros({3}), ones({3}), zeros({0, 3, 2, 2}),
                     BatchNormActOptions().activation(ConvActivation::SiLU));
  EXPECT_EQ(y.sizes(), x.sizes());
  y.sum().backward();
  EXPECT_EQ(x.grad().sizes(), x.sizes());
}

TEST(BatchNormAct, ChecksWhatItGets) {
  const Tensor x = rand({2, 3, 4, 4}), w = rand({3}), none;
  const auto relu = BatchNormActOptions().activation(ConvActivation::ReLU);
  expect_error<ShapeError>(
      [&] {
        batch_norm_act(x, w, w, none, none, rand({2, 3, 4, 1}), relu);
      },
      "[batch_norm_act] expected a residual of the input's shape");
  expect_error<DtypeError>(
      [&] { batch_norm_act(x, w, w, none, none, x.to(kDouble), relu); },
      "[batch_norm_act] expected a residual of the input's type (float32), got float64");
  EXPECT_THROW(batch_norm_act(x, rand({4}), w, none, none, none, relu), ShapeError);
  EXPECT_THROW(
      batch_norm_act(x, w, w, none, none, none,
                     BatchNormActOptions().training(false).activation(ConvActivation::ReLU)),
      ValueError);
}

struct Net {
  nn::Conv2d conv{nn::Conv2dOptions(8, 12, 3).padding(1)};
  nn::BatchNorm2d norm{12};
};

/// The names of the nodes that led to y, from the last on.
std::string last_node(const Tensor& y) { return y.grad_fn()->name(); }

TEST(BatchNormAct, OfModulesIsOneOperatorOnlyWhereNobodyLooks) {
  manual_seed(3);
  Net net;
  const Tensor x = rand({2, 8, 6, 5}), residual = rand({2, 12, 6, 5});
  const auto get = [&] {
    return nn::conv_norm(net.conv, net.norm, x, ConvActivation::ReLU, residual);
  };
  EXPECT_TRUE(nn::joins_norm_act(*net.norm, net.conv(x), residual));
  const Tensor joined = get();
  EXPECT_EQ(net.norm->num_batches_tracked.item<int64_t>(), 1);
  const std::string name = last_node(joined);
  {
    // Autocast leaves norms what comes: halves, with the norm's own numbers in float.
    const Autocast autocast(kCPU, kBFloat16);
    const Tensor halves = net.conv(x), added = residual.to(kBFloat16);
    EXPECT_EQ(halves.scalar_type(), kBFloat16);
    EXPECT_TRUE(nn::joins_norm_act(*net.norm, halves, added));
    EXPECT_FALSE(nn::joins_norm_act(*net.norm, halves, residual));
    const Tensor y = nn::norm_act(*net.norm, halves, ConvActivation::ReLU, added);
    EXPECT_EQ(y.scalar_type(), kBFloat16);
    expect_close(y.to(kFloat), joined, 5e-2);
    net.norm->num_batches_tracked.fill_(1);
  }
  EXPECT_FALSE(nn::joins_norm_act(*net.norm, net.conv(x), rand({2, 12, 6, 1})));
  int seen = 0;
  net.norm->register_forward_hook(
      [&](nn::Module&, const std::vector<Tensor>&, std::vector<Tensor>&) { ++seen; });
  const Tensor parts = get();
  EXPECT_EQ(seen, 1);
  EXPECT_EQ(net.norm->num_batches_tracked.item<int64_t>(), 2);
  expect_close(joined, parts, 1e-5);
  EXPECT_NE(last_node(parts), name);
}

TEST(BatchNormAct, OfSequencesIsTheirLayers) {
  manual_seed(4);
  const auto make = [] {
    return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(3, 16, 3).padding(1).bias(false)),
                          nn::BatchNorm2d(16), nn::SiLU(), nn::Conv2d(16, 16, 1),
                          nn::BatchNorm2d(nn::BatchNorm2dOptions(16).momentum(std::nullopt)),
                          nn::ReLU(nn::ReLUOptions(true)), nn::BatchNorm2d(16));
  };
  auto net = make();
  const auto watched = std::dynamic_pointer_cast<nn::SequentialImpl>(net->clone());
  int seen = 0;
  for (const size_t i : {2, 5})
    watched->ptr(i)->register_forward_hook(
        [&](nn::Module&, const std::vector<Tensor>&, std::vector<Tensor>&) { ++seen; });
  const Tensor x = rand({2, 3, 9, 8});
  for (const int expected : {2, 4}) {
    const Tensor a = net->forward(x), b = watched->forward(x);
    EXPECT_EQ(seen, expected);
    expect_close(a, b, 1e-5);
    a.square().sum().backward();
    b.square().sum().backward();
  }
  const auto ours = net->parameters(), theirs = watched->parameters();
  for (size_t i = 0; i < ours.size(); ++i) expect_close(ours[i].grad(), theirs[i].grad(), 2e-3);
  const auto statistics = net->buffers(), others = watched->buffers();
  for (size_t i = 0; i < statistics.size(); ++i)
    expect_close(statistics[i].to(kDouble), others[i].to(kDouble), 1e-5);
}

}  // namespace
}  // namespace hearth
