// SPDX-License-Identifier: Apache-2.0
#include "core/ops/samples.h"
#include "ops/pool.h"
#include "ops/resize.h"

namespace hearth::testing_ops {

void pool_samples(Samples& s) {
  const Tensor x = values({1, 2, 4, 3});
  add(s, ops::MaxPool2d{{2, 2}, {2, 1}, {1, 0}, {1, 1}, false, false}, {x});
  add(s, ops::MaxPool2d{{2, 1}, {1, 1}, {0, 0}, {2, 1}, true, true}, {x});
  add(s, ops::MaxPool2d{{2, 2}, {2, 1}, {1, 0}, {1, 1}, false, false},
      {x, values({1, 2, 4, 3}, 0.1, 0.8, 1)});
  add(s, ops::AdaptiveMaxPool2d{{3, 2}, true}, {x});
  add(s, ops::AdaptiveMaxPool2d{{3, 2}, false}, {x, values({1, 2, 4, 3}, 0.1, 0.8, 1)});
  add(s, ops::MaxPool2dBackward{{2, 2}, {2, 1}, {1, 0}, {1, 1}},
      {values({1, 2, 3, 2}, 0.1, 0.8, 1), x});
  add(s, ops::MaxPool2dBackward{}, {values({1, 2, 3, 2}, 0.1, 0.8, 1), x});
  add(s, ops::AvgPool2d{{2, 2}, {2, 1}, {1, 0}, true, false, std::nullopt}, {x});
  add(s, ops::AvgPool2d{{2, 2}, {2, 1}, {0, 0}, false, true, 3}, {x});
  add(s, ops::AdaptiveAvgPool2d{{3, 2}}, {x});
  add(s, ops::AvgPool2dBackward{{2, 2}, {2, 1}, {1, 0}, true, false, std::nullopt, {4, 3}},
      {values({1, 2, 3, 2}, 0.1, 0.8, 1)});
  add(s, ops::AvgPool2dBackward{{}, {}, {}, false, true, std::nullopt, {4, 3}},
      {values({1, 2, 3, 2}, 0.1, 0.8, 1)});
}

void resize_samples(Samples& s) {
  const Tensor x = values({1, 2, 2, 3}), g = values({1, 2, 3, 4}, 0.1, 0.8, 1);
  for (ops::ResizeMode mode : {ops::ResizeMode::Nearest, ops::ResizeMode::Bilinear}) {
    add(s, ops::Resize2d{{3, 4}, mode, false, std::nullopt, std::nullopt}, {x});
    add(s, ops::Resize2d{{1, 2}, mode, true, std::nullopt, std::nullopt}, {x});
    add(s, ops::Resize2d{{3, 4}, mode, false, 1.7, 1.5}, {x});
    add(s, ops::Resize2dBackward{{2, 3}, mode, true, std::nullopt, std::nullopt}, {g});
  }
}

}  // namespace hearth::testing_ops
