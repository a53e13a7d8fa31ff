// SPDX-License-Identifier: Apache-2.0
// One element of each line by its rank, without sorting the line.
#include "ops/selection.h"

#include "cpu/item_of_rank.h"
#include "cpu/kernels.h"
#include "cpu/lines.h"
#include "ops/copy.h"

namespace hearth::cpu {

namespace {

/// The place of the element of rank k, from 0.
template <class T>
int64_t place_of_rank(const T* x, int64_t stride, int64_t n, int64_t k) {
  const auto item_at = [&](int64_t i) {
    Item<T> item;
    item.set(key_of(x[i * stride]), i);
    return item;
  };
  return item_of_rank<T>(n, k, item_at).place();
}

template <class T>
bool is_nan(T x) {
  const auto number = number_of(x);
  return number != number;
}

template <class T>
int64_t place_of_median(const T* x, int64_t stride, int64_t n, bool ignore_nan) {
  int64_t nans = 0;
  if constexpr (!std::is_integral_v<T>)
    for (int64_t i = 0; i < n; ++i) nans += is_nan(x[i * stride]);
  if (nans > 0 && !ignore_nan) {
    int64_t i = 0;
    while (!is_nan(x[i * stride])) ++i;
    return i;
  }
  return place_of_rank(x, stride, n, std::max<int64_t>(0, n - nans - 1) / 2);
}

/// Writes the element of each line at the place that `find` gives, and the place.
template <class T, class F>
void choose(const Call& call, int64_t dim, const F& find) {
  const Tensor x = contiguous_raw(call.in[0]);
  const Lines lines(x, dim);
  HEARTH_CHECK(sizeof(T) == 8 || lines.n <= int64_t{1} << 32, "[", call.op.info.name,
               "] expected at most 2^32 elements along the dim, got ", lines.n);
  const auto one = [&](int64_t line, int64_t first, int64_t n, int64_t stride) {
    const T* in = ptr<T>(x) + first;
    const int64_t place = find(in, stride, n);
    ptr<T>(call.out[0])[line] = in[place * stride];
    ptr<int64_t>(call.out[1])[line] = place;
  };
  if (lines.n >= 2 * kSortChunk && lines.count() < get_num_threads())
    return lines.each_in_turn(one);
  lines.each(one);
}

/// f(zero) with the input's type, which has an order and is not bool.
template <class F>
void by_number(const Call& call, const F& f) {
  switch (impl(call.in[0]).dtype) {
#define HEARTH_CASE(T, name)                                              \
  case ScalarType::name:                                                  \
    if constexpr (kOrdered<T> && !std::is_same_v<T, bool>) return f(T{}); \
    break;
    HEARTH_FORALL_SCALAR_TYPES(HEARTH_CASE)
#undef HEARTH_CASE
    default:
      break;
  }
}

void kthvalue(const Call& call) {
  const auto& op = call.as<ops::KthValue>();
  by_number(call, [&]<class T>(T) {
    choose<T>(call, op.dim, [&](const T* x, int64_t stride, int64_t n) {
      return place_of_rank(x, stride, n, op.k - 1);
    });
  });
}

void median(const Call& call) {
  const auto& op = call.as<ops::Median>();
  by_number(call, [&]<class T>(T) {
    choose<T>(call, op.dim, [&](const T* x, int64_t stride, int64_t n) {
      return place_of_median(x, stride, n, op.ignore_nan);
    });
  });
}

}  // namespace

void install_selection() {
  ops::KthValue::row().kernel[0] = &kthvalue;
  ops::Median::row().kernel[0] = &median;
}

}  // namespace hearth::cpu
