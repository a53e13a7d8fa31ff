// SPDX-License-Identifier: Apache-2.0
#include "ops/grid_sampler.h"

#include "hearth/ops/creation.h"
#include "hearth/ops/grid_sampler.h"
#include "hearth/ops/index.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"

#include "ops/rules.h"
#include "tensor/image_layout.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(GridSampler)
HEARTH_DEFINE_OP(GridSamplerBackward)

namespace {

void check_grid(const TensorImpl& x, const TensorImpl& grid) {
  const size_t dims = x.sizes.size() - std::min<size_t>(x.sizes.size(), 2);
  HEARTH_CHECK_AS(DtypeError, x.dtype == grid.dtype,
                  "[grid_sampler] grid_sampler(): expected input and grid to have same dtype, but "
                  "input has ",
                  x.dtype, " and grid has ", grid.dtype);
  HEARTH_CHECK_AS(NotImplementedError, is_floating_point(x.dtype),
                  "[grid_sampler] not implemented for '", to_string(x.dtype), "'");
  HEARTH_CHECK_AS(ShapeError,
                  !x.sizes.empty() && !grid.sizes.empty() && x.sizes[0] == grid.sizes[0],
                  "[grid_sampler] grid_sampler(): expected grid and input to have same batch size, "
                  "but got input with sizes ",
                  x.sizes.ref(), " and grid with sizes ", grid.sizes.ref());
  HEARTH_CHECK_AS(ShapeError, grid.sizes.back() == static_cast<int64_t>(dims),
                  "[grid_sampler] grid_sampler(): expected grid to have size ", dims,
                  " in last dimension, but got grid with sizes ", grid.sizes.ref());
  HEARTH_CHECK_AS(ShapeError, (dims == 2 || dims == 3) && x.sizes.size() == grid.sizes.size(),
                  "[grid_sampler] grid_sampler(): expected 4D or 5D input and grid with same "
                  "number of dimensions, but got input with sizes ",
                  x.sizes.ref(), " and grid with sizes ", grid.sizes.ref());
  for (size_t d = 2; d < x.sizes.size(); ++d)
    HEARTH_CHECK_AS(ShapeError, x.sizes[d] > 0,
                    "[grid_sampler] grid_sampler(): expected input to have non-empty spatial "
                    "dimensions, but input has sizes ",
                    x.sizes.ref(), " with dimension ", d, " being empty");
}

DimVector sampled_sizes(const TensorImpl& x, const TensorImpl& grid) {
  DimVector sizes{x.sizes[0], x.sizes[1]};
  for (size_t d = 1; d + 1 < grid.sizes.size(); ++d) sizes.push_back(grid.sizes[d]);
  return sizes;
}

/// A number of the grid as a position along a dim, and how that grows with it; both [N, L].
struct Place {
  Tensor at, slope;
};

Place clipped(const Place& p, double last) {
  const Tensor in = (p.at > 0).logical_and(p.at < last);
  // NaN is the first.
  const Tensor at = where(p.at > 0, p.at.clamp(std::nullopt, last), zeros_like(p.at));
  return {at, where(in, p.slope, zeros_like(p.slope))};
}

Place reflected(const Place& p, double last, bool align) {
  const double low = align ? 0 : -0.5, span = align ? last : last + 1;
  if (!(span > 0)) return {zeros_like(p.at), zeros_like(p.slope)};
  const Tensor from = p.at - low, distance = from.abs();
  const Tensor rest = distance.fmod(span), back = (distance / span).floor().fmod(2) != 0;
  const Tensor slope = where(from < 0, -p.slope, p.slope);
  return clipped({where(back, span - rest, rest) + low, where(back, -slope, slope)}, last);
}

template <class Op>
Place inside(const Op& op, const Place& p, int64_t size) {
  const auto last = static_cast<double>(size - 1);
  if (op.padding == GridPadding::Border) return clipped(p, last);
  if (op.padding == GridPadding::Reflection) return reflected(p, last, op.align_corners);
  return p;
}

/// One of the elements along a dim that positions read: its place, whether there is one, its weight
/// and how that grows with the grid's number.
struct Tap {
  Tensor at, exists, weight, slope;
};

Tap tap_at(const Tensor& whole, int64_t size, Tensor weight, Tensor slope) {
  Tensor exists = (whole >= 0).logical_and(whole < size);
  Tensor at = where(exists, whole, zeros_like(whole)).to(kLong);
  return {std::move(at), std::move(exists), std::move(weight), std::move(slope)};
}

/// A cubic curve at distance d, below 1 or up to 2, and its derivative.
Tensor cubic(const Tensor& d, bool near) {
  const double a = -0.75;
  return near ? ((a + 2) * d - (a + 3)) * d * d + 1 : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
}
Tensor cubic_slope(const Tensor& d, bool near) {
  const double a = -0.75;
  return near ? (3 * (a + 2) * d - 2 * (a + 3)) * d : (3 * a * d - 10 * a) * d + 8 * a;
}

/// What the numbers `g` [N, L] of the grid read along a dim.
template <class Op>
std::vector<Tap> taps_of(const Op& op, const Tensor& g, int64_t size) {
  const auto n = static_cast<double>(size), factor = (op.align_corners ? n - 1 : n) / 2;
  const Tensor x = g.detach();
  Place p{op.align_corners ? (x + 1) / 2 * (n - 1) : ((x + 1) * n - 1) / 2, full_like(x, factor)};
  if (op.mode != GridMode::Bicubic) p = inside(op, p, size);
  std::vector<Tap> taps;
  if (op.mode == GridMode::Nearest) {
    taps.push_back(tap_at(p.at.round(), size, ones_like(x), zeros_like(x)));
    return taps;
  }
  const Tensor first = p.at.floor();
  // The value of the position, and its derivative by g.
  // Where it does not grow, the grid's number may be infinite or NaN.
  const Tensor t = p.at - first + p.slope * (g - x).masked_fill(p.slope.eq(0), 0);
  if (op.mode == GridMode::Bilinear) {
    taps.push_back(tap_at(first, size, 1 - t, -p.slope));
    taps.push_back(tap_at(first + 1, size, t, p.slope));
    return taps;
  }
  for (int k = 0; k < 4; ++k) {
    const bool near = k == 1 || k == 2;
    const Tensor d = k < 2 ? t + (1 - k) : (k - 1) - t;
    const Tensor slope = cubic_slope(d, near) * p.slope;
    taps.push_back(tap_at(inside(op, {first + (k - 1), zeros_like(x)}, size).at, size,
                          cubic(d, near), k < 2 ? slope : -slope));
  }
  return taps;
}

/// Calls f(element of each position [N, 1, L], whether there is one, the taps it is made of) for
/// all that positions read. Taps are by dim, the last first.
template <class Op, class F>
void for_reads(const Op& op, const Tensor& x, const Tensor& grid, const F& f) {
  const int64_t dims = x.dim() - 2;
  std::vector<std::vector<Tap>> taps;
  for (int64_t d = 0; d < dims; ++d)
    taps.push_back(taps_of(op, grid.select(-1, d).reshape({x.size(0), -1}), x.size(-1 - d)));
  const size_t each = taps[0].size();
  size_t count = 1;
  for (int64_t d = 0; d < dims; ++d) count *= each;
  for (size_t i = 0; i < count; ++i) {
    std::vector<const Tap*> chosen;
    Tensor at, exists;
    for (size_t d = taps.size(), rest = i; d-- > 0; rest /= each)
      chosen.insert(chosen.begin(), &taps[d][rest % each]);
    for (size_t d = taps.size(); d-- > 0;) {
      const Tap& t = *chosen[d];
      at = at.defined() ? at * x.size(-1 - static_cast<int64_t>(d)) + t.at : t.at;
      exists = exists.defined() ? exists.logical_and(t.exists) : t.exists;
    }
    f(at.unsqueeze(1), exists.unsqueeze(1), chosen);
  }
}

/// The product of the taps' weights, but for dim `sloped` that of its slope; [N, 1, L].
Tensor product(const std::vector<const Tap*>& taps, size_t sloped = SIZE_MAX) {
  Tensor p;
  for (size_t d = 0; d < taps.size(); ++d) {
    const Tensor& factor = d == sloped ? taps[d]->slope : taps[d]->weight;
    p = p.defined() ? p * factor : factor;
  }
  return p.unsqueeze(1);
}

bool is_half(const Tensor& t) { return t.scalar_type() == kHalf || t.scalar_type() == kBFloat16; }

/// The same of floats, as kernels compute for half types, whose steps would be rounded too often.
template <class Op>
Tensors in_float(const Op& op, Args in) {
  std::vector<Tensor> wide;
  for (size_t i = 0; i < in.size(); ++i) wide.push_back(in[i].to(kFloat));
  Tensors out = op.decompose(ArgList(wide));
  for (size_t i = 0; i < out.size(); ++i) out[i] = out[i].to(in[0].scalar_type());
  return out;
}

/// [N, C, spatial...] as [N, C, pixels].
Tensor flat(const Tensor& t) { return t.reshape({t.size(0), t.size(1), -1}); }

/// What stands at the places `at` [N, 1, L] of every channel; 0 where there is nothing.
Tensor read(const Tensor& x, const Tensor& at, const Tensor& exists) {
  const Tensor v = flat(x).gather(2, at.expand({x.size(0), x.size(1), at.size(2)}));
  return where(exists, v, zeros_like(v));
}

}  // namespace

