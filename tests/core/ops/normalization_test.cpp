// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/normalization.h"

#include <cmath>

#include "core/ops/fused_check.h"
#include "ops/batch_norm.h"
#include "ops/group_norm.h"
#include "ops/layer_norm.h"

namespace hearth {
namespace {

using autograd::variable_list;

std::vector<Tensor> layouts(IntArrayRef sizes, ScalarType type) {
  const Tensor x = wave(sizes, 2, type) + 1;
  std::vector<Tensor> all{x, scattered(x)};
  if (sizes.size() == 4) all.push_back(channels_last(x));
  return all;
}

Tensor affine(IntArrayRef sizes, ScalarType type, double phase) {
  return wave(sizes, 0.5, type, phase) + 1;
}

TEST(Normalization, LayerAndRmsAgreeWithTheirDecompositions) {
  for (ScalarType type : {kFloat, kDouble, kBFloat16})
    for (const DimVector& sizes : {DimVector{5, 7}, {3, 4, 33}, {2, 3, 4, 5}, {40, 200}, {0, 4}})
      for (const Tensor& x : layouts(sizes, type))
        for (const size_t k : {size_t{1}, size_t{2}}) {
          SCOPED_TRACE(cat_str(x.sizes(), " ", x.strides(), " ", type, " over ", k));
          DimVector shape;
          for (size_t d = sizes.size() - k; d < sizes.size(); ++d) shape.push_back(sizes[d]);
          const Tensor w = affine(shape, type, 1), b = affine(shape, type, 2);
          const Tensor g = wave(sizes, 1, type, 3);
          for (const Tensor& weight : {w, Tensor()}) {
            const ops::LayerNorm layer{shape, 1e-3};
            expect_decomposes(layer, x, weight, Tensor());
            expect_decomposes(layer, x, weight, b);
            const auto out = invoke_n<3>(layer, x, weight, b);
            for (bool need : {true, false})
              expect_decomposes(ops::LayerNormBackward{shape, 1e-3, need, true, !need}, g, x,
                                out[1], out[2], weight);
            const ops::RmsNorm rms{shape, 1e-3};
            expect_decomposes(rms, x, weight);
            const Tensor scale = invoke_n<2>(rms, x, weight)[1];
            expect_decomposes(ops::LayerNormBackward{shape, 1e-3, true, true, false}, g, x,
                              Tensor(), scale, weight);
          }
        }
}

TEST(Normalization, HalfTypesAreComputedInFloat) {
  for (const ScalarType type : {kHalf, kBFloat16})
    // Planes, rows of channels and lines longer than a piece of work, and shorter ones.
    for (const DimVector& sizes : {DimVector{2, 4, 67, 65}, {3, 36, 5, 7}, {2, 4200, 1, 3}, {3, 4}})
      for (const Tensor& x : layouts(sizes, type)) {
        SCOPED_TRACE(cat_str(x.sizes(), " ", x.strides(), " ", type));
        const int64_t channels = sizes[1];
        const Tensor w = affine({channels}, type, 1), b = affine({channels}, type, 2);
        const Tensor g = wave(sizes, 1, type, 3), none;
        const ops::GroupNorm group{2, 1e-2};
        expect_rounds_float_results(group, x, w, b);
        expect_rounds_float_results(group, x, none, none);
        const auto grouped = invoke_n<3>(group, x, w, b);
        for (const bool need : {true, false})
          expect_rounds_float_results(ops::GroupNormBackward{2, 1e-2, need, true, !need}, g, x,
                                      grouped[1], grouped[2], w);
        for (const bool training : {true, false}) {
          const ops::BatchNorm batch{training, 0.1, 1e-2};
          const Tensor mean = affine({channels}, kFloat, 4), var = affine({channels}, kFloat, 5);
          const Tensor& running_mean = training ? none : mean;
          const Tensor& running_var = training ? none : var;
          expect_rounds_float_results(batch, x, w, b, running_mean, running_var);
          const auto out = invoke_n<3>(batch, x, w, b, running_mean, running_var);
          for (const bool need : {true, false})
            expect_rounds_float_results(ops::BatchNormBackward{training, 1e-2, need, true, !need},
                                        g, x, out[1], out[2], w);
        }
      }
}

TEST(Normalization, GroupAndBatchAgreeWithTheirDecompositions) {
  for (ScalarType type : {kFloat, kDouble, kBFloat16})
    for (const DimVector& sizes :
         {DimVector{5, 4}, {3, 6, 33}, {2, 4, 3, 5}, {3, 2, 1, 1}, {4, 1, 3, 2}, {2, 36, 12, 11}})
      for (const Tensor& x : layouts(sizes, type)) {
        SCOPED_TRACE(cat_str(x.sizes(), " ", x.strides(), " ", type));
        const int64_t channels = sizes[1];
        const Tensor w = affine({channels}, type, 1), b = affine({channels}, type, 2);
        const Tensor g = wave(sizes, 1, type, 3);
        for (const Tensor& weight : {w, Tensor()}) {
          for (int64_t groups : {int64_t{1}, channels % 2 ? channels : channels / 2}) {
            const ops::GroupNorm op{groups, 1e-2};
            expect_decomposes(op, x, weight, b);
            const auto out = invoke_n<3>(op, x, weight, Tensor());
            EXPECT_EQ(out[0].strides(), empty_like(x).strides());
            for (bool need : {true, false})
              expect_decomposes(ops::GroupNormBackward{groups, 1e-2, need, true, !need}, g, x,
                                out[1], out[2], weight);
          }
          const Tensor mean = wave({channels}, 1, type), var = affine({channels}, type, 4);
          for (bool training : {true, false}) {
            const ops::BatchNorm op{training, 0.1, 1e-2};
            const Tensor no_mean = training ? Tensor() : mean, no_var = training ? Tensor() : var;
            expect_decomposes(op, x, weight, b, no_mean, no_var);
            const auto out = invoke_n<3>(op, x, weight, Tensor(), no_mean, no_var);
            EXPECT_EQ(out[0].strides(), empty_like(x).strides());
            for (bool need : {true, false})
              expect_decomposes(ops::BatchNormBackward{training, 1e-2, need, true, !need}, g, x,
                                out[1], out[2], weight);
          }
        }
      }
}

TEST(Normalization, RunningStatistics) {
  const Tensor x = wave({6, 3, 4}, 2, kFloat) + 5;
  const Tensor mean = zeros({3}), var = ones({3});
  const int64_t version = mean._version();
  batch_norm(x, {}, {}, mean, var, true, 0.25, 1e-5);
  EXPECT_GT(mean._version(), version);
  const Tensor rows = x.transpose(0, 1).reshape({3, 24});
  const Tensor want = rows.sum(1) / 24.0;
  const Tensor d = rows - want.unsqueeze(1);
  expect_close(mean, want * 0.25, 1e-6);
  expect_close(var, (d * d).sum(1) / 23.0 * 0.25 + 0.75, 1e-6);
  // Evaluation leaves them alone and uses them.
  const Tensor before = mean.clone();
  const Tensor y = batch_norm(x, {}, {}, mean, var, false, 0.25, 1e-5);
  EXPECT_TRUE(mean.equal(before));
  expect_close(y, (x - mean.view({3, 1})) * (var.view({3, 1}) + 1e-5).rsqrt(), 1e-5);

  const Tensor instance_mean = zeros({3}), instance_var = ones({3});
  instance_norm(x, {}, {}, instance_mean, instance_var, true, 0.25, 1e-5);
  expect_close(instance_mean, want * 0.25, 1e-5);
}

TEST(Normalization, OfNothingThereIsNothingToLearn) {
  for (const DimVector& sizes : {DimVector{0, 3}, {0, 3, 2}, {2, 3, 0}, {0, 3, 4, 4}}) {
    SCOPED_TRACE(sizes.ref());
    const Tensor x = ones(sizes).requires_grad_(), w = ones({3}).requires_grad_();
    const Tensor b = zeros({3}).requires_grad_(), mean = full({3}, 3.0), var = full({3}, 2.0);
    const Tensor y = batch_norm(x, w, b, mean, var, true, 0.1, 1e-5);
    EXPECT_EQ(y.sizes(), x.sizes());
    EXPECT_TRUE(mean.equal(full({3}, 3.0)));
    EXPECT_TRUE(var.equal(full({3}, 2.0)));
    y.sum().backward();
    EXPECT_EQ(x.grad().sizes(), x.sizes());
    EXPECT_TRUE(w.grad().equal(zeros({3})));
    EXPECT_TRUE(b.grad().equal(zeros({3})));
    EXPECT_EQ(instance_norm(ones(sizes), {}, {}, mean, var, true, 0.1, 1e-5).sizes(), sizes.ref());
    EXPECT_TRUE(mean.equal(full({3}, 3.0)));
  }
  for (const DimVector& sizes : {DimVector{2, 0}, {2, 0, 3}, {0, 0}}) {
    EXPECT_EQ(batch_norm(ones(sizes), {}, {}, {}, {}, true, 0.1, 1e-5).sizes(), sizes.ref());
    expect_error<ShapeError>([&] { group_norm(ones(sizes), 1); },
                             "number of channels to be greater than 0");
  }
  expect_error<ShapeError>([&] { group_norm(ones({2, 4, 0}), 2); }, "HxW to be greater than 0");
  EXPECT_EQ(group_norm(ones({0, 4, 2}), 2).sizes(), (IntArrayRef{0, 4, 2}));
  expect_error<ShapeError>([&] { batch_norm(ones({3}), {}, {}, {}, {}, true, 0.1, 1e-5); },
                           "[N, C, ...]");
  const auto [y, mean, rstd] = native_layer_norm(ones({2, 0}), {0}, {}, {}, 1e-5);
  EXPECT_TRUE(mean.equal(zeros({2, 1})));
  EXPECT_TRUE(rstd.isnan().all().item<bool>());
}

TEST(Normalization, StatisticsHaveTheParametersType) {
  for (const ScalarType type : {kHalf, kBFloat16, kFloat, kDouble}) {
    const Tensor x = wave({3, 8}, 2, type);
    const auto [y, mean, rstd] = native_layer_norm(x, {8}, {}, {}, 1e-5);
    EXPECT_EQ(mean.dtype(), type);
    EXPECT_EQ(rstd.dtype(), type);
    expect_close(mean.to(kDouble), x.to(kDouble).sum(1, true) / 8, type == kDouble ? 1e-12 : 1e-2);
  }
  const auto mixed = native_layer_norm(wave({3, 8}, 2, kHalf), {8}, ones({8}), zeros({8}), 1e-5);
  EXPECT_EQ(std::get<0>(mixed).dtype(), kHalf);
  EXPECT_EQ(std::get<1>(mixed).dtype(), kFloat);
  EXPECT_EQ(std::get<2>(mixed).dtype(), kFloat);
}

TEST(Normalization, LargeMeansKeepTheirVariance) {
  const Tensor x = wave({64, 2, 9, 9}, 1, kFloat) + 1e4;
  const Tensor wide = x.to(kDouble);
  for (const Tensor& t : {x, channels_last(x)}) {
    const Tensor y = batch_norm(t, {}, {}, {}, {}, true, 0.1, 1e-5);
    const Tensor want = batch_norm(wide, {}, {}, {}, {}, true, 0.1, 1e-5);
    EXPECT_TRUE(y.to(kDouble).allclose(want, 1e-2, 2e-3));
  }
  const Tensor nan = full({2, 3}, NAN);
  EXPECT_TRUE(layer_norm(nan, {3}).isnan().all().item<bool>());
}

TEST(Normalization, Gradients) {
  const Tensor w = wave({4}, 0.5, kDouble, 1) + 1, b = wave({4}, 0.5, kDouble, 2);
  expect_gradients(
      [](const variable_list& in) { return layer_norm(in[0], {4}, in[1], in[2], 1e-2); },
      {wave({3, 4}), w, b});
  expect_gradients([](const variable_list& in) { return rms_norm(in[0], {4}, in[1], 1e-2); },
                   {wave({3, 4}), w});
  expect_gradients([](const variable_list& in) { return group_norm(in[0], 2, in[1], in[2], 1e-2); },
                   {wave({2, 4, 3}), w, b});
  for (bool training : {true, false})
    expect_gradients(
        [&](const variable_list& in) {
          return batch_norm(in[0], in[1], in[2], zeros({4}), ones({4}), training, 0.1, 1e-2);
        },
        {channels_last(wave({2, 4, 1, 3})), w, b});
  expect_gradients(
      [](const variable_list& in) {
        return instance_norm(in[0], in[1], in[2], {}, {}, true, 0.1, 1e-2);
      },
      {wave({2, 4, 3}), w, b});
}

TEST(Normalization, MixedTypes) {
  const Tensor x = wave({3, 4}, 1, kBFloat16).requires_grad_();
  const Tensor w = affine({4}, kFloat, 1).requires_grad_();
  const Tensor y = layer_norm(x, {4}, w);
  EXPECT_EQ(y.scalar_type(), kBFloat16);
  y.sum().backward();
  EXPECT_EQ(w.grad().scalar_type(), kFloat);
  EXPECT_EQ(x.grad().scalar_type(), kBFloat16);
}

TEST(Normalization, Errors) {
  const Tensor x = wave({2, 6});
  expect_error<ShapeError>([&] { layer_norm(x, {3}); },
                           "Given normalized_shape=[3], expected input with shape [*, [3]]");
  expect_error<ShapeError>([&] { layer_norm(x, {6}, wave({5})); },
                           "same shape as normalized_shape");
  expect_error<ShapeError>([&] { rms_norm(x, {}); }, "at least 1-dimensional");
  expect_error<ShapeError>([&] { group_norm(x, 4); }, "divisible by num_groups");
  expect_error<ValueError>([&] { group_norm(x, 0); }, "num groups to be greater than 0");
  expect_error<ShapeError>([&] { batch_norm(x, wave({5}), {}, {}, {}, true, 0.1, 1e-5); },
                           "weight should contain 6 elements not 5");
  expect_error<ValueError>([&] { batch_norm(x, {}, {}, {}, {}, false, 0.1, 1e-5); },
                           "Expected running_mean and running_var to be defined");
  expect_error<DtypeError>([&] { layer_norm(x.to(kLong), {6}); }, "expected a floating input");
}

TEST(Normalization, WithoutChannels) {
  const Tensor x = zeros({2, 0, 3}).requires_grad_();
  const Tensor y = batch_norm(x, {}, {}, zeros({0}), ones({0}), true, 0.1, 1e-5);
  EXPECT_EQ(y.sizes(), (DimVector{2, 0, 3}));
  y.sum().backward();
  EXPECT_EQ(x.grad().sizes(), (DimVector{2, 0, 3}));
  expect_error<ShapeError>([&] { group_norm(x, 2); },
                           "Expected number of channels to be greater than 0");
}

TEST(Normalization, SameBitsOnAnyThreads) {
  const Tensor x = wave({16, 24, 20, 21}, 2, kFloat);
  const auto gradients = [](const Tensor& input, const auto& norm) {
    const Tensor leaf = input.detach().requires_grad_();
    const Tensor w = affine({24}, kFloat, 1).requires_grad_();
    norm(leaf, w).square().sum().backward();
    return cat({leaf.grad().flatten(), w.grad()});
  };
  for (const Tensor& t : {x, channels_last(x)}) {
    expect_same_on_any_threads([&] {
      return gradients(t, [](const Tensor& a, const Tensor& w) {
        return batch_norm(a, w, {}, {}, {}, true, 0.1, 1e-5);
      });
    });
    expect_same_on_any_threads([&] {
      return gradients(t, [](const Tensor& a, const Tensor& w) { return group_norm(a, 4, w); });
    });
  }
  const Tensor rows = wave({5000, 24}, 2, kFloat);
  expect_same_on_any_threads([&] {
    return gradients(rows, [](const Tensor& a, const Tensor& w) { return layer_norm(a, {24}, w); });
  });
}

TEST(LayerNorm, StatisticsOfNothingArePyTorchs) {
  const auto [out, mean, rstd] = native_layer_norm(ones({2, 0}), {0}, {}, {}, 1e-5);
  EXPECT_EQ(out.sizes(), IntArrayRef({2, 0}));
  EXPECT_TRUE(mean.equal(zeros({2, 1})));
  EXPECT_TRUE(rstd.isnan().all().item<bool>());
}

}  // namespace
}  // namespace hearth
