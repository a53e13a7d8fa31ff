// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/base/macros.h"

namespace hearth::hub {

enum class Hash {
  Md5,
  Sha1,
  Sha256,
  GitBlob,  ///< what git calls a file: SHA-1 of "blob SIZE\0" and the bytes
};

/// What a file must hash to.
struct HEARTH_API Checksum {
  Hash hash = Hash::Sha256;
  /// In lower-case hex; the first digits are enough (torchvision keeps 8).
  std::string hex;

  Checksum() = default;
  Checksum(Hash h, std::string digits) : hash(h), hex(std::move(digits)) {}
  /// "sha256:0fbf...", "md5:f68b...". Throws ValueError for anything else, or fewer than 8 digits.
  explicit Checksum(const std::string& text);

  bool empty() const { return hex.empty(); }
  /// Whether these are the digest's first digits.
  bool fits(const std::string& digest) const;
  const char* name() const;
};

/// The digest of a file in lower-case hex. Throws FileError.
HEARTH_API std::string hash_of_file(const std::string& path, Hash hash);

}  // namespace hearth::hub
