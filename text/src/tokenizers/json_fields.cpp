// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/json_fields.h"

#include <utility>

namespace hearth::text {

JsonFields::JsonFields(const simdjson::dom::element& json, std::string where,
                       const std::string& source)
    : where_(std::move(where)), source_(source) {
  if (json.get(object_)) fail("", "an object");
}

void JsonFields::fail(std::string_view name, std::string_view expected) const {
  std::string place = where_;
  if (!place.empty() && !name.empty()) place += '.';
  place += name;
  throw FormatError(
      cat_str("[", source_, "] ", place.empty() ? "the file" : place, ": expected ", expected));
}

std::optional<simdjson::dom::element> JsonFields::find(std::string_view name) const {
  simdjson::dom::element value;
  if (object_.at_key(name).get(value) || value.is_null()) return std::nullopt;
  return value;
}

simdjson::dom::element JsonFields::get(std::string_view name) const {
  const auto value = find(name);
  if (!value) fail(name, "a value, got nothing");
  return *value;
}

std::string JsonFields::string(std::string_view name) const {
  std::string_view value;
  if (get(name).get(value)) fail(name, "a string");
  return std::string(value);
}

std::string JsonFields::string(std::string_view name, std::string_view fallback) const {
  return find(name) ? string(name) : std::string(fallback);
}

bool JsonFields::boolean(std::string_view name) const {
  bool flag = false;
  if (get(name).get(flag)) fail(name, "true or false");
  return flag;
}

bool JsonFields::boolean(std::string_view name, bool fallback) const {
  return find(name) ? boolean(name) : fallback;
}

uint32_t JsonFields::number(std::string_view name) const {
  uint64_t value = 0;
  if (get(name).get(value) || value > UINT32_MAX) fail(name, "a whole number below 2^32");
  return static_cast<uint32_t>(value);
}

uint32_t JsonFields::number(std::string_view name, uint32_t fallback) const {
  return find(name) ? number(name) : fallback;
}

simdjson::dom::array JsonFields::array(std::string_view name) const {
  simdjson::dom::array value;
  if (get(name).get(value)) fail(name, "an array");
  return value;
}

JsonFields JsonFields::object(std::string_view name) const {
  return JsonFields(get(name), where_.empty() ? std::string(name) : cat_str(where_, ".", name),
                    source_);
}

}  // namespace hearth::text
