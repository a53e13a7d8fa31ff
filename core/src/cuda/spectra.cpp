// SPDX-License-Identifier: Apache-2.0
// QR, eigenvalues and singular values.
#include "hearth/autograd/grad_mode.h"

#include "cuda/kernels.h"
#include "cuda/matrix_kernels.h"
#include "cuda/matrix_parts.h"
#include "cuda/solver.h"
#include "ops/decompositions.h"

namespace hearth::cuda {

namespace {

template <class T>
void qr(const Call& call) {
  const ops::QrMode mode = call.as<ops::Qr>().mode;
  const Tensor &a = call.in[0], &q = call.out[0], &r = call.out[1];
  const Tensor factored = columns_copy(a);
  const auto m = Matrices<T>::of(factored);
  const int k = std::min(m.rows, m.cols);
  const Tensor tau = new_tensor(ops::batch_of(a, {k}), impl(a).dtype, impl(a).device);
  solver::geqrf(m, ptr<T>(tau));
  const Tensor by_rows = transposed(factored);
  const auto upper = Matrices<T>::out(r);
  copy_raw_into(r, first_rows(by_rows, upper.rows));
  keep_triangle('U', upper);
  if (mode == ops::QrMode::R) return;
  const auto vectors = Matrices<T>::out(q);
  copy_raw_into(first_columns(q, k), first_columns(by_rows, k));
  solver::orgqr(vectors, k, ptr<T>(tau));
}

template <class T>
void geqrf(const Call& call) {
  copy_raw_into(call.out[0], call.in[0]);
  solver::geqrf(Matrices<T>::out(call.out[0]), ptr<T>(call.out[1]));
}

template <class T>
void householder_product(const Call& call) {
  copy_raw_into(call.out[0], call.in[0]);
  const Tensor tau = contiguous_raw(call.in[1]);
  solver::orgqr(Matrices<T>::out(call.out[0]), lapack_int(impl(tau).sizes.back()), ptr<T>(tau));
}

template <class T>
void ormqr(const Call& call) {
  const auto& op = call.as<ops::Ormqr>();
  copy_raw_into(call.out[0], call.in[2]);
  const Tensor columns = columns_of(call.in[0]), tau = contiguous_raw(call.in[1]);
  solver::ormqr(op.left ? 'L' : 'R', op.transpose, Matrices<T>::of(columns),
                lapack_int(impl(tau).sizes.back()), ptr<T>(tau), Matrices<T>::out(call.out[0]));
}

/// By Jacobi's rotations, all matrices at once.
template <class T>
void small_singular_values(const Call& call, int* info) {
  const Tensor& a = call.in[0];
  const Tensor destroyed = columns_copy(a);
  auto* s = ptr<Real<T>>(call.out[1]);
  if (!call.as<ops::Svd>().compute_uv)
    return solver::gesvdj<T>(Matrices<T>::of(destroyed), s, nullptr, nullptr, info);
  const auto square = [&](int64_t n) {
    return new_tensor(ops::batch_of(a, {n, n}), impl(a).dtype, impl(a).device);
  };
  const Tensor u = square(a.size(-2)), v = square(a.size(-1));
  solver::gesvdj(Matrices<T>::of(destroyed), s, ptr<T>(u), ptr<T>(v), info);
  copy_raw_into(call.out[0], first_columns(transposed(u), call.out[0].size(-1)));
  copy_raw_into(call.out[2], first_columns(transposed(v), call.out[2].size(-2)).mH());
}

template <class T>
void singular_values(const Call& call, int* info) {
  const auto& op = call.as<ops::Svd>();
  const Tensor &a = call.in[0], &u = call.out[0], &vt = call.out[2];
  const bool wide = a.size(-2) < a.size(-1);
  const auto find = [&](const Tensor& destroyed, T* left, T* right) {
    solver::gesvd(op.full_matrices, Matrices<T>::of(destroyed), ptr<Real<T>>(call.out[1]), left,
                  right, info);
  };
  if (!op.compute_uv) return find(columns_copy(wide ? transposed(a) : a), nullptr, nullptr);
  if (!wide) return find(columns_copy(a), ptr<T>(u), ptr<T>(vt));
  // cuSOLVER wants no wide matrices: of the transposed, left and right change places.
  const Tensor left = new_tensor(impl(vt).sizes, impl(a).dtype, impl(a).device),
               right = new_tensor(impl(u).sizes, impl(a).dtype, impl(a).device);
  find(columns_copy(transposed(a)), ptr<T>(left), ptr<T>(right));
  copy_raw_into(vt, left);
  copy_raw_into(u, right);
}

template <class T>
void svd(const Call& call) {
  const Tensor& a = call.in[0];
  const int64_t m = a.size(-2), n = a.size(-1);
  if (std::min(m, n) == 0) {
    if (!call.as<ops::Svd>().compute_uv) return;
    set_identity(Matrices<T>::out(call.out[0]));
    set_identity(Matrices<T>::out(call.out[2]));
    return;
  }
  if (impl(a).numel == 0) return;
  const NoGradGuard no_grad;
  const Tensor info = new_info(a);
  const bool small = std::max(m, n) <= solver::kJacobiSide && info.numel() > 1;
  (small ? &small_singular_values<T> : &singular_values<T>)(call, ptr<int>(info));
  ops::check_info("linalg.svd", info.masked_fill(has_non_finite(a), -4));
}

template <class T>
void eigh(const Call& call) {
  const auto& op = call.as<ops::Eigh>();
  // A symmetric matrix is its own transposed, in the other triangle, so rows are read as columns.
  constexpr bool kTurned = std::is_same_v<T, Real<T>>;
  const Tensor a = kTurned ? transposed(call.in[0]) : call.in[0];
  Tensor scratch;
  if (op.compute_v) {
    copy_raw_into(call.out[1], a);
  } else {
    scratch = columns_copy(a);
  }
  const auto v = op.compute_v ? Matrices<T>::out(call.out[1]) : Matrices<T>::of(scratch);
  if (v.size == 0) return;
  const NoGradGuard no_grad;
  const Tensor info = new_info(a);
  solver::syevd(op.compute_v, op.upper != kTurned ? 'U' : 'L', v, ptr<Real<T>>(call.out[0]),
                ptr<int>(info));
  ops::check_info("linalg.eigh", info);
}

template <class T>
void eig(const Call& call) {
  using R = Real<T>;
  const bool vectors = call.as<ops::Eig>().compute_v;
  const Tensor& input = call.in[0];
  const NoGradGuard no_grad;
  const Tensor destroyed = columns_copy(input);
  const auto a = Matrices<T>::of(destroyed);
  if (a.size == 0) return;
  HEARTH_CHECK(input.isfinite().all().template item<bool>(),
               "[linalg_eig] torch.linalg.eig: input tensor should not contain infs or NaNs.");
  const Tensor info = new_info(input);
  auto* w = ptr<complex<R>>(call.out[0]);
  auto* v = vectors ? ptr<complex<R>>(call.out[1]) : nullptr;
  if constexpr (std::is_same_v<T, R>) {
    const Tensor values = new_tensor({a.count, 2, a.rows}, impl(input).dtype, impl(input).device);
    const Tensor packed = new_tensor(vectors ? impl(input).sizes : DimVector{0}, impl(input).dtype,
                                     impl(input).device);
    solver::geev(a, ptr<T>(values), vectors ? ptr<T>(packed) : nullptr, ptr<int>(info));
    unpack_eigenpairs<R>(a.rows, a.count, ptr<R>(values), vectors ? ptr<R>(packed) : nullptr, w, v);
  } else {
    solver::geev(a, w, v, ptr<int>(info));
  }
  ops::check_info("linalg.eig", info);
}

}  // namespace

void install_spectra() {
  ops::Qr::row().kernel[kSlot] = HEARTH_LAPACK_KERNEL(qr);
  ops::Geqrf::row().kernel[kSlot] = HEARTH_LAPACK_KERNEL(geqrf);
  ops::HouseholderProduct::row().kernel[kSlot] = HEARTH_LAPACK_KERNEL(householder_product);
  ops::Ormqr::row().kernel[kSlot] = HEARTH_LAPACK_KERNEL(ormqr);
  ops::Svd::row().kernel[kSlot] = HEARTH_LAPACK_KERNEL(svd);
  ops::Eigh::row().kernel[kSlot] = HEARTH_LAPACK_KERNEL(eigh);
  ops::Eig::row().kernel[kSlot] = HEARTH_LAPACK_KERNEL(eig);
}

}  // namespace hearth::cuda
