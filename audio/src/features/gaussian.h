// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"

namespace hearth::audio::features {

/// Boersma's window: a bell that would be e^-12 at both ends, without that.
inline Tensor gaussian_window(int64_t length) {
  const double middle = static_cast<double>(length - 1) / 2, edge = std::exp(-12.0);
  const Tensor away = (arange(length, kDouble) - middle) / static_cast<double>(length + 1);
  return (exp(-48 * away.square()) - edge) / (1 - edge);
}

}  // namespace hearth::audio::features
