// SPDX-License-Identifier: Apache-2.0
// Where the values of variables are while a template is rendered.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "chat/value.h"

namespace hearth::text::chat {

/// The variables of a block; those of the blocks around it are seen through it.
class Frame {
 public:
  explicit Frame(Frame* outer) : outer_(outer) {}

  void set(int name, Value value) {
    for (auto& [known, old] : values_)
      if (known == name) {
        old = std::move(value);
        return;
      }
    values_.emplace_back(name, std::move(value));
  }
  /// Null for a name that isn't set anywhere.
  const Value* find(int name) const {
    for (const Frame* frame = this; frame; frame = frame->outer_)
      for (const auto& [known, value] : frame->values_)
        if (known == name) return &value;
    return nullptr;
  }
  /// A macro was defined inside and sees this frame.
  void keep() {
    for (Frame* frame = this; frame && !frame->kept_; frame = frame->outer_) frame->kept_ = true;
  }
  bool kept() const { return kept_; }
  /// For the next round of a loop.
  void clear() { values_.clear(); }

 private:
  Frame* outer_;
  std::vector<std::pair<int, Value>> values_;
  bool kept_ = false;
};

/// Makes frames, and keeps those that macros see until the end.
class Frames {
 public:
  ~Frames() {
    for (const auto& frame : kept_) frame->clear();
  }
  std::unique_ptr<Frame> make(Frame* outer) { return std::make_unique<Frame>(outer); }
  /// At the end of a block.
  void done(std::unique_ptr<Frame> frame) {
    if (frame->kept()) kept_.push_back(std::move(frame));
  }

 private:
  std::vector<std::unique_ptr<Frame>> kept_;
};

}  // namespace hearth::text::chat
