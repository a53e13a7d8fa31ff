// SPDX-License-Identifier: Apache-2.0
// Streams, and what is kept of them while they are captured.
#pragma once

#include <functional>
#include <set>
#include <thread>
#include <vector>

#include "device.h"

namespace hearth::emulator {

struct Capture {
  CUstream_st* origin = nullptr;
  unsigned long long id = 0;
  cudaStreamCaptureMode mode = cudaStreamCaptureModeGlobal;
  std::thread::id thread;
  bool invalid = false;
  std::vector<std::function<void()>> work;
  std::set<CUstream_st*> streams;   ///< that take part
  std::set<CUstream_st*> unjoined;  ///< and were given work that nobody waits for
};

/// For a call that might wait for work that is being captured: an error, and the end of the
/// captures that forbid it, or cudaSuccess.
cudaError_t refuse_unsafe();
/// The same for a call that certainly does.
cudaError_t refuse_waiting();
/// Ends a capture without a graph: the error is what the call answers.
cudaError_t invalidate(Capture& capture, cudaError_t error);

}  // namespace hearth::emulator

struct CUstream_st {
  int device;
  int priority;
  hearth::emulator::Capture* capture = nullptr;
  size_t given = 0;  ///< pieces of work
};
