// SPDX-License-Identifier: Apache-2.0
#include "hearth/autograd/functional.h"

#include <algorithm>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/forward_ad.h"
#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"

namespace hearth::autograd::functional {
namespace {

/// A call of the function on tensors that want gradients.
struct Recorded {
  variable_list inputs, outputs;
};

Recorded record(const Functions& function, const variable_list& inputs, bool create_graph) {
  AutoGradMode record(true);
  Recorded r;
  for (const Tensor& t : inputs) {
    // Aliases, so that each input is a node of its own and the caller's history goes on behind it.
    r.inputs.push_back(create_graph && t.requires_grad() ? t.alias()
                                                         : t.detach().set_requires_grad(true));
  }
  r.outputs = function(r.inputs);
  return r;
}

void detach_all(variable_list& tensors, bool create_graph) {
  if (create_graph) return;
  for (Tensor& t : tensors) t = t.detach();
}

/// `v`, or one where that goes without saying.
variable_list direction(std::string_view op, const variable_list& of, const variable_list& v,
                        const char* whose) {
  if (v.empty()) {
    HEARTH_CHECK_AS(ValueError, of.size() == 1 && of[0].numel() == 1, "[", op,
                    "] v may be left out only where the function's ", whose, " is a single number");
    return {ones_like(of[0])};
  }
  HEARTH_CHECK_AS(ValueError, v.size() == of.size(), "[", op, "] v needs a tensor for each ", whose,
                  ": expected ", of.size(), ", got ", v.size());
  for (size_t i = 0; i < v.size(); ++i)
    HEARTH_CHECK_AS(ShapeError, v[i].sizes() == of[i].sizes(), "[", op, "] v has sizes ",
                    v[i].sizes(), " where the ", whose, " has ", of[i].sizes());
  return v;
}

/// Gradients with zeros where outputs do not depend on inputs.
variable_list gradients(const variable_list& outputs, const variable_list& inputs,
                        const variable_list& v, bool create_graph, bool strict) {
  variable_list wanting, weights;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!outputs[i].requires_grad()) continue;
    wanting.push_back(outputs[i]);
    weights.push_back(v[i]);
  }
  variable_list grads(inputs.size());
  if (!wanting.empty())
    grads = grad(wanting, inputs, weights, /*retain_graph=*/true, create_graph,
                 /*allow_unused=*/true);
  for (size_t i = 0; i < grads.size(); ++i) {
    if (grads[i].defined()) continue;
    HEARTH_CHECK_AS(AutogradError, !strict, "the outputs do not depend on input ", i,
                    "; without strict its derivative is zero");
    grads[i] = zeros_like(inputs[i]);
  }
  return grads;
}

const Tensor& single_number(std::string_view op, const variable_list& outputs) {
  HEARTH_CHECK_AS(ValueError, outputs.size() == 1 && outputs[0].numel() == 1, "[", op,
                  "] the function must return a single number");
  return outputs[0];
}

/// The gradient of a function of one number, which can be differentiated again.
Functions gradient_of(std::string_view op, const Functions& function, bool strict) {
  return [op, function, strict](const variable_list& inputs) {
    const variable_list out = function(inputs);
    const Tensor& y = single_number(op, out);
    return gradients({y}, inputs, {ones_like(y)}, /*create_graph=*/true, strict);
  };
}

Functions of_lists(const Function& function) {
  return [function](const variable_list& in) { return variable_list{function(in[0])}; };
}

}  // namespace

Product vjp(const Functions& function, const variable_list& inputs, const variable_list& v,
            bool create_graph, bool strict) {
  Recorded r = record(function, inputs, create_graph);
  const variable_list weights = direction("vjp", r.outputs, v, "output");
  variable_list product = gradients(r.outputs, r.inputs, weights, create_graph, strict);
  detach_all(r.outputs, create_graph);
  return {std::move(r.outputs), std::move(product)};
}

Product jvp(const Functions& function, const variable_list& inputs, const variable_list& v,
            bool create_graph, bool strict) {
  Recorded r = record(function, inputs, create_graph);
  const variable_list along = direction("jvp", r.inputs, v, "input");
  // v^T J is linear in v, and its derivative with respect to v is J.
  variable_list dual;
  for (const Tensor& t : r.outputs) dual.push_back(zeros_like(t).set_requires_grad(true));
  const variable_list transposed =
      gradients(r.outputs, r.inputs, dual, /*create_graph=*/true, strict);
  variable_list product = gradients(transposed, dual, along, create_graph, /*strict=*/false);
  detach_all(r.outputs, create_graph);
  return {std::move(r.outputs), std::move(product)};
}

