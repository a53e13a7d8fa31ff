// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <typeinfo>
#include <unordered_map>
#include <utility>
#include <vector>

#include "hearth/autograd/grad_mode.h"
#include "hearth/autograd/ivalue.h"
#include "hearth/autograd/node.h"

namespace hearth::autograd {

struct CustomNode;

using IndexRange = std::pair<size_t, size_t>;

/// What a custom function's forward leaves for its backward.
class HEARTH_API AutogradContext {
 public:
  AutogradContext() = default;
  AutogradContext(const AutogradContext&) = delete;
  AutogradContext& operator=(const AutogradContext&) = delete;

  /// Anything but tensors of the graph.
  std::unordered_map<std::string, IValue> saved_data;
  /// Keeps inputs or outputs for backward, with version checks. Call once, in forward.
  void save_for_backward(variable_list to_save) { to_save_ = std::move(to_save); }
  /// What save_for_backward kept; call it in backward.
  variable_list get_saved_variables() const;
  /// Inputs that forward wrote in place (and returns).
  void mark_dirty(const variable_list& inputs);
  /// Outputs that carry no gradient.
  void mark_non_differentiable(const variable_list& outputs);
  /// Whether absent gradients reach backward as zeros (the default) or undefined.
  void set_materialize_grads(bool value) { materialize_grads_ = value; }
  /// Whether the i-th Tensor argument of apply needs a gradient; in backward, one that somebody
  /// asked for.
  bool needs_input_grad(size_t i) const;
  /// Whether any of some ranges of them does, from the first up to the second.
  bool needs_input_grad(std::initializer_list<IndexRange> ranges) const;

 private:
  friend struct CustomNode;
  struct Saved {
    Tensor tensor;
    uint32_t version = 0;
    Edge edge;           ///< where gradients of an input flow
    int output_nr = -1;  ///< of an output
  };
  variable_list to_save_;
  std::vector<Saved> saved_;
  std::vector<TensorImpl*> dirty_, non_differentiable_;
  bool materialize_grads_ = true;
  bool released_ = false;
  CustomNode* node_ = nullptr;
};

/// The node of a custom function: its context, and backward without its type.
struct HEARTH_API CustomNode : Node {
  CustomNode();
  GradList apply(GradList&& grads) final;
  void release_variables() final;
  virtual variable_list call_backward(variable_list grads) = 0;

  /// Connects inputs before forward runs.
  void set_inputs(const variable_list& inputs, std::vector<bool> is_tensor);
  /// Gives the outputs of forward their history.
  variable_list finish(const variable_list& outputs);

  AutogradContext ctx;

 private:
  friend class AutogradContext;
  bool finish_output(Tensor& t, size_t i, size_t num_outputs);
  void save(const variable_list& outputs);
  void finish_tangents(const variable_list& outputs);

  variable_list inputs_;
  std::vector<bool> is_tensor_;  ///< per argument of apply, and per tensor of a TensorList
  bool executable_ = false;      ///< recording, and an input needs a gradient
  variable_list tangents_;       ///< of the inputs, in forward mode
  bool dual_ = false;            ///< some of them are defined
};

/// "torch::autograd::CppNode<Scale>" from a type id's name.
HEARTH_API std::string custom_node_name(const char* type_name);

/// An operation with a backward of its own (torch::autograd::Function):
///
///   struct Scale : hearth::autograd::Function<Scale> {
///     static Tensor forward(AutogradContext* ctx, Tensor x, double factor) {
///       ctx->saved_data["factor"] = factor;
///       return x * factor;
///     }
///     static variable_list backward(AutogradContext* ctx, variable_list grads) {
///       return {grads[0] * ctx->saved_data["factor"].toDouble(), Tensor()};
///     }
///   };
///   Tensor y = Scale::apply(x, 2.0);
///
/// backward returns one gradient per argument of forward, undefined for those that are no tensors;
/// a TensorList counts as so many arguments as it has tensors. Tensors in a std::vector get none.
template <class T>
struct Function {
  template <class X = T, class... Args>
  static auto apply(Args&&... args) {
    auto* node = new TypedNode<X>;
    const NodePtr handle = NodePtr::adopt(node);
    variable_list inputs;
    std::vector<bool> is_tensor;
    (collect(inputs, is_tensor, args), ...);
    node->set_inputs(inputs, std::move(is_tensor));
    using Result = decltype(X::forward(&node->ctx, std::forward<Args>(args)...));
    Result result = [&] {
      AutoGradMode off(false);
      return X::forward(&node->ctx, std::forward<Args>(args)...);
    }();
    if constexpr (std::is_same_v<std::decay_t<Result>, Tensor>) {
      return node->finish({result})[0];
    } else {
      return node->finish(result);
    }
  }

 private:
  template <class X>
  struct TypedNode final : CustomNode {
    std::string name() const override { return custom_node_name(typeid(X).name()); }
    variable_list call_backward(variable_list grads) override {
      return X::backward(&ctx, std::move(grads));
    }
  };

  static void collect(variable_list& inputs, std::vector<bool>& is_tensor, const Tensor& t) {
    inputs.push_back(t);
    is_tensor.push_back(true);
  }
  static void collect(variable_list& inputs, std::vector<bool>& is_tensor,
                      const std::optional<Tensor>& t) {
    const bool given = t && t->defined();
    if (given) inputs.push_back(*t);
    is_tensor.push_back(given);
  }
  static void collect(variable_list& inputs, std::vector<bool>& is_tensor, TensorList list) {
    for (const Tensor& t : list) collect(inputs, is_tensor, t);
  }
  template <class A>
  static void collect(variable_list&, std::vector<bool>& is_tensor, const A&) {
    is_tensor.push_back(false);
  }
};

}  // namespace hearth::autograd
