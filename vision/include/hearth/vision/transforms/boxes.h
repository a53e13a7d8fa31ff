// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "hearth/base/arg.h"
#include "hearth/vision/transforms/functional/boxes.h"
#include "hearth/vision/transforms/transform.h"

namespace hearth::vision::transforms {

/// All boxes written in one way.
class HEARTH_API ConvertBoundingBoxFormat : public Transform {
 public:
  explicit ConvertBoundingBoxFormat(BoundingBoxFormat format) : format_(format) {}
  std::string describe() const override;

 protected:
  BoundingBoxes transform(const BoundingBoxes& boxes, const Params& params) const override;

 private:
  BoundingBoxFormat format_;
};

/// All boxes cut off at the borders of their canvas.
class HEARTH_API ClampBoundingBoxes : public Transform {
 public:
  std::string describe() const override;

 protected:
  BoundingBoxes transform(const BoundingBoxes& boxes, const Params& params) const override;
};

/// Options of SanitizeBoundingBoxes.
struct SanitizeBoundingBoxesOptions {
  HEARTH_ARG(double, min_size) = 1;
  HEARTH_ARG(double, min_area) = 1;
  /// The item that has a row for each box; without a name the first whose name begins with "label",
  /// if there is one.
  HEARTH_ARG(std::optional<std::string>, labels);
};

/// Drops boxes [N, 4] that are too small or reach out of their canvas, and their labels, and masks
/// [N, H, W]. Last of all that changes boxes; what RandomIoUCrop cut off is dropped here. A sample
/// has one item of boxes; throws ValueError for none or more, and for labels of another number.
class HEARTH_API SanitizeBoundingBoxes : public Transform {
 public:
  explicit SanitizeBoundingBoxes(SanitizeBoundingBoxesOptions options = {});
  Sample apply(const Sample& sample, const Params& params) const override;
  std::string describe() const override;

 private:
  SanitizeBoundingBoxesOptions options_;
};

/// The one item of boxes; throws ValueError, in the name of `who`, for none or more.
HEARTH_API const BoundingBoxes& get_bounding_boxes(const Sample& sample, const char* who);

}  // namespace hearth::vision::transforms
