// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "hearth/train/logger.h"

namespace hearth::train {

class LogFile;

/// Writes event files that TensorBoard shows (torch.utils.tensorboard.SummaryWriter):
///
///     SummaryWriter writer("runs/mine");
///     writer.add_scalar("loss", 0.25, step);
///
/// Every record is written at once; what can't be is reported once, and never throws. Each writer
/// begins a file of its own.
class HEARTH_API SummaryWriter {
 public:
  /// Makes the folder when it first writes.
  explicit SummaryWriter(const std::string& log_dir);
  ~SummaryWriter();
  void add_scalar(std::string_view tag, double value, int64_t step);
  /// How the elements of a tensor are distributed, over TensorFlow's buckets. Those that are NaN or
  /// infinite are left out. Throws ValueError for a tensor without elements.
  void add_histogram(std::string_view tag, const Tensor& values, int64_t step);
  /// An encoded picture, such as the bytes of a PNG file, and its size.
  void add_image(std::string_view tag, std::string_view encoded, int64_t height, int64_t width,
                 int64_t channels, int64_t step);
  /// Markdown.
  void add_text(std::string_view tag, std::string_view text, int64_t step);
  /// The settings of this run, for the table of runs.
  void add_hparams(const Settings& settings);

 private:
  void write(std::string_view event);
  void write_summary(std::string_view value, int64_t step);

  std::string log_dir_;
  std::unique_ptr<LogFile> file_;
};

/// Gives a trainer's values to TensorBoard.
class HEARTH_API TensorBoardLogger : public Logger {
 public:
  explicit TensorBoardLogger(const std::string& log_dir) : writer_(log_dir) {}
  /// For histograms, pictures and text.
  SummaryWriter& experiment() { return writer_; }
  void log_hyperparams(const Settings& values) override { writer_.add_hparams(values); }
  void log_metrics(const Metrics& values, const LogPlace& place) override;

 private:
  SummaryWriter writer_;
};

}  // namespace hearth::train
