// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/tensor/tensor.h"

namespace hearth::audio {

struct ApplyCmvnOptions {
  /// Divide by the standard deviation as well.
  HEARTH_ARG(bool, norm_vars) = false;
  /// Undo it.
  HEARTH_ARG(bool, reverse) = false;
  /// Dimensions that stay as they are.
  HEARTH_ARG(std::vector<int64_t>, skip_dims);
};

/// The statistics that Kaldi's compute-cmvn-stats keeps of features, and what apply-cmvn makes of
/// them. All sums are double.
class HEARTH_API CmvnStats {
 public:
  /// Of no frame.
  CmvnStats() = default;
  /// As Kaldi writes them: [2, dimensions + 1], sums and at the end the number of frames, below
  /// them sums of squares. Throws FormatError for another shape.
  explicit CmvnStats(const Tensor& matrix);

  /// Adds features [frames, dimensions], with a weight for each frame, if there are any. Throws
  /// ShapeError for other dimensions than before.
  void accumulate(const Tensor& features, const Tensor& weights = {});
  /// Adds the frames of others.
  void merge(const CmvnStats& other);

  /// [2, dimensions + 1], double. Throws ValueError if nothing was added yet.
  Tensor matrix() const;
  double frames() const;
  int64_t dims() const { return stats_.defined() ? stats_.size(1) - 1 : 0; }
  /// Double [dimensions]. Throw ValueError for less than one frame. The variance is at least 1e-20.
  Tensor mean() const;
  Tensor variance() const;

  /// Features minus the mean, in their type. Throws ValueError for less than one frame, ShapeError
  /// for other dimensions, IndexError for dimensions to skip that there are not.
  Tensor apply(const Tensor& features, const ApplyCmvnOptions& options = {}) const;

 private:
  void expect_dims(const Tensor& features) const;

  Tensor stats_;
};

}  // namespace hearth::audio
