// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/lbfgs.h"

#include <algorithm>
#include <cmath>

#include "hearth/io/archive.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

#include "optim/optimizer_of.h"
#include "optim/strong_wolfe.h"

namespace hearth::optim {

template class OptimizerOptionsOf<LBFGSOptions>;

void LBFGSOptions::check() const {
  check_not_negative("LBFGS", "learning rate", lr());
  check_not_negative("LBFGS", "tolerance_grad", tolerance_grad());
  check_not_negative("LBFGS", "tolerance_change", tolerance_change());
  HEARTH_CHECK_AS(ValueError, max_iter() > 0 && history_size() > 0 && max_eval().value_or(1) > 0,
                  "[LBFGS] expected max_iter, max_eval and history_size above 0, got ", max_iter(),
                  ", ", max_eval().value_or(max_iter() * 5 / 4), " and ", history_size());
  HEARTH_CHECK_AS(ValueError, line_search_fn().value_or("strong_wolfe") == "strong_wolfe",
                  "[LBFGS] only 'strong_wolfe' is supported as line_search_fn, got '",
                  *line_search_fn(), "'");
}

// ---- state

std::unique_ptr<OptimizerParamState> LBFGSParamState::clone() const {
  return std::make_unique<LBFGSParamState>(*this);
}

namespace {

/// Calls f with the name and value of each, numbers and tensors apart from histories.
template <typename State, typename F, typename G>
void visit(State& s, F&& value, G&& history) {
  value("func_evals", s.func_evals());
  value("n_iter", s.n_iter());
  value("t", s.t());
  value("prev_loss", s.prev_loss());
  value("d", s.d());
  value("H_diag", s.H_diag());
  value("prev_flat_grad", s.prev_flat_grad());
  history("old_dirs", s.old_dirs());
  history("old_stps", s.old_stps());
  history("ro", s.ro());
}

}  // namespace

void LBFGSParamState::serialize(serialize::OutputArchive& archive) const {
  visit(
      *this, [&](const char* name, const auto& x) { hearth::detail::write_arg(archive, name, x); },
      [&](const char* name, const std::deque<Tensor>& list) {
        if (!list.empty())
          archive.write(name, stack(std::vector<Tensor>(list.begin(), list.end())));
      });
}

void LBFGSParamState::serialize(serialize::InputArchive& archive) {
  visit(
      *this,
      [&](const char* name, auto& x) {
        if (!hearth::detail::try_read_arg(archive, name, x))
          hearth::detail::throw_no_arg(archive, name);
      },
      [&](const char* name, std::deque<Tensor>& list) {
        Tensor all;
        list.clear();
        if (!archive.try_read(name, all)) return;
        for (int64_t i = 0; i < all.size(0); ++i) list.push_back(all.select(0, i));
      });
}

bool LBFGSParamState::equals(const OptimizerParamState& other) const {
  const auto& b = static_cast<const LBFGSParamState&>(other);
  const auto same = [](const std::deque<Tensor>& x, const std::deque<Tensor>& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                      [](const Tensor& s, const Tensor& t) { return s.equal(t); });
  };
  const auto same_value = [](const auto& x, const auto& y) {
    return hearth::detail::equal_arg(x, y);
  };
  return func_evals() == b.func_evals() && n_iter() == b.n_iter() && t() == b.t() &&
         prev_loss() == b.prev_loss() && same_value(d(), b.d()) &&
         same_value(H_diag(), b.H_diag()) && same_value(prev_flat_grad(), b.prev_flat_grad()) &&
         same(old_dirs(), b.old_dirs()) && same(old_stps(), b.old_stps()) && same(ro(), b.ro());
}

// ---- the step

namespace {

/// All gradients as one vector of real numbers; zeros where there is none.
Tensor flat_gradient(const std::vector<Tensor>& params, bool maximize) {
  std::vector<Tensor> parts;
  for (const Tensor& p : params)
    parts.push_back(
        real_parts(p.grad().defined() ? p.grad().to_dense() : zeros_like(p)).reshape({-1}));
  const Tensor flat = cat(parts);
  return maximize ? -flat : flat;
}

/// Moves the parameters by t times a vector of all their numbers.
void move_along(const std::vector<Tensor>& params, double t, const Tensor& direction) {
  int64_t offset = 0;
  for (const Tensor& p : params) {
    const Tensor to = real_parts(p);
    to.add_(direction.narrow(0, offset, to.numel()).view(to.sizes()), t);
    offset += to.numel();
  }
}

double largest(const Tensor& t) { return t.abs().max().item<double>(); }
double product(const Tensor& a, const Tensor& b) { return a.dot(b).item<double>(); }

/// Brings what was loaded to where gradients are, and to their type.
void bring(LBFGSParamState& s, const Tensor& grad) {
  const Tensor& d = s.d();
  if (!d.defined() || (d.device() == grad.device() && d.scalar_type() == grad.scalar_type()))
    return;
  const auto move = [&](Tensor& t) {
    if (t.defined()) t = t.to(grad.device(), grad.scalar_type());
  };
  visit(
      s,
      [&](const char*, auto& value) {
        if constexpr (std::is_same_v<decltype(value), Tensor&>) move(value);
      },
      [&](const char*, std::deque<Tensor>& list) {
        for (Tensor& t : list) move(t);
      });
}

/// Remembers what the last move did to the gradient.
void remember(LBFGSParamState& s, const Tensor& grad, int64_t history_size) {
  const Tensor change = grad.sub(s.prev_flat_grad()), moved = s.d().mul(s.t());
  const Tensor both = change.dot(moved);
  if (!(both.item<double>() > 1e-10)) return;
  if (static_cast<int64_t>(s.old_dirs().size()) == history_size)
    for (auto* list : {&s.old_dirs(), &s.old_stps(), &s.ro()}) list->pop_front();
  s.old_dirs().push_back(change);
  s.old_stps().push_back(moved);
  s.ro().push_back(both.reciprocal());
  s.H_diag(both.div(change.dot(change)));
}

/// Minus the gradient times the estimated inverse Hessian: the "two loops" over what is remembered.
Tensor direction_of(LBFGSParamState& s, const Tensor& grad) {
  const size_t n = s.old_dirs().size();
  std::vector<double> weights(n);
  std::vector<Tensor>& al = s.al().emplace(n);
  Tensor q = -grad;
  for (size_t i = n; i-- > 0;) {
    al[i] = s.old_stps()[i].dot(q).mul(s.ro()[i]);
    weights[i] = al[i].item<double>();
    q.add_(s.old_dirs()[i], -weights[i]);
  }
  q.mul_(s.H_diag());
  for (size_t i = 0; i < n; ++i) {
    const double back = s.old_dirs()[i].dot(q).mul(s.ro()[i]).item<double>();
    q.add_(s.old_stps()[i], weights[i] - back);
  }
  return q;
}

void check_one_group(size_t groups) {
  HEARTH_CHECK_AS(
      ValueError, groups == 1,
      "[LBFGS] doesn't support per-parameter options: expected one parameter group, got ", groups);
}

}  // namespace

