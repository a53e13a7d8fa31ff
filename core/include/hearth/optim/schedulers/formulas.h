// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/optim/schedulers/base.h"

namespace hearth::optim {

/// Times gamma every step_size steps.
class HEARTH_API StepLR : public FormulaScheduler {
 public:
  StepLR(Optimizer& optimizer, unsigned step_size, double gamma = 0.1);

 protected:
  std::vector<double> get_lrs() override;
  std::vector<double> get_closed_form_lrs() override;

 private:
  int64_t step_size_;
  double gamma_;
};

/// Times gamma at each milestone.
class HEARTH_API MultiStepLR : public FormulaScheduler {
 public:
  MultiStepLR(Optimizer& optimizer, std::vector<int64_t> milestones, double gamma = 0.1);

 protected:
  std::vector<double> get_lrs() override;
  std::vector<double> get_closed_form_lrs() override;

 private:
  std::vector<int64_t> milestones_;  // sorted
  double gamma_;
};

/// Times factor for the first total_iters steps.
class HEARTH_API ConstantLR : public FormulaScheduler {
 public:
  ConstantLR(Optimizer& optimizer, double factor = 1.0 / 3, int64_t total_iters = 5);

 protected:
  std::vector<double> get_lrs() override;
  std::vector<double> get_closed_form_lrs() override;

 private:
  double factor_;
  int64_t total_iters_;
};

/// From start_factor to end_factor times the rate, linearly over total_iters steps.
class HEARTH_API LinearLR : public FormulaScheduler {
 public:
  LinearLR(Optimizer& optimizer, double start_factor = 1.0 / 3, double end_factor = 1.0,
           int64_t total_iters = 5);

 protected:
  std::vector<double> get_lrs() override;
  std::vector<double> get_closed_form_lrs() override;

 private:
  double start_, end_;
  int64_t total_iters_;
};

/// Times gamma every step.
class HEARTH_API ExponentialLR : public FormulaScheduler {
 public:
  ExponentialLR(Optimizer& optimizer, double gamma);

 protected:
  std::vector<double> get_lrs() override;
  std::vector<double> get_closed_form_lrs() override;

 private:
  double gamma_;
};

/// Down to 0 in total_iters steps, as (1 - step / total_iters)^power.
class HEARTH_API PolynomialLR : public FormulaScheduler {
 public:
  PolynomialLR(Optimizer& optimizer, int64_t total_iters = 5, double power = 1);

 protected:
  std::vector<double> get_lrs() override;
  std::vector<double> get_closed_form_lrs() override;

 private:
  int64_t total_iters_;
  double power_;
};

/// Down to eta_min along half a cosine in T_max steps, and up again.
class HEARTH_API CosineAnnealingLR : public FormulaScheduler {
 public:
  CosineAnnealingLR(Optimizer& optimizer, int64_t T_max, double eta_min = 0);

 protected:
  std::vector<double> get_lrs() override;
  std::vector<double> get_closed_form_lrs() override;

 private:
  int64_t t_max_;
  double eta_min_;
};

/// Down to eta_min along half a cosine in T_0 steps, then from the top again in T_mult times as
/// many (Loshchilov and Hutter 2017, SGDR).
class HEARTH_API CosineAnnealingWarmRestarts : public FormulaScheduler {
 public:
  CosineAnnealingWarmRestarts(Optimizer& optimizer, int64_t T_0, int64_t T_mult = 1,
                              double eta_min = 0);

 protected:
  std::vector<double> get_lrs() override;

 private:
  int64_t t_0_, t_mult_;
  double eta_min_;
};

/// From the number of steps to a factor.
using LRFactor = Callable<double(int64_t)>;

/// The initial rate times f(number of steps); one f for all groups, or one each.
class HEARTH_API LambdaLR : public FormulaScheduler {
 public:
  LambdaLR(Optimizer& optimizer, LRFactor f);
  LambdaLR(Optimizer& optimizer, std::vector<LRFactor> f);

 protected:
  std::vector<double> get_lrs() override;

 private:
  std::vector<LRFactor> f_;
};

/// Times f(number of steps) every step; one f for all groups, or one each.
class HEARTH_API MultiplicativeLR : public FormulaScheduler {
 public:
  MultiplicativeLR(Optimizer& optimizer, LRFactor f);
  MultiplicativeLR(Optimizer& optimizer, std::vector<LRFactor> f);

 protected:
  std::vector<double> get_lrs() override;
  std::vector<double> get_closed_form_lrs() override;

 private:
  std::vector<LRFactor> f_;
};

}  // namespace hearth::optim
