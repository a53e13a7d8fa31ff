// SPDX-License-Identifier: Apache-2.0
// Kaldi's compressed matrices: a header of the least value, the range and the sizes; then one or
// two bytes a value. CM has a curve of three pieces for each column and stores columns.
#include "feature_files/compressed_matrix.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"

namespace hearth::audio::feature_files {

namespace {

using kaldi_io::CompressionMethod;

struct Header {
  float least = 0, range = 0;
  int32_t rows = 0, columns = 0;
};
static_assert(sizeof(Header) == 16);

constexpr float kStep16 = 1.0f / 65535, kStep8 = 1.0f / 255;

/// Where a column's values lie, in steps of 1/65535 of the range: all, and the middle half.
struct Percentiles {
  uint16_t p0, p25, p75, p100;
};
static_assert(sizeof(Percentiles) == 8);

/// The bytes 0 to 64 go from the least value to the first quarter's, 64 to 192 to the third's, 192
/// to 255 to the largest.
struct Curve {
  float p0, p25, p75, p100;

  Curve(const Percentiles& p, const Header& h)
      : p0(value(p.p0, h)), p25(value(p.p25, h)), p75(value(p.p75, h)), p100(value(p.p100, h)) {}
  static float value(uint16_t x, const Header& h) {
    return h.least + h.range * kStep16 * static_cast<float>(x);
  }
  float decode(uint8_t byte) const {
    const auto x = static_cast<float>(byte);
    if (byte <= 64) return p0 + (p25 - p0) * x * (1 / 64.0f);
    if (byte <= 192) return p25 + (p75 - p25) * (x - 64) * (1 / 128.0f);
    return p75 + (p100 - p75) * (x - 192) * (1 / 63.0f);
  }
  /// Without branches, which would be mispredicted.
  uint8_t encode(float x) const {
    const bool low = x < p25, high = !(x < p75);
    const float from = low ? p0 : high ? p75 : p25, to = low ? p25 : high ? p100 : p75;
    const int first = low ? 0 : high ? 192 : 64, steps = low ? 64 : high ? 63 : 128;
    const int step = static_cast<int>((x - from) / (to - from) * static_cast<float>(steps) + 0.5f);
    return static_cast<uint8_t>(first + std::clamp(step, 0, steps));
  }
};

/// As Kaldi rounds: down at exact halves.
template <typename T>
T quantize(float x, const Header& h, float steps) {
  const float share = std::clamp((x - h.least) / h.range, 0.0f, 1.0f);
  return static_cast<T>(share * steps + 0.499f);
}
uint16_t to_16(float x, const Header& h) { return quantize<uint16_t>(x, h, 65535); }

/// Puts into their places of the order those values that percentiles are made of.
void order_few(std::vector<float>& x) {
  const auto begin = x.begin(), end = x.end();
  const auto quarter = static_cast<std::ptrdiff_t>(x.size() / 4);
  if (x.size() < 5) {
    std::sort(begin, end);
    return;
  }
  std::nth_element(begin, begin + quarter, end);
  std::nth_element(begin, begin, begin + quarter);
  std::nth_element(begin + quarter + 1, begin + 3 * quarter, end);
  std::nth_element(begin + 3 * quarter + 1, end - 1, end);
}

Percentiles percentiles_of(std::vector<float> column, const Header& h) {
  const size_t n = column.size();
  order_few(column);
  // Each must be above the one before, also where there are no four values.
  const auto next = [&](size_t i, int before, int most) {
    const int x = i < n ? to_16(column[i], h) : 0;
    return static_cast<uint16_t>(std::min(std::max(x, before + 1), most));
  };
  const bool few = n < 5;
  Percentiles p{};
  p.p0 = next(0, -1, 65532);
  p.p25 = next(few ? 1 : n / 4, p.p0, 65533);
  p.p75 = next(few ? 2 : 3 * (n / 4), p.p25, 65534);
  p.p100 = next(few ? 3 : n - 1, p.p75, 65535);
  return p;
}

void append(std::string& to, const void* data, size_t bytes) {
  to.append(static_cast<const char*>(data), bytes);
}

/// The header of a matrix, and which kind: 1 for CM, 2, 3.
std::pair<Header, int> header_of(const float* x, int32_t rows, int32_t columns,
                                 CompressionMethod method) {
  using M = CompressionMethod;
  if (method == M::Automatic) method = rows > 8 ? M::SpeechFeature : M::TwoByteAuto;
  const int kind = method == M::SpeechFeature                                      ? 1
                   : method == M::TwoByteAuto || method == M::TwoByteSignedInteger ? 2
                                                                                   : 3;
  if (method == M::TwoByteSignedInteger) return {{-32768, 65535, rows, columns}, kind};
  if (method == M::OneByteUnsignedInteger) return {{0, 255, rows, columns}, kind};
  if (method == M::OneByteZeroOne) return {{0, 1, rows, columns}, kind};
  float least = x[0], most = x[0];
  for (int64_t i = 0, n = int64_t{rows} * columns; i < n; ++i) {
    HEARTH_CHECK_AS(ValueError, std::isfinite(x[i]), "[kaldi_io] a matrix with ", x[i], " in row ",
                    i / columns, ", column ", i % columns,
                    " cannot be compressed; write it without compression");
    least = std::min(least, x[i]);
    most = std::max(most, x[i]);
  }
  if (most == least) most = least + (1 + std::fabs(least));
  return {{least, most - least, rows, columns}, kind};
}

}  // namespace

Tensor read_compressed(Bytes& in, const std::string& token) {
  const auto h = in.number<Header>();
  const bool per_column = token == "CM";
  HEARTH_CHECK_AS(FormatError, h.rows >= 0 && h.columns >= 0, "[", in.path(),
                  "] a compressed matrix of ", h.rows, " rows and ", h.columns,
                  " columns cannot be");
  const auto rows = static_cast<size_t>(h.rows), columns = static_cast<size_t>(h.columns);
  in.expect(rows * columns * (token == "CM2" ? 2 : 1) +
            (per_column ? columns * sizeof(Percentiles) : 0));
  if (per_column) {
    std::vector<Percentiles> curves(columns);
    if (columns > 0) in.read(curves.data(), columns * sizeof(Percentiles));
    const Tensor bytes = in.tensor({h.columns, h.rows}, kByte);
    Tensor values = empty({h.rows, h.columns}, kFloat);
    const uint8_t* from = bytes.data_ptr<const uint8_t>();
    auto* to = values.data_ptr<float>();
    for (size_t c = 0; c < columns; ++c) {
      const Curve curve(curves[c], h);
      for (size_t r = 0; r < rows; ++r) to[r * columns + c] = curve.decode(*from++);
    }
    return values;
  }
  const bool two = token == "CM2";
  const Tensor stored = in.tensor({h.rows, h.columns, two ? 2 : 1}, kByte);
  Tensor values = empty({h.rows, h.columns}, kFloat);
  const uint8_t* from = stored.data_ptr<const uint8_t>();
  auto* to = values.data_ptr<float>();
  for (size_t i = 0; i < rows * columns; ++i, from += two ? 2 : 1)
    to[i] = two ? Curve::value(static_cast<uint16_t>(from[0] | from[1] << 8), h)
                : h.least + h.range * kStep8 * static_cast<float>(*from);
  return values;
}

std::string compressed(const Tensor& matrix, CompressionMethod method) {
  const auto rows = static_cast<int32_t>(matrix.size(0));
  const auto columns = static_cast<int32_t>(matrix.size(1));
  if (rows == 0 || columns == 0) return std::string("CM ") + std::string(sizeof(Header), '\0');
  const float* x = matrix.data_ptr<const float>();
  const auto [h, kind] = header_of(x, rows, columns, method);
  std::string out = kind == 1 ? "CM " : kind == 2 ? "CM2 " : "CM3 ";
  append(out, &h, sizeof(h));
  const size_t n = static_cast<size_t>(rows) * static_cast<size_t>(columns);
  if (kind == 2) {
    for (size_t i = 0; i < n; ++i) {
      const uint16_t value = to_16(x[i], h);
      append(out, &value, sizeof(value));
    }
    return out;
  }
  if (kind == 3) {
    for (size_t i = 0; i < n; ++i) out += static_cast<char>(quantize<uint8_t>(x[i], h, 255));
    return out;
  }
  std::string bytes(n, '\0');
  char* to = bytes.data();
  std::vector<float> column(static_cast<size_t>(rows));
  for (int32_t c = 0; c < columns; ++c) {
    for (size_t r = 0; r < column.size(); ++r)
      column[r] = x[r * static_cast<size_t>(columns) + static_cast<size_t>(c)];
    const Percentiles p = percentiles_of(column, h);
    append(out, &p, sizeof(p));
    const Curve curve(p, h);
    for (const float value : column) *to++ = static_cast<char>(curve.encode(value));
  }
  return out + bytes;
}

}  // namespace hearth::audio::feature_files
