// SPDX-License-Identifier: Apache-2.0
// Which kernels an attention takes, and its tensors as they read and write them.
#include "ops/attention.h"

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <optional>

#include "backends/decomposed.h"
#include "backends/dropout.h"
#include "cuda/attention_kernels.h"
#include "cuda/attention_operands.h"
#include "cuda/dense.h"
#include "cuda/kernels.h"
#include "cuda/runtime.h"

namespace hearth::cuda {

namespace {

using attention::Backward;
using attention::Batch;
using attention::Forward;
using attention::kBatchDims;
using attention::Mask;
using attention::Matrices;
using attention::Problem;

bool is_half(ScalarType type) { return type == kHalf || type == kBFloat16; }

/// Whether rows are contiguous.
bool has_rows(const TensorImpl& t) { return t.strides.back() == 1 || t.sizes.back() <= 1; }

/// Whether tensor cores' kernels can copy rows 16 bytes at a time.
bool is_aligned(const Tensor& tensor) {
  const TensorImpl& t = impl(tensor);
  const auto size = static_cast<int64_t>(element_size(t.dtype));
  bool fits = has_rows(t) && t.sizes.back() * size % 16 == 0 &&
              reinterpret_cast<uintptr_t>(raw_data(tensor)) % 16 == 0;
  for (size_t d = 0; d + 1 < t.sizes.size(); ++d)
    fits &= t.sizes[d] <= 1 || t.strides[d] * size % 16 == 0;
  return fits;
}

Tensor fresh_like(const Tensor& t) { return new_tensor(impl(t).sizes, impl(t).dtype, t.device()); }

/// What kernels of `compute` (for half types: on tensor cores) can read instead of `t`.
Tensor operand(const Tensor& t, ScalarType compute) {
  const bool half = is_half(impl(t).dtype);
  if (is_half(compute)
          ? is_aligned(t)
          : (impl(t).dtype == compute || (half && compute == kFloat)) && has_rows(impl(t)))
    return t;
  const ScalarType type = half && compute == kFloat ? impl(t).dtype : compute;
  Tensor copy = new_tensor(impl(t).sizes, type, t.device());
  copy_raw_into(copy, t);
  return copy;
}

/// A result, or a tensor to compute it in that finish() copies from.
class Result {
 public:
  Result(const Tensor& out, ScalarType compute) : out_(out) {
    const bool direct = is_half(compute) ? is_aligned(out) : has_rows(impl(out));
    target_ = direct ? out : fresh_like(out);
  }
  const Tensor& tensor() const { return target_; }
  void finish() const {
    if (!target_.is_same(out_)) copy_raw_into(out_, target_);
  }

 private:
  Tensor out_, target_;
};

/// Where the strides of a tensor's dims but the last two go once they are joined.
struct Strides {
  const Tensor& tensor;
  int64_t (&to)[kBatchDims];
};

/// Joins dims that lie in every tensor as one would. False where too many are left.
bool join(std::initializer_list<Strides> all, Batch& batch) {
  const TensorImpl& first = impl(all.begin()->tensor);
  for (size_t d = 0; d + 2 < first.sizes.size(); ++d) {
    const int64_t n = first.sizes[d];
    batch.count *= n;
    if (n == 1) continue;
    bool joins = batch.dims > 0;
    for (const Strides& s : all)
      joins =
          joins && (!s.tensor.defined() || s.to[batch.dims - 1] == impl(s.tensor).strides[d] * n);
    if (!joins && batch.dims == kBatchDims) return false;
    batch.dims += !joins;
    const int at = batch.dims - 1;
    batch.sizes[at] = joins ? batch.sizes[at] * n : n;
    for (const Strides& s : all)
      if (s.tensor.defined()) s.to[at] = impl(s.tensor).strides[d];
  }
  return true;
}

Matrices matrices(const Tensor& tensor) {
  const TensorImpl& t = impl(tensor);
  Matrices m;
  m.data = const_cast<void*>(static_cast<const void*>(raw_data(tensor)));
  m.type = t.dtype;
  m.cols = static_cast<int>(t.sizes.back());
  m.aligned = is_aligned(tensor);
  m.row = t.strides[t.strides.size() - 2];
  return m;
}

/// The mask expanded to the scores [..., L, S].
Tensor expanded_mask(const Tensor& mask, const Tensor& query, int64_t keys, ScalarType compute) {
  if (!mask.defined()) return mask;
  const TensorImpl& given = impl(mask);
  const ScalarType wide = compute == kDouble ? kDouble : kFloat;
  const bool readable =
      given.dtype == kBool || given.dtype == wide || (is_half(given.dtype) && wide == kFloat);
  const Tensor typed = readable ? mask : copy_raw(mask, wide, mask.device());
  const TensorImpl& m = impl(typed);
  DimVector sizes = impl(query).sizes;
  sizes[sizes.size() - 1] = keys;
  DimVector strides(sizes.size(), 0);
  const size_t lead = sizes.size() - m.sizes.size();
  for (size_t d = 0; d < m.sizes.size(); ++d)
    if (m.sizes[d] != 1) strides[lead + d] = m.strides[d];
  return alias_tensor(typed, std::move(sizes), std::move(strides), m.offset, m.dtype);
}

/// False where strides are too large for kernels.
bool set_mask(Mask& to, const Tensor& mask) {
  if (!mask.defined()) return true;
  const TensorImpl& m = impl(mask);
  const int64_t row = m.strides[m.strides.size() - 2], col = m.strides.back();
  to.data = raw_data(mask);
  to.type = m.dtype;
  to.row = static_cast<int>(row);
  to.col = static_cast<int>(col);
  return to.row == row && to.col == col;
}

bool has_tensor_cores() {
  int major = 0;
  check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device_index()),
        "cudaDeviceGetAttribute");
  return major >= 8;
}

