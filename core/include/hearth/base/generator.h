// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "hearth/base/device.h"
#include "hearth/base/macros.h"

namespace hearth {

class Tensor;

/// Where a generator stands; saving and restoring it continues the same stream.
struct GeneratorState {
  uint64_t seed = 0;
  uint64_t offset = 0;
  /// The same as 16 bytes, as LibTorch keeps it.
  HEARTH_API operator Tensor() const;
  friend bool operator==(const GeneratorState&, const GeneratorState&) = default;
};

/// A counter-based random stream (Philox4x32-10): `seed` names it, `offset` is the next unused
/// counter. The values drawn depend on these two alone, not on threads, batch order or machine.
/// A handle: copies share the state. All members may be called from several threads.
class HEARTH_API Generator {
 public:
  explicit Generator(uint64_t seed = 67280421310721ull);
  Generator(const Generator& other);
  Generator& operator=(const Generator& other);
  ~Generator();

  /// Starts the stream of `seed` from its beginning.
  void set_current_seed(uint64_t seed);
  void manual_seed(uint64_t seed) { set_current_seed(seed); }
  uint64_t current_seed() const;
  /// Seeds from the system's entropy and returns that seed (53 bits).
  uint64_t seed();

  uint64_t get_offset() const;
  void set_offset(uint64_t offset);

  GeneratorState get_state() const;
  void set_state(const GeneratorState& state);
  /// From what a GeneratorState converts to: 16 bytes on the CPU.
  void set_state(const Tensor& state);
  /// Always; one generator serves all devices.
  bool defined() const { return true; }
  Device device() const { return kCPU; }
  /// An independent generator in the same state.
  Generator clone() const;

  /// Takes the next `n_counters` counters; the returned state names the first.
  GeneratorState reserve(uint64_t n_counters);

  /// Whether both are handles of the same state.
  friend bool operator==(const Generator& a, const Generator& b) { return a.impl_ == b.impl_; }

 private:
  struct Impl;
  Impl* impl_;
};

/// The generator that random operations use when given none; seeded from the system's entropy.
HEARTH_API Generator& default_generator();

/// While it lives, default_generator() is `generator` for this thread (DataLoader workers draw from
/// a stream per sample). Guards nest.
class HEARTH_API GeneratorGuard {
 public:
  explicit GeneratorGuard(Generator& generator);
  ~GeneratorGuard();
  GeneratorGuard(const GeneratorGuard&) = delete;
  GeneratorGuard& operator=(const GeneratorGuard&) = delete;

 private:
  Generator* previous_;
};

/// Seeds the default generator and returns it (torch::manual_seed).
HEARTH_API Generator& manual_seed(uint64_t seed);

/// Seeds the default generator from the system's entropy and returns that seed.
HEARTH_API uint64_t seed();

/// The seed the default generator runs on.
HEARTH_API uint64_t initial_seed();

}  // namespace hearth
