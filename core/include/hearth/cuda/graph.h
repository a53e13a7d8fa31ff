// SPDX-License-Identifier: Apache-2.0
// Work of a device, kept to be run again: a captured step costs the host one launch.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "hearth/base/generator.h"
#include "hearth/cuda/guard.h"

namespace hearth::cuda {

/// Names memory that graphs are captured in; {0, 0} is none.
using MempoolId_t = std::pair<uint64_t, uint64_t>;
/// A new one, for several graphs to share: captured one after the other, and replayed in that order
/// and never two at once, they may use the same memory for what does not outlive a replay.
HEARTH_API MempoolId_t graph_pool_handle();

/// What other threads may do while one captures; values are those of CUDA's cudaStreamCaptureMode.
enum class CaptureMode : int {
  Global = 0,       ///< nothing that may wait for the device, in any thread
  ThreadLocal = 1,  ///< the same for the capturing thread only
  Relaxed = 2,      ///< anything
};

/// Whether the thread's current stream is being captured; false where CUDA cannot be used.
HEARTH_API bool is_current_stream_capturing();

/// What a stream was given between capture_begin() and capture_end(), to be given again as often as
/// wanted by replay(): the same kernels on the same memory. So the program writes new inputs into
/// the tensors that the captured calls read, and finds results in those they wrote. Tensors made
/// during the capture lie in memory of the graph's own and keep their places.
///
/// A graph repeats what the device does, not what the host decides. During a capture nothing
/// computes, and whatever would read a value on the host (item(), printing, results as large as the
/// data says, copies from memory that is not pinned) throws an Error that names it. Random numbers
/// differ from replay to replay as they would from call to call: a replay advances the generator by
/// what the captured calls drew. Optimizers need capturable(true) where they count steps, rates in
/// a tensor where they change, and a step before the capture, which makes their state.
///
/// at::cuda::CUDAGraph. A handle of its own, used by one thread at a time.
class HEARTH_API CUDAGraph {
 public:
  /// With `keep_graph`, instantiate() is up to the caller, or the first replay.
  explicit CUDAGraph(bool keep_graph = false);
  CUDAGraph(const CUDAGraph&) = delete;
  CUDAGraph& operator=(const CUDAGraph&) = delete;
  ~CUDAGraph();

  /// Before the capture: the graph may draw from this generator. The thread's default one is known.
  void register_generator_state(const Generator& generator);
  /// From here on the current stream, which is not the default one, is captured, for the calling
  /// thread. `pool` is what graph_pool_handle() or another graph's pool() gave.
  void capture_begin(MempoolId_t pool = {0, 0}, CaptureMode capture_mode = CaptureMode::Global);
  /// Ends it, in the thread and on the stream that began it. Throws DeviceError when what happened
  /// cannot be kept; the stream is usable all the same.
  void capture_end();
  void instantiate();
  /// Gives the work to the current stream.
  void replay();
  /// Forgets what was captured, and gives up its memory. A capture that is under way ends.
  void reset();
  /// Of this graph.
  MempoolId_t pool() const;
  /// Writes what was captured to a file, in Graphviz' language; with keep_graph only.
  void debug_dump(const std::string& path);

 private:
  struct Impl;
  Impl* impl_;
};

/// Captures what follows in its scope, as torch.cuda.graph does: waits for the device, makes a
/// stream current on which nothing else runs, and begins. At the end of the scope the capture ends;
/// that may throw, unless an exception is passing, which leaves the graph empty.
class HEARTH_API CUDAGraphGuard {
 public:
  explicit CUDAGraphGuard(CUDAGraph& graph, MempoolId_t pool = {0, 0},
                          std::optional<CUDAStream> stream = {},
                          CaptureMode capture_mode = CaptureMode::Global);
  CUDAGraphGuard(const CUDAGraphGuard&) = delete;
  CUDAGraphGuard& operator=(const CUDAGraphGuard&) = delete;
  ~CUDAGraphGuard() noexcept(false);

 private:
  CUDAGraph& graph_;
  CUDAStreamGuard stream_;
  int exceptions_;
};

}  // namespace hearth::cuda
