// SPDX-License-Identifier: Apache-2.0
// Products that are made of matmul, or of products of numbers.
#include <algorithm>

#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "autograd/autocast_modes.h"
#include "ops/distances.h"
#include "ops/linalg.h"
#include "ops/pointwise_call.h"
#include "ops/rules.h"

namespace hearth {

// ---- the cross product

namespace ops {

HEARTH_DEFINE_OP(Cross)

Specs Cross::infer(Args in) const {
  const TensorImpl &a = impl(in[0]), &b = impl(in[1]);
  HEARTH_CHECK_AS(ShapeError, a.dim() == b.dim() && a.dim() > 0,
                  "[linalg_cross] linalg.cross: inputs must have the same number of dimensions.");
  const auto at = static_cast<size_t>(wrap_dim(dim, a.dim(), "linalg_cross"));
  HEARTH_CHECK_AS(ShapeError, a.sizes[at] == 3 && b.sizes[at] == 3,
                  "[linalg_cross] linalg.cross: inputs dimension ", dim,
                  " must have length 3. Got ", a.sizes[at], " and ", b.sizes[at]);
  const ScalarType type = promote_types(a.dtype, b.dtype);
  HEARTH_CHECK_AS(NotImplementedError, type != kBool, "[linalg_cross] not implemented for 'Bool'");
  HEARTH_CHECK_AS(ShapeError, a.sizes == b.sizes,
                  "[linalg_cross] expected sizes that are alike, got ", a.sizes.ref(), " and ",
                  b.sizes.ref());
  return {Spec(a.sizes, type, a.device), type};
}
Grads Cross::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(2);
  if (need[0]) grads[0] = linalg_cross(s.in(1).conj(), g[0], dim);
  if (need[1]) grads[1] = linalg_cross(g[0], s.in(0).conj(), dim);
  return grads;
}
Tensors Cross::decompose(Args in) const {
  const auto turned = [&](const Tensor& t, int64_t by) { return roll(t, {by}, {dim}); };
  return {turned(in[0], -1) * turned(in[1], -2) - turned(in[0], -2) * turned(in[1], -1)};
}

}  // namespace ops

Tensor linalg_cross(const Tensor& self, const Tensor& other, int64_t dim) {
  HEARTH_CHECK(self.defined() && other.defined(),
               "[linalg_cross] an operand is undefined; expected Tensors");
  if (self.dim() != other.dim() || self.sizes() == other.sizes())
    return invoke(ops::Cross{dim}, self, other);
  const auto at = wrap_dim(dim, self.dim(), "linalg_cross");
  // A dim of size 1 does not become a vector of three.
  if (self.size(at) != 3 || other.size(at) != 3) return invoke(ops::Cross{dim}, self, other);
  const std::vector<Tensor> both = broadcast_tensors({self, other});
  return invoke(ops::Cross{dim}, both[0], both[1]);
}
Tensor cross(const Tensor& self, const Tensor& other, std::optional<int64_t> dim) {
  if (dim) return linalg_cross(self, other, *dim);
  int64_t first = 0;
  while (first < self.dim() && self.size(first) != 3) ++first;
  HEARTH_CHECK_AS(ShapeError, first < self.dim(),
                  "[cross] no dimension of size 3 in input: ", self.sizes());
  return linalg_cross(self, other, first);
}

Tensor linalg_vecdot(const Tensor& left, const Tensor& right, int64_t dim) {
  HEARTH_CHECK(left.defined() && right.defined(),
               "[linalg_vecdot] an operand is undefined; expected Tensors");
  Tensor x = left, y = right;
  const AutocastAsOne cast({Cast::Lower, Cast::Lower}, {&x, &y});
  HEARTH_CHECK_AS(DtypeError, is_differentiable(x.scalar_type()),
                  "[linalg_vecdot] linalg.vecdot: Expected a floating point or complex tensor as "
                  "input. Got ",
                  to_string(x.scalar_type()));
  HEARTH_CHECK_AS(
      DtypeError, x.scalar_type() == y.scalar_type(),
      "[linalg_vecdot] linalg.vecdot: Expected x and y to have the same dtype, but found "
      "x of type ",
      to_string(x.scalar_type()), " and y of type ", to_string(y.scalar_type()), " instead");
  if (x.dim() == 1 && y.dim() == 1) return vdot(x, y);
  return (x.conj() * y).sum({dim});
}

