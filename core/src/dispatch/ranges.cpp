// SPDX-License-Identifier: Apache-2.0
#include "dispatch/ranges.h"

namespace hearth::profiler {

RangeSink*& range_sink() {
  static thread_local RangeSink* sink = nullptr;
  return sink;
}

}  // namespace hearth::profiler
