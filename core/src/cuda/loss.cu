// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/loss.h"

#include "backends/class_loss.h"
#include "cuda/kernels.h"
#include "cuda/softmax.cuh"
#include "cuda/total.cuh"
#include "ops/loss.h"

namespace hearth::cuda {

namespace {

using ops::ClassShape;

/// The classes of every row of a tensor that is contiguous, or contiguous with its classes last.
Rows class_rows(const Tensor& t) {
  const ClassShape shape(t);
  Rows rows{shape.rows, shape.classes, 1};
  if (rows.count == 0 || impl(dim_last(t, shape.dim)).contiguous) return rows;
  const DimVector& sizes = impl(t).sizes;
  for (size_t d = static_cast<size_t>(shape.dim) + 1; d < sizes.size(); ++d) rows.inner *= sizes[d];
  return rows;
}

/// `t`, or a contiguous copy, as class_rows takes it.
Tensor with_class_rows(const Tensor& t) {
  return is_dense_around(t, ClassShape(t).dim) ? t : contiguous_raw(t);
}

/// The tensor of out's dtype that a kernel with class_rows may write.
Tensor writable_rows(const Tensor& out) {
  if (is_dense_around(out, ClassShape(out).dim)) return out;
  return new_tensor(impl(out).sizes, impl(out).dtype, impl(out).device);
}
void finish_rows(const Tensor& out, const Tensor& written) {
  if (!written.is_same(out)) copy_raw_into(out, written);
}

/// What one class loss reads besides its logits, on the host.
struct Operands {
  Tensor indices, probabilities, weights;

  Operands(const Tensor& input, const Tensor& target, const Tensor& weight, ScalarType compute,
           bool may_be_soft) {
    if (may_be_soft && impl(input).sizes == impl(target).sizes) {
      probabilities = readable_in_layout(target, input, compute);
    } else {
      indices = contiguous_or_none(target, kLong);
    }
    weights = contiguous_or_none(weight, compute);
  }
};

/// The same on the device.
template <class T>
struct Targets : ClassLoss<T> {
  const int64_t* index;   ///< one class per row, or
  Source<T> probability;  ///< the classes' probabilities, laid out as the logits
  const T* weight;        ///< one per class, or null for ones
  int64_t ignore;
  Fault* fault;

  Targets(const Operands& o, int64_t ignore_index, double smoothing, int64_t classes)
      : ClassLoss<T>(smoothing, classes),
        index(data_or_null<int64_t>(o.indices)),
        probability(o.probabilities),
        weight(data_or_null<T>(o.weights)),
        ignore(ignore_index),
        fault(cuda::fault()) {}

  __device__ __forceinline__ T weight_of(int64_t c) const { return weight ? weight[c] : T(1); }
  /// Smoothed and weighted.
  __device__ __forceinline__ T soft_of(T p, int64_t c) const {
    return weight || this->smooth ? this->soft(p, weight_of(c)) : p;
  }
  /// The class of a row, or -1 when it does not count. Out of bounds is reported.
  __device__ __forceinline__ int64_t class_of(int64_t row, int64_t classes, const char* op) const {
    const int64_t t = index[row];
    if (t == ignore) return -1;
    if (t >= 0 && t < classes) return t;
    report_index(t, classes, fault, op);
    return -1;
  }
};

// ---- cross entropy

template <class T>
struct EntropyRow {
  Source<T> x;
  int64_t stride, classes;
  Targets<T> targets;
  T* stat;     ///< the largest logit and the log of the sum of exponentials, by row
  T* values;   ///< losses by row
  T* weights;  ///< of the rows' targets

