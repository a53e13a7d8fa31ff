// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <type_traits>
#include <vector>

#include "hearth/data/example.h"
#include "hearth/data/sample_scope.h"
#include "hearth/data/transforms.h"

namespace hearth::serialize {
class InputArchive;
class OutputArchive;
}  // namespace hearth::serialize

namespace hearth::data {

/// The rows of `tensor` [N, ...] with these indices, as one new tensor: what a dataset of stacked
/// examples gives for a batch. Throws IndexError.
HEARTH_API Tensor gather_rows(const Tensor& tensor, ArrayRef<size_t> indices);

namespace detail {
HEARTH_API void check_same_length(const Tensor& data, const Tensor& target);
/// Where a split begins and ends, over a random permutation of n. Lengths must add up to n.
HEARTH_API std::vector<std::vector<size_t>> split_indices(size_t n, ArrayRef<size_t> lengths,
                                                          std::optional<Generator> generator);
HEARTH_API std::vector<size_t> lengths_of_fractions(size_t n, ArrayRef<double> fractions);
[[noreturn]] HEARTH_API void throw_index(size_t index, size_t size);
[[noreturn]] HEARTH_API void throw_no_size();

/// Datasets that make a whole batch as one example, without single ones: `gather(indices)`.
template <typename D>
concept Gatherable = requires(D& d, ArrayRef<size_t> indices) {
  d.gather(indices);
};
/// Transforms that also work on such a batch.
template <typename T, typename D>
concept WorksStacked = Gatherable<D> && requires(T& t, D& d, ArrayRef<size_t> indices) {
  t.apply_stacked(d.gather(indices));
};
/// Datasets that keep their place themselves, and give nullopt at the end.
template <typename D>
concept Stateful = requires(D& d) {
  d.reset();
  typename D::BatchType::value_type;
  requires std::is_same_v<typename D::BatchType, std::optional<typename D::BatchType::value_type>>;
};
/// Datasets that bring the sampler that reads for them: see IterableDataset.
template <typename D>
concept Streams = requires(const D& d) {
  d.sampler();
};
template <typename D, typename Batch>
using LikeBatchOf = std::conditional_t<Stateful<D>, std::optional<Batch>, Batch>;
template <typename T>
inline constexpr bool is_stack = false;
template <typename E>
inline constexpr bool is_stack<transforms::Stack<E>> = true;
}  // namespace detail

namespace datasets {

template <typename S, typename T>
class MapDataset;

/// Gives batches for requests, usually lists of indices.
template <typename Self, typename Batch = std::vector<Example<>>,
          typename BatchRequest = ArrayRef<size_t>>
class BatchDataset {
 public:
  using SelfType = Self;
  using BatchType = Batch;
  using BatchRequestType = BatchRequest;
  virtual ~BatchDataset() = default;
  virtual Batch get_batch(BatchRequest request) = 0;
  /// How many examples there are; nullopt when unknown.
  virtual std::optional<size_t> size() const = 0;
  /// This dataset with a transform applied to every batch.
  template <typename T>
  MapDataset<Self, T> map(T transform) & {
    return MapDataset<Self, T>(static_cast<Self&>(*this), std::move(transform));
  }
  template <typename T>
  MapDataset<Self, T> map(T transform) && {
    return MapDataset<Self, T>(static_cast<Self&&>(*this), std::move(transform));
  }
};

/// Gives one example per index. Derive, and implement get() and size(). Each worker of a DataLoader
/// has a copy.
template <typename Self, typename SingleExample = Example<>>
class Dataset : public BatchDataset<Self, std::vector<SingleExample>> {
 public:
  using ExampleType = SingleExample;
  virtual ExampleType get(size_t index) = 0;
  std::vector<ExampleType> get_batch(ArrayRef<size_t> indices) override {
    std::vector<ExampleType> batch;
    batch.reserve(indices.size());
    detail::SampleLoop loop;
    for (size_t i = 0; i < indices.size(); ++i) {
      loop.enter(i);
      batch.push_back(get(indices[i]));
    }
    return batch;
  }
};

/// Gives the next batch of a size, from a stream without indices.
template <typename Self, typename Batch = std::vector<Example<>>>
class StreamDataset : public BatchDataset<Self, Batch, size_t> {};

/// Gives batches until there are no more, in an order that it keeps itself: get_batch(size) returns
/// nullopt at the end, and reset() starts over. It needs no sampler. All workers of a DataLoader
/// call the same one, which must allow that (or be called without workers).
template <typename Self, typename Batch = std::vector<Example<>>, typename BatchRequest = size_t>
class StatefulDataset : public BatchDataset<Self, std::optional<Batch>, BatchRequest> {
 public:
  virtual void reset() = 0;
  virtual void save(serialize::OutputArchive& archive) const = 0;
  virtual void load(serialize::InputArchive& archive) = 0;
};
// So that hearth::save and hearth::load take them.
template <typename D, typename B, typename R>
serialize::OutputArchive& operator<<(serialize::OutputArchive& archive,
                                     const StatefulDataset<D, B, R>& dataset) {
  dataset.save(archive);
  return archive;
}
template <typename D, typename B, typename R>
serialize::InputArchive& operator>>(serialize::InputArchive& archive,
                                    StatefulDataset<D, B, R>& dataset) {
  dataset.load(archive);
  return archive;
}

/// A dataset and a transform of its batches: what map() returns.
template <typename SourceDataset, typename AppliedTransform>
class MapDataset
    : public BatchDataset<
          MapDataset<SourceDataset, AppliedTransform>,
          detail::LikeBatchOf<SourceDataset, typename AppliedTransform::OutputBatchType>,
          typename SourceDataset::BatchRequestType> {
 public:
  using DatasetType = SourceDataset;
  using TransformType = AppliedTransform;
  using BatchRequestType = typename SourceDataset::BatchRequestType;
  using OutputBatchType =
      detail::LikeBatchOf<SourceDataset, typename AppliedTransform::OutputBatchType>;

  MapDataset(DatasetType dataset, TransformType transform)
      : dataset_(std::move(dataset)), transform_(std::move(transform)) {}

  OutputBatchType get_batch(BatchRequestType request) override {
    if constexpr (detail::Stateful<DatasetType>) {
      auto batch = dataset_.get_batch(std::move(request));
      if (!batch) return std::nullopt;
      return transform_.apply_batch(std::move(*batch));
    } else if constexpr (detail::is_stack<TransformType> && detail::Gatherable<DatasetType>) {
      return dataset_.gather(request);
    } else {
      return transform_.apply_batch(dataset_.get_batch(std::move(request)));
    }
  }
  auto gather(
      ArrayRef<size_t> indices) requires detail::WorksStacked<AppliedTransform, SourceDataset> {
    return transform_.apply_stacked(dataset_.gather(indices));
  }
  std::optional<size_t> size() const override { return dataset_.size(); }
  auto sampler() const requires detail::Streams<SourceDataset> { return dataset_.sampler(); }
  void reset() requires detail::Stateful<SourceDataset> { dataset_.reset(); }
  void save(serialize::OutputArchive& a) const requires detail::Stateful<SourceDataset> {
    dataset_.save(a);
  }
  void load(serialize::InputArchive& a) requires detail::Stateful<SourceDataset> {
    dataset_.load(a);
  }
  const DatasetType& dataset() const noexcept { return dataset_; }
  const TransformType& transform() const noexcept { return transform_; }

 private:
  DatasetType dataset_;
  TransformType transform_;
};

/// The rows of a tensor.
struct TensorDataset : public Dataset<TensorDataset, TensorExample> {
  explicit TensorDataset(const std::vector<Tensor>& tensors)
      : TensorDataset(detail::stack_parts(tensors)) {}
  explicit TensorDataset(Tensor rows) : tensor(std::move(rows)) {}
  TensorExample get(size_t index) override { return tensor.select(0, static_cast<int64_t>(index)); }
  TensorExample gather(ArrayRef<size_t> indices) { return gather_rows(tensor, indices); }
  std::optional<size_t> size() const override { return static_cast<size_t>(tensor.size(0)); }