Specs GridSampler::infer(Args in) const {
  const TensorImpl &x = impl(in[0]), &grid = impl(in[1]);
  check_grid(x, grid);
  return Spec(sampled_sizes(x, grid), x.dtype, x.device);
}

Grads GridSampler::vjp(const Saved& s, Args g, NeedMask need) const {
  auto [input, grid] =
      invoke_n<2>(GridSamplerBackward{mode, padding, align_corners}, g[0], s.in(0), s.in(1));
  Grads grads(2);
  if (need[0]) grads[0] = std::move(input);
  if (need[1]) grads[1] = std::move(grid);
  return grads;
}

Tensors GridSampler::decompose(Args in) const {
  const Tensor &x = in[0], &grid = in[1];
  if (is_half(x)) return in_float(*this, in);
  const DimVector sizes = sampled_sizes(impl(x), impl(grid));
  if (x.numel() == 0 || grid.numel() == 0) return {zeros(sizes, x.options())};
  Tensor sum;
  for_reads(*this, x, grid, [&](const Tensor& at, const Tensor& exists, const auto& taps) {
    const Tensor part = read(x, at, exists) * product(taps);
    sum = sum.defined() ? sum + part : part;
  });
  return {sum.reshape(sizes)};
}

Specs GridSamplerBackward::infer(Args in) const {
  const TensorImpl &g = impl(in[0]), &x = impl(in[1]), &grid = impl(in[2]);
  check_grid(x, grid);
  HEARTH_CHECK_AS(ShapeError, g.sizes == sampled_sizes(x, grid) && g.dtype == x.dtype,
                  "[grid_sampler_backward] expected a gradient of sizes ",
                  sampled_sizes(x, grid).ref(), " and dtype ", x.dtype, ", got ", g.sizes.ref(),
                  " and ", g.dtype);
  Specs specs(Spec(x.sizes, image_strides(x.sizes, prefers_channels_last(x)), x.dtype, x.device));
  specs.out.push_back(Spec(grid.sizes, grid.dtype, grid.device));
  return specs;
}

