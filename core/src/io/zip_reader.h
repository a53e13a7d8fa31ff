// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace hearth {

/// A member of a zip archive, as the archive's directory describes it.
struct ZipEntry {
  std::string name;
  uint64_t packed = 0, size = 0;  ///< bytes in the file, and of the content
  uint64_t local = 0;             ///< where its local header lies
  uint32_t crc = 0;
  bool deflated = false;
};

/// A zip archive in memory (zip64 too), stored or deflated. What it says is checked against the
/// bytes that are there; what does not hold throws FormatError.
class ZipReader {
 public:
  /// `bytes` must outlive the reader; `source` names the file in errors.
  ZipReader(std::string_view bytes, std::string source);

  /// In the order of the directory.
  const std::vector<ZipEntry>& entries() const { return entries_; }
  /// Null if there is none of that name.
  const ZipEntry* find(std::string_view name) const;
  /// The content of a member, its checksum compared. Throws NotImplementedError for a deflated one
  /// in a build without zlib.
  std::string read(const ZipEntry& entry) const;
  /// The content of a member and what holds it in memory: where it lies in the archive, which
  /// `keep` holds, or, of a deflated one, memory of its own.
  std::pair<std::string_view, std::shared_ptr<const void>> content(
      const ZipEntry& entry, const std::shared_ptr<const void>& keep) const;

 private:
  std::string_view packed_bytes(const ZipEntry& entry) const;
  void read_directory();
  [[noreturn]] void damaged(std::string_view why) const;

  std::string_view bytes_;
  std::string source_;
  std::vector<ZipEntry> entries_;
  std::unordered_map<std::string_view, size_t> by_name_;
};

/// The checksum of zip, gzip and PNG, of `bytes` after those that gave `crc`.
uint32_t crc32_of(std::string_view bytes, uint32_t crc = 0);

}  // namespace hearth
