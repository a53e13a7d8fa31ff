// SPDX-License-Identifier: Apache-2.0
// Samplers that decide themselves how many examples a batch has; a DataLoader takes them in place
// of a sampler, as Python's does with batch_sampler.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/data/samplers.h"

namespace hearth::data::samplers {

/// What gives whole batches: `next()` without a size, nullopt at the end. It also has reset(), and
/// save() and load() for its position, like a Sampler.
template <typename S>
concept MakesBatches = requires(S& s, serialize::OutputArchive& out, serialize::InputArchive& in) {
  typename S::BatchRequestType;
  { s.next() } -> std::same_as<std::optional<typename S::BatchRequestType>>;
  s.reset();
  s.save(out);
  s.load(in);
};

namespace detail {
HEARTH_API void check_batch_size(const char* sampler, size_t batch_size);
}

/// Batches of batch_size indices of a sampler; the last one may be smaller, or is left out with
/// drop_last: `BatchSampler(SequentialSampler(10), 3)`.
template <typename S>
class BatchSampler {
 public:
  using BatchRequestType = typename S::BatchRequestType;
  /// Throws ValueError for a batch_size of 0.
  BatchSampler(S sampler, size_t batch_size, bool drop_last = false)
      : sampler_(std::move(sampler)), batch_size_(batch_size), drop_last_(drop_last) {
    detail::check_batch_size("BatchSampler", batch_size);
  }
  void reset() { sampler_.reset(); }
  std::optional<BatchRequestType> next() {
    std::optional<BatchRequestType> batch = sampler_.next(batch_size_);
    if (batch && drop_last_ && batch->size() < batch_size_) return std::nullopt;
    return batch;
  }
  void save(serialize::OutputArchive& archive) const { sampler_.save(archive); }
  void load(serialize::InputArchive& archive) { sampler_.load(archive); }

 private:
  S sampler_;
  size_t batch_size_;
  bool drop_last_;
};

/// How BucketBatchSampler makes batches.
struct BucketBatchOptions {
  BucketBatchOptions() = default;
  BucketBatchOptions(size_t size) : batch_size_(size) {}
  /// The most examples of a batch.
  HEARTH_ARG(size_t, batch_size) = 1;
  /// The most elements of a batch once it is padded: its longest example's length times their
  /// number. An example that is longer alone comes alone. 0: no limit.
  HEARTH_ARG(size_t, max_tokens) = 0;
  /// Examples are sorted by length within pools of so many batches; more pad less and mix less.
  HEARTH_ARG(size_t, bucket_size_multiplier) = 100;
  /// Draw which examples share a pool, and the order of batches. Without, pools are those of
  /// neighbours, and batches go from short to long in each.
  HEARTH_ARG(bool, shuffle) = true;
  /// Leave out the batch of what is left over, if it has fewer than batch_size examples.
  HEARTH_ARG(bool, drop_last) = false;
  /// This process takes every num_replicas-th batch from the rank-th on. All have equally many:
  /// what does not divide is left out with drop_last, else the first batches come again at the end.
  HEARTH_ARG(size_t, num_replicas) = 1;
  HEARTH_ARG(size_t, rank) = 0;
};

/// Batches of examples of about the same length, so that little is padded:
///
///     make_data_loader(dataset, BucketBatchSampler(lengths, BucketBatchOptions(32)),
///                      DataLoaderOptions().workers(4));
///
/// The order of an epoch follows from a seed drawn from the default generator at reset; with
/// several processes from the number that set_epoch names, which all of them set alike. It can be
/// saved at any batch; a sampler of other lengths or settings refuses that position.
class HEARTH_API BucketBatchSampler {
 public:
  using BatchRequestType = std::vector<size_t>;
  /// lengths: of each example of the dataset. Throws ValueError for negative ones, and for settings
  /// that contradict each other.
  explicit BucketBatchSampler(std::vector<int64_t> lengths, BucketBatchOptions options = {});

  void reset();
  std::optional<std::vector<size_t>> next();
  void save(serialize::OutputArchive& archive) const;
  void load(serialize::InputArchive& archive);
  /// Names the order of the next reset, where there are several processes.
  void set_epoch(size_t epoch) { epoch_ = epoch; }
  /// How many batches the epoch has; with max_tokens, each epoch has its own number.
  size_t size();

 private:
  void draw();
  uint64_t next_seed() const;
  /// What must be equal for a position to mean the same.
  std::vector<std::pair<const char*, int64_t>> settings() const;

  std::vector<int64_t> lengths_;
  uint64_t lengths_hash_ = 0;
  BucketBatchOptions options_;
  size_t epoch_ = 0, given_ = 0;
  mutable std::optional<uint64_t> seed_;
  bool drawn_ = false;
  std::vector<size_t> order_;  ///< examples, batch after batch
  struct Span {
    size_t begin, end;
  };
  std::vector<Span> batches_;  ///< this process's, in order_
};

// So that hearth::save and hearth::load take them.
template <MakesBatches S>
serialize::OutputArchive& operator<<(serialize::OutputArchive& archive, const S& sampler) {
  sampler.save(archive);
  return archive;
}
template <MakesBatches S>
serialize::InputArchive& operator>>(serialize::InputArchive& archive, S& sampler) {
  sampler.load(archive);
  return archive;
}

}  // namespace hearth::data::samplers
