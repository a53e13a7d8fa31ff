// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "hearth/ops/creation.h"
#include "hearth/optim/adam.h"
#include "hearth/optim/lr_scheduler.h"

#include "core/golden/runner.h"

namespace hearth::golden {
namespace {

/// The learning rates (and first momentum) before each step.
template <typename Make>
Outputs rates(Args& a, int steps, bool momentum, Make make) {
  const double lr = a.f("lr");
  std::vector<optim::OptimizerParamGroup> groups;
  groups.emplace_back(std::vector<Tensor>{zeros({1}, requires_grad())});
  groups.emplace_back(std::vector<Tensor>{zeros({1}, requires_grad())},
                      std::make_unique<optim::AdamOptions>(2 * lr));
  optim::Adam optimizer(groups, optim::AdamOptions(lr));
  auto scheduler = make(optimizer);
  const int columns = momentum ? 3 : 2;
  Tensor out = zeros({steps, columns}, kDouble);
  double* row = out.data_ptr<double>();
  for (int i = 0; i < steps; ++i, row += columns) {
    for (size_t g = 0; g < 2; ++g) row[g] = optimizer.param_groups()[g].options().get_lr();
    if (momentum)
      row[2] = std::get<0>(
          static_cast<optim::AdamOptions&>(optimizer.param_groups()[0].options()).betas());
    optimizer.step();
    scheduler->step();
  }
  return {out};
}

const Table kTable = {
    {"sched.StepLR",
     [](Args& a) {
       return rates(a, 12, false, [&](optim::Optimizer& o) {
         return std::make_unique<optim::StepLR>(o, a.i("step_size"), a.f("gamma"));
       });
     }},
    {"sched.MultiStepLR",
     [](Args& a) {
       return rates(a, 12, false, [&](optim::Optimizer& o) {
         return std::make_unique<optim::MultiStepLR>(o, a.ints("milestones"), a.f("gamma"));
       });
     }},
    {"sched.LinearLR",
     [](Args& a) {
       return rates(a, 12, false, [&](optim::Optimizer& o) {
         return std::make_unique<optim::LinearLR>(o, a.f("start_factor"), a.f("end_factor"),
                                                  a.i("total_iters"));
       });
     }},
    {"sched.CosineAnnealingLR",
     [](Args& a) {
       return rates(a, a.i("T_max") == 8 ? 25 : 12, false, [&](optim::Optimizer& o) {
         return std::make_unique<optim::CosineAnnealingLR>(o, a.i("T_max"), a.f("eta_min"));
       });
     }},
    {"sched.OneCycleLR",
     [](Args& a) {
       return rates(a, 20, true, [&](optim::Optimizer& o) {
         return std::make_unique<optim::OneCycleLR>(
             o, optim::OneCycleLROptions(a.f("max_lr"), a.i("total_steps"))
                    .pct_start(a.f("pct_start"))
                    .linear(a.s("anneal_strategy") == "linear")
                    .three_phase(a.b("three_phase"))
                    .div_factor(a.f("div_factor"))
                    .final_div_factor(a.f("final_div_factor")));
       });
     }},
    {"sched.SequentialLR",
     [](Args& a) {
       return rates(a, 15, false, [&](optim::Optimizer& o) {
         std::vector<std::shared_ptr<optim::LRScheduler>> parts = {
             std::make_shared<optim::LinearLR>(o, 0.1, 1.0, a.i("warmup")),
             std::make_shared<optim::CosineAnnealingLR>(o, a.i("T_max"))};
         return std::make_unique<optim::SequentialLR>(o, parts,
                                                      std::vector<int64_t>{a.i("warmup")});
       });
     }},
};

HEARTH_GOLDEN_FAMILY(GoldenSchedulers, "schedulers", kTable);

}  // namespace
}  // namespace hearth::golden
