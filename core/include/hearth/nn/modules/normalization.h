// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/nn/lazy.h"
#include "hearth/nn/pimpl.h"

namespace hearth::nn {

/// Options of BatchNormNd.
struct HEARTH_API BatchNormOptions {
  BatchNormOptions(int64_t num_features) : num_features_(num_features) {}
  HEARTH_ARG(int64_t, num_features);
  HEARTH_ARG(double, eps) = 1e-5;
  /// How fast running statistics follow the batch's; nullopt: their cumulative average.
  HEARTH_ARG(std::optional<double>, momentum) = 0.1;
  /// Whether to scale and shift by learned weight and bias.
  HEARTH_ARG(bool, affine) = true;
  HEARTH_ARG(bool, track_running_stats) = true;
};
using BatchNorm1dOptions = BatchNormOptions;
using BatchNorm2dOptions = BatchNormOptions;
using BatchNorm3dOptions = BatchNormOptions;

/// Options of InstanceNormNd.
struct HEARTH_API InstanceNormOptions {
  InstanceNormOptions(int64_t num_features) : num_features_(num_features) {}
  HEARTH_ARG(int64_t, num_features);
  HEARTH_ARG(double, eps) = 1e-5;
  HEARTH_ARG(double, momentum) = 0.1;
  HEARTH_ARG(bool, affine) = false;
  HEARTH_ARG(bool, track_running_stats) = false;
};
using InstanceNorm1dOptions = InstanceNormOptions;
using InstanceNorm2dOptions = InstanceNormOptions;
using InstanceNorm3dOptions = InstanceNormOptions;

/// Options of LayerNorm: the sizes of the last dims, over which values are normalised.
struct LayerNormOptions {
  LayerNormOptions(std::vector<int64_t> normalized_shape)
      : normalized_shape_(std::move(normalized_shape)) {}
  HEARTH_ARG(std::vector<int64_t>, normalized_shape);
  HEARTH_ARG(double, eps) = 1e-5;
  HEARTH_ARG(bool, elementwise_affine) = true;
  /// Whether there is a bias beside the weight.
  HEARTH_ARG(bool, bias) = true;
};

/// Options of RMSNorm; eps defaults to the machine epsilon of the input's type.
struct RMSNormOptions {
  RMSNormOptions(std::vector<int64_t> normalized_shape)
      : normalized_shape_(std::move(normalized_shape)) {}
  HEARTH_ARG(std::vector<int64_t>, normalized_shape);
  HEARTH_ARG(std::optional<double>, eps) = std::nullopt;
  HEARTH_ARG(bool, elementwise_affine) = true;
};

/// Options of GroupNorm.
struct GroupNormOptions {
  GroupNormOptions(int64_t num_groups, int64_t num_channels)
      : num_groups_(num_groups), num_channels_(num_channels) {}
  HEARTH_ARG(int64_t, num_groups);
  HEARTH_ARG(int64_t, num_channels);
  HEARTH_ARG(double, eps) = 1e-5;
  HEARTH_ARG(bool, affine) = true;
};

/// Options of LocalResponseNorm and F::local_response_norm.
struct LocalResponseNormOptions {
  LocalResponseNormOptions(int64_t size) : size_(size) {}
  HEARTH_ARG(int64_t, size);
  HEARTH_ARG(double, alpha) = 1e-4;
  HEARTH_ARG(double, beta) = 0.75;
  HEARTH_ARG(double, k) = 1.;
};

/// Options of CrossMapLRN2d.
struct CrossMapLRN2dOptions {
  CrossMapLRN2dOptions(int64_t size) : size_(size) {}
  HEARTH_ARG(int64_t, size);
  HEARTH_ARG(double, alpha) = 1e-4;
  HEARTH_ARG(double, beta) = 0.75;
  HEARTH_ARG(int64_t, k) = 1;
};

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
  int64_t state_version() const override { return 2; }

  Options options;
  Tensor weight;               ///< [num_features], undefined unless affine
  Tensor bias;                 ///< [num_features], undefined unless affine
  Tensor running_mean;         ///< [num_features], undefined unless track_running_stats
  Tensor running_var;          ///< [num_features], undefined unless track_running_stats
  Tensor num_batches_tracked;  ///< 0-dim int64, undefined unless track_running_stats

