// SPDX-License-Identifier: Apache-2.0
#include "mat_data.h"

#include <algorithm>
#include <cstring>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"

namespace hearth::datasets::mat {
namespace {

constexpr uint32_t kReplacement = 0xfffd, kMostCodePoint = 0x10ffff;

bool is_whole(Stored type) { return type != Stored::Single && type != Stored::Double; }

void append_utf8(std::string& out, uint32_t c) {
  if (c > kMostCodePoint || (c >= 0xd800 && c < 0xe000)) c = kReplacement;
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xe0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  }
}

/// Characters of `width` bytes each; pairs of surrogates are one.
std::string from_units(const std::string& bytes, size_t width, bool swapped) {
  std::string out;
  uint32_t high = 0;
  for (size_t at = 0; at + width <= bytes.size(); at += width) {
    uint32_t c = 0;
    for (size_t i = 0; i < width; ++i) {
      const auto byte = static_cast<uint8_t>(bytes[at + i]);
      c |= uint32_t{byte} << 8 * (swapped ? width - 1 - i : i);
    }
    const bool low = c >= 0xdc00 && c < 0xe000;
    if (high != 0 && !low) append_utf8(out, kReplacement);
    if (width == 2 && c >= 0xd800 && c < 0xdc00) {
      high = c;
      continue;
    }
    append_utf8(out, high != 0 && low ? 0x10000 + ((high - 0xd800) << 10) + (c - 0xdc00) : c);
    high = 0;
  }
  if (high != 0) append_utf8(out, kReplacement);
  return out;
}

/// Unsigned numbers in a wider signed type.
template <typename From, typename To>
Tensor widened(const Tensor& raw, ScalarType dtype, const std::string& source) {
  const auto n = static_cast<int64_t>(static_cast<uint64_t>(raw.numel()) / sizeof(From));
  Tensor out = empty({n}, dtype);
  auto* to = out.data_ptr<To>();
  const auto* bytes = raw.const_data_ptr<uint8_t>();
  for (int64_t i = 0; i < n; ++i) {
    From value;
    std::memcpy(&value, bytes + static_cast<size_t>(i) * sizeof(From), sizeof(From));
    to[i] = static_cast<To>(value);
    HEARTH_CHECK_AS(FormatError, to[i] >= 0, "[", source, "] has the number ", value,
                    ", which int64 cannot hold");
  }
  return out;
}

Tensor as_stored(const Tensor& raw, Stored type, const std::string& source) {
  switch (type) {
    case Stored::Int8:
      return raw.view(kChar);
    case Stored::Int16:
      return raw.view(kShort);
    case Stored::Uint16:
      return widened<uint16_t, int32_t>(raw, kInt, source);
    case Stored::Int32:
      return raw.view(kInt);
    case Stored::Uint32:
      return widened<uint32_t, int64_t>(raw, kLong, source);
    case Stored::Int64:
      return raw.view(kLong);
    case Stored::Uint64:
      return widened<uint64_t, int64_t>(raw, kLong, source);
    case Stored::Single:
      return raw.view(kFloat);
    case Stored::Double:
      return raw.view(kDouble);
    default:
      return raw;
  }
}

}  // namespace

uint64_t width_of(Stored type) {
  switch (type) {
    case Stored::Int8:
    case Stored::Uint8:
      return 1;
    case Stored::Int16:
    case Stored::Uint16:
      return 2;
    case Stored::Int32:
    case Stored::Uint32:
    case Stored::Single:
      return 4;
    case Stored::Double:
    case Stored::Int64:
    case Stored::Uint64:
      return 8;
    default:
      return 0;
  }
}

ScalarType type_of(uint8_t array_class, bool logical) {
  constexpr ScalarType kTypes[] = {kDouble, kFloat, kChar, kByte, kShort,
                                   kInt,    kInt,   kLong, kLong, kLong};
  return logical ? kBool : kTypes[array_class - 6];
}

void swap_bytes(const Tensor& raw, uint64_t width) {
  auto* p = raw.data_ptr<uint8_t>();
  for (int64_t i = 0; width > 1 && i < raw.numel(); i += static_cast<int64_t>(width))
    std::reverse(p + i, p + i + width);
}

Tensor converted(const Tensor& raw, Stored type, ScalarType dtype, const std::string& source) {
  HEARTH_CHECK_AS(FormatError, is_whole(type) || is_floating_point(dtype), "[", source,
                  "] has an array of whole numbers that are stored as floating point");
  return as_stored(raw, type, source).to(dtype);
}

std::string to_utf8(const std::string& bytes, Stored type, bool swapped,
                    const std::string& source) {
  switch (type) {
    case Stored::Utf8:
      return bytes;
    case Stored::Int8:
    case Stored::Uint8:
      return from_units(bytes, 1, false);
    case Stored::Uint16:
    case Stored::Utf16:
      return from_units(bytes, 2, swapped);
    case Stored::Utf32:
      return from_units(bytes, 4, swapped);
    default:
      throw FormatError(cat_str("[", source, "] has a text of type ", static_cast<uint32_t>(type),
                                ", which holds no characters"));
  }
}

}  // namespace hearth::datasets::mat