Tensors GridSamplerBackward::decompose(Args in) const {
  const Tensor &g = in[0], &x = in[1], &grid = in[2];
  if (g.numel() == 0) return {zeros(x.sizes(), x.options()), zeros(grid.sizes(), grid.options())};
  if (is_half(x)) return in_float(*this, in);
  Tensor to_input = zeros(flat(x).sizes(), x.options());
  std::vector<Tensor> to_grid(static_cast<size_t>(x.dim() - 2));
  const Tensor gy = flat(g);
  for_reads(*this, x, grid, [&](const Tensor& at, const Tensor& exists, const auto& taps) {
    const Tensor part = gy * product(taps);
    to_input =
        to_input.scatter_add(2, at.expand(gy.sizes()), where(exists, part, zeros_like(part)));
    const Tensor value = (gy * read(x, at, exists)).sum({1}, /*keepdim=*/true);
    for (size_t d = 0; d < to_grid.size(); ++d) {
      const Tensor slope = value * product(taps, d);
      to_grid[d] = to_grid[d].defined() ? to_grid[d] + slope : slope;
    }
  });
  return {to_input.reshape(x.sizes()), stack(to_grid, -1).reshape(grid.sizes())};
}

}  // namespace ops

namespace {

template <class E>
E choice(int64_t value, const char* what) {
  HEARTH_CHECK_AS(ValueError, value >= 0 && value <= 2, "[grid_sampler] expected ", what,
                  " 0, 1 or 2, got ", value);
  return static_cast<E>(value);
}

/// Tensor of `dims` dims' pixel centers from -1 to 1 as affine maps take them: [L, dims + 1], (x,
/// y, 1) or (x, y, z, 1).
Tensor base_grid(IntArrayRef size, const TensorOptions& options, bool align_corners) {
  const auto dims = static_cast<int64_t>(size.size()) - 2;
  std::vector<Tensor> columns;
  for (int64_t d = dims - 1; d >= 0; --d) {
    const int64_t n = size[static_cast<size_t>(d) + 2];
    Tensor line = n > 1 ? linspace(-1, 1, n, options) : zeros({n}, options);
    if (!align_corners) line = line * (static_cast<double>(n - 1) / static_cast<double>(n));
    DimVector shape(static_cast<size_t>(dims), 1);
    shape[static_cast<size_t>(d)] = n;
    columns.push_back(line.reshape(shape).expand(size.slice(2)));
  }
  columns.push_back(ones(size.slice(2), options));
  return stack(columns, -1).reshape({-1, dims + 1});
}

}  // namespace

