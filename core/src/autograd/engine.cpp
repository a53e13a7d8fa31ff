// SPDX-License-Identifier: Apache-2.0
// Backward: walks the tape from the outputs in the calling thread. Re-entrant: a hook or a custom
// node may call backward again.
#include <algorithm>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "hearth/autograd/autograd.h"
#include "hearth/base/warning.h"

#include "autograd/accumulate.h"
#include "autograd/anomaly.h"
#include "autograd/extras.h"
#include "base/fresh_stack.h"
#include "base/thread_state.h"
#include "dispatch/interceptor.h"

namespace hearth::autograd {

namespace {

struct Capture {
  uint32_t input_nr;
  size_t position;
};

struct Task {
  NodePtr node;
  int dependencies = 0;
  bool needed = true;  ///< a wanted gradient lies beyond or at this node
  bool run = true;     ///< false: reached only to capture what arrives
  GradList grads;
  InlineVector<Capture, 1> captures;
};

/// How deep backward is in backwards of hooks and custom functions, in this thread. After so many
/// it goes on on another stack, so that no depth of them is too much for the thread's.
thread_local constinit unsigned depth = 0;
constexpr unsigned kDepthOfStack = 64;
constexpr size_t kStackBytes = kDepthOfStack * (size_t{256} << 10);

struct Deeper {
  Deeper() { ++depth; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;
  ~Deeper() { --depth; }
};

bool expands_to(const DimVector& sizes, IntArrayRef larger) {
  if (sizes.size() > larger.size()) return false;
  for (size_t i = 1; i <= sizes.size(); ++i) {
    const int64_t n = sizes[sizes.size() - i];
    if (n != 1 && n != larger[larger.size() - i]) return false;
  }
  return true;
}

class GraphRun;
/// The node that runs in this thread, and the run it is part of.
struct Running {
  const Node* node = nullptr;
  const GraphRun* run = nullptr;
};
thread_local constinit Running running;
struct RunningGuard {
  explicit RunningGuard(Running now) : outer(std::exchange(running, now)) {}
  RunningGuard(const RunningGuard&) = delete;
  RunningGuard& operator=(const RunningGuard&) = delete;
  ~RunningGuard() { running = outer; }
  Running outer;
};

class GraphRun {
 public:
  GraphRun(bool keep_graph, bool create_graph)
      : keep_graph_(keep_graph), create_graph_(create_graph) {}

  void add_root(const Edge& edge, Tensor grad) { roots_.emplace_back(edge, std::move(grad)); }
  void add_capture(const Edge& edge, size_t position) {
    captures_.emplace_back(edge, Capture{edge.input_nr, position});
  }

  /// Runs; answers what arrived at each capture.
  variable_list execute() {
    const Deeper level;
    if (depth % kDepthOfStack == 0) {
      call_on_fresh_stack(kStackBytes, [this] { run(); });
    } else {
      run();
    }
    return std::move(captured_);
  }

  /// Whether a walk from the roots led there, whatever arrived.
  bool reached(const Edge& edge) const { return index_.contains(edge.function.get()); }
  bool wants(const Edge& edge) const { return tasks_[index_.at(edge.function.get())].needed; }

 private:
  void run() {
    captured_.resize(captures_.size());
    discover();
    for (auto& [edge, grad] : roots_) deliver(edge, std::move(grad));
    ThreadState state = thread_state();
    state.grad_enabled = create_graph_;
    state.in_backward = true;
    state.inference = false;
    ThreadStateGuard guard(state);
    for (Task& t : tasks_)
      if (t.dependencies == 0) push(t);
    while (!ready_.empty()) {
      std::pop_heap(ready_.begin(), ready_.end(), later);
      Task& task = *ready_.back();
      ready_.pop_back();
      step(task);
    }
  }

  static bool later(const Task* a, const Task* b) {
    return a->node->sequence_nr < b->node->sequence_nr;
  }
  void push(Task& t) {
    ready_.push_back(&t);
    std::push_heap(ready_.begin(), ready_.end(), later);
  }

  /// Finds every reachable node, in an order where each comes before those it leads to only by
  /// chance; counts incoming edges; marks what leads to a capture.
  void discover() {
    std::vector<Node*> stack;
    std::vector<Node*> order;
    const auto visit = [&](Node* n) {
      if (index_.emplace(n, order.size()).second) {
        order.push_back(n);
        stack.push_back(n);
      }
    };
    for (const auto& [edge, grad] : roots_) visit(edge.function.get());
    while (!stack.empty()) {
      Node* n = stack.back();
      stack.pop_back();
      for (const Edge& e : n->edges)
        if (e.is_valid()) visit(e.function.get());
    }
    tasks_.resize(order.size());
    for (size_t i = 0; i < order.size(); ++i) {
      tasks_[i].node = NodePtr(order[i]);
      tasks_[i].grads.resize(order[i]->num_inputs());
      for (const Edge& e : order[i]->edges)
        if (e.is_valid()) ++task_of(e.function.get()).dependencies;
    }
    if (captures_.empty()) return;
    refuse_outgrown();
    mark_needed();
  }

