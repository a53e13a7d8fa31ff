// SPDX-License-Identifier: Apache-2.0
#include "vision/progress.h"

#include <cstdio>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

namespace {

std::string clock(double seconds) {
  const auto s = static_cast<int64_t>(seconds + 0.5);
  if (s < 3600) return fmt::format("{}:{:02}", s / 60, s % 60);
  return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

}  // namespace

Progress::Progress(int64_t total_steps, int64_t steps_per_epoch)
    : terminal_(::isatty(STDERR_FILENO)), total_(total_steps), per_epoch_(steps_per_epoch) {}

void Progress::update(const hearth::vision::ClassifierTrainer& trainer, double seconds,
                      int64_t images) {
  const int64_t done = trainer.steps_done();
  if (first_ < 0) first_ = done - 1;
  // Often enough to look alive; on paper, every ten seconds.
  const double pause = terminal_ ? 0.1 : 10.0;
  if (seconds - last_ < pause && (last_ >= 0 || !terminal_)) {
    if (last_ < 0) last_ = seconds;
    return;
  }
  last_ = seconds;
  const int64_t epoch = (done - 1) / per_epoch_ + 1, in_epoch = (done - 1) % per_epoch_ + 1;
  const double rate = seconds > 0 ? static_cast<double>(images) / seconds : 0;
  const double left =
      seconds / static_cast<double>(done - first_) * static_cast<double>(total_ - done);
  const auto& sums = trainer.epoch_sums();
  const std::string numbers =
      fmt::format("loss {:.4f}  accuracy {:5.2f}%  {:.0f} images/s  ETA {}", sums.mean_loss(),
                  100 * sums.accuracy(), rate, clock(left));
  const int64_t percent = 100 * in_epoch / per_epoch_;
  if (terminal_) {
    const auto filled = static_cast<size_t>(percent / 5);
    const std::string bar = std::string(filled, '=') + std::string(20 - filled, ' ');
    fmt::print(stderr, "\r\033[Kepoch {}/{} [{}] {}", epoch, total_ / per_epoch_, bar, numbers);
  } else {
    fmt::print(stderr, "epoch {}/{} {:3}%  {}\n", epoch, total_ / per_epoch_, percent, numbers);
  }
  std::fflush(stderr);
}

void Progress::end_epoch(const hearth::vision::ClassifierTrainer& trainer,
                         const hearth::vision::Evaluation& test) {
  const auto& sums = trainer.epoch_sums();
  fmt::print(
      stderr,
      "{}epoch {}/{}: train loss {:.4f} accuracy {:.2f}%, test loss {:.4f} accuracy {:.2f}%\n",
      terminal_ ? "\r\033[K" : "", trainer.steps_done() / per_epoch_, total_ / per_epoch_,
      sums.mean_loss(), 100 * sums.accuracy(), test.loss, 100 * test.accuracy);
}
