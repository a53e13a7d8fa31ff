// SPDX-License-Identifier: Apache-2.0
#include "ops/linalg.h"

#include <algorithm>

#include "hearth/ops/linalg.h"

#include "autograd/autocast_modes.h"
#include "ops/outputs.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Matmul)
HEARTH_DEFINE_OP(Addmm)
HEARTH_DEFINE_OP(Linear)

namespace {

void check_types(std::string_view op, ScalarType a, ScalarType b) {
  HEARTH_CHECK_AS(DtypeError, a == b, "[", op,
                  "] expected m1 and m2 to have the same dtype, but got: ", dtype_name(a),
                  " != ", dtype_name(b), "; convert one with .to(dtype)");
  HEARTH_CHECK_AS(NotImplementedError, a != kBool, "[", op, "] not implemented for 'Bool'");
}

[[noreturn]] void throw_mismatch(std::string_view op, int64_t m, int64_t ka, int64_t kb,
                                 int64_t n) {
  throw ShapeError(cat_str("[", op, "] mat1 and mat2 shapes cannot be multiplied (", m, "x", ka,
                           " and ", kb, "x", n, ")"));
}

/// Sizes of a @ b by matmul's rules.
DimVector product_sizes(std::string_view op, const TensorImpl& a, const TensorImpl& b) {
  const size_t da = a.sizes.size(), db = b.sizes.size();
  HEARTH_CHECK_AS(ShapeError, da > 0 && db > 0, "[", op,
                  "] both arguments to matmul need to be at least 1D, but they are ", da, "D and ",
                  db, "D");
  const int64_t ka = a.sizes[da - 1], kb = b.sizes[db == 1 ? 0 : db - 2];
  if (da == 1 && db == 1) {
    HEARTH_CHECK_AS(ShapeError, ka == kb, "[", op, "] inconsistent tensor size, expected tensor [",
                    ka, "] and src [", kb, "] to have the same number of elements, but got ", ka,
                    " and ", kb, " elements respectively");
    return {};
  }
  const int64_t m = da == 1 ? 1 : a.sizes[da - 2], n = db == 1 ? 1 : b.sizes[db - 1];
  if (ka != kb) {
    HEARTH_CHECK_AS(ShapeError, db > 1, "[", op, "] size mismatch, got input (", m, "), mat (", m,
                    "x", ka, "), vec (", kb, ")");
    throw_mismatch(op, m, ka, kb, n);
  }
  if (da == 2 && db == 2) return {m, n};
  const IntArrayRef batch_a = a.sizes.ref().slice(0, da == 1 ? 0 : da - 2);
  const IntArrayRef batch_b = b.sizes.ref().slice(0, db == 1 ? 0 : db - 2);
  DimVector out = broadcast_shapes(batch_a, batch_b, op);
  if (da > 1) out.push_back(m);
  if (db > 1) out.push_back(n);
  return out;
}

Tensor conj_of(const Tensor& t) { return t.is_complex() ? t.conj() : t; }

/// The conjugate transpose of the last two dims.
Tensor adjoint(const Tensor& t) { return conj_of(t.transpose(-2, -1)); }

/// [..., n] as [rows, n].
Tensor as_rows(const Tensor& t) {
  const TensorImpl& i = impl(t);
  if (i.dim() == 2) return t;
  const int64_t n = i.sizes.back();
  int64_t rows = 1;
  for (int64_t d = 0; d + 1 < i.dim(); ++d) rows *= i.sizes[static_cast<size_t>(d)];
  return t.reshape({rows, n});
}

/// Gradient by a of a @ b. It may have more batch dims than a.
Tensor left_gradient(const Tensor& g, const Tensor& b) {
  if (b.dim() == 1) return g.unsqueeze(-1) * conj_of(b);
  const bool vector = g.dim() == b.dim() - 1;
  const Tensor grad = hearth::matmul(vector ? g.unsqueeze(-2) : g, adjoint(b));
  return vector ? grad.squeeze(-2) : grad;
}

/// Gradient by b, of rank b_dim, of a @ b.
Tensor right_gradient(const Tensor& g, const Tensor& a, int64_t b_dim) {
  if (a.dim() == 1 && b_dim == 1) return g * conj_of(a);
  const bool vector = b_dim == 1;
  Tensor rows = a.dim() == 1 ? a.unsqueeze(0) : a;
  Tensor gm = vector ? g.unsqueeze(-1) : g;
  if (a.dim() == 1) gm = gm.unsqueeze(-2);
  if (b_dim <= 2) {
    // One product over all rows instead of a batch of them, summed.
    rows = as_rows(rows);
    gm = as_rows(gm);
  }
  const Tensor grad = hearth::matmul(adjoint(rows), gm);
  return vector ? grad.squeeze(-1) : grad;
}

}  // namespace

