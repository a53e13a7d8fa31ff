// SPDX-License-Identifier: Apache-2.0
#include "cuda/element.cuh"
#include "cuda/kernels.h"
#include "cuda/launch.cuh"
#include "cuda/offset_calculator.cuh"
#include "ops/copy.h"
#include "ops/pad.h"

namespace hearth::cuda {

namespace {

/// The result's dims, fastest in memory first; neighbours without padding are joined.
struct Padding {
  int dims = 0;
  bool small = true;
  int64_t size[kMaxDims];    ///< of the result
  int64_t before[kMaxDims];  ///< of the input's first element
  int64_t given[kMaxDims];   ///< the input's size
  int64_t stride[kMaxDims];  ///< the input's
  Divisor by_size[kMaxDims];
};

template <class U>
void pad_units(const Padding& padding, int64_t n, const void* in, const void* unit, void* out) {
  const Padding p = padding;
  const U* from = static_cast<const U*>(in);
  U* to = static_cast<U*>(out);
  const U value = *static_cast<const U*>(unit);
  for_each(n, "constant_pad_nd", [=] __device__(int64_t i) {
    int64_t rest = i, offset = 0;
    bool inside = true;
    for (int d = 0; d < p.dims; ++d) {
      const int64_t q =
          p.small ? p.by_size[d].divide(static_cast<uint32_t>(rest)) : rest / p.size[d];
      const int64_t at = rest - q * p.size[d] - p.before[d];
      rest = q;
      inside &= at >= 0 && at < p.given[d];
      offset += at * p.stride[d];
    }
    to[i] = inside ? from[offset] : value;
  });
}

Padding make_padding(const TensorImpl& x, const TensorImpl& y, const DimVector& pad) {
  const auto before_of = [&](size_t d) {
    const size_t from_last = y.sizes.size() - 1 - d;
    return 2 * from_last < pad.size() ? pad[2 * from_last] : 0;
  };
  InlineVector<size_t, 8> order;
  for (size_t d = y.sizes.size(); d-- > 0;)
    if (y.sizes[d] != 1 || x.sizes[d] != 1 || before_of(d) != 0) order.push_back(d);
  for (size_t i = 1; i < order.size(); ++i)
    for (size_t j = i; j > 0 && y.strides[order[j - 1]] > y.strides[order[j]]; --j)
      std::swap(order[j - 1], order[j]);
  Padding p;
  for (const size_t d : order) {
    const int64_t before = before_of(d);
    const int last = p.dims - 1;
    const auto whole = [&](int k) { return p.before[k] == 0 && p.size[k] == p.given[k]; };
    if (last >= 0 && whole(last) && before == 0 && y.sizes[d] == x.sizes[d] &&
        x.strides[d] == p.stride[last] * p.given[last]) {
      p.size[last] *= y.sizes[d];
      p.given[last] *= x.sizes[d];
      continue;
    }
    HEARTH_CHECK_AS(NotImplementedError, p.dims < kMaxDims, "[constant_pad_nd] more than ",
                    kMaxDims, " dims");
    p.size[p.dims] = y.sizes[d];
    p.before[p.dims] = before;
    p.given[p.dims] = x.sizes[d];
    p.stride[p.dims] = x.strides[d];
    ++p.dims;
  }
  return p;
}

/// Whether `factor` neighbours are always padding together, or lie together in the input.
bool fits(const Padding& p, int64_t factor) {
  if (p.dims == 0 || p.stride[0] != 1) return false;
  int64_t all = p.size[0] | p.before[0] | p.given[0];
  for (int d = 1; d < p.dims; ++d) all |= p.stride[d];
  return all % factor == 0;
}

void constant_pad(const Call& call) {
  const auto& op = call.as<ops::ConstantPadNd>();
  const Tensor& out = call.out[0];
  const TensorImpl &x = impl(call.in[0]), &y = impl(out);
  if (y.numel == 0) return;
  Padding p = make_padding(x, y, op.pad);
  auto unit = static_cast<int64_t>(element_size(y.dtype));
  // The value, as often as it fits into 16 bytes.
  alignas(16) char value[16];
  for (int64_t at = 0; at < 16; at += unit) store_scalar(value + at, y.dtype, op.value);
  int64_t factor = 16 / unit;
  const auto addresses =
      reinterpret_cast<uintptr_t>(x.data()) | reinterpret_cast<uintptr_t>(y.data());
  while (factor > 1 && !(fits(p, factor) && addresses % static_cast<uintptr_t>(unit * factor) == 0))
    factor /= 2;
  if (factor > 1) {
    p.size[0] /= factor;
    p.before[0] /= factor;
    p.given[0] /= factor;
    for (int d = 1; d < p.dims; ++d) p.stride[d] /= factor;
    unit *= factor;
  }
  const int64_t n = y.numel / factor;
  p.small = n < (int64_t{1} << 31);
  if (p.small)
    for (int d = 0; d < p.dims; ++d) p.by_size[d] = Divisor(static_cast<uint32_t>(p.size[d]));
  const void* from = x.data();
  void* to = y.data();
  switch (unit) {
    case 1:
      return pad_units<uint8_t>(p, n, from, value, to);
    case 2:
      return pad_units<uint16_t>(p, n, from, value, to);
    case 4:
      return pad_units<uint32_t>(p, n, from, value, to);
    case 8:
      return pad_units<uint64_t>(p, n, from, value, to);
    default:
      return pad_units<ulonglong2>(p, n, from, value, to);
  }
}

}  // namespace

void install_pad() { ops::ConstantPadNd::row().kernel[kSlot] = &constant_pad; }

}  // namespace hearth::cuda
