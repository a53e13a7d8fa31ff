// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/normalization.h"

#include "hearth/nn/init.h"
#include "hearth/ops/batch_norm_act.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/normalization.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/pool.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "nn/builtin.h"
#include "nn/modules/join_layers.h"
#include "tensor/host_read.h"

namespace hearth::nn {

namespace functional {

namespace {

void check_batch_norm(const Tensor& input, const BatchNormFuncOptions& options) {
  if (options.training()) {
    int64_t per_channel = 1;
    for (int64_t d = 0; d < input.dim(); ++d)
      if (d != 1) per_channel *= input.size(d);
    HEARTH_CHECK_AS(ValueError, per_channel != 1,
                    "[batch_norm] Expected more than 1 value per channel when training, got input "
                    "size ",
                    input.sizes());
  }
  HEARTH_CHECK_AS(ValueError, options.training() ? options.eps() > 0 : options.eps() >= 0,
                  "[batch_norm] eps must be ",
                  options.training() ? "positive during training" : "non-negative", ", got ",
                  options.eps());
  HEARTH_CHECK_AS(ValueError, options.momentum().has_value(),
                  "[batch_norm] momentum must be a number; the cumulative average is the module's");
}

}  // namespace

Tensor batch_norm(const Tensor& input, const Tensor& running_mean, const Tensor& running_var,
                  const BatchNormFuncOptions& options) {
  check_batch_norm(input, options);
  return hearth::batch_norm(input, given(options.weight()), given(options.bias()),
                            given(running_mean), given(running_var), options.training(),
                            *options.momentum(), options.eps());
}

Tensor instance_norm(const Tensor& input, const InstanceNormFuncOptions& options) {
  return hearth::instance_norm(input, given(options.weight()), given(options.bias()),
                               given(options.running_mean()), given(options.running_var()),
                               options.use_input_stats(), options.momentum(), options.eps());
}

Tensor layer_norm(const Tensor& input, const LayerNormFuncOptions& options) {
  return hearth::layer_norm(input, options.normalized_shape(), given(options.weight()),
                            given(options.bias()), options.eps());
}

Tensor rms_norm(const Tensor& input, const RMSNormFuncOptions& options) {
  return hearth::rms_norm(input, options.normalized_shape(), given(options.weight()),
                          options.eps());
}

Tensor group_norm(const Tensor& input, const GroupNormFuncOptions& options) {
  return hearth::group_norm(input, options.num_groups(), given(options.weight()),
                            given(options.bias()), options.eps());
}

namespace {

/// The mean over `size` channels of [N, C, ...], from `before` channels before each, of zeros
/// beyond the ends.
Tensor channel_means(const Tensor& x, int64_t size, int64_t before) {
  const Tensor padded =
      constant_pad_nd(x.reshape({x.size(0), 1, x.size(1), -1}), {0, 0, before, size - 1 - before});
  return avg_pool2d(padded, {size, 1}, 1).reshape(x.sizes());
}

}  // namespace

Tensor local_response_norm(const Tensor& input, const LocalResponseNormFuncOptions& options) {
  HEARTH_CHECK_AS(ShapeError, input.dim() >= 3,
                  "[local_response_norm] Expected 3D or higher dimensionality input (got ",
                  input.dim(), " dimensions)");
  HEARTH_CHECK_AS(ValueError, options.size() > 0,
                  "[local_response_norm] size must be positive, got ", options.size());
  if (input.numel() == 0) return input.clone();
  const Tensor means = channel_means(input.mul(input), options.size(), options.size() / 2);
  return input / means.mul(options.alpha()).add(options.k()).pow(options.beta());
}

Tensor normalize(const Tensor& input, const NormalizeFuncOptions& options) {
  const Tensor norm = input.norm(options.p(), options.dim(), /*keepdim=*/true);
  const Tensor denominator = norm.clamp_min(options.eps()).expand_as(input);
  if (!options.out()) return input / denominator;
  Tensor out = *options.out();
  return div_out(out, input, denominator);
}

}  // namespace functional

namespace F = functional;

// ---- batch and instance norm

template <class Options>
RunningNormImpl<Options>::RunningNormImpl(const Options& options_) : options(options_) {
  RunningNormImpl::reset();
}
template <class Options>
RunningNormImpl<Options>::RunningNormImpl(const Options& options_, lazy_t) : options(options_) {}
template <class Options>
RunningNormImpl<Options>::~RunningNormImpl() = default;

template <class Options>
void RunningNormImpl<Options>::reset() {
  const int64_t n = options.num_features();
  const bool affine = options.affine();
  const bool track = options.track_running_stats();
  weight = register_parameter("weight", affine ? empty({n}) : Tensor());
  bias = register_parameter("bias", affine ? empty({n}) : Tensor());
  running_mean = register_buffer("running_mean", track ? zeros({n}) : Tensor());
  running_var = register_buffer("running_var", track ? ones({n}) : Tensor());
  num_batches_tracked = register_buffer("num_batches_tracked", track ? zeros({}, kLong) : Tensor());
  reset_parameters();
}

template <class Options>
void RunningNormImpl<Options>::reset_running_stats() {
  if (!options.track_running_stats()) return;
  running_mean.zero_();
  running_var.fill_(1);
  num_batches_tracked.zero_();
}
template <class Options>
void RunningNormImpl<Options>::reset_parameters() {
  reset_running_stats();
  if (!options.affine()) return;
  init::ones_(weight);
  init::zeros_(bias);
}

template <class Options>
void RunningNormImpl<Options>::upgrade_state(OrderedDict<std::string, Tensor>& state,
                                             const std::string& prefix,
                                             std::optional<int64_t> version) const {
  const std::string counter = prefix + "num_batches_tracked";
  if (version.value_or(0) < 2 && num_batches_tracked.defined() && !state.contains(counter))
    state.insert(counter, num_batches_tracked);
  if constexpr (std::is_same_v<Options, InstanceNormOptions>)
    HEARTH_CHECK_AS(
        ValueError,
        version || options.track_running_stats() ||
            (!state.contains(prefix + "running_mean") && !state.contains(prefix + "running_var")),
        "[load_state_dict] Unexpected running stats buffer(s) for ", name(),
        " with track_running_stats=False. If state_dict is a checkpoint saved before "
        "0.4.0, this may be expected because ",
        name(), " does not track running stats by default since 0.4.0. Please remove ", prefix,
        "running_mean and ", prefix,
        "running_var from state_dict. If the running stats are actually needed, "
        "instead set track_running_stats=True in ",
        name(), " to enable them.");
}

template class RunningNormImpl<BatchNormOptions>;
template class RunningNormImpl<InstanceNormOptions>;

namespace {

void check_dims(std::string_view name, const Tensor& input, int64_t least, int64_t most) {
  HEARTH_CHECK_AS(ShapeError, input.dim() >= least && input.dim() <= most, "[", name, "] expected ",
                  least, "D ", least == most ? "" : cat_str("or ", most, "D "), "input (got ",
                  input.dim(), "D input)");
}

/// One more batch is seen: the options of the function for it.
F::BatchNormFuncOptions next_batch(RunningNormImpl<BatchNormOptions>& m) {
  double momentum = m.options.momentum().value_or(0.0);
  if (m.is_training() && m.num_batches_tracked.defined()) {
    m.num_batches_tracked.add_(1);
    if (!m.options.momentum()) {
      check_host_read("BatchNorm without momentum");
      momentum = 1.0 / static_cast<double>(m.num_batches_tracked.item<int64_t>());
    }
  }
  return F::BatchNormFuncOptions()
      .weight(m.weight)
      .bias(m.bias)
      .training(m.is_training() || !m.running_mean.defined())
      .momentum(momentum)
      .eps(m.options.eps());
}

Tensor batch_norm(RunningNormImpl<BatchNormOptions>& m, const Tensor& input) {
  return F::batch_norm(input, m.running_mean, m.running_var, next_batch(m));
}

Tensor instance_norm(RunningNormImpl<InstanceNormOptions>& m, const Tensor& input, int64_t dims) {
  const bool batched = input.dim() == dims;
  const Tensor x = batched ? input : input.unsqueeze(0);
  const Tensor y =
      F::instance_norm(x, F::InstanceNormFuncOptions()
                              .running_mean(m.running_mean)
                              .running_var(m.running_var)
                              .weight(m.weight)
                              .bias(m.bias)
                              .use_input_stats(m.is_training() || !m.options.track_running_stats())
                              .momentum(m.options.momentum())
                              .eps(m.options.eps()));
  return batched ? y : y.squeeze(0);
}

}  // namespace

Tensor BatchNorm1dImpl::forward(const Tensor& input) {
  check_dims("BatchNorm1d", input, 2, 3);
  return batch_norm(*this, input);
}
HEARTH_DEFINE_MODULE(BatchNorm1d, .unnamed = 1)

Tensor BatchNorm2dImpl::forward(const Tensor& input) {
  check_dims("BatchNorm2d", input, 4, 4);
  return batch_norm(*this, input);
}
HEARTH_DEFINE_MODULE(BatchNorm2d, .unnamed = 1)

bool joins_norm_act(const BatchNorm2dImpl& norm, const Tensor& input, const Tensor& residual) {
  if (norm.has_forward_hooks() || input.dim() != 4) return false;
  const ScalarType type = input.scalar_type();
  const bool fits =
      !residual.defined() || (residual.sizes() == input.sizes() && residual.scalar_type() == type);
  return is_floating_point(type) && fits;
}

Tensor norm_act(BatchNorm2dImpl& norm, const Tensor& input, ConvActivation activation,
                const Tensor& residual) {
  const auto options = next_batch(norm);
  F::check_batch_norm(input, options);
  return batch_norm_act(input, norm.weight, norm.bias, norm.running_mean, norm.running_var,
                        residual,
                        BatchNormActOptions()
                            .training(options.training())
                            .momentum(*options.momentum())
                            .eps(options.eps())
                            .activation(activation));
}

Tensor BatchNorm3dImpl::forward(const Tensor& input) {
  check_dims("BatchNorm3d", input, 5, 5);
  return batch_norm(*this, input);
}
HEARTH_DEFINE_MODULE(BatchNorm3d, .unnamed = 1)

Tensor SyncBatchNormImpl::forward(const Tensor& input) {
  HEARTH_CHECK_AS(ShapeError, input.dim() >= 2, "[SyncBatchNorm] expected at least 2D input (got ",
                  input.dim(), "D input)");
  return batch_norm(*this, input);
}
HEARTH_DEFINE_MODULE(SyncBatchNorm, .unnamed = 1)

Tensor InstanceNorm1dImpl::forward(const Tensor& input) {
  check_dims("InstanceNorm1d", input, 2, 3);
  return instance_norm(*this, input, 3);
}
HEARTH_DEFINE_MODULE(InstanceNorm1d, .unnamed = 1)

Tensor InstanceNorm2dImpl::forward(const Tensor& input) {
  check_dims("InstanceNorm2d", input, 3, 4);
  return instance_norm(*this, input, 4);
}
HEARTH_DEFINE_MODULE(InstanceNorm2d, .unnamed = 1)

Tensor InstanceNorm3dImpl::forward(const Tensor& input) {
  check_dims("InstanceNorm3d", input, 4, 5);
  return instance_norm(*this, input, 5);
}
HEARTH_DEFINE_MODULE(InstanceNorm3d, .unnamed = 1)

// ---- local response norms

LocalResponseNormImpl::LocalResponseNormImpl(const LocalResponseNormOptions& options_)
    : options(options_) {}
void LocalResponseNormImpl::reset() {}
Tensor LocalResponseNormImpl::forward(const Tensor& input) {
  return F::local_response_norm(input, options);
}
HEARTH_DEFINE_MODULE(LocalResponseNorm, .unnamed = 1)

CrossMapLRN2dImpl::CrossMapLRN2dImpl(const CrossMapLRN2dOptions& options_) : options(options_) {}
void CrossMapLRN2dImpl::reset() {}
Tensor CrossMapLRN2dImpl::forward(const Tensor& input) {
  HEARTH_CHECK_AS(ShapeError, input.dim() == 4,
                  "[CrossMapLRN2d] CrossMapLRN2d: Expected input to be 4D, got ", input.dim(),
                  "D instead.");
  HEARTH_CHECK_AS(ValueError, options.size() > 0, "[CrossMapLRN2d] size must be positive, got ",
                  options.size());
  if (input.numel() == 0) return input.clone();
  const auto size = static_cast<double>(options.size());
  const int64_t side = (options.size() - 1) / 2, channels = input.size(1);
  const Tensor squares = input.mul(input);
  // An even size counts as the odd one below it.
  Tensor sums =
      F::channel_means(squares, 2 * side + 1, side).mul(static_cast<double>(2 * side + 1));
  if (side + 1 < channels) {
    const Tensor first = squares.slice(1, 0, 1);
    const Tensor none = zeros_like(first).expand({-1, side + 1, -1, -1});
    sums = sums + cat({none, first.expand({-1, channels - side - 1, -1, -1})}, 1);
  }
  const Tensor scale = sums.mul(options.alpha() / size).add(options.k());
  return scale.pow(-options.beta()).mul(input);
}
HEARTH_DEFINE_MODULE(CrossMapLRN2d, .unnamed = 1)

// ---- norms over the last dims

namespace {
Tensor ones_if(bool wanted, const std::vector<int64_t>& sizes) {
  return wanted ? ones(sizes) : Tensor();
}
}  // namespace

LayerNormImpl::LayerNormImpl(std::vector<int64_t> normalized_shape)
    : LayerNormImpl(LayerNormOptions(std::move(normalized_shape))) {}
LayerNormImpl::LayerNormImpl(const LayerNormOptions& options_) : options(options_) {
  LayerNormImpl::reset();
}
void LayerNormImpl::reset() {
  const bool affine = options.elementwise_affine();
  weight = register_parameter("weight", ones_if(affine, options.normalized_shape()));
  bias = register_parameter("bias", ones_if(affine && options.bias(), options.normalized_shape()));
  reset_parameters();
}
void LayerNormImpl::reset_parameters() {
  if (weight.defined()) init::ones_(weight);
  if (bias.defined()) init::zeros_(bias);
}
Tensor LayerNormImpl::forward(const Tensor& input) {
  return F::layer_norm(input, F::LayerNormFuncOptions(options.normalized_shape())
                                  .weight(weight)
                                  .bias(bias)
                                  .eps(options.eps()));
}
void LayerNormImpl::pretty_print(std::ostream& stream) const {
  Printer(stream, "LayerNorm")
      .value(options.normalized_shape())
      .field("eps", options.eps())
      .field("elementwise_affine", options.elementwise_affine())
      .field_if(!options.bias(), "bias", false);
}
HEARTH_DEFINE_CLONE(LayerNormImpl)

RMSNormImpl::RMSNormImpl(std::vector<int64_t> normalized_shape)
    : RMSNormImpl(RMSNormOptions(std::move(normalized_shape))) {}
RMSNormImpl::RMSNormImpl(const RMSNormOptions& options_) : options(options_) {
  RMSNormImpl::reset();
}
void RMSNormImpl::reset() {
  weight = register_parameter("weight",
                              ones_if(options.elementwise_affine(), options.normalized_shape()));
}
void RMSNormImpl::reset_parameters() {
  if (weight.defined()) init::ones_(weight);
}
Tensor RMSNormImpl::forward(const Tensor& input) {
  return F::rms_norm(
      input, F::RMSNormFuncOptions(options.normalized_shape()).weight(weight).eps(options.eps()));
}
HEARTH_DEFINE_MODULE(RMSNorm, .unnamed = 1)

GroupNormImpl::GroupNormImpl(int64_t num_groups, int64_t num_channels)
    : GroupNormImpl(GroupNormOptions(num_groups, num_channels)) {}
GroupNormImpl::GroupNormImpl(const GroupNormOptions& options_) : options(options_) {
  GroupNormImpl::reset();
}
void GroupNormImpl::reset() {
  HEARTH_CHECK_AS(ValueError,
                  options.num_groups() > 0 && options.num_channels() % options.num_groups() == 0,
                  "[GroupNorm] num_channels must be divisible by num_groups, got ",
                  options.num_channels(), " and ", options.num_groups());
  weight = register_parameter("weight", ones_if(options.affine(), {options.num_channels()}));
  bias = register_parameter("bias", ones_if(options.affine(), {options.num_channels()}));
  reset_parameters();
}
void GroupNormImpl::reset_parameters() {
  if (!options.affine()) return;
  init::ones_(weight);
  init::zeros_(bias);
}
Tensor GroupNormImpl::forward(const Tensor& input) {
  return F::group_norm(
      input,
      F::GroupNormFuncOptions(options.num_groups()).weight(weight).bias(bias).eps(options.eps()));
}
HEARTH_DEFINE_MODULE(GroupNorm, .unnamed = 2)

}  // namespace hearth::nn
