// SPDX-License-Identifier: Apache-2.0
#include "ops/all_ops.h"

#include <vector>

#include "ops/rows.h"
#include "pointwise/rows.h"

namespace hearth {

namespace {

std::vector<OpTable*> collect() {
  std::vector<OpTable*> all{
#define HEARTH_ROW(Type) &ops::Type::row(),
#include "ops/ops.def"
#undef HEARTH_ROW
  };
  for (int i = 0; i < kNumPointwise; ++i) all.push_back(&ops::pointwise_row(PointwiseOp(i)));
  for (int i = 0; i < kNumPointwise; ++i)
    for (int k = 0; k < 3; ++k)
      if (OpTable* row = ops::pointwise_backward_row(PointwiseOp(i), k)) all.push_back(row);
  return all;
}

}  // namespace

std::span<OpTable* const> all_ops() {
  static const std::vector<OpTable*>* const all = new std::vector<OpTable*>(collect());
  return *all;
}

OpTable* find_op(std::string_view name) {
  for (OpTable* op : all_ops())
    if (op->info.name == name) return op;
  return nullptr;
}

}  // namespace hearth
