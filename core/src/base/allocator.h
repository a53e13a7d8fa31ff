// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

// Caching CPU allocator. Up to 1 MiB, blocks come in size classes: a thread pops them from its own
// list and falls back to a central heap under a lock. The central heap cuts the classes up to
// 32 KiB from slabs and everything larger from extents of 4 KiB pages, which are split, coalesced
// and kept. Blocks return to the cache of the thread that frees them, and from there, in batches or
// when the thread ends, to the central heap, where their slab is found by address.
namespace hearth {

/// Bytes of a block from header_allocate.
inline constexpr size_t kHeaderBytes = 512;

/// A block of at least `bytes` bytes, aligned to 64; nullptr for 0. Throws OutOfMemory.
void* cpu_allocate(size_t bytes);
/// Takes a block back, from any thread; `bytes` as given to cpu_allocate.
void cpu_deallocate(void* block, size_t bytes) noexcept;

/// A block of kHeaderBytes for a tensor's header, aligned to 64. Not part of `allocated`.
void* header_allocate();
void header_deallocate(void* block) noexcept;

/// Around a fork: other threads are kept out of the central heap.
void lock_allocator();
void unlock_allocator();

/// Makes the n-th cpu_allocate from now (1: the next one) throw OutOfMemory; 0 switches it off.
void set_allocation_failure_for_testing(int64_t n);

namespace detail {

// Classes 64, 128 .. 512 bytes, then eight to every doubling.
inline constexpr unsigned kNumSizeClasses = 96;
inline constexpr size_t kMaxClassBytes = size_t{1} << 20;

constexpr unsigned size_class(size_t bytes) {
  const size_t units = (bytes + 63) >> 6;
  if (units <= 8) return static_cast<unsigned>(units) - 1;
  const unsigned shift = 60 - static_cast<unsigned>(__builtin_clzll(units - 1));
  return shift * 8 + static_cast<unsigned>((units - 1) >> shift);
}

constexpr size_t class_bytes(unsigned c) {
  return c < 8 ? (c + 1) * size_t{64} : (size_t{c % 8} + 9) << (c / 8 + 5);
}

}  // namespace detail
}  // namespace hearth
