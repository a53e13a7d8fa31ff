// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>

// The allocator's lower half: extents of whole pages, mapped from the system in large steps, split
// on demand, coalesced with free neighbours, and kept until `trim`. Not locked; the central heap
// is.
namespace hearth::detail {

inline constexpr size_t kPageBytes = 4096;
inline constexpr size_t kHugePageBytes = size_t{2} << 20;

constexpr size_t round_up(size_t n, size_t to) { return (n + to - 1) / to * to; }

/// A run of pages: free, one block, or a slab of equal blocks.
struct Span {
  enum class Use : uint8_t { Free, Block, Slab };

  char* begin = nullptr;
  size_t bytes = 0;
  Use use = Use::Free;

  // Slabs only. Blocks behind `uncut` have never been handed out.
  uint8_t size_class = 0;
  uint32_t free_blocks = 0;
  uint32_t total_blocks = 0;
  char* uncut = nullptr;
  void* free_list = nullptr;
  Span* previous = nullptr;
  Span* next = nullptr;

  char* end() const { return begin + bytes; }
};

/// Address of a page -> its span; two levels over 48 bits of address.
class PageMap {
 public:
  Span* get(const void* address) const {
    const uintptr_t page = reinterpret_cast<uintptr_t>(address) / kPageBytes;
    Span** leaf = root_[page >> kLeafBits];
    return leaf ? leaf[page & (kLeafSize - 1)] : nullptr;
  }
  /// False when the system has no memory for the table.
  bool reserve(const void* begin, size_t bytes);
  void set(const void* address, Span* span) {
    const uintptr_t page = reinterpret_cast<uintptr_t>(address) / kPageBytes;
    root_[page >> kLeafBits][page & (kLeafSize - 1)] = span;
  }

 private:
  static constexpr unsigned kLeafBits = 18;
  static constexpr size_t kLeafSize = size_t{1} << kLeafBits;
  Span** root_[size_t{1} << (36 - kLeafBits)] = {};
};

class PageHeap {
 public:
  /// An extent of at least `bytes`, a multiple of kPageBytes; nullptr when the limit or the system
  /// forbids it.
  Span* allocate(size_t bytes, Span::Use use);
  void release(Span* span);
  Span* find(const void* address) const { return map_.get(address); }
  /// Unmaps every free extent.
  void trim();

  size_t reserved() const { return reserved_; }
  size_t peak_reserved() const { return peak_reserved_; }
  uint64_t system_calls() const { return system_calls_; }
  size_t limit() const { return limit_; }
  void reset_peak() { peak_reserved_ = reserved_; }
  void set_limit(size_t bytes) { limit_ = bytes; }

 private:
  struct Smaller {
    bool operator()(const Span* a, const Span* b) const {
      return a->bytes != b->bytes ? a->bytes < b->bytes : a->begin < b->begin;
    }
    // Finds the first extent of at least this many bytes.
    using is_transparent = void;
    bool operator()(const Span* a, size_t bytes) const { return a->bytes < bytes; }
  };

  bool grow(size_t bytes);
  void mark_ends(Span* span);
  void add_free(Span* span);

  PageMap map_;
  std::set<Span*, Smaller> free_;
  char* lowest_ = nullptr;  // where the last mapping begins
  size_t reserved_ = 0;
  size_t peak_reserved_ = 0;
  size_t limit_ = SIZE_MAX;
  uint64_t system_calls_ = 0;
};

}  // namespace hearth::detail
