// SPDX-License-Identifier: Apache-2.0
// Activations that are not functions of each element alone; the others are in pointwise.h.
#pragma once

#include <optional>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// The first half of `self` along dim times the sigmoid of the second.
HEARTH_API Tensor glu(const Tensor& self, int64_t dim = -1);
HEARTH_API Tensor& glu_out(Tensor& out, const Tensor& self, int64_t dim = -1);

/// x where positive, else x times a slope: in training a random one between lower and upper, else
/// their mean.
HEARTH_API Tensor rrelu(const Tensor& self, const Scalar& lower = 0.125,
                        const Scalar& upper = 0.3333333333333333, bool training = false,
                        std::optional<Generator> generator = {});
HEARTH_API Tensor& rrelu_(Tensor& self, const Scalar& lower = 0.125,
                          const Scalar& upper = 0.3333333333333333, bool training = false,
                          std::optional<Generator> generator = {});
/// rrelu, which in training leaves the slopes in `noise`.
HEARTH_API Tensor rrelu_with_noise(const Tensor& self, Tensor& noise, const Scalar& lower = 0.125,
                                   const Scalar& upper = 0.3333333333333333, bool training = false,
                                   std::optional<Generator> generator = {});
HEARTH_API Tensor& rrelu_with_noise_(Tensor& self, Tensor& noise, const Scalar& lower = 0.125,
                                     const Scalar& upper = 0.3333333333333333,
                                     bool training = false,
                                     std::optional<Generator> generator = {});

}  // namespace hearth
