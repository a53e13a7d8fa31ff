// SPDX-License-Identifier: Apache-2.0
// Every module of one input: what it prints and registers, and what it makes of inputs of every rank
// and dtype, in training and in evaluation.
#include <cmath>
#include <iostream>
#include <string>
#include <vector>

#include <torch/torch.h>

using namespace torch::nn;
using torch::Tensor;

struct Silent : c10::WarningHandler {
  void process(const c10::Warning&) override {}
};

static Tensor numbers(torch::IntArrayRef sizes, torch::Dtype dtype = torch::kFloat) {
  int64_t n = 1;
  for (const int64_t size : sizes) n *= size;
  const Tensor x = torch::sin(torch::arange(n, torch::kDouble) * 1.3 + 0.4).view(sizes);
  return (dtype == torch::kLong ? x * 9 : x).to(dtype);
}

// Dtype, sizes, and two sums that tell transposed values apart; halves differ by their rounding.
static void show(const Tensor& t) {
  if (!t.defined()) {
    std::cout << " undefined";
    return;
  }
  std::cout << ' ' << t.scalar_type() << t.sizes();
  if (t.scalar_type() == torch::kHalf || t.scalar_type() == torch::kBFloat16) return;
  const Tensor flat =
      torch::nan_to_num((t.is_complex() ? torch::view_as_real(t) : t).to(torch::kDouble), 77, 88, -99)
          .reshape({-1});
  const Tensor weights = torch::cos(torch::arange(flat.numel(), torch::kDouble));
  std::cout << ' ' << flat.sum().item<double>() << ' ' << (flat * weights).sum().item<double>();
}

template <typename Call>
static void attempt(const std::string& what, const Call& call) {
  std::cout << what;
  try {
    call();
  } catch (const std::exception& e) {
    std::cout << " throws";
    if (std::getenv("SHOW_ERRORS")) std::cerr << what << ": " << std::string(e.what()).substr(0, 150) << '\n';
  }
  std::cout << '\n';
}

template <typename M>
static void forward(M& module, const Tensor& given) {
  const Tensor x = given.detach().clone();
  const bool grad = x.is_floating_point() || x.is_complex();
  if (grad) x.requires_grad_();
  module.zero_grad();
  // In-place modules must not meet the leaf itself.
  const Tensor y = module.forward(grad ? x * 1 : x.clone());
  show(y);
  if (!y.requires_grad()) return;
  y.backward(numbers(y.sizes()).to(y.scalar_type()));
  show(x.grad());
  for (const Tensor& p : module.parameters()) show(p.grad());
}

static const std::vector<std::vector<int64_t>> shapes{
    {},        {4},          {0},          {4, 4},          {3, 8},       {0, 4},    {4, 0},
    {4, 6, 8}, {2, 4, 7},    {4, 5, 6},    {0, 4, 4},       {4, 0, 4},    {2, 3, 4}, {4, 4, 0},
    {1, 4, 1}, {2, 4, 6, 7}, {3, 4, 5, 6}, {0, 4, 4, 4},    {2, 0, 4, 4}, {2, 4, 0, 4},
    {2, 5, 4, 4}, {1, 4, 1, 1}, {2, 4, 5, 6, 4}, {0, 4, 4, 4, 4}, {2, 4, 4, 0, 4}, {2, 3, 4, 4, 4},
    {1, 4, 1, 1, 1}, {2, 4, 3, 2, 3, 4}};

template <typename Holder>
static void run(const std::string& name, Holder module, bool training = true) {
  torch::NoGradGuard* none = nullptr;
  (void)none;
  std::cout << name << " : " << *module << '\n';
  const auto reset = [&] {
    torch::NoGradGuard guard;
    for (auto& p : module->named_parameters()) p.value().copy_(numbers(p.value().sizes()) * 0.7);
    for (auto& b : module->named_buffers())
      if (b.value().is_floating_point()) b.value().copy_(numbers(b.value().sizes()).abs() + 0.5);
  };
  for (auto& p : module->named_parameters()) std::cout << p.key() << p.value().sizes() << ' ';
  for (auto& b : module->named_buffers()) {
    std::cout << b.key();
    show(b.value());
  }
  std::cout << '\n';
  for (const bool train : {true, false}) {
    if (train && !training) continue;
    module->train(train);
    for (const auto& shape : shapes) {
      std::cout << (train ? "train " : "eval ") << torch::IntArrayRef(shape);
      reset();
      attempt("", [&] { forward(*module, numbers(shape)); });
    }
  }
  for (const auto dtype : {torch::kDouble, torch::kHalf, torch::kBFloat16, torch::kComplexFloat,
                           torch::kLong, torch::kBool, torch::kByte}) {
    module->to(torch::kFloat);
    reset();
    for (const auto& shape : {shapes[7], shapes[15], shapes[22]}) {
      std::cout << dtype << ' ' << torch::IntArrayRef(shape);
      attempt("", [&] {
        if (dtype != torch::kLong && dtype != torch::kBool && dtype != torch::kByte) module->to(dtype);
        forward(*module, numbers(shape, dtype));
      });
    }
  }
  for (auto& b : module->named_buffers()) {
    std::cout << b.key();
    show(b.value());
  }
  std::cout << '\n';
}

