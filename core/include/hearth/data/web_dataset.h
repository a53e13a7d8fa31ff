// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/data/datasets.h"
#include "hearth/data/readers/lines.h"
#include "hearth/data/samplers.h"

namespace hearth::data {

/// One sample of a WebDataset: files of one name, by their extensions.
struct HEARTH_API WebSample {
  std::string key;    ///< "train/0001"
  std::string shard;  ///< the archive it is from
  /// "jpg", "cls", "seg.png": in lower case, to the bytes of that file.
  std::map<std::string, std::string> fields;
  /// The bytes of a field. Throws FormatError, naming shard and key, if there is none.
  const std::string& at(const std::string& field) const;
};

struct WebDatasetOptions {
  /// Samples of which the next is drawn, and shards in another order; 0: all in order.
  HEARTH_ARG(size_t, shuffle) = 0;
  /// Names the order, with the epoch.
  HEARTH_ARG(uint64_t, seed) = 0;
  /// This process takes every world_size-th shard, from the rank-th on.
  HEARTH_ARG(size_t, rank) = 0;
  HEARTH_ARG(size_t, world_size) = 1;
  /// A damaged shard is an error; or what is whole of it is given, and the rest counted and said.
  HEARTH_ARG(readers::Broken, broken) = readers::Broken::Error;
};

/// "data-{000..127}.tar" as its names, in order; braces hold ranges (also with a step: {0..9..3})
/// or lists ({a,b}), and may stand several times.
HEARTH_API std::vector<std::string> expand_braces(const std::string& pattern);

/// "train/0001.seg.png" as its sample's key, "train/0001", and its field, "seg.png".
struct WebName {
  std::string key, field;
};
/// Of a member of a shard; nothing for names that are no sample's.
HEARTH_API std::optional<WebName> split_web_name(const std::string& member);

/// Where a sample is: a shard, its first header there, and how many members it has.
struct WebPlace {
  uint32_t shard = 0, members = 0;
  uint64_t header = 0;
};

/// The order of samples, found by reading the headers of shards: see WebDataset.
class HEARTH_API WebSampler : public samplers::Sampler<std::vector<WebPlace>> {
 public:
  /// Throws ValueError when there are fewer shards than processes.
  explicit WebSampler(std::vector<std::string> shards, WebDatasetOptions options = {});
  WebSampler(const WebSampler& other);
  WebSampler(WebSampler&&) noexcept;
  ~WebSampler() override;

  /// Begins the next epoch.
  void reset(std::optional<size_t> new_size = std::nullopt) override;
  std::optional<std::vector<WebPlace>> next(size_t batch_size) override;
  void save(serialize::OutputArchive& archive) const override;
  void load(serialize::InputArchive& archive) override;
  /// Damaged shards so far.
  int64_t broken() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Samples of tar archives in WebDataset's convention, streamed, larger than memory: members that
/// follow each other and have one name up to its first dot are a sample.
///
///     const auto shards = expand_braces("imagenet-{000..146}.tar");
///     auto loader = make_data_loader(
///         WebDataset(shards), WebSampler(shards, WebDatasetOptions().shuffle(1000)),
///         DataLoaderOptions(64).workers(4));
///     for (std::vector<WebSample>& batch : *loader) decode(batch[0].at("jpg"));
///
/// The sampler finds the samples, workers read them; so the order is the same for any number of
/// workers, another one in each epoch, and a loader's state continues at the next sample. Shards
/// may be gzipped, but are then read from their beginning to go on in them.
class HEARTH_API WebDataset : public datasets::BatchDataset<WebDataset, std::vector<WebSample>,
                                                            const std::vector<WebPlace>&> {
 public:
  explicit WebDataset(std::vector<std::string> shards, uint64_t largest_file = uint64_t{1} << 32);
  WebDataset(const WebDataset& other);
  WebDataset(WebDataset&&) noexcept;
  ~WebDataset() override;

  std::vector<WebSample> get_batch(const std::vector<WebPlace>& places) override;
  std::optional<size_t> size() const override { return std::nullopt; }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearth::data
