// SPDX-License-Identifier: Apache-2.0
// The memory of CUDA devices, as hearth/cuda/memory.h shows it.
#include <array>
#include <cstdio>

#include "hearth/cuda/memory.h"

#include "backends/cuda_library.h"
#include "base/bytes_text.h"

namespace hearth::cuda {

namespace {

/// The slots of a backend that counts its memory, else null: without CUDA there is nothing to tell.
const MemorySlots* slots(int64_t index, Device* device) {
  return backend(kCUDA) ? cuda_backend(index, device).memory : nullptr;
}
const MemorySlots& slots_or_throw(int64_t index, Device* device) {
  const MemorySlots* s = cuda_backend(index, device).memory;
  HEARTH_CHECK_AS(NotImplementedError, s, "[cuda] this backend does not count its memory");
  return *s;
}

void write_line(std::string& text, const char* left, std::array<std::string, 4> numbers) {
  char line[96];
  std::snprintf(line, sizeof line, "| %-20s|%13s |%12s |%12s |%12s |\n", left, numbers[0].c_str(),
                numbers[1].c_str(), numbers[2].c_str(), numbers[3].c_str());
  text += line;
}

struct Row {
  const char* name;
  StatBySize DeviceStats::*stat;
  bool bytes;
};
constexpr Row kRows[] = {
    {"Allocated memory", &DeviceStats::allocated_bytes, true},
    {"Requested memory", &DeviceStats::requested_bytes, true},
    {"Active memory", &DeviceStats::active_bytes, true},
    {"Reserved memory", &DeviceStats::reserved_bytes, true},
    {"Non-releasable", &DeviceStats::inactive_split_bytes, true},
    {"Allocations", &DeviceStats::allocation, false},
    {"Active allocations", &DeviceStats::active, false},
    {"Reserved segments", &DeviceStats::segment, false},
    {"Non-releasable parts", &DeviceStats::inactive_split, false},
};

void write_stat(std::string& text, const char* name, const Stat& s, bool bytes) {
  const auto number = [&](int64_t n) {
    return bytes ? bytes_text(static_cast<size_t>(n)) : std::to_string(n);
  };
  write_line(text, name, {number(s.current), number(s.peak), number(s.allocated), number(s.freed)});
}

}  // namespace

DeviceStats memory_stats(int64_t index) {
  Device device;
  const MemorySlots* s = slots(index, &device);
  return s ? s->stats(device) : DeviceStats();
}

size_t memory_allocated(int64_t index) {
  return static_cast<size_t>(memory_stats(index).allocated_bytes.all.current);
}
size_t max_memory_allocated(int64_t index) {
  return static_cast<size_t>(memory_stats(index).allocated_bytes.all.peak);
}
size_t memory_reserved(int64_t index) {
  return static_cast<size_t>(memory_stats(index).reserved_bytes.all.current);
}
size_t max_memory_reserved(int64_t index) {
  return static_cast<size_t>(memory_stats(index).reserved_bytes.all.peak);
}

std::string memory_summary(int64_t index, bool abbreviated) {
  Device device(kCUDA, 0);
  const MemorySlots* s = slots(index, &device);
  const DeviceStats stats = s ? s->stats(device) : DeviceStats();
  const std::string rule = "|" + std::string(78, '-') + "|\n";
  std::string text = "|" + std::string(78, '=') + "|\n";
  char line[96];
  std::snprintf(line, sizeof line, "| %-76s |\n", cat_str("Memory of ", device).c_str());
  text += line;
  std::snprintf(line, sizeof line, "| %-76s |\n",
                cat_str("out of memory: ", stats.num_ooms,
                        "    cache given back to allocate: ", stats.num_alloc_retries)
                    .c_str());
  text += line + rule;
  write_line(text, "", {"now", "peak", "allocated", "freed"});
  for (const Row& row : kRows) {
    const StatBySize& of = stats.*row.stat;
    text += rule;
    write_stat(text, row.name, of.all, row.bytes);
    if (abbreviated) continue;
    write_stat(text, "  above 1 MiB", of.large, row.bytes);
    write_stat(text, "  up to 1 MiB", of.small, row.bytes);
  }
  return text + "|" + std::string(78, '=') + "|\n";
}

void reset_peak_memory_stats(int64_t index) {
  Device device;
  if (const MemorySlots* s = slots(index, &device)) s->reset_peaks(device);
}

void reset_accumulated_memory_stats(int64_t index) {
  Device device;
  if (const MemorySlots* s = slots(index, &device)) s->reset_accumulated(device);
}

void empty_cache(int64_t index) {
  Device device;
  if (const MemorySlots* s = slots(index, &device)) s->empty_cache(device);
}

std::pair<size_t, size_t> mem_get_info(int64_t index) {
  Device device;
  return slots_or_throw(index, &device).free_and_total(device);
}

void set_per_process_memory_fraction(double fraction, int64_t index) {
  HEARTH_CHECK_AS(ValueError, fraction >= 0 && fraction <= 1,
                  "[set_per_process_memory_fraction] expected a fraction in [0, 1], got ",
                  fraction);
  Device device;
  const MemorySlots& s = slots_or_throw(index, &device);
  const auto total = static_cast<double>(s.free_and_total(device).second);
  s.set_limit(device, fraction == 1 ? SIZE_MAX : static_cast<size_t>(total * fraction));
}

double get_per_process_memory_fraction(int64_t index) {
  Device device;
  const MemorySlots& s = slots_or_throw(index, &device);
  const size_t limit = s.limit(device);
  const auto total = static_cast<double>(s.free_and_total(device).second);
  return limit == SIZE_MAX ? 1.0 : static_cast<double>(limit) / total;
}

}  // namespace hearth::cuda
