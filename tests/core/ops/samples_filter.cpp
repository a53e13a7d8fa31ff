// SPDX-License-Identifier: Apache-2.0
#include "core/ops/samples.h"
#include "ops/filter.h"

namespace hearth::testing_ops {

void filter_samples(Samples& s) {
  for (const bool reverse : {false, true}) {
    add(s, ops::AllPole{reverse}, {values({2, 5}), values({1}, -0.7, 0.7)});
    add(s, ops::AllPole{reverse}, {values({2, 2, 4}), values({2, 2}, -0.6, 0.6)});
    add(s, ops::AllPole{reverse}, {values({2, 6}), values({1, 3}, -0.4, 0.4)});
  }
  add(s, ops::AllPole{}, {values({7}), values({4}, -0.3, 0.3)});
  // In blocks, of which outputs within and before count.
  add(s, ops::AllPole{}, {values({12}), values({10}, -0.2, 0.2)});
  add(s, ops::AllPole{true}, {values({11}), values({5}, -0.2, 0.2)});
  add(s, ops::AllPole{}, {values({1, 0}), values({2})});
  add(s, ops::PolyphaseResample{3}, {values({2, 7}), values({2, 4}, -0.5, 0.5)});
  add(s, ops::PolyphaseResample{2}, {values({5}), values({3, 2}, -0.5, 0.5)});
  add(s, ops::PolyphaseResample{2, 1}, {values({4}), values({3, 2}, -0.5, 0.5)});
  add(s, ops::PolyphaseResample{7, 2}, {values({1, 9}), values({3, 4}, -0.5, 0.5)});
  add(s, ops::PolyphaseResample{1}, {values({1, 0}), values({2, 2})});
}

}  // namespace hearth::testing_ops
