// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/text_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "hearth/base/byte_order_mark.h"
#include "hearth/base/error.h"

namespace hearth::text {

std::string read_text_file(const std::string& path) {
  constexpr size_t kBlock = size_t{1} << 20, kMost = size_t{1} << 32;
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  HEARTH_CHECK_AS(FileError, file, "[", path, "] cannot be opened: ", std::strerror(errno));
  std::string out;
  // JSON's reader looks at what is behind a text, and copies one without room there.
  constexpr size_t kBehind = 64;
  if (std::fseek(file.get(), 0, SEEK_END) == 0) {  // not of a pipe
    const long size = std::ftell(file.get());
    std::rewind(file.get());
    if (size > 0 && static_cast<size_t>(size) <= kMost)
      out.reserve(static_cast<size_t>(size) + kBlock + kBehind);
  }
  for (size_t size = 0;;) {
    out.resize(size + kBlock);
    const size_t n = std::fread(out.data() + size, 1, kBlock, file.get());
    size += n;
    HEARTH_CHECK_AS(FileError, !std::ferror(file.get()), "[", path, "] cannot be read");
    HEARTH_CHECK_AS(FormatError, size <= kMost, "[", path, "] has more than ", kMost, " bytes");
    if (n < kBlock) {
      out.resize(size);
      out.erase(0, size - without_byte_order_mark(out, path).size());
      return out;
    }
  }
}

}  // namespace hearth::text
