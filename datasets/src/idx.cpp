// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/idx.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "hearth/data/readers/byte_stream.h"
#include "hearth/ops/creation.h"

namespace hearth::datasets {
namespace {

ScalarType dtype_of_code(int code, const std::string& name) {
  switch (code) {
    case 0x08:
      return kByte;
    case 0x09:
      return kChar;
    case 0x0b:
      return kShort;
    case 0x0c:
      return kInt;
    case 0x0d:
      return kFloat;
    case 0x0e:
      return kDouble;
    default:
      break;
  }
  throw FormatError(cat_str("[", name, "] is no idx file: element type ", code,
                            " is none of 8, 9, 11, 12, 13, 14"));
}

using data::readers::ByteStream;

Tensor parse(ByteStream& source) {
  const std::string& name = source.path();
  uint8_t head[4];
  HEARTH_CHECK_AS(FormatError, source.read(head, 4) == 4 && head[0] == 0 && head[1] == 0, "[", name,
                  "] is no idx file: it does not start with two zero bytes");
  const ScalarType dtype = dtype_of_code(head[2], name);
  const int dims = head[3];
  HEARTH_CHECK_AS(FormatError, dims >= 1 && dims <= 8, "[", name,
                  "] expected 1 to 8 dims, the header says ", dims);
  std::vector<int64_t> sizes;
  // The upper bound of what may follow, so that nothing is allocated for an empty promise.
  const auto at_most = source.at_most();
  HEARTH_CHECK_AS(FileError, at_most, "[", name, "] is not a regular file");
  const uint64_t limit = *at_most;
  uint64_t bytes = element_size(dtype);
  for (int d = 0; d < dims; ++d) {
    uint8_t be[4];
    HEARTH_CHECK_AS(FormatError, source.read(be, 4) == 4, "[", name, "] ends within its header");
    const uint32_t size = static_cast<uint32_t>(be[0]) << 24 | be[1] << 16 | be[2] << 8 | be[3];
    sizes.push_back(size);
    // One factor stays below 2^32 and the other below the limit: no overflow.
    HEARTH_CHECK_AS(FormatError, size == 0 || bytes <= limit / size, "[", name,
                    "] the header promises ", sizes, " elements and more, the file has at most ",
                    limit, " bytes; it is damaged or cut short");
    bytes *= size;
  }
  Tensor out = empty(sizes, dtype);
  auto* data = static_cast<uint8_t*>(out.data_ptr());
  const uint64_t got = source.read(data, bytes);
  HEARTH_CHECK_AS(FormatError, got == bytes, "[", name, "] the header promises ", bytes,
                  " bytes, only ", got, " follow; the file is cut short");
  uint8_t beyond;
  HEARTH_CHECK_AS(FormatError, source.read(&beyond, 1) == 0, "[", name, "] the header promises ",
                  bytes, " bytes, but more follow");
  const auto width = static_cast<size_t>(element_size(dtype));
  if (width > 1)
    for (uint64_t i = 0; i < bytes; i += width) std::reverse(data + i, data + i + width);
  return out;
}

}  // namespace

Tensor read_idx(const std::string& path) {
  ByteStream source(path);
  return parse(source);
}

Tensor read_idx(const void* data, size_t bytes, const std::string& name) {
  ByteStream source(data, bytes, name);
  return parse(source);
}

}  // namespace hearth::datasets
