// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/creation.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/sort.h"
#include "hearth/ops/view.h"

#include "core/ops/samples.h"
#include "ops/histogram.h"
#include "ops/reduce.h"
#include "ops/scan.h"
#include "ops/searchsorted.h"
#include "ops/selection.h"
#include "ops/unique.h"

namespace hearth::testing_ops {

void statistics_samples(Samples& s) {
  const Tensor x = values({2, 3, 4}), line = values({3000});
  add(s, ops::NanSum{{}, false, {}}, {x});
  add(s, ops::NanSum{{0, 2}, true, {}}, {x});
  add(s, ops::Logcumsumexp{1}, {x});
  add(s, ops::Logcumsumexp{-1}, {values({3}, -5, 5)});
  add(s, ops::Logcumsumexp{0}, {values({})});
  add(s, ops::LogcumsumexpBackward{1},
      {values({2, 3, 4}, 0.5, 1.5, 3), x, x + values({2, 3, 4}, 0.5, 1.5, 5).cumsum(1)});
  add(s, ops::LogcumsumexpBackward{0}, {values({0, 3}), values({0, 3}), values({0, 3})});
  add(s, ops::KthValue{2, 1, false}, {x});
  add(s, ops::KthValue{4, -1, true}, {x});
  add(s, ops::KthValue{1, 0, true}, {values({})});
  add(s, ops::KthValue{1234, 0, false}, {line}, false);
  add(s, ops::Median{-1, false, false, false}, {x});
  add(s, ops::Median{0, true, true, false}, {x});
  add(s, ops::Median{0, false, false, true}, {values({7})});
  add(s, ops::Median{0, false, true, true}, {line}, false);
  for (const bool inverse : {false, true})
    for (const bool consecutive : {false, true})
      add(s, ops::Unique{inverse, inverse, consecutive}, {values({2, 30}).mul(5).floor()});
  add(s, ops::Unique{true, true}, {values({0, 3})});
  add(s, ops::RowOrder{}, {values({20, 3}).mul(2).floor()});
  add(s, ops::RowOrder{}, {values({0, 3})});
  const Tensor sequence = std::get<0>(values({9}).sort()), lines = std::get<0>(x.sort(-1));
  for (const bool right : {false, true}) {
    add(s, ops::SearchSorted{false, right}, {sequence, x});
    add(s, ops::SearchSorted{true, right}, {sequence, sequence});
    add(s, ops::SearchSorted{false, right}, {lines, values({2, 3, 2}, 0.1, 1.0, 3)});
    add(s, ops::SearchSorted{false, right}, {x, lines, x.argsort(int64_t{-1})});
  }
  add(s, ops::SearchSorted{}, {sequence, values({})});
  add(s, ops::SearchSorted{}, {values({2, 0}), values({2, 3})});
  add(s, ops::Bincount{12}, {arange(20).remainder(7)});
  add(s, ops::Bincount{7}, {arange(20).remainder(7), values({20})});
  add(s, ops::Bincount{0}, {arange(0)});
  add(s, ops::Histc{5, 0.3, 0.7}, {x});
  // Ends that float does not tell apart, or whose distance it does not hold.
  add(s, ops::Histc{4, 1.0, 1.0 + 1e-12}, {ones({3})});
  add(s, ops::Histc{5, -3e38, 3e38}, {cat({full({2}, 3e38), full({1}, -3e38), zeros({1})})});
}

}  // namespace hearth::testing_ops
