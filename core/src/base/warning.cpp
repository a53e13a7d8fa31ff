// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/warning.h"

#include <atomic>
#include <cstdio>

namespace hearth {

namespace {
thread_local WarningHandler* thread_handler = nullptr;
std::atomic<bool> warn_always{false};

// Never destroyed: what runs at exit may still warn.
WarningHandler& default_handler() {
  static WarningHandler* handler = new WarningHandler;
  return *handler;
}
}  // namespace

WarningHandler::~WarningHandler() = default;

void WarningHandler::process(const Warning& warning) {
  const SourceLocation& at = warning.source_location();
  std::fprintf(stderr, "%s:%u: Warning: %s (function %s)\n", at.file, at.line,
               warning.msg().c_str(), at.function);
}

void warn(const Warning& warning) { WarningUtils::get_warning_handler()->process(warning); }

namespace WarningUtils {

void set_warning_handler(WarningHandler* handler) noexcept { thread_handler = handler; }
WarningHandler* get_warning_handler() noexcept {
  return thread_handler ? thread_handler : &default_handler();
}
void set_warnAlways(bool always) noexcept { warn_always.store(always, std::memory_order_relaxed); }
bool get_warnAlways() noexcept { return warn_always.load(std::memory_order_relaxed); }

}  // namespace WarningUtils
}  // namespace hearth
