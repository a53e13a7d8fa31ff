// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/gguf/gguf_file.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <unordered_map>

#include "hearth/io/mapped_file.h"
#include "hearth/ops/creation.h"

#include "gguf/gguf_header.h"

namespace hearth::text {

namespace {

/// "-00002-of-00003.gguf", as llama.cpp names the second of three files of a model.
std::string part_ending(int64_t number, int64_t count) {
  char ending[48];
  std::snprintf(ending, sizeof ending, "-%05lld-of-%05lld.gguf", static_cast<long long>(number),
                static_cast<long long>(count));
  return ending;
}

}  // namespace

struct GgufFile::Impl {
  /// A file, mapped or in memory.
  struct Part {
    std::shared_ptr<const void> keep;  ///< the bytes' owner
    GgufHeader header;
  };
  struct Place {
    const GgufTensor* tensor;
    const Part* part;
  };

  std::string source;
  std::deque<Part> parts;  ///< the first one has the metadata
  std::vector<std::string> keys, metadata_keys;
  std::unordered_map<std::string_view, Place> tensors;
  std::unordered_map<std::string_view, size_t> values;

  Impl(std::string_view file, std::shared_ptr<const void> owner, std::string name)
      : source(std::move(name)) {
    add(file, std::move(owner), source);
    for (const GgufValue& v : parts[0].header.values) {
      values.emplace(v.key, metadata_keys.size());
      metadata_keys.push_back(v.key);
    }
  }

  void add(std::string_view file, std::shared_ptr<const void> owner, const std::string& name) {
    const Part& part = parts.emplace_back(Part{std::move(owner), parse_gguf(file, name)});
    for (const GgufTensor& t : part.header.tensors) {
      const bool is_new = tensors.emplace(t.name, Place{&t, &part}).second;
      HEARTH_CHECK_AS(FormatError, is_new, "[", name, "] tensor '", t.name,
                      "' is in an earlier file of the model too");
      keys.push_back(t.name);
    }
  }

