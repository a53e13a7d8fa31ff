// SPDX-License-Identifier: Apache-2.0
// How parameters start. Each function fills its tensor in place, without recording, and returns it.
#pragma once

#include <cstdint>
#include <tuple>
#include <variant>

#include "hearth/nn/enum.h"
#include "hearth/tensor/tensor.h"

namespace hearth::nn::init {

using NonlinearityType =
    std::variant<enumtype::kLinear, enumtype::kConv1D, enumtype::kConv2D, enumtype::kConv3D,
                 enumtype::kConvTranspose1D, enumtype::kConvTranspose2D, enumtype::kConvTranspose3D,
                 enumtype::kSigmoid, enumtype::kTanh, enumtype::kReLU, enumtype::kLeakyReLU>;
using FanModeType = std::variant<enumtype::kFanIn, enumtype::kFanOut>;

/// The factor by which a layer's standard deviation should grow for the nonlinearity after it;
/// `param` is leaky relu's slope.
HEARTH_API double calculate_gain(NonlinearityType nonlinearity, double param = 0.01);

/// While one lives, normal_, trunc_normal_ and uniform_, and with them the constructors of modules,
/// leave tensors of this thread as they are and draw nothing: for modules whose values come from
/// elsewhere.
class HEARTH_API SkipGuard {
 public:
  SkipGuard();
  ~SkipGuard();
  SkipGuard(const SkipGuard&) = delete;
  SkipGuard& operator=(const SkipGuard&) = delete;
};

/// Fills with one value.
HEARTH_API Tensor constant_(Tensor tensor, Scalar value);
HEARTH_API Tensor zeros_(Tensor tensor);
HEARTH_API Tensor ones_(Tensor tensor);
/// The identity, for matrices.
HEARTH_API Tensor eye_(Tensor matrix);
/// Kernels (3 to 5 dims) that pass each channel on, in each of `groups` groups.
HEARTH_API Tensor dirac_(Tensor tensor, int64_t groups = 1);
/// Normal values.
HEARTH_API Tensor normal_(Tensor tensor, double mean = 0, double std = 1);
/// Normal values within [a, b].
HEARTH_API Tensor trunc_normal_(Tensor tensor, double mean = 0, double std = 1, double a = -2,
                                double b = 2);
/// Uniform values in [low, high).
HEARTH_API Tensor uniform_(Tensor tensor, double low = 0, double high = 1);
/// For layers before a (leaky) relu with slope `a`, keeping the variance of activations (kFanIn) or
/// gradients (kFanOut).
HEARTH_API Tensor kaiming_normal_(Tensor tensor, double a = 0, FanModeType mode = kFanIn,
                                  NonlinearityType nonlinearity = kLeakyReLU);
HEARTH_API Tensor kaiming_uniform_(Tensor tensor, double a = 0, FanModeType mode = kFanIn,
                                   NonlinearityType nonlinearity = kLeakyReLU);
/// For layers between symmetric nonlinearities.
HEARTH_API Tensor xavier_normal_(Tensor tensor, double gain = 1);
HEARTH_API Tensor xavier_uniform_(Tensor tensor, double gain = 1);
/// Orthonormal rows or columns, whichever are fewer, of the tensor as a matrix [size(0), rest].
HEARTH_API Tensor orthogonal_(Tensor tensor, double gain = 1);
/// A matrix of normal values with a fraction `sparsity` of zeros in each column.
HEARTH_API Tensor sparse_(Tensor tensor, double sparsity, double std = 0.01);

/// How many inputs feed one output of this weight, and how many outputs one input feeds.
HEARTH_API std::tuple<int64_t, int64_t> _calculate_fan_in_and_fan_out(const Tensor& tensor);

}  // namespace hearth::nn::init
