// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/base/device.h"
#include "hearth/tensor/options.h"

#include "c10/macros/Macros.h"

namespace hearth {

/// A kind of device and a layout in one, of those that Hearth has.
enum class Backend {
  CPU,
  CUDA,
  SparseCPU,
  SparseCUDA,
  SparseCsrCPU,
  SparseCsrCUDA,
  Meta,
  Undefined,
};

constexpr DeviceType backendToDeviceType(Backend backend) {
  switch (backend) {
    case Backend::CUDA:
    case Backend::SparseCUDA:
    case Backend::SparseCsrCUDA:
      return kCUDA;
    case Backend::Meta:
      return kMeta;
    default:
      return kCPU;
  }
}
constexpr Layout layout_from_backend(Backend backend) {
  switch (backend) {
    case Backend::SparseCPU:
    case Backend::SparseCUDA:
      return kSparse;
    case Backend::SparseCsrCPU:
    case Backend::SparseCsrCUDA:
      return kSparseCsr;
    default:
      return kStrided;
  }
}
constexpr const char* toString(Backend backend) {
  constexpr const char* kNames[] = {"CPU",        "CUDA",           "SparseCPU",
                                    "SparseCUDA", "SparseCsrCPU",   "SparseCsrCUDA",
                                    "Meta",       "UNKNOWN_BACKEND"};
  return kNames[static_cast<int>(backend)];
}

}  // namespace hearth
