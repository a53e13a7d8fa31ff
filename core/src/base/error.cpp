// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/error.h"

#include <cstdio>

namespace hearth {

// Out of line, so that each type has one home for its vtable and type id across libraries.
Error::~Error() = default;
ShapeError::~ShapeError() = default;
DtypeError::~DtypeError() = default;
IndexError::~IndexError() = default;
ValueError::~ValueError() = default;
DeviceError::~DeviceError() = default;
OutOfMemory::~OutOfMemory() = default;
AutogradError::~AutogradError() = default;
FileError::~FileError() = default;
FormatError::~FormatError() = default;
NetworkError::~NetworkError() = default;
NotImplementedError::~NotImplementedError() = default;

const char* Error::what_without_backtrace() const noexcept {
  const size_t end = message_.starts_with('[') && !whole_ ? message_.find("] ") : std::string::npos;
  const bool named = end < message_.find(' ');
  return message_.c_str() + (named ? end + 2 : 0);
}

namespace detail {

void throw_array_index(size_t index, size_t size) {
  throw IndexError(cat_str("ArrayRef: index ", index, " is out of range for ", size, " elements"));
}

void append(std::string& s, long long v) { s.append(std::to_string(v)); }
void append(std::string& s, unsigned long long v) { s.append(std::to_string(v)); }

void append(std::string& s, double v) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", v);
  s.append(text);
}

void append(std::string& s, IntArrayRef v) {
  s.push_back('[');
  for (size_t i = 0; i < v.size(); ++i) {
    if (i) s.append(", ");
    s.append(std::to_string(v[i]));
  }
  s.push_back(']');
}

void append(std::string& s, const Device& v) { s.append(v.str()); }

}  // namespace detail
}  // namespace hearth
