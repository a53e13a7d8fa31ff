// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/data/datasets.h"
#include "hearth/data/engine.h"
#include "hearth/data/samplers.h"

namespace hearth::data::datasets {

/// Reads a dataset that is too large for memory piece by piece. With several preloaders,
/// `read_chunk` is called by all of them at once.
template <typename ExampleType_, typename ChunkType_ = std::vector<ExampleType_>>
class ChunkDataReader {
 public:
  using ExampleType = ExampleType_;
  using ChunkType = ChunkType_;
  using BatchType = ChunkType;
  virtual ~ChunkDataReader() = default;
  virtual ChunkType read_chunk(size_t chunk_index) = 0;
  virtual size_t chunk_count() = 0;
  /// Called before each epoch.
  virtual void reset() = 0;
};

/// Options of ChunkDataset.
struct ChunkDatasetOptions {
  /// Throws ValueError for counts of 0, and for a cache that holds no batch.
  ChunkDatasetOptions(size_t preloader_count, size_t batch_size, size_t cache_size = 2048,
                      size_t cross_chunk_shuffle_count = 1)
      : preloader_count_(preloader_count),
        batch_size_(batch_size),
        cache_size_(cache_size),
        cross_chunk_shuffle_count_(cross_chunk_shuffle_count) {
    HEARTH_CHECK_AS(ValueError, preloader_count > 0,
                    "Preloader count is 0. At least one preloader needs to be specified.");
    HEARTH_CHECK_AS(ValueError, batch_size > 0,
                    "Batch size is 0. A positive batch size needs to be specified.");
    HEARTH_CHECK_AS(ValueError, cache_size > 0,
                    "Cache size is 0. A positive cache size needs to be specified.");
    HEARTH_CHECK_AS(ValueError, cache_size >= batch_size,
                    "Cache size is less than batch size. Cache needs to be large enough to hold at "
                    "least one batch.");
    HEARTH_CHECK_AS(ValueError, cross_chunk_shuffle_count > 0,
                    "cross_chunk_shuffle_count needs to be greater than 0.");
  }
  HEARTH_ARG(size_t, preloader_count);  ///< threads that read chunks
  HEARTH_ARG(size_t, batch_size);
  HEARTH_ARG(size_t, cache_size);                 ///< examples read ahead before readers wait
  HEARTH_ARG(size_t, cross_chunk_shuffle_count);  ///< chunks that are shuffled together
};

namespace detail {

/// Batches between the threads that read chunks and those that take batches.
template <typename Batch, typename ExampleSampler>
class BatchBuffer {
 public:
  BatchBuffer(size_t batch_size, size_t capacity, ExampleSampler& sampler)
      : batch_size_(batch_size), capacity_(capacity), sampler_(sampler) {}

  /// The next batch, smaller at the end; nullopt then. Rethrows what a reader threw.
  std::optional<Batch> take() {
    std::unique_lock<std::mutex> lock(mutex_);
    filled_.wait(lock, [this] { return examples_ >= batch_size_ || error_ || ended_; });
    if (error_) {
      const std::exception_ptr error = std::exchange(error_, nullptr);
      throw WorkerException(error, std::nullopt);
    }
    if (batches_.empty()) return std::nullopt;
    Batch batch = std::move(batches_.front());
    batches_.pop_front();
    examples_ -= batch.size();
    lock.unlock();
    drained_.notify_all();
    return batch;
  }

  /// Adds a chunk's examples in the sampler's order, once there is room; a batch that the chunk
  /// before left unfinished comes first.
  void add(Batch chunk) {
    std::unique_lock<std::mutex> lock(mutex_);
    drained_.wait(lock, [this] { return examples_ < capacity_ || ended_; });
    if (ended_) return;
    sampler_.reset(chunk.size());
    if (!batches_.empty() && batches_.back().size() < batch_size_) fill(batches_.back(), chunk);
    for (;;) {
      Batch batch;
      fill(batch, chunk);
      if (batch.empty()) break;
      batches_.push_back(std::move(batch));
    }
    lock.unlock();
    filled_.notify_all();
  }
  void add(std::exception_ptr error) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      error_ = error;
    }
    filled_.notify_all();
  }
  /// No more chunks will come, or nobody wants them.
  void end() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ended_ = true;
    }
    filled_.notify_all();
    drained_.notify_all();
  }

 private:
  void fill(Batch& batch, Batch& chunk) {
    if (const auto indices = sampler_.next(batch_size_ - batch.size())) {
      for (const size_t i : *indices) batch.push_back(std::move(chunk[i]));
      examples_ += indices->size();
    }
  }

  const size_t batch_size_, capacity_;
  ExampleSampler& sampler_;
  std::mutex mutex_;
  std::condition_variable filled_, drained_;
  std::deque<Batch> batches_;
  size_t examples_ = 0;
  std::exception_ptr error_;
  bool ended_ = false;
};

}  // namespace detail

