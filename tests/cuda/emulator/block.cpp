// SPDX-License-Identifier: Apache-2.0
// Runs the threads of a block, one at a time: each until it ends or waits for others.
#include "block.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include "fiber.h"
#include "run.h"

uint3 threadIdx, blockIdx;
dim3 blockDim, gridDim;

namespace hearth::emulator {

namespace {

enum class State : uint8_t { New, Ready, AtBlock, AtWarp, Ended };

struct Thread {
  State state = State::New;
  Fiber* fiber = nullptr;  ///< once it has waited
  uint3 index{};
  bool predicate = false;
  unsigned mask = 0;
  void* record = nullptr;
  Join join = nullptr;
  const char* what = "";
  Place place{};
};

/// The order in which threads and blocks run, which nobody may rely on.
enum class Order { Forward, Backward, Shuffled };

std::vector<unsigned> ordered(unsigned n, Order order, uint64_t seed) {
  std::vector<unsigned> all(n);
  std::iota(all.begin(), all.end(), 0u);
  if (order == Order::Backward) std::reverse(all.begin(), all.end());
  if (order == Order::Shuffled)
    for (unsigned i = n; i > 1; --i) {
      seed = seed * 6364136223846793005u + 1442695040888963407u;
      std::swap(all[i - 1], all[(seed >> 33) % i]);
    }
  return all;
}

/// HEARTH_EMULATOR_ORDER, or each in turn.
Order order_of_launch(uint64_t launch) {
  static const std::string wish = [] {
    const char* text = std::getenv("HEARTH_EMULATOR_ORDER");
    return std::string(text ? text : "");
  }();
  if (wish == "forward") return Order::Forward;
  if (wish == "backward") return Order::Backward;
  if (wish == "shuffled") return Order::Shuffled;
  return static_cast<Order>(launch % 3);
}

std::string place_of(const Thread& t) {
  const std::string file = t.place.file;
  const size_t slash = file.rfind('/');
  return std::string(t.what) + " at " +
         (slash == std::string::npos ? file : file.substr(slash + 1)) + ":" +
         std::to_string(t.place.line);
}

std::string text_of(const uint3& i) {
  return "(" + std::to_string(i.x) + ", " + std::to_string(i.y) + ", " + std::to_string(i.z) + ")";
}

/// Runs blocks of one launch at a time.
class Runner {
 public:
  void run(const Shape& shape, const std::function<void()>& thread);

  int meet_block(bool predicate, const char* what, const Place& place) {
    Thread& t = self();
    t.predicate = predicate;
    t.what = what;
    t.place = place;
    t.state = State::AtBlock;
    if (++at_block_ == threads_.size()) {
      finish_block();
    } else {
      wait();
    }
    return result_;
  }
  void meet_warp(unsigned mask, void* record, Join join, const char* what, const Place& place) {
    Thread& t = self();
    t.mask = mask;
    t.record = record;
    t.join = join;
    t.what = what;
    t.place = place;
    t.state = State::AtWarp;
    if (!(mask >> lane() & 1))
      fail("lane " + std::to_string(lane()) + " is not in the mask it gave");
    if (!finish_warp()) wait();
  }
  [[noreturn]] void fail(const std::string& message) {
    error_ = message + ", in thread " + text_of(threadIdx) + " of block " + text_of(blockIdx);
    for (;;) fibers_[running_]->switch_to(scheduler_);
  }
  unsigned lane() const { return static_cast<unsigned>(current_ % 32); }
  unsigned active_lanes() const {
    unsigned mask = 0;
    const size_t first = current_ & ~size_t{31};
    for (size_t i = first; i < std::min(first + 32, threads_.size()); ++i)
      if (threads_[i].state == State::New || threads_[i].state == State::Ready || i == current_)
        mask |= 1u << (i - first);
    return mask;
  }
  /// Aligned as dynamic_shared() of cuda/launch_kernel.cuh is.
  void* shared() {
    const auto at = reinterpret_cast<uintptr_t>(shared_.data());
    return shared_.data() + (kSharedAlignment - at % kSharedAlignment) % kSharedAlignment;
  }

 private:
  Thread& self() { return threads_[current_]; }
  void run_block(Order order, uint64_t seed);
  void go_on(size_t thread);
  void finish_block();
  bool finish_warp();
  std::string what_is_wrong() const;

  /// Back to whoever chooses who is next.
  void wait() {
    Thread& t = self();
    t.fiber = fibers_[running_].get();
    const size_t me = current_, mine = running_;
    t.fiber->switch_to(scheduler_);
    current_ = me;
    running_ = mine;
    threadIdx = t.index;
  }

  /// What a fiber does: threads that have not begun, one after the other, while none waits.
  static void threads(void* self) { static_cast<Runner*>(self)->run_threads(); }
  [[noreturn]] void run_threads();

