// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "hearth/vision/transforms/auto_augment.h"

namespace hearth::vision::transforms {

/// An op that happens with probability p, of magnitude number `bin` of 10; -1 of ops without one.
struct PolicyOp {
  AugmentOp op;
  double p;
  int64_t bin;
};
using SubPolicy = std::array<PolicyOp, 2>;
using Policy = std::array<SubPolicy, 25>;

const Policy& policy_of(AutoAugmentPolicy policy);

}  // namespace hearth::vision::transforms
