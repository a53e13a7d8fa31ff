// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>

namespace hearth {

namespace detail {
void call_on_fresh_stack(size_t bytes, void (*call)(void*), void* data);
}  // namespace detail

/// Calls f on a stack of its own, in the calling thread, whose modes and thread-local objects it
/// therefore has. For what may call itself any number of times. Throws what f throws, and Error
/// when there is no memory for the stack.
template <typename F>
void call_on_fresh_stack(size_t bytes, F&& f) {
  detail::call_on_fresh_stack(
      bytes, [](void* data) { (*static_cast<std::remove_reference_t<F>*>(data))(); },
      const_cast<void*>(static_cast<const void*>(std::addressof(f))));
}

}  // namespace hearth
