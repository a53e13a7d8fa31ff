// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/pooling.h"

#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/pool.h"
#include "hearth/ops/random.h"
#include "hearth/ops/unpool.h"

#include "nn/builtin.h"

namespace hearth::nn {

namespace functional {

namespace {

/// Open sizes replaced by the input's.
template <size_t D>
std::vector<int64_t> closed(const ExpandingArrayWithOptionalElem<D>& sizes, const Tensor& input) {
  HEARTH_CHECK_AS(ShapeError, input.dim() >= static_cast<int64_t>(D),
                  "[adaptive_pool] expected [N, C, spatial...] or [C, spatial...] with ", D,
                  " spatial dims, got ", input.sizes());
  std::vector<int64_t> out;
  for (size_t d = 0; d < D; ++d)
    out.push_back(
        (*sizes)[d].value_or(input.size(static_cast<int64_t>(d) - static_cast<int64_t>(D))));
  return out;
}
IntArrayRef closed(const ExpandingArray<1>& sizes, const Tensor&) { return sizes; }

}  // namespace

#define HEARTH_POOL(D)                                                                             \
  Tensor max_pool##D##d(const Tensor& input, const MaxPool##D##dFuncOptions& o) {                  \
    return hearth::max_pool##D##d(input, o.kernel_size(), o.stride(), o.padding(), o.dilation(),   \
                                  o.ceil_mode());                                                  \
  }                                                                                                \
  std::tuple<Tensor, Tensor> max_pool##D##d_with_indices(const Tensor& input,                      \
                                                         const MaxPool##D##dFuncOptions& o) {      \
    return hearth::max_pool##D##d_with_indices(input, o.kernel_size(), o.stride(), o.padding(),    \
                                               o.dilation(), o.ceil_mode());                       \
  }                                                                                                \
  Tensor adaptive_avg_pool##D##d(const Tensor& input, const AdaptiveAvgPool##D##dFuncOptions& o) { \
    return hearth::adaptive_avg_pool##D##d(input, closed(o.output_size(), input));                 \
  }                                                                                                \
  std::tuple<Tensor, Tensor> adaptive_max_pool##D##d_with_indices(                                 \
      const Tensor& input, const AdaptiveMaxPool##D##dFuncOptions& o) {                            \
    return hearth::adaptive_max_pool##D##d(input, closed(o.output_size(), input));                 \
  }                                                                                                \
  Tensor adaptive_max_pool##D##d(const Tensor& input, const AdaptiveMaxPool##D##dFuncOptions& o) { \
    return std::get<0>(adaptive_max_pool##D##d_with_indices(input, o));                            \
  }
HEARTH_POOL(1)
HEARTH_POOL(2)
HEARTH_POOL(3)
#undef HEARTH_POOL

Tensor avg_pool1d(const Tensor& input, const AvgPool1dFuncOptions& o) {
  return hearth::avg_pool1d(input, o.kernel_size(), o.stride(), o.padding(), o.ceil_mode(),
                            o.count_include_pad());
}
Tensor avg_pool2d(const Tensor& input, const AvgPool2dFuncOptions& o) {
  return hearth::avg_pool2d(input, o.kernel_size(), o.stride(), o.padding(), o.ceil_mode(),
                            o.count_include_pad(), o.divisor_override());
}
Tensor avg_pool3d(const Tensor& input, const AvgPool3dFuncOptions& o) {
  return hearth::avg_pool3d(input, o.kernel_size(), o.stride(), o.padding(), o.ceil_mode(),
                            o.count_include_pad(), o.divisor_override());
}

