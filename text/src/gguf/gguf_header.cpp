// SPDX-License-Identifier: Apache-2.0
#include "gguf/gguf_header.h"

#include <bit>
#include <cstring>
#include <unordered_set>

#include "hearth/base/error.h"

namespace hearth::text {

static_assert(std::endian::native == std::endian::little, "GGUF files are little-endian");

namespace {

constexpr int64_t kMostDims = 4;
constexpr uint64_t kDefaultAlignment = 32;

/// Front to back through a file.
class Reader {
 public:
  Reader(std::string_view file, const std::string& source) : file_(file), source_(source) {}

  size_t position() const { return at_; }
  uint64_t remaining() const { return file_.size() - at_; }

  std::string_view take(uint64_t n, const char* what) {
    HEARTH_CHECK_AS(FormatError, n <= remaining(), "[", source_, "] ends early: ", what, " of ", n,
                    " bytes at byte ", at_, " of ", file_.size());
    const std::string_view run = file_.substr(at_, static_cast<size_t>(n));
    at_ += static_cast<size_t>(n);
    return run;
  }
  template <class T>
  T number(const char* what) {
    T value;
    std::memcpy(&value, take(sizeof value, what).data(), sizeof value);
    return value;
  }
  std::string_view string(const char* what) { return take(number<uint64_t>(what), what); }
  /// How many there are of something of at least `least` bytes each.
  uint64_t count(uint64_t n, uint64_t least, const char* what) const {
    HEARTH_CHECK_AS(FormatError, n <= remaining() / least, "[", source_, "] has no room for ", n,
                    " ", what);
    return n;
  }

 private:
  std::string_view file_;
  const std::string& source_;
  size_t at_ = 0;
};

class Parser {
 public:
  Parser(std::string_view file, const std::string& source)
      : file_(file), source_(source), in_(file, source) {}

  GgufHeader parse() {
    HEARTH_CHECK_AS(FormatError, file_.substr(0, 4) == "GGUF", "[", source_,
                    "] is no GGUF file: it begins otherwise");
    in_.take(4, "the name of the format");
    header_.version = in_.number<uint32_t>("the version");
    HEARTH_CHECK_AS(FormatError, header_.version == 0 || (header_.version & 0xffff) != 0, "[",
                    source_, "] is a big-endian GGUF file, which Hearth does not read");
    HEARTH_CHECK_AS(FormatError, header_.version == 2 || header_.version == 3, "[", source_,
                    "] expected GGUF of version 2 or 3, got ", header_.version);
    const auto tensors = in_.number<uint64_t>("the number of tensors");
    const auto values = in_.number<uint64_t>("the number of metadata");
    in_.count(values, sizeof(uint64_t) + sizeof(uint32_t) + 1, "metadata");
    for (uint64_t i = 0; i < values; ++i) read_value();
    in_.count(tensors, 2 * sizeof(uint64_t) + 2 * sizeof(uint32_t), "tensors");
    for (uint64_t i = 0; i < tensors; ++i) read_tensor();
    place_tensors();
    return std::move(header_);
  }

 private:
  template <class... Ts>
  [[noreturn]] void fail(const Ts&... what) const {
    throw FormatError(cat_str("[", source_, "] ", what...));
  }

  GgufValueType value_type(std::string_view key) {
    const auto id = in_.number<uint32_t>("a type");
    if (id > static_cast<uint32_t>(GgufValueType::F64))
      fail("metadata '", key, "' is of type ", id, ", which GGUF does not have");
    return static_cast<GgufValueType>(id);
  }

  void read_value() {
    GgufValue v;
    v.key = in_.string("the name of metadata");
    if (!keys_.insert(v.key).second) fail("metadata '", v.key, "' occurs twice");
    v.type = value_type(v.key);
    v.is_array = v.type == GgufValueType::Array;
    if (v.is_array) {
      v.type = value_type(v.key);
      if (v.type == GgufValueType::Array) fail("metadata '", v.key, "' is a list of lists");
      v.count = in_.number<uint64_t>("the length of a list");
    }
    const size_t size = size_of(v.type), begin = in_.position();
    in_.count(v.count, size ? size : sizeof(uint64_t), "items of metadata");
    if (size) {
      v.bytes = in_.take(size * v.count, "metadata");
    } else {
      for (uint64_t i = 0; i < v.count; ++i) in_.string("a string");
      v.bytes = file_.substr(begin, in_.position() - begin);
    }
    if (v.key == "general.alignment") read_alignment(v);
    header_.values.push_back(std::move(v));
  }

