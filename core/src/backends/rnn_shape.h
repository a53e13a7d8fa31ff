// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ops/rnn.h"

namespace hearth {

/// Sizes of a call and its steps.
struct RnnShape {
  ops::RnnMode mode;
  std::vector<ops::RnnStep> steps;
  int64_t rows, batch, input, hidden, gates;

  RnnShape(ops::RnnMode m, bool reverse, const DimVector& batch_sizes, const Tensor& x,
           const Tensor& hx)
      : mode(m),
        batch(hx.size(0)),
        input(x.size(-1)),
        hidden(hx.size(1)),
        gates(ops::rnn_gates(m) * hidden) {
    const bool packed = !batch_sizes.empty();
    steps = ops::rnn_steps(packed ? batch_sizes : DimVector(static_cast<size_t>(x.size(0)), batch),
                           reverse);
    rows = packed ? x.size(0) : x.size(0) * batch;
  }
  bool gru() const { return mode == ops::RnnMode::Gru; }
  bool lstm() const { return mode == ops::RnnMode::Lstm; }
  bool empty() const { return rows == 0 || hidden == 0; }
};

/// Columns of the gates' gradients that belong to rows of weight_hh.
struct RnnSegment {
  int64_t column, row, count;
};
inline std::vector<RnnSegment> recurrent_segments(const RnnShape& l) {
  const int64_t n = l.hidden;
  if (l.gru()) return {{0, 0, 2 * n}, {3 * n, 2 * n, n}};
  return {{0, 0, l.gates}};
}

}  // namespace hearth
