// SPDX-License-Identifier: Apache-2.0
// Kernels of the reduction rows: which reductions they are and how they finish.
#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "cpu/kernels.h"
#include "cpu/lines.h"
#include "cpu/reduce.h"
#include "cpu/scratch.h"
#include "cpu/tile.h"
#include "ops/copy.h"
#include "ops/extreme.h"
#include "ops/norm.h"

namespace hearth::cpu {

namespace {

/// Converts accumulators into the output, unless they are it.
void store(const Tensor& out, const Tensor& acc) {
  if (acc.is_same(out)) return;
  const TensorImpl& o = impl(out);
  copy_raw_into(out, alias_tensor(acc, o.sizes, contiguous_strides(o.sizes), impl(acc).offset,
                                  impl(acc).dtype));
}

template <class T, class F>
void apply(const Tensor& acc, const F& f) {
  T* x = ptr<T>(acc);
  parallel_for(impl(acc).numel, 4096, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) x[i] = f(x[i]);
  });
}

/// acc[i] = f(acc[i]), for float and double.
template <class F>
void finish(const Tensor& acc, const F& f) {
  if (impl(acc).dtype == kDouble) return apply<double>(acc, f);
  apply<float>(acc, f);
}

/// acc[i] = f(acc[i], other[i]).
template <class F>
void finish(const Tensor& acc, const Tensor& other, const F& f) {
  const auto run = [&]<class T>(T* x) {
    const T* y = ptr<T>(other);
    parallel_for(impl(acc).numel, 4096, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) x[i] = f(x[i], y[i]);
    });
  };
  if (impl(acc).dtype == kDouble) return run(ptr<double>(acc));
  run(ptr<float>(acc));
}

template <class Op, Reduction kKind>
void plain(const Call& call) {
  const Tensor& out = call.out[0];
  store(out, reduce({kKind, call.in[0], call.as<Op>().dims}, &out));
}

void divide(const Tensor& acc, double n) {
  switch (impl(acc).dtype) {
    case kComplexFloat:
      return apply<complex<float>>(acc, [n](complex<float> v) {
        return complex<float>(v.real_ / static_cast<float>(n), v.imag_ / static_cast<float>(n));
      });
    case kComplexDouble:
      return apply<complex<double>>(
          acc, [n](complex<double> v) { return complex<double>(v.real_ / n, v.imag_ / n); });
    default:
      return finish(acc, [n]<class T>(T v) { return v / static_cast<T>(n); });
  }
}

void mean(const Call& call) {
  const auto& op = call.as<ops::Mean>();
  const Tensor acc = reduce({Reduction::Sum, call.in[0], op.dims}, &call.out[0]);
  divide(acc, static_cast<double>(reduced_count(call.in[0], op.dims)));
  store(call.out[0], acc);
}

template <class Op, Reduction kKind>
void position(const Call& call) {
  const auto& op = call.as<Op>();
  const DimVector dims = op.dim ? DimVector({*op.dim}) : DimVector();
  reduce({kKind, call.in[0], dims}, nullptr, &call.out[0]);
}

template <class Op, Reduction kKind>
void value_and_position(const Call& call) {
  const Tensor& values = call.out[0];
  store(values, reduce({kKind, call.in[0], {call.as<Op>().dim}}, &values, &call.out[1]));
}

void var_mean(const Call& call) {
  const auto& op = call.as<ops::VarMean>();
  const Tensor& x = call.in[0];
  const auto n = static_cast<double>(reduced_count(x, op.dims));
  const Tensor mean = reduce({Reduction::DoubleSum, x, op.dims}, &call.out[1]);
  divide(mean, n);
  store(call.out[1], mean);
  const Tensor var = reduce({Reduction::SquareDiff, x, op.dims, &mean}, &call.out[0]);
  const double free = std::max(0.0, n - op.correction);
  finish(var, [free, root = op.root]<class T>(T v) {
    v = v / static_cast<T>(free);
    return root ? std::sqrt(v) : v;
  });
  store(call.out[0], var);
}

