// SPDX-License-Identifier: Apache-2.0
// Numbers at the edges of int64, and calls that may refuse them but must not misbehave.
#pragma once

#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "hearth/base/memory.h"

#include "dispatch/op.h"

namespace hearth::testing_ops {

inline constexpr int64_t kExtremes[] = {0,
                                        1,
                                        -1,
                                        2,
                                        INT32_MAX,
                                        int64_t{1} << 31,
                                        -(int64_t{1} << 31),
                                        int64_t{1} << 32,
                                        int64_t{1} << 40,
                                        int64_t{1} << 62,
                                        INT64_MAX - 1,
                                        INT64_MAX,
                                        INT64_MIN + 1,
                                        INT64_MIN};

/// While it lives, tensors may take this much memory more than they do. What earlier tests have
/// freed is given back first, or it would serve large ones.
class FewMegabytes {
 public:
  explicit FewMegabytes(size_t megabytes = 64) {
    empty_cache();
    set_memory_limit(memory_stats().reserved + (megabytes << 20));
  }
  ~FewMegabytes() { set_memory_limit(0); }
  FewMegabytes(const FewMegabytes&) = delete;
  FewMegabytes& operator=(const FewMegabytes&) = delete;
};

/// A tensor's elements lie in its storage.
inline void expect_inside(const Tensor& t) {
  if (!t.defined()) return;
  const TensorImpl& i = impl(t);
  if (i.numel == 0 || i.device.is_meta()) return;
  __int128 first = i.offset, last = i.offset;
  for (size_t d = 0; d < i.sizes.size(); ++d) {
    const __int128 reach = static_cast<__int128>(i.sizes[d] - 1) * i.strides[d];
    (reach < 0 ? first : last) += reach;
  }
  EXPECT_GE(first, 0);
  EXPECT_LE((last + 1) * static_cast<int64_t>(element_size(i.dtype)), i.storage->nbytes);
}

/// Calls f, which gives tensors or throws one of Hearth's errors, soon. True when it gave tensors.
template <class F>
bool computes_or_refuses(const F& f) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  bool computed = false;
  try {
    for (const Tensor& t : f()) expect_inside(t);
    computed = true;
  } catch (const Error& e) {
    EXPECT_EQ(e.msg().substr(0, 1), "[") << e.msg();
  } catch (const std::exception& e) {
    ADD_FAILURE() << "not one of Hearth's errors: " << e.what();
  }
  EXPECT_LT(std::chrono::duration<double>(Clock::now() - start).count(), 5);
  return computed;
}

}  // namespace hearth::testing_ops
