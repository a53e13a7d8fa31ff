// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/gguf/gguf_file.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <unordered_map>

#include "hearth/io/mapped_file.h"
#include "hearth/ops/creation.h"

#include "gguf/gguf_header.h"

namespace hearth::text {

struct GgufFile::Impl {
  std::string source;
  std::shared_ptr<const void> keep;  ///< the bytes' owner
  GgufHeader header;
  std::vector<std::string> keys, metadata_keys;
  std::unordered_map<std::string_view, size_t> tensors, values;

  Impl(std::string_view file, std::shared_ptr<const void> owner, std::string name)
      : source(std::move(name)), keep(std::move(owner)), header(parse_gguf(file, source)) {
    for (const GgufValue& v : header.values) {
      values.emplace(v.key, metadata_keys.size());
      metadata_keys.push_back(v.key);
    }
    for (const GgufTensor& t : header.tensors) {
      tensors.emplace(t.name, keys.size());
      keys.push_back(t.name);
    }
  }

  const GgufTensor& tensor(std::string_view name) const {
    const auto found = tensors.find(name);
    HEARTH_CHECK_AS(FormatError, found != tensors.end(), "[", source, "] has no tensor '", name,
                    "'");
    return header.tensors[found->second];
  }
  const GgufValue& value(std::string_view key) const {
    const auto found = values.find(key);
    HEARTH_CHECK_AS(FormatError, found != values.end(), "[", source, "] has no metadata '", key,
                    "'");
    return header.values[found->second];
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
  auto file = std::make_shared<MappedFile>(path);
  const std::string_view bytes(file->data(), file->size());
  impl_ = std::make_shared<Impl>(bytes, std::move(file), path);
  const int64_t files = integer("split.count", 1);
  HEARTH_CHECK_AS(FormatError, files <= 1, "[", path, "] is one of ", files,
                  " files of a model; Hearth reads models in one file (llama.cpp's "
                  "llama-gguf-split --merge makes one)");
}

GgufFile::GgufFile(const void* data, size_t size, const std::string& name) {
  auto copy = std::make_shared<std::string>(static_cast<const char*>(data), size);
  const std::string_view bytes = *copy;
  impl_ = std::make_shared<Impl>(bytes, std::move(copy), name);
}

uint32_t GgufFile::version() const { return impl_->header.version; }
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
  const GgufTensor& t = impl_->tensor(name);
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
      const_cast<char*>(t.bytes.data()), sizes, [keep = impl_->keep](void*) {},
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
  std::string names;
  for (const std::string& name : found) names += (names.empty() ? "" : ", ") + name;
  HEARTH_CHECK_AS(ValueError, found.size() <= 1, "[", path, "] holds ", found.size(),
                  " GGUF files; name one of ", names);
  return found.empty() ? "" : found[0];
}

}  // namespace hearth::text
