// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "hearth/tensor/tensor.h"

namespace hearth::nn::utils {

/// Scales all gradients together so that their joint norm is at most `max_norm`, and returns the
/// norm they had. With error_if_nonfinite, a norm of inf or NaN throws and leaves them as they are.
HEARTH_API double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm,
                                  double norm_type = 2.0, bool error_if_nonfinite = false);
HEARTH_API double clip_grad_norm_(std::initializer_list<Tensor> parameters, double max_norm,
                                  double norm_type = 2.0, bool error_if_nonfinite = false);
HEARTH_API double clip_grad_norm_(const Tensor& parameter, double max_norm, double norm_type = 2.0,
                                  bool error_if_nonfinite = false);

/// The norm of all elements of all tensors together, 0 for none.
HEARTH_API Tensor get_total_norm(const std::vector<Tensor>& tensors, double norm_type = 2.0,
                                 bool error_if_nonfinite = false);
/// What clip_grad_norm_ does with gradients whose joint norm is known; nothing waits for a device.
HEARTH_API void clip_grads_with_norm_(const std::vector<Tensor>& parameters, double max_norm,
                                      const Tensor& total_norm);

/// Clamps each element of the gradients to [-clip_value, clip_value].
HEARTH_API void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value);
HEARTH_API void clip_grad_value_(std::initializer_list<Tensor> parameters, double clip_value);
HEARTH_API void clip_grad_value_(const Tensor& parameter, double clip_value);

/// All parameters one after another in one vector.
HEARTH_API Tensor parameters_to_vector(const std::vector<Tensor>& parameters);
/// Points the parameters at consecutive pieces of `vec`.
HEARTH_API void vector_to_parameters(const Tensor& vec, const std::vector<Tensor>& parameters);

}  // namespace hearth::nn::utils
