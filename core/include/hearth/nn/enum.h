// SPDX-License-Identifier: Apache-2.0
// The named choices of options, such as kMean or kBilinear: one type each, so that an option's
// std::variant lists exactly what it accepts.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "hearth/base/macros.h"

namespace hearth {

#define HEARTH_ENUM(name)                           \
  namespace enumtype {                              \
  struct k##name {                                  \
    static constexpr const char* kName = "k" #name; \
  };                                                \
  }                                                 \
  inline constexpr enumtype::k##name k##name{};
HEARTH_ENUM(Linear)
HEARTH_ENUM(Conv1D)
HEARTH_ENUM(Conv2D)
HEARTH_ENUM(Conv3D)
HEARTH_ENUM(ConvTranspose1D)
HEARTH_ENUM(ConvTranspose2D)
HEARTH_ENUM(ConvTranspose3D)
HEARTH_ENUM(Sigmoid)
HEARTH_ENUM(Tanh)
HEARTH_ENUM(ReLU)
HEARTH_ENUM(GELU)
HEARTH_ENUM(SiLU)
HEARTH_ENUM(Mish)
HEARTH_ENUM(LeakyReLU)
HEARTH_ENUM(FanIn)
HEARTH_ENUM(FanOut)
HEARTH_ENUM(Constant)
HEARTH_ENUM(Reflect)
HEARTH_ENUM(Replicate)
HEARTH_ENUM(Circular)
HEARTH_ENUM(Nearest)
HEARTH_ENUM(Bilinear)
HEARTH_ENUM(Bicubic)
HEARTH_ENUM(Trilinear)
HEARTH_ENUM(Area)
HEARTH_ENUM(NearestExact)
HEARTH_ENUM(Sum)
HEARTH_ENUM(Mean)
HEARTH_ENUM(Max)
HEARTH_ENUM(None)
HEARTH_ENUM(BatchMean)
HEARTH_ENUM(Zeros)
HEARTH_ENUM(Border)
HEARTH_ENUM(Reflection)
HEARTH_ENUM(RNN_TANH)
HEARTH_ENUM(RNN_RELU)
HEARTH_ENUM(LSTM)
HEARTH_ENUM(GRU)
HEARTH_ENUM(Valid)
HEARTH_ENUM(Same)
#undef HEARTH_ENUM

namespace enumtype {
/// "kMean" for a variant that holds kMean.
template <typename V>
std::string get_enum_name(const V& choice) {
  return std::visit([](const auto& held) -> std::string { return held.kName; }, choice);
}
}  // namespace enumtype

namespace nn {
/// What a loss does with the values of its elements.
using reduction_t = std::variant<enumtype::kNone, enumtype::kMean, enumtype::kSum>;
}  // namespace nn

namespace enumtype {
/// The number that a loss function takes: Reduction::None, Mean or Sum.
HEARTH_API int64_t reduction_get_enum(const nn::reduction_t& reduction);
}  // namespace enumtype

}  // namespace hearth
