// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>

#include "c10/macros/Macros.h"

namespace hearth {

/// Base of objects that count who points to them. While only weak pointers do, the object lives on,
/// without what it gave up in release_resources().
class intrusive_ptr_target {
 public:
  intrusive_ptr_target(const intrusive_ptr_target&) noexcept {}
  intrusive_ptr_target& operator=(const intrusive_ptr_target&) noexcept { return *this; }

 protected:
  intrusive_ptr_target() noexcept = default;
  virtual ~intrusive_ptr_target() = default;
  virtual void release_resources() {}

 private:
  template <typename>
  friend class intrusive_ptr;
  template <typename>
  friend class weak_intrusive_ptr;

  void retain() const { count_.fetch_add(1, std::memory_order_relaxed); }
  void release() const {
    if (count_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    if (weak_.load(std::memory_order_acquire) > 1)
      const_cast<intrusive_ptr_target*>(this)->release_resources();
    release_weak();
  }
  void retain_weak() const { weak_.fetch_add(1, std::memory_order_relaxed); }
  void release_weak() const {
    if (weak_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }
  /// One pointer more, unless there is none any more.
  bool retain_if_held() const {
    size_t n = count_.load();
    while (n != 0 && !count_.compare_exchange_weak(n, n + 1)) {
    }
    return n != 0;
  }

  mutable std::atomic<size_t> count_{0};
  mutable std::atomic<size_t> weak_{1};  // all that count_ counts are one of these
};

/// A counted pointer to an object that holds the count.
template <typename T>
class intrusive_ptr {
 public:
  using element_type = T;
  intrusive_ptr() noexcept = default;
  intrusive_ptr(std::nullptr_t) noexcept {}
  intrusive_ptr(const intrusive_ptr& o) noexcept : target_(o.target_) { retain(); }
  intrusive_ptr(intrusive_ptr&& o) noexcept : target_(o.release()) {}
  template <typename U>
  requires std::is_convertible_v<U*, T*> intrusive_ptr(const intrusive_ptr<U>& o)
  noexcept : target_(o.get()) { retain(); }
  template <typename U>
  requires std::is_convertible_v<U*, T*> intrusive_ptr(intrusive_ptr<U>&& o)
  noexcept : target_(o.release()) {}
  intrusive_ptr& operator=(intrusive_ptr o) noexcept {
    swap(o);
    return *this;
  }
  ~intrusive_ptr() { drop(); }

  /// A new object.
  template <typename... Args>
  static intrusive_ptr make(Args&&... args) {
    return share(new T(std::forward<Args>(args)...));
  }
  /// One pointer more to an object that is counted already, or a new one.
  static intrusive_ptr share(T* target) {
    intrusive_ptr p;
    p.target_ = target;
    p.retain();
    return p;
  }
  static intrusive_ptr unsafe_reclaim_from_nonowning(T* target) { return share(target); }
  /// Takes back what release() gave.
  static intrusive_ptr reclaim(T* target) {
    intrusive_ptr p;
    p.target_ = target;
    return p;
  }

  T* get() const noexcept { return target_; }
  T& operator*() const noexcept { return *target_; }
  T* operator->() const noexcept { return target_; }
  explicit operator bool() const noexcept { return target_ != nullptr; }
  bool defined() const noexcept { return target_ != nullptr; }
  size_t use_count() const noexcept { return target_ ? base()->count_.load() : 0; }
  size_t weak_use_count() const noexcept { return target_ ? base()->weak_.load() : 0; }
  bool unique() const noexcept { return use_count() == 1; }
  void reset() noexcept { intrusive_ptr().swap(*this); }
  void swap(intrusive_ptr& o) noexcept { std::swap(target_, o.target_); }
  /// Gives up the pointer without counting down; see reclaim.
  [[nodiscard]] T* release() noexcept { return std::exchange(target_, nullptr); }

 private:
  template <typename>
  friend class weak_intrusive_ptr;

  const intrusive_ptr_target* base() const { return target_; }
  void retain() {
    if (target_) base()->retain();
  }
  void drop() {
    if (target_) base()->release();
  }

  T* target_ = nullptr;
};

/// Knows an object without keeping it; lock() gives a pointer that keeps it, or none.
template <typename T>
class weak_intrusive_ptr {
 public:
  using element_type = T;
  explicit weak_intrusive_ptr(const intrusive_ptr<T>& p) noexcept : target_(p.get()) { retain(); }
  weak_intrusive_ptr(const weak_intrusive_ptr& o) noexcept : target_(o.target_) { retain(); }
  weak_intrusive_ptr(weak_intrusive_ptr&& o) noexcept
      : target_(std::exchange(o.target_, nullptr)) {}
  weak_intrusive_ptr& operator=(weak_intrusive_ptr o) noexcept {
    swap(o);
    return *this;
  }
  ~weak_intrusive_ptr() {
    if (target_) base()->release_weak();
  }

  size_t use_count() const noexcept { return target_ ? base()->count_.load() : 0; }
  size_t weak_use_count() const noexcept { return target_ ? base()->weak_.load() : 0; }
  bool expired() const noexcept { return use_count() == 0; }
  intrusive_ptr<T> lock() const noexcept {
    return target_ && base()->retain_if_held() ? intrusive_ptr<T>::reclaim(target_)
                                               : intrusive_ptr<T>();
  }
  void reset() noexcept { weak_intrusive_ptr(intrusive_ptr<T>()).swap(*this); }
  void swap(weak_intrusive_ptr& o) noexcept { std::swap(target_, o.target_); }
  friend bool operator==(const weak_intrusive_ptr& a, const weak_intrusive_ptr& b) {
    return a.target_ == b.target_;
  }

 private:
  const intrusive_ptr_target* base() const { return target_; }
  void retain() {
    if (target_) base()->retain_weak();
  }

  T* target_ = nullptr;
};

template <typename T, typename U>
bool operator==(const intrusive_ptr<T>& a, const intrusive_ptr<U>& b) {
  return a.get() == b.get();
}
template <typename T>
bool operator==(const intrusive_ptr<T>& a, std::nullptr_t) {
  return !a;
}
template <typename T, typename U>
bool operator<(const intrusive_ptr<T>& a, const intrusive_ptr<U>& b) {
  return a.get() < b.get();
}

template <typename T, typename... Args>
intrusive_ptr<T> make_intrusive(Args&&... args) {
  return intrusive_ptr<T>::make(std::forward<Args>(args)...);
}

}  // namespace hearth

template <typename T>
struct std::hash<hearth::intrusive_ptr<T>> {
  size_t operator()(const hearth::intrusive_ptr<T>& p) const { return std::hash<T*>()(p.get()); }
};
