// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hearth/base/macros.h"

namespace hearth::profiler {

/// What one op (or range) cost, summed over its calls.
struct Average {
  std::string name;
  std::string shapes;  ///< sizes of the inputs, when grouped by them
  int64_t calls = 0;
  double total_us = 0;  ///< with what ran inside
  double self_us = 0;   ///< without
  int64_t bytes = 0;    ///< of new outputs
};

/// Records the ops this thread runs while it exists: forward, backward (under the names of its
/// nodes) and ranges of RecordFunction. Ends in the thread it began in, in any order with other
/// profilers and scopes of autocast. As torch.profiler.profile.
///
///   hearth::profiler::Profiler profiler;
///   train_step();
///   profiler.export_chrome_trace("trace.json");  // opens in Perfetto and chrome://tracing
///   std::puts(profiler.table().c_str());
class HEARTH_API Profiler {
 public:
  explicit Profiler(bool record_shapes = true);
  Profiler(const Profiler&) = delete;
  Profiler& operator=(const Profiler&) = delete;
  ~Profiler();

  /// Stops recording, and with it what is still open; the destructor does as well.
  void stop();
  /// Per name (and shapes of inputs), the largest self time first.
  std::vector<Average> key_averages(bool group_by_shapes = false) const;
  /// key_averages as text: the first `rows` rows and totals.
  std::string table(size_t rows = 30, bool group_by_shapes = false) const;
  /// Writes Chrome's trace format; the file appears whole or not at all. Throws FileError.
  void export_chrome_trace(const std::string& path) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Names a range of the program in the profile of this thread; costs nothing without a Profiler.
class HEARTH_API RecordFunction {
 public:
  explicit RecordFunction(const char* name);
  explicit RecordFunction(const std::string& name);
  RecordFunction(const RecordFunction&) = delete;
  RecordFunction& operator=(const RecordFunction&) = delete;
  ~RecordFunction();

 private:
  uint64_t range_;
};

}  // namespace hearth::profiler
