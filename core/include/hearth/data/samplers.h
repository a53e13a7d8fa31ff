// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "hearth/base/dtype.h"
#include "hearth/base/macros.h"

namespace hearth {
namespace serialize {
class InputArchive;
class OutputArchive;
}  // namespace serialize

namespace data::samplers {

/// Base of requests of one's own, for a sampler and a dataset that agree on them.
struct HEARTH_API CustomBatchRequest {
  CustomBatchRequest() = default;
  CustomBatchRequest(const CustomBatchRequest&) = default;
  CustomBatchRequest(CustomBatchRequest&&) noexcept = default;
  CustomBatchRequest& operator=(const CustomBatchRequest&) = default;
  CustomBatchRequest& operator=(CustomBatchRequest&&) noexcept = default;
  virtual ~CustomBatchRequest();
  /// How many examples are asked for.
  virtual size_t size() const = 0;
};

/// Asks a stream for that many examples.
struct HEARTH_API BatchSize : public CustomBatchRequest {
  explicit BatchSize(size_t size) : size_(size) {}
  ~BatchSize() override;
  size_t size() const override { return size_; }
  operator size_t() const { return size_; }
  size_t size_;
};

/// Decides which examples come next. save() and load() keep the position, and the order a random
/// sampler has drawn.
template <typename BatchRequest = std::vector<size_t>>
class Sampler {
 public:
  using BatchRequestType = BatchRequest;
  virtual ~Sampler() = default;
  /// Starts over, for a dataset of another size if given. Random samplers draw a new order.
  virtual void reset(std::optional<size_t> new_size = std::nullopt) = 0;
  /// The next batch; smaller at the end, then nullopt.
  virtual std::optional<BatchRequest> next(size_t batch_size) = 0;
  virtual void save(serialize::OutputArchive& archive) const = 0;
  virtual void load(serialize::InputArchive& archive) = 0;
};

/// Base of the samplers here: an order of indices, made from `size_` and `seed_`, and a position.
class HEARTH_API OrderSampler : public Sampler<> {
 public:
  ~OrderSampler() override;
  void reset(std::optional<size_t> new_size = std::nullopt) override;
  std::optional<std::vector<size_t>> next(size_t batch_size) override;
  void save(serialize::OutputArchive& archive) const override;
  void load(serialize::InputArchive& archive) override;
  /// How many indices have been given since reset.
  size_t index() const noexcept { return index_; }

 protected:
  explicit OrderSampler(size_t size) : size_(size) {}
  /// A seed for the next order; by default from the default generator.
  virtual uint64_t next_seed() const;
  /// How many indices there are until the end.
  virtual size_t length() const { return size_; }
  /// Called with a new size or seed, to draw an order.
  virtual void draw(uint64_t seed) = 0;
  virtual size_t at(size_t position) const = 0;

  size_t size_;

 private:
  size_t index_ = 0;
  mutable uint64_t seed_ = 0;
  mutable bool seeded_ = false;  ///< seed_ is that of the order to be drawn
  bool drawn_ = false;
};

/// 0, 1, ... size - 1.
class HEARTH_API SequentialSampler : public OrderSampler {
 public:
  explicit SequentialSampler(size_t size) : OrderSampler(size) {}
  ~SequentialSampler() override;

 protected:
  uint64_t next_seed() const override { return 0; }
  void draw(uint64_t) override {}
  size_t at(size_t position) const override { return position; }
};

/// Every index once, in an order drawn from the default generator at each reset.
class HEARTH_API RandomSampler : public OrderSampler {
 public:
  explicit RandomSampler(int64_t size, ScalarType index_dtype = kLong);
  ~RandomSampler() override;

 protected:
  void draw(uint64_t seed) override;
  size_t at(size_t position) const override { return order_[position]; }

 private:
  std::vector<size_t> order_;
};

/// The given indices in random order.
class HEARTH_API SubsetRandomSampler : public OrderSampler {
 public:
  explicit SubsetRandomSampler(std::vector<size_t> indices);
  ~SubsetRandomSampler() override;

 protected:
  void draw(uint64_t seed) override;
  size_t at(size_t position) const override { return indices_[order_[position]]; }

