// SPDX-License-Identifier: Apache-2.0
// Graphs of hearth/cuda. The backend captures the device's work; what the host contributes is seen
// to here: random numbers come from memory, and nothing is read.
#include <atomic>
#include <exception>
#include <list>
#include <memory>
#include <vector>

#include "hearth/cuda/graph.h"
#include "hearth/ops/creation.h"

#include "backends/cuda_library.h"
#include "base/current_stream.h"
#include "dispatch/interceptor.h"
#include "ops/attention.h"
#include "ops/copy.h"
#include "ops/random.h"
#include "ops/random_counts.h"

namespace hearth::cuda {

namespace {

const GraphSlots& slots(int64_t index, Device* device) {
  const GraphSlots* s = cuda_backend(index, device).graphs;
  HEARTH_CHECK_AS(NotImplementedError, s, "[cuda] this backend has no graphs");
  return *s;
}

uint64_t next_number() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

/// A generator that a graph draws from.
struct Source {
  Generator generator;
  Tensor memory;          ///< [2], int64: where kernels find seed and offset
  uint64_t counters = 0;  ///< that a replay takes
  /// While captured, seed of the numbers: nobody else's, so calls that draw from it are known, and
  /// what they took is their offset.
  uint64_t tag = 0;
};

/// Makes random calls read their counters from memory, and refuses what a graph cannot repeat.
class Recorder final : public Interceptor {
 public:
  explicit Recorder(const std::list<Source>& sources) : sources_(sources) {}
  bool records() const override { return true; }
  bool replays_in_place() const override { return true; }
  bool derives() const override { return true; }

  void intercept(const Invocation& call) override {
    check_copy(call);
    if (draws<ops::RandomFill>(call) || draws<ops::Bernoulli>(call) || draws<ops::Dropout>(call) ||
        draws<ops::Attention>(call) || draws<ops::AttentionBackward>(call) ||
        draws<ops::Randperm>(call) || draws<ops::Multinomial>(call) || draws<ops::Poisson>(call) ||
        draws<ops::Binomial>(call) || draws<ops::StandardGamma>(call))
      return;
    HEARTH_CHECK_AS(NotImplementedError,
                    call.op.fields.print(call.fields).find("seed=") == std::string::npos, "[",
                    call.op.info.name,
                    "] draws its numbers on the host, so a graph would repeat them; do this before "
                    "the replay, into a tensor that the captured calls read");
    next(call);
  }

 private:
  template <class Op>
  static bool is_random(const Op& op) {
    if constexpr (requires { op.dropout_p; }) return op.dropout_p > 0;
    return true;
  }
  template <class Op>
  static Device device_of(const Op&, const Invocation& call) {
    return impl(call.in[0]).device;
  }
  static Device device_of(const ops::Randperm& op, const Invocation&) { return op.device; }

  /// Makes the call, if it is one of this op, with counters from memory. Backward has them already.
  template <class Op>
  bool draws(const Invocation& call) {
    if (&call.op != &Op::row()) return false;
    constexpr size_t kMemory = Op::info.args.size() - 1;
    const Op& op = *static_cast<const Op*>(call.fields);
    if (call.in.get(kMemory).defined() || !is_random(op)) {
      next(call);
      return true;
    }
    HEARTH_CHECK_AS(
        DeviceError, device_of(op, call).is_cuda(), "[", Op::info.name,
        "] random numbers of the CPU are drawn once, while a graph is captured; do this "
        "before the replay");
    for (const Source& source : sources_) {
      if (source.tag != op.seed) continue;
      Op counted = op;
      counted.seed = 0;
      const Tensor* in[kMemory + 1];
      for (size_t i = 0; i < kMemory; ++i) in[i] = &call.in[i];
      in[kMemory] = &source.memory;
      next({call.op, &counted, Args(in, kMemory + 1), call.out, call.bind});
      return true;
    }
    throw ValueError(
        cat_str("[", Op::info.name,
                "] the graph does not know this generator, or it was seeded during the "
                "capture; name it to register_generator_state() before"));
  }

