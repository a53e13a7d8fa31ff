// SPDX-License-Identifier: Apache-2.0
// Sums over all alignments by dynamic programming, in logarithms. A target with a blank before,
// between and after its labels has 2 * length + 1 states; alpha[t][s] sums over the paths that are
// in state s after step t, beta[t][s] over those from there to the end, both with step t.
#include "ops/ctc_loss.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "backends/log_sums.h"
#include "base/parallel.h"
#include "cpu/dense.h"
#include "cpu/kernels.h"

namespace hearth::cpu {

namespace {

/// One sequence of the batch.
template <class T>
struct Sequence {
  const T* log_probs;  ///< of its first step; those of the next lie `step` further
  int64_t step;
  int64_t steps;
  std::vector<int64_t> labels;  ///< by state, blanks between

  int64_t states() const { return static_cast<int64_t>(labels.size()); }
  T log_prob(int64_t t, int64_t s) const {
    return log_probs[t * step + labels[static_cast<size_t>(s)]];
  }
  /// Whether a path may go from state s to s + 2, over the blank between two labels.
  bool skips(int64_t s) const {
    const auto i = static_cast<size_t>(s);
    return labels[i] != labels[i + 2];
  }
};

/// The sequences of a call.
template <class T>
struct Batch {
  const Tensor log_probs, targets;
  const DimVector &input_lengths, &target_lengths;
  const int64_t blank;
  const int64_t batch, classes;
  std::vector<int64_t> offsets;

  template <class Op>
  Batch(const Op& op, const Tensor& x, const Tensor& t)
      : log_probs(contiguous_raw(x)),
        targets(contiguous_raw(copy_raw(t, kLong, kCPU))),
        input_lengths(op.input_lengths),
        target_lengths(op.target_lengths),
        blank(op.blank),
        batch(impl(x).sizes[1]),
        classes(impl(x).sizes[2]) {
    int64_t at = 0;
    for (size_t b = 0; b < target_lengths.size(); ++b) {
      offsets.push_back(at);
      at += impl(t).dim() == 1 ? target_lengths[b] : impl(t).sizes[1];
    }
  }