  /// A leaf that changed its shape, dtype or device has a node of its own for each, and what
  /// reaches an older one would be missing from what is captured at the newest.
  void refuse_outgrown() const {
    for (const Task& t : tasks_) {
      if (t.node->sequence_nr != kLeafSequenceNr) continue;
      const auto* leaf = static_cast<const AccumulateGrad*>(t.node.get());
      if (!leaf->variable.defined()) continue;
      AutogradMeta& m = *meta(leaf->variable);
      const std::lock_guard lock(m.accumulator_mutex);
      if (m.accumulator == leaf) continue;
      for (const auto& [edge, capture] : captures_)
        HEARTH_CHECK_AS(AutogradError, edge.function.get() != m.accumulator, "[grad] input ",
                        capture.position,
                        " was changed to another shape, dtype or device since the graph was made; "
                        "expected it as it was then");
    }
  }

  void mark_needed() {
    for (Task& t : tasks_) t.needed = t.run = false;
    std::vector<std::vector<size_t>> parents(tasks_.size());
    for (size_t i = 0; i < tasks_.size(); ++i)
      for (const Edge& e : tasks_[i].node->edges)
        if (e.is_valid()) parents[index_.at(e.function.get())].push_back(i);
    std::vector<size_t> stack;
    for (const auto& [edge, capture] : captures_) {
      const auto found = index_.find(edge.function.get());
      if (found == index_.end()) continue;
      Task& t = tasks_[found->second];
      t.captures.push_back(capture);
      t.needed = true;
      stack.push_back(found->second);
    }
    // What lies on a path to a capture runs; the captured nodes themselves only if others lie
    // beyond them.
    while (!stack.empty()) {
      const size_t i = stack.back();
      stack.pop_back();
      for (size_t p : parents[i]) {
        if (tasks_[p].run) continue;
        tasks_[p].run = tasks_[p].needed = true;
        stack.push_back(p);
      }
    }
  }

  Task& task_of(Node* n) { return tasks_[index_.at(n)]; }

  /// Adds a gradient to what a node will get, in the form of its forward output.
  void deliver(const Edge& edge, Tensor grad) {
    if (!grad.defined()) return;
    Task& to = task_of(edge.function.get());
    if (!to.needed) return;
    const InputMeta& want = to.node->inputs[edge.input_nr];
    if (impl(grad).sizes != want.sizes) {
      HEARTH_CHECK_AS(ShapeError, expands_to(want.sizes, grad.sizes()), "[backward] ",
                      edge.function->name(), " got a gradient of sizes ", grad.sizes(),
                      " for its output ", edge.input_nr, ", expected shape compatible with ",
                      want.sizes.ref());
      grad = grad.sum_to_size(want.sizes);
    }
    // Of a complex gradient for a real output, the part that is its own is the real one.
    if (impl(grad).dtype != want.dtype || impl(grad).device != want.device)
      grad = grad.to(want.device, want.dtype);
    Tensor& slot = to.grads[edge.input_nr];
    if (!slot.defined()) {
      slot = std::move(grad);
    } else if (!create_graph_ && impl(slot).dense && sole_owner(slot)) {
      slot.add_(grad);
    } else {
      // A dense and a sparse one are added in this order only.
      if (impl(slot).layout != kStrided && impl(grad).layout == kStrided) std::swap(slot, grad);
      slot = slot + grad;
    }
  }

  static GradList apply(Node& node, GradList&& grads) {
    if (!interceptor_stack().top) return node.apply(std::move(grads));
    const InterceptedRange range(node.name());
    return node.apply(std::move(grads));
  }

  /// Under anomaly mode: what goes wrong is told with the forward call.
  static GradList apply_watched(Node& node, GradList&& grads) {
    const RunningNode watched(node);
    try {
      GradList out = apply(node, std::move(grads));
      check_anomaly(node, out);
      return out;
    } catch (...) {
      watched.warn_of_error();
      throw;
    }
  }

  void step(Task& task) {
    Node& node = *task.node;
    if (task.needed) {
      run_input_hooks(node, task.grads);
      for (const Capture& c : task.captures) captured_[c.position] = task.grads[c.input_nr];
    }
    GradList out;
    if (task.run) {
      const RunningGuard guard({&node, this});
      out = thread_state().anomaly ? apply_watched(node, std::move(task.grads))
                                   : apply(node, std::move(task.grads));
      HEARTH_CHECK_AS(AutogradError, out.empty() || out.size() >= node.edges.size(), "[backward] ",
                      node.name(), " returned ", out.size(), " gradients for ", node.edges.size(),
                      " inputs");
      if (!keep_graph_) node.release_variables();
    }
    task.grads = GradList();
    for (size_t i = 0; i < node.edges.size(); ++i) {
      const Edge& e = node.edges[i];
      if (!e.is_valid()) continue;
      if (i < out.size()) deliver(e, std::move(out[i]));
      Task& next = task_of(e.function.get());
      if (--next.dependencies == 0) push(next);
    }
  }

