// SPDX-License-Identifier: Apache-2.0
#include "hearth/data/samplers.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hearth/autograd/grad_mode.h"
#include "hearth/data/sample_scope.h"
#include "hearth/io/archive.h"
#include "hearth/ops/creation.h"

#include "data/permutation.h"
#include "tensor/host_read.h"
#include "tensor/tensor_impl.h"

namespace hearth::data {

std::vector<size_t> permutation(size_t n, uint64_t seed) {
  check_host_read("sampler");
  const Tensor order =
      randperm(static_cast<int64_t>(n), Generator(seed), TensorOptions(kLong).device(kCPU));
  const int64_t* p = ptr<int64_t>(order);
  return {p, p + n};
}

}  // namespace hearth::data

namespace hearth::data::samplers {

namespace {

size_t read_count(serialize::InputArchive& archive, const char* key) {
  int64_t n = 0;
  archive.read(key, n);
  HEARTH_CHECK_AS(FormatError, n >= 0, "[", archive.source(), "] expected a count in ", key,
                  ", got ", n);
  return static_cast<size_t>(n);
}

}  // namespace

OrderSampler::~OrderSampler() = default;
SequentialSampler::~SequentialSampler() = default;
RandomSampler::~RandomSampler() = default;
SubsetRandomSampler::~SubsetRandomSampler() = default;
WeightedRandomSampler::~WeightedRandomSampler() = default;
DistributedSampler::~DistributedSampler() = default;
DistributedRandomSampler::~DistributedRandomSampler() = default;
DistributedSequentialSampler::~DistributedSequentialSampler() = default;
RepeatedAugmentationSampler::~RepeatedAugmentationSampler() = default;
StreamSampler::~StreamSampler() = default;
CustomBatchRequest::~CustomBatchRequest() = default;
BatchSize::~BatchSize() = default;

uint64_t OrderSampler::next_seed() const { return draw_seed(); }

void OrderSampler::reset(std::optional<size_t> new_size) {
  if (new_size) size_ = *new_size;
  seed_ = next_seed();
  draw(seed_);
  drawn_ = true;
  index_ = 0;
}

std::optional<std::vector<size_t>> OrderSampler::next(size_t batch_size) {
  if (!drawn_) {
    if (!seeded_) seed_ = next_seed();
    draw(seed_);
    drawn_ = true;
  }
  const size_t n = std::min(batch_size, length() - index_);
  if (n == 0) return std::nullopt;
  std::vector<size_t> batch(n);
  for (size_t i = 0; i < n; ++i) batch[i] = at(index_ + i);
  index_ += n;
  return batch;
}

void OrderSampler::save(serialize::OutputArchive& archive) const {
  if (!drawn_ && !seeded_) {
    // Whoever loads this draws the order that this one will draw.
    seed_ = next_seed();
    seeded_ = true;
  }
  archive.write("size", static_cast<int64_t>(size_));
  archive.write("index", static_cast<int64_t>(index_));
  archive.write("drawn", drawn_);
  archive.write("seed", static_cast<int64_t>(seed_));
}

void OrderSampler::load(serialize::InputArchive& archive) {
  const size_t size = read_count(archive, "size"), index = read_count(archive, "index");
  int64_t seed = 0;
  bool drawn = false;
  archive.read("seed", seed);
  archive.read("drawn", drawn);
  if (size_ == 0) size_ = size;  // one that has no examples yet takes the saved size
  HEARTH_CHECK_AS(ValueError, size == size_, "[", archive.source(), "] the saved sampler is for ",
                  size, " examples, this one for ", size_);
  HEARTH_CHECK_AS(FormatError, index <= length(), "[", archive.source(), "] position ", index,
                  " is beyond the sampler's ", length(), " indices");
  seed_ = static_cast<uint64_t>(seed);
  drawn_ = drawn;
  seeded_ = true;
  if (drawn_) draw(seed_);
  index_ = index;
}

RandomSampler::RandomSampler(int64_t size, ScalarType index_dtype)
    : OrderSampler(static_cast<size_t>(size)) {
  HEARTH_CHECK_AS(ValueError, size >= 0, "[RandomSampler] expected a size of 0 or more, got ",
                  size);
  HEARTH_CHECK_AS(DtypeError, is_integral(index_dtype),
                  "[RandomSampler] expected an integer type, "
                  "got ",
                  index_dtype);
}
void RandomSampler::draw(uint64_t seed) { order_ = permutation(size_, seed); }

SubsetRandomSampler::SubsetRandomSampler(std::vector<size_t> indices)
    : OrderSampler(indices.size()), indices_(std::move(indices)) {}
void SubsetRandomSampler::draw(uint64_t seed) {
  HEARTH_CHECK_AS(ValueError, size_ == indices_.size(), "[SubsetRandomSampler] has ",
                  indices_.size(), " indices, cannot be reset to ", size_);
  order_ = permutation(size_, seed);
}

WeightedRandomSampler::WeightedRandomSampler(std::vector<double> weights, int64_t num_samples,
                                             bool replacement)
    : OrderSampler(weights.size()),
      weights_(std::move(weights)),
      num_samples_(static_cast<size_t>(num_samples)),
      replacement_(replacement) {
  HEARTH_CHECK_AS(
      ValueError, num_samples > 0,
      "[WeightedRandomSampler] num_samples should be a positive integer value, but got ",
      num_samples);
  size_t positive = 0;
  for (const double w : weights_) {
    HEARTH_CHECK_AS(
        ValueError, w >= 0 && std::isfinite(w),
        "[WeightedRandomSampler] expected weights that are finite and not negative, got ", w);
    positive += w > 0;
  }
  HEARTH_CHECK_AS(ValueError, positive > 0 && (replacement_ || num_samples_ <= positive),
                  "[WeightedRandomSampler] cannot draw ", num_samples_, " of ", positive,
                  " examples with positive weight");
}

void WeightedRandomSampler::draw(uint64_t seed) {
  HEARTH_CHECK_AS(ValueError, size_ == weights_.size(), "[WeightedRandomSampler] has ",
                  weights_.size(), " weights, cannot be reset to ", size_);
  const size_t draws = replacement_ ? num_samples_ : weights_.size();
  check_host_read("WeightedRandomSampler");
  const Tensor uniform =
      rand({static_cast<int64_t>(draws)}, Generator(seed), TensorOptions(kDouble).device(kCPU));
  const double* u = ptr<double>(uniform);
  order_.clear();
  if (replacement_) {
    std::vector<double> ends(weights_.size());
    std::partial_sum(weights_.begin(), weights_.end(), ends.begin());
    // The last with a weight, in case a product rounds up to the sum.
    size_t last = weights_.size() - 1;
    while (weights_[last] == 0) --last;
    for (size_t i = 0; i < draws; ++i) {
      const auto found = std::upper_bound(ends.begin(), ends.end(), u[i] * ends.back());
      order_.push_back(std::min(last, static_cast<size_t>(found - ends.begin())));
    }
    return;
  }
  // Efraimidis and Spirakis: the largest u^(1/w) are a draw without replacement.
  std::vector<std::pair<double, size_t>> keys;
  for (size_t i = 0; i < draws; ++i)
    if (weights_[i] > 0) keys.emplace_back(std::log1p(-u[i]) / weights_[i], i);
  std::sort(keys.begin(), keys.end(), std::greater<>());
  for (size_t i = 0; i < num_samples_; ++i) order_.push_back(keys[i].second);
}

DistributedSampler::DistributedSampler(size_t size, size_t num_replicas, size_t rank,
                                       bool allow_duplicates)
    : OrderSampler(size),
      num_replicas_(num_replicas),
      rank_(rank),
      allow_duplicates_(allow_duplicates) {
  HEARTH_CHECK_AS(ValueError, rank < num_replicas, "[DistributedSampler] rank ", rank,
                  " is out of range for ", num_replicas, " replicas");
}
size_t DistributedSampler::length() const {
  const bool more = allow_duplicates_ && size_ % num_replicas_ != 0;
  return size_ / num_replicas_ + (more ? 1 : 0);
}

void DistributedSampler::save(serialize::OutputArchive& archive) const {
  OrderSampler::save(archive);
  archive.write("epoch", static_cast<int64_t>(epoch_));
}

void DistributedSampler::load(serialize::InputArchive& archive) {
  OrderSampler::load(archive);
  epoch_ = read_count(archive, "epoch");
}

DistributedRandomSampler::DistributedRandomSampler(size_t size, size_t num_replicas, size_t rank,
                                                   bool allow_duplicates)
    : DistributedSampler(size, num_replicas, rank, allow_duplicates) {}
void DistributedRandomSampler::draw(uint64_t seed) {
  order_ = permutation(length() * num_replicas_, seed);
  for (size_t& i : order_) i %= size_;
}

DistributedSequentialSampler::DistributedSequentialSampler(size_t size, size_t num_replicas,
                                                           size_t rank, bool allow_duplicates)
    : DistributedSampler(size, num_replicas, rank, allow_duplicates) {}

RepeatedAugmentationSampler::RepeatedAugmentationSampler(size_t size, size_t repetitions,
                                                         size_t num_replicas, size_t rank)
    : DistributedSampler(size, num_replicas, rank, true), repetitions_(repetitions) {
  HEARTH_CHECK_AS(ValueError, repetitions > 0,
                  "[RepeatedAugmentationSampler] expected 1 repetition or more, got 0");
}
uint64_t RepeatedAugmentationSampler::next_seed() const {
  return num_replicas_ == 1 ? OrderSampler::next_seed() : DistributedSampler::next_seed();
}
size_t RepeatedAugmentationSampler::length() const { return size_ / num_replicas_; }
void RepeatedAugmentationSampler::draw(uint64_t seed) { order_ = permutation(size_, seed); }
size_t RepeatedAugmentationSampler::at(size_t position) const {
  // Never beyond the order: length() * num_replicas_ <= size_.
  return order_[(rank_ + position * num_replicas_) / repetitions_];
}

void StreamSampler::reset(std::optional<size_t> new_size) {
  if (new_size) epoch_size_ = *new_size;
  given_ = 0;
}
std::optional<BatchSize> StreamSampler::next(size_t batch_size) {
  const size_t n = std::min(batch_size, epoch_size_ - given_);
  if (n == 0) return std::nullopt;
  given_ += n;
  return BatchSize(n);
}
void StreamSampler::save(serialize::OutputArchive& archive) const {
  archive.write("size", static_cast<int64_t>(epoch_size_));
  archive.write("index", static_cast<int64_t>(given_));
}
void StreamSampler::load(serialize::InputArchive& archive) {
  const size_t size = read_count(archive, "size"), given = read_count(archive, "index");
  HEARTH_CHECK_AS(FormatError, given <= size, "[", archive.source(), "] position ", given,
                  " is beyond the sampler's ", size, " examples");
  epoch_size_ = size;
  given_ = given;
}

}  // namespace hearth::data::samplers