 private:
  std::vector<size_t> indices_, order_;
};

/// `num_samples` indices, each drawn with the probability its weight has (not negative, finite, not
/// all zero). Without replacement no index comes twice, and zero weights never come.
class HEARTH_API WeightedRandomSampler : public OrderSampler {
 public:
  WeightedRandomSampler(std::vector<double> weights, int64_t num_samples, bool replacement = true);
  ~WeightedRandomSampler() override;

 protected:
  void draw(uint64_t seed) override;
  size_t length() const override { return num_samples_; }
  size_t at(size_t position) const override { return order_[position]; }

 private:
  std::vector<double> weights_;
  size_t num_samples_;
  bool replacement_;
  std::vector<size_t> order_;
};

/// Base of samplers that share a dataset between processes. With allow_duplicates all have equally
/// many indices, some of them twice; else the last ones, which do not divide, are left out.
class HEARTH_API DistributedSampler : public OrderSampler {
 public:
  ~DistributedSampler() override;
  /// Names the order of the next reset; all processes set the same.
  void set_epoch(size_t epoch) { epoch_ = epoch; }
  size_t epoch() const { return epoch_; }
  void save(serialize::OutputArchive& archive) const override;
  void load(serialize::InputArchive& archive) override;

 protected:
  DistributedSampler(size_t size, size_t num_replicas, size_t rank, bool allow_duplicates);
  uint64_t next_seed() const override { return epoch_; }
  size_t length() const override;
  /// Position of this process's share in the whole order.
  size_t first() const { return rank_ * length(); }

  size_t num_replicas_, rank_, epoch_ = 0;
  bool allow_duplicates_;
};

class HEARTH_API DistributedRandomSampler : public DistributedSampler {
 public:
  explicit DistributedRandomSampler(size_t size, size_t num_replicas = 1, size_t rank = 0,
                                    bool allow_duplicates = true);
  ~DistributedRandomSampler() override;

 protected:
  void draw(uint64_t seed) override;
  size_t at(size_t position) const override { return order_[(first() + position)]; }

 private:
  std::vector<size_t> order_;
};

class HEARTH_API DistributedSequentialSampler : public DistributedSampler {
 public:
  explicit DistributedSequentialSampler(size_t size, size_t num_replicas = 1, size_t rank = 0,
                                        bool allow_duplicates = true);
  ~DistributedSequentialSampler() override;

 protected:
  void draw(uint64_t) override {}
  size_t at(size_t position) const override { return (first() + position) % size_; }
};

/// Every index `repetitions` times in a row, in random order, until as many have been given as
/// there are examples: fewer examples an epoch, each changed at random several times (E. Hoffer et
/// al., 2020), torchvision's RASampler, which also rounds down to a multiple of 256. One process
/// draws its order from the default generator at each reset; of several, each takes every
/// num_replicas-th index of the order that set_epoch names.
class HEARTH_API RepeatedAugmentationSampler : public DistributedSampler {
 public:
  explicit RepeatedAugmentationSampler(size_t size, size_t repetitions = 3, size_t num_replicas = 1,
                                       size_t rank = 0);
  ~RepeatedAugmentationSampler() override;

 protected:
  uint64_t next_seed() const override;
  size_t length() const override;
  void draw(uint64_t seed) override;
  size_t at(size_t position) const override;

 private:
  size_t repetitions_;
  std::vector<size_t> order_;
};

/// For streams: asks for batches until `epoch_size` examples have been asked for.
class HEARTH_API StreamSampler : public Sampler<BatchSize> {
 public:
  explicit StreamSampler(size_t epoch_size) : epoch_size_(epoch_size) {}
  ~StreamSampler() override;
  void reset(std::optional<size_t> new_size = std::nullopt) override;
  std::optional<BatchSize> next(size_t batch_size) override;
  void save(serialize::OutputArchive& archive) const override;
  void load(serialize::InputArchive& archive) override;

 private:
  size_t epoch_size_, given_ = 0;
};

// So that hearth::save and hearth::load take samplers.
template <typename BatchRequest>
serialize::OutputArchive& operator<<(serialize::OutputArchive& archive,
                                     const Sampler<BatchRequest>& sampler) {
  sampler.save(archive);
  return archive;
}
template <typename BatchRequest>
serialize::InputArchive& operator>>(serialize::InputArchive& archive,
                                    Sampler<BatchRequest>& sampler) {
  sampler.load(archive);
  return archive;
}

}  // namespace data::samplers
}  // namespace hearth
