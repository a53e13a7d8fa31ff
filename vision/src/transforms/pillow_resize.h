// SPDX-License-Identifier: Apache-2.0
// Resizing of bytes, bit for bit as Pillow does it: one dim, rounded to bytes, then the other.
#pragma once

#include <cstdint>
#include <vector>

#include "hearth/cpu/pixel_rows.h"
#include "hearth/vision/transforms/modes.h"
#include "hearth/vision/types.h"

namespace hearth::vision::transforms {

/// What pixels [from, to) of a line of `out` are made of, where the line had `in` pixels.
class LineTaps {
 public:
  /// Keeps its memory. With `mirrored`, the last result comes first.
  void set(InterpolationMode mode, int64_t in, int64_t out, int64_t from, int64_t to,
           bool mirrored = false);

  /// The pixels of the old line that are used.
  int64_t begin() const { return begin_; }
  int64_t end() const { return end_; }
  /// Counted from begin() on. Lasts until the next `set`.
  const cpu::PixelTaps& taps() const { return taps_; }
  /// Whether results are pixels begin(), begin() + 1 ... as they were.
  bool copies() const { return copies_; }

 private:
  cpu::PixelTaps taps_;
  std::vector<int32_t> first_;
  std::vector<int16_t> high_, low_;
  std::vector<double> weights_;
  int64_t begin_ = 0, end_ = 0;
  bool copies_ = false;
};

/// What a line of pixels is made of in exact numbers: of pixel r, weights[k * out + r] times the
/// old line's pixel places[k * out + r], for each k below `count`.
struct FilterTaps {
  int64_t count = 0;
  std::vector<int64_t> places;
  std::vector<double> weights;
};
FilterTaps filter_taps(InterpolationMode mode, int64_t in, int64_t out);

/// Whether columns are resized before rows: since Pillow 13 where that leaves much less to do.
/// Older ones always begin with rows, which makes a level of difference.
bool goes_down_first(Size in, Size out);

/// Part of an image of interleaved pixels, resized: of the result, `window` at (top, left).
///
///     PixelResizer resizer;
///     resizer.set(mode, in, out, top, left, window, flip);
///     resizer.run(3, pixels, row_bytes, readable);  // from pixel (resizer.rows().begin(), ...) on
///     for (int64_t y = 0; y < window.height; ++y) use(resizer.row(y));
///
/// For one thread; keeps its memory.
class PixelResizer {
 public:
  /// `mirror`: left and right change places in the window.
  void set(InterpolationMode mode, Size in, Size out, int64_t top, int64_t left, Size window,
           bool mirror);

  /// The rows and columns of the old image that are used.
  const LineTaps& rows() const { return rows_; }
  const LineTaps& columns() const { return columns_; }

  /// `pixels` is the first that is used, with 3 or 4 channels; `readable`: up to where memory may
  /// be read. It must stay where it is until the last `row`.
  void run(int64_t channels, const uint8_t* pixels, int64_t row_bytes, const uint8_t* readable);

  /// Row y of the window, with cpu::kPixelSlack bytes behind it. Lasts until the next one.
  const uint8_t* row(int64_t y);

 private:
  /// Lines of bytes with cpu::kPixelSlack behind each.
  class Lines {
   public:
    /// Memory of n of them, whose values are lost.
    std::vector<uint8_t*>& lines(int64_t n, int64_t bytes);
    uint8_t* first() { return lines_[0]; }

   private:
    std::vector<uint8_t> bytes_;
    std::vector<uint8_t*> lines_;
  };

  /// Row y of the window out of lines_.
  void go_down(int64_t y, uint8_t* to, int64_t bytes);

  LineTaps rows_, columns_;
  bool down_first_ = false;
  std::vector<const uint8_t*> lines_;
  Lines ends_, lowered_, narrowed_, row_;
  int64_t row_bytes_ = 0;
};

/// Planes [planes, in.height, in.width] to [planes, out.height, out.width], both dense.
void resize_planes(InterpolationMode mode, int64_t planes, Size in, const uint8_t* from, Size out,
                   uint8_t* to);

}  // namespace hearth::vision::transforms
