// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

namespace hearth::cuda::CUDACachingAllocator {

inline void emptyCache() {
  for (int64_t i = 0; i < device_count(); ++i) empty_cache(i);
}
inline void resetPeakStats(DeviceIndex device) { reset_peak_memory_stats(device); }
inline void resetAccumulatedStats(DeviceIndex device) { reset_accumulated_memory_stats(device); }
inline void setMemoryFraction(double fraction, DeviceIndex device) {
  set_per_process_memory_fraction(fraction, device);
}
inline double getMemoryFraction(DeviceIndex device) {
  return get_per_process_memory_fraction(device);
}

}  // namespace hearth::cuda::CUDACachingAllocator
