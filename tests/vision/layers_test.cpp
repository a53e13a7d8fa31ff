// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/ops/layers.h"

#include <sstream>

#include "hearth/base/generator.h"
#include "hearth/ops/creation.h"

#include "core/golden/module.h"

namespace hearth::golden {
namespace {

using namespace vision::ops;

Activation activation_of(const std::string& name) {
  const std::map<std::string, Activation> known{
      {"none", Activation::None},       {"relu", Activation::ReLU},
      {"relu6", Activation::ReLU6},     {"silu", Activation::SiLU},
      {"gelu", Activation::GELU},       {"hardswish", Activation::Hardswish},
      {"sigmoid", Activation::Sigmoid}, {"hardsigmoid", Activation::Hardsigmoid}};
  return known.at(name);
}
Norm norm_of(const std::string& name) {
  return name == "batch" ? Norm::BatchNorm2d : name == "layer" ? Norm::LayerNorm2d : Norm::None;
}

template <class Module>
Outputs run(Args& a, Module module) {
  prepare(a, *module);
  return {module(a[0])};
}

const Table kTable = {
    {"conv",
     [](Args& a) -> Outputs {
       auto kernel = a.has("kernel") ? a.ints("kernel") : std::vector<int64_t>{3, 3};
       return run(a, Conv2dNormActivation(Conv2dNormActivationOptions(a.i("in_channels"),
                                                                      a.i("out_channels"), kernel)
                                              .stride(a.i("stride", 1))
                                              .groups(a.i("groups", 1))
                                              .dilation(a.i("dilation", 1))
                                              .norm_layer({norm_of(a.s("norm"))})
                                              .activation(activation_of(a.s("activation")))));
     }},
    {"squeeze_excitation",
     [](Args& a) -> Outputs {
       return run(a, SqueezeExcitation(a.i("input_channels"), a.i("squeeze_channels"),
                                       activation_of(a.s("activation")),
                                       activation_of(a.s("scale_activation"))));
     }},
    {"mlp",
     [](Args& a) -> Outputs {
       return run(a, MLP(a.i("in_channels"), a.ints("hidden_channels"),
                         activation_of(a.s("activation")), 0.5));
     }},
    {"layer_norm2d", [](Args& a) -> Outputs { return run(a, LayerNorm2d(4)); }},
    {"frozen_batch_norm2d",
     [](Args& a) -> Outputs {
       FrozenBatchNorm2d norm(a[0].size(1), a.f("eps"));
       norm->weight = a[1];
       norm->bias = a[2];
       norm->running_mean = a[3];
       norm->running_var = a[4];
       return {norm(a[0])};
     }},
};

HEARTH_GOLDEN_FAMILY(GoldenVisionLayers, "vision_layers", kTable);

}  // namespace
}  // namespace hearth::golden

namespace hearth::vision::ops {
namespace {

TEST(FrozenBatchNorm, ReadsTheStateOfABatchNorm) {
  nn::BatchNorm2d trained(3);
  trained->forward(rand({4, 3, 5, 5}));
  trained->eval();
  FrozenBatchNorm2d frozen(3);
  frozen->load_state_dict(trained->state_dict());
  EXPECT_TRUE(frozen->parameters().empty());
  const Tensor x = rand({2, 3, 4, 4});
  EXPECT_LT((frozen(x) - trained(x)).abs().max().item<double>(), 1e-5);
}

TEST(StochasticDepth, DropsSamplesOrAll) {
  manual_seed(3);
  const Tensor x = ones({1000, 2, 3});
  const Tensor rows = stochastic_depth(x, 0.2, StochasticDepthMode::Row);
  // Each sample is 0 or 1 / (1 - p) as a whole.
  const Tensor first = rows.select(2, 0).select(1, 0).reshape({1000, 1, 1});
  EXPECT_TRUE(rows.equal(first.expand({1000, 2, 3})));
  EXPECT_TRUE(first.eq(0).logical_or(first.eq(1.25)).all().item<bool>());
  EXPECT_NEAR(first.ne(0).sum().item<int64_t>(), 800, 60);

  int64_t kept = 0;
  for (int i = 0; i < 200; ++i) {
    const Tensor y = stochastic_depth(ones({3, 2}), 0.5, StochasticDepthMode::Batch);
    const bool all = y.eq(2).all().item<bool>();
    EXPECT_TRUE(all || y.eq(0).all().item<bool>());
    kept += all ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(kept), 100, 40);

  EXPECT_TRUE(stochastic_depth(x, 1, StochasticDepthMode::Row).eq(0).all().item<bool>());
  EXPECT_TRUE(stochastic_depth(x, 0.9, StochasticDepthMode::Row, false).is_same(x));
  EXPECT_EQ(stochastic_depth(empty({0, 2}), 0.5, StochasticDepthMode::Row).size(0), 0);
  EXPECT_THROW(stochastic_depth(x, 1.5, StochasticDepthMode::Row), ValueError);
  EXPECT_THROW(stochastic_depth(ones({}), 0.5, StochasticDepthMode::Row), ShapeError);

  StochasticDepth layer(0.5);
  layer->eval();
  EXPECT_TRUE(layer(x).equal(x));
  std::ostringstream text;
  text << *layer << *StochasticDepth(0.25, StochasticDepthMode::Batch);
  EXPECT_EQ(text.str(), "StochasticDepth(p=0.5, mode=row)StochasticDepth(p=0.25, mode=batch)");
}

TEST(Permute, PermutesInASequential) {
  nn::Sequential net{Permute(std::vector<int64_t>{0, 2, 3, 1}),
                     Permute(std::vector<int64_t>{1, 0, 2, 3})};
  EXPECT_EQ(net(ones({2, 3, 4, 5})).sizes(), (std::vector<int64_t>{4, 2, 5, 3}));
}

TEST(Layers, NothingIsNoModule) {
  EXPECT_THROW(make_activation(Activation::None), ValueError);
  EXPECT_THROW(make_norm({Norm::None}, 3), ValueError);
}

}  // namespace
}  // namespace hearth::vision::ops
