// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/data/batch_samplers.h"
#include "hearth/data/datasets.h"
#include "hearth/data/delivery.h"
#include "hearth/data/engine.h"
#include "hearth/data/samplers.h"

namespace hearth::data {

/// A time in milliseconds, made from any std::chrono::duration without its header, which is heavy.
class Milliseconds {
 public:
  constexpr explicit Milliseconds(int64_t count) : count_(count) {}
  template <template <typename, typename> class Duration, typename Rep, typename Period>
  constexpr Milliseconds(const Duration<Rep, Period>& d)
      : count_(static_cast<int64_t>(d.count() * Period::num * 1000 / Period::den)) {}
  constexpr int64_t count() const { return count_; }

 private:
  int64_t count_;
};

/// Options of data loaders.
struct DataLoaderOptions {
  DataLoaderOptions() = default;
  DataLoaderOptions(size_t size) : batch_size_(size) {}
  HEARTH_ARG(size_t, batch_size) = 1;
  /// Threads that make batches; with 0 the thread that iterates makes them.
  HEARTH_ARG(size_t, workers) = 0;
  /// Batches requested ahead; twice the workers by default.
  HEARTH_ARG(std::optional<size_t>, max_jobs);
  /// How long to wait for a batch before throwing.
  HEARTH_ARG(std::optional<Milliseconds>, timeout);
  /// Give batches in the sampler's order, whichever is ready first.
  HEARTH_ARG(bool, enforce_ordering) = true;
  /// Leave out a last batch that is smaller than batch_size.
  HEARTH_ARG(bool, drop_last) = false;
  /// Where batches arrive. To a CUDA device workers copy them, through pinned memory and on streams
  /// of their own, next to what the program computes; without workers, the current stream does.
  /// Batches that are requested ahead are in the device's memory then.
  HEARTH_ARG(std::optional<Device>, device);
  /// Puts batches into pinned memory, from which the program copies them itself; nothing where
  /// there is no CUDA device.
  HEARTH_ARG(bool, pin_memory) = false;
};

/// DataLoaderOptions with max_jobs decided.
struct FullDataLoaderOptions {
  explicit FullDataLoaderOptions(const DataLoaderOptions& o)
      : batch_size(o.batch_size()),
        workers(o.workers()),
        max_jobs(o.max_jobs().value_or(2 * o.workers())),
        timeout(o.timeout()),
        enforce_ordering(o.enforce_ordering()),
        drop_last(o.drop_last()),
        destination{o.device(), o.pin_memory()} {}
  size_t batch_size, workers, max_jobs;
  std::optional<Milliseconds> timeout;
  bool enforce_ordering, drop_last;
  Destination destination;
};

namespace detail {

class LoaderCore;

/// Where a loop over a loader stands. Shared by an iterator and its copies.
class HEARTH_API Cursor {
 public:
  explicit Cursor(LoaderCore& loader) : loader_(loader) {}
  /// The batch here, made on first use; null at the end.
  Erased* current();
  void advance();
  bool ended() { return current() == nullptr; }

 private:
  LoaderCore& loader_;
  ErasedPtr batch_;
  bool fetched_ = false;
};

/// What loaders do whatever their types: epochs, positions, iterators.
class HEARTH_API LoaderCore : protected BatchSource {
 public:
  ~LoaderCore() override;
  LoaderCore(const LoaderCore&) = delete;
  LoaderCore& operator=(const LoaderCore&) = delete;
  const FullDataLoaderOptions& options() const noexcept { return options_; }
  /// Waits for the workers to end; begin() starts them again.
  void join() { engine_.join(); }
  /// Writes the position: which batches the loop has been given, not which are prefetched. Without
  /// enforce_ordering, batches that came before their turn will come again. What a sampler says of
  /// its own position is kept every few batches, so continuing passes over few.
  void save(serialize::OutputArchive& archive) const;
  /// Restores a position: the next loop continues there, with the same batches and randomness.
  /// Dataset size, sampler and batch size must be the same.
  void load(serialize::InputArchive& archive);

 protected:
  explicit LoaderCore(const DataLoaderOptions& options);
  /// Throws ValueError for options that a sampler which makes batches decides.
  void check_no_batch_size() const;
  /// Starts or continues an epoch. Throws while workers make batches for another iterator.
  std::shared_ptr<Cursor> begin_epoch();
  ErasedPtr next_batch();

