// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/creation.h"

#include "io/codec.h"

#ifdef HEARTH_WITH_TIFF
#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include <tiffio.h>

namespace hearth::vision::io {
namespace {

// What libtiff takes at once for a strip or a tile, however much the file promises.
constexpr tmsize_t kMostMemory = tmsize_t{1} << 30;

/// A file in memory, and what libtiff says of it.
struct Source {
  const uint8_t* data;
  size_t size;
  size_t at = 0;
  char text[200] = "";
};

Source& source_of(thandle_t handle) { return *static_cast<Source*>(handle); }

tmsize_t read_bytes(thandle_t handle, void* to, tmsize_t n) {
  Source& s = source_of(handle);
  const size_t count = std::min(static_cast<size_t>(n), s.size - s.at);
  std::memcpy(to, s.data + s.at, count);
  s.at += count;
  return static_cast<tmsize_t>(count);
}

tmsize_t write_bytes(thandle_t, void*, tmsize_t) { return 0; }

toff_t seek(thandle_t handle, toff_t to, int whence) {
  Source& s = source_of(handle);
  const toff_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? s.at : s.size;
  s.at = static_cast<size_t>(std::min<toff_t>(from + to, s.size));
  return s.at;
}

int close(thandle_t) { return 0; }
toff_t size_of(thandle_t handle) { return source_of(handle).size; }

int on_error(TIFF*, void* user, const char*, const char* format, va_list arguments) {
  auto& s = *static_cast<Source*>(user);
  std::vsnprintf(s.text, sizeof s.text, format, arguments);
  return 1;
}

int on_warning(TIFF*, void*, const char*, const char*, va_list) { return 1; }

[[noreturn]] void damaged(const Source& s) {
  throw FormatError(cat_str("[decode_tiff] the TIFF is damaged: ",
                            *s.text ? s.text : "its pixels cannot be decoded"));
}

struct Close {
  void operator()(TIFF* file) const { TIFFClose(file); }
};
using File = std::unique_ptr<TIFF, Close>;

File open(Source& s) {
  TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
  HEARTH_CHECK_AS(OutOfMemory, options, "[decode_tiff] out of memory");
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, kMostMemory);
  TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, &s);
  TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, &s);
  File file(TIFFClientOpenExt("memory", "rm", &s, read_bytes, write_bytes, seek, close, size_of,
                              nullptr, nullptr, options));
  TIFFOpenOptionsFree(options);
  if (!file) damaged(s);
  return file;
}

struct Header {
  int64_t width = 0, height = 0;
  /// Samples of a pixel; of those that lie in planes of their own, as many as are read.
  uint16_t bits = 1, samples = 1, photometric = 0, planes = PLANARCONFIG_CONTIG;
  int orientation = 1;
  bool alpha = false, premultiplied = false;
  /// Whether samples are as decode_tiff returns them; else libtiff makes RGB of them.
  bool direct = false;

  bool cmyk() const { return direct && photometric == PHOTOMETRIC_SEPARATED; }
  /// Whether pixels have more than 8 bits; those of palettes and inks are made bytes.
  bool deep() const { return direct && bits == 16 && !cmyk(); }
  int64_t colors() const {
    const bool gray =
        photometric == PHOTOMETRIC_MINISBLACK || photometric == PHOTOMETRIC_MINISWHITE;
    return direct && gray ? 1 : 3;
  }
  int64_t channels() const { return colors() + (alpha ? 1 : 0); }
};

