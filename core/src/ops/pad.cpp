// SPDX-License-Identifier: Apache-2.0
#include "ops/pad.h"

#include <algorithm>

#include "hearth/ops/pad.h"

#include "base/checked.h"
#include "tensor/image_layout.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(ConstantPadNd)

Specs ConstantPadNd::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  HEARTH_CHECK_AS(ShapeError, pad.size() % 2 == 0 && pad.size() <= 2 * t.sizes.size(),
                  "[constant_pad_nd] Length of pad must be even and no more than twice the number "
                  "of dimensions of the input. Pad length is ",
                  pad.size(), " while the input has ", t.sizes.size(), " dimensions.");
  DimVector sizes = t.sizes;
  for (size_t i = 0; i < pad.size() / 2; ++i) {
    int64_t& n = sizes[sizes.size() - 1 - i];
    const int64_t before = pad[2 * i], after = pad[2 * i + 1];
    const Checked left = Checked(n) + std::min<int64_t>(before, 0) + std::min<int64_t>(after, 0);
    HEARTH_CHECK_AS(ShapeError, left.value_or(-1) >= 0, "[constant_pad_nd] The input size ", n,
                    ", plus negative padding ", before, " and ", after,
                    ", resulted in a negative output size, which is invalid.");
    n = (left + std::max<int64_t>(before, 0) + std::max<int64_t>(after, 0))
            .get("constant_pad_nd", "pad ", pad.ref());
  }
  DimVector strides = image_strides(sizes, prefers_channels_last(t));
  return Spec(std::move(sizes), std::move(strides), t.dtype, t.device);
}

Grads ConstantPadNd::vjp(const Saved&, Args g, NeedMask) const {
  DimVector back = pad;
  for (int64_t& p : back) p = -p;
  Grads grads;
  grads.push_back(constant_pad_nd(g[0], back));
  return grads;
}

}  // namespace ops

Tensor constant_pad_nd(const Tensor& self, IntArrayRef pad, const Scalar& value) {
  return invoke(ops::ConstantPadNd{pad, value}, self);
}

}  // namespace hearth
