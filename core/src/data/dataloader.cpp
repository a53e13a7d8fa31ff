// SPDX-License-Identifier: Apache-2.0
#include "hearth/data/dataloader.h"

#include "hearth/io/archive.h"

namespace hearth::data::detail {

struct LoaderCore::Epoch {
  uint64_t seed = 0;
  uint64_t first = 0;                ///< number of the batch it begins or continues at
  bool inside = false;               ///< begun and not at its end
  bool resumed = false;              ///< loaded; the next loop continues
  serialize::OutputArchive sampler;  ///< as it was at the epoch's start
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
LoaderCore::~LoaderCore() = default;

std::shared_ptr<Cursor> LoaderCore::begin_epoch() {
  HEARTH_CHECK(cursor_.expired() || !engine_.busy(),
               "[DataLoader] Attempted to get a new DataLoader iterator while another iterator is "
               "not yet exhausted");
  if (epoch_->resumed) {
    serialize::InputArchive sampler(epoch_->sampler);
    load_sampler(sampler);
    for (uint64_t i = 0; i < epoch_->first; ++i)
      if (!skip_batch()) break;
  } else {
    reset_sampler();
    epoch_->seed = draw_seed();
    epoch_->first = 0;
    epoch_->sampler = {};
    save_sampler(epoch_->sampler);
  }
  epoch_->resumed = false;
  epoch_->inside = true;
  engine_.start(epoch_->seed, epoch_->first);
  auto cursor = std::make_shared<Cursor>(*this);
  cursor_ = cursor;
  return cursor;
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
  archive.write("given", static_cast<int64_t>(epoch_->inside ? engine_.position() : epoch_->first));
  archive.write("sampler", epoch_->sampler);
}

void LoaderCore::load(serialize::InputArchive& archive) {
  HEARTH_CHECK(cursor_.expired() || !epoch_->inside,
               "[DataLoader] load() while an iterator is in use; end the loop first");
  int64_t batch_size = 0, seed = 0, given = 0;
  bool inside = false;
  archive.read("batch_size", batch_size);
  archive.read("inside", inside);
  archive.read("seed", seed);
  archive.read("given", given);
  HEARTH_CHECK_AS(ValueError, batch_size == static_cast<int64_t>(options_.batch_size), "[",
                  archive.source(), "] the saved loader had batch_size ", batch_size,
                  ", this one has ", options_.batch_size);
  HEARTH_CHECK_AS(FormatError, given >= 0, "[", archive.source(), "] the loader's position is ",
                  given);
  epoch_->inside = false;
  epoch_->resumed = inside;
  if (!inside) return;
  serialize::InputArchive sampler;
  archive.read("sampler", sampler);
  load_sampler(sampler);
  epoch_->sampler = {};
  save_sampler(epoch_->sampler);
  epoch_->seed = static_cast<uint64_t>(seed);
  epoch_->first = static_cast<uint64_t>(given);
}

}  // namespace hearth::data::detail
