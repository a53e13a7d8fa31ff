// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/drawing.h"

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "drawing/canvas.h"

namespace hearth::vision::utils {
namespace {

constexpr int kFillOpacity = 100;  // of 255

void check_image(const char* op, const Tensor& image, bool gray) {
  HEARTH_CHECK_AS(
      ShapeError,
      image.defined() && image.dim() == 3 && (image.size(0) == 3 || (gray && image.size(0) == 1)),
      "[", op, "] expected one image ", gray ? "[1 or 3, H, W]" : "[3, H, W]");
  HEARTH_CHECK_AS(DtypeError,
                  image.scalar_type() == kByte || is_floating_point(image.scalar_type()), "[", op,
                  "] expected a uint8 or floating point image, got ", image.scalar_type());
}

/// Colors of n things.
Colors colors_of(const char* op, const Colors& given, int64_t n) {
  const auto count = static_cast<size_t>(n);
  if (given.size() == 1) return Colors(count, given[0]);
  HEARTH_CHECK_AS(ValueError, given.empty() || given.size() >= count, "[", op,
                  "] expected one color or at least ", n, ", got ", given.size());
  Colors colors = given;
  // torchvision's palette.
  for (int64_t i = 0; given.empty() && i < n; ++i) {
    const auto part = [i](int64_t step) { return static_cast<uint8_t>(i * step % 255); };
    colors.emplace_back(part((1 << 25) - 1), part((1 << 15) - 1), part((1 << 21) - 1));
  }
  return colors;
}

/// The image as RGB bytes [H, W, 3] of its own on the CPU.
Tensor to_pixels(const Tensor& image) {
  Tensor t = image.cpu();
  if (is_floating_point(t.scalar_type())) t = t.mul(256 - 1e-3).to(kByte);
  if (t.size(0) == 1) t = t.expand({3, t.size(1), t.size(2)});
  Tensor pixels = t.permute({1, 2, 0}).contiguous();
  return pixels.data_ptr() == image.const_data_ptr() ? pixels.clone() : pixels;
}

/// Pixels [H, W, 3] in the image's type and place, [3, H, W].
Tensor from_pixels(const Tensor& pixels, const Tensor& image) {
  Tensor out = pixels.permute({2, 0, 1}).contiguous().to(image.device());
  return is_floating_point(image.scalar_type()) ? out.to(image.scalar_type()).mul(1.0 / 255) : out;
}

Canvas canvas_of(Tensor& pixels) {
  return {pixels.data_ptr<uint8_t>(), pixels.size(0), pixels.size(1)};
}

}  // namespace

Tensor draw_bounding_boxes(const Tensor& image, const Tensor& boxes,
                           const DrawBoundingBoxesOptions& options) {
  constexpr char kOp[] = "draw_bounding_boxes";
  check_image(kOp, image, true);
  HEARTH_CHECK_AS(ShapeError, boxes.defined() && boxes.dim() == 2 && boxes.size(1) == 4,
                  "[draw_bounding_boxes] expected boxes [N, 4]");
  HEARTH_CHECK_AS(
      ValueError, options.width() >= 0 && options.font_scale() > 0 && options.font_scale() <= 1024,
      "[draw_bounding_boxes] expected a width of at least 0 and a font_scale from 1 to ",
      "1024, got ", options.width(), " and ", options.font_scale());
  const int64_t n = boxes.size(0);
  const auto& labels = options.labels();
  HEARTH_CHECK_AS(ValueError, labels.empty() || static_cast<int64_t>(labels.size()) == n,
                  "[draw_bounding_boxes] expected a label for each of ", n, " boxes, got ",
                  labels.size());
  if (n == 0) return image;
  const NoGradGuard no_grad;
  const Tensor corners = boxes.cpu().to(kLong).contiguous();
  const auto* box = corners.const_data_ptr<int64_t>();
  for (int64_t i = 0; i < n; ++i)
    HEARTH_CHECK_AS(ValueError, box[4 * i] <= box[4 * i + 2] && box[4 * i + 1] <= box[4 * i + 3],
                    "[draw_bounding_boxes] expected boxes as (xmin, ymin, xmax, ymax), box ", i,
                    " ends before it begins");
  const Colors colors = colors_of(kOp, options.colors(), n);
  const bool behind = options.fill_labels();
  Colors text_colors = colors, backgrounds = colors;
  if (behind || !options.label_colors().empty())
    text_colors = colors_of(
        kOp, options.label_colors().empty() ? Colors{"black"} : options.label_colors(), n);
  if (behind && !options.label_background_colors().empty())
    backgrounds = colors_of(kOp, options.label_background_colors(), n);

  Tensor pixels = to_pixels(image);
  Canvas canvas = canvas_of(pixels);
  const int64_t scale = options.font_scale(), margin = options.width() + 1;
  for (int64_t i = 0; i < n; ++i, box += 4) {
    const auto at = static_cast<size_t>(i);
    if (options.fill()) canvas.fill(box[0], box[1], box[2], box[3], colors[at], kFillOpacity);
    if (options.width() > 0)
      canvas.frame(box[0], box[1], box[2], box[3], colors[at], options.width());
    if (labels.empty()) continue;
    const int64_t left = box[0] + margin, top = box[1] + margin;
    if (behind)
      canvas.fill(left - 1, top - 1, left + text_width(labels[at], scale), top + kTextRows * scale,
                  backgrounds[at]);
    canvas.text(left, top, labels[at], text_colors[at], scale);
  }
  return from_pixels(pixels, image);
}

Tensor draw_segmentation_masks(const Tensor& image, const Tensor& masks,
                               const DrawSegmentationMasksOptions& options) {
  check_image("draw_segmentation_masks", image, false);
  HEARTH_CHECK_AS(DtypeError, masks.defined() && masks.scalar_type() == kBool,
                  "[draw_segmentation_masks] expected bool masks");
  HEARTH_CHECK_AS(
      ShapeError,
      (masks.dim() == 2 || masks.dim() == 3) && masks.size(-2) == image.size(1) &&
          masks.size(-1) == image.size(2),
      "[draw_segmentation_masks] expected masks [N, H, W] or [H, W] of the image's size ",
      image.size(1), " x ", image.size(2), ", got shape ", masks.sizes());
  const NoGradGuard no_grad;
  const Tensor all = masks.dim() == 2 ? masks.unsqueeze(0) : masks;
  const int64_t n = all.size(0);
  if (n == 0) return image;
  const Colors colors = colors_of("draw_segmentation_masks", options.colors(), n);
  const bool bytes = image.scalar_type() == kByte;
  Tensor drawn = image.detach().clone();
  for (int64_t i = 0; i < n; ++i) {
    const Color color = colors[static_cast<size_t>(i)];
    const uint8_t parts[] = {color.red, color.green, color.blue};
    for (int64_t c = 0; c < 3; ++c)
      drawn.select(0, c).masked_fill_(all.select(0, i), bytes ? parts[c] : parts[c] / 255.0);
  }
  drawn.masked_fill_(all.sum(0).gt(1), 0);
  const Tensor below = image.detach().mul(1 - options.alpha());
  return below.add(drawn.mul(options.alpha())).to(image.scalar_type());
}

Tensor draw_keypoints(const Tensor& image, const Tensor& keypoints,
                      const DrawKeypointsOptions& options) {
  check_image("draw_keypoints", image, false);
  HEARTH_CHECK_AS(ShapeError, keypoints.defined() && keypoints.dim() == 3 && keypoints.size(2) == 2,
                  "[draw_keypoints] expected points [N, K, 2]");
  const int64_t n = keypoints.size(0), k = keypoints.size(1);
  constexpr int64_t kLargest = 1 << 14;
  HEARTH_CHECK_AS(ValueError,
                  options.radius() >= 0 && options.radius() <= kLargest && options.width() > 0 &&
                      options.width() <= kLargest,
                  "[draw_keypoints] expected a radius from 0 and a width from 1 to ", kLargest,
                  ", got ", options.radius(), " and ", options.width());
  for (const auto& [from, to] : options.connectivity())
    HEARTH_CHECK_AS(ValueError, from >= 0 && from < k && to >= 0 && to < k,
                    "[draw_keypoints] there is no connection (", from, ", ", to, ") among ", k,
                    " points");
  const NoGradGuard no_grad;
  Tensor visible;
  if (options.visibility().defined()) {
    visible = options.visibility();
    if (visible.dim() == 3 && visible.size(2) == 1) visible = visible.squeeze(2);
    HEARTH_CHECK_AS(ShapeError, visible.dim() == 2 && visible.size(0) == n && visible.size(1) == k,
                    "[draw_keypoints] expected a visibility [", n, ", ", k, "], got shape ",
                    visible.sizes());
    visible = visible.cpu().to(kBool).contiguous();
  }
  const Tensor places = keypoints.cpu().to(kLong).contiguous();
  Tensor pixels = to_pixels(image);
  Canvas canvas = canvas_of(pixels);
  for (int64_t i = 0; i < n; ++i) {
    const int64_t* points = places.const_data_ptr<int64_t>() + i * k * 2;
    const bool* seen = visible.defined() ? visible.const_data_ptr<bool>() + i * k : nullptr;
    for (int64_t j = 0; j < k; ++j)
      if (!seen || seen[j])
        canvas.disc(points[2 * j], points[2 * j + 1], options.radius(), options.colors());
    for (const auto& [from, to] : options.connectivity())
      if (!seen || (seen[from] && seen[to]))
        canvas.line(points[2 * from], points[2 * from + 1], points[2 * to], points[2 * to + 1],
                    options.width(), "white");
  }
  return from_pixels(pixels, image);
}

}  // namespace hearth::vision::utils
