// SPDX-License-Identifier: Apache-2.0
#include "io/zip_writer.h"

#include <algorithm>

#include "hearth/base/error.h"

#include "io/zip_reader.h"

namespace hearth {

namespace {

constexpr uint64_t kIn64 = 0xffffffff;
constexpr uint16_t kVersion = 20, kVersion64 = 45, kUtf8 = 1 << 11;
constexpr uint16_t kExtra64 = 1;
/// An extra field of no meaning, which moves the content; PyTorch uses the same.
constexpr uint16_t kPadding = 0x4246;
constexpr uint64_t kAlign = 64;
/// 1 January 1980, the first day that the format can tell: files depend on their content alone.
constexpr uint16_t kDate = 1 << 5 | 1;

template <typename T>
void put(std::string& to, T value) {
  to.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

/// The numbers that do not fit where they belong, one after the other.
std::string extra64(std::initializer_list<uint64_t> numbers) {
  std::string wide;
  for (const uint64_t n : numbers)
    if (n >= kIn64) put(wide, n);
  if (wide.empty()) return wide;
  std::string field;
  put(field, kExtra64);
  put(field, static_cast<uint16_t>(wide.size()));
  return field + wide;
}
uint32_t narrow(uint64_t n) { return static_cast<uint32_t>(std::min(n, kIn64)); }

}  // namespace

void ZipWriter::add(const std::string& name, std::initializer_list<std::string_view> parts) {
  HEARTH_CHECK_AS(ValueError, !name.empty() && name.size() <= UINT16_MAX,
                  "[zip] expected a name of 1 to 65535 bytes, got ", name.size());
  HEARTH_CHECK_AS(ValueError, names_.insert(name).second, "[zip] the name '", name, "' is taken");
  uint64_t size = 0;
  uint32_t crc = 0;
  for (const std::string_view part : parts) {
    size += part.size();
    crc = crc32_of(part, crc);
  }
  // A local header gives both sizes, or neither, in its extra field.
  std::string extra = size >= kIn64 ? extra64({size, size}) : std::string();
  const uint16_t version = size >= kIn64 || at_ >= kIn64 ? kVersion64 : kVersion;

  constexpr uint64_t kLocalSize = 30;
  const uint64_t content = at_ + kLocalSize + name.size() + extra.size() + 4;
  put(extra, kPadding);
  const uint64_t padding = (kAlign - content % kAlign) % kAlign;
  put(extra, static_cast<uint16_t>(padding));
  extra.append(static_cast<size_t>(padding), 'Z');

  // What the local header and the directory say alike.
  std::string common;
  put(common, version);
  put(common, kUtf8);
  put(common, uint16_t{0});  // stored
  put(common, uint16_t{0});  // time
  put(common, kDate);
  put(common, crc);
  put(common, narrow(size));
  put(common, narrow(size));
  put(common, static_cast<uint16_t>(name.size()));

  const uint64_t local = at_;
  std::string header = "PK\x03\x04" + common;
  put(header, static_cast<uint16_t>(extra.size()));
  write(header + name + extra);
  for (const std::string_view part : parts) write(part);

  const std::string wide = extra64({size, size, local});
  directory_ += "PK\x01\x02";
  put(directory_, version);
  directory_ += common;
  put(directory_, static_cast<uint16_t>(wide.size()));
  put(directory_, uint16_t{0});  // comment
  put(directory_, uint16_t{0});  // disk
  put(directory_, uint16_t{0});  // internal attributes
  put(directory_, uint32_t{0});  // external attributes
  put(directory_, narrow(local));
  directory_ += name;
  directory_ += wide;
  ++count_;
}

void ZipWriter::finish() {
  const uint64_t begin = at_, size = directory_.size();
  write(directory_);
  constexpr uint64_t kMostCount = 0xffff;
  if (count_ >= kMostCount || begin >= kIn64 || size >= kIn64) {
    const uint64_t record = at_;
    constexpr uint64_t kRest = 44;
    std::string end = "PK\x06\x06";
    put(end, kRest);
    put(end, kVersion64);
    put(end, kVersion64);
    put(end, uint32_t{0});
    put(end, uint32_t{0});
    for (const uint64_t n : {count_, count_, size, begin}) put(end, n);
    end += "PK\x06\x07";
    put(end, uint32_t{0});
    put(end, record);
    put(end, uint32_t{1});
    write(end);
  }
  std::string end = "PK\x05\x06";
  put(end, uint32_t{0});
  for (int i = 0; i < 2; ++i) put(end, static_cast<uint16_t>(std::min(count_, kMostCount)));
  put(end, narrow(size));
  put(end, narrow(begin));
  put(end, uint16_t{0});
  write(end);
}

}  // namespace hearth
