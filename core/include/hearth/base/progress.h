// SPDX-License-Identifier: Apache-2.0
// How far long work has come, for people.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "hearth/base/arg.h"
#include "hearth/base/macros.h"

namespace hearth {

struct ProgressOptions {
  ProgressOptions() = default;
  explicit ProgressOptions(std::string label) : label_(std::move(label)) {}
  /// What is being done: "epoch 3/10", "model.safetensors".
  HEARTH_ARG(std::string, label);
  /// What is counted: "images". Of "B", bytes, there are kB, MB, GB.
  HEARTH_ARG(std::string, unit);
  /// How many there are; unknown if not given.
  HEARTH_ARG(std::optional<int64_t>, total);
  /// How many were done before this program began; they don't count as its speed.
  HEARTH_ARG(int64_t, initial) = 0;
  /// Whether to show anything; by default what set_progress said.
  HEARTH_ARG(std::optional<bool>, enabled);
};

/// A line on stderr that tells how far work has come, with its rate and the time left:
///
///     Progress progress(ProgressOptions("reading").unit("files").total(n));
///     for (const auto& file : files) {
///       read(file);
///       progress.advance();
///     }
///
/// On a terminal the line is redrawn in place, ten times a second at most and never wider than the
/// terminal is; lines of work within work stand below each other. Elsewhere (or with TERM=dumb) a
/// plain line appears every ten seconds. Work of less than two seconds shows nothing. May be used
/// from several threads; advance() costs some tens of nanoseconds.
class HEARTH_API Progress {
 public:
  explicit Progress(ProgressOptions options);
  /// Removes the line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance(int64_t n = 1);
  void set(int64_t done);
  void total(std::optional<int64_t> total);
  void label(std::string_view text);
  /// Shown behind the counts: "loss 0.412".
  void status(std::string_view text);
  /// Ends it: the line is replaced by `summary`, or removed if that is empty.
  void finish(std::string_view summary = {});

  /// Prints a line on stderr, above those that are being redrawn.
  static void print(std::string_view line);

  struct Line;

 private:
  std::unique_ptr<Line> line_;
};

/// Whether progress is shown where ProgressOptions does not say; true at first.
HEARTH_API void set_progress(bool on);
HEARTH_API bool progress_is_on();

}  // namespace hearth
