// SPDX-License-Identifier: Apache-2.0
#include "ops/loss.h"

#include <algorithm>
#include <cstring>

#include "hearth/ops/loss.h"

#include "backends/class_loss.h"
#include "cpu/dense.h"
#include "cpu/kernels.h"
#include "cpu/rows.h"
#include "cpu/scratch.h"
#include "cpu/softmax.h"
#include "cpu/tile.h"

namespace hearth::cpu {

namespace {

using ops::ClassShape;

Tensor classes_last(const Tensor& t) { return dim_last(t, ClassShape(t).dim); }

Tensor class_indices(const Tensor& target) { return contiguous_raw(as_type(target, kLong)); }

[[noreturn]] void throw_out_of_bounds(const OpTable& op, int64_t target, int64_t classes) {
  throw IndexError(cat_str("[", op.info.name, "] Target ", target,
                           " is out of bounds. Expected a class in [0, ", classes - 1, "]"));
}

/// Sums of chunks of rows, combined in order.
struct Sums {
  static constexpr int64_t kMost = 256;
  double loss[kMost] = {}, weight[kMost] = {};
  int64_t chunks, chunk;
  explicit Sums(int64_t rows, int64_t work_per_row) {
    const int64_t wanted = (rows * std::max<int64_t>(work_per_row, 1)) / 16384;
    chunks = std::clamp<int64_t>(wanted, 1, kMost);
    chunk = (rows + chunks - 1) / chunks;
  }
  template <class F>
  void run(int64_t rows, const F& row) {
    parallel_chunks(chunks, [&](int64_t c) {
      const int64_t end = std::min(rows, (c + 1) * chunk);
      for (int64_t r = c * chunk; r < end; ++r) row(r, loss[c], weight[c]);
    });
  }
  double total(const double* parts) const {
    double sum = 0;
    for (int64_t c = 0; c < chunks; ++c) sum += parts[c];
    return sum;
  }
};

/// What one class loss reads besides its logits.
template <class T>
struct Targets : ClassLoss<T> {
  Tensor indices, probabilities, weights;
  const int64_t* index = nullptr;  ///< one class per row, or
  const T* probability = nullptr;  ///< C numbers per row
  const T* weight = nullptr;       ///< C numbers, or null for ones
  int64_t classes;

