// SPDX-License-Identifier: Apache-2.0
#include "canvas/canvas.h"

#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>

#include "hearth/ops/creation.h"

namespace hearth::vision::draw::canvas {
namespace {

constexpr int kScale = 4;
constexpr int kFace = cv::FONT_HERSHEY_SIMPLEX;
// A capital letter of this font is 21 pixels high at scale 1, without its stroke.
constexpr double kCapital = 21;

cv::Scalar scalar(Color c) { return cv::Scalar(c.r, c.g, c.b); }

int scaled(double v) { return static_cast<int>(std::lround(v * kScale)); }

double font_scale(const Font& font) { return font.size * kScale / kCapital; }

int stroke(const Font& font) {
  return std::max(1,
                  static_cast<int>(std::lround(font.size * kScale * (font.bold ? 0.18 : 0.125))));
}

}  // namespace

double text_width(const std::string& text, const Font& font) {
  int baseline = 0;
  return static_cast<double>(
             cv::getTextSize(text, kFace, font_scale(font), stroke(font), &baseline).width) /
         kScale;
}

Canvas::Canvas(int64_t width, int64_t height)
    : pixels_(static_cast<int>(height) * kScale, static_cast<int>(width) * kScale, CV_8UC3,
              scalar(kPaper)) {}

void Canvas::rectangle(double x, double y, double width, double height, Color fill) {
  const cv::Rect area(cv::Point(scaled(x), scaled(y)),
                      cv::Point(scaled(x + width), scaled(y + height)));
  pixels_(area & cv::Rect(0, 0, pixels_.cols, pixels_.rows)).setTo(scalar(fill));
}

void Canvas::text(const std::string& text, double x, double y, const Font& font) {
  cv::putText(pixels_, text, {scaled(x), scaled(y)}, kFace, font_scale(font), scalar(font.color),
              stroke(font), cv::LINE_8);
}

void Canvas::image(const Tensor& image, double x, double y, double width, double height) {
  Tensor bytes = image.cpu().permute({1, 2, 0}).contiguous();
  const int channels = static_cast<int>(bytes.size(2));
  cv::Mat source(static_cast<int>(bytes.size(0)), static_cast<int>(bytes.size(1)),
                 channels == 1 ? CV_8UC1 : CV_8UC3,
                 const_cast<uint8_t*>(bytes.const_data_ptr<uint8_t>()));
  cv::Mat rgb = source;
  if (channels == 1) cv::cvtColor(source, rgb, cv::COLOR_GRAY2RGB);
  const cv::Rect area(scaled(x), scaled(y), scaled(width), scaled(height));
  cv::Mat large;
  cv::resize(rgb, large, area.size(), 0, 0, cv::INTER_NEAREST);
  large.copyTo(pixels_(area));
}

Tensor Canvas::finish() const {
  const int height = pixels_.rows / kScale, width = pixels_.cols / kScale;
  Tensor out = empty({height, width, 3}, kByte);
  cv::Mat small(height, width, CV_8UC3, out.data_ptr());
  cv::resize(pixels_, small, small.size(), 0, 0, cv::INTER_AREA);
  return out.permute({2, 0, 1});
}

}  // namespace hearth::vision::draw::canvas
