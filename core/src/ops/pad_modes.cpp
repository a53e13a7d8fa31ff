// SPDX-License-Identifier: Apache-2.0
// Padding with the input's own elements.
#include <algorithm>

#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/scatter.h"

#include "base/checked.h"
#include "ops/pad_axis.h"
#include "tensor/image_layout.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(PadFromSelf)
HEARTH_DEFINE_OP(PadFromSelfBackward)

namespace {

struct ModeRule {
  std::string_view name;
  int64_t slack;  ///< how far below the dim's size a pad must stay; -1 for any pad
  /// Negative pads cut elements off before the others take theirs from what remains.
  bool crops_first;
};
constexpr ModeRule kRules[] = {
    {"reflect", 1, false}, {"replicate", -1, false}, {"circular", 0, true}};
const ModeRule& rule(PadMode mode) { return kRules[static_cast<size_t>(mode)]; }

/// The result's size along a dim.
int64_t padded_size(PadMode mode, IntArrayRef sizes, int64_t dim, int64_t before, int64_t after) {
  const ModeRule& r = rule(mode);
  const int64_t whole = sizes[static_cast<size_t>(dim)];
  const auto cropped = [&](int64_t by) {
    return r.crops_first ? (Checked(0) - std::min<int64_t>(by, 0)).value_or(INT64_MAX) : 0;
  };
  const int64_t n = (Checked(whole) - cropped(before) - cropped(after)).value_or(-1);
  const int64_t size =
      (Checked(before) + whole + after).get("pad", "padding (", before, ", ", after, ")");
  HEARTH_CHECK_AS(ShapeError, r.slack < 0 || (before <= n - r.slack && after <= n - r.slack),
                  "[pad] Padding size should be less than the corresponding input dimension, or "
                  "it causes wrapping around more than once, but got: padding (",
                  before, ", ", after, ") at dimension ", dim, " of input ", sizes);
  HEARTH_CHECK_AS(ShapeError, n >= 0 && (size > 0 || (size == 0 && r.crops_first)), "[pad] ",
                  r.name, " padding (", before, ", ", after, ") at dimension ", dim, " of input ",
                  sizes, " leaves nothing or has nothing to start from");
  return size;
}

Spec image(const Tensor& like, DimVector sizes, size_t dims) {
  const TensorImpl& t = impl(like);
  // A format only where the batch is a dim of its own.
  const bool last = t.sizes.size() == dims + 2 && prefers_channels_last(t);
  DimVector strides = image_strides(sizes, last);
  return Spec(std::move(sizes), std::move(strides), t.dtype, t.device);
}

/// For each element of the padded dim, the input's; undefined where nothing is padded.
Tensor sources(PadMode mode, const DimVector& pad, IntArrayRef input, size_t k, Device device) {
  if (pad[2 * k] == 0 && pad[2 * k + 1] == 0) return {};
  const PadAxis axis = pad_axis(mode, pad, input, 2 - k);
  const Tensor index = new_tensor({axis.size}, kLong, kCPU);
  for (int64_t i = 0; i < axis.size; ++i) ptr<int64_t>(index)[i] = axis.source(i);
  return index.to(device, kLong);
}

}  // namespace

Specs PadFromSelf::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  const size_t dims = pad.size() / 2;
  HEARTH_CHECK_AS(ShapeError,
                  pad.size() % 2 == 0 && dims >= 1 && dims <= 3 &&
                      (t.sizes.size() == dims + 1 || t.sizes.size() == dims + 2),
                  "[pad] Only 2D, 3D, 4D, 5D padding with non-constant padding are supported: got ",
                  pad.size(), " numbers for an input of ", t.sizes.ref());
  for (size_t d = t.sizes.size() - dims - 1; d < t.sizes.size(); ++d)
    HEARTH_CHECK_AS(ShapeError, rule(mode).crops_first || t.sizes[d] > 0,
                    "[pad] Expected an input with possibly 0 batch size and other non-zero "
                    "dimensions for input, but got: ",
                    t.sizes.ref());
  DimVector sizes = t.sizes;
  for (size_t k = 0; k < dims; ++k) {
    const size_t d = sizes.size() - 1 - k;
    if (pad[2 * k] != 0 || pad[2 * k + 1] != 0)
      sizes[d] = padded_size(mode, t.sizes, static_cast<int64_t>(d), pad[2 * k], pad[2 * k + 1]);
  }
  return image(in[0], std::move(sizes), dims);
}

