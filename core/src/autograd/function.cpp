// SPDX-License-Identifier: Apache-2.0
#include "hearth/autograd/function.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include <cxxabi.h>

#include "autograd/meta.h"
#include "autograd/transposed.h"
#include "base/thread_state.h"

namespace hearth::autograd {

namespace {

bool contains(const std::vector<TensorImpl*>& list, const Tensor& t) {
  return std::find(list.begin(), list.end(), t.unsafeGetTensorImpl()) != list.end();
}
bool contains(const variable_list& list, const TensorImpl* t) {
  return std::any_of(list.begin(), list.end(),
                     [&](const Tensor& x) { return x.unsafeGetTensorImpl() == t; });
}

}  // namespace

std::string custom_node_name(const char* type_name) {
  int status = 0;
  char* readable = abi::__cxa_demangle(type_name, nullptr, nullptr, &status);
  std::string name = cat_str("torch::autograd::CppNode<", readable ? readable : type_name, ">");
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
  return node_ && i < node_->edges.size() && gradient_is_wanted(*node_, i);
}
bool AutogradContext::needs_input_grad(std::initializer_list<IndexRange> ranges) const {
  for (const auto& [begin, end] : ranges)
    for (size_t i = begin; i < end; ++i)
      if (needs_input_grad(i)) return true;
  return false;
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
        AutogradError, version_of(s.tensor) == s.version, "[", node_->name(),
        "] one of the variables needed for gradient computation has been modified by an "
        "inplace operation: a saved tensor of sizes ",
        s.tensor.sizes(), " is at version ", version_of(s.tensor), "; expected version ", s.version,
        " instead");
    Edge edge = s.edge;
    if (s.output_nr >= 0 && node_->executable_)
      edge = {NodePtr(node_), static_cast<uint32_t>(s.output_nr)};
    out.push_back(with_history(s.tensor, edge));
  }
  return out;
}

CustomNode::CustomNode() { ctx.node_ = this; }

void CustomNode::set_inputs(const variable_list& tensors, std::vector<bool> is_tensor) {
  inputs_ = tensors;
  is_tensor_ = std::move(is_tensor);
  for (const Tensor& t : tensors) {
    executable_ |= requires_grad(t);
    // A copy, because forward may write into the input.
    tangents_.push_back(is_dual(t) ? tangent_of(t).clone() : Tensor());
    dual_ |= tangents_.back().defined();
  }
  executable_ &= thread_state().grad_enabled;
  for (const Tensor& t : tensors)
    edges.push_back(executable_ && requires_grad(t) ? gradient_edge(t) : Edge{});
}

variable_list CustomNode::finish(const variable_list& outputs) {
  for (const TensorImpl* dirty : ctx.dirty_)
    HEARTH_CHECK_AS(AutogradError, contains(outputs, dirty), "[", name(),
                    "] Some elements marked as dirty during the forward method were not returned "
                    "as output. The inputs that are modified inplace must all be outputs of the "
                    "Function.");
  for (const Tensor& t : inputs_)
    if (t.defined() && contains(ctx.dirty_, t)) bump_version(t);
  variable_list out = outputs;
  size_t differentiable = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    inputs.push_back(out[i].defined()
                         ? InputMeta{impl(out[i]).sizes, impl(out[i]).dtype, impl(out[i]).device}
                         : InputMeta{});
    if (out[i].defined()) differentiable += finish_output(out[i], i, outputs.size());
  }
  for (const Tensor& t : out)
    if (differentiable > 1 && t.defined() && t.is_view())
      impl(t).creation = CreationMeta::MultiOutput;
  if (executable_ || dual_) save(out);
  if (dual_) finish_tangents(out);
  ctx.to_save_.clear();
  ctx.dirty_.clear();
  ctx.non_differentiable_.clear();
  inputs_.clear();
  return out;
}

