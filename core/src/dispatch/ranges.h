// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace hearth::profiler {

/// Who hears of named ranges on this thread.
struct RangeSink {
  virtual ~RangeSink() = default;
  virtual void begin(const std::string& name) = 0;
  virtual void end() = 0;
};

/// Null when nobody listens.
RangeSink*& range_sink();

}  // namespace hearth::profiler
