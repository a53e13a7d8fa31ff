// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "hearth/base/arg.h"
#include "hearth/nn/lazy.h"
#include "hearth/nn/pimpl.h"

namespace hearth::nn {

/// Options of Linear.
struct LinearOptions {
  LinearOptions(int64_t in_features, int64_t out_features)
      : in_features_(in_features), out_features_(out_features) {}
  HEARTH_ARG(int64_t, in_features);
  HEARTH_ARG(int64_t, out_features);
  /// Whether to add a learned bias.
  HEARTH_ARG(bool, bias) = true;
};

/// Options of Bilinear.
struct BilinearOptions {
  BilinearOptions(int64_t in1_features, int64_t in2_features, int64_t out_features)
      : in1_features_(in1_features), in2_features_(in2_features), out_features_(out_features) {}
  HEARTH_ARG(int64_t, in1_features);
  HEARTH_ARG(int64_t, in2_features);
  HEARTH_ARG(int64_t, out_features);
  HEARTH_ARG(bool, bias) = true;
};

/// Options of Flatten.
struct FlattenOptions {
  HEARTH_ARG(int64_t, start_dim) = 1;
  HEARTH_ARG(int64_t, end_dim) = -1;
};

/// Options of Unflatten.
struct UnflattenOptions {
  UnflattenOptions(int64_t dim, std::vector<int64_t> sizes) : dim_(dim), sizes_(std::move(sizes)) {}
  HEARTH_ARG(int64_t, dim);
  HEARTH_ARG(std::vector<int64_t>, sizes);
};

/// Returns its input.
class HEARTH_API IdentityImpl : public Module {
 public:
  IdentityImpl();
  HEARTH_BUILTIN_MODULE(IdentityImpl)
  Tensor forward(const Tensor& input);
};
HEARTH_MODULE(Identity);

/// input @ weight^T + bias, of [..., in_features] to [..., out_features].
class HEARTH_API LinearImpl : public Module {
 public:
  LinearImpl(int64_t in_features, int64_t out_features);
  explicit LinearImpl(const LinearOptions& options_);
  HEARTH_BUILTIN_MODULE(LinearImpl)
  /// Draws weight and bias from U(-1/sqrt(in), 1/sqrt(in)).
  void reset_parameters();
  Tensor forward(const Tensor& input);

  LinearOptions options;
  Tensor weight;  ///< [out_features, in_features]
  Tensor bias;    ///< [out_features], undefined without bias

 protected:
  LinearImpl(const LinearOptions& options_, lazy_t);
};
HEARTH_MODULE(Linear);

/// x1^T A x2 + bias for each of out_features matrices A: [..., in1] and [..., in2] to [..., out].
class HEARTH_API BilinearImpl : public Module {
 public:
  BilinearImpl(int64_t in1_features, int64_t in2_features, int64_t out_features);
  explicit BilinearImpl(const BilinearOptions& options_);
  HEARTH_BUILTIN_MODULE(BilinearImpl)
  void reset_parameters();
  Tensor forward(const Tensor& input1, const Tensor& input2);

  BilinearOptions options;
  Tensor weight;  ///< [out_features, in1_features, in2_features]
  Tensor bias;    ///< [out_features], undefined without bias
};
HEARTH_MODULE(Bilinear);

/// Joins dims start_dim to end_dim into one.
class HEARTH_API FlattenImpl : public Module {
 public:
  explicit FlattenImpl(const FlattenOptions& options_ = {});
  HEARTH_BUILTIN_MODULE(FlattenImpl)
  Tensor forward(const Tensor& input);

  FlattenOptions options;
};
HEARTH_MODULE(Flatten);

/// Splits a dim into several.
class HEARTH_API UnflattenImpl : public Module {
 public:
  explicit UnflattenImpl(const UnflattenOptions& options_);
  HEARTH_BUILTIN_MODULE(UnflattenImpl)
  Tensor forward(const Tensor& input);

  UnflattenOptions options;
};
HEARTH_MODULE(Unflatten);

namespace functional {

/// input @ weight^T + bias: input [..., in], weight [out, in], bias [out].
HEARTH_API Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias = {});
/// input1^T weight[k] input2 + bias[k] for each k: input1 [..., in1], input2 [..., in2], weight
/// [out, in1, in2], bias [out].
HEARTH_API Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight,
                           const Tensor& bias = {});

}  // namespace functional
}  // namespace hearth::nn
