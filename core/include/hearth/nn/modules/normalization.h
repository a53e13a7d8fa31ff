// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/nn/options/normalization.h"
#include "hearth/nn/pimpl.h"

namespace hearth::nn {

/// What batch and instance norms share: scale and shift, running statistics.
template <class Options>
class HEARTH_API RunningNormImpl : public Module {
 public:
  explicit RunningNormImpl(const Options& options_);
  ~RunningNormImpl() override;
  virtual void reset();
  void reset_running_stats();
  /// Weight 1, bias 0, running statistics of a standard normal.
  void reset_parameters();

  Options options;
  Tensor weight;               ///< [num_features], undefined unless affine
  Tensor bias;                 ///< [num_features], undefined unless affine
  Tensor running_mean;         ///< [num_features], undefined unless track_running_stats
  Tensor running_var;          ///< [num_features], undefined unless track_running_stats
  Tensor num_batches_tracked;  ///< 0-dim int64, undefined unless track_running_stats

 protected:
  void print(std::ostream& stream, const char* name) const;
  /// Files written before the counter existed lack it.
  bool may_be_missing(const std::string& name) const override;
};
extern template class RunningNormImpl<BatchNormOptions>;
extern template class RunningNormImpl<InstanceNormOptions>;

#define HEARTH_RUNNING_NORM(Name, Options)                                    \
  class HEARTH_API Name##Impl : public RunningNormImpl<Options> {             \
   public:                                                                    \
    explicit Name##Impl(const Options& options_);                             \
    ~Name##Impl() override;                                                   \
    void pretty_print(std::ostream& stream) const override;                   \
    std::shared_ptr<Module> clone(                                            \
        const std::optional<Device>& device = std::nullopt) const override;   \
    void clone_(Module& other, const std::optional<Device>& device) override; \
    Tensor forward(const Tensor& input);                                      \
  };                                                                          \
  HEARTH_MODULE(Name);
/// Batch norm of [N, C] or [N, C, L].
HEARTH_RUNNING_NORM(BatchNorm1d, BatchNormOptions)
/// Batch norm of images [N, C, H, W].
HEARTH_RUNNING_NORM(BatchNorm2d, BatchNormOptions)
/// Instance norm of [N, C, L] or [C, L].
HEARTH_RUNNING_NORM(InstanceNorm1d, InstanceNormOptions)
/// Instance norm of images [N, C, H, W] or [C, H, W].
HEARTH_RUNNING_NORM(InstanceNorm2d, InstanceNormOptions)
#undef HEARTH_RUNNING_NORM

/// Normalises over the last dims, then scales and shifts element by element.
class HEARTH_API LayerNormImpl : public Module {
 public:
  LayerNormImpl(std::vector<int64_t> normalized_shape);
  explicit LayerNormImpl(const LayerNormOptions& options_);
  HEARTH_BUILTIN_MODULE(LayerNormImpl)
  void reset_parameters();
  Tensor forward(const Tensor& input);

  LayerNormOptions options;
  Tensor weight;  ///< [normalized_shape...]
  Tensor bias;    ///< [normalized_shape...]
};
HEARTH_MODULE(LayerNorm);

/// Divides by the root mean square over the last dims, then scales element by element.
class HEARTH_API RMSNormImpl : public Module {
 public:
  RMSNormImpl(std::vector<int64_t> normalized_shape);
  explicit RMSNormImpl(const RMSNormOptions& options_);
  HEARTH_BUILTIN_MODULE(RMSNormImpl)
  void reset_parameters();
  Tensor forward(const Tensor& input);

  RMSNormOptions options;
  Tensor weight;  ///< [normalized_shape...]
};
HEARTH_MODULE(RMSNorm);

/// Normalises groups of channels of each sample, then scales and shifts by channel.
class HEARTH_API GroupNormImpl : public Module {
 public:
  GroupNormImpl(int64_t num_groups, int64_t num_channels);
  explicit GroupNormImpl(const GroupNormOptions& options_);
  HEARTH_BUILTIN_MODULE(GroupNormImpl)
  void reset_parameters();
  Tensor forward(const Tensor& input);

  GroupNormOptions options;
  Tensor weight;  ///< [num_channels]
  Tensor bias;    ///< [num_channels]
};
HEARTH_MODULE(GroupNorm);

}  // namespace hearth::nn
