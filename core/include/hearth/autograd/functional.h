// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "hearth/autograd/node.h"
#include "hearth/base/callable.h"

/// Derivatives of functions, as torch.autograd.functional in Python: the function is called on
/// copies of `inputs`, and nothing is added to anybody's grad(). With create_graph, results can be
/// differentiated again, also with respect to the inputs. Inputs that an output does not depend on
/// have derivatives of zero; with `strict` they throw AutogradError.
namespace hearth::autograd::functional {

using Function = Callable<Tensor(Tensor)>;
using Functions = Callable<variable_list(const variable_list&)>;

/// The function's outputs, and what the derivative gives.
struct Product {
  variable_list outputs, product;
};

/// How jacobian goes: a backward for each element of the outputs, or a forward-mode call of the
/// function for each element of the inputs, which is less work where these are fewer.
enum class Strategy { ReverseMode, ForwardMode };

/// v^T J: one tensor for each input. `v` has the outputs' sizes and may be left out for a single
/// number.
HEARTH_API Product vjp(const Functions& function, const variable_list& inputs,
                       const variable_list& v = {}, bool create_graph = false, bool strict = false);
/// J v: one tensor for each output. `v` has the inputs' sizes and may be left out for a single
/// number.
HEARTH_API Product jvp(const Functions& function, const variable_list& inputs,
                       const variable_list& v = {}, bool create_graph = false, bool strict = false);
/// [output][input]: tensors of the output's sizes followed by the input's. Forward mode takes
/// neither create_graph nor strict.
HEARTH_API std::vector<variable_list> jacobian(const Functions& function,
                                               const variable_list& inputs,
                                               bool create_graph = false, bool strict = false,
                                               Strategy strategy = Strategy::ReverseMode);
/// [input][input]: the second derivatives of a function whose only output is a single number.
HEARTH_API std::vector<variable_list> hessian(
    const Functions& function, const variable_list& inputs, bool create_graph = false,
    bool strict = false, Strategy outer_jacobian_strategy = Strategy::ReverseMode);
/// H v, for a function whose only output is a single number. `v` has the inputs' sizes.
HEARTH_API Product hvp(const Functions& function, const variable_list& inputs,
                       const variable_list& v = {}, bool create_graph = false, bool strict = false);
/// v^T H; H is symmetric, and this is cheaper than hvp.
HEARTH_API Product vhp(const Functions& function, const variable_list& inputs,
                       const variable_list& v = {}, bool create_graph = false, bool strict = false);

// The same of one tensor: jacobian([](Tensor x) { return x.sin(); }, x)
HEARTH_API Tensor jacobian(const Function& function, const Tensor& input, bool create_graph = false,
                           bool strict = false, Strategy strategy = Strategy::ReverseMode);
HEARTH_API Tensor hessian(const Function& function, const Tensor& input, bool create_graph = false,
                          bool strict = false,
                          Strategy outer_jacobian_strategy = Strategy::ReverseMode);

}  // namespace hearth::autograd::functional