 protected:
  RunningNormImpl(const Options& options_, lazy_t);
  /// States of before version 2 may lack the counter.
  void upgrade_state(OrderedDict<std::string, Tensor>& state, const std::string& prefix,
                     std::optional<int64_t> version) const override;
};
extern template class RunningNormImpl<BatchNormOptions>;
extern template class RunningNormImpl<InstanceNormOptions>;

/// Batch norm of [N, C] or [N, C, L].
class HEARTH_API BatchNorm1dImpl : public RunningNormImpl<BatchNormOptions> {
 public:
  using RunningNormImpl<BatchNormOptions>::RunningNormImpl;
  HEARTH_DERIVED_MODULE(BatchNorm1dImpl)
  Tensor forward(const Tensor& input);
};
HEARTH_MODULE(BatchNorm1d);

/// Batch norm of images [N, C, H, W].
class HEARTH_API BatchNorm2dImpl : public RunningNormImpl<BatchNormOptions> {
 public:
  using RunningNormImpl<BatchNormOptions>::RunningNormImpl;
  HEARTH_DERIVED_MODULE(BatchNorm2dImpl)
  Tensor forward(const Tensor& input);
};
HEARTH_MODULE(BatchNorm2d);

/// Batch norm of volumes [N, C, D, H, W].
class HEARTH_API BatchNorm3dImpl : public RunningNormImpl<BatchNormOptions> {
 public:
  using RunningNormImpl<BatchNormOptions>::RunningNormImpl;
  HEARTH_DERIVED_MODULE(BatchNorm3dImpl)
  Tensor forward(const Tensor& input);
};
HEARTH_MODULE(BatchNorm3d);

/// Batch norm of [N, C, ...] over all processes that train together. Hearth trains in one, of which
/// it is PyTorch's as well: batch norm of any rank, under Python's name.
class HEARTH_API SyncBatchNormImpl : public RunningNormImpl<BatchNormOptions> {
 public:
  using RunningNormImpl<BatchNormOptions>::RunningNormImpl;
  HEARTH_DERIVED_MODULE(SyncBatchNormImpl)
  Tensor forward(const Tensor& input);
};
HEARTH_MODULE(SyncBatchNorm);

/// Instance norm of [N, C, L] or [C, L].
class HEARTH_API InstanceNorm1dImpl : public RunningNormImpl<InstanceNormOptions> {
 public:
  using RunningNormImpl<InstanceNormOptions>::RunningNormImpl;
  HEARTH_DERIVED_MODULE(InstanceNorm1dImpl)
  Tensor forward(const Tensor& input);
};
HEARTH_MODULE(InstanceNorm1d);

/// Instance norm of images [N, C, H, W] or [C, H, W].
class HEARTH_API InstanceNorm2dImpl : public RunningNormImpl<InstanceNormOptions> {
 public:
  using RunningNormImpl<InstanceNormOptions>::RunningNormImpl;
  HEARTH_DERIVED_MODULE(InstanceNorm2dImpl)
  Tensor forward(const Tensor& input);
};
HEARTH_MODULE(InstanceNorm2d);

/// Instance norm of volumes [N, C, D, H, W] or [C, D, H, W].
class HEARTH_API InstanceNorm3dImpl : public RunningNormImpl<InstanceNormOptions> {
 public:
  using RunningNormImpl<InstanceNormOptions>::RunningNormImpl;
  HEARTH_DERIVED_MODULE(InstanceNorm3dImpl)
  Tensor forward(const Tensor& input);
};
HEARTH_MODULE(InstanceNorm3d);

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

#define HEARTH_LRN(Name)                                                   \
  class HEARTH_API Name##Impl : public Module {                            \
   public:                                                                 \
    explicit Name##Impl(int64_t size) : Name##Impl(Name##Options(size)) {} \
    explicit Name##Impl(const Name##Options& options_);                    \
    HEARTH_BUILTIN_MODULE(Name##Impl)                                      \
    Tensor forward(const Tensor& input);                                   \
    Name##Options options;                                                 \
  };                                                                       \
  HEARTH_MODULE(Name);
