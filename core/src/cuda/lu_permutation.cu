// SPDX-License-Identifier: Apache-2.0
#include "cuda/element.cuh"
#include "cuda/kernels.h"
#include "cuda/row.cuh"
#include "ops/copy.h"
#include "ops/decompositions.h"

namespace hearth::cuda {

namespace {

/// Row i of P has its one where the swaps bring row i. Whoever writes a row follows it there.
template <class T>
void permutation_as(const Tensor& pivots, const Tensor& out) {
  const int64_t n = impl(out).sizes.back(), swaps = impl(pivots).sizes.back();
  const int* all = ptr<int>(pivots);
  T* to = ptr<T>(out);
  Fault* const report = fault();
  for_each_row(Rows{impl(out).numel / n, n, 1}, "lu_unpack",
               [=] __device__(const auto& team, int64_t row, int64_t start, int64_t) {
                 if (row < 0) return;
                 const int* swap = all + row / n * swaps;
                 int64_t place = row % n;
                 for (int64_t j = 0; j < swaps; ++j) {
                   const int64_t other = swap[j] - 1;
                   if (j >= n || other < 0 || other >= n) {
                     report_index(swap[j], n + 1, report, "lu_unpack");
                   } else if (place == j) {
                     place = other;
                   } else if (place == other) {
                     place = j;
                   }
                 }
                 for (int64_t c = team.rank; c < n; c += team.size)
                   to[start + c] = convert<T>(c == place ? 1.0f : 0.0f);
               });
}

void permutation(const Call& call) {
  const Tensor& out = call.out[0];
  if (impl(out).numel == 0) return;
  const Tensor pivots = contiguous_raw(call.in[0]);
  with_type(impl(out).dtype, [&]<class T>(T) { permutation_as<T>(pivots, out); });
}

}  // namespace

void install_lu_permutation() { ops::LuPermutation::row().kernel[kSlot] = &permutation; }

}  // namespace hearth::cuda
