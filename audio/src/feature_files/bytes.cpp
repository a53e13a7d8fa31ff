// SPDX-License-Identifier: Apache-2.0
#include "feature_files/bytes.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"

namespace hearth::audio::feature_files {

bool Bytes::fill() {
  at_ = 0;
  end_ = stream_.read(buffer_, sizeof(buffer_));
  return end_ > 0;
}

void Bytes::read(void* to, size_t n) {
  char* out = static_cast<char*>(to);
  const size_t kept = std::min(n, end_ - at_);
  if (kept > 0) std::memcpy(out, buffer_ + at_, kept);
  at_ += kept;
  const size_t rest = n - kept;
  HEARTH_CHECK_AS(FormatError, rest == 0 || stream_.read(out + kept, rest) == rest, "[", path(),
                  "] ends within what it promises; is it cut off?");
}

void Bytes::expect(uint64_t n) const {
  const auto all = stream_.at_most();
  if (!all) return;
  const uint64_t left = *all - std::min(*all, position());
  HEARTH_CHECK_AS(FormatError, n <= left, "[", path(), "] promises ", n, " more bytes at position ",
                  position(), ", but at most ", left, " are there; is it cut off?");
}

Tensor Bytes::tensor(IntArrayRef sizes, ScalarType dtype) {
  uint64_t n = element_size(dtype);
  for (const int64_t size : sizes)
    HEARTH_CHECK_AS(FormatError,
                    size >= 0 && !__builtin_mul_overflow(n, static_cast<uint64_t>(size), &n) &&
                        n < (uint64_t{1} << 62),
                    "[", path(), "] a size of ", sizes, " cannot be true");
  expect(n);
  if (stream_.at_most()) {
    Tensor values = empty(sizes, dtype);
    read(values.data_ptr(), n);
    return values;
  }
  constexpr uint64_t kPart = 16 << 20;
  std::vector<char> bytes;
  while (bytes.size() < n) {
    const size_t done = bytes.size();
    bytes.resize(std::min(n, done + kPart));
    read(bytes.data() + done, bytes.size() - done);
  }
  Tensor values = empty(sizes, dtype);
  if (n > 0) std::memcpy(values.data_ptr(), bytes.data(), n);
  return values;
}

void Bytes::seek(uint64_t position) {
  const uint64_t begin = stream_.position() - end_;
  if (position >= begin && position <= stream_.position()) {
    at_ = position - begin;
    return;
  }
  stream_.seek(position);
  at_ = end_ = 0;
}

}  // namespace hearth::audio::feature_files
