// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace hearth {

template <typename Signature>
class Callable;

/// Any function, lambda or function object of one signature; std::function without its header's
/// cost. Copies share the object they call.
template <typename R, typename... A>
class Callable<R(A...)> {
 public:
  Callable() = default;
  Callable(std::nullptr_t) {}
  template <typename F>
  requires(!std::is_same_v<std::decay_t<F>, Callable> &&
           std::is_invocable_r_v<R, std::decay_t<F>&, A...>) Callable(F&& f)
      : target_(new Typed<std::decay_t<F>>(std::forward<F>(f))) {}

  explicit operator bool() const { return target_ != nullptr; }
  R operator()(A... args) const { return target_->call(std::forward<A>(args)...); }

 private:
  struct Target {
    virtual ~Target() = default;
    virtual R call(A... args) = 0;
  };
  template <typename F>
  struct Typed final : Target {
    explicit Typed(F f) : f_(std::move(f)) {}
    R call(A... args) override { return static_cast<R>(f_(std::forward<A>(args)...)); }
    F f_;
  };
  std::shared_ptr<Target> target_;
};

}  // namespace hearth