  Tensor tensor;
};

/// The rows of two tensors, as data and target.
struct TensorPairDataset : public Dataset<TensorPairDataset> {
  TensorPairDataset(Tensor data_rows, Tensor target_rows)
      : data(std::move(data_rows)), target(std::move(target_rows)) {
    detail::check_same_length(data, target);
  }
  Example<> get(size_t index) override {
    return {data.select(0, static_cast<int64_t>(index)),
            target.select(0, static_cast<int64_t>(index))};
  }
  Example<> gather(ArrayRef<size_t> indices) {
    return {gather_rows(data, indices), gather_rows(target, indices)};
  }
  std::optional<size_t> size() const override { return static_cast<size_t>(data.size(0)); }

  Tensor data, target;
};

/// Some examples of a dataset, in the order of `indices`.
template <typename D>
class Subset : public BatchDataset<Subset<D>, typename D::BatchType> {
 public:
  /// Throws IndexError for an index beyond the dataset.
  Subset(D dataset, std::vector<size_t> indices)
      : dataset_(std::move(dataset)),
        indices_(std::make_shared<const std::vector<size_t>>(std::move(indices))) {
    if (const auto n = dataset_.size())
      for (const size_t i : *indices_)
        if (i >= *n) detail::throw_index(i, *n);
  }
  typename D::BatchType get_batch(ArrayRef<size_t> request) override {
    return dataset_.get_batch(inner(request));
  }
  auto gather(ArrayRef<size_t> request) requires detail::Gatherable<D> {
    return dataset_.gather(inner(request));
  }
  std::optional<size_t> size() const override { return indices_->size(); }
  const D& dataset() const { return dataset_; }
  const std::vector<size_t>& indices() const { return *indices_; }

