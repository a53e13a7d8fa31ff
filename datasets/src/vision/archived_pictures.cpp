// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include <fcntl.h>
#include <unistd.h>

#include "hearth/base/error.h"
#include "hearth/data/readers/jsonl.h"
#include "hearth/data/readers/tar.h"
#include "hearth/datasets/vision/listed_pictures.h"
#include "hearth/datasets/vision/picture_files.h"
#include "hearth/ops/creation.h"
#include "hearth/vision/classification/picture_source.h"

#include "vision/checked.h"
#include "vision/choose.h"
#include "vision/decode.h"

namespace hearth::datasets {
namespace {

namespace fs = std::filesystem;
using data::readers::TarReader;

/// Up to n bytes of a file from an offset on; fewer only at its end.
size_t read_part(const std::string& path, uint64_t offset, void* to, size_t n) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  HEARTH_CHECK_AS(FileError, fd >= 0, "[", path, "] cannot be opened: ", std::strerror(errno));
  size_t done = 0;
  ssize_t got = 1;
  while (done < n && got != 0) {
    got = ::pread(fd, static_cast<char*>(to) + done, n - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno != EINTR) break;
    if (got > 0) done += static_cast<size_t>(got);
  }
  const int error = errno;
  ::close(fd);
  HEARTH_CHECK_AS(FileError, got >= 0, "[", path, "] cannot be read: ", std::strerror(error));
  return done;
}

/// Where the bytes of a picture are.
struct Place {
  uint32_t shard = 0;
  uint64_t offset = 0, size = 0;
};

bool is_picture(const std::string& field) {
  const auto& endings = picture_extensions();
  return std::find(endings.begin(), endings.end(), "." + field) != endings.end();
}

class ArchivedPictures final : public vision::PictureSource {
 public:
  ArchivedPictures(std::vector<std::string> shards, std::vector<Place> places,
                   std::vector<std::string> names, Chosen chosen)
      : shards_(std::move(shards)),
        places_(std::move(places)),
        names_(std::move(names)),
        chosen_(std::move(chosen)) {}
  size_t size() const override { return chosen_.rows.size(); }
  const std::vector<std::string>& classes() const override { return chosen_.classes; }
  int64_t target(size_t index) const override {
    row(index);
    return chosen_.targets[index];
  }
  std::string name(size_t index) const override {
    const size_t at = row(index);
    return cat_str(shards_[places_[at].shard], ": ", names_[at]);
  }
  Tensor encoded(size_t index) const override {
    const Place& place = places_[row(index)];
    Tensor bytes = empty({static_cast<int64_t>(place.size)}, kByte);
    const size_t n = read_part(shards_[place.shard], place.offset, bytes.data_ptr(), place.size);
    HEARTH_CHECK_AS(FormatError, n == place.size, "[", name(index),
                    "] is no longer there; the archive has changed");
    return bytes;
  }
  Tensor picture(size_t index) const override { return decode(encoded(index), name(index)); }

 private:
  size_t row(size_t index) const {
    HEARTH_CHECK_AS(IndexError, index < size(), "[archived_pictures] picture ", index, " of ",
                    size());
    return chosen_.rows[index];
  }
  std::vector<std::string> shards_;
  std::vector<Place> places_;
  std::vector<std::string> names_;
  Chosen chosen_;
};

std::string trimmed(const std::string& text) {
  constexpr const char* kBlank = " \t\r\n";
  const size_t begin = text.find_first_not_of(kBlank);
  return begin == text.npos ? "" : text.substr(begin, text.find_last_not_of(kBlank) + 1 - begin);
}

std::string label_of_json(const std::string& text, const std::string& where) {
  using data::readers::JsonValue;
  const JsonValue value(text, where);
  if (value.kind() != JsonValue::Kind::Object) return "";
  for (const char* key : {"label", "cls", "class", "target"})
    if (value.contains(key)) {
      const JsonValue label = value.at(key);
      return label.kind() == JsonValue::Kind::String ? label.string()
                                                     : std::to_string(label.integer());
    }
  return "";
}

/// What is known of a sample while its members are passed.
struct Sample {
  std::string key, label, picture_name;
  std::optional<Place> picture;
};

/// Finds the samples of archives.
class Indexer {
 public:
  Indexer(const std::string& origin, const PictureOptions& options)
      : refusals(origin, options.broken()), policy_(options.broken()) {}

