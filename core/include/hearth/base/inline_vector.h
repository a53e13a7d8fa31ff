// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <initializer_list>
#include <new>
#include <utility>

namespace hearth {

/// A vector that keeps up to N elements in itself.
template <typename T, size_t N>
class InlineVector {
 public:
  InlineVector() = default;
  explicit InlineVector(size_t n) { resize(n); }
  InlineVector(std::initializer_list<T> list) {
    reserve(list.size());
    for (const T& v : list) push_back(v);
  }
  InlineVector(const InlineVector& o) {
    reserve(o.size_);
    for (const T& v : o) push_back(v);
  }
  InlineVector(InlineVector&& o) noexcept { take(o); }
  InlineVector& operator=(InlineVector o) noexcept {
    destroy();
    take(o);
    return *this;
  }
  ~InlineVector() { destroy(); }

  T* data() { return data_; }
  const T* data() const { return data_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  T& back() { return data_[size_ - 1]; }

  template <typename... A>
  T& emplace_back(A&&... args) {
    if (size_ == capacity_) reserve(size_ * 2);
    return *new (data_ + size_++) T(std::forward<A>(args)...);
  }
  void push_back(const T& v) { emplace_back(T(v)); }
  void push_back(T&& v) { emplace_back(std::move(v)); }
  void resize(size_t n) {
    reserve(n);
    while (size_ < n) new (data_ + size_++) T();
    while (size_ > n) data_[--size_].~T();
  }
  void reserve(size_t n) {
    if (n <= capacity_) return;
    T* grown = static_cast<T*>(::operator new(n * sizeof(T), std::align_val_t(alignof(T))));
    for (size_t i = 0; i < size_; ++i) {
      new (grown + i) T(std::move(data_[i]));
      data_[i].~T();
    }
    free_heap();
    data_ = grown;
    capacity_ = n;
  }

 private:
  T* inline_data() { return reinterpret_cast<T*>(inline_); }
  void free_heap() {
    if (data_ != inline_data()) ::operator delete(data_, std::align_val_t(alignof(T)));
  }
  void destroy() {
    for (size_t i = 0; i < size_; ++i) data_[i].~T();
    free_heap();
    data_ = inline_data();
    size_ = 0;
    capacity_ = N;
  }
  // Expects this to be empty and inline.
  void take(InlineVector& o) {
    if (o.data_ != o.inline_data()) {
      data_ = std::exchange(o.data_, o.inline_data());
      capacity_ = std::exchange(o.capacity_, N);
      size_ = std::exchange(o.size_, 0);
      return;
    }
    for (size_t i = 0; i < o.size_; ++i) new (data_ + i) T(std::move(o.data_[i]));
    size_ = o.size_;
    o.destroy();
  }

  alignas(T) unsigned char inline_[N * sizeof(T)];
  T* data_ = inline_data();
  size_t size_ = 0;
  size_t capacity_ = N;
};

}  // namespace hearth
