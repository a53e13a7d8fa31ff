// SPDX-License-Identifier: Apache-2.0
// Decompositions by what does not depend on choices that LAPACK makes; cases_decompositions.py says
// what each operator computes.
#include <cmath>

#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/linalg_decompositions.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/view.h"

#include "core/golden/tables.h"

namespace hearth::golden {
namespace {

Tensor eye_like(const Tensor& a) {
  return eye(a.size(-2), a.size(-1), TensorOptions(a.scalar_type()).device(a.device()));
}
Tensor regular(const Tensor& a) { return a + eye_like(a) * 3; }
Tensor positive_definite(const Tensor& a) {
  const Tensor product = a.matmul(adjoint(a));
  return product + eye_like(product);
}
Tensor hermitian(const Tensor& a) { return a + adjoint(a); }

/// For refusals, which are not about what is made of the input first.
Tensor made(Args& a, Tensor (*make)(const Tensor&), size_t i = 0) {
  return a.test_case().must_throw ? a[i] : make(a[i]);
}

template <class... T>
Outputs list(const std::tuple<T...>& results) {
  return std::apply([](const auto&... r) { return Outputs{r...}; }, results);
}

std::optional<std::string_view> maybe_text(Args& a, std::string_view name) {
  if (!a.has(name)) return std::nullopt;
  return a.s(name);
}

/// Whether an order is a name ("fro"), else a number.
bool is_named(Args& a, std::string_view name) {
  const auto found = a.test_case().attributes.find(name);
  return found != a.test_case().attributes.end() &&
         std::holds_alternative<std::string>(found->second);
}

Tensor abs2(const Tensor& v) {
  const Tensor size = v.abs();
  return size * size;
}

Outputs svd(Args& a) {
  const auto [u, s, vh] = linalg_svd(a[0], a.b("full_matrices"));
  const int64_t k = s.size(-1);
  const Tensor left = u.narrow(-1, 0, k), right = vh.narrow(-2, 0, k);
  return {s, left.abs(), right.abs(), left.matmul(right)};
}

Outputs eigh(Args& a) {
  const std::string& triangle = a.s("UPLO");
  if (!a[0].requires_grad() && a.test_case().outputs.size() == 1)
    return {std::get<0>(linalg_eigh(a[0], triangle))};
  const auto [w, v] = linalg_eigh(made(a, hermitian), triangle);
  return {w, v.abs(), v.matmul(w.exp().to(v.scalar_type()).unsqueeze(-1) * adjoint(v))};
}

Outputs eig(Args& a) {
  const auto [w, v] = linalg_eig(a[0]);
  const Tensor p = abs2(v).to(w.scalar_type());
  return {w.sum({-1}), (w * w).sum({-1}), p.matmul(w.unsqueeze(-1)).squeeze(-1), p.sum({-1})};
}

Outputs lstsq(Args& a) {
  Outputs out;
  for (const Tensor& t : list(linalg_lstsq(a[0], a[1], std::nullopt, maybe_text(a, "driver"))))
    if (t.numel() > 0) out.push_back(t);
  return out;
}

Outputs pinv(Args& a) {
  if (a.has("rcond")) return {linalg_pinv(a[0], a.f("rcond"))};
  if (a.b("hermitian", false))
    return {linalg_pinv(a[0] + a[0].transpose(-2, -1), std::optional<Tensor>(), {}, true)};
  if (!a.has("atol") && !a.has("rtol")) return {linalg_pinv(a[0])};
  return {linalg_pinv(a[0], a.maybe_f("atol"), a.maybe_f("rtol"))};
}

Outputs matrix_rank(Args& a) {
  const bool hermitian = a.b("hermitian", false);
  if (!a.has("atol") && !a.has("rtol"))
    return {linalg_matrix_rank(a[0], std::optional<Tensor>(), {}, hermitian)};
  return {linalg_matrix_rank(a[0], a.maybe_f("atol"), a.maybe_f("rtol"), hermitian)};
}

std::vector<int64_t> dims(Args& a, std::vector<int64_t> otherwise) {
  return a.has("dim") ? a.ints("dim") : otherwise;
}

Outputs matrix_norm(Args& a) {
  const std::vector<int64_t> dim = dims(a, {-2, -1});
  const bool keepdim = a.b("keepdim", false);
  if (is_named(a, "ord")) return {linalg_matrix_norm(a[0], a.s("ord"), dim, keepdim)};
  return {linalg_matrix_norm(a[0], a.scalar("ord"), dim, keepdim)};
}

Outputs norm(Args& a) {
  const std::vector<int64_t> dim = dims(a, {});
  const OptionalIntArrayRef over =
      a.has("dim") ? OptionalIntArrayRef(IntArrayRef(dim)) : OptionalIntArrayRef();
  const bool keepdim = a.b("keepdim", false);
  if (is_named(a, "ord")) return {linalg_norm(a[0], a.s("ord"), over, keepdim)};
  return {linalg_norm(a[0], a.maybe_scalar("ord"), over, keepdim)};
}

Outputs cond(Args& a) {
  if (is_named(a, "p")) return {linalg_cond(a[0], a.s("p"))};
  return {linalg_cond(a[0], a.maybe_scalar("p"))};
}

std::tuple<Tensor, Tensor> ldl(Args& a) {
  const bool hermitian = a.b("hermitian");
  const Tensor turned = a[0].transpose(-2, -1);
  return linalg_ldl_factor(a[0] + (hermitian ? turned.conj() : turned), hermitian);
}

const Table kTable = {
    {"linalg_cholesky",
     [](Args& a) -> Outputs {
       const bool upper = a.b("upper");
       if (a.test_case().must_throw && a[0].dim() == 2 && a[0].size(0) == a[0].size(1))
         return {linalg_cholesky(a[0] - eye_like(a[0]) * 3, upper)};
       return {linalg_cholesky(made(a, positive_definite), upper)};
     }},
    {"linalg_cholesky_ex",
     [](Args& a) -> Outputs { return {std::get<1>(linalg_cholesky_ex(a[0], a.b("upper")))}; }},
    {"cholesky_inverse",
     [](Args& a) -> Outputs {
       const bool upper = a.b("upper");
       if (a.test_case().must_throw) return {cholesky_inverse(a[0], upper)};
       return {cholesky_inverse(linalg_cholesky(positive_definite(a[0]), upper), upper)};
     }},
    {"cholesky_solve",
     [](Args& a) -> Outputs {
       const bool upper = a.b("upper");
       if (a.test_case().must_throw) return {cholesky_solve(a[0], a[1], upper)};
       return {cholesky_solve(a[0], linalg_cholesky(positive_definite(a[1]), upper), upper)};
     }},
    {"linalg_lu", [](Args& a) -> Outputs { return list(linalg_lu(a[0])); }},
    {"linalg_lu_factor", [](Args& a) -> Outputs { return list(linalg_lu_factor(a[0])); }},
    {"linalg_lu_factor_ex", [](Args& a) -> Outputs { return list(linalg_lu_factor_ex(a[0])); }},
    {"linalg_lu_solve",
     [](Args& a) -> Outputs {
       const auto [lu, pivots] = linalg_lu_factor(regular(a[0]));
       return {linalg_lu_solve(lu, pivots, a[1], a.b("left"), a.b("adjoint"))};
     }},
    {"lu_solve",
     [](Args& a) -> Outputs {
       const auto [lu, pivots] = linalg_lu_factor(regular(a[1]));
       return {lu_solve(a[0], lu, pivots)};
     }},
    {"lu_unpack",
     [](Args& a) -> Outputs {
       const auto [lu, pivots] = linalg_lu_factor(a[0]);
       return list(lu_unpack(lu, pivots, a.b("unpack_data"), a.b("unpack_pivots")));
     }},
    {"linalg_solve",
     [](Args& a) -> Outputs { return {linalg_solve(made(a, regular), a[1], a.b("left"))}; }},
    {"linalg_solve_triangular",
     [](Args& a) -> Outputs {
       return {linalg_solve_triangular(made(a, regular), a[1], a.b("upper"), a.b("left"),
                                       a.b("unitriangular"))};
     }},
    {"triangular_solve",
     [](Args& a) -> Outputs {
       return list(triangular_solve(a[0], regular(a[1]), a.b("upper"), a.b("transpose"),
                                    a.b("unitriangular")));
     }},
    {"linalg_inv", [](Args& a) -> Outputs { return {linalg_inv(made(a, regular))}; }},
    {"linalg_inv_ex", [](Args& a) -> Outputs { return {std::get<1>(linalg_inv_ex(a[0]))}; }},
    {"linalg_ldl_factor", [](Args& a) -> Outputs { return list(ldl(a)); }},
    {"linalg_ldl_solve",
     [](Args& a) -> Outputs {
       const auto [ld, pivots] = ldl(a);
       return {linalg_ldl_solve(ld, pivots, a[1], a.b("hermitian"))};
     }},
    {"linalg_qr", [](Args& a) -> Outputs { return list(linalg_qr(a[0], a.s("mode"))); }},
    {"geqrf", [](Args& a) -> Outputs { return list(geqrf(a[0])); }},
    {"linalg_householder_product",
     [](Args& a) -> Outputs { return {linalg_householder_product(a[0], a[1])}; }},
    {"ormqr",
     [](Args& a) -> Outputs { return {ormqr(a[0], a[1], a[2], a.b("left"), a.b("transpose"))}; }},
    {"linalg_svd", svd},
    {"svd_sizes",
     [](Args& a) -> Outputs {
       Outputs out;
       for (const Tensor& t : list(linalg_svd(a[0], a.b("full_matrices")))) out.push_back(t * 0);
       return out;
     }},
    {"linalg_svdvals", [](Args& a) -> Outputs { return {linalg_svdvals(a[0])}; }},
    {"svd", [](Args& a) -> Outputs { return {std::get<1>(hearth::svd(a[0], a.b("some")))}; }},
    {"linalg_eigh", eigh},
    {"linalg_eigvalsh",
     [](Args& a) -> Outputs { return {linalg_eigvalsh(made(a, hermitian), a.s("UPLO"))}; }},
    {"linalg_eig", eig},
    {"linalg_eigvals",
     [](Args& a) -> Outputs {
       const Tensor w = linalg_eigvals(a[0]);
       return {w.sum({-1}), (w * w).sum({-1}), w.exp().sum({-1})};
     }},
    {"linalg_lstsq", lstsq},
    {"linalg_pinv", pinv},
    {"linalg_matrix_rank", matrix_rank},
    {"linalg_matrix_norm", matrix_norm},
    {"linalg_norm", norm},
    {"linalg_cond", cond},
    {"nuclear_norm", [](Args& a) -> Outputs { return {nuclear_norm(a[0])}; }},
    {"linalg_matrix_power",
     [](Args& a) -> Outputs {
       const int64_t n = a.i("n");
       if (a.test_case().must_throw) return {linalg_matrix_power(a[0], n)};
       return {linalg_matrix_power(regular(a[0]) / 3, n)};
     }},
    {"linalg_matrix_exp",
     [](Args& a) -> Outputs {
       return {linalg_matrix_exp(a.has("scale") ? a[0] * a.f("scale") : a[0])};
     }},
    {"linalg_matrix_sqrth",
     [](Args& a) -> Outputs {
       const bool as_it_is = a.test_case().variant.find("as it is") != std::string::npos;
       return {linalg_matrix_sqrth(as_it_is ? a[0] : made(a, positive_definite))};
     }},
    {"linalg_polar", [](Args& a) { return list(linalg_polar(a[0])); }},
    {"linalg_tensorinv", [](Args& a) -> Outputs { return {linalg_tensorinv(a[0], a.i("ind"))}; }},
    {"linalg_tensorsolve",
     [](Args& a) -> Outputs {
       if (!a.has("dims")) return {linalg_tensorsolve(a[0], a[1])};
       return {linalg_tensorsolve(a[0], a[1], IntArrayRef(a.ints("dims")))};
     }},
};

/// Determinants: of a matrix as it is where the case says so, else of a regular one.
template <class F>
Outputs determinant(Args& a, const F& f) {
  const std::string& variant = a.test_case().variant;
  const bool plain = a.test_case().must_throw || variant.find("turned") != std::string::npos ||
                     variant.find("singular") != std::string::npos;
  return f(plain ? a[0] : regular(a[0]));
}

Table with_determinants() {
  Table table = kTable;
  table["linalg_det"] = [](Args& a) {
    return determinant(a, [](const Tensor& t) -> Outputs { return {linalg_det(t)}; });
  };
  table["linalg_slogdet"] = [](Args& a) {
    return determinant(a, [](const Tensor& t) { return list(linalg_slogdet(t)); });
  };
  table["logdet"] = [](Args& a) {
    return determinant(a, [](const Tensor& t) -> Outputs { return {logdet(t)}; });
  };
  return table;
}

class GoldenDecompositions : public ::testing::TestWithParam<OpCases> {};
TEST_P(GoldenDecompositions, MatchesPyTorch) {
  if (!has_lapack()) GTEST_SKIP() << "this build has no LAPACK (Debian: libopenblas-openmp-dev)";
  static const Table table = with_determinants();
  check(GetParam(), table);
}
INSTANTIATE_TEST_SUITE_P(Golden, GoldenDecompositions,
                         ::testing::ValuesIn(operators_of("decompositions")), test_name);

}  // namespace
}  // namespace hearth::golden
