// SPDX-License-Identifier: Apache-2.0
// Data that come one after another, without indices: files larger than memory, whatever reads them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/base/callable.h"
#include "hearth/base/error.h"
#include "hearth/data/datasets.h"
#include "hearth/data/readers/lines.h"
#include "hearth/data/samplers.h"

namespace hearth::data {

/// Where a stream of records stands. What the numbers mean is the reader's business; all 0 is the
/// beginning.
struct StreamPosition {
  uint64_t part = 0;  ///< the file, by its place in a list
  uint64_t byte = 0;  ///< in that part
  int64_t line = 0;   ///< in that part
  friend auto operator<=>(const StreamPosition&, const StreamPosition&) = default;
};

/// Reads records one after another, and can go on anywhere.
template <typename Record>
class RecordReader {
 public:
  virtual ~RecordReader() = default;
  /// The next record; nothing at the end.
  virtual std::optional<Record> next() = 0;
  /// Before the record that next() gives.
  virtual StreamPosition position() const = 0;
  /// Goes where position() was.
  virtual void seek(const StreamPosition& position) = 0;
  /// What is read, in a line; a saved position is refused where this is another.
  virtual std::string describe() const { return ""; }
};

/// Records that a sampler has read for a batch, and their numbers in the stream, from 0.
template <typename Record>
struct RecordBatch {
  std::vector<Record> records;
  std::vector<size_t> numbers;
  size_t size() const { return records.size(); }
};

struct IterableOptions {
  /// Records that are held, of which the next is drawn; 0: all in their order.
  HEARTH_ARG(size_t, shuffle) = 0;
  /// This process takes every world_size-th record, the rank-th of each group. All get equally
  /// many: a group that is not whole at the end is left out.
  HEARTH_ARG(size_t, rank) = 0;
  HEARTH_ARG(size_t, world_size) = 1;
};

namespace detail {

/// What RecordSampler keeps whatever its records are.
class HEARTH_API StreamState {
 public:
  struct Entry {
    StreamPosition at;
    uint64_t number = 0;
  };
  explicit StreamState(const IterableOptions& options);
  /// A new order, from the default generator if there is one to draw.
  void restart();
  /// Which of n records comes next.
  size_t draw(size_t n);
  void save(serialize::OutputArchive& archive, const std::string& described,
            const StreamPosition& position, const std::vector<Entry>& held) const;
  /// Gives back what was held.
  std::vector<Entry> load(serialize::InputArchive& archive, const std::string& described,
                          StreamPosition& position);
  [[noreturn]] static void throw_changed(const std::string& described, uint64_t number);

  IterableOptions options;
  uint64_t read = 0;  ///< records since the beginning
  bool ended = false;

 private:
  uint64_t seed_ = 0, draws_ = 0;
};

/// Names and sizes of files, in a line. Throws ValueError when there are none.
HEARTH_API std::string describe_files(const std::vector<std::string>& files);

}  // namespace detail

/// Reads the records of batches, in the thread that asks a DataLoader for them; so the order is the
/// stream's, for any number of workers. Saving keeps where the reader stands and the positions of
/// the records held for shuffling, which loading reads again.
template <typename Record>
class RecordSampler final : public samplers::Sampler<RecordBatch<Record>> {
 public:
  RecordSampler(std::shared_ptr<RecordReader<Record>> reader, const IterableOptions& options)
      : reader_(std::move(reader)), state_(options) {}

  void reset(std::optional<size_t> = std::nullopt) override {
    reader_->seek({});
    held_.clear();
    state_.restart();
    begun_ = true;
  }
  std::optional<RecordBatch<Record>> next(size_t batch_size) override {
    if (!begun_) reset();
    RecordBatch<Record> batch;
    while (batch.records.size() < batch_size && give(batch)) {
    }
    if (batch.records.empty()) return std::nullopt;
    return batch;
  }
  void save(serialize::OutputArchive& archive) const override {
    std::vector<detail::StreamState::Entry> entries;
    entries.reserve(held_.size());
    for (const Held& h : held_) entries.push_back(h.entry);
    state_.save(archive, reader_->describe(), reader_->position(), entries);
  }
  void load(serialize::InputArchive& archive) override {
    StreamPosition position;
    const auto entries = state_.load(archive, reader_->describe(), position);
    // In the order of the files, or compressed ones would be read many times.
    std::vector<size_t> order(entries.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(),
              [&](size_t a, size_t b) { return entries[a].at < entries[b].at; });
    std::vector<std::optional<Record>> records(entries.size());
    for (const size_t i : order) {
      reader_->seek(entries[i].at);
      records[i] = reader_->next();
      if (!records[i]) state_.throw_changed(reader_->describe(), entries[i].number);
    }
    reader_->seek(position);
    held_.clear();
    for (size_t i = 0; i < entries.size(); ++i)
      held_.push_back({std::move(*records[i]), entries[i]});
    begun_ = true;
  }