Specs Matmul::infer(Args in) const {
  const TensorImpl &a = impl(in[0]), &b = impl(in[1]);
  check_types("matmul", a.dtype, b.dtype);
  return Spec(product_sizes("matmul", a, b), a.dtype, a.device);
}

Grads Matmul::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(2);
  if (need[0]) grads[0] = left_gradient(g[0], s.in(1));
  if (need[1])
    grads[1] = right_gradient(g[0], s.in(0), static_cast<int64_t>(s.in_spec(1).sizes.size()));
  return grads;
}

Specs Addmm::infer(Args in) const {
  const TensorImpl &self = impl(in[0]), &a = impl(in[1]), &b = impl(in[2]);
  check_types("addmm", a.dtype, b.dtype);
  check_types("addmm", self.dtype, a.dtype);
  DimVector sizes = product_sizes("addmm", a, b);
  HEARTH_CHECK_AS(ShapeError, broadcast_shapes(self.sizes, sizes, "addmm") == sizes,
                  "[addmm] The expanded size of the tensor must match: self of sizes ",
                  self.sizes.ref(), " does not broadcast to the product's ", sizes.ref());
  return Spec(std::move(sizes), a.dtype, a.device);
}

Grads Addmm::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(3);
  const auto scaled = [&](const Scalar& by) { return by.equal(1) ? g[0] : g[0] * by; };
  if (need[0]) grads[0] = scaled(beta);
  if (!need[1] && !need[2]) return grads;
  const Tensor gm = scaled(alpha);
  if (need[1]) grads[1] = left_gradient(gm, s.in(2));
  if (need[2]) {
    const Tensor a = s.in(1);
    // The shapes are a matrix and a vector, or two of a's rank.
    grads[2] = right_gradient(gm, a, gm.dim() < a.dim() ? 1 : a.dim());
  }
  return grads;
}

Specs Linear::infer(Args in) const {
  const TensorImpl &x = impl(in[0]), &w = impl(in[1]);
  check_types("linear", x.dtype, w.dtype);
  const size_t dx = x.sizes.size(), dw = w.sizes.size();
  HEARTH_CHECK_AS(ShapeError, dx > 0, "[linear] input needs at least one dim, got a 0-dim tensor");
  HEARTH_CHECK_AS(ShapeError, dw == 1 || dw == 2, "[linear] weight has 1 or 2 dims, got ",
                  w.sizes.ref());
  const int64_t k = x.sizes[dx - 1], kw = w.sizes[dw - 1], n = dw == 2 ? w.sizes[0] : 1;
  if (k != kw) throw_mismatch("linear", k == 0 ? 0 : x.numel / k, k, kw, n);
  DimVector sizes = x.sizes;
  if (dw == 2) {
    sizes[dx - 1] = n;
  } else {
    sizes.erase(dx - 1);
  }
  if (in.get(2).defined()) {
    const TensorImpl& bias = impl(in[2]);
    check_types("linear", x.dtype, bias.dtype);
    const bool fits = bias.sizes.empty() ||
                      (bias.sizes.size() == 1 && (bias.sizes[0] == n || bias.sizes[0] == 1));
    HEARTH_CHECK_AS(ShapeError, fits, "[linear] bias of sizes ", bias.sizes.ref(), " does not fit ",
                    n, " output features");
  }
  return Spec(std::move(sizes), x.dtype, x.device);
}

