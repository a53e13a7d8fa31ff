// SPDX-License-Identifier: Apache-2.0
// Capture: streams keep what they are given, and graphs run it. What a device forbids meanwhile is
// forbidden here.
#include <atomic>
#include <fstream>
#include <list>
#include <memory>

#include "capture.h"
#include "run.h"

struct CUgraph_st {
  int device;
  std::vector<std::function<void()>> work;
};
struct CUgraphExec_st {
  int device;
  std::vector<std::function<void()>> work;
};

namespace hearth::emulator {

namespace {

/// Under way.
std::list<Capture>& captures() {
  static auto& all = *new std::list<Capture>;
  return all;
}

thread_local cudaStreamCaptureMode thread_mode = cudaStreamCaptureModeGlobal;

}  // namespace

cudaError_t invalidate(Capture& capture, cudaError_t error) {
  capture.invalid = true;
  return report(error);
}

cudaError_t refuse_unsafe() {
  const std::lock_guard guard(lock());
  cudaError_t error = cudaSuccess;
  for (Capture& c : captures()) {
    const bool own = c.thread == std::this_thread::get_id();
    const bool forbidden =
        thread_mode != cudaStreamCaptureModeRelaxed && c.mode != cudaStreamCaptureModeRelaxed &&
        (own ||
         (thread_mode == cudaStreamCaptureModeGlobal && c.mode == cudaStreamCaptureModeGlobal));
    if (forbidden) error = invalidate(c, cudaErrorStreamCaptureUnsupported);
  }
  return error;
}

cudaError_t refuse_waiting() {
  const std::lock_guard guard(lock());
  cudaError_t error = cudaSuccess;
  for (Capture& c : captures()) error = invalidate(c, cudaErrorStreamCaptureUnsupported);
  return error;
}

}  // namespace hearth::emulator

using namespace hearth::emulator;

cudaError_t cudaThreadExchangeStreamCaptureMode(cudaStreamCaptureMode* mode) {
  std::swap(*mode, thread_mode);
  return cudaSuccess;
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode) {
  const std::lock_guard guard(lock());
  if (!stream) return report(cudaErrorStreamCaptureUnsupported);
  if (stream->capture) return report(cudaErrorIllegalState);
  static unsigned long long last = 0;
  Capture& c = captures().emplace_back();
  c.origin = stream;
  c.id = ++last;
  c.mode = mode;
  c.thread = std::this_thread::get_id();
  c.streams.insert(stream);
  stream->capture = &c;
  return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  const std::lock_guard guard(lock());
  *graph = nullptr;
  if (!stream || !stream->capture) return report(cudaErrorIllegalState);
  Capture& c = *stream->capture;
  if (c.origin != stream) return invalidate(c, cudaErrorStreamCaptureUnmatched);
  if (c.mode != cudaStreamCaptureModeRelaxed && c.thread != std::this_thread::get_id())
    return report(cudaErrorStreamCaptureWrongThread);
  cudaError_t error = cudaSuccess;
  if (c.invalid) {
    error = cudaErrorStreamCaptureInvalidated;
  } else if (!c.unjoined.empty()) {
    error = cudaErrorStreamCaptureUnjoined;
  } else {
    *graph = new CUgraph_st{stream->device, std::move(c.work)};
  }
  for (CUstream_st* s : c.streams) s->capture = nullptr;
  std::erase_if(captures(), [&](const Capture& other) { return &other == &c; });
  return report(error);
}

cudaError_t cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus* status) {
  const std::lock_guard guard(lock());
  const Capture* c = stream ? stream->capture : nullptr;
  *status = !c           ? cudaStreamCaptureStatusNone
            : c->invalid ? cudaStreamCaptureStatusInvalidated
                         : cudaStreamCaptureStatusActive;
  return cudaSuccess;
}
cudaError_t cudaStreamGetCaptureInfo(cudaStream_t stream, cudaStreamCaptureStatus* status,
                                     unsigned long long* id, cudaGraph_t*, const cudaGraphNode_t**,
#if CUDART_VERSION >= 13000
                                     const cudaGraphEdgeData**,
#endif
                                     size_t*) {
  const std::lock_guard guard(lock());
  if (id && stream && stream->capture) *id = stream->capture->id;
  return cudaStreamIsCapturing(stream, status);
}

cudaError_t cudaGraphInstantiateWithFlags(cudaGraphExec_t* runs, cudaGraph_t graph,
                                          unsigned long long) {
  *runs = new CUgraphExec_st{graph->device, graph->work};
  return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t runs, cudaStream_t stream) {
  const std::lock_guard guard(lock());
  try {
    return enqueue(stream, [work = runs->work] {
      for (const auto& piece : work) piece();
    });
  } catch (const KernelError& e) {
    return report(cudaErrorLaunchFailure, e.what());
  }
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t runs) {
  delete runs;
  return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return cudaSuccess;
}
cudaError_t cudaGraphDebugDotPrint(cudaGraph_t graph, const char* path, unsigned) {
  std::ofstream file(path);
  file << "digraph dot {\n";
  for (size_t i = 0; i < graph->work.size(); ++i)
    file << "  \"" << i << "\"" << (i > 0 ? " -> \"" + std::to_string(i - 1) + "\"" : "") << ";\n";
  file << "}\n";
  return file ? cudaSuccess : report(cudaErrorOperatingSystem);
}
