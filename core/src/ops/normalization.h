// SPDX-License-Identifier: Apache-2.0
// What the rules of layer, group and batch norm share.
#pragma once

#include <array>

#include "dispatch/op.h"

namespace hearth::ops {

/// Throws DtypeError unless `input` is floating; the type that its norm is computed in.
ScalarType check_float(std::string_view op, const Tensor& input);
/// `t`, if defined, has one element for each channel of `input`.
void check_channels(std::string_view op, const Tensor& input, std::string_view name,
                    const Tensor& t);
/// Checks that a backward row's tensors belong to one call: g has the input's sizes, the statistics
/// have n elements.
void check_backward(std::string_view op, const Tensor& g, const Tensor& input, const Tensor& mean,
                    const Tensor& rstd, int64_t n);

/// The specs of a backward row. Gradients of weight and bias come in the type they are computed in.
Specs gradient_specs(const Tensor& input, DimVector affine, bool need_input, bool need_weight,
                     bool need_bias);
/// A gradient of a backward row's decomposition, empty where it isn't wanted.
Tensor or_empty(bool wanted, const Tensor& t, ScalarType type);
/// The gradients of input, weight and bias that were asked for.
Grads wanted(std::array<Tensor, 3>&& all, NeedMask need, size_t inputs);

/// Input and weights as decompositions compute with them.
Tensor wide(const Tensor& t);
Tensor mean_of(const Tensor& x, const DimVector& dims);

struct Moments {
  Tensor mean, rstd, var;
};
/// The mean of nothing is 0; its variance is NaN.
Moments moments_of(const Tensor& x, const DimVector& dims, double eps);

/// y * weight + bias, of which either may be undefined.
Tensor scaled(Tensor y, const Tensor& weight, const Tensor& bias);
/// One number per channel, shaped to broadcast against [N, C, ...].
Tensor by_channel(const Tensor& v, const Tensor& input);
DimVector all_but_channels(const Tensor& input);

inline Tensor or_undefined(const std::optional<Tensor>& t) { return t ? *t : Tensor(); }

/// The type of statistics that are asked for: the first given one's of the parameters, else the
/// input's. Backward keeps them in float for half inputs.
inline ScalarType statistics_type(const Tensor& input,
                                  std::initializer_list<const std::optional<Tensor>*> parameters) {
  for (const std::optional<Tensor>* p : parameters)
    if (*p && (*p)->defined()) return (*p)->scalar_type();
  return input.scalar_type();
}

}  // namespace hearth::ops
