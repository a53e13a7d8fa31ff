// SPDX-License-Identifier: Apache-2.0
// TorchScript is not part of Hearth. Programs that include this header compile; what would load a
// scripted module throws and says what to write instead.
#pragma once

#include <torch/torch.h>

namespace hearth::jit {

using hearth::IValue;

namespace detail {
[[noreturn]] inline void no_torchscript(const char* what) {
  throw NotImplementedError(
      cat_str("[torch::jit] ", what,
              " needs TorchScript, which Hearth does not have. Write the network as a "
              "torch::nn::Module; torch::load(module, file) takes its weights from this file, or "
              "from one of model.state_dict()"));
}
}  // namespace detail

/// A scripted module, which cannot be loaded here. A module of C++ is torch::nn::Module.
class Module {
 public:
  IValue forward(std::vector<IValue>) { detail::no_torchscript("Module::forward"); }
  void to(Device, bool = false) { detail::no_torchscript("Module::to"); }
  void to(Device, ScalarType, bool = false) { detail::no_torchscript("Module::to"); }
  void to(ScalarType, bool = false) { detail::no_torchscript("Module::to"); }
  void eval() { detail::no_torchscript("Module::eval"); }
  void train(bool = true) { detail::no_torchscript("Module::train"); }
  void save(const std::string&) const { detail::no_torchscript("Module::save"); }
};

[[noreturn]] inline Module load(const std::string& file, std::optional<Device> = std::nullopt) {
  detail::no_torchscript(cat_str("loading ", file).c_str());
}
[[noreturn]] inline Module load(std::istream&, std::optional<Device> = std::nullopt) {
  detail::no_torchscript("loading a stream");
}

namespace script {
using jit::Module;
}

}  // namespace hearth::jit