namespace {

/// The spatial sizes that unpooling makes.
template <size_t D>
std::vector<int64_t> unpooled_sizes(const Tensor& input, const MaxUnpoolFuncOptions<D>& o) {
  HEARTH_CHECK_AS(ShapeError, input.dim() >= static_cast<int64_t>(D), "[max_unpool", D,
                  "d] expected [N, C, spatial...] or [C, spatial...], got ", input.sizes());
  std::vector<int64_t> sizes;
  for (size_t d = 0; d < D; ++d) {
    const int64_t size = input.size(static_cast<int64_t>(d) - static_cast<int64_t>(D));
    sizes.push_back((size - 1) * (*o.stride())[d] + (*o.kernel_size())[d] - 2 * (*o.padding())[d]);
  }
  if (!o.output_size()) return sizes;
  const std::vector<int64_t>& asked = *o.output_size();
  HEARTH_CHECK_AS(ValueError, asked.size() == D || asked.size() == D + 2, "[max_unpool", D,
                  "d] output_size should be a sequence containing ", D, " or ", D + 2,
                  " elements, but it has a length of '", asked.size(), "'");
  const IntArrayRef spatial = IntArrayRef(asked).slice(asked.size() - D);
  for (size_t d = 0; d < D; ++d) {
    const int64_t least = sizes[d] - (*o.stride())[d], most = sizes[d] + (*o.stride())[d];
    HEARTH_CHECK_AS(ValueError, least <= spatial[d] && spatial[d] <= most, "[max_unpool", D,
                    "d] invalid output_size ", spatial, " (dim ", d, " must be between ", least,
                    " and ", most, ")");
  }
  return spatial.vec();
}

/// The options of fractional pooling, completed: how many windows, and where.
template <size_t D>
FractionalMaxPoolOptions<D> completed(const Tensor& input, FractionalMaxPoolOptions<D> o) {
  HEARTH_CHECK_AS(ValueError, o.output_size() || o.output_ratio(), "[fractional_max_pool", D,
                  "d] fractional_max_pool", D,
                  "d requires specifying either an output_size or an output_ratio");
  const auto dims = static_cast<int64_t>(D);
  HEARTH_CHECK_AS(ShapeError, input.dim() == dims + 1 || input.dim() == dims + 2,
                  "[fractional_max_pool", D, "d] Expected ", D + 1, "D or ", D + 2,
                  "D tensor, but got: ", input.sizes());
  if (!o.output_size()) {
    std::array<int64_t, D> sizes;
    for (size_t d = 0; d < D; ++d)
      sizes[d] =
          static_cast<int64_t>(static_cast<double>(input.size(static_cast<int64_t>(d) - dims)) *
                               (**o.output_ratio())[d]);
    o.output_size(ExpandingArray<D>(sizes));
  }
  if (!o._random_samples().defined()) {
    const int64_t batch = input.dim() == dims + 1 ? 1 : input.size(0);
    o._random_samples(rand({batch, input.size(-dims - 1), dims}, input.options()));
  }
  return o;
}

/// The root of windows' summed powers, from their averages.
Tensor lp_root(const Tensor& average, IntArrayRef kernel_size, double norm_type) {
  double elements = 1;
  for (const int64_t n : kernel_size) elements *= static_cast<double>(n);
  return (average.sign() * average.abs().relu()).mul(elements).pow(1.0 / norm_type);
}

}  // namespace

Tensor max_unpool1d(const Tensor& input, const Tensor& indices, const MaxUnpool1dFuncOptions& o) {
  std::vector<int64_t> sizes = unpooled_sizes(input, o);
  sizes.push_back(1);
  return hearth::max_unpool2d(input.unsqueeze(-1), indices.unsqueeze(-1), sizes).squeeze(-1);
}
Tensor max_unpool2d(const Tensor& input, const Tensor& indices, const MaxUnpool2dFuncOptions& o) {
  return hearth::max_unpool2d(input, indices, unpooled_sizes(input, o));
}
Tensor max_unpool3d(const Tensor& input, const Tensor& indices, const MaxUnpool3dFuncOptions& o) {
  return hearth::max_unpool3d(input, indices, unpooled_sizes(input, o), o.stride(), o.padding());
}

#define HEARTH_FRACTIONAL(D)                                                            \
  std::tuple<Tensor, Tensor> fractional_max_pool##D##d_with_indices(                    \
      const Tensor& input, const FractionalMaxPool##D##dFuncOptions& options) {         \
    const auto o = completed(input, options);                                           \
    return hearth::fractional_max_pool##D##d(input, o.kernel_size(), *o.output_size(),  \
                                             o._random_samples());                      \
  }                                                                                     \
  Tensor fractional_max_pool##D##d(const Tensor& input,                                 \
                                   const FractionalMaxPool##D##dFuncOptions& options) { \
    return std::get<0>(fractional_max_pool##D##d_with_indices(input, options));         \
  }
HEARTH_FRACTIONAL(2)
HEARTH_FRACTIONAL(3)
#undef HEARTH_FRACTIONAL

#define HEARTH_LP_POOL(D)                                                                        \
  Tensor lp_pool##D##d(const Tensor& input, const LPPool##D##dFuncOptions& o) {                  \
    return lp_root(hearth::avg_pool##D##d(input.pow(o.norm_type()), o.kernel_size(), o.stride(), \
                                          0, o.ceil_mode()),                                     \
                   o.kernel_size(), o.norm_type());                                              \
  }
HEARTH_LP_POOL(1)
HEARTH_LP_POOL(2)
HEARTH_LP_POOL(3)
#undef HEARTH_LP_POOL

}  // namespace functional

namespace F = functional;

