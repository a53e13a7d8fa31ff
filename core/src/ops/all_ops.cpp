// SPDX-License-Identifier: Apache-2.0
#include "ops/all_ops.h"

#include <vector>

#include "ops/attention.h"
#include "ops/conv.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/element_loss.h"
#include "ops/extreme.h"
#include "ops/index.h"
#include "ops/join.h"
#include "ops/layout.h"
#include "ops/linalg.h"
#include "ops/loss.h"
#include "ops/norm.h"
#include "ops/normalization.h"
#include "ops/optim_step.h"
#include "ops/pad.h"
#include "ops/pool.h"
#include "ops/random.h"
#include "ops/reduce.h"
#include "ops/resize.h"
#include "ops/scan.h"
#include "ops/softmax.h"
#include "ops/sort.h"
#include "ops/view.h"
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
