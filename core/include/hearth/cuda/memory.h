// SPDX-License-Identifier: Apache-2.0
// Memory of CUDA devices. What tensors give back is kept and handed out again, so the driver is
// seldom asked: `allocated` is what tensors hold, `reserved` what was taken from the driver.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "hearth/base/macros.h"

namespace hearth::cuda {

/// A number that goes up and down, since the program started.
struct Stat {
  int64_t current = 0;
  int64_t peak = 0;       ///< highest `current` since reset_peak_memory_stats
  int64_t allocated = 0;  ///< all that was added since reset_accumulated_memory_stats
  int64_t freed = 0;      ///< all that was taken away
};
/// Of all memory, of blocks of at most 1 MiB, and of larger ones.
struct StatBySize {
  Stat all, small, large;
};

/// What is known of a device's memory; names are those of LibTorch's DeviceStats. A block is what a
/// tensor or a kernel asked for, a segment what the driver gave, of which blocks are cut.
struct DeviceStats {
  // Numbers of them.
  StatBySize allocation;      ///< blocks in use
  StatBySize segment;         ///< taken from the driver
  StatBySize active;          ///< blocks in use, or freed while another stream still reads them
  StatBySize inactive_split;  ///< free parts of segments that have others in use
  // Bytes.
  StatBySize allocated_bytes;       ///< of blocks in use, as cut: multiples of 512
  StatBySize reserved_bytes;        ///< of segments
  StatBySize active_bytes;          ///< of active blocks
  StatBySize inactive_split_bytes;  ///< what empty_cache could not give back
  StatBySize requested_bytes;       ///< of blocks in use, as asked for
  int64_t num_alloc_retries = 0;    ///< times the cache was given back to serve an allocation
  int64_t num_ooms = 0;             ///< times OutOfMemory was thrown
};

// -1 is the current device. Where CUDA cannot be used, all numbers are 0 and nothing happens; where
// it can, these throw DeviceError for a device that is not there.

/// In bytes.
HEARTH_API size_t memory_allocated(int64_t device_index = -1);
HEARTH_API size_t max_memory_allocated(int64_t device_index = -1);
HEARTH_API size_t memory_reserved(int64_t device_index = -1);
HEARTH_API size_t max_memory_reserved(int64_t device_index = -1);
HEARTH_API DeviceStats memory_stats(int64_t device_index = -1);
/// A table of these, 80 columns wide; `abbreviated` leaves out what is by size.
HEARTH_API std::string memory_summary(int64_t device_index = -1, bool abbreviated = false);
/// Sets all peaks to the present values.
HEARTH_API void reset_peak_memory_stats(int64_t device_index = -1);
/// Begins to count `allocated`, `freed`, retries and errors anew.
HEARTH_API void reset_accumulated_memory_stats(int64_t device_index = -1);
/// Returns memory that nothing uses to the driver.
HEARTH_API void empty_cache(int64_t device_index = -1);

// These throw DeviceError where CUDA cannot be used.

/// Bytes that the driver has left, for all programs, and those of the device.
HEARTH_API std::pair<size_t, size_t> mem_get_info(int64_t device_index = -1);
/// Limits `reserved` to a part, in [0, 1], of the device's memory: an allocation beyond throws
/// OutOfMemory once nothing kept is left to give back. 1 removes the limit. Live tensors stay.
HEARTH_API void set_per_process_memory_fraction(double fraction, int64_t device_index = -1);
HEARTH_API double get_per_process_memory_fraction(int64_t device_index = -1);

}  // namespace hearth::cuda
