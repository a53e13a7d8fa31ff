// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <unordered_set>

#include <nlohmann/json.hpp>

#include "io/safetensors_format.h"
#include "tensor/host_read.h"
#include "tensor/tensor_impl.h"

namespace hearth::safetensors {

static_assert(std::endian::native == std::endian::little, "safetensors are little-endian");

namespace {

struct Type {
  std::string_view name;
  uint64_t bits;
  ScalarType dtype;
};
constexpr ScalarType kNone = ScalarType::Undefined;
constexpr Type kTypes[] = {{"BOOL", 8, kBool},    {"U8", 8, kByte},           {"I8", 8, kChar},
                           {"I16", 16, kShort},   {"I32", 32, kInt},          {"I64", 64, kLong},
                           {"F16", 16, kHalf},    {"BF16", 16, kBFloat16},    {"F32", 32, kFloat},
                           {"F64", 64, kDouble},  {"C64", 64, kComplexFloat}, {"U16", 16, kUInt16},
                           {"U32", 32, kUInt32},  {"U64", 64, kUInt64},       {"F8_E5M2", 8, kNone},
                           {"F8_E4M3", 8, kNone}, {"F8_E8M0", 8, kNone},      {"F4", 4, kNone},
                           {"F6_E2M3", 6, kNone}, {"F6_E3M2", 6, kNone}};

const Type* find_type(std::string_view name) {
  for (const Type& t : kTypes)
    if (t.name == name) return &t;
  return nullptr;
}

/// Reads the header's JSON event by event; its shape bounds the depth at three.
class Reader : public nlohmann::json_sax<nlohmann::json> {
 public:
  Reader(Header& header, const std::string& source) : header_(header), source_(source) {}

  bool start_object(size_t) override {
    if (depth_ >= 2 || array_) bad("an object too deep in the header");
    if (depth_ == 1 && !metadata_) {
      header_.entries.emplace_back();
      header_.entries.back().name = name_;
      seen_type_ = seen_shape_ = seen_offsets_ = false;
    }
    ++depth_;
    return true;
  }
  bool end_object() override {
    if (--depth_ == 1) {
      if (!metadata_ && !(seen_type_ && seen_shape_ && seen_offsets_))
        bad(cat_str("tensor '", name_, "' needs dtype, shape and data_offsets"));
      metadata_ = false;
    }
    return true;
  }
  bool key(std::string& k) override {
    if (depth_ == 1) {
      if (!names_.insert(k).second) bad(cat_str("the name '", k, "' comes twice"));
      name_ = k;
      metadata_ = k == "__metadata__";
    } else {
      field_ = k;
      if (metadata_) {
        if (header_.metadata.count(k)) bad(cat_str("the metadata key '", k, "' comes twice"));
        return true;
      }
      bool& seen = k == "dtype"          ? seen_type_
                   : k == "shape"        ? seen_shape_
                   : k == "data_offsets" ? seen_offsets_
                                         : unknown_field(k);
      if (seen) bad(cat_str("tensor '", name_, "' has two of ", k));
      seen = true;
    }
    return true;
  }
  bool string(std::string& s) override {
    if (depth_ == 2 && metadata_) {
      header_.metadata.emplace(field_, std::move(s));
    } else if (depth_ == 2 && field_ == "dtype" && !array_) {
      const Type* type = find_type(s);
      if (!type) bad(cat_str("tensor '", name_, "' has the unknown dtype '", s, "'"));
      entry().type = s;
      entry().dtype = type->dtype;
    } else {
      bad("a string out of place");
    }
    return true;
  }
  bool start_array(size_t) override {
    if (depth_ != 2 || metadata_ || array_ || field_ == "dtype") bad("an array out of place");
    array_ = true;
    numbers_ = 0;
    return true;
  }
  bool end_array() override {
    array_ = false;
    if (field_ == "data_offsets" && numbers_ != 2)
      bad(cat_str("tensor '", name_, "' needs two data_offsets, got ", numbers_));
    return true;
  }
  bool number_unsigned(uint64_t v) override {
    if (!array_) bad("a number out of place");
    if (v > INT64_MAX) bad(cat_str("tensor '", name_, "' has the number ", v, ", beyond int64"));
    if (field_ == "shape") {
      if (numbers_ >= kMaxRank)
        bad(cat_str("tensor '", name_, "' with more than ", kMaxRank, " dims"));
      entry().sizes.push_back(static_cast<int64_t>(v));
    } else if (numbers_ == 0) {
      entry().begin = v;
    } else {
      entry().end = v;
    }
    ++numbers_;
    return true;
  }
  bool number_integer(int64_t v) override { bad(cat_str("the negative number ", v)); }
  bool number_float(double, const std::string& s) override { bad(cat_str("the number ", s)); }
  bool null() override { bad("null"); }
  bool boolean(bool) override { bad("true or false"); }
  bool binary(nlohmann::json::binary_t&) override { bad("binary data"); }
  bool parse_error(size_t position, const std::string&, const nlohmann::json::exception&) override {
    bad(cat_str("broken JSON at byte ", position));
  }

