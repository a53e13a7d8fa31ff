// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/data/readers/lines.h"

namespace hearth::data::readers {

/// A value of JSON, which copies share. What is asked of one that it is not throws FormatError,
/// which says where in the file and in the value it is, what was expected and what is there.
class HEARTH_API JsonValue {
 public:
  enum class Kind { Null, Boolean, Integer, Number, String, Array, Object };

  JsonValue();
  /// Parses a text, strictly (RFC 8259: no NaN, no comments, no trailing commas; UTF-8). Throws
  /// FormatError, which begins with [source].
  explicit JsonValue(std::string_view text, const std::string& source = "JSON");

  Kind kind() const;
  bool is_null() const { return kind() == Kind::Null; }
  bool boolean() const;
  /// Throws also for a number that is no whole one within 64 bits.
  int64_t integer() const;
  /// An integer counts as well.
  double number() const;
  const std::string& string() const;
  /// Of an array or object.
  size_t size() const;
  /// Of an array of numbers.
  std::vector<double> numbers() const;
  JsonValue at(size_t index) const;
  JsonValue at(std::string_view key) const;
  /// Whether an object has that key.
  bool contains(std::string_view key) const;
  /// Of an object, in the file's order.
  std::vector<std::string> keys() const;
  /// The value as JSON.
  std::string dump() const;

 private:
  struct Document;
  struct Impl;
  std::shared_ptr<const Document> document_;
  const void* node_ = nullptr;
  std::string path_;
};

/// "null", "a string" ...
HEARTH_API const char* to_string(JsonValue::Kind kind);

struct JsonlOptions {
  /// Lines that are no JSON: an error that names file and line, or left out and counted.
  HEARTH_ARG(Broken, broken) = Broken::Error;
  /// Longer lines throw FormatError.
  HEARTH_ARG(size_t, longest_line) = size_t{1} << 30;
};

/// The values of a file of JSON lines, one a line, plain or gzipped, larger than memory. Blank
/// lines are passed over.
///
///     JsonlReader reader("reviews.jsonl");
///     while (auto review = reader.next()) use(review->at("text").string());
class HEARTH_API JsonlReader {
 public:
  explicit JsonlReader(const std::string& path, const JsonlOptions& options = {});
  std::optional<JsonValue> next();
  /// The same line without making a value of it; with Broken::Skip, one that is whole.
  std::optional<std::string_view> next_line();
  /// The number of the last line, from 1.
  int64_t line() const { return lines_.line(); }
  /// "path: line 3", of the last line.
  std::string place() const;
  /// Lines left out.
  int64_t broken() const { return broken_; }
  Position position() const { return lines_.position(); }
  void seek(const Position& position) { lines_.seek(position); }

 private:
  LineReader lines_;
  JsonlOptions options_;
  int64_t broken_ = 0;
};

}  // namespace hearth::data::readers
