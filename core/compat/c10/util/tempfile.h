// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

#include "hearth/base/error.h"

#include "c10/macros/Macros.h"

namespace hearth {

namespace detail {
/// Where temporary files go, with a name for mkstemp to finish.
inline std::string temporary_name(std::string_view prefix) {
  for (const char* variable : {"TMPDIR", "TMP", "TEMP", "TEMPDIR"})
    if (const char* folder = std::getenv(variable)) return cat_str(folder, "/", prefix, "XXXXXX");
  return cat_str("/tmp/", prefix, "XXXXXX");
}
}  // namespace detail

/// An empty file that is removed with the object.
struct TempFile {
  TempFile(std::string name_, int fd_) : fd(fd_), name(std::move(name_)) {}
  TempFile(TempFile&& o) noexcept : fd(std::exchange(o.fd, -1)), name(std::move(o.name)) {}
  TempFile& operator=(TempFile&& o) noexcept {
    std::swap(fd, o.fd);
    std::swap(name, o.name);
    return *this;
  }
  ~TempFile() {
    if (fd < 0) return;
    ::unlink(name.c_str());
    ::close(fd);
  }

  int fd;
  std::string name;
};

/// An empty folder that is removed with the object.
struct TempDir {
  explicit TempDir(std::string name_) : name(std::move(name_)) {}
  TempDir(TempDir&& o) noexcept : name(std::exchange(o.name, {})) {}
  TempDir& operator=(TempDir&& o) noexcept {
    std::swap(name, o.name);
    return *this;
  }
  ~TempDir() {
    if (!name.empty()) ::rmdir(name.c_str());
  }

  std::string name;
};

inline std::optional<TempFile> try_make_tempfile(std::string_view prefix = "torch-file-") {
  std::string name = detail::temporary_name(prefix);
  const int fd = ::mkstemp(name.data());
  if (fd < 0) return std::nullopt;
  return TempFile(std::move(name), fd);
}
inline TempFile make_tempfile(std::string_view prefix = "torch-file-") {
  if (auto file = try_make_tempfile(prefix)) return std::move(*file);
  throw FileError(
      cat_str("[make_tempfile] Error generating temporary file: ", std::strerror(errno)));
}
inline std::optional<TempDir> try_make_tempdir(std::string_view prefix = "torch-dir-") {
  std::string name = detail::temporary_name(prefix);
  if (!::mkdtemp(name.data())) return std::nullopt;
  return TempDir(std::move(name));
}
inline TempDir make_tempdir(std::string_view prefix = "torch-dir-") {
  if (auto folder = try_make_tempdir(prefix)) return std::move(*folder);
  throw FileError(
      cat_str("[make_tempdir] Error generating temporary directory: ", std::strerror(errno)));
}

}  // namespace hearth