// ---- sums of products

namespace {

/// beta * self, or nothing where beta is 0: self is not read then.
Tensor add_scaled(const Tensor& self, const Tensor& product, const Scalar& beta,
                  const Scalar& alpha) {
  const Tensor scaled = alpha.equal(1) ? product : product * alpha;
  if (beta.toComplexDouble() == complex<double>(0)) return scaled;
  return (beta.equal(1) ? self : self * beta) + scaled;
}

void check_factors(const char* op, const Tensor& result, const Scalar& beta, const Scalar& alpha) {
  HEARTH_CHECK_AS(
      DtypeError,
      !is_integral(result.scalar_type(), true) || (beta.isIntegral(true) && alpha.isIntegral(true)),
      "[", op,
      "] For integral input tensors, argument beta and alpha must not be floating point "
      "numbers.");
}

void check_expands(const char* op, const Tensor& self, const DimVector& sizes) {
  HEARTH_CHECK_AS(ShapeError, broadcast_shapes(impl(self).sizes, sizes, op) == sizes, "[", op,
                  "] The expanded size of the tensor must match: self of sizes ", self.sizes(),
                  " does not broadcast to the product's ", sizes.ref());
}

}  // namespace

Tensor addr(const Tensor& input, const Tensor& left, const Tensor& right, const Scalar& beta,
            const Scalar& alpha) {
  HEARTH_CHECK(input.defined() && left.defined() && right.defined(),
               "[addr] an operand is undefined; expected Tensors");
  Tensor self = input, vec1 = left, vec2 = right;
  const AutocastAsOne cast({Cast::Any, Cast::Lower}, {&self, &vec1, &vec2});
  HEARTH_CHECK_AS(ShapeError, vec1.dim() == 1 && vec2.dim() == 1,
                  "[addr] addr: Expected 1-D argument vec1 and vec2, but got ", vec1.dim(),
                  "-D and ", vec2.dim(), "-D");
  check_expands("addr", self, {vec1.size(0), vec2.size(0)});
  const Tensor product = vec1.unsqueeze(1) * vec2;
  const ScalarType type = promote_types(self.scalar_type(), product.scalar_type());
  if (type == kBool) {
    const bool b = beta.toDouble() != 0, a = alpha.toDouble() != 0;
    const Tensor scaled = product.logical_and(full({}, a, TensorOptions(kBool).device(kCPU)));
    return b ? self.logical_or(scaled) : scaled;
  }
  check_factors("addr", full({}, 0, TensorOptions(type).device(kCPU)), beta, alpha);
  return add_scaled(self, product, beta, alpha).to(type);
}

