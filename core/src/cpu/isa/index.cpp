// SPDX-License-Identifier: Apache-2.0
#include "cpu/index_kernels.h"

namespace hearth::cpu::HEARTH_ISA {
namespace {

bool within(const int64_t* v, int64_t n, int64_t least, int64_t most) {
  // The sign of a difference says which side of a bound a number is on.
  uint64_t signs = 0;
  for (int64_t k = 0; k < n; ++k) {
    const auto i = static_cast<uint64_t>(v[k]);
    signs |= (i - static_cast<uint64_t>(least)) | (static_cast<uint64_t>(most) - i);
  }
  return static_cast<int64_t>(signs) >= 0;
}

bool places(const int64_t* v, int64_t n, int64_t size, int64_t stride, int64_t* at) {
  uint64_t signs = 0;
  const auto most = static_cast<uint64_t>(size - 1);
  for (int64_t k = 0; k < n; ++k) {
    const auto i = static_cast<uint64_t>(v[k]);
    signs |= i | (most - i);
    at[k] = static_cast<int64_t>(i * static_cast<uint64_t>(stride));
  }
  return static_cast<int64_t>(signs) >= 0;
}

}  // namespace

const IndexTable& index_table() {
  static constexpr IndexTable table{&within, &places};
  return table;
}

}  // namespace hearth::cpu::HEARTH_ISA
