// SPDX-License-Identifier: Apache-2.0
// The backend, and the state of its devices.
#include "cuda/runtime.h"

#include <mutex>

#include "backends/plugin.h"
#include "base/current_stream.h"
#include "cuda/device.h"
#include "cuda/kernels.h"

namespace hearth::cuda {

namespace {

/// What this thread last gave to cudaSetDevice.
thread_local int active_device = -1;

void make_state(DeviceState& s, int index) {
  check(cudaSetDevice(index), "cudaSetDevice");
  // Ordered with the legacy stream, so that other CUDA code in the program may share tensors.
  check(cudaStreamCreateWithFlags(&s.default_stream, cudaStreamDefault), "cudaStreamCreate");
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

int64_t count_devices() {
  int n = 0;
  return cudaGetDeviceCount(&n) == cudaSuccess ? n : 0;
}

void synchronize_device(Device device) {
  activate(device);
  check(cudaDeviceSynchronize(), "synchronize");
  throw_fault(state());
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
    .streams = &kStreamSlots,
    .activate = &activate,
    .synchronize = &synchronize_device,
    .memory_stats = &memory_stats_of,
    .reset_peak_memory_stats = &reset_peaks,
    .empty_cache = &empty_pool,
    .device_name = &name_of,
    .allocate_pinned = &allocate_pinned,
    .is_pinned = &is_pinned,
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

DeviceState& state_of(Device device) {
  static DeviceState states[kMaxDevices];
  static std::once_flag made[kMaxDevices];
  const int index = device.resolved().index();
  HEARTH_CHECK_AS(DeviceError, index >= 0 && index < kMaxDevices, "[cuda] no device number ",
                  index);
  const auto i = static_cast<size_t>(index);
  std::call_once(made[i], [&] {
    make_state(states[i], index);
    if (active_device < 0) active_device = index;
    check(cudaSetDevice(active_device), "cudaSetDevice");
  });
  return states[i];
}

void activate(Device device) {
  const int index = device.resolved().index();
  if (index == active_device) return;
  state_of(device);
  check(cudaSetDevice(index), cat_str("device ", device));
  active_device = index;
}

OnDevice::OnDevice(Device device) : before_(active_device) { activate(device); }
OnDevice::~OnDevice() {
  if (before_ < 0 || before_ == active_device) return;
  (void)cudaSetDevice(before_);
  active_device = before_;
}

DeviceState& state() {
  if (active_device < 0) activate(Device(kCUDA));
  return state_of(Device(kCUDA, static_cast<DeviceIndex>(active_device)));
}

void throw_fault(DeviceState& s) {
  if (!*static_cast<volatile int*>(&s.fault->raised)) return;
  const Fault f = *s.fault;
  s.fault->raised = 0;
  throw IndexError(cat_str("[", static_cast<const char*>(f.op), "] index ", f.index,
                           " is out of range for a dim of size ", f.size));
}

cudaStream_t stream() {
  DeviceState& s = state();
  void*& current = current_stream_slot(static_cast<DeviceIndex>(active_device));
  if (!current) current = s.default_stream;
  return static_cast<cudaStream_t>(current);
}
int multiprocessors() { return state().multiprocessors; }
Fault* fault() { return state().device_fault; }
int device_index() {
  state();
  return active_device;
}

void wait() {
  check(cudaStreamSynchronize(stream()), "synchronize");
  throw_fault(state());
}

}  // namespace hearth::cuda

HEARTH_BACKEND(hearth::cuda::install)
