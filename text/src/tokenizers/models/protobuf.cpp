// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/models/protobuf.h"

#include <cstring>

#include "hearth/base/error.h"

namespace hearth::text {

void ProtobufReader::fail(const char* what) const {
  throw FormatError(cat_str("[", source_, "] expected ", what, " in field ", field_,
                            " of a protocol buffer, ", rest_.size(), " bytes before its end"));
}

uint64_t ProtobufReader::varint() {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const auto byte = static_cast<uint8_t>(take(1)[0]);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  fail("a number of at most ten bytes");
}

std::string_view ProtobufReader::take(uint64_t size) {
  if (size > rest_.size()) fail("more bytes");
  const std::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

bool ProtobufReader::next() {
  if (unread_) {
    unread_ = false;
    switch (kind_) {
      case kVarint:
        varint();
        break;
      case kEight:
        take(8);
        break;
      case kBytes:
        take(varint());
        break;
      case kFour:
        take(4);
        break;
      default:
        fail("a kind of value that is known");
    }
  }
  if (rest_.empty()) return false;
  const uint64_t tag = varint();
  kind_ = tag & 7;
  if (tag >> 3 == 0 || tag >> 3 >= 1u << 29) fail("a field's number");
  field_ = static_cast<uint32_t>(tag >> 3);
  unread_ = true;
  return true;
}

void ProtobufReader::expect(Kind kind, const char* what) {
  if (!unread_ || kind_ != kind) fail(what);
  unread_ = false;
}

uint64_t ProtobufReader::number() {
  expect(kVarint, "a number");
  return varint();
}

float ProtobufReader::float32() {
  expect(kFour, "a float");
  float value;
  std::memcpy(&value, take(sizeof value).data(), sizeof value);
  return value;
}

std::string_view ProtobufReader::bytes() {
  expect(kBytes, "a string");
  return take(varint());
}

}  // namespace hearth::text
