// SPDX-License-Identifier: Apache-2.0
#include "ops/reduce.h"

#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "ops/dims.h"
#include "ops/outputs.h"
#include "ops/rules.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Sum)
HEARTH_DEFINE_OP(NanSum)
HEARTH_DEFINE_OP(Mean)
HEARTH_DEFINE_OP(Prod)
HEARTH_DEFINE_OP(ProdBackward)
HEARTH_DEFINE_OP(All)
HEARTH_DEFINE_OP(Any)
HEARTH_DEFINE_OP(CountNonzero)

namespace {

/// One entry per dim: 1 where it is reduced.
DimVector gone_dims(const DimVector& sizes, const DimVector& dims, std::string_view op) {
  if (dims.empty()) return DimVector(sizes.size(), 1);
  return marked_dims(dims, static_cast<int64_t>(sizes.size()), op);
}

}  // namespace

DimVector reduced_sizes(const DimVector& sizes, const DimVector& dims, bool keepdim,
                        std::string_view op) {
  const DimVector gone = gone_dims(sizes, dims, op);
  DimVector out;
  for (size_t d = 0; d < sizes.size(); ++d) {
    if (!gone[d]) {
      out.push_back(sizes[d]);
    } else if (keepdim) {
      out.push_back(1);
    }
  }
  return out;
}

Tensor keep_dims(const Tensor& reduced, const Spec& input, const DimVector& dims, bool keepdim) {
  if (keepdim || input.sizes.empty()) return reduced;
  return reduced.view(reduced_sizes(input.sizes, dims, true, "reduce"));
}

int64_t reduced_count(const Spec& input, const DimVector& dims) {
  const DimVector gone = gone_dims(input.sizes, dims, "reduce");
  int64_t n = 1;
  for (size_t d = 0; d < gone.size(); ++d)
    if (gone[d]) n *= input.sizes[d];
  return n;
}

namespace {

template <class Op>
Spec reduced_spec(const Op& op, const Tensor& x, ScalarType type) {
  const TensorImpl& t = impl(x);
  return Spec(reduced_sizes(t.sizes, op.dims, op.keepdim, Op::info.name), type, t.device);
}

/// The answer of sums and products: the input is converted first unless accumulating it as it is
/// and converting the result comes to the same.
template <class Op>
Specs summed(const Op& op, const Tensor& x, ScalarType type) {
  const ScalarType in = impl(x).dtype;
  const bool natural = (is_integral(in, true) && is_integral(type)) ||
                       (in != kBool && accumulate_type(in) == accumulate_type(type));
  return {reduced_spec(op, x, type), natural ? ScalarType::Undefined : type};
}

ScalarType sum_type(const Tensor& x, std::optional<ScalarType> dtype) {
  const ScalarType in = impl(x).dtype;
  return dtype.value_or(is_integral(in, true) ? kLong : in);
}

}  // namespace

Specs Sum::infer(Args in) const { return summed(*this, in[0], sum_type(in[0], dtype)); }
Grads Sum::vjp(const Saved& s, Args g, NeedMask) const {
  return one(keep_dims(g[0], s.in_spec(0), dims, keepdim).expand(s.in_spec(0).sizes));
}

Specs NanSum::infer(Args in) const {
  const ScalarType in_type = impl(in[0]).dtype;
  HEARTH_CHECK_AS(DtypeError, is_floating_point(in_type),
                  "[nansum] nansum does not support complex inputs, got ", to_string(in_type));
  const ScalarType type = dtype.value_or(in_type);
  HEARTH_CHECK_AS(DtypeError, is_floating_point(type),
                  "[nansum] expected a floating dtype to sum in, got ", to_string(type));
  return summed(*this, in[0], type);
}
Grads NanSum::vjp(const Saved& s, Args g, NeedMask) const {
  const Spec& x = s.in_spec(0);
  return one(keep_dims(g[0], x, dims, keepdim) * s.in(0).isnan().logical_not());
}
Tensors NanSum::decompose(Args in) const {
  Tensors result;
  result.push_back(in[0].masked_fill(in[0].isnan(), 0).sum(dims, keepdim, dtype));
  return result;
}

