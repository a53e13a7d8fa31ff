// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <iosfwd>
#include <memory>
#include <utility>

#include "hearth/base/macros.h"

namespace hearth::autograd {

struct Node;

// Defined by autograd, which knows what a node is.
HEARTH_API void retain_node(Node* node) noexcept;
HEARTH_API void release_node(Node* node) noexcept;

/// A counted reference to a node of the tape.
class NodePtr {
 public:
  NodePtr() = default;
  NodePtr(std::nullptr_t) {}
  /// Takes over one reference.
  static NodePtr adopt(Node* node) {
    NodePtr p;
    p.node_ = node;
    return p;
  }
  explicit NodePtr(Node* node) : node_(node) {
    if (node_) retain_node(node_);
  }
  NodePtr(const NodePtr& o) : NodePtr(o.node_) {}
  NodePtr(NodePtr&& o) noexcept : node_(std::exchange(o.node_, nullptr)) {}
  NodePtr& operator=(NodePtr o) noexcept {
    std::swap(node_, o.node_);
    return *this;
  }
  ~NodePtr() {
    if (node_) release_node(node_);
  }
  Node* get() const { return node_; }
  Node* operator->() const { return node_; }
  Node& operator*() const { return *node_; }
  /// For programs that keep nodes in std::shared_ptr.
  operator std::shared_ptr<Node>() const {
    if (!node_) return nullptr;
    return {node_, [keep = *this](Node*) {}};
  }
  Node* release() { return std::exchange(node_, nullptr); }
  explicit operator bool() const { return node_ != nullptr; }
  friend bool operator==(const NodePtr& a, const NodePtr& b) { return a.node_ == b.node_; }
  friend bool operator==(const NodePtr& a, std::nullptr_t) { return a.node_ == nullptr; }
  /// The address, as of any pointer.
  HEARTH_API friend std::ostream& operator<<(std::ostream& out, const NodePtr& node);

 private:
  Node* node_ = nullptr;
};

}  // namespace hearth::autograd