 private:
  [[noreturn]] void bad(std::string_view what) const {
    throw FormatError(cat_str("[", source_, "] expected a safetensors header, got ", what));
  }
  [[noreturn]] bool& unknown_field(const std::string& k) const {
    bad(cat_str("the unknown field '", k, "' in tensor '", name_, "'"));
  }
  Entry& entry() { return header_.entries.back(); }

  Header& header_;
  const std::string& source_;
  std::unordered_set<std::string> names_;
  std::string name_, field_;
  int depth_ = 0;
  bool metadata_ = false, array_ = false;
  bool seen_type_ = false, seen_shape_ = false, seen_offsets_ = false;
  uint64_t numbers_ = 0;
};

uint64_t expected_bytes(const Entry& e, const std::string& source) {
  uint64_t bits = find_type(e.type)->bits;
  bool overflow = false, empty = false;
  for (const int64_t n : e.sizes) {
    empty |= n == 0;
    if (n != 0) overflow |= __builtin_mul_overflow(bits, static_cast<uint64_t>(n), &bits);
  }
  HEARTH_CHECK_AS(FormatError, !overflow, "[", source, "] tensor '", e.name, "' of shape ",
                  e.sizes.ref(), " is larger than memory can be");
  if (empty) return 0;
  HEARTH_CHECK_AS(FormatError, bits % 8 == 0, "[", source, "] tensor '", e.name,
                  "' does not end on a byte");
  return bits / 8;
}

void check_offsets(Header& header, uint64_t data_size, const std::string& source) {
  for (const Entry& e : header.entries) {
    HEARTH_CHECK_AS(FormatError, e.begin <= e.end, "[", source, "] tensor '", e.name,
                    "' ends before it begins: data_offsets ", e.begin, ", ", e.end);
    const uint64_t bytes = expected_bytes(e, source);
    HEARTH_CHECK_AS(FormatError, e.end - e.begin == bytes, "[", source, "] tensor '", e.name,
                    "' of type ", e.type, " and shape ", e.sizes.ref(), " takes ", bytes,
                    " bytes, its data_offsets span ", e.end - e.begin);
  }
  std::stable_sort(header.entries.begin(), header.entries.end(),
                   [](const Entry& a, const Entry& b) {
                     return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
                   });
  uint64_t at = 0;
  for (const Entry& e : header.entries) {
    HEARTH_CHECK_AS(FormatError, e.begin == at, "[", source, "] tensor '", e.name,
                    "' was expected to begin at byte ", at, " of the data, it begins at ", e.begin,
                    e.begin < at ? " (an overlap)" : " (a hole)");
    at = e.end;
  }
  HEARTH_CHECK_AS(FormatError, at == data_size, "[", source, "] the header describes ", at,
                  " bytes of data, the file has ", data_size, "; is it cut off?");
}

}  // namespace

Header parse_header(const char* data, uint64_t size, const std::string& source) {
  HEARTH_CHECK_AS(FormatError, size >= 8, "[", source, "] expected a safetensors file, got ", size,
                  " bytes; is it cut off?");
  uint64_t length = 0;
  std::memcpy(&length, data, 8);
  HEARTH_CHECK_AS(FormatError, length <= kMostHeader, "[", source,
                  "] expected a safetensors header of at most ", kMostHeader,
                  " bytes, its length says ", length);
  HEARTH_CHECK_AS(FormatError, length <= size - 8, "[", source, "] the header says it has ", length,
                  " bytes, the file only ", size - 8, " more; is it cut off?");
  const char* text = data + 8;
  HEARTH_CHECK_AS(FormatError, length >= 2 && text[0] == '{', "[", source,
                  "] expected a safetensors header that begins with '{'");
  Header header;
  header.data_start = 8 + length;
  Reader reader(header, source);
  nlohmann::json::sax_parse(text, text + length, &reader);
  check_offsets(header, size - header.data_start, source);
  return header;
}

namespace {

std::string_view type_name(const std::string& tensor, ScalarType t) {
  for (const Type& type : kTypes)
    if (type.dtype == t) return type.name;
  throw DtypeError(cat_str("[safetensors] tensor '", tensor, "' is of type ", t,
                           ", which the format does not have"));
}

std::string quoted(const std::string& s) {
  try {
    return nlohmann::json(s).dump();
  } catch (const nlohmann::json::exception&) {
    throw ValueError("[safetensors] names and metadata must be valid UTF-8");
  }
}

}  // namespace

void write(Sink& sink, const NamedTensors& tensors, const Metadata& metadata,
           const Conversion& conversion) {
  std::unordered_set<std::string> names = {"__metadata__"};
  std::vector<const std::pair<std::string, Tensor>*> order;
  for (const auto& item : tensors) {
    HEARTH_CHECK_AS(ValueError, item.second.defined(), "[safetensors] tensor '", item.first,
                    "' is undefined");
    HEARTH_CHECK_AS(ValueError, names.insert(item.first).second, "[safetensors] the name '",
                    item.first, "' is taken");
    order.push_back(&item);
  }
  // Wide types first: then every tensor lies aligned.
  std::sort(order.begin(), order.end(), [&](const auto* a, const auto* b) {
    const auto wa = element_size(conversion.type_of(a->second));
    const auto wb = element_size(conversion.type_of(b->second));
    return wa != wb ? wa > wb : a->first < b->first;
  });
  std::string text = "{";
  const auto comma = [&] { return text.size() == 1 ? "" : ","; };
  if (!metadata.empty()) {
    text += "\"__metadata__\":{";
    bool first = true;
    for (const auto& [key, value] : metadata) {
      text += cat_str(first ? "" : ",", quoted(key), ":", quoted(value));
      first = false;
    }
    text += "}";
  }
  uint64_t at = 0;
  for (const auto* item : order) {
    std::string shape;
    HEARTH_CHECK_AS(ValueError, item->second.layout() == kStrided, "[save] '", item->first,
                    "' is a sparse tensor, which files do not hold; save its indices and values");
    for (const int64_t n : item->second.sizes()) shape += cat_str(shape.empty() ? "" : ",", n);
    const uint64_t end = at + conversion.bytes_of(item->second);
    text += cat_str(comma(), quoted(item->first), ":{\"dtype\":\"",
                    type_name(item->first, conversion.type_of(item->second)), "\",\"shape\":[",
                    shape, "],\"data_offsets\":[", at, ",", end, "]}");
    at = end;
  }
  text += "}";
  text.resize((text.size() + 7) / 8 * 8, ' ');
  HEARTH_CHECK_AS(ValueError, text.size() <= kMostHeader, "[safetensors] the header would have ",
                  text.size(), " bytes, at most ", kMostHeader, " are allowed");
  const uint64_t length = text.size();
  sink.write(&length, 8);
  sink.write(text.data(), text.size());
  check_host_read("save");
  for (const auto* item : order) {
    const Tensor plain = conversion.apply(item->second);
    if (plain.nbytes() > 0) sink.write(raw_data(plain), plain.nbytes());
    conversion.written(static_cast<int64_t>(plain.nbytes()));
  }
}

}  // namespace hearth::safetensors
