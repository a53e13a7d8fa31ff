// SPDX-License-Identifier: Apache-2.0
// Capture of streams into graphs.
#include <atomic>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "cuda/device.h"

namespace hearth::cuda {

namespace {

struct FreePinned {
  void operator()(void* data) const { (void)cudaFreeHost(data); }
};
using Constant = std::unique_ptr<void, FreePinned>;

struct Graph {
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t runs = nullptr;
  std::vector<Constant> constants;  ///< that its copies read

  ~Graph() {
    if (runs) (void)cudaGraphExecDestroy(runs);
    if (graph) (void)cudaGraphDestroy(graph);
  }
};
Graph& graph_of(void* handle) { return *static_cast<Graph*>(handle); }
cudaStream_t stream_of(void* handle) { return static_cast<cudaStream_t>(handle); }

/// Captures that are under way; most calls need to know no more than that there is none.
std::atomic<int> captures{0};
std::mutex constants_mutex;
std::map<CaptureId, std::vector<Constant>>& constants_of_captures() {
  static auto& all = *new std::map<CaptureId, std::vector<Constant>>;
  return all;
}

std::vector<Constant> take_constants(CaptureId capture) {
  const std::lock_guard lock(constants_mutex);
  const auto node = constants_of_captures().extract(capture);
  return node.empty() ? std::vector<Constant>() : std::move(node.mapped());
}

uint64_t begin_capture(Device device, void* stream, uint64_t pool, int mode) {
  activate(device);
  check(cudaStreamBeginCapture(stream_of(stream), static_cast<cudaStreamCaptureMode>(mode)),
        "capture_begin");
  ++captures;
  const CaptureId id = capture_of(stream_of(stream));
  allocate_from(device, id, pool);
  return id;
}

void* end_capture(Device device, void* stream, uint64_t capture) {
  activate(device);
  auto made = std::make_unique<Graph>();
  const cudaError_t error = cudaStreamEndCapture(stream_of(stream), &made->graph);
  allocate_as_before(device, capture);
  --captures;
  made->constants = take_constants(capture);
  if (error != cudaSuccess) (void)cudaGetLastError();
  HEARTH_CHECK_AS(
      DeviceError, error == cudaSuccess,
      "[capture_end] the work could not be kept as a graph: ", cudaGetErrorString(error),
      ". Streams that took part must be joined by an event of theirs that the captured "
      "stream waits for, and nothing may wait for the device meanwhile");
  return made.release();
}

bool is_capturing(Device device, void* stream) {
  activate(device);
  return captures.load(std::memory_order_relaxed) > 0 && capture_of(stream_of(stream)) != 0;
}

void instantiate(Device device, void* graph) {
  activate(device);
  Graph& g = graph_of(graph);
  check(cudaGraphInstantiateWithFlags(&g.runs, g.graph, 0), "instantiate");
}

void launch(Device device, void* graph, void* stream) {
  activate(device);
  check(cudaGraphLaunch(graph_of(graph).runs, stream_of(stream)), "replay");
}

void free_graph(void* graph) { delete static_cast<Graph*>(graph); }

void dump(void* graph, const char* path) {
  check(cudaGraphDebugDotPrint(graph_of(graph).graph, path, cudaGraphDebugDotFlagsVerbose),
        "debug_dump");
}

}  // namespace

CaptureId capture_of(cudaStream_t stream) {
  cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
  CaptureId id = 0;
  check(cudaStreamGetCaptureInfo(stream, &status, &id), "cudaStreamGetCaptureInfo");
  return status == cudaStreamCaptureStatusActive ? id : 0;
}

void refuse_while_capturing(std::string_view what, cudaStream_t stream) {
  if (captures.load(std::memory_order_relaxed) == 0 || capture_of(stream) == 0) return;
  throw DeviceError(cat_str("[", what,
                            "] waits for the device, which does nothing while a graph is captured; "
                            "do this before the capture or after a replay"));
}

const void* kept_for_graph(const void* data, size_t bytes) {
  if (captures.load(std::memory_order_relaxed) == 0) return nullptr;
  const CaptureId capture = capture_of(stream());
  if (capture == 0) return nullptr;
  const WhileCapturing allowed;
  void* copy = nullptr;
  check(cudaHostAlloc(&copy, bytes, cudaHostAllocPortable), "capture");
  Constant kept(copy);
  std::memcpy(copy, data, bytes);
  const std::lock_guard lock(constants_mutex);
  constants_of_captures()[capture].push_back(std::move(kept));
  return copy;
}

constinit const GraphSlots kGraphSlots{
    .begin_capture = &begin_capture,
    .end_capture = &end_capture,
    .is_capturing = &is_capturing,
    .instantiate = &instantiate,
    .launch = &launch,
    .free = &free_graph,
    .dump = &dump,
    .share_pool = &share_pool,
    .unshare_pool = &unshare_pool,
};

}  // namespace hearth::cuda
