// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/models/thread_state.h"

#include <algorithm>
#include <array>
#include <atomic>

namespace hearth::text {
namespace {

struct Place {
  uint64_t model = 0;
  std::unique_ptr<ThreadState> state;
};

}  // namespace

ModelSerial::ModelSerial() {
  static std::atomic<uint64_t> last{0};
  value_ = ++last;
}

std::unique_ptr<ThreadState>& thread_state_place(const ModelSerial& model) {
  // The latest first.
  thread_local std::array<Place, 4> places;
  size_t i = 0;
  while (i + 1 < places.size() && places[i].model != model.value()) ++i;
  std::rotate(places.begin(), places.begin() + i, places.begin() + i + 1);
  if (places[0].model != model.value()) places[0] = {model.value(), nullptr};
  return places[0].state;
}

}  // namespace hearth::text
