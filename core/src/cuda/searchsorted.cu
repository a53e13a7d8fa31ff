// SPDX-License-Identifier: Apache-2.0
#include "cuda/element.cuh"
#include "cuda/kernels.h"
#include "cuda/launch.cuh"
#include "ops/copy.h"
#include "ops/searchsorted.h"

namespace hearth::cuda {

namespace {

/// A thread for each value. The order of probes is the CPU's, on which the answer depends where a
/// line has NaNs.
template <class T, class Out>
void search(const ops::SearchSorted& op, const Tensor& sequence, const Tensor& self,
            const Tensor& sorter, const Tensor& out) {
  using A = accumulate_t<T>;
  const int64_t n = impl(sequence).sizes.back();
  const bool shared = impl(sequence).dim() == 1, right = op.right;
  const int64_t width = shared ? impl(self).numel : impl(self).sizes.back();
  const T *lines = ptr<T>(sequence), *values = ptr<T>(self);
  const int64_t* places = sorter.defined() ? ptr<int64_t>(sorter) : nullptr;
  Out* to = ptr<Out>(out);
  Fault* const report = fault();
  for_each(impl(self).numel, "searchsorted", [=] __device__(int64_t i) {
    const int64_t start = i / width * n;
    const A value = convert<A>(values[i]);
    int64_t low = 0, high = n;
    while (low < high) {
      const int64_t middle = low + (high - low) / 2;
      int64_t at = middle;
      if (places) {
        at = places[start + middle];
        wrap_index(at, n, report, "searchsorted");
      }
      const A there = convert<A>(lines[start + at]);
      if (right ? !(there > value) : !(there >= value)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    to[i] = static_cast<Out>(low);
  });
}

void searchsorted(const Call& call) {
  const auto& op = call.as<ops::SearchSorted>();
  if (impl(call.out[0]).numel == 0) return;
  const Tensor sequence = contiguous_raw(call.in[0]), self = contiguous_raw(call.in[1]);
  const Tensor sorter = call.in.get(2).defined() ? contiguous_raw(call.in[2]) : Tensor();
  with_type(impl(sequence).dtype, [&]<class T>(T) {
    if constexpr (!kIsComplex<T>) {
      op.out_int32 ? search<T, int32_t>(op, sequence, self, sorter, call.out[0])
                   : search<T, int64_t>(op, sequence, self, sorter, call.out[0]);
    }
  });
}

}  // namespace

void install_searchsorted() { ops::SearchSorted::row().kernel[kSlot] = &searchsorted; }

}  // namespace hearth::cuda
