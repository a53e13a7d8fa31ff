// SPDX-License-Identifier: Apache-2.0
// A scene in pixels: every shape is an outline, of which FreeType says how much of each pixel it
// covers.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"

#include "common/plot/glyphs.h"
#include "common/plot/scene.h"

namespace plot {
namespace {

/// FreeType counts the points of an outline in 16 bits; a stroke has several for each of a line.
constexpr size_t kLinePoints = 1000;

class Raster {
 public:
  Raster(int64_t width, int64_t height, double scale)
      : width_(width),
        height_(height),
        scale_(scale),
        pixels_(hearth::full({3, height, width}, 255, hearth::kByte)),
        data_(pixels_.data_ptr<uint8_t>()) {}

  hearth::Tensor pixels() const { return pixels_; }

  void operator()(const Polyline& line) {
    FT_Stroker stroker = nullptr;
    if (line.points.size() < 2 || FT_Stroker_New(free_type(), &stroker) != 0) return;
    for (size_t from = 0; from + 1 < line.points.size(); from += kLinePoints - 1) {
      const size_t to = std::min(from + kLinePoints, line.points.size());
      FT_Stroker_Set(stroker, std::lround(line.width * scale_ * 32), FT_STROKER_LINECAP_ROUND,
                     FT_STROKER_LINEJOIN_ROUND, 0);
      FT_Vector at = fixed(line.points[from]);
      FT_Stroker_BeginSubPath(stroker, &at, 1);
      for (size_t i = from + 1; i < to; ++i) {
        at = fixed(line.points[i]);
        FT_Stroker_LineTo(stroker, &at);
      }
      FT_Stroker_EndSubPath(stroker);
      FT_UInt points = 0, contours = 0;
      FT_Stroker_GetCounts(stroker, &points, &contours);
      FT_Outline outline;
      if (FT_Outline_New(free_type(), points, static_cast<FT_Int>(contours), &outline) != 0) break;
      outline.n_points = 0;
      outline.n_contours = 0;
      FT_Stroker_Export(stroker, &outline);
      fill(outline, line.color);
      FT_Outline_Done(free_type(), &outline);
    }
    FT_Stroker_Done(stroker);
  }
  void operator()(const Box& b) {
    polygon(
        {{b.x, b.y}, {b.x + b.width, b.y}, {b.x + b.width, b.y + b.height}, {b.x, b.y + b.height}},
        b.fill);
  }
  void operator()(const Disc& d) {
    std::vector<Point> points;
    constexpr int kCorners = 48;
    for (int i = 0; i < kCorners; ++i) {
      const double angle = 2 * std::numbers::pi * i / kCorners;
      points.push_back({d.x + d.radius * std::cos(angle), d.y + d.radius * std::sin(angle)});
    }
    polygon(points, d.fill);
  }
  void operator()(const Label& l) {
    const double before = l.align == Align::Left     ? 0
                          : l.align == Align::Center ? text_width(l.text, l.font) / 2
                                                     : text_width(l.text, l.font);
    const double angle = l.degrees * std::numbers::pi / 180;
    const auto turned = [](double v) { return std::lround(v * 65536); };
    const FT_Matrix matrix{turned(std::cos(angle)), turned(-std::sin(angle)),
                           turned(std::sin(angle)), turned(std::cos(angle))};
    const FT_Face f = face(l.font.bold, l.font.size * scale_);
    double along = -before * scale_;
    for (const char32_t c : decode(l.text)) {
      if (FT_Load_Char(f, c, FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP) != 0) continue;
      FT_Outline& outline = f->glyph->outline;
      FT_Outline_Transform(&outline, &matrix);
      const FT_Vector origin = fixed({l.x, l.y});
      FT_Outline_Translate(&outline, origin.x + std::lround(along * std::cos(angle) * 64),
                           origin.y + std::lround(along * std::sin(angle) * 64));
      along += static_cast<double>(f->glyph->linearHoriAdvance) / 65536;
      fill(outline, l.font.color);
    }
  }
  void operator()(const Picture& p) {
    const hearth::Tensor image = p.image.cpu().contiguous();
    HEARTH_CHECK_AS(hearth::ShapeError,
                    image.scalar_type() == hearth::kByte && image.dim() == 3 &&
                        (image.size(0) == 1 || image.size(0) == 3) && image.numel() > 0,
                    "[plot] expected a uint8 image [C, H, W] with C 1 or 3, got shape ",
                    image.sizes());
    const int64_t channels = image.size(0), h = image.size(1), w = image.size(2);
    const auto* from = image.const_data_ptr<uint8_t>();
    const auto edge = [this](double v) { return std::lround(v * scale_); };
    const int64_t x0 = edge(p.x), x1 = edge(p.x + p.width), y0 = edge(p.y),
                  y1 = edge(p.y + p.height);
    for (int64_t c = 0; c < 3; ++c)
      for (int64_t y = std::max<int64_t>(0, y0); y < std::min(y1, height_); ++y)
        for (int64_t x = std::max<int64_t>(0, x0); x < std::min(x1, width_); ++x)
          data_[(c * height_ + y) * width_ + x] =
              from[((channels == 1 ? 0 : c) * h + (y - y0) * h / (y1 - y0)) * w +
                   (x - x0) * w / (x1 - x0)];
  }

