// SPDX-License-Identifier: Apache-2.0
#include "ops/unique.h"

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/scan.h"
#include "hearth/ops/sort.h"
#include "hearth/ops/unique.h"
#include "hearth/ops/view.h"

#include "ops/outputs.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Unique)
HEARTH_DEFINE_OP(RowOrder)

namespace {

void check_ordered(const Tensor& x, std::string_view op) {
  HEARTH_CHECK_AS(NotImplementedError, !is_complex(impl(x).dtype), "[", op,
                  "] not implemented for '", to_string(impl(x).dtype),
                  "': complex numbers have no order");
}

/// Runs of equal rows of a matrix.
struct Runs {
  Tensor number;  ///< which run each row belongs to
  Tensor starts;  ///< the first row of each
  Tensor counts;
};
Runs runs_of(const Tensor& rows) {
  const int64_t n = rows.size(0);
  const TensorOptions places = rows.options().dtype(kLong);
  const Tensor first = ones({std::min<int64_t>(n, 1)}, rows.options().dtype(kBool));
  const int64_t rest = std::max<int64_t>(n - 1, 0);
  const Tensor changes =
      rows.narrow(0, n - rest, rest).ne(rows.narrow(0, 0, rest)).any(1, /*keepdim=*/false);
  const Tensor begins = cat({first, changes});
  const Tensor starts = begins.nonzero().reshape({-1});
  const Tensor ends = cat({starts.narrow(0, n - rest, std::max<int64_t>(starts.size(0) - 1, 0)),
                           full({std::min<int64_t>(n, 1)}, n, places)});
  return {begins.cumsum(0) - 1, starts, ends - starts};
}

}  // namespace

Specs Unique::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  check_ordered(in[0], "unique");
  Specs s(Spec({0}, t.dtype, t.device));
  s.out.push_back(Spec(return_inverse ? t.sizes : DimVector{0}, kLong, t.device));
  s.out.push_back(Spec({0}, kLong, t.device));
  return s;
}
Tensors Unique::decompose(Args in) const {
  Tensor values = in[0].reshape({-1}), places;
  const TensorOptions long_there = values.options().dtype(kLong);
  if (!consecutive) std::tie(values, places) = hearth::sort(values);
  const Runs runs = runs_of(values.unsqueeze(1));
  Tensor inverse = empty({0}, long_there);
  if (return_inverse) {
    inverse = consecutive ? runs.number : zeros_like(runs.number).scatter(0, places, runs.number);
    inverse = inverse.view(in[0].sizes());
  }
  Tensors result;
  result.push_back(values.index_select(0, runs.starts));
  result.push_back(inverse);
  result.push_back(return_counts ? runs.counts : empty({0}, long_there));
  return result;
}

Specs RowOrder::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  check_ordered(in[0], "row_order");
  HEARTH_CHECK_AS(ShapeError, t.dim() == 2, "[row_order] expected a matrix, got sizes ",
                  t.sizes.ref());
  return Spec({t.sizes[0]}, kLong, t.device);
}
Tensors RowOrder::decompose(Args in) const {
  // A stable sort by each column, the last one first.
  Tensor order = arange(in[0].size(0), in[0].options().dtype(kLong));
  for (int64_t c = in[0].size(1); c-- > 0;)
    order = order.index_select(0, in[0].select(1, c).index_select(0, order).argsort());
  Tensors result;
  result.push_back(order);
  return result;
}

}  // namespace ops

