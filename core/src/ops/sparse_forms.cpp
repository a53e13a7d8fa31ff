// SPDX-License-Identifier: Apache-2.0
// What operators do with sparse tensors: forms() lists the rows that take them.
#include <algorithm>
#include <unordered_map>

#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/searchsorted.h"
#include "hearth/ops/view.h"

#include "autograd/meta.h"
#include "base/thread_state.h"
#include "dispatch/sparse.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/handle.h"
#include "ops/linalg.h"
#include "ops/norm.h"
#include "ops/pointwise_call.h"
#include "ops/reduce.h"
#include "ops/sparse.h"
#include "ops/view.h"

namespace hearth {

namespace ops {

namespace {

/// Computes a call's result. One that writes into a strided tensor does so itself.
using Form = Tensor (*)(const Invocation& call);

template <class Op>
const Op& fields_of(const Invocation& call) {
  return *static_cast<const Op*>(call.fields);
}

Device device_of(const Tensor& t) { return impl(t).device; }

/// The same call of strided tensors.
Tensor call_of(const Invocation& call, std::initializer_list<const Tensor*> in) {
  Tensor out;
  invoke({call.op, call.fields, Args(in.begin(), in.size()), {&out, 1}, Bind::Fresh});
  return out;
}

// ---- values alone

/// A function with f(0) = 0.
Tensor of_values(const Invocation& call) {
  const Tensor& t = call.in[0];
  const Sparse s = impl(t).layout == kSparse ? coalesced(t) : parts_of(t);
  return s.with(call_of(call, {&s.values}));
}

/// A linear function, which does not ask how often an index occurs.
Tensor of_each_value(const Invocation& call) {
  const Sparse s = parts_of(call.in[0]);
  return s.with(call_of(call, {&s.values}));
}

Tensor to(const Invocation& call) {
  To op = fields_of<To>(call);
  op.format = MemoryFormat::Preserve;
  To of_indices = op;
  of_indices.dtype.reset();
  Sparse s = parts_of(call.in[0]);
  for (Tensor* t : {&s.indices, &s.crow})
    if (t->defined()) *t = invoke(of_indices, *t);
  return s.with(invoke(op, s.values));
}

Tensor without_values(const Tensor& t, const TensorOptions& options) {
  const Sparse s = parts_of(t.detach());
  if (s.is_coo()) return empty_coo(s.sizes, t.sparse_dim(), options);
  Sparse none = s;
  none.crow = zeros_like(s.crow);
  none.indices = s.indices.narrow(0, 0, 0).clone();
  return none.with(empty({0}, options.layout(kStrided)));
}

[[noreturn]] void throw_not_zero(const Invocation& call) {
  throw NotImplementedError(
      cat_str("[", call.op.info.name, "] of a sparse tensor can only make zeros"));
}

Tensor fill(const Invocation& call) {
  if (!fields_of<Fill>(call).value.equal(0)) throw_not_zero(call);
  return without_values(call.in[0], call.in[0].options());
}

Tensor full_like(const Invocation& call) {
  const auto& op = fields_of<FullLike>(call);
  if (op.value && !op.value->equal(0)) throw_not_zero(call);
  return without_values(
      call.in[0],
      TensorOptions(op.dtype.value_or(call.in[0].scalar_type())).device(device_of(call.in[0])));
}

// ---- handles

Tensor alias(const Invocation& call) {
  const Tensor same = alias_tensor(call.in[0]);
  return with_history_of(same, call.in[0]);
}
Tensor detach(const Invocation& call) { return alias_tensor(call.in[0]); }

Tensor copy(const Invocation& call) {
  const Tensor &self = call.in[0], &source = call.in[1];
  HEARTH_CHECK_AS(NotImplementedError, impl(self).layout == impl(source).layout,
                  "[copy_] copy_() between dense and sparse Tensors is not implemented! Found self "
                  "layout ",
                  self.layout(), " and source layout ", source.layout());
  HEARTH_CHECK_AS(ShapeError, self.sizes() == source.sizes(),
                  "[copy_] expected sparse tensors of the same sizes, got ", self.sizes(), " and ",
                  source.sizes());
  return source.to(device_of(self), self.scalar_type(), fields_of<Copy>(call).non_blocking,
                   /*copy=*/true);
}

// ---- sums

void check_same_sizes(const Invocation& call) {
  HEARTH_CHECK_AS(ShapeError, call.in[0].sizes() == call.in[1].sizes(), "[", call.op.info.name,
                  "] expected 'self' and 'other' to have same size, but self has size ",
                  call.in[0].sizes(), " while other has size ", call.in[1].sizes());
}

/// dense += alpha * sparse.
void add_into(const Tensor& dense, const Tensor& sparse, const Scalar& alpha) {
  const Sparse s = coo_of(sparse);
  const size_t dims = s.sparse_dim();
  if (dims == 1) {
    dense.index_add_(0, s.indices.select(0, 0), s.values, alpha);
    return;
  }
  if (dense.is_contiguous()) {
    DimVector flat(s.values.sizes());
    flat[0] = checked_numel(s.sizes.ref().slice(0, dims));
    dense.view(flat).index_add_(0, linear_indices(s), s.values, alpha);
    return;
  }
  std::vector<std::optional<Tensor>> at;
  for (size_t d = 0; d < dims; ++d) at.emplace_back(s.indices.select(0, static_cast<int64_t>(d)));
  dense.index_put_(at, s.values * alpha, /*accumulate=*/true);
}

Tensor add_dense(const Invocation& call, const Scalar& alpha) {
  const Tensor &self = call.in[0], &other = call.in[1];
  const ScalarType type = hearth::result_type(self, other);
  const Tensor addend = other.to(type);
  if (call.bind != Bind::InPlace) {
    const Tensor sum = self.to(type, /*non_blocking=*/false, /*copy=*/true);
    add_into(sum, addend, alpha);
    return sum;
  }
  HEARTH_CHECK_AS(DtypeError, can_cast(type, self.scalar_type()), "[", call.op.info.name,
                  "] result type ", to_string(type), " can't be cast to the desired output type ",
                  to_string(self.scalar_type()));
  add_into(self, addend.to(self.scalar_type()), alpha);
  return self;
}

Tensor add_scaled(const Invocation& call, const Scalar& alpha) {
  HEARTH_CHECK_AS(NotImplementedError, fields_of<Pointwise>(call).side == Pointwise::Side::None,
                  "[", call.op.info.name,
                  "] a sparse tensor and a number have no sparse sum; call to_dense()");
  check_same_sizes(call);
  if (is_strided(call.in[0])) return add_dense(call, alpha);
  HEARTH_CHECK(!is_strided(call.in[1]), "[", call.op.info.name,
               "] add(sparse, dense) is not supported. Use add(dense, sparse) instead.");
  const bool csr = call.in[0].is_sparse_csr() && call.in[1].is_sparse_csr();
  const Sparse a = coo_of(call.in[0]), b = coo_of(call.in[1]);
  HEARTH_CHECK_AS(ShapeError, a.sparse_dim() == b.sparse_dim(), "[", call.op.info.name,
                  "] expected 'self' and 'other' to have same number of sparse dimensions, got ",
                  a.sparse_dim(), " and ", b.sparse_dim());
  const ScalarType type = hearth::result_type(call.in[0], call.in[1]);
  const Tensor sum = coo_tensor(
      cat({a.indices, b.indices}, 1),
      cat({a.values.to(type), alpha.equal(1) ? b.values.to(type) : b.values.to(type) * alpha}),
      a.sizes);
  if (csr) return sum.to_sparse_csr();
  return a.coalesced && b.coalesced ? sum.coalesce() : sum;
}

Tensor add(const Invocation& call) { return add_scaled(call, fields_of<Pointwise>(call).p0); }
Tensor sub(const Invocation& call) {
  const Scalar& alpha = fields_of<Pointwise>(call).p0;
  return add_scaled(call, alpha.isComplex()         ? Scalar(-alpha.toComplexDouble())
                          : alpha.isFloatingPoint() ? Scalar(-alpha.toDouble())
                                                    : Scalar(-alpha.toLong()));
}

Tensor sum(const Invocation& call) {
  const auto& op = fields_of<Sum>(call);
  Sparse s = coo_of(call.in[0]);
  std::vector<bool> gone(s.sizes.size(), op.dims.empty());
  for (int64_t d : op.dims)
    gone[static_cast<size_t>(wrap_dim(d, static_cast<int64_t>(s.sizes.size()), "sum"))] = true;
  HEARTH_CHECK_AS(NotImplementedError, !op.keepdim || gone.empty(),
                  "[sum] keepdim of sparse tensors is not implemented");
  const size_t dims = s.sparse_dim();
  std::vector<Tensor> kept;
  DimVector sizes, dense;
  for (size_t d = 0; d < s.sizes.size(); ++d) {
    if (gone[d]) {
      if (d >= dims) dense.push_back(static_cast<int64_t>(d - dims) + 1);
      continue;
    }
    sizes.push_back(s.sizes[d]);
    if (d < dims) kept.push_back(s.indices.select(0, static_cast<int64_t>(d)));
  }
  if (kept.empty()) dense.push_back(0);
  const Tensor values = dense.empty() ? op.dtype ? s.values.to(*op.dtype) : s.values
                                      : s.values.sum(dense, false, op.dtype);
  return kept.empty() ? values : coo_tensor(stack(kept), values, sizes).coalesce();
}

Tensor norm(const Invocation& call) {
  const auto& op = fields_of<VectorNorm>(call);
  HEARTH_CHECK_AS(NotImplementedError,
                  !op.keepdim && (op.dims.empty() || op.dims.size() == call.in[0].sizes().size()),
                  "[norm] norms of sparse tensors are of all elements");
  const Sparse s = coalesced(call.in[0]);
  VectorNorm all = op;
  all.dims.clear();
  return invoke(all, s.values);
}

// ---- products and quotients

/// Whether the other operand of a call is one number for all elements.
bool by_number(const Invocation& call, size_t other) {
  return call.in.size() == 1 || (is_strided(call.in[other]) && impl(call.in[other]).dim() == 0);
}

Tensor scaled(const Invocation& call, size_t sparse) {
  const Sparse s = parts_of(call.in[sparse]);
  if (call.in.size() == 1) return s.with(call_of(call, {&s.values}));
  const Tensor* in[] = {&call.in[0], &call.in[1]};
  in[sparse] = &s.values;
  return s.with(call_of(call, {in[0], in[1]}));
}

Tensor mul(const Invocation& call) {
  const size_t sparse = is_strided(call.in[0]) ? 1 : 0;
  const Tensor& self = call.in[sparse];
  if (by_number(call, 1 - sparse)) return scaled(call, sparse);
  const Tensor& other = call.in[1 - sparse];
  if (is_strided(other)) {
    HEARTH_CHECK_AS(ShapeError,
                    broadcast_shapes(self.sizes(), other.sizes(), "mul") == DimVector(self.sizes()),
                    "[mul] a strided factor of sizes ", other.sizes(),
                    " does not broadcast to the sparse one's ", self.sizes());
    const Sparse s = parts_of(self);
    return s.with(s.values * elements_at(other.expand(self.sizes()), s.as_coo()));
  }
  check_same_sizes(call);
  // Elements that both have.
  const Sparse a = coalesced(self), b = coalesced(other);
  HEARTH_CHECK_AS(ShapeError, a.sparse_dim() == b.sparse_dim(),
                  "[mul] expected factors of the same number of sparse dims, got ", a.sparse_dim(),
                  " and ", b.sparse_dim());
  const Tensor both =
      isin(linear_indices(a), linear_indices(b), /*assume_unique=*/true).nonzero().view({-1});
  Sparse s = a;
  s.indices = a.indices.index_select(1, both);
  s.values = a.values.index_select(0, both);
  s.values = s.values * elements_at(other, s);
  return s.tensor();
}

Tensor div(const Invocation& call) {
  HEARTH_CHECK(!is_strided(call.in[0]) && by_number(call, 1) &&
                   fields_of<Pointwise>(call).side != Pointwise::Side::A,
               "[div] Sparse division requires a scalar or zero-dim dense tensor divisor",
               call.in.size() > 1 ? cat_str(" (got shape ", call.in[1].sizes(), " for divisor)")
                                  : std::string());
  return scaled(call, 0);
}

// ---- shapes

/// With dims in another order; sparse ones stay before dense ones.
Tensor permuted(const Tensor& t, const DimVector& order) {
  const bool csr = t.is_sparse_csr();
  const Sparse s = coo_of(t);
  const auto dims = static_cast<int64_t>(s.sparse_dim());
  DimVector sizes, of_values{0};
  std::vector<int64_t> of_indices;
  for (size_t d = 0; d < order.size(); ++d) {
    const int64_t from = order[d];
    HEARTH_CHECK_AS(ShapeError, (from < dims) == (static_cast<int64_t>(d) < dims),
                    "[transpose] cannot exchange sparse and dense dims of a tensor with ", dims,
                    " sparse dims: dim ", from, " would come to ", d);
    sizes.push_back(s.sizes[static_cast<size_t>(from)]);
    if (from < dims) {
      of_indices.push_back(from);
    } else {
      of_values.push_back(from - dims + 1);
    }
  }
  if (of_indices.empty()) return s.with(s.values.permute(of_values));
  std::vector<Tensor> indices;
  for (int64_t d : of_indices) indices.push_back(s.indices.select(0, d));
  const Tensor out = coo_tensor(stack(indices), s.values.permute(of_values), sizes);
  return csr ? out.to_sparse_csr() : out;
}

Tensor transpose(const Invocation& call) {
  const auto& op = fields_of<Transpose>(call);
  const int64_t n = call.in[0].dim();
  DimVector order;
  for (int64_t d = 0; d < n; ++d) order.push_back(d);
  const auto a = static_cast<size_t>(wrap_dim(op.dim0, n, "transpose")),
             b = static_cast<size_t>(wrap_dim(op.dim1, n, "transpose"));
  if (a == b) return alias(call);
  std::swap(order[a], order[b]);
  return permuted(call.in[0], order);
}

Tensor permute(const Invocation& call) {
  const auto& op = fields_of<Permute>(call);
  const int64_t n = call.in[0].dim();
  DimVector order;
  std::vector<bool> seen(static_cast<size_t>(n));
  for (int64_t d : op.dims) {
    order.push_back(wrap_dim(d, n, "permute"));
    seen[static_cast<size_t>(order.back())] = true;
  }
  HEARTH_CHECK_AS(ShapeError,
                  static_cast<int64_t>(order.size()) == n &&
                      std::find(seen.begin(), seen.end(), false) == seen.end(),
                  "[permute] expected each of ", n, " dims once, got ", op.dims.ref());
  return permuted(call.in[0], order);
}

// ---- matrices

Tensor matmul(const Invocation& call) { return sparse_matmul(call.in[0], call.in[1]); }

Tensor addmm(const Invocation& call) {
  const auto& op = fields_of<Addmm>(call);
  const Tensor& self = call.in[0];
  Tensor sum = sparse_matmul(call.in[1], call.in[2]);
  HEARTH_CHECK_AS(
      ShapeError, broadcast_shapes(self.sizes(), sum.sizes(), "addmm") == DimVector(sum.sizes()),
      "[addmm] self of sizes ", self.sizes(), " does not broadcast to the product's ", sum.sizes());
  if (!op.alpha.equal(1)) sum = sum * op.alpha;
  // As with strided matrices, nothing of self is read where beta is 0.
  if (!op.beta.equal(0)) sum = self * op.beta + sum;
  if (is_strided(self) && call.bind == Bind::InPlace) return self.copy_(sum);
  return sum;
}

// ---- the table

const std::unordered_map<const OpTable*, Form>& forms() {
  static const auto& table = *[] {
    auto* t = new std::unordered_map<const OpTable*, Form>{
        {&To::row(), to},
        {&Copy::row(), copy},
        {&Alias::row(), alias},
        {&Detach::row(), detach},
        {&Fill::row(), fill},
        {&FullLike::row(), full_like},
        {&Sum::row(), sum},
        {&VectorNorm::row(), norm},
        {&Transpose::row(), transpose},
        {&Permute::row(), permute},
        {&Matmul::row(), matmul},
        {&Addmm::row(), addmm},
        {&pointwise_row(PointwiseOp::add), add},
        {&pointwise_row(PointwiseOp::sub), sub},
        {&pointwise_row(PointwiseOp::mul), mul},
        {&pointwise_row(PointwiseOp::div), div},
        {&pointwise_row(PointwiseOp::neg), of_each_value},
    };
    using enum PointwiseOp;
    for (const PointwiseOp op :
         {abs,   asin, asinh, atan, atanh, ceil, erf,  expm1,  floor, frac, isnan,
          log1p, relu, round, sign, sin,   sinh, sqrt, square, tan,   tanh, trunc})
      t->emplace(&pointwise_row(op), of_values);
    return t;
  }();
  return table;
}

/// Makes a sparse tensor show what an in-place call computed. A strided one holds it already.
void replace(const Invocation& call, const Tensor& result) {
  const Tensor& self = call.out[0];
  TensorImpl &t = impl(self), &r = impl(result);
  if (t.storage == r.storage) return;
  const bool views = call.op.info.is_view();
  HEARTH_CHECK(t.layout == r.layout, "[", call.op.info.name, "] the result is a ", r.layout,
               " tensor and cannot be written into a ", t.layout, " one");
  HEARTH_CHECK_AS(DtypeError, can_cast(r.dtype, t.dtype), "[", call.op.info.name, "] result type ",
                  to_string(r.dtype), " can't be cast to the desired output type ",
                  to_string(t.dtype));
  HEARTH_CHECK_AS(ShapeError, views || t.sizes == r.sizes, "[", call.op.info.name,
                  "] output with shape ", t.sizes.ref(), " doesn't match the shape ",
                  r.sizes.ref());
  const Tensor cast = result.to(t.dtype);
  const bool record = is_recorded(self) || is_recorded(cast);
  if (record) autograd::check_inplace(self, call.op.info.name);
  if (views) {
    adopt_storage(self, cast);
  } else {
    sparse_parts(self) = sparse_parts(cast);
  }
  t.sizes = impl(cast).sizes;
  t.strides = impl(cast).strides;
  t.refresh();
  t.contiguous = t.dense = false;
  bump_version(self);
  if (!record) return;
  if (autograd::NodePtr node = autograd::current_grad_fn(cast)) {
    autograd::replace_history(self, std::move(node), static_cast<uint32_t>(cast.output_nr()));
  } else {
    self.detach_();
  }
}

/// Whether a row is the derivative of a pointwise one.
bool is_derivative(const OpTable& op) {
  return op.info.kind == Kind::Fused && op.info.args[0].name == "grad" && op.extra;
}

[[noreturn]] void throw_refused(const OpInfo& info, Args in) {
  size_t i = 0;
  while (!in[i].defined() || is_strided(in[i])) ++i;
  throw NotImplementedError(cat_str("[", info.name, "] does not take sparse tensors, got ",
                                    info.input(i).name, " of layout ", impl(in[i]).layout,
                                    " and sizes ", in[i].sizes(), "; call to_dense()"));
}

}  // namespace

}  // namespace ops

void invoke_sparse(const Invocation& call) {
  const auto found = ops::forms().find(&call.op);
  const bool known = found != ops::forms().end();
  if (!known && !ops::is_derivative(call.op)) ops::throw_refused(call.op.info, call.in);
  // A derivative of a sparse gradient is what it is made of.
  const Tensor result =
      known ? found->second(call) : call.op.decompose(call.op, call.fields, call.in)[0];
  switch (call.bind) {
    case Bind::Fresh:
      call.out[0] = result;
      break;
    case Bind::InPlace:
      ops::replace(call, result);
      break;
    case Bind::Out:
      if (call.out[0].sizes() != result.sizes()) call.out[0].resize_(result.sizes());
      call.out[0].copy_(result);
      break;
  }
}

}  // namespace hearth
