// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/creation.h"

#include "io/codec.h"

#ifdef HEARTH_WITH_JPEG
#include <cstdlib>
#include <cstring>

#include "io/jpeg_error.h"

namespace hearth::vision::io {
namespace {

struct Writer {
  JpegFailure failure;
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

}  // namespace

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
Tensor encode_jpeg(const Tensor&, int64_t) {
  throw NotImplementedError(
      "[encode_jpeg] this build has no JPEG support; install libjpeg-turbo (Debian: libjpeg-dev) "
      "and build again");
}
}  // namespace hearth::vision::io

#endif
