// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/lazy.h"

#include <sstream>

#include "hearth/ops/creation.h"

#include "nn/builtin.h"

namespace hearth::nn {

namespace {

/// The size of dim d, which becomes the number of features or channels.
int64_t features(const char* name, const Tensor& input, int64_t d) {
  const bool has = d < 0 ? input.dim() >= -d : input.dim() > d;
  HEARTH_CHECK_AS(ShapeError, has && input.size(d) > 0, "[", name,
                  "] expected an input with features or channels at dim ", d, ", got ",
                  input.sizes());
  return input.size(d);
}

/// What the ordinary module prints, under the lazy one's name.
template <class Print>
void print_lazy(std::ostream& stream, const Print& print) {
  std::ostringstream text;
  print(text);
  const std::string name = "torch::nn::";
  stream << name << "Lazy" << text.str().substr(name.size());
}

}  // namespace

// `count` is the option that the input tells, by `found`.
#define HEARTH_LAZY(Base, count, found, forward_arguments, ...)                            \
  Lazy##Base##Impl::Lazy##Base##Impl(Base##Options options_)                               \
      : Base##Impl(options_.count(0), lazy) {}                                             \
  void Lazy##Base##Impl::reset() {                                                         \
    if (!has_uninitialized_params()) Base##Impl::reset();                                  \
  }                                                                                        \
  bool Lazy##Base##Impl::has_uninitialized_params() const { return options.count() == 0; } \
  Tensor Lazy##Base##Impl::forward forward_arguments {                                     \
    if (has_uninitialized_params()) {                                                      \
      options.count(found);                                                                \
      Base##Impl::reset();                                                                 \
      if (like_.defined()) {                                                               \
        to(like_.device(), like_.scalar_type());                                           \
      } else {                                                                             \
        to(input.device());                                                                \
      }                                                                                    \
    }                                                                                      \
    return Base##Impl::forward(__VA_ARGS__);                                               \
  }                                                                                        \
  void Lazy##Base##Impl::convert(const Callable<Tensor(const Tensor&)>& f) {               \
    if (has_uninitialized_params()) like_ = f(like_.defined() ? like_ : empty({0}));       \
    Base##Impl::convert(f);                                                                \
  }                                                                                        \
  void Lazy##Base##Impl::pretty_print(std::ostream& stream) const {                        \
    print_lazy(stream, [&](std::ostream& out) { Base##Impl::pretty_print(out); });         \
  }                                                                                        \
  HEARTH_DEFINE_CLONE(Lazy##Base##Impl)

HEARTH_LAZY(Linear, in_features, features("LazyLinear", input, -1), (const Tensor& input), input)

#define HEARTH_LAZY_CONV(Base, D)                                                              \
  HEARTH_LAZY(Base, in_channels, features("Lazy" #Base, input, -D - 1), (const Tensor& input), \
              input)
HEARTH_LAZY_CONV(Conv1d, 1)
HEARTH_LAZY_CONV(Conv2d, 2)
HEARTH_LAZY_CONV(Conv3d, 3)

#define HEARTH_LAZY_TRANSPOSE(Base, D)                                                     \
  HEARTH_LAZY(Base, in_channels, features("Lazy" #Base, input, -D - 1),                    \
              (const Tensor& input, const std::optional<IntArrayRef>& output_size), input, \
              output_size)
HEARTH_LAZY_TRANSPOSE(ConvTranspose1d, 1)
HEARTH_LAZY_TRANSPOSE(ConvTranspose2d, 2)
HEARTH_LAZY_TRANSPOSE(ConvTranspose3d, 3)

// Batches of vectors have their features at dim 1 as well.
HEARTH_LAZY(BatchNorm1d, num_features, features("LazyBatchNorm1d", input, 1), (const Tensor& input),
            input)
HEARTH_LAZY(BatchNorm2d, num_features, features("LazyBatchNorm2d", input, -3),
            (const Tensor& input), input)
HEARTH_LAZY(BatchNorm3d, num_features, features("LazyBatchNorm3d", input, -4),
            (const Tensor& input), input)
HEARTH_LAZY(InstanceNorm1d, num_features, features("LazyInstanceNorm1d", input, -2),
            (const Tensor& input), input)
HEARTH_LAZY(InstanceNorm2d, num_features, features("LazyInstanceNorm2d", input, -3),
            (const Tensor& input), input)
HEARTH_LAZY(InstanceNorm3d, num_features, features("LazyInstanceNorm3d", input, -4),
            (const Tensor& input), input)

}  // namespace hearth::nn
