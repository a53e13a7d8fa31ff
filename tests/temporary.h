// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <stdlib.h>

/// A folder that goes away with everything in it.
struct TemporaryFolder {
  std::string path;
  TemporaryFolder() {
    std::string name = std::filesystem::temp_directory_path() / "hearth-test-XXXXXX";
    path = ::mkdtemp(name.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string operator/(const std::string& name) const { return path + "/" + name; }
  bool has(const std::string& name) const { return std::filesystem::exists(*this / name); }
};

inline void write_text(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

inline std::string read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// As the program gzip packs them.
inline std::string gzipped(const std::string& bytes) {
  const TemporaryFolder folder;
  write_text(folder / "file", bytes);
  return std::system(("gzip " + (folder / "file")).c_str()) == 0 ? read_text(folder / "file.gz")
                                                                 : "";
}
