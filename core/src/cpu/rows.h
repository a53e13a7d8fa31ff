// SPDX-License-Identifier: Apache-2.0
// Rows or other pieces of operands and results as their kernel computes them. Half types are
// converted a piece at a time, in a buffer that stays close, instead of in passes over memory of
// their own.
#pragma once

#include "hearth/base/dtype.h"

#include "backends/dense.h"
#include "cpu/low_precision.h"
#include "cpu/scratch.h"
#include "cpu/stream.h"

namespace hearth::cpu {

/// What a RowReader of `compute` can read: `t` itself, or a copy where its type is another than
/// `compute` and no half type of it.
inline Tensor row_operand(const Tensor& t, ScalarType compute) {
  if (!t.defined() || impl(t).dtype == compute) return t;
  const bool half = impl(t).dtype == kHalf || impl(t).dtype == kBFloat16;
  return half && compute == kFloat ? t : as_type(t, compute);
}

/// Pieces of a row_operand whose elements follow each other in memory. One thread's.
template <class T>
class PieceReader {
 public:
  /// `most`: elements of the longest piece.
  PieceReader(const Tensor& t, int64_t most)
      : data_(raw_data(t)),
        type_(impl(t).dtype),
        size_(static_cast<int64_t>(element_size(type_))),
        buffer_(type_ == dtype_of<T> ? 0 : static_cast<size_t>(most)) {}

  /// n elements from `first` on; until the next call.
  const T* read(int64_t first, int64_t n) {
    const char* at = data_ + first * size_;
    if (type_ == dtype_of<T>) return reinterpret_cast<const T*>(at);
    if constexpr (std::is_same_v<T, float>) to_float(type_, at, buffer_.data(), n);
    return buffer_.data();
  }
  /// Starts to read them.
  void prefetch(int64_t first, int64_t n) const {
    const char* at = data_ + first * size_;
    for (int64_t i = 0; i < n * size_; i += 64) __builtin_prefetch(at + i);
  }

 private:
  const char* const data_;
  const ScalarType type_;
  const int64_t size_;
  Scratch<T> buffer_;
};

/// The rows of n elements each, one after another.
template <class T>
class RowReader {
 public:
  RowReader(const Tensor& t, int64_t n) : pieces_(t, n), n_(n) {}
  /// Row r; until the next call.
  const T* row(int64_t r) { return pieces_.read(r * n_, n_); }
  /// Starts to read row r.
  void prefetch(int64_t r) const { pieces_.prefetch(r * n_, n_); }

 private:
  PieceReader<T> pieces_;
  const int64_t n_;
};

/// Writes pieces of a result, by way of a buffer when they are converted, or too many for the
/// caches and written past them. One thread's.
template <class T>
class PieceWriter {
 public:
  /// `most`: elements of the longest piece.
  PieceWriter(const Tensor& out, int64_t most)
      : data_(raw_data(out)),
        type_(impl(out).dtype),
        size_(static_cast<int64_t>(element_size(type_))),
        converts_(type_ != dtype_of<T>),
        streams_(!converts_ && cpu::streams(impl(out).numel * size_)),
        buffer_(converts_ || streams_ ? static_cast<size_t>(most) : 0) {}

  /// Calls f(to), which writes n elements there, for those from `first` on.
  template <class F>
  void write(int64_t first, int64_t n, const F& f) {
    char* to = data_ + first * size_;
    if (!converts_ && !streams_) return f(reinterpret_cast<T*>(to));
    f(buffer_.data());
    if (streams_) return stream_.copy(to, buffer_.data(), n * size_);
    if constexpr (std::is_same_v<T, float>) from_float(type_, buffer_.data(), to, n);
  }

 private:
  char* const data_;
  const ScalarType type_;
  const int64_t size_;
  const bool converts_, streams_;
  Scratch<T> buffer_;
  Stream stream_;
};

/// Writes the rows of a result where they belong; by way of a buffer when they are converted, or
/// too many for the caches and written past them. One thread's.
template <class T>
class RowWriter {
 public:
  /// `rows`: of the whole result, of n elements each. An undefined tensor stands for no result.
  RowWriter(const Tensor& out, int64_t rows, int64_t n)
      : data_(out.defined() ? raw_data(out) : nullptr),
        type_(data_ ? impl(out).dtype : dtype_of<T>),
        bytes_(n * static_cast<int64_t>(element_size(type_))),
        n_(n),
        converts_(type_ != dtype_of<T>),
        streams_(data_ && !converts_ && bytes_ <= kMostBytes && streams(rows * bytes_)),
        buffer_(converts_ || streams_ ? static_cast<size_t>(n) : 0) {}

  /// Whether operands as large as the result do not fit the caches, so that they are worth
  /// prefetching.
  bool past_caches() const { return streams_; }

  /// Calls f(to), which writes row r there; to null for no result.
  template <class F>
  void write(int64_t r, const F& f) {
    char* to = data_ ? data_ + r * bytes_ : nullptr;
    if (!converts_ && !streams_) return f(reinterpret_cast<T*>(to));
    f(buffer_.data());
    if (streams_) return stream_.copy(to, buffer_.data(), bytes_);
    if constexpr (std::is_same_v<T, float>) from_float(type_, buffer_.data(), to, n_);
  }

 private:
  static constexpr int64_t kMostBytes = 32 << 10;  // stays in the first-level cache
  char* const data_;
  const ScalarType type_;
  const int64_t bytes_, n_;
  const bool converts_, streams_;
  Scratch<T> buffer_;
  Stream stream_;
};

/// A result to write by rows or pieces: the output itself where its layout suits the kernel, or a
/// contiguous tensor that finish() copies to it.
class RowResult {
 public:
  explicit RowResult(const Tensor& out) : RowResult(out, impl(out).contiguous) {}
  RowResult(const Tensor& out, bool suits)
      : out_(out),
        rows_(suits ? out : new_tensor(impl(out).sizes, impl(out).dtype, impl(out).device)) {}
  const Tensor& tensor() const { return rows_; }
  void finish() const {
    if (!rows_.is_same(out_)) copy_raw_into(out_, rows_);
  }

 private:
  const Tensor& out_;
  const Tensor rows_;
};

}  // namespace hearth::cpu
