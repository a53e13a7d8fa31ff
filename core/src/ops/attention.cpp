// SPDX-License-Identifier: Apache-2.0
#include "ops/attention.h"

#include <cmath>
#include <limits>

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/attention.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/softmax.h"

#include "base/philox.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Attention)
HEARTH_DEFINE_OP(AttentionBackward)

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

DimVector leading(const Tensor& t, size_t drop = 2) {
  DimVector sizes = impl(t).sizes;
  sizes.resize(sizes.size() - drop);
  return sizes;
}

/// `leading` sizes, then two more.
DimVector with_matrix(DimVector sizes, int64_t rows, int64_t cols) {
  sizes.push_back(rows);
  sizes.push_back(cols);
  return sizes;
}

Tensor wide(const Tensor& t) { return t.to(accumulate_type(t.scalar_type())); }

/// Scaled and masked scores [..., L, S].
Tensor scores(const Tensor& query, const Tensor& key, const Tensor& mask, bool causal,
              double scale) {
  Tensor s = matmul(query, key.transpose(-2, -1)) * scale;
  if (causal) {
    const TensorOptions options = TensorOptions(kLong).device(s.device());
    const Tensor row = arange(s.size(-2), options).unsqueeze(1), col = arange(s.size(-1), options);
    s = where(col.le(row), s, -kInfinity);
  }
  if (!mask.defined()) return s;
  return mask.scalar_type() == kBool ? where(mask, s, -kInfinity) : s + mask.to(s.scalar_type());
}

/// softmax over the last dim, 0 in rows of nothing but -inf.
Tensor safe_softmax(const Tensor& s) {
  if (s.size(-1) == 0) return s;
  return where(s.eq(-kInfinity).all(-1, /*keepdim=*/true), 0, softmax(s, -1));
}

/// p with the dropout of an op, whose generator's memory may be undefined.
template <class Op>
Tensor dropped(const Op& op, const Tensor& p, const Tensor& memory) {
  if (op.dropout_p == 0) return p;
  const Dropout dropout{op.dropout_p, op.seed, op.offset};
  return memory.defined() ? invoke(dropout, p, memory) : invoke(dropout, p);
}

Spec preserved(const Tensor& like, DimVector sizes) {
  const TensorImpl& t = impl(like);
  Spec s(std::move(sizes), t.dtype, t.device);
  if (!t.contiguous && s.sizes.size() == t.sizes.size())
    s.strides = preserved_strides(s.sizes, t.strides);
  return s;
}

}  // namespace

Specs Attention::infer(Args in) const {
  check_generator_memory(in, info.name, 4);
  const TensorImpl &q = impl(in[0]), &k = impl(in[1]), &v = impl(in[2]);
  HEARTH_CHECK_AS(DtypeError,
                  is_floating_point(q.dtype) && q.dtype == k.dtype && q.dtype == v.dtype, "[",
                  info.name,
                  "] Expected query, key, and value to have the same floating dtype, but got "
                  "query.dtype: ",
                  q.dtype, " key.dtype: ", k.dtype, " and value.dtype: ", v.dtype);
  const size_t n = q.sizes.size();
  HEARTH_CHECK_AS(ShapeError, n >= 2 && k.sizes.size() == n && v.sizes.size() == n, "[", info.name,
                  "] Expected query, key, and value to all be at least 2 dimensional and of equal "
                  "rank, but got query.dim(): ",
                  n, " key.dim(): ", k.sizes.size(), " and value.dim(): ", v.sizes.size());
  bool fits = q.sizes[n - 1] == k.sizes[n - 1] && k.sizes[n - 2] == v.sizes[n - 2];
  for (size_t d = 0; d + 2 < n; ++d) fits &= q.sizes[d] == k.sizes[d] && k.sizes[d] == v.sizes[d];
  HEARTH_CHECK_AS(ShapeError, fits, "[", info.name,
                  "] expected query [..., L, E], key [..., S, E] and value [..., S, Ev], got ",
                  q.sizes.ref(), ", ", k.sizes.ref(), " and ", v.sizes.ref());
  const DimVector lead = leading(in[0]);
  if (in[3].defined()) {
    const TensorImpl& m = impl(in[3]);
    HEARTH_CHECK_AS(DtypeError, m.dtype == kBool || is_floating_point(m.dtype), "[", info.name,
                    "] Expected attn_mask dtype to be bool or floating, but got ", m.dtype);
    const DimVector want = with_matrix(lead, q.sizes[n - 2], k.sizes[n - 2]);
    HEARTH_CHECK_AS(ShapeError, broadcast_shapes(want, m.sizes, info.name) == want, "[", info.name,
                    "] attn_mask ", m.sizes.ref(), " does not broadcast to ", want.ref());
  }
  const ScalarType type = accumulate_type(q.dtype);
  Specs out(preserved(in[0], with_matrix(lead, q.sizes[n - 2], v.sizes[n - 1])), type);
  DimVector rows = lead;
  rows.push_back(q.sizes[n - 2]);
  out.out.push_back(Spec(std::move(rows), type, q.device));
  return out;
}

Tensors Attention::decompose(Args in) const {
  const Tensor s = scores(wide(in[0]), wide(in[1]), in[3], causal, scale);
  const Tensor out = matmul(dropped(*this, safe_softmax(s), in.get(4)), wide(in[2]));
  DimVector rows(s.sizes());
  rows.resize(rows.size() - 1);
  if (s.size(-1) == 0) return {out.to(in[0].scalar_type()), full(rows, kInfinity, s.options())};
  const Tensor sums = s.detach().logsumexp({-1});
  return {out.to(in[0].scalar_type()), where(sums.eq(-kInfinity), kInfinity, sums)};
}

