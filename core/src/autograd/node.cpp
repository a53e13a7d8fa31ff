// SPDX-License-Identifier: Apache-2.0
#include "hearth/autograd/node.h"

#include "autograd/accumulate.h"
#include "autograd/extras.h"

namespace hearth::autograd {

namespace {

// Initial-exec: an offset instead of a call.
#define HEARTH_FAST_TLS thread_local constinit __attribute__((tls_model("initial-exec")))
HEARTH_FAST_TLS uint64_t sequence = 0;

uint64_t next_sequence_nr() { return sequence++; }

/// Nodes whose last reference is gone, while one is being retired on this thread. A chain of a
/// million nodes is freed in a loop, not by recursion. Plain data, because graphs of static objects
/// are freed when those of the thread are gone.
struct Graveyard {
  bool busy = false;
  Node* waiting = nullptr;
};
HEARTH_FAST_TLS Graveyard graveyard;

}  // namespace

Node::Node() : sequence_nr(next_sequence_nr()) {}
Node::~Node() { delete extras; }

void retain_node(Node* node) noexcept { __atomic_fetch_add(&node->refs, 1, __ATOMIC_RELAXED); }

void release_node(Node* node) noexcept {
  // Leaves know their nodes by a reference that is not counted (accumulator_of); who else holds the
  // last one is alone.
  const bool alone =
      node->sequence_nr != kLeafSequenceNr && __atomic_load_n(&node->refs, __ATOMIC_ACQUIRE) == 1;
  if (!alone && __atomic_sub_fetch(&node->refs, 1, __ATOMIC_ACQ_REL) != 0) return;
  Graveyard& g = graveyard;
  node->next_dead = g.waiting;
  g.waiting = node;
  if (g.busy) return;
  g.busy = true;
  while (Node* dead = g.waiting) {
    g.waiting = dead->next_dead;
    dead->retire();
  }
  g.busy = false;
}

}  // namespace hearth::autograd
