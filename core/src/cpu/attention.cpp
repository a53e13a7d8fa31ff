// SPDX-License-Identifier: Apache-2.0
// Attention in tiles of queries by keys: each tile's scores are used where they are computed, in
// the second-level cache, and never kept. Every head is one task, so results do not depend on the
// number of threads.
#include "ops/attention.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "backends/decomposed.h"
#include "base/parallel.h"
#include "cpu/attention_kernels.h"
#include "cpu/dense.h"
#include "cpu/gemm_own.h"
#include "cpu/kernels.h"
#include "cpu/rows.h"
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

/// Rows of a matrix, as a kernel of T reads them.
template <class T>
struct Rows {
  const T* data;
  int64_t stride;
  const T* at(int64_t i) const { return data + i * stride; }
};

/// A batch of matrices whose rows are contiguous, of T or a half type that is converted to it.
template <class T>
struct Matrices {
  Tensor tensor;
  int64_t rows, cols, stride;
  bool converts;
  explicit Matrices(const Tensor& t) {
    const Tensor typed = row_operand(t, dtype_of<T>);
    tensor = has_rows(typed) ? typed : contiguous_raw(typed);
    const TensorImpl& i = impl(tensor);
    const size_t n = i.sizes.size();
    rows = i.sizes[n - 2];
    cols = i.sizes[n - 1];
    stride = std::max(i.strides[n - 2], cols);
    converts = i.dtype != dtype_of<T>;
  }
  /// Elements that a buffer for n rows must have.
  size_t buffer(int64_t n) const { return converts ? static_cast<size_t>(n * cols) : 0; }
  /// Rows from `first` on of a batch entry: where they are or, converted, in `memory`.
  Rows<T> read(int64_t batch, int64_t first, int64_t n, T* memory) const {
    const int64_t at = batch_offset(tensor, batch) + first * stride;
    if (!converts) return {ptr<T>(tensor) + at, stride};
    if constexpr (std::is_same_v<T, float>)
      for (int64_t r = 0; r < n; ++r)
        to_float(impl(tensor).dtype, ptr<uint16_t>(tensor) + at + r * stride, memory + r * cols,
                 cols);
    return {memory, cols};
  }
  /// Where to write those rows: their place, or `memory`, which store() converts.
  T* target(int64_t batch, int64_t first, T* memory) const {
    return converts ? memory : ptr<T>(tensor) + batch_offset(tensor, batch) + first * stride;
  }
  int64_t target_stride() const { return converts ? cols : stride; }
  void store(int64_t batch, int64_t first, int64_t n, const T* memory) const {
    if (!converts) return;
    const int64_t at = batch_offset(tensor, batch) + first * stride;
    if constexpr (std::is_same_v<T, float>)
      for (int64_t r = 0; r < n; ++r)
        from_float(impl(tensor).dtype, memory + r * cols, ptr<uint16_t>(tensor) + at + r * stride,
                   cols);
  }
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

/// The mask, expanded to [..., L, S]; nothing, bool, T or, where its rows are contiguous, a half
/// type.
template <class T>
struct Mask {
  Tensor tensor;
  bool boolean = false, half = false;
  int64_t row = 0, col = 0;

  Mask(const Tensor& mask, const Tensor& query, int64_t keys) {
    if (!mask.defined()) return;
    boolean = impl(mask).dtype == kBool;
    const TensorImpl& given = impl(mask);
    const bool dense = given.sizes.size() > 0 && given.sizes.back() == keys && keys > 1 &&
                       given.strides.back() == 1;
    const Tensor operand = boolean ? mask : row_operand(mask, dtype_of<T>);
    half = !boolean && impl(operand).dtype != dtype_of<T> && dense;
    const Tensor typed = boolean || half ? operand : as_type(operand, dtype_of<T>);
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
    } else if (half) {
      if constexpr (std::is_same_v<T, float>) {
        float m[kKeys];
        to_float(impl(tensor).dtype, ptr<uint16_t>(tensor) + first, m, n);
        for (int64_t k = 0; k < n; ++k) s[k] += m[k];
      }
    } else {
      const T* m = ptr<T>(tensor) + first;
      for (int64_t k = 0; k < n; ++k) s[k] += m[k * col];
    }
  }
};

