// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "hearth/base/array_ref.h"
#include "hearth/base/generator.h"

/// Randomness of a sample depends on (seed, epoch, index) alone: while a DataLoader makes a batch,
/// random operations of that thread draw from a stream of their own, which datasets and transforms
/// switch from sample to sample. So batches do not depend on workers or their order.
namespace hearth::data::detail {

/// The batch that this thread is making; seeds the thread's default generator.
class HEARTH_API BatchScope {
 public:
  BatchScope(uint64_t epoch_seed, uint64_t batch, ArrayRef<size_t> indices);
  ~BatchScope();
  BatchScope(const BatchScope&) = delete;
  BatchScope& operator=(const BatchScope&) = delete;
  /// The dataset's index that was being worked on last.
  std::optional<size_t> current_index() const { return index_; }

 private:
  friend class SampleLoop;
  friend class SampleOffset;
  uint64_t seed_, batch_, stage_ = 0;
  ArrayRef<size_t> indices_;
  size_t offset_ = 0;
  std::optional<size_t> index_;
  Generator generator_;
  GeneratorGuard guard_;
  BatchScope* previous_;
};

/// One pass over the samples of a batch, by a dataset or a transform. Does nothing outside a
/// BatchScope.
class HEARTH_API SampleLoop {
 public:
  SampleLoop();
  ~SampleLoop();
  SampleLoop(const SampleLoop&) = delete;
  SampleLoop& operator=(const SampleLoop&) = delete;
  /// Sample `position` of the batch comes next.
  void enter(size_t position);

 private:
  BatchScope* scope_;
};

/// While it lives, loops count from position `first` of the batch (for parts of a batch).
class HEARTH_API SampleOffset {
 public:
  explicit SampleOffset(size_t first);
  ~SampleOffset();
  SampleOffset(const SampleOffset&) = delete;
  SampleOffset& operator=(const SampleOffset&) = delete;

 private:
  BatchScope* scope_;
  size_t first_;
};

/// A number that differs, unpredictably, with each of its arguments.
HEARTH_API uint64_t mix_seed(uint64_t a, uint64_t b, uint64_t c = 0);

}  // namespace hearth::data::detail

namespace hearth::data {

/// A fresh seed from the thread's default generator: in a dataset or transform that a DataLoader
/// runs, it depends on the loader's seed, the epoch and the batch or sample alone.
HEARTH_API uint64_t draw_seed();

}  // namespace hearth::data
