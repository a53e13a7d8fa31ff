// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace hearth::metrics {

/// What a fresh metric computes of one batch: the functional forms.
template <typename M, typename... Inputs>
auto value_of(M metric, const Inputs&... inputs) {
  metric.update(inputs...);
  return metric.compute();
}

}  // namespace hearth::metrics
