// SPDX-License-Identifier: Apache-2.0
// at::parallel_for, get_num_threads and their kin are hearth's; here is what it has no need of.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "hearth/base/threads.h"

#include "c10/macros/Macros.h"

namespace hearth {

namespace internal {
/// Elements for which one thread suffices.
inline constexpr int64_t GRAIN_SIZE = 32768;
}  // namespace internal

constexpr int64_t divup(int64_t x, int64_t y) { return (x + y - 1) / y; }

/// Joins f(begin, end, identity) of pieces of at least `grain` with `join`, in their order. The
/// pieces depend on the range alone, so the result does not change with the number of threads.
template <class T, class F, class Join>
T parallel_reduce(int64_t begin, int64_t end, int64_t grain, const T& identity, const F& f,
                  const Join& join) {
  if (begin >= end) return identity;
  constexpr int64_t kMostPieces = 256;
  const int64_t n = end - begin;
  const int64_t piece = std::max({grain, divup(n, kMostPieces), int64_t{1}});
  const int64_t pieces = divup(n, piece);
  // Not a vector<bool>, whose elements threads could not write side by side.
  struct Part {
    T value;
  };
  std::vector<Part> parts(static_cast<size_t>(pieces), Part{identity});
  parallel_chunks(pieces, [&](int64_t i) {
    const int64_t from = begin + i * piece;
    parts[static_cast<size_t>(i)].value = f(from, std::min(from + piece, end), identity);
  });
  T result = identity;
  for (const Part& part : parts) result = join(result, part.value);
  return result;
}

/// LibTorch has a second pool of threads, for operations beside each other; here each operation has
/// the threads of set_num_threads, and those start when they are needed.
inline void init_num_threads() {}
inline void set_num_interop_threads(int) {}
inline int get_num_interop_threads() { return 1; }
inline std::string get_parallel_info() {
  return "ATen/Parallel:\n\tat::get_num_threads() : " + std::to_string(get_num_threads()) + "\n";
}

}  // namespace hearth
