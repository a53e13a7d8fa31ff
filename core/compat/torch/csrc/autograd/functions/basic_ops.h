// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "hearth/autograd/function.h"

#include "c10/macros/Macros.h"

namespace hearth::autograd {

/// Passes its inputs on; their gradients are undefined.
class UndefinedGrad {
 public:
  variable_list apply(variable_list inputs) const { return Pass::apply(std::move(inputs)); }
  variable_list operator()(variable_list inputs) const { return apply(std::move(inputs)); }

 private:
  struct Pass : Function<Pass> {
    static variable_list forward(AutogradContext*, variable_list inputs) {
      for (Variable& input : inputs) input = input.alias();
      return inputs;
    }
    static variable_list backward(AutogradContext*, variable_list gradients) {
      return variable_list(gradients.size());
    }
  };
};

}  // namespace hearth::autograd
