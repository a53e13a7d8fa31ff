// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/conv.h"

#include <cmath>

#include "hearth/nn/init.h"
#include "hearth/nn/modules/padding.h"
#include "hearth/ops/conv.h"
#include "hearth/ops/creation.h"

#include "base/checked.h"
#include "nn/builtin.h"

namespace hearth::nn {

namespace functional {

namespace {

/// padding: amounts, or a name.
template <size_t D, class P>
Tensor conv(const Tensor& input, const Tensor& weight, const ConvFuncOptions<D>& o,
            const P& padding) {
  const std::optional<Tensor> bias = given(o.bias());
  if constexpr (D == 1) {
    return hearth::conv1d(input, weight, bias, o.stride(), padding, o.dilation(), o.groups());
  } else if constexpr (D == 2) {
    return hearth::conv2d(input, weight, bias, o.stride(), padding, o.dilation(), o.groups());
  } else {
    return hearth::conv3d(input, weight, bias, o.stride(), padding, o.dilation(), o.groups());
  }
}
template <size_t D>
Tensor conv(const Tensor& input, const Tensor& weight, const ConvFuncOptions<D>& o) {
  if (const auto* amounts = std::get_if<ExpandingArray<D>>(&o.padding()))
    return conv(input, weight, o, IntArrayRef(*amounts));
  return conv(input, weight, o,
              std::holds_alternative<enumtype::kSame>(o.padding()) ? "same" : "valid");
}

}  // namespace

#define HEARTH_CONV(D)                                                                           \
  Tensor conv##D##d(const Tensor& input, const Tensor& weight, const Conv##D##dFuncOptions& o) { \
    return conv<D>(input, weight, o);                                                            \
  }                                                                                              \
  Tensor conv_transpose##D##d(const Tensor& input, const Tensor& weight,                         \
                              const ConvTranspose##D##dFuncOptions& o) {                         \
    return hearth::conv_transpose##D##d(input, weight, given(o.bias()), o.stride(), o.padding(), \
                                        o.output_padding(), o.groups(), o.dilation());           \
  }
HEARTH_CONV(1)
HEARTH_CONV(2)
HEARTH_CONV(3)
#undef HEARTH_CONV

}  // namespace functional

namespace F = functional;

