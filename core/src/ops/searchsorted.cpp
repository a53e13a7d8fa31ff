// SPDX-License-Identifier: Apache-2.0
#include "ops/searchsorted.h"

#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/searchsorted.h"
#include "hearth/ops/sort.h"
#include "hearth/ops/view.h"

#include "ops/outputs.h"
#include "tensor/scalar_range.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(SearchSorted)

Specs SearchSorted::infer(Args in) const {
  const TensorImpl &sequence = impl(in[0]), &self = impl(in[1]);
  const Tensor& sorter = in.get(2);
  HEARTH_CHECK_AS(ShapeError, sequence.dim() > 0,
                  "[searchsorted] boundaries tensor should have positive dimension, but got 0 "
                  "dimension");
  HEARTH_CHECK_AS(
      ShapeError, self.dim() > 0 || sequence.dim() == 1,
      "[searchsorted] input value can be a scalar only when boundaries tensor dimension "
      "is 1, but we got boundaries tensor of sizes ",
      sequence.sizes.ref());
  bool lines_match = sequence.dim() == 1 || sequence.dim() == self.dim();
  for (size_t d = 0; lines_match && sequence.dim() > 1 && d + 1 < sequence.sizes.size(); ++d)
    lines_match = sequence.sizes[d] == self.sizes[d];
  HEARTH_CHECK_AS(ShapeError, lines_match,
                  "[searchsorted] boundaries tensor should be 1 dimension or the first N-1 "
                  "dimensions of boundaries tensor and input value tensor must match, but we got "
                  "boundaries tensor ",
                  sequence.sizes.ref(), " and input value tensor ", self.sizes.ref());
  const ScalarType type = promote_types(sequence.dtype, self.dtype);
  HEARTH_CHECK_AS(NotImplementedError, !is_complex(type) && type != kBool,
                  "[searchsorted] not implemented for '", to_string(type), "'");
  if (sorter.defined()) {
    HEARTH_CHECK_AS(ShapeError, impl(sorter).sizes == sequence.sizes,
                    "[searchsorted] boundary and sorter must have the same size, but got boundary "
                    "tensor ",
                    sequence.sizes.ref(), " and sorter tensor ", impl(sorter).sizes.ref());
    HEARTH_CHECK_AS(DtypeError, impl(sorter).dtype == kLong,
                    "[searchsorted] sorter must be a tensor of long dtype but got dtype ",
                    to_string(impl(sorter).dtype));
  }
  HEARTH_CHECK_AS(ValueError, !out_int32 || sequence.sizes.back() < INT32_MAX,
                  "[searchsorted] the size of boundaries' last dimension should be less than ",
                  INT32_MAX, " for int32 results, but we got ", sequence.sizes.back());
  return {Spec(self.sizes, out_int32 ? kInt : kLong, self.device), type};
}

Tensors SearchSorted::decompose(Args in) const {
  const ScalarType type = promote_types(in[0].scalar_type(), in[1].scalar_type());
  const Tensor& sorter = in.get(2);
  const Tensor in_order = (sorter.defined() ? in[0].gather(-1, sorter) : in[0]).to(type);
  const int64_t n = in_order.size(-1);
  const Tensor self = in[1].to(type);
  Tensors result;
  if (self.numel() == 0) {
    result.push_back(zeros(self.sizes(), self.options().dtype(out_int32 ? kInt : kLong)));
    return result;
  }
  // Both as [lines, values].
  const Tensor values =
      in_order.dim() == 1 ? self.reshape({1, -1}) : self.reshape({-1, self.size(-1)});
  const Tensor lines = in_order.reshape({values.size(0), n});
  Tensor low = zeros(values.sizes(), values.options().dtype(kLong)), high = full_like(low, n);
  for (int64_t left = n; left > 0; left /= 2) {
    const Tensor middle = low.add(high).div(2, "floor");
    const Tensor there = lines.gather(-1, middle.clamp_max(n - 1));
    const Tensor before =
        (right ? there.gt(values) : there.ge(values)).logical_not().logical_and(low.lt(high));
    low = hearth::where(before, middle + 1, low);
    high = hearth::where(before.logical_or(low.ge(high)), high, middle);
  }
  result.push_back(low.view(self.sizes()).to(out_int32 ? kInt : kLong));
  return result;
}

}  // namespace ops

namespace {

/// Whether to search for the place after equal elements.
bool is_right(bool right, std::optional<std::string_view> side) {
  if (!side) return right;
  HEARTH_CHECK_AS(ValueError, *side == "left" || *side == "right",
                  "[searchsorted] side can only be 'left' or 'right' but got ", *side);
  HEARTH_CHECK_AS(ValueError, !right || *side == "right",
                  "[searchsorted] side and right can't be set to opposites, got side of ", *side,
                  " while right was True");
  return *side == "right";
}

/// A number as a tensor that promotes as the number does, and is what its type holds of it.
Tensor value_for(const Tensor& other, const Scalar& number) {
  const ScalarType type = result_type(other, number);
  return full({}, rounded_to(number, type), TensorOptions(type).device(other.device()));
}

Tensor places_of(const Tensor& sequence, const Tensor& self, bool out_int32, bool right,
                 const std::optional<Tensor>& sorter) {
  // A 0-dim value promotes as a number would.
  const ScalarType type = result_type(sequence, self);
  const Tensor values = self.detach().to(type), in = sequence.detach().to(type);
  if (!sorter || !sorter->defined()) return invoke(ops::SearchSorted{out_int32, right}, in, values);
  return invoke(ops::SearchSorted{out_int32, right}, in, values, *sorter);
}

}  // namespace

