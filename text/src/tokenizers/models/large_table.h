// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace hearth::text {

/// Asks for pages of 2 MB where there is room for several: tables that are read here and there cost
/// more in finding pages than in reading them.
template <class T>
struct LargePages {
  using value_type = T;
  LargePages() = default;
  template <class U>
  LargePages(const LargePages<U>&) {}

  T* allocate(size_t count) {
    if (!is_large(count)) return std::allocator<T>().allocate(count);
    void* p = ::operator new(count * sizeof(T), std::align_val_t(kPage));
#if defined(__linux__)
    madvise(p, count * sizeof(T), MADV_HUGEPAGE);
#endif
    return static_cast<T*>(p);
  }
  void deallocate(T* p, size_t count) {
    if (!is_large(count)) return std::allocator<T>().deallocate(p, count);
    ::operator delete(p, std::align_val_t(kPage));
  }
  bool operator==(const LargePages&) const { return true; }

 private:
  static constexpr size_t kPage = size_t{2} << 20;
  static bool is_large(size_t count) {
    return count >= 2 * kPage / sizeof(T) && count <= SIZE_MAX / 2 / sizeof(T);
  }
};

template <class T>
using LargeTable = std::vector<T, LargePages<T>>;

}  // namespace hearth::text
