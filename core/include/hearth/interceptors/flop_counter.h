// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "hearth/base/macros.h"

namespace hearth::profiler {

/// Counts the multiplications of convolutions, matrix products, linear layers and attention that
/// this thread runs while it exists; on the meta device as well, where nothing is computed. As
/// torch.utils.flop_counter.
///
///     const DefaultDeviceGuard meta(kMeta);
///     auto model = vision::models::create_model("resnet50");
///     const profiler::FlopCounter counter;
///     model->forward(empty({1, 3, 224, 224}));
///     counter.macs();  // 4'089'184'256
class HEARTH_API FlopCounter {
 public:
  FlopCounter();
  FlopCounter(const FlopCounter&) = delete;
  FlopCounter& operator=(const FlopCounter&) = delete;
  ~FlopCounter();

  /// Multiplications, each with the addition that follows: half of what PyTorch's counter says.
  int64_t macs() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearth::profiler
