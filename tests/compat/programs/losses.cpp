// SPDX-License-Identifier: Apache-2.0
// Modules and functions of several inputs: losses, distances, embeddings, recurrent layers, attention,
// padding and interpolation by function.
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include <torch/torch.h>

using namespace torch::nn;
namespace F = torch::nn::functional;
using torch::Tensor;

struct Silent : c10::WarningHandler {
  void process(const c10::Warning&) override {}
};

static Tensor numbers(torch::IntArrayRef sizes, double scale = 1, double shift = 0) {
  int64_t n = 1;
  for (const int64_t size : sizes) n *= size;
  const Tensor x = torch::sin(torch::arange(n, torch::kDouble) * 1.3 + 0.4) * scale + shift;
  return x.view(sizes).to(torch::kFloat);
}
static Tensor indices(torch::IntArrayRef sizes, int64_t end) {
  return (numbers(sizes).abs() * 997).to(torch::kLong).remainder(end);
}

static void show(const Tensor& t) {
  if (!t.defined()) {
    std::cout << " undefined";
    return;
  }
  std::cout << ' ' << t.scalar_type() << t.sizes();
  if (t.scalar_type() == torch::kHalf || t.scalar_type() == torch::kBFloat16) return;
  const Tensor flat = torch::nan_to_num(t.to(torch::kDouble), 77, 88, -99).reshape({-1});
  const Tensor weights = torch::cos(torch::arange(flat.numel(), torch::kDouble));
  std::cout << ' ' << flat.sum().item<double>() << ' ' << (flat * weights).sum().item<double>();
}
static void show(const std::tuple<Tensor, Tensor>& t) {
  show(std::get<0>(t));
  show(std::get<1>(t));
}
static void show(const std::tuple<Tensor, std::tuple<Tensor, Tensor>>& t) {
  show(std::get<0>(t));
  show(std::get<1>(t));
}
static Tensor main_of(const Tensor& t) { return t; }
template <typename T>
static Tensor main_of(const std::tuple<Tensor, T>& t) {
  return std::get<0>(t) ;
}

// What a call returns, and the gradients of its floating-point inputs, in float, double and half.
template <typename Call>
static void run(const std::string& name, const Call& call, std::vector<Tensor> inputs) {
  for (const auto dtype : {torch::kFloat, torch::kDouble, torch::kHalf, torch::kBFloat16}) {
    std::cout << name << ' ' << dtype;
    try {
      std::vector<Tensor> x;
      for (const Tensor& given : inputs) {
        const bool floating = given.defined() && given.is_floating_point();
        x.push_back(floating ? given.to(dtype).detach().clone().requires_grad_() : given);
      }
      const auto y = call(x);
      show(y);
      const Tensor first = main_of(y);
      if (first.requires_grad()) {
        first.backward(numbers(first.sizes()).to(first.scalar_type()));
        for (const Tensor& each : x)
          if (each.defined() && each.requires_grad()) show(each.grad());
      }
    } catch (const std::exception& e) {
      std::cout << " throws";
      if (std::getenv("SHOW_ERRORS")) std::cerr << name << ": " << std::string(e.what()).substr(0, 160) << '\n';
    }
    std::cout << '\n';
  }
}

template <typename M>
static M prepared(M module) {
  torch::NoGradGuard guard;
  for (auto& p : module->named_parameters()) p.value().copy_(numbers(p.value().sizes()) * 0.7);
  for (auto& p : module->named_parameters()) std::cout << p.key() << p.value().sizes() << ' ';
  for (auto& b : module->named_buffers()) std::cout << b.key() << b.value().sizes() << ' ';
  std::cout << *module << '\n';
  return module;
}

using Inputs = std::vector<Tensor>&;
#define RUN(call, ...) run(#call " of " #__VA_ARGS__, [&](Inputs x) { return call; }, {__VA_ARGS__})
#define ONE(module) module(x[0])
#define TWO(module) module(x[0], x[1])
#define THREE(module) module(x[0], x[1], x[2])

