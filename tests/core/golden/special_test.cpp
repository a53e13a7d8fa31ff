// SPDX-License-Identifier: Apache-2.0
#include "core/golden/tables.h"

namespace hearth::golden {
namespace {

HEARTH_GOLDEN_FAMILY(GoldenSpecial, "special", operators());

}  // namespace
}  // namespace hearth::golden
