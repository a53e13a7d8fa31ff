// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/creation.h"
#include "hearth/ops/distances.h"
#include "hearth/ops/linalg.h"

#include "core/golden/tables.h"

namespace hearth::golden {
namespace {

Scalar factor(Args& a, std::string_view name) { return a.has(name) ? a.scalar(name) : Scalar(1); }

/// An _out form, into a tensor that has to grow.
template <class F>
Outputs out_form(Args& a, const F& f) {
  Tensor out = empty({0}, TensorOptions(a[0].scalar_type()).device(a[0].device()));
  return {f(out, a[0], a[1])};
}

const Table kTable = {
    {"addbmm",
     [](Args& a) -> Outputs {
       return {addbmm(a[0], a[1], a[2], factor(a, "beta"), factor(a, "alpha"))};
     }},
    {"addr",
     [](Args& a) -> Outputs {
       return {addr(a[0], a[1], a[2], factor(a, "beta"), factor(a, "alpha"))};
     }},
    {"addbmm_", [](Args& a) -> Outputs { return {(a[0] * 1).addbmm_(a[1], a[2])}; }},
    {"baddbmm_", [](Args& a) -> Outputs { return {(a[0] * 1).baddbmm_(a[1], a[2])}; }},
    {"addmv_", [](Args& a) -> Outputs { return {(a[0] * 1).addmv_(a[1], a[2])}; }},
    {"addr_", [](Args& a) -> Outputs { return {(a[0] * 1).addr_(a[1], a[2])}; }},
    {"kron", [](Args& a) -> Outputs { return {a[0].kron(a[1])}; }},
    {"trace", [](Args& a) -> Outputs { return {a[0].trace()}; }},
    {"cross",
     [](Args& a) -> Outputs {
       return {a.has("dim") ? a[0].cross(a[1], a.i("dim")) : a[0].cross(a[1])};
     }},
    {"linalg_cross", [](Args& a) -> Outputs { return {linalg_cross(a[0], a[1], a.i("dim", -1))}; }},
    {"linalg_vecdot",
     [](Args& a) -> Outputs { return {linalg_vecdot(a[0], a[1], a.i("dim", -1))}; }},
    {"bilinear", [](Args& a) -> Outputs { return {bilinear(a[0], a[1], a[2], a[3])}; }},
    {"linalg_multi_dot", [](Args& a) -> Outputs { return {linalg_multi_dot(a.list(0))}; }},
    {"mv_out", [](Args& a) { return out_form(a, mv_out); }},
    {"dot_out", [](Args& a) { return out_form(a, dot_out); }},
    {"vdot_out", [](Args& a) { return out_form(a, vdot_out); }},
    {"outer_out", [](Args& a) { return out_form(a, outer_out); }},
    {"inner_out", [](Args& a) { return out_form(a, inner_out); }},
    {"kron_out", [](Args& a) { return out_form(a, kron_out); }},
    {"cdist", [](Args& a) -> Outputs { return {cdist(a[0], a[1], a.f("p"), a.maybe_i("mode"))}; }},
    {"pdist", [](Args& a) -> Outputs { return {pdist(a[0], a.f("p"))}; }},
    {"cosine_similarity",
     [](Args& a) -> Outputs { return {cosine_similarity(a[0], a[1], a.i("dim"), a.f("eps"))}; }},
    {"pairwise_distance",
     [](Args& a) -> Outputs {
       return {pairwise_distance(a[0], a[1], a.f("p"), a.f("eps"), a.b("keepdim"))};
     }},
};

HEARTH_GOLDEN_FAMILY(GoldenProducts, "products", kTable);

}  // namespace
}  // namespace hearth::golden
