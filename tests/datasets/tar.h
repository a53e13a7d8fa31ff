// SPDX-License-Identifier: Apache-2.0
// Tar archives for tests.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace hearth::datasets {

/// A header block. Sizes of 8 GiB and more are written in GNU's binary form.
inline std::string tar_header(const std::string& name, uint64_t size, char type) {
  std::string block(512, '\0');
  std::memcpy(block.data(), name.data(), std::min<size_t>(name.size(), 100));
  std::memcpy(block.data() + 100, "0000644", 7);
  if (size < (uint64_t{1} << 33)) {
    std::snprintf(block.data() + 124, 12, "%011llo", static_cast<unsigned long long>(size));
  } else {
    block[124] = '\x80';
    for (size_t i = 0; i < 8; ++i) block[135 - i] = static_cast<char>(size >> (8 * i));
  }
  std::memcpy(block.data() + 136, "00000000000", 11);
  std::memcpy(block.data() + 148, "        ", 8);
  block[156] = type;
  std::memcpy(block.data() + 257, "ustar  ", 7);
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  std::snprintf(block.data() + 148, 8, "%06o", sum);
  return block;
}

inline std::string padded(std::string bytes) {
  bytes.resize((bytes.size() + 511) / 512 * 512);
  return bytes;
}

/// An archive of files, with GNU's long names. The last one's header promises `promised` bytes, if
/// given.
inline std::string tar(const std::vector<std::pair<std::string, std::string>>& files,
                       uint64_t promised = 0) {
  std::string out;
  for (size_t i = 0; i < files.size(); ++i) {
    const auto& [name, bytes] = files[i];
    if (name.size() > 100)
      out += tar_header("././@LongLink", name.size() + 1, 'L') + padded(name + '\0');
    const bool lies = promised > 0 && i + 1 == files.size();
    out += tar_header(name, lies ? promised : bytes.size(), '0') + padded(bytes);
  }
  return out + std::string(1024, '\0');
}

}  // namespace hearth::datasets
