// SPDX-License-Identifier: Apache-2.0
// Attention in tiles of queries by keys: each tile's scores are used where they are computed, in
// the second-level cache, and never kept. Every head is one task, so results do not depend on the
// number of threads.
#include "ops/attention.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/parallel.h"
#include "cpu/attention_kernels.h"
#include "cpu/dense.h"
#include "cpu/gemm_own.h"
#include "cpu/kernels.h"
#include "cpu/scratch.h"

namespace hearth::cpu {

namespace {

constexpr int64_t kQueries = 128, kKeys = 256;

template <class T>
constexpr T kInfinity = std::numeric_limits<T>::infinity();

template <class T>
const AttentionKernels<T>& kernels();
template <>
const AttentionKernels<float>& kernels<float>() {
  static const AttentionKernels<float>& k = HEARTH_SELECT_ISA(attention_kernels_f32);
  return k;
}
template <>
const AttentionKernels<double>& kernels<double>() {
  static const AttentionKernels<double>& k = HEARTH_SELECT_ISA(attention_kernels_f64);
  return k;
}

/// Offset of batch entry `i` of a tensor, in elements.
int64_t batch_offset(const Tensor& t, int64_t i) {
  const TensorImpl& x = impl(t);
  int64_t offset = 0;
  for (size_t d = x.sizes.size() - 2; d-- > 0;) {
    offset += i % x.sizes[d] * x.strides[d];
    i /= x.sizes[d];
  }
  return offset;
}

/// Whether rows of a batch of matrices are contiguous and apart.
bool has_rows(const Tensor& t) {
  const TensorImpl& i = impl(t);
  const size_t n = i.sizes.size();
  if (n < 2) return false;
  return (i.strides[n - 1] == 1 || i.sizes[n - 1] == 1) &&
         (i.strides[n - 2] >= i.sizes[n - 1] || i.sizes[n - 2] == 1);
}

/// A batch of matrices whose rows are contiguous.
template <class T>
struct Matrices {
  Tensor tensor;
  int64_t rows, cols, stride;
  explicit Matrices(const Tensor& t) : tensor(has_rows(t) ? t : contiguous_raw(t)) {
    const TensorImpl& i = impl(tensor);
    const size_t n = i.sizes.size();
    rows = i.sizes[n - 2];
    cols = i.sizes[n - 1];
    stride = std::max(i.strides[n - 2], cols);
  }
  T* at(int64_t batch) const { return ptr<T>(tensor) + batch_offset(tensor, batch); }
};

/// A row-major or transposed operand of a product on this thread.
template <class T>
struct View {
  const T* data;
  MatrixStride stride;
};
template <class T>
View<T> plain(const T* data, int64_t stride) {
  return {data, {stride, 1}};
}
template <class T>
View<T> transposed(const T* data, int64_t stride) {
  return {data, {1, stride}};
}

template <class T>
void multiply(int64_t m, int64_t n, int64_t k, View<T> a, View<T> b, T* c, int64_t c_stride,
              double alpha, double beta) {
  MatmulArgs g;
  g.dtype = dtype_of<T>;
  g.m = m;
  g.n = n;
  g.k = k;
  g.a = a.data;
  g.b = b.data;
  g.c = c;
  g.a_stride = a.stride;
  g.b_stride = b.stride;
  g.c_stride = c_stride;
  g.alpha = alpha;
  g.beta = beta;
  gemm_blocked<T>(g);
}

/// The mask, expanded to [..., L, S]; nothing, bool or T.
template <class T>
struct Mask {
  Tensor tensor;
  bool boolean = false;
  int64_t row = 0, col = 0;

  Mask(const Tensor& mask, const Tensor& query, int64_t keys) {
    if (!mask.defined()) return;
    boolean = impl(mask).dtype == kBool;
    const Tensor typed = boolean || impl(mask).dtype == dtype_of<T>
                             ? mask
                             : copy_raw(mask, dtype_of<T>, mask.device());
    const TensorImpl& m = impl(typed);
    DimVector sizes = impl(query).sizes;
    sizes[sizes.size() - 1] = keys;
    DimVector strides(sizes.size(), 0);
    const size_t lead = sizes.size() - m.sizes.size();
    for (size_t d = 0; d < m.sizes.size(); ++d)
      if (m.sizes[d] != 1) strides[lead + d] = m.strides[d];
    row = strides[sizes.size() - 2];
    col = strides[sizes.size() - 1];
    tensor = alias_tensor(typed, std::move(sizes), std::move(strides), m.offset, m.dtype);
  }

