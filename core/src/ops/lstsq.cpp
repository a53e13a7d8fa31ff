// SPDX-License-Identifier: Apache-2.0
// Least squares, the pseudoinverse and the rank.
#include "hearth/autograd/function.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/linalg_decompositions.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "autograd/autocast_modes.h"
#include "ops/decompositions.h"
#include "ops/rules.h"

namespace hearth {

namespace {

double epsilon_of(ScalarType type) {
  return to_real(type) == kDouble ? 2.220446049250313e-16 : 1.1920928955078125e-07;
}

// ---- the pseudoinverse

/// The gradient by A [m, n] of its pseudoinverse.
Tensor pinv_gradient(const Tensor& g, const Tensor& pinv, const Tensor& a) {
  const int64_t m = a.size(-2), n = a.size(-1);
  const Tensor adjoint = pinv.mH(), gh = g.mH();
  if (m <= n) {
    const Tensor k = gh.matmul(pinv), kp = k.matmul(adjoint);
    return -pinv.matmul(k).mH() + kp - a.matmul(pinv).matmul(kp) +
           adjoint.matmul(pinv).matmul(gh - k.matmul(a));
  }
  const Tensor k = pinv.matmul(gh), pk = adjoint.matmul(k);
  return -k.matmul(pinv).mH() + (gh - a.matmul(k)).matmul(pinv).matmul(adjoint) + pk -
         pk.matmul(pinv).matmul(a);
}

/// Its derivative is a formula in the result: that of the singular vectors behind it would divide
/// by the gaps between singular values.
struct Pinv : autograd::Function<Pinv> {
  static Tensor forward(autograd::AutogradContext* ctx, const Tensor& a, const Tensor& atol,
                        const Tensor& rtol, bool hermitian) {
    const Tensor result = compute(a, atol, rtol, hermitian);
    ctx->save_for_backward({a, result});
    return result;
  }
  static autograd::variable_list backward(autograd::AutogradContext* ctx,
                                          autograd::variable_list g) {
    const auto saved = ctx->get_saved_variables();
    return {pinv_gradient(g[0], saved[1], saved[0]), Tensor(), Tensor(), Tensor()};
  }

