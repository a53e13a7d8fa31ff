// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "hearth/base/macros.h"

namespace hearth {

/// What the caching CPU allocator holds. Sizes are in bytes and count blocks as rounded up to their
/// size class (at most 12.5 % above what was asked for, from 512 bytes on).
struct MemoryStats {
  size_t allocated = 0;       ///< in live tensors
  size_t reserved = 0;        ///< taken from the system: live, cached and tensor headers
  size_t peak_allocated = 0;  ///< highest `allocated` seen, to within 64 KiB per thread
  size_t peak_reserved = 0;   ///< highest `reserved` seen
  uint64_t allocations = 0;   ///< blocks handed out so far
  uint64_t frees = 0;         ///< blocks taken back so far
  uint64_t cache_hits = 0;    ///< allocations served by the thread's own cache, without a lock
  uint64_t system_calls = 0;  ///< times memory was taken from the system
};

/// Statistics of CPU memory since the program started.
HEARTH_API MemoryStats memory_stats();

/// Sets both peaks to the present values.
HEARTH_API void reset_peak_memory_stats();

/// Returns cached memory that no tensor uses to the system. Blocks cached by other threads stay.
HEARTH_API void empty_cache();

/// Limits `reserved`; an allocation beyond throws OutOfMemory once nothing cached is left to give
/// back. 0 removes the limit. Live tensors are never affected.
HEARTH_API void set_memory_limit(size_t bytes);

}  // namespace hearth
