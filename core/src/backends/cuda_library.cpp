// SPDX-License-Identifier: Apache-2.0
// Finds the CUDA backend at run time, so that one build runs with and without a GPU, and forwards
// the public functions of hearth/cuda/device.h to it.
#include "backends/cuda_library.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <ostream>

#include <dlfcn.h>
#include <unistd.h>

#include "hearth/base/generator.h"
#include "hearth/cuda/device.h"

#include "backends/registry.h"
#include "base/current_stream.h"

namespace hearth {

namespace {

/// The folder of the library (or program) that this function is in.
std::string own_folder() {
  Dl_info info{};
  if (!dladdr(reinterpret_cast<void*>(&own_folder), &info) || !info.dli_fname) return ".";
  const std::string path = info.dli_fname;
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

std::string load() {
  const char* wish = std::getenv("HEARTH_CUDA");
  if (wish && std::strcmp(wish, "0") == 0) return "HEARTH_CUDA=0 switches it off";
  // Kept open: it is the driver.
  if (!dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL))
    return "this machine has no NVIDIA driver (libcuda.so.1); install one that is made for its GPU";
  const std::string path = own_folder() + "/libhearth_cuda.so";
  if (access(path.c_str(), R_OK) != 0)
    return "there is no libhearth_cuda.so beside libhearth.so; build Hearth where nvcc is "
           "installed";
  try {
    load_backend(path.c_str());
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

}  // namespace

const std::string& cuda_unavailable_reason() {
  static const std::string& reason = *new std::string(load());
  return reason;
}

const Backend& cuda_backend(int64_t index, Device* device) {
  const Backend* b = backend(kCUDA);
  HEARTH_CHECK_AS(DeviceError, b, "[cuda] not available: ", cuda_unavailable_reason());
  const int64_t count = std::min<int64_t>(b->device_count(), kMaxDevices);
  if (index == -1) index = current_device_index();
  HEARTH_CHECK_AS(DeviceError, index >= 0 && index < count, "[cuda] expected a device below ",
                  count, ", got ", index);
  *device = Device(kCUDA, static_cast<DeviceIndex>(index));
  return *b;
}

namespace cuda {

std::string unavailable_reason() { return backend(kCUDA) ? "" : cuda_unavailable_reason(); }

bool is_available() { return device_count() > 0; }

int64_t device_count() {
  const Backend* b = backend(kCUDA);
  return b ? b->device_count() : 0;
}

DeviceIndex current_device() { return current_device_index(); }

void set_device(DeviceIndex index) {
  Device device;
  const Backend& b = cuda_backend(index, &device);
  set_current_device_index(device.index());
  // For calls of CUDA's own that follow.
  if (b.activate) b.activate(device);
}

void synchronize(int64_t index) {
  Device device;
  const Backend& b = cuda_backend(index, &device);
  if (b.synchronize) b.synchronize(device);
}

DeviceProperties get_device_properties(int64_t index) {
  Device device;
  const Backend& b = cuda_backend(index, &device);
  DeviceProperties properties;
  properties.name = device.str();
  return b.properties ? b.properties(device) : properties;
}

std::string get_device_name(int64_t index) { return get_device_properties(index).name; }

std::pair<int, int> get_device_capability(int64_t index) {
  const DeviceProperties p = get_device_properties(index);
  return {p.major, p.minor};
}

bool is_bf16_supported(int64_t index) {
  return is_available() && get_device_capability(index).first >= 8;
}

std::ostream& operator<<(std::ostream& out, const DeviceProperties& p) {
  return out << "DeviceProperties(name='" << p.name << "', major=" << p.major
             << ", minor=" << p.minor << ", total_memory=" << (p.total_memory >> 20)
             << "MB, multi_processor_count=" << p.multi_processor_count << ", uuid=" << p.uuid
             << ", L2_cache_size=" << (p.L2_cache_size >> 20) << "MB)";
}

void manual_seed(uint64_t seed) {
  if (is_available()) hearth::manual_seed(seed);
}
void manual_seed_all(uint64_t seed) { manual_seed(seed); }

}  // namespace cuda
}  // namespace hearth
