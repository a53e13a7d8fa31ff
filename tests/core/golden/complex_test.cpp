// SPDX-License-Identifier: Apache-2.0
#include "core/golden/tables.h"

namespace hearth::golden {
namespace {

HEARTH_GOLDEN_FAMILY(GoldenComplex, "complex", operators());

}  // namespace
}  // namespace hearth::golden
