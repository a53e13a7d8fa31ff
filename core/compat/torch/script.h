// SPDX-License-Identifier: Apache-2.0
// TorchScript is not part of Hearth. Programs that include this header compile; what would load a
// scripted module throws and says what to write instead.
#pragma once

#include <torch/library.h>
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

class Module;

/// What lists of named things of a module hold.
template <class T>
struct Named {
  std::string name;
  T value;
};
using NameTensor = Named<Tensor>;
using NameValue = Named<IValue>;
using NameModule = Named<Module>;
using Kwargs = std::unordered_map<std::string, IValue>;
using ExtraFilesMap = std::unordered_map<std::string, std::string>;

/// A method of a scripted module.
class Method {
 public:
  IValue operator()(std::vector<IValue>, const Kwargs& = {}) {
    detail::no_torchscript("Method::operator()");
  }
  const std::string& name() const { detail::no_torchscript("Method::name"); }
};

/// A scripted module, which cannot be loaded here. A module of C++ is torch::nn::Module.
class Module {
 public:
  IValue forward(std::vector<IValue>, const Kwargs& = {}) {
    detail::no_torchscript("Module::forward");
  }
  IValue operator()(std::vector<IValue>) { detail::no_torchscript("Module::operator()"); }
  Method get_method(const std::string&) const { detail::no_torchscript("Module::get_method"); }
  std::optional<Method> find_method(const std::string&) const {
    detail::no_torchscript("Module::find_method");
  }
  template <class... Args>
  IValue run_method(const std::string&, Args&&...) {
    detail::no_torchscript("Module::run_method");
  }
  IValue attr(const std::string&) const { detail::no_torchscript("Module::attr"); }
  IValue attr(const std::string&, IValue) const { detail::no_torchscript("Module::attr"); }
  bool hasattr(const std::string&) const { detail::no_torchscript("Module::hasattr"); }
  void setattr(const std::string&, IValue) const { detail::no_torchscript("Module::setattr"); }
  std::vector<Tensor> parameters(bool = true) const {
    detail::no_torchscript("Module::parameters");
  }
  std::vector<NameTensor> named_parameters(bool = true) const {
    detail::no_torchscript("Module::named_parameters");
  }
  std::vector<Tensor> buffers(bool = true) const { detail::no_torchscript("Module::buffers"); }
  std::vector<NameTensor> named_buffers(bool = true) const {
    detail::no_torchscript("Module::named_buffers");
  }
  std::vector<NameValue> named_attributes(bool = true) const {
    detail::no_torchscript("Module::named_attributes");
  }
  std::vector<Module> children() const { detail::no_torchscript("Module::children"); }
  std::vector<NameModule> named_children() const {
    detail::no_torchscript("Module::named_children");
  }
  std::vector<Module> modules() const { detail::no_torchscript("Module::modules"); }
  std::vector<NameModule> named_modules() const { detail::no_torchscript("Module::named_modules"); }
  Module copy() const { detail::no_torchscript("Module::copy"); }
  Module deepcopy(std::optional<Device> = std::nullopt) const {
    detail::no_torchscript("Module::deepcopy");
  }
  Module clone(bool = false) const { detail::no_torchscript("Module::clone"); }
  void to(Device, bool = false) { detail::no_torchscript("Module::to"); }
  void to(Device, ScalarType, bool = false) { detail::no_torchscript("Module::to"); }
  void to(ScalarType, bool = false) { detail::no_torchscript("Module::to"); }
  void eval() { detail::no_torchscript("Module::eval"); }
  void train(bool = true) { detail::no_torchscript("Module::train"); }
  bool is_training() const { detail::no_torchscript("Module::is_training"); }
  void save(const std::string&, const ExtraFilesMap& = {}) const {
    detail::no_torchscript("Module::save");
  }
  void save(std::ostream&, const ExtraFilesMap& = {}) const {
    detail::no_torchscript("Module::save");
  }
};

[[noreturn]] inline Module load(const std::string& file, std::optional<Device> = std::nullopt,
                                bool = true) {
  detail::no_torchscript(cat_str("loading ", file).c_str());
}
[[noreturn]] inline Module load(std::istream&, std::optional<Device> = std::nullopt, bool = true) {
  detail::no_torchscript("loading a stream");
}
[[noreturn]] inline Module load(const std::string& file, std::optional<Device>, ExtraFilesMap&,
                                bool = true, bool = true) {
  detail::no_torchscript(cat_str("loading ", file).c_str());
}
[[noreturn]] inline Module freeze(const Module&,
                                  const std::optional<std::vector<std::string>>& = {},
                                  bool = true) {
  detail::no_torchscript("freeze");
}
[[noreturn]] inline Module optimize_for_inference(Module&, const std::vector<std::string>& = {}) {
  detail::no_torchscript("optimize_for_inference");
}

namespace script {
using jit::Module;
}

}  // namespace hearth::jit
