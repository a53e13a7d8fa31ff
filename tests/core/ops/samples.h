// SPDX-License-Identifier: Apache-2.0
// Sample calls of every op, for the tests over all ops. A family adds its own in
// samples_<family>.cpp and lists the function in samples.cpp.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hearth/ops/pointwise.h"

#include "core/ops/derivatives.h"
#include "dispatch/op.h"

namespace hearth::testing_ops {

struct Sample {
  const OpTable* op;
  std::shared_ptr<void> fields;
  std::vector<Tensor> in;
  /// Gradients may be compared with differences here (no kinks, no ties).
  bool smooth = true;
};

using Samples = std::vector<Sample>;

/// Doubles by formula, no two alike, between low and high.
Tensor values(IntArrayRef sizes, double low = 0.2, double high = 0.9, int seed = 0);

template <class Op>
void add(Samples& samples, const Op& op, std::vector<Tensor> in, bool smooth = true) {
  samples.push_back({&Op::row(), std::make_shared<Op>(op), std::move(in), smooth});
}

/// Those that this build can run.
Samples all_samples();
/// Whether a row's kernel calls LAPACK routines that have no plain loops.
bool needs_lapack(const OpTable& op);

/// The op, its fields and its inputs' shapes, for messages.
std::string describe(const Sample& s);
/// Copies, so that ops which write into their inputs leave the sample alone.
std::vector<Tensor> copies(const std::vector<Tensor>& in);
/// The same values with other strides: every dim reversed in memory, with a gap after each row.
Tensor strided(const Tensor& t);

inline bool is_view(const Sample& s) { return s.op->info.is_view(); }
inline bool data_dependent(const Sample& s) { return s.op->info.is_data_dependent(); }
/// Uninitialised memory has nothing to compare.
bool uninitialised(const Sample& s);

/// Runs a sample through the door on these inputs.
Tensors run(const Sample& sample, const std::vector<Tensor>& in);

/// The inputs with those that can carry a gradient requiring it.
autograd::variable_list with_grad(const Sample& s);
bool can_check_gradients(const Sample& s);
/// A sample as a function of its inputs to those outputs that carry a gradient.
Fn function_of(const Sample& s);

}  // namespace hearth::testing_ops