  Sequence<T> sequence(int64_t b) const {
    const auto i = static_cast<size_t>(b);
    Sequence<T> s{ptr<T>(log_probs) + b * classes, batch * classes, input_lengths[i], {}};
    s.labels.assign(static_cast<size_t>(2 * target_lengths[i] + 1), blank);
    const int64_t* target = ptr<int64_t>(targets) + offsets[i];
    for (int64_t j = 0; j < target_lengths[i]; ++j) {
      HEARTH_CHECK_AS(IndexError, target[j] >= 0 && target[j] < classes, "[ctc_loss] target label ",
                      target[j], " is out of range for ", classes, " classes");
      s.labels[static_cast<size_t>(2 * j + 1)] = target[j];
    }
    return s;
  }
};

/// Fills alpha, whose rows lie `width` apart, and returns the loss.
template <class T>
T forward(const Sequence<T>& s, T* alpha, int64_t width) {
  const int64_t states = s.states();
  if (s.steps == 0) return states == 1 ? T{0} : -kLogZero<T>;
  std::fill_n(alpha, states, kLogZero<T>);
  for (int64_t i = 0; i < std::min<int64_t>(states, 2); ++i) alpha[i] = s.log_prob(0, i);
  for (int64_t t = 1; t < s.steps; ++t) {
    const T* before = alpha + (t - 1) * width;
    T* now = alpha + t * width;
    for (int64_t i = 0; i < states; ++i) {
      const T one = i > 0 ? before[i - 1] : kLogZero<T>;
      const T two = i > 1 && s.skips(i - 2) ? before[i - 2] : kLogZero<T>;
      now[i] = log_add(before[i], one, two) + s.log_prob(t, i);
    }
  }
  const T* last = alpha + (s.steps - 1) * width;
  return -(states == 1 ? last[0] : log_add(last[states - 1], last[states - 2]));
}

/// Writes the gradient of the steps that count, by all classes.
template <class T>
void backward(const Sequence<T>& s, const T* alpha, int64_t width, T loss, T g, int64_t classes,
              T* grad) {
  const int64_t states = s.states();
  std::vector<T> beta(static_cast<size_t>(states)), later(static_cast<size_t>(states));
  std::vector<T> through(static_cast<size_t>(classes));  // log of the paths through each class
  for (int64_t t = s.steps - 1; t >= 0; --t) {
    for (int64_t i = states - 1; i >= 0; --i) {
      const auto at = static_cast<size_t>(i);
      if (t == s.steps - 1) {
        beta[at] = i >= states - 2 ? s.log_prob(t, i) : kLogZero<T>;
        continue;
      }
      const T one = i + 1 < states ? later[at + 1] : kLogZero<T>;
      const T two = i + 2 < states && s.skips(i) ? later[at + 2] : kLogZero<T>;
      beta[at] = log_add(later[at], one, two) + s.log_prob(t, i);
    }
    std::fill(through.begin(), through.end(), kLogZero<T>);
    for (int64_t i = 0; i < states; ++i) {
      T& sum = through[static_cast<size_t>(s.labels[static_cast<size_t>(i)])];
      sum = log_add(sum, alpha[t * width + i] + beta[static_cast<size_t>(i)]);
    }
    const T* log_probs = s.log_probs + t * s.step;
    T* to = grad + t * s.step;
    for (int64_t c = 0; c < classes; ++c) {
      const T log_prob = log_probs[c];
      to[c] =
          (std::exp(log_prob) - std::exp(through[static_cast<size_t>(c)] + loss - log_prob)) * g;
    }
    std::swap(beta, later);
  }
}

void ctc_loss(const Call& call) {
  const auto& op = call.as<ops::CtcLoss>();
  const Result loss(call.out[0], call.compute), alpha(call.out[1], call.compute);
  const int64_t steps = impl(call.out[1]).sizes[1], width = impl(call.out[1]).sizes[2];
  with_float_type(call.compute, call.op.info.name, [&]<class T>(T) {
    const Batch<T> batch(op, call.in[0], call.in[1]);
    std::fill_n(alpha.data<T>(), impl(call.out[1]).numel, kLogZero<T>);
    parallel_for(batch.batch, row_grain(steps * width * 8), [&](int64_t begin, int64_t end) {
      for (int64_t b = begin; b < end; ++b)
        loss.data<T>()[b] = forward(batch.sequence(b), alpha.data<T>() + b * steps * width, width);
    });
  });
  loss.finish();
  alpha.finish();
}

void ctc_loss_backward(const Call& call) {
  const auto& op = call.as<ops::CtcLossBackward>();
  const Tensor g = contiguous_raw(call.in[0]), losses = contiguous_raw(call.in[3]);
  const Tensor alpha = contiguous_raw(call.in[4]);
  const Result grad(call.out[0], call.compute);
  const int64_t steps = impl(alpha).sizes[1], width = impl(alpha).sizes[2];
  with_float_type(call.compute, call.op.info.name, [&]<class T>(T) {
    const Batch<T> batch(op, call.in[1], call.in[2]);
    // What no sequence reaches stays 0.
    std::fill_n(grad.data<T>(), impl(call.out[0]).numel, T{0});
    parallel_for(batch.batch, row_grain(steps * width * 8), [&](int64_t begin, int64_t end) {
      for (int64_t b = begin; b < end; ++b) {
        const T loss = ptr<T>(losses)[b];
        if (op.zero_infinity && loss == -kLogZero<T>) continue;
        backward(batch.sequence(b), ptr<T>(alpha) + b * steps * width, width, loss, ptr<T>(g)[b],
                 batch.classes, grad.data<T>() + b * batch.classes);
      }
    });
  });
  grad.finish();
}

}  // namespace

void install_ctc_loss() {
  ops::CtcLoss::row().kernel[0] = &ctc_loss;
  ops::CtcLossBackward::row().kernel[0] = &ctc_loss_backward;
}

}  // namespace hearth::cpu