namespace {

template <size_t D>
bool is_all(const ExpandingArray<D>& values, int64_t value) {
  for (int64_t v : *values)
    if (v != value) return false;
  return true;
}

template <class Options>
void check_options(const Options& o) {
  HEARTH_CHECK_AS(ValueError, o.in_channels() > 0 && o.groups() > 0 && o.out_channels() > 0,
                  "[conv] in_channels, groups and out_channels must be a positive integer, got ",
                  o.in_channels(), ", ", o.groups(), " and ", o.out_channels());
  HEARTH_CHECK_AS(ValueError, o.in_channels() % o.groups() == 0,
                  "[conv] in_channels must be divisible by groups, got ", o.in_channels(), " and ",
                  o.groups());
  HEARTH_CHECK_AS(ValueError, o.out_channels() % o.groups() == 0,
                  "[conv] out_channels must be divisible by groups, got ", o.out_channels(),
                  " and ", o.groups());
}

void draw_uniform(const Tensor& weight, const Tensor& bias) {
  init::kaiming_uniform_(weight, std::sqrt(5));
  if (!bias.defined()) return;
  const int64_t fan_in = std::get<0>(init::_calculate_fan_in_and_fan_out(weight));
  const double bound = fan_in > 0 ? 1 / std::sqrt(static_cast<double>(fan_in)) : 0;
  init::uniform_(bias, -bound, bound);
}

template <size_t D>
std::vector<int64_t> weight_sizes(int64_t first, int64_t second, const ExpandingArray<D>& kernel) {
  std::vector<int64_t> sizes{first, second};
  sizes.insert(sizes.end(), kernel->begin(), kernel->end());
  return sizes;
}

/// What padding a convolution adds before the last dim, after it, before the one before, ...
template <size_t D>
std::vector<int64_t> amounts_around(const ConvOptions<D>& o) {
  std::vector<int64_t> pad;
  for (size_t i = D; i-- > 0;) {
    int64_t before = 0, after = 0;
    if (const auto* amounts = std::get_if<ExpandingArray<D>>(&o.padding())) {
      before = after = (**amounts)[i];
    } else if (std::holds_alternative<enumtype::kSame>(o.padding())) {
      const int64_t total = (Checked((*o.dilation())[i]) * ((*o.kernel_size())[i] - 1))
                                .get("conv", "dilation ", (*o.dilation())[i]);
      before = total / 2;
      after = total - before;
    }
    pad.push_back(before);
    pad.push_back(after);
  }
  return pad;
}

F::PadFuncOptions::mode_t pad_mode(const conv_padding_mode_t& mode) {
  if (std::holds_alternative<enumtype::kReflect>(mode)) return kReflect;
  if (std::holds_alternative<enumtype::kReplicate>(mode)) return kReplicate;
  return kCircular;
}

template <size_t D>
Tensor conv(const Tensor& input, const ConvNdImpl<D>& m) {
  const ConvOptions<D>& o = m.options;
  F::ConvFuncOptions<D> f;
  f.bias(m.bias).stride(o.stride()).dilation(o.dilation()).groups(o.groups());
  Tensor x = input;
  if (std::holds_alternative<enumtype::kZeros>(o.padding_mode())) {
    f.padding(o.padding());
  } else {
    x = F::pad(input, F::PadFuncOptions(amounts_around(o)).mode(pad_mode(o.padding_mode())));
  }
  return F::conv<D>(x, m.weight, f);
}

template <size_t D>
void print_conv(std::ostream& stream, const char* name, const ConvOptions<D>& options) {
  const auto* amounts = std::get_if<ExpandingArray<D>>(&options.padding());
  const bool same = std::holds_alternative<enumtype::kSame>(options.padding());
  Printer print(stream, name);
  print.value(options.in_channels())
      .value(options.out_channels())
      .field("kernel_size", options.kernel_size())
      .field("stride", options.stride());
  if (!amounts) {
    print.field("padding", same ? "'same'" : "'valid'");
  } else if (!is_all(*amounts, 0)) {
    print.field("padding", *amounts);
  }
  print.field_if(!is_all(options.dilation(), 1), "dilation", options.dilation())
      .field_if(options.groups() != 1, "groups", options.groups())
      .field_if(!options.bias(), "bias", false)
      .field_if(!std::holds_alternative<enumtype::kZeros>(options.padding_mode()), "padding_mode",
                options.padding_mode());
}

template <size_t D>
void print_conv(std::ostream& stream, const char* name, const ConvTransposeOptions<D>& options) {
  Printer(stream, name)
      .value(options.in_channels())
      .value(options.out_channels())
      .field("kernel_size", options.kernel_size())
      .field("stride", options.stride())
      .field_if(!is_all(options.padding(), 0), "padding", options.padding())
      .field_if(!is_all(options.dilation(), 1), "dilation", options.dilation())
      .field_if(!is_all(options.output_padding(), 0), "output_padding", options.output_padding())
      .field_if(options.groups() != 1, "groups", options.groups())
      .field_if(!options.bias(), "bias", false)
      .field_if(!std::holds_alternative<enumtype::kZeros>(options.padding_mode()), "padding_mode",
                options.padding_mode());
}

}  // namespace

template <size_t D>
ConvNdImpl<D>::ConvNdImpl(int64_t in_channels, int64_t out_channels, ExpandingArray<D> kernel_size)
    : ConvNdImpl(ConvOptions<D>(in_channels, out_channels, kernel_size)) {}
template <size_t D>
ConvNdImpl<D>::ConvNdImpl(const ConvOptions<D>& options_) : options(options_) {
  ConvNdImpl::reset();
}
template <size_t D>
ConvNdImpl<D>::ConvNdImpl(const ConvOptions<D>& options_, lazy_t) : options(options_) {}
template <size_t D>
ConvNdImpl<D>::~ConvNdImpl() = default;

template <size_t D>
void ConvNdImpl<D>::reset() {
  check_options(options);
  HEARTH_CHECK_AS(
      ValueError,
      !std::holds_alternative<enumtype::kSame>(options.padding()) || is_all(options.stride(), 1),
      "[conv] padding='same' is not supported for strided convolutions");
  weight = register_parameter(
      "weight",
      hearth::empty(weight_sizes(options.out_channels(), options.in_channels() / options.groups(),
                                 options.kernel_size())));
  bias = register_parameter("bias", options.bias() ? empty({options.out_channels()}) : Tensor());
  reset_parameters();
}
template <size_t D>
void ConvNdImpl<D>::reset_parameters() {
  draw_uniform(weight, bias);
}

template <size_t D>
ConvTransposeNdImpl<D>::ConvTransposeNdImpl(int64_t in_channels, int64_t out_channels,
                                            ExpandingArray<D> kernel_size)
    : ConvTransposeNdImpl(ConvTransposeOptions<D>(in_channels, out_channels, kernel_size)) {}
