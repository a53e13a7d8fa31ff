// SPDX-License-Identifier: Apache-2.0
#include "ops/embedding.h"

#include "cpu/kernels.h"
#include "cpu/places.h"

namespace hearth::cpu {

namespace {

/// The rows that indices of any sizes name; a bad one throws.
Offsets embedding_rows(const Tensor& indices, int64_t rows) {
  const Tensor dense = contiguous_raw(copy_raw(indices, kLong, kCPU));
  const int64_t* i = ptr<int64_t>(dense);
  check_indices(i, impl(dense).numel, 0, rows, "embedding");
  return Offsets(i, i + impl(dense).numel);
}

void embedding(const Call& call) {
  const TensorImpl& w = impl(call.in[0]);
  Places p;
  p.outer = {0};
  p.at = embedding_rows(call.in[1], w.sizes[0]);
  for (int64_t& r : p.at) r *= w.strides[0];
  p.inner = offsets_over({w.sizes[1]}, {w.strides[1]});
  p.finish();
  by_size(w.dtype, [&](auto unit) {
    using T = decltype(unit);
    read(p, ptr<T>(call.in[0]), ptr<T>(call.out[0]));
  });
}

template <class T>
void embedding_gradient(const ops::EmbeddingBackward& op, const Offsets& rows, const T* g,
                        int64_t width, T* out) {
  Offsets counts;
  if (op.scale_grad_by_freq) {
    counts.assign(static_cast<size_t>(op.num_weights), 0);
    for (int64_t r : rows) ++counts[static_cast<size_t>(r)];
  }
  std::fill_n(out, op.num_weights * width, T{});
  const int64_t piece = 64;  // columns of a thread, whole cache lines
  const auto n = static_cast<int64_t>(rows.size());
  parallel_for((width + piece - 1) / piece,
               std::max<int64_t>(1, kIndexGrain / std::max<int64_t>(1, n * piece)),
               [&](int64_t begin, int64_t end) {
                 const int64_t first = begin * piece, last = std::min(end * piece, width);
                 for (int64_t j = 0; j < n; ++j) {
                   const int64_t r = rows[static_cast<size_t>(j)];
                   if (r == op.padding_idx) continue;
                   T* to = out + r * width;
                   const T* from = g + j * width;
                   if (counts.empty()) {
                     for (int64_t a = first; a < last; ++a) to[a] += from[a];
                   } else {
                     const T times = static_cast<T>(counts[static_cast<size_t>(r)]);
                     for (int64_t a = first; a < last; ++a) to[a] += from[a] / times;
                   }
                 }
               });
}

void embedding_backward(const Call& call) {
  const auto& op = call.as<ops::EmbeddingBackward>();
  const Offsets rows = embedding_rows(call.in[1], op.num_weights);
  const ScalarType t = impl(call.in[0]).dtype;
  const int64_t width = impl(call.out[0]).sizes[1];
  if (t == kDouble) {
    const Tensor g = contiguous_raw(call.in[0]);
    embedding_gradient(op, rows, ptr<double>(g), width, ptr<double>(call.out[0]));
    return;
  }
  HEARTH_CHECK_AS(NotImplementedError, is_floating_point(t),
                  "[embedding] gradients are not implemented for ", t);
  const Tensor g = contiguous_raw(t == kFloat ? call.in[0] : copy_raw(call.in[0], kFloat, kCPU));
  const Tensor out = t == kFloat ? call.out[0] : new_tensor(impl(call.out[0]).sizes, kFloat, kCPU);
  embedding_gradient(op, rows, ptr<float>(g), width, ptr<float>(out));
  if (t != kFloat) copy_raw_into(call.out[0], out);
}

}  // namespace

void install_embedding() {
  ops::Embedding::row().kernel[0] = &embedding;
  ops::EmbeddingBackward::row().kernel[0] = &embedding_backward;
}

}  // namespace hearth::cpu
