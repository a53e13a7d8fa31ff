// SPDX-License-Identifier: Apache-2.0
#include "hearth/data/readers/lines.h"

#include <algorithm>
#include <cstring>

#include "hearth/base/byte_order_mark.h"
#include "hearth/base/error.h"

namespace hearth::data::readers {

namespace {

constexpr size_t kBuffer = 1 << 20;

}  // namespace

LineReader::LineReader(const std::string& path, size_t longest)
    : bytes_(path), longest_(longest), buffer_(kBuffer) {
  pass_mark();
}

/// Goes past a byte order mark at the beginning of the file.
void LineReader::pass_mark() {
  while (end_ < 3 && fill()) {
  }
  at_ = end_ - without_byte_order_mark({buffer_.data(), end_}, path()).size();
}

bool LineReader::fill() {
  if (ended_) return false;
  if (at_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + at_, end_ - at_);
    base_ += at_;
    end_ -= at_;
    at_ = 0;
  }
  if (end_ == buffer_.size()) {
    HEARTH_CHECK_AS(FormatError, end_ < longest_, "[", path(), "] line ", line_ + 1,
                    " has more than ", longest_, " bytes");
    buffer_.resize(2 * buffer_.size());
  }
  const size_t n = bytes_.read(buffer_.data() + end_, buffer_.size() - end_);
  ended_ = n == 0;
  end_ += n;
  return n > 0;
}

std::optional<std::string_view> LineReader::next() {
  size_t searched = 0;
  const char* newline = nullptr;
  while (!(newline = static_cast<const char*>(
               std::memchr(buffer_.data() + at_ + searched, '\n', end_ - at_ - searched)))) {
    searched = end_ - at_;
    if (!fill()) break;
  }
  if (!newline && at_ == end_) return std::nullopt;
  const char* begin = buffer_.data() + at_;
  const char* end = newline ? newline : buffer_.data() + end_;
  at_ = static_cast<size_t>(end - buffer_.data()) + (newline ? 1 : 0);
  ++line_;
  if (end > begin && end[-1] == '\r') --end;
  return std::string_view(begin, static_cast<size_t>(end - begin));
}

void LineReader::seek(const Position& position) {
  // Ahead in the buffer, nothing is read again, which compressed files would be from their
  // beginning. Not behind: what CsvReader has taken is no longer as it was.
  if (position.byte >= base_ + at_ && position.byte <= base_ + end_) {
    at_ = static_cast<size_t>(position.byte - base_);
    line_ = position.line;
    return;
  }
  bytes_.seek(position.byte);
  base_ = position.byte;
  line_ = position.line;
  at_ = end_ = 0;
  ended_ = false;
  if (position.byte == 0) pass_mark();
}

CsvReader::CsvReader(const std::string& path, CsvOptions options)
    : lines_(path, options.longest_row()), options_(options) {
  HEARTH_CHECK_AS(ValueError,
                  options.delimiter() != options.quote() && options.delimiter() != '\n' &&
                      options.delimiter() != '\r' && options.quote() != '\n',
                  "[CsvReader] delimiter and quote are two characters, and no line ends");
  if (!options_.header()) return;
  if (!next_row()) return;
  if (!wrong_.empty()) fail(wrong_);
  columns_.assign(row_.begin(), row_.end());
  width_ = row_.size();
}

size_t CsvReader::column(std::string_view name) const {
  const auto found = std::find(columns_.begin(), columns_.end(), name);
  if (found != columns_.end()) return static_cast<size_t>(found - columns_.begin());
  std::string known;
  for (const std::string& c : columns_) known += (known.empty() ? "" : ", ") + c;
  throw ValueError(cat_str("[", lines_.path(), "] has no column '", name, "'; there are ", known));
}

void CsvReader::fail(const std::string& why) const {
  throw FormatError(cat_str("[", lines_.path(), "] line ", row_line_, ": ", why));
}

