// SPDX-License-Identifier: Apache-2.0
// Operators, elements and attributes of values, as Python and Jinja have them. All throw Failure.
#pragma once

#include <string>
#include <string_view>

#include "chat/value.h"

namespace hearth::text::chat {

/// op: + - * / // % **
Value binary(std::string_view op, const Value& a, const Value& b);
Value negative(const Value& value);
/// op: == != < <= > >= in, not in
bool compare(std::string_view op, const Value& a, const Value& b);
bool contains(const Value& container, const Value& item);

/// What a loop over the value gives: elements, keys of a dict, characters.
List elements_of(const Value& value);
bool is_iterable(const Value& value);
int64_t length_of(const Value& value);

/// `value.name` and `value[key]`; undefined, with the reason, for what there isn't.
Value attribute_of(const Value& value, const std::string& name);
Value item_of(const Value& value, const Value& key);
/// Null bounds weren't given.
Value slice_of(const Value& value, const Value* from, const Value* to, const Value* step);

/// `value % args` and `text.format(...)` of Python.
std::string format_percent(const std::string& format, const Value& args);
std::string format_braces(const std::string& format, const Args& args);

/// As HF's filter; `indent` < 0: on one line.
struct JsonStyle {
  int64_t indent = -1;
  std::string indent_text = {}, item_separator = ", ", key_separator = ": ";
  bool ascii = false, sort_keys = false;
};
std::string to_json(const Value& value, const JsonStyle& style);

}  // namespace hearth::text::chat
