// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/nn/options/conv.h"
#include "hearth/nn/pimpl.h"

namespace hearth::nn {

/// What convolutions of all dims share.
template <size_t D>
class HEARTH_API ConvNdImpl : public Module {
 public:
  explicit ConvNdImpl(const ConvOptions<D>& options_);
  ~ConvNdImpl() override;
  virtual void reset();
  /// Draws weight and bias from U(-1/sqrt(fan_in), 1/sqrt(fan_in)).
  void reset_parameters();
  void pretty_print(std::ostream& stream) const override;

  ConvOptions<D> options;
  Tensor weight;  ///< [out_channels, in_channels / groups, kernel_size...]
  Tensor bias;    ///< [out_channels], undefined without bias
};
extern template class ConvNdImpl<1>;
extern template class ConvNdImpl<2>;

/// What transposed convolutions of all dims share.
template <size_t D>
class HEARTH_API ConvTransposeNdImpl : public Module {
 public:
  explicit ConvTransposeNdImpl(const ConvTransposeOptions<D>& options_);
  ~ConvTransposeNdImpl() override;
  virtual void reset();
  void reset_parameters();
  void pretty_print(std::ostream& stream) const override;

  ConvTransposeOptions<D> options;
  Tensor weight;  ///< [in_channels, out_channels / groups, kernel_size...]
  Tensor bias;    ///< [out_channels], undefined without bias

 protected:
  /// The output padding that gives this output size (of the spatial dims, or with those before).
  std::vector<int64_t> output_padding(const Tensor& input,
                                      const std::optional<IntArrayRef>& output_size) const;
};
extern template class ConvTransposeNdImpl<1>;
extern template class ConvTransposeNdImpl<2>;

// One module: its forward has the arguments that follow the input.
#define HEARTH_CONV(Name, Base, D, Options)                                                    \
  class HEARTH_API Name##Impl : public Base<D> {                                               \
   public:                                                                                     \
    Name##Impl(int64_t input_channels, int64_t output_channels, ExpandingArray<D> kernel_size) \
        : Name##Impl(Options<D>(input_channels, output_channels, kernel_size)) {}              \
    explicit Name##Impl(const Options<D>& options_);                                           \
    ~Name##Impl() override;                                                                    \
    std::shared_ptr<Module> clone(                                                             \
        const std::optional<Device>& device = std::nullopt) const override;                    \
    void clone_(Module& other, const std::optional<Device>& device) override;

/// Convolution of [N, C, L] or [C, L].
HEARTH_CONV(Conv1d, ConvNdImpl, 1, ConvOptions)
Tensor forward(const Tensor& input);
};
HEARTH_MODULE(Conv1d);

/// Convolution of images [N, C, H, W] or [C, H, W].
HEARTH_CONV(Conv2d, ConvNdImpl, 2, ConvOptions)
Tensor forward(const Tensor& input);
}
;
HEARTH_MODULE(Conv2d);

/// Transposed convolution of [N, C, L] or [C, L].
HEARTH_CONV(ConvTranspose1d, ConvTransposeNdImpl, 1, ConvTransposeOptions)
Tensor forward(const Tensor& input, const std::optional<IntArrayRef>& output_size = std::nullopt);

protected:
FORWARD_HAS_DEFAULT_ARGS({1, AnyValue(std::optional<IntArrayRef>())})
}
;
HEARTH_MODULE(ConvTranspose1d);

/// Transposed convolution of images [N, C, H, W] or [C, H, W].
HEARTH_CONV(ConvTranspose2d, ConvTransposeNdImpl, 2, ConvTransposeOptions)
Tensor forward(const Tensor& input, const std::optional<IntArrayRef>& output_size = std::nullopt);

protected:
FORWARD_HAS_DEFAULT_ARGS({1, AnyValue(std::optional<IntArrayRef>())})
}
;
HEARTH_MODULE(ConvTranspose2d);
#undef HEARTH_CONV

}  // namespace hearth::nn
