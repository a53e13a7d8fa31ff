// SPDX-License-Identifier: Apache-2.0
// Rare functions that share a row: its number p0 says which one is meant. Kernel header: constants
// only.
#pragma once

namespace hearth {

/// Of the row bessel.
enum class Bessel { j0, j1, y0, y1, k0, k1 };
/// Of the row bessel_like, which has no derivative.
enum class BesselLike { scaled_k0, scaled_k1, spherical_j0, airy_ai };
/// Of the row orthogonal_polynomial.
enum class Polynomial {
  chebyshev_t,
  chebyshev_u,
  chebyshev_v,
  chebyshev_w,
  shifted_chebyshev_t,
  shifted_chebyshev_u,
  shifted_chebyshev_v,
  shifted_chebyshev_w,
  hermite_h,
  hermite_he,
  laguerre_l,
  legendre_p
};

}  // namespace hearth