 private:
  std::vector<size_t> inner(ArrayRef<size_t> request) const {
    std::vector<size_t> mapped;
    mapped.reserve(request.size());
    for (const size_t i : request) {
      if (i >= indices_->size()) detail::throw_index(i, indices_->size());
      mapped.push_back((*indices_)[i]);
    }
    return mapped;
  }
  D dataset_;
  std::shared_ptr<const std::vector<size_t>> indices_;
};

/// Datasets one after another; each must know its size.
template <typename D>
class ConcatDataset : public BatchDataset<ConcatDataset<D>, typename D::BatchType> {
 public:
  explicit ConcatDataset(std::vector<D> datasets) : datasets_(std::move(datasets)) {
    size_t end = 0;
    for (const D& d : datasets_) {
      const std::optional<size_t> n = d.size();
      if (!n) detail::throw_no_size();
      ends_.push_back(end += *n);
    }
  }
  typename D::BatchType get_batch(ArrayRef<size_t> request) override {
    typename D::BatchType batch;
    std::vector<size_t> part;
    for (size_t i = 0; i < request.size();) {
      const size_t which = find(request[i]);
      const size_t begin = which == 0 ? 0 : ends_[which - 1], first = i;
      part.clear();
      for (; i < request.size() && request[i] >= begin && request[i] < ends_[which]; ++i)
        part.push_back(request[i] - begin);
      detail::SampleOffset offset(first);
      for (auto& example : datasets_[which].get_batch(part)) batch.push_back(std::move(example));
    }
    return batch;
  }
  std::optional<size_t> size() const override { return ends_.empty() ? 0 : ends_.back(); }

 private:
  size_t find(size_t index) const {
    for (size_t i = 0; i < ends_.size(); ++i)
      if (index < ends_[i]) return i;
    detail::throw_index(index, ends_.empty() ? 0 : ends_.back());
  }
  std::vector<D> datasets_;
  std::vector<size_t> ends_;
};

/// One dataset for all workers: its get_batch must be safe to call from several threads.
template <typename D>
class SharedBatchDataset : public BatchDataset<SharedBatchDataset<D>, typename D::BatchType,
                                               typename D::BatchRequestType> {
 public:
  SharedBatchDataset(std::shared_ptr<D> shared) : dataset_(std::move(shared)) {}
  typename D::BatchType get_batch(typename D::BatchRequestType request) override {
    return dataset_->get_batch(std::move(request));
  }
  std::optional<size_t> size() const override { return dataset_->size(); }
  void reset() requires detail::Stateful<D> { dataset_->reset(); }
  void save(serialize::OutputArchive& a) const requires detail::Stateful<D> { dataset_->save(a); }
  void load(serialize::InputArchive& a) requires detail::Stateful<D> { dataset_->load(a); }
  D& operator*() { return *dataset_; }
  D* operator->() { return dataset_.get(); }

 private:
  std::shared_ptr<D> dataset_;
};
template <typename D, typename... Args>
SharedBatchDataset<D> make_shared_dataset(Args&&... args) {
  return std::make_shared<D>(std::forward<Args>(args)...);
}

}  // namespace datasets

/// Splits at random into subsets of these lengths, which must add up to the dataset's size.
template <typename D>
std::vector<datasets::Subset<D>> random_split(const D& dataset, const std::vector<size_t>& lengths,
                                              std::optional<Generator> generator = std::nullopt) {
  const std::optional<size_t> n = dataset.size();
  if (!n) detail::throw_no_size();
  std::vector<datasets::Subset<D>> parts;
  for (auto& indices : detail::split_indices(*n, lengths, std::move(generator)))
    parts.emplace_back(dataset, std::move(indices));
  return parts;
}
/// The same with fractions that add up to 1.
template <typename D>
std::vector<datasets::Subset<D>> random_split(const D& dataset,
                                              const std::vector<double>& fractions,
                                              std::optional<Generator> generator = std::nullopt) {
  return random_split(dataset, detail::lengths_of_fractions(dataset.size().value_or(0), fractions),
                      std::move(generator));
}

}  // namespace hearth::data
