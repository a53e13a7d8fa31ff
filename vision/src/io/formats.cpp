// SPDX-License-Identifier: Apache-2.0
// Which format a file has.
#include <algorithm>
#include <cctype>
#include <cstring>
#include <filesystem>

#include "hearth/ops/creation.h"

#include "io/codec.h"

namespace hearth::vision::io {
namespace {

/// What is done with a format.
struct Format {
  const char* name;
  bool (*starts)(const uint8_t* data, size_t size);
  Tensor (*decode)(const Tensor& data, const DecodeOptions& options);
  ImageInfo (*info)(const Tensor& data);
};

bool begins(const uint8_t* data, size_t size, const char* with, size_t n) {
  return size >= n && std::memcmp(data, with, n) == 0;
}

constexpr Format kFormats[] = {
    {"jpeg", [](const uint8_t* p, size_t n) { return begins(p, n, "\xff\xd8\xff", 3); },
     decode_jpeg, jpeg_info},
    {"png", [](const uint8_t* p, size_t n) { return begins(p, n, "\x89PNG\r\n\x1a\n", 8); },
     decode_png, png_info},
    {"webp",
     [](const uint8_t* p, size_t n) {
       return n >= 12 && begins(p, n, "RIFF", 4) && std::memcmp(p + 8, "WEBP", 4) == 0;
     },
     decode_webp, webp_info},
    {"bmp", [](const uint8_t* p, size_t n) { return begins(p, n, "BM", 2); }, decode_bmp, bmp_info},
    {"pnm",
     [](const uint8_t* p, size_t n) {
       return n >= 3 && p[0] == 'P' && p[1] >= '1' && p[1] <= '6' && std::isspace(p[2]);
     },
     decode_pnm, pnm_info},
    {"tiff",
     [](const uint8_t* p, size_t n) {
       // The latter two are BigTIFF's.
       return begins(p, n, "II*\0", 4) || begins(p, n, "MM\0*", 4) || begins(p, n, "II+\0", 4) ||
              begins(p, n, "MM\0+", 4);
     },
     decode_tiff, tiff_info},
    {"gif", [](const uint8_t* p, size_t n) { return begins(p, n, "GIF8", 4); }, decode_gif_page,
     gif_info},
};

const Format& format_of(std::string_view op, const Tensor& bytes) {
  const auto* p = bytes.const_data_ptr<uint8_t>();
  for (const Format& format : kFormats)
    if (format.starts(p, static_cast<size_t>(bytes.numel()))) return format;
  throw FormatError(cat_str("[", op, "] expected a PNG, JPEG, WebP, BMP, PNM, TIFF or GIF, the ",
                            bytes.numel(),
                            " bytes start like none of them; convert the image to one"));
}

/// f of the file's bytes, with the file's name in what it throws.
template <class F>
auto of_file(const std::string& path, const F& f) {
  const Tensor bytes = read_file(path);
  try {
    return f(bytes);
  } catch (const FormatError& e) {
    throw FormatError(cat_str("[", path, "] cannot be decoded: ", e.what()));
  } catch (const NotImplementedError& e) {
    throw NotImplementedError(cat_str("[", path, "] cannot be decoded: ", e.what()));
  }
}

}  // namespace

Tensor decode_image(const Tensor& data, const DecodeOptions& options) {
  const Tensor bytes = expect_bytes("decode_image", data);
  return format_of("decode_image", bytes).decode(bytes, options);
}

Tensor read_image(const std::string& path, const DecodeOptions& options) {
  return of_file(path, [&](const Tensor& bytes) { return decode_image(bytes, options); });
}

ImageInfo image_info(const Tensor& data) {
  const Tensor bytes = expect_bytes("image_info", data);
  const Format& format = format_of("image_info", bytes);
  ImageInfo info = format.info(bytes);
  info.format = format.name;
  return info;
}

ImageInfo image_info(const std::string& path) {
  return of_file(path, [](const Tensor& bytes) { return image_info(bytes); });
}

void write_image(const Tensor& image, const std::string& path) {
  std::string ending = std::filesystem::path(path).extension().string();
  for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const auto is = [&](std::initializer_list<const char*> endings) {
    return std::find(endings.begin(), endings.end(), ending) != endings.end();
  };
  Tensor bytes;
  if (is({".png"})) {
    bytes = encode_png(image);
  } else if (is({".jpg", ".jpeg"})) {
    bytes = encode_jpeg(image);
  } else if (is({".webp"})) {
    bytes = encode_webp(image);
  } else if (is({".bmp"})) {
    bytes = encode_bmp(image);
  } else if (is({".pgm", ".ppm"})) {
    bytes = encode_pnm(image);
  } else {
    throw ValueError(cat_str("[write_image] ", path,
                             " ends in none of .png, .jpg, .jpeg, .webp, .bmp, .pgm and .ppm"));
  }
  write_file(path, bytes);
}

}  // namespace hearth::vision::io
