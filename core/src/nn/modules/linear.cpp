// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/linear.h"

#include <cmath>

#include "hearth/nn/functional/linear.h"
#include "hearth/nn/init.h"
#include "hearth/ops/creation.h"

#include "nn/builtin.h"

namespace hearth::nn {

namespace F = functional;

IdentityImpl::IdentityImpl() = default;
IdentityImpl::~IdentityImpl() = default;
void IdentityImpl::reset() {}
Tensor IdentityImpl::forward(const Tensor& input) { return input; }
void IdentityImpl::pretty_print(std::ostream& stream) const { Printer(stream, "Identity"); }
HEARTH_DEFINE_CLONE(IdentityImpl)

LinearImpl::LinearImpl(int64_t in_features, int64_t out_features)
    : LinearImpl(LinearOptions(in_features, out_features)) {}
LinearImpl::LinearImpl(const LinearOptions& options_) : options(options_) { LinearImpl::reset(); }
LinearImpl::~LinearImpl() = default;

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
void LinearImpl::pretty_print(std::ostream& stream) const {
  Printer(stream, "Linear")
      .field("in_features", options.in_features())
      .field("out_features", options.out_features())
      .field("bias", options.bias());
}
HEARTH_DEFINE_CLONE(LinearImpl)

BilinearImpl::BilinearImpl(int64_t in1_features, int64_t in2_features, int64_t out_features)
    : BilinearImpl(BilinearOptions(in1_features, in2_features, out_features)) {}
BilinearImpl::BilinearImpl(const BilinearOptions& options_) : options(options_) {
  BilinearImpl::reset();
}
BilinearImpl::~BilinearImpl() = default;

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
void BilinearImpl::pretty_print(std::ostream& stream) const {
  Printer(stream, "Bilinear")
      .field("in1_features", options.in1_features())
      .field("in2_features", options.in2_features())
      .field("out_features", options.out_features())
      .field("bias", options.bias());
}
HEARTH_DEFINE_CLONE(BilinearImpl)

FlattenImpl::FlattenImpl(const FlattenOptions& options_) : options(options_) {}
FlattenImpl::~FlattenImpl() = default;
void FlattenImpl::reset() {}
Tensor FlattenImpl::forward(const Tensor& input) {
  return input.flatten(options.start_dim(), options.end_dim());
}
void FlattenImpl::pretty_print(std::ostream& stream) const {
  Printer(stream, "Flatten")
      .field("start_dim", options.start_dim())
      .field("end_dim", options.end_dim());
}
HEARTH_DEFINE_CLONE(FlattenImpl)

UnflattenImpl::UnflattenImpl(const UnflattenOptions& options_) : options(options_) {}
UnflattenImpl::~UnflattenImpl() = default;
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