const CsvReader::Row* CsvReader::next() {
  while (next_row()) {
    if (wrong_.empty() && width_ == 0) width_ = row_.size();
    if (wrong_.empty() && row_.size() != width_)
      wrong_ = cat_str("expected ", width_, " fields, got ", row_.size());
    if (wrong_.empty()) return &row_;
    if (options_.broken() == Broken::Error) fail(wrong_);
    ++broken_;
  }
  return nullptr;
}

/// A row that is not blank; what is wrong with it is in wrong_.
bool CsvReader::next_row() {
  LineReader& r = lines_;
  while (true) {
    if (r.at_ == r.end_ && !r.fill()) return false;
    // Blank lines are no rows.
    const char c = r.buffer_[r.at_];
    if (c == '\r' && r.end_ - r.at_ < 2 && r.fill()) continue;
    const bool crlf = c == '\r' && r.end_ - r.at_ >= 2 && r.buffer_[r.at_ + 1] == '\n';
    if (c != '\n' && !crlf) break;
    r.at_ += crlf ? 2 : 1;
    ++r.line_;
  }
  row_line_ = r.line_ + 1;
  // Rows are parsed where they lie; one that does not end in the buffer is parsed again with more.
  while (!parse()) {
    if (r.fill()) continue;
    if (parse()) break;  // the end of the file ends the row
    wrong_ = "a quote is never closed";
    r.at_ = r.end_;
    break;
  }
  return true;
}

/// Splits the row at at_ into fields, and takes it. False if it goes on behind the buffer. Fields
/// with doubled quotes are closed up in place, which a second parse of the same row must not see:
/// it happens only once the row is known to be whole.
bool CsvReader::parse() {
  LineReader& r = lines_;
  const char delimiter = options_.delimiter(), quote = options_.quote();
  char* const begin = r.buffer_.data() + r.at_;
  char* const end = r.buffer_.data() + r.end_;
  row_.clear();
  wrong_.clear();
  bool doubled = false;
  int64_t newlines = 0;
  char* p = begin;
  while (true) {
    const char* field = p;
    size_t size = 0;
    if (quote != 0 && p < end && *p == quote) {
      field = ++p;
      while (true) {
        char* q = static_cast<char*>(std::memchr(p, quote, static_cast<size_t>(end - p)));
        if (!q) return false;
        newlines += std::count(p, q, '\n');
        if (q + 1 == end && !r.ended_) return false;
        if (q + 1 < end && q[1] == quote) {
          doubled = true;
          p = q + 2;
          continue;
        }
        size = static_cast<size_t>(q - field);
        p = q + 1;
        break;
      }
      if (p < end && *p != delimiter && *p != '\n' && *p != '\r')
        wrong_ = "text follows a closing quote; quotes inside of fields are doubled";
      while (p < end && *p != delimiter && *p != '\n' && *p != '\r') ++p;
    } else {
      while (p < end && *p != delimiter && *p != '\n' && *p != '\r') ++p;
      // A carriage return alone is text.
      while (p < end && *p == '\r' && !(p + 1 < end && p[1] == '\n')) {
        if (p + 1 == end) break;
        ++p;
        while (p < end && *p != delimiter && *p != '\n' && *p != '\r') ++p;
      }
      size = static_cast<size_t>(p - field);
    }
    if (p == end && !r.ended_) return false;
    row_.emplace_back(field, size);
    if (p < end && *p == delimiter) {
      ++p;
      if (p == end && !r.ended_) return false;
      continue;
    }
    break;
  }
  if (p < end && *p == '\r') ++p;
  if (p == end && !r.ended_) return false;
  if (p < end && *p == '\n') ++p;
  r.at_ = static_cast<size_t>(p - r.buffer_.data());
  r.line_ += newlines + 1;
  if (!doubled) return true;
  for (std::string_view& f : row_) {
    char* to = const_cast<char*>(f.data());
    const bool was_quoted = f.data() > begin && f.data()[-1] == quote;
    if (!was_quoted || f.find(quote) == f.npos) continue;
    size_t n = 0;
    for (size_t i = 0; i < f.size(); ++i) {
      to[n++] = f[i];
      if (f[i] == quote) ++i;
    }
    f = std::string_view(to, n);
  }
  return true;
}

}  // namespace hearth::data::readers
