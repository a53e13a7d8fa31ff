// SPDX-License-Identifier: Apache-2.0
#include "core/ops/samples.h"
#include "ops/pool.h"
#include "ops/resize.h"

namespace hearth::testing_ops {

void pool_samples(Samples& s) {
  const Tensor x = values({1, 2, 4, 3});
  add(s, ops::MaxPool{{2, 2}, {2, 1}, {1, 0}, {1, 1}, false, false}, {x});
  add(s, ops::MaxPool{{2, 1}, {1, 1}, {0, 0}, {2, 1}, true, true}, {x});
  add(s, ops::MaxPool{{2, 2}, {2, 1}, {1, 0}, {1, 1}, false, false},
      {x, values({1, 2, 4, 3}, 0.1, 0.8, 1)});
  add(s, ops::AdaptiveMaxPool{{3, 2}, true}, {x});
  add(s, ops::AdaptiveMaxPool{{3, 2}, false}, {x, values({1, 2, 4, 3}, 0.1, 0.8, 1)});
  add(s, ops::MaxPoolBackward{{2, 2}, {2, 1}, {1, 0}, {1, 1}},
      {values({1, 2, 3, 2}, 0.1, 0.8, 1), x});
  add(s, ops::MaxPoolBackward{}, {values({1, 2, 3, 2}, 0.1, 0.8, 1), x});
  add(s, ops::AvgPool{{2, 2}, {2, 1}, {1, 0}, true, false, std::nullopt}, {x});
  add(s, ops::AvgPool{{2, 2}, {2, 1}, {0, 0}, false, true, 3}, {x});
  add(s, ops::AdaptiveAvgPool{{3, 2}}, {x});
  add(s, ops::AvgPoolBackward{{2, 2}, {2, 1}, {1, 0}, true, false, std::nullopt, {4, 3}},
      {values({1, 2, 3, 2}, 0.1, 0.8, 1)});
  add(s, ops::AvgPoolBackward{{}, {}, {}, false, true, std::nullopt, {4, 3}},
      {values({1, 2, 3, 2}, 0.1, 0.8, 1)});
  const Tensor line = values({2, 2, 5}), volume = values({1, 2, 3, 2, 4});
  add(s, ops::MaxPool{{2}, {2}, {1}, {1}, true, true}, {line});
  add(s, ops::MaxPool{{2, 1, 2}, {1, 1, 2}, {1, 0, 1}, {1, 1, 2}, false, true}, {volume});
  add(s, ops::MaxPool{{2, 1, 2}, {1, 1, 2}, {1, 0, 1}, {1, 1, 2}, false, false},
      {volume, values({1, 2, 3, 2, 4}, 0.1, 0.8, 1)});
  add(s, ops::MaxPoolBackward{{2, 1, 2}, {1, 1, 2}, {1, 0, 1}, {1, 1, 2}},
      {values({1, 2, 4, 2, 2}, 0.1, 0.8, 1), volume});
  // A window of nothing but padding.
  add(s, ops::MaxPool{{2}, {1}, {1}, {6}, false, false}, {line, values({2, 2, 5}, 0.1, 0.8, 1)});
  add(s, ops::MaxPoolBackward{{2}, {1}, {1}, {6}}, {values({2, 2, 1}, 0.1, 0.8, 1), line});
  add(s, ops::AdaptiveMaxPool{{2}, true}, {line});
  add(s, ops::AdaptiveMaxPool{{2, 2, 3}, true}, {volume});
  add(s, ops::MaxPoolBackward{}, {values({1, 2, 2, 2, 3}, 0.1, 0.8, 1), volume});
  add(s, ops::AvgPool{{3}, {2}, {1}, true, false, std::nullopt}, {line});
  add(s, ops::AvgPool{{2, 2, 3}, {1, 2, 2}, {1, 0, 1}, true, false, std::nullopt}, {volume});
  add(s, ops::AvgPool{{2, 1, 2}, {2, 1, 1}, {0, 0, 1}, false, true, 3}, {volume});
  add(s, ops::AdaptiveAvgPool{{3}}, {line});
  add(s, ops::AdaptiveAvgPool{{2, 1, 3}}, {volume});
  add(s,
      ops::AvgPoolBackward{{2, 2, 3}, {1, 2, 2}, {1, 0, 1}, true, false, std::nullopt, {3, 2, 4}},
      {values({1, 2, 4, 1, 3}, 0.1, 0.8, 1)});
  add(s, ops::AvgPoolBackward{{}, {}, {}, false, true, std::nullopt, {3, 2, 4}},
      {values({1, 2, 2, 1, 3}, 0.1, 0.8, 1)});
}

void resize_samples(Samples& s) {
  using ops::ResizeFilter;
  const auto none = std::nullopt;
  const auto grad = [](IntArrayRef sizes) { return values(sizes, 0.1, 0.8, 1); };
  const Tensor line = values({2, 2, 5}), x = values({1, 2, 2, 3}), volume = values({1, 2, 3, 2, 2});
  for (ResizeFilter f : {ResizeFilter::Nearest, ResizeFilter::NearestExact, ResizeFilter::Linear,
                         ResizeFilter::Cubic}) {
    add(s, ops::Upsample{{3, 4}, f, false, false, none, none, none}, {x});
    add(s, ops::Upsample{{1, 2}, f, true, false, none, none, none}, {x});
    add(s, ops::Upsample{{3, 4}, f, false, false, none, 1.7, 1.5}, {x});
    add(s, ops::UpsampleBackward{{2, 3}, f, true, false, none, none, none}, {grad({1, 2, 3, 4})});
    if (f == ResizeFilter::Cubic) continue;
    add(s, ops::Upsample{{3}, f, false, false, none, none, none}, {line});
    add(s, ops::Upsample{{2, 3, 2}, f, false, false, 0.7, 1.6, none}, {volume});
    add(s, ops::UpsampleBackward{{3, 2, 2}, f, false, false, 0.7, 1.6, none},
        {grad({1, 2, 2, 3, 2})});
  }
  for (ResizeFilter f : {ResizeFilter::Linear, ResizeFilter::Cubic}) {
    add(s, ops::Upsample{{1, 4}, f, false, true, none, none, none}, {values({1, 2, 3, 3})});
    add(s, ops::UpsampleBackward{{3, 3}, f, false, true, none, none, none}, {grad({1, 2, 1, 4})});
  }
}

}  // namespace hearth::testing_ops