  const std::function<void()>* thread_ = nullptr;
  std::vector<Thread> threads_;
  std::vector<unsigned> order_;
  size_t next_ = 0;     ///< position in order_
  size_t current_ = 0;  ///< the thread that runs
  size_t at_block_ = 0;
  int result_ = 0;
  bool moved_ = false;  ///< whether anything happened since the last look at all threads
  std::string error_;
  Fiber scheduler_;
  std::vector<std::unique_ptr<Fiber>> fibers_;
  std::vector<size_t> idle_;  ///< of fibers_
  size_t running_ = 0;
  static constexpr size_t kSharedAlignment = 128;
  std::vector<std::byte> shared_;
  uint64_t launches_ = 0;
};

void Runner::run_threads() {
  for (;;) {
    const size_t mine = running_;
    for (;;) {
      (*thread_)();
      running_ = mine;
      self().state = State::Ended;
      if (next_ == order_.size() || threads_[order_[next_]].state != State::New) break;
      current_ = order_[next_++];
      threadIdx = self().index;
    }
    idle_.push_back(mine);
    fibers_[mine]->switch_to(scheduler_);
  }
}

void Runner::go_on(size_t thread) {
  Thread& t = threads_[thread];
  current_ = thread;
  threadIdx = t.index;
  moved_ = true;
  if (t.state == State::Ready) return scheduler_.switch_to(*t.fiber);
  if (idle_.empty()) {
    fibers_.push_back(std::make_unique<Fiber>(&threads, this));
    idle_.push_back(fibers_.size() - 1);
  }
  running_ = idle_.back();
  idle_.pop_back();
  scheduler_.switch_to(*fibers_[running_]);
}

void Runner::finish_block() {
  const Thread& last = self();
  at_block_ = 0;
  result_ = 0;
  for (Thread& t : threads_) {
    result_ += t.predicate;
    if (t.place.line != last.place.line || std::strcmp(t.what, last.what) != 0)
      fail("threads of a block meet at " + place_of(t) + " and at " + place_of(last));
    t.state = State::Ready;
  }
}

bool Runner::finish_warp() {
  const Thread& last = self();
  Thread* warp = &threads_[current_ & ~size_t{31}];
  const size_t there = threads_.size() - (current_ & ~size_t{31});
  void* records[32] = {};
  for (size_t i = 0; i < 32; ++i) {
    if (!(last.mask >> i & 1)) continue;
    if (i >= there)
      fail(place_of(last) + " has lane " + std::to_string(i) +
           " in its mask, which is beyond the block");
    if (warp[i].state != State::AtWarp || warp[i].mask != last.mask) return false;
    records[i] = warp[i].record;
  }
  for (size_t i = 0; i < 32; ++i) {
    if (!(last.mask >> i & 1)) continue;
    if (warp[i].place.line != last.place.line || std::strcmp(warp[i].what, last.what) != 0)
      fail("lanes of a warp meet at " + place_of(warp[i]) + " and at " + place_of(last));
    warp[i].state = State::Ready;
  }
  if (last.join) last.join(records, last.mask);
  return true;
}

std::string Runner::what_is_wrong() const {
  std::map<std::string, int> waiting;
  int ended = 0;
  for (const Thread& t : threads_)
    if (t.state == State::Ended) {
      ++ended;
    } else {
      ++waiting[place_of(t)];
    }
  std::string text = "threads of block " + text_of(blockIdx) + " wait forever:";
  for (const auto& [where, count] : waiting)
    text += " " + std::to_string(count) + " in " + where + ",";
  return text + " " + std::to_string(ended) + " have ended";
}

void Runner::run_block(Order order, uint64_t seed) {
  order_ = ordered(static_cast<unsigned>(threads_.size()), order, seed);
  unsigned i = 0;
  for (unsigned z = 0; z < blockDim.z; ++z)
    for (unsigned y = 0; y < blockDim.y; ++y)
      for (unsigned x = 0; x < blockDim.x; ++x) {
        threads_[i] = Thread();
        threads_[i++].index = {x, y, z};
      }
  at_block_ = 0;
  std::fill(shared_.begin(), shared_.end(), std::byte{0xff});
  do {
    moved_ = false;
    for (next_ = 0; next_ < order_.size() && error_.empty();) {
      const unsigned t = order_[next_++];
      if (threads_[t].state == State::New || threads_[t].state == State::Ready) go_on(t);
    }
  } while (moved_ && error_.empty());
  for (const Thread& t : threads_)
    if (t.state != State::Ended && error_.empty()) error_ = what_is_wrong();
}

void Runner::run(const Shape& shape, const std::function<void()>& thread) {
  thread_ = &thread;
  gridDim = shape.grid;
  blockDim = shape.block;
  threads_.resize(size_t{blockDim.x} * blockDim.y * blockDim.z);
  shared_.resize(shape.shared + kSharedAlignment);
  const uint64_t launch = launches_++;
  const Order order = order_of_launch(launch);
  const uint64_t blocks = uint64_t{gridDim.x} * gridDim.y * gridDim.z;
  for (uint64_t k = 0; k < blocks && error_.empty(); ++k) {
    const uint64_t b = order == Order::Forward ? k : blocks - 1 - k;
    blockIdx = {static_cast<unsigned>(b % gridDim.x),
                static_cast<unsigned>(b / gridDim.x % gridDim.y),
                static_cast<unsigned>(b / gridDim.x / gridDim.y)};
    run_block(order, launch + b);
  }
  if (error_.empty()) return;
  // The threads that wait are forgotten, with what is on their stacks.
  fibers_.clear();
  idle_.clear();
  throw KernelError(std::exchange(error_, ""));
}

Runner& runner() {
  static Runner& one = *new Runner;
  return one;
}

}  // namespace

void run_blocks(const Shape& shape, const std::function<void()>& thread) {
  runner().run(shape, thread);
}

int meet_block(bool predicate, const char* what, const Place& place) {
  return runner().meet_block(predicate, what, place);
}
void meet_warp(unsigned mask, void* record, Join join, const char* what, const Place& place) {
  runner().meet_warp(mask, record, join, what, place);
}
unsigned lane() { return runner().lane(); }
unsigned active_lanes() { return runner().active_lanes(); }
void* dynamic_shared() { return runner().shared(); }
void fail(const std::string& message) { runner().fail(message); }

}  // namespace hearth::emulator
