// SPDX-License-Identifier: Apache-2.0
#include "ops/all_ops.h"

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

namespace hearth::ops {

std::vector<OpTable*> listed_ops() {
  return {
#define HEARTH_ROW(Type) &Type::row(),
#include "ops/ops.def"
#undef HEARTH_ROW
  };
}

}  // namespace hearth::ops