Grads Linear::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(3);
  if (need[0]) {
    const Tensor w = s.in(1);
    grads[0] = w.dim() == 2 ? hearth::matmul(g[0], conj_of(w)) : g[0].unsqueeze(-1) * conj_of(w);
  }
  if (need[1]) {
    const Tensor x = s.in(0);
    if (g[0].dim() < x.dim()) {
      grads[1] = right_gradient(g[0], x, 1);
    } else if (x.dim() == 1) {
      grads[1] = g[0].unsqueeze(-1) * conj_of(x);
    } else {
      grads[1] = hearth::matmul(as_rows(g[0]).t(), conj_of(as_rows(x)));
    }
  }
  if (need[2]) grads[2] = g[0];
  return grads;
}

}  // namespace ops

namespace {

void check_rank(std::string_view op, const char* name, const Tensor& t, int64_t rank) {
  HEARTH_CHECK_AS(ShapeError, !t.defined() || t.dim() == rank, "[", op, "] ", name,
                  rank == 3   ? " must be a 3D tensor"
                  : rank == 2 ? " must be a matrix"
                              : " must be a vector",
                  ", got sizes ", t.sizes());
}

void check_mm(std::string_view op, const Tensor& a, const Tensor& b) {
  check_rank(op, op == "mm" ? "self" : "mat1", a, 2);
  check_rank(op, "mat2", b, 2);
}

void check_bmm(std::string_view op, const Tensor& a, const Tensor& b) {
  check_rank(op, "batch1", a, 3);
  check_rank(op, "batch2", b, 3);
  if (!a.defined() || !b.defined()) return;
  HEARTH_CHECK_AS(ShapeError, a.size(0) == b.size(0) && a.size(2) == b.size(1), "[", op,
                  "] Expected size for first two dimensions of batch2 tensor to be: [", a.size(0),
                  ", ", a.size(2), "] but got: [", b.size(0), ", ", b.size(1), "].");
}

void check_mv(std::string_view op, const Tensor& mat, const Tensor& vec) {
  HEARTH_CHECK_AS(ShapeError,
                  !mat.defined() || !vec.defined() || (mat.dim() == 2 && vec.dim() == 1), "[", op,
                  "] vector + matrix @ vector expected, got ", mat.dim(), ", ", vec.dim());
}

void check_dot(std::string_view op, const Tensor& a, const Tensor& b) {
  HEARTH_CHECK_AS(ShapeError, !a.defined() || !b.defined() || (a.dim() == 1 && b.dim() == 1), "[",
                  op, "] 1D tensors expected, but got ", a.dim(), "D and ", b.dim(), "D tensors");
}

/// Kernels take real factors; others are applied to the parts, but for zeros, beside which a part's
/// NaN does not count.
Tensor add_product(const Tensor& self, const Tensor& a, const Tensor& b, const Scalar& beta,
                   const Scalar& alpha) {
  if (beta.isComplex() || alpha.isComplex()) {
    if (!self.is_complex()) return add_product(self, a, b, beta.toDouble(), alpha.toDouble());
    const auto used = [](const Scalar& by) {
      return by.toComplexDouble() == complex<double>(0) ? 0 : 1;
    };
    return invoke(ops::Addmm{used(beta), used(alpha)}, self * beta, a * alpha, b);
  }
  return invoke(ops::Addmm{beta, alpha}, self, a, b);
}
const Tensor& add_product_(const Tensor& self, const Tensor& a, const Tensor& b, const Scalar& beta,
                           const Scalar& alpha) {
  if (beta.isComplex() || alpha.isComplex())
    return self.copy_(add_product(self, a, b, beta, alpha));
  return invoke_(ops::Addmm{beta, alpha}, self, a, b);
}

}  // namespace