Header read_header(const Source& s, TIFF* file) {
  Header h;
  uint32_t width = 0, height = 0;
  TIFFGetField(file, TIFFTAG_IMAGEWIDTH, &width);
  TIFFGetField(file, TIFFTAG_IMAGELENGTH, &height);
  h.width = width;
  h.height = height;
  uint16_t orientation = 1, format = SAMPLEFORMAT_UINT, extras = 0;
  uint16_t* kinds = nullptr;
  TIFFGetFieldDefaulted(file, TIFFTAG_BITSPERSAMPLE, &h.bits);
  TIFFGetFieldDefaulted(file, TIFFTAG_SAMPLESPERPIXEL, &h.samples);
  TIFFGetFieldDefaulted(file, TIFFTAG_PLANARCONFIG, &h.planes);
  TIFFGetFieldDefaulted(file, TIFFTAG_ORIENTATION, &orientation);
  TIFFGetFieldDefaulted(file, TIFFTAG_SAMPLEFORMAT, &format);
  TIFFGetFieldDefaulted(file, TIFFTAG_EXTRASAMPLES, &extras, &kinds);
  if (!TIFFGetField(file, TIFFTAG_PHOTOMETRIC, &h.photometric)) damaged(s);
  HEARTH_CHECK_AS(FormatError, format == SAMPLEFORMAT_UINT || format == SAMPLEFORMAT_VOID,
                  "[decode_tiff] expected samples that are integers without a sign");
  h.orientation = orientation >= 1 && orientation <= 8 ? orientation : 1;
  h.alpha =
      extras > 0 && (kinds[0] == EXTRASAMPLE_ASSOCALPHA || kinds[0] == EXTRASAMPLE_UNASSALPHA);
  h.premultiplied = h.alpha && kinds[0] == EXTRASAMPLE_ASSOCALPHA;
  const bool wide = h.bits == 8 || h.bits == 16;
  const bool narrow = (h.bits == 1 || h.bits == 2 || h.bits == 4) && h.samples == 1;
  switch (h.photometric) {
    case PHOTOMETRIC_MINISBLACK:
    case PHOTOMETRIC_MINISWHITE:
      h.direct = wide || narrow;
      break;
    case PHOTOMETRIC_RGB:
      h.direct = wide && h.samples >= 3;
      break;
    case PHOTOMETRIC_SEPARATED:
      h.direct = wide && h.samples >= 4;
      break;
    case PHOTOMETRIC_PALETTE:
      h.direct = h.samples == 1 && (h.bits == 8 || narrow);
      break;
    default:
      h.direct = false;
  }
  h.direct = h.direct && (h.planes == PLANARCONFIG_CONTIG || wide) &&
             h.samples >= (h.photometric == PHOTOMETRIC_RGB ? 3 : 1) + (h.alpha ? 1 : 0);
  if (!h.direct || h.cmyk()) h.alpha = h.premultiplied = false;
  if (h.direct && h.planes == PLANARCONFIG_SEPARATE)
    h.samples = static_cast<uint16_t>(h.cmyk() ? 4 : h.channels());
  return h;
}

/// Calls use(y, x, n, bytes): n pixels from (y, x) on, as the file has them, for all of the file or
/// of one of its planes.
template <class F>
void each_row(const Source& s, TIFF* file, const Header& h, uint16_t plane, const F& use) {
  // A tile may be larger than a small picture, but not by much.
  const auto pixels = static_cast<uint64_t>(h.width) * static_cast<uint64_t>(h.height);
  const uint64_t most = (uint64_t{16} << 20) + 4 * pixels * h.samples * (h.bits / 8 + 1);
  const auto buffer_of = [&](uint64_t size) {
    HEARTH_CHECK_AS(FormatError, size > 0 && size <= most,
                    "[decode_tiff] the TIFF is damaged: a part of it has ", size, " bytes");
    return std::vector<uint8_t>(size);
  };
  if (!TIFFIsTiled(file)) {
    std::vector<uint8_t> row = buffer_of(TIFFScanlineSize64(file));
    for (int64_t y = 0; y < h.height; ++y) {
      if (TIFFReadScanline(file, row.data(), static_cast<uint32_t>(y), plane) < 0) damaged(s);
      use(y, 0, h.width, row.data());
    }
    return;
  }
  uint32_t tile_width = 0, tile_height = 0;
  TIFFGetField(file, TIFFTAG_TILEWIDTH, &tile_width);
  TIFFGetField(file, TIFFTAG_TILELENGTH, &tile_height);
  if (tile_width == 0 || tile_height == 0) damaged(s);
  std::vector<uint8_t> tile = buffer_of(TIFFTileSize64(file));
  const uint64_t row_bytes = TIFFTileRowSize64(file);
  for (int64_t top = 0; top < h.height; top += tile_height)
    for (int64_t left = 0; left < h.width; left += tile_width) {
      if (TIFFReadTile(file, tile.data(), static_cast<uint32_t>(left), static_cast<uint32_t>(top),
                       0, plane) < 0)
        damaged(s);
      const int64_t rows = std::min<int64_t>(tile_height, h.height - top);
      for (int64_t y = 0; y < rows; ++y)
        use(top + y, left, std::min<int64_t>(tile_width, h.width - left),
            tile.data() + static_cast<uint64_t>(y) * row_bytes);
    }
}

