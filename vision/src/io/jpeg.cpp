// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/creation.h"

#include "io/codec.h"

#ifdef HEARTH_WITH_JPEG
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <jerror.h>
#include <jpeglib.h>

namespace hearth::vision::io {
namespace {

// More scans than any encoder writes; each costs a pass over the whole picture.
constexpr int kMaxScans = 500;

// libjpeg reports errors by longjmp, which must not pass over anything with a destructor. So what
// owns memory lives in the callers of the functions that set the jump.
struct Failure {
  jpeg_error_mgr manager;  // first, so that libjpeg's pointer is ours
  jmp_buf jump;
  char text[JMSG_LENGTH_MAX] = "";
};

[[noreturn]] void on_error(j_common_ptr info) {
  auto* failure = reinterpret_cast<Failure*>(info->err);
  info->err->format_message(info, failure->text);
  std::longjmp(failure->jump, 1);
}

void on_message(j_common_ptr info, int level) {
  // Of libjpeg's warnings, these mean that pixels are missing.
  const int code = info->err->msg_code;
  if (level < 0 && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER)) on_error(info);
}

void on_progress(j_common_ptr info) {
  auto* decoder = reinterpret_cast<j_decompress_ptr>(info);
  if (info->is_decompressor && decoder->input_scan_number > kMaxScans)
    ERREXIT1(decoder, JERR_BAD_STATE, decoder->input_scan_number);
}

jpeg_error_mgr* install(Failure& failure) {
  jpeg_error_mgr* manager = jpeg_std_error(&failure.manager);
  manager->error_exit = on_error;
  manager->emit_message = on_message;
  return manager;
}

struct Reader {
  Failure failure;
  jpeg_progress_mgr progress{};
  jpeg_decompress_struct info{};
  ~Reader() { jpeg_destroy_decompress(&info); }
};

bool read_header(Reader& r, const uint8_t* data, size_t size) {
  r.info.err = install(r.failure);
  if (setjmp(r.failure.jump)) return false;
  jpeg_create_decompress(&r.info);
  r.progress.progress_monitor = on_progress;
  r.info.progress = &r.progress;
  jpeg_mem_src(&r.info, data, static_cast<unsigned long>(size));
  jpeg_save_markers(&r.info, JPEG_APP0 + 1, 0xffff);
  jpeg_read_header(&r.info, TRUE);
  return true;
}

/// The EXIF orientation in the header; libjpeg forgets the header's markers once it has decoded.
int orientation_of(const Reader& r) {
  for (auto* marker = r.info.marker_list; marker; marker = marker->next) {
    const int orientation = exif_orientation(marker->data, marker->data_length);
    if (orientation != 1) return orientation;
  }
  return 1;
}

bool read_rows(Reader& r, uint8_t* pixels, size_t row_bytes) {
  if (setjmp(r.failure.jump)) return false;
  jpeg_start_decompress(&r.info);
  while (r.info.output_scanline < r.info.output_height) {
    JSAMPROW row = pixels + r.info.output_scanline * row_bytes;
    jpeg_read_scanlines(&r.info, &row, 1);
  }
  jpeg_finish_decompress(&r.info);
  return true;
}

/// CMYK in place of `channels`-channel output: ink times black. Adobe's files hold paper, not ink.
Tensor from_cmyk(const Tensor& cmyk, bool adobe, int64_t channels) {
  const int64_t pixels = cmyk.size(0) * cmyk.size(1);
  Tensor out = empty({cmyk.size(0), cmyk.size(1), channels}, kByte);
  const auto* in = cmyk.const_data_ptr<uint8_t>();
  auto* to = out.data_ptr<uint8_t>();
  for (int64_t i = 0; i < pixels; ++i, in += 4, to += channels) {
    int rgb[3];
    for (int c = 0; c < 3; ++c) {
      const int paper = adobe ? in[c] : 255 - in[c], light = adobe ? in[3] : 255 - in[3];
      rgb[c] = (paper * light + 127) / 255;
    }
    if (channels == 3) {
      for (int c = 0; c < 3; ++c) to[c] = static_cast<uint8_t>(rgb[c]);
    } else {
      to[0] = static_cast<uint8_t>((rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 32768) >> 16);
    }
  }
  return out;
}

/// The picture [H, W, C] with an opaque alpha channel.
Tensor with_alpha(const Tensor& picture) {
  const int64_t pixels = picture.size(0) * picture.size(1), channels = picture.size(2);
  Tensor out = empty({picture.size(0), picture.size(1), channels + 1}, kByte);
  const auto* in = picture.const_data_ptr<uint8_t>();
  auto* to = out.data_ptr<uint8_t>();
  for (int64_t i = 0; i < pixels; ++i) {
    for (int64_t c = 0; c < channels; ++c) *to++ = *in++;
    *to++ = 255;
  }
  return out;
}

struct Writer {
  Failure failure;
  jpeg_compress_struct info{};
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  ~Writer() {
    jpeg_destroy_compress(&info);
    std::free(bytes);
  }
};

bool write_image(Writer& w, const uint8_t* pixels, int64_t height, int64_t width, int64_t channels,
                 int quality) {
  w.info.err = install(w.failure);
  if (setjmp(w.failure.jump)) return false;
  jpeg_create_compress(&w.info);
  jpeg_mem_dest(&w.info, &w.bytes, &w.size);
  w.info.image_width = static_cast<JDIMENSION>(width);
  w.info.image_height = static_cast<JDIMENSION>(height);
  w.info.input_components = static_cast<int>(channels);
  w.info.in_color_space = channels == 3 ? JCS_RGB : JCS_GRAYSCALE;
  jpeg_set_defaults(&w.info);
  jpeg_set_quality(&w.info, quality, TRUE);
  jpeg_start_compress(&w.info, TRUE);
  while (w.info.next_scanline < w.info.image_height) {
    // libjpeg's rows are not const, but compressing leaves them alone.
    auto* row = const_cast<uint8_t*>(pixels) + w.info.next_scanline * width * channels;
    jpeg_write_scanlines(&w.info, &row, 1);
  }
  jpeg_finish_compress(&w.info);
  return true;
}

[[noreturn]] void damaged(const Reader& r) {
  throw FormatError(cat_str("[decode_jpeg] the JPEG is damaged: ", r.failure.text));
}

}  // namespace