Specs Mean::infer(Args in) const {
  const ScalarType type = dtype.value_or(impl(in[0]).dtype);
  HEARTH_CHECK_AS(DtypeError, is_differentiable(type),
                  "[mean] could not infer output dtype. Input dtype must be either a floating "
                  "point or complex dtype. Got: ",
                  to_string(type), "; pass dtype, or convert with .to(kFloat)");
  return summed(*this, in[0], type);
}
Grads Mean::vjp(const Saved& s, Args g, NeedMask) const {
  const Spec& x = s.in_spec(0);
  const auto n = static_cast<double>(ops::reduced_count(x, dims));
  return one(keep_dims(g[0] / n, x, dims, keepdim).expand(x.sizes));
}

Specs Prod::infer(Args in) const { return summed(*this, in[0], sum_type(in[0], dtype)); }
Grads Prod::vjp(const Saved& s, Args g, NeedMask) const {
  const Spec& x = s.in_spec(0);
  const Tensor self = s.in(0);
  if (x.sizes.empty()) return one(g[0]);
  if (dims.size() == 1)
    return one(invoke(ProdBackward{dims[0]}, keep_dims(g[0], x, dims, keepdim), self));
  return one(invoke(ProdBackward{0}, g[0].reshape({1}), self.reshape({-1})).view(x.sizes));
}

Specs ProdBackward::infer(Args in) const {
  const TensorImpl& x = impl(in[1]);
  wrap_dim(dim, x.dim(), info.name);
  const ScalarType type = promote_types(impl(in[0]).dtype, x.dtype);
  return {Spec(x.sizes, type, x.device), type};
}
Tensors ProdBackward::decompose(Args in) const {
  const std::vector<Tensor> x = in[1].conj().unbind(dim);
  const Tensor g = in[0].select(dim, 0);
  std::vector<Tensor> out(x.size());
  Tensor before = g;
  for (size_t i = 0; i < x.size(); ++i) {
    out[i] = before;
    before = before * x[i];
  }
  Tensor after;
  for (size_t i = x.size(); i-- > 0;) {
    if (after.defined()) out[i] = out[i] * after;
    after = after.defined() ? after * x[i] : x[i];
  }
  Tensors result;
  result.push_back(out.empty() ? in[1].clone() : stack(out, dim));
  return result;
}

namespace {

ScalarType truth_type(const Tensor& x) { return impl(x).dtype == kByte ? kByte : kBool; }

}  // namespace

Specs All::infer(Args in) const { return {reduced_spec(*this, in[0], truth_type(in[0]))}; }
Specs Any::infer(Args in) const { return {reduced_spec(*this, in[0], truth_type(in[0]))}; }
Specs CountNonzero::infer(Args in) const { return {reduced_spec(*this, in[0], kLong)}; }

}  // namespace ops

namespace {

DimVector dims_of(OptionalIntArrayRef dim) { return dim ? DimVector(*dim) : DimVector(); }

}  // namespace

