// SPDX-License-Identifier: Apache-2.0
#include "base/allocator.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <new>

#include <pthread.h>

#include "hearth/base/error.h"
#include "hearth/base/memory.h"

#include "base/page_heap.h"

namespace hearth {
namespace {

using detail::class_bytes;
using detail::kMaxClassBytes;
using detail::kNumSizeClasses;
using detail::kPageBytes;
using detail::round_up;
using detail::Span;

#if !defined(__has_feature)
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
constexpr bool kDirect = true;
#else
constexpr bool kDirect = false;
#endif

// Headers have lists of their own, so that they stay out of the statistics of tensors.
constexpr unsigned kHeaderClass = kNumSizeClasses;
constexpr unsigned kNumLists = kNumSizeClasses + 1;
constexpr size_t kMaxSlabBlock = size_t{32} << 10;
constexpr size_t kMaxThreadCache = size_t{8} << 20;
constexpr int64_t kStatsStep = kDirect ? 0 : int64_t{64} << 10;

constexpr size_t list_bytes(unsigned c) {
  return c == kHeaderClass ? kHeaderBytes : class_bytes(c);
}

/// The bytes of a block, how many of a class a thread keeps, and how many it fetches at a time.
struct ListPolicy {
  uint32_t bytes, keep, fetch;
};
constexpr auto kPolicy = [] {
  std::array<ListPolicy, kNumLists> policy{};
  for (unsigned c = 0; c < kNumLists; ++c) {
    const size_t size = list_bytes(c);
    policy[c].bytes = static_cast<uint32_t>(size);
    policy[c].keep = static_cast<uint32_t>(std::clamp<size_t>((256 << 10) / size, 2, 2048));
    policy[c].fetch = size > kMaxSlabBlock
                          ? 1
                          : static_cast<uint32_t>(std::clamp<size_t>((16 << 10) / size, 1, 32));
  }
  return policy;
}();

struct FreeBlock {
  FreeBlock* next;
};

/// What a thread owns. Counters have one writer and are read by memory_stats from elsewhere.
struct ThreadCache {
  struct List {
    FreeBlock* head;
    uint32_t count;
  };
  List lists[kNumLists];
  size_t cached_bytes;
  std::atomic<int64_t> delta;  // change of `allocated` not yet added to the total
  std::atomic<uint64_t> allocations, frees, misses;
  ThreadCache *previous, *next;
};

template <class T>
void add_relaxed(std::atomic<T>& counter, T by) {
  counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

/// Shared between threads; never destroyed, because tensors die after static destructors.
struct Central {
  std::mutex mutex;
  detail::PageHeap pages;
  Span slabs[kNumLists];  // heads of rings of the slabs that have free blocks
  ThreadCache caches;     // head of the ring of live threads; holds the counts of ended ones
  std::atomic<int64_t> allocated{0};
  std::atomic<int64_t> peak{0};

  Central() : caches{} {
    for (Span& head : slabs) head.previous = head.next = &head;
    caches.previous = caches.next = &caches;
  }

  void add_allocated(int64_t bytes) {
    const int64_t now = allocated.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    int64_t seen = peak.load(std::memory_order_relaxed);
    while (now > seen && !peak.compare_exchange_weak(seen, now, std::memory_order_relaxed)) {
    }
  }

  static void link(Span& head, Span* slab) {
    slab->next = head.next;
    slab->previous = &head;
    head.next->previous = slab;
    head.next = slab;
  }
  static void unlink(Span* slab) {
    slab->previous->next = slab->next;
    slab->next->previous = slab->previous;
  }

  Span* new_slab(unsigned c) {
    const size_t size = list_bytes(c);
    const size_t bytes = std::max<size_t>(64 << 10, round_up(8 * size, kPageBytes));
    Span* slab = pages.allocate(bytes, Span::Use::Slab);
    if (!slab) return nullptr;
    slab->size_class = static_cast<uint8_t>(c);
    slab->total_blocks = slab->free_blocks = static_cast<uint32_t>(slab->bytes / size);
    slab->uncut = slab->begin;
    slab->free_list = nullptr;
    link(slabs[c], slab);
    return slab;
  }

  /// Up to `n` blocks of a class as a list, counted; nullptr when memory is out.
  FreeBlock* fetch(unsigned c, uint32_t n, uint32_t& got) {
    const size_t size = list_bytes(c);
    got = 0;
    if (size > kMaxSlabBlock) {
      Span* span = pages.allocate(round_up(size, kPageBytes), Span::Use::Block);
      if (!span) return nullptr;
      got = 1;
      auto* block = reinterpret_cast<FreeBlock*>(span->begin);
      block->next = nullptr;
      return block;
    }
    FreeBlock* list = nullptr;
    while (got < n) {
      Span* slab = slabs[c].next;
      if (slab == &slabs[c]) {
        if (got > 0) break;
        slab = new_slab(c);
        if (!slab) return nullptr;
      }
      for (; got < n && slab->free_blocks > 0; ++got, --slab->free_blocks) {
        auto* block = static_cast<FreeBlock*>(slab->free_list);
        if (block) {
          slab->free_list = block->next;
        } else {
          block = reinterpret_cast<FreeBlock*>(slab->uncut);
          slab->uncut += size;
        }
        block->next = list;
        list = block;
      }
      if (slab->free_blocks == 0) unlink(slab);
    }
    return list;
  }

  void give_back(FreeBlock* block) {
    Span* span = pages.find(block);
    if (span->use == Span::Use::Block) {
      pages.release(span);
      return;
    }
    block->next = static_cast<FreeBlock*>(span->free_list);
    span->free_list = block;
    if (span->free_blocks++ == 0) link(slabs[span->size_class], span);
    if (span->free_blocks == span->total_blocks) {
      unlink(span);
      pages.release(span);
    }
  }

  void give_back(ThreadCache& cache, unsigned c, uint32_t n) {
    ThreadCache::List& list = cache.lists[c];
    n = std::min(n, list.count);
    for (uint32_t i = 0; i < n; ++i) {
      FreeBlock* block = list.head;
      list.head = block->next;
      give_back(block);
    }
    list.count -= n;
    cache.cached_bytes -= n * list_bytes(c);
  }

  void give_back_all(ThreadCache& cache) {
    for (unsigned c = 0; c < kNumLists; ++c) give_back(cache, c, cache.lists[c].count);
  }
};

Central& central() {
  alignas(Central) static char memory[sizeof(Central)];
  static Central* instance = new (memory) Central;
  return *instance;
}

thread_local __attribute__((tls_model("initial-exec"))) constinit ThreadCache* thread_cache =
    nullptr;
std::atomic<int64_t> failure_countdown{0};

__attribute__((noinline)) void flush_stats(ThreadCache& cache) {
  central().add_allocated(cache.delta.load(std::memory_order_relaxed));
  cache.delta.store(0, std::memory_order_relaxed);
}

/// At the end of a thread: blocks and counts go to the central heap. A later destructor of the same
/// thread that allocates starts a new cache, for which the system calls this again.
void close_thread(void* data) {
  auto* cache = static_cast<ThreadCache*>(data);
  thread_cache = nullptr;
  Central& heap = central();
  flush_stats(*cache);
  const std::lock_guard<std::mutex> lock(heap.mutex);
  heap.give_back_all(*cache);
  add_relaxed(heap.caches.allocations, cache->allocations.load());
  add_relaxed(heap.caches.frees, cache->frees.load());
  add_relaxed(heap.caches.misses, cache->misses.load());
  cache->previous->next = cache->next;
  cache->next->previous = cache->previous;
  delete cache;
}

ThreadCache& open_thread() {
  static const pthread_key_t key = [] {
    pthread_key_t k;
    if (pthread_key_create(&k, close_thread) != 0) std::abort();
    return k;
  }();
  auto* cache = new ThreadCache{};
  pthread_setspecific(key, cache);
  Central& heap = central();
  const std::lock_guard<std::mutex> lock(heap.mutex);
  cache->next = heap.caches.next;
  cache->previous = &heap.caches;
  heap.caches.next->previous = cache;
  heap.caches.next = cache;
  thread_cache = cache;
  return *cache;
}

ThreadCache& this_thread() {
  ThreadCache* cache = thread_cache;
  return __builtin_expect(cache != nullptr, 1) ? *cache : open_thread();
}

inline void count_bytes(ThreadCache& cache, int64_t bytes) {
  add_relaxed(cache.delta, bytes);
  const int64_t delta = cache.delta.load(std::memory_order_relaxed);
  if (__builtin_expect(delta > kStatsStep || delta < -kStatsStep, 0)) flush_stats(cache);
}

std::string size_text(size_t bytes) {
  return bytes < (1 << 20) ? cat_str(bytes, " bytes") : cat_str(bytes >> 20, " MiB");
}

[[noreturn]] __attribute__((noinline)) void throw_out_of_memory(size_t bytes) {
  const MemoryStats stats = memory_stats();
  Central& heap = central();
  size_t limit;
  {
    const std::lock_guard<std::mutex> lock(heap.mutex);
    limit = heap.pages.limit();
  }
  throw OutOfMemory(cat_str("[memory] could not allocate ", size_text(bytes), ": ",
                            size_text(stats.allocated), " allocated, ", size_text(stats.reserved),
                            " reserved, limit ",
                            limit == SIZE_MAX ? std::string("none") : size_text(limit),
                            "; free tensors, use smaller batches or raise set_memory_limit"));
}

/// Whether set_allocation_failure_for_testing wants this allocation to fail.
bool must_fail() {
  if (__builtin_expect(failure_countdown.load(std::memory_order_relaxed) <= 0, 1)) return false;
  return failure_countdown.fetch_sub(1) == 1;
}

/// What a block of `bytes` takes: its class, or a multiple of 64 KiB.
inline size_t rounded(size_t bytes) {
  return bytes <= kMaxClassBytes ? class_bytes(detail::size_class(bytes))
                                 : round_up(bytes, 64 << 10);
}

/// A try, and one more after everything cached has been given back to the system.
template <class F>
auto with_retry(Central& heap, ThreadCache& cache, F allocate) {
  auto result = allocate();
  if (!result) {
    heap.give_back_all(cache);
    heap.pages.trim();
    result = allocate();
  }
  return result;
}

__attribute__((noinline)) void* refill(ThreadCache& cache, unsigned c) {
  add_relaxed<uint64_t>(cache.misses, 1);
  Central& heap = central();
  uint32_t got = 0;
  FreeBlock* block;
  {
    const std::lock_guard<std::mutex> lock(heap.mutex);
    block = with_retry(heap, cache, [&] { return heap.fetch(c, kPolicy[c].fetch, got); });
  }
  if (!block) return nullptr;
  cache.lists[c] = {block->next, got - 1};
  cache.cached_bytes += (got - 1) * list_bytes(c);
  return block;
}

inline void* pop(ThreadCache& cache, unsigned c) {
  ThreadCache::List& list = cache.lists[c];
  FreeBlock* block = list.head;
  if (__builtin_expect(block == nullptr, 0)) return refill(cache, c);
  list.head = block->next;
  --list.count;
  cache.cached_bytes -= kPolicy[c].bytes;
  return block;
}

__attribute__((noinline)) void shrink(ThreadCache& cache, unsigned c) {
  Central& heap = central();
  const std::lock_guard<std::mutex> lock(heap.mutex);
  heap.give_back(cache, c, cache.lists[c].count / 2 + 1);
  if (cache.cached_bytes > kMaxThreadCache) heap.give_back_all(cache);
}

[[maybe_unused]] inline void push(ThreadCache& cache, unsigned c, void* memory) {
  ThreadCache::List& list = cache.lists[c];
  auto* block = static_cast<FreeBlock*>(memory);
  block->next = list.head;
  list.head = block;
  cache.cached_bytes += kPolicy[c].bytes;
  if (__builtin_expect(++list.count > kPolicy[c].keep || cache.cached_bytes > kMaxThreadCache, 0))
    shrink(cache, c);
}

[[maybe_unused, gnu::noinline]] void* allocate_large(ThreadCache& cache, size_t bytes) {
  add_relaxed<uint64_t>(cache.misses, 1);
  if (bytes > SIZE_MAX / 2) return nullptr;
  Central& heap = central();
  const std::lock_guard<std::mutex> lock(heap.mutex);
  Span* span = with_retry(heap, cache,
                          [&] { return heap.pages.allocate(rounded(bytes), Span::Use::Block); });
  return span ? span->begin : nullptr;
}

[[maybe_unused, gnu::noinline]] void deallocate_large(void* block) {
  Central& heap = central();
  const std::lock_guard<std::mutex> lock(heap.mutex);
  heap.pages.release(heap.pages.find(block));
}

/// Straight from malloc, where a sanitizer watches each block. The limit then counts live bytes.
[[maybe_unused]] void* allocate_direct(size_t bytes) {
  Central& heap = central();
  size_t limit;
  {
    const std::lock_guard<std::mutex> lock(heap.mutex);
    limit = heap.pages.limit();
  }
  // Sanitizers end the program over a request of more than 1 TiB.
  limit = std::min(limit, size_t{1} << 39);
  if (bytes > limit || static_cast<size_t>(heap.allocated.load()) > limit - bytes) return nullptr;
  void* block = nullptr;
  return posix_memalign(&block, 64, bytes) == 0 ? block : nullptr;
}

}  // namespace

void* cpu_allocate(size_t bytes) {
  if (__builtin_expect(bytes == 0, 0)) return nullptr;
  if (__builtin_expect(must_fail(), 0)) throw_out_of_memory(bytes);
  ThreadCache& cache = this_thread();
  void* block;
  int64_t taken;
  if (!kDirect && bytes <= kMaxClassBytes) {
    const unsigned c = detail::size_class(bytes);
    block = pop(cache, c);
    taken = kPolicy[c].bytes;
  } else {
    block = kDirect ? allocate_direct(bytes) : allocate_large(cache, bytes);
    taken = static_cast<int64_t>(rounded(bytes));
  }
  if (__builtin_expect(block == nullptr, 0)) throw_out_of_memory(bytes);
  add_relaxed<uint64_t>(cache.allocations, 1);
  count_bytes(cache, taken);
  return block;
}

void cpu_deallocate(void* block, size_t bytes) noexcept {
  if (__builtin_expect(block == nullptr, 0)) return;
  ThreadCache& cache = this_thread();
  add_relaxed<uint64_t>(cache.frees, 1);
  if (!kDirect && bytes <= kMaxClassBytes) {
    const unsigned c = detail::size_class(bytes);
    count_bytes(cache, -int64_t{kPolicy[c].bytes});
    return push(cache, c, block);
  }
  count_bytes(cache, -static_cast<int64_t>(rounded(bytes)));
  kDirect ? std::free(block) : deallocate_large(block);
}

void* header_allocate() {
  void* block = kDirect ? std::aligned_alloc(64, kHeaderBytes) : pop(this_thread(), kHeaderClass);
  if (__builtin_expect(block == nullptr, 0)) throw_out_of_memory(kHeaderBytes);
  return block;
}

void header_deallocate(void* block) noexcept {
  if constexpr (kDirect)
    std::free(block);
  else if (block)
    push(this_thread(), kHeaderClass, block);
}

void lock_allocator() { central().mutex.lock(); }
void unlock_allocator() { central().mutex.unlock(); }

void set_allocation_failure_for_testing(int64_t n) { failure_countdown.store(n); }

MemoryStats memory_stats() {
  Central& heap = central();
  MemoryStats stats;
  const std::lock_guard<std::mutex> lock(heap.mutex);
  int64_t allocated = heap.allocated.load();
  uint64_t misses = heap.caches.misses.load();
  stats.allocations = heap.caches.allocations.load();
  stats.frees = heap.caches.frees.load();
  for (ThreadCache* t = heap.caches.next; t != &heap.caches; t = t->next) {
    allocated += t->delta.load();
    misses += t->misses.load();
    stats.allocations += t->allocations.load();
    stats.frees += t->frees.load();
  }
  // Counters of running threads are read one after the other and may be a few operations apart.
  stats.allocated = static_cast<size_t>(std::max<int64_t>(allocated, 0));
  stats.peak_allocated = std::max(stats.allocated, static_cast<size_t>(heap.peak.load()));
  stats.cache_hits = stats.allocations - std::min(misses, stats.allocations);
  stats.reserved = kDirect ? stats.allocated : heap.pages.reserved();
  stats.peak_reserved = kDirect ? stats.peak_allocated : heap.pages.peak_reserved();
  stats.system_calls = kDirect ? stats.allocations : heap.pages.system_calls();
  return stats;
}

void reset_peak_memory_stats() {
  Central& heap = central();
  flush_stats(this_thread());
  const std::lock_guard<std::mutex> lock(heap.mutex);
  heap.peak.store(heap.allocated.load());
  heap.pages.reset_peak();
}

void empty_cache() {
  Central& heap = central();
  ThreadCache& cache = this_thread();
  const std::lock_guard<std::mutex> lock(heap.mutex);
  heap.give_back_all(cache);
  heap.pages.trim();
}

void set_memory_limit(size_t bytes) {
  empty_cache();
  Central& heap = central();
  const std::lock_guard<std::mutex> lock(heap.mutex);
  heap.pages.set_limit(bytes ? bytes : SIZE_MAX);
}

}  // namespace hearth
