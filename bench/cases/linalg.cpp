// SPDX-License-Identifier: Apache-2.0
// Decompositions: a batch of small matrices, and a large one.
#include "hearth/ops/linalg_decompositions.h"

#include "cases/cases.h"

namespace hearth::bench {

void add_linalg(Cases& cases) {
  using Decompose = void (*)(const Tensor& a, const Tensor& positive, const Tensor& b);
  static constexpr std::pair<const char*, Decompose> kDecompositions[] = {
      {"cholesky", [](const Tensor&, const Tensor& p, const Tensor&) { linalg_cholesky(p); }},
      {"lu_factor", [](const Tensor& a, const Tensor&, const Tensor&) { linalg_lu_factor(a); }},
      {"solve", [](const Tensor& a, const Tensor&, const Tensor& b) { linalg_solve(a, b); }},
      {"inv", [](const Tensor& a, const Tensor&, const Tensor&) { linalg_inv(a); }},
      {"qr", [](const Tensor& a, const Tensor&, const Tensor&) { linalg_qr(a); }},
      {"eigh", [](const Tensor&, const Tensor& p, const Tensor&) { linalg_eigh(p); }},
      {"eig", [](const Tensor& a, const Tensor&, const Tensor&) { linalg_eig(a); }},
      {"det", [](const Tensor& a, const Tensor&, const Tensor&) { linalg_det(a); }},
      {"lstsq",
       [](const Tensor& a, const Tensor&, const Tensor& b) { linalg_lstsq(a, b, {}, "gels"); }},
      {"svd", [](const Tensor& a, const Tensor&, const Tensor&) { linalg_svd(a, false); }},
  };
  for (const int64_t n : {64, 512})
    for (const auto& [name, decompose] : kDecompositions)
      cases[cat_str("linalg/", name, " ", n == 64 ? "256 x 64" : "512")] = [n, run = decompose] {
        const DimVector batch = n == 64 ? DimVector{256} : DimVector{};
        const auto sized = [&](int64_t columns) {
          DimVector sizes = batch;
          sizes.push_back(n);
          sizes.push_back(columns);
          return sizes;
        };
        const Tensor a = randn(sized(n)).to(device()), b = randn(sized(16)).to(device());
        const Tensor positive = matmul(a, a.transpose(-2, -1)) + eye(n).to(device()) * n;
        return [=] { run(a, positive, b); };
      };
}

}  // namespace hearth::bench
