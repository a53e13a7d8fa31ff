// SPDX-License-Identifier: Apache-2.0
#include "models/relative_position.h"

#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/view.h"

namespace hearth::vision::models {

Tensor relative_position_index(int64_t side) {
  const int64_t length = side * side;
  Tensor index = empty({length * length}, kLong);
  if (index.device().is_meta()) return index;
  auto* to = index.data_ptr<int64_t>();
  for (int64_t a = 0; a < length; ++a)
    for (int64_t b = 0; b < length; ++b)
      *to++ = (a / side - b / side + side - 1) * (2 * side - 1) + a % side - b % side + side - 1;
  return index;
}

Tensor relative_position_bias(const Tensor& table, const Tensor& index, int64_t side) {
  const int64_t length = side * side;
  const Tensor pairs = table.index_select(0, index).view({length, length, table.size(1)});
  return pairs.permute({2, 0, 1}).contiguous().unsqueeze(0);
}

}  // namespace hearth::vision::models
