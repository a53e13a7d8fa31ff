// SPDX-License-Identifier: Apache-2.0
// Padding with the input's own elements: each padded dim becomes a selection of indices.
#include <algorithm>

#include "hearth/ops/creation.h"
#include "hearth/ops/pad.h"

#include "base/checked.h"
#include "tensor/tensor_impl.h"

namespace hearth {

namespace {

int64_t reflected(int64_t i, int64_t n) { return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i; }
int64_t replicated(int64_t i, int64_t n) { return std::clamp<int64_t>(i, 0, n - 1); }
int64_t wrapped(int64_t i, int64_t n) { return i < 0 ? i + n : i >= n ? i - n : i; }

struct Mode {
  std::string_view name;
  int64_t (*source)(int64_t i, int64_t n);
  int64_t slack;  ///< how far below the dim's size a pad must stay; -1 for any pad
  /// Negative pads cut elements off before the others take theirs from what remains.
  bool crops_first;
};
constexpr Mode kModes[] = {{"reflect", reflected, 1, false},
                           {"replicate", replicated, -1, false},
                           {"circular", wrapped, 0, true}};

Tensor pad_from_itself(const Tensor& self, IntArrayRef pad, const Mode& mode) {
  const int64_t dims = static_cast<int64_t>(pad.size() / 2);
  HEARTH_CHECK_AS(ShapeError,
                  pad.size() % 2 == 0 && dims >= 1 && dims <= 3 &&
                      (self.dim() == dims + 1 || self.dim() == dims + 2),
                  "[pad] Only 2D, 3D, 4D, 5D padding with non-constant padding are supported: got ",
                  pad.size(), " numbers for an input of ", self.sizes());
  for (int64_t d = self.dim() - dims - 1; d < self.dim(); ++d)
    HEARTH_CHECK_AS(ShapeError, mode.crops_first || self.size(d) > 0,
                    "[pad] Expected an input with possibly 0 batch size and other non-zero "
                    "dimensions for input, but got: ",
                    self.sizes());
  Tensor out = self;
  for (int64_t d = 0; d < dims; ++d) {
    const int64_t before = pad[static_cast<size_t>(2 * d)];
    const int64_t after = pad[static_cast<size_t>(2 * d + 1)];
    if (before == 0 && after == 0) continue;
    const int64_t dim = self.dim() - 1 - d;
    // Elements `first` to `first + n` are what pads take theirs from.
    const int64_t whole = self.size(dim);
    const auto cropped = [&](int64_t by) {
      return mode.crops_first ? (Checked(0) - std::min<int64_t>(by, 0)).value_or(INT64_MAX) : 0;
    };
    const int64_t first = cropped(before);
    const int64_t n = (Checked(whole) - first - cropped(after)).value_or(-1);
    const int64_t size = (Checked(before) + whole + after).get("pad", "padding ", pad);
    HEARTH_CHECK_AS(ShapeError,
                    mode.slack < 0 || (before <= n - mode.slack && after <= n - mode.slack),
                    "[pad] Padding size should be less than the corresponding input dimension, or "
                    "it causes wrapping around more than once, but got: padding (",
                    before, ", ", after, ") at dimension ", dim, " of input ", self.sizes());
    HEARTH_CHECK_AS(ShapeError, n >= 0 && (size > 0 || (size == 0 && mode.crops_first)), "[pad] ",
                    mode.name, " padding (", before, ", ", after, ") at dimension ", dim,
                    " of input ", self.sizes(), " leaves nothing or has nothing to start from");
    const Tensor index = new_tensor({size}, kLong, kCPU);
    int64_t* source = ptr<int64_t>(index);
    const int64_t lead = before + first;
    // Beyond int64 only where everything before was cropped, so it is beyond the end as well.
    for (int64_t i = 0; i < size; ++i)
      source[i] = first + mode.source((Checked(i) - lead).value_or(INT64_MAX), n);
    out = out.index_select(dim, index.to(self.device(), kLong));
  }
  return out;
}

const Mode* find_mode(std::string_view name) {
  for (const Mode& mode : kModes)
    if (mode.name == name) return &mode;
  return nullptr;
}

Tensor padded(const Tensor& self, IntArrayRef padding, size_t wanted, std::string_view mode,
              const char* name) {
  HEARTH_CHECK_AS(ShapeError, padding.size() == wanted, "[", name,
                  "] padding size is expected to be ", wanted, ", but got: ", padding.size());
  return pad_from_itself(self, padding, *find_mode(mode));
}

}  // namespace

Tensor pad(const Tensor& self, IntArrayRef pad, std::string_view mode,
           std::optional<double> value) {
  if (mode == "constant") return constant_pad_nd(self, pad, value.value_or(0));
  HEARTH_CHECK_AS(ValueError, !value || *value == 0, "[pad] Padding mode \"", mode,
                  "\" doesn't take in value argument");
  const Mode* found = find_mode(mode);
  HEARTH_CHECK_AS(ValueError, found, "[pad] Unrecognised padding mode ", mode);
  return pad_from_itself(self, pad, *found);
}

Tensor reflection_pad1d(const Tensor& self, IntArrayRef padding) {
  return padded(self, padding, 2, "reflect", "reflection_pad1d");
}
Tensor reflection_pad2d(const Tensor& self, IntArrayRef padding) {
  return padded(self, padding, 4, "reflect", "reflection_pad2d");
}
Tensor reflection_pad3d(const Tensor& self, IntArrayRef padding) {
  return padded(self, padding, 6, "reflect", "reflection_pad3d");
}
Tensor replication_pad1d(const Tensor& self, IntArrayRef padding) {
  return padded(self, padding, 2, "replicate", "replication_pad1d");
}
Tensor replication_pad2d(const Tensor& self, IntArrayRef padding) {
  return padded(self, padding, 4, "replicate", "replication_pad2d");
}
Tensor replication_pad3d(const Tensor& self, IntArrayRef padding) {
  return padded(self, padding, 6, "replicate", "replication_pad3d");
}

}  // namespace hearth
