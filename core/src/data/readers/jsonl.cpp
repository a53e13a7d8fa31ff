// SPDX-License-Identifier: Apache-2.0
#include "hearth/data/readers/jsonl.h"

#include <nlohmann/json.hpp>

#include "hearth/base/byte_order_mark.h"
#include "hearth/base/error.h"

#include "io/json_problem.h"

namespace hearth::data::readers {

using nlohmann::ordered_json;
using Kind = JsonValue::Kind;

namespace {

/// Whether arrays and objects lie in each other so deep that walking over them would need more
/// stack than there is. Python's json stops at about the same depth.
bool too_deep(std::string_view text) {
  constexpr int kDeepest = 1000;
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kDeepest) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

}  // namespace

struct JsonValue::Document {
  ordered_json root;
  std::string source;
};

/// What a value is made of, for the functions below.
struct JsonValue::Impl {
  static const ordered_json& node(const JsonValue& v) {
    static const ordered_json* const kNull = new ordered_json();
    return v.node_ ? *static_cast<const ordered_json*>(v.node_) : *kNull;
  }
  static JsonValue child(const JsonValue& v, const ordered_json& node, std::string path) {
    JsonValue c;
    c.document_ = v.document_;
    c.node_ = &node;
    c.path_ = std::move(path);
    return c;
  }
  static std::string where(const JsonValue& v) {
    return cat_str("[", v.document_ ? v.document_->source : "JSON", "] ",
                   v.path_.empty() ? "the value" : v.path_);
  }
  static void expect(const JsonValue& v, bool is, const char* what) {
    HEARTH_CHECK_AS(FormatError, is, where(v), " is ", to_string(v.kind()), ", expected ", what);
  }
};

const char* to_string(Kind kind) {
  switch (kind) {
    case Kind::Null:
      return "null";
    case Kind::Boolean:
      return "a boolean";
    case Kind::Integer:
      return "an integer";
    case Kind::Number:
      return "a number";
    case Kind::String:
      return "a string";
    case Kind::Array:
      return "an array";
    case Kind::Object:
      return "an object";
  }
  return "";
}

JsonValue::JsonValue() = default;

JsonValue::JsonValue(std::string_view text, const std::string& source) {
  text = without_byte_order_mark(text, source);
  HEARTH_CHECK_AS(FormatError, !too_deep(text), "[", source,
                  "] expected JSON: more than 1000 arrays and objects lie in each other");
  auto document = std::make_shared<Document>();
  document->source = source;
  try {
    document->root = ordered_json::parse(text);
  } catch (const ordered_json::exception& e) {
    throw FormatError(cat_str("[", source, "] expected JSON: ", json_problem(e)));
  }
  node_ = &document->root;
  document_ = std::move(document);
}

Kind JsonValue::kind() const {
  const ordered_json& node = Impl::node(*this);
  switch (node.type()) {
    case ordered_json::value_t::boolean:
      return Kind::Boolean;
    case ordered_json::value_t::number_integer:
      return Kind::Integer;
    case ordered_json::value_t::number_unsigned:
      return node.get<uint64_t>() <= uint64_t{INT64_MAX} ? Kind::Integer : Kind::Number;
    case ordered_json::value_t::number_float:
      return Kind::Number;
    case ordered_json::value_t::string:
      return Kind::String;
    case ordered_json::value_t::array:
      return Kind::Array;
    case ordered_json::value_t::object:
      return Kind::Object;
    default:
      return Kind::Null;
  }
}

bool JsonValue::boolean() const {
  Impl::expect(*this, kind() == Kind::Boolean, "true or false");
  return Impl::node(*this).get<bool>();
}

int64_t JsonValue::integer() const {
  Impl::expect(*this, kind() == Kind::Integer, "a whole number of 64 bits");
  return Impl::node(*this).get<int64_t>();
}

double JsonValue::number() const {
  Impl::expect(*this, Impl::node(*this).is_number(), "a number");
  return Impl::node(*this).get<double>();
}

const std::string& JsonValue::string() const {
  Impl::expect(*this, kind() == Kind::String, "a string");
  return Impl::node(*this).get_ref<const std::string&>();
}

size_t JsonValue::size() const {
  Impl::expect(*this, kind() == Kind::Array || kind() == Kind::Object, "an array or object");
  return Impl::node(*this).size();
}

std::vector<double> JsonValue::numbers() const {
  Impl::expect(*this, kind() == Kind::Array, "an array of numbers");
  std::vector<double> values;
  for (size_t i = 0; i < size(); ++i) values.push_back(at(i).number());
  return values;
}

JsonValue JsonValue::at(size_t index) const {
  Impl::expect(*this, kind() == Kind::Array, "an array");
  HEARTH_CHECK_AS(FormatError, index < size(), Impl::where(*this), " has ", size(),
                  " elements, number ", index, " is not there");
  return Impl::child(*this, Impl::node(*this)[index], cat_str(path_, "[", index, "]"));
}

JsonValue JsonValue::at(std::string_view key) const {
  Impl::expect(*this, kind() == Kind::Object, "an object");
  const ordered_json& node = Impl::node(*this);
  const auto found = node.find(std::string(key));
  if (found == node.end()) {
    std::string known;
    for (const std::string& k : keys()) known += (known.empty() ? "" : ", ") + k;
    throw FormatError(cat_str(Impl::where(*this), " has no '", key, "'; there ",
                              known.empty() ? "is nothing" : "are " + known));
  }
  return Impl::child(*this, *found, cat_str(path_, path_.empty() ? "" : ".", key));
}

bool JsonValue::contains(std::string_view key) const {
  Impl::expect(*this, kind() == Kind::Object, "an object");
  return Impl::node(*this).contains(std::string(key));
}

std::vector<std::string> JsonValue::keys() const {
  Impl::expect(*this, kind() == Kind::Object, "an object");
  std::vector<std::string> keys;
  for (const auto& item : Impl::node(*this).items()) keys.push_back(item.key());
  return keys;
}

std::string JsonValue::dump() const { return Impl::node(*this).dump(); }

JsonlReader::JsonlReader(const std::string& path, const JsonlOptions& options)
    : lines_(path, options.longest_line()), options_(options) {}

std::string JsonlReader::place() const { return cat_str(lines_.path(), ": line ", line()); }

std::optional<std::string_view> JsonlReader::next_line() {
  while (const auto line = lines_.next()) {
    if (line->find_first_not_of(" \t\r") == line->npos) continue;
    const bool looked_at = options_.broken() == Broken::Skip;
    if (!looked_at || (!too_deep(*line) && ordered_json::accept(*line))) return line;
    ++broken_;
  }
  return std::nullopt;
}

std::optional<JsonValue> JsonlReader::next() {
  const auto line = next_line();
  if (!line) return std::nullopt;
  return JsonValue(*line, place());
}

}  // namespace hearth::data::readers