  /// Masks n scores of one row from key j on; `at` is the batch entry's offset.
  void apply(T* s, int64_t n, int64_t at, int64_t i, int64_t j) const {
    if (!tensor.defined()) return;
    const int64_t first = at + i * row + j * col;
    if (boolean) {
      const bool* m = ptr<bool>(tensor) + first;
      for (int64_t k = 0; k < n; ++k) s[k] = m[k * col] ? s[k] : -kInfinity<T>;
    } else {
      const T* m = ptr<T>(tensor) + first;
      for (int64_t k = 0; k < n; ++k) s[k] += m[k * col];
    }
  }
};

/// Scores of queries i0 .. with keys j0 .., masked, in rows of kKeys.
template <class T>
void tile_scores(const Matrices<T>& q, const Matrices<T>& k, const T* qb, const T* kb,
                 const Mask<T>& mask, int64_t mask_at, bool causal, double scale, int64_t i0,
                 int64_t m, int64_t j0, int64_t n, T* s) {
  multiply<T>(m, n, q.cols, plain(qb + i0 * q.stride, q.stride),
              transposed(kb + j0 * k.stride, k.stride), s, kKeys, scale, 0);
  for (int64_t i = 0; i < m; ++i) {
    mask.apply(s + i * kKeys, n, mask_at, i0 + i, j0);
    if (causal)
      for (int64_t j = std::max<int64_t>(0, i0 + i + 1 - j0); j < n; ++j)
        s[i * kKeys + j] = -kInfinity<T>;
  }
}

int64_t batch_of(const Tensor& t) {
  int64_t n = 1;
  for (size_t d = 0; d + 2 < impl(t).sizes.size(); ++d) n *= impl(t).sizes[d];
  return n;
}

template <class T>
void forward(const Call& call, const ops::Attention& op, const Tensor& out, const Tensor& sums) {
  const Matrices<T> q(call.in[0]), k(call.in[1]), v(call.in[2]), o(out);
  const Mask<T> mask(call.in[3], call.in[0], k.rows);
  const int64_t blocks = (q.rows + kQueries - 1) / kQueries;
  parallel_chunks(batch_of(out) * blocks, [&](int64_t task) {
    const AttentionKernels<T>& kernel = kernels<T>();
    const int64_t b = task / blocks, i0 = task % blocks * kQueries;
    const int64_t m = std::min(kQueries, q.rows - i0);
    Scratch<T> s(kQueries * kKeys);
    T max[kQueries], sum[kQueries];
    std::fill(max, max + m, -kInfinity<T>);
    std::fill(sum, sum + m, T(0));
    const T *qb = q.at(b), *kb = k.at(b), *vb = v.at(b);
    const int64_t mask_at = mask.tensor.defined() ? batch_offset(mask.tensor, b) : 0;
    T* ob = o.at(b) + i0 * o.stride;
    for (int64_t i = 0; i < m; ++i) std::fill(ob + i * o.stride, ob + i * o.stride + o.cols, T(0));
    const int64_t keys = op.causal ? std::min(k.rows, i0 + m) : k.rows;
    for (int64_t j0 = 0; j0 < keys; j0 += kKeys) {
      const int64_t n = std::min(kKeys, keys - j0);
      tile_scores(q, k, qb, kb, mask, mask_at, op.causal, op.scale, i0, m, j0, n, s.data());
      for (int64_t i = 0; i < m; ++i) {
        T* row = s.data() + i * kKeys;
        const T most = std::max(max[i], kernel.max(row, n));
        // Nothing but -inf so far: exp(-inf - 0) is the 0 that it should be.
        const T shift = most == -kInfinity<T> ? T(0) : most;
        const T rescale = j0 == 0 ? T(0) : std::exp(max[i] - shift);
        sum[i] = sum[i] * rescale + kernel.exp_sum(row, n, shift);
        if (j0 > 0 && rescale != 1) kernel.scale(ob + i * o.stride, o.cols, rescale);
        max[i] = most;
      }
      multiply<T>(m, o.cols, n, plain(s.data(), kKeys), plain(vb + j0 * v.stride, v.stride), ob,
                  o.stride, 1, j0 == 0 ? 0 : 1);
    }
    for (int64_t i = 0; i < m; ++i) {
      const bool nothing = sum[i] == 0;
      kernel.scale(ob + i * o.stride, o.cols, nothing ? T(0) : T(1) / sum[i]);
      ptr<T>(sums)[b * q.rows + i0 + i] = nothing ? kInfinity<T> : max[i] + std::log(sum[i]);
    }
  });
}

void attention(const Call& call) {
  const auto& op = call.as<ops::Attention>();
  const Result out(call.out[0], call.compute, has_rows(call.out[0]));
  with_float_type(call.compute, call.op.info.name, [&](auto zero) {
    if (impl(out.tensor()).numel > 0 || impl(call.out[1]).numel > 0)
      forward<decltype(zero)>(call, op, out.tensor(), call.out[1]);
  });
  out.finish();
}

template <class T>
void backward(const Call& call, const ops::AttentionBackward& op, const Tensor* gradients[3]) {
  const Matrices<T> g(call.in[0]), q(call.in[1]), k(call.in[2]), v(call.in[3]), o(call.in[5]);
  const Mask<T> mask(call.in[4], call.in[1], k.rows);
  const Tensor sums = contiguous_raw(call.in[6]);
  parallel_chunks(batch_of(call.in[1]), [&](int64_t b) {
    const AttentionKernels<T>& kernel = kernels<T>();
    Scratch<T> scores(kQueries * kKeys), grads(kQueries * kKeys);
    Scratch<T> delta(static_cast<size_t>(std::max<int64_t>(q.rows, 1)));
    T *s = scores.data(), *ds = grads.data();
    const T *gb = g.at(b), *qb = q.at(b), *kb = k.at(b), *vb = v.at(b), *ob = o.at(b);
    const T* lse = ptr<T>(sums) + b * q.rows;
    const int64_t mask_at = mask.tensor.defined() ? batch_offset(mask.tensor, b) : 0;
    for (int64_t i = 0; i < q.rows; ++i)
      delta[static_cast<size_t>(i)] = kernel.dot(gb + i * g.stride, ob + i * o.stride, o.cols);
    // Where each gradient goes, row by row.
    T* to[3] = {};
    int64_t stride[3] = {};
    for (int i = 0; i < 3; ++i) {
      if (!gradients[i]) continue;
      const Matrices<T> d(*gradients[i]);
      to[i] = d.at(b);
      stride[i] = d.stride;
      for (int64_t r = 0; r < d.rows; ++r)
        std::fill(to[i] + r * d.stride, to[i] + r * d.stride + d.cols, T(0));
    }
    for (int64_t j0 = 0; j0 < k.rows; j0 += kKeys) {
      const int64_t n = std::min(kKeys, k.rows - j0);
      // A causal tile with nothing but later keys has no part in this.
      const int64_t first = op.causal ? j0 / kQueries * kQueries : 0;
      for (int64_t i0 = first; i0 < q.rows; i0 += kQueries) {
        const int64_t m = std::min(kQueries, q.rows - i0);
        tile_scores(q, k, qb, kb, mask, mask_at, op.causal, op.scale, i0, m, j0, n, s);
        multiply<T>(m, n, v.cols, plain(gb + i0 * g.stride, g.stride),
                    transposed(vb + j0 * v.stride, v.stride), ds, kKeys, 1, 0);
        for (int64_t i = 0; i < m; ++i)
          kernel.grad(s + i * kKeys, ds + i * kKeys, n, lse[i0 + i],
                      delta[static_cast<size_t>(i0 + i)], static_cast<T>(op.scale));
        if (to[2])
          multiply<T>(n, v.cols, m, transposed<T>(s, kKeys), plain(gb + i0 * g.stride, g.stride),
                      to[2] + j0 * stride[2], stride[2], 1, 1);
        if (to[1])
          multiply<T>(n, k.cols, m, transposed<T>(ds, kKeys), plain(qb + i0 * q.stride, q.stride),
                      to[1] + j0 * stride[1], stride[1], 1, 1);
        if (to[0])
          multiply<T>(m, q.cols, n, plain<T>(ds, kKeys), plain(kb + j0 * k.stride, k.stride),
                      to[0] + i0 * stride[0], stride[0], 1, 1);
      }
    }
  });
}

void attention_backward(const Call& call) {
  const auto& op = call.as<ops::AttentionBackward>();
  const bool need[] = {op.need_query, op.need_key, op.need_value};
  const Result dq(call.out[0], call.compute, has_rows(call.out[0]));
  const Result dk(call.out[1], call.compute, has_rows(call.out[1]));
  const Result dv(call.out[2], call.compute, has_rows(call.out[2]));
  const Result* results[] = {&dq, &dk, &dv};
  const Tensor* gradients[3] = {};
  for (int i = 0; i < 3; ++i)
    if (need[i]) gradients[i] = &results[i]->tensor();
  with_float_type(call.compute, call.op.info.name,
                  [&](auto zero) { backward<decltype(zero)>(call, op, gradients); });
  for (const Result* r : results) r->finish();
}

}  // namespace

void install_attention() {
  ops::Attention::row().kernel[0] = &attention;
  ops::AttentionBackward::row().kernel[0] = &attention_backward;
}

}  // namespace hearth::cpu