  /// A copy that the host waits for, or whose source may go, would repeat these values.
  static void check_copy(const Invocation& call) {
    if (&call.op == &ops::Copy::row()) {
      const auto& op = *static_cast<const ops::Copy*>(call.fields);
      check_copy(call, call.in[1], impl(call.in[0]).device, op.non_blocking);
    } else if (&call.op == &ops::To::row()) {
      const auto& op = *static_cast<const ops::To*>(call.fields);
      check_copy(call, call.in[0], op.device.value_or(impl(call.in[0]).device), op.non_blocking);
    }
  }
  static void check_copy(const Invocation& call, const Tensor& from, Device to, bool non_blocking) {
    const TensorImpl& source = impl(from);
    const bool sends = to.is_cuda() && source.device.is_cpu() && source.numel > 0;
    HEARTH_CHECK_AS(
        DeviceError, !sends || (non_blocking && from.is_pinned()), "[", call.op.info.name,
        "] a graph would repeat these values of the host: before each replay, copy_ new "
        "ones into a tensor on the device that was made before the capture");
  }

  const std::list<Source>& sources_;
};

}  // namespace

struct CUDAGraph::Impl {
  explicit Impl(bool keep) : keep_graph(keep) {}

  /// Only while captured.
  struct Capture {
    Capture(Impl& graph, CUDAStream on)
        : stream(on), recorder(graph.sources), scope(recorder), guard(drawn) {}
    CUDAStream stream;
    uint64_t number = 0;
    Recorder recorder;
    Interceptor::Scope scope;
    Generator drawn;  ///< the thread's default one until the capture ends
    GeneratorGuard guard;
    std::vector<std::pair<Generator, GeneratorState>> before;  ///< of the registered ones
  };

  const bool keep_graph;
  Device device;
  uint64_t pool = 0;  ///< shared while not 0
  std::vector<Generator> registered;
  std::list<Source> sources;
  std::unique_ptr<Capture> capture;
  void* graph = nullptr;
  bool ready = false;

  const GraphSlots& backend() {
    Device same;
    return slots(device.index(), &same);
  }

  void add_source(const Generator& generator, Generator& drawn) {
    Source source{generator, zeros({2}, TensorOptions(kLong).device(device)), 0, 0};
    // Apart from seeds that people choose.
    source.tag = 0x9E3779B97F4A7C15u * (next_number() + (uint64_t{1} << 40));
    drawn.set_state({source.tag, 0});
    sources.push_back(std::move(source));
  }

  /// Puts generators back, and learns what was drawn.
  void end_drawing() {
    auto source = sources.begin();
    const auto drew = [&](const Generator& generator) {
      if (source != sources.end()) (source++)->counters = generator.get_offset();
    };
    drew(capture->drawn);
    for (auto& [generator, state] : capture->before) {
      drew(generator);
      generator.set_state(state);
    }
  }

