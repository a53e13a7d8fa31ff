// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "autograd/meta.h"

namespace hearth::autograd {

/// The graph that a node builds inside its own backward (a decompose, a checkpointed segment). Its
/// inputs are aliases that begin at nodes of their own, so that no path through the outer graph is
/// walked or counted twice.
class InnerGraph {
 public:
  /// `t` as the next input of this graph; `onward`: where gradients flow from there, if anywhere.
  Tensor input(const Tensor& t, const Edge& onward);
  /// Hands out what reached the i-th input when backward ran; undefined when nothing did.
  Tensor take_gradient(size_t i) const;
  /// Leads the beginnings on to where the inputs came from, for derivatives of derivatives.
  void connect() const;

 private:
  struct Beginning;
  struct Input {
    Edge onward;
    NodePtr node;  ///< null where no gradient is wanted
  };
  InlineVector<Input, 4> inputs_;
};

}  // namespace hearth::autograd
