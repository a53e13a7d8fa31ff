// SPDX-License-Identifier: Apache-2.0
#include "io/jpeg_decoder.h"

#include "io/codec.h"

#ifdef HEARTH_WITH_JPEG
#include <algorithm>
#include <cstring>
#include <vector>

#include <jerror.h>

#include "io/jpeg_error.h"

namespace hearth::vision::io {

struct JpegDecoder::Impl {
  JpegFailure failure;
  jpeg_progress_mgr progress{};
  jpeg_decompress_struct info{};
  size_t size = 0;
  bool opened = false;
  std::vector<uint8_t> row;

  ~Impl() { jpeg_destroy_decompress(&info); }
};

namespace {

// More scans than any encoder writes; each costs a pass over the whole picture.
constexpr int kMaxScans = 500;
// Columns decoded beside a region: upsampling looks at one neighbor, and wants two to begin with.
constexpr int64_t kMargin = 3;

void on_progress(j_common_ptr info) {
  auto* decoder = reinterpret_cast<j_decompress_ptr>(info);
  if (decoder->input_scan_number > kMaxScans)
    ERREXIT1(decoder, JERR_BAD_STATE, decoder->input_scan_number);
}

bool create(JpegFailure& failure, jpeg_decompress_struct& info) {
  if (setjmp(failure.jump)) return false;
  jpeg_create_decompress(&info);
  jpeg_save_markers(&info, JPEG_APP0 + 1, 0xffff);
  return true;
}

bool read_header(JpegFailure& failure, jpeg_decompress_struct& info, const uint8_t* data,
                 size_t size) {
  if (setjmp(failure.jump)) return false;
  jpeg_mem_src(&info, data, static_cast<unsigned long>(size));
  jpeg_read_header(&info, TRUE);
  return true;
}

/// Whether libjpeg decodes parts of the picture as it does the whole: where colors are sampled at
/// most every second pixel, as nearly all files have them.
bool decodes_parts(const jpeg_decompress_struct& info) {
  const int h = info.max_h_samp_factor, v = info.max_v_samp_factor;
  bool usual = h <= 2 && v <= 2;
  for (int i = 0; i < info.num_components; ++i) {
    const jpeg_component_info& c = info.comp_info[i];
    usual = usual && ((c.h_samp_factor == 1 && c.v_samp_factor == 1) ||
                      (c.h_samp_factor == h && c.v_samp_factor == v));
  }
  return usual || info.num_components == 1;
}

/// Starts decoding at a row, with columns from `left` or before it.
bool start(JpegFailure& failure, jpeg_decompress_struct& info, JDIMENSION top, JDIMENSION* left,
           JDIMENSION* width) {
  if (setjmp(failure.jump)) return false;
  jpeg_start_decompress(&info);
  if (*width < info.output_width) jpeg_crop_scanline(&info, left, width);
  if (top > 0) jpeg_skip_scanlines(&info, top);
  return true;
}

bool read_row(JpegFailure& failure, jpeg_decompress_struct& info, uint8_t* to) {
  if (setjmp(failure.jump)) return false;
  return jpeg_read_scanlines(&info, &to, 1) == 1;
}

bool read_rows(JpegFailure& failure, jpeg_decompress_struct& info, uint8_t* to, int64_t row_bytes,
               JDIMENSION end) {
  const JDIMENSION first = info.output_scanline;
  if (setjmp(failure.jump)) return false;
  while (info.output_scanline < end) {
    JSAMPROW row = to + (info.output_scanline - first) * row_bytes;
    jpeg_read_scanlines(&info, &row, 1);
  }
  return true;
}

bool finish(JpegFailure& failure, jpeg_decompress_struct& info) {
  if (setjmp(failure.jump)) return false;
  jpeg_finish_decompress(&info);
  return true;
}

/// Pixels of CMYK, of which files hold the paper that shows and not the ink: color times black.
void from_cmyk(const uint8_t* in, int64_t pixels, int64_t channels, uint8_t* to) {
  for (int64_t i = 0; i < pixels; ++i, in += 4, to += channels) {
    int rgb[3];
    for (int c = 0; c < 3; ++c) rgb[c] = (in[c] * in[3] + 127) / 255;
    if (channels == 3) {
      for (int c = 0; c < 3; ++c) to[c] = static_cast<uint8_t>(rgb[c]);
    } else {
      to[0] = static_cast<uint8_t>((rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 32768) >> 16);
    }
  }
}

}  // namespace

JpegDecoder::JpegDecoder() : impl_(std::make_unique<Impl>()) {
  impl_->info.err = install(impl_->failure);
  HEARTH_CHECK_AS(OutOfMemory, create(impl_->failure, impl_->info),
                  "[decode_jpeg] libjpeg failed: ", impl_->failure.text);
  impl_->progress.progress_monitor = on_progress;
  impl_->info.progress = &impl_->progress;
}

JpegDecoder::~JpegDecoder() = default;

void JpegDecoder::open(const uint8_t* data, size_t size, int64_t max_pixels) {
  Impl& d = *impl_;
  jpeg_abort_decompress(&d.info);
  d.opened = read_header(d.failure, d.info, data, size);
  HEARTH_CHECK_AS(FormatError, d.opened, "[decode_jpeg] the JPEG is damaged: ", d.failure.text);
  d.opened = false;
  const uint64_t width = d.info.image_width, height = d.info.image_height;
  check_pixels("decode_jpeg", width, height, max_pixels);
  // Huffman coding spends a bit or more on each block of 8 x 8 pixels.
  const uint64_t blocks = ((width + 7) / 8) * ((height + 7) / 8);
  const auto sampling = static_cast<uint64_t>(d.info.max_h_samp_factor * d.info.max_v_samp_factor);
  HEARTH_CHECK_AS(FormatError, d.info.arith_code || blocks / sampling / 8 <= size,
                  "[decode_jpeg] the JPEG is damaged: ", size, " bytes cannot hold ", width, " x ",
                  height, " pixels");
  d.opened = true;
}

void JpegDecoder::scale(int64_t denominator) {
  Impl& d = *impl_;
  HEARTH_CHECK_AS(ValueError,
                  denominator == 1 || denominator == 2 || denominator == 4 || denominator == 8,
                  "[decode_jpeg] expected a scale of 1, 2, 4 or 8, got ", denominator);
  HEARTH_CHECK_AS(ValueError, d.opened, "[decode_jpeg] open a picture before scaling it");
  d.info.scale_num = 1;
  d.info.scale_denom = static_cast<unsigned>(denominator);
}

int64_t JpegDecoder::width() const {
  const int64_t n = impl_->info.image_width, by = impl_->info.scale_denom;
  return (n + by - 1) / by;
}

int64_t JpegDecoder::height() const {
  const int64_t n = impl_->info.image_height, by = impl_->info.scale_denom;
  return (n + by - 1) / by;
}

int64_t JpegDecoder::channels() const { return impl_->info.num_components; }

int JpegDecoder::orientation() const {
  for (auto* marker = impl_->info.marker_list; marker; marker = marker->next) {
    const int orientation = exif_orientation(marker->data, marker->data_length);
    if (orientation != 1) return orientation;
  }
  return 1;
}

void JpegDecoder::decode(const Region& region, int64_t channels, uint8_t* to, int64_t row_bytes) {
  Impl& d = *impl_;
  HEARTH_CHECK_AS(ValueError, d.opened, "[decode_jpeg] open a picture before decoding it");
  HEARTH_CHECK_AS(ValueError, channels == 1 || channels == 3,
                  "[decode_jpeg] expected 1 or 3 channels, got ", channels);
  check_region("decode_jpeg", region, height(), width());
  d.opened = false;
  const bool cmyk = this->channels() == 4;
  d.info.out_color_space = cmyk ? JCS_CMYK : channels == 1 ? JCS_GRAYSCALE : JCS_RGB;

  // Columns are upsampled with their neighbors, which the edges of what is decoded lack.
  const bool partial = decodes_parts(d.info);
  const int64_t first = partial ? std::max<int64_t>(region.left - kMargin, 0) : 0;
  const int64_t last = partial ? std::min(region.left + region.width + kMargin, width()) : width();
  auto left = static_cast<JDIMENSION>(first);
  auto decoded = static_cast<JDIMENSION>(last - first);
  auto top = static_cast<JDIMENSION>(partial ? region.top : 0);
  bool good = start(d.failure, d.info, top, &left, &decoded);
  const int64_t skip = region.left - left;
  const bool straight =
      !cmyk && skip == 0 && top == region.top && decoded == static_cast<JDIMENSION>(region.width);
  const auto end = static_cast<JDIMENSION>(region.top + region.height);
  if (good && straight) {
    good = read_rows(d.failure, d.info, to, row_bytes, end);
  } else if (good) {
    const int64_t in_row = cmyk ? 4 : channels;
    d.row.resize(static_cast<size_t>(in_row) * decoded);
    for (; good && top < region.top; ++top) good = read_row(d.failure, d.info, d.row.data());
    for (int64_t y = 0; good && y < region.height; ++y, to += row_bytes) {
      good = read_row(d.failure, d.info, d.row.data());
      const uint8_t* from = d.row.data() + skip * in_row;
      if (cmyk) {
        from_cmyk(from, region.width, channels, to);
      } else {
        std::memcpy(to, from, static_cast<size_t>(region.width * channels));
      }
    }
  }
  // What comes after the last row of a picture is looked at too, as Pillow does.
  if (good && end == d.info.output_height) good = finish(d.failure, d.info);
  jpeg_abort_decompress(&d.info);
  HEARTH_CHECK_AS(FormatError, good, "[decode_jpeg] the JPEG is damaged: ", d.failure.text);
}

}  // namespace hearth::vision::io

#else

namespace hearth::vision::io {
struct JpegDecoder::Impl {};
JpegDecoder::JpegDecoder() {
  throw NotImplementedError(
      "[decode_jpeg] this build has no JPEG support; install libjpeg-turbo (Debian: libjpeg-dev) "
      "and build again");
}
JpegDecoder::~JpegDecoder() = default;
void JpegDecoder::open(const uint8_t*, size_t, int64_t) {}
void JpegDecoder::scale(int64_t) {}
int64_t JpegDecoder::width() const { return 0; }
int64_t JpegDecoder::height() const { return 0; }
int64_t JpegDecoder::channels() const { return 0; }
int JpegDecoder::orientation() const { return 1; }
void JpegDecoder::decode(const Region&, int64_t, uint8_t*, int64_t) {}
}  // namespace hearth::vision::io

#endif