 private:
  static Tensor compute(const Tensor& a, const Tensor& atol, const Tensor& rtol, bool hermitian) {
    if (a.numel() == 0) return zeros(a.mT().sizes(), a.options().requires_grad(false));
    const auto inverted = [&](const Tensor& values, const Tensor& sizes) {
      const Tensor limit = maximum(atol.unsqueeze(-1), rtol.unsqueeze(-1) * sizes.amax({-1}, true));
      return values.reciprocal().masked_fill(sizes.le(limit), 0).to(a.scalar_type());
    };
    if (hermitian) {
      const auto [values, v] = linalg_eigh(a);
      return (v * inverted(values, values.abs()).unsqueeze(-2)).matmul(v.mH());
    }
    const auto [u, s, vh] = linalg_svd(a, /*full_matrices=*/false);
    return (vh.mH() * inverted(s, s).unsqueeze(-2)).matmul(u.mH());
  }
};

/// The absolute and relative tolerance as tensors of the singular values' type.
struct Tolerances {
  Tensor atol, rtol;
};
Tolerances tolerances_of(std::string_view op, const Tensor& a, const std::optional<Tensor>& atol,
                         const std::optional<Tensor>& rtol) {
  const TensorOptions options = a.options().dtype(to_real(a.scalar_type())).requires_grad(false);
  const auto given = [&](const std::optional<Tensor>& t) {
    HEARTH_CHECK_AS(DtypeError, !t->is_complex(), "[", op,
                    "] tolerances of complex type are not supported, got ",
                    to_string(t->scalar_type()));
    return t->to(options);
  };
  Tolerances out;
  out.atol = atol && atol->defined() ? given(atol) : zeros({}, options);
  if (rtol && rtol->defined()) {
    out.rtol = given(rtol);
  } else {
    const double usual =
        epsilon_of(a.scalar_type()) * static_cast<double>(std::max(a.size(-1), a.size(-2)));
    out.rtol = full({}, usual, options);
    // A tolerance of its own is enough.
    if (atol && atol->defined()) out.rtol = where(out.atol.gt(0), zeros({}, options), out.rtol);
  }
  return out;
}
std::optional<Tensor> as_tensor(const Tensor& a, std::optional<double> x) {
  if (!x) return std::nullopt;
  const ScalarType type =
      a.is_complex() || a.is_floating_point() ? to_real(a.scalar_type()) : kDouble;
  return full({}, *x, a.options().dtype(type).requires_grad(false));
}

}  // namespace

Tensor linalg_pinv(const Tensor& self, const std::optional<Tensor>& atol,
                   const std::optional<Tensor>& rtol, bool hermitian) {
  hermitian ? ops::check_square("linalg.pinv", self) : ops::check_matrix("linalg.pinv", self);
  const Tolerances limit = tolerances_of("linalg_pinv", self, atol, rtol);
  return Pinv::apply(self, limit.atol, limit.rtol, hermitian);
}
Tensor linalg_pinv(const Tensor& self, std::optional<double> atol, std::optional<double> rtol,
                   bool hermitian) {
  return linalg_pinv(self, as_tensor(self, atol), as_tensor(self, rtol), hermitian);
}
Tensor linalg_pinv(const Tensor& self, double rcond, bool hermitian) {
  return linalg_pinv(self, std::optional<double>(0.0), rcond, hermitian);
}
Tensor linalg_pinv(const Tensor& self, const Tensor& rcond, bool hermitian) {
  return linalg_pinv(self, std::optional<Tensor>(), std::optional<Tensor>(rcond), hermitian);
}
Tensor pinverse(const Tensor& self, double rcond) { return linalg_pinv(self, rcond); }

Tensor linalg_matrix_rank(const Tensor& self, const std::optional<Tensor>& atol,
                          const std::optional<Tensor>& rtol, bool hermitian) {
  Tensor input = self;
  const AutocastAsOne cast({Cast::Float32, Cast::Float32}, {&input});
  hermitian ? ops::check_square("linalg.matrix_rank", input)
            : ops::check_matrix("linalg.matrix_rank", input);
  const Tolerances limit = tolerances_of("linalg_matrix_rank", input, atol, rtol);
  const Tensor a = input.detach();
  const Tensor s = hermitian ? linalg_eigvalsh(a).abs() : linalg_svdvals(a);
  if (input.numel() == 0)
    return zeros(ops::batch_of(input), input.options().dtype(kLong).requires_grad(false));
  const Tensor least =
      maximum(limit.atol.unsqueeze(-1), limit.rtol.unsqueeze(-1) * s.amax({-1}, true));
  return s.gt(least).sum({-1});
}
Tensor linalg_matrix_rank(const Tensor& self, std::optional<double> atol,
                          std::optional<double> rtol, bool hermitian) {
  return linalg_matrix_rank(self, as_tensor(self, atol), as_tensor(self, rtol), hermitian);
}
Tensor linalg_matrix_rank(const Tensor& self, double tol, bool hermitian) {
  return linalg_matrix_rank(self, std::optional<double>(tol), 0.0, hermitian);
}
Tensor linalg_matrix_rank(const Tensor& input, const Tensor& tol, bool hermitian) {
  return linalg_matrix_rank(input, std::optional<Tensor>(tol), as_tensor(input, 0.0), hermitian);
}

Tensor Tensor::pinverse(double rcond) const { return hearth::pinverse(*this, rcond); }

// ---- least squares

namespace ops {

HEARTH_DEFINE_OP(Lstsq)

Specs Lstsq::infer(Args in) const {
  check_matrix("linalg.lstsq", in[0]);
  check_matrix("linalg.lstsq", in[1], "b");
  const TensorImpl& a = impl(in[0]);
  const int64_t m = in[0].size(-2), n = in[0].size(-1);
  const bool ranks = driver != LstsqDriver::Gels,
             values = driver == LstsqDriver::Gelsd || driver == LstsqDriver::Gelss;
  Specs s(column_spec(batch_of(in[0], {n, in[1].size(-1)}), a.dtype, a.device));
  s.out.push_back(Spec(ranks ? batch_of(in[0]) : DimVector{0}, kLong, a.device));
  s.out.push_back(
      Spec(values ? batch_of(in[0], {std::min(m, n)}) : DimVector{0}, to_real(a.dtype), a.device));
  return s;
}
Grads Lstsq::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(2);
  const Tensor a = s.in(0), pinv = linalg_pinv(a);
  if (need[0]) grads[0] = pinv_gradient(g[0].matmul(s.in(1).mH()), pinv, a);
  if (need[1]) grads[1] = pinv.mH().matmul(g[0]);
  return grads;
}

}  // namespace ops

