// SPDX-License-Identifier: Apache-2.0
#include "hearth/data/engine.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "hearth/base/threads.h"
#include "hearth/data/sample_scope.h"

namespace hearth::data {

namespace {

std::string describe(const std::exception_ptr& original, std::optional<size_t> index) {
  std::string text = "Caught exception in DataLoader worker thread. Original message: ";
  try {
    std::rethrow_exception(original);
  } catch (const std::exception& e) {
    text += e.what();
  } catch (...) {
    text += "an exception that is no std::exception";
  }
  if (index) text += cat_str(" (at sample ", *index, ")");
  return text;
}

}  // namespace

WorkerException::WorkerException(std::exception_ptr original, std::optional<size_t> index)
    : Error(describe(original, index)), original_exception(original), sample_index(index) {}
WorkerException::~WorkerException() = default;

namespace detail {

Erased::~Erased() = default;
BatchSource::~BatchSource() = default;

namespace {

struct Job {
  uint64_t epoch = 0, number = 0, seed = 0;
  ErasedPtr request;
};

struct Result {
  uint64_t number = 0;
  ErasedPtr batch;
  std::exception_ptr error;
};

}  // namespace

struct Engine::Impl {
  BatchSource& source;
  const EngineOptions options;

  std::mutex mutex;
  std::condition_variable work, done;
  std::deque<Job> jobs;
  std::vector<Result> results;
  bool stopping = false;
  std::vector<std::thread> threads;

  // The consumer's own.
  uint64_t epoch = 0, seed = 0;
  uint64_t requested = 0, delivered = 0;  ///< numbers of the next batches
  std::set<uint64_t> early;               ///< delivered before their turn; all above `delivered`
  size_t in_flight = 0;
  bool exhausted = true;

  Impl(BatchSource& s, const EngineOptions& o) : source(s), options(o) {}

  void worker(size_t index) {
    ThreadLimitGuard one_thread(1);
    for (;;) {
      Job job;
      {
        std::unique_lock<std::mutex> lock(mutex);
        work.wait(lock, [&] { return stopping || !jobs.empty(); });
        if (stopping) return;
        job = std::move(jobs.front());
        jobs.pop_front();
      }
      Result result{job.number, nullptr, nullptr};
      {
        BatchScope scope(job.seed, job.number, source.indices(*job.request));
        try {
          result.batch = source.make_batch(index, *job.request);
        } catch (...) {
          result.error = std::make_exception_ptr(
              WorkerException(std::current_exception(), scope.current_index()));
        }
      }
      {
        const std::lock_guard<std::mutex> lock(mutex);
        if (job.epoch != epoch) continue;
        results.push_back(std::move(result));
      }
      done.notify_one();
    }
  }

  /// Keeps max_jobs batches requested.
  void fill() {
    while (!exhausted && in_flight < options.max_jobs) {
      ErasedPtr request = source.next_request();
      if (!request) {
        exhausted = true;
        return;
      }
      {
        const std::lock_guard<std::mutex> lock(mutex);
        jobs.push_back({epoch, requested++, seed, std::move(request)});
      }
      ++in_flight;
      work.notify_one();
    }
  }

  /// Takes the result that is due, if it is there.
  bool take(Result& to) {
    for (Result& r : results) {
      if (options.ordered && r.number != delivered) continue;
      to = std::move(r);
      r = std::move(results.back());
      results.pop_back();
      return true;
    }
    return false;
  }
};

Engine::Engine(BatchSource& source, const EngineOptions& options)
    : impl_(std::make_unique<Impl>(source, options)) {}
Engine::~Engine() { join(); }

void Engine::start(uint64_t seed, uint64_t first) {
  Impl& e = *impl_;
  {
    const std::lock_guard<std::mutex> lock(e.mutex);
    ++e.epoch;
    e.jobs.clear();
    e.results.clear();
  }
  e.seed = seed;
  e.requested = e.delivered = first;
  e.early.clear();
  e.in_flight = 0;
  e.exhausted = false;
  if (e.options.workers == 0) return;
  while (e.threads.size() < e.options.workers)
    e.threads.emplace_back([&e, index = e.threads.size()] { e.worker(index); });
  e.fill();
}

ErasedPtr Engine::next() {
  Impl& e = *impl_;
  if (e.options.workers == 0) {
    const ErasedPtr request = e.exhausted ? nullptr : e.source.next_request();
    if (!request) {
      e.exhausted = true;
      return nullptr;
    }
    BatchScope scope(e.seed, e.delivered++, e.source.indices(*request));
    ErasedPtr batch = e.source.make_batch(0, *request);
    e.exhausted = batch == nullptr;
    return batch;
  }
  e.fill();
  Result result;
  while (!result.batch && !result.error) {
    if (e.in_flight == 0) return nullptr;
    std::unique_lock<std::mutex> lock(e.mutex);
    const auto due = [&] { return e.take(result); };
    if (e.options.timeout_ms) {
      HEARTH_CHECK(
          e.done.wait_for(lock, std::chrono::milliseconds(*e.options.timeout_ms), due),
          "[DataLoader] Timeout in DataLoader queue while waiting for next batch (timeout was ",
          *e.options.timeout_ms, " ms)");
    } else {
      e.done.wait(lock, due);
    }
    e.early.insert(result.number);
    while (e.early.erase(e.delivered)) ++e.delivered;
    --e.in_flight;
    // The source has no more; what others still make may be there all the same.
    if (!result.batch && !result.error) e.exhausted = true;
  }
  if (result.error) std::rethrow_exception(result.error);
  e.fill();
  return std::move(result.batch);
}

uint64_t Engine::position() const { return impl_->delivered; }
bool Engine::busy() const { return impl_->in_flight > 0; }

void Engine::join() {
  Impl& e = *impl_;
  {
    const std::lock_guard<std::mutex> lock(e.mutex);
    ++e.epoch;
    e.stopping = true;
    e.jobs.clear();
    e.results.clear();
  }
  e.work.notify_all();
  for (std::thread& t : e.threads) t.join();
  e.threads.clear();
  e.stopping = false;
  e.in_flight = 0;
  e.exhausted = true;
}

}  // namespace detail
}  // namespace hearth::data