Tensor sum(const Tensor& self, std::optional<ScalarType> dtype) {
  return invoke(ops::Sum{{}, false, dtype}, self);
}
Tensor sum(const Tensor& self, OptionalIntArrayRef dim, bool keepdim,
           std::optional<ScalarType> dtype) {
  return invoke(ops::Sum{dims_of(dim), keepdim, dtype}, self);
}
Tensor& sum_out(Tensor& out, const Tensor& self, OptionalIntArrayRef dim, bool keepdim,
                std::optional<ScalarType> dtype) {
  return invoke_out(ops::Sum{dims_of(dim), keepdim, dtype ? *dtype : out.scalar_type()}, out, self);
}
Tensor& sum_out(Tensor& out, const Tensor& self, std::optional<ScalarType> dtype) {
  return sum_out(out, self, OptionalIntArrayRef(), false, dtype);
}
Tensor nansum(const Tensor& self, OptionalIntArrayRef dim, bool keepdim,
              std::optional<ScalarType> dtype) {
  if (is_integral(self.scalar_type(), true)) return sum(self, dim, keepdim, dtype);
  if (!dtype || is_floating_point(*dtype))
    return invoke(ops::NanSum{dims_of(dim), keepdim, dtype}, self);
  // NaN is left out before it is converted.
  return sum(self.masked_fill(self.isnan(), 0), dim, keepdim, dtype);
}
Tensor& nansum_out(Tensor& out, const Tensor& self, OptionalIntArrayRef dim, bool keepdim,
                   std::optional<ScalarType> dtype) {
  return ops::copy_out("nansum", out, nansum(self, dim, keepdim, dtype));
}
Tensor nanmean(const Tensor& self, OptionalIntArrayRef dim, bool keepdim,
               std::optional<ScalarType> dtype) {
  HEARTH_CHECK_AS(DtypeError, is_floating_point(self.scalar_type()),
                  "[nanmean] expected input to have floating point dtype but got ",
                  self.scalar_type());
  return nansum(self, dim, keepdim, dtype) / self.isnan().logical_not().sum(dim, keepdim);
}
Tensor& nanmean_out(Tensor& out, const Tensor& self, OptionalIntArrayRef dim, bool keepdim,
                    std::optional<ScalarType> dtype) {
  return ops::copy_out("nanmean", out, nanmean(self, dim, keepdim, dtype));
}
Tensor mean(const Tensor& self, std::optional<ScalarType> dtype) {
  return invoke(ops::Mean{{}, false, dtype}, self);
}
Tensor mean(const Tensor& self, OptionalIntArrayRef dim, bool keepdim,
            std::optional<ScalarType> dtype) {
  return invoke(ops::Mean{dims_of(dim), keepdim, dtype}, self);
}
Tensor& mean_out(Tensor& out, const Tensor& self, OptionalIntArrayRef dim, bool keepdim,
                 std::optional<ScalarType> dtype) {
  return invoke_out(ops::Mean{dims_of(dim), keepdim, dtype ? *dtype : out.scalar_type()}, out,
                    self);
}
Tensor& mean_out(Tensor& out, const Tensor& self, std::optional<ScalarType> dtype) {
  return mean_out(out, self, OptionalIntArrayRef(), false, dtype);
}
Tensor prod(const Tensor& self, std::optional<ScalarType> dtype) {
  return invoke(ops::Prod{{}, false, dtype}, self);
}
Tensor prod(const Tensor& self, int64_t dim, bool keepdim, std::optional<ScalarType> dtype) {
  return invoke(ops::Prod{{dim}, keepdim, dtype}, self);
}
Tensor& prod_out(Tensor& out, const Tensor& self, int64_t dim, bool keepdim,
                 std::optional<ScalarType> dtype) {
  return invoke_out(ops::Prod{{dim}, keepdim, dtype ? *dtype : out.scalar_type()}, out, self);
}
Tensor& prod_out(Tensor& out, const Tensor& self, std::optional<ScalarType> dtype) {
  return invoke_out(ops::Prod{{}, false, dtype ? *dtype : out.scalar_type()}, out, self);
}

namespace {

/// Over an empty list of dims, where other reductions take all of them, each element is its own.
Tensor each_is_true(const Tensor& self) {
  const Tensor is = self.ne(0);
  return self.scalar_type() == kByte ? is.to(kByte) : is;
}
bool is_of_no_dims(const OptionalIntArrayRef& dim) { return dim && dim->empty(); }

}  // namespace

