// SPDX-License-Identifier: Apache-2.0
#include "core/ops/samples.h"
#include "ops/as_strided.h"
#include "ops/creation.h"
#include "ops/rearrange.h"
#include "ops/view_dtype.h"

namespace hearth::testing_ops {

void shape_samples(Samples& s) {
  const Tensor x = values({3, 4}), stacked = values({2, 3, 4});
  add(s, ops::AsStrided{{2, 3}, {4, 1}, 1}, {x});
  add(s, ops::AsStrided{{3, 3}, {1, 1}, std::nullopt}, {x});
  add(s, ops::Unfold{1, 3, 2}, {values({2, 7})});
  add(s, ops::Unfold{0, 2, 1}, {x});
  add(s, ops::Diagonal{1, 0, 1}, {x});
  add(s, ops::Diagonal{-1, 2, 0}, {stacked});
  add(s, ops::ViewDtype{kLong}, {x});
  add(s, ops::ViewDtype{kInt}, {x});
  add(s, ops::ViewAsComplex{}, {values({3, 2})}, /*smooth=*/false);
  add(s, ops::Flip{{0, -1}}, {stacked});
  add(s, ops::Triangle{false, 0}, {stacked});
  add(s, ops::Triangle{true, -1}, {x});
  add(s, ops::Linspace{Scalar(-1.0), Scalar(2.0), 7, kDouble}, {});
  add(s, ops::ViewAsReal{}, {values({3, 2}).to(kComplexDouble)}, /*smooth=*/false);
}

}  // namespace hearth::testing_ops