Tensor searchsorted(const Tensor& sorted_sequence, const Tensor& self, bool out_int32, bool right,
                    std::optional<std::string_view> side, const std::optional<Tensor>& sorter) {
  return places_of(sorted_sequence, self, out_int32, is_right(right, side), sorter);
}
Tensor searchsorted(const Tensor& sorted_sequence, const Scalar& self, bool out_int32, bool right,
                    std::optional<std::string_view> side, const std::optional<Tensor>& sorter) {
  return searchsorted(sorted_sequence, value_for(sorted_sequence, self), out_int32, right, side,
                      sorter);
}
Tensor& searchsorted_out(Tensor& out, const Tensor& sorted_sequence, const Tensor& self,
                         bool out_int32, bool right, std::optional<std::string_view> side,
                         const std::optional<Tensor>& sorter) {
  return ops::copy_out("searchsorted", out,
                       searchsorted(sorted_sequence, self, out_int32, right, side, sorter));
}
Tensor& searchsorted_out(Tensor& out, const Tensor& sorted_sequence, const Scalar& self,
                         bool out_int32, bool right, std::optional<std::string_view> side,
                         const std::optional<Tensor>& sorter) {
  return ops::copy_out("searchsorted", out,
                       searchsorted(sorted_sequence, self, out_int32, right, side, sorter));
}

Tensor bucketize(const Tensor& self, const Tensor& boundaries, bool out_int32, bool right) {
  HEARTH_CHECK_AS(ShapeError, boundaries.dim() == 1,
                  "[bucketize] boundaries tensor must be 1 dimension, but got sizes ",
                  boundaries.sizes());
  return places_of(boundaries, self, out_int32, right, std::nullopt);
}
Tensor bucketize(const Scalar& self, const Tensor& boundaries, bool out_int32, bool right) {
  return bucketize(value_for(boundaries, self), boundaries, out_int32, right);
}
Tensor& bucketize_out(Tensor& out, const Tensor& self, const Tensor& boundaries, bool out_int32,
                      bool right) {
  return ops::copy_out("bucketize", out, bucketize(self, boundaries, out_int32, right));
}
Tensor& bucketize_out(Tensor& out, const Scalar& self, const Tensor& boundaries, bool out_int32,
                      bool right) {
  return ops::copy_out("bucketize", out, bucketize(self, boundaries, out_int32, right));
}

// ---- membership

namespace {

void check_members(const Tensor& t) {
  const ScalarType type = t.scalar_type();
  HEARTH_CHECK_AS(NotImplementedError, !is_complex(type) && type != kBool,
                  "[isin] Unsupported input type encountered for isin(): ", type);
}

/// Up to this many test elements are compared with one after the other.
constexpr int64_t kCompared = 8;

Tensor is_member(const Tensor& elements, const Tensor& tests) {
  if (tests.numel() == 0) return zeros(elements.sizes(), elements.options().dtype(kBool));
  if (tests.numel() <= kCompared) {
    Tensor found;
    for (const Tensor& test : tests.unbind(0)) {
      const Tensor equal = elements.eq(test);
      found = found.defined() ? found.logical_or(equal) : equal;
    }
    return found;
  }
  const Tensor in_order = std::get<0>(tests.sort());
  const Tensor at = searchsorted(in_order, elements).clamp_max(tests.numel() - 1);
  return in_order.index_select(0, at.reshape({-1})).view(elements.sizes()).eq(elements);
}

}  // namespace

Tensor isin(const Tensor& elements, const Tensor& test_elements, bool, bool invert) {
  check_members(elements);
  check_members(test_elements);
  const ScalarType type = result_type(elements, test_elements);
  const Tensor tests = test_elements.detach().reshape({-1}).to(type);
  const Tensor found = is_member(elements.detach().to(type), tests);
  return invert ? found.logical_not() : found;
}
Tensor isin(const Tensor& elements, const Scalar& test_element, bool assume_unique, bool invert) {
  return isin(elements, value_for(elements, test_element), assume_unique, invert);
}
Tensor isin(const Scalar& element, const Tensor& test_elements, bool assume_unique, bool invert) {
  return isin(value_for(test_elements, element), test_elements, assume_unique, invert);
}
Tensor& isin_out(Tensor& out, const Tensor& elements, const Tensor& test_elements,
                 bool assume_unique, bool invert) {
  return ops::copy_out("isin", out, isin(elements, test_elements, assume_unique, invert));
}
Tensor& isin_out(Tensor& out, const Tensor& elements, const Scalar& test_element,
                 bool assume_unique, bool invert) {
  return ops::copy_out("isin", out, isin(elements, test_element, assume_unique, invert));
}
Tensor& isin_out(Tensor& out, const Scalar& element, const Tensor& test_elements,
                 bool assume_unique, bool invert) {
  return ops::copy_out("isin", out, isin(element, test_elements, assume_unique, invert));
}

}  // namespace hearth