  /// The next request, or null at the end.
  virtual ErasedPtr draw_request() = 0;
  virtual void reset_sampler() = 0;
  virtual void save_sampler(serialize::OutputArchive& archive) const = 0;
  virtual void load_sampler(serialize::InputArchive& archive) = 0;
  /// Whether the sampler's state after n requests is that after n batches.
  virtual bool requests_are_batches() const { return true; }
  /// Goes past a batch that an earlier loop was given; false at the end.
  virtual bool skip_batch() { return draw_request() != nullptr; }
  /// A batch that was made, where it is wanted.
  template <typename Batch>
  ErasedPtr delivered(Batch batch) const {
    deliver(batch, options_.destination, options_.workers > 0);
    return std::make_unique<ErasedOf<Batch>>(std::move(batch));
  }

 private:
  friend class Cursor;
  ErasedPtr next_request() final;
  FullDataLoaderOptions options_;
  Engine engine_;
  std::weak_ptr<Cursor> cursor_;
  struct Epoch;
  std::unique_ptr<Epoch> epoch_;
};

}  // namespace detail

/// Goes over a loader's batches, once.
template <typename Batch>
class Iterator {
 public:
  using difference_type = std::ptrdiff_t;
  using value_type = Batch;
  using pointer = Batch*;
  using reference = Batch&;
  using iterator_category = std::input_iterator_tag;

  /// Without a cursor: the end.
  explicit Iterator(std::shared_ptr<detail::Cursor> cursor = nullptr)
      : cursor_(std::move(cursor)) {}
  Iterator& operator++() {
    check("Incrementing", "increment iterator past the end");
    cursor_->advance();
    return *this;
  }
  void operator++(int) { ++*this; }
  Batch& operator*() const {
    check("Dereferencing", "dereference iterator that was past the end");
    return detail::unerase<Batch>(*cursor_->current());
  }
  Batch* operator->() const { return &**this; }
  friend bool operator==(const Iterator& a, const Iterator& b) {
    if (a.cursor_ && b.cursor_) return a.cursor_ == b.cursor_;
    return (!a.cursor_ || a.cursor_->ended()) == (!b.cursor_ || b.cursor_->ended());
  }

 private:
  void check(const char* doing, const char* attempt) const {
    HEARTH_CHECK_AS(IndexError, cursor_, "[DataLoader] ", doing,
                    " the DataLoader's past-the-end iterator is not allowed");
    HEARTH_CHECK_AS(IndexError, !cursor_->ended(), "[DataLoader] Attempted to ", attempt);
  }
  std::shared_ptr<detail::Cursor> cursor_;
};

/// Batches of a dataset, in the order of a sampler, made by worker threads: the same batches in the
/// same order whatever their number. Each `for (auto& batch : *loader)` is one epoch; a loop may be
/// left early or by an exception. Each worker has a copy of the dataset and computes on one thread.
template <typename D, typename S>
class StatelessDataLoader final : public detail::LoaderCore {
 public:
  using BatchType = typename D::BatchType;
  using BatchRequestType = typename S::BatchRequestType;

  StatelessDataLoader(D dataset, S sampler, const DataLoaderOptions& options)
      : LoaderCore(options), sampler_(std::move(sampler)) {
    if constexpr (kMakesBatches) check_no_batch_size();
    datasets_.reserve(options.workers() > 0 ? options.workers() : 1);
    for (size_t i = 0; i < options.workers(); ++i) datasets_.push_back(dataset);
    if (datasets_.empty()) datasets_.push_back(std::move(dataset));
  }
  ~StatelessDataLoader() override { join(); }

  Iterator<BatchType> begin() { return Iterator<BatchType>(begin_epoch()); }
  Iterator<BatchType> end() { return Iterator<BatchType>(); }

 private:
  static constexpr bool kMakesBatches = samplers::MakesBatches<S>;