  void read_alignment(const GgufValue& v) {
    if (v.is_array || v.type != GgufValueType::U32) fail("general.alignment is no uint32");
    uint32_t n;
    std::memcpy(&n, v.bytes.data(), sizeof n);
    if (!std::has_single_bit(n)) fail("general.alignment must be a power of two, got ", n);
    alignment_ = n;
  }

  void read_tensor() {
    GgufTensor t;
    t.name = in_.string("the name of a tensor");
    if (!names_.insert(t.name).second) fail("tensor '", t.name, "' occurs twice");
    const auto dims = in_.number<uint32_t>("the number of dims");
    if (dims > kMostDims)
      fail("tensor '", t.name, "' has ", dims, " dims, and ", kMostDims, " is the most");
    t.sizes.resize(dims);
    int64_t numel = 1;
    for (size_t d = dims; d-- > 0;) {
      const auto n = in_.number<uint64_t>("a size");
      if (n > static_cast<uint64_t>(INT64_MAX) ||
          __builtin_mul_overflow(numel, static_cast<int64_t>(n), &numel))
        fail("tensor '", t.name, "' is too large");
      t.sizes[d] = static_cast<int64_t>(n);
    }
    t.type_id = in_.number<uint32_t>("a type");
    t.type = ggml_type(t.type_id);
    offsets_.push_back(in_.number<uint64_t>("the place of a tensor"));
    if (offsets_.back() % alignment_ != 0)
      fail("tensor '", t.name, "' lies at ", offsets_.back(), ", which is no multiple of ",
           alignment_);
    header_.tensors.push_back(std::move(t));
  }

  int64_t bytes_of(const GgufTensor& t) const {
    const int64_t row = t.sizes.empty() ? 1 : t.sizes.back();
    int64_t bytes;
    if (t.type->format) {
      if (row % block_elements(*t.type->format) != 0)
        fail("tensor '", t.name, "' of type ", t.type->name, " has rows of ", row,
             " numbers, which are no whole blocks of ", block_elements(*t.type->format));
      bytes = block_row_bytes(*t.type->format, row);
    } else if (__builtin_mul_overflow(row, static_cast<int64_t>(element_size(t.type->dtype)),
                                      &bytes)) {
      fail("tensor '", t.name, "' is too large");
    }
    for (size_t d = 0; d + 1 < t.sizes.size(); ++d)
      if (__builtin_mul_overflow(bytes, t.sizes[d], &bytes))
        fail("tensor '", t.name, "' is too large");
    return bytes;
  }

  void place_tensors() {
    const uint64_t start = (in_.position() + alignment_ - 1) / alignment_ * alignment_;
    for (size_t i = 0; i < offsets_.size(); ++i) {
      GgufTensor& t = header_.tensors[i];
      if (!t.type || !t.type->known()) continue;
      const auto bytes = static_cast<uint64_t>(bytes_of(t));
      if (bytes == 0) continue;
      const uint64_t room = start < file_.size() ? file_.size() - start : 0;
      if (offsets_[i] > room || bytes > room - offsets_[i])
        fail("tensor '", t.name, "' of ", bytes, " bytes at ", offsets_[i],
             " goes beyond the file's end, ", room, " bytes after the header");
      t.bytes = file_.substr(static_cast<size_t>(start + offsets_[i]), static_cast<size_t>(bytes));
    }
  }

  std::string_view file_;
  const std::string& source_;
  Reader in_;
  GgufHeader header_;
  std::vector<uint64_t> offsets_;
  std::unordered_set<std::string> keys_, names_;
  uint64_t alignment_ = kDefaultAlignment;
};

}  // namespace

size_t size_of(GgufValueType type) {
  switch (type) {
    case GgufValueType::U8:
    case GgufValueType::I8:
    case GgufValueType::Bool:
      return 1;
    case GgufValueType::U16:
    case GgufValueType::I16:
      return 2;
    case GgufValueType::U32:
    case GgufValueType::I32:
    case GgufValueType::F32:
      return 4;
    case GgufValueType::U64:
    case GgufValueType::I64:
    case GgufValueType::F64:
      return 8;
    case GgufValueType::String:
    case GgufValueType::Array:
      return 0;
  }
  __builtin_unreachable();
}

GgufHeader parse_gguf(std::string_view file, const std::string& source) {
  return Parser(file, source).parse();
}

}  // namespace hearth::text
