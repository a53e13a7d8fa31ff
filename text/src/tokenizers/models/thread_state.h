// SPDX-License-Identifier: Apache-2.0
// What a thread keeps for each of the models that it used last: caches and scratch memory.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "tokenizers/models/piece_cache.h"

namespace hearth::text {

struct ThreadState {
  /// Of so many pieces, a power of two.
  explicit ThreadState(size_t entries) : cache(entries) {}
  virtual ~ThreadState() = default;

  PieceCache cache;
  std::vector<Symbol> symbols;
};

/// Tells models apart, also those that are gone.
class ModelSerial {
 public:
  ModelSerial();
  uint64_t value() const { return value_; }

 private:
  uint64_t value_;
};

/// Where this thread keeps the state of a model; null when the model is new to it. The state of the
/// model that it has not used for longest makes room.
std::unique_ptr<ThreadState>& thread_state_place(const ModelSerial& model);

template <class State>
State& thread_state(const ModelSerial& model) {
  std::unique_ptr<ThreadState>& place = thread_state_place(model);
  if (!place) place = std::make_unique<State>();
  return static_cast<State&>(*place);
}

}  // namespace hearth::text