Tensor grid_sampler(const Tensor& input, const Tensor& grid, int64_t interpolation_mode,
                    int64_t padding_mode, bool align_corners) {
  return invoke(
      ops::GridSampler{choice<ops::GridMode>(interpolation_mode, "an interpolation_mode"),
                       choice<ops::GridPadding>(padding_mode, "a padding_mode"), align_corners},
      input, grid);
}

#define HEARTH_GRID_SAMPLER(D, dims)                                                              \
  Tensor grid_sampler_##D##d(const Tensor& input, const Tensor& grid, int64_t interpolation_mode, \
                             int64_t padding_mode, bool align_corners) {                          \
    HEARTH_CHECK_AS(ShapeError, !input.defined() || input.dim() == dims,                          \
                    "[grid_sampler_" #D "d] grid_sampler(): expected " #dims                      \
                    "D input and grid with same number of dimensions, but got input with sizes ", \
                    input.sizes(), " and grid with sizes ", grid.sizes());                        \
    return grid_sampler(input, grid, interpolation_mode, padding_mode, align_corners);            \
  }
HEARTH_GRID_SAMPLER(2, 4)
HEARTH_GRID_SAMPLER(3, 5)
#undef HEARTH_GRID_SAMPLER

Tensor affine_grid_generator(const Tensor& theta, IntArrayRef size, bool align_corners) {
  HEARTH_CHECK_AS(ValueError, size.size() == 4 || size.size() == 5,
                  "[affine_grid_generator] AffineGridGenerator needs 4d (spatial) or 5d "
                  "(volumetric) inputs, got a size ",
                  size);
  const auto dims = static_cast<int64_t>(size.size()) - 2;
  HEARTH_CHECK_AS(ShapeError,
                  theta.dim() == 3 && theta.size(1) == dims && theta.size(2) == dims + 1,
                  "[affine_grid_generator] expected theta of sizes [N, ", dims, ", ", dims + 1,
                  "], got ", theta.sizes());
  HEARTH_CHECK_AS(ShapeError, theta.size(0) == size[0],
                  "[affine_grid_generator] expected as many maps as images, got theta of sizes ",
                  theta.sizes(), " and a size ", size);
  for (const int64_t n : size)
    HEARTH_CHECK_AS(ValueError, n >= 0, "[affine_grid_generator] sizes must not be negative, got ",
                    size);
  DimVector sizes{size[0]};
  for (const int64_t n : size.slice(2)) sizes.push_back(n);
  sizes.push_back(dims);
  const Tensor base = base_grid(size, theta.options(), align_corners);
  return matmul(base, theta.transpose(1, 2)).reshape(sizes);
}

}  // namespace hearth