  Targets(const Tensor& input, const Tensor& target, const Tensor& weight_tensor,
          double smoothing = 0)
      : ClassLoss<T>(smoothing, ClassShape(input).classes), classes(ClassShape(input).classes) {
    if (impl(input).sizes == impl(target).sizes) {
      probabilities = contiguous_raw(classes_last(as_type(target, dtype_of<T>)));
      probability = ptr<T>(probabilities);
    } else {
      indices = class_indices(target);
      index = ptr<int64_t>(indices);
    }
    if (weight_tensor.defined()) {
      weights = contiguous_raw(as_type(weight_tensor, dtype_of<T>));
      weight = ptr<T>(weights);
    }
  }
  T weight_of(int64_t c) const { return weight ? weight[c] : T(1); }
  /// Row r of the smoothed, weighted probabilities, in `buffer` unless they are the given ones.
  const T* soft_row(int64_t r, T* buffer) const {
    const T* p = probability + r * classes;
    if (!weight && !this->smooth) return p;
    for (int64_t c = 0; c < classes; ++c) buffer[c] = this->soft(p[c], weight_of(c));
    return buffer;
  }
  bool needs_buffer() const { return probability && (weight || this->smooth); }
  size_t buffer_size() const { return needs_buffer() ? static_cast<size_t>(classes) : 0; }
};

void cross_entropy(const Call& call) {
  const auto& op = call.as<ops::CrossEntropyLoss>();
  const ClassShape shape(call.in[0]);
  const Tensor input = contiguous_raw(classes_last(row_operand(call.in[0], call.compute)));
  const Result loss(call.out[0], call.compute), stats(call.out[1], call.compute);
  with_float_type(call.compute, call.op.info.name, [&](auto zero) {
    using T = decltype(zero);
    const SoftmaxKernels<T>& k = softmax_kernels<T>();
    const Targets<T> targets(call.in[0], call.in[1], call.in[2], op.label_smoothing);
    const int64_t n = shape.classes;
    T* per_row = op.reduction == Reduction::None ? loss.data<T>() : nullptr;
    T* stat = stats.data<T>();
    Sums sums(shape.rows, n);
    sums.run(shape.rows, [&](int64_t r, double& sum, double& total_weight) {
      RowReader<T> x(input, n);
      const T* row = x.row(r);
      T &max = stat[2 * r], &log_sum = stat[2 * r + 1];
      max = log_sum = 0;
      if (n > 0) k.log_sum_exp(row, n, &max, &log_sum);
      T value = 0;
      if (targets.probability) {
        Scratch<T> buffer(targets.buffer_size());
        T dot, total;
        k.weighted(row, targets.soft_row(r, buffer.data()), n, max, &dot, &total);
        value = targets.of_all(total, dot, log_sum);
      } else if (const int64_t t = targets.index[r]; t != op.ignore_index) {
        if (t < 0 || t >= n) throw_out_of_bounds(call.op, t, n);
        const T w = targets.weight_of(t);
        value = targets.of_class(w, log_sum, row[t] - max);
        if (targets.smooth) {
          T dot, total;
          k.weighted(row, targets.weight, n, max, &dot, &total);
          value += targets.rest * targets.of_all(total, dot, log_sum);
        }
        total_weight += w;
      }
      if (per_row) per_row[r] = value;
      sum += value;
    });
    const double divisor =
        targets.probability ? static_cast<double>(shape.rows) : sums.total(sums.weight);
    stat[2 * shape.rows] = static_cast<T>(divisor);
    const double sum = sums.total(sums.loss);
    if (!per_row)
      loss.data<T>()[0] = static_cast<T>(op.reduction == Reduction::Mean ? sum / divisor : sum);
  });
  loss.finish();
  stats.finish();
}

/// The factor of row r's gradient.
template <class T>
struct RowScale {
  Tensor grads;
  int64_t step;
  T divisor;
  RowScale(const Tensor& g, int64_t reduction, T mean_divisor)
      : grads(contiguous_raw(as_type(g, dtype_of<T>))),
        step(reduction == Reduction::None ? 1 : 0),
        divisor(reduction == Reduction::Mean ? mean_divisor : T(1)) {}
  T operator[](int64_t r) const { return ptr<T>(grads)[r * step] / divisor; }
};

void cross_entropy_backward(const Call& call) {
  const auto& op = call.as<ops::CrossEntropyLossBackward>();
  const ClassShape shape(call.in[1]);
  const Tensor input = contiguous_raw(classes_last(row_operand(call.in[1], call.compute)));
  const Tensor out = classes_last(call.out[0]);
  const RowResult rows(out);
  const Tensor stats = contiguous_raw(as_type(call.in[4], call.compute));
  with_float_type(call.compute, call.op.info.name, [&](auto zero) {
    using T = decltype(zero);
    const SoftmaxKernels<T>& k = softmax_kernels<T>();
    const Targets<T> targets(call.in[1], call.in[2], call.in[3], op.label_smoothing);
    const int64_t n = shape.classes;
    const T* stat = ptr<T>(stats);
    const RowScale<T> scale(call.in[0], op.reduction, stat[2 * shape.rows]);
    T all_weights = static_cast<T>(n), unused = 0;
    if (targets.weight) k.weighted(targets.weight, targets.weight, n, T(0), &unused, &all_weights);
    parallel_for(0, shape.rows, row_grain(n), [&](int64_t begin, int64_t end) {
      Scratch<T> buffer(targets.buffer_size());
      RowReader<T> x(input, n);
      RowWriter<T> writer(rows.tensor(), shape.rows, n);
      const auto one = [&](int64_t r, T* dx) {
        const T *row = x.row(r), max = stat[2 * r], log_sum = stat[2 * r + 1];
        const T s = scale[r];
        if (targets.probability) {
          const T* soft = targets.soft_row(r, buffer.data());
          T dot, total;
          k.weighted(row, soft, n, max, &dot, &total);
          k.entropy_grad(row, dx, n, max, log_sum, s * total, s, soft, T(0));
          return;
        }
        const int64_t t = targets.index[r];
        if (t == op.ignore_index) {
          std::memset(dx, 0, static_cast<size_t>(n) * sizeof(T));
          return;
        }
        if (t < 0 || t >= n) throw_out_of_bounds(call.op, t, n);
        const T own = s * targets.kept * targets.weight_of(t), rest = s * targets.rest;
        k.entropy_grad(row, dx, n, max, log_sum, own + rest * all_weights, rest,
                       targets.smooth ? targets.weight : nullptr, targets.weight ? T(0) : rest);
        dx[t] -= own;
      };
      for (int64_t r = begin; r < end; ++r) writer.write(r, [&](T* dx) { one(r, dx); });
    });
  });
  rows.finish();
}

/// Elements of a tensor that is contiguous, or contiguous with its classes last, by row and class;
/// of type T or, for float, a half type.
template <class T>
class ByClass {
 public:
  ByClass(const Tensor& t, bool last) : data_(raw_data(t)), type_(impl(t).dtype) {
    const ClassShape shape(t);
    classes_ = shape.classes;
    const DimVector& sizes = impl(t).sizes;
    for (size_t d = static_cast<size_t>(shape.dim) + 1; !last && d < sizes.size(); ++d)
      inner_ *= sizes[d];
  }
  T get(int64_t row, int64_t c) const {
    if (type_ == dtype_of<T>) return *static_cast<T*>(at(row, c));
    float value = 0;
    to_float(type_, at(row, c), &value, 1);
    return static_cast<T>(value);
  }
  void set(int64_t row, int64_t c, T value) const {
    if (type_ == dtype_of<T>) {
      *static_cast<T*>(at(row, c)) = value;
      return;
    }
    const auto rounded = static_cast<float>(value);
    from_float(type_, &rounded, at(row, c), 1);
  }

