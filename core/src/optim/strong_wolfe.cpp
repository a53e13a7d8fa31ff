// SPDX-License-Identifier: Apache-2.0
#include "optim/strong_wolfe.h"

#include <algorithm>
#include <cmath>

namespace hearth::optim {

namespace {

/// The minimum of the cubic through two points with their slopes, within bounds.
double cubic_minimum(const LinePoint& a, const LinePoint& b, double least, double most) {
  const LinePoint &left = a.t <= b.t ? a : b, &right = a.t <= b.t ? b : a;
  const double d1 = left.slope + right.slope - 3 * (left.loss - right.loss) / (left.t - right.t);
  const double square = d1 * d1 - left.slope * right.slope;
  if (!(square >= 0)) return (least + most) / 2;
  const double d2 = std::sqrt(square);
  const double place = right.t - (right.t - left.t) * ((right.slope + d2 - d1) /
                                                       (right.slope - left.slope + 2 * d2));
  return std::min(std::max(place, least), most);
}

}  // namespace

LinePoint strong_wolfe(const Callable<LinePoint(double)>& at, const LinePoint& start, double t,
                       double resolution, int64_t max_steps) {
  const auto too_high = [&](const LinePoint& p) {
    return p.loss > start.loss + 1e-4 * p.t * start.slope;
  };
  const auto flat = [&](const LinePoint& p) { return std::abs(p.slope) <= -0.9 * start.slope; };

  // Walk on until the points before and now have a good one between them.
  LinePoint before = start, now = at(t);
  int64_t steps = 0;
  for (; steps < max_steps; ++steps) {
    if (too_high(now) || (steps > 1 && now.loss >= before.loss)) break;
    if (flat(now)) return now;
    if (now.slope >= 0) break;
    const double next = cubic_minimum(before, now, now.t + 0.01 * (now.t - before.t), now.t * 10);
    before = std::move(now);
    now = at(next);
  }
  if (steps >= max_steps) before = start;

  // Narrow the interval.
  LinePoint ends[] = {std::move(before), std::move(now)};
  const auto lower = [&] { return ends[0].loss <= ends[1].loss ? 0 : 1; };
  int low = lower();
  bool slow = false;
  while (steps < max_steps) {
    const double least = std::min(ends[0].t, ends[1].t), most = std::max(ends[0].t, ends[1].t);
    if (most - least < resolution) break;
    t = cubic_minimum(ends[0], ends[1], least, most);
    // Twice near an end, or once at it, makes too little progress.
    const double margin = 0.1 * (most - least);
    const bool near = std::min(most - t, t - least) < margin;
    if (near && (slow || t >= most || t <= least)) {
      t = std::abs(t - most) < std::abs(t - least) ? most - margin : least + margin;
      slow = false;
    } else {
      slow = near;
    }
    LinePoint point = at(t);
    ++steps;
    LinePoint& high = ends[1 - low];
    if (too_high(point) || point.loss >= ends[low].loss) {
      high = std::move(point);
      low = lower();
    } else {
      const bool found = flat(point);
      if (!found && point.slope * (high.t - ends[low].t) >= 0) high = ends[low];
      ends[low] = std::move(point);
      if (found) break;
    }
  }
  return ends[low];
}

}  // namespace hearth::optim
