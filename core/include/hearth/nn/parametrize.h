// SPDX-License-Identifier: Apache-2.0
// Parameters that are computed from others: torch.nn.utils.parametrize, and what is made of it.
// They are computed when the module is called as `layer(x)` or by a container (before its forward
// hooks see it), not on `layer->forward(x)`. Names in state dicts are PyTorch's:
// "parametrizations.weight.original".
#pragma once

#include <optional>

#include "hearth/nn/any_module.h"
#include "hearth/nn/modules/containers.h"

namespace hearth::nn::utils {

namespace parametrize {

/// How a tensor is computed from others. Derive for what needs several originals or an inverse; any
/// module with forward(Tensor) will do otherwise.
class HEARTH_API Parametrization : public Module {
 public:
  ~Parametrization() override;
  virtual Tensor compute(const std::vector<Tensor>& originals) = 0;
  /// Originals of which compute makes this tensor.
  virtual std::vector<Tensor> right_inverse(const Tensor& tensor);
};

/// Makes a parameter the result of a module: forward(Tensor) of what the parameter was, or of the
/// parametrization before if there is one. Throws where that changes its sizes or dtype.
HEARTH_API void register_parametrization(Module& module, const std::string& tensor_name,
                                         AnyModule parametrization);
HEARTH_API void register_parametrization(Module& module, const std::string& tensor_name,
                                         std::shared_ptr<Parametrization> parametrization);
/// Whether that tensor, or any, of the module is parametrized.
HEARTH_API bool is_parametrized(const Module& module,
                                const std::optional<std::string>& tensor_name = std::nullopt);
/// Makes the tensor a parameter again, with the computed value or with the original's.
HEARTH_API void remove_parametrizations(Module& module, const std::string& tensor_name,
                                        bool leave_parametrized = true);
/// The parametrizations of a tensor, in order; none if it has none.
HEARTH_API std::vector<std::shared_ptr<Module>> parametrizations_of(const Module& module,
                                                                    const std::string& tensor_name);
/// Computes the module's parametrized tensors, as a call of it would.
HEARTH_API void update_parametrized(Module& module);

}  // namespace parametrize

/// Splits a weight into its length and its direction along all dims but `dim` (-1: one length for
/// all).
HEARTH_API void weight_norm(Module& module, const std::string& name = "weight", int64_t dim = 0);
HEARTH_API void remove_weight_norm(Module& module, const std::string& name = "weight");

/// Divides a weight by its largest singular value, as a matrix with `dim` (1 for transposed
/// convolutions, else 0, if not set) first. In training each call improves the estimate by
/// n_power_iterations.
HEARTH_API void spectral_norm(Module& module, const std::string& name = "weight",
                              int64_t n_power_iterations = 1, double eps = 1e-12,
                              std::optional<int64_t> dim = std::nullopt);
HEARTH_API void remove_spectral_norm(Module& module, const std::string& name = "weight");

/// The same for holders, which they return: `auto layer = weight_norm(Linear(4, 2));`.
template <typename Holder, typename... Options>
requires requires { typename Holder::ContainedType; }
Holder weight_norm(Holder module, Options&&... options) {
  weight_norm(static_cast<Module&>(*module), std::forward<Options>(options)...);
  return module;
}
template <typename Holder, typename... Options>
requires requires { typename Holder::ContainedType; }
Holder spectral_norm(Holder module, Options&&... options) {
  spectral_norm(static_cast<Module&>(*module), std::forward<Options>(options)...);
  return module;
}

}  // namespace hearth::nn::utils
