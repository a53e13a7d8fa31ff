// SPDX-License-Identifier: Apache-2.0
// Memory of devices and pinned memory of the host. What is allocated is full of NaNs, and lies
// between bytes that nobody may change.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <vector>

#include <sys/mman.h>

#include "capture.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define HEARTH_SANITIZED true
#else
#define HEARTH_SANITIZED false
#define ASAN_POISON_MEMORY_REGION(address, size) \
  (static_cast<void>(address), static_cast<void>(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) \
  (static_cast<void>(address), static_cast<void>(size))
#endif

struct CUmemPoolHandle_st {
  size_t used = 0, reserved = 0, used_high = 0, reserved_high = 0;
};

namespace hearth::emulator {

namespace {

/// AddressSanitizer finds stray accesses itself, and lets nobody look at the guards.
constexpr bool kSanitized = HEARTH_SANITIZED;
constexpr size_t kUnit = 256;
constexpr size_t kGuard = 256;  ///< bytes before and after an allocation
constexpr unsigned char kGuardByte = 0xa5, kNaNByte = 0xff;
/// Filling more at once would take longer than the tests that need it.
constexpr size_t kMostFilled = size_t{64} << 20;

/// The memory of one device: a range of addresses, from which blocks are cut and to which they
/// never go back; those that were freed are used again for the same size.
class Arena {
 public:
  Arena() {
    void* at = mmap(nullptr, kRange, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) {
      std::fputs("[emulator] no address space for the memory of a device\n", stderr);
      std::abort();
    }
    begin_ = end_ = static_cast<char*>(at);
  }

  void* allocate(size_t bytes) {
    if (bytes > kMemory || pool.used + bytes > kMemory) return nullptr;
    const size_t size = (bytes + kUnit - 1) / kUnit * kUnit + 2 * kGuard;
    std::vector<char*>& idle = idle_[size];
    char* block;
    if (!idle.empty()) {
      block = idle.back();
      idle.pop_back();
    } else {
      if (size > kRange - static_cast<size_t>(end_ - begin_)) return nullptr;
      block = end_;
      end_ += size;
    }
    char* data = block + kGuard;
    ASAN_UNPOISON_MEMORY_REGION(block, size);
    std::memset(data, kNaNByte, std::min(bytes, kMostFilled));
    set_guards(data, bytes);
    ASAN_POISON_MEMORY_REGION(block, size);
    ASAN_UNPOISON_MEMORY_REGION(data, bytes);
    used_[data] = bytes;
    pool.used += bytes;
    pool.reserved = std::max(pool.reserved, pool.used);
    pool.used_high = std::max(pool.used_high, pool.used);
    pool.reserved_high = std::max(pool.reserved_high, pool.reserved);
    return data;
  }

  /// False if nothing was allocated there.
  bool free(void* at) {
    const auto found = used_.find(static_cast<char*>(at));
    if (found == used_.end()) return false;
    char* data = found->first;
    const size_t bytes = found->second;
    used_.erase(found);
    pool.used -= bytes;
    const size_t size = (bytes + kUnit - 1) / kUnit * kUnit + 2 * kGuard;
    ASAN_UNPOISON_MEMORY_REGION(data - kGuard, size);
    if (const std::string wrong = stray_write(data, bytes); !wrong.empty()) {
      std::fprintf(stderr, "[emulator] %s\n", wrong.c_str());
      std::abort();
    }
    // What is read after this is NaN as well.
    std::memset(data, kNaNByte, std::min(bytes, kMostFilled));
    if (bytes > kMostFilled) madvise(data + kMostFilled, bytes - kMostFilled, MADV_DONTNEED);
    ASAN_POISON_MEMORY_REGION(data - kGuard, size);
    idle_[size].push_back(data - kGuard);
    return true;
  }

  /// Of all allocations, unless they are too many to look at after every launch.
  std::string stray_write() {
    if (kSanitized || used_.size() > 256) return "";
    for (const auto& [data, bytes] : used_)
      if (std::string wrong = stray_write(data, bytes); !wrong.empty()) {
        set_guards(data, bytes);
        return wrong;
      }
    return "";
  }

  bool has(const void* at) const { return at >= begin_ && at < begin_ + kRange; }
  bool is_whole(const void* at, size_t bytes) const {
    auto found = used_.upper_bound(static_cast<char*>(const_cast<void*>(at)));
    if (found == used_.begin()) return false;
    --found;
    return static_cast<const char*>(at) + bytes <= found->first + found->second;
  }

  CUmemPoolHandle_st pool;

 private:
  static constexpr size_t kRange = size_t{1} << 36;

  static void set_guards(char* data, size_t bytes) {
    std::memset(data - kGuard, kGuardByte, kGuard);
    std::memset(data + bytes, kGuardByte, kGuard);
  }
  /// What is wrong with the bytes around an allocation; empty if nothing is.
  static std::string stray_write(const char* data, size_t bytes) {
    for (const char* guard : {data - kGuard, data + bytes})
      for (size_t i = 0; i < kGuard; ++i)
        if (static_cast<unsigned char>(guard[i]) != kGuardByte) {
          const bool before = guard < data;
          return "somebody wrote " + std::to_string(before ? kGuard - i : i) +
                 (before ? " bytes before" : " bytes past the end of") + " an allocation of " +
                 std::to_string(bytes) + " bytes";
        }
    return "";
  }

  char *begin_, *end_;
  std::map<char*, size_t> used_;
  std::map<size_t, std::vector<char*>> idle_;
};

Arena& arena(int device) {
  static auto& all = *new Arena[kDevices];
  return (&all)[device];
}

/// Pinned allocations by address.
std::map<char*, size_t>& pinned() {
  static auto& all = *new std::map<char*, size_t>;
  return all;
}

cudaError_t allocate(void** data, size_t bytes) {
  if (const cudaError_t error = refuse_unsafe()) return error;
  const std::lock_guard guard(lock());
  *data = nullptr;
  if (bytes == 0) return cudaSuccess;
  *data = arena(current_device()).allocate(bytes);
  return *data ? cudaSuccess : report(cudaErrorMemoryAllocation);
}

cudaError_t free_device(void* data) {
  if (const cudaError_t error = refuse_unsafe()) return error;
  const std::lock_guard guard(lock());
  if (!data) return cudaSuccess;
  for (int d = 0; d < kDevices; ++d)
    if (arena(d).free(data)) return cudaSuccess;
  return report(cudaErrorInvalidValue, "nothing is allocated at this address, or no longer");
}

bool is_range(const void* at, size_t bytes) {
  const Memory m = memory_at(at);
  return m.type != cudaMemoryTypeDevice || arena(m.device).is_whole(at, bytes);
}

/// Whether a copy's direction fits its addresses. Memory of the host may be pinned or not.
bool fits(cudaMemcpyKind kind, const void* dst, const void* src) {
  const bool to = memory_at(dst).type == cudaMemoryTypeDevice,
             from = memory_at(src).type == cudaMemoryTypeDevice;
  switch (kind) {
    case cudaMemcpyHostToHost:
      return !to && !from;
    case cudaMemcpyHostToDevice:
      return to && !from;
    case cudaMemcpyDeviceToHost:
      return !to && from;
    case cudaMemcpyDeviceToDevice:
      return to && from;
    default:
      return true;
  }
}

}  // namespace

std::string stray_write() {
  for (int d = 0; d < kDevices; ++d)
    if (std::string wrong = arena(d).stray_write(); !wrong.empty()) return wrong;
  return "";
}

Memory memory_at(const void* address) {
  const std::lock_guard guard(lock());
  for (int d = 0; d < kDevices; ++d)
    if (arena(d).has(address)) return {cudaMemoryTypeDevice, d};
  auto found = pinned().upper_bound(static_cast<char*>(const_cast<void*>(address)));
  if (found == pinned().begin()) return {};
  --found;
  if (address >= found->first + found->second) return {};
  return {cudaMemoryTypeHost, current_device()};
}

}  // namespace hearth::emulator

using namespace hearth::emulator;

cudaError_t cudaMalloc(void** data, size_t bytes) { return allocate(data, bytes); }
cudaError_t cudaFree(void* data) { return free_device(data); }
cudaError_t cudaMallocAsync(void** data, size_t bytes, cudaStream_t) {
  return allocate(data, bytes);
}
cudaError_t cudaFreeAsync(void* data, cudaStream_t) { return free_device(data); }

cudaError_t cudaMemGetInfo(size_t* free, size_t* total) {
  const std::lock_guard guard(lock());
  *total = kMemory;
  *free = kMemory - arena(current_device()).pool.reserved;
  return cudaSuccess;
}

cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t* pool, int device) {
  if (device < 0 || device >= kDevices) return report(cudaErrorInvalidDevice);
  *pool = &arena(device).pool;
  return cudaSuccess;
}
cudaError_t cudaMemPoolTrimTo(cudaMemPool_t pool, size_t keep) {
  const std::lock_guard guard(lock());
  pool->reserved = std::max(pool->used, std::min(keep, pool->reserved));
  return cudaSuccess;
}
cudaError_t cudaMemPoolGetAttribute(cudaMemPool_t pool, cudaMemPoolAttr attribute, void* value) {
  const std::lock_guard guard(lock());
  auto* to = static_cast<uint64_t*>(value);
  switch (attribute) {
    case cudaMemPoolAttrUsedMemCurrent:
      *to = pool->used;
      return cudaSuccess;
    case cudaMemPoolAttrReservedMemCurrent:
      *to = pool->reserved;
      return cudaSuccess;
    case cudaMemPoolAttrUsedMemHigh:
      *to = pool->used_high;
      return cudaSuccess;
    case cudaMemPoolAttrReservedMemHigh:
      *to = pool->reserved_high;
      return cudaSuccess;
    default:
      return report(cudaErrorInvalidValue, "the emulator does not know this attribute");
  }
}
cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t pool, cudaMemPoolAttr attribute, void*) {
  const std::lock_guard guard(lock());
  // Peaks can only be set to what is now.
  if (attribute == cudaMemPoolAttrUsedMemHigh) pool->used_high = pool->used;
  if (attribute == cudaMemPoolAttrReservedMemHigh) pool->reserved_high = pool->reserved;
  return cudaSuccess;
}