bool CustomNode::finish_output(Tensor& t, size_t i, size_t num_outputs) {
  const bool is_input = contains(inputs_, t.unsafeGetTensorImpl());
  const bool dirty = contains(ctx.dirty_, t);
  const bool differentiable =
      executable_ && !contains(ctx.non_differentiable_, t) && is_differentiable(impl(t).dtype);
  if (differentiable && dirty) {
    check_inplace(t, name());
    HEARTH_CHECK_AS(AutogradError, !t.is_view() || num_outputs == 1, "[", name(),
                    "] If your Function modifies inplace an input that is a view of another "
                    "Tensor, your Function cannot return more than one Tensor. Make sure the input "
                    "is not a view (using .clone() for example) or return one Tensor.");
    rebase_history(t, NodePtr(this), static_cast<uint32_t>(i));
    return true;
  }
  // What was an input or has a history already becomes a tensor of its own.
  if (is_input && !dirty && (differentiable || !requires_grad(t))) {
    const NoGradGuard no_grad;
    t = t.alias();
  } else if (!differentiable && requires_grad(t) && (is_input || !t.is_view())) {
    t = t.detach();
  }
  if (differentiable) set_history(t, NodePtr(this), static_cast<uint32_t>(i));
  if (t.is_view() && !dirty) {
    impl(t).creation = CreationMeta::CustomFunction;
    impl(t).seen_version.store(version_of(t), std::memory_order_relaxed);
  }
  return differentiable;
}

void CustomNode::save(const variable_list& outputs) {
  for (const Tensor& t : ctx.to_save_) {
    AutogradContext::Saved s;
    for (size_t i = 0; t.defined() && i < outputs.size(); ++i)
      if (outputs[i].is_same(t) && !contains(ctx.non_differentiable_, t) &&
          is_differentiable(impl(t).dtype))
        s.output_nr = static_cast<int>(i);
    if (t.defined()) {
      s.tensor = without_history(t);
      s.version = version_of(t);
      if (s.output_nr < 0 && requires_grad(t)) s.edge = gradient_edge(t);
    }
    ctx.saved_.push_back(std::move(s));
  }
}

/// The derivative is that of backward, which need not be that of what forward calls.
void CustomNode::finish_tangents(const variable_list& outputs) {
  variable_list along, differentiable = outputs, derivatives;
  for (size_t i = 0, next = 0; i < is_tensor_.size(); ++i)
    along.push_back(is_tensor_[i] ? tangents_[next++] : Tensor());
  for (Tensor& t : differentiable)
    if (t.defined() && (contains(ctx.non_differentiable_, t) || !is_differentiable(impl(t).dtype)))
      t = Tensor();
  {
    // Tangents of tangents are nobody's business.
    std::shared_ptr<ForwardLevel>* level = std::exchange(forward_level(), nullptr);
    struct Entered {
      std::shared_ptr<ForwardLevel>* level;
      ~Entered() { forward_level() = level; }
    } entered{level};
    derivatives = transposed(differentiable, along, [&](const variable_list& gradients) {
      GradList found;
      for (Tensor& t : call_backward(gradients)) found.push_back(std::move(t));
      found.resize(along.size());
      for (size_t i = 0; i < along.size(); ++i)
        HEARTH_CHECK_AS(NotImplementedError,
                        !along[i].defined() || !found[i].defined() || found[i].requires_grad(), "[",
                        name(),
                        "] forward mode AD needs a backward that is made of differentiable "
                        "operations");
      return found;
    });
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Tensor& t = outputs[i];
    if (!t.defined()) continue;
    if (contains(ctx.dirty_, t)) {
      write_tangent(t, derivatives[i]);
    } else {
      set_tangent(t, derivatives[i].defined() ? copy_laid_out_as(t, derivatives[i]) : Tensor());
    }
  }
  for (const AutogradContext::Saved& s : ctx.saved_)
    if (s.output_nr >= 0) share_tangent(outputs[static_cast<size_t>(s.output_nr)], s.tensor);
  tangents_.clear();
  if (!executable_) release_variables();
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