  template <class Team>
  __device__ __forceinline__ void operator()(const Team& team, int64_t row, int64_t start,
                                             int64_t n) const {
    T v[kKept];
    const int64_t step = int64_t{kKept} * team.size;
    const ExpSum<T> sum = exp_sum(team, v, x, start, stride, n);
    const T max = n > 0 ? sum.max : T(0);
    // A row of nothing but -inf has no logarithm.
    const T log_sum = n == 0 ? T(0) : vmath::log(max == -vmath::inf(T()) ? max - max : sum.sum);

    // The sums of u * (x - max) and of u, which weighs every class.
    Pair<T> dot{0, 0};
    if (targets.probability || targets.smooth) {
      for (int64_t chunk = 0; chunk < n; chunk += step) {
        const Places at(team, chunk);
        if (n > step) load_places(v, x, start, stride, n, at);
#pragma unroll
        for (int k = 0; k < kKept; ++k) {
          if (at[k] >= n) continue;
          const T u = targets.probability
                          ? targets.soft_of(targets.probability[start + at[k] * stride], at[k])
                          : targets.weight_of(at[k]);
          dot.a += u * (v[k] - max);
          dot.b += u;
        }
      }
      dot = team.all(dot, Add());
    }
    if (team.rank != 0 || row < 0) return;
    T value = 0, weight = 0;
    if (targets.probability) {
      value = targets.of_all(dot.b, dot.a, log_sum);
    } else if (const int64_t t = targets.class_of(row, classes, "cross_entropy_loss"); t >= 0) {
      weight = targets.weight_of(t);
      value = targets.of_class(weight, log_sum, x[start + t * stride] - max);
      if (targets.smooth) value += targets.rest * targets.of_all(dot.b, dot.a, log_sum);
    }
    stat[2 * row] = max;
    stat[2 * row + 1] = log_sum;
    values[row] = value;
    weights[row] = weight;
  }
};

template <class T>
void cross_entropy_in(const Call& call, const Tensor& input, const Operands& operands) {
  const auto& op = call.as<ops::CrossEntropyLoss>();
  const Tensor &loss = call.out[0], &stats = call.out[1];
  const Rows rows = class_rows(input);
  const Workspace space(static_cast<size_t>(2 * rows.count) * sizeof(T));
  T* values = space.data<T>();
  for_each_row(rows, call.op.info.name,
               EntropyRow<T>{Source<T>(input), rows.inner, rows.n,
                             Targets<T>(operands, op.ignore_index, op.label_smoothing, rows.n),
                             ptr<T>(stats), values, values + rows.count});
  Total total;
  total.loss = raw_data(loss);
  total.loss_type = impl(loss).dtype;
  total.reduction = static_cast<int>(op.reduction);
  total.weight = ptr<T>(stats) + 2 * rows.count;
  total.weight_type = call.compute;
  if (operands.probabilities.defined()) total.divisor = static_cast<double>(rows.count);
  finish_total(values, values + rows.count, rows.count, total, call.op.info.name);
}

void cross_entropy(const Call& call) {
  const Tensor input = with_class_rows(readable(call.in[0], call.compute));
  const Operands operands(input, call.in[1], call.in[2], call.compute, true);
  with_compute_type(call.compute, call.op.info.name,
                    [&](auto t) { cross_entropy_in<decltype(t)>(call, input, operands); });
}

/// The factor of row r's gradient.
template <class T>
struct RowScale {
  const T* grads;
  const T* divisor;  ///< null: 1
  int64_t step;
  RowScale(const Tensor& g, int64_t reduction, const T* mean_divisor)
      : grads(ptr<T>(g)),
        divisor(reduction == Reduction::Mean ? mean_divisor : nullptr),
        step(reduction == Reduction::None ? 1 : 0) {}
  __device__ __forceinline__ T operator[](int64_t r) const {
    return divisor ? grads[r * step] / *divisor : grads[r * step];
  }
};

template <class T, class O>
struct EntropyGrad {
  Source<T> x;
  O* dx;
  int64_t stride, classes;
  Targets<T> targets;
  const T* stat;
  RowScale<T> scale;

  /// The sum over classes of what weighs them: probabilities, or the weights when smoothing.
  template <class Team>
  __device__ __forceinline__ T sum_weights(const Team& team, int64_t start, int64_t n) const {
    T total = 0;
    for (int64_t c = team.rank; c < n; c += team.size)
      total += targets.probability ? targets.soft_of(targets.probability[start + c * stride], c)
                                   : targets.weight_of(c);
    return team.all(total, Add());
  }

  template <class Team>
  __device__ __forceinline__ void operator()(const Team& team, int64_t row, int64_t start,
                                             int64_t n) const {
    const bool soft(targets.probability);
    T all = static_cast<T>(n);
    if (soft || (targets.smooth && targets.weight)) all = sum_weights(team, start, n);
    if (row < 0) return;
    const int64_t t = soft ? -1 : targets.class_of(row, classes, "cross_entropy_loss_backward");
    const bool counts = soft || t >= 0;
    const T max = stat[2 * row], log_sum = stat[2 * row + 1];
    const T s = scale[row];
    const T own = counts && !soft ? s * targets.kept * targets.weight_of(t) : T(0);
    const T rest = s * targets.rest;
    const T a = soft ? s * all : targets.smooth ? own + rest * all : own;
    for (int64_t chunk = 0; chunk < n; chunk += int64_t{kKept} * team.size) {
      const Places at(team, chunk);
      T v[kKept], p[kKept];
      load_places(v, x, start, stride, n, at);
      if (soft) load_places(p, targets.probability, start, stride, n, at);
#pragma unroll
      for (int k = 0; k < kKept; ++k) {
        if (at[k] >= n) continue;
        T value = a * vmath::exp((v[k] - max) - log_sum);
        if (soft) {
          value -= s * targets.soft_of(p[k], at[k]);
        } else {
          if (targets.smooth) value -= rest * targets.weight_of(at[k]);
          if (at[k] == t) value -= own;
        }
        dx[start + at[k] * stride] = convert<O>(counts ? value : T(0));
      }
    }
  }
};

void cross_entropy_backward(const Call& call) {
  const auto& op = call.as<ops::CrossEntropyLossBackward>();
  const Tensor out = writable_rows(call.out[0]);
  const Tensor input = readable_in_layout(call.in[1], out, call.compute);
  const Operands operands(out, call.in[2], call.in[3], call.compute, true);
  const Tensor grad = contiguous_or_none(call.in[0], call.compute);
  const Tensor stats = contiguous_or_none(call.in[4], call.compute);
  const Rows rows = class_rows(out);
  with_result_type(call.compute, impl(out).dtype, call.op.info.name, [&](auto t, auto o) {
    using T = decltype(t);
    using O = decltype(o);
    const T* stat = ptr<T>(stats);
    for_each_row(
        rows, call.op.info.name,
        EntropyGrad<T, O>{Source<T>(input), ptr<O>(out), rows.inner, rows.n,
                          Targets<T>(operands, op.ignore_index, op.label_smoothing, rows.n), stat,
                          RowScale<T>(grad, op.reduction, stat + 2 * rows.count)});
  });
  finish_rows(call.out[0], out);
}

// ---- negative log likelihood

template <class T>
struct NllRow {
  Source<T> x;
  Rows rows;
  Targets<T> targets;
  T *values, *weights;

