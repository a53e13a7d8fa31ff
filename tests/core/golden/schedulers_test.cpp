// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <memory>

#include "hearth/io/archive.h"
#include "hearth/ops/creation.h"
#include "hearth/optim/adam.h"
#include "hearth/optim/lr_scheduler.h"
#include "hearth/optim/swa_utils.h"

#include "core/golden/runner.h"

namespace hearth::golden {
namespace {

using optim::Optimizer;

std::unique_ptr<optim::Adam> make_optimizer(double lr) {
  std::vector<optim::OptimizerParamGroup> groups;
  groups.emplace_back(std::vector<Tensor>{zeros({1}, requires_grad())});
  groups.emplace_back(std::vector<Tensor>{zeros({1}, requires_grad())},
                      std::make_unique<optim::AdamOptions>(2 * lr));
  return std::make_unique<optim::Adam>(groups, optim::AdamOptions(lr));
}

void step(optim::LRScheduler& scheduler, Args&, int64_t) { scheduler.step(); }
void step(optim::ReduceLROnPlateauScheduler& scheduler, Args& a, int64_t i) {
  scheduler.step(static_cast<float>(a.floats("metrics")[static_cast<size_t>(i)]));
}

/// The learning rates (and first momentum) before each step. With resume_at, another optimizer is
/// loaded there, and then a scheduler made for it and loaded.
template <typename Make>
Outputs rates(Args& a, Make make, bool momentum = false) {
  std::unique_ptr<optim::Adam> optimizer = make_optimizer(a.f("lr"));
  auto scheduler = make(a, *optimizer);
  const int64_t steps = a.i("steps"), columns = momentum ? 3 : 2;
  const int64_t resume_at = a.maybe_i("resume_at").value_or(-1);
  Tensor out = zeros({steps, columns}, kDouble);
  double* row = out.data_ptr<double>();
  for (int64_t i = 0; i < steps; ++i, row += columns) {
    if (i == resume_at) {
      serialize::OutputArchive saved;
      scheduler->save(saved);
      std::unique_ptr<optim::Adam> other = make_optimizer(a.f("lr"));
      other->load_state_dict(optimizer->state_dict());
      scheduler = make(a, *other);
      serialize::InputArchive archive(saved);
      scheduler->load(archive);
      optimizer = std::move(other);
    }
    for (size_t g = 0; g < 2; ++g) row[g] = optimizer->param_groups()[g].options().get_lr();
    if (momentum) row[2] = optimizer->param_groups()[0].options().get_momentum();
    optimizer->step();
    step(*scheduler, a, i);
  }
  return {out};
}

std::unique_ptr<optim::OneCycleLR> one_cycle(Args& a, Optimizer& o) {
  return std::make_unique<optim::OneCycleLR>(
      o, optim::OneCycleLROptions(a.f("max_lr"), a.i("total_steps"))
             .pct_start(a.f("pct_start"))
             .linear(a.s("anneal_strategy") == "linear")
             .three_phase(a.b("three_phase"))
             .div_factor(a.f("div_factor"))
             .final_div_factor(a.f("final_div_factor")));
}

std::unique_ptr<optim::SequentialLR> warm_then_cosine(Args& a, Optimizer& o) {
  const int64_t warmup = a.i("warmup");
  std::vector<std::shared_ptr<optim::LRScheduler>> parts = {
      std::make_shared<optim::LinearLR>(o, 0.1, 1.0, std::max<int64_t>(warmup, 1)),
      std::make_shared<optim::CosineAnnealingLR>(o, a.i("T_max"))};
  return std::make_unique<optim::SequentialLR>(o, parts, std::vector<int64_t>{warmup});
}

std::vector<optim::LRFactor> two_factors(Args& args, bool powers) {
  const double a = args.f("a");
  const auto n = [](int64_t steps) { return static_cast<double>(steps); };
  if (powers)
    return {[=](int64_t i) { return 1 / (n(i) + a); },
            [=](int64_t i) { return std::pow(a, n(i)); }};
  return {[=](int64_t) { return a; }, [=](int64_t i) { return n(i) / (n(i) + a); }};
}

std::unique_ptr<optim::CyclicLR> cyclic(Args& a, Optimizer& o) {
  using Options = optim::CyclicLROptions;
  Options options(0, 0);
  options.base_lr(a.floats("base_lr")).max_lr(a.floats("max_lr"));
  options.step_size_up(a.i("step_size_up")).step_size_down(a.maybe_i("step_size_down"));
  const std::string& mode = a.s("mode");
  options.mode(mode == "exp_range"     ? Options::exp_range
               : mode == "triangular2" ? Options::triangular2
                                       : Options::triangular);
  options.gamma(a.f("gamma"));
  if (a.has("scale")) {
    options.scale_fn([scale = a.f("scale")](double x) { return 1 / (scale + x); });
    options.scale_mode(a.s("scale_mode") == "cycle" ? Options::cycle : Options::iterations);
  }
  options.base_momentum(a.f("base_momentum", 0.8)).max_momentum(a.f("max_momentum", 0.9));
  return std::make_unique<optim::CyclicLR>(o, options);
}

std::unique_ptr<optim::ChainedScheduler> chained(Args& a, Optimizer& o) {
  std::vector<std::shared_ptr<optim::LRScheduler>> parts = {
      std::make_shared<optim::ConstantLR>(o, 0.1, a.i("total_iters")),
      std::make_shared<optim::ExponentialLR>(o, a.f("gamma")),
      std::make_shared<optim::MultiStepLR>(o, a.ints("milestones"))};
  return std::make_unique<optim::ChainedScheduler>(o, parts);
}

std::unique_ptr<optim::WarmupLR> warmup(Args& a, Optimizer& o) {
  const std::string& name = a.s("after");
  std::shared_ptr<optim::LRScheduler> after;
  if (name == "StepLR") {
    after = std::make_shared<optim::StepLR>(o, a.i("step_size"));
  } else if (name == "PolynomialLR") {
    after = std::make_shared<optim::PolynomialLR>(o, a.i("total_iters"));
  } else if (name == "CosineAnnealingWarmRestarts") {
    after = std::make_shared<optim::CosineAnnealingWarmRestarts>(o, a.i("T_0"));
  } else if (name == "ExponentialLR") {
    after = std::make_shared<optim::ExponentialLR>(o, a.f("gamma"));
  } else {
    after = std::make_shared<optim::MultiplicativeLR>(
        o, [gamma = a.f("gamma")](int64_t) { return gamma; });
  }
  return std::make_unique<optim::WarmupLR>(o, a.i("warmup"), after, a.f("start_factor"));
}

std::unique_ptr<optim::swa_utils::SWALR> swa(Args& a, Optimizer& o) {
  return std::make_unique<optim::swa_utils::SWALR>(o, a.floats("swa_lr"), a.i("anneal_epochs"),
                                                   a.s("anneal_strategy") == "linear");
}

std::unique_ptr<optim::ReduceLROnPlateauScheduler> plateau(Args& a, Optimizer& o) {
  using S = optim::ReduceLROnPlateauScheduler;
  return std::make_unique<S>(o, a.s("mode") == "min" ? S::min : S::max,
                             static_cast<float>(a.f("factor")), static_cast<int>(a.i("patience")),
                             a.f("threshold"), a.s("threshold_mode") == "rel" ? S::rel : S::abs,
                             static_cast<int>(a.i("cooldown")),
                             std::vector<float>{static_cast<float>(a.f("min_lr"))});
}

const Table kTable = {
    {"sched.StepLR",
     [](Args& a) {
       return rates(a, [](Args& args, Optimizer& o) {
         return std::make_unique<optim::StepLR>(o, args.i("step_size"), args.f("gamma"));
       });
     }},
    {"sched.MultiStepLR",
     [](Args& a) {
       return rates(a, [](Args& args, Optimizer& o) {
         return std::make_unique<optim::MultiStepLR>(o, args.ints("milestones"), args.f("gamma"));
       });
     }},
    {"sched.ConstantLR",
     [](Args& a) {
       return rates(a, [](Args& args, Optimizer& o) {
         return std::make_unique<optim::ConstantLR>(o, args.f("factor"), args.i("total_iters"));
       });
     }},
    {"sched.LinearLR",
     [](Args& a) {
       return rates(a, [](Args& args, Optimizer& o) {
         return std::make_unique<optim::LinearLR>(o, args.f("start_factor"), args.f("end_factor"),
                                                  args.i("total_iters"));
       });
     }},
    {"sched.ExponentialLR",
     [](Args& a) {
       return rates(a, [](Args& args, Optimizer& o) {
         return std::make_unique<optim::ExponentialLR>(o, args.f("gamma"));
       });
     }},
    {"sched.CosineAnnealingLR",
     [](Args& a) {
       return rates(a, [](Args& args, Optimizer& o) {
         return std::make_unique<optim::CosineAnnealingLR>(o, args.i("T_max"), args.f("eta_min"));
       });
     }},
    {"sched.PolynomialLR",
     [](Args& a) {
       return rates(a, [](Args& args, Optimizer& o) {
         return std::make_unique<optim::PolynomialLR>(o, args.i("total_iters"), args.f("power"));
       });
     }},
    {"sched.CosineAnnealingWarmRestarts",
     [](Args& a) {
       return rates(a, [](Args& args, Optimizer& o) {
         return std::make_unique<optim::CosineAnnealingWarmRestarts>(
             o, args.i("T_0"), args.i("T_mult"), args.f("eta_min"));
       });
     }},
    {"sched.LambdaLR",
     [](Args& a) {
       return rates(a, [](Args& args, Optimizer& o) {
         return std::make_unique<optim::LambdaLR>(o, two_factors(args, /*powers=*/true));
       });
     }},
    {"sched.MultiplicativeLR",
     [](Args& a) {
       return rates(a, [](Args& args, Optimizer& o) {
         return std::make_unique<optim::MultiplicativeLR>(o, two_factors(args, /*powers=*/false));
       });
     }},
    {"sched.CyclicLR", [](Args& a) { return rates(a, cyclic, /*momentum=*/true); }},
    {"sched.ChainedScheduler", [](Args& a) { return rates(a, chained); }},
    {"sched.WarmupLR", [](Args& a) { return rates(a, warmup); }},
    {"sched.SWALR", [](Args& a) { return rates(a, swa); }},
    {"sched.OneCycleLR", [](Args& a) { return rates(a, one_cycle, /*momentum=*/true); }},
    {"sched.SequentialLR", [](Args& a) { return rates(a, warm_then_cosine); }},
    {"sched.ReduceLROnPlateau", [](Args& a) { return rates(a, plateau); }},
};

HEARTH_GOLDEN_FAMILY(GoldenSchedulers, "schedulers", kTable);

}  // namespace
}  // namespace hearth::golden
