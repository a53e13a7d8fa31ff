// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <dnnl.hpp>

namespace hearth::cpu::onednn {

const dnnl::engine& engine();

/// A primitive ready to run: its memory objects, the reorders of operands that it wants in another
/// format than the caller's, and where in one block of scratch memory each piece lies.
class Plan {
 public:
  /// The operand behind `arg` (DNNL_ARG_SRC ...), given in format `user`, used in format `inner`.
  void add_input(int arg, const dnnl::memory::desc& user, const dnnl::memory::desc& inner);
  void add_output(int arg, const dnnl::memory::desc& user, const dnnl::memory::desc& inner);
  void set_primitive(dnnl::primitive primitive, const dnnl::memory::desc& scratchpad);

  /// pointers: one per operand, in the order they were added.
  void run(void* const* pointers);

 private:
  struct Operand {
    int arg;
    bool output;
    dnnl::memory user, inner;
    dnnl::primitive reorder;  ///< empty: inner is user
    size_t offset;
  };
  size_t reserve(size_t bytes);
  void reorder(const Operand& operand, const dnnl::memory& from, const dnnl::memory& to);

  std::vector<Operand> operands_;
  dnnl::primitive primitive_;
  dnnl::memory scratchpad_;
  size_t scratchpad_offset_ = 0;
  size_t scratch_bytes_ = 0;
};

/// What a plan depends on, flattened.
class Key {
 public:
  static constexpr int kMaxWords = 64;
  template <typename... Ts>
  void add(Ts... words) {
    ((words_[size_++] = static_cast<int64_t>(words)), ...);
  }
  void add_range(const int64_t* words, int n) {
    for (int i = 0; i < n; i++) add(words[i]);
  }
  void add_double(double value);
  bool operator==(const Key& o) const;
  size_t hash() const;

 private:
  int size_ = 0;
  int64_t words_[kMaxWords];
};

/// The calling thread's plan for `key`, made by `make` the first time; the least recently used of
/// the thread's plans makes room. Null where make returned null: oneDNN has no kernel for it.
using MakePlan = std::unique_ptr<Plan> (*)(const void* args);
Plan* find_plan(const Key& key, MakePlan make, const void* args);

}  // namespace hearth::cpu::onednn
