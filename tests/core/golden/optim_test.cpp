// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim.h"

#include <memory>

#include "hearth/nn/utils.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "core/golden/options.h"

namespace hearth::golden {
namespace {

constexpr int kSteps = 20;
constexpr uint32_t kGradientSeed = 9000;

/// PyTorch's; SGD's rate has none.
template <typename Options>
Options defaults() {
  if constexpr (std::is_default_constructible_v<Options>) {
    return Options();
  } else {
    return Options(0);
  }
}

/// The parameters after some of the steps, as cases_optim.py's `trajectory` records them.
template <typename Optimizer, typename Options>
Outputs trajectory(Args& a, const Options&) {
  Options options = defaults<Options>();
  set_options(a, options);
  std::vector<Tensor> params = a.from(0);
  for (const Tensor& p : params) p.requires_grad_();
  std::vector<optim::OptimizerParamGroup> groups;
  if (a.has("second_lr")) {
    groups.emplace_back(std::vector<Tensor>{params[0]});
    groups.emplace_back(std::vector<Tensor>(params.begin() + 1, params.end()));
  } else {
    groups.emplace_back(params);
  }
  Optimizer optimizer(groups, options);
  if (a.has("second_lr")) optimizer.param_groups()[1].options().set_lr(a.f("second_lr"));
  std::unique_ptr<optim::StepLR> scheduler;
  if (a.b("steps_with_scheduler", false))
    scheduler = std::make_unique<optim::StepLR>(optimizer, 5, 0.5);
  Outputs out;
  for (int step = 0; step < kSteps; ++step) {
    for (size_t k = 0; k < params.size(); ++k) {
      const Tensor& p = params[k];
      const auto seed = static_cast<uint32_t>(kGradientSeed + 10 * static_cast<size_t>(step) + k);
      const bool missing = k == 1 && step % 3 == 2;
      p.mutable_grad() =
          missing ? Tensor()
                  : elements_of(Formula::Uniform, p.numel(), p.scalar_type(), seed, -1, 1)
                        .view(p.sizes())
                        .to(p.device(), p.scalar_type());
    }
    optimizer.step();
    if (scheduler) scheduler->step();
    if (step == 0 || step == 2 || step == kSteps - 1)
      for (const Tensor& p : params) out.push_back(p.detach().clone());
  }
  return out;
}

/// The parameters and the state's counters after each of some steps on Rosenbrock's function, as
/// cases_optim.py's `minimize` records them.
Outputs minimize(Args& a) {
  optim::LBFGSOptions options;
  set_options(a, options);
  const double sign = options.maximize() ? -1 : 1;
  const std::vector<Tensor> params = a.from(0);
  for (const Tensor& p : params) p.requires_grad_();
  optim::LBFGS optimizer(params, options);
  Outputs out;
  for (int64_t step = 0; step < a.i("steps"); ++step) {
    const Tensor loss = optimizer.step([&] {
      optimizer.zero_grad();
      const Tensor x = params[0].slice(0, 0, -1), y = params[0].slice(0, 1);
      const Tensor valley = ((y - x.square()).square() * 10 + (1 - x).square()).sum();
      const Tensor value = (valley + (params[1] - 0.3).pow(4).sum()) * sign;
      value.backward();
      return value;
    });
    out.push_back(loss.detach());
    for (const Tensor& p : params) out.push_back(p.detach().clone());
    const auto& state = static_cast<optim::LBFGSParamState&>(
        *optimizer.state().at(params[0].unsafeGetTensorImpl()));
    out.push_back(full({}, state.func_evals(), kLong));
    out.push_back(full({}, state.n_iter(), kLong));
  }
  return out;
}

std::vector<Tensor> with_gradients(Args& a) {
  std::vector<Tensor> params;
  for (const Tensor& g : a.from(0)) {
    params.push_back(zeros_like(g).requires_grad_());
    params.back().mutable_grad() = g.clone();
  }
  return params;
}

Outputs clip_norm(Args& a) {
  const auto params = with_gradients(a);
  const double total = nn::utils::clip_grad_norm_(params, a.f("limit"), a.f("norm_type"),
                                                  a.b("error_if_nonfinite", false));
  Outputs out;
  for (const Tensor& p : params) out.push_back(p.grad());
  out.push_back(full({}, total, kFloat));
  return out;
}

Outputs clip_value(Args& a) {
  const auto params = with_gradients(a);
  nn::utils::clip_grad_value_(params, a.f("limit"));
  Outputs out;
  for (const Tensor& p : params) out.push_back(p.grad());
  return out;
}

const Table kTable = {
#define OPTIMIZER(Name, options)          \
  {"optim." #Name, [](Args& a) {          \
     using namespace optim;               \
     return trajectory<Name>(a, options); \
   }},
#include "core/optim/optimizers.def"
#undef OPTIMIZER
    {"optim.Muon", [](Args& a) { return trajectory<optim::Muon>(a, optim::MuonOptions()); }},
    {"optim.LBFGS", minimize},
    {"clip_grad_norm_", clip_norm},
    {"clip_grad_value_", clip_value},
};

HEARTH_GOLDEN_FAMILY(GoldenOptim, "optim", kTable);

}  // namespace
}  // namespace hearth::golden
