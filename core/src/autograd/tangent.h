// SPDX-License-Identifier: Apache-2.0
// Forward mode: what a tensor's tangent is, for the time of a level.
#pragma once

#include <memory>
#include <mutex>

#include "dispatch/op.h"

namespace hearth::autograd {

struct Tangent;

/// The time in which a thread's tensors may have tangents. It knows all of them, to free them at
/// its end.
class ForwardLevel {
 public:
  void end();

 private:
  friend struct Tangent;
  std::mutex mutex_;
  Tangent* first_ = nullptr;
};

/// What one tensor has at a level; part of its AutogradMeta.
struct Tangent {
  Tangent(Tensor tangent, std::shared_ptr<ForwardLevel> of);
  Tangent(const Tangent&) = delete;
  Tangent& operator=(const Tangent&) = delete;
  ~Tangent();

  Tensor value;  ///< laid out as the tensor; undefined: it has none, whatever its base has
  const std::shared_ptr<ForwardLevel> level;
  Tangent *next = nullptr, *previous = nullptr;  ///< among those of the level
};

// initial-exec: a direct offset instead of a call per access.
extern thread_local constinit std::shared_ptr<ForwardLevel>* forward_level_storage
    __attribute__((tls_model("initial-exec"), visibility("hidden")));
/// The level that this thread has entered; null nearly always.
inline std::shared_ptr<ForwardLevel>*& forward_level() { return forward_level_storage; }

/// What t itself has at this thread's level, if anything.
const Tangent* own_tangent(const Tensor& t);
/// Whether t has a tangent at this thread's level.
bool is_dual(const Tensor& t);
/// t's tangent: its own or, for a view that has none, its part of the base's.
Tensor tangent_of(const Tensor& t);
/// Gives t a tangent of its own, or (undefined) none.
void set_tangent(const Tensor& t, Tensor tangent);
/// Another handle of what `from` shows has the same tangent.
inline void share_tangent(const Tensor& from, const Tensor& to) {
  if (forward_level() && is_dual(from)) [[unlikely]]
    set_tangent(to, tangent_of(from));
}
/// After a write into t: the memory of its tangent, which views of t share, gets these values, or
/// (undefined) zeros.
void write_tangent(const Tensor& t, const Tensor& tangent);
/// `tangent` in the form of `t`: its sizes, dtype, device and strides. A copy where it is not.
Tensor laid_out_as(const Tensor& t, const Tensor& tangent);
/// Always a copy.
Tensor copy_laid_out_as(const Tensor& t, const Tensor& tangent);

}  // namespace hearth::autograd
