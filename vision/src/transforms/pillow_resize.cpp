// SPDX-License-Identifier: Apache-2.0
#include "transforms/pillow_resize.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#include "hearth/base/error.h"

namespace hearth::vision::transforms {
namespace {

constexpr int kPlaces = 22, kLowPlaces = 11;
constexpr auto kSlack = static_cast<size_t>(cpu::kPixelSlack);

double sinc(double x) {
  if (x == 0) return 1;
  x *= std::numbers::pi;
  return std::sin(x) / x;
}

/// How far a filter reaches where an image isn't made smaller.
double reach_of(InterpolationMode mode) {
  switch (mode) {
    case InterpolationMode::Box:
      return 0.5;
    case InterpolationMode::Bilinear:
    case InterpolationMode::Hamming:
      return 1;
    case InterpolationMode::Bicubic:
      return 2;
    case InterpolationMode::Lanczos:
      return 3;
    default:
      throw ValueError("[resize] the nearest pixel has no filter");
  }
}

double filter(InterpolationMode mode, double x) {
  switch (mode) {
    case InterpolationMode::Box:
      return x > -0.5 && x <= 0.5 ? 1 : 0;
    case InterpolationMode::Bilinear:
      x = std::abs(x);
      return x < 1 ? 1 - x : 0;
    case InterpolationMode::Hamming: {
      x = std::abs(x);
      if (x == 0) return 1;
      if (x >= 1) return 0;
      x *= std::numbers::pi;
      return std::sin(x) / x * (0.54f + 0.46f * std::cos(x));
    }
    case InterpolationMode::Bicubic: {
      constexpr double a = -0.5;
      x = std::abs(x);
      if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    }
    default:
      return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
  }
}

/// Of a line of `out` pixels that had `in`: what each is made of.
class LineFilter {
 public:
  LineFilter(InterpolationMode mode, int64_t in, int64_t out)
      : mode_(mode),
        in_(in),
        scale_(static_cast<double>(in) / static_cast<double>(out)),
        widen_(std::max(scale_, 1.0)),
        reach_(reach_of(mode) * widen_) {}

  /// The pixels of the old line that pixel r reads.
  int64_t first(int64_t r) const {
    return std::max<int64_t>(0, static_cast<int64_t>(center(r) - reach_ + 0.5));
  }
  int64_t end(int64_t r) const {
    return std::min(in_, static_cast<int64_t>(center(r) + reach_ + 0.5));
  }
  /// How much of pixel k; the sum is not yet 1.
  double weight(int64_t r, int64_t k) const {
    return filter(mode_, (static_cast<double>(k) - center(r) + 0.5) * (1 / widen_));
  }
  /// The most that a pixel of [from, to) reads.
  int64_t most(int64_t from, int64_t to) const {
    int64_t count = 1;
    for (int64_t r = from; r < to; ++r) count = std::max(count, end(r) - first(r));
    return count;
  }

 private:
  double center(int64_t r) const { return (static_cast<double>(r) + 0.5) * scale_; }