  const Place& place(std::string_view name) const {
    const auto found = tensors.find(name);
    HEARTH_CHECK_AS(FormatError, found != tensors.end(), "[", source, "] has no tensor '", name,
                    "'");
    return found->second;
  }
  const GgufTensor& tensor(std::string_view name) const { return *place(name).tensor; }
  const GgufValue& value(std::string_view key) const {
    const auto found = values.find(key);
    HEARTH_CHECK_AS(FormatError, found != values.end(), "[", source, "] has no metadata '", key,
                    "'");
    return parts[0].header.values[found->second];
  }
  [[noreturn]] void wrong(const GgufValue& v, const char* expected) const {
    throw FormatError(cat_str("[", source, "] metadata '", v.key, "' is not ", expected));
  }
};

namespace {

template <class T>
T number_at(const char* p) {
  T value;
  std::memcpy(&value, p, sizeof value);
  return value;
}

bool is_number(GgufValueType type) { return size_of(type) != 0 && type != GgufValueType::Bool; }

double double_at(GgufValueType type, const char* p) {
  switch (type) {
    case GgufValueType::U8:
      return number_at<uint8_t>(p);
    case GgufValueType::I8:
      return number_at<int8_t>(p);
    case GgufValueType::U16:
      return number_at<uint16_t>(p);
    case GgufValueType::I16:
      return number_at<int16_t>(p);
    case GgufValueType::U32:
      return number_at<uint32_t>(p);
    case GgufValueType::I32:
      return number_at<int32_t>(p);
    case GgufValueType::U64:
      return static_cast<double>(number_at<uint64_t>(p));
    case GgufValueType::I64:
      return static_cast<double>(number_at<int64_t>(p));
    case GgufValueType::F32:
      return number_at<float>(p);
    default:
      return number_at<double>(p);
  }
}

/// None for what is no whole number, or too large a one.
std::optional<int64_t> integer_at(GgufValueType type, const char* p) {
  if (type == GgufValueType::I64) return number_at<int64_t>(p);
  if (type == GgufValueType::U64) {
    const auto n = number_at<uint64_t>(p);
    if (n > static_cast<uint64_t>(INT64_MAX)) return {};
    return static_cast<int64_t>(n);
  }
  const double d = double_at(type, p);
  if (!(std::fabs(d) < 0x1p63) || d != std::trunc(d)) return {};
  return static_cast<int64_t>(d);
}

}  // namespace

GgufFile::GgufFile(const std::string& path) {
  const auto map = [](const std::string& name) { return std::make_shared<MappedFile>(name); };
  const auto bytes = [](const MappedFile& file) {
    return std::string_view(file.data(), file.size());
  };
  auto file = map(path);
  const std::string_view all = bytes(*file);
  auto impl = std::make_shared<Impl>(all, std::move(file), path);
  impl_ = impl;
  const int64_t count = integer("split.count", 1);
  if (count <= 1) return;
  const int64_t number = integer("split.no") + 1;
  HEARTH_CHECK_AS(FormatError,
                  number >= 1 && number <= count && path.ends_with(part_ending(number, count)), "[",
                  path, "] is file ", number, " of ", count,
                  " of a model; expected a name that ends in ", part_ending(number, count));
  const std::string base = path.substr(0, path.size() - part_ending(number, count).size());
  if (number > 1) {
    *this = GgufFile(base + part_ending(1, count));
    return;
  }
  for (int64_t i = 2; i <= count; ++i) {
    const std::string name = base + part_ending(i, count);
    const auto part = map(name);
    const GgufFile alone(std::make_shared<const Impl>(bytes(*part), part, name));
    const int64_t its_number = alone.integer("split.no", -1) + 1;
    const int64_t its_count = alone.integer("split.count", 1);
    HEARTH_CHECK_AS(FormatError, its_number == i && its_count == count, "[", name,
                    "] expected file ", i, " of ", count, " of a model, got file ", its_number,
                    " of ", its_count);
    impl->add(bytes(*part), part, name);
  }
  const auto tensors = static_cast<int64_t>(keys().size());
  HEARTH_CHECK_AS(FormatError, integer("split.tensors.count", tensors) == tensors, "[", path,
                  "] expected ", integer("split.tensors.count", tensors), " tensors in ", count,
                  " files, got ", tensors);
}

GgufFile::GgufFile(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

GgufFile::GgufFile(const void* data, size_t size, const std::string& name) {
  auto copy = std::make_shared<std::string>(static_cast<const char*>(data), size);
  const std::string_view bytes = *copy;
  impl_ = std::make_shared<Impl>(bytes, std::move(copy), name);
}

uint32_t GgufFile::version() const { return impl_->parts[0].header.version; }
const std::string& GgufFile::source() const { return impl_->source; }
const std::vector<std::string>& GgufFile::metadata_keys() const { return impl_->metadata_keys; }
bool GgufFile::has_metadata(std::string_view key) const { return impl_->values.count(key) != 0; }

bool GgufFile::boolean(std::string_view key) const {
  const GgufValue& v = impl_->value(key);
  if (v.is_array || v.type != GgufValueType::Bool) impl_->wrong(v, "a bool");
  return v.bytes[0] != 0;
}

std::vector<int64_t> GgufFile::integers(std::string_view key) const {
  const GgufValue& v = impl_->value(key);
  const size_t size = size_of(v.type);
  if (!is_number(v.type)) impl_->wrong(v, "made of whole numbers");
  std::vector<int64_t> all(static_cast<size_t>(v.count));
  for (size_t i = 0; i < all.size(); ++i) {
    const std::optional<int64_t> n = integer_at(v.type, v.bytes.data() + i * size);
    if (!n) impl_->wrong(v, "made of whole numbers");
    all[i] = *n;
  }
  return all;
}

std::vector<double> GgufFile::numbers(std::string_view key) const {
  const GgufValue& v = impl_->value(key);
  const size_t size = size_of(v.type);
  if (!is_number(v.type)) impl_->wrong(v, "made of numbers");
  std::vector<double> all(static_cast<size_t>(v.count));
  for (size_t i = 0; i < all.size(); ++i) all[i] = double_at(v.type, v.bytes.data() + i * size);
  return all;
}

int64_t GgufFile::integer(std::string_view key) const {
  const GgufValue& v = impl_->value(key);
  if (v.is_array) impl_->wrong(v, "a whole number");
  return integers(key)[0];
}

double GgufFile::number(std::string_view key) const {
  const GgufValue& v = impl_->value(key);
  if (v.is_array) impl_->wrong(v, "a number");
  return numbers(key)[0];
}

std::vector<std::string> GgufFile::texts(std::string_view key) const {
  const GgufValue& v = impl_->value(key);
  if (v.type != GgufValueType::String) impl_->wrong(v, "made of text");
  std::vector<std::string> all(static_cast<size_t>(v.count));
  const char* p = v.bytes.data();
  for (std::string& s : all) {
    const auto n = static_cast<size_t>(number_at<uint64_t>(p));
    s.assign(p + sizeof(uint64_t), n);
    p += sizeof(uint64_t) + n;
  }
  return all;
}

std::string GgufFile::text(std::string_view key) const {
  const GgufValue& v = impl_->value(key);
  if (v.is_array) impl_->wrong(v, "a text");
  return std::move(texts(key)[0]);
}

bool GgufFile::boolean(std::string_view key, bool otherwise) const {
  return has_metadata(key) ? boolean(key) : otherwise;
}
int64_t GgufFile::integer(std::string_view key, int64_t otherwise) const {
  return has_metadata(key) ? integer(key) : otherwise;
}
double GgufFile::number(std::string_view key, double otherwise) const {
  return has_metadata(key) ? number(key) : otherwise;
}
std::string GgufFile::text(std::string_view key, std::string_view otherwise) const {
  return has_metadata(key) ? text(key) : std::string(otherwise);
}

const std::vector<std::string>& GgufFile::keys() const { return impl_->keys; }
bool GgufFile::contains(std::string_view name) const { return impl_->tensors.count(name) != 0; }
IntArrayRef GgufFile::sizes(std::string_view name) const { return impl_->tensor(name).sizes; }

std::string GgufFile::type_name(std::string_view name) const {
  const GgufTensor& t = impl_->tensor(name);
  return t.type ? std::string(t.type->name) : cat_str("number ", t.type_id);
}

std::optional<BlockFormat> GgufFile::format(std::string_view name) const {
  const GgufTensor& t = impl_->tensor(name);
  return t.type ? t.type->format : std::nullopt;
}

Tensor GgufFile::tensor(std::string_view name) const {
  const auto& [place, part] = impl_->place(name);
  const GgufTensor& t = *place;
  HEARTH_CHECK_AS(FormatError, t.type && t.type->known(), "[", impl_->source, "] tensor '", name,
                  "' is of type ", type_name(name), ", which Hearth does not read");
  std::vector<int64_t> sizes = t.sizes;
  ScalarType dtype = t.type->dtype;
  if (t.type->format) {
    dtype = kByte;
    sizes.back() = block_row_bytes(*t.type->format, sizes.back());
  }
  if (t.bytes.empty()) return empty(sizes, dtype);
  const bool aligned = reinterpret_cast<uintptr_t>(t.bytes.data()) % element_size(dtype) == 0;
  if (!aligned) {
    const Tensor copy = empty(sizes, dtype);
    std::memcpy(copy.data_ptr(), t.bytes.data(), t.bytes.size());
    return copy;
  }
  return from_blob(
      const_cast<char*>(t.bytes.data()), sizes, [keep = part->keep](void*) {},
      TensorOptions(dtype));
}

Tensor GgufFile::numbers_of(std::string_view name, ScalarType dtype) const {
  const std::optional<BlockFormat> packed = format(name);
  return packed ? dequantize_blocks(tensor(name), *packed, dtype) : tensor(name).to(dtype);
}

bool is_gguf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char magic[4] = {};
  file.read(magic, sizeof magic);
  return file && std::string_view(magic, sizeof magic) == "GGUF";
}

std::string find_gguf(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (!fs::is_directory(path, error)) return is_gguf(path) ? path : "";
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(path, error)) {
    const std::string name = entry.path().filename().string();
    if (name == "config.json" || name == "tokenizer.json" || name == "tokenizer.model") return "";
    if (entry.path().extension() == ".gguf") found.push_back(entry.path().string());
  }
  std::sort(found.begin(), found.end());
  const auto count = static_cast<int64_t>(found.size());
  if (count > 1 && found[0].ends_with(part_ending(1, count)) &&
      found.back().ends_with(part_ending(count, count)))
    return found[0];
  std::string names;
  for (const std::string& name : found) names += (names.empty() ? "" : ", ") + name;
  HEARTH_CHECK_AS(ValueError, found.size() <= 1, "[", path, "] holds ", found.size(),
                  " GGUF files; name one of ", names);
  return found.empty() ? "" : found[0];
}

}  // namespace hearth::text
