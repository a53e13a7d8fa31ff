// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/vocab/vectors.h"

#include <charconv>
#include <cstring>

#include "hearth/base/error.h"
#include "hearth/data/readers/byte_stream.h"
#include "hearth/data/readers/lines.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"

#include "unicode/tables.h"
#include "unicode/utf8.h"

namespace hearth::text {
namespace {

constexpr int64_t kWidest = 1 << 20;
constexpr size_t kLongestWord = 1 << 16;

/// What was read so far.
struct Rows {
  std::vector<std::string> words;
  std::vector<float> numbers;
  int64_t dim = 0, broken = 0;

  bool full(const VectorsOptions& options) const {
    return options.max_vectors() && static_cast<int64_t>(words.size()) >= *options.max_vectors();
  }
};

std::string_view without_end(std::string_view line) {
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r'))
    line.remove_suffix(1);
  return line;
}

/// The numbers behind a word, each after one space.
void read_numbers(std::string_view text, const std::string& place, std::vector<float>& numbers) {
  const char *at = text.data(), *end = at + text.size();
  while (at < end) {
    float value = 0;
    const auto [behind, error] = std::from_chars(at, end, value);
    HEARTH_CHECK_AS(FormatError,
                    (error == std::errc() || error == std::errc::result_out_of_range) &&
                        (behind == end || *behind == ' '),
                    place, "expected numbers between single spaces, got '",
                    std::string_view(at, std::min<size_t>(static_cast<size_t>(end - at), 20)), "'");
    numbers.push_back(value);
    at = behind == end ? end : behind + 1;
  }
}

Rows read_text(const std::string& path, const VectorsOptions& options) {
  Rows rows;
  data::readers::LineReader lines(path);
  while (!rows.full(options)) {
    const auto next = lines.next();
    if (!next) break;
    const std::string_view line = without_end(*next);
    const size_t space = line.find(' ');
    // A header has a number alone behind the first, as has a word of no vector.
    if (line.empty() || space == line.npos || line.find(' ', space + 1) == line.npos) continue;
    const std::string_view word = line.substr(0, space);
    if (unicode::find_invalid(word) != word.size()) {
      ++rows.broken;
      continue;
    }
    const std::string place = cat_str("[", path, "] line ", lines.line(), ": ");
    const size_t before = rows.numbers.size();
    read_numbers(line.substr(space + 1), place, rows.numbers);
    const auto width = static_cast<int64_t>(rows.numbers.size() - before);
    if (rows.dim == 0) rows.dim = width;
    HEARTH_CHECK_AS(FormatError, width == rows.dim, place, "expected ", rows.dim, " numbers, got ",
                    width);
    rows.words.emplace_back(word);
  }
  return rows;
}

/// word2vec's binary form: "WORDS DIM\n", then each word, a space, and floats.
Rows read_binary(const std::string& path, const VectorsOptions& options) {
  data::readers::ByteStream bytes(path);
  const auto until = [&](char end, std::string& out) {
    out.clear();
    for (char c = 0; bytes.read(&c, 1) == 1 && c != end;) {
      out += c;
      HEARTH_CHECK_AS(FormatError, out.size() <= kLongestWord, "[", path,
                      "] expected a word, got more than ", kLongestWord, " bytes without an end");
    }
  };
  std::string header, word;
  until('\n', header);
  int64_t count = 0;
  Rows rows;
  const char* end = header.data() + header.size();
  const auto first = std::from_chars(header.data(), end, count);
  const bool whole = first.ec == std::errc() && first.ptr != end && *first.ptr == ' ' &&
                     std::from_chars(first.ptr + 1, end, rows.dim).ec == std::errc();
  HEARTH_CHECK_AS(FormatError, whole && count >= 0 && rows.dim > 0 && rows.dim <= kWidest, "[",
                  path, "] expected a header of two numbers, WORDS DIM");
  std::vector<float> vector(static_cast<size_t>(rows.dim));
  for (int64_t i = 0; i < count && !rows.full(options); ++i) {
    until(' ', word);
    // Some writers end each vector with a line end.
    if (word.starts_with('\n')) word.erase(0, 1);
    const size_t wanted = vector.size() * sizeof(float);
    HEARTH_CHECK_AS(FormatError, bytes.read(vector.data(), wanted) == wanted, "[", path,
                    "] ends within vector ", i, " of ", count);
    if (unicode::find_invalid(word) != word.size()) {
      ++rows.broken;
      continue;
    }
    rows.words.push_back(word);
    rows.numbers.insert(rows.numbers.end(), vector.begin(), vector.end());
  }
  return rows;
}

std::string lower(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const char32_t code = unicode::next(text, at);
    for (const char32_t c : unicode::lower(code)) unicode::append(out, c);
  }
  return out;
}

}  // namespace

Vectors::Vectors(const std::string& path, const VectorsOptions& options)
    : unk_init_(options.unk_init()) {
  Rows rows = path.ends_with(".bin") ? read_binary(path, options) : read_text(path, options);
  HEARTH_CHECK_AS(FormatError, !rows.words.empty(), "[", path, "] holds no vectors");
  dim_ = rows.dim;
  broken_ = rows.broken;
  itos_ = std::move(rows.words);
  for (size_t i = 0; i < itos_.size(); ++i) stoi_[itos_[i]] = static_cast<int64_t>(i);
  vectors_ = empty({static_cast<int64_t>(itos_.size()), dim_}, kFloat);
  std::memcpy(vectors_.data_ptr(), rows.numbers.data(), rows.numbers.size() * sizeof(float));
}

Tensor Vectors::operator[](std::string_view token) const {
  const auto at = stoi_.find(std::string(token));
  if (at != stoi_.end()) return vectors_.select(0, at->second);
  Tensor unknown = zeros({dim_}, kFloat);
  return unk_init_ ? unk_init_(unknown) : unknown;
}

Tensor Vectors::get_vecs_by_tokens(ArrayRef<std::string> tokens, bool lower_case_backup) const {
  std::vector<Tensor> rows;
  rows.reserve(tokens.size());
  for (const std::string& token : tokens) {
    const bool backed =
        lower_case_backup && !contains(token) && unicode::find_invalid(token) == token.size();
    rows.push_back((*this)[backed ? lower(token) : token]);
  }
  return rows.empty() ? zeros({0, dim_}, kFloat) : stack(rows);
}

}  // namespace hearth::text
