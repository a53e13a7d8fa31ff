// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/linalg.h"

#include "core/golden/runner.h"

namespace hearth::golden {
namespace {

const Table kTable = {
    {"einsum", [](Args& a) -> Outputs { return {einsum(a.s("equation"), a.from(0))}; }},
};

HEARTH_GOLDEN_FAMILY(GoldenEinsum, "einsum", kTable);

}  // namespace
}  // namespace hearth::golden
