// SPDX-License-Identifier: Apache-2.0
#include "hearth/autograd/gradcheck.h"

#include <cmath>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/grad_mode.h"

#include "tensor/host_read.h"
#include "tensor/tensor_impl.h"

namespace hearth::autograd::detail {

namespace {

bool checked_input(const Tensor& t) { return t.defined() && t.requires_grad(); }

/// Weights that make a scalar of any output: different for every element, without randomness.
Tensor weights_like(const Tensor& t, size_t seed) {
  Tensor weights = new_tensor(DimVector(t.sizes()), kDouble, kCPU);
  for (int64_t i = 0; i < t.numel(); ++i) {
    const double x = static_cast<double>(i) * 0.7548776662466927 +
                     static_cast<double>(seed) * 0.569840290998053 + 0.25;
    ptr<double>(weights)[i] = x - std::floor(x) + 0.5;
  }
  return weights.to(t.device(), t.scalar_type());
}

std::vector<double> values(const Tensor& t) {
  check_host_read("gradcheck");
  const Tensor flat = t.detach().to_dense().to(kCPU, kDouble).contiguous();
  const double* p = ptr<double>(flat);
  return {p, p + flat.numel()};
}

/// sum over outputs of sum(weights * output), as a number.
double weighted(const variable_list& outputs) {
  double total = 0;
  for (size_t k = 0; k < outputs.size(); ++k) {
    if (!outputs[k].defined() || !outputs[k].is_floating_point()) continue;
    const std::vector<double> y = values(outputs[k]), w = values(weights_like(outputs[k], k));
    for (size_t i = 0; i < y.size(); ++i) total += w[i] * y[i];
  }
  return total;
}

variable_list copies(const variable_list& inputs) {
  variable_list out;
  for (const Tensor& t : inputs)
    out.push_back(t.defined() ? t.detach().clone().set_requires_grad(t.requires_grad()) : t);
  return out;
}

bool fail(const GradcheckOptions& o, std::string message) {
  if (o.raise_exception) throw AutogradError("[gradcheck] " + std::move(message));
  return false;
}

}  // namespace

bool gradcheck(FunctionRef f, const variable_list& given, const GradcheckOptions& o) {
  for (const Tensor& t : given)
    HEARTH_CHECK_AS(DtypeError, !checked_input(t) || t.scalar_type() == kDouble,
                    "[gradcheck] inputs that require grad should be float64, got ",
                    t.scalar_type());
  // The inputs as given, strides and all, and copies to shift element by element.
  const variable_list outputs = f(given);
  variable_list roots, root_grads, wanted;
  for (size_t k = 0; k < outputs.size(); ++k) {
    if (!outputs[k].defined() || !outputs[k].requires_grad()) continue;
    roots.push_back(outputs[k]);
    root_grads.push_back(weights_like(outputs[k], k));
  }
  for (const Tensor& t : given)
    if (checked_input(t)) wanted.push_back(t);
  HEARTH_CHECK_AS(ValueError, !wanted.empty(),
                  "[gradcheck] expects at least one input that requires grad");
  // Without any output that requires grad, all gradients should turn out zero.
  const variable_list analytic =
      roots.empty() ? variable_list(wanted.size())
                    : grad(roots, wanted, root_grads, std::nullopt, false, /*allow_unused=*/true);

  variable_list shifted = copies(given);
  size_t at = 0;
  for (size_t n = 0; n < shifted.size(); ++n) {
    if (!checked_input(given[n])) continue;
    const Tensor& gradient = analytic[at++];
    const std::vector<double> found =
        gradient.defined() ? values(gradient)
                           : std::vector<double>(static_cast<size_t>(shifted[n].numel()), 0.0);
    const Device device = shifted[n].device();
    const Tensor base = shifted[n].detach().cpu().contiguous();
    for (size_t i = 0; i < found.size(); ++i) {
      double sides[2];
      for (int side = 0; side < 2; ++side) {
        const Tensor moved = base.clone();
        ptr<double>(moved)[i] += side == 0 ? -o.eps : o.eps;
        shifted[n] = moved.to(device).set_requires_grad(true);
        sides[side] = weighted(f(shifted));
      }
      const double numeric = (sides[1] - sides[0]) / (2 * o.eps);
      if (!(std::fabs(numeric - found[i]) <= o.atol + o.rtol * std::fabs(numeric)))
        return fail(o,
                    cat_str("Jacobian mismatch for input ", n, ", element ", i, " of sizes ",
                            given[n].sizes(), ": numerical ", numeric, ", analytical ", found[i]));
    }
    shifted[n] = base.to(device, kDouble, false, /*copy=*/true).set_requires_grad(true);
  }
  return true;
}

bool gradgradcheck(FunctionRef f, const variable_list& given, const GradcheckOptions& o) {
  const variable_list outputs = f(given);
  // The function to check: gradients of f, of its inputs and its output gradients.
  variable_list all = given;
  std::vector<size_t> which;
  for (size_t k = 0; k < outputs.size(); ++k) {
    if (!outputs[k].defined() || !outputs[k].requires_grad()) continue;
    which.push_back(k);
    all.push_back(weights_like(outputs[k], k + 1).set_requires_grad(true));
  }
  auto gradients = [&](const variable_list& in) -> variable_list {
    AutoGradMode on(true);
    const variable_list inputs(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(given.size()));
    const variable_list out = f(inputs);
    variable_list roots, root_grads, wanted;
    for (size_t k = 0; k < which.size(); ++k) {
      roots.push_back(out[which[k]]);
      root_grads.push_back(in[given.size() + k]);
    }
    for (const Tensor& t : inputs)
      if (checked_input(t)) wanted.push_back(t);
    return grad(roots, wanted, root_grads, true, /*create_graph=*/true, /*allow_unused=*/true);
  };
  return gradcheck(make_ref(gradients), all, o);
}

}  // namespace hearth::autograd::detail