namespace {

using Three = std::tuple<Tensor, Tensor, Tensor>;

Three unique_elements(const ops::Unique& op, const Tensor& self) {
  auto [values, inverse, counts] = invoke_n<3>(op, self.detach());
  return {std::move(values), std::move(inverse), std::move(counts)};
}

Three unique_slices(const Tensor& given, int64_t dim, bool consecutive, std::string_view op) {
  const NoGradGuard no_grad;
  const Tensor self = given.detach();
  ops::check_ordered(self, op);
  HEARTH_CHECK_AS(IndexError, self.dim() > 0, "[", op, "] Dimension specified as ", dim,
                  " but tensor has no dimensions");
  const int64_t at = wrap_dim(dim, self.dim(), op), n = self.size(at);
  if (self.numel() == 0) {
    for (int64_t d = 0; d < self.dim(); ++d)
      HEARTH_CHECK_AS(ShapeError, d == at ? n == 0 : self.size(d) > 0, "[", op,
                      "] There are 0 sized dimensions, and they aren't selected, so unique cannot "
                      "be applied: sizes ",
                      self.sizes(), ", dim ", at);
    const Tensor none = empty({0}, self.options().dtype(kLong));
    return {self.clone(), none, none.clone()};
  }
  const Tensor rows = self.movedim(at, 0).reshape({n, -1});
  if (consecutive) {
    ops::Runs runs = ops::runs_of(rows);
    return {self.index_select(at, runs.starts), runs.number, runs.counts};
  }
  const Tensor order =
      rows.size(1) == 1 ? rows.select(1, 0).argsort() : invoke(ops::RowOrder{}, rows);
  ops::Runs runs = ops::runs_of(rows.index_select(0, order));
  return {self.index_select(at, order.index_select(0, runs.starts)),
          zeros_like(runs.number).scatter(0, order, runs.number), runs.counts};
}

std::tuple<Tensor&, Tensor&, Tensor&> write(const char* op, Tensor& out0, Tensor& out1,
                                            Tensor& out2, const Three& result) {
  return {ops::copy_out(op, out0, std::get<0>(result)),
          ops::copy_out(op, out1, std::get<1>(result)),
          ops::copy_out(op, out2, std::get<2>(result))};
}

}  // namespace

Three unique(const Tensor& self, bool sorted, bool return_inverse, bool return_counts,
             std::optional<int64_t> dim) {
  if (dim) return unique_dim(self, *dim, sorted, return_inverse, return_counts);
  return unique_elements({return_inverse, return_counts}, self);
}
Three _unique2(const Tensor& self, bool sorted, bool return_inverse, bool return_counts) {
  return unique(self, sorted, return_inverse, return_counts);
}
std::tuple<Tensor, Tensor> _unique(const Tensor& self, bool sorted, bool return_inverse) {
  auto [values, inverse, counts] = unique(self, sorted, return_inverse);
  return {std::move(values), std::move(inverse)};
}
Three unique_dim(const Tensor& self, int64_t dim, bool, bool, bool) {
  return unique_slices(self, dim, false, "unique_dim");
}
Three unique_consecutive(const Tensor& self, bool return_inverse, bool return_counts,
                         std::optional<int64_t> dim) {
  // As in PyTorch, dim 0 of a vector gives what was asked for, and -1 gives all.
  if (dim && (*dim != 0 || self.dim() != 1))
    return unique_dim_consecutive(self, *dim, return_inverse, return_counts);
  return unique_elements({return_inverse, return_counts, true}, self);
}
Three unique_dim_consecutive(const Tensor& self, int64_t dim, bool, bool) {
  return unique_slices(self, dim, true, "unique_dim_consecutive");
}

std::tuple<Tensor&, Tensor&, Tensor&> _unique2_out(Tensor& out0, Tensor& out1, Tensor& out2,
                                                   const Tensor& self, bool sorted,
                                                   bool return_inverse, bool return_counts) {
  return write("_unique2", out0, out1, out2, _unique2(self, sorted, return_inverse, return_counts));
}
std::tuple<Tensor&, Tensor&, Tensor&> unique_dim_out(Tensor& out0, Tensor& out1, Tensor& out2,
                                                     const Tensor& self, int64_t dim, bool sorted,
                                                     bool return_inverse, bool return_counts) {
  return write("unique_dim", out0, out1, out2,
               unique_dim(self, dim, sorted, return_inverse, return_counts));
}
std::tuple<Tensor&, Tensor&, Tensor&> unique_consecutive_out(Tensor& out0, Tensor& out1,
                                                             Tensor& out2, const Tensor& self,
                                                             bool return_inverse,
                                                             bool return_counts,
                                                             std::optional<int64_t> dim) {
  return write("unique_consecutive", out0, out1, out2,
               unique_consecutive(self, return_inverse, return_counts, dim));
}
std::tuple<Tensor&, Tensor&, Tensor&> unique_dim_consecutive_out(Tensor& out0, Tensor& out1,
                                                                 Tensor& out2, const Tensor& self,
                                                                 int64_t dim, bool return_inverse,
                                                                 bool return_counts) {
  return write("unique_dim_consecutive", out0, out1, out2,
               unique_dim_consecutive(self, dim, return_inverse, return_counts));
}

}  // namespace hearth
