// SPDX-License-Identifier: Apache-2.0
// LOG(INFO) << ..., CHECK(...) << ... of programs that use LibTorch's logging. Messages go to the
// standard error stream; a failed check, and LOG(FATAL), throw Error. Macros that others define
// under these names (glog) are kept.
#pragma once

#include <cstring>
#include <exception>
#include <iostream>
#include <sstream>
#include <string>

#include "hearth/base/error.h"

#include "c10/macros/Macros.h"

namespace hearth {

/// One line of a log.
class MessageLogger {
 public:
  enum Severity { INFO, WARNING, ERROR, FATAL };
  MessageLogger(const char* file, int line, Severity severity) : severity_(severity) {
    const char* slash = std::strrchr(file, '/');
    text_ << "["
          << "IWEF"[severity] << " " << (slash ? slash + 1 : file) << ":" << line << "] ";
  }
  MessageLogger(const MessageLogger&) = delete;
  MessageLogger& operator=(const MessageLogger&) = delete;
  ~MessageLogger() noexcept(false) {
    if (severity_ == FATAL && std::uncaught_exceptions() == 0) throw Error(text_.str());
    std::cerr << text_.str() << '\n';
  }
  std::ostream& stream() { return text_; }

 private:
  std::ostringstream text_;
  Severity severity_;
};

namespace detail {
/// Makes both branches of a ?: void.
struct LoggerVoidify {
  void operator&(std::ostream&) {}
};
}  // namespace detail

}  // namespace hearth

#define HEARTH_LOG(severity) \
  ::hearth::MessageLogger(__FILE__, __LINE__, ::hearth::MessageLogger::severity).stream()
#define HEARTH_LOG_IF(severity, condition) \
  !(condition) ? static_cast<void>(0) : ::hearth::detail::LoggerVoidify() & HEARTH_LOG(severity)
#define HEARTH_CHECK_OP(a, op, b)   \
  HEARTH_LOG_IF(FATAL, !((a)op(b))) \
      << "Check failed: " #a " " #op " " #b " (" << (a) << " vs. " << (b) << ") "
#ifndef LOG
#define LOG(severity) HEARTH_LOG(severity)
#define LOG_IF(severity, condition) HEARTH_LOG_IF(severity, condition)
// Verbose messages are off.
#define VLOG(level) HEARTH_LOG_IF(INFO, false)
#define VLOG_IS_ON(level) false
#endif
#ifndef CHECK
#define CHECK(condition) HEARTH_LOG_IF(FATAL, !(condition)) << "Check failed: " #condition " "
#define CHECK_EQ(a, b) HEARTH_CHECK_OP(a, ==, b)
#define CHECK_NE(a, b) HEARTH_CHECK_OP(a, !=, b)
#define CHECK_LT(a, b) HEARTH_CHECK_OP(a, <, b)
#define CHECK_LE(a, b) HEARTH_CHECK_OP(a, <=, b)
#define CHECK_GT(a, b) HEARTH_CHECK_OP(a, >, b)
#define CHECK_GE(a, b) HEARTH_CHECK_OP(a, >=, b)
#endif
#ifndef DCHECK
#define DCHECK(condition) CHECK(condition)
#define DCHECK_EQ(a, b) CHECK_EQ(a, b)
#define DCHECK_NE(a, b) CHECK_NE(a, b)
#define DCHECK_LT(a, b) CHECK_LT(a, b)
#define DCHECK_LE(a, b) CHECK_LE(a, b)
#define DCHECK_GT(a, b) CHECK_GT(a, b)
#define DCHECK_GE(a, b) CHECK_GE(a, b)
#endif
#ifndef DLOG
#define DLOG(severity) LOG(severity)
#endif
