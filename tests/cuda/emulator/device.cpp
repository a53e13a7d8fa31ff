// SPDX-License-Identifier: Apache-2.0
// Devices, errors and launches.
#include <cstring>
#include <map>
#include <utility>

#include "capture.h"
#include "run.h"

namespace hearth::emulator {

namespace {

constexpr size_t kUsualShared = 48 << 10, kMostShared = 227 << 10;

thread_local int device = 0;
thread_local cudaError_t last_error = cudaSuccess;
thread_local std::string last_message;

/// Dynamic shared memory that kernels were allowed, where it is more than the usual.
std::map<const void*, size_t>& allowed_shared() {
  static auto& all = *new std::map<const void*, size_t>;
  return all;
}

bool fits(const dim3& d, unsigned x, unsigned y, unsigned z) {
  return d.x >= 1 && d.y >= 1 && d.z >= 1 && d.x <= x && d.y <= y && d.z <= z;
}

}  // namespace

std::recursive_mutex& lock() {
  static auto& one = *new std::recursive_mutex;
  return one;
}

int current_device() { return device; }

cudaError_t report(cudaError_t error, const std::string& message) {
  if (error != cudaSuccess) {
    last_error = error;
    last_message = message;
  }
  return error;
}

void launch(const Shape& shape, cudaStream_t stream, const void* kernel,
            std::function<void()> thread) {
  const std::lock_guard guard(lock());
  const dim3 &grid = shape.grid, &block = shape.block;
  const auto allowed = allowed_shared().find(kernel);
  if (!fits(grid, 0x7fffffff, 65535, 65535) || !fits(block, 1024, 1024, 64) ||
      size_t{block.x} * block.y * block.z > 1024) {
    report(cudaErrorInvalidConfiguration);
    return;
  }
  if (shape.shared > (allowed == allowed_shared().end() ? kUsualShared : allowed->second)) {
    report(cudaErrorInvalidValue, "more dynamic shared memory than cudaFuncSetAttribute allowed");
    return;
  }
  try {
    (void)enqueue(stream, [shape, thread = std::move(thread)] {
      run_blocks(shape, thread);
      if (const std::string wrong = stray_write(); !wrong.empty()) throw KernelError(wrong);
    });
  } catch (const KernelError& e) {
    report(cudaErrorLaunchFailure, e.what());
  }
}

}  // namespace hearth::emulator

using namespace hearth::emulator;

cudaError_t cudaGetDeviceCount(int* count) {
  *count = kDevices;
  return cudaSuccess;
}
cudaError_t cudaSetDevice(int index) {
  if (index < 0 || index >= kDevices) return report(cudaErrorInvalidDevice);
  device = index;
  return cudaSuccess;
}
cudaError_t cudaGetDevice(int* index) {
  *index = device;
  return cudaSuccess;
}
cudaError_t cudaDeviceSynchronize() { return refuse_waiting(); }
cudaError_t cudaDriverGetVersion(int* version) {
  *version = CUDART_VERSION;
  return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int index) {
  if (index < 0 || index >= kDevices) return report(cudaErrorInvalidDevice);
  switch (attribute) {
    case cudaDevAttrMultiProcessorCount:
      *value = kMultiprocessors;
      break;
    case cudaDevAttrComputeCapabilityMajor:
      *value = 9;
      break;
    case cudaDevAttrComputeCapabilityMinor:
      *value = 0;
      break;
    case cudaDevAttrMaxThreadsPerBlock:
      *value = 1024;
      break;
    case cudaDevAttrWarpSize:
      *value = 32;
      break;
    case cudaDevAttrMaxSharedMemoryPerBlock:
      *value = kUsualShared;
      break;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin:
      *value = kMostShared;
      break;
    case cudaDevAttrMaxThreadsPerMultiProcessor:
      *value = 2048;
      break;
    default:
      return report(cudaErrorInvalidValue, "the emulator does not know this attribute");
  }
  return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int index) {
  if (index < 0 || index >= kDevices) return report(cudaErrorInvalidDevice);
  *properties = {};
  std::strcpy(properties->name, "Emulated device");
  properties->totalGlobalMem = kMemory;
  properties->multiProcessorCount = kMultiprocessors;
  properties->major = 9;
  properties->warpSize = 32;
  properties->maxThreadsPerBlock = 1024;
  properties->sharedMemPerBlock = kUsualShared;
  properties->sharedMemPerBlockOptin = kMostShared;
  return cudaSuccess;
}

cudaError_t cudaFuncSetAttribute(const void* kernel, cudaFuncAttribute attribute, int value) {
  const std::lock_guard guard(lock());
  if (attribute != cudaFuncAttributeMaxDynamicSharedMemorySize) return cudaSuccess;
  if (value < 0 || static_cast<size_t>(value) > kMostShared) return report(cudaErrorInvalidValue);
  allowed_shared()[kernel] = static_cast<size_t>(value);
  return cudaSuccess;
}

cudaError_t cudaGetLastError() {
  const cudaError_t error = last_error;
  last_error = cudaSuccess;
  return error;
}
cudaError_t cudaPeekAtLastError() { return last_error; }

const char* cudaGetErrorString(cudaError_t error) {
  if (!last_message.empty() && error != cudaSuccess) {
    thread_local std::string text;
    text = std::exchange(last_message, "");
    return text.c_str();
  }
  switch (error) {
    case cudaSuccess:
      return "no error";
    case cudaErrorMemoryAllocation:
      return "out of memory";
    case cudaErrorInvalidValue:
      return "invalid argument";
    case cudaErrorInvalidConfiguration:
      return "invalid configuration argument";
    case cudaErrorInvalidDevice:
      return "invalid device ordinal";
    case cudaErrorInvalidResourceHandle:
      return "invalid resource handle";
    case cudaErrorNotReady:
      return "device not ready";
    case cudaErrorLaunchFailure:
      return "unspecified launch failure";
    default:
      return "unrecognized error code";
  }
}
const char* cudaGetErrorName(cudaError_t error) { return cudaGetErrorString(error); }