/// Scores of m queries, the first of which is number i0, with n keys from number j0 on, masked, in
/// rows of kKeys.
template <class T>
void tile_scores(const Rows<T>& q, const Rows<T>& k, int64_t width, const Mask<T>& mask,
                 int64_t mask_at, bool causal, double scale, int64_t i0, int64_t m, int64_t j0,
                 int64_t n, T* s) {
  multiply<T>(m, n, width, plain(q.data, q.stride), transposed(k.data, k.stride), s, kKeys, scale,
              0);
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
    Scratch<T> q_memory(q.buffer(kQueries)), k_memory(k.buffer(kKeys)), v_memory(v.buffer(kKeys)),
        o_memory(o.buffer(kQueries));
    const Rows<T> qs = q.read(b, i0, m, q_memory.data());
    const int64_t mask_at = mask.tensor.defined() ? batch_offset(mask.tensor, b) : 0;
    T* ob = o.target(b, i0, o_memory.data());
    const int64_t o_stride = o.target_stride();
    for (int64_t i = 0; i < m; ++i) std::fill(ob + i * o_stride, ob + i * o_stride + o.cols, T(0));
    const int64_t keys = op.causal ? std::min(k.rows, i0 + m) : k.rows;
    for (int64_t j0 = 0; j0 < keys; j0 += kKeys) {
      const int64_t n = std::min(kKeys, keys - j0);
      const Rows<T> ks = k.read(b, j0, n, k_memory.data()), vs = v.read(b, j0, n, v_memory.data());
      tile_scores(qs, ks, q.cols, mask, mask_at, op.causal, op.scale, i0, m, j0, n, s.data());
      for (int64_t i = 0; i < m; ++i) {
        T* row = s.data() + i * kKeys;
        const T most = std::max(max[i], kernel.max(row, n));
        // Nothing but -inf so far: exp(-inf - 0) is the 0 that it should be.
        const T shift = most == -kInfinity<T> ? T(0) : most;
        const T rescale = j0 == 0 ? T(0) : std::exp(max[i] - shift);
        sum[i] = sum[i] * rescale + kernel.exp_sum(row, n, shift);
        if (j0 > 0 && rescale != 1) kernel.scale(ob + i * o_stride, o.cols, rescale);
        max[i] = most;
      }
      multiply<T>(m, o.cols, n, plain(s.data(), kKeys), plain(vs.data, vs.stride), ob, o_stride, 1,
                  j0 == 0 ? 0 : 1);
    }
    for (int64_t i = 0; i < m; ++i) {
      const bool nothing = sum[i] == 0;
      kernel.scale(ob + i * o_stride, o.cols, nothing ? T(0) : T(1) / sum[i]);
      ptr<T>(sums)[b * q.rows + i0 + i] = nothing ? kInfinity<T> : max[i] + std::log(sum[i]);
    }
    o.store(b, i0, m, ob);
  });
}

void attention(const Call& call) {
  const auto& op = call.as<ops::Attention>();
  if (op.dropout_p > 0) return run_decomposed(call);
  const RowResult out(call.out[0], has_rows(call.out[0]));
  with_float_type(call.compute, call.op.info.name, [&](auto zero) {
    if (impl(out.tensor()).numel > 0 || impl(call.out[1]).numel > 0)
      forward<decltype(zero)>(call, op, out.tensor(), call.out[1]);
  });
  out.finish();
}

