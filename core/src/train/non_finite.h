// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "dispatch/interceptor.h"

namespace hearth::train {

/// Looks for the operator that made a NaN, or an infinity, of finite inputs. While its scope lasts,
/// every call is looked at, which waits for devices.
class NonFiniteSearch final : public Interceptor {
 public:
  void intercept(const Invocation& call) override;
  /// "log of sizes [2, 3]", the first that gave NaN, else the first that gave an infinity; empty if
  /// none did.
  std::string found() const { return nan_.empty() ? infinity_ : nan_; }

 private:
  std::string nan_, infinity_;
};

}  // namespace hearth::train
