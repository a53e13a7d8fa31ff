// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/isa_select.h"

namespace hearth::cpu {

/// Stores that go past the caches. They wait in buffers of the processor that finish() empties.
struct StreamTable {
  void (*copy)(void* to, const void* from, int64_t bytes);
  void (*finish)();
};

HEARTH_DECLARE_ISA(const StreamTable&, stream_table)

}  // namespace hearth::cpu