Grads Attention::vjp(const Saved& s, Args g, NeedMask need) const {
  const AttentionBackward op{causal, scale, need[0], need[1], need[2], dropout_p, seed, offset};
  const Tensor memory = s.num_inputs() > 4 ? s.in(4) : Tensor();
  auto [dq, dk, dv] =
      invoke_n<3>(op, g[0], s.in(0), s.in(1), s.in(2), s.in(3), s.out(0), s.out(1), memory);
  Grads grads(s.num_inputs());
  if (need[0]) grads[0] = std::move(dq);
  if (need[1]) grads[1] = std::move(dk);
  if (need[2]) grads[2] = std::move(dv);
  return grads;
}

Specs AttentionBackward::infer(Args in) const {
  check_generator_memory(in, info.name, 7);
  Specs out;
  out.compute = accumulate_type(impl(in[1]).dtype);
  const bool need[] = {need_query, need_key, need_value};
  for (size_t i = 0; i < 3; ++i) {
    const Tensor& t = in[i + 1];
    out.out.push_back(need[i] ? preserved(t, impl(t).sizes)
                              : Spec({0}, impl(t).dtype, impl(t).device));
  }
  return out;
}

Tensors AttentionBackward::decompose(Args in) const {
  const Tensor g = wide(in[0]), q = wide(in[1]), k = wide(in[2]), v = wide(in[3]);
  const Tensor p = safe_softmax(scores(q, k, in[4], causal, scale));
  const Tensor dp = dropped(*this, matmul(g, v.transpose(-2, -1)), in.get(7));
  const Tensor kept = dropped(*this, p, in.get(7));
  const Tensor ds = p * (dp - (p * dp).sum(-1, /*keepdim=*/true)) * scale;
  const ScalarType type = in[1].scalar_type();
  const auto wanted = [&](bool need, const Tensor& t) {
    return need ? t.to(type) : empty({0}, in[1].options());
  };
  return {wanted(need_query, matmul(ds, k)), wanted(need_key, matmul(ds.transpose(-2, -1), q)),
          wanted(need_value, matmul(kept.transpose(-2, -1), g))};
}

}  // namespace ops

Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const std::optional<Tensor>& attn_mask, double dropout_p,
                                    bool is_causal, std::optional<double> scale, bool enable_gqa) {
  constexpr std::string_view name = ops::Attention::info.name;
  const Tensor mask = attn_mask ? *attn_mask : Tensor();
  HEARTH_CHECK_AS(ValueError, !(mask.defined() && is_causal), "[", name,
                  "] Explicit attn_mask should not be set when is_causal=True");
  HEARTH_CHECK_AS(ValueError, dropout_p >= 0 && dropout_p <= 1, "[", name,
                  "] dropout probability has to be between 0 and 1, but got ", dropout_p);
  HEARTH_CHECK_AS(ShapeError, query.dim() >= 2 && key.dim() >= 2 && value.dim() >= 2, "[", name,
                  "] Expected query, key, and value to all be at least 2 dimensional, but got ",
                  query.sizes(), ", ", key.sizes(), " and ", value.sizes());
  if (enable_gqa && key.dim() >= 3 && query.dim() >= 3 && key.size(-3) != query.size(-3)) {
    const int64_t heads = key.size(-3), query_heads = query.size(-3);
    HEARTH_CHECK_AS(
        ShapeError,
        heads > 0 && query_heads % heads == 0 && value.dim() >= 3 && value.size(-3) == heads, "[",
        name, "] the number of query heads (", query_heads,
        ") should be a multiple of that of key heads (", heads, ")");
    // Each head of keys and values serves a group of neighbouring query heads: a dim of its own.
    const Tensor grouped = query.unflatten(-3, {heads, query_heads / heads});
    Tensor shown = mask;
    if (mask.defined() && mask.dim() >= 3)
      shown = mask.size(-3) == 1 ? mask.unsqueeze(-3)
                                 : mask.unflatten(-3, {heads, query_heads / heads});
    return scaled_dot_product_attention(grouped, key.unsqueeze(-3), value.unsqueeze(-3),
                                        shown.defined() ? std::optional(shown) : std::nullopt,
                                        dropout_p, is_causal, scale)
        .flatten(-4, -3);
  }
  DimVector lead = broadcast_shapes(ops::leading(query), ops::leading(key), name);
  lead = broadcast_shapes(lead, ops::leading(value), name);
  const auto expanded = [&](const Tensor& t) {
    return ops::leading(t) == lead ? t : t.expand(ops::with_matrix(lead, t.size(-2), t.size(-1)));
  };
  const double factor =
      scale ? *scale : 1 / std::sqrt(static_cast<double>(std::max<int64_t>(query.size(-1), 1)));
  if (mask.defined() && mask.requires_grad() && GradMode::is_enabled()) {
    const Tensor p = ops::safe_softmax(ops::scores(query, key, mask, is_causal, factor));
    return matmul(dropout_p > 0 ? dropout(p, dropout_p, true) : p, value);
  }
  ops::Attention op{is_causal, factor, dropout_p};
  if (dropout_p > 0) {
    const int64_t scores = checked_numel(ops::with_matrix(lead, query.size(-2), key.size(-2)));
    const GeneratorState state =
        default_generator().reserve(philox::counters_for(static_cast<uint64_t>(scores), 4));
    op.seed = state.seed;
    op.offset = state.offset;
  }
  return invoke_n<2>(op, expanded(query), expanded(key), expanded(value), mask)[0];
}

}  // namespace hearth
