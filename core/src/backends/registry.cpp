// SPDX-License-Identifier: Apache-2.0
#include "backends/registry.h"

#include <cstring>

#include <dlfcn.h>

#include "backends/cuda_library.h"
#include "backends/plugin.h"
#include "base/allocator.h"
#include "cpu/kernels.h"
#include "ops/all_ops.h"
#include "ops/copy.h"

namespace hearth {

namespace {

const Backend kCpuBackend{[](StorageImpl& s, size_t bytes, Device) {
                            s.data = cpu_allocate(bytes);
                            s.deleter = [](void*, void* data, size_t n) {
                              cpu_deallocate(data, n);
                            };
                          },
                          [](void* dst, Device, const void* src, Device, size_t bytes, bool) {
                            std::memcpy(dst, src, bytes);
                          },
                          [] { return int64_t{1}; }};

// Rows are constant-initialised, so they exist before this runs.
[[gnu::constructor]] void install_cpu() {
  set_backend(kCPU, &kCpuBackend);
  cpu::install_kernels();
  set_backend_loader(kCUDA, &cuda_unavailable_reason);
}

/// For devices without copy kernels of their own: bytes of dense tensors.
void copy_dense(const Tensor& target, const Tensor& source) {
  const TensorImpl &t = impl(target), &s = impl(source);
  HEARTH_CHECK_AS(NotImplementedError,
                  t.device != s.device ||
                      (t.dtype == s.dtype && t.sizes == s.sizes && t.contiguous && s.contiguous),
                  "[copy_] no kernel for device ", t.device,
                  " that copies between layouts or dtypes");
  copy_between(target, source);
}

}  // namespace

void Registry::set_kernel(std::string_view op, DeviceType device, Kernel kernel) {
  OpTable* row = find_op(op);
  HEARTH_CHECK(row, "[registry] there is no op named '", op, "'");
  row->kernel[static_cast<int>(device)] = kernel;
}

void Registry::set_backend(DeviceType device, const Backend* b) {
  waiting_[static_cast<int>(device)] = b;
}

void Registry::publish() {
  for (size_t d = 0; d < size_t{kNumDeviceTypes}; ++d) {
    if (!waiting_[d]) continue;
    // Copies to and from the device need no more than its copy_bytes; it may bring its own.
    if (!ops::Copy::row().kernel[d])
      ops::Copy::row().kernel[d] = [](const Call& call) { copy_dense(call.out[0], call.in[1]); };
    if (!ops::To::row().kernel[d])
      ops::To::row().kernel[d] = [](const Call& call) { copy_dense(call.out[0], call.in[0]); };
    hearth::set_backend(static_cast<DeviceType>(d), waiting_[d]);
  }
}

size_t Registry::count(DeviceType device) const {
  size_t n = 0;
  for (const OpTable* op : all_ops()) n += op->kernel[static_cast<int>(device)].run != nullptr;
  return n;
}

void load_backend(const char* path) {
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  HEARTH_CHECK_AS(FileError, library, "[backend] cannot load ", path, ": ", dlerror());
  const auto abi = reinterpret_cast<uint64_t (*)()>(dlsym(library, "hearth_abi"));
  const auto install = reinterpret_cast<void (*)(Registry&)>(dlsym(library, "hearth_install"));
  if (!abi || !install || abi() != abi_fingerprint()) {
    dlclose(library);
    throw DeviceError(
        cat_str("[backend] ", path, " was built against another Hearth; rebuild both together"));
  }
  Registry registry;
  install(registry);
  registry.publish();
}

}  // namespace hearth
