// SPDX-License-Identifier: Apache-2.0
// The named choices of options, such as kMean or kBilinear: one type each, so that an option's
// std::variant lists exactly what it accepts.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "hearth/base/macros.h"

namespace hearth {

#define HEARTH_FORALL_ENUMS(_)                                                                    \
  _(Linear)                                                                                       \
  _(Conv1D)                                                                                       \
  _(Conv2D)                                                                                       \
  _(Conv3D) _(ConvTranspose1D) _(ConvTranspose2D) _(ConvTranspose3D) _(Sigmoid) _(Tanh) _(ReLU)   \
      _(GELU) _(SiLU) _(Mish) _(LeakyReLU) _(FanIn) _(FanOut) _(Constant) _(Reflect) _(Replicate) \
          _(Circular) _(Nearest) _(Bilinear) _(Bicubic) _(Trilinear) _(Area) _(NearestExact)      \
              _(Sum) _(Mean) _(Max) _(None) _(BatchMean) _(Zeros) _(Border) _(Reflection)         \
                  _(RNN_TANH) _(RNN_RELU) _(LSTM) _(GRU) _(Valid) _(Same)

namespace enumtype {
#define HEARTH_DECLARE_ENUM(name)                   \
  struct k##name {                                  \
    static constexpr const char* kName = "k" #name; \
  };
HEARTH_FORALL_ENUMS(HEARTH_DECLARE_ENUM)
#undef HEARTH_DECLARE_ENUM

/// "kMean" for a variant that holds kMean.
template <typename V>
std::string get_enum_name(const V& choice) {
  return std::visit([](const auto& held) -> std::string { return held.kName; }, choice);
}
}  // namespace enumtype

#define HEARTH_DEFINE_ENUM(name) inline constexpr enumtype::k##name k##name{};
HEARTH_FORALL_ENUMS(HEARTH_DEFINE_ENUM)
#undef HEARTH_DEFINE_ENUM
#undef HEARTH_FORALL_ENUMS

namespace nn {
/// What a loss does with the values of its elements.
using reduction_t = std::variant<enumtype::kNone, enumtype::kMean, enumtype::kSum>;
}  // namespace nn

namespace enumtype {
/// The number that a loss function takes: Reduction::None, Mean or Sum.
HEARTH_API int64_t reduction_get_enum(const nn::reduction_t& reduction);
}  // namespace enumtype

}  // namespace hearth
