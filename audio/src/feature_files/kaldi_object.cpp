// SPDX-License-Identifier: Apache-2.0
#include "feature_files/kaldi_object.h"

#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"

#include "feature_files/compressed_matrix.h"

namespace hearth::audio::feature_files {

namespace {

bool is_blank(int c) { return c == ' ' || c == '\t' || c == '\r'; }
bool is_space(int c) { return is_blank(c) || c == '\n'; }
void pass_blanks(Bytes& in) {
  while (is_blank(in.peek())) in.get();
}

[[noreturn]] void bad(const Bytes& in, const std::string& what) {
  throw FormatError(cat_str("[", in.path(), "] at byte ", in.position(), ": ", what));
}

// ---- binary

/// Numbers of headers have their size in front.
int32_t read_int(Bytes& in) {
  const int size = in.get();
  if (size != 4) bad(in, cat_str("expected a number of 4 bytes, got one of ", size));
  return in.number<int32_t>();
}

Tensor read_ints(Bytes& in) {
  struct __attribute__((packed)) Item {
    char size;
    int32_t value;
  };
  const int32_t n = read_int(in);
  const Tensor items = in.tensor({n, sizeof(Item)}, kByte);
  const uint8_t* from = items.data_ptr<const uint8_t>();
  Tensor values = empty({n}, kInt);
  auto* to = values.data_ptr<int32_t>();
  for (int32_t i = 0; i < n; ++i, from += sizeof(Item)) {
    if (*from != 4) bad(in, "expected a vector of int32, got other numbers");
    std::memcpy(to + i, from + 1, sizeof(int32_t));
  }
  return values;
}

Tensor read_binary(Bytes& in) {
  if (in.get() != 'B') bad(in, "expected a binary object, which begins with zero and B");
  if (in.peek() == 4) return read_ints(in);
  std::string token;
  for (int c = in.get(); c != ' '; c = in.get()) {
    if (c < '0' || c > 'z' || token.size() > 8)
      bad(in, "expected a matrix or vector, got an object of another type");
    token += static_cast<char>(c);
  }
  if (token == "FM" || token == "DM") {
    const int32_t rows = read_int(in), columns = read_int(in);
    return in.tensor({rows, columns}, token == "FM" ? kFloat : kDouble);
  }
  if (token == "FV" || token == "DV")
    return in.tensor({read_int(in)}, token == "FV" ? kFloat : kDouble);
  if (token == "CM" || token == "CM2" || token == "CM3") return read_compressed(in, token);
  bad(in, "expected a matrix or vector (FM, DM, CM, CM2, CM3, FV, DV), got one of type " + token);
}

// ---- text

/// Up to the next white space.
std::string read_word(Bytes& in) {
  std::string word;
  for (int c = in.peek(); c >= 0 && !is_space(c); c = in.peek()) {
    if (word.size() > 64) bad(in, "expected numbers, got a long word");
    word += static_cast<char>(in.get());
  }
  return word;
}

template <typename T>
bool parse(const std::string& word, T& value) {
  const char* begin = word.c_str() + (word.starts_with('+') ? 1 : 0);
  const char* end = word.c_str() + word.size();
  const auto [at, error] = std::from_chars(begin, end, value);
  if constexpr (std::is_same_v<T, double>) {
    // Too small or too large: zero or infinity.
    if (error == std::errc::result_out_of_range) value = std::strtod(begin, nullptr);
    return at == end && begin != end && error != std::errc::invalid_argument;
  } else {
    return at == end && error == std::errc();
  }
}

Tensor as_tensor(const void* values, IntArrayRef sizes, ScalarType dtype) {
  Tensor tensor = empty(sizes, dtype);
  if (tensor.nbytes() > 0) std::memcpy(tensor.data_ptr(), values, tensor.nbytes());
  return tensor;
}

Tensor read_text_ints(Bytes& in) {
  std::vector<int32_t> values;
  for (;; pass_blanks(in)) {
    if (in.peek() < 0 || in.peek() == '\n') break;
    const std::string word = read_word(in);
    int32_t value = 0;
    if (!parse(word, value))
      bad(in, cat_str("expected '[' and numbers, or whole numbers, got '", word, "'"));
    values.push_back(value);
  }
  in.get();
  return as_tensor(values.data(), {static_cast<int64_t>(values.size())}, kInt);
}

Tensor read_text(Bytes& in, ScalarType dtype) {
  pass_blanks(in);
  if (in.peek() != '[') return read_text_ints(in);
  in.get();
  pass_blanks(in);
  const bool is_matrix = in.peek() == '\n';
  std::vector<double> values;
  int64_t rows = 0, columns = 0, in_row = 0;
  const auto end_row = [&] {
    if (in_row == 0) return;
    if (rows > 0 && in_row != columns)
      bad(in,
          cat_str("row ", rows, " of a matrix has ", in_row, " numbers, the first has ", columns));
    columns = in_row;
    in_row = 0;
    ++rows;
  };
  for (;; pass_blanks(in)) {
    if (in.peek() == '\n') {
      in.get();
      end_row();
      continue;
    }
    if (in.peek() < 0) bad(in, "a matrix or vector has no ']'");
    std::string word = read_word(in);
    const bool last = word.ends_with(']');
    if (last) word.pop_back();
    double value = 0;
    if (!word.empty() && !parse(word, value))
      bad(in, cat_str("expected a number, got '", word, "'"));
    if (!word.empty()) values.push_back(value), ++in_row;
    if (last) break;
  }
  end_row();
  pass_blanks(in);
  if (in.peek() == '\n') in.get();
  if (!is_matrix && rows > 1) bad(in, "a vector has more than one line");
  const Tensor all = is_matrix ? as_tensor(values.data(), {rows, columns}, kDouble)
                               : as_tensor(values.data(), {columns}, kDouble);
  return all.to(dtype);
}

// ---- writing

void append_int(std::string& to, int64_t value) {
  HEARTH_CHECK_AS(ShapeError, value <= INT32_MAX,
                  "[kaldi_io] a matrix can have 2147483647 rows and columns, not ", value);
  const auto narrow = static_cast<int32_t>(value);
  to += '\4';
  to.append(reinterpret_cast<const char*>(&narrow), sizeof(narrow));
}

std::string binary(const Tensor& value, kaldi_io::CompressionMethod method) {
  std::string out("\0B", 2);
  const ScalarType dtype = value.scalar_type();
  if (dtype == kInt) {
    append_int(out, value.size(0));
    const int32_t* x = value.data_ptr<const int32_t>();
    for (int64_t i = 0; i < value.size(0); ++i) append_int(out, x[i]);
    return out;
  }
  if (value.dim() == 2 && method != kaldi_io::CompressionMethod::None)
    return out + compressed(value.to(kFloat), method);
  out += dtype == kDouble ? 'D' : 'F';
  out += value.dim() == 2 ? "M " : "V ";
  for (const int64_t size : value.sizes()) append_int(out, size);
  if (value.nbytes() > 0)
    out.append(static_cast<const char*>(value.const_data_ptr()), value.nbytes());
  return out;
}

template <typename T>
void append_number(std::string& to, T value) {
  std::array<char, 32> digits;
  to.append(digits.data(), std::to_chars(digits.begin(), digits.end(), value).ptr);
  to += ' ';
}

template <typename T>
std::string text(const Tensor& value) {
  const T* x = value.data_ptr<const T>();
  const bool is_matrix = value.dim() == 2;
  std::string out = std::is_same_v<T, int32_t> ? "" : " [";
  if (!is_matrix && out.size() > 0) out += ' ';
  const int64_t columns = value.size(-1);
  for (int64_t i = 0, n = value.numel(); i < n; ++i) {
    if (is_matrix && i % columns == 0) out += "\n  ";
    append_number(out, x[i]);
  }
  if (is_matrix && value.numel() == 0) out += ' ';
  if constexpr (!std::is_same_v<T, int32_t>) out += ']';
  return out + '\n';
}

}  // namespace

Tensor read_object(Bytes& in, ScalarType text) {
  if (in.peek() != 0) return read_text(in, text);
  in.get();
  return read_binary(in);
}

std::string object_of(const Tensor& value, const kaldi_io::ArkOptions& options) {
  const int64_t dims = value.dim();
  HEARTH_CHECK_AS(ShapeError, dims == 1 || dims == 2,
                  "[kaldi_io] expected a vector [n] or a matrix [rows, columns], got ",
                  value.sizes());
  const ScalarType dtype = value.scalar_type();
  const bool kept = dtype == kDouble || (dtype == kInt && dims == 1);
  const Tensor plain = value.detach().to(kept ? dtype : kFloat).cpu().contiguous();
  if (!options.text()) return binary(plain, options.compression());
  if (plain.scalar_type() == kInt) return text<int32_t>(plain);
  return plain.scalar_type() == kDouble ? text<double>(plain) : text<float>(plain);
}

std::string read_key(Bytes& in) {
  while (is_space(in.peek())) in.get();
  std::string key;
  for (int c = in.peek(); c >= 0 && !is_space(c); c = in.peek()) {
    constexpr size_t kLongest = 1 << 16;
    if (c < ' ' || c == 127 || key.size() >= kLongest)
      bad(in, "expected a key; this is no archive, or it is damaged");
    key += static_cast<char>(in.get());
  }
  if (key.empty()) return key;
  if (in.peek() != '\n') in.get();
  if (in.peek() < 0) bad(in, cat_str("nothing comes behind the key '", key, "'"));
  return key;
}

}  // namespace hearth::audio::feature_files