LBFGS::LBFGS(std::vector<OptimizerParamGroup> groups, LBFGSOptions defaults)
    : Optimizer(std::move(groups), std::make_unique<LBFGSOptions>(std::move(defaults))) {
  check_one_group(param_groups_.size());
}
LBFGS::LBFGS(std::vector<Tensor> params, LBFGSOptions defaults)
    : LBFGS(one_group(std::move(params)), std::move(defaults)) {}

std::unique_ptr<OptimizerParamState> LBFGS::make_state() const {
  return std::make_unique<LBFGSParamState>();
}

Tensor LBFGS::step(LossClosure closure) {
  HEARTH_CHECK_AS(ValueError, closure,
                  "[LBFGS] step() expects a closure that computes loss and gradients, got none");
  check_one_group(param_groups_.size());
  const StepScope hooks(*this);
  const NoGradGuard no_grad;
  const auto& o = static_cast<const LBFGSOptions&>(param_groups_[0].options());
  const std::vector<Tensor>& params = param_groups_[0].params();
  const Tensor first_loss = call_closure(closure);
  const auto number_of = [&](const Tensor& loss) {
    return o.maximize() ? -loss.item<double>() : loss.item<double>();
  };
  if (std::all_of(params.begin(), params.end(), [](const Tensor& p) { return p.numel() == 0; }))
    return first_loss;
  std::unique_ptr<OptimizerParamState>& slot = state_[params[0].unsafeGetTensorImpl()];
  if (!slot) slot = make_state();
  auto& s = static_cast<LBFGSParamState&>(*slot);

  const int64_t max_eval = o.max_eval().value_or(o.max_iter() * 5 / 4);
  int64_t evals = 1;
  s.func_evals(s.func_evals() + 1);
  double loss = number_of(first_loss);
  Tensor grad = flat_gradient(params, o.maximize());
  const auto evaluate = [&] {
    ++evals;
    s.func_evals(s.func_evals() + 1);
    loss = number_of(call_closure(closure));
    grad = flat_gradient(params, o.maximize());
  };
  if (largest(grad) <= o.tolerance_grad()) return first_loss;
  bring(s, grad);

  for (int64_t i = 1; i <= o.max_iter(); ++i) {
    s.n_iter(s.n_iter() + 1);
    if (s.n_iter() == 1) {
      s.d(-grad);
      s.t(std::min(1.0, 1 / grad.abs().sum().item<double>()) * o.lr());
      s.H_diag(ones({}, grad.options()));
    } else {
      remember(s, grad, o.history_size());
      s.d(direction_of(s, grad));
      s.t(o.lr());
    }
    s.prev_flat_grad(grad);
    s.prev_loss(loss);

    const double slope = product(grad, s.d());
    if (slope > -o.tolerance_change()) break;
    if (o.line_search_fn()) {
      std::vector<Tensor> here;
      for (const Tensor& p : params) here.push_back(p.clone());
      const auto at = [&](double t) {
        move_along(params, t, s.d());
        evaluate();
        for (size_t k = 0; k < params.size(); ++k) params[k].copy_(here[k]);
        return LinePoint{t, loss, grad, product(grad, s.d())};
      };
      const double resolution = o.tolerance_change() / largest(s.d());
      const LinePoint end =
          strong_wolfe(at, {0, loss, grad, slope}, s.t(), resolution, max_eval - evals);
      s.t(end.t);
      loss = end.loss;
      grad = end.grad;
      move_along(params, s.t(), s.d());
    } else {
      move_along(params, s.t(), s.d());
      // After the last move, the next step evaluates.
      if (i < o.max_iter()) evaluate();
    }
    if (evals >= max_eval || largest(grad) <= o.tolerance_grad() ||
        largest(s.d()) * std::abs(s.t()) <= o.tolerance_change() ||
        std::abs(loss - s.prev_loss()) < o.tolerance_change())
      break;
  }
  return first_loss;
}

}  // namespace hearth::optim
