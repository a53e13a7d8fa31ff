// SPDX-License-Identifier: Apache-2.0
// An op's attributes as data: copied onto the tape, printed, and read back from text.
#pragma once

#include <bit>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "hearth/tensor/dim_vector.h"
#include "hearth/tensor/options.h"
#include "hearth/tensor/scalar.h"

namespace hearth {

/// The last value of an enum whose values count from 0. One stands beside every enum that is a
/// field, so that no other value is read from text.
constexpr MemoryFormat last_value(MemoryFormat) { return MemoryFormat::ChannelsLast3d; }

/// Writes and reads one field. Reading consumes the text it used and returns false on bad input.
struct FieldText {
  static void write(std::string& s, bool v);
  static void write(std::string& s, int64_t v);
  static void write(std::string& s, uint64_t v);
  static void write(std::string& s, double v);
  static void write(std::string& s, const Scalar& v);
  static void write(std::string& s, ScalarType v);
  static void write(std::string& s, Device v);
  static void write(std::string& s, const DimVector& v);
  static bool read(std::string_view& s, bool& v);
  static bool read(std::string_view& s, int64_t& v);
  static bool read(std::string_view& s, uint64_t& v);
  static bool read(std::string_view& s, double& v);
  static bool read(std::string_view& s, Scalar& v);
  static bool read(std::string_view& s, ScalarType& v);
  static bool read(std::string_view& s, Device& v);
  static bool read(std::string_view& s, DimVector& v);
  /// Consumes `token` at the front of s.
  static bool expect(std::string_view& s, std::string_view token);

  template <typename E>
  requires(std::is_enum_v<E> && !std::is_same_v<E, ScalarType>) static void write(std::string& s,
                                                                                  E v) {
    write(s, static_cast<int64_t>(v));
  }
  template <typename E>
  requires(std::is_enum_v<E> &&
           !std::is_same_v<E, ScalarType>) static bool read(std::string_view& s, E& v) {
    int64_t n = 0;
    if (!read(s, n) || n < 0 || n > static_cast<int64_t>(last_value(E{}))) return false;
    v = static_cast<E>(n);
    return true;
  }
  template <typename T>
  static void write(std::string& s, const std::optional<T>& v) {
    if (v) {
      write(s, *v);
    } else {
      s += "None";
    }
  }
  template <typename T>
  static bool read(std::string_view& s, std::optional<T>& v) {
    if (expect(s, "None")) {
      v.reset();
      return true;
    }
    T value{};
    if (!read(s, value)) return false;
    v = value;
    return true;
  }
};

/// Mixes one field into a hash, by the bits of its value: 0.0 and -0.0 differ, a NaN is itself.
struct FieldHash {
  static void mix(uint64_t& h, uint64_t v) {
    h = (h ^ v) * 0x9E3779B97F4A7C15u;
    h ^= h >> 32;
  }
  static void mix(uint64_t& h, int64_t v) { mix(h, static_cast<uint64_t>(v)); }
  static void mix(uint64_t& h, bool v) { mix(h, uint64_t{v}); }
  static void mix(uint64_t& h, double v) { mix(h, std::bit_cast<uint64_t>(v)); }
  static void mix(uint64_t& h, const Scalar& v);
  static void mix(uint64_t& h, Device v);
  static void mix(uint64_t& h, const DimVector& v);
  template <typename E>
  requires std::is_enum_v<E>
  static void mix(uint64_t& h, E v) { mix(h, static_cast<uint64_t>(v)); }
  template <typename T>
  static void mix(uint64_t& h, const std::optional<T>& v) {
    mix(h, v.has_value());
    if (v) mix(h, *v);
  }
};

struct FieldsTable {
  size_t size = 0;
  void (*copy)(void* to, const void* from) = nullptr;
  void (*destroy)(void* fields) = nullptr;
  /// "dim=1, keepdim=false".
  std::string (*print)(const void* fields) = nullptr;
  /// Constructs fields in raw memory from print's text; false (and nothing made) on bad text.
  bool (*parse)(std::string_view text, void* fields) = nullptr;
  /// Equal fields of one op have equal hashes.
  uint64_t (*hash)(const void* fields) = nullptr;
};

namespace detail {
/// The first name of a comma-separated list, which is advanced past it.
std::string_view next_field_name(std::string_view& names);
}  // namespace detail

template <class Op>
constexpr FieldsTable make_fields() {
  static_assert(alignof(Op) <= 16);
  FieldsTable t;
  t.size = sizeof(Op);
  t.copy = [](void* to, const void* from) { new (to) Op(*static_cast<const Op*>(from)); };
  t.destroy = [](void* f) { static_cast<Op*>(f)->~Op(); };
  t.print = [](const void* f) {
    std::string s;
    std::string_view names = Op::field_names;
    std::apply(
        [&](const auto&... v) {
          ((s += s.empty() ? "" : ", ", s += detail::next_field_name(names), s += '=',
            FieldText::write(s, v)),
           ...);
        },
        static_cast<const Op*>(f)->fields());
    return s;
  };
  t.parse = [](std::string_view text, void* f) {
    Op op{};
    std::string_view names = Op::field_names;
    bool ok = true, first = true;
    std::apply(
        [&](auto&... v) {
          ((ok = ok && (first || FieldText::expect(text, ", ")) &&
                 FieldText::expect(text, detail::next_field_name(names)) &&
                 FieldText::expect(text, "=") && FieldText::read(text, v),
            first = false),
           ...);
        },
        op.fields());
    if (!ok || !text.empty()) return false;
    new (f) Op(op);
    return true;
  };
  t.hash = [](const void* f) {
    uint64_t h = 0;
    std::apply([&](const auto&... v) { (FieldHash::mix(h, v), ...); },
               static_cast<const Op*>(f)->fields());
    return h;
  };
  return t;
}

}  // namespace hearth
