// SPDX-License-Identifier: Apache-2.0
// LibTorch's names for errors and warnings, and the macros that check for them.
#pragma once

#include "hearth/base/error.h"
#include "hearth/base/warning.h"

#include "c10/util/StringUtil.h"

namespace hearth {

using TypeError = DtypeError;
using OutOfMemoryError = OutOfMemory;

namespace detail {
/// What a check says: the text given to it, or that the condition does not hold.
template <typename... Ts>
std::string check_message(const char* condition, const Ts&... parts) {
  if constexpr (sizeof...(Ts) > 0) return str(parts...);
  return str("Expected ", condition, " to be true, but got false.");
}
template <typename ErrorType>
ErrorType error_of_program(std::string message) {
  ErrorType error(std::move(message));
  error.keep_whole();
  return error;
}
}  // namespace detail

}  // namespace hearth

#define TORCH_CHECK_WITH(ErrorType, condition, ...)                                \
  do {                                                                             \
    if (C10_UNLIKELY(!(condition)))                                                \
      throw ::hearth::detail::error_of_program<::hearth::ErrorType>(               \
          ::hearth::detail::check_message(#condition __VA_OPT__(, ) __VA_ARGS__)); \
  } while (false)
#define TORCH_CHECK(condition, ...) TORCH_CHECK_WITH(Error, condition, __VA_ARGS__)
#define TORCH_CHECK_INDEX(condition, ...) TORCH_CHECK_WITH(IndexError, condition, __VA_ARGS__)
#define TORCH_CHECK_VALUE(condition, ...) TORCH_CHECK_WITH(ValueError, condition, __VA_ARGS__)
#define TORCH_CHECK_TYPE(condition, ...) TORCH_CHECK_WITH(TypeError, condition, __VA_ARGS__)
#define TORCH_CHECK_NOT_IMPLEMENTED(condition, ...) \
  TORCH_CHECK_WITH(NotImplementedError, condition, __VA_ARGS__)
#define TORCH_CHECK_LINALG(condition, ...) TORCH_CHECK_WITH(LinAlgError, condition, __VA_ARGS__)
#define TORCH_CHECK_ARG(condition, argument, ...) \
  TORCH_CHECK(condition, "invalid argument ", argument, ": " __VA_OPT__(, ) __VA_ARGS__)
#define TORCH_INTERNAL_ASSERT(condition, ...)                                                   \
  do {                                                                                          \
    if (C10_UNLIKELY(!(condition)))                                                             \
      throw ::hearth::Error(::hearth::str(#condition " INTERNAL ASSERT FAILED at \"", __FILE__, \
                                          "\":", __LINE__, ". " __VA_OPT__(, ) __VA_ARGS__));   \
  } while (false)
#ifdef NDEBUG
#define TORCH_INTERNAL_ASSERT_DEBUG_ONLY(...) \
  while (false) TORCH_INTERNAL_ASSERT(__VA_ARGS__)
#else
#define TORCH_INTERNAL_ASSERT_DEBUG_ONLY(...) TORCH_INTERNAL_ASSERT(__VA_ARGS__)
#endif
#define C10_THROW_ERROR(ErrorType, text) \
  throw ::hearth::detail::error_of_program<::c10::ErrorType>(text)
/// Compares two values, and shows both where they differ from what is said.
#define TORCH_CHECK_OP(a, op, b) \
  TORCH_CHECK((a)op(b), "Check failed: " #a " " #op " " #b " (", (a), " vs. ", (b), "). ")
#define TORCH_CHECK_EQ(a, b) TORCH_CHECK_OP(a, ==, b)
#define TORCH_CHECK_NE(a, b) TORCH_CHECK_OP(a, !=, b)
#define TORCH_CHECK_LE(a, b) TORCH_CHECK_OP(a, <=, b)
#define TORCH_CHECK_LT(a, b) TORCH_CHECK_OP(a, <, b)
#define TORCH_CHECK_GE(a, b) TORCH_CHECK_OP(a, >=, b)
#define TORCH_CHECK_GT(a, b) TORCH_CHECK_OP(a, >, b)
#define AT_ASSERT(condition) TORCH_INTERNAL_ASSERT(condition)
#define AT_ASSERTM(condition, ...) TORCH_CHECK(condition, __VA_ARGS__)
#define AT_ERROR(...) \
  throw ::hearth::detail::error_of_program<::hearth::Error>(::hearth::str(__VA_ARGS__))

#define TORCH_WARN(...) \
  ::hearth::warn(       \
      ::hearth::Warning({__func__, __FILE__, uint32_t{__LINE__}}, ::hearth::str(__VA_ARGS__)))
#define TORCH_WARN_ONCE(...) HEARTH_WARN_ONCE_WITH(TORCH_WARN(__VA_ARGS__))