cudaError_t cudaHostAlloc(void** data, size_t bytes, unsigned) {
  if (const cudaError_t error = refuse_unsafe()) return error;
  const std::lock_guard guard(lock());
  *data = std::malloc(bytes);
  if (!*data) return report(cudaErrorMemoryAllocation);
  std::memset(*data, kNaNByte, std::min(bytes, kMostFilled));
  pinned()[static_cast<char*>(*data)] = bytes;
  return cudaSuccess;
}
cudaError_t cudaFreeHost(void* data) {
  const std::lock_guard guard(lock());
  if (!data) return cudaSuccess;
  if (pinned().erase(static_cast<char*>(data)) == 0) return report(cudaErrorInvalidValue);
  std::free(data);
  return cudaSuccess;
}
cudaError_t cudaHostGetDevicePointer(void** device, void* host, unsigned) {
  if (memory_at(host).type != cudaMemoryTypeHost) return report(cudaErrorInvalidValue);
  *device = host;
  return cudaSuccess;
}
cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes, const void* address) {
  const Memory memory = memory_at(address);
  *attributes = {};
  attributes->type = memory.type;
  attributes->device = memory.device;
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* dst, const void* src, size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  const std::lock_guard guard(lock());
  if (bytes == 0) return cudaSuccess;
  if (!fits(kind, dst, src)) return report(cudaErrorInvalidValue, "the copy goes another way");
  if (!is_range(dst, bytes) || !is_range(src, bytes))
    return report(cudaErrorInvalidValue, "the copy leaves its allocation");
  return enqueue(stream, [=] { std::memcpy(dst, src, bytes); });
}
cudaError_t cudaMemcpy(void* dst, const void* src, size_t bytes, cudaMemcpyKind kind) {
  return cudaMemcpyAsync(dst, src, bytes, kind, nullptr);
}
cudaError_t cudaMemsetAsync(void* at, int value, size_t bytes, cudaStream_t stream) {
  const std::lock_guard guard(lock());
  if (bytes == 0) return cudaSuccess;
  if (memory_at(at).type != cudaMemoryTypeDevice || !is_range(at, bytes))
    return report(cudaErrorInvalidValue, "not memory of a device, or beyond an allocation");
  return enqueue(stream, [=] { std::memset(at, value, bytes); });
}