/// The kernels that compute with these tensors: kHalf and kBFloat16 on tensor cores, which take
/// `most` columns, kFloat, kDouble, or Undefined for none. The one place that decides it.
ScalarType takes(const Tensor& query, const Tensor& key, const Tensor& value, int most) {
  const TensorImpl &q = impl(query), &k = impl(key), &v = impl(value);
  const size_t n = q.sizes.size();
  const int64_t columns = std::max(q.sizes[n - 1], v.sizes[n - 1]);
  // Rows and blocks are counted in 31 bits.
  constexpr int64_t kMost = int64_t{1} << 30;
  const int64_t queries = q.sizes[n - 2], keys = k.sizes[n - 2];
  int64_t count = 1;
  for (size_t d = 0; d + 2 < n; ++d) count *= q.sizes[d];
  if (std::max(queries, keys) > kMost || count * queries > kMost || count * keys / 16 > kMost)
    return ScalarType::Undefined;
  const bool pieces = q.sizes[n - 1] % 8 == 0 && v.sizes[n - 1] % 8 == 0;
  if (is_half(q.dtype) && k.dtype == q.dtype && v.dtype == q.dtype && pieces && columns <= most &&
      has_tensor_cores())
    return q.dtype;
  if (q.dtype == kDouble)
    return columns <= attention::kMostColumns<double> ? kDouble : ScalarType::Undefined;
  return columns <= attention::kMostColumns<float> ? kFloat : ScalarType::Undefined;
}

template <class Op>
attention::Dropout dropout_of(const Op& op, const Tensor& memory) {
  attention::Dropout d;
  if (op.dropout_p == 0) return d;
  d.seed = op.seed;
  d.offset = op.offset;
  if (memory.defined()) {
    d.memory = ptr<int64_t>(memory);
    d.stride = impl(memory).strides[0];
  }
  d.last = last_success(1 - op.dropout_p);
  d.scale = op.dropout_p == 1 ? 0 : 1 / (1 - op.dropout_p);
  return d;
}

/// The same as takes() for kernels with dropout.
ScalarType takes_with_dropout(const Tensor& query, const Tensor& key, const Tensor& value) {
  using attention::kMostDropoutColumns;
  const int64_t columns = std::max(impl(query).sizes.back(), impl(value).sizes.back());
  const ScalarType type = takes(query, key, value, kMostDropoutColumns);
  return type == kDouble || columns > kMostDropoutColumns ? ScalarType::Undefined : type;
}

/// Sizes, fields and mask of a problem; false where kernels do not take the mask.
template <class Op>
bool describe(Problem& p, const Op& op, const Tensor& query, const Tensor& key, const Tensor& mask,
              const Tensor& generator) {
  const TensorImpl &q = impl(query), &k = impl(key);
  p.queries = static_cast<int>(q.sizes[q.sizes.size() - 2]);
  p.keys = static_cast<int>(k.sizes[k.sizes.size() - 2]);
  p.causal = op.causal;
  p.scale = op.scale;
  p.dropout = dropout_of(op, generator);
  return set_mask(p.mask, mask);
}

/// Calls f(T()) with the type of takes_with_dropout().
template <class F>
void with_dropout_kernels(ScalarType type, const F& f) {
  if (type == kHalf) return f(Half());
  if (type == kBFloat16) return f(BFloat16());
  f(float());
}
/// Calls f(T()) with the type of takes().
template <class F>
void with_kernels(ScalarType type, const F& f) {
  if (type == kHalf) return f(Half());
  if (type == kBFloat16) return f(BFloat16());
  if (type == kFloat) return f(float());
  f(double());
}

/// One query each of neighbouring heads that share keys becomes as many queries of one head.
void join_heads(Forward& p) {
  const int last = p.batch.dims - 1;
  if (p.queries == 1 && !p.causal && last >= 0 && p.key.batch[last] == 0 &&
      p.value.batch[last] == 0 && p.mask.batch[last] <= std::numeric_limits<int>::max() &&
      p.batch.sizes[last] <= attention::kDecodeQueries) {
    p.queries = static_cast<int>(p.batch.sizes[last]);
    p.query.row = p.query.batch[last];
    p.mask.row = static_cast<int>(p.mask.batch[last]);
    p.out.row = p.out.batch[last];
    p.batch.count /= std::max(p.queries, 1);
    p.batch.dims = last;
  }
}

