// SPDX-License-Identifier: Apache-2.0
// The backend, and the state of its devices.
#include "cuda/runtime.h"

#include <cctype>
#include <cstdlib>
#include <cstring>
#include <fstream>
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
  refuse_while_capturing("synchronize", stream());
  check(cudaDeviceSynchronize(), "synchronize");
  throw_fault(state());
}

std::string uuid_text(const cudaUUID_t& uuid) {
  std::string text = "GPU-";
  for (size_t i = 0; i < sizeof uuid.bytes; ++i) {
    constexpr const char* kDigits = "0123456789abcdef";
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    const auto byte = static_cast<unsigned char>(uuid.bytes[i]);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

DeviceProperties properties_of(Device device) {
  cudaDeviceProp p;
  check(cudaGetDeviceProperties(&p, device.resolved().index()), "cudaGetDeviceProperties");
  return {.name = p.name,
          .uuid = uuid_text(p.uuid),
          .major = p.major,
          .minor = p.minor,
          .total_memory = p.totalGlobalMem,
          .multi_processor_count = p.multiProcessorCount,
          .warp_size = p.warpSize,
          .max_threads_per_block = p.maxThreadsPerBlock,
          .max_threads_per_multi_processor = p.maxThreadsPerMultiProcessor,
          .regs_per_multiprocessor = p.regsPerMultiprocessor,
          .shared_memory_per_block = p.sharedMemPerBlock,
          .shared_memory_per_block_optin = p.sharedMemPerBlockOptin,
          .shared_memory_per_multiprocessor = p.sharedMemPerMultiprocessor,
          .L2_cache_size = static_cast<size_t>(p.l2CacheSize),
          .pci_domain_id = p.pciDomainID,
          .pci_bus_id = p.pciBusID,
          .pci_device_id = p.pciDeviceID,
          .is_integrated = p.integrated != 0,
          .is_multi_gpu_board = p.isMultiGpuBoard != 0};
}

/// HEARTH_CUDA_SYNC=1: every launch is waited for.
bool waits_for_launches() {
  static const bool on = [] {
    const char* wish = std::getenv("HEARTH_CUDA_SYNC");
    return wish && std::strcmp(wish, "1") == 0;
  }();
  return on;
}

/// Errors that kernels raise while they run, which whoever asks next gets to hear of.
bool is_of_a_kernel(cudaError_t error) {
  return error == cudaErrorIllegalAddress || error == cudaErrorMisalignedAddress ||
         error == cudaErrorIllegalInstruction || error == cudaErrorInvalidAddressSpace ||
         error == cudaErrorInvalidPc || error == cudaErrorHardwareStackError ||
         error == cudaErrorLaunchTimeout || error == cudaErrorLaunchFailure ||
         error == cudaErrorAssert;
}

[[noreturn]] void throw_error(cudaError_t error, std::string_view what) {
  (void)cudaGetLastError();
  std::string text = cat_str("[", what, "] CUDA: ", cudaGetErrorString(error));
  if (error == cudaErrorMemoryAllocation) throw OutOfMemory(text);
  if (error == cudaErrorNoKernelImageForDevice) {
    const DeviceProperties p =
        properties_of(Device(kCUDA, static_cast<DeviceIndex>(active_device)));
    text += cat_str("; ", p.name, " has compute capability ", p.major, ".", p.minor,
                    ", and Hearth was built for " HEARTH_CUDA_ARCHITECTURES
                    ": build it with CMAKE_CUDA_ARCHITECTURES=",
                    p.major, p.minor);
  } else if (!waits_for_launches() && is_of_a_kernel(error)) {
    text +=
        "; an earlier operation may have caused it: HEARTH_CUDA_SYNC=1 in the environment shows "
        "which";
  }
  throw DeviceError(text);
}

/// Waits for what the current stream was given, and throws what went wrong. Nothing before the
/// device's first use, nor while a graph is captured.
void wait_for_launch(std::string_view op) {
  if (active_device < 0) return;
  auto* const current =
      static_cast<cudaStream_t>(current_stream_slot(static_cast<DeviceIndex>(active_device)));
  cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
  if (!current || cudaStreamIsCapturing(current, &status) != cudaSuccess ||
      status != cudaStreamCaptureStatusNone)
    return;
  if (const cudaError_t error = cudaStreamSynchronize(current)) throw_error(error, op);
  throw_fault(state());
}

Backend make_backend() {
  return {.allocate = &allocate,
          .copy_bytes = &copy_bytes,
          .device_count = &count_devices,
          .streams = &kStreamSlots,
          .activate = &activate,
          .synchronize = &synchronize_device,
          .after_kernel = waits_for_launches() ? &wait_for_launch : nullptr,
          .memory = &kMemorySlots,
          .graphs = &kGraphSlots,
          .properties = &properties_of,
          .allocate_pinned = &allocate_pinned,
          .is_pinned = &is_pinned};
}

/// "13.0" of 13000.
std::string version_text(int version) { return cat_str(version / 1000, ".", version % 1000 / 10); }

/// "NVIDIA's driver 535.104.05, which supports CUDA up to 12.2".
std::string driver_text() {
  std::string number;
  // "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 ..."
  std::ifstream file("/proc/driver/nvidia/version");
  for (std::string word; file >> word;)
    if (!word.empty() && std::isdigit(static_cast<unsigned char>(word[0])) &&
        word.find('.') != std::string::npos) {
      number = word;
      break;
    }
  int supported = 0;
  (void)cudaDriverGetVersion(&supported);
  return cat_str("NVIDIA's driver", number.empty() ? "" : " ", number,
                 ", which supports CUDA up to ", version_text(supported));
}

/// Throws DeviceError, saying what is needed, unless there is a device.
void check_devices() {
  int n = 0;
  const cudaError_t error = cudaGetDeviceCount(&n);
  if (error == cudaSuccess && n > 0) return;
  (void)cudaGetLastError();
  const std::string needed = version_text(CUDART_VERSION);
  HEARTH_CHECK_AS(DeviceError, error != cudaErrorInsufficientDriver, "[cuda] ", driver_text(),
                  ", is too old: this build of Hearth needs ", needed,
                  "; update the driver, or build Hearth with an older CUDA toolkit");
  const bool none = error == cudaSuccess || error == cudaErrorNoDevice;
  const char* visible = std::getenv("CUDA_VISIBLE_DEVICES");
  HEARTH_CHECK_AS(DeviceError, !none || !visible, "[cuda] CUDA_VISIBLE_DEVICES is '", visible,
                  "', which names no GPU of this machine (", driver_text(), ")");
  HEARTH_CHECK_AS(DeviceError, !none, "[cuda] ", driver_text(),
                  ", finds no GPU; this build of Hearth needs one, and CUDA ", needed);
  throw DeviceError(cat_str("[cuda] ", driver_text(),
                            ", cannot be used: ", cudaGetErrorString(error),
                            "; this build of Hearth needs CUDA ", needed));
}

void install(Registry& registry) {
  check_devices();
  static const Backend backend = make_backend();
  registry.set_backend(kCUDA, &backend);
  install_kernels();
}

}  // namespace

void check(cudaError_t error, std::string_view what) {
  if (error != cudaSuccess) throw_error(error, what);
  if (waits_for_launches()) wait_for_launch(what);
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
  HEARTH_CHECK_AS(ValueError, !f.expected[0], "[", static_cast<const char*>(f.op), "] expected ",
                  static_cast<const char*>(f.expected), ", got ", f.value);
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
  refuse_while_capturing("wait", stream());
  check(cudaStreamSynchronize(stream()), "synchronize");
  throw_fault(state());
}

}  // namespace hearth::cuda

HEARTH_BACKEND(hearth::cuda::install)