template <class T>
void backward(const Call& call, const ops::AttentionBackward& op, const RowResult* results[3]) {
  const Matrices<T> g(call.in[0]), q(call.in[1]), k(call.in[2]), v(call.in[3]), o(call.in[5]);
  const Mask<T> mask(call.in[4], call.in[1], k.rows);
  const bool need[] = {op.need_query, op.need_key, op.need_value};
  std::optional<Matrices<T>> gradients[3];
  for (size_t i = 0; i < 3; ++i)
    if (need[i]) gradients[i].emplace(results[i]->tensor());
  const Tensor sums = contiguous_raw(as_type(call.in[6], dtype_of<T>));
  parallel_chunks(batch_of(call.in[1]), [&](int64_t b) {
    const AttentionKernels<T>& kernel = kernels<T>();
    Scratch<T> scores(kQueries * kKeys), grads(kQueries * kKeys);
    Scratch<T> delta(static_cast<size_t>(std::max<int64_t>(q.rows, 1)));
    T *s = scores.data(), *ds = grads.data();
    // Half types are converted a head at a time.
    Scratch<T> g_memory(g.buffer(g.rows)), q_memory(q.buffer(q.rows)), k_memory(k.buffer(k.rows)),
        v_memory(v.buffer(v.rows)), o_memory(o.buffer(o.rows));
    const Rows<T> gs = g.read(b, 0, g.rows, g_memory.data());
    const Rows<T> qs = q.read(b, 0, q.rows, q_memory.data());
    const Rows<T> ks = k.read(b, 0, k.rows, k_memory.data());
    const Rows<T> vs = v.read(b, 0, v.rows, v_memory.data());
    const Rows<T> os = o.read(b, 0, o.rows, o_memory.data());
    const T* lse = ptr<T>(sums) + b * q.rows;
    const int64_t mask_at = mask.tensor.defined() ? batch_offset(mask.tensor, b) : 0;
    for (int64_t i = 0; i < q.rows; ++i)
      delta[static_cast<size_t>(i)] = kernel.dot(gs.at(i), os.at(i), o.cols);
    // Where each gradient goes, row by row.
    std::optional<Scratch<T>> memory[3];
    T* to[3] = {};
    int64_t stride[3] = {};
    for (size_t i = 0; i < 3; ++i) {
      if (!gradients[i]) continue;
      const Matrices<T>& d = *gradients[i];
      memory[i].emplace(d.buffer(d.rows));
      to[i] = d.target(b, 0, memory[i]->data());
      stride[i] = d.target_stride();
      for (int64_t r = 0; r < d.rows; ++r)
        std::fill(to[i] + r * stride[i], to[i] + r * stride[i] + d.cols, T(0));
    }
    for (int64_t j0 = 0; j0 < k.rows; j0 += kKeys) {
      const int64_t n = std::min(kKeys, k.rows - j0);
      // A causal tile with nothing but later keys has no part in this.
      const int64_t first = op.causal ? j0 / kQueries * kQueries : 0;
      for (int64_t i0 = first; i0 < q.rows; i0 += kQueries) {
        const int64_t m = std::min(kQueries, q.rows - i0);
        tile_scores<T>({qs.at(i0), qs.stride}, {ks.at(j0), ks.stride}, q.cols, mask, mask_at,
                       op.causal, op.scale, i0, m, j0, n, s);
        multiply<T>(m, n, v.cols, plain(gs.at(i0), gs.stride), transposed(vs.at(j0), vs.stride), ds,
                    kKeys, 1, 0);
        for (int64_t i = 0; i < m; ++i)
          kernel.grad(s + i * kKeys, ds + i * kKeys, n, lse[i0 + i],
                      delta[static_cast<size_t>(i0 + i)], static_cast<T>(op.scale));
        if (to[2])
          multiply<T>(n, v.cols, m, transposed<T>(s, kKeys), plain(gs.at(i0), gs.stride),
                      to[2] + j0 * stride[2], stride[2], 1, 1);
        if (to[1])
          multiply<T>(n, k.cols, m, transposed<T>(ds, kKeys), plain(qs.at(i0), qs.stride),
                      to[1] + j0 * stride[1], stride[1], 1, 1);
        if (to[0])
          multiply<T>(m, q.cols, n, plain<T>(ds, kKeys), plain(ks.at(j0), ks.stride),
                      to[0] + i0 * stride[0], stride[0], 1, 1);
      }
    }
    for (size_t i = 0; i < 3; ++i)
      if (gradients[i]) gradients[i]->store(b, 0, gradients[i]->rows, to[i]);
  });
}

void attention_backward(const Call& call) {
  const auto& op = call.as<ops::AttentionBackward>();
  if (op.dropout_p > 0) return run_decomposed(call);
  const RowResult dq(call.out[0], has_rows(call.out[0])), dk(call.out[1], has_rows(call.out[1])),
      dv(call.out[2], has_rows(call.out[2]));
  const RowResult* results[] = {&dq, &dk, &dv};
  with_float_type(call.compute, call.op.info.name,
                  [&](auto zero) { backward<decltype(zero)>(call, op, results); });
  for (const RowResult* r : results) r->finish();
}

}  // namespace

void install_attention() {
  ops::Attention::row().kernel[0] = converting(&attention);
  ops::AttentionBackward::row().kernel[0] = converting(&attention_backward);
}

}  // namespace hearth::cpu