 private:
  struct Held {
    Record record;
    detail::StreamState::Entry entry;
  };
  /// The next record of this process.
  bool read() {
    std::optional<Held> mine;
    for (size_t i = 0; i < state_.options.world_size(); ++i) {
      const StreamPosition at = reader_->position();
      std::optional<Record> record = reader_->next();
      if (!record) return false;
      if (i == state_.options.rank()) mine = Held{std::move(*record), {at, state_.read}};
      ++state_.read;
    }
    held_.push_back(std::move(*mine));
    return true;
  }
  bool give(RecordBatch<Record>& batch) {
    while (!state_.ended && held_.size() <= state_.options.shuffle()) state_.ended = !read();
    if (held_.empty()) return false;
    std::swap(held_[state_.draw(held_.size())], held_.back());
    batch.records.push_back(std::move(held_.back().record));
    batch.numbers.push_back(static_cast<size_t>(held_.back().entry.number));
    held_.pop_back();
    return true;
  }

  std::shared_ptr<RecordReader<Record>> reader_;
  detail::StreamState state_;
  std::vector<Held> held_;
  bool begun_ = false;
};

/// Samples of a stream, as Python's IterableDataset, but in one order for any number of workers:
/// records are read in one thread (reader()), and workers make samples of them (make()).
///
///     struct Reviews : data::IterableDataset<Reviews, Example<>, std::string> {
///       std::shared_ptr<data::RecordReader<std::string>> reader() const override { ... }
///       Example<> make(const std::string& line) override { ... }
///     };
///     auto loader = make_data_loader(Reviews().map(Stack<>()), DataLoaderOptions(64).workers(4));
///
/// It needs no sampler, and each worker has a copy of it. The loader's state goes on at the next
/// sample. JsonlDataset, CsvDataset and LineDataset are made of this.
template <typename Self, typename Sample, typename Record = Sample>
class IterableDataset
    : public datasets::BatchDataset<Self, std::vector<Sample>, const RecordBatch<Record>&> {
 public:
  using ExampleType = Sample;
  explicit IterableDataset(const IterableOptions& options = {}) : options_(options) {}

  /// What reads the records, from their beginning.
  virtual std::shared_ptr<RecordReader<Record>> reader() const = 0;
  /// A sample, by a worker. Random numbers drawn here depend on the epoch and the record alone.
  virtual Sample make(const Record& record) = 0;

  std::vector<Sample> get_batch(const RecordBatch<Record>& batch) override {
    std::vector<Sample> samples;
    samples.reserve(batch.size());
    detail::SampleLoop loop;
    for (size_t i = 0; i < batch.size(); ++i) {
      loop.enter(i);
      samples.push_back(make(batch.records[i]));
    }
    return samples;
  }
  std::optional<size_t> size() const override { return std::nullopt; }
  RecordSampler<Record> sampler() const { return {reader(), options_}; }

 private:
  IterableOptions options_;
};

/// Files one after another, by a reader that has next(), position() and seek() (LineReader,
/// CsvReader, JsonlReader), as a RecordReader.
template <typename Reader, typename Record>
class FilesReader final : public RecordReader<Record> {
 public:
  /// open makes a Reader of a path; take gives its next record.
  using Open = Callable<std::unique_ptr<Reader>(const std::string& path)>;
  using Take = Callable<std::optional<Record>(Reader& reader)>;
  FilesReader(std::vector<std::string> files, Open open, Take take)
      : files_(std::move(files)),
        described_(detail::describe_files(files_)),
        open_(std::move(open)),
        take_(std::move(take)) {}

  std::optional<Record> next() override {
    for (; at_ < files_.size(); ++at_, reader_ = nullptr) {
      if (!reader_) reader_ = open_(files_[at_]);
      if (auto record = take_(*reader_)) return record;
    }
    return std::nullopt;
  }
  StreamPosition position() const override {
    if (!reader_) return {at_, 0, 0};
    const readers::Position p = reader_->position();
    return {at_, p.byte, p.line};
  }
  void seek(const StreamPosition& p) override {
    // A beginning is that of a fresh reader, which may read a header first.
    if (p.part != at_ || p.byte == 0) reader_ = nullptr;
    at_ = p.part;
    if (at_ >= files_.size() || p.byte == 0) return;
    if (!reader_) reader_ = open_(files_[at_]);
    reader_->seek({p.byte, p.line});
  }
  std::string describe() const override { return described_; }

 private:
  std::vector<std::string> files_;
  std::string described_;
  Open open_;
  Take take_;
  size_t at_ = 0;
  std::unique_ptr<Reader> reader_;
};

}  // namespace hearth::data
