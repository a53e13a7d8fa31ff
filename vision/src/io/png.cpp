// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/creation.h"

#include "io/codec.h"

#ifdef HEARTH_WITH_PNG
#include <csetjmp>
#include <cstring>
#include <vector>

#include <png.h>

namespace hearth::vision::io {
namespace {

// libpng reports errors by longjmp, which must not pass over anything with a destructor. So what
// owns memory lives in the callers of the functions that set the jump.
struct Failure {
  jmp_buf jump;
  char text[160] = "";
};

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
  auto* failure = static_cast<Failure*>(png_get_error_ptr(png));
  std::strncpy(failure->text, message, sizeof failure->text - 1);
  std::longjmp(failure->jump, 1);
}

void on_warning(png_structp, png_const_charp) {}

struct Reader {
  Failure failure;
  png_structp png = nullptr;
  png_infop info = nullptr;
  const uint8_t* data = nullptr;
  size_t left = 0;

  ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }
};

void read_bytes(png_structp png, png_bytep out, size_t n) {
  auto* reader = static_cast<Reader*>(png_get_io_ptr(png));
  if (n > reader->left) png_error(png, "the file is cut short");
  std::memcpy(out, reader->data, n);
  reader->data += n;
  reader->left -= n;
}

bool read_header(Reader& r) {
  if (setjmp(r.failure.jump)) return false;
  png_set_read_fn(r.png, &r, read_bytes);
  png_read_info(r.png, r.info);
  return true;
}

bool has_alpha(const Reader& r) {
  return (png_get_color_type(r.png, r.info) & PNG_COLOR_MASK_ALPHA) ||
         png_get_valid(r.png, r.info, PNG_INFO_tRNS);
}

/// Asks libpng to convert whatever the file has to samples of 8 bits, or of 16 in the machine's
/// order, of `channels`.
bool set_conversions(Reader& r, int64_t channels, bool wide) {
  if (setjmp(r.failure.jump)) return false;
  const int color = png_get_color_type(r.png, r.info);
  png_set_expand(r.png);
  if (wide) {
    png_set_swap(r.png);
  } else {
    png_set_scale_16(r.png);
  }
  const bool alpha = has_alpha(r);
  const bool wants_alpha = channels == 2 || channels == 4;
  if (alpha && !wants_alpha) png_set_strip_alpha(r.png);
  if (!alpha && wants_alpha) png_set_add_alpha(r.png, wide ? 0xffff : 0xff, PNG_FILLER_AFTER);
  if ((color & PNG_COLOR_MASK_COLOR) && channels < 3)
    png_set_rgb_to_gray_fixed(r.png, PNG_ERROR_ACTION_NONE, 29890, 58700);
  if (!(color & PNG_COLOR_MASK_COLOR) && channels >= 3) png_set_gray_to_rgb(r.png);
  png_set_interlace_handling(r.png);
  png_read_update_info(r.png, r.info);
  return true;
}

bool read_rows(Reader& r, png_bytepp rows) {
  if (setjmp(r.failure.jump)) return false;
  png_read_image(r.png, rows);
  png_read_end(r.png, r.info);
  return true;
}

/// Of the picture as it is decoded unchanged.
int64_t channels_in(const Reader& r) {
  const bool color = png_get_color_type(r.png, r.info) & PNG_COLOR_MASK_COLOR;
  return (color ? 3 : 1) + (has_alpha(r) ? 1 : 0);
}

/// Of the chunk eXIf, as far as the file has been read.
int orientation_of(Reader& r) {
  png_uint_32 size = 0;
  png_bytep exif = nullptr;
  if (!png_get_eXIf_1(r.png, r.info, &size, &exif)) return 1;
  return tiff_orientation(exif, size);
}

struct Writer {
  Failure failure;
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::vector<uint8_t> bytes;
  bool out_of_memory = false;

  ~Writer() { png_destroy_write_struct(&png, &info); }
};

void write_bytes(png_structp png, png_bytep data, size_t n) {
  auto* writer = static_cast<Writer*>(png_get_io_ptr(png));
  try {
    writer->bytes.insert(writer->bytes.end(), data, data + n);
  } catch (const std::bad_alloc&) {
    writer->out_of_memory = true;
  }
  if (writer->out_of_memory) png_error(png, "out of memory");
}

bool write_image(Writer& w, uint32_t width, uint32_t height, int bits, int color, int level,
                 png_bytepp rows) {
  if (setjmp(w.failure.jump)) return false;
  png_set_write_fn(w.png, &w, write_bytes, nullptr);
  png_set_IHDR(w.png, w.info, width, height, bits, color, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_compression_level(w.png, level);
  png_write_info(w.png, w.info);
  if (bits == 16) png_set_swap(w.png);
  png_write_image(w.png, rows);
  png_write_end(w.png, w.info);
  return true;
}

std::vector<png_bytep> row_pointers(uint8_t* pixels, int64_t height, int64_t row_bytes) {
  std::vector<png_bytep> rows(static_cast<size_t>(height));
  for (int64_t y = 0; y < height; ++y) rows[static_cast<size_t>(y)] = pixels + y * row_bytes;
  return rows;
}

[[noreturn]] void damaged(const Reader& r) {
  throw FormatError(cat_str("[decode_png] the PNG is damaged: ", r.failure.text));
}

/// Reads the header of a file that stays in memory.
void open(Reader& r, const Tensor& bytes) {
  r.data = bytes.const_data_ptr<uint8_t>();
  r.left = static_cast<size_t>(bytes.numel());
  r.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &r.failure, on_error, on_warning);
  r.info = r.png ? png_create_info_struct(r.png) : nullptr;
  HEARTH_CHECK_AS(OutOfMemory, r.info, "[decode_png] out of memory");
  if (!read_header(r)) damaged(r);
}

}  // namespace

