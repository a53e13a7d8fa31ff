// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "hearth/base/macros.h"

namespace hearth {

/// Whether a new file also survives a power cut. Syncing waits for the disk, many milliseconds a
/// file; a killed program needs none of it.
enum class Durability : int8_t { Synced, Unsynced };

/// Writes a file that appears whole or not at all: into a temporary file of the same directory,
/// which commit() syncs and renames over `path` (over what it leads to, if it is a link). Without
/// commit, nothing remains; a writer that is killed leaves a hidden temporary, which the next
/// writer of that name takes over. Something that is not a regular file (a device, a pipe) is
/// written directly. Errors throw FileError; the old file then stays.
class HEARTH_API AtomicFile {
 public:
  explicit AtomicFile(std::string path, Durability durability = Durability::Synced);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  void write(const void* data, size_t bytes);
  void write(std::string_view text) { write(text.data(), text.size()); }
  /// Writes over what is there already, where write() goes on after it: for headers that say how
  /// much follows.
  void write_at(uint64_t offset, const void* data, size_t bytes);
  /// Whether write_at works: not in what is no regular file.
  bool can_write_at() const { return !temporary_.empty(); }
  /// Syncs, if it shall, and renames.
  void commit();

 private:
  void open_temporary();
  [[noreturn]] void fail(const char* what) const;

  std::string path_, temporary_;  // no temporary: written directly
  int fd_ = -1;
  Durability durability_;
};

/// AtomicFile, write and commit.
HEARTH_API void write_file_atomically(const std::string& path, std::string_view content);

}  // namespace hearth
