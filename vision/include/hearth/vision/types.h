// SPDX-License-Identifier: Apache-2.0
// What transforms work on: tensors that say what they are. Structs around one tensor each, so that
// a tensor stays a tensor; torchvision has subclasses (tv_tensors) in their place.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "hearth/tensor/tensor.h"

namespace hearth::vision {

/// Height and width in pixels, in this order, as torchvision's canvas_size.
struct Size {
  int64_t height = 0;
  int64_t width = 0;
  friend bool operator==(const Size&, const Size&) = default;
};

/// Pixels [..., C, H, W], uint8, uint16 or floating point in [0, 1]. With leading dims a batch or a
/// video, all of whose pictures are changed alike.
struct Image {
  Tensor data;
};

/// A class or number for each pixel, [..., H, W]; resampled by its nearest value.
struct Mask {
  Tensor data;
};

/// How a box is written: two corners; the upper left corner and sizes; the center and sizes.
enum class BoundingBoxFormat : int8_t { XYXY, XYWH, CXCYWH };

/// Boxes [..., 4] of an image of size `canvas`, in pixels; integers or floating point.
struct BoundingBoxes {
  Tensor data;
  BoundingBoxFormat format = BoundingBoxFormat::XYXY;
  Size canvas;
};

/// Points (x, y), [..., 2], of an image of size `canvas`, in pixels.
struct KeyPoints {
  Tensor data;
  Size canvas;
};

/// One part of a sample. A plain Tensor (a label, an id) passes through most transforms untouched.
using Item = std::variant<Image, Mask, BoundingBoxes, KeyPoints, Tensor>;

/// What belongs together, an ordered list of named items: an image, its boxes, their labels ...
///
///     Sample sample{{"image", Image{pixels}}, {"boxes", BoundingBoxes{xyxy, format, {h, w}}}};
class HEARTH_API Sample {
 public:
  using Entry = std::pair<std::string, Item>;

  Sample() = default;
  Sample(std::initializer_list<Entry> items) : items_(items) {}
  explicit Sample(std::vector<Entry> items) : items_(std::move(items)) {}

  /// The item of a name. Throws ValueError, which names those that there are.
  const Item& operator[](const std::string& name) const;
  Item& operator[](const std::string& name);
  bool contains(const std::string& name) const;
  /// Appends an item, or replaces the one of its name.
  void set(const std::string& name, Item item);

  /// The item of a name as an Image ...; throws ValueError for another kind.
  const Tensor& image(const std::string& name = "image") const;

  const std::vector<Entry>& items() const { return items_; }
  std::vector<Entry>& items() { return items_; }

 private:
  std::vector<Entry> items_;
};

/// The size of the first item that has one (an image or mask by its last two dims, boxes and points
/// by their canvas). Throws ValueError where none has, as torchvision's query_size.
HEARTH_API Size query_size(const Sample& sample);

}  // namespace hearth::vision
