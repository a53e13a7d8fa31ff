// SPDX-License-Identifier: Apache-2.0
// Streams and events, as the public functions of hearth/cuda reach them.
#include <algorithm>

#include "cuda/device.h"

namespace hearth::cuda {

namespace {

cudaStream_t stream_of(void* handle) { return static_cast<cudaStream_t>(handle); }
cudaEvent_t event_of(void* handle) { return static_cast<cudaEvent_t>(handle); }

/// Whether what was asked about is done; other answers throw.
bool is_done(cudaError_t answer, std::string_view what) {
  if (answer == cudaErrorNotReady) {
    (void)cudaGetLastError();
    return false;
  }
  check(answer, what);
  return true;
}

void* default_stream(Device device) { return state_of(device).default_stream; }

void* make_stream(Device device, int priority) {
  activate(device);
  int least = 0, greatest = 0;
  check(cudaDeviceGetStreamPriorityRange(&least, &greatest), "cudaDeviceGetStreamPriorityRange");
  cudaStream_t made = nullptr;
  check(cudaStreamCreateWithPriority(&made, cudaStreamNonBlocking,
                                     std::clamp(priority, greatest, least)),
        "cudaStreamCreateWithPriority");
  return made;
}

int priority_of(Device device, void* stream) {
  activate(device);
  int priority = 0;
  check(cudaStreamGetPriority(stream_of(stream), &priority), "cudaStreamGetPriority");
  return priority;
}

bool is_stream_done(Device device, void* stream) {
  activate(device);
  refuse_while_capturing("query", stream_of(stream));
  const WhileCapturing allowed;
  return is_done(cudaStreamQuery(stream_of(stream)), "cudaStreamQuery");
}

void synchronize_stream(Device device, void* stream) {
  activate(device);
  refuse_while_capturing("synchronize", stream_of(stream));
  const WhileCapturing allowed;
  check(cudaStreamSynchronize(stream_of(stream)), "synchronize");
  throw_fault(state());
}

void* make_event(Device device, unsigned flags) {
  activate(device);
  cudaEvent_t event = nullptr;
  check(cudaEventCreateWithFlags(&event, flags), "cudaEventCreate");
  return event;
}

// Fails only while the process ends, when the driver takes everything back.
void free_event(void* event) { (void)cudaEventDestroy(event_of(event)); }

void record_event(Device device, void* event, void* stream) {
  activate(device);
  check(cudaEventRecord(event_of(event), stream_of(stream)), "cudaEventRecord");
}

void wait_for(Device device, void* stream, void* event) {
  activate(device);
  check(cudaStreamWaitEvent(stream_of(stream), event_of(event), 0), "cudaStreamWaitEvent");
}

bool is_event_done(void* event) {
  const WhileCapturing allowed;
  return is_done(cudaEventQuery(event_of(event)), "event");
}

void synchronize_event(Device device, void* event) {
  const WhileCapturing allowed;
  check(cudaEventSynchronize(event_of(event)), "synchronize");
  throw_fault(state_of(device));
}

float milliseconds_between(void* from, void* to) {
  float ms = 0;
  check(cudaEventElapsedTime(&ms, event_of(from), event_of(to)), "elapsed_time");
  return ms;
}

}  // namespace

Mark::Mark(cudaStream_t stream) {
  check(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming), "cudaEventCreate");
  const cudaError_t error = cudaEventRecord(event_, stream);
  if (error != cudaSuccess) free_event(event_);
  check(error, "cudaEventRecord");
}
Mark::~Mark() {
  if (event_) free_event(event_);
}
bool Mark::is_done() const { return is_event_done(event_); }
void Mark::synchronize() const {
  const WhileCapturing allowed;
  check(cudaEventSynchronize(event_), "synchronize");
}
void Mark::block(cudaStream_t stream) const {
  check(cudaStreamWaitEvent(stream, event_, 0), "cudaStreamWaitEvent");
}

constinit const StreamSlots kStreamSlots{
    .default_stream = &default_stream,
    .make_stream = &make_stream,
    .priority = &priority_of,
    .is_done = &is_stream_done,
    .synchronize = &synchronize_stream,
    .record_use = &record_use,
    .make_event = &make_event,
    .free_event = &free_event,
    .record_event = &record_event,
    .wait_for = &wait_for,
    .is_event_done = &is_event_done,
    .synchronize_event = &synchronize_event,
    .milliseconds_between = &milliseconds_between,
};

}  // namespace hearth::cuda
