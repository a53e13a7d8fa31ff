// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/autograd/node.h"

namespace hearth::autograd {

/// Keeps the call stack, as far as symbols are known, as that of the forward call of `node`.
void note_forward_call(Node& node);
/// Throws when a gradient `node` computed has a NaN.
void check_anomaly(const Node& node, const GradList& grads);

/// While it lives, `node` runs: what is recorded meanwhile is its derivative.
class RunningNode {
 public:
  explicit RunningNode(const Node& node);
  RunningNode(const RunningNode&) = delete;
  RunningNode& operator=(const RunningNode&) = delete;
  ~RunningNode();
  /// Warns that it failed, with the forward calls it comes from.
  void warn_of_error() const;

 private:
  const Node* previous_;
};

}  // namespace hearth::autograd
