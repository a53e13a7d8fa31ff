// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "backends/plugin.h"

namespace {

using namespace hearth;

const Backend kBackend{[](StorageImpl& s, size_t bytes, Device) {
                         s.data = std::malloc(bytes);
                         s.deleter = [](void*, void* data, size_t) { std::free(data); };
                       },
                       [](void* dst, Device, const void* src, Device, size_t bytes, bool) {
                         std::memcpy(dst, src, bytes);
                       },
                       [] { return int64_t{1}; }};

// Contiguous floats of one size, which is all the test asks for.
void mul(const Call& call) {
  const float *a = ptr<float>(call.in[0]), *b = ptr<float>(call.in[1]);
  for (int64_t i = 0; i < impl(call.out[0]).numel; ++i) ptr<float>(call.out[0])[i] = a[i] * b[i];
}

void refuse(const Call& call) {
  throw NotImplementedError(cat_str("[", call.op.info.name, "] not on this device"));
}

void install(Registry& registry) {
  registry.set_backend(kCUDA, &kBackend);
  // Time for another thread to meet the backend without its kernels, were it shown to it now.
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  registry.set_kernel("mul", kCUDA, &mul);
  registry.set_kernel("exp", kCUDA, &refuse);
}

}  // namespace

HEARTH_BACKEND(install)
