// SPDX-License-Identifier: Apache-2.0
#include "hearth/autograd/function.h"

#include <algorithm>
#include <cstdlib>

#include <cxxabi.h>

#include "autograd/meta.h"
#include "base/thread_state.h"

namespace hearth::autograd {

namespace {

bool contains(const std::vector<TensorImpl*>& list, const Tensor& t) {
  return std::find(list.begin(), list.end(), t.unsafeGetTensorImpl()) != list.end();
}

}  // namespace

std::string custom_node_name(const char* type_name) {
  int status = 0;
  char* readable = abi::__cxa_demangle(type_name, nullptr, nullptr, &status);
  std::string name = cat_str("CppNode<", readable ? readable : type_name, ">");
  std::free(readable);
  return name;
}

void AutogradContext::mark_dirty(const variable_list& inputs) {
  for (const Tensor& t : inputs) dirty_.push_back(t.unsafeGetTensorImpl());
}
void AutogradContext::mark_non_differentiable(const variable_list& outputs) {
  for (const Tensor& t : outputs) non_differentiable_.push_back(t.unsafeGetTensorImpl());
}
bool AutogradContext::needs_input_grad(size_t i) const {
  return node_ && i < node_->edges.size() && node_->edges[i].is_valid();
}

variable_list AutogradContext::get_saved_variables() const {
  HEARTH_CHECK_AS(AutogradError, !released_, "[Function] ", kFreedMessage);
  variable_list out;
  for (const Saved& s : saved_) {
    if (!s.tensor.defined()) {
      out.emplace_back();
      continue;
    }
    HEARTH_CHECK_AS(
        AutogradError, impl(s.tensor).storage->version == s.version, "[", node_->name(),
        "] one of the variables needed for gradient computation has been modified by an "
        "inplace operation: a saved tensor of sizes ",
        s.tensor.sizes(), " is at version ", impl(s.tensor).storage->version, "; expected version ",
        s.version, " instead");
    if (s.output_nr < 0) {
      out.push_back(s.tensor);
      continue;
    }
    Tensor t = alias_tensor(s.tensor);
    set_history(t, NodePtr(node_), static_cast<uint32_t>(s.output_nr));
    out.push_back(std::move(t));
  }
  return out;
}

CustomNode::CustomNode() { ctx.node_ = this; }

void CustomNode::set_inputs(const variable_list& tensors, std::vector<bool> is_tensor) {
  inputs_ = tensors;
  is_tensor_ = std::move(is_tensor);
  if (!thread_state().grad_enabled) {
    edges.resize(tensors.size());
    return;
  }
  for (const Tensor& t : tensors) {
    edges.push_back(requires_grad(t) ? gradient_edge(t) : Edge{});
    executable_ |= requires_grad(t);
  }
}

variable_list CustomNode::finish(const variable_list& outputs, bool recording) {
  variable_list out = outputs;
  const bool record = recording && executable_;
  for (size_t i = 0; i < out.size(); ++i) {
    Tensor& t = out[i];
    inputs.push_back(t.defined() ? InputMeta{impl(t).sizes, impl(t).dtype, impl(t).device}
                                 : InputMeta{});
    if (!t.defined()) continue;
    const bool dirty = contains(ctx.dirty_, t);
    const bool plain = contains(ctx.non_differentiable_, t) || !is_differentiable(impl(t).dtype);
    bool is_input = false;
    for (const Tensor& in : inputs_) is_input |= in.is_same(t);
    if (!record) continue;
    if (dirty) {
      HEARTH_CHECK_AS(AutogradError, is_input && out.size() == 1,
                      "[Function] an input marked dirty must be the one output of the function");
      ThreadState state = thread_state();
      state.grad_enabled = true;
      ThreadStateGuard guard(state);
      check_inplace(t, name());
      bump_version(t);
      rebase_history(t, NodePtr(this));
      continue;
    }
    // An input returned as it is becomes a tensor of its own.
    if (is_input) t = alias_tensor(t);
    if (plain) {
      impl(t).requires_grad = false;
      continue;
    }
    if (ViewInfo* view = view_info(t)) view->creation = CreationMeta::CustomFunction;
    set_history(t, NodePtr(this), static_cast<uint32_t>(i));
  }
  if (record) {
    for (const Tensor& t : ctx.to_save_) {
      AutogradContext::Saved s;
      s.tensor = t;
      for (size_t i = 0; t.defined() && i < outputs.size(); ++i) {
        if (!outputs[i].is_same(t)) continue;
        // Kept without its grad_fn, so that the node does not own itself.
        s.tensor = alias_tensor(t);
        s.output_nr = static_cast<int>(i);
      }
      if (t.defined()) s.version = impl(t).storage->version;
      ctx.saved_.push_back(std::move(s));
    }
  }
  ctx.to_save_.clear();
  ctx.dirty_.clear();
  ctx.non_differentiable_.clear();
  inputs_.clear();
  return out;
}

GradList CustomNode::apply(GradList&& grads) {
  variable_list in;
  for (size_t i = 0; i < grads.size(); ++i) {
    if (!grads[i].defined() && ctx.materialize_grads_) {
      in.push_back(new_tensor(inputs[i].sizes, inputs[i].dtype, inputs[i].device));
      in.back().zero_();
    } else {
      in.push_back(std::move(grads[i]));
    }
  }
  variable_list result = call_backward(std::move(in));
  // Gradients past the arguments, if any, must be empty.
  while (result.size() > is_tensor_.size() && !result.back().defined()) result.pop_back();
  HEARTH_CHECK_AS(AutogradError, result.size() == is_tensor_.size(), "[", name(),
                  "] function returned an incorrect number of gradients (expected ",
                  is_tensor_.size(), ", got ", result.size(), ")");
  GradList out;
  for (size_t i = 0; i < result.size(); ++i) {
    if (is_tensor_[i]) {
      out.push_back(std::move(result[i]));
      continue;
    }
    HEARTH_CHECK_AS(AutogradError, !result[i].defined(), "[", name(),
                    "] function returned a gradient different that is defined at position ", i + 1,
                    ", but the corresponding forward input was not a Variable");
  }
  return out;
}

void CustomNode::release_variables() {
  ctx.saved_.clear();
  ctx.released_ = true;
}

}  // namespace hearth::autograd