Tensor all(const Tensor& self) { return invoke(ops::All{}, self); }
Tensor all(const Tensor& self, int64_t dim, bool keepdim) {
  return invoke(ops::All{{dim}, keepdim}, self);
}
Tensor all(const Tensor& self, OptionalIntArrayRef dim, bool keepdim) {
  if (is_of_no_dims(dim)) return each_is_true(self);
  return invoke(ops::All{dims_of(dim), keepdim}, self);
}
Tensor& all_out(Tensor& out, const Tensor& self, int64_t dim, bool keepdim) {
  return invoke_out(ops::All{{dim}, keepdim}, out, self);
}
Tensor& all_out(Tensor& out, const Tensor& self) { return invoke_out(ops::All{}, out, self); }
Tensor& all_out(Tensor& out, const Tensor& self, OptionalIntArrayRef dim, bool keepdim) {
  if (is_of_no_dims(dim)) return ops::copy_out("all", out, each_is_true(self));
  return invoke_out(ops::All{dims_of(dim), keepdim}, out, self);
}
Tensor any(const Tensor& self) { return invoke(ops::Any{}, self); }
Tensor any(const Tensor& self, int64_t dim, bool keepdim) {
  return invoke(ops::Any{{dim}, keepdim}, self);
}
Tensor any(const Tensor& self, OptionalIntArrayRef dim, bool keepdim) {
  if (is_of_no_dims(dim)) return each_is_true(self);
  return invoke(ops::Any{dims_of(dim), keepdim}, self);
}
Tensor& any_out(Tensor& out, const Tensor& self, int64_t dim, bool keepdim) {
  return invoke_out(ops::Any{{dim}, keepdim}, out, self);
}
Tensor& any_out(Tensor& out, const Tensor& self) { return invoke_out(ops::Any{}, out, self); }
Tensor& any_out(Tensor& out, const Tensor& self, OptionalIntArrayRef dim, bool keepdim) {
  if (is_of_no_dims(dim)) return ops::copy_out("any", out, each_is_true(self));
  return invoke_out(ops::Any{dims_of(dim), keepdim}, out, self);
}
Tensor count_nonzero(const Tensor& self, IntArrayRef dim) {
  return invoke(ops::CountNonzero{dim, false}, self);
}
Tensor count_nonzero(const Tensor& self, std::optional<int64_t> dim) {
  return invoke(ops::CountNonzero{dim ? DimVector({*dim}) : DimVector(), false}, self);
}
Tensor& count_nonzero_out(Tensor& out, const Tensor& self, IntArrayRef dim) {
  return invoke_out(ops::CountNonzero{dim, false}, out, self);
}
Tensor& count_nonzero_out(Tensor& out, const Tensor& self, std::optional<int64_t> dim) {
  return invoke_out(ops::CountNonzero{dim ? DimVector({*dim}) : DimVector(), false}, out, self);
}

Tensor Tensor::sum(std::optional<ScalarType> dtype) const { return hearth::sum(*this, dtype); }
Tensor Tensor::sum(OptionalIntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype) const {
  return hearth::sum(*this, dim, keepdim, dtype);
}
Tensor Tensor::nansum(OptionalIntArrayRef dim, bool keepdim,
                      std::optional<ScalarType> dtype) const {
  return hearth::nansum(*this, dim, keepdim, dtype);
}
Tensor Tensor::nanmean(OptionalIntArrayRef dim, bool keepdim,
                       std::optional<ScalarType> dtype) const {
  return hearth::nanmean(*this, dim, keepdim, dtype);
}
Tensor Tensor::mean(std::optional<ScalarType> dtype) const { return hearth::mean(*this, dtype); }
Tensor Tensor::mean(OptionalIntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype) const {
  return hearth::mean(*this, dim, keepdim, dtype);
}
Tensor Tensor::prod(std::optional<ScalarType> dtype) const { return hearth::prod(*this, dtype); }
Tensor Tensor::prod(int64_t dim, bool keepdim, std::optional<ScalarType> dtype) const {
  return hearth::prod(*this, dim, keepdim, dtype);
}
Tensor Tensor::all() const { return hearth::all(*this); }
Tensor Tensor::all(int64_t dim, bool keepdim) const { return hearth::all(*this, dim, keepdim); }
Tensor Tensor::all(OptionalIntArrayRef dim, bool keepdim) const {
  return hearth::all(*this, dim, keepdim);
}
Tensor Tensor::any() const { return hearth::any(*this); }
Tensor Tensor::any(int64_t dim, bool keepdim) const { return hearth::any(*this, dim, keepdim); }
Tensor Tensor::any(OptionalIntArrayRef dim, bool keepdim) const {
  return hearth::any(*this, dim, keepdim);
}
Tensor Tensor::count_nonzero(IntArrayRef dim) const { return hearth::count_nonzero(*this, dim); }
Tensor Tensor::count_nonzero(std::optional<int64_t> dim) const {
  return hearth::count_nonzero(*this, dim);
}

}  // namespace hearth