/// Batches of a dataset that is read in chunks: threads read the chunks that one sampler names, mix
/// a few of them (`cross_chunk_shuffle_count`) in the order of another, and keep up to `cache_size`
/// examples ready. Wrap it with make_shared_dataset for a DataLoader, whose batch size must be the
/// dataset's. As torch::data::datasets::ChunkDataset.
template <typename ChunkReader, typename ChunkSampler = samplers::RandomSampler,
          typename ExampleSampler = samplers::RandomSampler>
class ChunkDataset final
    : public StatefulDataset<ChunkDataset<ChunkReader, ChunkSampler, ExampleSampler>,
                             typename ChunkReader::BatchType, size_t> {
 public:
  using UnwrappedBatchType = typename ChunkReader::BatchType;
  using BatchType = std::optional<UnwrappedBatchType>;
  using BatchRequestType = size_t;
  using ChunkSamplerType = ChunkSampler;
  using ExampleSamplerType = ExampleSampler;

  /// `preprocessing_policy` sees each chunk before its examples are drawn.
  ChunkDataset(ChunkReader chunk_reader, ChunkSampler chunk_sampler, ExampleSampler example_sampler,
               ChunkDatasetOptions options,
               std::function<void(UnwrappedBatchType&)> preprocessing_policy = {})
      : reader_(std::move(chunk_reader)),
        chunk_sampler_(std::move(chunk_sampler)),
        example_sampler_(std::move(example_sampler)),
        options_(std::move(options)),
        policy_(std::move(preprocessing_policy)) {}
  ~ChunkDataset() override { stop(); }

  BatchType get_batch(size_t batch_size) override {
    HEARTH_CHECK_AS(ValueError, buffer_, "[ChunkDataset] reset() comes before get_batch()");
    HEARTH_CHECK_AS(ValueError, batch_size == options_.batch_size(),
                    "The requested batch size does not match with the initialized batch size.\n"
                    " The requested batch size is ",
                    batch_size, ", while the dataset is created with batch size equal to ",
                    options_.batch_size());
    return buffer_->take();
  }
  BatchType get_batch() { return get_batch(options_.batch_size()); }

  void reset() override {
    stop();
    if (!loaded_) {
      reader_.reset();
      chunk_sampler_.reset(reader_.chunk_count());
    }
    loaded_ = false;
    buffer_ =
        std::make_unique<Buffer>(options_.batch_size(), options_.cache_size(), example_sampler_);
    running_ = options_.preloader_count();
    for (size_t i = 0; i < options_.preloader_count(); ++i)
      threads_.emplace_back([this] { preload(); });
  }
  /// How many examples there are is not known.
  std::optional<size_t> size() const override { return std::nullopt; }
  ChunkSampler& chunk_sampler() { return chunk_sampler_; }

  /// Keeps which chunks have been begun; the next reset() after load() goes on behind them.
  void save(serialize::OutputArchive& archive) const override {
    const std::lock_guard<std::mutex> lock(sampler_mutex_);
    chunk_sampler_.save(archive);
  }
  void load(serialize::InputArchive& archive) override {
    const std::lock_guard<std::mutex> lock(sampler_mutex_);
    chunk_sampler_.load(archive);
    loaded_ = true;
  }

 private:
  using Buffer = detail::BatchBuffer<UnwrappedBatchType, ExampleSampler>;

  void preload() {
    while (!stopping_) {
      try {
        std::optional<std::vector<size_t>> chunks;
        {
          const std::lock_guard<std::mutex> lock(sampler_mutex_);
          chunks = chunk_sampler_.next(options_.cross_chunk_shuffle_count());
        }
        if (!chunks) break;
        UnwrappedBatchType examples = reader_.read_chunk(chunks->front());
        for (size_t i = 1; i < chunks->size(); ++i) {
          UnwrappedBatchType more = reader_.read_chunk((*chunks)[i]);
          std::move(more.begin(), more.end(), std::back_inserter(examples));
        }
        if (policy_) policy_(examples);
        if (!examples.empty()) buffer_->add(std::move(examples));
      } catch (...) {
        buffer_->add(std::current_exception());
      }
    }
    if (--running_ == 0) buffer_->end();
  }
  void stop() {
    stopping_ = true;
    if (buffer_) buffer_->end();
    for (std::thread& t : threads_) t.join();
    threads_.clear();
    stopping_ = false;
  }

  ChunkReader reader_;
  ChunkSampler chunk_sampler_;
  ExampleSampler example_sampler_;
  const ChunkDatasetOptions options_;
  std::function<void(UnwrappedBatchType&)> policy_;
  std::unique_ptr<Buffer> buffer_;
  std::vector<std::thread> threads_;
  std::atomic<size_t> running_{0};
  std::atomic<bool> stopping_{false};
  mutable std::mutex sampler_mutex_;
  bool loaded_ = false;
};

}  // namespace hearth::data::datasets
