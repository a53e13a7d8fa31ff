// SPDX-License-Identifier: Apache-2.0
#include "hearth/data/web_dataset.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "hearth/base/error.h"
#include "hearth/base/progress.h"
#include "hearth/data/readers/tar.h"
#include "hearth/io/archive.h"

#include "base/philox.h"

namespace hearth::data {

const std::string& WebSample::at(const std::string& field) const {
  const auto found = fields.find(field);
  if (found != fields.end()) return found->second;
  std::string known;
  for (const auto& [name, bytes] : fields) known += (known.empty() ? "" : ", ") + name;
  throw FormatError(
      cat_str("[", shard, "] sample ", key, " has no '", field, "'; there are ", known));
}

namespace {

/// "000..127" or "0..10..5" as its numbers; "a,b" as its items; nothing if it is neither.
std::vector<std::string> items_of(const std::string& text) {
  std::vector<std::string> items;
  const size_t dots = text.find("..");
  const auto is_number = [](const std::string& s) {
    return !s.empty() && s.size() < 10 && s.find_first_not_of("0123456789") == s.npos;
  };
  if (dots != text.npos) {
    const std::string first = text.substr(0, dots), rest = text.substr(dots + 2);
    const size_t again = rest.find("..");
    const std::string last = rest.substr(0, again),
                      step = again == rest.npos ? "1" : rest.substr(again + 2);
    if (!is_number(first) || !is_number(last) || !is_number(step) || std::stol(step) == 0)
      return {};
    const long from = std::stol(first), to = std::stol(last), by = std::stol(step);
    const auto is_padded = [](const std::string& s) { return s.size() > 1 && s[0] == '0'; };
    const bool padded = is_padded(first) || is_padded(last);
    const size_t width = padded ? std::max(first.size(), last.size()) : 0;
    for (long i = from; from <= to ? i <= to : i >= to; i += from <= to ? by : -by) {
      std::string number = std::to_string(i);
      if (number.size() < width) number.insert(0, width - number.size(), '0');
      items.push_back(std::move(number));
    }
    return items;
  }
  if (text.find(',') == text.npos) return {};
  for (size_t at = 0; at <= text.size();) {
    const size_t comma = std::min(text.find(',', at), text.size());
    items.push_back(text.substr(at, comma - at));
    at = comma + 1;
  }
  return items;
}

}  // namespace

std::vector<std::string> expand_braces(const std::string& pattern) {
  for (size_t open = pattern.find('{'); open != pattern.npos; open = pattern.find('{', open + 1)) {
    const size_t close = pattern.find('}', open);
    if (close == pattern.npos) break;
    const std::vector<std::string> items = items_of(pattern.substr(open + 1, close - open - 1));
    if (items.empty()) continue;  // stands for itself
    std::vector<std::string> all;
    for (const std::string& rest : expand_braces(pattern.substr(close + 1)))
      for (const std::string& item : items) all.push_back(pattern.substr(0, open) + item + rest);
    // The first braces change slowest.
    std::vector<std::string> ordered;
    const size_t rests = all.size() / items.size();
    for (size_t i = 0; i < items.size(); ++i)
      for (size_t r = 0; r < rests; ++r) ordered.push_back(all[r * items.size() + i]);
    return ordered;
  }
  return {pattern};
}

std::optional<WebName> split_web_name(const std::string& name) {
  if (name.starts_with("__") && name.ends_with("__") && name.find('/') == name.npos)
    return std::nullopt;
  const size_t slash = name.rfind('/'), base = slash == name.npos ? 0 : slash + 1;
  const size_t dot = name.find('.', base);
  if (dot == name.npos || dot == base) return std::nullopt;
  std::string field = name.substr(dot + 1);
  for (char& c : field) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return WebName{name.substr(0, dot), std::move(field)};
}

struct WebSampler::Impl {
  std::vector<std::string> shards;
  WebDatasetOptions options;
  std::vector<uint32_t> order;  ///< of this process's shards, in this epoch
  uint64_t epoch = 0, draws = 0;
  int64_t given = 0, broken = 0;
  size_t at = 0;  ///< in order
  std::unique_ptr<readers::TarReader> reader;
  std::optional<readers::TarMember> member;  ///< read, and not yet part of a sample
  std::vector<WebPlace> buffer;              ///< of which the next is drawn

  size_t below(size_t n) {
    return static_cast<size_t>(philox::bits64(options.seed(), epoch << 32, draws++) % n);
  }

  void begin() {
    reader.reset();
    member.reset();
    buffer.clear();
    at = 0;
    draws = 0;
    given = 0;
    order.clear();
    for (size_t i = options.rank(); i < shards.size(); i += options.world_size())
      order.push_back(static_cast<uint32_t>(i));
    if (options.shuffle() > 0)
      for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[below(i)]);
  }

  /// The next sample in the order of the shards.
  std::optional<WebPlace> find() {
    while (at < order.size()) {
      std::optional<WebPlace> place;
      try {
        place = find_in_shard();
      } catch (const FormatError& e) {
        if (options.broken() == readers::Broken::Error) throw;
        if (broken++ == 0) Progress::print(cat_str("the rest of a shard is left out: ", e.what()));
      }
      if (place) return place;
      reader.reset();
      member.reset();
      ++at;
    }
    return std::nullopt;
  }

