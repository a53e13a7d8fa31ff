// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/image_pipeline.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "hearth/base/error.h"
#include "hearth/cpu/pixel_rows.h"
#include "hearth/vision/classification/picture_source.h"
#include "hearth/vision/io/image.h"
#include "hearth/vision/transforms/functional/resize.h"

#include "io/jpeg_decoder.h"
#include "transforms/crop_sizes.h"
#include "transforms/draw.h"
#include "transforms/pillow_resize.h"

namespace hearth::vision::transforms {
namespace {

/// What a thread keeps between pictures.
struct Workspace {
  io::JpegDecoder decoder;
  PixelResizer resizer;
  std::vector<uint8_t> pixels, row;
};
Workspace& workspace() {
  thread_local Workspace own;
  return own;
}

/// A picture's pixels, or what decodes them.
class Pixels {
 public:
  virtual ~Pixels() = default;
  /// Interleaved RGB of a region: where it begins, the bytes of a row and up to where memory may be
  /// read.
  struct View {
    const uint8_t* first;
    int64_t row_bytes;
    const uint8_t* readable;
  };
  virtual View region(const io::Region& region, Workspace& work) const = 0;
};

uint8_t* room_for(int64_t bytes, Workspace& work) {
  constexpr size_t kKept = size_t{64} << 20;  // more than that is given back after a huge picture
  const auto needed = static_cast<size_t>(bytes + cpu::kPixelSlack);
  if (work.pixels.size() > kKept && needed <= kKept) work.pixels = std::vector<uint8_t>();
  if (work.pixels.size() < needed) work.pixels.resize(needed);
  return work.pixels.data();
}

class JpegPixels : public Pixels {
 public:
  explicit JpegPixels(int64_t channels) : channels_(channels) {}

  View region(const io::Region& region, Workspace& work) const override {
    const int64_t row_bytes = 3 * region.width;
    uint8_t* to = room_for(row_bytes * region.height, work);
    work.decoder.decode(region, channels_, to, channels_ * region.width);
    if (channels_ == 1) {
      // Of what was written in front, from the end on.
      for (int64_t i = region.height * region.width - 1; i >= 0; --i)
        to[3 * i] = to[3 * i + 1] = to[3 * i + 2] = to[i];
    }
    return {to, row_bytes, to + work.pixels.size()};
  }

 private:
  int64_t channels_;
};

class TensorPixels : public Pixels {
 public:
  explicit TensorPixels(const Tensor& image) : image_(image) {}

  View region(const io::Region& region, Workspace& work) const override {
    const int64_t channels = image_.size(0), row = image_.stride(1), column = image_.stride(2);
    const auto* first = image_.const_data_ptr<uint8_t>() + region.top * row + region.left * column;
    if (channels == 3 && image_.stride(0) == 1 && column == 3)
      return {first, row, first + (region.height - 1) * row + region.width * 3};
    const int64_t row_bytes = 3 * region.width;
    uint8_t* to = room_for(row_bytes * region.height, work);
    for (int64_t y = 0; y < region.height; ++y) {
      std::array<const uint8_t*, 3> lines;
      for (int64_t c = 0; c < 3; ++c)
        lines[static_cast<size_t>(c)] =
            first + std::min(c, channels - 1) * image_.stride(0) + y * row;
      uint8_t* pixels = to + y * row_bytes;
      if (column == 1) {
        cpu::interleave_bytes(lines.data(), 3, pixels, region.width);
      } else {
        for (int64_t x = 0; x < region.width; ++x)
          for (size_t c = 0; c < 3; ++c)
            pixels[3 * x + static_cast<int64_t>(c)] = lines[c][x * column];
      }
    }
    return {to, row_bytes, to + work.pixels.size()};
  }