Tensor decode_png(const Tensor& data, const DecodeOptions& options) {
  const Tensor bytes = expect_bytes("decode_png", data);
  Reader r;
  open(r, bytes);
  const int64_t width = png_get_image_width(r.png, r.info);
  const int64_t height = png_get_image_height(r.png, r.info);
  check_pixels("decode_png", static_cast<uint64_t>(width), static_cast<uint64_t>(height),
               options.max_pixels);
  // Deflate cannot shrink by more than 1032, so a small file with a large promise is cut short.
  const auto promised = png_get_rowbytes(r.png, r.info) * static_cast<uint64_t>(height);
  HEARTH_CHECK_AS(FormatError, promised / 1032 <= r.left,
                  "[decode_png] the PNG is damaged: ", bytes.numel(), " bytes cannot hold ", width,
                  " x ", height, " pixels");

  const bool wide = options.keep_16_bits && png_get_bit_depth(r.png, r.info) == 16;
  const int64_t channels = channels_of(options.mode, channels_in(r));
  if (!set_conversions(r, channels, wide)) damaged(r);
  const int64_t row_bytes = width * channels * (wide ? 2 : 1);
  HEARTH_CHECK_AS(FormatError, static_cast<int64_t>(png_get_rowbytes(r.png, r.info)) == row_bytes,
                  "[decode_png] the PNG has a pixel format that cannot be converted to ", channels,
                  " channels");

  Tensor pixels = empty({height, width, channels}, wide ? kUInt16 : kByte);
  std::vector<png_bytep> rows =
      row_pointers(static_cast<uint8_t*>(pixels.data_ptr()), height, row_bytes);
  if (!read_rows(r, rows.data())) damaged(r);
  return finish("decode_png", pixels, options, orientation_of(r));
}

ImageInfo png_info(const Tensor& data) {
  Reader r;
  open(r, data);
  ImageInfo info;
  info.width = png_get_image_width(r.png, r.info);
  info.height = png_get_image_height(r.png, r.info);
  info.channels = channels_in(r);
  const bool palette = png_get_color_type(r.png, r.info) == PNG_COLOR_TYPE_PALETTE;
  info.bits = palette ? 8 : png_get_bit_depth(r.png, r.info);
  info.orientation = orientation_of(r);
  return info;
}

Tensor encode_png(const Tensor& image, int64_t compression_level) {
  HEARTH_CHECK_AS(ValueError, compression_level >= 0 && compression_level <= 9,
                  "[encode_png] compression_level is 0 to 9, got ", compression_level);
  const bool wide = image.defined() && image.scalar_type() == kUInt16;
  const Tensor pixels = expect_image("encode_png", image, {1, 2, 3, 4}, wide ? kUInt16 : kByte);
  Writer w;
  w.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &w.failure, on_error, on_warning);
  w.info = w.png ? png_create_info_struct(w.png) : nullptr;
  HEARTH_CHECK_AS(OutOfMemory, w.info, "[encode_png] out of memory");
  const int64_t height = pixels.size(0), width = pixels.size(1), channels = pixels.size(2);
  HEARTH_CHECK_AS(ShapeError, height <= PNG_USER_HEIGHT_MAX && width <= PNG_USER_WIDTH_MAX,
                  "[encode_png] a PNG has at most ", PNG_USER_WIDTH_MAX, " pixels a side, got ",
                  width, " x ", height);
  const int colors[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                        PNG_COLOR_TYPE_RGB_ALPHA};
  // libpng's rows are not const, but writing leaves them alone.
  auto* first = const_cast<uint8_t*>(static_cast<const uint8_t*>(pixels.const_data_ptr()));
  std::vector<png_bytep> rows = row_pointers(first, height, width * channels * (wide ? 2 : 1));
  const bool done =
      write_image(w, static_cast<uint32_t>(width), static_cast<uint32_t>(height), wide ? 16 : 8,
                  colors[channels - 1], static_cast<int>(compression_level), rows.data());
  HEARTH_CHECK_AS(OutOfMemory, !w.out_of_memory, "[encode_png] out of memory");
  HEARTH_CHECK(done, "[encode_png] libpng failed: ", w.failure.text);
  Tensor out = empty({static_cast<int64_t>(w.bytes.size())}, kByte);
  std::memcpy(out.data_ptr(), w.bytes.data(), w.bytes.size());
  return out;
}

}  // namespace hearth::vision::io

#else

namespace hearth::vision::io {
namespace {
[[noreturn]] void missing(const char* op) {
  throw NotImplementedError(cat_str("[", op, "] this build has no PNG support; install libpng ",
                                    "(Debian: libpng-dev) and build again"));
}
}  // namespace
Tensor decode_png(const Tensor&, const DecodeOptions&) { missing("decode_png"); }
Tensor encode_png(const Tensor&, int64_t) { missing("encode_png"); }
ImageInfo png_info(const Tensor&) { missing("image_info"); }
}  // namespace hearth::vision::io

#endif