namespace {

/// One call of the function for each element of the inputs.
std::vector<variable_list> forward_jacobian(const Functions& function,
                                            const variable_list& inputs) {
  std::vector<variable_list> all;
  for (size_t k = 0; k < inputs.size(); ++k) {
    const int64_t n = inputs[k].numel();
    std::vector<variable_list> columns;  // [output][element]
    variable_list outputs;
    // Without elements, once: for what the outputs look like.
    for (int64_t j = 0; j < std::max<int64_t>(n, 1); ++j) {
      AutoGradMode record(true);
      const forward_ad::dual_level level;
      variable_list in;
      for (const Tensor& t : inputs) in.push_back(t.detach().set_requires_grad(true));
      if (n > 0) {
        const Tensor direction = zeros({n}, inputs[k].options());
        direction.select(0, j).fill_(1);
        in[k] = forward_ad::make_dual(in[k], direction.view(inputs[k].sizes()));
      }
      outputs = function(in);
      columns.resize(outputs.size());
      for (size_t i = 0; i < outputs.size() && n > 0; ++i) {
        const Tensor tangent = forward_ad::unpack_dual(outputs[i]).tangent;
        columns[i].push_back(tangent.defined() ? tangent.detach()
                                               : zeros(outputs[i].sizes(), outputs[i].options()));
      }
    }
    all.resize(outputs.size());
    for (size_t i = 0; i < outputs.size(); ++i) {
      std::vector<int64_t> sizes = outputs[i].sizes().vec();
      sizes.insert(sizes.end(), inputs[k].sizes().begin(), inputs[k].sizes().end());
      all[i].push_back(n > 0 ? stack(columns[i], -1).view(sizes)
                             : zeros(sizes, outputs[i].options()));
    }
  }
  return all;
}

}  // namespace

std::vector<variable_list> jacobian(const Functions& function, const variable_list& inputs,
                                    bool create_graph, bool strict, Strategy strategy) {
  if (strategy == Strategy::ForwardMode) {
    HEARTH_CHECK_AS(NotImplementedError, !create_graph && !strict,
                    "[jacobian] create_graph and strict are not supported together with the "
                    "forward-mode strategy; set them to false or use the reverse-mode strategy");
    return forward_jacobian(function, inputs);
  }
  const Recorded r = record(function, inputs, create_graph);
  std::vector<variable_list> all;
  for (const Tensor& output : r.outputs) {
    std::vector<variable_list> rows(r.inputs.size());
    const Tensor flat = output.reshape({-1});
    for (int64_t i = 0; i < flat.numel(); ++i) {
      const Tensor one = flat.select(0, i);
      const variable_list row = gradients({one}, r.inputs, {ones_like(one)}, create_graph, strict);
      for (size_t k = 0; k < row.size(); ++k) rows[k].push_back(row[k]);
    }
    variable_list of_output;
    for (size_t k = 0; k < rows.size(); ++k) {
      std::vector<int64_t> sizes = output.sizes().vec();
      sizes.insert(sizes.end(), inputs[k].sizes().begin(), inputs[k].sizes().end());
      of_output.push_back(rows[k].empty() ? zeros(sizes, inputs[k].options())
                                          : stack(rows[k]).view(sizes));
    }
    detach_all(of_output, create_graph);
    all.push_back(std::move(of_output));
  }
  return all;
}

std::vector<variable_list> hessian(const Functions& function, const variable_list& inputs,
                                   bool create_graph, bool strict,
                                   Strategy outer_jacobian_strategy) {
  return jacobian(gradient_of("hessian", function, strict), inputs, create_graph, strict,
                  outer_jacobian_strategy);
}

Product vhp(const Functions& function, const variable_list& inputs, const variable_list& v,
            bool create_graph, bool strict) {
  Recorded r = record(function, inputs, create_graph);
  const Tensor& y = single_number("vhp", r.outputs);
  const variable_list along = direction("vhp", r.inputs, v, "input");
  const variable_list first =
      gradients({y}, r.inputs, {ones_like(y)}, /*create_graph=*/true, strict);
  variable_list product = gradients(first, r.inputs, along, create_graph, /*strict=*/false);
  detach_all(r.outputs, create_graph);
  return {std::move(r.outputs), std::move(product)};
}

Product hvp(const Functions& function, const variable_list& inputs, const variable_list& v,
            bool create_graph, bool strict) {
  Recorded r = record(function, inputs, create_graph);
  single_number("hvp", r.outputs);
  Product p = jvp(gradient_of("hvp", function, strict), inputs,
                  direction("hvp", inputs, v, "input"), create_graph, strict);
  detach_all(r.outputs, create_graph);
  p.outputs = std::move(r.outputs);
  return p;
}

Tensor jacobian(const Function& function, const Tensor& input, bool create_graph, bool strict,
                Strategy strategy) {
  return jacobian(of_lists(function), {input}, create_graph, strict, strategy)[0][0];
}

Tensor hessian(const Function& function, const Tensor& input, bool create_graph, bool strict,
               Strategy outer_jacobian_strategy) {
  return hessian(of_lists(function), {input}, create_graph, strict, outer_jacobian_strategy)[0][0];
}

}  // namespace hearth::autograd::functional
