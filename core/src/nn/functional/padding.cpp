// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/functional/padding.h"

#include "hearth/ops/pad.h"

namespace hearth::nn::functional {

Tensor pad(const Tensor& input, const PadFuncOptions& options) {
  static constexpr const char* kModes[] = {"constant", "reflect", "replicate", "circular"};
  const bool constant = std::holds_alternative<enumtype::kConstant>(options.mode());
  return hearth::pad(input, options.pad(), kModes[options.mode().index()],
                     constant ? std::optional<double>(options.value()) : std::nullopt);
}

}  // namespace hearth::nn::functional
