// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/base/callable.h"
#include "hearth/tensor/tensor.h"

namespace hearth::optim {

/// A point on a line: how far along it, the loss there, its gradient, and its slope along the line.
struct LinePoint {
  double t = 0, loss = 0;
  Tensor grad;
  double slope = 0;
};

/// Finds a point whose loss is low enough and whose slope is flat enough (Nocedal and Wright 2006,
/// algorithms 3.5 and 3.6), as torch::optim::LBFGS does.
/// @param at         evaluates a point
/// @param start      the point at 0
/// @param t          where to try first
/// @param resolution ends the search when the interval is shorter
/// @param max_steps  ends it after as many evaluations more than the first
LinePoint strong_wolfe(const Callable<LinePoint(double)>& at, const LinePoint& start, double t,
                       double resolution, int64_t max_steps);

}  // namespace hearth::optim
