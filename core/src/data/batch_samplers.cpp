// SPDX-License-Identifier: Apache-2.0
#include "hearth/data/batch_samplers.h"

#include <algorithm>
#include <numeric>

#include "hearth/base/error.h"
#include "hearth/data/sample_scope.h"
#include "hearth/io/archive.h"

#include "data/permutation.h"

namespace hearth::data::samplers {

void detail::check_batch_size(const char* sampler, size_t batch_size) {
  HEARTH_CHECK_AS(ValueError, batch_size > 0, "[", sampler, "] expected a batch_size above 0");
}

BucketBatchSampler::BucketBatchSampler(std::vector<int64_t> lengths, BucketBatchOptions options)
    : lengths_(std::move(lengths)), options_(options) {
  detail::check_batch_size("BucketBatchSampler", options_.batch_size());
  HEARTH_CHECK_AS(ValueError, options_.bucket_size_multiplier() > 0,
                  "[BucketBatchSampler] expected a bucket_size_multiplier above 0");
  HEARTH_CHECK_AS(ValueError, options_.rank() < options_.num_replicas(),
                  "[BucketBatchSampler] rank ", options_.rank(), " is out of range for ",
                  options_.num_replicas(), " replicas");
  for (size_t i = 0; i < lengths_.size(); ++i) {
    HEARTH_CHECK_AS(ValueError, lengths_[i] >= 0, "[BucketBatchSampler] example ", i,
                    " has the length ", lengths_[i]);
    lengths_hash_ = data::detail::mix_seed(lengths_hash_, static_cast<uint64_t>(lengths_[i]));
  }
}

uint64_t BucketBatchSampler::next_seed() const {
  if (!options_.shuffle()) return 0;
  return options_.num_replicas() > 1 ? epoch_ : draw_seed();
}

void BucketBatchSampler::reset() {
  seed_ = next_seed();
  draw();
}

void BucketBatchSampler::draw() {
  if (!seed_) seed_ = next_seed();
  const size_t n = lengths_.size();
  if (options_.shuffle()) {
    order_ = permutation(n, *seed_);
  } else {
    order_.resize(n);
    std::iota(order_.begin(), order_.end(), size_t{0});
  }
  std::vector<Span> all;
  const size_t most = options_.batch_size();
  const size_t pool =
      most > n / options_.bucket_size_multiplier() ? n : most * options_.bucket_size_multiplier();
  const auto tokens = static_cast<uint64_t>(options_.max_tokens());
  for (size_t begin = 0; begin < n;) {
    const size_t end = std::min(n, begin + pool);
    std::stable_sort(order_.begin() + static_cast<std::ptrdiff_t>(begin),
                     order_.begin() + static_cast<std::ptrdiff_t>(end),
                     [this](size_t a, size_t b) { return lengths_[a] < lengths_[b]; });
    while (begin < end) {
      size_t at = begin + 1;
      // Sorted, so an example is the longest of those before it.
      const auto fits = [&] {
        const auto length = static_cast<uint64_t>(lengths_[order_[at]]);
        return tokens == 0 || length == 0 || at + 1 - begin <= tokens / length;
      };
      while (at < end && at - begin < most && fits()) ++at;
      if (!options_.drop_last() || at < n || at - begin == most) all.push_back({begin, at});
      begin = at;
    }
  }
  if (options_.shuffle()) {
    // Another stream than that of the examples.
    const std::vector<size_t> mixed = permutation(all.size(), data::detail::mix_seed(*seed_, 1));
    std::vector<Span> shuffled(all.size());
    for (size_t i = 0; i < all.size(); ++i) shuffled[i] = all[mixed[i]];
    all = std::move(shuffled);
  }
  const size_t replicas = options_.num_replicas();
  const size_t mine =
      options_.drop_last() ? all.size() / replicas : (all.size() + replicas - 1) / replicas;
  batches_.clear();
  for (size_t i = 0; i < mine; ++i)
    batches_.push_back(all[(options_.rank() + i * replicas) % all.size()]);
  given_ = 0;
  drawn_ = true;
}

std::optional<std::vector<size_t>> BucketBatchSampler::next() {
  if (!drawn_) draw();
  if (given_ == batches_.size()) return std::nullopt;
  const Span span = batches_[given_++];
  return std::vector<size_t>(order_.begin() + static_cast<std::ptrdiff_t>(span.begin),
                             order_.begin() + static_cast<std::ptrdiff_t>(span.end));
}

size_t BucketBatchSampler::size() {
  if (!drawn_) draw();
  return batches_.size();
}

std::vector<std::pair<const char*, int64_t>> BucketBatchSampler::settings() const {
  return {{"size", static_cast<int64_t>(lengths_.size())},
          {"lengths", static_cast<int64_t>(lengths_hash_)},
          {"batch_size", static_cast<int64_t>(options_.batch_size())},
          {"max_tokens", static_cast<int64_t>(options_.max_tokens())},
          {"bucket_size_multiplier", static_cast<int64_t>(options_.bucket_size_multiplier())},
          {"shuffle", options_.shuffle()},
          {"drop_last", options_.drop_last()},
          {"num_replicas", static_cast<int64_t>(options_.num_replicas())},
          {"rank", static_cast<int64_t>(options_.rank())}};
}

void BucketBatchSampler::save(serialize::OutputArchive& archive) const {
  // Whoever loads this draws the order that this one will draw.
  if (!seed_) seed_ = next_seed();
  for (const auto& [name, value] : settings()) archive.write(name, value);
  archive.write("epoch", static_cast<int64_t>(epoch_));
  archive.write("seed", static_cast<int64_t>(*seed_));
  archive.write("index", static_cast<int64_t>(given_));
}

void BucketBatchSampler::load(serialize::InputArchive& archive) {
  for (const auto& [name, value] : settings()) {
    int64_t saved = 0;
    archive.read(name, saved);
    if (std::string_view(name) == "lengths") {
      HEARTH_CHECK_AS(ValueError, saved == value, "[", archive.source(),
                      "] the saved sampler's examples have other lengths than this one's");
      continue;
    }
    HEARTH_CHECK_AS(ValueError, saved == value, "[", archive.source(), "] the saved sampler has ",
                    name, " ", saved, ", this one ", value);
  }
  int64_t epoch = 0, seed = 0, index = 0;
  archive.read("epoch", epoch);
  archive.read("seed", seed);
  archive.read("index", index);
  epoch_ = static_cast<size_t>(epoch);
  seed_ = static_cast<uint64_t>(seed);
  draw();
  HEARTH_CHECK_AS(FormatError, index >= 0 && static_cast<size_t>(index) <= batches_.size(), "[",
                  archive.source(), "] position ", index, " is beyond the sampler's ",
                  batches_.size(), " batches");
  given_ = static_cast<size_t>(index);
}

}  // namespace hearth::data::samplers
