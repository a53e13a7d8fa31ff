// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/utils.h"

#include <cmath>

#include "hearth/autograd/grad_mode.h"
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

double joint_norm(const std::vector<Tensor>& grads, double norm_type) {
  std::vector<Tensor> norms;
  for (const Tensor& g : grads) norms.push_back(g.detach().norm(norm_type).to(kDouble));
  return stack(norms).norm(norm_type).item<double>();
}

}  // namespace

double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm, double norm_type,
                       bool error_if_nonfinite) {
  const NoGradGuard no_grad;
  const std::vector<Tensor> grads = gradients(parameters);
  if (grads.empty()) return 0.0;
  check_host_read("clip_grad_norm_");
  const double norm = joint_norm(grads, norm_type);
  HEARTH_CHECK_AS(ValueError, !error_if_nonfinite || std::isfinite(norm),
                  "[clip_grad_norm_] The total norm of order ", norm_type,
                  " for gradients from `parameters` is non-finite, so it cannot be clipped. To "
                  "disable this error and scale the gradients with the non-finite norm anyway, set "
                  "`error_if_nonfinite=false`");
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