  void* end() {
    end_drawing();
    const CUDAStream stream = capture->stream;
    const uint64_t number = capture->number;
    capture.reset();
    return backend().end_capture(device, stream.stream(), number);
  }
};

MempoolId_t graph_pool_handle() { return {0, next_number()}; }

bool is_current_stream_capturing() {
  const Backend* b = backend(kCUDA);
  if (!b || !b->graphs) return false;
  const Device device(kCUDA, current_device_index());
  return b->graphs->is_capturing(device, current_stream(*b, device));
}

CUDAGraph::CUDAGraph(bool keep_graph) : impl_(new Impl(keep_graph)) {}
CUDAGraph::~CUDAGraph() {
  try {
    reset();
  } catch (const Error&) {
    // The process ends.
  }
  delete impl_;
}

void CUDAGraph::register_generator_state(const Generator& generator) {
  HEARTH_CHECK_AS(ValueError, !impl_->capture && !impl_->graph,
                  "[register_generator_state] expected a graph that is not captured yet");
  impl_->registered.push_back(generator);
}

void CUDAGraph::capture_begin(MempoolId_t pool, CaptureMode mode) {
  Impl& g = *impl_;
  HEARTH_CHECK_AS(ValueError, !g.graph && !g.capture,
                  "[capture_begin] this graph is captured already; reset() it first");
  const GraphSlots& b = slots(-1, &g.device);
  const CUDAStream stream = getCurrentCUDAStream();
  HEARTH_CHECK_AS(DeviceError, !(stream == getDefaultCUDAStream()),
                  "[capture_begin] the default stream cannot be captured: make another one current "
                  "with CUDAStreamGuard, or use CUDAGraphGuard");
  HEARTH_CHECK_AS(DeviceError, !b.is_capturing(g.device, stream.stream()),
                  "[capture_begin] this stream is being captured already");
  g.sources.clear();
  const Generator usual = default_generator();
  g.pool = pool.second != 0 ? pool.second : next_number();
  b.share_pool(g.device, g.pool);
  g.capture = std::make_unique<Impl::Capture>(g, stream);
  try {
    // Before, so that their memory lies outside of the graph's.
    g.add_source(usual, g.capture->drawn);
    for (Generator& generator : g.registered) {
      g.capture->before.emplace_back(generator, generator.get_state());
      g.add_source(generator, generator);
    }
    g.capture->number = b.begin_capture(g.device, stream.stream(), g.pool, static_cast<int>(mode));
  } catch (...) {
    g.end_drawing();
    g.capture.reset();
    reset();
    throw;
  }
}

void CUDAGraph::capture_end() {
  Impl& g = *impl_;
  HEARTH_CHECK_AS(ValueError, g.capture, "[capture_end] expected capture_begin() before it");
  HEARTH_CHECK_AS(
      ValueError, g.capture->stream == getCurrentCUDAStream(),
      "[capture_end] expected the stream to be current that was when the capture began");
  try {
    g.graph = g.end();
    if (!g.keep_graph) instantiate();
  } catch (...) {
    reset();
    throw;
  }
}

void CUDAGraph::instantiate() {
  Impl& g = *impl_;
  HEARTH_CHECK_AS(ValueError, g.graph, "[instantiate] nothing was captured");
  if (!g.ready) g.backend().instantiate(g.device, g.graph);
  g.ready = true;
}

void CUDAGraph::replay() {
  Impl& g = *impl_;
  HEARTH_CHECK_AS(ValueError, g.graph, "[replay] nothing was captured");
  instantiate();
  const Backend& b = cuda_backend(g.device.index(), &g.device);
  for (Source& source : g.sources) {
    if (source.counters == 0) continue;
    const GeneratorState state = source.generator.reserve(source.counters);
    const uint64_t numbers[] = {state.seed, state.offset};
    use_on_current_stream(b, source.memory);
    b.copy_bytes(raw_data(source.memory), g.device, numbers, kCPU, sizeof numbers, false);
  }
  b.graphs->launch(g.device, g.graph, current_stream(b, g.device));
}

void CUDAGraph::reset() {
  Impl& g = *impl_;
  if (g.capture) {
    try {
      g.graph = g.end();
    } catch (const DeviceError&) {
      // What was captured is thrown away.
    }
  }
  if (g.graph) g.backend().free(std::exchange(g.graph, nullptr));
  g.ready = false;
  if (g.pool != 0) g.backend().unshare_pool(g.device, std::exchange(g.pool, 0));
  g.sources.clear();
}

MempoolId_t CUDAGraph::pool() const {
  HEARTH_CHECK_AS(ValueError, impl_->pool != 0, "[pool] nothing was captured");
  return {0, impl_->pool};
}

void CUDAGraph::debug_dump(const std::string& path) {
  HEARTH_CHECK_AS(ValueError, impl_->graph && impl_->keep_graph,
                  "[debug_dump] expected a captured graph that was made with keep_graph");
  impl_->backend().dump(impl_->graph, path.c_str());
}

namespace {

/// What this thread captures on when it names no stream: one for each device, so that graphs that
/// share memory find what the one before gave back.
CUDAStream stream_for_captures() {
  thread_local constinit CUstream_st* streams[kMaxDevices] = {};
  const DeviceIndex device = current_device();
  CUstream_st*& stream = streams[device];
  if (!stream) stream = getStreamFromPool(false, device).stream();
  return {stream, device};
}

}  // namespace

CUDAGraphGuard::CUDAGraphGuard(CUDAGraph& graph, MempoolId_t pool, std::optional<CUDAStream> stream,
                               CaptureMode mode)
    : graph_(graph),
      stream_((synchronize(), empty_cache(), stream ? *stream : stream_for_captures())),
      exceptions_(std::uncaught_exceptions()) {
  graph_.capture_begin(pool, mode);
}

CUDAGraphGuard::~CUDAGraphGuard() noexcept(false) {
  if (std::uncaught_exceptions() > exceptions_) {
    graph_.reset();
  } else {
    graph_.capture_end();
  }
}

}  // namespace hearth::cuda
