// SPDX-License-Identifier: Apache-2.0
// Transformers, adaptive softmax and the losses with margins, past their golden values.
#include <cmath>
#include <sstream>

#include <gtest/gtest.h>

#include "hearth/nn.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

namespace hearth {
namespace {

using namespace nn;
namespace F = nn::functional;

template <typename M>
std::string text(const ModuleHolder<M>& module) {
  std::ostringstream out;
  out << module;
  return out.str();
}

TransformerOptions small(int64_t encoders, int64_t decoders) {
  return TransformerOptions(4, 2, encoders, decoders).dim_feedforward(6).dropout(0);
}

TEST(Transformers, PrintAsLibTorch) {
  const std::string head =
      "torch::nn::TransformerImpl(\n"
      "  (encoder): torch::nn::TransformerEncoderImpl(\n"
      "    (layers): torch::nn::ModuleList\n"
      "    (norm): torch::nn::LayerNorm([4], eps=1e-05, elementwise_affine=true)\n"
      "  )\n"
      "  (decoder): torch::nn::TransformerDecoderImpl(\n";
  EXPECT_EQ(text(Transformer(small(0, 0))).substr(0, head.size()), head);
  EXPECT_EQ(text(TransformerDecoderLayer(TransformerDecoderLayerOptions(4, 2).dim_feedforward(6))),
            "torch::nn::TransformerDecoderLayerImpl(\n"
            "  (self_attn): torch::nn::MultiheadAttention(\n"
            "    (out_proj): torch::nn::Linear(in_features=4, out_features=4, bias=true)\n"
            "  )\n"
            "  (multihead_attn): torch::nn::MultiheadAttention(\n"
            "    (out_proj): torch::nn::Linear(in_features=4, out_features=4, bias=true)\n"
            "  )\n"
            "  (linear1): torch::nn::Linear(in_features=4, out_features=6, bias=true)\n"
            "  (dropout): torch::nn::Dropout(p=0.1, inplace=false)\n"
            "  (linear2): torch::nn::Linear(in_features=6, out_features=4, bias=true)\n"
            "  (norm1): torch::nn::LayerNorm([4], eps=1e-05, elementwise_affine=true)\n"
            "  (norm2): torch::nn::LayerNorm([4], eps=1e-05, elementwise_affine=true)\n"
            "  (norm3): torch::nn::LayerNorm([4], eps=1e-05, elementwise_affine=true)\n"
            "  (dropout1): torch::nn::Dropout(p=0.1, inplace=false)\n"
            "  (dropout2): torch::nn::Dropout(p=0.1, inplace=false)\n"
            "  (dropout3): torch::nn::Dropout(p=0.1, inplace=false)\n"
            ")");
  EXPECT_EQ(text(AdaptiveLogSoftmaxWithLoss(16, 20, std::vector<int64_t>{5, 15})),
            "torch::nn::AdaptiveLogSoftmaxWithLoss(\n"
            "  (head): torch::nn::Linear(in_features=16, out_features=7, bias=false)\n"
            "  (tail): torch::nn::ModuleList(\n"
            "    (0): torch::nn::Sequential(\n"
            "      (0): torch::nn::Linear(in_features=16, out_features=4, bias=false)\n"
            "      (1): torch::nn::Linear(in_features=4, out_features=10, bias=false)\n"
            "    )\n"
            "    (1): torch::nn::Sequential(\n"
            "      (0): torch::nn::Linear(in_features=16, out_features=1, bias=false)\n"
            "      (1): torch::nn::Linear(in_features=1, out_features=5, bias=false)\n"
            "    )\n"
            "  )\n"
            ")");
  EXPECT_EQ(text(TripletMarginWithDistanceLoss()),
            "torch::nn::TripletMarginWithDistanceLoss(margin=1, swap=false)");
  EXPECT_EQ(text(EmbeddingBag(EmbeddingBagOptions(10, 2)
                                  .max_norm(2)
                                  .norm_type(2.5)
                                  .scale_grad_by_freq(true)
                                  .sparse(true)
                                  .mode(kSum)
                                  .include_last_offset(true)
                                  .padding_idx(-1))),
            "torch::nn::EmbeddingBag(num_embeddings=10, embedding_dim=2, max_norm=2, "
            "norm_type=2.5, scale_grad_by_freq=true, sparse=true, mode=kSum, "
            "include_last_offset=true, padding_idx=9)");
  EXPECT_EQ(text(RReLU(RReLUOptions().lower(0.24).upper(0.42).inplace(true))),
            "torch::nn::RReLU(lower=0.24, upper=0.42, inplace=true)");
}

TEST(Transformers, CopiesAreTheirOwn) {
  Transformer net(small(1, 2));
  const Tensor src = rand({3, 2, 4}), tgt = rand({2, 2, 4});
  const auto copy = std::dynamic_pointer_cast<TransformerImpl>(net->clone());
  EXPECT_TRUE(copy->forward(src, tgt).equal(net(src, tgt)));
  const Tensor before = copy->forward(src, tgt).detach();
  {
    const NoGradGuard no_grad;
    for (const Tensor& p : net->parameters()) p.add_(1);
  }
  EXPECT_TRUE(copy->forward(src, tgt).equal(before));
  net->reset_parameters();
  TransformerDecoder decoder(TransformerDecoderOptions(TransformerDecoderLayerOptions(4, 2), 2)
                                 .norm(AnyModule(LayerNorm(LayerNormOptions({4})))));
  decoder->reset_parameters();
  EXPECT_TRUE(decoder->clone()->parameters().size() == decoder->parameters().size());
  EXPECT_EQ(decoder(tgt, src).sizes(), tgt.sizes());
}

TEST(Transformers, WithoutLayersNothingHappens) {
  TransformerEncoder encoder(TransformerEncoderOptions(TransformerEncoderLayerOptions(4, 2), 0));
  TransformerDecoder decoder(TransformerDecoderOptions(TransformerDecoderLayerOptions(4, 2), 0));
  const Tensor x = rand({3, 2, 4});
  EXPECT_TRUE(encoder(x).equal(x));
  EXPECT_TRUE(decoder(x, x).equal(x));
}

struct PlainEncoderImpl : Module {
  Tensor forward(const Tensor& src, const Tensor&, const Tensor&) { return src * 2; }
};
HEARTH_MODULE(PlainEncoder);

TEST(Transformers, PartsCanBeReplaced) {
  Transformer custom(small(1, 1).custom_encoder(AnyModule(PlainEncoder())));
  const Tensor src = rand({3, 2, 4}), tgt = rand({2, 2, 4});
  EXPECT_TRUE(custom(src, tgt).equal(custom->decoder.forward(tgt, src * 2)));
  EXPECT_TRUE(custom->encoder.ptr()->as<PlainEncoder>() != nullptr);
}

TEST(Transformers, NoPositionSeesALaterOne) {
  Transformer net(small(1, 1));
  const Tensor mask = Transformer::Impl::generate_square_subsequent_mask(3);
  const float inf = INFINITY;
  EXPECT_TRUE(
      mask.equal(tensor(std::vector<float>{0, -inf, -inf, 0, 0, -inf, 0, 0, 0}).view({3, 3})));
  EXPECT_EQ(Transformer::Impl::generate_square_subsequent_mask(0).sizes(), IntArrayRef({0, 0}));
  EXPECT_THROW(Transformer::Impl::generate_square_subsequent_mask(-1), ValueError);
  const Tensor src = rand({3, 2, 4}), tgt = rand({3, 2, 4});
  const Tensor all = net(src, tgt, Tensor(), mask);
  const Tensor first = net(src, tgt.slice(0, 0, 2), Tensor(), mask.slice(0, 0, 2).slice(1, 0, 2));
  EXPECT_TRUE(all.slice(0, 0, 2).allclose(first, 1e-4, 1e-5));
}

TEST(Transformers, WrongShapesSaySo) {
  Transformer net(small(1, 1));
  const Tensor src = rand({3, 2, 4});
  EXPECT_THROW(net(src, rand({2, 3, 4})), ShapeError);
  EXPECT_THROW(net(src, rand({2, 2, 6})), ShapeError);
  EXPECT_THROW(net(src, rand({2, 4})), ShapeError);
  EXPECT_THROW(Transformer(TransformerOptions(6, 4)), ValueError);
}

TEST(Transformers, RunInASequentialOfTheirOwn) {
  Sequential net(TransformerEncoderLayer(TransformerEncoderLayerOptions(4, 2).dropout(0)),
                 Linear(4, 1));
  EXPECT_EQ(net->forward(rand({3, 2, 4})).sizes(), IntArrayRef({3, 2, 1}));
  AnyModule bag{EmbeddingBag(5, 3)};
  EXPECT_EQ(bag.forward(tensor(std::vector<int64_t>{0, 1, 2, 3}).view({2, 2})).sizes(),
            IntArrayRef({2, 3}));
}

TEST(Attention, MasksMayBeIntegersOfOneRow) {
  MultiheadAttention attend(4, 2);
  const Tensor q = rand({2, 1, 4}), k = rand({3, 1, 4});
  const auto with = [&](const Tensor& mask, const Tensor& padding) {
    return std::get<0>(attend(q, k, k, padding, /*need_weights=*/true, mask));
  };
  EXPECT_TRUE(with(zeros({1, 3}, kLong), {}).equal(with({}, {})));
  const Tensor one = tensor(std::vector<int64_t>{0, -100000, 0}).view({1, 3});
  EXPECT_TRUE(with(one, {}).allclose(with({}, one.ne(0))));
  EXPECT_THROW(with({}, one), DtypeError);
  EXPECT_THROW(with(zeros({3, 3}), {}), ShapeError);
}

TEST(AdaptiveSoftmax, PredictsWhatItsProbabilitiesSay) {
  AdaptiveLogSoftmaxWithLoss net(8, 12, std::vector<int64_t>{3, 7});
  const Tensor x = randn({50, 8}) * 3;
  const Tensor log_prob = net->log_prob(x);
  EXPECT_TRUE(log_prob.exp().sum(1).allclose(ones({50})));
  EXPECT_TRUE(net->predict(x).equal(log_prob.argmax(1)));
  const Tensor target = randint(0, 12, {50}, kLong);
  const ASMoutput out = net(x, target);
  EXPECT_TRUE(out.output.allclose(log_prob.gather(1, target.unsqueeze(1)).squeeze(1)));
  EXPECT_NEAR(out.loss, -out.output.mean().item<double>(), 1e-6);
  (-out.output).mean().backward();
  EXPECT_TRUE(net->head->weight.grad().defined());
  net->reset_parameters();
  EXPECT_EQ(net->clone()->parameters().size(), net->parameters().size());
  for (std::vector<int64_t> cutoffs :
       std::vector<std::vector<int64_t>>{{}, {0}, {7, 3}, {3, 3}, {12}})
    EXPECT_THROW(AdaptiveLogSoftmaxWithLoss(8, 12, cutoffs), ValueError);
}

TEST(RReLUs, DrawSlopesInTraining) {
  const Tensor x = randn({1000});
  RReLU module;
  const Tensor y = module(x), slopes = (y / x).masked_select(x.lt(0));
  EXPECT_TRUE(y.masked_select(x.ge(0)).equal(x.masked_select(x.ge(0))));
  EXPECT_GE(slopes.min().item<float>(), 0.124f);
  EXPECT_LE(slopes.max().item<float>(), 0.334f);
  EXPECT_GT(slopes.max().item<float>() - slopes.min().item<float>(), 0.1f);
  module->eval();
  EXPECT_TRUE(module(x).allclose(
      F::leaky_relu(x, F::LeakyReLUFuncOptions().negative_slope((1.0 / 8 + 1.0 / 3) / 2))));
  for (bool training : {true, false}) {
    const Tensor z = x.clone().requires_grad_();
    const Tensor out = F::rrelu(z, F::RReLUFuncOptions().training(training));
    out.sum().backward();
    EXPECT_TRUE((z.grad() * z).allclose(out));
    const Tensor own = x.clone();
    EXPECT_TRUE(F::rrelu(own, F::RReLUFuncOptions().training(training).inplace(true)).is_same(own));
    EXPECT_FALSE(own.equal(x));
  }
  EXPECT_THROW(F::rrelu(x, F::RReLUFuncOptions().lower(0.5).upper(0.2)), ValueError);
}

TEST(Embeddings, BagsComeFromPretrainedVectors) {
  const Tensor vectors = rand({4, 3});
  EmbeddingBag bag = EmbeddingBag::from_pretrained(
      vectors, EmbeddingBagFromPretrainedOptions().mode(kMax).padding_idx(-1));
  EXPECT_FALSE(bag->weight.requires_grad());
  EXPECT_EQ(bag->options.padding_idx(), 3);
  EXPECT_TRUE(
      bag(tensor(std::vector<int64_t>{0, 3, 1, 1}).view({2, 2})).equal(vectors.slice(0, 0, 2)));
  EXPECT_THROW(EmbeddingBag::from_pretrained(rand({4})), ShapeError);
  EXPECT_THROW(EmbeddingBag(EmbeddingBagOptions(3, 2).padding_idx(3)), IndexError);
  EXPECT_THROW(EmbeddingBag(EmbeddingBagOptions(3, 2)._weight(rand({2, 2}))), ShapeError);
  EmbeddingBag padded(EmbeddingBagOptions(3, 2).padding_idx(1));
  EXPECT_EQ(padded->weight.select(0, 1).abs().sum().item<float>(), 0);
  EmbeddingBag short_ones(EmbeddingBagOptions(3, 2).max_norm(0.5));
  short_ones(tensor(std::vector<int64_t>{0, 1, 2}).view({1, 3}));
  EXPECT_LE(short_ones->weight.norm(2, IntArrayRef(1), false).max().item<float>(), 0.5001f);
}

TEST(MarginLosses, ModulesCheckTheirOptions) {
  EXPECT_THROW(MultiMarginLoss(MultiMarginLossOptions().p(3)), ValueError);
  EXPECT_THROW(MultiMarginLoss(MultiMarginLossOptions().weight(ones({2, 2}))), ShapeError);
  EXPECT_THROW(F::multi_margin_loss(rand({2, 3}), zeros({2}, kLong),
                                    F::MultiMarginLossFuncOptions().weight(ones({1, 3}))),
               ShapeError);
  const Tensor x = rand({2, 3}), zero = zeros({2}, kLong);
  MultiMarginLoss weighted(MultiMarginLossOptions().weight(tensor(std::vector<float>{2, 1, 1})));
  EXPECT_TRUE(weighted(x, zero).allclose(MultiMarginLoss()(x, zero) * 2));
  weighted->to(kDouble);
  EXPECT_EQ(weighted(x.to(kDouble), zero).scalar_type(), kDouble);
  EXPECT_EQ(MultiLabelMarginLoss(kSum)(x, zeros({2, 3}, kLong)).dim(), 0);
  CTCLoss ctc(CTCLossOptions().reduction(kNone).zero_infinity(true));
  const Tensor length = ones({1}, kLong);
  EXPECT_EQ(
      ctc(rand({1, 1, 3}).log_softmax(-1), ones({1, 2}, kLong), length, length * 2).item<float>(),
      0);
  GaussianNLLLoss gaussian(GaussianNLLLossOptions().full(true));
  EXPECT_NEAR(gaussian(zeros({2}), zeros({2}), ones({2})).item<double>(), 0.918938533, 1e-6);
  CosineSimilarity cosine(CosineSimilarityOptions().dim(0));
  EXPECT_NEAR(cosine(ones({2}), ones({2})).item<double>(), 1, 1e-6);
  EXPECT_THROW(cosine(ones({2}, kLong), ones({2}, kLong)), DtypeError);
  PairwiseDistance distance(PairwiseDistanceOptions().p(1).eps(0).keepdim(true));
  EXPECT_TRUE(distance(ones({2, 3}), zeros({3})).equal(full({2, 1}, 3.0)));
}

}  // namespace
}  // namespace hearth
