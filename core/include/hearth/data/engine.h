// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "hearth/base/array_ref.h"
#include "hearth/base/error.h"

namespace hearth::data {

/// What a DataLoader throws when a worker failed. Names the sample; the original exception is kept.
class HEARTH_API WorkerException : public Error {
 public:
  WorkerException(std::exception_ptr original, std::optional<size_t> index);
  ~WorkerException() override;
  std::exception_ptr original_exception;
  /// The dataset's index of the sample that failed, if it is known.
  std::optional<size_t> sample_index;
};

namespace detail {

/// A value of any type, for the engine, which does not look into requests and batches.
struct HEARTH_API Erased {
  virtual ~Erased();
};
template <typename T>
struct ErasedOf final : Erased {
  explicit ErasedOf(T v) : value(std::move(v)) {}
  T value;
};
using ErasedPtr = std::unique_ptr<Erased>;
template <typename T>
T& unerase(Erased& e) {
  return static_cast<ErasedOf<T>&>(e).value;
}

/// Where the engine gets its work from: a DataLoader.
class HEARTH_API BatchSource {
 public:
  virtual ~BatchSource();
  /// The next request, or null at the end; called by the thread that consumes.
  virtual ErasedPtr next_request() = 0;
  /// Makes a batch, or null where there are no more: then no further ones are asked for. Called by
  /// worker number `worker` (0 for the consumer itself).
  virtual ErasedPtr make_batch(size_t worker, Erased& request) = 0;
  /// The indices of a request; empty if it has none.
  virtual ArrayRef<size_t> indices(Erased& request) const = 0;
};

struct EngineOptions {
  size_t workers = 0;   ///< 0: batches are made by the thread that consumes them
  size_t max_jobs = 1;  ///< batches requested ahead of the consumer
  std::optional<int64_t> timeout_ms;
  bool ordered = true;
};

/// Worker threads with a bounded number of batches in flight.
class HEARTH_API Engine {
 public:
  Engine(BatchSource& source, const EngineOptions& options);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();
  /// Begins an epoch at batch number `first`, and drops what is left of another.
  void start(uint64_t seed, uint64_t first);
  /// The next batch, or null at the end. Rethrows what making it threw.
  ErasedPtr next();
  /// The number of the first batch that next() has not given (or thrown) yet.
  uint64_t position() const;
  /// Whether workers have been asked for batches that next() has not given yet.
  bool busy() const;
  /// Ends the workers; they start again with the next epoch.
  void join();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace detail
}  // namespace hearth::data