std::tuple<Tensor, Tensor, Tensor, Tensor> linalg_lstsq(const Tensor& input, const Tensor& other,
                                                        std::optional<double> rcond,
                                                        std::optional<std::string_view> driver) {
  Tensor self = input, b = other;
  const AutocastAsOne cast({Cast::Float32, Cast::Float32}, {&self, &b});
  ops::check_matrix("linalg.lstsq", self, "input");
  HEARTH_CHECK(b.defined(), "[linalg_lstsq] other is undefined; expected a Tensor");
  HEARTH_CHECK_AS(ShapeError, b.dim() >= 1,
                  "[linalg_lstsq] torch.linalg.lstsq: other must have at least 1 dimension.");
  HEARTH_CHECK_AS(DtypeError, self.scalar_type() == b.scalar_type(),
                  "[linalg_lstsq] torch.linalg.lstsq: Expected input and other to have the same "
                  "dtype, but got input's dtype ",
                  to_string(self.scalar_type()), " and other's dtype ", to_string(b.scalar_type()));
  const int64_t gap = self.dim() - b.dim(), m = self.size(-2), n = self.size(-1);
  HEARTH_CHECK_AS(ShapeError, gap >= 0 && gap <= 1,
                  "[linalg_lstsq] torch.linalg.lstsq: input.dim() must be greater or equal to "
                  "other.dim() and (input.dim() - other.dim()) <= 1");
  const bool vector = gap == 1;
  const Tensor right = vector ? b.unsqueeze(-1) : b;
  HEARTH_CHECK_AS(ShapeError, right.size(-2) == m,
                  "[linalg_lstsq] torch.linalg.lstsq: input.size(-2) should match other.size(",
                  vector ? -1 : -2, "), got ", m, " and ", right.size(-2));
  static constexpr std::string_view kDrivers[] = {"gels", "gelsy", "gelsd", "gelss"};
  const std::string_view name = driver.value_or("gelsy");
  int64_t which = 0;
  while (which < 4 && kDrivers[which] != name) ++which;
  HEARTH_CHECK_AS(ValueError, which < 4,
                  "[linalg_lstsq] torch.linalg.lstsq: parameter `driver` should be one of (gels, "
                  "gelsy, gelsd, gelss), got ",
                  name);
  const auto method = static_cast<ops::LstsqDriver>(which);
  const double limit =
      rcond.value_or(epsilon_of(self.scalar_type()) * static_cast<double>(std::max(m, n)));
  const DimVector batch = ops::batch_of(self, right, "linalg_lstsq");
  const auto expanded = [&](const Tensor& t) {
    DimVector sizes = batch;
    sizes.push_back(t.size(-2));
    sizes.push_back(t.size(-1));
    return t.expand(sizes);
  };
  const Tensor a = expanded(self), rhs = expanded(right);
  auto [x, rank, values] = invoke_n<3>(ops::Lstsq{limit, method}, a, rhs);
  // With full rank the residual is all that is left of b.
  Tensor residuals =
      zeros({0}, self.options().dtype(to_real(self.scalar_type())).requires_grad(false));
  const bool full_rank = m > n && method != ops::LstsqDriver::Gelsy &&
                         (method == ops::LstsqDriver::Gels || rank.eq(n).all().item<bool>());
  if (full_rank) {
    const Tensor left = a.matmul(x) - rhs;
    residuals = (left.is_complex() ? real(left * left.conj()) : left * left).sum({-2});
  }
  if (vector) x = x.squeeze(-1);
  return {std::move(x), std::move(residuals), std::move(rank), std::move(values)};
}

}  // namespace hearth