Tensor matmul(const Tensor& self, const Tensor& other) {
  return invoke(ops::Matmul{}, self, other);
}
Tensor& matmul_out(Tensor& out, const Tensor& self, const Tensor& other) {
  return invoke_out(ops::Matmul{}, out, self, other);
}
Tensor mm(const Tensor& self, const Tensor& mat2) {
  check_mm("mm", self, mat2);
  return matmul(self, mat2);
}
Tensor& mm_out(Tensor& out, const Tensor& self, const Tensor& mat2) {
  check_mm("mm", self, mat2);
  return matmul_out(out, self, mat2);
}
Tensor bmm(const Tensor& self, const Tensor& mat2) {
  check_bmm("bmm", self, mat2);
  return matmul(self, mat2);
}
Tensor& bmm_out(Tensor& out, const Tensor& self, const Tensor& mat2) {
  check_bmm("bmm", self, mat2);
  return matmul_out(out, self, mat2);
}

namespace {

/// An operand of a product whose result is of another type.
Tensor widened(const char* op, const Tensor& operand, ScalarType out_dtype) {
  HEARTH_CHECK_AS(NotImplementedError, !operand.device().is_cpu(), "[", op,
                  "] out_dtype is for CUDA tensors, got ", operand.device());
  const ScalarType t = operand.scalar_type();
  HEARTH_CHECK_AS(DtypeError,
                  out_dtype == t || (out_dtype == kFloat && (t == kHalf || t == kBFloat16)), "[",
                  op,
                  "] out_dtype must be the same as input dtype or fp32 for fp16/bf16 inputs, "
                  "got ",
                  out_dtype, " for ", t);
  return operand.to(out_dtype);
}

}  // namespace

Tensor mm(const Tensor& self, const Tensor& mat2, ScalarType out_dtype) {
  return mm(widened("mm", self, out_dtype), widened("mm", mat2, out_dtype));
}
Tensor bmm(const Tensor& self, const Tensor& mat2, ScalarType out_dtype) {
  return bmm(widened("bmm", self, out_dtype), widened("bmm", mat2, out_dtype));
}
Tensor addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2, ScalarType out_dtype,
             const Scalar& beta, const Scalar& alpha) {
  return addmm(widened("addmm", self, out_dtype), widened("addmm", mat1, out_dtype),
               widened("addmm", mat2, out_dtype), beta, alpha);
}
Tensor baddbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2, ScalarType out_dtype,
               const Scalar& beta, const Scalar& alpha) {
  return baddbmm(widened("baddbmm", self, out_dtype), widened("baddbmm", batch1, out_dtype),
                 widened("baddbmm", batch2, out_dtype), beta, alpha);
}
Tensor mv(const Tensor& self, const Tensor& vec) {
  check_mv("mv", self, vec);
  Tensor m = self, v = vec;
  const AutocastAsOne cast({Cast::Any, Cast::Lower}, {&m, &v});
  return matmul(m, v);
}
Tensor dot(const Tensor& self, const Tensor& tensor) {
  check_dot("dot", self, tensor);
  Tensor a = self, b = tensor;
  const AutocastAsOne cast({Cast::Any, Cast::Widest}, {&a, &b});
  return matmul(a, b);
}
Tensor vdot(const Tensor& self, const Tensor& other) {
  check_dot("vdot", self, other);
  Tensor a = self, b = other;
  const AutocastAsOne cast({Cast::Any, Cast::Widest}, {&a, &b});
  return matmul(a.conj(), b);
}
Tensor outer(const Tensor& self, const Tensor& vec2) {
  for (const Tensor* t : {&self, &vec2})
    HEARTH_CHECK_AS(ShapeError, t->dim() == 1, "[outer] outer: Expected 1-D argument ",
                    t == &self ? "self" : "vec2", ", but got ", t->dim(), "-D");
  return self.unsqueeze(1) * vec2;
}
Tensor inner(const Tensor& self, const Tensor& other) {
  if (self.dim() == 0 || other.dim() == 0) return self * other;
  HEARTH_CHECK_AS(ShapeError, self.size(-1) == other.size(-1),
                  "[inner] inner() the last dimension must match on both input tensors but got "
                  "shapes ",
                  self.sizes(), " and ", other.sizes());
  DimVector sizes = self.sizes().slice(0, self.sizes().size() - 1);
  for (int64_t n : other.sizes().slice(0, other.sizes().size() - 1)) sizes.push_back(n);
  const int64_t k = self.size(-1);
  const auto rows = [k](const Tensor& t) { return t.reshape({k == 0 ? 1 : t.numel() / k, k}); };
  if (k == 0) return (self.sum() * other.sum()).expand(sizes).clone(MemoryFormat::Contiguous);
  return matmul(rows(self), rows(other).t()).reshape(sizes);
}

