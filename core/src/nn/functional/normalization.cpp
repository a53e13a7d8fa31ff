// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/functional/normalization.h"

#include "hearth/ops/normalization.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

namespace hearth::nn::functional {

namespace {
std::optional<Tensor> given(const Tensor& t) {
  return t.defined() ? std::optional<Tensor>(t) : std::nullopt;
}
}  // namespace

Tensor batch_norm(const Tensor& input, const Tensor& running_mean, const Tensor& running_var,
                  const BatchNormFuncOptions& options) {
  if (options.training()) {
    int64_t per_channel = 1;
    for (int64_t d = 0; d < input.dim(); ++d)
      if (d != 1) per_channel *= input.size(d);
    HEARTH_CHECK_AS(ValueError, per_channel != 1,
                    "[batch_norm] Expected more than 1 value per channel when training, got input "
                    "size ",
                    input.sizes());
  }
  HEARTH_CHECK_AS(ValueError, options.momentum().has_value(),
                  "[batch_norm] momentum must be a number; the cumulative average is the module's");
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

Tensor normalize(const Tensor& input, const NormalizeFuncOptions& options) {
  const Tensor norm = input.norm(options.p(), options.dim(), /*keepdim=*/true);
  const Tensor denominator = norm.clamp_min(options.eps()).expand_as(input);
  if (!options.out()) return input / denominator;
  Tensor out = *options.out();
  return div_out(out, input, denominator);
}

}  // namespace hearth::nn::functional
