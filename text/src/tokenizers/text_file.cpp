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
  for (size_t size = 0;;) {
    out.resize(size + kBlock);
    const size_t n = std::fread(out.data() + size, 1, kBlock, file.get());
    size += n;
    HEARTH_CHECK_AS(FileError, !std::ferror(file.get()), "[", path, "] cannot be read");
    HEARTH_CHECK_AS(FormatError, size <= kMost, "[", path, "] has more than ", kMost, " bytes");
    if (n < kBlock) {
      out.resize(size);
      return std::string(without_byte_order_mark(out, path));
    }
  }
}

}  // namespace hearth::text
