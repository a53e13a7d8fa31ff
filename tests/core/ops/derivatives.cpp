// SPDX-License-Identifier: Apache-2.0
#include "core/ops/derivatives.h"

#include <cmath>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/pointwise.h"

#include "core/ops/samples.h"

namespace hearth::testing_ops {

namespace {

using autograd::variable_list;

bool is_variable(const Tensor& t) { return t.defined() && t.requires_grad(); }

/// The direction in which input i is moved.
Tensor direction(const Tensor& t, size_t i) {
  return values(t.sizes(), 0.5, 1.5, static_cast<int>(i) + 11);
}

/// f's inputs, and after them one weight for each output.
class Tower {
 public:
  Tower(const Fn& f, const variable_list& inputs, Entry entry)
      : f_(f), num_inputs_(inputs.size()), entry_(entry), point_(copies(inputs)) {
    for (size_t i = 0; i < inputs.size(); ++i)
      if (is_variable(inputs[i])) point_[i].requires_grad_();
    for (const Tensor& y : f(inputs))
      point_.push_back(is_variable(y) ? values(y.sizes(), 0.5, 1.5, 7).requires_grad_() : Tensor());
  }

  const variable_list& point() const { return point_; }

  variable_list moved(size_t i, double by) const {
    variable_list z;
    for (size_t k = 0; k < point_.size(); ++k) {
      const Tensor& t = point_[k];
      if (!t.defined()) {
        z.push_back(t);
        continue;
      }
      Tensor copy = t.detach().clone();
      if (k == i && by != 0) copy.add_(direction(t, i), by);
      z.push_back(copy.requires_grad_(t.requires_grad()));
    }
    return z;
  }

  /// Level 0 is the weighted sum of f's outputs, the next ones sums of derivatives along the
  /// directions.
  Tensor level(const variable_list& z, int order) const {
    if (order == 0) {
      const variable_list out = f_(variable_list(z.begin(), z.begin() + num_inputs_));
      Tensor total;
      for (size_t k = 0; k < out.size(); ++k)
        if (z[num_inputs_ + k].defined()) add_to(total, (out[k] * z[num_inputs_ + k]).sum());
      return total;
    }
    const variable_list g = gradients(z, order);
    Tensor total;
    for (size_t i = 0; i < z.size(); ++i)
      if (g[i].defined()) add_to(total, (g[i] * direction(z[i], i)).sum());
    return total;
  }

  /// Of the level below `order`; undefined where it does not depend on an input.
  variable_list gradients(const variable_list& z, int order) const {
    const Tensor below = level(z, order - 1);
    variable_list out(z.size());
    if (!is_variable(below)) return out;
    if (entry_ == Entry::Backward) {
      for (const Tensor& t : z)
        if (is_variable(t)) t.mutable_grad() = Tensor();
      autograd::backward({below}, {}, std::nullopt, /*create_graph=*/true);
      for (size_t i = 0; i < z.size(); ++i) {
        if (!is_variable(z[i])) continue;
        out[i] = z[i].grad();
        z[i].mutable_grad() = Tensor();
      }
      return out;
    }
    variable_list wanted;
    for (const Tensor& t : z)
      if (is_variable(t)) wanted.push_back(t);
    const variable_list found = autograd::grad({below}, wanted, {}, std::nullopt,
                                               /*create_graph=*/true, /*allow_unused=*/true);
    size_t at = 0;
    for (size_t i = 0; i < z.size(); ++i)
      if (is_variable(z[i])) out[i] = found[at++];
    return out;
  }

 private:
  static void add_to(Tensor& total, const Tensor& t) { total = total.defined() ? total + t : t; }

  const Fn& f_;
  const size_t num_inputs_;
  const Entry entry_;
  variable_list point_;
};

}  // namespace

std::string compare_derivatives(const Fn& f, const variable_list& inputs, int orders, Entry entry) {
  AutoGradMode on(true);
  const Tower tower(f, inputs, entry);
  constexpr double kStep = 1e-5;
  for (int order = 1; order <= orders; ++order) {
    const variable_list g = tower.gradients(tower.moved(0, 0), order);
    for (size_t i = 0; i < g.size(); ++i) {
      if (!is_variable(tower.point()[i])) continue;
      double sides[2];
      for (int side = 0; side < 2; ++side) {
        const Tensor value = tower.level(tower.moved(i, side == 0 ? -kStep : kStep), order - 1);
        sides[side] = value.defined() ? value.item<double>() : 0;
      }
      const double numeric = (sides[1] - sides[0]) / (2 * kStep);
      const double analytic = g[i].defined() ? (g[i] * direction(g[i], i)).sum().item<double>() : 0;
      if (!(std::fabs(numeric - analytic) <= 1e-5 + 1e-4 * std::fabs(numeric)))
        return cat_str("derivative of order ", order, " for input ", i, ": by differences ",
                       numeric, ", by autograd ", analytic);
    }
  }
  return "";
}

}  // namespace hearth::testing_ops
