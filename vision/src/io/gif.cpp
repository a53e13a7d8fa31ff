// SPDX-License-Identifier: Apache-2.0
// GIF: pictures of palettes on a canvas, packed by LZW. What is drawn follows torchvision, which
// takes a frame's own disposal to say whether it is drawn over the background.
#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"

#include "io/codec.h"

namespace hearth::vision::io {
namespace {

using Color = std::array<uint8_t, 3>;

void check(bool fine, const char* what) {
  HEARTH_CHECK_AS(FormatError, fine, "[decode_gif] the GIF is damaged: ", what);
}

/// Colors of the file; others are black.
struct Palette {
  const uint8_t* data = nullptr;
  int count = 0;

  Color operator[](int i) const {
    if (i >= count) return {};
    return {data[3 * i], data[3 * i + 1], data[3 * i + 2]};
  }
};

struct Frame {
  int64_t left = 0, top = 0, width = 0, height = 0;
  bool interlaced = false;
  /// Drawn over the background, not over the frame before.
  bool anew = false;
  int transparent = -1;
  Palette palette;
  /// Where its codes begin, with the size of the first.
  size_t codes = 0;
};

struct Gif {
  int64_t width = 0, height = 0;
  Palette palette;
  Color background{};
  std::vector<Frame> frames;
};

/// The file's bytes, in order.
class Bytes {
 public:
  Bytes(const uint8_t* data, size_t size, size_t at = 0) : data_(data), size_(size), at_(at) {}

  size_t at() const { return at_; }
  const uint8_t* take(size_t n) {
    check(n <= size_ - at_, "it is cut short");
    at_ += n;
    return data_ + at_ - n;
  }
  uint8_t byte() { return *take(1); }
  int64_t two() {
    const uint8_t* p = take(2);
    return p[0] | p[1] << 8;
  }
  /// A block of up to 255 bytes; the empty one ends a row of them.
  const uint8_t* block(size_t& size) {
    size = byte();
    return take(size);
  }
  void skip_blocks() {
    for (size_t size = 1; size > 0;) block(size);
  }
  /// Of the number of colors that flags say, if they say that there are any.
  Palette palette(int flags) {
    if (!(flags & 0x80)) return {};
    const int count = 2 << (flags & 7);
    return {take(3 * static_cast<size_t>(count)), count};
  }

 private:
  const uint8_t* data_;
  size_t size_, at_;
};

/// Everything but pixels.
Gif read_blocks(const Tensor& data) {
  Bytes in(data.const_data_ptr<uint8_t>(), static_cast<size_t>(data.numel()));
  check(data.numel() >= 13, "it is cut short");
  const uint8_t* magic = in.take(6);
  check(std::memcmp(magic, "GIF87a", 6) == 0 || std::memcmp(magic, "GIF89a", 6) == 0,
        "it has no header");
  Gif gif;
  gif.width = in.two();
  gif.height = in.two();
  const int flags = in.byte(), background = in.byte();
  in.byte();  // the shape of pixels
  gif.palette = in.palette(flags);
  gif.background = gif.palette[background];
  Frame next;
  bool controlled = false;
  for (int kind = in.byte(); kind != 0x3b; kind = in.byte()) {
    if (kind == 0x21) {
      const int extension = in.byte();
      size_t size = 0;
      const uint8_t* block = in.block(size);
      if (extension == 0xf9 && size == 4 && !controlled) {
        controlled = true;
        next.anew = (block[0] >> 2 & 7) == 2;
        if (block[0] & 1) next.transparent = block[3];
      }
      if (size > 0) in.skip_blocks();
      continue;
    }
    check(kind == 0x2c, "a block is of no known kind");
    next.left = in.two();
    next.top = in.two();
    next.width = in.two();
    next.height = in.two();
    const int how = in.byte();
    next.interlaced = how & 0x40;
    const Palette own = in.palette(how);
    next.palette = own.data ? own : gif.palette;
    check(next.palette.data, "a picture has no colors");
    next.codes = in.at();
    in.byte();
    in.skip_blocks();
    gif.frames.push_back(next);
    next = {};
    controlled = false;
  }
  check(!gif.frames.empty(), "it holds no picture");
  // Canvases smaller than the picture are written as well.
  gif.width = std::max(gif.width, gif.frames[0].width);
  gif.height = std::max(gif.height, gif.frames[0].height);
  return gif;
}

/// Codes of 3 to 12 bits in blocks of bytes.
class Codes {
 public:
  explicit Codes(Bytes& in) : in_(in) {}