int main() {
  Silent silent;
  const c10::WarningUtils::WarningHandlerGuard guard(&silent);
  std::cout.precision(4);

  const Tensor a = numbers({3, 4}), b = numbers({3, 4}, 0.8, 0.1), line = numbers({4}), none = numbers({0, 4});
  const Tensor sign = numbers({3, 4}).sign(), rows = numbers({3}).sign(), one_sign = torch::ones({});
  const Tensor p = numbers({3, 4}, 0.4, 0.5), q = numbers({3, 4}, -0.3, 0.5);
  const Tensor classes = indices({3}, 4), cls = indices({}, 4), image = numbers({2, 4, 3, 3}),
               pixels = indices({2, 3, 3}, 4);

#define PAIR(Loss)                                                            \
  for (int reduction = 0; reduction < 3; ++reduction) {                       \
    auto options = Loss##Options();                                           \
    if (reduction == 1) options.reduction(torch::kSum);                       \
    if (reduction == 2) options.reduction(torch::kNone);                      \
    std::cout << Loss(options) << '\n';                                       \
    RUN(TWO(Loss(options)), a, b);                                            \
    RUN(TWO(Loss(options)), a, sign);                                         \
    RUN(TWO(Loss(options)), line, sign[0]);                                   \
    RUN(TWO(Loss(options)), a[0][1], sign[1][1]);                             \
    RUN(TWO(Loss(options)), p, q);                                            \
    RUN(TWO(Loss(options)), none, none);                                      \
    RUN(TWO(Loss(options)), a, line);                                         \
    RUN(TWO(Loss(options)), a, b.slice(1, 0, 1));                             \
    RUN(TWO(Loss(options)), a, classes);                                      \
    RUN(TWO(Loss(options)), a, torch::ones({3, 4}, torch::kLong));            \
    RUN(TWO(Loss(options)), a, numbers({2, 4}));                              \
    RUN(TWO(Loss(options)), numbers({2, 3, 4}), numbers({2, 3, 4}));          \
  }
  PAIR(L1Loss)
  PAIR(MSELoss)
  PAIR(SmoothL1Loss)
  PAIR(HuberLoss)
  PAIR(KLDivLoss)
  PAIR(SoftMarginLoss)
  PAIR(BCELoss)
  PAIR(BCEWithLogitsLoss)
  PAIR(HingeEmbeddingLoss)
  PAIR(PoissonNLLLoss)
  PAIR(MultiLabelSoftMarginLoss)
  RUN(TWO(KLDivLoss(KLDivLossOptions().reduction(torch::kBatchMean).log_target(true))), a, b);
  RUN(TWO(KLDivLoss(KLDivLossOptions().reduction(torch::kBatchMean))), p, q);
  RUN(TWO(KLDivLoss(KLDivLossOptions().reduction(torch::kBatchMean))), a[0][0], q[0][0]);
  RUN(TWO(SmoothL1Loss(SmoothL1LossOptions().beta(0.5))), a, b);
  RUN(TWO(SmoothL1Loss(SmoothL1LossOptions().beta(0))), a, b);
  RUN(TWO(SmoothL1Loss(SmoothL1LossOptions().beta(-1))), a, b);
  RUN(TWO(HuberLoss(HuberLossOptions().delta(0.5))), a, b);
  RUN(TWO(HuberLoss(HuberLossOptions().delta(0))), a, b);
  RUN(TWO(PoissonNLLLoss(PoissonNLLLossOptions().log_input(false).full(true).eps(0.1))), p, b);
  RUN(TWO(BCELoss(BCELossOptions().weight(line.abs()))), p, q);
  RUN(TWO(BCELoss(BCELossOptions().weight(numbers({3}).abs()))), p, q);
  RUN(TWO(BCEWithLogitsLoss(BCEWithLogitsLossOptions().weight(line).pos_weight(line.abs()))), a, q);
  RUN(TWO(BCEWithLogitsLoss(BCEWithLogitsLossOptions().pos_weight(numbers({3}).abs()))), a, q);
  RUN(TWO(HingeEmbeddingLoss(HingeEmbeddingLossOptions().margin(0.5))), a, sign);

#define CLASSES(Loss)                                                          \
  for (int reduction = 0; reduction < 3; ++reduction) {                        \
    auto options = Loss##Options();                                            \
    if (reduction == 1) options.reduction(torch::kSum);                        \
    if (reduction == 2) options.reduction(torch::kNone);                       \
    std::cout << Loss(options) << '\n';                                        \
    RUN(TWO(Loss(options)), a, classes);                                       \
    RUN(TWO(Loss(options)), line, cls);                                        \
    RUN(TWO(Loss(options)), image, pixels);                                    \
    RUN(TWO(Loss(options)), none, torch::zeros({0}, torch::kLong));            \
    RUN(TWO(Loss(options)), numbers({3, 0}), torch::zeros({3}, torch::kLong)); \
    RUN(TWO(Loss(options)), a, indices({2}, 4));                               \
    RUN(TWO(Loss(options)), a, classes + 2);                                   \
    RUN(TWO(Loss(options)), a, classes - 2);                                   \
    RUN(TWO(Loss(options)), a, classes.to(torch::kInt));                       \
    RUN(TWO(Loss(options)), a, classes.to(torch::kByte));                      \
    RUN(TWO(Loss(options)), a, q.softmax(1));                                  \
    RUN(TWO(Loss(options)), line, q[0].softmax(0));                            \
    RUN(TWO(Loss(options)), image, pixels.unsqueeze(1));                       \
    RUN(TWO(Loss(options)), a[0][0], cls);                                     \
    RUN(TWO(Loss(options)), a, torch::tensor({{0, 1, -1, 2}, {3, -1, 0, 0}, {-1, 2, 2, 1}})); \
    RUN(TWO(Loss(options)), line, torch::tensor({2, 0, -1, 1}));               \
  }
  CLASSES(NLLLoss)
  CLASSES(CrossEntropyLoss)
  CLASSES(MultiMarginLoss)
  CLASSES(MultiLabelMarginLoss)
  RUN(TWO(NLLLoss(NLLLossOptions().weight(line.abs()).ignore_index(1))), a, classes);
  RUN(TWO(NLLLoss(NLLLossOptions().weight(line.abs()).ignore_index(1))), image, pixels);
  RUN(TWO(NLLLoss(NLLLossOptions().ignore_index(2))), a, torch::full({3}, 2, torch::kLong));
  RUN(TWO(NLLLoss(NLLLossOptions().weight(numbers({3})))), a, classes);
  RUN(TWO(CrossEntropyLoss(CrossEntropyLossOptions().weight(line.abs()).label_smoothing(0.2).ignore_index(1))), a, classes);
  RUN(TWO(CrossEntropyLoss(CrossEntropyLossOptions().weight(line.abs()).label_smoothing(0.2))), a, q);
  RUN(TWO(CrossEntropyLoss(CrossEntropyLossOptions().label_smoothing(1.2))), a, classes);
  RUN(TWO(MultiMarginLoss(MultiMarginLossOptions().p(2).margin(0.5).weight(line.abs()))), a, classes);
  RUN(TWO(MultiMarginLoss(MultiMarginLossOptions().p(3))), a, classes);

#define TRIPLE(Loss)                                                      \
  for (int reduction = 0; reduction < 3; ++reduction) {                   \
    auto options = Loss##Options();                                       \
    if (reduction == 1) options.reduction(torch::kSum);                   \
    if (reduction == 2) options.reduction(torch::kNone);                  \
    std::cout << Loss(options) << '\n';                                   \
    RUN(THREE(Loss(options)), a, b, rows);                                \
    RUN(THREE(Loss(options)), a, b, sign);                                \
    RUN(THREE(Loss(options)), a, b, q);                                   \
    RUN(THREE(Loss(options)), line, b[0], one_sign);                      \
    RUN(THREE(Loss(options)), line, b[0], q[0]);                          \
    RUN(THREE(Loss(options)), rows, rows, rows);                          \
    RUN(THREE(Loss(options)), a, b, numbers({2}));                        \
    RUN(THREE(Loss(options)), none, none, torch::ones({0}));              \
    RUN(THREE(Loss(options)), numbers({2, 3, 4}), numbers({2, 3, 4}), q); \
  }
  TRIPLE(CosineEmbeddingLoss)
  TRIPLE(MarginRankingLoss)
  TRIPLE(TripletMarginLoss)
  TRIPLE(TripletMarginWithDistanceLoss)
  RUN(THREE(TripletMarginLoss(TripletMarginLossOptions().margin(0.5).p(1).eps(0.1).swap(true))), a, b, q);
  RUN(THREE(TripletMarginLoss(TripletMarginLossOptions().margin(-1))), a, b, q);
  RUN(THREE(CosineEmbeddingLoss(CosineEmbeddingLossOptions().margin(0.5))), a, b, rows);

  const Tensor log_probs = numbers({6, 2, 5}).log_softmax(2);
  const auto lengths = [](std::initializer_list<int64_t> v) { return torch::tensor(std::vector<int64_t>(v)); };
#define CTC(options, target, in, out) \
  RUN(CTCLoss(options)(x[0], x[1], x[2], x[3]), log_probs, target, in, out)
  CTC(CTCLossOptions(), indices({2, 3}, 4) + 1, lengths({6, 5}), lengths({3, 2}));
  CTC(CTCLossOptions().reduction(torch::kSum), indices({5}, 4) + 1, lengths({6, 5}), lengths({3, 2}));
  CTC(CTCLossOptions().blank(2).reduction(torch::kNone), indices({2, 3}, 2), lengths({6, 6}), lengths({3, 0}));
  CTC(CTCLossOptions().reduction(torch::kNone), indices({2, 3}, 4) + 1, lengths({6, 1}), lengths({3, 3}));
  CTC(CTCLossOptions().zero_infinity(true), indices({2, 3}, 4) + 1, lengths({6, 1}), lengths({3, 3}));
  CTC(CTCLossOptions(), indices({2, 3}, 4) + 1, lengths({7, 5}), lengths({3, 2}));
  CTC(CTCLossOptions(), indices({2, 3}, 4) + 1, lengths({6}), lengths({3, 2}));
  CTC(CTCLossOptions().blank(5), indices({2, 3}, 4) + 1, lengths({6, 5}), lengths({3, 2}));
  RUN(CTCLoss()(x[0], x[1], x[2], x[3]), log_probs.select(1, 0), indices({3}, 4) + 1, torch::tensor(int64_t{6}), torch::tensor(int64_t{3}));

  for (const int64_t dim : {0, 1, -1, 5}) RUN(TWO(CosineSimilarity(CosineSimilarityOptions().dim(dim).eps(0.1))), a, b);
  RUN(TWO(CosineSimilarity()), a, line);
  RUN(TWO(CosineSimilarity()), none, none);
  for (const double order : {0.0, 0.5, 1.0, 2.0, 3.0, -1.0})
    RUN(TWO(PairwiseDistance(PairwiseDistanceOptions().p(order).keepdim(true))), a, b);
  RUN(TWO(PairwiseDistance()), line, line);
  RUN(TWO(PairwiseDistance()), a, line);
  RUN(TWO(PairwiseDistance()), none, none);
  RUN(F::pdist(x[0]), a);
  RUN(F::pdist(x[0], 1.5), a);
  RUN(F::pdist(x[0]), line);

  std::cout << Bilinear(2, 3, 4) << '\n';
  auto bilinear = prepared(Bilinear(4, 3, 2));
  RUN(TWO(bilinear), a, numbers({3, 3}));
  RUN(TWO(bilinear), line, numbers({3}));
  RUN(TWO(bilinear), a, b);
  RUN(TWO(bilinear), numbers({2, 3, 4}), numbers({2, 3, 3}));

  auto embedding = prepared(Embedding(EmbeddingOptions(5, 3).padding_idx(-1)));
  RUN(ONE(embedding), indices({2, 3}, 5));
  RUN(ONE(embedding), indices({}, 5));
  RUN(ONE(embedding), torch::zeros({0}, torch::kLong));
  RUN(ONE(embedding), indices({3}, 5).to(torch::kInt));
  RUN(ONE(embedding), indices({3}, 5).to(torch::kByte));
  RUN(ONE(embedding), indices({3}, 5).to(torch::kFloat));
  RUN(ONE(embedding), indices({3}, 5) + 3);
  RUN(ONE(prepared(Embedding(EmbeddingOptions(5, 3).max_norm(0.5).norm_type(1)))), indices({2, 3}, 5));
  RUN(ONE(prepared(Embedding(EmbeddingOptions(5, 3).padding_idx(7)))), indices({2, 3}, 5));
  RUN(F::embedding(x[0], x[1], F::EmbeddingFuncOptions().padding_idx(1).scale_grad_by_freq(true)), indices({2, 3}, 5), numbers({5, 3}));
  for (int mode = 0; mode < 3; ++mode) {
    auto options = EmbeddingBagOptions(5, 3);
    if (mode == 1) options.mode(torch::kSum);
    if (mode == 2) options.mode(torch::kMax);
    auto bag = prepared(EmbeddingBag(options));
    RUN(ONE(bag), indices({2, 3}, 5));
    RUN(TWO(bag), indices({6}, 5), lengths({0, 2, 2}));
    RUN(ONE(bag), indices({6}, 5));
    RUN(TWO(bag), indices({2, 3}, 5), lengths({0, 2}));
    RUN(TWO(bag), indices({6}, 5), lengths({1, 2}));
    RUN(TWO(bag), indices({6}, 5), lengths({0, 7}));
    RUN(THREE(bag), indices({6}, 5), lengths({0, 2, 2}), numbers({6}));
    RUN(TWO(bag), torch::zeros({0}, torch::kLong), lengths({0, 0}));
    RUN(TWO(prepared(EmbeddingBag(options.padding_idx(2).include_last_offset(true)))), indices({6}, 5), lengths({0, 2, 6}));
  }

  for (int variant = 0; variant < 4; ++variant) {
    auto rnn = prepared(RNN(RNNOptions(4, 3).num_layers(variant == 1 ? 2 : 1).bidirectional(variant == 2).batch_first(variant == 3).nonlinearity(torch::kReLU)));
    auto gru = prepared(GRU(GRUOptions(4, 3).num_layers(variant == 1 ? 2 : 1).bidirectional(variant == 2).batch_first(variant == 3)));
    auto lstm = prepared(LSTM(LSTMOptions(4, 3).num_layers(variant == 1 ? 2 : 1).bidirectional(variant == 2).batch_first(variant == 3).proj_size(variant == 1 ? 2 : 0)));
#define RECURRENT(net)                  \
  RUN(ONE(net), numbers({5, 2, 4}));    \
  RUN(ONE(net), numbers({0, 2, 4}));    \
  RUN(ONE(net), numbers({5, 0, 4}));    \
  RUN(ONE(net), numbers({5, 2, 3}));    \
  RUN(ONE(net), numbers({4}));          \
  RUN(ONE(net), numbers({2, 2, 2, 4}));
    RECURRENT(rnn)
    RECURRENT(gru)
    RECURRENT(lstm)
    RUN(TWO(rnn), numbers({5, 2, 4}), numbers({variant % 3 ? 2 : 1, variant == 3 ? 5 : 2, 3}));
    RUN(TWO(rnn), numbers({5, 2, 4}), numbers({3, 2, 3}));
    RUN(TWO(gru), numbers({5, 2, 4}), numbers({variant % 3 ? 2 : 1, variant == 3 ? 5 : 2, 3}));
  }
  auto lstm_cell = prepared(LSTMCell(4, 3));
  RUN(ONE(lstm_cell), a);
  RUN(ONE(lstm_cell), none);
  RUN(lstm_cell(x[0], std::make_tuple(x[1], x[2])), a, numbers({3, 3}), numbers({3, 3}));
  RUN(lstm_cell(x[0], std::make_tuple(x[1], x[2])), a, numbers({3, 2}), numbers({3, 3}));
  auto gru_cell = prepared(GRUCell(4, 3));
  RUN(TWO(gru_cell), a, numbers({3, 3}));
  RUN(TWO(gru_cell), a, numbers({2, 3}));

  for (int variant = 0; variant < 4; ++variant) {
    auto options = MultiheadAttentionOptions(4, 2);
    if (variant == 1) options.bias(false).add_zero_attn(true);
    if (variant == 2) options.kdim(3).vdim(5);
    if (variant == 3) options.add_bias_kv(true);
    auto net = prepared(MultiheadAttention(options));
    const int64_t k = variant == 2 ? 3 : 4, v = variant == 2 ? 5 : 4;
    RUN(THREE(net), numbers({3, 2, 4}), numbers({5, 2, k}), numbers({5, 2, v}));
    RUN(THREE(net), numbers({3, 4}), numbers({5, k}), numbers({5, v}));
    RUN(THREE(net), numbers({3, 2, 4}), numbers({5, 3, k}), numbers({5, 2, v}));
    RUN(net(x[0], x[1], x[2], torch::zeros({2, 5}, torch::kBool), false), numbers({3, 2, 4}), numbers({5, 2, k}), numbers({5, 2, v}));
    RUN(net(x[0], x[1], x[2], Tensor(), true, numbers({3, 5}), false), numbers({3, 2, 4}), numbers({5, 2, k}), numbers({5, 2, v}));
    RUN(net(x[0], x[1], x[2], Tensor(), true, numbers({4, 5})), numbers({3, 2, 4}), numbers({5, 2, k}), numbers({5, 2, v}));
  }

  const Tensor picture = numbers({2, 3, 5, 6});
  RUN(F::normalize(x[0]), a);
  RUN(F::normalize(x[0], F::NormalizeFuncOptions().p(1).dim(0).eps(0.5)), a);
  RUN(F::normalize(x[0], F::NormalizeFuncOptions().dim(3)), a);
  RUN(F::pad(x[0], F::PadFuncOptions({1, 2}).mode(torch::kCircular)), numbers({2, 3, 4}));
  RUN(F::pad(x[0], F::PadFuncOptions({1, 5}).mode(torch::kCircular)), numbers({2, 3, 4}));
  RUN(F::pad(x[0], F::PadFuncOptions({1, 2, 3, 4}).mode(torch::kReflect)), picture);
  RUN(F::pad(x[0], F::PadFuncOptions({1, 2, 0, 1}).mode(torch::kReplicate)), picture);
  RUN(F::pad(x[0], F::PadFuncOptions({1, -2, 0, 1, -1, 0}).value(3)), picture);
  RUN(F::pad(x[0], F::PadFuncOptions({1, 2, 3})), picture);
  RUN(F::one_hot(x[0]), classes);
  RUN(F::one_hot(x[0], 6), classes);
  RUN(F::one_hot(x[0], 2), classes);
  RUN(F::one_hot(x[0]), torch::zeros({0}, torch::kLong));
  RUN(F::affine_grid(x[0], {2, 3, 4, 5}), numbers({2, 2, 3}));
  RUN(F::affine_grid(x[0], {2, 3, 4, 5}, true), numbers({2, 2, 3}));
  RUN(F::affine_grid(x[0], {2, 3, 4}), numbers({2, 2, 3}));
  RUN(F::grid_sample(x[0], x[1]), picture, numbers({2, 4, 5, 2}, 1.2));
  RUN(F::grid_sample(x[0], x[1], F::GridSampleFuncOptions().mode(torch::kNearest).padding_mode(torch::kBorder).align_corners(true)), picture, numbers({2, 4, 5, 2}, 1.2));
  RUN(F::grid_sample(x[0], x[1], F::GridSampleFuncOptions().padding_mode(torch::kReflection)), picture, numbers({2, 4, 5, 2}, 1.2));
  RUN(F::grid_sample(x[0], x[1]), picture, numbers({3, 4, 5, 2}));
  using Scale = std::vector<double>;
  using Size = std::vector<int64_t>;
  RUN(F::interpolate(x[0], F::InterpolateFuncOptions().scale_factor(Scale{1.3, 0.7}).recompute_scale_factor(true)), picture);
  RUN(F::interpolate(x[0], F::InterpolateFuncOptions().size(Size{3, 8}).mode(torch::kArea)), picture);
  RUN(F::interpolate(x[0], F::InterpolateFuncOptions().size(Size{3, 8}).mode(torch::kNearestExact)), picture);
  RUN(F::interpolate(x[0], F::InterpolateFuncOptions().size(Size{3, 4}).mode(torch::kBilinear).antialias(true)), picture);
  RUN(F::interpolate(x[0], F::InterpolateFuncOptions().size(Size{3, 4}).scale_factor(Scale{1, 1})), picture);
  RUN(F::interpolate(x[0], F::InterpolateFuncOptions().size(Size{3}).mode(torch::kLinear)), picture);
  RUN(F::interpolate(x[0], F::InterpolateFuncOptions().size(Size{0, 3})), picture);
  RUN(F::softmax(x[0], F::SoftmaxFuncOptions(1).dtype(torch::kDouble)), a);
  RUN(F::prelu(x[0], x[1]), a, numbers({4}));
  RUN(F::prelu(x[0], x[1]), a, numbers({3}));
  RUN(F::batch_norm(x[0], x[1], x[2]), a, line, line.abs());
  RUN(F::batch_norm(x[0], torch::zeros({4}), torch::ones({4}), F::BatchNormFuncOptions().training(true)), a);
  RUN(F::instance_norm(x[0]), picture);
  RUN(F::layer_norm(x[0], F::LayerNormFuncOptions({4}).weight(line)), a);
  RUN(F::group_norm(x[0], F::GroupNormFuncOptions(3)), picture);
  RUN(F::local_response_norm(x[0], F::LocalResponseNormFuncOptions(2)), picture);
  RUN(F::linear(x[0], x[1], x[2]), a, numbers({2, 4}), numbers({2}));
  RUN(F::linear(x[0], x[1]), a, numbers({4}));
  RUN(F::max_unpool2d(x[0], x[1], F::MaxUnpool2dFuncOptions(2)), numbers({1, 1, 2, 2}), torch::tensor({0, 3, 9, 15}).to(torch::kLong).view({1, 1, 2, 2}));
  RUN(F::max_unpool2d(x[0], x[1], F::MaxUnpool2dFuncOptions(2).output_size(Size{5, 5})), numbers({1, 1, 2, 2}), torch::tensor({0, 3, 9, 16}).to(torch::kLong).view({1, 1, 2, 2}));
  RUN(F::max_unpool2d(x[0], x[1], F::MaxUnpool2dFuncOptions(2)), numbers({1, 1, 2, 2}), torch::tensor({0, 3, 9, 16}).to(torch::kLong).view({1, 1, 2, 2}));

  namespace U = torch::nn::utils;
  Tensor w = numbers({3, 4}).requires_grad_(), z = numbers({2}).requires_grad_();
  const auto grads = [&] {
    w.mutable_grad() = numbers({3, 4}) * 3;
    z.mutable_grad() = numbers({2});
  };
  for (const double order : {1.0, 2.0, 0.5, double(INFINITY)}) {
    grads();
    std::cout << U::clip_grad_norm_({w, z}, 0.7, order);
    show(w.grad());
    std::cout << '\n';
  }
  grads();
  U::clip_grad_value_({w, z}, 0.4);
  show(w.grad());
  show(U::parameters_to_vector({w, z}));
  std::cout << '\n';
  RUN(U::rnn::pad_sequence({x[0], x[1]}, true, 9), numbers({2, 3}), numbers({4, 3}));
  RUN(U::rnn::pad_sequence({x[0], x[1]}, false, 9, "left"), numbers({2, 3}), numbers({4, 3}));
  RUN(U::rnn::pack_padded_sequence(x[0], lengths({4, 2})).data(), numbers({4, 2, 3}));
  RUN(U::rnn::pack_padded_sequence(x[0], lengths({2, 4})).data(), numbers({4, 2, 3}));
  RUN(U::rnn::pad_packed_sequence(U::rnn::pack_padded_sequence(x[0], lengths({2, 4}), false, false), true, 5, 6), numbers({4, 2, 3}));
  RUN(U::rnn::pad_packed_sequence(U::rnn::pack_sequence({x[0], x[1]}, false)), numbers({2, 3}), numbers({4, 3}));
}
