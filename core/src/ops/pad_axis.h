// SPDX-License-Identifier: Apache-2.0
// Which elements of a dim padding with its own elements takes.
#pragma once

#include <algorithm>

#include "base/checked.h"
#include "ops/pad.h"
#include "tensor/image_layout.h"

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
  constexpr int64_t source(int64_t i) const {
    // Beyond int64 only where everything before was cropped, so it is beyond the end as well.
    const int64_t at = lead < 0 && i > INT64_MAX + lead ? INT64_MAX : i - lead;
    switch (mode) {
      case PadMode::Reflect:
        return from + (at < 0 ? -at : at >= n ? 2 * (n - 1) - at : at);
      case PadMode::Replicate:
        return from + (at < 0 ? 0 : at > n - 1 ? n - 1 : at);
      default:
        return from + (at < 0 ? at + n : at >= n ? at - n : at);
    }
  }
  /// The result's elements that are the input's element p: calls f(first, count) for each run of
  /// them.
  template <class F>
  constexpr void copies(int64_t p, const F& f) const {
    const int64_t q = p - from;
    if (q < 0 || q >= n) return;
    const auto one = [&](int64_t i) {
      if (i >= 0 && i < size) f(i, int64_t{1});
    };
    one(lead + q);
    switch (mode) {
      case PadMode::Reflect:
        if (q > 0) one(lead - q);
        if (q < n - 1) one(lead + 2 * (n - 1) - q);
        break;
      case PadMode::Replicate:
        if (q == 0 && lead > 0) f(int64_t{0}, lead < size ? lead : size);
        if (q == n - 1 && lead + n < size) {
          const int64_t after = lead + n > 0 ? lead + n : 0;
          f(after, size - after);
        }
        break;
      default:
        one(lead + q - n);
        one(lead + q + n);
    }
  }
};

/// The axis of spatial dim d of three, the last of which `pad` is for.
inline PadAxis pad_axis(PadMode mode, const DimVector& pad, IntArrayRef input, size_t d) {
  const size_t k = 2 - d;  // from the last dim
  if (k >= pad.size() / 2) return {};
  return {mode, input[input.size() - 1 - k], pad[2 * k], pad[2 * k + 1]};
}

/// A padded image as rows of `unit` numbers times the last dim's elements.
struct PadRows {
  PadAxis depth, height, width;
  int64_t in_depth, in_height, in_width;
  int64_t images, unit;

  PadRows(PadMode mode, const DimVector& pad, IntArrayRef input, bool last)
      : depth(pad_axis(mode, pad, input, 0)),
        height(pad_axis(mode, pad, input, 1)),
        width(pad_axis(mode, pad, input, 2)) {
    const size_t dims = pad.size() / 2;
    const auto size = [&](size_t k) { return k < dims ? input[input.size() - 1 - k] : 1; };
    in_width = size(0);
    in_height = size(1);
    in_depth = size(2);
    images = 1;
    for (size_t d = 0; d < input.size() - dims; ++d) images *= input[d];
    unit = last ? input[1] : 1;
    if (last) images = input[0];
  }
};

/// Whether an image's rows are of all channels.
inline bool pads_channels_last(const Tensor& t, const DimVector& pad) {
  return impl(t).sizes.size() == pad.size() / 2 + 2 && prefers_channels_last(impl(t));
}

}  // namespace hearth
