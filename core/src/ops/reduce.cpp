// SPDX-License-Identifier: Apache-2.0
#include "ops/reduce.h"

#include "hearth/ops/reduce.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Sum)
HEARTH_DEFINE_OP(All)
HEARTH_DEFINE_OP(Any)

DimVector reduced_sizes(const DimVector& sizes, const DimVector& dims, bool keepdim,
                        std::string_view op) {
  const auto n = static_cast<int64_t>(sizes.size());
  DimVector gone(sizes.size(), dims.empty() ? 1 : 0);
  for (int64_t d : dims) {
    const auto at = static_cast<size_t>(wrap_dim(d, n, op));
    if (n == 0) continue;
    HEARTH_CHECK_AS(ValueError, !gone[at], "[", op, "] dim ", at,
                    " appears multiple times in the list of dims");
    gone[at] = 1;
  }
  DimVector out;
  for (size_t d = 0; d < sizes.size(); ++d) {
    if (!gone[d]) {
      out.push_back(sizes[d]);
    } else if (keepdim) {
      out.push_back(1);
    }
  }
  return out;
}

namespace {

/// A reduced gradient spread over the input again.
Tensor spread(const Tensor& g, const Spec& input, const DimVector& dims, bool keepdim) {
  if (input.sizes.empty()) return g;
  const Tensor kept = keepdim ? g : g.view(reduced_sizes(input.sizes, dims, true, "sum"));
  return kept.expand(input.sizes);
}

}  // namespace

Specs Sum::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  const ScalarType type = dtype.value_or(is_integral(t.dtype, true) ? kLong : t.dtype);
  return {Spec(reduced_sizes(t.sizes, dims, keepdim, "sum"), type, t.device), type};
}
Grads Sum::vjp(const Saved& s, Args g, NeedMask) const {
  Grads grads;
  grads.push_back(spread(g[0], s.in_spec(0), dims, keepdim));
  return grads;
}

Specs All::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  return {Spec(reduced_sizes(t.sizes, dims, keepdim, "all"), kBool, t.device), kBool};
}

Specs Any::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  return {Spec(reduced_sizes(t.sizes, dims, keepdim, "any"), kBool, t.device), kBool};
}

}  // namespace ops

Tensor sum(const Tensor& self, std::optional<ScalarType> dtype) {
  return invoke(ops::Sum{{}, false, dtype}, self);
}
Tensor sum(const Tensor& self, OptionalIntArrayRef dim, bool keepdim,
           std::optional<ScalarType> dtype) {
  return invoke(ops::Sum{dim ? DimVector(*dim) : DimVector(), keepdim, dtype}, self);
}
Tensor all(const Tensor& self) { return invoke(ops::All{{}, false}, self); }
Tensor all(const Tensor& self, int64_t dim, bool keepdim) {
  return invoke(ops::All{{dim}, keepdim}, self);
}

Tensor any(const Tensor& self) { return invoke(ops::Any{{}, false}, self); }
Tensor any(const Tensor& self, int64_t dim, bool keepdim) {
  return invoke(ops::Any{{dim}, keepdim}, self);
}
Tensor Tensor::any() const { return hearth::any(*this); }
Tensor Tensor::any(int64_t dim, bool keepdim) const { return hearth::any(*this, dim, keepdim); }

Tensor Tensor::sum(std::optional<ScalarType> dtype) const { return hearth::sum(*this, dtype); }
Tensor Tensor::sum(OptionalIntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype) const {
  return hearth::sum(*this, dim, keepdim, dtype);
}
Tensor Tensor::all() const { return hearth::all(*this); }
Tensor Tensor::all(int64_t dim, bool keepdim) const { return hearth::all(*this, dim, keepdim); }

}  // namespace hearth
