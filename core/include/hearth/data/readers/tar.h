// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hearth/data/readers/byte_stream.h"

namespace hearth::data::readers {

struct TarMember {
  std::string name;
  uint64_t size = 0;
  uint64_t header = 0;  ///< where its header begins in what is not compressed
};

/// The regular files of a tar archive in order, plain or gzipped; ustar, GNU's and pax's long names
/// and sizes. Links, folders and devices are passed over. What the archive says is checked: a wrong
/// checksum or an end within a member throws FormatError, which names the archive and the place.
/// The two empty blocks at the end may be missing.
class HEARTH_API TarReader {
 public:
  explicit TarReader(const std::string& path) : bytes_(path) {}
  /// The next file; nothing at the end. What was not read of the last one is passed over.
  std::optional<TarMember> next();
  /// All bytes of the last file. Throws FormatError for more than `longest`.
  std::string read(uint64_t longest = uint64_t{1} << 32);
  /// Where the next header begins.
  uint64_t position() const { return next_; }
  /// Goes to a header, as position() or TarMember::header gave it.
  void seek(uint64_t header);
  const std::string& path() const { return bytes_.path(); }

 private:
  bool read_header(TarMember& member, char& type);
  std::string read_text(uint64_t size);
  [[noreturn]] void damaged(const std::string& why) const;

  ByteStream bytes_;
  uint64_t next_ = 0;    ///< where the next header begins
  uint64_t header_ = 0;  ///< where the last one began
  uint64_t size_ = 0;    ///< of the last file
};

}  // namespace hearth::data::readers
