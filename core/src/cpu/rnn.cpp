// SPDX-License-Identifier: Apache-2.0
// Recurrent layers. What the input brings to the gates is one product over all steps; then each
// step is one region of threads: every task takes some units, multiplies the state by their weights
// and runs their gates. Backward goes the same way, and its weight gradients are one product again.
// Results do not depend on the number of threads.
#include <algorithm>

#include "backends/rnn_operands.h"
#include "backends/rnn_shape.h"
#include "base/parallel.h"
#include "cpu/dense.h"
#include "cpu/gemm.h"
#include "cpu/gemm_kernels.h"
#include "cpu/kernels.h"
#include "cpu/rnn_kernels.h"
#include "cpu/scratch.h"

namespace hearth::cpu {

namespace {

constexpr int64_t kParallelFlops = 1 << 20;  // of a step; below, waking threads costs more
constexpr int64_t kPanelBytes = 32 << 10;    // more than a panel of the kernels' depth

template <class T>
struct Tables {
  const GemmKernels<T>& gemm;
  const RnnKernels<T>& rnn;
};
template <class T>
const Tables<T>& tables();
template <>
const Tables<float>& tables<float>() {
  static const Tables<float> t{HEARTH_SELECT_ISA(gemm_kernels_f32),
                               HEARTH_SELECT_ISA(rnn_kernels_f32)};
  return t;
}
template <>
const Tables<double>& tables<double>() {
  static const Tables<double> t{HEARTH_SELECT_ISA(gemm_kernels_f64),
                                HEARTH_SELECT_ISA(rnn_kernels_f64)};
  return t;
}

/// Calls f(first unit, units) for all n units of a layer, a few panels of `cols` at a time: long
/// rows for the gates, and work for every thread.
template <class F>
void over_units(int64_t n, int64_t cols, bool parallel, const F& f) {
  const int64_t panels = (n + cols - 1) / cols;
  const int64_t each = cols * std::clamp<int64_t>(panels / (2 * get_num_threads()), 1, 4);
  const int64_t count = (n + each - 1) / each;
  const auto task = [&](int64_t i) { f(i * each, std::min(each, n - i * each)); };
  if (parallel) return parallel_chunks(count, task);
  for (int64_t i = 0; i < count; ++i) task(i);
}

/// The right operands of many products, `groups` matrices [k, n], each in panels of columns that
/// kernels read in order.
template <class T>
class Panels {
 public:
  Panels(const T* data, int64_t k, int64_t n, int64_t k_stride, int64_t n_stride,
         int64_t groups = 1)
      : k_(k),
        width_(kernel_.cols),
        blocks_((n + width_ - 1) / width_),
        data_(static_cast<size_t>(groups * blocks_ * width_ * k)) {
    parallel_for(groups * blocks_, std::max<int64_t>(1, 16384 / (width_ * k)),
                 [&](int64_t begin, int64_t end) {
                   for (int64_t i = begin; i < end; ++i) {
                     const int64_t j = i % blocks_ * width_;
                     kernel_.pack(data + (i / blocks_ * n + j) * n_stride, std::min(width_, n - j),
                                  k, n_stride, k_stride, kernel_.cols,
                                  data_.data() + i * width_ * k);
                   }
                 });
  }

  /// c [m, n] = beta * c + a [m, k] times rows from `first` on of n columns of a group, from column
  /// j on (where a panel begins), + bias.
  void multiply(int64_t group, int64_t j, int64_t first, int64_t m, int64_t n, int64_t k,
                const T* a, int64_t a_stride, T* c, int64_t c_stride, T beta,
                const T* bias = nullptr) {
    alignas(64) T scratch[kPanelBytes / sizeof(T)];
    for (int64_t i = 0; i < n; i += width_) {
      const T* b = data_.data() + ((group * blocks_ + (j + i) / width_) * k_ + first) * width_;
      for (int64_t at = 0; at < k; at += kernel_.depth) {
        const int64_t depth = std::min<int64_t>(kernel_.depth, k - at);
        kernel_.small(
            m, std::min(width_, n - i), depth, a + at, a_stride, 1, b + at * width_, width_, 1,
            scratch,
            {c + i, c_stride, T(1), at == 0 ? beta : T(1), at == 0 && bias ? bias + i : nullptr});
      }
    }
  }

