// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/context.h"

#include "cuda/atomic.cuh"
#include "cuda/in_order.cuh"
#include "cuda/index_walk.cuh"
#include "cuda/kernels.h"
#include "ops/embedding.h"

namespace hearth::cuda {

namespace {

void embedding(const Call& call) {
  const Tensor &weight = call.in[0], &out = call.out[0];
  if (impl(out).numel == 0) return;
  const Tensor at = contiguous_raw(index_on(call.in[1], weight.device()));
  const int64_t n = impl(at).numel, width = impl(weight).sizes[1];
  const Tensor rows = alias_tensor(out, {n, width}, {width, 1}, impl(out).offset, impl(out).dtype);
  read_at(walk_along(impl(weight), 0, at, rows, IndexOp::Embedding), weight, rows);
}

void count_rows(const int64_t* index, int64_t n, int64_t rows, int* counts) {
  for_each(n, "embedding", [=] __device__(int64_t j) {
    const int64_t r = index[j];
    if (r >= 0 && r < rows) atomicAdd(counts + r, 1);
  });
}

/// counts: null, or how often each row occurs, which its gradient is divided by.
template <class V>
void add_rows_in_order(const ops::EmbeddingBackward& op, const Tensor& g, const Tensor& index,
                       const int* counts, const Tensor& out) {
  using T = accumulate_t<V>;
  const int64_t width = impl(out).sizes[1], padding = op.padding_idx;
  const Positions positions{ptr<int64_t>(index), op.num_weights, 1, fault(), IndexOp::Embedding};
  const V* from = ptr<V>(g);
  T* to = ptr<T>(out);
  visit_in_order(
      impl(index).numel, op.num_weights, width, "embedding",
      [=] __device__(int64_t j) {
        const int64_t row = positions(j);
        return row == padding ? -1 : row;
      },
      [=] __device__(int64_t row, const Visitors& visitors, int64_t c) {
        T sum = to[row * width + c];
        for (int64_t k = 0; k < visitors.count; ++k) {
          const T v = convert<T>(from[visitors[k] * width + c]);
          sum += counts ? v / static_cast<T>(counts[row]) : v;
        }
        to[row * width + c] = sum;
      });
}

/// Atomic, so sums may differ in their last bits from run to run.
template <class V>
void add_rows(const ops::EmbeddingBackward& op, const Tensor& g, const Tensor& index,
              const int* counts, const Tensor& out) {
  using T = accumulate_t<V>;
  const int64_t n = impl(g).numel, padding = op.padding_idx;
  const auto width = static_cast<uint64_t>(impl(out).sizes[1]);
  const Positions positions{ptr<int64_t>(index), op.num_weights, 1, fault(), IndexOp::Embedding};
  const V* from = ptr<V>(g);
  T* to = ptr<T>(out);
  const bool small = n < (int64_t{1} << 31);
  const Divisor by_width = small ? Divisor(static_cast<uint32_t>(width)) : Divisor();
  for_each(n, "embedding", [=] __device__(int64_t i) {
    const int64_t j = small ? by_width.divide(static_cast<uint32_t>(i))
                            : static_cast<int64_t>(static_cast<uint64_t>(i) / width);
    const int64_t row = positions(j);
    if (row < 0 || row == padding) return;
    T v = convert<T>(from[i]);
    if (counts) v /= static_cast<T>(counts[row]);
    const auto w = static_cast<int64_t>(width);
    atomic_add(to + row * w + (i - j * w), v);
  });
}

void zero(void* data, size_t bytes) {
  if (bytes) check(cudaMemsetAsync(data, 0, bytes, stream()), "embedding");
}

void embedding_backward(const Call& call) {
  const auto& op = call.as<ops::EmbeddingBackward>();
  const Tensor& out = call.out[0];
  const ScalarType type = impl(call.in[0]).dtype;
  HEARTH_CHECK_AS(NotImplementedError, is_floating_point(type),
                  "[embedding] gradients are not implemented for ", type);
  if (impl(out).numel == 0) return;
  const ScalarType sums = accumulate_type(type);
  const Tensor wide = sums == type ? out : new_tensor(impl(out).sizes, sums, impl(out).device);
  zero(raw_data(wide), wide.nbytes());
  const Tensor g = contiguous_raw(call.in[0]);
  const Tensor index = contiguous_raw(index_on(call.in[1], out.device()));
  const Workspace counts(op.scale_grad_by_freq ? static_cast<size_t>(op.num_weights) * sizeof(int)
                                               : 0);
  if (op.scale_grad_by_freq) {
    zero(counts.data(), static_cast<size_t>(op.num_weights) * sizeof(int));
    count_rows(ptr<int64_t>(index), impl(index).numel, op.num_weights, counts.data<int>());
  }
  with_floating_type(type, "embedding", [&](auto v) {
    using V = decltype(v);
    const int* n = counts.data<int>();
    deterministic() ? add_rows_in_order<V>(op, g, index, n, wide)
                    : add_rows<V>(op, g, index, n, wide);
  });
  if (sums != type) copy_raw_into(out, wide);
}

}  // namespace

void install_embedding() {
  ops::Embedding::row().kernel[kSlot] = &embedding;
  ops::EmbeddingBackward::row().kernel[kSlot] = &embedding_backward;
}

}  // namespace hearth::cuda
