// SPDX-License-Identifier: Apache-2.0
// What a LibTorch program may ask of a tensor's dispatch keys. Hearth picks kernels by the device
// alone, and the tape by inference mode; the keys say just that.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "hearth/autograd/grad_mode.h"
#include "hearth/tensor/tensor.h"

#include "c10/macros/Macros.h"

namespace hearth {

enum class DispatchKey : uint8_t {
  Undefined,
  CPU,
  CUDA,
  Meta,
  ADInplaceOrView,
  AutogradCPU,
  AutogradCUDA,
  AutogradMeta,
};

class DispatchKeySet {
 public:
  constexpr DispatchKeySet() = default;
  constexpr explicit DispatchKeySet(DispatchKey key) : bits_(bit(key)) {}
  constexpr DispatchKeySet(std::initializer_list<DispatchKey> keys) {
    for (const DispatchKey key : keys) bits_ |= bit(key);
  }
  constexpr bool has(DispatchKey key) const { return bits_ & bit(key); }
  constexpr bool has_any(DispatchKeySet o) const { return bits_ & o.bits_; }
  constexpr bool has_all(DispatchKeySet o) const { return (bits_ & o.bits_) == o.bits_; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr DispatchKeySet add(DispatchKey key) const { return *this | DispatchKeySet(key); }
  constexpr DispatchKeySet remove(DispatchKey key) const { return *this - DispatchKeySet(key); }
  constexpr uint64_t raw_repr() const { return bits_; }
  friend constexpr DispatchKeySet operator|(DispatchKeySet a, DispatchKeySet b) {
    a.bits_ |= b.bits_;
    return a;
  }
  friend constexpr DispatchKeySet operator&(DispatchKeySet a, DispatchKeySet b) {
    a.bits_ &= b.bits_;
    return a;
  }
  friend constexpr DispatchKeySet operator-(DispatchKeySet a, DispatchKeySet b) {
    a.bits_ &= ~b.bits_;
    return a;
  }
  friend constexpr bool operator==(DispatchKeySet, DispatchKeySet) = default;

 private:
  static constexpr uint64_t bit(DispatchKey key) {
    return key == DispatchKey::Undefined ? 0 : uint64_t{1} << (static_cast<int>(key) - 1);
  }
  uint64_t bits_ = 0;
};

inline constexpr DispatchKeySet autograd_dispatch_keyset{
    DispatchKey::AutogradCPU, DispatchKey::AutogradCUDA, DispatchKey::AutogradMeta};

/// The device's key; of tensors not made in inference mode, also those of the tape and of views.
inline DispatchKeySet Tensor::key_set() const {
  const int kind = static_cast<int>(device().type());
  const auto key = [kind](DispatchKey first) {
    return static_cast<DispatchKey>(static_cast<int>(first) + kind);
  };
  DispatchKeySet keys(key(DispatchKey::CPU));
  if (is_inference()) return keys;
  return keys | DispatchKeySet{DispatchKey::ADInplaceOrView, key(DispatchKey::AutogradCPU)};
}

namespace impl {
/// What the calling thread's modes add to every call's keys, and leave out.
inline DispatchKeySet tls_included() {
  if (InferenceMode::is_enabled()) return {};
  return DispatchKeySet(DispatchKey::ADInplaceOrView);
}
inline DispatchKeySet tls_excluded() {
  if (InferenceMode::is_enabled()) return autograd_dispatch_keyset;
  return {};
}
inline bool tls_is_dispatch_key_included(DispatchKey key) { return tls_included().has(key); }
inline bool tls_is_dispatch_key_excluded(DispatchKey key) { return tls_excluded().has(key); }
inline bool tls_is_dispatch_keyset_included(DispatchKeySet keys) {
  return tls_included().has_all(keys);
}
inline bool tls_is_dispatch_keyset_excluded(DispatchKeySet keys) {
  return tls_excluded().has_all(keys);
}
}  // namespace impl

}  // namespace hearth