 private:
  const GemmKernels<T>& kernel_ = tables<T>().gemm;
  const int64_t k_, width_, blocks_;
  Scratch<T> data_;
};

bool parallel(const RnnShape& l, const ops::RnnStep& s) {
  return 2 * s.batch * l.gates * l.hidden >= kParallelFlops;
}

/// A place in memory that there may not be.
template <class T>
T* at(T* memory, int64_t offset) {
  return memory ? memory + offset : nullptr;
}

/// Rows of `n` elements from `first` to `last`; in `to` they lie `stride` apart.
template <class T>
void copy_rows(T* to, int64_t stride, const T* from, int64_t first, int64_t last, int64_t n) {
  for (int64_t r = first; r < last; ++r) std::copy_n(from + r * n, n, to + r * stride);
}

/// Where rows of n elements lie in working memory. A multiple of 1 KB apart, they would push each
/// other out of the cache in products.
template <class T>
int64_t padded(int64_t n) {
  return n + 64 / static_cast<int64_t>(sizeof(T));
}

template <class T>
void forward(const Call& call, const RnnShape& l, T* output, T* hy, T* cy, T* kept) {
  const RnnOperand<T> x(call.in[0]), hx(call.in[1]), cx(call.in[2]), w_ih(call.in[3]),
      w_hh(call.in[4]), b_ih(call.in[5]), b_hh(call.in[6]);
  const int64_t n = l.hidden, cols = tables<T>().gemm.cols;
  const int64_t stride = std::max<int64_t>(ops::rnn_kept(l.mode), 1) * n;
  T* const gates = ops::rnn_kept(l.mode) ? kept : output;
  // A GRU's third gate takes the two biases at different places.
  Scratch<T> bias(static_cast<size_t>(l.gates));
  for (int64_t j = 0; j < l.gates; ++j) {
    const bool both = b_hh.data() && !(l.gru() && j >= 2 * n);
    bias[static_cast<size_t>(j)] =
        (b_ih.data() ? b_ih.data()[j] : T(0)) + (both ? b_hh.data()[j] : T(0));
  }
  matmul(rnn_product<T>(l.rows, l.gates, l.input, x.data(), {l.input, 1}, w_ih.data(), {1, l.input},
                        gates, stride, 0, bias.data()));

  Panels<T> weights(w_hh.data(), n, n, 1, n, l.gates / n);
  const auto state_size = static_cast<size_t>(l.batch * n);
  Scratch<T> state(2 * state_size);
  T* now = state.data();
  T* next = now + state_size;
  std::copy_n(hx.data(), state_size, now);
  std::copy_n(hx.data(), state_size, next);
  if (l.lstm()) std::copy_n(cx.data(), state_size, cy);

  for (const ops::RnnStep& s : l.steps) {
    over_units(n, cols, parallel(l, s), [&](int64_t j, int64_t width) {
      T* const sums = gates + s.row * stride + j;
      for (int64_t g = 0; g < l.gates / n; ++g) {
        const bool apart = l.gru() && g == 2;
        weights.multiply(g, j, 0, s.batch, width, n, now, n, sums + (apart ? 3 : g) * n, stride,
                         apart ? T(0) : T(1),
                         apart && b_hh.data() ? b_hh.data() + 2 * n + j : nullptr);
      }
      tables<T>().rnn.forward(
          static_cast<int>(l.mode),
          {s.batch, width, n, sums, stride, now + j, at(cy, j), output + s.row * n + j, next + j});
    });
    copy_rows(hy, n, next, s.lasting, s.batch, n);
    std::swap(now, next);
  }
}

void rnn_layer(const Call& call) {
  const auto& op = call.as<ops::RnnLayer>();
  const RnnShape l(op.mode, op.reverse, op.batch_sizes, call.in[0], call.in[1]);
  const Result output(call.out[0], call.compute, impl(call.out[0]).contiguous),
      hy(call.out[1], call.compute, impl(call.out[1]).contiguous),
      cy(call.out[2], call.compute, impl(call.out[2]).contiguous),
      kept(call.out[3], call.compute, impl(call.out[3]).contiguous);
  with_float_type(call.compute, call.op.info.name, [&](auto zero) {
    using T = decltype(zero);
    if (l.empty()) return;
    Scratch<T> own(static_cast<size_t>(op.keep ? 0 : l.rows * ops::rnn_kept(l.mode) * l.hidden));
    forward<T>(call, l, output.data<T>(), hy.data<T>(), cy.data<T>(),
               op.keep ? kept.data<T>() : own.data());
  });
  for (const Result* r : {&output, &hy, &cy, &kept}) r->finish();
}

template <class T>
void backward(const Call& call, const RnnShape& l, const Result results[7],
              const ops::RnnLayerBackward& op) {
  const RnnOperand<T> grad(call.in[0]), grad_hy(call.in[1]), grad_cy(call.in[2]), x(call.in[3]),
      hx(call.in[4]), cx(call.in[5]), w_ih(call.in[6]), w_hh(call.in[7]), output(call.in[10]),
      kept(call.in[11]);
  const int64_t n = l.hidden, cols = tables<T>().gemm.cols;
  const int64_t kept_stride = ops::rnn_kept(l.mode) * n;
  const int64_t columns = l.gru() ? 4 * n : l.gates;
  const int64_t stride = padded<T>(columns), before_stride = padded<T>(n);
  const auto state_size = static_cast<size_t>(l.batch * n);
  T *dh = results[1].data<T>(), *dc = results[2].data<T>();
  const auto begin = [&](T* to, const T* from) {
    if (from) {
      std::copy_n(from, state_size, to);
    } else {
      std::fill_n(to, state_size, T(0));
    }
  };
  begin(dh, grad_hy.data());
  if (l.lstm()) begin(dc, grad_cy.data());
  // The states that steps begin with.
  Scratch<T> before(static_cast<size_t>(l.gru() || op.need_weight_hh ? l.rows * before_stride : 0));
  if (l.gru() || op.need_weight_hh) {
    for (const ops::RnnStep& s : l.steps) {
      T* to = before.data() + s.row * before_stride;
      copy_rows(to, before_stride, output.data() + s.previous * n, 0, s.carried, n);
      copy_rows(to, before_stride, hx.data(), s.carried, s.batch, n);
    }
  }
  Scratch<T> dgates(static_cast<size_t>(l.rows * stride)), zeros(static_cast<size_t>(n));
  std::fill_n(zeros.data(), n, T(0));
  Panels<T> weight(w_hh.data(), l.gates, n, n, 1);
  const std::vector<RnnSegment> segments = recurrent_segments(l);
  const auto through_weights = [&](const ops::RnnStep& s, int64_t j, int64_t width) {
    for (const RnnSegment& part : segments)
      weight.multiply(0, j, part.row, s.batch, width, part.count,
                      dgates.data() + s.row * stride + part.column, stride, dh + j, n, T(1));
  };
  const auto gates = [&](const ops::RnnStep& s, int64_t j, int64_t width) {
    const auto some = [&](int64_t first, int64_t last, const T* previous, int64_t previous_stride) {
      if (last <= first) return;
      const int64_t row = s.row + first;
      tables<T>().rnn.backward(
          static_cast<int>(l.mode),
          {last - first, width, n, at(kept.data(), row * kept_stride + j), kept_stride,
           at(previous, j), previous_stride, output.data() + row * n + j,
           grad.data() ? grad.data() + row * n + j : zeros.data() + j, grad.data() ? n : 0,
           dh + first * n + j, at(dc, first * n + j), dgates.data() + row * stride + j, stride});
    };
    if (l.lstm()) {
      some(0, s.carried, kept.data() + s.previous * kept_stride + 4 * n, kept_stride);
      some(s.carried, s.batch, cx.data() + s.carried * n, n);
    } else {
      some(0, s.batch, at<const T>(before.data(), s.row * before_stride), before_stride);
    }
  };
  for (size_t i = l.steps.size(); i-- > 0;)
    over_units(n, cols, parallel(l, l.steps[i]), [&](int64_t j, int64_t width) {
      if (i + 1 < l.steps.size()) through_weights(l.steps[i + 1], j, width);
      gates(l.steps[i], j, width);
    });
  over_units(n, cols, parallel(l, l.steps[0]),
             [&](int64_t j, int64_t width) { through_weights(l.steps[0], j, width); });

  const T* d = dgates.data();
  if (op.need_input)
    matmul(rnn_product<T>(l.rows, l.input, l.gates, d, {stride, 1}, w_ih.data(), {l.input, 1},
                          results[0].data<T>(), l.input));
  if (op.need_weight_ih)
    matmul(rnn_product<T>(l.gates, l.input, l.rows, d, {1, stride}, x.data(), {l.input, 1},
                          results[3].data<T>(), l.input));
  if (op.need_weight_hh)
    for (const RnnSegment& part : segments)
      matmul(rnn_product<T>(part.count, n, l.rows, d + part.column, {1, stride}, before.data(),
                            {before_stride, 1}, results[4].data<T>() + part.row * n, n));
  if (!op.need_bias) return;
  Scratch<T> ones(static_cast<size_t>(l.rows));
  std::fill_n(ones.data(), l.rows, T(1));
  Scratch<T> sums(static_cast<size_t>(columns));
  matmul(rnn_product<T>(1, columns, l.rows, ones.data(), {l.rows, 1}, d, {stride, 1}, sums.data(),
                        columns));
  std::copy_n(sums.data(), l.gates, results[5].data<T>());
  for (const RnnSegment& part : segments)
    std::copy_n(sums.data() + part.column, part.count, results[6].data<T>() + part.row);
}

void rnn_layer_backward(const Call& call) {
  const auto& op = call.as<ops::RnnLayerBackward>();
  const RnnShape l(op.mode, op.reverse, op.batch_sizes, call.in[3], call.in[4]);
  const auto result = [&](size_t i) {
    return Result(call.out[i], call.compute, impl(call.out[i]).contiguous);
  };
  const Result results[] = {result(0), result(1), result(2), result(3),
                            result(4), result(5), result(6)};
  with_float_type(call.compute, call.op.info.name, [&](auto zero) {
    using T = decltype(zero);
    if (!l.empty()) return backward<T>(call, l, results, op);
    for (const Result& r : results) std::fill_n(r.data<T>(), impl(r.tensor()).numel, T(0));
  });
  for (const Result& r : results) r.finish();
}

}  // namespace

void install_rnn() {
  ops::RnnLayer::row().kernel[0] = &rnn_layer;
  ops::RnnLayerBackward::row().kernel[0] = &rnn_layer_backward;
}

}  // namespace hearth::cpu