Tensor addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2, const Scalar& beta,
             const Scalar& alpha) {
  check_mm("addmm", mat1, mat2);
  return add_product(self, mat1, mat2, beta, alpha);
}
Tensor& addmm_out(Tensor& out, const Tensor& self, const Tensor& mat1, const Tensor& mat2,
                  const Scalar& beta, const Scalar& alpha) {
  check_mm("addmm", mat1, mat2);
  if (beta.isComplex() || alpha.isComplex())
    return ops::copy_out("addmm", out, add_product(self, mat1, mat2, beta, alpha));
  return invoke_out(ops::Addmm{beta, alpha}, out, self, mat1, mat2);
}
Tensor baddbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2, const Scalar& beta,
               const Scalar& alpha) {
  check_bmm("baddbmm", batch1, batch2);
  return add_product(self, batch1, batch2, beta, alpha);
}
Tensor addmv(const Tensor& self, const Tensor& mat, const Tensor& vec, const Scalar& beta,
             const Scalar& alpha) {
  check_mv("addmv", mat, vec);
  Tensor s = self, m = mat, v = vec;
  const AutocastAsOne cast({Cast::Any, Cast::Lower}, {&s, &m, &v});
  return add_product(s, m, v, beta, alpha);
}

Tensor linear(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias) {
  if (!bias || !bias->defined()) return invoke(ops::Linear{}, input, weight);
  return invoke(ops::Linear{}, input, weight, *bias);
}

Tensor Tensor::matmul(const Tensor& other) const { return hearth::matmul(*this, other); }
Tensor Tensor::mm(const Tensor& other) const { return hearth::mm(*this, other); }
Tensor Tensor::bmm(const Tensor& other) const { return hearth::bmm(*this, other); }
Tensor Tensor::mv(const Tensor& vec) const { return hearth::mv(*this, vec); }
Tensor Tensor::dot(const Tensor& other) const { return hearth::dot(*this, other); }
Tensor Tensor::vdot(const Tensor& other) const { return hearth::vdot(*this, other); }
Tensor Tensor::inner(const Tensor& other) const { return hearth::inner(*this, other); }
Tensor Tensor::addmv(const Tensor& mat, const Tensor& vec, const Scalar& beta,
                     const Scalar& alpha) const {
  return hearth::addmv(*this, mat, vec, beta, alpha);
}
const Tensor& Tensor::addmv_(const Tensor& mat, const Tensor& vec, const Scalar& beta,
                             const Scalar& alpha) const {
  check_mv("addmv_", mat, vec);
  return add_product_(*this, mat, vec, beta, alpha);
}
Tensor Tensor::outer(const Tensor& vec2) const { return hearth::outer(*this, vec2); }
Tensor Tensor::addmm(const Tensor& mat1, const Tensor& mat2, const Scalar& beta,
                     const Scalar& alpha) const {
  return hearth::addmm(*this, mat1, mat2, beta, alpha);
}
const Tensor& Tensor::addmm_(const Tensor& mat1, const Tensor& mat2, const Scalar& beta,
                             const Scalar& alpha) const {
  check_mm("addmm_", mat1, mat2);
  return add_product_(*this, mat1, mat2, beta, alpha);
}
Tensor Tensor::baddbmm(const Tensor& batch1, const Tensor& batch2, const Scalar& beta,
                       const Scalar& alpha) const {
  return hearth::baddbmm(*this, batch1, batch2, beta, alpha);
}
const Tensor& Tensor::baddbmm_(const Tensor& batch1, const Tensor& batch2, const Scalar& beta,
                               const Scalar& alpha) const {
  check_bmm("baddbmm_", batch1, batch2);
  return add_product_(*this, batch1, batch2, beta, alpha);
}

}  // namespace hearth
