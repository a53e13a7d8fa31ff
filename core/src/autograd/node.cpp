// SPDX-License-Identifier: Apache-2.0
#include "hearth/autograd/node.h"

#include "autograd/extras.h"

namespace hearth::autograd {

namespace {

uint64_t next_sequence_nr() {
  static thread_local constinit uint64_t next = 0;
  return next++;
}

/// Nodes whose last reference is gone, while one is being destroyed on this thread. A chain of a
/// million nodes is freed in a loop, not by recursion.
struct Graveyard {
  bool busy = false;
  std::vector<Node*> waiting;
};

Graveyard& graveyard() {
  static thread_local Graveyard g;
  return g;
}

}  // namespace

Node::Node() : sequence_nr(next_sequence_nr()) {}
Node::~Node() { delete extras; }

void retain_node(Node* node) noexcept { __atomic_fetch_add(&node->refs, 1, __ATOMIC_RELAXED); }

void release_node(Node* node) noexcept {
  if (__atomic_sub_fetch(&node->refs, 1, __ATOMIC_ACQ_REL) != 0) return;
  Graveyard& g = graveyard();
  if (g.busy) {
    g.waiting.push_back(node);
    return;
  }
  g.busy = true;
  delete node;
  while (!g.waiting.empty()) {
    Node* next = g.waiting.back();
    g.waiting.pop_back();
    delete next;
  }
  g.busy = false;
}

}  // namespace hearth::autograd
