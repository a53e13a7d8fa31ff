// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/swa_utils.h"

#include <gtest/gtest.h>

#include "hearth/autograd/grad_mode.h"
#include "hearth/nn.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

namespace hearth::optim::swa_utils {
namespace {

void fill_all(const nn::Module& model, double value) {
  const NoGradGuard no_grad;
  for (const Tensor& p : model.parameters()) p.fill_(value);
}

/// What a parameter is an average of 1, 2 and 6 as.
double average(const AveragedModelOptions& options) {
  nn::Linear net(2, 3);
  AveragedModel averaged(*net, options);
  for (const double value : {1.0, 2.0, 6.0}) {
    fill_all(*net, value);
    averaged.update_parameters(*net);
  }
  EXPECT_EQ(averaged.n_averaged.item<int64_t>(), 3);
  const Tensor weight = averaged.module->as<nn::Linear>()->weight;
  EXPECT_TRUE(weight.requires_grad());
  EXPECT_TRUE(weight.eq(weight[0][0]).all().item<bool>());
  EXPECT_EQ(net->weight[0][0].item<double>(), 6);
  return weight[0][0].item<double>();
}

TEST(AveragedModel, FollowsTheFormulas) {
  using Options = AveragedModelOptions;
  EXPECT_NEAR(average(Options()), 3, 1e-6);
  EXPECT_NEAR(average(Options().avg_fn(get_swa_avg_fn())), 3, 1e-6);
  EXPECT_NEAR(average(Options().multi_avg_fn(get_swa_multi_avg_fn())), 3, 1e-6);
  const double moving = 0.75 * (0.75 * 1 + 0.25 * 2) + 0.25 * 6;
  EXPECT_NEAR(average(Options().avg_fn(get_ema_avg_fn(0.75))), moving, 1e-6);
  EXPECT_NEAR(average(Options().multi_avg_fn(get_ema_multi_avg_fn(0.75))), moving, 1e-6);
  EXPECT_THROW(average(Options().avg_fn(get_swa_avg_fn()).multi_avg_fn(get_swa_multi_avg_fn())),
               ValueError);
  EXPECT_THROW(get_ema_avg_fn(1.5), ValueError);
  EXPECT_THROW(get_ema_multi_avg_fn(-0.5), ValueError);
}

TEST(AveragedModel, CopiesBuffersOrAveragesThem) {
  for (const bool use_buffers : {false, true}) {
    nn::BatchNorm1d net(2);
    AveragedModel averaged(
        *net,
        AveragedModelOptions().use_buffers(use_buffers).multi_avg_fn(get_ema_multi_avg_fn(0.5)));
    for (const double value : {4.0, 8.0}) {
      net->running_mean.fill_(value);
      net->num_batches_tracked.fill_(value);
      averaged.update_parameters(*net);
    }
    const auto* copy = averaged.module->as<nn::BatchNorm1d>();
    EXPECT_EQ(copy->running_mean[0].item<double>(), use_buffers ? 6 : 8);
    EXPECT_EQ(copy->num_batches_tracked.item<int64_t>(), use_buffers ? 6 : 8);
  }
}

TEST(AveragedModel, SavesItsCount) {
  nn::Linear net(2, 3);
  AveragedModel one(*net), two(*net);
  one.update_parameters(*net);
  fill_all(*net, 3);
  one.update_parameters(*net);
  two.load_state_dict(one.state_dict());
  EXPECT_EQ(two.n_averaged.item<int64_t>(), 2);
  fill_all(*net, 7);
  one.update_parameters(*net);
  two.update_parameters(*net);
  EXPECT_TRUE(one.module->parameters()[0].equal(two.module->parameters()[0]));
  EXPECT_THROW(one.update_parameters(*nn::Linear(nn::LinearOptions(2, 3).bias(false))), ValueError);
}

TEST(UpdateBn, AveragesOverAllBatches) {
  nn::BatchNorm1d norm(nn::BatchNorm1dOptions(3).momentum(0.3));
  nn::Sequential net(nn::Linear(4, 3), norm);
  net->eval();
  norm->running_mean.fill_(100);
  std::vector<Tensor> batches;
  for (int i = 0; i < 5; ++i) batches.push_back(randn({6, 4}) + i);
  update_bn(batches, *net, [&](const Tensor& x) { net->forward(x); });
  std::vector<Tensor> means, variances;
  const NoGradGuard no_grad;
  for (const Tensor& x : batches) {
    const Tensor y = net->children()[0]->as<nn::Linear>()->forward(x);
    means.push_back(y.mean({0}));
    variances.push_back(y.var(0));
  }
  EXPECT_TRUE(norm->running_mean.allclose(stack(means).mean({0}), 1e-4, 1e-5));
  EXPECT_TRUE(norm->running_var.allclose(stack(variances).mean({0}), 1e-4, 1e-5));
  EXPECT_EQ(norm->options.momentum(), 0.3);
  EXPECT_FALSE(net->is_training());
  EXPECT_EQ(norm->num_batches_tracked.item<int64_t>(), 5);
}

}  // namespace
}  // namespace hearth::optim::swa_utils
