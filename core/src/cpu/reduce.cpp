// SPDX-License-Identifier: Apache-2.0
#include "ops/reduce.h"

#include "base/parallel.h"
#include "cpu/kernels.h"
#include "cpu/tile.h"
#include "ops/copy.h"

namespace hearth::cpu {

namespace {

/// The input with kept dims first and reduced dims last, as [outputs, inputs per output].
Tensor reduced_last(const Tensor& x, const DimVector& dims, int64_t outputs) {
  const TensorImpl& t = impl(x);
  DimVector gone(t.sizes.size(), dims.empty() ? 1 : 0);
  for (int64_t d : dims)
    if (t.dim() > 0) gone[static_cast<size_t>(wrap_dim(d, t.dim(), "reduce"))] = 1;
  DimVector sizes, strides;
  for (int pass = 0; pass < 2; ++pass)
    for (size_t d = 0; d < t.sizes.size(); ++d)
      if (gone[d] == pass) {
        sizes.push_back(t.sizes[d]);
        strides.push_back(t.strides[d]);
      }
  const Tensor moved = contiguous_raw(alias_tensor(x, sizes, strides, t.offset, t.dtype));
  const int64_t n = outputs == 0 ? 0 : t.numel / outputs;
  return alias_tensor(moved, {outputs, n}, {n, 1}, impl(moved).offset, t.dtype);
}

template <class T, class A>
void sum_rows(const Tensor& out, const Tensor& rows) {
  const int64_t n = impl(rows).sizes[1];
  const T* x = ptr<T>(rows);
  T* o = ptr<T>(out);
  for (int64_t i = 0; i < impl(out).numel; ++i) {
    A total(0);
    for (int64_t j = 0; j < n; ++j) total = total + A(x[i * n + j]);
    o[i] = static_cast<T>(total);
  }
}

void sum(const Call& call) {
  const auto& op = call.as<ops::Sum>();
  const Tensor& out = call.out[0];
  const Tensor rows = reduced_last(call.in[0], op.dims, impl(out).numel);
  switch (call.compute) {
    case kLong:
      return sum_rows<int64_t, int64_t>(out, rows);
    case kFloat:
      return sum_rows<float, double>(out, rows);
    case kDouble:
      return sum_rows<double, double>(out, rows);
    case kHalf:
      return sum_rows<Half, float>(out, rows);
    case kBFloat16:
      return sum_rows<BFloat16, float>(out, rows);
    case kComplexFloat:
      return sum_rows<complex<float>, complex<float>>(out, rows);
    case kComplexDouble:
      return sum_rows<complex<double>, complex<double>>(out, rows);
    default:
      throw NotImplementedError(cat_str("[sum] no kernel for ", call.compute));
  }
}

template <class Op, bool kEvery>
void quantify(const Call& call) {
  const auto& op = call.as<Op>();
  const Tensor& out = call.out[0];
  const Tensor rows = reduced_last(call.in[0], op.dims, impl(out).numel);
  const int64_t n = impl(rows).sizes[1];
  const bool* x = ptr<bool>(rows);
  for (int64_t i = 0; i < impl(out).numel; ++i) {
    bool result = kEvery;
    for (int64_t j = 0; j < n; ++j) result = kEvery ? result & x[i * n + j] : result | x[i * n + j];
    ptr<bool>(out)[i] = result;
  }
}

}  // namespace

void install_reduce() {
  ops::Sum::row().kernel[0] = &sum;
  ops::All::row().kernel[0] = &quantify<ops::All, true>;
  ops::Any::row().kernel[0] = &quantify<ops::Any, false>;
}

}  // namespace hearth::cpu
