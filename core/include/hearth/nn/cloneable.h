// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/autograd/grad_mode.h"
#include "hearth/nn/module.h"

namespace hearth::nn {

/// Base of user modules that can be cloned: `struct NetImpl : nn::Cloneable<NetImpl>`. Derived has
/// a copy constructor and registers all parameters, buffers and submodules in reset(), which its
/// constructor calls.
template <typename Derived>
class Cloneable : public Module {
 public:
  using Module::Module;

  /// (Re)registers and initialises everything.
  virtual void reset() = 0;

  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override {
    const NoGradGuard no_grad;
    std::shared_ptr<Derived> copy(new Derived(static_cast<const Derived&>(*this)));
    copy->forget_registered();
    copy->reset();
    copy->copy_registered(*this, device);
    return copy;
  }

  void clone_(Module& other, const std::optional<Device>& device) override {
    const auto copy = std::dynamic_pointer_cast<Derived>(other.clone(device));
    HEARTH_CHECK(copy,
                 "[nn] Attempted to clone submodule, but it is of a different type than the "
                 "submodule it was to be cloned into");
    static_cast<Derived&>(*this) = *copy;
  }
};

}  // namespace hearth::nn
