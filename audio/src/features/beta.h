// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace hearth::audio::features {

/// The probability that a beta distribution with parameters a and b, both above 0, is below x.
double beta_cdf(double x, double a, double b);

}  // namespace hearth::audio::features