  std::optional<WebPlace> find_in_shard() {
    if (!reader) {
      reader = std::make_unique<readers::TarReader>(shards[order[at]]);
      member = reader->next();
    }
    std::optional<std::string> key;
    WebPlace place{order[at], 0, 0};
    for (; member; member = reader->next()) {
      const auto name = split_web_name(member->name);
      if (key && (!name || name->key != *key)) break;
      if (!name) continue;
      if (!key) place.header = member->header;
      key = name->key;
      ++place.members;
    }
    return key ? std::optional(place) : std::nullopt;
  }

  std::optional<WebPlace> next() {
    while (buffer.size() <= options.shuffle()) {
      const auto place = find();
      if (!place) break;
      buffer.push_back(*place);
      if (options.shuffle() == 0) break;
    }
    if (buffer.empty()) return std::nullopt;
    const size_t i = options.shuffle() == 0 ? 0 : below(buffer.size());
    const WebPlace drawn = buffer[i];
    buffer[i] = buffer.back();
    buffer.pop_back();
    ++given;
    return drawn;
  }
};

WebSampler::WebSampler(std::vector<std::string> shards, WebDatasetOptions options)
    : impl_(std::make_unique<Impl>()) {
  HEARTH_CHECK_AS(ValueError, options.world_size() > 0 && options.rank() < options.world_size(),
                  "[WebSampler] rank is below world_size, got ", options.rank(), " of ",
                  options.world_size());
  HEARTH_CHECK_AS(ValueError, shards.size() >= options.world_size(), "[WebSampler] ", shards.size(),
                  " shards are too few for ", options.world_size(),
                  " processes, each of which needs one of its own");
  impl_->shards = std::move(shards);
  impl_->options = options;
  impl_->begin();
}
WebSampler::WebSampler(const WebSampler& other)
    : WebSampler(other.impl_->shards, other.impl_->options) {}
WebSampler::WebSampler(WebSampler&&) noexcept = default;
WebSampler::~WebSampler() = default;

void WebSampler::reset(std::optional<size_t>) {
  // The first epoch is the one that it was made with.
  if (impl_->given > 0 || impl_->at > 0) ++impl_->epoch;
  impl_->begin();
}

std::optional<std::vector<WebPlace>> WebSampler::next(size_t batch_size) {
  std::vector<WebPlace> places;
  while (places.size() < batch_size) {
    const auto place = impl_->next();
    if (!place) break;
    places.push_back(*place);
  }
  return places.empty() ? std::nullopt : std::optional(std::move(places));
}

void WebSampler::save(serialize::OutputArchive& archive) const {
  archive.write("epoch", static_cast<int64_t>(impl_->epoch));
  archive.write("given", impl_->given);
  archive.write("shards", static_cast<int64_t>(impl_->shards.size()));
}

void WebSampler::load(serialize::InputArchive& archive) {
  int64_t epoch = 0, given = 0, shards = 0;
  archive.read("epoch", epoch);
  archive.read("given", given);
  archive.read("shards", shards);
  HEARTH_CHECK_AS(ValueError, shards == static_cast<int64_t>(impl_->shards.size()), "[",
                  archive.source(), "] the saved sampler had ", shards, " shards, this one has ",
                  impl_->shards.size());
  HEARTH_CHECK_AS(FormatError, epoch >= 0 && given >= 0, "[", archive.source(),
                  "] the sampler stands at sample ", given, " of epoch ", epoch);
  impl_->epoch = static_cast<uint64_t>(epoch);
  impl_->begin();
  for (int64_t i = 0; i < given && impl_->next(); ++i) {
  }
}

int64_t WebSampler::broken() const { return impl_->broken; }

struct WebDataset::Impl {
  std::vector<std::string> shards;
  uint64_t largest_file;
  std::map<uint32_t, std::unique_ptr<readers::TarReader>> open;  ///< a few, those used last

  readers::TarReader& reader(uint32_t shard) {
    auto& reader = open[shard];
    if (!reader) {
      reader = std::make_unique<readers::TarReader>(shards.at(shard));
      if (open.size() > 8)
        open.erase(open.begin()->first == shard ? std::next(open.begin()) : open.begin());
    }
    return *open.at(shard);
  }
};

WebDataset::WebDataset(std::vector<std::string> shards, uint64_t largest_file)
    : impl_(new Impl{std::move(shards), largest_file, {}}) {}
WebDataset::WebDataset(const WebDataset& other)
    : WebDataset(other.impl_->shards, other.impl_->largest_file) {}
WebDataset::WebDataset(WebDataset&&) noexcept = default;
WebDataset::~WebDataset() = default;

std::vector<WebSample> WebDataset::get_batch(const std::vector<WebPlace>& places) {
  std::vector<WebSample> samples;
  for (const WebPlace& place : places) {
    HEARTH_CHECK_AS(IndexError, place.shard < impl_->shards.size(), "[WebDataset] shard ",
                    place.shard, " of ", impl_->shards.size());
    readers::TarReader& reader = impl_->reader(place.shard);
    WebSample sample;
    sample.shard = impl_->shards[place.shard];
    reader.seek(place.header);
    for (uint32_t left = place.members; left > 0;) {
      const auto member = reader.next();
      HEARTH_CHECK_AS(FormatError, member, "[", sample.shard, "] sample ", sample.key,
                      " is no longer there; the archive has changed");
      auto name = split_web_name(member->name);
      if (!name) continue;
      sample.key = name->key;
      const bool fresh =
          sample.fields.emplace(std::move(name->field), reader.read(impl_->largest_file)).second;
      HEARTH_CHECK_AS(FormatError, fresh, "[", sample.shard, "] sample ", sample.key,
                      " has two files of the same extension: ", member->name);
      --left;
    }
    samples.push_back(std::move(sample));
  }
  return samples;
}

}  // namespace hearth::data
