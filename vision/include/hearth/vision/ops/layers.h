// SPDX-License-Identifier: Apache-2.0
// Layers that architectures share, with torchvision's names and, in state dicts, its keys.
#pragma once

#include <optional>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/nn/expanding_array.h"
#include "hearth/nn/modules/conv.h"
#include "hearth/nn/modules/normalization.h"
#include "hearth/nn/modules/pooling.h"
#include "hearth/nn/modules/sequential.h"

namespace hearth::vision::ops {

/// What may follow a layer. Those that can overwrite their input do.
enum class Activation : int8_t { None, ReLU, ReLU6, SiLU, GELU, Hardswish, Sigmoid, Hardsigmoid };

/// An activation as a module, for containers. ValueError for None.
HEARTH_API nn::AnyModule make_activation(Activation activation);

/// What may normalise channels of images.
enum class Norm : int8_t { None, BatchNorm2d, FrozenBatchNorm2d, LayerNorm2d };

/// A norm and its numbers; `momentum` is batch norm's.
struct NormLayer {
  Norm kind = Norm::BatchNorm2d;
  double eps = 1e-5;
  double momentum = 0.1;
};

/// A norm of so many channels as a module, for containers. ValueError for None.
HEARTH_API nn::AnyModule make_norm(const NormLayer& norm, int64_t channels);

struct Conv2dNormActivationOptions {
  Conv2dNormActivationOptions(int64_t in_channels, int64_t out_channels,
                              ExpandingArray<2> kernel_size = 3)
      : in_channels_(in_channels), out_channels_(out_channels), kernel_size_(kernel_size) {}
  HEARTH_ARG(int64_t, in_channels);
  HEARTH_ARG(int64_t, out_channels);
  HEARTH_ARG(ExpandingArray<2>, kernel_size);
  HEARTH_ARG(ExpandingArray<2>, stride) = 1;
  /// nullopt: (kernel_size - 1) / 2 * dilation, which keeps the size at stride 1.
  HEARTH_ARG(std::optional<ExpandingArray<2>>, padding) = std::nullopt;
  HEARTH_ARG(ExpandingArray<2>, dilation) = 1;
  HEARTH_ARG(int64_t, groups) = 1;
  HEARTH_ARG(NormLayer, norm_layer) = {};
  HEARTH_ARG(Activation, activation) = Activation::ReLU;
  /// nullopt: only without a norm.
  HEARTH_ARG(std::optional<bool>, bias) = std::nullopt;
};

/// A convolution "0", a norm "1" and an activation "2", of which the last two may be missing.
class HEARTH_API Conv2dNormActivationImpl : public nn::SequentialImpl {
 public:
  explicit Conv2dNormActivationImpl(const Conv2dNormActivationOptions& options_);
  ~Conv2dNormActivationImpl() override;

  Conv2dNormActivationOptions options;
};
HEARTH_MODULE(Conv2dNormActivation);

/// Weighs channels by what the means of all of them say (Hu et al., "Squeeze-and-Excitation
/// Networks", 2017): input * scale(fc2(activation(fc1(mean)))).
class HEARTH_API SqueezeExcitationImpl : public nn::Module {
 public:
  SqueezeExcitationImpl(int64_t input_channels, int64_t squeeze_channels,
                        Activation activation = Activation::ReLU,
                        Activation scale_activation = Activation::Sigmoid);
  ~SqueezeExcitationImpl() override;
  /// [N, C, H, W], which is not changed, to the same.
  Tensor forward(const Tensor& input);

 private:
  nn::AdaptiveAvgPool2d avgpool_;
  nn::Conv2d fc1_, fc2_;
  nn::AnyModule activation_, scale_activation_;
};
HEARTH_MODULE(SqueezeExcitation);

/// Linear layers with an activation and dropout between them, dropout after the last as well:
/// "0" linear, "1" activation, "2" dropout, "3" linear, "4" dropout.
class HEARTH_API MLPImpl : public nn::SequentialImpl {
 public:
  MLPImpl(int64_t in_channels, const std::vector<int64_t>& hidden_channels,
          Activation activation = Activation::ReLU, double dropout = 0, bool bias = true);
  ~MLPImpl() override;
};
HEARTH_MODULE(MLP);

/// Tensor::permute as a module.
class HEARTH_API PermuteImpl : public nn::Module {
 public:
  explicit PermuteImpl(std::vector<int64_t> dims);
  ~PermuteImpl() override;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& stream) const override;

 private:
  std::vector<int64_t> dims_;
};
HEARTH_MODULE(Permute);

/// What of a batch is dropped: each sample by itself, or all at once.
enum class StochasticDepthMode : int8_t { Row, Batch };

/// Sets samples of a residual branch to 0 with probability p and divides the others by 1 - p (Huang
/// et al., "Deep Networks with Stochastic Depth", 2016). The input itself when not training.
HEARTH_API Tensor stochastic_depth(const Tensor& input, double p, StochasticDepthMode mode,
                                   bool training = true);

class HEARTH_API StochasticDepthImpl : public nn::Module {
 public:
  explicit StochasticDepthImpl(double p, StochasticDepthMode mode = StochasticDepthMode::Row);
  ~StochasticDepthImpl() override;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& stream) const override;

 private:
  double p_;
  StochasticDepthMode mode_;
};
HEARTH_MODULE(StochasticDepth);

/// Layer norm of the channels of each pixel of [N, C, H, W].
class HEARTH_API LayerNorm2dImpl : public nn::LayerNormImpl {
 public:
  explicit LayerNorm2dImpl(int64_t channels, double eps = 1e-6);
  ~LayerNorm2dImpl() override;
  Tensor forward(const Tensor& input);
};
HEARTH_MODULE(LayerNorm2d);

/// Batch norm whose statistics, weight and bias are buffers that training leaves alone. It reads
/// states of batch norms.
class HEARTH_API FrozenBatchNorm2dImpl : public nn::Module {
 public:
  explicit FrozenBatchNorm2dImpl(int64_t num_features, double eps = 1e-5);
  ~FrozenBatchNorm2dImpl() override;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& stream) const override;

  Tensor weight, bias, running_mean, running_var;  ///< [num_features] each

 protected:
  void upgrade_state(OrderedDict<std::string, Tensor>& state, const std::string& prefix,
                     std::optional<int64_t> version) const override;

 private:
  double eps_;
};
HEARTH_MODULE(FrozenBatchNorm2d);

}  // namespace hearth::vision::ops
