// SPDX-License-Identifier: Apache-2.0
#include "ops/distances.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/parallel.h"
#include "cpu/kernels.h"
#include "cpu/lines.h"
#include "tensor/raw_copy.h"

namespace hearth::cpu {

namespace {

// How a norm sums, finishes, and what a difference d has of the gradient g at distance r > 0.
template <class T>
struct Zero {
  T p;
  static T add(T sum, T d) { return sum + (d != 0 ? T(1) : T(0)); }
  static T finish(T sum) { return sum; }
  static T slope(T, T, T) { return 0; }
};
template <class T>
struct One {
  T p;
  static T add(T sum, T d) { return sum + std::abs(d); }
  static T finish(T sum) { return sum; }
  static T slope(T d, T, T g) { return d > 0 ? g : d < 0 ? -g : d * 0; }
};
template <class T>
struct Two {
  T p;
  static T add(T sum, T d) { return sum + d * d; }
  static T finish(T sum) { return std::sqrt(sum); }
  static T slope(T d, T r, T g) { return g * d / r; }
};
template <class T>
struct Largest {
  T p;
  static T add(T sum, T d) {
    d = std::abs(d);
    return d > sum || d != d ? d : sum;
  }
  static T finish(T sum) { return sum; }
  static T slope(T d, T r, T g) { return std::abs(d) != r ? 0 : d < 0 ? -g : g; }
};
template <class T>
struct Power {
  T p;
  T add(T sum, T d) const { return sum + std::pow(std::abs(d), p); }
  T finish(T sum) const { return std::pow(sum, 1 / p); }
  T slope(T d, T r, T g) const {
    if (d == 0) return 0;
    return std::copysign(std::pow(std::abs(d) / r, p - 1), d) * g;
  }
};

template <class T, class F>
void with_norm(double p, const F& f) {
  const auto power = static_cast<T>(p);
  if (p == 0) return f(Zero<T>{power});
  if (p == 1) return f(One<T>{power});
  if (p == 2) return f(Two<T>{power});
  if (std::isinf(p)) return f(Largest<T>{power});
  f(Power<T>{power});
}

/// Operands as [batch, rows, m], expanded.
struct Rows {
  Tensor x;
  int64_t rows, m;
  Rows(const Tensor& t, const DimVector& batch) {
    const TensorImpl& i = impl(t);
    const size_t n = i.sizes.size();
    rows = i.sizes[n - 2];
    m = i.sizes[n - 1];
    DimVector sizes = batch, strides(batch.size(), 0);
    for (size_t k = 0; k + 2 < n; ++k) {
      const size_t from = n - 3 - k, to = batch.size() - 1 - k;
      if (i.sizes[from] == batch[to]) strides[to] = i.strides[from];
    }
    for (const size_t d : {n - 2, n - 1}) {
      sizes.push_back(i.sizes[d]);
      strides.push_back(i.strides[d]);
    }
    x = contiguous_raw(alias_tensor(t, std::move(sizes), std::move(strides), i.offset, i.dtype));
  }
};

DimVector batch_of(const Tensor& t) {
  return DimVector(impl(t).sizes.ref().slice(0, impl(t).sizes.size() - 2));
}

template <class T>
void cdist(const Call& call) {
  const Tensor& out = call.out[0];
  if (impl(out).numel == 0) return;
  const DimVector batch = batch_of(out);
  const Rows a(call.in[0], batch), b(call.in[1], batch);
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
  const DimVector batch = batch_of(out);
  const Tensor g = contiguous_raw(call.in[0]), distances = contiguous_raw(call.in[3]);
  const Rows a(call.in[1], batch), b(call.in[2], batch);
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
  Lines(call.out[0], call.as<ops::Cross>().dim)
      .each([&](int64_t, int64_t at, int64_t, int64_t step) {
        for (int64_t i = 0; i < 3; ++i) {
          const int64_t j = at + (i + 1) % 3 * step, k = at + (i + 2) % 3 * step;
          to[at + i * step] = static_cast<T>(x[j] * y[k] - x[k] * y[j]);
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
