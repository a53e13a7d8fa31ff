// SPDX-License-Identifier: Apache-2.0
// What objects of tokenizer.json hold, with errors that say where.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "hearth/base/error.h"

namespace hearth::text {

/// An object's members. Each function throws FormatError, "[source] where.name: expected ...", for
/// one that is of another type, or missing where there is no default; null counts as missing.
class JsonFields {
 public:
  JsonFields(const simdjson::dom::element& json, std::string where, const std::string& source);

  std::optional<simdjson::dom::element> find(std::string_view name) const;
  simdjson::dom::element get(std::string_view name) const;
  std::string string(std::string_view name) const;
  std::string string(std::string_view name, std::string_view fallback) const;
  bool boolean(std::string_view name) const;
  bool boolean(std::string_view name, bool fallback) const;
  /// A whole number from 0 to 2^32 - 1, as ids are.
  uint32_t number(std::string_view name) const;
  uint32_t number(std::string_view name, uint32_t fallback) const;
  simdjson::dom::array array(std::string_view name) const;
  JsonFields object(std::string_view name) const;
  simdjson::dom::object members() const { return object_; }

  std::string_view where() const { return where_; }
  const std::string& source() const { return source_; }
  [[noreturn]] void fail(std::string_view name, std::string_view expected) const;

 private:
  simdjson::dom::object object_;
  std::string where_;
  const std::string& source_;
};

}  // namespace hearth::text