 private:
  const Tensor& image_;
};

/// Where rows of results go.
class Rows {
 public:
  Rows(const Tensor& out, const std::vector<float>& scale, const std::vector<float>& bias)
      : dtype_(out.scalar_type()),
        channels_(static_cast<int64_t>(scale.size())),
        width_(out.size(2)),
        row_(out.stride(1)),
        plane_(out.stride(0)),
        interleaved_(out.stride(2) != 1 || (channels_ == 1 && width_ == 1)),
        element_(static_cast<int64_t>(element_size(dtype_))),
        data_(static_cast<uint8_t*>(out.data_ptr())),
        scale_(scale.data()),
        bias_(bias.data()) {}

  /// `pixels` are interleaved, as many channels as results have.
  void put(int64_t y, const uint8_t* pixels) const {
    std::array<void*, 3> planes{};
    for (int64_t c = 0; c < channels_; ++c)
      planes[static_cast<size_t>(c)] = data_ + (y * row_ + c * plane_) * element_;
    if (dtype_ == kByte && interleaved_) {
      std::memcpy(planes[0], pixels, static_cast<size_t>(width_ * channels_));
    } else if (dtype_ == kByte) {
      std::array<uint8_t*, 3> lines{};
      for (size_t c = 0; c < 3; ++c) lines[c] = static_cast<uint8_t*>(planes[c]);
      cpu::deinterleave_bytes(pixels, channels_, lines.data(), width_);
    } else if (interleaved_) {
      cpu::normalize_pixels(pixels, channels_, scale_, bias_, dtype_, planes[0], width_);
    } else {
      cpu::normalize_to_planes(pixels, channels_, scale_, bias_, dtype_, planes.data(), width_);
    }
  }

