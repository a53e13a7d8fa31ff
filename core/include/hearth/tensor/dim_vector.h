// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>

#include "hearth/base/array_ref.h"

namespace hearth {

/// Sizes, strides or dims: a vector of int64 that keeps up to five elements inline.
class DimVector {
 public:
  static constexpr uint32_t kInline = 5;

  DimVector() = default;
  DimVector(IntArrayRef v) { assign(v.data(), static_cast<uint32_t>(v.size())); }
  DimVector(std::initializer_list<int64_t> v) : DimVector(IntArrayRef(v)) {}
  DimVector(const std::vector<int64_t>& v) : DimVector(IntArrayRef(v)) {}
  DimVector(size_t n, int64_t value) {
    resize(n);
    for (int64_t& x : *this) x = value;
  }
  DimVector(const DimVector& o) {
    if (o.size_ <= kInline) {
      std::memcpy(inline_, o.inline_, sizeof inline_);
      size_ = o.size_;
    } else {
      assign(o.heap_, o.size_);
    }
  }
  DimVector(DimVector&& o) noexcept {
    std::memcpy(inline_, o.inline_, sizeof inline_);
    size_ = o.size_;
    o.size_ = 0;
  }
  DimVector& operator=(const DimVector& o) {
    if (this != &o) {
      DimVector copy(o);
      *this = static_cast<DimVector&&>(copy);
    }
    return *this;
  }
  DimVector& operator=(DimVector&& o) noexcept {
    if (this != &o) {
      release();
      std::memcpy(inline_, o.inline_, sizeof inline_);
      size_ = o.size_;
      o.size_ = 0;
    }
    return *this;
  }
  ~DimVector() { release(); }

  const int64_t* data() const { return size_ <= kInline ? inline_ : heap_; }
  int64_t* data() { return size_ <= kInline ? inline_ : heap_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  int64_t& operator[](size_t i) { return data()[i]; }
  int64_t operator[](size_t i) const { return data()[i]; }
  int64_t back() const { return data()[size_ - 1]; }
  int64_t* begin() { return data(); }
  int64_t* end() { return data() + size_; }
  const int64_t* begin() const { return data(); }
  const int64_t* end() const { return data() + size_; }
  operator IntArrayRef() const { return {data(), size_}; }
  IntArrayRef ref() const { return {data(), size_}; }
  std::vector<int64_t> vec() const { return {begin(), end()}; }

  void clear() {
    release();
    size_ = 0;
  }
  /// Sets the length; elements kept up to the shorter length, new ones are zero.
  void resize(size_t n) {
    if (n <= kInline && size_ <= kInline) {
      while (size_ < n) inline_[size_++] = 0;
      size_ = static_cast<uint32_t>(n);
      return;
    }
    DimVector grown;
    grown.allocate(static_cast<uint32_t>(n));
    const size_t kept = n < size_ ? n : size_;
    std::memcpy(grown.data(), data(), kept * sizeof(int64_t));
    if (n > kept) std::memset(grown.data() + kept, 0, (n - kept) * sizeof(int64_t));
    *this = static_cast<DimVector&&>(grown);
  }
  void push_back(int64_t v) {
    resize(size_ + size_t{1});
    data()[size_ - 1] = v;
  }
  void insert(size_t at, int64_t v) {
    resize(size_ + size_t{1});
    int64_t* d = data();
    for (size_t i = size_ - 1; i > at; --i) d[i] = d[i - 1];
    d[at] = v;
  }
  void erase(size_t at) {
    int64_t* d = data();
    for (size_t i = at; i + 1 < size_; ++i) d[i] = d[i + 1];
    resize(size_ - size_t{1});
  }
  friend bool operator==(const DimVector& a, const DimVector& b) { return a.ref().equals(b.ref()); }
  friend bool operator==(const DimVector& a, IntArrayRef b) { return a.ref().equals(b); }

 private:
  static_assert(kInline == 5);
  void allocate(uint32_t n) {
    if (n > kInline) heap_ = new int64_t[n];
    size_ = n;
  }
  void assign(const int64_t* v, uint32_t n) {
    allocate(n);
    switch (n) {  // a call of memcpy takes longer
      case 5:
        inline_[4] = v[4];
        [[fallthrough]];
      case 4:
        inline_[3] = v[3];
        [[fallthrough]];
      case 3:
        inline_[2] = v[2];
        [[fallthrough]];
      case 2:
        inline_[1] = v[1];
        [[fallthrough]];
      case 1:
        inline_[0] = v[0];
        [[fallthrough]];
      case 0:
        return;
      default:
        std::memcpy(heap_, v, n * sizeof(int64_t));
    }
  }
  void release() {
    if (size_ > kInline) delete[] heap_;
  }

  union {
    int64_t inline_[kInline];
    int64_t* heap_;
  };
  uint32_t size_ = 0;
};

}  // namespace hearth