void vector_norm(const Call& call) {
  const auto& op = call.as<ops::VectorNorm>();
  const Tensor &x = call.in[0], &out = call.out[0];
  const auto norm = [&](Reduction kind, const Tensor* numbers = nullptr) {
    return reduce({kind, x, op.dims, numbers}, &out);
  };
  if (op.p == 0) return store(out, norm(Reduction::CountNonzero));
  if (op.p == 1) return store(out, norm(Reduction::AbsSum));
  if (std::isinf(op.p)) return store(out, norm(op.p > 0 ? Reduction::AbsMax : Reduction::AbsMin));
  if (op.p == 2) {
    const Tensor acc = norm(Reduction::SquareSum);
    finish(acc, []<class T>(T v) { return std::sqrt(v); });
    return store(out, acc);
  }
  const ScalarType type = accumulate_type(impl(out).dtype);
  const Tensor powers = new_tensor({impl(out).numel}, type, kCPU);
  fill_tiled(powers, op.p);
  const Tensor acc = norm(Reduction::PowerSum, &powers);
  finish(acc, [p = op.p]<class T>(T v) { return std::pow(v, static_cast<T>(1 / p)); });
  store(out, acc);
}

void log_sum_exp(const Call& call) {
  const auto& op = call.as<ops::LogSumExp>();
  const Tensor& x = call.in[0];
  const Tensor largest = reduce({Reduction::Max, x, op.dims});
  finish(largest, []<class T>(T v) { return std::isinf(v) ? T(0) : v; });
  const Tensor acc = reduce({Reduction::ExpDiff, x, op.dims, &largest}, &call.out[0]);
  finish(acc, largest, []<class T>(T v, T m) { return std::log(v) + m; });
  store(call.out[0], acc);
}

/// out = g times the product of the other elements of x's line.
template <class T>
void product_of_others(const Call& call) {
  using Acc = std::conditional_t<sizeof(T) == 2, float, T>;
  const Tensor x = contiguous_raw(call.in[1]), g = contiguous_raw(call.in[0]);
  const Lines lines(x, call.as<ops::ProdBackward>().dim);
  lines.each([&](int64_t line, int64_t first, int64_t n, int64_t stride) {
    const T* in = ptr<T>(x) + first;
    T* out = ptr<T>(call.out[0]) + first;
    Scratch<Acc> before(static_cast<size_t>(n));
    Acc product = static_cast<Acc>(ptr<T>(g)[line]);
    for (int64_t i = 0; i < n; ++i) {
      before[static_cast<size_t>(i)] = product;
      product = product * conjugate(static_cast<Acc>(in[i * stride]));
    }
    product = Acc(1);
    for (int64_t i = n; i-- > 0;) {
      out[i * stride] = static_cast<T>(before[static_cast<size_t>(i)] * product);
      product = product * conjugate(static_cast<Acc>(in[i * stride]));
    }
  });
}

void prod_backward(const Call& call) {
  switch (call.compute) {
#define HEARTH_CASE(T, name) \
  case ScalarType::name:     \
    return product_of_others<T>(call);
    HEARTH_FOR_DIFFERENTIABLE(HEARTH_CASE)
#undef HEARTH_CASE
    default:
      throw NotImplementedError(
          cat_str("[prod_backward] not implemented for ", to_string(call.compute)));
  }
}

}  // namespace

void install_reduce() {
  ops::Sum::row().kernel[0] = &plain<ops::Sum, Reduction::Sum>;
  ops::NanSum::row().kernel[0] = &plain<ops::NanSum, Reduction::NanSum>;
  ops::Mean::row().kernel[0] = &mean;
  ops::Prod::row().kernel[0] = &plain<ops::Prod, Reduction::Prod>;
  ops::ProdBackward::row().kernel[0] = &prod_backward;
  ops::All::row().kernel[0] = &plain<ops::All, Reduction::All>;
  ops::Any::row().kernel[0] = &plain<ops::Any, Reduction::Any>;
  ops::CountNonzero::row().kernel[0] = &plain<ops::CountNonzero, Reduction::CountNonzero>;
  ops::Amax::row().kernel[0] = &plain<ops::Amax, Reduction::Max>;
  ops::Amin::row().kernel[0] = &plain<ops::Amin, Reduction::Min>;
  ops::MaxDim::row().kernel[0] = &value_and_position<ops::MaxDim, Reduction::ArgMax>;
  ops::MinDim::row().kernel[0] = &value_and_position<ops::MinDim, Reduction::ArgMin>;
  ops::Argmax::row().kernel[0] = &position<ops::Argmax, Reduction::ArgMax>;
  ops::Argmin::row().kernel[0] = &position<ops::Argmin, Reduction::ArgMin>;
  ops::VarMean::row().kernel[0] = &var_mean;
  ops::VectorNorm::row().kernel[0] = &vector_norm;
  ops::LogSumExp::row().kernel[0] = &log_sum_exp;
}

}  // namespace hearth::cpu