 private:
  ScalarType dtype_;
  int64_t channels_, width_, row_, plane_;
  bool interleaved_;
  int64_t element_;
  uint8_t* data_;
  const float *scale_, *bias_;
};

void check_out(const Tensor& out, int64_t channels, Size size) {
  HEARTH_CHECK_AS(ShapeError,
                  out.defined() && out.dim() == 3 && out.size(0) == channels &&
                      out.size(1) == size.height && out.size(2) == size.width,
                  "[ImagePipeline] expected a place of [", channels, ", ", size.height, ", ",
                  size.width, "], got ",
                  out.defined() ? cat_str(out.sizes()) : std::string("nothing"));
  const ScalarType t = out.scalar_type();
  HEARTH_CHECK_AS(DtypeError, t == kFloat || t == kHalf || t == kBFloat16 || t == kByte,
                  "[ImagePipeline] expected a place of float, half, bfloat16 or uint8, got ", t);
  const bool last = out.stride(0) == 1 && out.stride(2) == channels;
  HEARTH_CHECK_AS(
      ValueError, out.device().is_cpu() && (out.stride(2) == 1 || last),
      "[ImagePipeline] expected a place on the CPU whose rows, or pixels, lie together, "
      "got strides ",
      out.strides());
}

void fill(const ImageView& view, InterpolationMode mode, int64_t channels, Size size,
          const Pixels& pixels, const Rows& rows) {
  Workspace& work = workspace();
  // The part of the window that the resized picture covers.
  const int64_t top = std::max<int64_t>(0, view.window_top);
  const int64_t left = std::max<int64_t>(0, view.window_left);
  const int64_t bottom = std::min(view.resized.height, view.window_top + size.height);
  const int64_t right = std::min(view.resized.width, view.window_left + size.width);
  const bool empty = top >= bottom || left >= right;
  const bool whole = !empty && right - left == size.width;
  const auto row_bytes = static_cast<size_t>(3 * size.width);
  if (!whole || channels == 1)
    work.row.assign(row_bytes + static_cast<size_t>(cpu::kPixelSlack), 0);
  int64_t gap = 0;  // in front of the covered part
  if (!empty) {
    const Size covered{bottom - top, right - left};
    gap = view.flip ? view.window_left + size.width - right : left - view.window_left;
    PixelResizer& resizer = work.resizer;
    resizer.set(mode, {view.height, view.width}, view.resized, top, left, covered, view.flip);
    const LineTaps &down = resizer.rows(), &across = resizer.columns();
    const Pixels::View from =
        pixels.region({view.top + down.begin(), view.left + across.begin(),
                       down.end() - down.begin(), across.end() - across.begin()},
                      work);
    resizer.run(3, from.first, from.row_bytes, from.readable);
  }
  for (int64_t y = 0; y < size.height; ++y) {
    const int64_t in = view.window_top + y;
    const bool has = !empty && in >= top && in < bottom;
    const uint8_t* row = has ? work.resizer.row(in - top) : nullptr;
    if (whole && has && channels == 3) {
      rows.put(y, row);
      continue;
    }
    if (!has) {
      std::fill(work.row.begin(), work.row.end(), uint8_t{0});
    } else if (channels == 3) {
      std::memset(work.row.data(), 0, row_bytes);
      std::memcpy(work.row.data() + 3 * gap, row, static_cast<size_t>(3 * (right - left)));
    } else {
      std::memset(work.row.data(), 0, row_bytes);
      for (int64_t x = 0; x < right - left; ++x)
        work.row[static_cast<size_t>(gap + x)] = row[3 * x];
    }
    rows.put(y, work.row.data());
  }
}

bool is_jpeg(const Tensor& bytes) {
  if (!bytes.defined() || bytes.numel() < 2 || !bytes.is_contiguous()) return false;
  const auto* p = bytes.const_data_ptr<uint8_t>();
  return p[0] == 0xff && p[1] == 0xd8;
}

}  // namespace

ImagePipeline::ImagePipeline(ImagePipelineOptions options) : options_(std::move(options)) {
  const Size size = options_.size();
  HEARTH_CHECK_AS(ValueError, size.height > 0 && size.width > 0,
                  "[ImagePipeline] expected a positive size, got ", size.height, " x ", size.width);
  const std::vector<double>&mean = options_.mean(), &std = options_.std();
  HEARTH_CHECK_AS(ValueError, (mean.size() == 1 || mean.size() == 3) && std.size() == mean.size(),
                  "[ImagePipeline] expected a mean and a std for one or three channels, got ",
                  mean.size(), " and ", std.size());
  const InterpolationMode mode = options_.interpolation();
  HEARTH_CHECK_AS(ValueError,
                  mode != InterpolationMode::Nearest && mode != InterpolationMode::NearestExact,
                  "[ImagePipeline] expected an interpolation of several pixels, got the nearest");
  HEARTH_CHECK_AS(ValueError, !options_.resize_size() || *options_.resize_size() > 0,
                  "[ImagePipeline] expected a positive resize_size, got ",
                  options_.resize_size().value_or(0));
  HEARTH_CHECK_AS(ValueError, !options_.padding() || *options_.padding() >= 0,
                  "[ImagePipeline] expected a padding of at least 0, got ",
                  options_.padding().value_or(0));
  for (size_t c = 0; c < mean.size(); ++c) {
    HEARTH_CHECK_AS(ValueError, std[c] != 0, "[ImagePipeline] expected a std that isn't 0");
    scale_.push_back(static_cast<float>(1 / (255 * std[c])));
    bias_.push_back(static_cast<float>(-mean[c] / std[c]));
  }
}

ImageView ImagePipeline::sample(Size picture, Generator& generator) const {
  HEARTH_CHECK_AS(ValueError, picture.height > 0 && picture.width > 0,
                  "[ImagePipeline] expected a picture of at least one pixel, got ", picture.height,
                  " x ", picture.width);
  const Size size = options_.size();
  ImageView view{.height = picture.height, .width = picture.width, .resized = picture};
  if (options_.scale()) {
    const io::Region part = random_region(picture, *options_.scale(), options_.ratio(), generator);
    view = {part.top, part.left, part.height, part.width, size};
  } else if (options_.stretch()) {
    view.resized = size;
  } else if (options_.resize_size()) {
    view.resized = functional::resized_size(picture, options_.resize_size());
  }
  if (options_.padding()) {
    const int64_t around = *options_.padding();
    const int64_t down = view.resized.height + 2 * around - size.height;
    const int64_t across = view.resized.width + 2 * around - size.width;
    HEARTH_CHECK_AS(ValueError, down >= 0 && across >= 0, "[ImagePipeline] a crop of ", size.height,
                    " x ", size.width, " is larger than the padded picture of ",
                    view.resized.height + 2 * around, " x ", view.resized.width + 2 * around);
    view.window_top = draw::randint(generator, 0, down + 1) - around;
    view.window_left = draw::randint(generator, 0, across + 1) - around;
  } else {
    // A picture that is too small gets the odd pixel of its border at the right and below.
    const auto cut = [](int64_t length, int64_t crop) {
      return crop > length ? -((crop - length) / 2) : middle(length, crop);
    };
    view.window_top = cut(view.resized.height, size.height);
    view.window_left = cut(view.resized.width, size.width);
  }
  view.flip = options_.horizontal_flip() > 0 && draw::chance(generator, options_.horizontal_flip());
  return view;
}

void ImagePipeline::run(const Tensor& pixels, const ImageView& view, const Tensor& out) const {
  HEARTH_CHECK_AS(ShapeError,
                  pixels.defined() && pixels.dim() == 3 &&
                      (pixels.size(0) == 1 || pixels.size(0) == channels()),
                  "[ImagePipeline] expected pixels [", channels(), ", H, W] or gray, got ",
                  pixels.defined() ? cat_str(pixels.sizes()) : std::string("nothing"));
  HEARTH_CHECK_AS(DtypeError, pixels.scalar_type() == kByte,
                  "[ImagePipeline] expected pixels of uint8, got ", pixels.scalar_type());
  HEARTH_CHECK_AS(ValueError,
                  view.top >= 0 && view.left >= 0 && view.height > 0 && view.width > 0 &&
                      view.height <= pixels.size(1) - view.top &&
                      view.width <= pixels.size(2) - view.left && view.resized.height > 0 &&
                      view.resized.width > 0,
                  "[ImagePipeline] the view is not within the picture of ", pixels.size(1), " x ",
                  pixels.size(2));
  check_out(out, channels(), options_.size());
  const Tensor host = pixels.cpu();
  fill(view, options_.interpolation(), channels(), options_.size(), TensorPixels(host),
       Rows(out, scale_, bias_));
}

void ImagePipeline::run_encoded(const Tensor& bytes, Generator& generator, const Tensor& out,
                                const std::string& name) const {
  check_out(out, channels(), options_.size());
  try {
    if (is_jpeg(bytes)) {
      io::JpegDecoder& decoder = workspace().decoder;
      decoder.open(bytes.const_data_ptr<uint8_t>(), static_cast<size_t>(bytes.numel()));
      if (decoder.orientation() == 1) {
        const ImageView view = sample({decoder.height(), decoder.width()}, generator);
        fill(view, options_.interpolation(), channels(), options_.size(), JpegPixels(channels()),
             Rows(out, scale_, bias_));
        return;
      }
    }
    io::DecodeOptions decoding(channels() == 1 ? io::ImageReadMode::Gray : io::ImageReadMode::RGB);
    decoding.apply_exif_orientation = true;
    const Tensor pixels = io::decode_image(bytes, decoding);
    run(pixels, sample({pixels.size(1), pixels.size(2)}, generator), out);
  } catch (const FormatError& error) {
    throw FormatError(cat_str(name, ": ", error.what()));
  }
}

void ImagePipeline::run(const PictureSource& source, size_t index, Generator& generator,
                        const Tensor& out) const {
  const Tensor bytes = source.encoded(index);
  if (bytes.defined()) return run_encoded(bytes, generator, out, source.name(index));
  const Tensor pixels = source.picture(index);
  run(pixels, sample({pixels.size(-2), pixels.size(-1)}, generator), out);
}

}  // namespace hearth::vision::transforms
