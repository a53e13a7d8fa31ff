// SPDX-License-Identifier: Apache-2.0
#include <ostream>

#include "hearth/autograd/grad_mode.h"
#include "hearth/nn/modules/conv.h"
#include "hearth/nn/parametrize.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

namespace hearth::nn::utils {

namespace {

using parametrize::Parametrization;

/// The weight as its length along all dims but one, and its direction.
class WeightNorm final : public Parametrization {
 public:
  explicit WeightNorm(int64_t dim) : dim_(dim) {}
  Tensor compute(const std::vector<Tensor>& originals) override {
    const Tensor &length = originals[0], &direction = originals[1];
    return direction * (length / norm(direction));
  }
  std::vector<Tensor> right_inverse(const Tensor& tensor) override {
    return {norm(tensor), tensor};
  }
  std::shared_ptr<Module> clone(const std::optional<Device>&) const override {
    return std::make_shared<WeightNorm>(*this);
  }
  void pretty_print(std::ostream& stream) const override { stream << "torch::nn::WeightNorm"; }

 protected:
  /// Python's older weight_norm has "weight_g" and "weight_v" in the module itself.
  void upgrade_state(OrderedDict<std::string, Tensor>& state, const std::string& prefix,
                     std::optional<int64_t>) const override {
    constexpr std::string_view kList = "parametrizations.";
    const size_t at = prefix.rfind(kList), end = prefix.rfind('.', prefix.size() - 2);
    if (at == std::string::npos || end == std::string::npos || end < at + kList.size()) return;
    const std::string list = prefix.substr(0, end + 1), own = prefix.substr(0, at),
                      name = prefix.substr(at + kList.size(), end - at - kList.size());
    const std::string length = own + name + "_g", direction = own + name + "_v";
    if (!state.contains(length) || !state.contains(direction)) return;
    state.insert(list + "original0", state[length]);
    state.insert(list + "original1", state[direction]);
    state.erase(length);
    state.erase(direction);
  }

 private:
  Tensor norm(const Tensor& w) const {
    if (dim_ == -1) return w.norm();
    std::vector<int64_t> others;
    for (int64_t d = 0; d < w.dim(); ++d)
      if (d != dim_) others.push_back(d);
    return others.empty() ? w.abs() : w.norm(2, others, /*keepdim=*/true);
  }
  const int64_t dim_;
};

/// The weight over its largest singular value, estimated by power iteration.
class SpectralNorm final : public Parametrization {
 public:
  SpectralNorm(const Tensor& weight, int64_t iterations, double eps, int64_t dim)
      : iterations_(iterations), eps_(eps), dim_(dim) {
    if (weight.dim() < 2) return;
    const NoGradGuard no_grad;
    const Tensor matrix = as_matrix(weight.detach());
    u_ = register_buffer("_u", unit(randn({matrix.size(0)}, matrix.options())));
    v_ = register_buffer("_v", unit(randn({matrix.size(1)}, matrix.options())));
    iterate(matrix, 15);
  }
  Tensor compute(const std::vector<Tensor>& originals) override {
    const Tensor& weight = originals[0];
    if (weight.dim() < 2) return weight / weight.norm().clamp_min(eps_);
    const Tensor matrix = as_matrix(weight);
    if (is_training()) iterate(matrix.detach(), iterations_);
    // Copies: the next iteration writes into the buffers.
    const Tensor u = u_.clone(), v = v_.clone();
    return weight / u.dot(matrix.mv(v));
  }
  std::shared_ptr<Module> clone(const std::optional<Device>& device) const override {
    auto copy = std::make_shared<SpectralNorm>(*this);
    copy->forget_registered();
    if (!u_.defined()) return copy;
    const auto moved = [&](const Tensor& t) { return device ? t.to(*device).clone() : t.clone(); };
    copy->u_ = copy->register_buffer("_u", moved(u_));
    copy->v_ = copy->register_buffer("_v", moved(v_));
    return copy;
  }
  void pretty_print(std::ostream& stream) const override { stream << "torch::nn::SpectralNorm"; }

 private:
  Tensor unit(const Tensor& x) const { return x / x.norm().clamp_min(eps_); }
  Tensor as_matrix(const Tensor& weight) const {
    std::vector<int64_t> order{dim_};
    for (int64_t d = 0; d < weight.dim(); ++d)
      if (d != dim_) order.push_back(d);
    return weight.permute(order).reshape({weight.size(dim_), -1});
  }
  void iterate(const Tensor& matrix, int64_t times) {
    const NoGradGuard no_grad;
    for (int64_t i = 0; i < times; ++i) {
      u_.copy_(unit(matrix.mv(v_)));
      v_.copy_(unit(matrix.t().mv(u_)));
    }
  }

  const int64_t iterations_;
  const double eps_;
  const int64_t dim_;
  Tensor u_, v_;
};

Tensor own_parameter(const Module& module, const std::string& name, const char* what) {
  const auto own = module.named_parameters(/*recurse=*/false);
  const Tensor* found = own.find(name);
  HEARTH_CHECK_AS(ValueError, found, "[", what, "] Module '", module.name(),
                  "' has no parameter with name '", name, "'");
  return *found;
}

template <typename Kind>
void remove(Module& module, const std::string& name, const char* what) {
  const auto steps = parametrize::parametrizations_of(module, name);
  HEARTH_CHECK_AS(ValueError, steps.size() == 1 && steps[0]->as<Kind>(), "[", what, "] ", what,
                  " of '", name, "' not found in ", module.name());
  parametrize::remove_parametrizations(module, name);
}

bool is_transposed(Module& module) {
  return module.as<ConvTranspose1d>() || module.as<ConvTranspose2d>() ||
         module.as<ConvTranspose3d>();
}

}  // namespace

void weight_norm(Module& module, const std::string& name, int64_t dim) {
  const Tensor weight = own_parameter(module, name, "weight_norm");
  HEARTH_CHECK_AS(ValueError, dim >= -1 && dim < weight.dim(), "[weight_norm] expected a dim of '",
                  name, "' between 0 and ", weight.dim() - 1, ", or -1 for one norm, got ", dim);
  register_parametrization(module, name, std::make_shared<WeightNorm>(dim));
}
void remove_weight_norm(Module& module, const std::string& name) {
  remove<WeightNorm>(module, name, "weight_norm");
}

void spectral_norm(Module& module, const std::string& name, int64_t n_power_iterations, double eps,
                   std::optional<int64_t> dim) {
  const Tensor weight = own_parameter(module, name, "spectral_norm");
  HEARTH_CHECK_AS(ValueError, n_power_iterations > 0,
                  "[spectral_norm] Expected n_power_iterations to be positive, but got "
                  "n_power_iterations=",
                  n_power_iterations);
  int64_t first = dim.value_or(is_transposed(module) ? 1 : 0);
  HEARTH_CHECK_AS(IndexError, first >= -weight.dim() && first < weight.dim(),
                  "[spectral_norm] expected a dim of '", name, "', which has ", weight.dim(),
                  ", got ", first);
  if (first < 0) first += weight.dim();
  register_parametrization(module, name,
                           std::make_shared<SpectralNorm>(weight, n_power_iterations, eps, first));
}
void remove_spectral_norm(Module& module, const std::string& name) {
  remove<SpectralNorm>(module, name, "spectral_norm");
}

}  // namespace hearth::nn::utils