// One pool: the function that computes it, and PrintStyle's fields.
#define HEARTH_POOL(Name, function, ...)                                                  \
  Name##Impl::Name##Impl(const Name##Options& options_) : options(options_) {}            \
  void Name##Impl::reset() {}                                                             \
  Tensor Name##Impl::forward(const Tensor& input) { return F::function(input, options); } \
  HEARTH_DEFINE_MODULE(Name, __VA_ARGS__)
#define HEARTH_MAX_POOL(Name, function)                                              \
  HEARTH_POOL(Name, function)                                                        \
  std::tuple<Tensor, Tensor> Name##Impl::forward_with_indices(const Tensor& input) { \
    return F::function##_with_indices(input, options);                               \
  }

HEARTH_MAX_POOL(MaxPool1d, max_pool1d)
HEARTH_MAX_POOL(MaxPool2d, max_pool2d)
HEARTH_MAX_POOL(MaxPool3d, max_pool3d)
HEARTH_POOL(AvgPool1d, avg_pool1d, .shown = 3)
HEARTH_POOL(AvgPool2d, avg_pool2d, .shown = 3)
HEARTH_POOL(AvgPool3d, avg_pool3d, .shown = 3)
HEARTH_POOL(AdaptiveAvgPool1d, adaptive_avg_pool1d)
HEARTH_POOL(AdaptiveAvgPool2d, adaptive_avg_pool2d)
HEARTH_POOL(AdaptiveAvgPool3d, adaptive_avg_pool3d)
HEARTH_MAX_POOL(AdaptiveMaxPool1d, adaptive_max_pool1d)
HEARTH_MAX_POOL(AdaptiveMaxPool2d, adaptive_max_pool2d)
HEARTH_MAX_POOL(AdaptiveMaxPool3d, adaptive_max_pool3d)

HEARTH_POOL(LPPool1d, lp_pool1d)
HEARTH_POOL(LPPool2d, lp_pool2d)
HEARTH_POOL(LPPool3d, lp_pool3d)

#define HEARTH_UNPOOL(Name, function)                                                  \
  Name##Impl::Name##Impl(const Name##Options& options_) : options(options_) {}         \
  void Name##Impl::reset() {}                                                          \
  Tensor Name##Impl::forward(const Tensor& input, const Tensor& indices,               \
                             const std::optional<std::vector<int64_t>>& output_size) { \
    return F::function(input, indices,                                                 \
                       F::Name##FuncOptions(options.kernel_size())                     \
                           .stride(options.stride())                                   \
                           .padding(options.padding())                                 \
                           .output_size(output_size));                                 \
  }                                                                                    \
  HEARTH_DEFINE_MODULE(Name)
HEARTH_UNPOOL(MaxUnpool1d, max_unpool1d)
HEARTH_UNPOOL(MaxUnpool2d, max_unpool2d)
HEARTH_UNPOOL(MaxUnpool3d, max_unpool3d)

namespace {

/// Throws where a fractional pool's options do not say how many windows there are.
template <size_t D>
void check_windows(const char* name, const FractionalMaxPoolOptions<D>& o) {
  HEARTH_CHECK_AS(ValueError, o.output_size() || o.output_ratio(), "[", name, "] ", name,
                  " requires specifying either an output size, or a pooling ratio");
  HEARTH_CHECK_AS(ValueError, !o.output_size() || !o.output_ratio(), "[", name,
                  "] only one of output_size and output_ratio may be specified");
  if (!o.output_ratio()) return;
  for (const double ratio : **o.output_ratio())
    HEARTH_CHECK_AS(ValueError, ratio > 0 && ratio < 1, "[", name,
                    "] output_ratio must be between 0 and 1 (got ", ratio, ")");
}

}  // namespace

#define HEARTH_FRACTIONAL(Name, function)                                            \
  Name##Impl::Name##Impl(const Name##Options& options_) : options(options_) {        \
    Name##Impl::reset();                                                             \
  }                                                                                  \
  void Name##Impl::reset() {                                                         \
    check_windows(#Name, options);                                                   \
    _random_samples = register_buffer("_random_samples", options._random_samples()); \
  }                                                                                  \
  std::tuple<Tensor, Tensor> Name##Impl::forward_with_indices(const Tensor& input) { \
    auto o = options;                                                                \
    return F::function##_with_indices(input, o._random_samples(_random_samples));    \
  }                                                                                  \
  Tensor Name##Impl::forward(const Tensor& input) {                                  \
    return std::get<0>(forward_with_indices(input));                                 \
  }                                                                                  \
  HEARTH_DEFINE_MODULE(Name, .shown = 0)
HEARTH_FRACTIONAL(FractionalMaxPool2d, fractional_max_pool2d)
HEARTH_FRACTIONAL(FractionalMaxPool3d, fractional_max_pool3d)

}  // namespace hearth::nn
