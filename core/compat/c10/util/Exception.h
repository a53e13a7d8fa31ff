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
}  // namespace detail

}  // namespace hearth

#define TORCH_CHECK_WITH(ErrorType, condition, ...)                                \
  do {                                                                             \
    if (C10_UNLIKELY(!(condition)))                                                \
      throw ::hearth::ErrorType(                                                   \
          ::hearth::detail::check_message(#condition __VA_OPT__(, ) __VA_ARGS__)); \
  } while (false)
#define TORCH_CHECK(condition, ...) TORCH_CHECK_WITH(Error, condition, __VA_ARGS__)
#define TORCH_CHECK_INDEX(condition, ...) TORCH_CHECK_WITH(IndexError, condition, __VA_ARGS__)
#define TORCH_CHECK_VALUE(condition, ...) TORCH_CHECK_WITH(ValueError, condition, __VA_ARGS__)
#define TORCH_CHECK_TYPE(condition, ...) TORCH_CHECK_WITH(TypeError, condition, __VA_ARGS__)
#define TORCH_CHECK_NOT_IMPLEMENTED(condition, ...) \
  TORCH_CHECK_WITH(NotImplementedError, condition, __VA_ARGS__)
#define TORCH_INTERNAL_ASSERT(condition, ...)                                                   \
  do {                                                                                          \
    if (C10_UNLIKELY(!(condition)))                                                             \
      throw ::hearth::Error(::hearth::str(#condition " INTERNAL ASSERT FAILED at \"", __FILE__, \
                                          "\":", __LINE__, ". " __VA_OPT__(, ) __VA_ARGS__));   \
  } while (false)
#define AT_ASSERT(condition) TORCH_INTERNAL_ASSERT(condition)
#define AT_ERROR(...) throw ::hearth::Error(::hearth::str(__VA_ARGS__))

#define TORCH_WARN(...) \
  ::hearth::warn(       \
      ::hearth::Warning({__func__, __FILE__, uint32_t{__LINE__}}, ::hearth::str(__VA_ARGS__)))
#define TORCH_WARN_ONCE(...) HEARTH_WARN_ONCE_WITH(TORCH_WARN(__VA_ARGS__))
