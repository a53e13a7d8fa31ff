// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include "hearth/autograd/node.h"

namespace hearth::autograd {

/// Options of gradcheck and gradgradcheck.
struct GradcheckOptions {
  double eps = 1e-6;  ///< step of the central difference
  double atol = 1e-5;
  double rtol = 1e-3;
  bool raise_exception = true;  ///< throw AutogradError with the mismatch, instead of false
};

namespace detail {
/// A function of tensors without its type.
struct FunctionRef {
  void* object;
  variable_list (*call)(void* object, const variable_list& inputs);
  variable_list operator()(const variable_list& inputs) const { return call(object, inputs); }
};
HEARTH_API bool gradcheck(FunctionRef f, const variable_list& inputs, const GradcheckOptions& o);
HEARTH_API bool gradgradcheck(FunctionRef f, const variable_list& inputs,
                              const GradcheckOptions& o);

template <class F>
FunctionRef make_ref(F& f) {
  return {const_cast<void*>(static_cast<const void*>(&f)),
          [](void* object, const variable_list& inputs) -> variable_list {
            F& fn = *static_cast<F*>(object);
            if constexpr (std::is_same_v<std::decay_t<decltype(fn(inputs))>, Tensor>) {
              return {fn(inputs)};
            } else {
              return fn(inputs);
            }
          }};
}
}  // namespace detail

/// Compares the gradients of `f` (variable_list -> Tensor or variable_list) with central
/// differences at `inputs`; those that require grad should be double. As torch.autograd.gradcheck.
///
///   gradcheck([](const variable_list& in) { return in[0].sin(); }, {x});
template <class F>
bool gradcheck(F&& f, const variable_list& inputs, const GradcheckOptions& options = {}) {
  return detail::gradcheck(detail::make_ref(f), inputs, options);
}

/// The same for gradients of gradients, with random output gradients.
template <class F>
bool gradgradcheck(F&& f, const variable_list& inputs, const GradcheckOptions& options = {}) {
  return detail::gradgradcheck(detail::make_ref(f), inputs, options);
}

}  // namespace hearth::autograd
