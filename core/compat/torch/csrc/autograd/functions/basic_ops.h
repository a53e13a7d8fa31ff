// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/autograd/function.h"

#include "c10/macros/Macros.h"

namespace hearth::autograd {

/// Passes its inputs on; their gradients are undefined.
class UndefinedGrad {
 public:
  variable_list apply(const variable_list& inputs) const { return Pass::apply(TensorList(inputs)); }
  variable_list operator()(const variable_list& inputs) const { return apply(inputs); }

 private:
  struct Pass : Function<Pass> {
    static variable_list forward(AutogradContext*, TensorList inputs) {
      variable_list outputs;
      for (const Variable& input : inputs)
        outputs.push_back(input.defined() ? input.clone() : Variable());
      return outputs;
    }
    static variable_list backward(AutogradContext*, variable_list gradients) {
      return variable_list(gradients.size());
    }
  };
};

}  // namespace hearth::autograd