Tensors PadFromSelf::decompose(Args in) const {
  Tensor out = in[0];
  for (size_t k = 0; k < pad.size() / 2; ++k) {
    const Tensor index = sources(mode, pad, in[0].sizes(), k, out.device());
    if (index.defined()) out = out.index_select(out.dim() - 1 - static_cast<int64_t>(k), index);
  }
  return {out.is_same(in[0]) ? out.clone() : out};
}

Grads PadFromSelf::vjp(const Saved& s, Args g, NeedMask) const {
  Grads grads(1);
  grads[0] = invoke(PadFromSelfBackward{mode, pad, s.in_spec(0).sizes}, g[0]);
  return grads;
}

Specs PadFromSelfBackward::infer(Args in) const {
  const TensorImpl& g = impl(in[0]);
  bool fits = g.sizes.size() == input_size.size() && pad.size() <= 2 * input_size.size();
  for (size_t k = 0; fits && k < input_size.size(); ++k) {
    const size_t d = input_size.size() - 1 - k;
    const bool padded = 2 * k < pad.size();
    const Checked size =
        padded ? Checked(input_size[d]) + pad[2 * k] + pad[2 * k + 1] : Checked(input_size[d]);
    fits = size.value_or(-1) == g.sizes[d];
  }
  HEARTH_CHECK_AS(ShapeError, fits, "[pad] a gradient of sizes ", g.sizes.ref(),
                  " does not belong to an input of sizes ", input_size.ref(), " with padding ",
                  pad.ref());
  return image(in[0], input_size, pad.size() / 2);
}

Tensors PadFromSelfBackward::decompose(Args in) const {
  Tensor out = in[0];
  for (size_t k = pad.size() / 2; k-- > 0;) {
    const Tensor index = sources(mode, pad, input_size, k, out.device());
    if (!index.defined()) continue;
    const int64_t dim = out.dim() - 1 - static_cast<int64_t>(k);
    DimVector sizes = out.sizes();
    sizes[static_cast<size_t>(dim)] = input_size[static_cast<size_t>(dim)];
    out = zeros(sizes, out.options().requires_grad(false)).index_add(dim, index, out);
  }
  return {out.is_same(in[0]) ? out.clone() : out};
}

Grads PadFromSelfBackward::vjp(const Saved&, Args g, NeedMask) const {
  Grads grads(1);
  grads[0] = invoke(PadFromSelf{mode, pad}, g[0]);
  return grads;
}

}  // namespace ops

namespace {

Tensor padded(const Tensor& self, IntArrayRef padding, size_t wanted, PadMode mode,
              const char* name) {
  HEARTH_CHECK_AS(ShapeError, padding.size() == wanted, "[", name,
                  "] padding size is expected to be ", wanted, ", but got: ", padding.size());
  return invoke(ops::PadFromSelf{mode, padding}, self);
}

}  // namespace

Tensor pad(const Tensor& self, IntArrayRef pad, std::string_view mode,
           std::optional<double> value) {
  if (mode == "constant") return constant_pad_nd(self, pad, value.value_or(0));
  HEARTH_CHECK_AS(ValueError, !value || *value == 0, "[pad] Padding mode \"", mode,
                  "\" doesn't take in value argument");
  for (const PadMode m : {PadMode::Reflect, PadMode::Replicate, PadMode::Circular})
    if (ops::rule(m).name == mode) return invoke(ops::PadFromSelf{m, pad}, self);
  throw ValueError(cat_str("[pad] Unrecognised padding mode ", mode));
}

Tensor reflection_pad1d(const Tensor& self, IntArrayRef padding) {
  return padded(self, padding, 2, PadMode::Reflect, "reflection_pad1d");
}
Tensor reflection_pad2d(const Tensor& self, IntArrayRef padding) {
  return padded(self, padding, 4, PadMode::Reflect, "reflection_pad2d");
}
Tensor reflection_pad3d(const Tensor& self, IntArrayRef padding) {
  return padded(self, padding, 6, PadMode::Reflect, "reflection_pad3d");
}
Tensor replication_pad1d(const Tensor& self, IntArrayRef padding) {
  return padded(self, padding, 2, PadMode::Replicate, "replication_pad1d");
}
Tensor replication_pad2d(const Tensor& self, IntArrayRef padding) {
  return padded(self, padding, 4, PadMode::Replicate, "replication_pad2d");
}
Tensor replication_pad3d(const Tensor& self, IntArrayRef padding) {
  return padded(self, padding, 6, PadMode::Replicate, "replication_pad3d");
}

}  // namespace hearth
