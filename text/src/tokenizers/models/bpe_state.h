// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tokenizers/models/bpe.h"
#include "tokenizers/models/thread_state.h"

namespace hearth::text {

struct Bpe::State : ThreadState {
  State() : ThreadState(size_t{1} << 14), pairs(size_t{1} << 15) {}

  PairMemo pairs;
  MergeScratch merging;
  std::vector<uint64_t> dead;
  std::string known;
};

}  // namespace hearth::text