Tensor addbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2, const Scalar& beta,
              const Scalar& alpha) {
  HEARTH_CHECK(self.defined() && batch1.defined() && batch2.defined(),
               "[addbmm] an operand is undefined; expected Tensors");
  HEARTH_CHECK_AS(ShapeError, batch1.dim() == 3 && batch2.dim() == 3,
                  "[addbmm] batch1 and batch2 must be 3D tensors, got ", batch1.dim(), "D and ",
                  batch2.dim(), "D");
  HEARTH_CHECK_AS(ShapeError, batch1.size(0) == batch2.size(0) && batch1.size(2) == batch2.size(1),
                  "[addbmm] Incompatible matrix sizes for bmm (", batch1.size(1), "x",
                  batch1.size(2), " and ", batch2.size(1), "x", batch2.size(2),
                  "), or batches of different length: ", batch1.size(0), " and ", batch2.size(0));
  // The sum over the batch is part of one product's inner sum.
  const int64_t inner = batch1.size(0) * batch1.size(2);
  const Tensor left = batch1.permute({1, 0, 2}).reshape({batch1.size(1), inner});
  const Tensor right = batch2.reshape({inner, batch2.size(2)});
  return addmm(self, left, right, beta, alpha);
}

Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight,
                const std::optional<Tensor>& bias) {
  HEARTH_CHECK(input1.defined() && input2.defined() && weight.defined(),
               "[bilinear] an operand is undefined; expected Tensors");
  HEARTH_CHECK_AS(ShapeError, weight.dim() == 3 && input1.dim() == input2.dim() && input1.dim() > 0,
                  "[bilinear] bilinear(): input dimensions do not match: got ", input1.dim(),
                  " and ", input2.dim(), ", and weight of sizes ", weight.sizes());
  HEARTH_CHECK_AS(ShapeError,
                  input1.size(-1) == weight.size(1) && input2.size(-1) == weight.size(2),
                  "[bilinear] bilinear(): inputs of sizes ", input1.sizes(), " and ",
                  input2.sizes(), " do not match weight of sizes ", weight.sizes());
  const size_t batch = input1.sizes().size() - 1;
  HEARTH_CHECK_AS(ShapeError, input1.sizes().slice(0, batch) == input2.sizes().slice(0, batch),
                  "[bilinear] bilinear(): input batch dimensions do not match: got ",
                  input1.sizes(), " and ", input2.sizes());
  const int64_t outputs = weight.size(0), in1 = weight.size(1), in2 = weight.size(2);
  int64_t rows = 1;
  for (const int64_t n : input1.sizes().slice(0, batch)) rows *= n;
  Tensor a = input1, b = input2, w = weight, added = bias.value_or(Tensor());
  const AutocastAsOne cast({Cast::Any, Cast::Widest}, {&a, &b, &w, &added});
  // [rows, in1] @ [in1, out * in2] is one product for all outputs.
  const Tensor x1 = a.reshape({rows, in1}), x2 = b.reshape({rows, in2});
  const Tensor half = matmul(x1, w.permute({1, 0, 2}).reshape({in1, outputs * in2}));
  DimVector sizes = input1.sizes().slice(0, batch);
  sizes.push_back(outputs);
  const Tensor out =
      matmul(half.view({rows, outputs, in2}), x2.unsqueeze(-1)).squeeze(-1).reshape(sizes);
  return added.defined() ? out + added : out;
}

// ---- products of many

Tensor kron(const Tensor& self, const Tensor& other) {
  HEARTH_CHECK(self.defined() && other.defined(),
               "[kron] an operand is undefined; expected Tensors");
  const auto rank = static_cast<size_t>(std::max(self.dim(), other.dim()));
  DimVector a(2 * rank, 1), b(2 * rank, 1), out(rank, 1);
  for (size_t d = 0; d < rank; ++d) {
    const auto size = [&](const Tensor& t) {
      const size_t missing = rank - t.sizes().size();
      return d < missing ? 1 : t.sizes()[d - missing];
    };
    a[2 * d] = size(self);
    b[2 * d + 1] = size(other);
    out[d] = a[2 * d] * b[2 * d + 1];
  }
  return (self.reshape(a) * other.reshape(b)).reshape(out);
}

Tensor trace(const Tensor& self) {
  HEARTH_CHECK(self.defined(), "[trace] self is undefined; expected a Tensor");
  HEARTH_CHECK_AS(ShapeError, self.dim() == 2,
                  "[trace] trace: expected a matrix, but got tensor "
                  "with dim ",
                  self.dim());
  Tensor matrix = self;
  const AutocastAsOne cast({Cast::Float32, Cast::Any}, {&matrix});
  return matrix.diagonal().sum();
}

namespace {

/// Where to split each run of matrices, by the least number of multiplications.
struct Chain {
  std::vector<Tensor> matrices;
  std::vector<std::vector<size_t>> split;

