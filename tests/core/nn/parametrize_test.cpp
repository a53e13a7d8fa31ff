// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/parametrize.h"

#include <cmath>

#include <gtest/gtest.h>

#include "hearth/autograd/forward_ad.h"
#include "hearth/base/default_device.h"
#include "hearth/nn.h"
#include "hearth/nn/prune.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/optim/sgd.h"
#include "hearth/tensor/tensor_literal.h"

namespace hearth {
namespace {

using namespace nn;
namespace param = nn::utils::parametrize;
namespace prune = nn::utils::prune;

std::vector<std::string> names(const Module& module) { return module.named_parameters().keys(); }

struct SymmetricImpl : Module {
  Tensor forward(const Tensor& x) { return x.triu() + x.triu(1).t(); }
};
HEARTH_MODULE(Symmetric);

TEST(Parametrize, ComputesTheWeightAndLeadsGradientsToTheOriginal) {
  Linear layer(3, 3);
  const Tensor before = layer->weight.detach().clone();
  param::register_parametrization(*layer, "weight", AnyModule(Symmetric()));
  EXPECT_TRUE(param::is_parametrized(*layer));
  EXPECT_TRUE(param::is_parametrized(*layer, "weight"));
  EXPECT_FALSE(param::is_parametrized(*layer, "bias"));
  EXPECT_EQ(names(*layer), (std::vector<std::string>{"bias", "parametrizations.weight.original"}));
  EXPECT_TRUE(layer->weight.equal(before.triu() + before.triu(1).t()));

  const Tensor x = rand({2, 3});
  const Tensor y = layer(x);
  EXPECT_TRUE(y.allclose(x.matmul(layer->weight.t()) + layer->bias));
  y.sum().backward();
  const Tensor by_weight = x.sum(0).unsqueeze(0).expand({3, 3});
  const Tensor expected = by_weight.triu() + by_weight.t().triu(1);
  EXPECT_TRUE(layer->get_parameter("parametrizations.weight.original").grad().allclose(expected));

  param::remove_parametrizations(*layer, "weight");
  EXPECT_FALSE(param::is_parametrized(*layer));
  EXPECT_EQ(names(*layer), (std::vector<std::string>{"bias", "weight"}));
  EXPECT_TRUE(layer->weight.equal(before.triu() + before.triu(1).t()));
  EXPECT_TRUE(layer->weight.is_leaf() && layer->weight.requires_grad());
  EXPECT_TRUE(layer->get_parameter("weight").is_same(layer->weight));
}

TEST(Parametrize, TheOriginalComesBack) {
  Linear layer(3, 3);
  const Tensor before = layer->weight.detach().clone();
  param::register_parametrization(*layer, "weight", AnyModule(Symmetric()));
  param::remove_parametrizations(*layer, "weight", /*leave_parametrized=*/false);
  EXPECT_TRUE(layer->weight.equal(before));
}

TEST(Parametrize, ChainsAndRefusesOtherSizes) {
  Linear layer(3, 3);
  const Tensor before = layer->weight.detach().clone();
  param::register_parametrization(*layer, "weight", AnyModule(Symmetric()));
  param::register_parametrization(*layer, "weight", AnyModule(Tanh()));
  EXPECT_TRUE(layer->weight.allclose((before.triu() + before.triu(1).t()).tanh()));
  EXPECT_THROW(param::register_parametrization(*layer, "weight",
                                               AnyModule(Flatten(FlattenOptions().start_dim(0)))),
               ShapeError);
  EXPECT_EQ(param::parametrizations_of(*layer, "weight").size(), 2u);
  EXPECT_THROW(param::register_parametrization(
                   *layer, "bias", AnyModule(Functional([](const Tensor& x) { return x.sum(); }))),
               ShapeError);
  EXPECT_EQ(names(*layer), (std::vector<std::string>{"bias", "parametrizations.weight.original"}));
  EXPECT_THROW(param::register_parametrization(*layer, "wight", AnyModule(Tanh())), ValueError);
  EXPECT_THROW(param::remove_parametrizations(*layer, "bias"), ValueError);
}

// What saved the weight of one call keeps it when the next call computes another.
TEST(Parametrize, ALayerMayBeCalledTwiceBeforeBackward) {
  Linear layer = utils::weight_norm(Linear(3, 2));
  const Tensor x = rand({2, 3}).requires_grad_();
  (layer(x) + layer(layer(x).matmul(ones({2, 3})))).sum().backward();
  EXPECT_TRUE(x.grad().defined());
  EXPECT_TRUE(layer->get_parameter("parametrizations.weight.original0").grad().defined());
}

TEST(WeightNorm, SplitsLengthAndDirection) {
  for (int64_t dim : {0, 1, -1}) {
    Linear layer(4, 3);
    const Tensor before = layer->weight.detach().clone();
    utils::weight_norm(*layer, "weight", dim);
    EXPECT_EQ(names(*layer), (std::vector<std::string>{"bias", "parametrizations.weight.original0",
                                                       "parametrizations.weight.original1"}));
    EXPECT_TRUE(layer->weight.allclose(before));
    const Tensor length = layer->get_parameter("parametrizations.weight.original0");
    const Tensor wanted = dim == -1 ? before.norm() : before.norm(2, IntArrayRef(1 - dim), true);
    EXPECT_TRUE(length.allclose(wanted));
    EXPECT_EQ(length.sizes(), wanted.sizes());
    {
      const NoGradGuard no_grad;
      length.mul_(2);
    }
    const Tensor x = rand({2, 4});
    EXPECT_TRUE(layer(x).allclose(x.matmul((before * 2).t()) + layer->bias));
    utils::remove_weight_norm(*layer);
    EXPECT_TRUE(layer->weight.allclose(before * 2));
    EXPECT_THROW(utils::remove_weight_norm(*layer), ValueError);
  }
  EXPECT_THROW(utils::weight_norm(*Linear(4, 3), "weight", 2), ValueError);
  EXPECT_THROW(utils::weight_norm(*Linear(4, 3), "wait"), ValueError);
}

TEST(WeightNorm, ReadsTheKeysOfItsOlderForm) {
  Sequential net(utils::weight_norm(Linear(4, 3)));
  const Tensor length = rand({3, 1}) + 1, direction = rand({3, 4}), bias = rand({3});
  net->load_state_dict({{"0.weight_g", length}, {"0.weight_v", direction}, {"0.bias", bias}});
  const Tensor weight = direction * (length / direction.norm(2, IntArrayRef(1), true));
  const Tensor x = rand({2, 4});
  EXPECT_TRUE(net->forward(x).allclose(x.matmul(weight.t()) + bias));
}

TEST(WeightNorm, TrainsAndIsSaved) {
  manual_seed(0);
  Sequential net(utils::weight_norm(Linear(4, 3)), Linear(3, 1));
  optim::SGD optimizer(net->parameters(), 0.1);
  const Tensor x = rand({8, 4}), y = rand({8, 1});
  const auto loss = [&] { return (net->forward(x) - y).pow(2).mean(); };
  const double first = loss().item<double>();
  for (int step = 0; step < 20; ++step) {
    optimizer.zero_grad();
    loss().backward();
    optimizer.step();
  }
  EXPECT_LT(loss().item<double>(), first * 0.9);
  Sequential other(utils::weight_norm(Linear(4, 3)), Linear(3, 1));
  other->load_state_dict(net->state_dict());
  EXPECT_TRUE(other->forward(x).equal(net->forward(x)));
}

TEST(SpectralNorm, TheLargestSingularValueIsOne) {
  Linear layer = utils::spectral_norm(Linear(3, 3));
  const Tensor original = layer->get_parameter("parametrizations.weight.original");
  {
    const NoGradGuard no_grad;
    original.copy_(eye(3) * tensor(std::vector<float>{3, 2, 1}));
  }
  for (int call = 0; call < 60; ++call) layer(rand({1, 3}));
  EXPECT_TRUE(layer->weight.allclose(original / 3, 1e-4, 1e-5));
  layer->eval();
  const Tensor before = layer->get_buffer("parametrizations.weight.0._u").clone();
  layer(rand({1, 3}));
  EXPECT_TRUE(layer->get_buffer("parametrizations.weight.0._u").equal(before));
  layer(rand({2, 3})).sum().backward();
  EXPECT_TRUE(original.grad().defined());
  utils::remove_spectral_norm(*layer);
  EXPECT_TRUE(
      layer->weight.allclose(eye(3) * tensor(std::vector<float>{1, 2.f / 3, 1.f / 3}), 1e-4, 1e-5));
}

TEST(SpectralNorm, ConvolutionsAndBadOptions) {
  ConvTranspose2d conv = utils::spectral_norm(ConvTranspose2d(ConvTranspose2dOptions(2, 3, 3)));
  EXPECT_EQ(conv->get_buffer("parametrizations.weight.0._u").numel(), 3);
  EXPECT_EQ(conv->get_buffer("parametrizations.weight.0._v").numel(), 2 * 9);
  EXPECT_THROW(utils::spectral_norm(*Linear(2, 2), "weight", 0), ValueError);
  EXPECT_THROW(utils::spectral_norm(*Linear(2, 2), "weight", 1, 1e-12, 2), IndexError);
  Linear plain(2, 2);
  utils::weight_norm(*plain);
  EXPECT_THROW(utils::remove_spectral_norm(*plain), ValueError);
}

/// Whether a and b compute the same of x, and what happens to a leaves b alone.
template <typename Holder>
void expect_apart(Holder a, const std::shared_ptr<Module>& clone, const Tensor& input) {
  Holder b(std::dynamic_pointer_cast<typename Holder::ContainedType>(clone));
  a->eval();
  b->eval();
  const Tensor before = a(input).detach().clone();
  EXPECT_TRUE(b(input).equal(before));
  EXPECT_EQ(names(*a), names(*b));
  b(input).sum().backward();
  for (const Tensor& p : a->parameters()) EXPECT_FALSE(p.grad().defined());
  for (const Tensor& p : b->parameters()) EXPECT_TRUE(p.grad().defined());
  {
    const NoGradGuard no_grad;
    for (const Tensor& p : a->parameters()) p.mul_(-2).add_(0.5);
    for (const Tensor& t : a->buffers()) t.mul_(0.5);
  }
  EXPECT_FALSE(a(input).allclose(before));
  EXPECT_TRUE(b(input).equal(before));
}

TEST(Parametrize, ClonesAreModulesOfTheirOwn) {
  const Tensor x = rand({2, 3});
  Linear normed = utils::weight_norm(Linear(3, 4));
  normed->get_parameter("parametrizations.weight.original1").set_requires_grad(true);
  expect_apart(normed, normed->clone(), x);
  Linear spectral = utils::spectral_norm(Linear(3, 4));
  expect_apart(spectral, spectral->clone(default_device()), x);
  Linear symmetric(3, 3);
  param::register_parametrization(*symmetric, "weight", AnyModule(Tanh()));
  param::register_parametrization(*symmetric, "bias", AnyModule(Tanh()));
  expect_apart(symmetric, symmetric->clone(), x);
  Linear pruned(3, 4);
  prune::l1_unstructured(*pruned, "weight", 3);
  Linear copy(std::dynamic_pointer_cast<LinearImpl>(pruned->clone()));
  EXPECT_TRUE(copy(x).equal(pruned(x)));
  prune::l1_unstructured(*copy, "weight", 3);
  EXPECT_EQ(pruned->weight.eq(0).sum().item<int64_t>(), 3);
  EXPECT_EQ(copy->weight.eq(0).sum().item<int64_t>(), 6);
  prune::remove(*copy, "weight");
  EXPECT_EQ(names(*copy), (std::vector<std::string>{"bias", "weight"}));
  copy(x);

  // In a container, with a frozen original, in double.
  Sequential net(utils::weight_norm(Linear(3, 4)), utils::spectral_norm(Linear(4, 2)));
  net->to(kDouble);
  net[0]->get_parameter("parametrizations.weight.original0").set_requires_grad(false);
  net->eval();
  const auto twin = std::dynamic_pointer_cast<SequentialImpl>(net->clone());
  EXPECT_TRUE(twin->forward(x.to(kDouble)).equal(net->forward(x.to(kDouble))));
  EXPECT_FALSE((*twin)[0]->get_parameter("parametrizations.weight.original0").requires_grad());

  // A user's, which says nothing of cloning.
  struct Twice : param::Parametrization {
    Tensor compute(const std::vector<Tensor>& t) override { return t[0] * 2; }
    std::vector<Tensor> right_inverse(const Tensor& t) override { return {t / 2}; }
  };
  Linear own(3, 3);
  param::register_parametrization(*own, "weight", std::make_shared<Twice>());
  EXPECT_THROW(own->clone(), NotImplementedError);
}

TEST(Parametrize, TangentsReachTheComputedWeight) {
  namespace fw = autograd::forward_ad;
  Linear layer(3, 2);
  param::register_parametrization(*layer, "weight", AnyModule(Tanh()));
  const Tensor original = layer->get_parameter("parametrizations.weight.original");
  const Tensor x = rand({2, 3}), along = rand({2, 3});
  const Tensor want = x.matmul(((1 - original.tanh().square()) * along).t());
  {
    const fw::dual_level level;
    {
      const NoGradGuard no_grad;
      original.copy_(fw::make_dual(original.detach().clone(), along));
    }
    EXPECT_TRUE(fw::unpack_dual(layer(x)).tangent.allclose(want));
  }
  const fw::dual_level another;
  EXPECT_FALSE(fw::unpack_dual(layer(x)).tangent.defined());
}

TEST(Parametrize, RecurrentLayersComputeWithTheirOwnWeights) {
  const Tensor x = rand({5, 2, 3});
  LSTM plain(LSTMOptions(3, 4).num_layers(2).bidirectional(true));
  LSTM lstm(std::dynamic_pointer_cast<LSTMImpl>(plain->clone()));
  utils::weight_norm(*lstm, "weight_hh_l0");
  utils::weight_norm(*lstm, "weight_ih_l1_reverse", 1);
  EXPECT_TRUE(std::get<0>(lstm(x)).allclose(std::get<0>(plain(x)), 1e-5, 1e-6));
  const Tensor g = lstm->get_parameter("parametrizations.weight_hh_l0.original0");
  const Tensor direction = lstm->get_parameter("parametrizations.weight_hh_l0.original1");
  EXPECT_EQ(g.sizes(), IntArrayRef({16, 1}));
  {
    const NoGradGuard no_grad;
    g.mul_(2);
    for (const auto& p : plain->named_parameters())
      if (p.key() == "weight_hh_l0") p.value().mul_(2);
  }
  const auto loss = [&](LSTM& net) { return std::get<0>(net(x)).pow(2).sum(); };
  loss(plain).backward();
  loss(lstm).backward();
  // d/dg of g v / |v|.
  const Tensor by_weight = plain->get_parameter("weight_hh_l0").grad();
  const Tensor unit = direction.detach() / direction.detach().norm(2, {1}, true);
  EXPECT_TRUE(g.grad().allclose((by_weight * unit).sum(1, true), 1e-4, 1e-5));
  EXPECT_TRUE(direction.grad().defined());

  const auto lengths = tensor({5, 3});
  const auto packed = utils::rnn::pack_padded_sequence(x, lengths);
  {
    const NoGradGuard no_grad;
    g.mul_(0.5);
    plain->get_parameter("weight_hh_l0").mul_(0.5);
  }
  EXPECT_TRUE(
      std::get<0>(lstm->forward_with_packed_input(packed))
          .data()
          .allclose(std::get<0>(plain->forward_with_packed_input(packed)).data(), 1e-5, 1e-6));

  LSTM copy(std::dynamic_pointer_cast<LSTMImpl>(lstm->clone()));
  EXPECT_TRUE(std::get<0>(copy(x)).equal(std::get<0>(lstm(x))));
  utils::remove_weight_norm(*lstm, "weight_hh_l0");
  utils::remove_weight_norm(*lstm, "weight_ih_l1_reverse");
  EXPECT_TRUE(std::get<0>(lstm(x)).equal(std::get<0>(copy(x))));
  EXPECT_EQ(lstm->all_weights().size(), 16u);

  GRU gru(3, 4);
  utils::spectral_norm(*gru, "weight_ih_l0");
  std::get<0>(gru(x)).sum().backward();
  EXPECT_TRUE(gru->get_parameter("parametrizations.weight_ih_l0.original").grad().defined());
}

TEST(Prune, SmallestElementsFirstAndAmongWhatIsLeft) {
  Linear layer(4, 1);
  {
    const NoGradGuard no_grad;
    layer->weight.copy_(tensor(std::vector<float>{0.1f, -3, 2, -0.5f}).view({1, 4}));
  }
  EXPECT_FALSE(prune::is_pruned(*layer));
  prune::l1_unstructured(*layer, "weight", 1);
  EXPECT_TRUE(prune::is_pruned(*layer));
  EXPECT_TRUE(layer->weight.equal(tensor(std::vector<float>{0, -3, 2, -0.5f}).view({1, 4})));
  prune::l1_unstructured(*layer, "weight", 0.66);
  EXPECT_TRUE(layer->weight.equal(tensor(std::vector<float>{0, -3, 0, 0}).view({1, 4})));
  layer(ones({1, 4})).sum().backward();
  EXPECT_TRUE(layer->get_parameter("parametrizations.weight.original")
                  .grad()
                  .equal(tensor(std::vector<float>{0, 1, 0, 0}).view({1, 4})));
  prune::remove(*layer, "weight");
  EXPECT_FALSE(prune::is_pruned(*layer));
  EXPECT_TRUE(layer->weight.equal(tensor(std::vector<float>{0, -3, 0, 0}).view({1, 4})));
  EXPECT_THROW(prune::remove(*layer, "weight"), ValueError);
}

TEST(Prune, SmallestElementsOfSeveralParameters) {
  const auto with = [](std::vector<float> values) {
    Linear layer(4, 1);
    const NoGradGuard no_grad;
    layer->weight.copy_(tensor(values).view({1, 4}));
    return layer;
  };
  Linear a = with({0.1f, -3, 2, -0.5f}), b = with({5, 0.2f, -0.3f, 4});
  const std::vector<prune::Target> both{{*a, "weight"}, {*b, "weight"}};
  prune::global_unstructured(both, prune::Method::L1Unstructured, 3);
  EXPECT_TRUE(a->weight.equal(tensor(std::vector<float>{0, -3, 2, -0.5f}).view({1, 4})));
  EXPECT_TRUE(b->weight.equal(tensor(std::vector<float>{5, 0, 0, 4}).view({1, 4})));
  // Among what is left.
  prune::global_unstructured(both, prune::Method::L1Unstructured, 0.4);
  EXPECT_TRUE(a->weight.equal(tensor(std::vector<float>{0, -3, 0, 0}).view({1, 4})));
  EXPECT_TRUE(b->weight.equal(tensor(std::vector<float>{5, 0, 0, 4}).view({1, 4})));
  prune::global_unstructured(both, prune::Method::RandomUnstructured, 2);
  EXPECT_EQ((a->weight.eq(0).sum() + b->weight.eq(0).sum()).item<int64_t>(), 7);
  EXPECT_THROW(prune::global_unstructured(both, prune::Method::L1Unstructured, 2), ValueError);
  prune::global_unstructured({}, prune::Method::L1Unstructured, 0.5);
}

TEST(Prune, ChannelsMasksAndAmounts) {
  Linear layer(3, 4);
  {
    const NoGradGuard no_grad;
    layer->weight.copy_(arange(12).view({4, 3}).to(kFloat));
  }
  prune::ln_structured(*layer, "weight", 0.5, 2, 0);
  EXPECT_TRUE(
      prune::mask_of(*layer, "weight").sum(1).equal(tensor(std::vector<float>{0, 0, 3, 3})));
  prune::ln_structured(*layer, "weight", 1, 1, -1);
  EXPECT_TRUE(prune::mask_of(*layer, "weight").sum(0).equal(tensor(std::vector<float>{0, 2, 2})));
  prune::custom_from_mask(*layer, "weight", ones({4, 3}).tril());
  EXPECT_EQ(prune::mask_of(*layer, "weight").sum().item<float>(), 4);

  Linear other(3, 4);
  prune::random_unstructured(*other, "weight", 5);
  EXPECT_EQ(other->weight.eq(0).sum().item<int64_t>(), 5);
  prune::random_structured(*other, "bias", 3, 0);
  EXPECT_EQ(other->bias.eq(0).sum().item<int64_t>(), 3);
  prune::identity(*other, "weight");
  EXPECT_EQ(other->weight.eq(0).sum().item<int64_t>(), 5);
  EXPECT_THROW(prune::l1_unstructured(*other, "weight", 1.5), ValueError);
  EXPECT_THROW(prune::l1_unstructured(*other, "weight", 20), ValueError);
  EXPECT_THROW(prune::ln_structured(*other, "weight", 1, 2, 2), IndexError);
  EXPECT_THROW(prune::custom_from_mask(*other, "weight", ones({2})), ShapeError);
  EXPECT_THROW(prune::l1_unstructured(*other, "nothing", 1), ValueError);
}

/// Statistics and parameters that are not the initial ones.
template <typename Norm>
Norm used(Norm norm) {
  norm->running_mean.copy_(rand_like(norm->running_mean));
  norm->running_var.copy_(rand_like(norm->running_var) + 0.5);
  const NoGradGuard no_grad;
  if (norm->weight.defined()) {
    norm->weight.uniform_(0.5, 2);
    norm->bias.uniform_(-1, 1);
  }
  norm->eval();
  return norm;
}

TEST(Fusion, OneLayerDoesWhatTwoDid) {
  for (const bool bias : {false, true})
    for (const bool affine : {false, true}) {
      const Tensor x = rand({2, 4, 5, 5});
      Conv2d conv(Conv2dOptions(4, 6, 3).bias(bias).groups(2));
      BatchNorm2d norm = used(BatchNorm2d(BatchNorm2dOptions(6).affine(affine)));
      conv->eval();
      Conv2d fused = utils::fuse_conv_bn_eval(conv, norm);
      EXPECT_TRUE(fused->forward(x).allclose(norm->forward(conv->forward(x)), 1e-4, 1e-5));
      EXPECT_EQ(fused->named_parameters().keys(), (std::vector<std::string>{"weight", "bias"}));
      EXPECT_TRUE(fused->weight.requires_grad());
      EXPECT_EQ(conv->bias.defined(), bias) << "the layer itself is changed";
      // A clone is that of a layer with bias.
      EXPECT_TRUE(std::dynamic_pointer_cast<Conv2dImpl>(fused->clone())->bias.equal(fused->bias));

      ConvTranspose2d turned(ConvTranspose2dOptions(4, 6, 3).bias(bias));
      turned->eval();
      EXPECT_TRUE(utils::fuse_conv_bn_eval(turned, norm, /*transpose=*/true)
                      ->forward(x)
                      .allclose(norm->forward(turned->forward(x)), 1e-4, 1e-5));

      Linear linear(LinearOptions(4, 6).bias(bias));
      linear->eval();
      const Tensor rows = rand({3, 4});
      BatchNorm1d of_rows = used(BatchNorm1d(BatchNorm1dOptions(6).affine(affine)));
      EXPECT_TRUE(utils::fuse_linear_bn_eval(linear, of_rows)
                      ->forward(rows)
                      .allclose(of_rows->forward(linear->forward(rows)), 1e-4, 1e-5));
      BatchNorm1d one = used(BatchNorm1d(BatchNorm1dOptions(1).affine(affine)));
      EXPECT_TRUE(
          utils::fuse_linear_bn_eval(linear, one)
              ->forward(rows)
              .allclose(one->forward(linear->forward(rows).unsqueeze(1)).squeeze(1), 1e-4, 1e-5));
      EXPECT_THROW(utils::fuse_linear_bn_eval(linear, used(BatchNorm1d(4))), ShapeError);
    }
  Conv1d conv(2, 3, 1);
  BatchNorm1d norm(3);
  EXPECT_THROW(utils::fuse_conv_bn_eval(conv, norm), ValueError);
  conv->eval();
  EXPECT_THROW(utils::fuse_conv_bn_eval(conv, norm), ValueError);
  BatchNorm1d without(BatchNorm1dOptions(3).track_running_stats(false));
  without->eval();
  EXPECT_THROW(utils::fuse_conv_bn_eval(conv, without), ValueError);
}

TEST(NnUtils, GradientsAreClippedWithAKnownNorm) {
  const Tensor a = zeros({2}).requires_grad_(), b = zeros({1}).requires_grad_();
  a.mutable_grad() = tensor(std::vector<float>{3, 0});
  b.mutable_grad() = tensor(std::vector<float>{4});
  const Tensor norm = utils::get_total_norm({a.grad(), b.grad()});
  EXPECT_EQ(norm.item<float>(), 5);
  EXPECT_EQ(norm.scalar_type(), kFloat);
  utils::clip_grads_with_norm_({a, b}, 10, norm);
  EXPECT_EQ(b.grad().item<float>(), 4);
  utils::clip_grads_with_norm_({a, b}, 1, norm);
  EXPECT_NEAR(a.grad()[0].item<float>(), 0.6, 1e-6);
  EXPECT_NEAR(b.grad().item<float>(), 0.8, 1e-6);
  EXPECT_EQ(utils::get_total_norm({}).item<float>(), 0);
  EXPECT_EQ(utils::get_total_norm({tensor(std::vector<float>{1, -7})}, INFINITY).item<float>(), 7);
  EXPECT_THROW(utils::get_total_norm({tensor(std::vector<float>{NAN})}, 2, true), ValueError);
}

}  // namespace
}  // namespace hearth