  detail::ErasedPtr draw_request() override {
    std::optional<BatchRequestType> request;
    if constexpr (kMakesBatches) {
      request = sampler_.next();
    } else {
      request = sampler_.next(options().batch_size);
    }
    if (!request) return nullptr;
    if (!kMakesBatches && options().drop_last && count(*request) < options().batch_size)
      return nullptr;
    return std::make_unique<detail::ErasedOf<BatchRequestType>>(std::move(*request));
  }
  detail::ErasedPtr make_batch(size_t worker, detail::Erased& request) override {
    return delivered(datasets_[worker].get_batch(detail::unerase<BatchRequestType>(request)));
  }
  ArrayRef<size_t> indices(detail::Erased& request) const override {
    if constexpr (std::is_same_v<BatchRequestType, std::vector<size_t>>) {
      return detail::unerase<BatchRequestType>(request);
    } else if constexpr (requires(BatchRequestType & r) { ArrayRef<size_t>(r.numbers); }) {
      return detail::unerase<BatchRequestType>(request).numbers;
    } else {
      return {};
    }
  }
  void reset_sampler() override { sampler_.reset(); }
  void save_sampler(serialize::OutputArchive& archive) const override { sampler_.save(archive); }
  void load_sampler(serialize::InputArchive& archive) override { sampler_.load(archive); }

  static size_t count(const BatchRequestType& request) {
    if constexpr (requires { request.size(); }) {
      return request.size();
    } else {
      return request;
    }
  }
  std::vector<D> datasets_;
  S sampler_;
};

/// Batches of a dataset that keeps its place itself: an epoch ends when it has no more.
template <typename D>
class StatefulDataLoader final : public detail::LoaderCore {
 public:
  using BatchType = typename D::BatchType::value_type;
  using BatchRequestType = size_t;

  StatefulDataLoader(D dataset, const DataLoaderOptions& options)
      : LoaderCore(options), dataset_(std::move(dataset)) {}
  ~StatefulDataLoader() override { join(); }

  Iterator<BatchType> begin() { return Iterator<BatchType>(begin_epoch()); }
  Iterator<BatchType> end() { return Iterator<BatchType>(); }

 private:
  detail::ErasedPtr draw_request() override {
    return std::make_unique<detail::ErasedOf<size_t>>(options().batch_size);
  }
  bool requests_are_batches() const override { return false; }
  detail::ErasedPtr make_batch(size_t, detail::Erased& request) override {
    typename D::BatchType batch = dataset_.get_batch(detail::unerase<size_t>(request));
    if (!batch) return nullptr;
    return delivered(std::move(*batch));
  }
  ArrayRef<size_t> indices(detail::Erased&) const override { return {}; }
  bool skip_batch() override { return dataset_.get_batch(options().batch_size).has_value(); }
  void reset_sampler() override { dataset_.reset(); }
  void save_sampler(serialize::OutputArchive& archive) const override { dataset_.save(archive); }
  void load_sampler(serialize::InputArchive& archive) override { dataset_.load(archive); }

  D dataset_;
};

/// A loader with a sampler of one's own, or a batch sampler (samplers::MakesBatches), which leaves
/// batch_size and drop_last as they are.
template <typename D, typename S>
std::unique_ptr<StatelessDataLoader<D, S>> make_data_loader(D dataset, S sampler,
                                                            DataLoaderOptions options) {
  return std::make_unique<StatelessDataLoader<D, S>>(std::move(dataset), std::move(sampler),
                                                     options);
}
template <typename D, samplers::MakesBatches S>
std::unique_ptr<StatelessDataLoader<D, S>> make_data_loader(D dataset, S sampler) {
  return make_data_loader(std::move(dataset), std::move(sampler), DataLoaderOptions());
}
/// A loader with a sampler for the dataset's size, random by default:
/// `make_data_loader<SequentialSampler>(std::move(dataset), 64)`.
template <typename S = samplers::RandomSampler, typename D>
requires(std::is_constructible_v<S, size_t> && !detail::Stateful<D> && !detail::Streams<D>)
    std::unique_ptr<StatelessDataLoader<D, S>> make_data_loader(D dataset,
                                                                DataLoaderOptions options = {}) {
  const std::optional<size_t> size = dataset.size();
  if (!size) detail::throw_no_size();
  return make_data_loader(std::move(dataset), S(*size), std::move(options));
}

/// A loader of a dataset that keeps its place itself.
template <typename D>
requires detail::Stateful<D> std::unique_ptr<StatefulDataLoader<D>> make_data_loader(
    D dataset, DataLoaderOptions options = {}) {
  return std::make_unique<StatefulDataLoader<D>>(std::move(dataset), options);
}

/// A loader of a stream: an IterableDataset, or what map() makes of one.
template <typename D>
requires detail::Streams<D>
auto make_data_loader(D dataset, DataLoaderOptions options = {}) {
  auto sampler = dataset.sampler();
  return make_data_loader(std::move(dataset), std::move(sampler), std::move(options));
}

}  // namespace hearth::data
