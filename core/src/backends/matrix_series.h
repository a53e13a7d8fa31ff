// SPDX-License-Identifier: Apache-2.0
// The series for exponentials of matrices.
#pragma once

namespace hearth {

/// A Taylor polynomial of degree powers * groups, and the norm up to which it is exact: Horner's
/// rule in A^powers, whose coefficients are polynomials of lower degree.
struct MatrixSeries {
  int powers, groups;
  double norm;
};
inline constexpr int kMatrixSeries = 4;
inline constexpr MatrixSeries kFloatSeries[kMatrixSeries] = {
    {1, 1, 1e-7}, {2, 2, 5.1e-2}, {4, 2, 5.8e-1}, {4, 4, 1.46}};
inline constexpr MatrixSeries kDoubleSeries[kMatrixSeries] = {
    {1, 1, 2e-16}, {2, 2, 3.3e-4}, {4, 2, 4.9e-2}, {4, 4, 2.99e-1}};

/// The first that is exact up to `norm`, else the last: A is halved until that is.
inline const MatrixSeries& matrix_series(bool wide, double norm) {
  const MatrixSeries* series = wide ? kDoubleSeries : kFloatSeries;
  int which = 0;
  while (which + 1 < kMatrixSeries && norm > series[which].norm) ++which;
  return series[which];
}

}  // namespace hearth
