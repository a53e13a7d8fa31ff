// SPDX-License-Identifier: Apache-2.0
#include "cuda/indexed.cuh"
#include "cuda/kernels.h"
#include "ops/embedding_bag.h"

namespace hearth::cuda {

namespace {

/// Where bags begin, and the last one ends. Offsets that make no sense are reported, and lead
/// nowhere.
struct Bags {
  const int64_t* offsets;
  int64_t count, indices;
  bool ends;  ///< the last offset is the end of the last bag
  Fault* fault;

  __device__ __forceinline__ int64_t start(int64_t b) const {
    const int64_t at = b < count || ends ? offsets[b] : indices;
    return at < 0 ? 0 : at > indices ? indices : at;
  }
  __device__ __forceinline__ void check(int64_t b) const {
    const int64_t first = offsets[b], next = b + 1 < count || ends ? offsets[b + 1] : indices;
    if (first < 0 || first > indices || (b == 0 && first != 0))
      report_index(first, b == 0 ? 1 : indices + 1, fault, "embedding_bag, offsets");
    if (next < first || next > indices)
      report_index(next, indices + 1, fault, "embedding_bag offsets must not decrease");
  }
  /// The bag of index j, -1 if it is in none.
  __device__ __forceinline__ int64_t of(int64_t j) const {
    int64_t low = 0, high = count;  // the bags that begin at j or before
    while (low < high) {
      const int64_t middle = low + (high - low) / 2;
      if (start(middle) <= j) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low > 0 && j < start(low) ? low - 1 : -1;
  }
};

template <class T, int V>
struct alignas(sizeof(T) * V) Pack {
  T v[V];
};

/// A thread for V neighbours of a bag's result.
template <class T, int V>
void join_rows(const ops::EmbeddingBag& op, const Call& call, const Bags& bags,
               const Tensor& weight, const Tensor& index, const Tensor& scale) {
  using A = accumulate_t<T>;
  using Some = Pack<T, V>;
  const int64_t packs = impl(weight).sizes[1] / V, n = bags.count * packs, padding = op.padding_idx;
  const ops::BagMode mode = op.mode;
  const Positions positions{ptr<int64_t>(index), impl(weight).sizes[0], packs, bags.fault,
                            IndexOp::EmbeddingBag};
  const auto* rows = ptr<Some>(weight);
  const T* factors = scale.defined() ? ptr<T>(scale) : nullptr;
  auto* to = ptr<Some>(call.out[0]);
  int64_t* from = ptr<int64_t>(call.out[3]);
  for_each(n, "embedding_bag", [=] __device__(int64_t i) {
    const int64_t b = i / packs, p = i - b * packs;
    const int64_t first = bags.start(b), last = bags.start(b + 1);
    A sum[V];
    int64_t best[V], count = 0;
#pragma unroll
    for (int k = 0; k < V; ++k) {
      sum[k] = A(0);
      best[k] = 0;
    }
#pragma unroll 4
    for (int64_t j = first; j < last; ++j) {
      const int64_t r = positions.index[j];
      if (r >= 0 && r == padding) continue;  // -1: no index is
      const int64_t at = positions(j);
      if (at < 0) continue;
      const Some row = rows[at + p];
      const A factor = factors ? convert<A>(factors[j]) : A(1);
#pragma unroll
      for (int k = 0; k < V; ++k) {
        const A v = convert<A>(row.v[k]);
        if (mode != ops::BagMode::Max) {
          sum[k] += factors ? v * factor : v;
        } else if (count == 0 || v > sum[k]) {
          sum[k] = v;
          best[k] = r;
        }
      }
      ++count;
    }
    Some result;
#pragma unroll
    for (int k = 0; k < V; ++k) {
      if (mode == ops::BagMode::Mean && count > 0) sum[k] /= static_cast<A>(count);
      result.v[k] = convert<T>(sum[k]);
      if (mode == ops::BagMode::Max) from[i * V + k] = best[k];
    }
    to[i] = result;
  });
}

/// Bags of indices, checks of offsets, and the sizes of bags.
void describe(const ops::EmbeddingBag& op, const Call& call, const Bags& bags,
              const Tensor& index) {
  const int64_t* indices = ptr<int64_t>(index);
  const int64_t padding = op.padding_idx;
  const bool max = op.mode == ops::BagMode::Max;
  int64_t *bag_of = ptr<int64_t>(call.out[1]), *sizes = ptr<int64_t>(call.out[2]),
          *again = ptr<int64_t>(call.out[3]);
  for_each(bags.indices, "embedding_bag", [=] __device__(int64_t j) { bag_of[j] = bags.of(j); });
  for_each(bags.count, "embedding_bag", [=] __device__(int64_t b) {
    bags.check(b);
    int64_t n = 0;
    for (int64_t j = bags.start(b), end = bags.start(b + 1); j < end; ++j)
      n += indices[j] != padding;
    sizes[b] = n;
    if (!max) again[b] = n;
  });
}

template <class T>
void join_as(const ops::EmbeddingBag& op, const Call& call, const Bags& bags, const Tensor& index) {
  constexpr int V = 16 / static_cast<int>(sizeof(T));
  const Tensor weight = contiguous_raw(call.in[0]);
  const Tensor scale = call.in[3].defined() ? contiguous_raw(call.in[3]) : Tensor();
  const auto addresses = reinterpret_cast<uintptr_t>(raw_data(weight)) |
                         reinterpret_cast<uintptr_t>(raw_data(call.out[0]));
  if (impl(weight).sizes[1] % V == 0 && addresses % 16 == 0)
    return join_rows<T, V>(op, call, bags, weight, index, scale);
  join_rows<T, 1>(op, call, bags, weight, index, scale);
}

void embedding_bag(const Call& call) {
  const auto& op = call.as<ops::EmbeddingBag>();
  const Tensor& out = call.out[0];
  const Device device = out.device();
  const Tensor index = contiguous_raw(index_on(call.in[1], device));
  const Tensor offsets = contiguous_raw(index_on(call.in[2], device));
  const int64_t count = impl(out).sizes[0];
  const Bags bags{ptr<int64_t>(offsets), count, impl(index).numel, impl(offsets).numel > count,
                  fault()};
  describe(op, call, bags, index);
  if (impl(out).numel == 0) return;
  with_floating_type(impl(out).dtype, "embedding_bag",
                     [&]<class T>(T) { join_as<T>(op, call, bags, index); });
}

}  // namespace

void install_embedding_bag() {
  ops::EmbeddingBag::row().kernel[kSlot] = converting(&embedding_bag);
}

}  // namespace hearth::cuda
