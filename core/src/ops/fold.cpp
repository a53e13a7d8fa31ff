// SPDX-License-Identifier: Apache-2.0
#include "ops/fold.h"

#include "hearth/ops/fold.h"
#include "hearth/ops/view.h"

#include "base/checked.h"
#include "ops/rules.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Im2Col)
HEARTH_DEFINE_OP(Col2Im)

namespace {

std::string pair(const DimVector& v) { return cat_str("(", v[0], ", ", v[1], ")"); }

void check_least(std::string_view op, const DimVector& v, int64_t least, const char* what,
                 const char* name) {
  HEARTH_CHECK_AS(ValueError, v.size() == 2, "[", op, "] It is expected ", what,
                  " equals to 2, but got size ", v.size());
  HEARTH_CHECK_AS(ValueError, v[0] >= least && v[1] >= least, "[", op, "] ", what,
                  least > 0 ? " should be greater than zero" : " should be non-negative",
                  ", but got ", name, "_height: ", v[0], " ", name, "_width: ", v[1]);
}

/// Checks the windows on an image of `size`; the numbers of them by height and width.
template <class Op>
std::array<int64_t, 2> windows_on(const Op& op, const DimVector& size) {
  constexpr std::string_view name = Op::info.name;
  check_least(name, op.kernel_size, 1, "kernel size", "kernel");
  check_least(name, op.dilation, 1, "dilation", "dilation");
  check_least(name, op.padding, 0, "padding", "pad");
  check_least(name, op.stride, 1, "stride", "stride");
  std::array<int64_t, 2> windows{};
  for (size_t d = 0; d < 2; ++d) {
    // No window ends beyond what int64 holds.
    (Checked(op.kernel_size[d]) * op.dilation[d] + op.padding[d] + op.padding[d] + size[d])
        .get(name, "kernel_size ", op.kernel_size.ref(), " with dilation ", op.dilation.ref(),
             " and padding ", op.padding.ref());
    windows[d] = num_windows(op, d, size[d]);
  }
  HEARTH_CHECK_AS(
      ShapeError, windows[0] > 0 && windows[1] > 0, "[", name, "] Given input with spatial size ",
      pair(size), ", kernel_size=", pair(op.kernel_size), ", dilation=", pair(op.dilation),
      ", padding=", pair(op.padding), ", calculated shape of the array of sliding blocks as (",
      windows[0], ", ", windows[1], "), but its components must be at least one.");
  return windows;
}

int64_t blocks_of(std::string_view op, int64_t h, int64_t w) {
  return (Checked(h) * w).get(op, "windows ", h, " x ", w);
}

}  // namespace

Specs Im2Col::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  HEARTH_CHECK_AS(ShapeError,
                  t.sizes.size() == 4 && t.sizes[1] > 0 && t.sizes[2] > 0 && t.sizes[3] > 0,
                  "[im2col] Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and "
                  "other non-zero dimensions for input, but got: ",
                  t.sizes.ref());
  const bool known = is_floating_point(t.dtype) || is_complex(t.dtype) || t.dtype == kBool;
  HEARTH_CHECK_AS(NotImplementedError, known, "[im2col] not implemented for '", to_string(t.dtype),
                  "'");
  const auto [h, w] = windows_on(*this, {t.sizes[2], t.sizes[3]});
  const int64_t channels = (Checked(t.sizes[1]) * kernel_size[0] * kernel_size[1])
                               .get("im2col", "kernel_size ", kernel_size.ref());
  return Spec({t.sizes[0], channels, blocks_of("im2col", h, w)}, t.dtype, t.device);
}
Grads Im2Col::vjp(const Saved& s, Args g, NeedMask) const {
  return one(invoke(
      Col2Im{s.in_spec(0).sizes.ref().slice(2), kernel_size, dilation, padding, stride}, g[0]));
}

Specs Col2Im::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  check_least("col2im", output_size, 1, "output_size", "output");
  HEARTH_CHECK_AS(ShapeError, t.sizes.size() == 3 && t.sizes[1] > 0 && t.sizes[2] > 0,
                  "[col2im] Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch "
                  "size and non-zero dimensions for input, but got: ",
                  t.sizes.ref());
  const auto [h, w] = windows_on(*this, output_size);
  const int64_t blocks = blocks_of("col2im", h, w);
  const int64_t kernel =
      (Checked(kernel_size[0]) * kernel_size[1]).get("col2im", "kernel_size ", kernel_size.ref());
  HEARTH_CHECK_AS(ShapeError, t.sizes[1] % kernel == 0,
                  "[col2im] Expected size of input's dimension 1 to be divisible by the product of "
                  "kernel_size, but got input.size(1)=",
                  t.sizes[1], " and kernel_size=", pair(kernel_size), ".");
  HEARTH_CHECK_AS(ShapeError, t.sizes[2] == blocks,
                  "[col2im] Given output_size=", pair(output_size),
                  ", kernel_size=", pair(kernel_size), ", dilation=", pair(dilation),
                  ", padding=", pair(padding), ", stride=", pair(stride),
                  ", expected size of input's dimension 2 to match the calculated number of "
                  "sliding blocks ",
                  h, " * ", w, " = ", blocks, ", but got input.size(2)=", t.sizes[2], ".");
  HEARTH_CHECK_AS(NotImplementedError, is_floating_point(t.dtype) || is_complex(t.dtype),
                  "[col2im] not implemented for '", to_string(t.dtype), "'");
  return Spec({t.sizes[0], t.sizes[1] / kernel, output_size[0], output_size[1]}, t.dtype, t.device);
}
Grads Col2Im::vjp(const Saved&, Args g, NeedMask) const {
  return one(invoke(Im2Col{kernel_size, dilation, padding, stride}, g[0]));
}

}  // namespace ops

namespace {

/// Two entries, from one or both.
DimVector both(IntArrayRef v) { return v.size() == 1 ? DimVector{v[0], v[0]} : DimVector(v); }

/// Calls f with a batch dim, and takes it off where it was added.
template <class F>
Tensor batched(const Tensor& self, int64_t dims, const F& f) {
  if (!self.defined() || self.dim() != dims) return f(self);
  return f(self.unsqueeze(0)).squeeze(0);
}

}  // namespace

Tensor im2col(const Tensor& self, IntArrayRef kernel_size, IntArrayRef dilation,
              IntArrayRef padding, IntArrayRef stride) {
  return batched(self, 3, [&](const Tensor& x) {
    return invoke(ops::Im2Col{both(kernel_size), both(dilation), both(padding), both(stride)}, x);
  });
}
Tensor col2im(const Tensor& self, IntArrayRef output_size, IntArrayRef kernel_size,
              IntArrayRef dilation, IntArrayRef padding, IntArrayRef stride) {
  return batched(self, 2, [&](const Tensor& x) {
    return invoke(ops::Col2Im{both(output_size), both(kernel_size), both(dilation), both(padding),
                              both(stride)},
                  x);
  });
}

}  // namespace hearth
