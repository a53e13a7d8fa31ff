// SPDX-License-Identifier: Apache-2.0
#include "ops/distances.h"

#include <algorithm>

#include "backends/distance_norms.h"
#include "backends/matrix_rows.h"
#include "backends/wrapping.h"
#include "base/parallel.h"
#include "cpu/kernels.h"
#include "cpu/lines.h"

namespace hearth::cpu {

namespace {

using distance_norms::with_norm;

template <class T>
void cdist(const Call& call) {
  const Tensor& out = call.out[0];
  if (impl(out).numel == 0) return;
  const DimVector batch = matrix_batch(out);
  const MatrixRows a(call.in[0], batch), b(call.in[1], batch);
  const T *x = ptr<T>(a.x), *y = ptr<T>(b.x);
  T* to = ptr<T>(out);
  with_norm<T>(call.as<ops::Cdist>().p, [&](auto norm) {
    const int64_t work = std::max<int64_t>(1, b.rows * a.m);
    parallel_for(impl(out).numel / b.rows, std::max<int64_t>(1, 16384 / work),
                 [&](int64_t begin, int64_t end) {
                   for (int64_t i = begin; i < end; ++i) {
                     const T* row = x + i * a.m;
                     const T* others = y + i / a.rows * b.rows * b.m;
                     for (int64_t j = 0; j < b.rows; ++j, others += b.m) {
                       T sum = 0;
                       for (int64_t k = 0; k < a.m; ++k) sum = norm.add(sum, row[k] - others[k]);
                       to[i * b.rows + j] = norm.finish(sum);
                     }
                   }
                 });
  });
}

template <class T>
void cdist_backward(const Call& call) {
  const Tensor& out = call.out[0];
  const DimVector batch = matrix_batch(out);
  const Tensor g = contiguous_raw(call.in[0]), distances = contiguous_raw(call.in[3]);
  const MatrixRows a(call.in[1], batch), b(call.in[2], batch);
  const T *x = ptr<T>(a.x), *y = ptr<T>(b.x), *grad = ptr<T>(g), *dist = ptr<T>(distances);
  T* to = ptr<T>(out);
  if (impl(out).numel == 0) return;
  with_norm<T>(call.as<ops::CdistBackward>().p, [&](auto norm) {
    const int64_t work = std::max<int64_t>(1, b.rows * a.m);
    parallel_for(impl(out).numel / a.m, std::max<int64_t>(1, 16384 / work),
                 [&](int64_t begin, int64_t end) {
                   for (int64_t i = begin; i < end; ++i) {
                     const T* row = x + i * a.m;
                     const T* others = y + i / a.rows * b.rows * b.m;
                     T* line = to + i * a.m;
                     std::fill_n(line, a.m, T(0));
                     for (int64_t j = 0; j < b.rows; ++j, others += b.m) {
                       const T r = dist[i * b.rows + j], weight = grad[i * b.rows + j];
                       if (r == 0) continue;
                       for (int64_t k = 0; k < a.m; ++k)
                         line[k] += norm.slope(row[k] - others[k], r, weight);
                     }
                   }
                 });
  });
}

template <class T>
void cross(const Call& call) {
  const Tensor a = contiguous_raw(call.in[0]), b = contiguous_raw(call.in[1]);
  const T *x = ptr<T>(a), *y = ptr<T>(b);
  T* to = ptr<T>(call.out[0]);
  using W = wrapping_t<T>;
  const auto product = [&](int64_t j, int64_t k) {
    return static_cast<W>(x[j]) * static_cast<W>(y[k]);
  };
  Lines(call.out[0], call.as<ops::Cross>().dim)
      .each([&](int64_t, int64_t at, int64_t, int64_t step) {
        for (int64_t i = 0; i < 3; ++i) {
          const int64_t j = at + (i + 1) % 3 * step, k = at + (i + 2) % 3 * step;
          to[at + i * step] = static_cast<T>(product(j, k) - product(k, j));
        }
      });
}

template <class F>
void with_real_type(ScalarType type, const F& f) {
  if (type == kFloat) return f(float());
  if (type == kDouble) return f(double());
}

}  // namespace

void install_distances() {
  ops::Cdist::row().kernel[0] = [](const Call& call) {
    with_real_type(call.compute, [&]<class T>(T) { cdist<T>(call); });
  };
  ops::CdistBackward::row().kernel[0] = [](const Call& call) {
    with_real_type(call.compute, [&]<class T>(T) { cdist_backward<T>(call); });
  };
  ops::Cross::row().kernel[0] = [](const Call& call) {
    switch (call.compute) {
#define HEARTH_CASE(T, name) \
  case ScalarType::name:     \
    return cross<T>(call);
      HEARTH_FORALL_SCALAR_TYPES(HEARTH_CASE)
#undef HEARTH_CASE
      default:
        return;
    }
  };
}

}  // namespace hearth::cpu
