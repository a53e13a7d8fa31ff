// SPDX-License-Identifier: Apache-2.0
// Runs a kernel's threads one at a time, each on a stack of its own as soon as it has to wait. The
// order of threads changes with a seed, so that results which depend on it show.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include <ucontext.h>

#include "cuda_runtime_api.h"

uint3 threadIdx, blockIdx;
dim3 blockDim, gridDim;

namespace emulator {

namespace {

constexpr size_t kStack = size_t{128} << 10;

enum class State { Runs, AtBlock, AtWarp };

/// A stack, and the thread of the block that runs on it.
struct Fiber {
  ucontext_t context{};
  std::unique_ptr<char[]> stack{new char[kStack]};
  unsigned thread = 0;
  State state = State::Runs;
  int half = 0;
};

unsigned seed = 0;
ucontext_t scheduler;
std::vector<std::unique_ptr<Fiber>> idle, live;
Fiber* running = nullptr;
unsigned count = 0, next = 0;  ///< threads of the block; those begun
const std::function<void()>* body = nullptr;
unsigned char slots[32][2][32][16];

unsigned greatest_common_divisor(unsigned a, unsigned b) {
  return b == 0 ? a : greatest_common_divisor(b, a % b);
}

/// The i-th of n things in an order that depends on the seed: forward for 0.
unsigned shuffled(unsigned i, unsigned n) {
  if (seed == 0 || n < 2) return i;
  unsigned step = seed * 2654435761u % n;
  while (greatest_common_divisor(step, n) != 1) step = (step + 1) % n;
  return static_cast<unsigned>((uint64_t{i} * step + seed) % n);
}

void place(unsigned thread) {
  threadIdx = {thread % blockDim.x, thread / blockDim.x % blockDim.y,
               thread / blockDim.x / blockDim.y};
}

/// Runs threads of the block, one after the other, as long as none has to wait.
void run_threads() {
  while (next < count) {
    running->thread = shuffled(next++, count);
    running->half = 0;
    place(running->thread);
    (*body)();
  }
}

void enter() {
  for (;;) {
    run_threads();
    // The scheduler takes this fiber off the list of live ones, and may enter it again.
    running->thread = count;
    swapcontext(&running->context, &scheduler);
  }
}

void resume(size_t i) {
  running = live[i].get();
  running->state = State::Runs;
  if (running->thread < count) place(running->thread);
  swapcontext(&scheduler, &running->context);
}

void start() {
  if (idle.empty()) {
    auto fiber = std::make_unique<Fiber>();
    getcontext(&fiber->context);
    fiber->context.uc_stack = {fiber->stack.get(), 0, kStack};
    fiber->context.uc_link = nullptr;
    makecontext(&fiber->context, &enter, 0);
    idle.push_back(std::move(fiber));
  }
  live.push_back(std::move(idle.back()));
  idle.pop_back();
  live.back()->thread = count;
  resume(live.size() - 1);
}

/// Sets those free that have met; false when nobody has.
bool release() {
  bool any = false, whole_block = true;
  bool whole_warp[32];
  for (bool& w : whole_warp) w = true;
  for (const auto& f : live) {
    whole_block &= f->state == State::AtBlock;
    whole_warp[f->thread / 32] &= f->state == State::AtWarp;
  }
  for (const auto& f : live)
    if (whole_block || whole_warp[f->thread / 32]) {
      f->state = State::Runs;
      any = true;
    }
  return any;
}

void run_block() {
  next = 0;
  while (next < count || !live.empty()) {
    if (next < count) {
      start();
    } else if (!release()) {
      std::fprintf(stderr, "emulator: threads wait for others that never come\n");
      std::abort();
    } else {
      for (size_t i = 0; i < live.size(); ++i)
        if (live[i]->state == State::Runs) resume(i);
    }
    for (size_t i = 0; i < live.size();) {
      if (live[i]->thread < count) {
        ++i;
        continue;
      }
      idle.push_back(std::move(live[i]));
      live.erase(live.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
}

void wait(State state) {
  running->state = state;
  Fiber* self = running;
  swapcontext(&self->context, &scheduler);
}

}  // namespace

void meet_block() { wait(State::AtBlock); }
void meet_warp() { wait(State::AtWarp); }

Warp exchange() {
  running->half = 1 - running->half;
  const unsigned warp = running->thread / 32, first = warp * 32;
  const unsigned lanes = count - first < 32 ? count - first : 32;
  return {static_cast<int>(running->thread % 32), lanes == 32 ? ~0u : (1u << lanes) - 1,
          slots[warp][running->half]};
}

void run_grid(dim3 grid, dim3 block, const std::function<void()>& kernel) {
  gridDim = grid;
  blockDim = block;
  count = block.x * block.y * block.z;
  body = &kernel;
  const unsigned blocks = grid.x * grid.y * grid.z;
  for (unsigned b = 0; b < blocks; ++b) {
    const unsigned at = shuffled(b, blocks);
    blockIdx = {at % grid.x, at / grid.x % grid.y, at / grid.x / grid.y};
    run_block();
  }
}

}  // namespace emulator

/// Another order of threads and blocks; 0: as they are numbered. For tests, by dlsym.
extern "C" __attribute__((visibility("default"))) void emulator_set_order(unsigned seed) {
  emulator::seed = seed;
}
