// SPDX-License-Identifier: Apache-2.0
// What bounds a template, which nobody has to trust.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace hearth::text::chat {

/// Something went wrong in a template; whoever knows the line adds it.
struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// How deep expressions and blocks may be nested in a template's text.
inline constexpr int kMostNested = 200;
/// How long a chain as `a + b + c ...` may be.
inline constexpr int kDeepest = 400;
/// How many macros may be under way.
inline constexpr int kMostCalls = 60;
/// How deep values may be nested.
inline constexpr int kDeepestValue = 200;
/// Of range(), as Jinja's sandbox has it.
inline constexpr int64_t kLongestRange = 100'000;

/// What the template that this thread is rendering may still compute, while this lives: a unit for
/// each byte that is made, more for each element and step.
class Budget {
 public:
  explicit Budget(size_t units) : left_(units), outer_(current_) { current_ = this; }
  ~Budget() { current_ = outer_; }
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

  static void spend(size_t units) {
    if (!current_) return;
    if (units > current_->left_) throw Failure("the template computes or writes too much");
    current_->left_ -= units;
  }

 private:
  size_t left_;
  Budget* outer_;
  static thread_local Budget* current_;
};

inline void spend(size_t bytes) { Budget::spend(bytes); }
inline void spend_elements(size_t elements) {
  Budget::spend(elements < SIZE_MAX / 16 ? elements * 16 : SIZE_MAX);
}
inline void spend_step() { Budget::spend(16); }

/// Counts how deep something is nested while it lives.
class Nesting {
 public:
  Nesting(int& depth, int most, const char* what) : depth_(depth) {
    if (depth_ >= most) throw Failure(std::string(what) + " are nested too deep");
    ++depth_;
  }
  ~Nesting() { --depth_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;

 private:
  int& depth_;
};

}  // namespace hearth::text::chat
