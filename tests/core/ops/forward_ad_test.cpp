// SPDX-License-Identifier: Apache-2.0
// Forward mode over every row of all_ops(): what it says is what reverse mode says.
#include "hearth/autograd/forward_ad.h"

#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "core/ops/samples.h"

namespace hearth::testing_ops {
namespace {

using autograd::variable_list;
using autograd::forward_ad::dual_level;
using autograd::forward_ad::make_dual;
using autograd::forward_ad::unpack_dual;

Samples differentiable_samples() {
  Samples all;
  for (Sample& s : all_samples())
    if (can_check_gradients(s)) all.push_back(std::move(s));
  return all;
}

/// A direction for each tensor that requires a gradient.
variable_list directions(const variable_list& tensors, int seed) {
  variable_list along;
  for (const Tensor& t : tensors) {
    const bool any = t.defined() && t.requires_grad();
    along.push_back(any ? values(t.sizes(), -0.9, 0.8, seed++).to(t.scalar_type()) : Tensor());
    if (any && t.is_complex()) along.back() = along.back() * Scalar(complex<double>(0.6, 0.8));
  }
  return along;
}

variable_list duals(const variable_list& in, const variable_list& along) {
  variable_list out = in;
  for (size_t i = 0; i < in.size(); ++i)
    if (along[i].defined()) out[i] = make_dual(in[i], along[i]);
  return out;
}

/// Re <a, b>, summed over the pairs that are defined.
double product(const variable_list& a, const variable_list& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!a[i].defined() || !b[i].defined() || a[i].numel() == 0) continue;
    const Tensor p = a[i].detach().conj() * b[i].detach();
    sum += (p.is_complex() ? real(p) : p).sum().item<double>();
  }
  return sum;
}

variable_list wanting(const variable_list& all) {
  variable_list out;
  for (const Tensor& t : all)
    if (t.defined() && t.requires_grad()) out.push_back(t);
  return out;
}
/// Those of `values` where `like` wants a gradient.
variable_list where_wanting(const variable_list& values, const variable_list& like) {
  variable_list out;
  for (size_t i = 0; i < like.size(); ++i)
    if (like[i].defined() && like[i].requires_grad()) out.push_back(values[i]);
  return out;
}

void expect_near(double a, double b) { EXPECT_NEAR(a, b, 1e-7 * (1 + std::abs(a) + std::abs(b))); }

// u^T (J v) from forward mode is (u^T J) v from reverse mode.
TEST(ForwardMode, ContractsAsReverseModeDoes) {
  for (const Sample& s : differentiable_samples()) {
    SCOPED_TRACE(describe(s));
    const Fn f = function_of(s);
    const variable_list in = with_grad(s), v = directions(in, 1);
    const variable_list out = f(in), u = directions(out, 40);
    const variable_list gradients =
        autograd::grad(wanting(out), wanting(in), where_wanting(u, out), std::nullopt, false, true);
    for (const bool recorded : {true, false}) {
      const AutoGradMode mode(recorded);
      const dual_level level;
      const variable_list results = f(duals(in, v));
      variable_list jvp;
      ASSERT_EQ(results.size(), out.size());
      for (size_t i = 0; i < results.size(); ++i) {
        const auto [primal, tangent] = unpack_dual(results[i]);
        EXPECT_TRUE(primal.allclose(out[i], 1e-12, 1e-12, /*equal_nan=*/true));
        if (tangent.defined()) {
          EXPECT_EQ(tangent.sizes(), out[i].sizes());
          EXPECT_EQ(tangent.scalar_type(), out[i].scalar_type());
        }
        jvp.push_back(tangent);
      }
      expect_near(product(u, jvp), product(gradients, where_wanting(v, in)));
    }
  }
}

/// Gradients of sum(u * f), and whether each is followed.
variable_list gradients_of(const variable_list& out, const variable_list& u,
                           const variable_list& in) {
  return autograd::grad(wanting(out), wanting(in), where_wanting(u, out), true, true, true);
}