Tensor decode_jpeg(const Tensor& data, const DecodeOptions& options) {
  Tensor bytes = expect_bytes("decode_jpeg", data);
  Reader r;
  if (!read_header(r, bytes.const_data_ptr<uint8_t>(), static_cast<size_t>(bytes.numel())))
    damaged(r);
  const int64_t width = r.info.image_width, height = r.info.image_height;
  check_pixels("decode_jpeg", static_cast<uint64_t>(width), static_cast<uint64_t>(height), options);

  const bool gray_file = r.info.num_components == 1;
  const int64_t channels = channels_of(options.mode, gray_file ? 1 : 3);
  const int64_t colors = channels < 3 ? 1 : 3;
  const bool cmyk = r.info.num_components == 4;
  r.info.out_color_space = cmyk ? JCS_CMYK : colors == 1 ? JCS_GRAYSCALE : JCS_RGB;
  const int64_t decoded = cmyk ? 4 : colors;
  const int orientation = options.apply_exif_orientation ? orientation_of(r) : 1;
  Tensor picture = empty({height, width, decoded}, kByte);
  if (!read_rows(r, picture.data_ptr<uint8_t>(), static_cast<size_t>(width * decoded))) damaged(r);

  if (cmyk) picture = from_cmyk(picture, r.info.saw_Adobe_marker, colors);
  if (channels > colors) picture = with_alpha(picture);
  if (orientation != 1) picture = turn_upright(picture, orientation);
  return picture.permute({2, 0, 1});
}

Tensor encode_jpeg(const Tensor& image, int64_t quality) {
  HEARTH_CHECK_AS(ValueError, quality >= 1 && quality <= 100,
                  "[encode_jpeg] quality is 1 to 100, got ", quality);
  Tensor pixels = expect_image("encode_jpeg", image, {1, 3});
  const int64_t height = pixels.size(0), width = pixels.size(1);
  HEARTH_CHECK_AS(ShapeError, height <= JPEG_MAX_DIMENSION && width <= JPEG_MAX_DIMENSION,
                  "[encode_jpeg] a JPEG has at most ", JPEG_MAX_DIMENSION, " pixels a side, got ",
                  width, " x ", height);
  Writer w;
  const bool done = write_image(w, pixels.const_data_ptr<uint8_t>(), height, width, pixels.size(2),
                                static_cast<int>(quality));
  HEARTH_CHECK(done, "[encode_jpeg] libjpeg failed: ", w.failure.text);
  Tensor out = empty({static_cast<int64_t>(w.size)}, kByte);
  std::memcpy(out.data_ptr(), w.bytes, w.size);
  return out;
}

}  // namespace hearth::vision::io

#else

namespace hearth::vision::io {
namespace {
[[noreturn]] void missing(const char* op) {
  throw NotImplementedError(cat_str("[", op, "] this build has no JPEG support; install ",
                                    "libjpeg-turbo (Debian: libjpeg-dev) and build again"));
}
}  // namespace
Tensor decode_jpeg(const Tensor&, const DecodeOptions&) { missing("decode_jpeg"); }
Tensor encode_jpeg(const Tensor&, int64_t) { missing("encode_jpeg"); }
}  // namespace hearth::vision::io

#endif
