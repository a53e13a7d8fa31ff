// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "hearth/base/macros.h"
#include "hearth/train/callback.h"

namespace hearth::train {

/// What describes a run: names of settings, and what they are, as text.
using Settings = std::map<std::string, std::string, std::less<>>;

/// Where a line of values belongs.
struct LogPlace {
  int64_t step = 0;    ///< steps of the optimizer so far
  int64_t epoch = 0;   ///< the epoch it is in, from 0
  double elapsed = 0;  ///< seconds of training so far, over all runs
  bool epoch_end = false;
};

/// Where values go. Loggers never stop a training: what they cannot write, they say once.
class HEARTH_API Logger {
 public:
  virtual ~Logger();
  /// Once, before a training begins.
  virtual void log_hyperparams(const Settings& /*values*/) {}
  virtual void log_metrics(const Metrics& values, const LogPlace& place) = 0;
  /// Before a checkpoint, and at the end: all that was logged is on its way to the disk.
  virtual void flush() {}
  /// How far it has written, in checkpoints. What comes after that when a training goes on is of
  /// steps that come again.
  virtual void save(serialize::OutputArchive&) const {}
  virtual void load(serialize::InputArchive&) {}
};

}  // namespace hearth::train
