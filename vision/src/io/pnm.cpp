// SPDX-License-Identifier: Apache-2.0
// PBM, PGM and PPM: a few numbers as text, then samples as text or bytes.
#include <cctype>
#include <cstring>
#include <string>

#include "hearth/ops/creation.h"

#include "io/codec.h"

namespace hearth::vision::io {
namespace {

class Reader {
 public:
  Reader(const uint8_t* data, size_t size) : next_(data), end_(data + size) {}

  size_t left() const { return static_cast<size_t>(end_ - next_); }
  const uint8_t* here() const { return next_; }
  void skip(size_t n) { next_ += n; }

  /// Past blanks and comments, which go from # to the line's end.
  void skip_blanks() {
    while (next_ < end_ && (std::isspace(*next_) || *next_ == '#')) {
      if (*next_ == '#')
        while (next_ < end_ && *next_ != '\n' && *next_ != '\r') ++next_;
      else
        ++next_;
    }
  }

  /// The next number, of at most `most`.
  int64_t number(int64_t most) {
    skip_blanks();
    HEARTH_CHECK_AS(FormatError, next_ < end_, "[decode_pnm] the PNM is damaged: it is cut short");
    int64_t value = 0;
    bool any = false;
    for (; next_ < end_ && std::isdigit(*next_); ++next_) {
      value = 10 * value + (*next_ - '0');
      any = true;
      if (value > most) break;
    }
    HEARTH_CHECK_AS(FormatError, any && value <= most,
                    "[decode_pnm] the PNM is damaged: expected a number of at most ", most);
    return value;
  }

  /// The next of a PBM's digits, which need no blanks between them.
  int32_t digit() {
    skip_blanks();
    HEARTH_CHECK_AS(FormatError, next_ < end_ && (*next_ == '0' || *next_ == '1'),
                    "[decode_pnm] the PNM is damaged: expected 0 or 1");
    return *next_++ - '0';
  }

 private:
  const uint8_t *next_, *end_;
};

struct Header {
  int64_t width, height, channels, most;
  bool text, bits;
};

Header read_header(Reader& reader) {
  HEARTH_CHECK_AS(FormatError, reader.left() >= 3 && reader.here()[0] == 'P',
                  "[decode_pnm] expected a PNM, got something else");
  const int kind = reader.here()[1] - '0';
  HEARTH_CHECK_AS(FormatError, kind >= 1 && kind <= 6, "[decode_pnm] expected a PNM from P1 to P6");
  reader.skip(2);
  constexpr int64_t kMostSide = 0x7fffffff;
  Header h{};
  h.text = kind <= 3;
  h.bits = kind == 1 || kind == 4;
  h.channels = kind == 3 || kind == 6 ? 3 : 1;
  h.width = reader.number(kMostSide);
  h.height = reader.number(kMostSide);
  h.most = h.bits ? 1 : reader.number(65535);
  HEARTH_CHECK_AS(FormatError, h.most > 0, "[decode_pnm] the PNM is damaged: its maximum is 0");
  if (!h.text) {
    // One blank, then bytes.
    HEARTH_CHECK_AS(FormatError, reader.left() > 0 && std::isspace(*reader.here()),
                    "[decode_pnm] the PNM is damaged: its header does not end");
    reader.skip(1);
  }
  return h;
}

/// The fewest bytes that the samples take.
uint64_t least_bytes(const Header& h) {
  const auto samples = static_cast<uint64_t>(h.width * h.height * h.channels);
  if (h.text) return h.bits ? samples : 2 * samples - 1;
  if (h.bits) return static_cast<uint64_t>((h.width + 7) / 8 * h.height);
  return h.most > 255 ? 2 * samples : samples;
}

Tensor read_samples(Reader& reader, const Header& h) {
  Tensor out = empty({h.height, h.width, h.channels}, kUInt16);
  auto* to = out.data_ptr<uint16_t>();
  auto* const end = to + out.numel();
  if (h.text) {
    for (; to < end; ++to)
      *to = h.bits ? static_cast<uint16_t>(1 - reader.digit())
                   : static_cast<uint16_t>(reader.number(h.most));
  } else if (h.bits) {
    const uint8_t* row = reader.here();
    for (int64_t y = 0; y < h.height; ++y, row += (h.width + 7) / 8)
      for (int64_t x = 0; x < h.width; ++x)
        *to++ = static_cast<uint16_t>(1 - (row[x / 8] >> (7 - x % 8) & 1));
  } else {
    const uint8_t* from = reader.here();
    const int width = h.most > 255 ? 2 : 1;
    for (; to < end; ++to, from += width) {
      const int value = width == 2 ? from[0] << 8 | from[1] : from[0];
      *to = static_cast<uint16_t>(std::min<int64_t>(value, h.most));
    }
  }
  return out;
}

/// Binary samples of one byte up to 255, by far the most files, as they are.
Tensor read_bytes(const Reader& reader, const Header& h) {
  Tensor out = empty({h.height, h.width, h.channels}, kByte);
  std::memcpy(out.data_ptr(), reader.here(), static_cast<size_t>(out.numel()));
  return out;
}

/// Samples up to `most` as 0 to 65535.
void stretch(Tensor& samples, int64_t most) {
  auto* p = samples.data_ptr<uint16_t>();
  for (int64_t i = 0; i < samples.numel(); ++i)
    p[i] = static_cast<uint16_t>((int64_t{p[i]} * 65535 + most / 2) / most);
}

}  // namespace

Tensor decode_pnm(const Tensor& data, const DecodeOptions& options) {
  const Tensor bytes = expect_bytes("decode_pnm", data);
  Reader reader(bytes.const_data_ptr<uint8_t>(), static_cast<size_t>(bytes.numel()));
  const Header h = read_header(reader);
  check_pixels("decode_pnm", static_cast<uint64_t>(h.width), static_cast<uint64_t>(h.height),
               options.max_pixels);
  HEARTH_CHECK_AS(FormatError, least_bytes(h) <= reader.left(),
                  "[decode_pnm] the PNM is damaged: ", reader.left(), " bytes cannot hold ",
                  h.width, " x ", h.height, " pixels");
  Tensor picture;
  if (!h.text && h.most == 255) {
    picture = read_bytes(reader, h);
  } else {
    picture = read_samples(reader, h);
    if (options.keep_16_bits && h.most > 255) {
      stretch(picture, h.most);
    } else {
      picture = to_bytes(picture, h.most);
    }
  }
  picture = with_channels(picture, channels_of(options.mode, h.channels));
  return finish("decode_pnm", picture, options, 1);
}

ImageInfo pnm_info(const Tensor& data) {
  Reader reader(data.const_data_ptr<uint8_t>(), static_cast<size_t>(data.numel()));
  const Header h = read_header(reader);
  ImageInfo info;
  info.width = h.width;
  info.height = h.height;
  info.channels = h.channels;
  info.bits = h.bits ? 1 : h.most > 255 ? 16 : 8;
  return info;
}

Tensor encode_pnm(const Tensor& image) {
  const Tensor pixels = expect_image("encode_pnm", image, {1, 3});
  const std::string header = cat_str(pixels.size(2) == 1 ? "P5\n" : "P6\n", pixels.size(1), " ",
                                     pixels.size(0), "\n255\n");
  Tensor out = empty({static_cast<int64_t>(header.size()) + pixels.numel()}, kByte);
  auto* to = out.data_ptr<uint8_t>();
  std::memcpy(to, header.data(), header.size());
  std::memcpy(to + header.size(), pixels.const_data_ptr(), static_cast<size_t>(pixels.numel()));
  return out;
}

}  // namespace hearth::vision::io
