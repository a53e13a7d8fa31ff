// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/linear.h"

#include <cmath>

#include "hearth/nn/init.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"

#include "nn/builtin.h"

namespace hearth::nn {

namespace functional {

Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias) {
  return hearth::linear(input, weight, bias);
}

Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight,
                const Tensor& bias) {
  return hearth::bilinear(input1, input2, weight, bias);
}

}  // namespace functional

namespace F = functional;

IdentityImpl::IdentityImpl() = default;
void IdentityImpl::reset() {}
Tensor IdentityImpl::forward(const Tensor& input) { return input; }
HEARTH_DEFINE_MODULE(Identity)

LinearImpl::LinearImpl(int64_t in_features, int64_t out_features)
    : LinearImpl(LinearOptions(in_features, out_features)) {}
LinearImpl::LinearImpl(const LinearOptions& options_) : options(options_) { LinearImpl::reset(); }
LinearImpl::LinearImpl(const LinearOptions& options_, lazy_t) : options(options_) {}

void LinearImpl::reset() {
  weight = register_parameter("weight", empty({options.out_features(), options.in_features()}));
  bias = register_parameter("bias", options.bias() ? empty({options.out_features()}) : Tensor());
  reset_parameters();
}
void LinearImpl::reset_parameters() {
  init::kaiming_uniform_(weight, std::sqrt(5));
  if (!bias.defined()) return;
  const double bound =
      options.in_features() > 0 ? 1 / std::sqrt(static_cast<double>(options.in_features())) : 0;
  init::uniform_(bias, -bound, bound);
}
Tensor LinearImpl::forward(const Tensor& input) { return F::linear(input, weight, bias); }
HEARTH_DEFINE_MODULE(Linear)

BilinearImpl::BilinearImpl(int64_t in1_features, int64_t in2_features, int64_t out_features)
    : BilinearImpl(BilinearOptions(in1_features, in2_features, out_features)) {}
BilinearImpl::BilinearImpl(const BilinearOptions& options_) : options(options_) {
  BilinearImpl::reset();
}

void BilinearImpl::reset() {
  weight = register_parameter(
      "weight", empty({options.out_features(), options.in1_features(), options.in2_features()}));
  bias = register_parameter("bias", options.bias() ? empty({options.out_features()}) : Tensor());
  reset_parameters();
}
void BilinearImpl::reset_parameters() {
  HEARTH_CHECK_AS(ValueError, options.in1_features() > 0, "[Bilinear] in1_features must be > 0");
  const double bound = 1 / std::sqrt(static_cast<double>(options.in1_features()));
  init::uniform_(weight, -bound, bound);
  if (bias.defined()) init::uniform_(bias, -bound, bound);
}
Tensor BilinearImpl::forward(const Tensor& input1, const Tensor& input2) {
  return F::bilinear(input1, input2, weight, bias);
}
HEARTH_DEFINE_MODULE(Bilinear)

FlattenImpl::FlattenImpl(const FlattenOptions& options_) : options(options_) {}
void FlattenImpl::reset() {}
Tensor FlattenImpl::forward(const Tensor& input) {
  return input.flatten(options.start_dim(), options.end_dim());
}
HEARTH_DEFINE_MODULE(Flatten)

UnflattenImpl::UnflattenImpl(const UnflattenOptions& options_) : options(options_) {}
void UnflattenImpl::reset() {}
Tensor UnflattenImpl::forward(const Tensor& input) {
  return input.unflatten(options.dim(), options.sizes());
}
void UnflattenImpl::pretty_print(std::ostream& stream) const {
  std::string sizes = cat_str(IntArrayRef(options.sizes()));
  sizes.front() = '{';
  sizes.back() = '}';
  Printer(stream, "Unflatten").field("dim", options.dim()).field("unflattened_size", sizes);
}
HEARTH_DEFINE_CLONE(UnflattenImpl)

}  // namespace hearth::nn
