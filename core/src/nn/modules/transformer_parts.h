// SPDX-License-Identifier: Apache-2.0
// What the layers and stacks of transformers share.
#pragma once

#include "hearth/nn/modules/transformer.h"
#include "hearth/ops/pointwise.h"

#include "nn/builtin.h"

namespace hearth::nn {

inline Tensor activate(const activation_t& activation, const Tensor& x) {
  if (const auto* function = std::get_if<Callable<Tensor(const Tensor&)>>(&activation))
    return (*function)(x);
  return std::holds_alternative<enumtype::kReLU>(activation) ? relu(x) : gelu(x);
}

/// The submodules of a layer, by its options.
struct LayerParts {
  const TransformerEncoderLayerOptions& options;

  MultiheadAttention attention() const {
    return MultiheadAttention(MultiheadAttentionOptions(options.d_model(), options.nhead())
                                  .dropout(options.dropout())
                                  .bias(options.bias())
                                  .batch_first(options.batch_first())
                                  .hidden_rows_are_nan(true));
  }
  Linear linear(int64_t in, int64_t out) const {
    return Linear(LinearOptions(in, out).bias(options.bias()));
  }
  LayerNorm norm() const {
    return LayerNorm(
        LayerNormOptions({options.d_model()}).eps(options.layer_norm_eps()).bias(options.bias()));
  }
  Dropout dropout() const { return Dropout(options.dropout()); }
};

/// One step of a layer: x and f of it, with the norm before f or after the sum.
template <typename F>
Tensor residual(const Tensor& x, LayerNorm& norm, bool norm_first, const F& f) {
  return norm_first ? x + f(norm(x)) : norm(x + f(x));
}

/// reset() of a stack: copies of `layer`, and the norm of the options.
template <typename Stack, typename Layer>
void reset_stack(Stack& stack, const Layer& layer) {
  stack.layers = stack.register_module("layers", ModuleList());
  for (int64_t i = 0; i < stack.options.num_layers(); ++i) stack.layers->push_back(layer->clone());
  stack.norm = stack.options.norm();
  if (!stack.norm.is_empty()) stack.register_module("norm", stack.norm.ptr());
}

/// reset_parameters() of a stack. Nothing says whether the norm can start anew, so that a copy of
/// the options' one takes its place.
template <typename LayerImpl, typename Stack>
void reset_stack_parameters(Stack& stack) {
  for (const auto& module : *stack.layers) module->template as<LayerImpl>()->reset_parameters();
  if (!stack.norm.is_empty()) stack.unregister_module("norm");
  stack.norm = stack.options.norm().clone();
  if (!stack.norm.is_empty()) stack.register_module("norm", stack.norm.ptr());
}

/// clone() of a stack, whose reset() registers the norm of the options itself: the copy needs one
/// of its own there.
template <typename Stack>
std::shared_ptr<Module> clone_stack(const Stack& stack, const std::optional<Device>& device) {
  Stack with_own_norm(stack);
  with_own_norm.options.norm(stack.options.norm().clone(device));
  return clone_module(with_own_norm, device);
}

}  // namespace hearth::nn
