// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/data/readers/byte_stream.h"

namespace hearth::data::readers {

/// Where a reader stands in its file: enough to go on there.
struct Position {
  uint64_t byte = 0;  ///< of what is not compressed
  int64_t line = 0;   ///< lines before it
};

/// The lines of a text file, plain or gzipped, larger than memory: without their ends (LF or CR
/// LF), and without a byte order mark. A last line needs no end.
///
///     LineReader reader("corpus.txt.gz");
///     while (auto line = reader.next()) use(*line);
class HEARTH_API LineReader {
 public:
  /// Longer lines throw FormatError, as UTF-16 does.
  explicit LineReader(const std::string& path, size_t longest = size_t{1} << 30);
  /// Valid until the next call; nothing at the end.
  std::optional<std::string_view> next();
  /// The number of the last line, from 1.
  int64_t line() const { return line_; }
  /// Before the line that next() gives.
  Position position() const { return {base_ + at_, line_}; }
  void seek(const Position& position);
  const std::string& path() const { return bytes_.path(); }

 private:
  friend class CsvReader;
  /// More bytes behind what is there; false at the end.
  bool fill();
  void pass_mark();

  ByteStream bytes_;
  size_t longest_;
  std::vector<char> buffer_;
  size_t at_ = 0, end_ = 0;
  uint64_t base_ = 0;  ///< where the buffer begins in the file
  int64_t line_ = 0;
  bool ended_ = false;
};

/// What to do with a row that is none.
enum class Broken { Error, Skip };

struct CsvOptions {
  HEARTH_ARG(char, delimiter) = ',';
  /// 0: quotes are characters like others, as in proper TSV.
  HEARTH_ARG(char, quote) = '"';
  /// The first row names the columns, and all rows have as many fields.
  HEARTH_ARG(bool, header) = true;
  /// Rows with another number of fields than the first, quotes that are never closed, text behind a
  /// closing quote: an error that names file and line, or left out and counted.
  HEARTH_ARG(Broken, broken) = Broken::Error;
  /// Longer rows throw FormatError.
  HEARTH_ARG(size_t, longest_row) = size_t{1} << 30;
};

/// The rows of a file of comma-separated values (RFC 4180), plain or gzipped, larger than memory:
/// fields in quotes may hold delimiters, line ends and doubled quotes. All fields are text, as they
/// stand. Blank lines are skipped. For TSV: `CsvOptions().delimiter('\t').quote(0)`.
///
///     CsvReader reader("reviews.csv");
///     const size_t text = reader.column("text");
///     while (const auto* row = reader.next()) use((*row)[text]);
class HEARTH_API CsvReader {
 public:
  using Row = std::vector<std::string_view>;

  explicit CsvReader(const std::string& path, CsvOptions options = {});
  /// Valid until the next call; null at the end.
  const Row* next();
  /// Names from the header; empty without one.
  const std::vector<std::string>& columns() const { return columns_; }
  /// The place of a column. Throws ValueError, naming those that there are.
  size_t column(std::string_view name) const;
  /// The line that the last row began in, from 1.
  int64_t line() const { return row_line_; }
  /// Rows left out.
  int64_t broken() const { return broken_; }
  Position position() const { return lines_.position(); }
  void seek(const Position& position) { lines_.seek(position); }

 private:
  bool next_row();
  bool parse();
  [[noreturn]] void fail(const std::string& why) const;

  LineReader lines_;
  CsvOptions options_;
  std::vector<std::string> columns_;
  Row row_;
  size_t width_ = 0;  ///< fields of a row; 0: not known yet
  int64_t row_line_ = 0, broken_ = 0;
  std::string wrong_;  ///< with the last row
};

}  // namespace hearth::data::readers