/// The same of whole lines of a file with planes, whose samples are brought side by side.
template <class F>
void each_joined_row(const Source& s, TIFF* file, const Header& h, const F& use) {
  const int64_t bytes = h.bits / 8, pixel = bytes * h.samples;
  // Of memory that is not touched before the file has shown that it has so much.
  const Tensor joined = empty({h.height, h.width, pixel}, kByte);
  auto* const pixels = joined.data_ptr<uint8_t>();
  for (uint16_t plane = 0; plane < h.samples; ++plane)
    each_row(s, file, h, plane, [&](int64_t y, int64_t x, int64_t n, const uint8_t* row) {
      uint8_t* to = pixels + (y * h.width + x) * pixel + plane * bytes;
      for (int64_t i = 0; i < n; ++i)
        std::memcpy(to + i * pixel, row + i * bytes, static_cast<size_t>(bytes));
    });
  for (int64_t y = 0; y < h.height; ++y) use(y, 0, h.width, pixels + y * h.width * pixel);
}

/// Sample i of a row.
int32_t sample(const uint8_t* row, int64_t i, int bits) {
  if (bits == 8) return row[i];
  if (bits == 16) {
    uint16_t value;
    std::memcpy(&value, row + 2 * i, 2);
    return value;
  }
  const int64_t bit = i * bits;
  return row[bit / 8] >> (8 - bits - bit % 8) & ((1 << bits) - 1);
}

/// A pixel of inks as Pillow makes RGB of it.
template <class T>
void from_cmyk(const uint8_t* row, int64_t first, int bits, T* rgb) {
  const int down = bits - 8;
  const int32_t paper = 255 - (sample(row, first + 3, bits) >> down);
  for (int c = 0; c < 3; ++c) {
    const int32_t ink = (sample(row, first + c, bits) >> down) * paper + 128;
    rgb[c] = static_cast<T>(paper - ((ink + (ink >> 8)) >> 8));
  }
}

/// Samples [H, W, C] of 8 or 16 bits; fewer bits are stretched to 8, palettes and inks have 8.
template <class T>
void read_samples(const Source& s, TIFF* file, const Header& h, T* to) {
  uint16_t* palette[3] = {};
  const bool indexed = h.photometric == PHOTOMETRIC_PALETTE;
  if (indexed && !TIFFGetField(file, TIFFTAG_COLORMAP, &palette[0], &palette[1], &palette[2]))
    damaged(s);
  const int64_t channels = h.channels();
  const int32_t most = (1 << h.bits) - 1, stretch = h.bits < 8 ? 255 / most : 1;
  const auto read = [&](int64_t y, int64_t x, int64_t n, const uint8_t* row) {
    T* pixel = to + (y * h.width + x) * channels;
    for (int64_t i = 0; i < n; ++i, pixel += channels) {
      if (h.cmyk()) {
        from_cmyk(row, i * h.samples, h.bits, pixel);
        continue;
      }
      for (int64_t c = 0; c < channels; ++c) {
        if (indexed) {
          pixel[c] = static_cast<T>(palette[c][sample(row, i, h.bits)] >> 8);
          continue;
        }
        int32_t value = sample(row, i * h.samples + c, h.bits);
        if (c == 0 && h.photometric == PHOTOMETRIC_MINISWHITE) value = most - value;
        pixel[c] = static_cast<T>(value * stretch);
      }
      if (!h.premultiplied || pixel[channels - 1] == 0) continue;
      for (int64_t c = 0; c + 1 < channels; ++c)
        pixel[c] =
            static_cast<T>(std::min<int64_t>(most, int64_t{pixel[c]} * most / pixel[channels - 1]));
    }
  };
  if (h.planes == PLANARCONFIG_SEPARATE)
    each_joined_row(s, file, h, read);
  else
    each_row(s, file, h, 0, read);
}

