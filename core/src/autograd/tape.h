// SPDX-License-Identifier: Apache-2.0
// Recording: the node an op leaves on the tape.
#pragma once

#include "autograd/meta.h"

namespace hearth::autograd {

/// A tensor kept for backward (see without_history), with the version it had.
struct SavedTensor {
  Tensor tensor;
  uint32_t version = 0;
  uint32_t number = 0;  ///< of the input or output
  bool is_output = false;
};

/// What a node keeps of the layouts of its inputs, then outputs. Its first few lie in one block
/// with it, from the pool of tensors' headers.
struct SavedSpecs {
  static void* operator new(size_t bytes);
  static void operator delete(void* block);

  InlineVector<Spec, 3> list;
};

/// The node of an ordinary op: its row, a copy of its fields, what it saved.
struct OpNode final : Node {
  static constexpr size_t kFieldsBytes = 112;

  OpNode(const OpTable& op, const void* fields, const NeedMask& need);
  ~OpNode() override;
  static void* operator new(size_t bytes);
  static void operator delete(void* block);

  std::string name() const override;
  GradList apply(GradList&& grads) override;
  void release_variables() override;

  /// Keeps an input as it is now (with `copied`, a copy of it).
  void save_in(size_t i, const Tensor& t, bool copied);
  void save_out(size_t i, const Tensor& t);
  void save_spec(const Tensor& t);
  Tensor unpack(const SavedTensor& saved) const;

  const OpTable& op;
  NeedMask need;
  bool released = false;
  /// Which saved inputs and outputs vjp has read; a test holds it against what was declared.
  mutable uint64_t read_in = 0, read_out = 0;
  Saves declared;
  InlineVector<SavedTensor, 2> saved;  ///< inputs by index, then outputs by index
  std::unique_ptr<SavedSpecs> specs;
  uint32_t num_in = 0;
  void* fields;
  alignas(16) std::byte inline_fields[kFieldsBytes];
};

/// After the kernel: keeps the outputs that the node's row declares.
void save_outputs(const Invocation& call, OpNode& node);
/// What the node of this call keeps of the outputs gets their tangents.
void save_tangents(const Invocation& call);

/// "MulBackward0" from "mul".
std::string backward_name(std::string_view op);

}  // namespace hearth::autograd
