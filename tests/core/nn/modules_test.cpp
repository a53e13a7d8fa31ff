// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/nn.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "error_of.h"

namespace hearth {
namespace {

namespace F = nn::functional;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Whether a backward pass from `out` reaches every parameter, with finite gradients.
void expect_gradients(const nn::Module& module, const Tensor& out) {
  out.sum().backward();
  for (const auto& item : module.named_parameters()) {
    ASSERT_TRUE(item.value().grad().defined()) << item.key();
    EXPECT_TRUE(item.value().grad().isfinite().all().item<bool>()) << item.key();
  }
}

TEST(NnModules, GradientsReachAllParameters) {
  nn::Sequential net(nn::Conv2d(nn::Conv2dOptions(3, 4, 3).padding(1).stride(2)),
                     nn::BatchNorm2d(4), nn::ReLU(),
                     nn::ConvTranspose2d(nn::ConvTranspose2dOptions(4, 6, 2).stride(2)),
                     nn::GroupNorm(2, 6), nn::PReLU(nn::PReLUOptions().num_parameters(6)),
                     nn::MaxPool2d(2), nn::AdaptiveAvgPool2d(nn::AdaptiveAvgPool2dOptions({2, 2})),
                     nn::Flatten(), nn::Linear(24, 8), nn::LayerNorm(nn::LayerNormOptions({8})),
                     nn::RMSNorm(nn::RMSNormOptions({8})), nn::Dropout(0.1), nn::Linear(8, 2));
  const Tensor out = net->forward(randn({4, 3, 8, 8}));
  EXPECT_THAT(out.sizes().vec(), ElementsAre(4, 2));
  expect_gradients(*net, out * out);
}

TEST(NnModules, LinearCrossEntropyByChunksIsThatOfAll) {
  using Options = F::LinearCrossEntropyFuncOptions;
  const TensorOptions wide(kDouble);
  const Tensor classes = tensor({3, -100, 0, 1, 4, 2, 4}),
               many = tensor({3, 1, 2, 0, 1, 1, 4}).unsqueeze(1).expand({7, 2});
  const Tensor weights = rand({5}, wide) + 0.5, soft = rand({7, 5}, wide);
  // Values, and the gradients of the input, the layer's weight and its bias.
  const auto values = [&](const Tensor& target, Options options, IntArrayRef out) {
    manual_seed(1);
    const Tensor x = randn({7, 3}, wide).requires_grad_();
    std::vector<int64_t> sizes{5};
    sizes.insert(sizes.end(), out.begin(), out.end());
    const Tensor bias = randn(sizes, wide).requires_grad_();
    sizes.push_back(3);
    const Tensor w = randn(sizes, wide).requires_grad_();
    const Tensor loss = F::linear_cross_entropy(x, w, target, options.linear_bias(bias));
    (loss * loss).sum().backward();
    return std::vector<Tensor>{loss.detach(), x.grad(), w.grad(), bias.grad()};
  };
  const auto compare = [&](const Tensor& target, const Options& options, IntArrayRef out) {
    const auto whole = values(target, options, out);
    for (const int64_t rows : {0, 1, 2, 3, 7, 100}) {
      const auto parts = values(target, Options(options).batch_chunk_size(rows), out);
      for (size_t i = 0; i < whole.size(); ++i)
        EXPECT_TRUE(parts[i].allclose(whole[i], 1e-10, 1e-12)) << rows << " " << i;
    }
  };
  for (const nn::reduction_t reduction :
       {nn::reduction_t(kMean), nn::reduction_t(kSum), nn::reduction_t(kNone)})
    for (const double smoothing : {0.0, 0.2})
      for (const Tensor& weight : {Tensor(), weights}) {
        const Options options =
            Options().reduction(reduction).label_smoothing(smoothing).weight(weight);
        compare(classes, options, {});
        compare(classes.where(classes.ge(0), 4), Options(options).ignore_index(4), {});
        compare(soft, options, {});
        compare(many, options, {2});
      }
}

TEST(NnModules, LinearCrossEntropyOfHalvesSumsInFloat) {
  // The sum of these losses is more than a half holds, their mean is not.
  const Tensor x = ones({1000, 1}, kHalf), target = ones({1000}, kLong);
  const Tensor w = tensor({100, 0, 0}).to(kHalf).unsqueeze(1);
  const Tensor mean = F::linear_cross_entropy(
      x, w, target, F::LinearCrossEntropyFuncOptions().batch_chunk_size(100));
  EXPECT_EQ(mean.scalar_type(), kHalf);
  EXPECT_EQ(mean.item<double>(), 100);
}

TEST(NnModules, LinearCrossEntropySaysWhatItWants) {
  const Tensor x = zeros({4, 3}), w = zeros({5, 3}), target = zeros({4}, kLong);
  using Options = F::LinearCrossEntropyFuncOptions;
  EXPECT_THAT(error_of([&] {
                F::linear_cross_entropy(x, zeros({5, 2}), target);
              }),
              HasSubstr("last dimensions (in_features), got 3 and 2"));
  EXPECT_THAT(
      error_of([&] { F::linear_cross_entropy(x, w, target, Options().linear_bias(zeros({4}))); }),
      HasSubstr("expected linear_bias shape [5], got [4]"));
  EXPECT_THAT(
      error_of([&] { F::linear_cross_entropy(x, w, target, Options().batch_chunk_size(-1)); }),
      HasSubstr("batch_chunk_size of at least 0, got -1"));
  EXPECT_THAT(error_of([&] {
                F::linear_cross_entropy(x, w, zeros({3}, kLong), Options().batch_chunk_size(2));
              }),
              HasSubstr("a target for each of 4 inputs"));
  EXPECT_THAT(
      error_of([&] {
        nn::LinearCrossEntropyLoss(nn::LinearCrossEntropyLossOptions(3, 5).weight(zeros({4})));
      }),
      HasSubstr("expected weight shape to be 5, got [4]"));
}

TEST(NnModules, EveryActivationComputesItsFunction) {
  const Tensor x = linspace(-3, 3, 13);
  const auto value = [&](auto module) { return module(x); };
  EXPECT_TRUE(
      value(nn::SELU())
          .allclose(1.0507009873554805 * where(x > 0, x, 1.6732632423543772 * (x.exp() - 1))));
  EXPECT_TRUE(value(nn::CELU(nn::CELUOptions().alpha(2)))
                  .allclose(where(x > 0, x, 2 * ((x / 2).exp() - 1)), 1e-5, 1e-6));
  EXPECT_TRUE(value(nn::Mish()).allclose(x * (1 + x.exp()).log().tanh(), 1e-5, 1e-6));
  EXPECT_TRUE(value(nn::Softsign()).allclose(x / (1 + x.abs())));
  EXPECT_TRUE(value(nn::Tanhshrink()).allclose(x - x.tanh()));
  EXPECT_TRUE(value(nn::Hardshrink(1.0)).equal(where(x.abs() > 1, x, 0)));
  EXPECT_TRUE(value(nn::Softshrink(1.0)).allclose(where(x > 1, x - 1, where(x < -1, x + 1, 0))));
  EXPECT_TRUE(value(nn::Threshold(0.5, 9)).equal(where(x > 0.5, x, 9.0)));
  EXPECT_TRUE(value(nn::Softmin(0)).allclose(nn::Softmax(0)(-x)));
  EXPECT_TRUE(value(nn::LogSigmoid()).allclose(x.sigmoid().log(), 1e-5, 1e-6));
  EXPECT_TRUE(value(nn::GELU(nn::GELUOptions().approximate("tanh")))
                  .allclose(value(nn::GELU()), 1e-2, 1e-2));
  EXPECT_TRUE(
      nn::GLU()(x.slice(0, 0, 12)).allclose(x.slice(0, 0, 6) * x.slice(0, 6, 12).sigmoid()));
  EXPECT_TRUE(nn::Softmax2d()(ones({1, 4, 2, 2})).equal(full({1, 4, 2, 2}, 0.25)));
  EXPECT_TRUE(value(nn::PReLU()).allclose(where(x > 0, x, 0.25 * x)));
  EXPECT_THAT(error_of([] { nn::GLU()(ones({3})); }), HasSubstr("Halving dimension must be even"));
}

TEST(NnModules, InPlaceActivationsOverwrite) {
  const auto overwrites = [](auto module) {
    const Tensor x = linspace(-3, 3, 7), expected = module->forward(x.clone());
    const Tensor y = module->forward(x);
    return y.is_same(x) && x.equal(expected);
  };
  EXPECT_TRUE(overwrites(nn::ReLU(true)));
  EXPECT_TRUE(overwrites(nn::ReLU6(true)));
  EXPECT_TRUE(overwrites(nn::SELU(true)));
  EXPECT_TRUE(overwrites(nn::SiLU(true)));
  EXPECT_TRUE(overwrites(nn::Hardswish(true)));
  EXPECT_TRUE(overwrites(nn::Hardsigmoid(true)));
  EXPECT_TRUE(overwrites(nn::ELU(nn::ELUOptions().inplace(true))));
  EXPECT_TRUE(overwrites(nn::LeakyReLU(nn::LeakyReLUOptions().inplace(true))));
  EXPECT_TRUE(overwrites(nn::Hardtanh(nn::HardtanhOptions().inplace(true))));
  EXPECT_TRUE(overwrites(nn::Threshold(nn::ThresholdOptions(0, 1).inplace(true))));
}

TEST(NnModules, HardtanhNeedsRoomBetweenItsBounds) {
  for (const double max : {1.0, 0.5})
    EXPECT_THAT(error_of([&] { nn::Hardtanh(nn::HardtanhOptions().min_val(1).max_val(max)); }),
                HasSubstr("max_val must be greater than min_val"));
}

TEST(NnModules, ConvolutionsPadByMode) {
  nn::Conv1d conv(nn::Conv1dOptions(1, 1, 3).padding(1).bias(false).padding_mode(kCircular));
  nn::init::ones_(conv->weight);
  const Tensor x = arange(4, kFloat).view({1, 1, 4});  // 0 1 2 3
  EXPECT_TRUE(conv(x).flatten().equal(tensor({4., 3., 6., 5.}, kFloat)));
  conv->options.padding_mode(kReplicate);
  EXPECT_TRUE(conv(x).flatten().equal(tensor({1., 3., 6., 8.}, kFloat)));
  conv->options.padding_mode(kReflect);
  EXPECT_TRUE(conv(x).flatten().equal(tensor({2., 3., 6., 7.}, kFloat)));
  conv->options.padding_mode(kZeros).padding(kSame);
  EXPECT_TRUE(conv(x).flatten().equal(tensor({1., 3., 6., 5.}, kFloat)));
  EXPECT_THAT(error_of([] { nn::Conv2d(nn::Conv2dOptions(3, 4, 3).groups(2)); }),
              HasSubstr("in_channels must be divisible by groups"));
  EXPECT_THAT(error_of([] { nn::Conv2d(nn::Conv2dOptions(3, 4, 3).padding(kSame).stride(2)); }),
              HasSubstr("padding='same' is not supported for strided convolutions"));
}

TEST(NnModules, TransposedConvolutionGivesTheAskedSize) {
  nn::ConvTranspose2d conv(nn::ConvTranspose2dOptions(2, 3, 3).stride(2).padding(1));
  const Tensor x = randn({1, 2, 5, 5});
  EXPECT_EQ(conv(x).size(2), 9);
  const std::vector<int64_t> wanted{10, 9};
  EXPECT_THAT(conv(x, std::optional<IntArrayRef>(wanted)).sizes().vec(), ElementsAre(1, 3, 10, 9));
  const std::vector<int64_t> impossible{12, 9};
  EXPECT_THAT(error_of([&] { conv(x, std::optional<IntArrayRef>(impossible)); }),
              HasSubstr("can only be from 9 to 10"));
  EXPECT_EQ(nn::Sequential(conv)->forward(x).size(2), 9) << "defaults are filled in";
}

TEST(NnModules, BatchNormTracksStatistics) {
  nn::BatchNorm1d norm(nn::BatchNorm1dOptions(3).momentum(0.5));
  const Tensor x = randn({16, 3}) * 2 + 5;
  const Tensor y = norm(x);
  EXPECT_TRUE(y.mean(0).allclose(zeros({3}), 0, 1e-5));
  EXPECT_TRUE(norm->running_mean.allclose(x.mean(0) * 0.5, 1e-4, 1e-5));
  EXPECT_TRUE(
      norm->running_var.allclose(x.var(std::vector<int64_t>{0}, true) * 0.5 + 0.5, 1e-4, 1e-5));
  EXPECT_EQ(norm->num_batches_tracked.item<int64_t>(), 1);
  norm->eval();
  const Tensor expected =
      (x - norm->running_mean) / (norm->running_var + 1e-5).sqrt() * norm->weight + norm->bias;
  EXPECT_TRUE(norm(x).allclose(expected, 1e-4, 1e-5));
  EXPECT_EQ(norm->num_batches_tracked.item<int64_t>(), 1);
  EXPECT_THAT(error_of([] {
                nn::BatchNorm1d(3)(ones({1, 3}));
              }),
              HasSubstr("Expected more than 1 value per channel when training"));
  EXPECT_THAT(error_of([] {
                nn::BatchNorm2d(3)(ones({2, 3}));
              }),
              HasSubstr("expected 4D input (got 2D input)"));

  // An empty batch is counted, but nothing is learned from it.
  norm->train();
  const Tensor mean = norm->running_mean.clone();
  EXPECT_EQ(norm(ones({0, 3})).numel(), 0);
  EXPECT_TRUE(norm->running_mean.equal(mean));
  EXPECT_EQ(norm->num_batches_tracked.item<int64_t>(), 2);

  nn::BatchNorm1d average(nn::BatchNorm1dOptions(3).momentum(std::nullopt));
  average(x);
  average(x + 3);
  EXPECT_TRUE(average->running_mean.allclose(x.mean(0) + 1.5, 1e-4, 1e-5));
}

TEST(NnModules, BatchNormLoadsFilesWithoutItsCounter) {
  nn::BatchNorm2d norm(3);
  auto state = norm->state_dict();
  EXPECT_THAT(state.keys(),
              ElementsAre("weight", "bias", "running_mean", "running_var", "num_batches_tracked"));
  state.erase("num_batches_tracked");
  EXPECT_TRUE(norm->load_state_dict(state).missing_keys.empty());
  state.erase("running_var");
  EXPECT_THAT(error_of([&] { norm->load_state_dict(state); }), HasSubstr("running_var"));
}

TEST(NnModules, InstanceNormTakesUnbatchedInput) {
  nn::InstanceNorm2d norm(nn::InstanceNorm2dOptions(2).affine(true));
  const Tensor x = randn({2, 4, 4});
  EXPECT_TRUE(norm(x).allclose(norm(x.unsqueeze(0)).squeeze(0), 1e-5, 1e-6));
  EXPECT_TRUE(norm(x).mean({1, 2}).allclose(zeros({2}), 0, 1e-5));
}

TEST(NnModules, EmbeddingPadsAndRenormalises) {
  nn::Embedding e(nn::EmbeddingOptions(5, 3).padding_idx(-1));
  EXPECT_EQ(e->options.padding_idx().value(), 4);
  EXPECT_TRUE(e->weight.select(0, 4).equal(zeros({3})));
  e(tensor({1, 4, 4})).sum().backward();
  EXPECT_TRUE(e->weight.grad().select(0, 4).equal(zeros({3})));
  EXPECT_TRUE(e->weight.grad().select(0, 1).equal(ones({3})));

  const Tensor vectors = full({2, 4}, 3.0);
  auto frozen = nn::Embedding::from_pretrained(vectors.clone(),
                                               nn::EmbeddingFromPretrainedOptions().max_norm(1.0));
  EXPECT_FALSE(frozen->weight.requires_grad());
  const Tensor out = frozen(tensor({{1, 1}}));
  EXPECT_THAT(out.sizes().vec(), ElementsAre(1, 2, 4));
  EXPECT_NEAR(out.select(0, 0).select(0, 0).norm().item<double>(), 1.0, 1e-5);
  EXPECT_TRUE(frozen->weight.select(0, 0).equal(vectors.select(0, 0)));
  EXPECT_THAT(error_of([] { nn::Embedding(nn::EmbeddingOptions(5, 3).padding_idx(5)); }),
              HasSubstr("Padding_idx must be within num_embeddings"));
}

TEST(NnModules, DropoutOnlyWhenTraining) {
  nn::Dropout drop(0.5);
  const Tensor x = ones({1000});
  const Tensor y = drop(x);
  EXPECT_TRUE(((y == 0) | (y == 2)).all().item<bool>());
  EXPECT_NEAR(y.mean().item<double>(), 1.0, 0.15);
  drop->eval();
  EXPECT_TRUE(drop(x).equal(x));
  nn::Dropout2d channels(0.5);
  const Tensor z = channels(ones({4, 8, 3, 3}));
  EXPECT_TRUE(z.eq(z.select(3, 0).select(2, 0).unsqueeze(2).unsqueeze(3)).all().item<bool>());
  EXPECT_THAT(error_of([] { nn::Dropout(1.5); }),
              HasSubstr("dropout probability has to be between 0 and 1, but got 1.5"));
}

TEST(NnModules, LossesWithWeightsAndReductions) {
  const Tensor logits = randn({6, 4}), target = tensor({0, 1, 2, 3, 0, 1});
  const Tensor weight = tensor({1., 2., 3., 4.}, kFloat);
  nn::CrossEntropyLoss loss(nn::CrossEntropyLossOptions().weight(weight).reduction(kSum));
  EXPECT_THAT(loss->named_buffers().keys(), ElementsAre("weight"));
  EXPECT_TRUE(loss(logits, target)
                  .allclose(nn::NLLLoss(nn::NLLLossOptions().weight(weight).reduction(kSum))(
                      logits.log_softmax(1), target)));
  const Tensor a = randn({3, 2}), b = randn({3, 2});
  EXPECT_TRUE(nn::MSELoss()(a, b).allclose((a - b).square().mean()));
  EXPECT_TRUE(nn::L1Loss(nn::L1LossOptions(kNone))(a, b).allclose((a - b).abs()));
  EXPECT_TRUE(nn::SmoothL1Loss()(a, b).allclose(nn::HuberLoss()(a, b)));
  EXPECT_TRUE(F::smooth_l1_loss(a, b, F::SmoothL1LossFuncOptions(), 0.5)
                  .allclose(F::smooth_l1_loss(a, b, F::SmoothL1LossFuncOptions().beta(0.5))));
  EXPECT_TRUE(nn::BCEWithLogitsLoss()(a, b.sigmoid())
                  .allclose(nn::BCELoss()(a.sigmoid(), b.sigmoid()), 1e-4, 1e-6));
  const Tensor p = a.log_softmax(1), q = b.softmax(1);
  EXPECT_TRUE(nn::KLDivLoss(nn::KLDivLossOptions(kBatchMean))(p, q).allclose(
      (q * (q.log() - p)).sum() / 3, 1e-4, 1e-6));
}

TEST(NnModules, PoolsAndPads) {
  const Tensor x = arange(16, kFloat).view({1, 1, 4, 4});
  EXPECT_TRUE(nn::MaxPool2d(2)(x).flatten().equal(tensor({5., 7., 13., 15.}, kFloat)));
  EXPECT_TRUE(std::get<1>(nn::MaxPool2d(2)->forward_with_indices(x))
                  .flatten()
                  .equal(tensor({5, 7, 13, 15})));
  EXPECT_TRUE(nn::AvgPool2d(2)(x).flatten().equal(tensor({2.5, 4.5, 10.5, 12.5}, kFloat)));
  nn::AdaptiveMaxPool2d open(nn::AdaptiveMaxPool2dOptions({std::nullopt, 1}));
  EXPECT_TRUE(open(x).flatten().equal(tensor({3., 7., 11., 15.}, kFloat)));
  EXPECT_TRUE(
      nn::AdaptiveAvgPool1d(2)(x.view({1, 1, 16})).flatten().equal(tensor({3.5, 11.5}, kFloat)));
  EXPECT_TRUE(
      nn::MaxPool1d(4)(x.view({1, 16})).flatten().equal(tensor({3., 7., 11., 15.}, kFloat)));
  EXPECT_TRUE(
      nn::ConstantPad1d(1, 9)(ones({1, 1, 2})).flatten().equal(tensor({9., 1., 1., 9.}, kFloat)));
  EXPECT_TRUE(nn::ReflectionPad1d(2)(arange(3, kFloat).view({1, 1, 3}))
                  .flatten()
                  .equal(tensor({2., 1., 0., 1., 2., 1., 0.}, kFloat)));
  EXPECT_THAT(nn::ZeroPad2d(nn::ZeroPad2dOptions({1, 2, 3, 4}))(x).sizes().vec(),
              ElementsAre(1, 1, 11, 7));
  EXPECT_THAT(error_of([&] {
                nn::ReflectionPad1d(3)(ones({1, 1, 3}));
              }),
              HasSubstr("Padding size should be less than the corresponding input dimension"));
}

TEST(NnModules, Resizes) {
  const Tensor x = arange(4, kFloat).view({1, 1, 2, 2});
  nn::Upsample twice(nn::UpsampleOptions().scale_factor(std::vector<double>{2}));
  EXPECT_TRUE(twice(x).select(2, 0).flatten().equal(tensor({0., 0., 1., 1.}, kFloat)));
  nn::Upsample aligned(
      nn::UpsampleOptions().size(std::vector<int64_t>{3, 3}).mode(kBilinear).align_corners(true));
  EXPECT_TRUE(
      aligned(x).flatten().allclose(tensor({0., 0.5, 1., 1., 1.5, 2., 2., 2.5, 3.}, kFloat)));
  EXPECT_TRUE(
      F::interpolate(twice(x),
                     F::InterpolateFuncOptions().size(std::vector<int64_t>{2, 2}).mode(kArea))
          .equal(x));
  EXPECT_TRUE(
      nn::PixelUnshuffle(2)(nn::PixelShuffle(2)(x.view({1, 4, 1, 1}))).equal(x.view({1, 4, 1, 1})));
  EXPECT_THAT(error_of([&] { nn::Upsample()(x); }),
              HasSubstr("either size or scale_factor should be defined"));
}

TEST(NnAttention, PathsAgree) {
  for (const bool batch_first : {false, true}) {
    nn::MultiheadAttention mha(nn::MultiheadAttentionOptions(8, 2).batch_first(batch_first));
    const Tensor x = batch_first ? randn({3, 5, 8}) : randn({5, 3, 8});
    const auto [slow, weights] = mha(x, x, x);
    const auto [fast, none] = mha(x, x, x, Tensor(), /*need_weights=*/false);
    EXPECT_FALSE(none.defined());
    EXPECT_THAT(weights.sizes().vec(), ElementsAre(3, 5, 5));
    EXPECT_TRUE(weights.sum(-1).allclose(ones({3, 5})));
    EXPECT_TRUE(slow.allclose(fast, 1e-4, 1e-5));
    const auto [separate, w2] = mha(x, x.clone(), x.clone());
    EXPECT_TRUE(slow.allclose(separate, 1e-4, 1e-5));
    const Tensor hidden = ones({5, 5}, kBool).triu(1);
    const auto masked = std::get<0>(mha(x, x, x, Tensor(), false, hidden));
    const auto causal = std::get<0>(mha(x, x, x, Tensor(), false, Tensor(), true, true));
    const auto [explicit_causal, w3] = mha(x, x, x, Tensor(), true, Tensor(), true, true);
    EXPECT_TRUE(masked.allclose(causal, 1e-4, 1e-5));
    EXPECT_TRUE(masked.allclose(explicit_causal, 1e-4, 1e-5));
    EXPECT_TRUE(w3.masked_select(hidden.expand({3, 5, 5})).eq(0).all().item<bool>());
    const Tensor one = batch_first ? x.select(0, 1) : x.select(1, 1);
    EXPECT_TRUE(std::get<0>(mha(one, one, one))
                    .allclose(batch_first ? slow.select(0, 1) : slow.select(1, 1), 1e-4, 1e-5));
  }
}

TEST(NnAttention, MasksAndExtraKeys) {
  nn::MultiheadAttention mha(
      nn::MultiheadAttentionOptions(8, 2).kdim(6).vdim(4).add_bias_kv(true).add_zero_attn(true));
  EXPECT_THAT(mha->named_parameters().keys(),
              ::testing::UnorderedElementsAre("q_proj_weight", "k_proj_weight", "v_proj_weight",
                                              "in_proj_bias", "bias_k", "bias_v", "out_proj.weight",
                                              "out_proj.bias"));
  const Tensor q = randn({4, 2, 8}), k = randn({3, 2, 6}), v = randn({3, 2, 4});
  const Tensor padding = tensor({{false, false, true}, {false, false, false}});
  const auto [out, weights] = mha(q, k, v, padding);
  EXPECT_THAT(weights.sizes().vec(), ElementsAre(2, 4, 5));
  EXPECT_TRUE(weights.select(0, 0).select(1, 2).eq(0).all().item<bool>());
  expect_gradients(*mha, out * out);
  EXPECT_THAT(error_of([&] {
                mha(q, k, v, ones({2, 4}, kBool));
              }),
              HasSubstr("key_padding_mask is not correct"));
  EXPECT_THAT(error_of([] { nn::MultiheadAttention(7, 2); }),
              HasSubstr("embed_dim must be divisible by num_heads"));
}

TEST(NnAttention, HiddenRows) {
  const Tensor x = randn({3, 2, 8}), padding = tensor({{false, true, true}, {true, true, true}});
  Tensor row = zeros({3, 3}, kBool);
  row[1].fill_(true);
  for (const bool nan : {false, true}) {
    nn::MultiheadAttention mha(nn::MultiheadAttentionOptions(8, 2).hidden_rows_are_nan(nan));
    // With weights, a position that sees nothing is NaN; without, it is what the options say.
    for (const bool need_weights : {true, false}) {
      const auto [out, weights] = mha(x, x, x, padding, need_weights);
      EXPECT_TRUE(out.select(1, 0).isfinite().all().item<bool>());
      const Tensor hidden = out.select(1, 1);
      EXPECT_EQ(hidden.isnan().all().item<bool>(), need_weights || nan);
      if (!need_weights && !nan) {
        EXPECT_TRUE(hidden.equal(mha->out_proj->bias.expand({3, 8})));
      }
      if (need_weights) {
        EXPECT_TRUE(weights[1].isnan().all().item<bool>());
      }
      const auto masked = std::get<0>(mha(x, x, x, Tensor(), need_weights, row));
      EXPECT_EQ(masked[1].isnan().all().item<bool>(), need_weights || nan);
      EXPECT_TRUE(masked[0].isfinite().all().item<bool>());
      EXPECT_TRUE(masked[2].isfinite().all().item<bool>());
    }
  }
}

TEST(NnTransformer, HiddenRowsAreNaN) {
  nn::TransformerEncoderLayer layer(nn::TransformerEncoderLayerOptions(8, 2));
  const Tensor x = randn({3, 2, 8}), padding = tensor({{false, true, true}, {true, true, true}});
  const Tensor out = layer(x, Tensor(), padding);
  EXPECT_TRUE(out.select(1, 0).isfinite().all().item<bool>());
  EXPECT_TRUE(out.select(1, 1).isnan().all().item<bool>());
  // Position 0 sees only itself, which is padding in the first sample.
  const Tensor causal = full({3, 3}, -INFINITY).triu(1);
  const Tensor first = tensor({{true, false, false}, {false, false, false}});
  const Tensor seen = layer(x, causal, first);
  EXPECT_TRUE(seen[0][0].isnan().all().item<bool>());
  EXPECT_EQ(seen.isnan().sum().item<int64_t>(), 8);
}

TEST(NnTransformer, LayersAreCopiesOfTheOneGiven) {
  nn::TransformerEncoderLayer layer(nn::TransformerEncoderLayerOptions(8, 2).dropout(0));
  nn::LayerNorm norm(nn::LayerNormOptions({8}));
  nn::TransformerEncoder encoder(nn::TransformerEncoderOptions(layer, 2).norm(nn::AnyModule(norm)));
  const Tensor x = randn({3, 2, 8});
  EXPECT_TRUE(encoder(x).allclose(norm(layer(layer(x))), 1e-5, 1e-6));
  EXPECT_FALSE(encoder->parameters()[0].is_alias_of(layer->parameters()[0]));
  encoder->reset_parameters();
  EXPECT_FALSE(encoder->parameters()[0].equal(layer->parameters()[0]));
  EXPECT_FALSE(encoder->norm.ptr() == norm.ptr());
  EXPECT_TRUE(encoder->named_parameters().contains("norm.weight"));
}

TEST(NnTransformer, TrainsInAllArrangements) {
  for (const bool batch_first : {false, true})
    for (const bool norm_first : {false, true}) {
      nn::TransformerEncoder encoder(
          nn::TransformerEncoderOptions(nn::TransformerEncoderLayerOptions(8, 2)
                                            .dim_feedforward(16)
                                            .batch_first(batch_first)
                                            .norm_first(norm_first)
                                            .activation(kGELU),
                                        2)
              .norm(nn::AnyModule(nn::LayerNorm(nn::LayerNormOptions({8})))));
      EXPECT_TRUE(encoder->state_dict().contains("layers.1.self_attn.in_proj_weight"));
      EXPECT_TRUE(encoder->state_dict().contains("norm.weight"));
      const Tensor x = randn({4, 3, 8});
      const Tensor out = encoder(x);
      EXPECT_THAT(out.sizes().vec(), ElementsAre(4, 3, 8));
      expect_gradients(*encoder, out * out);
      encoder->eval();
      const auto copy = std::dynamic_pointer_cast<nn::TransformerEncoderImpl>(encoder->clone());
      EXPECT_TRUE(copy->forward(x).equal(encoder(x)));
      EXPECT_FALSE(copy->norm.ptr() == encoder->norm.ptr());
      {
        NoGradGuard no_grad;
        for (const Tensor& p : copy->parameters()) p.zero_();
      }
      EXPECT_FALSE(copy->forward(x).equal(encoder(x)));
      EXPECT_EQ(nn::Sequential(encoder)->forward(x).dim(), 3);
    }
  nn::TransformerEncoderLayer layer(
      nn::TransformerEncoderLayerOptions(4, 1).activation([](const Tensor& x) { return x * 0; }));
  EXPECT_THAT(layer(randn({2, 1, 4})).sizes().vec(), ElementsAre(2, 1, 4));
}

TEST(NnFunctionals, NormalizeOneHotAndGumbel) {
  const Tensor x = randn({3, 4});
  EXPECT_TRUE(F::normalize(x).norm(2, IntArrayRef(1)).allclose(ones({3})));
  EXPECT_TRUE(F::one_hot(tensor({0, 2}), 3).equal(tensor({{1, 0, 0}, {0, 0, 1}})));
  const Tensor logits = randn({5, 4}).requires_grad_();
  const Tensor hard = F::gumbel_softmax(logits, F::GumbelSoftmaxFuncOptions().hard(true));
  EXPECT_TRUE(hard.sum(-1).allclose(ones({5})));
  EXPECT_TRUE(((hard - 1).abs() < 1e-5).sum(-1).eq(1).all().item<bool>());
  (hard * x.sum()).select(1, 0).sum().backward();
  // Of few bits, a uniform number is often 0, whose logarithm nothing survives.
  manual_seed(1);
  for (const ScalarType type : {kHalf, kBFloat16})
    EXPECT_TRUE(F::gumbel_softmax(zeros({5000, 4}, type)).isfinite().all().item<bool>()) << type;
  EXPECT_TRUE(logits.grad().abs().sum().item<double>() > 0);
  EXPECT_TRUE(F::bilinear(ones({2, 3}), ones({2, 4}), ones({5, 3, 4}), ones({5}))
                  .equal(full({2, 5}, 13.0)));
}

TEST(NnInit, Statistics) {
  manual_seed(1);
  const Tensor w = empty({200, 100});
  const auto sd = [](const Tensor& t) { return t.std(false).item<double>(); };
  nn::init::kaiming_normal_(w, 0, kFanOut, kReLU);
  EXPECT_NEAR(sd(w), std::sqrt(2.0 / 200), 2e-3);
  nn::init::kaiming_uniform_(w, std::sqrt(5));
  EXPECT_NEAR(sd(w), std::sqrt(1.0 / 300), 2e-3);
  EXPECT_LE(w.abs().max().item<double>(), 0.1);
  nn::init::xavier_normal_(w, 2);
  EXPECT_NEAR(sd(w), 2 * std::sqrt(2.0 / 300), 4e-3);
  nn::init::xavier_uniform_(w);
  EXPECT_NEAR(sd(w), std::sqrt(2.0 / 300), 2e-3);
  nn::init::uniform_(w, 2, 4);
  EXPECT_NEAR(w.mean().item<double>(), 3, 0.02);
  nn::init::trunc_normal_(w, 1, 2, -1, 4);
  EXPECT_GE(w.min().item<double>(), -1);
  EXPECT_LE(w.max().item<double>(), 4);
  EXPECT_NEAR(w.mean().item<double>(), 1.2904, 0.03);  // of N(1, 2) within [-1, 4]
  nn::init::normal_(w, 5, 0.5);
  EXPECT_NEAR(w.mean().item<double>(), 5, 0.02);
  EXPECT_FALSE(w.requires_grad());
  EXPECT_DOUBLE_EQ(nn::init::calculate_gain(kTanh), 5.0 / 3);
  EXPECT_DOUBLE_EQ(nn::init::calculate_gain(kLeakyReLU, 0.2), std::sqrt(2 / 1.04));
}

TEST(NnInit, Structures) {
  EXPECT_TRUE(nn::init::eye_(empty({2, 3})).equal(tensor({{1., 0., 0.}, {0., 1., 0.}}, kFloat)));
  const Tensor rows = nn::init::orthogonal_(empty({6, 10}));
  EXPECT_TRUE(rows.mm(rows.t()).allclose(eye(6), 1e-5, 1e-5));
  const Tensor cols = nn::init::orthogonal_(empty({10, 2, 3}), 2).view({10, 6});
  EXPECT_TRUE(cols.t().mm(cols).allclose(eye(6) * 4, 1e-5, 1e-5));
  const Tensor sparse = nn::init::sparse_(empty({10, 4}), 0.25, 1);
  EXPECT_TRUE(sparse.eq(0).sum(0).equal(full({4}, 3)));
  const Tensor x = randn({1, 4, 5, 5});
  nn::Conv2d conv(nn::Conv2dOptions(4, 4, 3).padding(1).bias(false).groups(2));
  nn::init::dirac_(conv->weight, 2);
  EXPECT_TRUE(conv(x).allclose(x));
  EXPECT_THAT(error_of([] { nn::init::xavier_normal_(empty({3})); }),
              HasSubstr("Fan in and fan out can not be computed for tensor with fewer than 2 "
                        "dimensions"));
}

TEST(NnInit, LinearStartsAsPyTorchs) {
  nn::Linear fc(400, 50);
  EXPECT_LE(fc->weight.abs().max().item<double>(), 0.05);
  EXPECT_LE(fc->bias.abs().max().item<double>(), 0.05);
  EXPECT_NEAR(fc->weight.std(false).item<double>(), 0.05 / std::sqrt(3.0), 1e-3);
}

TEST(NnUtils, ClipsGradients) {
  const Tensor a = zeros({2}).requires_grad_(), b = zeros({1}).requires_grad_();
  a.mutable_grad() = tensor({3., 0.}, kFloat);
  b.mutable_grad() = tensor({4.}, kFloat);
  EXPECT_NEAR(nn::utils::clip_grad_norm_({a, b}, 10), 5, 1e-6);
  EXPECT_TRUE(b.grad().equal(tensor({4.}, kFloat)));
  EXPECT_NEAR(nn::utils::clip_grad_norm_({a, b}, 1), 5, 1e-6);
  EXPECT_NEAR(nn::utils::clip_grad_norm_({a, b}, 1, INFINITY), 0.8, 1e-5);
  nn::utils::clip_grad_value_({a, b}, 0.7);
  EXPECT_NEAR(b.grad().item<float>(), 0.7, 1e-6);
  b.mutable_grad() = tensor({INFINITY}, kFloat);
  EXPECT_THAT(error_of([&] {
                nn::utils::clip_grad_norm_({a, b}, 1, 2, true);
              }),
              HasSubstr("non-finite, so it cannot be clipped"));
  EXPECT_EQ(nn::utils::clip_grad_norm_(zeros({1}), 1), 0);
}

TEST(NnUtils, ParametersAsVector) {
  nn::Linear fc(3, 2);
  const Tensor vec = nn::utils::parameters_to_vector(fc->parameters());
  EXPECT_EQ(vec.numel(), 8);
  nn::utils::vector_to_parameters(arange(8, kFloat), fc->parameters());
  EXPECT_TRUE(fc->weight.equal(arange(6, kFloat).view({2, 3})));
  EXPECT_TRUE(fc->bias.requires_grad());
  EXPECT_THAT(error_of([&] { nn::utils::vector_to_parameters(ones({7}), fc->parameters()); }),
              HasSubstr("the parameters have 8 elements"));
}

}  // namespace
}  // namespace hearth