#define RUN(...) attempt("", [] { run(#__VA_ARGS__, __VA_ARGS__); })
#define EVAL(...) attempt("", [] { run(#__VA_ARGS__, __VA_ARGS__, false); })

int main() {
  Silent silent;
  const c10::WarningUtils::WarningHandlerGuard guard(&silent);
  std::cout.precision(4);

  RUN(Identity());
  RUN(Linear(4, 3));
  RUN(Linear(LinearOptions(4, 3).bias(false)));
  RUN(Flatten());
  RUN(Flatten(FlattenOptions().start_dim(0).end_dim(-2)));
  RUN(Unflatten(UnflattenOptions(1, {2, 2})));
  RUN(Unflatten(UnflattenOptions(-1, {2, -1})));

  RUN(Conv1d(4, 6, 3));
  RUN(Conv1d(Conv1dOptions(4, 6, 3).stride(2).padding(1).dilation(2).groups(2).bias(false)));
  RUN(Conv1d(Conv1dOptions(4, 6, 2).padding(torch::kSame).padding_mode(torch::kCircular)));
  RUN(Conv2d(4, 6, 3));
  RUN(Conv2d(Conv2dOptions(4, 6, {3, 2}).stride({2, 1}).padding({1, 0}).dilation(2).groups(2).bias(false)));
  RUN(Conv2d(Conv2dOptions(4, 6, 3).padding(torch::kSame).padding_mode(torch::kReflect)));
  RUN(Conv2d(Conv2dOptions(4, 6, 3).padding(torch::kValid)));
  RUN(Conv2d(Conv2dOptions(4, 4, 3).padding(torch::kSame).stride(2)));
  RUN(Conv2d(Conv2dOptions(4, 6, 3).groups(3)));
  RUN(Conv2d(Conv2dOptions(4, 6, 3).groups(0)));
  RUN(Conv2d(Conv2dOptions(4, 6, 3).padding(-1)));
  RUN(Conv2d(Conv2dOptions(4, 6, 3).stride(0)));
  RUN(Conv2d(Conv2dOptions(4, 6, 3).dilation(0)));
  RUN(Conv3d(4, 6, 2));
  RUN(Conv3d(Conv3dOptions(4, 6, 3).stride(2).padding(1).padding_mode(torch::kReplicate)));
  RUN(ConvTranspose1d(4, 6, 3));
  RUN(ConvTranspose1d(ConvTranspose1dOptions(4, 6, 3).stride(2).padding(1).output_padding(1)));
  RUN(ConvTranspose2d(4, 6, 3));
  RUN(ConvTranspose2d(
      ConvTranspose2dOptions(4, 6, {3, 2}).stride(2).padding(1).groups(2).bias(false).dilation(2)));
  RUN(ConvTranspose2d(ConvTranspose2dOptions(4, 6, 3).output_padding(1)));
  RUN(ConvTranspose2d(ConvTranspose2dOptions(4, 6, 3).padding_mode(torch::kReflect)));
  RUN(ConvTranspose3d(4, 6, 2));

  RUN(MaxPool1d(2));
  RUN(MaxPool1d(MaxPool1dOptions(3).stride(2).padding(1).dilation(2).ceil_mode(true)));
  RUN(MaxPool2d(2));
  RUN(MaxPool2d(MaxPool2dOptions({3, 2}).stride({2, 1}).padding(1).ceil_mode(true)));
  RUN(MaxPool2d(MaxPool2dOptions(2).padding(2)));
  RUN(MaxPool2d(MaxPool2dOptions(2).stride(0)));
  RUN(MaxPool3d(2));
  RUN(MaxPool3d(MaxPool3dOptions(3).stride(2).padding(1).ceil_mode(true)));
  RUN(AvgPool1d(2));
  RUN(AvgPool1d(AvgPool1dOptions(3).stride(2).padding(1).ceil_mode(true).count_include_pad(false)));
  RUN(AvgPool2d(2));
  RUN(AvgPool2d(AvgPool2dOptions({3, 2}).stride({2, 1}).padding(1).ceil_mode(true).divisor_override(5)));
  RUN(AvgPool2d(AvgPool2dOptions(2).padding(2)));
  RUN(AvgPool2d(AvgPool2dOptions(2).divisor_override(0)));
  RUN(AvgPool3d(2));
  RUN(AvgPool3d(AvgPool3dOptions(3).stride(2).padding(1).ceil_mode(true).count_include_pad(false)));
  RUN(AdaptiveAvgPool1d(3));
  RUN(AdaptiveAvgPool1d(0));
  RUN(AdaptiveAvgPool2d(3));
  RUN(AdaptiveAvgPool2d(AdaptiveAvgPool2dOptions({3, torch::nullopt})));
  RUN(AdaptiveAvgPool3d(3));
  RUN(AdaptiveMaxPool1d(3));
  RUN(AdaptiveMaxPool2d(3));
  RUN(AdaptiveMaxPool2d(AdaptiveMaxPool2dOptions({torch::nullopt, 2})));
  RUN(AdaptiveMaxPool3d(3));
  RUN(LPPool1d(2, 3));
  RUN(LPPool2d(LPPool2dOptions(3, 2).stride(1).ceil_mode(true)));
  RUN(LPPool3d(2, 2));
  RUN(FractionalMaxPool2d(FractionalMaxPool2dOptions(2).output_size(2)._random_samples(
      numbers({2, 4, 2}).abs())));
  RUN(FractionalMaxPool3d(FractionalMaxPool3dOptions(2).output_ratio(0.5)._random_samples(
      numbers({2, 4, 3}).abs())));

  RUN(ZeroPad1d(1));
  RUN(ZeroPad2d(ZeroPad2dOptions({1, 2, 0, -1})));
  RUN(ZeroPad3d(1));
  RUN(ConstantPad1d(2, 0.5));
  RUN(ConstantPad2d(1, 0.5));
  RUN(ConstantPad3d(1, 0.5));
  RUN(ReflectionPad1d(2));
  RUN(ReflectionPad2d(ReflectionPad2dOptions({1, 2, 0, 3})));
  RUN(ReflectionPad3d(1));
  RUN(ReplicationPad1d(2));
  RUN(ReplicationPad2d(ReplicationPad2dOptions({1, 2, 0, 3})));
  RUN(ReplicationPad3d(1));

  RUN(ELU(ELUOptions().alpha(0.7)));
  RUN(ELU(ELUOptions().inplace(true)));
  RUN(SELU());
  RUN(SELU(SELUOptions().inplace(true)));
  RUN(CELU(CELUOptions().alpha(0.7)));
  RUN(CELU(CELUOptions().alpha(0)));
  RUN(Hardshrink(0.3));
  RUN(Hardtanh(HardtanhOptions().min_val(-0.3).max_val(0.4).inplace(true)));
  RUN(Hardtanh(HardtanhOptions().min_val(0.4).max_val(0.3)));
  RUN(LeakyReLU(LeakyReLUOptions().negative_slope(0.2)));
  RUN(LeakyReLU(LeakyReLUOptions().negative_slope(-0.2).inplace(true)));
  RUN(LogSigmoid());
  RUN(Softmax(1));
  RUN(Softmin(-1));
  RUN(LogSoftmax(2));
  RUN(Softmax2d());
  RUN(PReLU());
  RUN(PReLU(PReLUOptions().num_parameters(4).init(0.1)));
  RUN(ReLU());
  RUN(ReLU(true));
  RUN(ReLU6());
  RUN(ReLU6(true));
  EVAL(RReLU());
  RUN(RReLU(RReLUOptions().lower(0.25).upper(0.25)));
  EVAL(RReLU(RReLUOptions().lower(0.1).upper(0.3).inplace(true)));
  RUN(RReLU(RReLUOptions().lower(0.3).upper(0.1)));
  RUN(GLU());
  RUN(GLU(1));
  RUN(GELU());
  RUN(GELU(GELUOptions().approximate("tanh")));
  RUN(GELU(GELUOptions().approximate("erf")));
  RUN(SiLU());
  RUN(Mish());
  RUN(Sigmoid());
  RUN(Softplus(SoftplusOptions().beta(2).threshold(0.5)));
  RUN(Softshrink(0.3));
  RUN(Softshrink(-0.3));
  RUN(Softsign());
  RUN(Tanh());
  RUN(Tanhshrink());
  RUN(Threshold(0.1, 0.5));
  RUN(Threshold(ThresholdOptions(0.1, 0.5).inplace(true)));

  RUN(BatchNorm1d(4));
  RUN(BatchNorm1d(BatchNorm1dOptions(4).affine(false).momentum(torch::nullopt)));
  RUN(BatchNorm2d(4));
  RUN(BatchNorm2d(BatchNorm2dOptions(4).track_running_stats(false).eps(0.1)));
  RUN(BatchNorm3d(BatchNorm3dOptions(4).momentum(0.5)));
  RUN(InstanceNorm1d(4));
  RUN(InstanceNorm1d(InstanceNorm1dOptions(4).affine(true).track_running_stats(true)));
  RUN(InstanceNorm2d(4));
  RUN(InstanceNorm2d(InstanceNorm2dOptions(4).affine(true).track_running_stats(true).momentum(0.5)));
  RUN(InstanceNorm3d(4));
  RUN(LayerNorm(LayerNormOptions({4})));
  RUN(LayerNorm(LayerNormOptions({5, 6}).eps(0.1)));
  RUN(LayerNorm(LayerNormOptions({4, 4}).elementwise_affine(false)));
  RUN(LayerNorm(LayerNormOptions(std::vector<int64_t>{})));
  RUN(LocalResponseNorm(2));
  RUN(LocalResponseNorm(LocalResponseNormOptions(3).alpha(0.5).beta(0.5).k(2)));
  RUN(CrossMapLRN2d(2));
  RUN(GroupNorm(2, 4));
  RUN(GroupNorm(GroupNormOptions(4, 4).affine(false).eps(0.1)));
  RUN(GroupNorm(3, 4));

  EVAL(Dropout());
  RUN(Dropout(0.0));
  RUN(Dropout(1.0));
  RUN(Dropout(1.5));
  RUN(Dropout(DropoutOptions(0.0).inplace(true)));
  EVAL(Dropout2d(0.3));
  RUN(Dropout2d(0.0));
  RUN(Dropout2d(1.0));
  EVAL(Dropout3d());
  RUN(Dropout3d(1.0));
  EVAL(AlphaDropout());
  RUN(AlphaDropout(0.0));
  RUN(AlphaDropout(1.0));
  RUN(AlphaDropout(-1.0));
  EVAL(FeatureAlphaDropout());
  RUN(FeatureAlphaDropout(0.0));
  RUN(FeatureAlphaDropout(1.0));

  RUN(Fold(FoldOptions({4, 5}, 1)));
  RUN(Fold(FoldOptions({3, 3}, {2, 2})));
  RUN(Unfold(2));
  RUN(Unfold(UnfoldOptions({3, 2}).dilation(2).padding(1).stride(2)));
  RUN(PixelShuffle(2));
  RUN(PixelUnshuffle(2));
  RUN(PixelShuffle(0));
  RUN(Upsample(UpsampleOptions().scale_factor(std::vector<double>{2})));
  RUN(Upsample(UpsampleOptions().size(std::vector<int64_t>{3, 5})));
  RUN(Upsample(UpsampleOptions().size(std::vector<int64_t>{3}).mode(torch::kLinear).align_corners(true)));
  RUN(Upsample(UpsampleOptions().scale_factor(std::vector<double>{1.5, 2.5}).mode(torch::kBilinear)));
  RUN(Upsample(UpsampleOptions().size(std::vector<int64_t>{3, 5}).mode(torch::kBicubic).align_corners(false)));
  RUN(Upsample(UpsampleOptions().scale_factor(std::vector<double>{2, 1, 2}).mode(torch::kTrilinear)));
  RUN(Upsample(UpsampleOptions()));
  RUN(Upsample(UpsampleOptions().size(std::vector<int64_t>{3}).align_corners(true)));

  RUN(RNNCell(4, 3));
  RUN(RNNCell(RNNCellOptions(4, 3).bias(false).nonlinearity(torch::kReLU)));
  RUN(GRUCell(4, 3));
}
