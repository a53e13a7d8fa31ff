// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/normalization.h"

#include "hearth/nn/functional/normalization.h"
#include "hearth/nn/init.h"
#include "hearth/ops/creation.h"

#include "nn/builtin.h"

namespace hearth::nn {

namespace F = functional;

// ---- batch and instance norm

template <class Options>
RunningNormImpl<Options>::RunningNormImpl(const Options& options_) : options(options_) {
  RunningNormImpl::reset();
}
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
bool RunningNormImpl<Options>::may_be_missing(const std::string& name) const {
  return name == "num_batches_tracked";
}

template <class Options>
void RunningNormImpl<Options>::print(std::ostream& stream, const char* name) const {
  Printer(stream, name)
      .value(options.num_features())
      .field("eps", options.eps())
      .field("momentum", options.momentum())
      .field("affine", options.affine())
      .field("track_running_stats", options.track_running_stats());
}

template class RunningNormImpl<BatchNormOptions>;
template class RunningNormImpl<InstanceNormOptions>;

namespace {

Tensor batch_norm(RunningNormImpl<BatchNormOptions>& m, const Tensor& input) {
  double momentum = m.options.momentum().value_or(0.0);
  if (m.is_training() && m.num_batches_tracked.defined()) {
    m.num_batches_tracked.add_(1);
    if (!m.options.momentum())
      momentum = 1.0 / static_cast<double>(m.num_batches_tracked.item<int64_t>());
  }
  const bool by_batch = m.is_training() || !m.running_mean.defined();
  return F::batch_norm(input, m.running_mean, m.running_var,
                       F::BatchNormFuncOptions()
                           .weight(m.weight)
                           .bias(m.bias)
                           .training(by_batch)
                           .momentum(momentum)
                           .eps(m.options.eps()));
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

// `least` and `most` dims an input may have; `result` computes forward.
#define HEARTH_RUNNING_NORM(Name, Options, least, most, result)                            \
  Name##Impl::Name##Impl(const Options& options_) : RunningNormImpl<Options>(options_) {}  \
  Name##Impl::~Name##Impl() = default;                                                     \
  Tensor Name##Impl::forward(const Tensor& input) {                                        \
    HEARTH_CHECK_AS(ShapeError, input.dim() >= (least) && input.dim() <= (most),           \
                    "[" #Name "] expected ", least, "D ",                                  \
                    (least) == (most) ? "" : "or " #most "D ", "input (got ", input.dim(), \
                    "D input)");                                                           \
    return result;                                                                         \
  }                                                                                        \
  void Name##Impl::pretty_print(std::ostream& stream) const { print(stream, #Name); }      \
  HEARTH_DEFINE_CLONE(Name##Impl)
HEARTH_RUNNING_NORM(BatchNorm1d, BatchNormOptions, 2, 3, batch_norm(*this, input))
HEARTH_RUNNING_NORM(BatchNorm2d, BatchNormOptions, 4, 4, batch_norm(*this, input))
HEARTH_RUNNING_NORM(InstanceNorm1d, InstanceNormOptions, 2, 3, instance_norm(*this, input, 3))
HEARTH_RUNNING_NORM(InstanceNorm2d, InstanceNormOptions, 3, 4, instance_norm(*this, input, 4))

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
LayerNormImpl::~LayerNormImpl() = default;
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
RMSNormImpl::~RMSNormImpl() = default;
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
void RMSNormImpl::pretty_print(std::ostream& stream) const {
  Printer(stream, "RMSNorm")
      .value(options.normalized_shape())
      .field("eps", options.eps())
      .field("elementwise_affine", options.elementwise_affine());
}
HEARTH_DEFINE_CLONE(RMSNormImpl)

GroupNormImpl::GroupNormImpl(int64_t num_groups, int64_t num_channels)
    : GroupNormImpl(GroupNormOptions(num_groups, num_channels)) {}
GroupNormImpl::GroupNormImpl(const GroupNormOptions& options_) : options(options_) {
  GroupNormImpl::reset();
}
GroupNormImpl::~GroupNormImpl() = default;
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
void GroupNormImpl::pretty_print(std::ostream& stream) const {
  Printer(stream, "GroupNorm")
      .value(options.num_groups())
      .value(options.num_channels())
      .field("eps", options.eps())
      .field("affine", options.affine());
}
HEARTH_DEFINE_CLONE(GroupNormImpl)

}  // namespace hearth::nn
