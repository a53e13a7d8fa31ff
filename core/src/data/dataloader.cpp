// SPDX-License-Identifier: Apache-2.0
#include "hearth/data/dataloader.h"

#include <deque>

#include "hearth/io/archive.h"

namespace hearth::data::detail {

struct LoaderCore::Epoch {
  uint64_t seed = 0;
  uint64_t first = 0;      ///< number of the batch it begins or continues at
  uint64_t requested = 0;  ///< number of the next request
  bool inside = false;     ///< begun and not at its end
  bool resumed = false;    ///< loaded; the next loop continues
  /// The sampler as it was before some of the requests, at least the last of those before the batch
  /// that comes next.
  struct Mark {
    uint64_t request = 0;
    serialize::OutputArchive sampler;
  };
  std::deque<Mark> marks;

  /// The mark to continue from at a batch.
  const Mark& mark_of(uint64_t batch) const {
    size_t i = 0;
    while (i + 1 < marks.size() && marks[i + 1].request <= batch) ++i;
    return marks[i];
  }
};

Erased* Cursor::current() {
  if (!fetched_) {
    batch_ = loader_.next_batch();
    fetched_ = true;
  }
  return batch_.get();
}

void Cursor::advance() {
  current();
  if (!batch_) return;
  batch_.reset();
  fetched_ = false;
}

LoaderCore::LoaderCore(const DataLoaderOptions& options)
    : options_(options),
      engine_(*this,
              {options_.workers, options_.max_jobs,
               options_.timeout ? std::optional<int64_t>(options_.timeout->count()) : std::nullopt,
               options_.enforce_ordering}),
      epoch_(std::make_unique<Epoch>()) {
  HEARTH_CHECK_AS(ValueError, options_.batch_size > 0,
                  "[DataLoader] expected a batch_size above 0");
  HEARTH_CHECK_AS(ValueError, options_.workers == 0 || options_.max_jobs > 0,
                  "[DataLoader] expected max_jobs above 0 with workers");
}
void LoaderCore::check_no_batch_size() const {
  HEARTH_CHECK_AS(ValueError, options_.batch_size == 1 && !options_.drop_last,
                  "[DataLoader] a batch sampler decides batch_size and drop_last; leave them out");
}
LoaderCore::~LoaderCore() = default;

std::shared_ptr<Cursor> LoaderCore::begin_epoch() {
  HEARTH_CHECK(cursor_.expired() || !engine_.busy(),
               "[DataLoader] Attempted to get a new DataLoader iterator while another iterator is "
               "not yet exhausted");
  if (epoch_->resumed) {
    serialize::InputArchive sampler(epoch_->marks.front().sampler);
    load_sampler(sampler);
    for (uint64_t i = epoch_->marks.front().request; i < epoch_->first; ++i)
      if (!skip_batch()) break;
  } else {
    reset_sampler();
    epoch_->seed = draw_seed();
    epoch_->first = 0;
    epoch_->marks.assign(1, {});
    save_sampler(epoch_->marks.front().sampler);
  }
  epoch_->requested = epoch_->first;
  epoch_->resumed = false;
  epoch_->inside = true;
  engine_.start(epoch_->seed, epoch_->first);
  auto cursor = std::make_shared<Cursor>(*this);
  cursor_ = cursor;
  return cursor;
}

ErasedPtr LoaderCore::next_request() {
  constexpr uint64_t kRequestsBetweenMarks = 64;
  Epoch& e = *epoch_;
  if (requests_are_batches() && e.requested >= e.marks.back().request + kRequestsBetweenMarks) {
    while (e.marks.size() > 1 && e.marks[1].request <= engine_.position()) e.marks.pop_front();
    save_sampler(e.marks.emplace_back(Epoch::Mark{e.requested, {}}).sampler);
  }
  ++e.requested;
  return draw_request();
}

ErasedPtr LoaderCore::next_batch() {
  ErasedPtr batch = engine_.next();
  if (!batch) epoch_->inside = false;
  return batch;
}

void LoaderCore::save(serialize::OutputArchive& archive) const {
  archive.write("batch_size", static_cast<int64_t>(options_.batch_size));
  archive.write("inside", epoch_->inside || epoch_->resumed);
  archive.write("seed", static_cast<int64_t>(epoch_->seed));
  const uint64_t given = epoch_->inside ? engine_.position() : epoch_->first;
  archive.write("given", static_cast<int64_t>(given));
  const auto& mark = epoch_->marks.empty() ? Epoch::Mark{} : epoch_->mark_of(given);
  archive.write("sampled", static_cast<int64_t>(mark.request));
  archive.write("sampler", mark.sampler);
}

void LoaderCore::load(serialize::InputArchive& archive) {
  HEARTH_CHECK(cursor_.expired() || !epoch_->inside,
               "[DataLoader] load() while an iterator is in use; end the loop first");
  int64_t batch_size = 0, seed = 0, given = 0, sampled = 0;
  bool inside = false;
  archive.read("batch_size", batch_size);
  archive.read("inside", inside);
  archive.read("seed", seed);
  archive.read("given", given);
  archive.read("sampled", sampled);
  HEARTH_CHECK_AS(ValueError, batch_size == static_cast<int64_t>(options_.batch_size), "[",
                  archive.source(), "] the saved loader had batch_size ", batch_size,
                  ", this one has ", options_.batch_size);
  HEARTH_CHECK_AS(FormatError, sampled >= 0 && given >= sampled, "[", archive.source(),
                  "] the loader's position is ", given);
  epoch_->inside = false;
  epoch_->resumed = inside;
  if (!inside) return;
  serialize::InputArchive sampler;
  archive.read("sampler", sampler);
  load_sampler(sampler);
  epoch_->marks.assign(1, {static_cast<uint64_t>(sampled), {}});
  save_sampler(epoch_->marks.front().sampler);
  epoch_->seed = static_cast<uint64_t>(seed);
  epoch_->first = static_cast<uint64_t>(given);
}

}  // namespace hearth::data::detail
