// SPDX-License-Identifier: Apache-2.0
// One batch: the step, backward, the optimizer.
#include <algorithm>
#include <cmath>

#include "hearth/autograd/grad_mode.h"
#include "hearth/interceptors/autocast.h"
#include "hearth/nn/utils.h"

#include "train/non_finite.h"
#include "train/run.h"

namespace hearth::train {

namespace {

constexpr double kNewsworthy = 0.1;      // of the first loss
constexpr int64_t kSkippedInARow = 100;  // steps without a finite gradient are no training

}  // namespace

StepResult Run::run_step(const Engine::Step& one, void* batch) const {
  if (!options.precision()) return one(batch);
  const Autocast autocast(device().type(), *options.precision());
  return one(batch);
}

bool Run::is_sound(const StepResult& result, void* batch, const GeneratorState& random) {
  if (options.non_finite() == NonFinite::Ignore) return true;
  const double loss = result.loss.item<double>();
  if (std::isfinite(loss)) {
    watch_for_spikes(loss);
    return true;
  }
  const std::string where = cat_str("the loss is ", loss, " at step ", s.place.step, " (epoch ",
                                    s.place.epochs_done, ", batch ", s.place.batch, ")");
  if (options.non_finite() == NonFinite::Skip) {
    engine.print(where + "; the batch is left out");
    return false;
  }
  std::string advice = "try a lower learning rate";
  if (!s.optimizers.empty()) advice += cat_str(" (it is ", engine.learning_rate(), ")");
  if (!options.gradient_clip_val()) advice += ", gradient_clip_val";
  std::string found;
  if (options.non_finite() == NonFinite::Report) {
    default_generator().set_state(random);
    NonFiniteSearch search;
    {
      const Interceptor::Scope scope(search);
      run_step(step, batch);
    }
    found = search.found();
    advice = found.empty() ? "no operator gave such a value when the batch was run again: look at "
                             "its data and weights"
                           : "the first operator to give such a value is " + found;
  } else {
    advice += ", or NonFinite::Report, which names the operator";
  }
  throw NonFiniteLoss(where, "; nothing was changed by it. " + advice);
}

void Run::watch_for_spikes(double loss) {
  std::vector<double>& recent = s.place.recent_losses;
  if (s.place.losses >= static_cast<int64_t>(kRecentLosses)) {
    double mean = 0;
    for (const double l : recent) mean += l;
    mean /= static_cast<double>(kRecentLosses);
    // What is small beside the loss it began with is no news, however many times the mean.
    const double jump = std::max(options.spike_factor() * std::abs(mean),
                                 kNewsworthy * std::abs(s.place.first_loss));
    if (loss - mean > jump) {
      call(&Callback::on_loss_spike, loss, mean);
      engine.print(cat_str("the loss jumps to ", loss, " at step ", s.place.step,
                           ", from a mean of ", mean));
    }
  }
  if (s.place.losses == 0) s.place.first_loss = loss;
  recent[static_cast<size_t>(s.place.losses++) % kRecentLosses] = loss;
}

void Run::backward(const StepResult& result) {
  HEARTH_CHECK(!s.optimizers.empty(),
               "[Trainer] the step gives a loss, but there is no optimizer to lower it: "
               "add_optimizer(), or give no loss where the step optimizes itself");
  if (s.in_group == 0) {
    call(&Callback::on_before_zero_grad);
    for (optim::Optimizer* o : s.optimizers) o->zero_grad();
  }
  // Losses are means over their batches; weighted, they add up to the mean over the group.
  Tensor loss = result.loss;
  if (options.accumulate_grad_batches() > 1 && result.weight != 1) loss = loss.mul(result.weight);
  if (s.scaler.is_enabled()) loss = s.scaler.scale(loss);
  call(&Callback::on_before_backward, result.loss);
  if (options.detect_anomaly()) {
    const autograd::DetectAnomalyGuard anomaly;
    loss.backward();
  } else {
    loss.backward();
  }
  call(&Callback::on_after_backward);
  ++s.in_group;
  group_weight += result.weight;
}

bool Run::clip() {
  if (!options.gradient_clip_val()) return true;
  const double most = *options.gradient_clip_val();
  if (options.gradient_clip_algorithm() == ClipAlgorithm::Value) {
    nn::utils::clip_grad_value_(parameters, most);
    return true;
  }
  const double norm = nn::utils::clip_grad_norm_(parameters, most);
  s.place.means.add("grad_norm", norm, 1);
  if (std::isfinite(norm) || s.scaler.is_enabled() || options.non_finite() == NonFinite::Ignore)
    return true;
  const std::string where = cat_str("the gradient's norm is ", norm, " at step ", s.place.step);
  if (options.non_finite() != NonFinite::Skip)
    throw NonFiniteLoss(where,
                        "; the step was not taken. Try a lower learning rate, or detect_anomaly, "
                        "which names the operator");
  engine.print(where + "; the step is left out");
  return false;
}

void Run::optimize() {
  if (s.scaler.is_enabled())
    for (optim::Optimizer* o : s.optimizers) s.scaler.unscale_(*o);
  if (options.accumulate_grad_batches() > 1 && group_weight != 1) {
    NoGradGuard no_grad;
    for (const Tensor& p : parameters)
      if (p.grad().defined()) p.grad().mul_(1 / group_weight);
  }
  s.in_group = 0;
  group_weight = 0;
  call(&Callback::on_before_optimizer_step);
  bool taken = clip();
  if (s.scaler.is_enabled()) {
    for (optim::Optimizer* o : s.optimizers) taken &= s.scaler.step(*o);
    s.scaler.update();
  } else if (taken) {
    for (optim::Optimizer* o : s.optimizers) o->step();
  }
  skipped = taken ? 0 : skipped + 1;
  if (skipped == kSkippedInARow)
    throw NonFiniteLoss(cat_str("the gradients of ", skipped, " steps in a row were not finite"),
                        "; try a lower learning rate, or train without `precision`");
  if (!taken) return;
  ++s.place.step;
  for (const Scheduler& x : s.schedulers)
    if (x.interval == Interval::Step && s.place.step % x.frequency == 0) x.scheduler->step();
  call(&Callback::on_after_optimizer_step);
}

void Run::one_batch(void* batch) {
  call(&Callback::on_train_batch_start);
  GeneratorState random;
  if (options.non_finite() == NonFinite::Report) random = default_generator().get_state();
  const StepResult result = run_step(step, batch);
  const int64_t steps_before = s.place.step;
  if (!result.loss.defined()) {
    ++s.place.step;  // it has optimized by itself
    s.place.means.add(result);
  } else {
    HEARTH_CHECK_AS(ShapeError, result.loss.numel() == 1,
                    "[Trainer] the loss of a step is one number, got one of sizes ",
                    result.loss.sizes(), "; take its mean()");
    if (is_sound(result, batch, random)) {
      s.place.means.add(result);
      backward(result);
      if (s.in_group == options.accumulate_grad_batches()) optimize();
    }
  }
  ++s.place.batch;
  call(&Callback::on_train_batch_end, result);
  if (s.place.step > steps_before && s.place.step % options.log_every_n_steps() == 0) log_step();
}

}  // namespace hearth::train