  const bool keep_graph_;
  const bool create_graph_;
  std::vector<std::pair<Edge, Tensor>> roots_;
  std::vector<std::pair<Edge, Capture>> captures_;
  std::unordered_map<Node*, size_t> index_;
  std::vector<Task> tasks_;
  std::vector<Task*> ready_;
  variable_list captured_;
};

Tensor start_gradient(const Tensor& output, const Tensor& given, size_t i) {
  if (given.defined()) {
    HEARTH_CHECK_AS(ShapeError, given.sizes() == output.sizes(),
                    "[backward] Mismatch in shape: invalid gradient at index ", i, " - got ",
                    given.sizes(), " but expected shape compatible with ", output.sizes());
    HEARTH_CHECK_AS(DtypeError, output.is_complex() || !given.is_complex(),
                    "[backward] For complex Tensors, both grad_output and output are required to "
                    "have the same dtype. Mismatch in dtype: grad_output[",
                    i, "] has a dtype of ", given.scalar_type(), " and output[", i,
                    "] has a dtype of ", output.scalar_type());
    return given;
  }
  HEARTH_CHECK_AS(AutogradError, output.numel() == 1,
                  "[backward] grad can be implicitly created only for scalar outputs, got sizes ",
                  output.sizes());
  HEARTH_CHECK_AS(AutogradError, is_floating_point(output.scalar_type()),
                  "[backward] grad can be computed only for real scalar outputs but got ",
                  output.scalar_type());
  return output.new_ones(output.sizes());
}

void add_roots(GraphRun& run, const variable_list& outputs, const variable_list& grads) {
  HEARTH_CHECK_AS(AutogradError, grads.empty() || grads.size() == outputs.size(), "[backward] got ",
                  outputs.size(), " tensors and ", grads.size(), " gradients");
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Edge edge = gradient_edge(outputs[i]);
    HEARTH_CHECK_AS(AutogradError, edge.is_valid(), "[backward] element ", i,
                    " of tensors does not require grad and does not have a grad_fn");
    run.add_root(edge, start_gradient(outputs[i], grads.empty() ? Tensor() : grads[i], i));
  }
}

}  // namespace

bool gradient_is_wanted(const Node& node, size_t i) {
  return node.edges[i].is_valid() && (running.node != &node || running.run->wants(node.edges[i]));
}

void backward(const variable_list& tensors, const variable_list& grad_tensors,
              std::optional<bool> retain_graph, bool create_graph, const variable_list& inputs) {
  // A backward within another (a checkpoint's) adds nothing to tensors of the program.
  if (create_graph && !thread_state().in_backward)
    HEARTH_WARN_ONCE(
        "Using backward() with create_graph=True makes a gradient that leads back to its tensor: "
        "neither is freed until the gradient is reset. autograd::grad has no such cycle.");
  GraphRun run(retain_graph.value_or(create_graph), create_graph);
  add_roots(run, tensors, grad_tensors);
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Edge edge = gradient_edge(inputs[i]);
    HEARTH_CHECK_AS(AutogradError, edge.is_valid(),
                    "[backward] One of the differentiated Tensors does not require grad");
    run.add_capture(edge, i);
  }
  variable_list captured = run.execute();
  ThreadState state = thread_state();
  state.grad_enabled = create_graph;
  ThreadStateGuard guard(state);
  for (size_t i = 0; i < inputs.size(); ++i)
    if (captured[i].defined()) accumulate_grad(inputs[i], std::move(captured[i]));
}

variable_list grad(const variable_list& outputs, const variable_list& inputs,
                   const variable_list& grad_outputs, std::optional<bool> retain_graph,
                   bool create_graph, bool allow_unused) {
  GraphRun run(retain_graph.value_or(create_graph), create_graph);
  add_roots(run, outputs, grad_outputs);
  HEARTH_CHECK_AS(AutogradError, !inputs.empty(), "[grad] grad requires non-empty inputs.");
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Edge edge = gradient_edge(inputs[i]);
    HEARTH_CHECK_AS(AutogradError, edge.is_valid(),
                    "[grad] One of the differentiated Tensors does not require grad");
    run.add_capture(edge, i);
  }
  variable_list captured = run.execute();
  for (size_t i = 0; i < inputs.size() && !allow_unused; ++i) {
    // Used, but nowhere in a way that its value changes: a relu's slope, and what else is flat.
    if (!captured[i].defined() && run.reached(gradient_edge(inputs[i])))
      captured[i] = inputs[i].new_zeros(inputs[i].sizes());
    HEARTH_CHECK_AS(AutogradError, captured[i].defined(),
                    "[grad] One of the differentiated Tensors appears to not have been used in the "
                    "graph. Set allow_unused=True if this is the desired behavior.");
  }
  return captured;
}

}  // namespace hearth::autograd
