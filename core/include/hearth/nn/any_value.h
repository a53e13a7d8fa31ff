// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "hearth/base/macros.h"

namespace hearth::nn {

namespace detail {
[[noreturn]] HEARTH_API void throw_any_value_cast(const std::type_info& asked,
                                                  const std::type_info& actual);
}

/// A value of any copyable type, as it travels between type-erased modules.
class HEARTH_API AnyValue {
 public:
  AnyValue(AnyValue&&) noexcept = default;
  AnyValue& operator=(AnyValue&&) noexcept = default;
  AnyValue(const AnyValue& other);
  AnyValue& operator=(const AnyValue& other);
  ~AnyValue();
  template <typename T>
  requires(!std::is_same_v<std::decay_t<T>, AnyValue>) explicit AnyValue(T&& value)
      : content_(new Typed<std::decay_t<T>>(std::forward<T>(value))) {}

  /// The value; throws if it is not exactly a T.
  template <typename T>
  T get() {
    if (T* value = try_get<T>()) return *value;
    detail::throw_any_value_cast(typeid(T), type_info());
  }
  /// The value, or null if it is not exactly a T.
  template <typename T>
  T* try_get() {
    static_assert(!std::is_reference_v<T> && !std::is_array_v<T>, "AnyValue stores decayed types");
    return type_info() == typeid(T) ? &static_cast<Typed<T>*>(content_.get())->value : nullptr;
  }
  const std::type_info& type_info() const noexcept { return content_->type(); }

 private:
  struct HEARTH_API Content {
    virtual ~Content();
    virtual std::unique_ptr<Content> copy() const = 0;
    virtual const std::type_info& type() const noexcept = 0;
  };
  template <typename T>
  struct Typed final : Content {
    template <typename U>
    explicit Typed(U&& v) : value(std::forward<U>(v)) {}
    std::unique_ptr<Content> copy() const override {
      return std::unique_ptr<Content>(new Typed(value));
    }
    const std::type_info& type() const noexcept override { return typeid(T); }
    T value;
  };
  std::unique_ptr<Content> content_;
};

/// The readable name of a type: "hearth::nn::LinearImpl".
HEARTH_API std::string type_name(const std::type_info& type);

}  // namespace hearth::nn
