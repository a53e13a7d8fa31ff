// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/generator.h"

#include <atomic>
#include <mutex>

#include <sys/random.h>

#include "hearth/base/error.h"

namespace hearth {

struct Generator::Impl {
  mutable std::mutex mutex;
  GeneratorState state;
  std::atomic<int64_t> references{1};
};

namespace {

thread_local constinit Generator* thread_generator = nullptr;

uint64_t entropy() {
  uint64_t bits = 0;
  HEARTH_CHECK(getrandom(&bits, sizeof bits, 0) == sizeof bits,
               "[seed] the system gave no random bytes; call manual_seed instead");
  // 53 bits survive a trip through a double (JSON, Python).
  return bits >> 11;
}

}  // namespace

Generator::Generator(uint64_t seed) : impl_(new Impl) { impl_->state.seed = seed; }

Generator::Generator(const Generator& other) : impl_(other.impl_) {
  impl_->references.fetch_add(1, std::memory_order_relaxed);
}

Generator& Generator::operator=(const Generator& other) {
  Generator copy(other);
  Impl* mine = impl_;
  impl_ = copy.impl_;
  copy.impl_ = mine;
  return *this;
}

Generator::~Generator() {
  if (impl_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete impl_;
}

void Generator::set_current_seed(uint64_t seed) { set_state({seed, 0}); }

uint64_t Generator::current_seed() const { return get_state().seed; }

uint64_t Generator::seed() {
  const uint64_t value = entropy();
  set_current_seed(value);
  return value;
}

uint64_t Generator::get_offset() const { return get_state().offset; }

void Generator::set_offset(uint64_t offset) {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  impl_->state.offset = offset;
}

GeneratorState Generator::get_state() const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  return impl_->state;
}

void Generator::set_state(const GeneratorState& state) {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  impl_->state = state;
}

Generator Generator::clone() const {
  Generator copy;
  copy.set_state(get_state());
  return copy;
}

GeneratorState Generator::reserve(uint64_t n_counters) {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  const GeneratorState first = impl_->state;
  impl_->state.offset += n_counters;
  return first;
}

GeneratorGuard::GeneratorGuard(Generator& generator) : previous_(thread_generator) {
  thread_generator = &generator;
}
GeneratorGuard::~GeneratorGuard() { thread_generator = previous_; }

Generator& default_generator() {
  if (thread_generator) return *thread_generator;
  // Never destroyed: threads may still draw while static objects go away.
  static Generator* generator = new Generator(entropy());
  return *generator;
}

Generator& manual_seed(uint64_t seed) {
  default_generator().set_current_seed(seed);
  return default_generator();
}

uint64_t seed() { return default_generator().seed(); }

uint64_t initial_seed() { return default_generator().current_seed(); }

}  // namespace hearth
