// SPDX-License-Identifier: Apache-2.0
// What a tensor knows about gradients. Most tensors have none of this.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "hearth/autograd/node.h"

#include "base/small_mutex.h"
#include "dispatch/op.h"

namespace hearth::autograd {

inline constexpr char kFreedMessage[] =
    "Trying to backward through the graph a second time (or directly access saved tensors after "
    "they have already been freed). Saved intermediate values of the graph are freed when you call "
    ".backward() or autograd::grad(). Specify retain_graph=true if you need to backward through "
    "the graph a second time or if you need to access saved tensors after calling backward.";

/// How a view came to be, which decides what may be written through it.
enum class CreationMeta : uint8_t {
  Default,
  MultiOutput,     ///< one of several outputs of split, unbind ...: in-place would miss the others
  NoGrad,          ///< made under no_grad
  Inference,       ///< made in inference mode of a normal tensor
  CustomFunction,  ///< made inside a custom Function
};

/// One view op, as recorded, with its fields; a chain of them leads from the base to a view.
struct ViewStep {
  const OpTable* op;
  std::vector<std::byte> fields;
  std::shared_ptr<const ViewStep> first;  ///< the one of output 0, which has the fields
  size_t output_nr;
  std::shared_ptr<const ViewStep> previous;  ///< towards the base; null at the base

  ViewStep(const OpTable& op, const void* fields, std::shared_ptr<const ViewStep> previous);
  /// Another output of the call that `first` is of.
  ViewStep(std::shared_ptr<const ViewStep> first, size_t output_nr);
  ViewStep(const ViewStep&) = delete;
  ViewStep& operator=(const ViewStep&) = delete;
  ~ViewStep();
  /// Applies the whole chain to `base`, through the door.
  Tensor replay(const Tensor& base) const;
};

struct ViewInfo {
  Tensor base;  ///< never itself a view
  std::shared_ptr<const ViewStep> steps;
  CreationMeta creation = CreationMeta::Default;
  std::atomic<uint32_t> seen_version{0};
  SmallMutex mutex;  ///< held while the view's grad_fn is rebuilt
};

/// The hooks of a tensor, by the order they came in, which is their key; null where one was
/// removed. A list is shared with nodes that run it, and a hook with those that are calling it.
struct TensorHooks {
  std::vector<std::shared_ptr<HookHolder>> hooks;
};

struct AutogradMeta {
  Tensor grad;
  NodePtr grad_fn;
  uint32_t output_nr = 0;
  SmallMutex accumulator_mutex;
  SmallMutex grad_mutex;        ///< held while a gradient is added to grad
  Node* accumulator = nullptr;  ///< not owned: the node owns the leaf; cleared when it dies
  std::unique_ptr<ViewInfo> view;
  std::shared_ptr<TensorHooks> hooks;
  std::shared_ptr<Tensor> retained;  ///< retain_grad: where this non-leaf's gradient goes
};

/// The meta of `t`, made when it has none. Several threads may ask at once.
AutogradMeta& ensure_meta(const Tensor& t);
inline AutogradMeta* meta(const Tensor& t) {
  return __atomic_load_n(&impl(t).meta, __ATOMIC_ACQUIRE);
}
void destroy_meta(AutogradMeta* meta);

/// Whether operations on t are recorded for it.
inline bool requires_grad(const Tensor& t) { return t.defined() && impl(t).requires_grad; }
/// Whether t is a view whose history follows a base.
inline ViewInfo* view_info(const Tensor& t) {
  AutogradMeta* m = meta(t);
  return m ? m->view.get() : nullptr;
}
/// The edge gradients of t flow to: its grad_fn's input, its accumulator, or nothing.
Edge gradient_edge(const Tensor& t);
/// t's grad_fn, rebuilt from its base first when the base was written to since.
NodePtr current_grad_fn(const Tensor& t);
void set_history(const Tensor& t, NodePtr node, uint32_t output_nr);
/// After an in-place op recorded as `node`: t's (and for a view its base's) history is now that.
void rebase_history(const Tensor& t, NodePtr node);
/// Throws where autograd forbids writing into t in place.
void check_inplace(const Tensor& t, std::string_view op);
/// Makes the outputs of a call views of `in` in autograd's eyes.
void set_views(std::span<const Tensor> out, const Tensor& in, const OpTable& op, const void* fields,
               CreationMeta creation);

}  // namespace hearth::autograd