  explicit Chain(std::vector<Tensor> list) : matrices(std::move(list)) {
    const size_t n = matrices.size();
    std::vector<std::vector<double>> cost(n, std::vector<double>(n, 0));
    split.assign(n, std::vector<size_t>(n, 0));
    const auto rows = [&](size_t i) { return static_cast<double>(matrices[i].size(0)); };
    for (size_t length = 1; length < n; ++length)
      for (size_t i = 0; i + length < n; ++i) {
        const size_t j = i + length;
        const double outer = rows(i) * static_cast<double>(matrices[j].size(1));
        for (size_t k = i; k < j; ++k) {
          const double total = cost[i][k] + cost[k + 1][j] + outer * rows(k + 1);
          if (k > i && total >= cost[i][j]) continue;
          cost[i][j] = total;
          split[i][j] = k;
        }
      }
  }
  Tensor multiply(size_t i, size_t j) const {
    if (i == j) return matrices[i];
    return mm(multiply(i, split[i][j]), multiply(split[i][j] + 1, j));
  }
};

}  // namespace

Tensor linalg_multi_dot(TensorList tensors) {
  const size_t n = tensors.size();
  HEARTH_CHECK_AS(ValueError, n >= 2,
                  "[linalg_multi_dot] multi_dot(): expected at least 2 tensors but got ", n);
  std::vector<Tensor> matrices(tensors.begin(), tensors.end());
  DimVector sizes;
  for (size_t i = 0; i < n; ++i) {
    Tensor& t = matrices[i];
    HEARTH_CHECK(t.defined(), "[linalg_multi_dot] tensor ", i, " is undefined; expected a Tensor");
    const bool end = i == 0 || i + 1 == n;
    HEARTH_CHECK_AS(ShapeError, t.dim() == 2 || (end && t.dim() == 1),
                    "[linalg_multi_dot] multi_dot(): tensor ", i, " must be 2D",
                    end ? " or 1D" : "", " but got ", t.dim(), "D");
    HEARTH_CHECK_AS(DtypeError, t.scalar_type() == matrices[0].scalar_type(),
                    "[linalg_multi_dot] multi_dot(): all tensors must have be the same dtype but "
                    "tensor 0 is ",
                    to_string(matrices[0].scalar_type()), " and tensor ", i, " ",
                    to_string(t.scalar_type()));
    if (end && t.dim() == 2) sizes.push_back(t.size(i == 0 ? 0 : 1));
    if (t.dim() == 1) t = t.unsqueeze(i == 0 ? 0 : -1);
  }
  for (size_t i = 0; i + 1 < n; ++i)
    HEARTH_CHECK_AS(ShapeError, matrices[i].size(1) == matrices[i + 1].size(0),
                    "[linalg_multi_dot] multi_dot(): tensors ", i, " and ", i + 1, " with shapes ",
                    matrices[i].sizes(), " and ", matrices[i + 1].sizes(), " cannot be multiplied");
  return Chain(std::move(matrices)).multiply(0, n - 1).view(sizes);
}

Tensor chain_matmul(TensorList matrices) {
  HEARTH_CHECK_AS(ValueError, !matrices.empty(),
                  "[chain_matmul] chain_matmul(): Expected one or more matrices");
  for (const Tensor& t : matrices)
    HEARTH_CHECK_AS(ShapeError, t.defined() && t.dim() == 2,
                    "[chain_matmul] chain_matmul(): expected 2D tensors");
  return matrices.size() == 1 ? matrices[0] : linalg_multi_dot(matrices);
}

// ---- other forms

using ops::copy_out;

