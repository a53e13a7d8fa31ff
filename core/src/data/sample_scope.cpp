// SPDX-License-Identifier: Apache-2.0
#include "hearth/data/sample_scope.h"

namespace hearth::data::detail {

namespace {

thread_local constinit BatchScope* current = nullptr;

/// The finalizer of splitmix64: every input bit reaches every output bit.
uint64_t scramble(uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

/// Keeps streams of batches apart from those of samples.
constexpr uint64_t kBatchStream = uint64_t{1} << 63;

}  // namespace

uint64_t mix_seed(uint64_t a, uint64_t b, uint64_t c) {
  return scramble(scramble(scramble(a) ^ b) ^ c);
}

BatchScope::BatchScope(uint64_t epoch_seed, uint64_t batch, ArrayRef<size_t> indices)
    : seed_(epoch_seed),
      batch_(batch),
      indices_(indices),
      generator_(mix_seed(epoch_seed, batch, kBatchStream)),
      guard_(generator_),
      previous_(current) {
  current = this;
}
BatchScope::~BatchScope() { current = previous_; }

SampleLoop::SampleLoop() : scope_(current) {
  if (scope_) ++scope_->stage_;
}
SampleLoop::~SampleLoop() {
  if (!scope_) return;
  // What follows works on the whole batch.
  scope_->generator_.set_current_seed(
      mix_seed(scope_->seed_, scope_->batch_, kBatchStream | scope_->stage_));
}
void SampleLoop::enter(size_t position) {
  if (!scope_ || scope_->offset_ + position >= scope_->indices_.size()) return;
  scope_->index_ = scope_->indices_[scope_->offset_ + position];
  scope_->generator_.set_current_seed(mix_seed(scope_->seed_, *scope_->index_, scope_->stage_));
}

SampleOffset::SampleOffset(size_t first) : scope_(current), first_(first) {
  if (scope_) scope_->offset_ += first_;
}
SampleOffset::~SampleOffset() {
  if (scope_) scope_->offset_ -= first_;
}

}  // namespace hearth::data::detail

uint64_t hearth::data::draw_seed() {
  const GeneratorState state = default_generator().reserve(1);
  return detail::mix_seed(state.seed, state.offset);
}