  int next(int bits) {
    while (held_ < bits) {
      if (left_ == 0) {
        block_ = in_.block(left_);
        check(left_ > 0, "a picture has too few pixels");
      }
      bits_ |= uint32_t{*block_++} << held_;
      --left_;
      held_ += 8;
    }
    const int code = static_cast<int>(bits_ & ((1u << bits) - 1));
    bits_ >>= bits;
    held_ -= bits;
    return code;
  }

 private:
  Bytes& in_;
  const uint8_t* block_ = nullptr;
  size_t left_ = 0;
  uint32_t bits_ = 0;
  int held_ = 0;
};

/// The first n indices that LZW's codes stand for.
void unpack(Bytes& in, uint8_t* out, int64_t n) {
  constexpr int kMostBits = 12;
  // What a code stands for is what an earlier one does, and a last index.
  std::array<uint16_t, 1 << kMostBits> prefix;
  std::array<uint16_t, 1 << kMostBits> length;
  std::array<uint8_t, 1 << kMostBits> last;
  const int root = in.byte();
  check(root >= 1 && root <= 8, "its codes have no known size");
  const int clear = 1 << root, end = clear + 1;
  for (int i = 0; i < clear; ++i) {
    length[static_cast<size_t>(i)] = 1;
    last[static_cast<size_t>(i)] = static_cast<uint8_t>(i);
  }
  Codes codes(in);
  int bits = root + 1, known = end + 1, before = -1;
  for (int64_t done = 0; done < n;) {
    const int code = codes.next(bits);
    check(code != end, "a picture has too few pixels");
    if (code == clear) {
      bits = root + 1;
      known = end + 1;
      before = -1;
      continue;
    }
    // The newest code may be that which is being added: what came before, and its first index.
    const bool adds = before >= 0 && known < 1 << kMostBits;
    check(code < clear || (code > end && (code < known || (code == known && adds))),
          "its codes stand for nothing");
    const bool newest = code == known;
    int at = newest ? before : code;
    const int64_t whole = length[static_cast<size_t>(at)] + (newest ? 1 : 0);
    uint8_t first = 0;
    for (int64_t place = done + whole - (newest ? 2 : 1);; --place) {
      first = last[static_cast<size_t>(at)];
      if (place < n) out[place] = first;
      if (at < clear) break;
      at = prefix[static_cast<size_t>(at)];
    }
    if (newest && done + whole <= n) out[done + whole - 1] = first;
    if (adds) {
      const auto added = static_cast<size_t>(known++);
      prefix[added] = static_cast<uint16_t>(before);
      length[added] = static_cast<uint16_t>(length[static_cast<size_t>(before)] + 1);
      last[added] = first;
      if (known == 1 << bits && bits < kMostBits) ++bits;
    }
    done += whole;
    before = code;
  }
}

/// The row of a picture that is stored as the i-th of an interlaced one.
int64_t interlaced_row(int64_t i, int64_t height) {
  constexpr int64_t kFirst[] = {0, 4, 2, 1}, kStep[] = {8, 8, 4, 2};
  for (size_t pass = 0;; ++pass) {
    const int64_t rows = (height - kFirst[pass] + kStep[pass] - 1) / kStep[pass];
    if (i < rows || pass == 3) return kFirst[pass] + i * kStep[pass];
    i -= rows;
  }
}

/// Draws a frame on a canvas [H, W, 3], on which the one before is.
void draw(const Tensor& data, const Gif& gif, const Frame& frame, bool first, uint8_t* canvas) {
  if (first || frame.anew)
    for (int64_t i = 0; i < gif.width * gif.height; ++i)
      std::memcpy(canvas + 3 * i, gif.background.data(), 3);
  Bytes in(data.const_data_ptr<uint8_t>(), static_cast<size_t>(data.numel()), frame.codes);
  std::vector<uint8_t> indices(static_cast<size_t>(frame.width * frame.height));
  unpack(in, indices.data(), frame.width * frame.height);
  for (int64_t i = 0; i < frame.height; ++i) {
    const int64_t y = frame.top + (frame.interlaced ? interlaced_row(i, frame.height) : i);
    if (y >= gif.height) continue;
    const uint8_t* row = indices.data() + i * frame.width;
    const int64_t inside = std::min(frame.width, gif.width - frame.left);
    uint8_t* to = canvas + 3 * (y * gif.width + frame.left);
    for (int64_t x = 0; x < inside; ++x, to += 3) {
      if (row[x] == frame.transparent) continue;
      const Color color = frame.palette[row[x]];
      std::memcpy(to, color.data(), 3);
    }
  }
}

/// Nothing that is drawn needs more memory than the limit.
void check_sizes(const Gif& gif, int64_t frames, int64_t most) {
  const auto height = static_cast<uint64_t>(gif.height * frames);
  check_pixels("decode_gif", static_cast<uint64_t>(gif.width), height, most);
  for (const Frame& frame : gif.frames)
    check_pixels("decode_gif", static_cast<uint64_t>(frame.width),
                 static_cast<uint64_t>(frame.height), most);
}

}  // namespace

Tensor decode_gif_page(const Tensor& data, const DecodeOptions& options) {
  const Tensor bytes = expect_bytes("decode_gif", data);
  const int64_t page = options.page;
  HEARTH_CHECK_AS(ValueError, page >= 0, "[decode_gif] expected a page of at least 0, got ", page);
  const Gif gif = read_blocks(bytes);
  const auto frames = static_cast<int64_t>(gif.frames.size());
  HEARTH_CHECK_AS(ValueError, page < frames, "[decode_gif] expected a page below ", frames,
                  ", got ", page);
  check_sizes(gif, 1, options.max_pixels);
  // Frames before one that begins anew don't show.
  int64_t from = page;
  while (from > 0 && !gif.frames[static_cast<size_t>(from)].anew) --from;
  Tensor canvas = empty({gif.height, gif.width, 3}, kByte);
  for (int64_t i = from; i <= page; ++i)
    draw(bytes, gif, gif.frames[static_cast<size_t>(i)], i == 0, canvas.data_ptr<uint8_t>());
  canvas = with_channels(canvas, channels_of(options.mode, 3));
  return finish("decode_gif", canvas, options, 1);
}

Tensor decode_gif(const Tensor& data, const DecodeOptions& options) {
  const Tensor bytes = expect_bytes("decode_gif", data);
  const Gif gif = read_blocks(bytes);
  const auto frames = static_cast<int64_t>(gif.frames.size());
  check_sizes(gif, frames, options.max_pixels);
  Tensor all = empty({frames, gif.height, gif.width, 3}, kByte);
  const int64_t size = 3 * gif.height * gif.width;
  for (int64_t i = 0; i < frames; ++i) {
    uint8_t* canvas = all.data_ptr<uint8_t>() + i * size;
    if (i > 0) std::memcpy(canvas, canvas - size, static_cast<size_t>(size));
    draw(bytes, gif, gif.frames[static_cast<size_t>(i)], i == 0, canvas);
  }
  const int64_t channels = channels_of(options.mode, 3);
  all = with_channels(all.view({frames * gif.height, gif.width, 3}), channels)
            .view({frames, gif.height, gif.width, channels});
  if (const auto& region = options.region) {
    check_region("decode_gif", *region, gif.height, gif.width);
    all = all.narrow(1, region->top, region->height)
              .narrow(2, region->left, region->width)
              .contiguous();
  }
  const Tensor images = all.permute({0, 3, 1, 2});
  return frames == 1 ? images.squeeze(0) : images;
}

ImageInfo gif_info(const Tensor& data) {
  const Gif gif = read_blocks(data);
  ImageInfo info;
  info.width = gif.width;
  info.height = gif.height;
  info.channels = 3;
  info.pages = static_cast<int64_t>(gif.frames.size());
  return info;
}

}  // namespace hearth::vision::io
