// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <exception>
#include <string>
#include <string_view>

#include "hearth/base/array_ref.h"
#include "hearth/base/device.h"
#include "hearth/base/dtype.h"
#include "hearth/base/macros.h"

namespace hearth {

enum class Layout : int8_t;

/// Base of everything Hearth throws. The message says who complains, what was expected, what came
/// and what to do: "[conv2d] weight wants 3 input channels, input of shape [8, 1, 28, 28] has 1".
class HEARTH_API Error : public std::exception {
 public:
  explicit Error(std::string message) : message_(std::move(message)) {}
  ~Error() override;
  const char* what() const noexcept override { return message_.c_str(); }
  /// The message without "[who] " in front, which is LibTorch's text where both say the same.
  const char* what_without_backtrace() const noexcept;
  const std::string& msg() const { return message_; }
  /// From now on the whole message is what what_without_backtrace() gives: programs wrote it.
  void keep_whole() noexcept { whole_ = true; }

 private:
  std::string message_;
  bool whole_ = false;
};

#define HEARTH_DECLARE_ERROR(Name)       \
  class HEARTH_API Name : public Error { \
   public:                               \
    using Error::Error;                  \
    ~Name() override;                    \
  };
HEARTH_DECLARE_ERROR(ShapeError)           ///< sizes that do not fit
HEARTH_DECLARE_ERROR(DtypeError)           ///< an element type that is not accepted
HEARTH_DECLARE_ERROR(IndexError)           ///< an index or dim out of range
HEARTH_DECLARE_ERROR(ValueError)           ///< an argument outside its domain
HEARTH_DECLARE_ERROR(DeviceError)          ///< wrong, missing or failing device
HEARTH_DECLARE_ERROR(OutOfMemory)          ///< an allocation that failed or passed the limit
HEARTH_DECLARE_ERROR(AutogradError)        ///< misuse of the tape
HEARTH_DECLARE_ERROR(FileError)            ///< the system refused a file operation
HEARTH_DECLARE_ERROR(FormatError)          ///< a file whose content is not what it should be
HEARTH_DECLARE_ERROR(NetworkError)         ///< a download that failed
HEARTH_DECLARE_ERROR(NotImplementedError)  ///< no kernel for this device or dtype
#undef HEARTH_DECLARE_ERROR

namespace detail {
HEARTH_API void append(std::string& s, long long v);
HEARTH_API void append(std::string& s, unsigned long long v);
HEARTH_API void append(std::string& s, double v);
HEARTH_API void append(std::string& s, IntArrayRef v);
HEARTH_API void append(std::string& s, const Device& v);
HEARTH_API void append(std::string& s, Layout v);
inline void append(std::string& s, std::string_view v) { s.append(v); }
inline void append(std::string& s, const char* v) { s.append(v); }
inline void append(std::string& s, const std::string& v) { s.append(v); }
inline void append(std::string& s, char v) { s.push_back(v); }
inline void append(std::string& s, bool v) { s.append(v ? "true" : "false"); }
inline void append(std::string& s, ScalarType v) { s.append(dtype_name(v)); }
inline void append(std::string& s, const std::vector<int64_t>& v) { append(s, IntArrayRef(v)); }
template <std::signed_integral T>
void append(std::string& s, T v) {
  append(s, static_cast<long long>(v));
}
template <std::unsigned_integral T>
void append(std::string& s, T v) {
  append(s, static_cast<unsigned long long>(v));
}
inline void append(std::string& s, float v) { append(s, static_cast<double>(v)); }
}  // namespace detail

/// Joins its arguments into one string; sizes print as "[2, 3]".
template <typename... Ts>
std::string cat_str(const Ts&... parts) {
  std::string s;
  (detail::append(s, parts), ...);
  return s;
}

/// Throws `ErrorType` with the joined message unless `condition` holds.
#define HEARTH_CHECK_AS(ErrorType, condition, ...)                                          \
  do {                                                                                      \
    if (__builtin_expect(!(condition), 0)) throw ErrorType(::hearth::cat_str(__VA_ARGS__)); \
  } while (false)
#define HEARTH_CHECK(condition, ...) HEARTH_CHECK_AS(::hearth::Error, condition, __VA_ARGS__)

}  // namespace hearth
