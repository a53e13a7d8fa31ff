// SPDX-License-Identifier: Apache-2.0
// The rows of recurrent layers, and the same step by step in other ops.
#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "base/checked.h"
#include "ops/rnn.h"

namespace hearth::ops {

HEARTH_DEFINE_OP(RnnLayer)
HEARTH_DEFINE_OP(RnnLayerBackward)

namespace {

/// The sizes of a call, checked.
struct Sizes {
  int64_t rows, batch, hidden, input;
  bool packed;
};

Sizes check_sizes(std::string_view op, RnnMode mode, const DimVector& batch_sizes, Args in) {
  const TensorImpl &x = impl(in[0]), &h = impl(in[1]), &w_ih = impl(in[3]), &w_hh = impl(in[4]);
  const bool packed = !batch_sizes.empty();
  HEARTH_CHECK_AS(DtypeError, is_floating_point(x.dtype), "[", op,
                  "] expected floating input, got ", x.dtype);
  for (size_t i = 1; i < 7; ++i)
    HEARTH_CHECK_AS(DtypeError, !in[i].defined() || impl(in[i]).dtype == x.dtype, "[", op,
                    "] expected ", RnnLayer::info.args[i].name, " of the input's type, ", x.dtype,
                    ", got ", impl(in[i]).dtype);
  HEARTH_CHECK_AS(ShapeError, x.sizes.size() == (packed ? 2u : 3u), "[", op, "] expected input ",
                  packed ? "[rows, features]" : "[steps, batch, features]", ", got ",
                  x.sizes.ref());
  HEARTH_CHECK_AS(ShapeError,
                  h.sizes.size() == 2 && w_ih.sizes.size() == 2 && w_hh.sizes.size() == 2, "[", op,
                  "] expected hx, weight_ih and weight_hh of two dims, got ", h.sizes.ref(), ", ",
                  w_ih.sizes.ref(), " and ", w_hh.sizes.ref());
  Sizes s{};
  s.packed = packed;
  s.input = x.sizes.back();
  s.hidden = h.sizes[1];
  int64_t steps = packed ? static_cast<int64_t>(batch_sizes.size()) : x.sizes[0];
  HEARTH_CHECK_AS(ShapeError, steps > 0, "[", op,
                  "] Expected sequence length to be larger than 0 in RNN");
  if (packed) {
    s.batch = batch_sizes[0];
    Checked rows = 0;
    for (size_t t = 0; t < batch_sizes.size(); ++t) {
      HEARTH_CHECK_AS(ValueError,
                      batch_sizes[t] >= 0 && (t == 0 || batch_sizes[t] <= batch_sizes[t - 1]), "[",
                      op, "] expected batch_sizes that do not grow, got ", batch_sizes.ref());
      rows += batch_sizes[t];
    }
    s.rows = rows.get(op, "the sum of batch_sizes");
    HEARTH_CHECK_AS(ShapeError, x.sizes[0] == s.rows, "[", op, "] batch_sizes sum to ", s.rows,
                    ", but the packed input has ", x.sizes[0], " rows");
  } else {
    s.batch = x.sizes[1];
    s.rows = steps * s.batch;
  }
  const int64_t gates = (Checked(rnn_gates(mode)) * s.hidden).get(op, "hx ", h.sizes.ref());
  HEARTH_CHECK_AS(ShapeError, h.sizes[0] == s.batch, "[", op, "] expected hx [", s.batch, ", ",
                  s.hidden, "] for a batch of ", s.batch, ", got ", h.sizes.ref());
  HEARTH_CHECK_AS(ShapeError, w_ih.sizes[0] == gates && w_ih.sizes[1] == s.input, "[", op,
                  "] expected weight_ih [", gates, ", ", s.input, "] for ", s.input,
                  " features and a hidden size of ", s.hidden, ", got ", w_ih.sizes.ref());
  HEARTH_CHECK_AS(ShapeError, w_hh.sizes[0] == gates && w_hh.sizes[1] == s.hidden, "[", op,
                  "] expected weight_hh [", gates, ", ", s.hidden, "], got ", w_hh.sizes.ref());
  HEARTH_CHECK_AS(ShapeError, in[2].defined() == (mode == RnnMode::Lstm), "[", op,
                  "] expected cx for an LSTM and for nothing else");
  HEARTH_CHECK_AS(ShapeError, !in[2].defined() || impl(in[2]).sizes == h.sizes, "[", op,
                  "] expected cx of hx's sizes, ", h.sizes.ref(), ", got ", in[2].sizes());
  for (size_t i : {5u, 6u})
    HEARTH_CHECK_AS(ShapeError, !in[i].defined() || in[i].sizes() == IntArrayRef({gates}), "[", op,
                    "] expected ", RnnLayer::info.args[i].name, " [", gates, "], got ",
                    in[i].sizes());
  return s;
}

Tensor wide(const Tensor& t) { return t.defined() ? t.to(accumulate_type(t.scalar_type())) : t; }

/// The rows of each step, by time; one node of the tape for all.
std::vector<Tensor> by_time(const Tensor& rows, const RnnLayer& op) {
  if (op.batch_sizes.empty()) return rows.unbind(0);
  return rows.split_with_sizes(op.batch_sizes.ref(), 0);
}
Tensor joined(const std::vector<Tensor>& steps, bool packed) {
  return packed ? cat(steps, 0) : stack(steps, 0);
}

/// The first rows of `all` replaced.
Tensor replaced(const Tensor& first, const Tensor& all) {
  const int64_t n = first.size(0), rest = all.size(0) - n;
  return rest == 0 ? first : cat({first, all.narrow(0, n, rest)}, 0);
}
Tensor first_rows(const Tensor& t, int64_t n) { return n == t.size(0) ? t : t.narrow(0, 0, n); }

/// What one step computes, of `x`, the input's part of the gates.
struct Cell {
  std::vector<Tensor> kept;  ///< as rnn_kept() says
  Tensor h, c;
};

Cell cell(RnnMode mode, const Tensor& x, const Tensor& h, const Tensor& c, const Tensor& w_hh,
          const std::optional<Tensor>& b_hh) {
  const Tensor recurrent = linear(h, w_hh, b_hh);
  if (mode == RnnMode::Gru) {
    const std::vector<Tensor> xs = x.chunk(3, 1), hs = recurrent.chunk(3, 1);
    const Tensor r = (xs[0] + hs[0]).sigmoid(), z = (xs[1] + hs[1]).sigmoid();
    const Tensor n = (xs[2] + r * hs[2]).tanh();
    return {{r, z, n, hs[2]}, (h - n) * z + n, {}};
  }
  const Tensor sum = x + recurrent;
  if (mode != RnnMode::Lstm) return {{}, mode == RnnMode::Tanh ? sum.tanh() : sum.relu(), {}};
  const std::vector<Tensor> s = sum.chunk(4, 1);
  const Tensor i = s[0].sigmoid(), f = s[1].sigmoid(), g = s[2].tanh(), o = s[3].sigmoid();
  const Tensor next = f * c + i * g;
  return {{i, f, g, o, next}, o * next.tanh(), next};
}

std::optional<Tensor> given(const Tensor& t) {
  return t.defined() ? std::optional(t) : std::nullopt;
}

/// Every step's cell and the state it began with, in the order of computation.
struct Unrolled {
  std::vector<Cell> cells;
  std::vector<Tensor> h, c;
  Tensor last_h, last_c;
};

Unrolled unroll(const RnnLayer& op, const std::vector<RnnStep>& steps, Args in,
                const Tensor& w_hr) {
  const Tensor &x = in[0], &w_hh = in[4];
  const std::vector<Tensor> parts = by_time(linear(x, in[3], given(in[5])), op);
  Unrolled u;
  Tensor h = in[1], c = in[2];
  for (size_t s = 0; s < steps.size(); ++s) {
    const size_t t = op.reverse ? steps.size() - 1 - s : s;
    u.h.push_back(first_rows(h, steps[s].batch));
    u.c.push_back(c.defined() ? first_rows(c, steps[s].batch) : c);
    Cell next = cell(op.mode, parts[t], u.h.back(), u.c.back(), w_hh, given(in[6]));
    if (w_hr.defined()) next.h = linear(next.h, w_hr);
    h = replaced(next.h, h);
    if (c.defined()) c = replaced(next.c, c);
    u.cells.push_back(std::move(next));
  }
  u.last_h = h;
  u.last_c = c;
  return u;
}

/// What f gives of each step, joined in the order of time.
template <class F>
Tensor in_time(const RnnLayer& op, size_t steps, const F& f) {
  std::vector<Tensor> all;
  for (size_t t = 0; t < steps; ++t) all.push_back(f(op.reverse ? steps - 1 - t : t));
  return joined(all, !op.batch_sizes.empty());
}

DimVector steps_of(const RnnLayer& op, const Tensor& input) {
  return op.batch_sizes.empty() ? DimVector(static_cast<size_t>(input.size(0)), input.size(1))
                                : op.batch_sizes;
}

Tensor nothing(const Tensor& like) { return empty({0}, like.options()); }

}  // namespace

std::vector<RnnStep> rnn_steps(const DimVector& batch_sizes, bool reverse) {
  const size_t n = batch_sizes.size();
  std::vector<RnnStep> steps(n);
  int64_t row = 0;
  for (size_t t = 0; t < n; ++t) {
    steps[reverse ? n - 1 - t : t] = {row, batch_sizes[t], 0, 0, 0};
    row += batch_sizes[t];
  }
  for (size_t s = 1; s < n; ++s) {
    steps[s].previous = steps[s - 1].row;
    steps[s].carried = steps[s - 1].lasting = std::min(steps[s].batch, steps[s - 1].batch);
  }
  return steps;
}

Tensors rnn_by_steps(const RnnLayer& op, Args in, const Tensor& w_hr) {
  const std::vector<RnnStep> steps = rnn_steps(steps_of(op, in[0]), op.reverse);
  const Unrolled u = unroll(op, steps, in, w_hr);
  const Tensor output = in_time(op, steps.size(), [&](size_t s) { return u.cells[s].h; });
  const bool keep = op.keep && rnn_kept(op.mode) > 0;
  return {output, u.last_h, u.last_c.defined() ? u.last_c : nothing(output),
          keep ? in_time(op, steps.size(), [&](size_t s) { return cat(u.cells[s].kept, 1); })
                     .flatten(0, -2)
                     .detach()
               : nothing(output)};
}

Specs RnnLayer::infer(Args in) const {
  const Sizes s = check_sizes(info.name, mode, batch_sizes, in);
  const TensorImpl& x = impl(in[0]);
  const ScalarType type = accumulate_type(x.dtype);
  DimVector sizes = x.sizes;
  sizes[sizes.size() - 1] = s.hidden;
  Specs out(Spec(std::move(sizes), x.dtype, x.device), type);
  const DimVector state{s.batch, s.hidden};
  out.out.push_back(Spec(state, x.dtype, x.device));
  out.out.push_back(Spec(mode == RnnMode::Lstm ? state : DimVector{0}, x.dtype, x.device));
  const int64_t kept = keep ? rnn_kept(mode) * s.hidden : 0;
  out.out.push_back(Spec(kept ? DimVector{s.rows, kept} : DimVector{0}, type, x.device));
  return out;
}

Tensors RnnLayer::decompose(Args in) const {
  std::vector<Tensor> wides;
  for (size_t i = 0; i < 7; ++i) wides.push_back(wide(in[i]));
  Tensors out = rnn_by_steps(*this, ArgList(wides));
  for (size_t i = 0; i < 3; ++i) out[i] = out[i].to(in[0].scalar_type());
  return out;
}

Grads RnnLayer::vjp(const Saved& s, Args g, NeedMask need) const {
  std::vector<Tensor> args{g[0], g[1], mode == RnnMode::Lstm ? g[2] : Tensor()};
  for (size_t i = 0; i < 7; ++i) args.push_back(s.in(i));
  Tensor kept = s.out(3);
  if (!keep && rnn_kept(mode) > 0) {
    // Recorded by something that asks for gradients later than the caller did.
    const RnnLayer again{mode, reverse, true, batch_sizes};
    const ArgList list(TensorList(args).slice(3));
    std::array<Tensor, 4> out;
    invoke({row(), &again, list, out, Bind::Fresh});
    kept = out[3];
  }
  args.push_back(s.out(0));
  args.push_back(kept);
  const RnnLayerBackward op{mode,       reverse, need[0], need[3], need[4], need[5] || need[6],
                            batch_sizes};
  std::array<Tensor, 7> all;
  invoke({RnnLayerBackward::row(), &op, ArgList(args), all, Bind::Fresh});
  Grads grads(7);
  for (size_t i = 0; i < 7; ++i)
    if (need[i]) grads[i] = std::move(all[i]);
  return grads;
}

Specs RnnLayerBackward::infer(Args in) const {
  const Sizes s = check_sizes(info.name, mode, batch_sizes, in.from(3));
  const TensorImpl &x = impl(in[3]), &w_ih = impl(in[6]), &w_hh = impl(in[7]);
  DimVector output = x.sizes;
  output[output.size() - 1] = s.hidden;
  const DimVector state{s.batch, s.hidden};
  const auto check = [&](size_t i, const DimVector& sizes) {
    HEARTH_CHECK_AS(ShapeError, !in[i].defined() || impl(in[i]).sizes == sizes, "[", info.name,
                    "] expected ", info.args[i].name, " ", sizes.ref(), ", got ", in[i].sizes());
  };
  check(0, output);
  check(1, state);
  check(2, state);
  check(10, output);
  const int64_t kept = rnn_kept(mode) * s.hidden;
  check(11, kept ? DimVector{s.rows, kept} : DimVector{0});
  Specs out;
  out.compute = accumulate_type(x.dtype);
  const auto add = [&](bool there, const DimVector& sizes) {
    out.out.push_back(Spec(there ? sizes : DimVector{0}, x.dtype, x.device));
  };
  add(need_input, x.sizes);
  add(true, state);
  add(mode == RnnMode::Lstm, state);
  add(need_weight_ih, w_ih.sizes);
  add(need_weight_hh, w_hh.sizes);
  const DimVector bias{w_ih.sizes[0]};
  add(need_bias, bias);
  add(need_bias, bias);
  return out;
}

Tensors RnnLayerBackward::decompose(Args in) const {
  std::vector<Tensor> args;
  for (size_t i = 0; i < 10; ++i) args.push_back(wide(in[i]));
  const Tensor &x = args[3], &w_ih = args[6], &w_hh = args[7];
  const RnnLayer forward{mode, reverse, true, batch_sizes};
  const std::vector<RnnStep> steps = rnn_steps(steps_of(forward, x), reverse);
  const ArgList inputs(TensorList(args).slice(3));
  const Unrolled u = unroll(forward, steps, inputs, {});
  const auto or_zeros = [](const Tensor& g, const Tensor& like) {
    return g.defined() ? g : zeros(like.sizes(), like.options());
  };
  const std::vector<Tensor> gs = by_time(
      or_zeros(args[0], in_time(forward, steps.size(), [&](size_t s) { return u.cells[s].h; })),
      forward);
  Tensor dh = or_zeros(args[1], u.last_h);
  Tensor dc = mode == RnnMode::Lstm ? or_zeros(args[2], u.last_c) : Tensor();
  // Of the gates, as the input and as the state come into them.
  std::vector<Tensor> by_input(steps.size()), by_state(steps.size());
  for (size_t s = steps.size(); s-- > 0;) {
    const int64_t n = steps[s].batch;
    const Tensor g = first_rows(dh, n) + gs[reverse ? steps.size() - 1 - s : s];
    const Cell& now = u.cells[s];
    const std::vector<Tensor>& k = now.kept;
    Tensor passed;  // the part of g that goes to the state directly
    if (mode == RnnMode::Gru) {
      const Tensor &r = k[0], &z = k[1], &n_ = k[2];
      const Tensor dn = g * (1 - z) * (1 - n_ * n_);
      const Tensor dr = dn * k[3] * r * (1 - r), dz = g * (u.h[s] - n_) * z * (1 - z);
      by_input[s] = cat({dr, dz, dn}, 1);
      by_state[s] = cat({dr, dz, dn * r}, 1);
      passed = g * z;
    } else if (mode == RnnMode::Lstm) {
      const Tensor &i = k[0], &f = k[1], &m = k[2], &o = k[3], tanh_c = k[4].tanh();
      const Tensor gc = first_rows(dc, n) + g * o * (1 - tanh_c * tanh_c);
      by_input[s] = by_state[s] = cat({gc * m * i * (1 - i), gc * u.c[s] * f * (1 - f),
                                       gc * i * (1 - m * m), g * tanh_c * o * (1 - o)},
                                      1);
      dc = replaced(gc * f, dc);
    } else {
      by_input[s] = by_state[s] =
          mode == RnnMode::Tanh ? g * (1 - now.h * now.h) : where(now.h.le(0), 0, g);
    }
    const Tensor by_product = matmul(by_state[s], w_hh);
    dh = replaced(passed.defined() ? by_product + passed : by_product, dh);
  }
  const auto rows = [&](const std::vector<Tensor>& of) {
    return in_time(forward, steps.size(), [&](size_t s) { return of[s]; }).flatten(0, -2);
  };
  const Tensor gi = rows(by_input), gh = rows(by_state);
  const ScalarType type = in[3].scalar_type();
  const Tensor none = empty({0}, in[3].options());
  return {need_input ? matmul(gi, w_ih).view(x.sizes()).to(type) : none,
          dh.to(type),
          dc.defined() ? dc.to(type) : none,
          need_weight_ih ? matmul(gi.t(), x.flatten(0, -2)).to(type) : none,
          need_weight_hh ? matmul(gh.t(), rows(u.h)).to(type) : none,
          need_bias ? gi.sum(0).to(type) : none,
          need_bias ? gh.sum(0).to(type) : none};
}

}  // namespace hearth::ops
