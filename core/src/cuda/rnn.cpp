// SPDX-License-Identifier: Apache-2.0
// Recurrent layers. What the input brings to the gates is one product over all steps; then each
// step is a product of the state and one launch for its gates. Backward goes the same way, and its
// weight gradients are one product again.
#include "hearth/ops/creation.h"

#include "backends/rnn_operands.h"
#include "backends/rnn_shape.h"
#include "cuda/dense.h"
#include "cuda/kernels.h"
#include "cuda/matmul.h"
#include "cuda/rnn_gates.h"
#include "cuda/runtime.h"

namespace hearth::cuda {

namespace {

/// `from`, or zeros where it is null.
template <class T>
void begin(T* to, const T* from, int64_t count) {
  const size_t bytes = static_cast<size_t>(count) * sizeof(T);
  if (bytes == 0) return;
  check(from ? cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, stream())
             : cudaMemsetAsync(to, 0, bytes, stream()),
        "rnn_layer");
}

template <class T>
Workspace room(int64_t count) {
  return Workspace(static_cast<size_t>(count) * sizeof(T));
}

template <class T>
void forward(const Call& call, const RnnShape& l, T* output, T* hy, T* cy, T* kept) {
  const RnnOperand<T> x(call.in[0]), hx(call.in[1]), cx(call.in[2]), w_ih(call.in[3]),
      w_hh(call.in[4]), b_ih(call.in[5]), b_hh(call.in[6]);
  const int64_t n = l.hidden, stride = std::max<int64_t>(ops::rnn_kept(l.mode), 1) * n;
  T* const gates = ops::rnn_kept(l.mode) ? kept : output;
  const Workspace bias = room<T>(l.gates);
  rnn_bias(l.mode, n, b_ih.data(), b_hh.data(), bias.data<T>());
  matmul(rnn_product<T>(l.rows, l.gates, l.input, x.data(), {l.input, 1}, w_ih.data(), {1, l.input},
                        gates, stride, 0, bias.data<T>()));
  // States of sequences that have ended, or that begin later, stay what they are.
  begin(hy, hx.data(), l.batch * n);
  if (l.lstm()) begin(cy, cx.data(), l.batch * n);
  for (const ops::RnnStep& s : l.steps) {
    if (s.batch == 0) continue;
    T* const sums = gates + s.row * stride;
    matmul(rnn_product<T>(s.batch, l.gru() ? 2 * n : l.gates, n, hy, {n, 1}, w_hh.data(), {1, n},
                          sums, stride, 1));
    // The state's part of the new gate stays apart.
    if (l.gru())
      matmul(rnn_product<T>(s.batch, n, n, hy, {n, 1}, w_hh.data() + 2 * n * n, {1, n},
                            sums + 3 * n, stride, 0, b_hh.data() ? b_hh.data() + 2 * n : nullptr));
    rnn_gates<T>(l.mode, {s.batch, n, sums, stride, hy, cy, output + s.row * n});
  }
}

Result result_of(const Call& call, size_t i) {
  return Result(call.out[i], call.compute, impl(call.out[i]).contiguous);
}

void rnn_layer(const Call& call) {
  const auto& op = call.as<ops::RnnLayer>();
  const RnnShape l(op.mode, op.reverse, op.batch_sizes, call.in[0], call.in[1]);
  const Result output = result_of(call, 0), hy = result_of(call, 1), cy = result_of(call, 2),
               kept = result_of(call, 3);
  with_compute_type(call.compute, call.op.info.name, [&](auto zero) {
    using T = decltype(zero);
    if (l.empty()) return;
    const Workspace own = room<T>(op.keep ? 0 : l.rows * ops::rnn_kept(l.mode) * l.hidden);
    forward<T>(call, l, output.data<T>(), hy.data<T>(), cy.data<T>(),
               op.keep ? kept.data<T>() : own.data<T>());
  });
  for (const Result* r : {&output, &hy, &cy, &kept}) r->finish();
}

template <class T>
void backward(const Call& call, const RnnShape& l, const Result results[7],
              const ops::RnnLayerBackward& op) {
  const RnnOperand<T> grad(call.in[0]), grad_hy(call.in[1]), grad_cy(call.in[2]), x(call.in[3]),
      hx(call.in[4]), cx(call.in[5]), w_ih(call.in[6]), w_hh(call.in[7]), output(call.in[10]),
      kept(call.in[11]);
  const int64_t n = l.hidden, kept_stride = ops::rnn_kept(l.mode) * n;
  const int64_t columns = l.gru() ? 4 * n : l.gates;
  T *dh = results[1].data<T>(), *dc = results[2].data<T>();
  begin(dh, grad_hy.data(), l.batch * n);
  if (l.lstm()) begin(dc, grad_cy.data(), l.batch * n);
  const Workspace before = room<T>(op.need_weight_hh ? l.rows * n : 0),
                  dgates = room<T>(l.rows * columns);
  T* const d = dgates.data<T>();
  const std::vector<RnnSegment> segments = recurrent_segments(l);
  for (size_t i = l.steps.size(); i-- > 0;) {
    const ops::RnnStep& s = l.steps[i];
    if (s.batch == 0) continue;
    RnnGatesBackward<T> g{};
    g.rows = s.batch;
    g.hidden = n;
    g.carried = s.carried;
    g.kept = kept.data() ? kept.data() + s.row * kept_stride : nullptr;
    g.kept_stride = kept_stride;
    g.previous_h = output.data() + s.previous * n;
    g.first_h = hx.data();
    if (l.lstm()) {
      g.previous_c = kept.data() + s.previous * kept_stride + 4 * n;
      g.first_c = cx.data();
    }
    g.output = output.data() + s.row * n;
    g.grad = grad.data() ? grad.data() + s.row * n : nullptr;
    g.dh = dh;
    g.dc = dc;
    g.dgates = d + s.row * columns;
    g.dgates_stride = columns;
    g.before = op.need_weight_hh ? before.data<T>() + s.row * n : nullptr;
    rnn_gates_backward(l.mode, g);
    for (const RnnSegment& part : segments)
      matmul(rnn_product<T>(s.batch, n, part.count, g.dgates + part.column, {columns, 1},
                            w_hh.data() + part.row * n, {n, 1}, dh, n, 1));
  }
  if (op.need_input)
    matmul(rnn_product<T>(l.rows, l.input, l.gates, d, {columns, 1}, w_ih.data(), {l.input, 1},
                          results[0].data<T>(), l.input));
  if (op.need_weight_ih)
    matmul(rnn_product<T>(l.gates, l.input, l.rows, d, {1, columns}, x.data(), {l.input, 1},
                          results[3].data<T>(), l.input));
  if (op.need_weight_hh)
    for (const RnnSegment& part : segments)
      matmul(rnn_product<T>(part.count, n, l.rows, d + part.column, {1, columns}, before.data<T>(),
                            {n, 1}, results[4].data<T>() + part.row * n, n));
  if (!op.need_bias) return;
  const Tensor ones = full({l.rows}, 1, TensorOptions(dtype_of<T>).device(call.in[3].device()));
  const auto sum = [&](int64_t column, int64_t count, T* to) {
    matmul(rnn_product<T>(1, count, l.rows, ptr<T>(ones), {l.rows, 1}, d + column, {columns, 1}, to,
                          count));
  };
  sum(0, l.gates, results[5].data<T>());
  for (const RnnSegment& part : segments)
    sum(part.column, part.count, results[6].data<T>() + part.row);
}

void rnn_layer_backward(const Call& call) {
  const auto& op = call.as<ops::RnnLayerBackward>();
  const RnnShape l(op.mode, op.reverse, op.batch_sizes, call.in[3], call.in[4]);
  const Result results[] = {result_of(call, 0), result_of(call, 1), result_of(call, 2),
                            result_of(call, 3), result_of(call, 4), result_of(call, 5),
                            result_of(call, 6)};
  with_compute_type(call.compute, call.op.info.name, [&](auto zero) {
    using T = decltype(zero);
    if (!l.empty()) return backward<T>(call, l, results, op);
    for (const Result& r : results) begin<T>(r.data<T>(), nullptr, impl(r.tensor()).numel);
  });
  for (const Result& r : results) r.finish();
}

}  // namespace

void install_rnn() {
  ops::RnnLayer::row().kernel[kSlot] = &rnn_layer;
  ops::RnnLayerBackward::row().kernel[kSlot] = &rnn_layer_backward;
}

}  // namespace hearth::cuda
