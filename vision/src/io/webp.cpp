// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/creation.h"

#include "io/codec.h"

#ifdef HEARTH_WITH_WEBP
#include <cstring>

#include <webp/decode.h>
#include <webp/encode.h>

namespace hearth::vision::io {
namespace {

struct Header {
  WebPBitstreamFeatures features;
  int orientation = 1;
};

/// The orientation in the chunk EXIF of a RIFF file; 1 where there is none.
int orientation_of(const uint8_t* data, size_t size) {
  for (size_t at = 12; size >= 8 && at <= size - 8;) {
    const uint8_t* chunk = data + at;
    const size_t n = static_cast<size_t>(chunk[4]) | static_cast<size_t>(chunk[5]) << 8 |
                     static_cast<size_t>(chunk[6]) << 16 | static_cast<size_t>(chunk[7]) << 24;
    if (n > size - at - 8) return 1;
    if (std::memcmp(chunk, "EXIF", 4) == 0) {
      const bool prefixed = n >= 6 && std::memcmp(chunk + 8, "Exif\0\0", 6) == 0;
      return prefixed ? exif_orientation(chunk + 8, n) : tiff_orientation(chunk + 8, n);
    }
    at += 8 + n + n % 2;
  }
  return 1;
}

Header read_header(const uint8_t* data, size_t size) {
  Header header;
  HEARTH_CHECK_AS(FormatError, WebPGetFeatures(data, size, &header.features) == VP8_STATUS_OK,
                  "[decode_webp] the WebP is damaged: it has no header");
  header.orientation = orientation_of(data, size);
  return header;
}

const char* said_by(VP8StatusCode status) {
  switch (status) {
    case VP8_STATUS_OUT_OF_MEMORY:
      return "memory is short";
    case VP8_STATUS_NOT_ENOUGH_DATA:
      return "it is cut short";
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      return "it has an unknown feature";
    default:
      return "its pixels cannot be decoded";
  }
}

struct Writer {
  WebPPicture picture;
  WebPMemoryWriter bytes;
  Writer() {
    WebPMemoryWriterInit(&bytes);
    HEARTH_CHECK(WebPPictureInit(&picture), "[encode_webp] libwebp has another version");
    picture.writer = WebPMemoryWrite;
    picture.custom_ptr = &bytes;
  }
  ~Writer() {
    WebPPictureFree(&picture);
    WebPMemoryWriterClear(&bytes);
  }
};

}  // namespace

Tensor decode_webp(const Tensor& data, const DecodeOptions& options) {
  const Tensor bytes = expect_bytes("decode_webp", data);
  const auto* p = bytes.const_data_ptr<uint8_t>();
  const auto size = static_cast<size_t>(bytes.numel());
  const Header header = read_header(p, size);
  HEARTH_CHECK_AS(FormatError, !header.features.has_animation,
                  "[decode_webp] expected one picture, got an animation");
  const int64_t width = header.features.width, height = header.features.height;
  check_pixels("decode_webp", static_cast<uint64_t>(width), static_cast<uint64_t>(height),
               options.max_pixels);
  const int64_t in_file = header.features.has_alpha ? 4 : 3;
  const int64_t channels = channels_of(options.mode, in_file);
  const int64_t decoded = channels == 2 || channels == 4 ? 4 : 3;

  WebPDecoderConfig config;
  HEARTH_CHECK(WebPInitDecoderConfig(&config), "[decode_webp] libwebp has another version");
  Tensor picture = empty({height, width, decoded}, kByte);
  config.output.colorspace = decoded == 4 ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = picture.data_ptr<uint8_t>();
  config.output.u.RGBA.stride = static_cast<int>(width * decoded);
  config.output.u.RGBA.size = static_cast<size_t>(picture.numel());
  const VP8StatusCode status = WebPDecode(p, size, &config);
  WebPFreeDecBuffer(&config.output);
  HEARTH_CHECK_AS(FormatError, status == VP8_STATUS_OK,
                  "[decode_webp] the WebP is damaged: ", said_by(status));
  return finish("decode_webp", with_channels(picture, channels), options, header.orientation);
}

ImageInfo webp_info(const Tensor& data) {
  const Header header =
      read_header(data.const_data_ptr<uint8_t>(), static_cast<size_t>(data.numel()));
  ImageInfo info;
  info.width = header.features.width;
  info.height = header.features.height;
  info.channels = header.features.has_alpha ? 4 : 3;
  info.orientation = header.orientation;
  return info;
}

Tensor encode_webp(const Tensor& image, int64_t quality, bool lossless) {
  HEARTH_CHECK_AS(ValueError, quality >= 0 && quality <= 100,
                  "[encode_webp] quality is 0 to 100, got ", quality);
  Tensor pixels = expect_image("encode_webp", image, {1, 2, 3, 4});
  const int64_t height = pixels.size(0), width = pixels.size(1), channels = pixels.size(2);
  HEARTH_CHECK_AS(ShapeError, height <= WEBP_MAX_DIMENSION && width <= WEBP_MAX_DIMENSION,
                  "[encode_webp] a WebP has at most ", WEBP_MAX_DIMENSION, " pixels a side, got ",
                  width, " x ", height);
  const bool alpha = channels == 2 || channels == 4;
  pixels = with_channels(pixels, alpha ? 4 : 3);
  WebPConfig config;
  HEARTH_CHECK(WebPConfigInit(&config), "[encode_webp] libwebp has another version");
  config.lossless = lossless;
  config.quality = static_cast<float>(quality);
  config.exact = lossless;  // also where nothing is seen
  Writer w;
  w.picture.use_argb = lossless;
  w.picture.width = static_cast<int>(width);
  w.picture.height = static_cast<int>(height);
  const auto* p = pixels.const_data_ptr<uint8_t>();
  const int stride = static_cast<int>(width * pixels.size(2));
  const bool taken = alpha ? WebPPictureImportRGBA(&w.picture, p, stride)
                           : WebPPictureImportRGB(&w.picture, p, stride);
  const bool done = taken && WebPEncode(&config, &w.picture);
  HEARTH_CHECK(done, "[encode_webp] libwebp failed with its error ",
               static_cast<int>(w.picture.error_code));
  Tensor out = empty({static_cast<int64_t>(w.bytes.size)}, kByte);
  std::memcpy(out.data_ptr(), w.bytes.mem, w.bytes.size);
  return out;
}

}  // namespace hearth::vision::io

#else

namespace hearth::vision::io {
namespace {
[[noreturn]] void missing(const char* op) {
  throw NotImplementedError(cat_str("[", op, "] this build has no WebP support; install libwebp ",
                                    "(Debian: libwebp-dev) and build again"));
}
}  // namespace
Tensor decode_webp(const Tensor&, const DecodeOptions&) { missing("decode_webp"); }
Tensor encode_webp(const Tensor&, int64_t, bool) { missing("encode_webp"); }
ImageInfo webp_info(const Tensor&) { missing("image_info"); }
}  // namespace hearth::vision::io

#endif