/// RGB as libtiff makes it of other kinds of colors.
Tensor read_rgb(const Source& s, TIFF* file, const Header& h) {
  char why[1024] = "";
  HEARTH_CHECK_AS(FormatError, TIFFRGBAImageOK(file, why),
                  "[decode_tiff] the TIFF has pixels that cannot be decoded: ", why);
  std::vector<uint32_t> raster(static_cast<size_t>(h.width * h.height));
  if (!TIFFReadRGBAImageOriented(file, static_cast<uint32_t>(h.width),
                                 static_cast<uint32_t>(h.height), raster.data(), h.orientation, 1))
    damaged(s);
  Tensor out = empty({h.height, h.width, 3}, kByte);
  auto* to = out.data_ptr<uint8_t>();
  for (const uint32_t pixel : raster) {
    *to++ = static_cast<uint8_t>(TIFFGetR(pixel));
    *to++ = static_cast<uint8_t>(TIFFGetG(pixel));
    *to++ = static_cast<uint8_t>(TIFFGetB(pixel));
  }
  return out;
}

/// Makes a picture of the file the current one.
void turn_to(const Source& s, TIFF* file, int64_t page) {
  HEARTH_CHECK_AS(ValueError, page >= 0, "[decode_tiff] expected a page of at least 0, got ", page);
  if (page == 0) return;
  const auto pages = static_cast<int64_t>(TIFFNumberOfDirectories(file));
  HEARTH_CHECK_AS(ValueError, page < pages, "[decode_tiff] expected a page below ", pages, ", got ",
                  page);
  if (!TIFFSetDirectory(file, static_cast<tdir_t>(page))) damaged(s);
}

}  // namespace

Tensor decode_tiff(const Tensor& data, const DecodeOptions& options) {
  const Tensor bytes = expect_bytes("decode_tiff", data);
  Source s{bytes.const_data_ptr<uint8_t>(), static_cast<size_t>(bytes.numel())};
  const File file = open(s);
  turn_to(s, file.get(), options.page);
  const Header h = read_header(s, file.get());
  check_pixels("decode_tiff", static_cast<uint64_t>(h.width), static_cast<uint64_t>(h.height),
               options.max_pixels);
  Tensor picture;
  if (!h.direct) {
    picture = read_rgb(s, file.get(), h);
  } else if (h.deep()) {
    picture = empty({h.height, h.width, h.channels()}, kUInt16);
    read_samples(s, file.get(), h, picture.data_ptr<uint16_t>());
    if (!options.keep_16_bits) picture = to_bytes(picture, 65535);
  } else {
    picture = empty({h.height, h.width, h.channels()}, kByte);
    read_samples(s, file.get(), h, picture.data_ptr<uint8_t>());
  }
  picture = with_channels(picture, channels_of(options.mode, h.channels()));
  return finish("decode_tiff", picture, options, h.orientation);
}

ImageInfo tiff_info(const Tensor& data) {
  Source s{data.const_data_ptr<uint8_t>(), static_cast<size_t>(data.numel())};
  const File file = open(s);
  const Header h = read_header(s, file.get());
  ImageInfo info;
  info.width = h.width;
  info.height = h.height;
  info.channels = h.channels();
  info.bits = h.direct && h.photometric != PHOTOMETRIC_PALETTE && !h.cmyk() ? h.bits : 8;
  info.orientation = h.orientation;
  info.pages = static_cast<int64_t>(TIFFNumberOfDirectories(file.get()));
  return info;
}

}  // namespace hearth::vision::io

#else

namespace hearth::vision::io {
namespace {
[[noreturn]] void missing(const char* op) {
  throw NotImplementedError(cat_str("[", op, "] this build has no TIFF support; install libtiff ",
                                    "(Debian: libtiff-dev) and build again"));
}
}  // namespace
Tensor decode_tiff(const Tensor&, const DecodeOptions&) { missing("decode_tiff"); }
ImageInfo tiff_info(const Tensor&) { missing("image_info"); }
}  // namespace hearth::vision::io

#endif