  __device__ __forceinline__ void operator()(int64_t row) const {
    const int64_t t = targets.class_of(row, rows.n, "nll_loss");
    const T w = t >= 0 ? targets.weight_of(t) : T(0);
    values[row] = t >= 0 ? -w * x[rows.start(row) + t * rows.inner] : T(0);
    weights[row] = w;
  }
};

template <class T>
void nll_in(const Call& call, const Tensor& input, const Operands& operands) {
  const auto& op = call.as<ops::NllLoss>();
  const Tensor &loss = call.out[0], &total_weight = call.out[1];
  const Rows rows = class_rows(input);
  const Workspace space(static_cast<size_t>(2 * rows.count) * sizeof(T));
  T* values = space.data<T>();
  for_each(rows.count, call.op.info.name,
           NllRow<T>{Source<T>(input), rows, Targets<T>(operands, op.ignore_index, 0, 1), values,
                     values + rows.count});
  Total total;
  total.loss = raw_data(loss);
  total.loss_type = impl(loss).dtype;
  total.reduction = static_cast<int>(op.reduction);
  total.weight = raw_data(total_weight);
  total.weight_type = call.compute;
  finish_total(values, values + rows.count, rows.count, total, call.op.info.name);
}

void nll(const Call& call) {
  const Tensor input = with_class_rows(readable(call.in[0], call.compute));
  const Operands operands(input, call.in[1], call.in[2], call.compute, false);
  with_compute_type(call.compute, call.op.info.name,
                    [&](auto t) { nll_in<decltype(t)>(call, input, operands); });
}

template <class T, class O>
struct NllGrad {
  O* dx;
  int64_t stride, classes;
  Targets<T> targets;
  RowScale<T> scale;

  template <class Team>
  __device__ __forceinline__ void operator()(const Team& team, int64_t row, int64_t start,
                                             int64_t n) const {
    if (row < 0) return;
    const int64_t t = targets.class_of(row, classes, "nll_loss_backward");
    const T own = t >= 0 ? -targets.weight_of(t) * scale[row] : T(0);
    for (int64_t c = team.rank; c < n; c += team.size)
      dx[start + c * stride] = convert<O>(c == t ? own : T(0));
  }
};

void nll_backward(const Call& call) {
  const auto& op = call.as<ops::NllLossBackward>();
  const Tensor out = writable_rows(call.out[0]);
  const Operands operands(out, call.in[2], call.in[3], call.compute, false);
  const Tensor grad = contiguous_or_none(call.in[0], call.compute);
  const Tensor total = contiguous_or_none(call.in[4], call.compute);
  const Rows rows = class_rows(out);
  with_result_type(call.compute, impl(out).dtype, call.op.info.name, [&](auto t, auto o) {
    using T = decltype(t);
    using O = decltype(o);
    for_each_row(
        rows, call.op.info.name,
        NllGrad<T, O>{ptr<O>(out), rows.inner, rows.n, Targets<T>(operands, op.ignore_index, 0, 1),
                      RowScale<T>(grad, op.reduction, ptr<T>(total))});
  });
  finish_rows(call.out[0], out);
}

}  // namespace

void install_loss() {
  ops::CrossEntropyLoss::row().kernel[kSlot] = converting(&cross_entropy);
  ops::CrossEntropyLossBackward::row().kernel[kSlot] = converting(&cross_entropy_backward);
  ops::NllLoss::row().kernel[kSlot] = converting(&nll);
  ops::NllLossBackward::row().kernel[kSlot] = converting(&nll_backward);
}

}  // namespace hearth::cuda
