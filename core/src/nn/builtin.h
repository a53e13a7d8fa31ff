// SPDX-License-Identifier: Apache-2.0
// What the definitions of built-in modules share.
#pragma once

#include <climits>
#include <ostream>
#include <string>
#include <type_traits>
#include <variant>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/arg.h"
#include "hearth/nn/enum.h"
#include "hearth/nn/expanding_array.h"
#include "hearth/nn/module.h"

namespace hearth::nn {

/// Module M, registered anew, with the values of `module`.
template <typename M>
std::shared_ptr<Module> clone_module(const M& module, const std::optional<Device>& device) {
  const NoGradGuard no_grad;
  std::shared_ptr<M> copy(new M(module));
  copy->forget_registered();
  copy->reset();
  copy->copy_registered(module, device);
  return copy;
}

template <typename M>
void clone_into(M& self, Module& other, const std::optional<Device>& device) {
  const auto copy = std::dynamic_pointer_cast<M>(other.clone(device));
  HEARTH_CHECK(copy,
               "[nn] Attempted to clone submodule, but it is of a different type than the "
               "submodule it was to be cloned into");
  self = *copy;
}

/// Defines the destructor and what Cloneable would, once per module class instead of in every
/// program.
#define HEARTH_DEFINE_CLONE(Impl)                                                  \
  Impl::~Impl() = default;                                                         \
  std::shared_ptr<Module> Impl::clone(const std::optional<Device>& device) const { \
    return clone_module(*this, device);                                            \
  }                                                                                \
  void Impl::clone_(Module& other, const std::optional<Device>& device) {          \
    clone_into(*this, other, device);                                              \
  }

/// Prints "torch::nn::Name(field=value, other=value)", as LibTorch does.
class Printer {
 public:
  Printer(std::ostream& out, const char* name) : out_(out) { out_ << "torch::nn::" << name << '('; }
  ~Printer() { out_ << ')'; }
  Printer(const Printer&) = delete;
  Printer& operator=(const Printer&) = delete;

  template <typename T>
  Printer& field(std::string_view name, const T& value) {
    separate();
    out_ << name << '=';
    put(value);
    return *this;
  }
  template <typename T>
  Printer& field_if(bool shown, std::string_view name, const T& value) {
    return shown ? field(name, value) : *this;
  }
  template <typename T>
  Printer& value(const T& value) {
    separate();
    put(value);
    return *this;
  }

 private:
  void separate() {
    if (!first_) out_ << ", ";
    first_ = false;
  }
  void put(bool v) { out_ << (v ? "true" : "false"); }
  template <typename T>
  void put(const std::optional<T>& v) {
    if (v) {
      put(*v);
    } else {
      out_ << "None";
    }
  }
  void put(const std::vector<int64_t>& v) { out_ << cat_str(IntArrayRef(v)); }
  void put(const std::vector<double>& v) {
    out_ << '[';
    for (size_t i = 0; i < v.size(); ++i) out_ << (i ? ", " : "") << v[i];
    out_ << ']';
  }
  template <size_t D>
  void put(const ExpandingArrayWithOptionalElem<D>& sizes) {
    out_ << '[';
    for (size_t i = 0; i < D; ++i) {
      if (i) out_ << ", ";
      put((*sizes)[i]);
    }
    out_ << ']';
  }
  template <typename... T>
  void put(const std::variant<T...>& v) {
    out_ << enumtype::get_enum_name(v);
  }
  template <typename T>
  void put(const T& v) {
    out_ << v;
  }

  std::ostream& out_;
  bool first_ = true;
};

/// How a module prints its options: all as name=value, but `inplace` only where it is set ...
struct PrintStyle {
  int unnamed = 0;       ///< ... so many of the first without their names
  int shown = INT_MAX;   ///< ... no more than so many
  bool inplace = false;  ///< ... `inplace` always
};

template <typename M>
void print_module(std::ostream& stream, const char* name, const M& module,
                  const PrintStyle& style) {
  Printer print(stream, name);
  if constexpr (requires { module.options; }) {
    int place = 0;
    for_each_arg(
        [&](std::string_view option, const auto& value) {
          if (place >= style.shown) return;
          if constexpr (std::is_same_v<std::decay_t<decltype(value)>, bool>) {
            if (option == "inplace" && !value && !style.inplace) return;
          }
          if (place++ < style.unnamed) {
            print.value(value);
          } else {
            print.field(option, value);
          }
        },
        module.options);
  }
}

/// Defines what HEARTH_DERIVED_MODULE declares; what follows the name goes to PrintStyle.
#define HEARTH_DEFINE_MODULE(Name, ...)                          \
  void Name##Impl::pretty_print(std::ostream& stream) const {    \
    print_module(stream, #Name, *this, PrintStyle{__VA_ARGS__}); \
  }                                                              \
  HEARTH_DEFINE_CLONE(Name##Impl)

/// An optional argument: none where the tensor is undefined.
inline std::optional<Tensor> given(const Tensor& t) {
  return t.defined() ? std::optional<Tensor>(t) : std::nullopt;
}

}  // namespace hearth::nn