 private:
  void* at(int64_t row, int64_t c) const {
    const int64_t i = row / inner_ * classes_ * inner_ + c * inner_ + row % inner_;
    return data_ + i * static_cast<int64_t>(element_size(type_));
  }
  char* data_;
  ScalarType type_;
  int64_t classes_, inner_ = 1;
};

void nll(const Call& call) {
  const auto& op = call.as<ops::NllLoss>();
  const ClassShape shape(call.in[0]);
  const bool last = impl(classes_last(call.in[0])).contiguous;
  const Tensor x_tensor = row_operand(call.in[0], call.compute);
  const Tensor input = last ? x_tensor : contiguous_raw(x_tensor);
  const Tensor target = class_indices(call.in[1]);
  const Result loss(call.out[0], call.compute), total(call.out[1], call.compute);
  with_float_type(call.compute, call.op.info.name, [&](auto zero) {
    using T = decltype(zero);
    const ByClass<T> x(input, last);
    const Targets<T> targets(call.in[0], target, call.in[2]);
    T* per_row = op.reduction == Reduction::None ? loss.data<T>() : nullptr;
    Sums sums(shape.rows, 8);
    sums.run(shape.rows, [&](int64_t r, double& sum, double& total_weight) {
      const int64_t t = targets.index[r];
      T value = 0;
      if (t != op.ignore_index) {
        if (t < 0 || t >= shape.classes) throw_out_of_bounds(call.op, t, shape.classes);
        const T w = targets.weight_of(t);
        value = -w * x.get(r, t);
        total_weight += w;
      }
      if (per_row) per_row[r] = value;
      sum += value;
    });
    const double sum = sums.total(sums.loss), divisor = sums.total(sums.weight);
    total.data<T>()[0] = static_cast<T>(divisor);
    if (!per_row)
      loss.data<T>()[0] = static_cast<T>(op.reduction == Reduction::Mean ? sum / divisor : sum);
  });
  loss.finish();
  total.finish();
}

void nll_backward(const Call& call) {
  const auto& op = call.as<ops::NllLossBackward>();
  const ClassShape shape(call.in[1]);
  const bool last = impl(classes_last(call.out[0])).contiguous;
  const bool direct = last || impl(call.out[0]).contiguous;
  const Tensor out =
      direct ? call.out[0] : new_tensor(impl(call.out[0]).sizes, impl(call.out[0]).dtype, kCPU);
  const Tensor target = class_indices(call.in[2]);
  fill_tiled(out, 0);
  with_float_type(call.compute, call.op.info.name, [&](auto zero) {
    using T = decltype(zero);
    const ByClass<T> dx(out, direct && last);
    const Targets<T> targets(call.in[1], target, call.in[3]);
    const Tensor total = as_type(call.in[4], call.compute);
    const RowScale<T> scale(call.in[0], op.reduction, *ptr<T>(total));
    parallel_for(0, shape.rows, 4096, [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        const int64_t t = targets.index[r];
        if (t == op.ignore_index) continue;
        if (t < 0 || t >= shape.classes) throw_out_of_bounds(call.op, t, shape.classes);
        dx.set(r, t, -targets.weight_of(t) * scale[r]);
      }
    });
  });
  if (!direct) copy_raw_into(call.out[0], out);
}

}  // namespace

void install_loss() {
  ops::CrossEntropyLoss::row().kernel[0] = converting(&cross_entropy);
  ops::CrossEntropyLossBackward::row().kernel[0] = converting(&cross_entropy_backward);
  ops::NllLoss::row().kernel[0] = converting(&nll);
  ops::NllLossBackward::row().kernel[0] = converting(&nll_backward);
}

}  // namespace hearth::cpu