/// Divides by a power of the mean square of neighbouring channels; see F::local_response_norm.
HEARTH_LRN(LocalResponseNorm)
/// The same for images [N, C, H, W], by running sums as Torch7 made them: the first channel stays
/// in the sum of all that follow.
HEARTH_LRN(CrossMapLRN2d)
#undef HEARTH_LRN

namespace functional {

using LocalResponseNormFuncOptions = LocalResponseNormOptions;

/// Options of F::batch_norm.
struct BatchNormFuncOptions {
  HEARTH_ARG(Tensor, weight) = {};
  HEARTH_ARG(Tensor, bias) = {};
  HEARTH_ARG(bool, training) = false;
  HEARTH_ARG(std::optional<double>, momentum) = 0.1;
  HEARTH_ARG(double, eps) = 1e-5;
};

/// Options of F::instance_norm.
struct InstanceNormFuncOptions {
  HEARTH_ARG(Tensor, running_mean) = {};
  HEARTH_ARG(Tensor, running_var) = {};
  HEARTH_ARG(Tensor, weight) = {};
  HEARTH_ARG(Tensor, bias) = {};
  HEARTH_ARG(bool, use_input_stats) = true;
  HEARTH_ARG(double, momentum) = 0.1;
  HEARTH_ARG(double, eps) = 1e-5;
};

/// Options of F::layer_norm.
struct LayerNormFuncOptions {
  LayerNormFuncOptions(std::vector<int64_t> normalized_shape)
      : normalized_shape_(std::move(normalized_shape)) {}
  HEARTH_ARG(std::vector<int64_t>, normalized_shape);
  HEARTH_ARG(Tensor, weight) = {};
  HEARTH_ARG(Tensor, bias) = {};
  HEARTH_ARG(double, eps) = 1e-5;
};

/// Options of F::rms_norm.
struct RMSNormFuncOptions {
  RMSNormFuncOptions(std::vector<int64_t> normalized_shape)
      : normalized_shape_(std::move(normalized_shape)) {}
  HEARTH_ARG(std::vector<int64_t>, normalized_shape);
  HEARTH_ARG(Tensor, weight) = {};
  HEARTH_ARG(std::optional<double>, eps) = std::nullopt;
};

/// Options of F::group_norm.
struct GroupNormFuncOptions {
  GroupNormFuncOptions(int64_t num_groups) : num_groups_(num_groups) {}
  HEARTH_ARG(int64_t, num_groups);
  HEARTH_ARG(Tensor, weight) = {};
  HEARTH_ARG(Tensor, bias) = {};
  HEARTH_ARG(double, eps) = 1e-5;
};

/// Options of F::normalize: divides by the p-norm along dim, or by eps if that is larger.
struct NormalizeFuncOptions {
  HEARTH_ARG(double, p) = 2.0;
  HEARTH_ARG(int64_t, dim) = 1;
  HEARTH_ARG(double, eps) = 1e-12;
  HEARTH_ARG(std::optional<Tensor>, out) = std::nullopt;
};

/// Normalises channels (dim 1) by the batch's statistics when training, updating the running ones,
/// else by the running ones.
HEARTH_API Tensor batch_norm(const Tensor& input, const Tensor& running_mean,
                             const Tensor& running_var, const BatchNormFuncOptions& options = {});
/// As batch_norm, for each sample by itself.
HEARTH_API Tensor instance_norm(const Tensor& input, const InstanceNormFuncOptions& options = {});
/// Normalises over the last dims.
HEARTH_API Tensor layer_norm(const Tensor& input, const LayerNormFuncOptions& options);
/// Divides by the root mean square over the last dims.
HEARTH_API Tensor rms_norm(const Tensor& input, const RMSNormFuncOptions& options);
/// Normalises groups of channels (dim 1) of each sample.
HEARTH_API Tensor group_norm(const Tensor& input, const GroupNormFuncOptions& options);
/// [N, C, ...] divided by (k + alpha * mean of squares)^beta, the mean over `size` channels, of
/// zeros beyond the ends.
HEARTH_API Tensor local_response_norm(const Tensor& input,
                                      const LocalResponseNormFuncOptions& options);
/// input / max(norm(input, p, dim), eps).
HEARTH_API Tensor normalize(const Tensor& input, const NormalizeFuncOptions& options = {});

}  // namespace functional
}  // namespace hearth::nn
