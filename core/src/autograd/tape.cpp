// SPDX-License-Identifier: Apache-2.0
#include "autograd/tape.h"

#include <algorithm>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/grad_mode.h"

#include "autograd/anomaly.h"
#include "autograd/copy_slices.h"
#include "autograd/extras.h"
#include "autograd/inner_graph.h"
#include "base/allocator.h"
#include "base/thread_state.h"
#include "dispatch/interceptor.h"

namespace hearth::autograd {

static_assert(sizeof(OpNode) <= kHeaderBytes && sizeof(SavedSpecs) <= kHeaderBytes);

void* SavedSpecs::operator new(size_t) { return header_allocate(); }
void SavedSpecs::operator delete(void* block) { header_deallocate(block); }
void* OpNode::operator new(size_t) { return header_allocate(); }
void OpNode::operator delete(void* block) { header_deallocate(block); }

OpNode::OpNode(const OpTable& row, const void* from, const NeedMask& need_mask)
    : op(row), need(need_mask), fields(inline_fields) {
  if (op.fields.size > kFieldsBytes) fields = ::operator new(op.fields.size);
  op.fields.copy(fields, from);
}

OpNode::~OpNode() {
  op.fields.destroy(fields);
  if (fields != inline_fields) ::operator delete(fields);
}

void OpNode::save_in(size_t i, const Tensor& t, bool copied) {
  SavedTensor s;
  s.number = static_cast<uint32_t>(i);
  if (t.defined()) {
    HEARTH_CHECK_AS(AutogradError, !impl(t).inference, "[", op.info.name,
                    "] Inference tensors cannot be saved for backward. To work around you can make "
                    "a clone to get a normal tensor and use it in autograd.");
    if (copied) {
      const NoGradGuard no_grad;
      const Interceptor::Restored seen;
      s.tensor = t.clone();
    } else {
      s.tensor = without_history(t);
    }
    s.version = version_of(s.tensor);
  }
  saved.push_back(std::move(s));
}

void OpNode::save_out(size_t i, const Tensor& t) {
  SavedTensor s;
  s.tensor = alias_tensor(t);
  s.version = version_of(t);
  s.number = static_cast<uint32_t>(i);
  s.is_output = true;
  saved.push_back(std::move(s));
}

void OpNode::save_spec(const Tensor& t) {
  if (!t.defined()) {
    specs->list.emplace_back();
    return;
  }
  specs->list.emplace_back(impl(t).sizes, impl(t).strides, impl(t).dtype, impl(t).device);
  specs->list.back().offset = impl(t).offset;
}

namespace {

bool carries_gradient(const OpTable& op, size_t output, const Tensor& t) {
  return is_differentiable(impl(t).dtype) && !op.info.output(output).constant;
}

/// Whether bit i of what a row declares to save is set; the last bit speaks of all that follow.
bool declares(uint64_t mask, size_t i) { return mask >> std::min<size_t>(i, 63) & 1; }

}  // namespace

Tensor OpNode::unpack(const SavedTensor& s) const {
  HEARTH_CHECK_AS(AutogradError, !released, "[", op.info.name, "] ", kFreedMessage);
  if (!s.tensor.defined()) return {};
  const uint32_t version = version_of(s.tensor);
  HEARTH_CHECK_AS(
      AutogradError, version == s.version, "[", op.info.name,
      "] one of the variables needed for gradient computation has been modified by an inplace "
      "operation: a tensor of type ",
      impl(s.tensor).dtype, " and sizes ", s.tensor.sizes(), ", ",
      s.is_output ? "which is an output of " : "which is an input of ", name(), ", is at version ",
      version, "; expected version ", s.version,
      " instead. Hint: enable anomaly detection to find the operation that failed to compute its "
      "gradient, with DetectAnomalyGuard.");
  if (!s.is_output) return with_history(s.tensor, edges[s.number]);
  // In forward mode, nothing need be followed.
  const bool followed =
      std::any_of(edges.begin(), edges.end(), [](const Edge& e) { return e.is_valid(); });
  if (!followed || !carries_gradient(op, s.number, s.tensor)) return s.tensor;
  // Double backward goes through the output's own history: that of the base, if a view was written.
  if (Tensor part = written_part(*this, s.tensor); part.defined()) return part;
  return with_history(s.tensor, {NodePtr(const_cast<OpNode*>(this)), s.number});
}

NodePtr begin_record(const Invocation& call, const NeedMask& need) {
  auto* node = new OpNode(call.op, call.fields, need);
  NodePtr handle = NodePtr::adopt(node);
  node->num_in = static_cast<uint32_t>(call.in.size());
  if (call.op.saves) {
    node->declared = call.op.saves(call.op, call.fields, need);
  } else if (!call.op.vjp) {
    node->declared.in = ~uint64_t{0};  // backward runs decompose again
  }
  // A list's row declares more inputs than a call may have.
  if (call.in.size() < 64) node->declared.in &= (uint64_t{1} << call.in.size()) - 1;
  for (size_t i = 0; i < call.in.size(); ++i)
    if (declares(node->declared.in, i))
      node->save_in(i, call.in[i], call.bind == Bind::InPlace && i == 0);
  if (node->declared.specs) {
    node->specs = std::make_unique<SavedSpecs>();
    node->specs->list.reserve(call.in.size() + call.out.size());
    for (size_t i = 0; i < call.in.size(); ++i) node->save_spec(call.in[i]);
  }
  node->edges.reserve(call.in.size());
  for (size_t i = 0; i < call.in.size(); ++i) {
    Edge& edge = node->edges.emplace_back();
    if (need[i] && requires_grad(call.in[i])) edge = gradient_edge(call.in[i]);
  }
  if (thread_state().anomaly) note_forward_call(*node);
  return handle;
}

void save_outputs(const Invocation& call, OpNode& node) {
  for (size_t i = 0; i < call.out.size(); ++i)
    if (declares(node.declared.out, i)) node.save_out(i, call.out[i]);
  for (const Tensor& t : call.out) {
    if (node.specs) node.save_spec(t);
    node.inputs.push_back({impl(t).sizes, impl(t).dtype, impl(t).device});
  }
}

void save_tangents(const Invocation& call) {
  for (const Tensor& t : call.out) {
    const AutogradMeta* m = meta(follows_base(t) ? impl(t).base : t);
    auto* node = m && m->grad_fn ? dynamic_cast<OpNode*>(written_by(*m->grad_fn)) : nullptr;
    if (!node || &node->op != &call.op) continue;
    for (const SavedTensor& s : node->saved)
      if (s.is_output) share_tangent(call.out[s.number], s.tensor);
    return;
  }
}

void finish_record(const Invocation& call, NodePtr handle) {
  auto& node = static_cast<OpNode&>(*handle);
  save_outputs(call, node);
  if (call.bind == Bind::InPlace) {
    // Another layout of the same elements is no business of a view's base.
    if (call.op.info.is_view()) {
      replace_history(call.out[0], std::move(handle), 0);
      impl(call.out[0]).seen_version.store(version_of(call.out[0]), std::memory_order_relaxed);
    } else {
      rebase_history(call.out[0], std::move(handle), 0);
    }
    return;
  }
  for (size_t i = 0, n = call.out.size(); i < n; ++i)
    if (carries_gradient(call.op, i, call.out[i]))
      set_history(call.out[i], i + 1 == n ? std::move(handle) : handle, static_cast<uint32_t>(i));
}

void OpNode::release_variables() {
  released = !saved.empty();
  for (SavedTensor& s : saved) s.tensor = Tensor();
}

namespace {

/// For rows without a vjp: runs decompose on the saved inputs with recording on, and differentiates
/// that.
GradList vjp_by_decompose(const OpNode& node, Args g) {
  GradList result(node.num_in);
  InnerGraph inner;
  Tensors inputs;
  std::vector<Tensor> wanted;
  std::vector<size_t> where;
  for (size_t i = 0; i < node.saved.size(); ++i) {
    const Tensor t = node.unpack(node.saved[i]);
    inputs.push_back(inner.input(t, node.edges[i]));
    if (!node.edges[i].is_valid()) continue;
    wanted.push_back(inputs[i]);
    where.push_back(i);
  }
  const bool create_graph = thread_state().grad_enabled;
  ThreadState state = thread_state();
  state.grad_enabled = true;
  ThreadStateGuard guard(state);
  InlineVector<const Tensor*, 8> pointers;
  for (const Tensor& t : inputs) pointers.push_back(&t);
  Tensors out = node.op.decompose(node.op, node.fields, Args(pointers.data(), pointers.size()));
  std::vector<Tensor> outputs, grads;
  for (size_t i = 0; i < out.size(); ++i) {
    if (!g[i].defined() || !out[i].requires_grad()) continue;
    outputs.push_back(out[i]);
    grads.push_back(g[i]);
  }
  if (outputs.empty()) return result;
  const variable_list found =
      autograd::grad(outputs, wanted, grads, create_graph, create_graph, /*allow_unused=*/true);
  for (size_t k = 0; k < where.size(); ++k) result[where[k]] = found[k];
  if (create_graph) inner.connect();
  return result;
}

}  // namespace

GradList OpNode::apply(GradList&& grads) {
  HEARTH_CHECK_AS(AutogradError, !released, "[", op.info.name, "] ", kFreedMessage);
  bool any = false;
  for (const Tensor& g : grads) any |= g.defined();
  if (!any) return GradList(edges.size());
  InlineVector<const Tensor*, 4> pointers;
  for (const Tensor& g : grads) pointers.push_back(&g);
  const Args g(pointers.data(), pointers.size());
  if (op.vjp) return op.vjp(op, fields, Saved(*this), g, need);
  return vjp_by_decompose(*this, g);
}

}  // namespace hearth::autograd

