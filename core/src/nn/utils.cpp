// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/utils.h"

#include <cmath>

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "tensor/host_read.h"

namespace hearth::nn::utils {

namespace {

std::vector<Tensor> gradients(const std::vector<Tensor>& parameters) {
  std::vector<Tensor> grads;
  for (const Tensor& p : parameters)
    if (p.grad().defined()) grads.push_back(p.grad());
  return grads;
}

Tensor joint_norm(const std::vector<Tensor>& tensors, double norm_type) {
  std::vector<Tensor> norms;
  for (const Tensor& t : tensors)
    norms.push_back(t.detach().norm(norm_type).to(tensors[0].device(), kDouble));
  return stack(norms).norm(norm_type);
}

void check_finite(double norm, double norm_type, bool error_if_nonfinite, const char* function) {
  HEARTH_CHECK_AS(ValueError, !error_if_nonfinite || std::isfinite(norm), "[", function,
                  "] The total norm of order ", norm_type,
                  " for gradients from `parameters` is non-finite, so it cannot be clipped. To "
                  "disable this error and scale the gradients with the non-finite norm anyway, set "
                  "`error_if_nonfinite=false`");
}

}  // namespace

double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm, double norm_type,
                       bool error_if_nonfinite) {
  const NoGradGuard no_grad;
  const std::vector<Tensor> grads = gradients(parameters);
  if (grads.empty()) return 0.0;
  check_host_read("clip_grad_norm_");
  const double norm = joint_norm(grads, norm_type).item<double>();
  check_finite(norm, norm_type, error_if_nonfinite, "clip_grad_norm_");
  const double scale = max_norm / (norm + 1e-6);
  // Not `scale < 1`: a NaN norm makes the gradients NaN, as in PyTorch.
  if (!(scale >= 1))
    for (const Tensor& g : grads) g.mul_(scale);
  return norm;
}
double clip_grad_norm_(std::initializer_list<Tensor> parameters, double max_norm, double norm_type,
                       bool error_if_nonfinite) {
  return clip_grad_norm_(std::vector<Tensor>(parameters), max_norm, norm_type, error_if_nonfinite);
}
double clip_grad_norm_(const Tensor& parameter, double max_norm, double norm_type,
                       bool error_if_nonfinite) {
  return clip_grad_norm_(std::vector<Tensor>{parameter}, max_norm, norm_type, error_if_nonfinite);
}

Tensor get_total_norm(const std::vector<Tensor>& tensors, double norm_type,
                      bool error_if_nonfinite) {
  if (tensors.empty()) return zeros({});
  const NoGradGuard no_grad;
  ScalarType type = tensors[0].scalar_type();
  for (const Tensor& t : tensors) type = promote_types(type, t.scalar_type());
  const Tensor norm = joint_norm(tensors, norm_type);
  if (error_if_nonfinite) {
    check_host_read("get_total_norm");
    check_finite(norm.item<double>(), norm_type, true, "get_total_norm");
  }
  return norm.to(type);
}

void clip_grads_with_norm_(const std::vector<Tensor>& parameters, double max_norm,
                           const Tensor& total_norm) {
  const NoGradGuard no_grad;
  const Tensor scale = (max_norm / (total_norm + 1e-6)).clamp_max(1);
  for (const Tensor& g : gradients(parameters)) g.mul_(scale.to(g.device(), scale.scalar_type()));
}

void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value) {
  const NoGradGuard no_grad;
  for (const Tensor& g : gradients(parameters)) g.clamp_(Scalar(-clip_value), Scalar(clip_value));
}
void clip_grad_value_(std::initializer_list<Tensor> parameters, double clip_value) {
  clip_grad_value_(std::vector<Tensor>(parameters), clip_value);
}
void clip_grad_value_(const Tensor& parameter, double clip_value) {
  clip_grad_value_(std::vector<Tensor>{parameter}, clip_value);
}

Tensor parameters_to_vector(const std::vector<Tensor>& parameters) {
  std::vector<Tensor> flat;
  for (const Tensor& p : parameters) flat.push_back(p.reshape({-1}));
  return cat(flat);
}

void vector_to_parameters(const Tensor& vec, const std::vector<Tensor>& parameters) {
  int64_t total = 0;
  for (const Tensor& p : parameters) total += p.numel();
  HEARTH_CHECK_AS(ShapeError, vec.dim() == 1 && vec.numel() == total,
                  "[vector_to_parameters] the parameters have ", total,
                  " elements, the vector has sizes ", vec.sizes());
  int64_t at = 0;
  for (const Tensor& p : parameters) {
    p.set_data(vec.slice(0, at, at + p.numel()).view(p.sizes()).detach());
    at += p.numel();
  }
}

}  // namespace hearth::nn::utils