  InterpolationMode mode_;
  int64_t in_;
  double scale_, widen_, reach_;
};

}  // namespace

FilterTaps filter_taps(InterpolationMode mode, int64_t in, int64_t out) {
  const LineFilter line(mode, in, out);
  FilterTaps taps;
  taps.count = line.most(0, out);
  taps.places.resize(static_cast<size_t>(taps.count * out));
  taps.weights.resize(taps.places.size());
  for (int64_t r = 0; r < out; ++r) {
    const int64_t first = line.first(r), n = line.end(r) - first;
    double sum = 0;
    for (int64_t k = 0; k < n; ++k) sum += line.weight(r, first + k);
    for (int64_t k = 0; k < taps.count; ++k) {
      const auto at = static_cast<size_t>(k * out + r);
      taps.places[at] = first + std::min(k, n - 1);
      const double weight = k < n ? line.weight(r, first + k) : 0;
      taps.weights[at] = sum != 0 ? weight / sum : weight;
    }
  }
  return taps;
}

void LineTaps::set(InterpolationMode mode, int64_t in, int64_t out, int64_t from, int64_t to,
                   bool mirrored) {
  const LineFilter line(mode, in, out);
  const int64_t results = to - from;
  copies_ = in == out && !mirrored;
  if (in == out) {
    begin_ = from;
    end_ = to;
  } else {
    begin_ = results > 0 ? line.first(from) : 0;
    end_ = results > 0 ? line.end(to - 1) : 0;
  }
  int64_t count = in != out ? line.most(from, to) : 1;
  count += count % 2;
  first_.assign(static_cast<size_t>(results), 0);
  high_.assign(static_cast<size_t>(results * count), 0);
  low_.assign(static_cast<size_t>(results * count), 0);
  weights_.resize(static_cast<size_t>(count));
  for (int64_t i = 0; i < results; ++i) {
    const int64_t r = from + i;
    const auto place = static_cast<size_t>(mirrored ? results - 1 - i : i);
    const int64_t begin = in == out ? r : line.first(r), end = in == out ? r + 1 : line.end(r);
    double sum = 0;
    for (int64_t k = begin; k < end; ++k) {
      const double w = in == out ? 1 : line.weight(r, k);
      weights_[static_cast<size_t>(k - begin)] = w;
      sum += w;
    }
    // Those near the end begin earlier, with weights of 0, so that all read within the line.
    const int64_t first = std::max(begin_, std::min(begin, end_ - count));
    first_[place] = static_cast<int32_t>(first - begin_);
    int16_t* high = high_.data() + place * static_cast<size_t>(count) + (begin - first);
    int16_t* low = low_.data() + place * static_cast<size_t>(count) + (begin - first);
    for (int64_t k = 0; k < end - begin; ++k) {
      double w = weights_[static_cast<size_t>(k)];
      if (sum != 0) w /= sum;
      const auto fixed = static_cast<int32_t>(w * (1 << kPlaces) + (w < 0 ? -0.5 : 0.5));
      high[k] = static_cast<int16_t>(fixed >> kLowPlaces);
      low[k] = static_cast<int16_t>(fixed & ((1 << kLowPlaces) - 1));
    }
  }
  taps_ = {results, count, first_.data(), high_.data(), low_.data()};
}

bool goes_down_first(Size in, Size out) {
  return out.height < in.height && in.height - out.height > 2 * (in.width - out.width);
}

void PixelResizer::set(InterpolationMode mode, Size in, Size out, int64_t top, int64_t left,
                       Size window, bool mirror) {
  rows_.set(mode, in.height, out.height, top, top + window.height);
  columns_.set(mode, in.width, out.width, left, left + window.width, mirror);
  down_first_ = goes_down_first(in, out);
}

void PixelResizer::run(int64_t channels, const uint8_t* pixels, int64_t row_bytes,
                       const uint8_t* readable) {
  const int64_t height = rows_.end() - rows_.begin();
  const int64_t used = (columns_.end() - columns_.begin()) * channels;
  // Lines at the end of memory are read from a copy with something behind it.
  lines_.clear();
  int64_t near_end = 0;
  for (int64_t y = 0; y < height; ++y) {
    const uint8_t* line = pixels + y * row_bytes;
    near_end += readable - line < used + cpu::kPixelSlack;
    lines_.push_back(line);
  }
  std::vector<uint8_t*>& copies = ends_.lines(near_end, used);
  for (int64_t i = 0; i < near_end; ++i) {
    const uint8_t*& line = lines_[static_cast<size_t>(height - near_end + i)];
    std::memcpy(copies[static_cast<size_t>(i)], line, static_cast<size_t>(used));
    line = copies[static_cast<size_t>(i)];
  }
  if (down_first_) {
    const int64_t results = rows_.taps().results;
    const std::vector<uint8_t*>& lowered = lowered_.lines(results, used);
    for (int64_t y = 0; y < results; ++y) go_down(y, lowered[static_cast<size_t>(y)], used);
    lines_.assign(lowered.begin(), lowered.end());
  }
  if (!columns_.copies()) {
    const auto n = static_cast<int64_t>(lines_.size());
    const std::vector<uint8_t*>& narrowed = narrowed_.lines(n, columns_.taps().results * channels);
    cpu::resample_pixels(columns_.taps(), channels, lines_.data(), narrowed.data(), n);
    lines_.assign(narrowed.begin(), narrowed.end());
  }
  row_bytes_ = columns_.taps().results * channels;
  row_.lines(1, row_bytes_);
}

const uint8_t* PixelResizer::row(int64_t y) {
  if (down_first_ || rows_.copies()) return lines_[static_cast<size_t>(y)];

  uint8_t* to = row_.first();
  go_down(y, to, row_bytes_);
  return to;
}

void PixelResizer::go_down(int64_t y, uint8_t* to, int64_t bytes) {
  const cpu::PixelTaps& taps = rows_.taps();
  const auto first = static_cast<size_t>(taps.first[y]), count = static_cast<size_t>(taps.count);
  // A weight of 0 that fills the taps up may lie behind the last line.
  if (lines_.size() < first + count) lines_.resize(first + count, lines_.back());
  cpu::resample_lines(taps, y, lines_.data() + first, to, bytes);
}

std::vector<uint8_t*>& PixelResizer::Lines::lines(int64_t n, int64_t bytes) {
  const auto stride =
      static_cast<size_t>((bytes + 2 * cpu::kPixelSlack - 1) / cpu::kPixelSlack * cpu::kPixelSlack);
  const size_t size = static_cast<size_t>(n) * stride + static_cast<size_t>(cpu::kPixelSlack);
  if (bytes_.size() < size) bytes_.resize(size);
  lines_.clear();
  for (int64_t i = 0; i < n; ++i) lines_.push_back(bytes_.data() + static_cast<size_t>(i) * stride);
  return lines_;
}

namespace {

/// Planes [lines, in] to [lines, taps.results]. Four lines at a time become pixels of four
/// channels, in as many groups as fill the widest registers.
void go_across(const cpu::PixelTaps& taps, int64_t lines, int64_t in, const uint8_t* from,
               uint8_t* to) {
  constexpr int64_t kGroups = 4, kLines = 4 * kGroups;
  const size_t wide = static_cast<size_t>(4 * in) + kSlack;
  const size_t narrow = static_cast<size_t>(4 * taps.results) + kSlack;
  std::vector<uint8_t> mixed(kGroups * wide), resized(kGroups * narrow);
  for (int64_t at = 0; at < lines; at += kLines) {
    const int64_t groups = (std::min(kLines, lines - at) + 3) / 4;
    const auto line = [&](int64_t g, int64_t i) { return std::min(at + 4 * g + i, lines - 1); };
    const uint8_t* pixels[kGroups];
    uint8_t* results[kGroups];
    for (int64_t g = 0; g < groups; ++g) {
      const uint8_t* four[4];
      for (int64_t i = 0; i < 4; ++i) four[i] = from + line(g, i) * in;
      uint8_t* mix = mixed.data() + static_cast<size_t>(g) * wide;
      cpu::interleave_bytes(four, 4, mix, in);
      pixels[g] = mix;
      results[g] = resized.data() + static_cast<size_t>(g) * narrow;
    }
    cpu::resample_pixels(taps, 4, pixels, results, groups);
    for (int64_t g = 0; g < groups; ++g) {
      uint8_t* four[4];
      for (int64_t i = 0; i < 4; ++i) four[i] = to + line(g, i) * taps.results;
      cpu::deinterleave_bytes(results[g], 4, four, taps.results);
    }
  }
}

/// Planes [planes, in, width] to [planes, taps.results, width].
void go_down(const cpu::PixelTaps& taps, int64_t planes, int64_t in, int64_t width,
             const uint8_t* from, uint8_t* to) {
  std::vector<const uint8_t*> neighbours(static_cast<size_t>(taps.count));
  for (int64_t p = 0; p < planes; ++p, from += in * width)
    for (int64_t y = 0; y < taps.results; ++y, to += width) {
      for (int64_t t = 0; t < taps.count; ++t)
        neighbours[static_cast<size_t>(t)] = from + std::min(taps.first[y] + t, in - 1) * width;
      cpu::resample_lines(taps, y, neighbours.data(), to, width);
    }
}

}  // namespace

void resize_planes(InterpolationMode mode, int64_t planes, Size in, const uint8_t* from, Size out,
                   uint8_t* to) {
  LineTaps columns, rows;
  columns.set(mode, in.width, out.width, 0, out.width);
  rows.set(mode, in.height, out.height, 0, out.height);
  if (columns.copies() && rows.copies()) {
    std::memcpy(to, from, static_cast<size_t>(planes * in.height * in.width));
  } else if (rows.copies()) {
    go_across(columns.taps(), planes * in.height, in.width, from, to);
  } else if (columns.copies()) {
    go_down(rows.taps(), planes, in.height, in.width, from, to);
  } else if (goes_down_first(in, out)) {
    std::vector<uint8_t> lowered(static_cast<size_t>(planes * out.height * in.width));
    go_down(rows.taps(), planes, in.height, in.width, from, lowered.data());
    go_across(columns.taps(), planes * out.height, in.width, lowered.data(), to);
  } else {
    std::vector<uint8_t> narrowed(static_cast<size_t>(planes * in.height * out.width));
    go_across(columns.taps(), planes * in.height, in.width, from, narrowed.data());
    go_down(rows.taps(), planes, in.height, out.width, narrowed.data(), to);
  }
}

}  // namespace hearth::vision::transforms
