// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hearth/base/inline_vector.h"
#include "hearth/tensor/dim_vector.h"
#include "hearth/tensor/node_ptr.h"
#include "hearth/tensor/tensor.h"

namespace hearth::autograd {

using Variable = Tensor;
using variable_list = std::vector<Tensor>;

/// Where a gradient flows next: an input of another node.
struct Edge {
  NodePtr function;
  uint32_t input_nr = 0;
  bool is_valid() const { return static_cast<bool>(function); }
};

/// Shape and type of one forward output of a node; its gradient is brought to this form.
struct InputMeta {
  DimVector sizes;
  ScalarType dtype = kFloat;
  Device device = kCPU;
};

struct NodeExtras;

/// Gradients on their way through a node; undefined where there is none.
using GradList = InlineVector<Tensor, 3>;

/// A node of the tape: turns gradients of a call's outputs into gradients of its inputs.
struct HEARTH_API Node {
  Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  virtual ~Node();

  /// "MulBackward0", "AccumulateGrad".
  virtual std::string name() const = 0;
  /// `grads`: one per forward output, undefined where none arrived. Answers one per edge.
  virtual GradList apply(GradList&& grads) = 0;
  /// Frees what was kept for backward; using the node afterwards throws.
  virtual void release_variables() {}
  /// Called when nothing refers to the node any more; what it leads to goes with it.
  virtual void retire() { delete this; }

  const Edge& next_edge(size_t i) const { return edges[i]; }
  ArrayRef<Edge> next_edges() const { return {edges.data(), edges.size()}; }
  size_t num_outputs() const { return edges.size(); }
  size_t num_inputs() const { return inputs.size(); }

  InlineVector<Edge, 3> edges;
  InlineVector<InputMeta, 1> inputs;
  union {
    uint64_t sequence_nr;  ///< later calls have larger numbers; leaves have the largest
    Node* next_dead;       ///< instead, when nothing refers to the node any more
  };
  int32_t refs = 1;
  NodeExtras* extras = nullptr;  ///< hooks, retained gradients, anomaly information; rare
};

}  // namespace hearth::autograd
