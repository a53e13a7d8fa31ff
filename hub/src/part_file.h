// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace hearth::hub {

/// The file that bytes of a download arrive in, held by one process at a time, so that a download
/// that was cut or killed goes on where it stopped.
class PartFile {
 public:
  /// Waits until no other process has it. Throws FileError.
  explicit PartFile(std::string path);
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  const std::string& path() const { return path_; }
  uint64_t size() const { return size_; }
  /// False, with errno set, when the bytes cannot be written.
  bool append(const char* data, size_t n);
  void clear();
  /// The strong ETag of what is in it, kept beside it; empty if none is known.
  std::string validator() const;
  /// Keeps what is there if `etag` is weak or empty.
  void set_validator(const std::string& etag);
  void remove();
  /// Durable, and under its final name.
  void become(const std::string& final_path);

 private:
  std::string validator_path() const { return path_ + ".etag"; }
  [[noreturn]] void fail(const char* what) const;

  std::string path_;
  int fd_ = -1;
  uint64_t size_ = 0;
};

/// Makes a folder and those above it. Throws FileError.
void make_folder(const std::string& folder);
bool exists(const std::string& path);

}  // namespace hearth::hub
