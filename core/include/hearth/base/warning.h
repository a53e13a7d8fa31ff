// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/base/error.h"
#include "hearth/base/source_location.h"

namespace hearth {

/// Something a program should know and need not stop for.
class HEARTH_API Warning {
 public:
  Warning(SourceLocation location, std::string message)
      : location_(location), message_(std::move(message)) {}
  const SourceLocation& source_location() const { return location_; }
  const std::string& msg() const { return message_; }

 private:
  SourceLocation location_;
  std::string message_;
};

/// Takes warnings; this one writes them to the standard error stream.
class HEARTH_API WarningHandler {
 public:
  virtual ~WarningHandler();
  virtual void process(const Warning& warning);
};

/// Hands a warning to this thread's handler.
HEARTH_API void warn(const Warning& warning);

namespace WarningUtils {
/// The calling thread's handler; null sets the default one. Handlers are not owned.
HEARTH_API void set_warning_handler(WarningHandler* handler) noexcept;
HEARTH_API WarningHandler* get_warning_handler() noexcept;
/// Whether what warns once warns every time instead, in all threads.
HEARTH_API void set_warnAlways(bool always) noexcept;
HEARTH_API bool get_warnAlways() noexcept;

/// Sets this thread's handler for a scope.
class WarningHandlerGuard {
 public:
  explicit WarningHandlerGuard(WarningHandler* handler) : previous_(get_warning_handler()) {
    set_warning_handler(handler);
  }
  WarningHandlerGuard(const WarningHandlerGuard&) = delete;
  WarningHandlerGuard& operator=(const WarningHandlerGuard&) = delete;
  ~WarningHandlerGuard() { set_warning_handler(previous_); }

 private:
  WarningHandler* previous_;
};

/// Sets warnAlways for a scope.
class WarnAlways {
 public:
  explicit WarnAlways(bool always = true) : previous_(get_warnAlways()) { set_warnAlways(always); }
  WarnAlways(const WarnAlways&) = delete;
  WarnAlways& operator=(const WarnAlways&) = delete;
  ~WarnAlways() { set_warnAlways(previous_); }

 private:
  bool previous_;
};
}  // namespace WarningUtils

}  // namespace hearth

/// Warns with the joined arguments as text.
#define HEARTH_WARN(...) \
  ::hearth::warn(        \
      ::hearth::Warning({__func__, __FILE__, uint32_t{__LINE__}}, ::hearth::cat_str(__VA_ARGS__)))
/// Evaluates `warning` the first time the program comes here; every time when
/// WarningUtils::set_warnAlways says so.
#define HEARTH_WARN_ONCE_WITH(warning)              \
  do {                                              \
    if (::hearth::WarningUtils::get_warnAlways()) { \
      warning;                                      \
    } else {                                        \
      static const bool said = ((warning), true);   \
      static_cast<void>(said);                      \
    }                                               \
  } while (false)
#define HEARTH_WARN_ONCE(...) HEARTH_WARN_ONCE_WITH(HEARTH_WARN(__VA_ARGS__))
