// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "hearth/base/device.h"
#include "hearth/base/dtype.h"
#include "hearth/base/macros.h"

namespace hearth {

/// Runs matrix products and convolutions of a scope in a narrower type, and losses in float32. On
/// CUDA, softmax, layer, group and RMS norms, powers, exponentials, logarithms, sums and products
/// of many elements are in float32 as well. Backward is not cast: it follows what forward did.
/// Casts of parameters are kept until the outermost scope ends. As torch.autocast, list for list.
///
///   {
///     hearth::Autocast autocast(hearth::kCPU, hearth::kBFloat16);
///     loss = criterion(model->forward(x), y);
///   }
///   loss.backward();
class HEARTH_API Autocast {
 public:
  /// Throws DtypeError unless dtype is BFloat16 or Half. With enabled = false, switches an
  /// enclosing scope off.
  explicit Autocast(DeviceType device = kCPU, ScalarType dtype = kBFloat16, bool enabled = true);
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;
  ~Autocast();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Whether calls of this thread are cast.
HEARTH_API bool is_autocast_enabled();
/// The same for calls on a device of this type.
HEARTH_API bool is_autocast_enabled(DeviceType device);

}  // namespace hearth
