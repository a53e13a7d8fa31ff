// SPDX-License-Identifier: Apache-2.0
// The threads of a block, as one of them sees them.
#pragma once

#include <string>

#include <vector_types.h>

#include "hearth/base/source_location.h"

extern uint3 threadIdx, blockIdx;
extern dim3 blockDim, gridDim;
inline constexpr int warpSize = 32;

namespace hearth::emulator {

using Place = SourceLocation;

/// Waits until all threads of the block are here; returns how many gave true.
int meet_block(bool predicate, const char* what, const Place& place);

/// Calls join(records, mask), where records[lane] is what that lane of the warp gave, once all
/// lanes of the mask are here. Records live until all have gone on.
using Join = void (*)(void* const* records, unsigned mask);
void meet_warp(unsigned mask, void* record, Join join, const char* what, const Place& place);

/// This thread's lane in its warp.
unsigned lane();
/// Lanes of this thread's warp that have neither ended nor wait elsewhere.
unsigned active_lanes();
/// The memory that the launch asked for besides the kernel's own.
void* dynamic_shared();
/// Ends the launch with an error: the next cudaGetLastError gives it, with this message.
[[noreturn]] void fail(const std::string& message);

}  // namespace hearth::emulator

inline void __syncthreads(
    const hearth::emulator::Place& place = hearth::emulator::Place::current()) {
  hearth::emulator::meet_block(true, "__syncthreads", place);
}
inline int __syncthreads_count(
    int predicate, const hearth::emulator::Place& place = hearth::emulator::Place::current()) {
  return hearth::emulator::meet_block(predicate, "__syncthreads_count", place);
}
inline int __syncthreads_or(
    int predicate, const hearth::emulator::Place& place = hearth::emulator::Place::current()) {
  return hearth::emulator::meet_block(predicate, "__syncthreads_or", place) > 0;
}
inline int __syncthreads_and(
    int predicate, const hearth::emulator::Place& place = hearth::emulator::Place::current()) {
  return hearth::emulator::meet_block(!predicate, "__syncthreads_and", place) == 0;
}

// One thread runs at a time, so memory is always in order.
inline void __threadfence_block() {}
inline void __threadfence() {}
inline void __threadfence_system() {}
inline void __nanosleep(unsigned) {}
