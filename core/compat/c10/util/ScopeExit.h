// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "c10/macros/Macros.h"

namespace hearth {

/// Calls a function at the end of a scope, unless released.
template <typename F>
class [[nodiscard]] scope_exit {
 public:
  explicit scope_exit(F f) : f_(std::move(f)) {}
  scope_exit(scope_exit&& o) : f_(std::move(o.f_)), engaged_(std::exchange(o.engaged_, false)) {}
  scope_exit& operator=(scope_exit&&) = delete;
  ~scope_exit() {
    if (engaged_) f_();
  }
  void release() { engaged_ = false; }

 private:
  F f_;
  bool engaged_ = true;
};
template <typename F>
scope_exit<std::decay_t<F>> make_scope_exit(F&& f) {
  return scope_exit<std::decay_t<F>>(std::forward<F>(f));
}

}  // namespace hearth