namespace hearth {

namespace {

/// Position of tensor i among the saved ones of `mask`.
size_t rank_of(uint64_t mask, size_t i) {
  if (i < 64) return static_cast<size_t>(__builtin_popcountll(mask & ((uint64_t{1} << i) - 1)));
  return static_cast<size_t>(__builtin_popcountll(mask)) +
         (autograd::declares(mask, i) ? i - 64 : 0);
}

/// Notes that `i` was read. Threads may walk one graph at a time.
void note_read(uint64_t& read, size_t i) {
  const uint64_t bit = uint64_t{1} << std::min<size_t>(i, 63);
  if ((__atomic_load_n(&read, __ATOMIC_RELAXED) & bit) == 0)
    __atomic_fetch_or(&read, bit, __ATOMIC_RELAXED);
}

[[noreturn]] void throw_undeclared(const autograd::OpNode& node, const char* what, size_t i) {
  throw AutogradError(cat_str("[", node.op.info.name, "] its vjp reads ", what, " ", i,
                              ", which saves() does not declare"));
}

}  // namespace

Tensor Saved::in(size_t i) const {
  if (!autograd::declares(node_.declared.in, i)) throw_undeclared(node_, "input", i);
  note_read(node_.read_in, i);
  if (i >= node_.num_in) return {};
  return node_.unpack(node_.saved[rank_of(node_.declared.in, i)]);
}

Tensor Saved::out(size_t i) const {
  if (!autograd::declares(node_.declared.out, i)) throw_undeclared(node_, "output", i);
  note_read(node_.read_out, i);
  const size_t first = rank_of(node_.declared.in, node_.num_in);
  return node_.unpack(node_.saved[first + rank_of(node_.declared.out, i)]);
}

const Spec& Saved::in_spec(size_t i) const {
  if (!node_.specs) throw_undeclared(node_, "the specs of input", i);
  return node_.specs->list[i];
}

const Spec& Saved::out_spec(size_t i) const {
  if (!node_.specs) throw_undeclared(node_, "the specs of output", i);
  return node_.specs->list[node_.num_in + i];
}

const DimVector& Saved::in_sizes(size_t i) const {
  const autograd::Edge& edge = node_.edges[i];
  HEARTH_CHECK_AS(AutogradError, edge.is_valid(), "[", node_.op.info.name,
                  "] its vjp asks for the sizes of input ", i, ", which needs no gradient");
  return edge.function->inputs[edge.input_nr].sizes;
}

size_t Saved::num_inputs() const { return node_.num_in; }

}  // namespace hearth