Tensor& dot_out(Tensor& out, const Tensor& self, const Tensor& tensor) {
  return copy_out("dot", out, dot(self, tensor));
}
Tensor& vdot_out(Tensor& out, const Tensor& self, const Tensor& other) {
  return copy_out("vdot", out, vdot(self, other));
}
Tensor& mv_out(Tensor& out, const Tensor& self, const Tensor& vec) {
  return copy_out("mv", out, mv(self, vec));
}
Tensor& outer_out(Tensor& out, const Tensor& self, const Tensor& vec2) {
  return copy_out("outer", out, outer(self, vec2));
}
Tensor& inner_out(Tensor& out, const Tensor& self, const Tensor& other) {
  return copy_out("inner", out, inner(self, other));
}
Tensor& linear_out(Tensor& out, const Tensor& input, const Tensor& weight,
                   const std::optional<Tensor>& bias) {
  return copy_out("linear", out, linear(input, weight, bias));
}
Tensor& tensordot_out(Tensor& out, const Tensor& self, const Tensor& other, IntArrayRef dims_self,
                      IntArrayRef dims_other) {
  return copy_out("tensordot", out, tensordot(self, other, dims_self, dims_other));
}
Tensor& baddbmm_out(Tensor& out, const Tensor& self, const Tensor& batch1, const Tensor& batch2,
                    const Scalar& beta, const Scalar& alpha) {
  return copy_out("baddbmm", out, baddbmm(self, batch1, batch2, beta, alpha));
}
Tensor& addbmm_out(Tensor& out, const Tensor& self, const Tensor& batch1, const Tensor& batch2,
                   const Scalar& beta, const Scalar& alpha) {
  return copy_out("addbmm", out, addbmm(self, batch1, batch2, beta, alpha));
}
Tensor& addmv_out(Tensor& out, const Tensor& self, const Tensor& mat, const Tensor& vec,
                  const Scalar& beta, const Scalar& alpha) {
  return copy_out("addmv", out, addmv(self, mat, vec, beta, alpha));
}
Tensor& addr_out(Tensor& out, const Tensor& self, const Tensor& vec1, const Tensor& vec2,
                 const Scalar& beta, const Scalar& alpha) {
  return copy_out("addr", out, addr(self, vec1, vec2, beta, alpha));
}
Tensor& kron_out(Tensor& out, const Tensor& self, const Tensor& other) {
  return copy_out("kron", out, kron(self, other));
}
Tensor& trace_out(Tensor& out, const Tensor& self) { return copy_out("trace", out, trace(self)); }
Tensor& cross_out(Tensor& out, const Tensor& self, const Tensor& other,
                  std::optional<int64_t> dim) {
  return copy_out("cross", out, cross(self, other, dim));
}
Tensor& linalg_cross_out(Tensor& out, const Tensor& self, const Tensor& other, int64_t dim) {
  return copy_out("linalg_cross", out, linalg_cross(self, other, dim));
}
Tensor& linalg_vecdot_out(Tensor& out, const Tensor& x, const Tensor& y, int64_t dim) {
  return copy_out("linalg_vecdot", out, linalg_vecdot(x, y, dim));
}
Tensor& linalg_multi_dot_out(Tensor& out, TensorList tensors) {
  return copy_out("linalg_multi_dot", out, linalg_multi_dot(tensors));
}
Tensor& chain_matmul_out(Tensor& out, TensorList matrices) {
  return copy_out("chain_matmul", out, chain_matmul(matrices));
}

Tensor Tensor::addr(const Tensor& vec1, const Tensor& vec2, const Scalar& beta,
                    const Scalar& alpha) const {
  return hearth::addr(*this, vec1, vec2, beta, alpha);
}
const Tensor& Tensor::addr_(const Tensor& vec1, const Tensor& vec2, const Scalar& beta,
                            const Scalar& alpha) const {
  const Tensor result = hearth::addr(*this, vec1, vec2, beta, alpha);
  HEARTH_CHECK_AS(ShapeError, sizes() == result.sizes(), "[addr_] output with shape ", sizes(),
                  " doesn't match the broadcast shape ", result.sizes());
  return copy_(result);
}
Tensor Tensor::addbmm(const Tensor& batch1, const Tensor& batch2, const Scalar& beta,
                      const Scalar& alpha) const {
  return hearth::addbmm(*this, batch1, batch2, beta, alpha);
}
const Tensor& Tensor::addbmm_(const Tensor& batch1, const Tensor& batch2, const Scalar& beta,
                              const Scalar& alpha) const {
  const Tensor result = hearth::addbmm(*this, batch1, batch2, beta, alpha);
  HEARTH_CHECK_AS(ShapeError, sizes() == result.sizes(), "[addbmm_] output with shape ", sizes(),
                  " doesn't match the broadcast shape ", result.sizes());
  return copy_(result);
}
Tensor Tensor::kron(const Tensor& other) const { return hearth::kron(*this, other); }
Tensor Tensor::trace() const { return hearth::trace(*this); }
Tensor Tensor::cross(const Tensor& other, std::optional<int64_t> dim) const {
  return hearth::cross(*this, other, dim);
}

}  // namespace hearth
