// SPDX-License-Identifier: Apache-2.0
// Streams and events. All work is done when it is given, or kept where a stream is captured, so
// they only remember whose they are, and refuse what a device would refuse.
#include <chrono>

#include "capture.h"

struct CUevent_st {
  int device;
  bool timed;
  CUstream_st* stream = nullptr;                 ///< that it was recorded in
  hearth::emulator::Capture* capture = nullptr;  ///< of that stream, then
  size_t given = 0;                              ///< to that stream before
  bool recorded = false;
  std::chrono::steady_clock::time_point at{};
};

namespace hearth::emulator {

cudaError_t enqueue(cudaStream_t stream, const std::function<void()>& work) {
  if (stream && stream->device != current_device())
    return report(
        cudaErrorInvalidResourceHandle,
        "the stream is not of the current device, which is " + std::to_string(current_device()));
  if (!stream || !stream->capture) {
    work();
    return cudaSuccess;
  }
  Capture& capture = *stream->capture;
  if (capture.invalid) return report(cudaErrorStreamCaptureInvalidated);
  capture.work.push_back(work);
  ++stream->given;
  if (stream != capture.origin) capture.unjoined.insert(stream);
  return cudaSuccess;
}

namespace {

constexpr int kLeastPriority = 0, kGreatestPriority = -5;

cudaError_t make_stream(cudaStream_t* stream, int priority) {
  *stream = new CUstream_st{current_device(), priority};
  return cudaSuccess;
}

}  // namespace
}  // namespace hearth::emulator

using namespace hearth::emulator;

cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest) {
  *least = kLeastPriority;
  *greatest = kGreatestPriority;
  return cudaSuccess;
}
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  return make_stream(stream, kLeastPriority);
}
cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned, int priority) {
  return make_stream(stream, priority);
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  delete stream;
  return cudaSuccess;
}
cudaError_t cudaStreamGetPriority(cudaStream_t stream, int* priority) {
  *priority = stream ? stream->priority : kLeastPriority;
  return cudaSuccess;
}
cudaError_t cudaStreamQuery(cudaStream_t stream) {
  const std::lock_guard guard(lock());
  if (!stream || !stream->capture) return cudaSuccess;
  return invalidate(*stream->capture, cudaErrorStreamCaptureUnsupported);
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) { return cudaStreamQuery(stream); }
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  const std::lock_guard guard(lock());
  if (!event) return report(cudaErrorInvalidResourceHandle);
  if (!stream || (!stream->capture && !event->capture)) return cudaSuccess;
  if (!event->capture) return invalidate(*stream->capture, cudaErrorStreamCaptureIsolation);
  Capture& capture = *event->capture;
  if (stream->capture && stream->capture != &capture)
    return invalidate(capture, cudaErrorStreamCaptureMerge);
  if (!stream->capture) {
    stream->capture = &capture;
    capture.streams.insert(stream);
    capture.unjoined.insert(stream);
  }
  // What the event's stream was given is waited for, unless there is more by now.
  if (event->stream != stream && event->given == event->stream->given)
    capture.unjoined.erase(event->stream);
  return cudaSuccess;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
  *event = new CUevent_st{current_device(), !(flags & cudaEventDisableTiming)};
  return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  const std::lock_guard guard(lock());
  const int device = stream ? stream->device : current_device();
  if (event->device != device)
    return report(cudaErrorInvalidResourceHandle, "the event is of another device than the stream");
  event->recorded = true;
  event->stream = stream;
  event->capture = stream ? stream->capture : nullptr;
  event->given = stream ? stream->given : 0;
  event->at = std::chrono::steady_clock::now();
  return cudaSuccess;
}
cudaError_t cudaEventQuery(cudaEvent_t event) {
  if (const cudaError_t error = refuse_unsafe()) return error;
  const std::lock_guard guard(lock());
  return event->capture ? report(cudaErrorCapturedEvent) : cudaSuccess;
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) { return cudaEventQuery(event); }
cudaError_t cudaEventElapsedTime(float* ms, cudaEvent_t from, cudaEvent_t to) {
  const std::lock_guard guard(lock());
  if (!from->timed || !to->timed || !from->recorded || !to->recorded || from->device != to->device)
    return report(cudaErrorInvalidResourceHandle);
  *ms = std::chrono::duration<float, std::milli>(to->at - from->at).count();
  return cudaSuccess;
}
