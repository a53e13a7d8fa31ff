// SPDX-License-Identifier: Apache-2.0
#include "functional/delay_line.h"

#include <vector>

#include "hearth/autograd/function.h"
#include "hearth/ops/creation.h"

namespace hearth::audio {

namespace {

struct Taps {
  const int64_t* delays;
  const double* weights;
  int64_t count;
};

void run(const double* x, double* v, int64_t time, const Taps& taps, double feedback) {
  std::vector<double> line(static_cast<size_t>(time));
  double last = 0;
  for (int64_t n = 0; n < time; ++n) {
    line[static_cast<size_t>(n)] = x[n] + feedback * last;
    last = 0;
    for (int64_t k = 0; k < taps.count; ++k) {
      const int64_t from = n - taps.delays[n * taps.count + k];
      if (from >= 0) last += taps.weights[n * taps.count + k] * line[static_cast<size_t>(from)];
    }
    v[n] = last;
  }
}

/// The transpose: what reached v from w, w from x, and w from the v before, the other way round.
void run_back(const double* g, double* x, int64_t time, const Taps& taps, double feedback) {
  std::vector<double> line(static_cast<size_t>(time));
  double next = 0;
  for (int64_t n = time; n-- > 0;) {
    const double v = g[n] + feedback * next;
    for (int64_t k = 0; k < taps.count; ++k) {
      const int64_t to = n - taps.delays[n * taps.count + k];
      if (to >= 0) line[static_cast<size_t>(to)] += taps.weights[n * taps.count + k] * v;
    }
    x[n] = next = line[static_cast<size_t>(n)];
  }
}

struct DelayLine : autograd::Function<DelayLine> {
  static Tensor forward(autograd::AutogradContext* ctx, Tensor x, Tensor delays, Tensor weights,
                        double feedback, bool back) {
    ctx->save_for_backward({delays, weights});
    ctx->saved_data["feedback"] = feedback;
    ctx->saved_data["back"] = back;
    const Tensor from = x.contiguous(), at = delays.contiguous(), by = weights.contiguous();
    const Tensor to = empty(x.sizes(), x.options());
    const int64_t channels = x.size(1), time = x.size(2), taps = delays.size(2);
    for (int64_t i = 0; i < x.size(0) * channels; ++i) {
      const int64_t row = delays.size(0) == 1 ? 0 : i % channels * time * taps;
      (back ? run_back : run)(
          from.data_ptr<double>() + i * time, to.data_ptr<double>() + i * time, time,
          {at.data_ptr<int64_t>() + row, by.data_ptr<double>() + row, taps}, feedback);
    }
    return to;
  }
  static autograd::variable_list backward(autograd::AutogradContext* ctx,
                                          autograd::variable_list grads) {
    const autograd::variable_list saved = ctx->get_saved_variables();
    return {DelayLine::apply(grads[0], saved[0], saved[1], ctx->saved_data["feedback"].toDouble(),
                             !ctx->saved_data["back"].toBool()),
            Tensor(), Tensor(), Tensor(), Tensor()};
  }
};

}  // namespace

Tensor delay_line(const Tensor& x, const Tensor& delays, const Tensor& weights, double feedback) {
  return DelayLine::apply(x, delays, weights, feedback, false);
}

}  // namespace hearth::audio
