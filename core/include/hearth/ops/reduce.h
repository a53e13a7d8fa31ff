// SPDX-License-Identifier: Apache-2.0
// Reductions. Dims may be negative; an empty list or none reduces all of them. With keepdim the
// reduced dims stay, with size 1. Dims that do not exist throw IndexError, dims given twice
// ValueError.
#pragma once

#include <optional>
#include <tuple>

#include "hearth/tensor/tensor.h"

namespace hearth {

// ---- sums and products

/// Integers and bool sum as int64 unless dtype says otherwise; floating types keep theirs and
/// accumulate in float or wider. The sum of nothing is 0.
HEARTH_API Tensor sum(const Tensor& self, std::optional<ScalarType> dtype = std::nullopt);
HEARTH_API Tensor sum(const Tensor& self, OptionalIntArrayRef dim, bool keepdim = false,
                      std::optional<ScalarType> dtype = std::nullopt);
HEARTH_API Tensor& sum_out(Tensor& out, const Tensor& self, OptionalIntArrayRef dim,
                           bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt);
HEARTH_API Tensor& sum_out(Tensor& out, const Tensor& self,
                           std::optional<ScalarType> dtype = std::nullopt);
/// The sum and the mean of what is not NaN; complex numbers throw DtypeError.
HEARTH_API Tensor nansum(const Tensor& self, OptionalIntArrayRef dim = std::nullopt,
                         bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt);
HEARTH_API Tensor& nansum_out(Tensor& out, const Tensor& self,
                              OptionalIntArrayRef dim = std::nullopt, bool keepdim = false,
                              std::optional<ScalarType> dtype = std::nullopt);
HEARTH_API Tensor nanmean(const Tensor& self, OptionalIntArrayRef dim = std::nullopt,
                          bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt);
HEARTH_API Tensor& nanmean_out(Tensor& out, const Tensor& self,
                               OptionalIntArrayRef dim = std::nullopt, bool keepdim = false,
                               std::optional<ScalarType> dtype = std::nullopt);
/// The mean of floating or complex elements; others need a dtype, or DtypeError is thrown. The mean
/// of nothing is NaN.
HEARTH_API Tensor mean(const Tensor& self, std::optional<ScalarType> dtype = std::nullopt);
HEARTH_API Tensor mean(const Tensor& self, OptionalIntArrayRef dim, bool keepdim = false,
                       std::optional<ScalarType> dtype = std::nullopt);
HEARTH_API Tensor& mean_out(Tensor& out, const Tensor& self, OptionalIntArrayRef dim,
                            bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt);
HEARTH_API Tensor& mean_out(Tensor& out, const Tensor& self,
                            std::optional<ScalarType> dtype = std::nullopt);
/// Types as for sum. The product of nothing is 1.
HEARTH_API Tensor prod(const Tensor& self, std::optional<ScalarType> dtype = std::nullopt);
HEARTH_API Tensor prod(const Tensor& self, int64_t dim, bool keepdim = false,
                       std::optional<ScalarType> dtype = std::nullopt);
HEARTH_API Tensor& prod_out(Tensor& out, const Tensor& self, int64_t dim, bool keepdim = false,
                            std::optional<ScalarType> dtype = std::nullopt);
HEARTH_API Tensor& prod_out(Tensor& out, const Tensor& self,
                            std::optional<ScalarType> dtype = std::nullopt);

// ---- truth; results are bool, or uint8 for uint8

/// Whether every element is nonzero; true for nothing.
HEARTH_API Tensor all(const Tensor& self);
HEARTH_API Tensor all(const Tensor& self, int64_t dim, bool keepdim = false);
HEARTH_API Tensor all(const Tensor& self, OptionalIntArrayRef dim, bool keepdim = false);
HEARTH_API Tensor& all_out(Tensor& out, const Tensor& self, int64_t dim, bool keepdim = false);
HEARTH_API Tensor& all_out(Tensor& out, const Tensor& self);
HEARTH_API Tensor& all_out(Tensor& out, const Tensor& self, OptionalIntArrayRef dim,
                           bool keepdim = false);
/// Whether some element is nonzero; false for nothing.
HEARTH_API Tensor any(const Tensor& self);
HEARTH_API Tensor any(const Tensor& self, int64_t dim, bool keepdim = false);
HEARTH_API Tensor any(const Tensor& self, OptionalIntArrayRef dim, bool keepdim = false);
HEARTH_API Tensor& any_out(Tensor& out, const Tensor& self, int64_t dim, bool keepdim = false);
HEARTH_API Tensor& any_out(Tensor& out, const Tensor& self);
HEARTH_API Tensor& any_out(Tensor& out, const Tensor& self, OptionalIntArrayRef dim,
                           bool keepdim = false);
/// How many elements are not zero, as int64.
HEARTH_API Tensor count_nonzero(const Tensor& self, IntArrayRef dim);
HEARTH_API Tensor count_nonzero(const Tensor& self, std::optional<int64_t> dim = std::nullopt);
HEARTH_API Tensor& count_nonzero_out(Tensor& out, const Tensor& self, IntArrayRef dim);
HEARTH_API Tensor& count_nonzero_out(Tensor& out, const Tensor& self,
                                     std::optional<int64_t> dim = std::nullopt);

// ---- extremes: NaN wins, complex numbers have none, and of nothing there is none (IndexError)

/// The largest element; ties share the gradient evenly.
HEARTH_API Tensor max(const Tensor& self);
HEARTH_API Tensor min(const Tensor& self);
/// maximum and minimum of two tensors by another name.
inline Tensor max(const Tensor& self, const Tensor& other) { return self.maximum(other); }
inline Tensor min(const Tensor& self, const Tensor& other) { return self.minimum(other); }
HEARTH_API Tensor& max_out(Tensor& out, const Tensor& self);
HEARTH_API Tensor& min_out(Tensor& out, const Tensor& self);
HEARTH_API Tensor& max_out(Tensor& out, const Tensor& self, const Tensor& other);
HEARTH_API Tensor& min_out(Tensor& out, const Tensor& self, const Tensor& other);
/// The largest elements along dim and where they are first, as int64; the gradient goes there.
HEARTH_API std::tuple<Tensor, Tensor> max(const Tensor& self, int64_t dim, bool keepdim = false);
HEARTH_API std::tuple<Tensor, Tensor> min(const Tensor& self, int64_t dim, bool keepdim = false);
HEARTH_API std::tuple<Tensor&, Tensor&> max_out(Tensor& max, Tensor& max_values, const Tensor& self,
                                                int64_t dim, bool keepdim = false);
HEARTH_API std::tuple<Tensor&, Tensor&> min_out(Tensor& min, Tensor& min_indices,
                                                const Tensor& self, int64_t dim,
                                                bool keepdim = false);
/// The largest element over several dims; ties share the gradient evenly.
HEARTH_API Tensor amax(const Tensor& self, IntArrayRef dim = {}, bool keepdim = false);
HEARTH_API Tensor amin(const Tensor& self, IntArrayRef dim = {}, bool keepdim = false);
HEARTH_API Tensor& amax_out(Tensor& out, const Tensor& self, IntArrayRef dim = {},
                            bool keepdim = false);
HEARTH_API Tensor& amin_out(Tensor& out, const Tensor& self, IntArrayRef dim = {},
                            bool keepdim = false);
/// (amin, amax).
HEARTH_API std::tuple<Tensor, Tensor> aminmax(const Tensor& self,
                                              std::optional<int64_t> dim = std::nullopt,
                                              bool keepdim = false);
HEARTH_API std::tuple<Tensor&, Tensor&> aminmax_out(Tensor& min, Tensor& max, const Tensor& self,
                                                    std::optional<int64_t> dim = std::nullopt,
                                                    bool keepdim = false);
/// Where the largest element is first, as int64: along dim, or in the flattened tensor.
HEARTH_API Tensor argmax(const Tensor& self, std::optional<int64_t> dim = std::nullopt,
                         bool keepdim = false);
HEARTH_API Tensor argmin(const Tensor& self, std::optional<int64_t> dim = std::nullopt,
                         bool keepdim = false);
HEARTH_API Tensor& argmax_out(Tensor& out, const Tensor& self,
                              std::optional<int64_t> dim = std::nullopt, bool keepdim = false);
HEARTH_API Tensor& argmin_out(Tensor& out, const Tensor& self,
                              std::optional<int64_t> dim = std::nullopt, bool keepdim = false);

// ---- variance and norms, of floating types

/// sum((x - mean)^2) / (n - correction). The correction is 1 unless given; `unbiased` means 1 or 0.
/// A single int is a dim, as in ATen: without a form of its own it would convert to `unbiased`.
HEARTH_API Tensor var(const Tensor& self, int dim);
HEARTH_API Tensor var(const Tensor& self, bool unbiased);
HEARTH_API Tensor var(const Tensor& self, OptionalIntArrayRef dim, bool unbiased,
                      bool keepdim = false);
HEARTH_API Tensor var(const Tensor& self, OptionalIntArrayRef dim = std::nullopt,
                      const std::optional<Scalar>& correction = std::nullopt, bool keepdim = false);
/// The square root of var.
HEARTH_API Tensor std(const Tensor& self, int dim);
HEARTH_API Tensor std(const Tensor& self, bool unbiased);
HEARTH_API Tensor std(const Tensor& self, OptionalIntArrayRef dim, bool unbiased,
                      bool keepdim = false);
HEARTH_API Tensor std(const Tensor& self, OptionalIntArrayRef dim = std::nullopt,
                      const std::optional<Scalar>& correction = std::nullopt, bool keepdim = false);
HEARTH_API Tensor& var_out(Tensor& out, const Tensor& self, OptionalIntArrayRef dim, bool unbiased,
                           bool keepdim = false);
HEARTH_API Tensor& var_out(Tensor& out, const Tensor& self, OptionalIntArrayRef dim = std::nullopt,
                           const std::optional<Scalar>& correction = std::nullopt,
                           bool keepdim = false);
HEARTH_API Tensor& std_out(Tensor& out, const Tensor& self, OptionalIntArrayRef dim, bool unbiased,
                           bool keepdim = false);
HEARTH_API Tensor& std_out(Tensor& out, const Tensor& self, OptionalIntArrayRef dim = std::nullopt,
                           const std::optional<Scalar>& correction = std::nullopt,
                           bool keepdim = false);
/// (var, mean) in one go.
HEARTH_API std::tuple<Tensor, Tensor> var_mean(const Tensor& self, int dim);
HEARTH_API std::tuple<Tensor, Tensor> var_mean(const Tensor& self, bool unbiased);
HEARTH_API std::tuple<Tensor, Tensor> var_mean(const Tensor& self, OptionalIntArrayRef dim,
                                               bool unbiased, bool keepdim = false);
HEARTH_API std::tuple<Tensor, Tensor> var_mean(
    const Tensor& self, OptionalIntArrayRef dim = std::nullopt,
    const std::optional<Scalar>& correction = std::nullopt, bool keepdim = false);
/// (std, mean) in one go.
HEARTH_API std::tuple<Tensor, Tensor> std_mean(const Tensor& self, int dim);
HEARTH_API std::tuple<Tensor, Tensor> std_mean(const Tensor& self, bool unbiased);
HEARTH_API std::tuple<Tensor, Tensor> std_mean(const Tensor& self, OptionalIntArrayRef dim,
                                               bool unbiased, bool keepdim = false);
HEARTH_API std::tuple<Tensor, Tensor> std_mean(
    const Tensor& self, OptionalIntArrayRef dim = std::nullopt,
    const std::optional<Scalar>& correction = std::nullopt, bool keepdim = false);
HEARTH_API std::tuple<Tensor&, Tensor&> var_mean_out(
    Tensor& out0, Tensor& out1, const Tensor& self, OptionalIntArrayRef dim = std::nullopt,
    const std::optional<Scalar>& correction = std::nullopt, bool keepdim = false);
HEARTH_API std::tuple<Tensor&, Tensor&> std_mean_out(
    Tensor& out0, Tensor& out1, const Tensor& self, OptionalIntArrayRef dim = std::nullopt,
    const std::optional<Scalar>& correction = std::nullopt, bool keepdim = false);

/// sum(|x|^ord)^(1/ord); ord 0 counts nonzeros, inf and -inf give the largest and smallest |x|.
/// Complex inputs have real norms. The gradient at a norm of 0 is 0.
HEARTH_API Tensor linalg_vector_norm(const Tensor& self, const Scalar& ord = 2,
                                     OptionalIntArrayRef dim = std::nullopt, bool keepdim = false,
                                     std::optional<ScalarType> dtype = std::nullopt);
HEARTH_API Tensor& linalg_vector_norm_out(Tensor& out, const Tensor& self, const Scalar& ord = 2,
                                          OptionalIntArrayRef dim = std::nullopt,
                                          bool keepdim = false,
                                          std::optional<ScalarType> dtype = std::nullopt);
/// The vector norm of order p (2 when nullopt) over dim.
HEARTH_API Tensor norm(const Tensor& self, const Scalar& p = 2);
HEARTH_API Tensor norm(const Tensor& self, const std::optional<Scalar>& p, ScalarType dtype);
HEARTH_API Tensor norm(const Tensor& self, const std::optional<Scalar>& p, IntArrayRef dim,
                       bool keepdim = false);
HEARTH_API Tensor norm(const Tensor& self, const std::optional<Scalar>& p, IntArrayRef dim,
                       bool keepdim, ScalarType dtype);
HEARTH_API Tensor& norm_out(Tensor& out, const Tensor& self, const Scalar& p = 2);
HEARTH_API Tensor& norm_out(Tensor& out, const Tensor& self, const std::optional<Scalar>& p,
                            ScalarType dtype);
HEARTH_API Tensor& norm_out(Tensor& out, const Tensor& self, const std::optional<Scalar>& p,
                            IntArrayRef dim, bool keepdim = false);
HEARTH_API Tensor& norm_out(Tensor& out, const Tensor& self, const std::optional<Scalar>& p,
                            IntArrayRef dim, bool keepdim, ScalarType dtype);
/// The norms over all dims but one, which stays; those others become ones. -1 stands for none.
HEARTH_API Tensor norm_except_dim(const Tensor& v, int64_t pow = 2, int64_t dim = 0);
/// The square root of the sum of squares over dim.
HEARTH_API Tensor frobenius_norm(const Tensor& self, IntArrayRef dim, bool keepdim = false);
HEARTH_API Tensor& frobenius_norm_out(Tensor& out, const Tensor& self, IntArrayRef dim,
                                      bool keepdim = false);
/// log(sum(exp(x))) without overflow; integers become the default float type.
HEARTH_API Tensor logsumexp(const Tensor& self, IntArrayRef dim, bool keepdim = false);
HEARTH_API Tensor& logsumexp_out(Tensor& out, const Tensor& self, IntArrayRef dim,
                                 bool keepdim = false);

}  // namespace hearth