 private:
  /// In 1/64 pixels, y upwards.
  FT_Vector fixed(Point p) const {
    return {std::lround(p.x * scale_ * 64),
            static_cast<FT_Pos>(height_) * 64 - std::lround(p.y * scale_ * 64)};
  }

  void polygon(const std::vector<Point>& corners, Color color) {
    std::vector<FT_Vector> points;
    for (const Point& corner : corners) points.push_back(fixed(corner));
    std::vector<char> tags(points.size(), FT_CURVE_TAG_ON);
    short last = static_cast<short>(points.size() - 1);
    FT_Outline outline{1, static_cast<short>(points.size()), points.data(), tags.data(), &last, 0};
    fill(outline, color);
  }

  void fill(FT_Outline& outline, Color color) {
    struct Target {
      Raster* raster;
      Color color;
    } target{this, color};
    FT_Raster_Params params{};
    params.flags = FT_RASTER_FLAG_AA | FT_RASTER_FLAG_DIRECT | FT_RASTER_FLAG_CLIP;
    params.clip_box = {0, 0, width_, height_};
    params.user = &target;
    params.gray_spans = [](int y, int count, const FT_Span* spans, void* user) {
      const Target& t = *static_cast<Target*>(user);
      for (int i = 0; i < count; ++i) t.raster->blend(y, spans[i], t.color);
    };
    FT_Outline_Render(free_type(), &outline, &params);
  }

  void blend(int y, const FT_Span& span, Color color) {
    const int64_t row = height_ - 1 - y;
    const uint8_t channels[] = {color.r, color.g, color.b};
    for (int64_t c = 0; c < 3; ++c) {
      uint8_t* p = data_ + (c * height_ + row) * width_ + span.x;
      for (int i = 0; i < span.len; ++i, ++p)
        *p = static_cast<uint8_t>((*p * (255 - span.coverage) + channels[c] * span.coverage + 127) /
                                  255);
    }
  }

  int64_t width_, height_;
  double scale_;
  hearth::Tensor pixels_;
  uint8_t* data_;
};

}  // namespace

bool can_rasterize() { return true; }

hearth::Tensor rasterize(const Scene& scene, double scale) {
  const auto width = static_cast<int64_t>(std::ceil(scene.width * scale));
  const auto height = static_cast<int64_t>(std::ceil(scene.height * scale));
  constexpr int64_t kMost = 20'000;
  HEARTH_CHECK_AS(hearth::ValueError, width > 0 && height > 0 && width <= kMost && height <= kMost,
                  "[plot] expected a picture of 1 to ", kMost, " pixels a side, got ", width, " x ",
                  height);
  Raster raster(width, height, scale);
  for (const Shape& shape : scene.shapes) std::visit(raster, shape);
  return raster.pixels();
}

}  // namespace plot
