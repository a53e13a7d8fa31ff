// SPDX-License-Identifier: Apache-2.0
#include "hearth/data/readers/tar.h"

#include <algorithm>
#include <cstring>

#include "hearth/base/error.h"

namespace hearth::data::readers {

namespace {

constexpr uint64_t kBlock = 512;
constexpr uint64_t kLongestText = 1 << 20;  // of names and pax headers
constexpr uint64_t kLargest = uint64_t{1} << 62;

struct Field {
  size_t at, size;
};
constexpr Field kName{0, 100}, kSize{124, 12}, kSum{148, 8}, kPrefix{345, 155};
constexpr size_t kType = 156, kMagic = 257;

std::string text_of(const char* block, Field f) {
  return std::string(block + f.at, ::strnlen(block + f.at, f.size));
}

/// A number in octal digits, or, with the first bit set, in base 256; nothing if it is none.
std::optional<uint64_t> number_of(const char* block, Field f) {
  const auto* p = reinterpret_cast<const unsigned char*>(block + f.at);
  uint64_t value = 0;
  if (p[0] & 0x80) {
    if (p[0] != 0x80) return std::nullopt;  // negative, or beyond 64 bits
    for (size_t i = 1; i < f.size; ++i) {
      if (value >> 54) return std::nullopt;
      value = value << 8 | p[i];
    }
    return value;
  }
  size_t i = 0;
  while (i < f.size && p[i] == ' ') ++i;
  for (; i < f.size && p[i] >= '0' && p[i] <= '7'; ++i) {
    if (value >> 58) return std::nullopt;
    value = value << 3 | static_cast<uint64_t>(p[i] - '0');
  }
  return i == f.size || p[i] == ' ' || p[i] == '\0' ? std::optional(value) : std::nullopt;
}

/// The sum of a header's bytes, its own digits taken as blanks.
uint64_t sum_of(const char* block) {
  uint64_t sum = 0;
  for (size_t i = 0; i < kBlock; ++i)
    sum += i - kSum.at < kSum.size ? ' ' : static_cast<unsigned char>(block[i]);
  return sum;
}

}  // namespace

void TarReader::damaged(const std::string& why) const {
  throw FormatError(cat_str("[", path(), "] at byte ", header_, ": ", why));
}

void TarReader::seek(uint64_t header) {
  next_ = header;
  size_ = 0;
}

/// False at the end of the archive.
bool TarReader::read_header(TarMember& member, char& type) {
  bytes_.seek(next_);
  header_ = next_;
  char block[kBlock];
  const size_t n = bytes_.read(block, kBlock);
  if (n == 0) return false;
  if (n < kBlock) damaged("the archive ends within a header");
  if (std::all_of(block, block + kBlock, [](char c) { return c == 0; })) return false;
  const auto sum = number_of(block, kSum), size = number_of(block, kSize);
  if (!sum || *sum != sum_of(block)) damaged("this is no header, or a damaged one");
  if (!size || *size > kLargest) damaged("a member has an impossible size");
  member.name = text_of(block, kName);
  if (std::memcmp(block + kMagic, "ustar\0", 6) == 0)
    if (const std::string prefix = text_of(block, kPrefix); !prefix.empty())
      member.name = prefix + "/" + member.name;
  member.size = *size;
  member.header = header_;
  type = block[kType];
  return true;
}

std::string TarReader::read_text(uint64_t size) {
  if (size > kLongestText) damaged("a name or header is too long");
  std::string text(size, '\0');
  if (bytes_.read(text.data(), size) < size) damaged("the archive ends within a name");
  return text;
}

std::optional<TarMember> TarReader::next() {
  const uint64_t first = next_;
  std::optional<std::string> long_name;
  std::optional<uint64_t> long_size;
  for (TarMember member;;) {
    char type = 0;
    if (!read_header(member, type)) {
      if (long_name || long_size) damaged("a long name has no member");
      return std::nullopt;
    }
    const auto pass_over = [&](uint64_t size) {
      next_ = header_ + kBlock + (size + kBlock - 1) / kBlock * kBlock;
    };
    if (type == 'L') {
      long_name = read_text(member.size);
      long_name->resize(::strnlen(long_name->data(), long_name->size()));
      pass_over(member.size);
      continue;
    }
    if (type == 'x') {
      // Records "LENGTH key=value\n".
      const std::string text = read_text(member.size);
      for (size_t at = 0; at < text.size();) {
        size_t length = 0, p = at;
        for (; p < text.size() && text[p] >= '0' && text[p] <= '9' && length < text.size(); ++p)
          length = 10 * length + static_cast<size_t>(text[p] - '0');
        if (p == text.size() || text[p] != ' ' || length < p - at + 2 || length > text.size() - at)
          damaged("a pax header is damaged");
        const std::string record = text.substr(p + 1, length - (p + 1 - at) - 1);
        const std::string value = record.substr(std::min(record.size(), record.find('=') + 1));
        if (record.starts_with("path=")) long_name = value;
        if (record.starts_with("size=")) {
          if (value.empty() || value.size() > 18 ||
              value.find_first_not_of("0123456789") != value.npos)
            damaged("a pax header has an impossible size");
          long_size = std::stoull(value);
        }
        at += length;
      }
      pass_over(member.size);
      continue;
    }
    const bool regular = type == '0' || type == '\0' || type == '7';
    const bool more_headers = type == 'g' || type == 'K';
    if (long_size && !more_headers) member.size = *long_size;
    // Links, devices, folders and pipes have no bytes, whatever they say of their size. All else
    // does, also what only some other program knows.
    pass_over(type >= '1' && type <= '6' ? 0 : member.size);
    if (!regular || (long_name ? *long_name : member.name).ends_with('/')) {
      if (!more_headers) {
        long_name.reset();
        long_size.reset();
      }
      continue;
    }
    if (long_name) member.name = *long_name;
    member.header = long_name || long_size ? first : header_;  // with what belongs to it
    size_ = member.size;
    return member;
  }
}

std::string TarReader::read(uint64_t longest) {
  if (size_ > longest) damaged(cat_str("a member of ", size_, " bytes, at most ", longest));
  bytes_.seek(header_ + kBlock);
  // Not all at once: what the header promises need not be there.
  std::string content;
  for (uint64_t left = size_; left > 0;) {
    const auto some = static_cast<size_t>(std::min<uint64_t>(left, 16 << 20));
    const size_t before = content.size();
    content.resize(before + some);
    if (bytes_.read(content.data() + before, some) < some)
      damaged("the archive ends within a member");
    left -= some;
  }
  return content;
}

}  // namespace hearth::data::readers
