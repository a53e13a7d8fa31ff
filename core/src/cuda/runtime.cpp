// SPDX-License-Identifier: Apache-2.0
#include "cuda/runtime.h"

#include <cstring>
#include <mutex>

#include "hearth/base/cuda.h"

#include "backends/registry.h"
#include "cuda/kernels.h"

namespace hearth::cuda {

namespace {

constexpr int kMaxDevices = 64;

/// What is made once per device, on its first use.
struct DeviceState {
  cudaStream_t stream = nullptr;
  cudaMemPool_t pool = nullptr;
  Fault* fault = nullptr;         ///< as the host sees it
  Fault* device_fault = nullptr;  ///< as the device sees it
  int multiprocessors = 0;
};

thread_local int current_device = -1;

void make_state(DeviceState& s, int index) {
  check(cudaSetDevice(index), "cudaSetDevice");
  // Ordered with the legacy stream, so that other CUDA code in the program may share tensors.
  check(cudaStreamCreateWithFlags(&s.stream, cudaStreamDefault), "cudaStreamCreate");
  check(cudaDeviceGetDefaultMemPool(&s.pool, index), "cudaDeviceGetDefaultMemPool");
  // Freed blocks stay in the pool: a driver call for every tensor would cost more than the kernels.
  uint64_t keep = UINT64_MAX;
  check(cudaMemPoolSetAttribute(s.pool, cudaMemPoolAttrReleaseThreshold, &keep),
        "cudaMemPoolSetAttribute");
  check(cudaDeviceGetAttribute(&s.multiprocessors, cudaDevAttrMultiProcessorCount, index),
        "cudaDeviceGetAttribute");
  void* host = nullptr;
  check(cudaHostAlloc(&host, sizeof(Fault), cudaHostAllocMapped), "cudaHostAlloc");
  s.fault = new (host) Fault;
  void* mapped = nullptr;
  check(cudaHostGetDevicePointer(&mapped, host, 0), "cudaHostGetDevicePointer");
  s.device_fault = static_cast<Fault*>(mapped);
}

DeviceState& state_of(int index) {
  static DeviceState states[kMaxDevices];
  static std::once_flag made[kMaxDevices];
  HEARTH_CHECK_AS(DeviceError, index >= 0 && index < kMaxDevices, "[cuda] no device number ",
                  index);
  const auto i = static_cast<size_t>(index);
  std::call_once(made[i], [&] { make_state(states[i], index); });
  return states[i];
}

void activate(Device device) {
  const int index = device.resolved().index();
  if (index == current_device) return;
  state_of(index);
  check(cudaSetDevice(index), cat_str("device ", device));
  current_device = index;
}

DeviceState& state() {
  if (current_device < 0) activate(Device(kCUDA, 0));
  return state_of(current_device);
}

void throw_fault(Fault& reported) {
  if (!*static_cast<volatile int*>(&reported.raised)) return;
  const Fault f = reported;
  reported.raised = 0;
  throw IndexError(cat_str("[", static_cast<const char*>(f.op), "] index ", f.index,
                           " is out of range for a dim of size ", f.size));
}

int64_t count_devices() {
  int n = 0;
  return cudaGetDeviceCount(&n) == cudaSuccess ? n : 0;
}

void release(void* stream, void* data, size_t) {
  // Fails only while the process ends, when the driver takes everything back.
  (void)cudaFreeAsync(data, static_cast<cudaStream_t>(stream));
}

void* take(DeviceState& s, size_t bytes) {
  void* data = nullptr;
  cudaError_t error = cudaMallocAsync(&data, bytes, s.stream);
  if (error == cudaErrorMemoryAllocation) {
    (void)cudaGetLastError();
    // What was freed may lie in pieces: give it back, then ask once more.
    (void)cudaStreamSynchronize(s.stream);
    (void)cudaMemPoolTrimTo(s.pool, 0);
    error = cudaMallocAsync(&data, bytes, s.stream);
  }
  if (error == cudaErrorMemoryAllocation) {
    (void)cudaGetLastError();
    size_t available = 0, total = 0;
    (void)cudaMemGetInfo(&available, &total);
    throw OutOfMemory(cat_str("[cuda] cannot allocate ", bytes, " bytes: ", available, " of ",
                              total, " are free on device ", current_device));
  }
  check(error, "cudaMallocAsync");
  return data;
}

void allocate(Storage& storage, size_t bytes, Device device) {
  activate(device);
  DeviceState& s = state();
  storage.data = take(s, bytes);
  storage.context = s.stream;
  storage.deleter = &release;
}

void copy_bytes(void* dst, Device dst_device, const void* src, Device src_device, size_t bytes) {
  if (bytes == 0) return;
  activate(dst_device.is_cpu() ? src_device : dst_device);
  const bool between = dst_device.is_cuda() && src_device.is_cuda() && dst_device != src_device;
  // The source's stream may still be writing.
  if (between) {
    DeviceState& source = state_of(src_device.resolved().index());
    check(cudaStreamSynchronize(source.stream), "copy between devices");
  }
  if (dst_device.is_cpu()) return copy_to_host(dst, src, bytes);
  if (src_device.is_cpu()) return copy_to_device(dst, src, bytes);
  check(cudaMemcpyAsync(dst, src, bytes, cudaMemcpyDefault, stream()), "copy on the device");
  if (between) wait();
}

MemoryStats memory_stats_of(Device device) {
  activate(device);
  const cudaMemPool_t pool = state().pool;
  const auto read = [&](cudaMemPoolAttr attribute) {
    uint64_t value = 0;
    check(cudaMemPoolGetAttribute(pool, attribute, &value), "cudaMemPoolGetAttribute");
    return static_cast<size_t>(value);
  };
  MemoryStats stats;
  stats.allocated = read(cudaMemPoolAttrUsedMemCurrent);
  stats.reserved = read(cudaMemPoolAttrReservedMemCurrent);
  stats.peak_allocated = read(cudaMemPoolAttrUsedMemHigh);
  stats.peak_reserved = read(cudaMemPoolAttrReservedMemHigh);
  return stats;
}

void reset_peaks(Device device) {
  activate(device);
  uint64_t zero = 0;
  for (const cudaMemPoolAttr a : {cudaMemPoolAttrUsedMemHigh, cudaMemPoolAttrReservedMemHigh})
    check(cudaMemPoolSetAttribute(state().pool, a, &zero), "cudaMemPoolSetAttribute");
}

void empty_pool(Device device) {
  activate(device);
  wait();
  check(cudaMemPoolTrimTo(state().pool, 0), "cudaMemPoolTrimTo");
}

void synchronize_device(Device device) {
  activate(device);
  wait();
}

std::string name_of(Device device) {
  cudaDeviceProp properties;
  check(cudaGetDeviceProperties(&properties, device.resolved().index()), "cudaGetDeviceProperties");
  return properties.name;
}

constexpr Backend kBackend{
    .allocate = &allocate,
    .copy_bytes = &copy_bytes,
    .device_count = &count_devices,
    .activate = &activate,
    .synchronize = &synchronize_device,
    .memory_stats = &memory_stats_of,
    .reset_peak_memory_stats = &reset_peaks,
    .empty_cache = &empty_pool,
    .device_name = &name_of,
};

void install(Registry& registry) {
  HEARTH_CHECK_AS(DeviceError, count_devices() > 0,
                  "[cuda] the driver answers, but it has no device");
  registry.set_backend(kCUDA, &kBackend);
  install_kernels();
}

}  // namespace

void check(cudaError_t error, std::string_view what) {
  if (error == cudaSuccess) return;
  (void)cudaGetLastError();
  const std::string text = cat_str("[", what, "] CUDA: ", cudaGetErrorString(error));
  if (error == cudaErrorMemoryAllocation) throw OutOfMemory(text);
  throw DeviceError(text);
}

cudaStream_t stream() { return state().stream; }
int multiprocessors() { return state().multiprocessors; }
Fault* fault() { return state().device_fault; }
int device_index() {
  state();
  return current_device;
}

void wait() {
  DeviceState& s = state();
  check(cudaStreamSynchronize(s.stream), "synchronize");
  throw_fault(*s.fault);
}

Workspace::Workspace(size_t bytes) : data_(bytes ? take(state(), bytes) : nullptr) {}
Workspace::~Workspace() {
  if (data_) release(stream(), data_, 0);
}

void copy_to_device(void* dst, const void* src, size_t bytes) {
  // From pageable memory, as all of ours is, CUDA returns once it has read the source.
  check(cudaMemcpyAsync(dst, src, bytes, cudaMemcpyHostToDevice, stream()), "copy to the device");
}

void copy_to_host(void* dst, const void* src, size_t bytes) {
  check(cudaMemcpyAsync(dst, src, bytes, cudaMemcpyDeviceToHost, stream()), "copy to the host");
  wait();
}

}  // namespace hearth::cuda

HEARTH_BACKEND(hearth::cuda::install)
