// SPDX-License-Identifier: Apache-2.0
#include "hearth/autograd/forward_ad.h"

#include "hearth/autograd/autograd.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

#include "core/golden/tables.h"

namespace hearth::golden {
namespace {

namespace fw = hearth::autograd::forward_ad;

/// Gradients of the sum of all squares.
Outputs gradients_of_squares(const Outputs& out, const Outputs& inputs) {
  Tensor sum;
  for (const Tensor& y : out) sum = sum.defined() ? sum + (y * y).sum() : (y * y).sum();
  return autograd::grad({sum}, inputs, {}, std::nullopt, /*create_graph=*/true);
}

/// The operator's tangents; the second half of the inputs are those of the first.
Outputs tangents(Args& a) {
  const size_t n = a.size() / 2;
  Outputs originals, wanted, results;
  const fw::dual_level level;
  for (size_t i = 0; i < n; ++i) {
    originals.push_back(a[i]);
    if (a[n + i].defined()) a[i] = fw::make_dual(a[i], a[n + i]);
    if (a[i].defined() && a[i].requires_grad()) wanted.push_back(a[i]);
  }
  Outputs out;
  for (const Tensor& y : operators().at(a.test_case().op)(a))
    if (y.is_floating_point() || y.is_complex()) out.push_back(y);
  if (a.b("hvp", false)) out = gradients_of_squares(out, wanted);
  for (const Tensor& y : out) {
    const auto [primal, tangent] = fw::unpack_dual(y);
    results.push_back(tangent.defined() ? tangent.detach() : zeros(y.sizes(), y.options()));
  }
  for (size_t i = 0; i < n; ++i) a[i] = originals[i];
  return results;
}

Table tangents_of_all() {
  Table table = operators();
  for (auto& [name, op] : table) op = tangents;
  return table;
}

HEARTH_GOLDEN_FAMILY(GoldenForwardAd, "forward_ad", tangents_of_all());

}  // namespace
}  // namespace hearth::golden
