// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hearth::train {

/// Seconds since 1970.
double wall_time();

/// A file that grows by whole records. What can't be written never throws: it is reported once, and
/// the file keeps only whole records.
class LogFile {
 public:
  explicit LogFile(std::string path) : path_(std::move(path)) {}
  ~LogFile();
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  const std::string& path() const { return path_; }
  /// Bytes of whole records.
  int64_t size() const { return size_; }
  /// The file continues after that many bytes of what it holds, if it still has them; otherwise it
  /// begins anew.
  void continue_at(int64_t size) { size_ = size; }
  void append(std::string_view record);
  /// Replaces all records, once the new ones are whole.
  void replace(std::string_view records);
  /// What it holds now, whole records or not; empty if there is no file.
  std::string read() const;

 private:
  bool open();
  void complain(int error);

  std::string path_;
  int file_ = -1;
  int64_t size_ = 0;
  bool has_complained_ = false;
};

}  // namespace hearth::train