// The gradient's tangent, from backward under a level, is the Hessian's product from reverse mode.
TEST(ForwardMode, OverReverseIsReverseOverReverse) {
  for (const Sample& s : differentiable_samples()) {
    SCOPED_TRACE(describe(s));
    const Fn f = function_of(s);
    const variable_list in = with_grad(s), v = directions(in, 1);
    const variable_list out = f(in), u = directions(out, 40);
    const variable_list first = gradients_of(out, u, in), w = directions(first, 80);
    variable_list second;
    if (!wanting(first).empty())
      second = autograd::grad(wanting(first), wanting(in), where_wanting(w, first), std::nullopt,
                              false, true);
    const double want = product(second, second.empty() ? second : where_wanting(v, in));

    const dual_level level;
    const variable_list dual = duals(in, v);
    const variable_list along = gradients_of(f(dual), u, dual);
    variable_list tangents;
    for (size_t i = 0; i < along.size(); ++i)
      tangents.push_back(along[i].defined() ? unpack_dual(along[i]).tangent : along[i]);
    expect_near(product(w, tangents), want);
  }
}

// The tangent's gradient: the same number, the other way round.
TEST(ForwardMode, ReverseOverForwardIsReverseOverReverse) {
  for (const Sample& s : differentiable_samples()) {
    SCOPED_TRACE(describe(s));
    const Fn f = function_of(s);
    const variable_list in = with_grad(s), v = directions(in, 1);
    const variable_list out = f(in), u = directions(out, 40);
    const variable_list first = gradients_of(out, u, in);
    // d/dx of (u^T J) v.
    variable_list ends, along, want;
    for (size_t i = 0; i < first.size(); ++i) {
      if (!first[i].defined() || !first[i].requires_grad()) continue;
      ends.push_back(first[i]);
      along.push_back(where_wanting(v, in)[i]);
    }
    if (!ends.empty()) want = autograd::grad(ends, wanting(in), along, std::nullopt, false, true);

    variable_list tangents, weights;
    {
      const dual_level level;
      const variable_list results = f(duals(in, v));
      for (size_t i = 0; i < results.size(); ++i) {
        const Tensor t = unpack_dual(results[i]).tangent;
        if (!t.defined() || !t.requires_grad()) continue;
        tangents.push_back(t);
        weights.push_back(u[i]);
      }
    }
    variable_list got(want.size());
    if (!tangents.empty())
      got = autograd::grad(tangents, wanting(in), weights, std::nullopt, false, true);
    const variable_list w = directions(wanting(in), 80);
    expect_near(product(got, w), want.empty() ? 0 : product(want, w));
  }
}

// In place on a dual: its tangent follows, and so does a view's and what shares its memory.
TEST(ForwardMode, InPlaceGivesTheSame) {
  for (const Sample& s : differentiable_samples()) {
    if (is_view(s) || data_dependent(s) || uninitialised(s) || !s.in[0].defined()) continue;
    if (s.in[0].scalar_type() != kDouble || s.in[0].numel() == 0) continue;
    const Tensors out = run(s, copies(s.in));
    if (out.size() != 1 || out[0].sizes() != s.in[0].sizes() || out[0].scalar_type() != kDouble)
      continue;
    SCOPED_TRACE(describe(s));
    const variable_list v = directions(with_grad(s), 1);
    if (!v[0].defined()) continue;
    const dual_level level;
    const Tensors results = run(s, duals(copies(s.in), v));
    const Tensor want = unpack_dual(results[0]).tangent;
    for (const bool through_view : {false, true}) {
      variable_list in = copies(s.in);
      for (size_t i = 1; i < in.size(); ++i)
        if (v[i].defined()) in[i] = make_dual(in[i], v[i]);
      // The base gets its tangent through the view.
      const Tensor base = in[0].unsqueeze(0).clone(), view = base.select(0, 0);
      Tensor target = through_view ? view : base[0];
      target.copy_(make_dual(in[0], v[0]));
      in[0] = target;
      invoke({*s.op, s.fields.get(), ArgList(in), {&target, 1}, Bind::InPlace});
      for (const Tensor& seen : {target, view, base.select(0, 0)}) {
        const Tensor got = unpack_dual(seen).tangent;
        ASSERT_TRUE(got.defined());
        EXPECT_TRUE(want.defined() ? got.allclose(want, 1e-12, 1e-12) : got.equal(zeros_like(got)));
      }
    }
  }
}

}  // namespace
}  // namespace hearth::testing_ops