  void read(const std::string& path, uint32_t shard, const std::string& part) {
    refuse_compressed(path);
    TarReader reader(path);
    std::optional<Sample> sample;
    const auto done = [&] {
      if (sample) keep(std::move(*sample), path, part);
      sample.reset();
    };
    try {
      while (const auto member = reader.next()) {
        const auto name = data::split_web_name(member->name);
        if (!name || !sample || name->key != sample->key) done();
        if (!name) continue;
        if (!sample) sample.emplace().key = name->key;
        if (is_picture(name->field) && !sample->picture) {
          constexpr uint64_t kBlock = 512;
          const uint64_t stored = (member->size + kBlock - 1) / kBlock * kBlock;
          sample->picture = {shard, reader.position() - stored, member->size};
          sample->picture_name = member->name;
        } else if (name->field == "cls") {
          sample->label = trimmed(reader.read(kLongestLabel));
        } else if (name->field == "json" && sample->label.empty()) {
          sample->label = json_label(reader.read(kLongestJson), cat_str(path, ": ", member->name));
        }
      }
      done();
    } catch (const FormatError& e) {
      if (policy_ == data::readers::Broken::Error) throw;
      refusals.add("the rest of " + path, e.what());
    }
  }

  Refusals refusals;
  Named all;
  std::vector<Place> places;

 private:
  static constexpr uint64_t kLongestLabel = 1 << 12, kLongestJson = 1 << 20;

  /// Pictures of a gzipped archive could only be read in order.
  static void refuse_compressed(const std::string& path) {
    uint8_t start[2] = {0, 0};
    const size_t n = read_part(path, 0, start, sizeof start);
    HEARTH_CHECK_AS(FormatError, n < 2 || start[0] != 0x1f || start[1] != 0x8b, "[", path,
                    "] is gzipped, and pictures are read in any order: unpack it with gunzip");
  }

  std::string json_label(const std::string& text, const std::string& where) const {
    try {
      return label_of_json(text, where);
    } catch (const FormatError&) {
      if (policy_ == data::readers::Broken::Error) throw;
      return "";
    }
  }

  void keep(Sample sample, const std::string& path, const std::string& part) {
    if (!sample.picture) {
      refusals.add(path, cat_str("the sample '", sample.key, "' has no picture"));
    } else if (sample.label.empty()) {
      refusals.add(path, cat_str("the sample '", sample.key, "' has no label (.cls or .json)"));
    } else {
      places.push_back(*sample.picture);
      all.names.push_back(std::move(sample.picture_name));
      all.labels.push_back(std::move(sample.label));
      all.parts.push_back(part);
    }
  }

  data::readers::Broken policy_;
};

/// The archives of a path, and the part that each is of.
struct Shards {
  std::vector<std::string> paths, parts;

  explicit Shards(const std::string& path) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      paths = data::expand_braces(path);
      parts.resize(paths.size());
      return;
    }
    for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error))
      if (it->path().extension() == ".tar") paths.push_back(it->path().string());
    HEARTH_CHECK_AS(FileError, !error, "[", path, "] cannot be read: ", error.message());
    HEARTH_CHECK_AS(FormatError, !paths.empty(), "[", path, "] holds no .tar files");
    std::sort(paths.begin(), paths.end());
    for (const std::string& shard : paths) {
      const std::string name = fs::path(shard).filename().string();
      parts.push_back(name.substr(0, name.find_first_of("-_.0123456789")));
    }
    // Other names than those of parts say nothing.
    if (test_part(parts).empty()) parts.assign(paths.size(), "");
  }
};

}  // namespace

std::shared_ptr<vision::PictureSource> archived_pictures(const std::string& path, Mode mode,
                                                         const PictureOptions& options) {
  Shards shards(path);
  Indexer index(path, options);
  for (size_t i = 0; i < shards.paths.size(); ++i)
    index.read(shards.paths[i], static_cast<uint32_t>(i), shards.parts[i]);
  index.refusals.tell();
  HEARTH_CHECK_AS(FormatError, !index.places.empty(), "[", path,
                  "] holds no samples of a picture and a label");
  Chosen chosen = choose(path, index.all, mode, options);
  return checked(
      path,
      std::make_shared<ArchivedPictures>(std::move(shards.paths), std::move(index.places),
                                         std::move(index.all.names), std::move(chosen)),
      options);
}

ShardPicture decode_picture(data::WebSample sample) {
  for (const std::string& ending : picture_extensions()) {
    const auto found = sample.fields.find(ending.substr(1));
    if (found == sample.fields.end()) continue;
    std::string& bytes = found->second;
    const Tensor file =
        from_blob(bytes.data(), {static_cast<int64_t>(bytes.size())}, TensorOptions(kByte));
    Tensor picture = decode(file, cat_str(sample.shard, ": ", sample.key, ending));
    sample.fields.erase(found);
    return {std::move(picture), std::move(sample.key), std::move(sample.fields)};
  }
  throw FormatError(cat_str("[", sample.shard, "] the sample '", sample.key,
                            "' has no picture (jpg, png, webp ...)"));
}

}  // namespace hearth::datasets
