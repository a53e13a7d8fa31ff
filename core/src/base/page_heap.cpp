// SPDX-License-Identifier: Apache-2.0
#include "base/page_heap.h"

#include <algorithm>
#include <new>

#include <sys/mman.h>

namespace hearth::detail {

namespace {

/// Fresh zeroed memory on a huge page boundary, at `hint` if that is free; nullptr when the system
/// refuses.
char* map_aligned(size_t bytes, char* hint) {
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS;
  void* p = mmap(hint, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (p == MAP_FAILED) return nullptr;
  if (reinterpret_cast<uintptr_t>(p) % kHugePageBytes != 0) {
    munmap(p, bytes);
    const size_t padded = bytes + kHugePageBytes;
    p = mmap(nullptr, padded, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (p == MAP_FAILED) return nullptr;
    char* start = static_cast<char*>(p);
    char* aligned =
        reinterpret_cast<char*>(round_up(reinterpret_cast<uintptr_t>(start), kHugePageBytes));
    if (aligned > start) munmap(start, static_cast<size_t>(aligned - start));
    char* end = aligned + bytes;
    if (end < start + padded) munmap(end, static_cast<size_t>(start + padded - end));
    p = aligned;
  }
  // Only a hint: without huge pages everything still works.
  madvise(p, bytes, MADV_HUGEPAGE);
  return static_cast<char*>(p);
}

}  // namespace

bool PageMap::reserve(const void* begin, size_t bytes) {
  const uintptr_t first = reinterpret_cast<uintptr_t>(begin) / kPageBytes >> kLeafBits;
  const uintptr_t last = (reinterpret_cast<uintptr_t>(begin) + bytes - 1) / kPageBytes >> kLeafBits;
  for (uintptr_t i = first; i <= last; ++i) {
    if (root_[i]) continue;
    void* leaf = mmap(nullptr, kLeafSize * sizeof(Span*), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (leaf == MAP_FAILED) return false;
    root_[i] = static_cast<Span**>(leaf);
  }
  return true;
}

/// Free extents and blocks are found by their first page, and by their last one when coalescing.
void PageHeap::mark_ends(Span* span) {
  map_.set(span->begin, span);
  map_.set(span->end() - kPageBytes, span);
}

void PageHeap::add_free(Span* span) {
  span->use = Span::Use::Free;
  mark_ends(span);
  free_.insert(span);
}

bool PageHeap::grow(size_t bytes) {
  const size_t least = round_up(bytes, kHugePageBytes);
  if (least < bytes || reserved_ > limit_ || least > limit_ - reserved_) return false;
  // Growing by an eighth keeps the number of system calls logarithmic.
  const size_t step =
      std::clamp(round_up(reserved_ / 8, kHugePageBytes), kHugePageBytes, size_t{64} << 20);
  size_t size = std::max(least, step);
  if (size > limit_ - reserved_) size = least;
  // Below the last mapping, where the two coalesce.
  auto hint = [&](size_t n) { return lowest_ ? lowest_ - n : nullptr; };
  char* memory = map_aligned(size, hint(size));
  if (!memory && size > least) memory = map_aligned(size = least, hint(least));
  if (!memory) return false;
  auto* span = new (std::nothrow) Span;
  if (!span || !map_.reserve(memory, size)) {
    delete span;
    munmap(memory, size);
    return false;
  }
  span->begin = lowest_ = memory;
  span->bytes = size;
  reserved_ += size;
  peak_reserved_ = std::max(peak_reserved_, reserved_);
  ++system_calls_;
  release(span);
  return true;
}

Span* PageHeap::allocate(size_t bytes, Span::Use use) {
  auto found = free_.lower_bound(bytes);
  if (found == free_.end()) {
    if (!grow(bytes)) return nullptr;
    found = free_.lower_bound(bytes);
  }
  Span* span = *found;
  free_.erase(found);
  if (span->bytes > bytes) {
    auto* rest = new (std::nothrow) Span;
    if (rest) {
      rest->begin = span->begin + bytes;
      rest->bytes = span->bytes - bytes;
      span->bytes = bytes;
      add_free(rest);
    }
  }
  span->use = use;
  mark_ends(span);
  // A block inside a slab is found by any page.
  if (use == Span::Use::Slab)
    for (char* p = span->begin; p < span->end(); p += kPageBytes) map_.set(p, span);
  return span;
}

void PageHeap::release(Span* span) {
  Span* before = map_.get(span->begin - kPageBytes);
  if (before && before->use == Span::Use::Free) {
    free_.erase(before);
    span->begin = before->begin;
    span->bytes += before->bytes;
    delete before;
  }
  Span* after = map_.get(span->end());
  if (after && after->use == Span::Use::Free) {
    free_.erase(after);
    span->bytes += after->bytes;
    delete after;
  }
  add_free(span);
}

void PageHeap::trim() {
  for (Span* span : free_) {
    // Inner pages too: they may still name spans from before a merge.
    for (char* p = span->begin; p < span->end(); p += kPageBytes) map_.set(p, nullptr);
    munmap(span->begin, span->bytes);
    reserved_ -= span->bytes;
    delete span;
  }
  free_.clear();
}

}  // namespace hearth::detail