template <size_t D>
ConvTransposeNdImpl<D>::ConvTransposeNdImpl(const ConvTransposeOptions<D>& options_)
    : options(options_) {
  ConvTransposeNdImpl::reset();
}
template <size_t D>
ConvTransposeNdImpl<D>::ConvTransposeNdImpl(const ConvTransposeOptions<D>& options_, lazy_t)
    : options(options_) {}
template <size_t D>
ConvTransposeNdImpl<D>::~ConvTransposeNdImpl() = default;

template <size_t D>
void ConvTransposeNdImpl<D>::reset() {
  check_options(options);
  weight = register_parameter(
      "weight",
      hearth::empty(weight_sizes(options.in_channels(), options.out_channels() / options.groups(),
                                 options.kernel_size())));
  bias = register_parameter("bias", options.bias() ? empty({options.out_channels()}) : Tensor());
  reset_parameters();
}
template <size_t D>
void ConvTransposeNdImpl<D>::reset_parameters() {
  draw_uniform(weight, bias);
}

template <size_t D>
std::vector<int64_t> ConvTransposeNdImpl<D>::output_padding(
    const Tensor& input, const std::optional<IntArrayRef>& output_size) const {
  HEARTH_CHECK_AS(ValueError, std::holds_alternative<enumtype::kZeros>(options.padding_mode()),
                  "[conv_transpose] Only `zeros` padding mode is supported");
  if (!output_size) return {options.output_padding()->begin(), options.output_padding()->end()};
  IntArrayRef wanted = *output_size;
  if (wanted.size() > D && wanted.size() == static_cast<size_t>(input.dim()))
    wanted = wanted.slice(wanted.size() - D);
  HEARTH_CHECK_AS(ValueError, wanted.size() == D, "[conv_transpose] output_size must have ", D,
                  " or ", input.dim(), " elements, got ", wanted.size());
  std::vector<int64_t> extra;
  for (size_t i = 0; i < D; ++i) {
    const int64_t in = input.size(static_cast<int64_t>(i) - static_cast<int64_t>(D));
    const Checked least = (Checked(in) - 1) * (*options.stride())[i] -
                          Checked(2) * (*options.padding())[i] +
                          Checked((*options.dilation())[i]) * ((*options.kernel_size())[i] - 1) + 1;
    const int64_t smallest = least.get("conv_transpose", "an input of ", input.sizes());
    const int64_t largest =
        (least - 1 + (*options.stride())[i]).get("conv_transpose", "an input of ", input.sizes());
    HEARTH_CHECK_AS(ValueError, wanted[i] >= smallest && wanted[i] <= largest,
                    "[conv_transpose] requested an output size of ", wanted, ", but dim ", i,
                    " can only be from ", smallest, " to ", largest, " for an input of ",
                    input.sizes());
    extra.push_back(wanted[i] - smallest);
  }
  return extra;
}

template class ConvNdImpl<1>;
template class ConvNdImpl<2>;
template class ConvNdImpl<3>;
template class ConvTransposeNdImpl<1>;
template class ConvTransposeNdImpl<2>;
template class ConvTransposeNdImpl<3>;

#define HEARTH_CONV(D)                                                                     \
  Tensor Conv##D##dImpl::forward(const Tensor& input) { return conv<D>(input, *this); }    \
  void Conv##D##dImpl::pretty_print(std::ostream& stream) const {                          \
    print_conv(stream, "Conv" #D "d", options);                                            \
  }                                                                                        \
  HEARTH_DEFINE_CLONE(Conv##D##dImpl)                                                      \
  Tensor ConvTranspose##D##dImpl::forward(const Tensor& input,                             \
                                          const std::optional<IntArrayRef>& output_size) { \
    return F::conv_transpose##D##d(input, weight,                                          \
                                   F::ConvTransposeFuncOptions<D>()                        \
                                       .bias(bias)                                         \
                                       .stride(options.stride())                           \
                                       .padding(options.padding())                         \
                                       .output_padding(output_padding(input, output_size)) \
                                       .groups(options.groups())                           \
                                       .dilation(options.dilation()));                     \
  }                                                                                        \
  void ConvTranspose##D##dImpl::pretty_print(std::ostream& stream) const {                 \
    print_conv(stream, "ConvTranspose" #D "d", options);                                   \
  }                                                                                        \
  HEARTH_DEFINE_CLONE(ConvTranspose##D##dImpl)
HEARTH_CONV(1)
HEARTH_CONV(2)
HEARTH_CONV(3)

}  // namespace hearth::nn
