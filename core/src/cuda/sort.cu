// SPDX-License-Identifier: Apache-2.0
// Sorting along one dim, by radix: all lines together, with the line as the highest digits.
#include "cuda/element.cuh"
#include "cuda/kernels.h"
#include "cuda/launch.cuh"
#include "cuda/lines.cuh"
#include "cuda/radix_sort.h"
#include "ops/copy.h"
#include "ops/sort.h"

namespace hearth::cuda {

namespace {

template <int kBytes>
struct Bits {
  using type = uint64_t;
};
template <>
struct Bits<1> {
  using type = uint8_t;
};
template <>
struct Bits<2> {
  using type = uint16_t;
};
template <>
struct Bits<4> {
  using type = uint32_t;
};
template <class T>
using Key = typename Bits<sizeof(T)>::type;

/// An unsigned number with the order of x: NaN above all, both zeros equal.
template <class T>
__device__ __forceinline__ Key<T> key_of(T x) {
  constexpr Key<T> kSign = static_cast<Key<T>>(Key<T>{1} << (8 * sizeof(T) - 1));
  if constexpr (std::is_integral_v<T>) {
    return static_cast<Key<T>>(static_cast<Key<T>>(x) ^ (std::is_signed_v<T> ? kSign : Key<T>{0}));
  } else {
    const auto wide = convert<accumulate_t<T>>(x);
    if (wide != wide) return static_cast<Key<T>>(~Key<T>{0});
    if (wide == 0) return kSign;
    const auto bits = *reinterpret_cast<const Key<T>*>(&x);
    return static_cast<Key<T>>(bits & kSign ? ~bits : bits | kSign);
  }
}

/// Writes the first k of each sorted line, and their places.
template <class T>
void sort_lines(const Call& call, int64_t dim, int64_t k, bool descending) {
  const Tensor dense = contiguous_raw(call.in[0]);
  const Lines lines(dense, dim);
  const int64_t n = lines.n, count = impl(dense).numel;
  if (count == 0 || k == 0) return;
  HEARTH_CHECK_AS(NotImplementedError, count < int64_t{1} << 31, "[", call.op.info.name,
                  "] expected fewer than 2^31 elements on CUDA, got ", count);
  const T* x = ptr<T>(dense);
  RadixSort b(count);
  uint64_t* keys = b.keys();
  uint32_t* places = b.places();
  constexpr int kKeyBits = 8 * sizeof(T);
  constexpr bool kPacked = kKeyBits <= 32;  // the line fits above the key
  constexpr int kShift = kPacked ? kKeyBits : 0;
  for_each(count, "sort", [=] __device__(int64_t i) {
    const int64_t line = i / n;
    Key<T> key = key_of(x[lines.start(line, n) + i % n * lines.inner]);
    if (descending) key = static_cast<Key<T>>(~key);
    keys[i] = kPacked ? static_cast<uint64_t>(line) << kShift | key : key;
    places[i] = static_cast<uint32_t>(i);
  });
  const int line_bits = bits_for(lines.count());
  if (kPacked) {
    b.sort(kKeyBits + line_bits);
  } else {
    b.sort(64);
    if (line_bits > 0) {
      uint64_t* by_line = b.keys();
      const uint32_t* at = b.places();
      for_each(count, "sort", [=] __device__(int64_t i) { by_line[i] = at[i] / n; });
      b.sort(line_bits);
    }
  }
  const uint32_t* sorted = b.places();
  T* values = ptr<T>(call.out[0]);
  int64_t* indices = ptr<int64_t>(call.out[1]);
  for_each(lines.count() * k, "sort", [=] __device__(int64_t i) {
    const int64_t line = i / k, rank = i % k;
    const int64_t place = sorted[line * n + rank] - line * n;
    const int64_t to = lines.start(line, k) + rank * lines.inner;
    values[to] = x[lines.start(line, n) + place * lines.inner];
    indices[to] = place;
  });
}

void dispatch(const Call& call, int64_t dim, int64_t k, bool descending) {
  const ScalarType type = impl(call.in[0]).dtype;
  HEARTH_CHECK_AS(NotImplementedError, !is_complex(type), "[", call.op.info.name,
                  "] no CUDA kernel for ", type);
  with_type(type, [&]<class T>(T) {
    if constexpr (!kIsComplex<T>) sort_lines<T>(call, dim, k, descending);
  });
}

void sort(const Call& call) {
  const auto& op = call.as<ops::Sort>();
  dispatch(call, op.dim, Lines(call.in[0], op.dim).n, op.descending);
}
void topk(const Call& call) {
  const auto& op = call.as<ops::TopK>();
  // A number has itself on top, whatever k.
  const int64_t k = impl(call.in[0]).dim() == 0 ? 1 : op.k;
  dispatch(call, op.dim, k, op.largest);
}

}  // namespace

void install_sort() {
  ops::Sort::row().kernel[kSlot] = &sort;
  ops::TopK::row().kernel[kSlot] = &topk;
}

}  // namespace hearth::cuda
