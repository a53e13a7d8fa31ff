// SPDX-License-Identifier: Apache-2.0
// Which elements of a dim padding with its own elements takes.
#pragma once

#include <algorithm>

#include "base/checked.h"
#include "ops/pad.h"

namespace hearth {

/// One dim: of the result's `size` elements, those in [begin, end) are the input's from `first` on,
/// one after another; the others are taken from elsewhere in it.
struct PadAxis {
  PadMode mode = PadMode::Reflect;
  int64_t size = 1;
  int64_t begin = 0, end = 1, first = 0;
  int64_t from = 0, n = 1;  ///< the input's elements that pads take theirs from
  int64_t lead = 0;         ///< the result's place of the first of these

  PadAxis() = default;
  /// Of `whole` elements with these pads, which fit (PadFromSelf::infer).
  PadAxis(PadMode pad_mode, int64_t whole, int64_t before, int64_t after)
      : mode(pad_mode), size(before + whole + after) {
    // Circular padding first cuts off what negative pads say.
    const bool crops = mode == PadMode::Circular;
    from = crops ? -std::min<int64_t>(before, 0) : 0;
    n = whole - from + (crops ? std::min<int64_t>(after, 0) : 0);
    lead = before + from;
    begin = std::clamp<int64_t>(lead, 0, size);
    end = std::clamp<int64_t>((Checked(lead) + n).value_or(INT64_MAX), begin, size);
    first = begin < end ? from + begin - lead : 0;
  }

  /// The input's element that is element i of the result.
  int64_t source(int64_t i) const {
    // Beyond int64 only where everything before was cropped, so it is beyond the end as well.
    const int64_t at = (Checked(i) - lead).value_or(INT64_MAX);
    switch (mode) {
      case PadMode::Reflect:
        return from + (at < 0 ? -at : at >= n ? 2 * (n - 1) - at : at);
      case PadMode::Replicate:
        return from + std::clamp<int64_t>(at, 0, n - 1);
      default:
        return from + (at < 0 ? at + n : at >= n ? at - n : at);
    }
  }
};

/// The axis of spatial dim d of three, the last of which `pad` is for.
inline PadAxis pad_axis(PadMode mode, const DimVector& pad, IntArrayRef input, size_t d) {
  const size_t k = 2 - d;  // from the last dim
  if (k >= pad.size() / 2) return {};
  return {mode, input[input.size() - 1 - k], pad[2 * k], pad[2 * k + 1]};
}

}  // namespace hearth