void forward(const Call& call) {
  const auto& op = call.as<ops::Attention>();
  const bool drops = op.dropout_p > 0;
  ScalarType type = drops
                        ? takes_with_dropout(call.in[0], call.in[1], call.in[2])
                        : takes(call.in[0], call.in[1], call.in[2], attention::kMostColumns<Half>);
  if (type == ScalarType::Undefined) return run_decomposed(call);
  const TensorImpl& query = impl(call.in[0]);
  const bool few = !drops && query.sizes[query.sizes.size() - 2] <= attention::kDecodeQueries;
  // Kernels for few queries read half types in any layout.
  if (few && is_half(type)) type = kFloat;
  const Tensor q = operand(call.in[0], type), k = operand(call.in[1], type),
               v = operand(call.in[2], type);
  const Result out(call.out[0], type);
  Forward p;
  p.query = matrices(q);
  p.key = matrices(k);
  p.value = matrices(v);
  p.out = matrices(out.tensor());
  p.log_sums = raw_data(call.out[1]);
  const Tensor mask = expanded_mask(call.in[3], q, impl(k).sizes[impl(k).sizes.size() - 2], type);
  if (!describe(p, op, q, k, mask, call.in.get(4)) || !join({{q, p.query.batch},
                                                             {k, p.key.batch},
                                                             {v, p.value.batch},
                                                             {out.tensor(), p.out.batch},
                                                             {mask, p.mask.batch}},
                                                            p.batch))
    return run_decomposed(call);
  const std::string_view name = call.op.info.name;
  if (drops) {
    with_dropout_kernels(type, [&]<class T>(T) { attention::run_forward_dropout<T>(p, name); });
  } else if (few) {
    join_heads(p);
    with_kernels(impl(q).dtype, [&]<class T>(T) { attention::run_decode<T>(p, name); });
  } else {
    with_kernels(type, [&]<class T>(T) { attention::run_forward<T>(p, name); });
  }
  out.finish();
}

void backward(const Call& call) {
  const auto& op = call.as<ops::AttentionBackward>();
  const bool drops = op.dropout_p > 0;
  const ScalarType type =
      drops ? takes_with_dropout(call.in[1], call.in[2], call.in[3])
            : takes(call.in[1], call.in[2], call.in[3], attention::kMostBackwardColumns);
  if (type == ScalarType::Undefined) return run_decomposed(call);
  const Tensor g = operand(call.in[0], type), q = operand(call.in[1], type),
               k = operand(call.in[2], type), v = operand(call.in[3], type),
               o = operand(call.in[5], type);
  const Tensor sums = contiguous_raw(as_type(call.in[6], type == kDouble ? kDouble : kFloat));
  const Workspace deltas(static_cast<size_t>(impl(sums).numel) * element_size(impl(sums).dtype));
  const Tensor mask = expanded_mask(call.in[4], q, impl(k).sizes[impl(k).sizes.size() - 2], type);
  Backward p;
  bool fits = describe(p, op, q, k, mask, call.in.get(7));
  p.grad = matrices(g);
  p.query = matrices(q);
  p.key = matrices(k);
  p.value = matrices(v);
  p.result = matrices(o);
  p.log_sums = raw_data(sums);
  p.deltas = deltas.data();
  const bool need[] = {op.need_query, op.need_key, op.need_value};
  Matrices* grads[] = {&p.grad_query, &p.grad_key, &p.grad_value};
  std::optional<Result> results[3];
  Tensor targets[3];
  for (size_t i = 0; i < 3; ++i) {
    if (!need[i]) continue;
    results[i].emplace(call.out[i], type);
    targets[i] = results[i]->tensor();
    *grads[i] = matrices(targets[i]);
  }
  fits = fits && join({{q, p.query.batch},
                       {g, p.grad.batch},
                       {k, p.key.batch},
                       {v, p.value.batch},
                       {o, p.result.batch},
                       {targets[0], p.grad_query.batch},
                       {targets[1], p.grad_key.batch},
                       {targets[2], p.grad_value.batch},
                       {mask, p.mask.batch}},
                      p.batch);
  if (!fits) return run_decomposed(call);
  const std::string_view name = call.op.info.name;
  if (drops) {
    with_dropout_kernels(type, [&]<class T>(T) { attention::run_backward_dropout<T>(p, name); });
  } else {
    with_kernels(type, [&]<class T>(T) { attention::run_backward<T>(p, name); });
  }
  for (const auto& result : results)
    if (result) result->finish();
}

}  // namespace

void install_attention() {
  ops::Attention::row().kernel[kSlot] = converting(&forward);
  ops::AttentionBackward::row().kernel[kSlot] = converting(&backward);
}

}  // namespace hearth::cuda
