// SPDX-License-Identifier: Apache-2.0
#include "hearth/data/iterable.h"

#include <filesystem>

#include "hearth/io/archive.h"
#include "hearth/ops/creation.h"

#include "base/philox.h"
#include "tensor/tensor_impl.h"

namespace hearth::data::detail {

StreamState::StreamState(const IterableOptions& o) : options(o) {
  HEARTH_CHECK_AS(ValueError, options.world_size() > 0 && options.rank() < options.world_size(),
                  "[IterableDataset] rank is below world_size, got ", options.rank(), " of ",
                  options.world_size());
}

void StreamState::restart() {
  seed_ = options.shuffle() > 0 ? draw_seed() : 0;
  draws_ = read = 0;
  ended = false;
}

size_t StreamState::draw(size_t n) {
  if (options.shuffle() == 0) return 0;
  return static_cast<size_t>(philox::bits64(seed_, 0, draws_++) % n);
}

void StreamState::save(serialize::OutputArchive& archive, const std::string& described,
                       const StreamPosition& position, const std::vector<Entry>& held) const {
  const auto n = static_cast<int64_t>(held.size());
  const Tensor places = new_tensor({n + 1, 4}, kLong, kCPU);
  int64_t* p = ptr<int64_t>(places);
  const auto put = [&p](const StreamPosition& at, uint64_t number) {
    *p++ = static_cast<int64_t>(at.part);
    *p++ = static_cast<int64_t>(at.byte);
    *p++ = at.line;
    *p++ = static_cast<int64_t>(number);
  };
  for (const Entry& e : held) put(e.at, e.number);
  put(position, read);
  archive.write("stream", described);
  archive.write("shuffle", static_cast<int64_t>(options.shuffle()));
  archive.write("rank", static_cast<int64_t>(options.rank()));
  archive.write("world_size", static_cast<int64_t>(options.world_size()));
  archive.write("seed", static_cast<int64_t>(seed_));
  archive.write("draws", static_cast<int64_t>(draws_));
  archive.write("ended", ended);
  archive.write("places", places);
}

std::vector<StreamState::Entry> StreamState::load(serialize::InputArchive& archive,
                                                  const std::string& described,
                                                  StreamPosition& position) {
  const auto same = [&](const char* name, size_t here) {
    int64_t saved = 0;
    archive.read(name, saved);
    HEARTH_CHECK_AS(ValueError, saved == static_cast<int64_t>(here), "[", archive.source(),
                    "] the saved stream had ", name, " ", saved, ", this one has ", here);
  };
  std::string stream;
  archive.read("stream", stream);
  HEARTH_CHECK_AS(ValueError, stream == described, "[", archive.source(),
                  "] the saved position is in ", stream, "; this stream is ", described);
  same("shuffle", options.shuffle());
  same("rank", options.rank());
  same("world_size", options.world_size());
  int64_t seed = 0, draws = 0;
  archive.read("seed", seed);
  archive.read("draws", draws);
  archive.read("ended", ended);
  Tensor places;
  archive.read("places", places);
  HEARTH_CHECK_AS(FormatError,
                  places.dim() == 2 && places.size(0) > 0 && places.size(1) == 4 &&
                      places.scalar_type() == kLong && draws >= 0,
                  "[", archive.source(), "] expected positions in a stream, got ",
                  places.scalar_type(), " ", places.sizes());
  places = places.cpu().contiguous();
  const int64_t* p = places.const_data_ptr<int64_t>();
  std::vector<Entry> held;
  for (int64_t i = 0; i < places.size(0); ++i, p += 4) {
    HEARTH_CHECK_AS(FormatError, p[0] >= 0 && p[1] >= 0 && p[2] >= 0 && p[3] >= 0, "[",
                    archive.source(), "] a position in a stream is negative");
    held.push_back({{static_cast<uint64_t>(p[0]), static_cast<uint64_t>(p[1]), p[2]},
                    static_cast<uint64_t>(p[3])});
  }
  seed_ = static_cast<uint64_t>(seed);
  draws_ = static_cast<uint64_t>(draws);
  position = held.back().at;
  read = held.back().number;
  held.pop_back();
  return held;
}

void StreamState::throw_changed(const std::string& described, uint64_t number) {
  throw FormatError(cat_str("[IterableDataset] record ", number,
                            " is no longer where it was; the data have changed: ", described));
}

std::string describe_files(const std::vector<std::string>& files) {
  HEARTH_CHECK_AS(ValueError, !files.empty(), "[IterableDataset] expected the names of files");
  constexpr size_t kShown = 3;
  std::string text;
  uint64_t bytes = 0, hash = files.size();
  for (size_t i = 0; i < files.size(); ++i) {
    const std::string name = std::filesystem::path(files[i]).filename().string();
    std::error_code none;
    const uint64_t size = std::filesystem::file_size(files[i], none);
    const uint64_t known = none ? 0 : size;  // of a pipe or a missing file
    bytes += known;
    hash = mix_seed(hash, known);
    for (const char c : name) hash = mix_seed(hash, static_cast<unsigned char>(c));
    if (i < kShown) text += (i == 0 ? "" : ", ") + name;
    if (i == kShown) text += " ...";
  }
  return cat_str(files.size(), files.size() == 1 ? " file (" : " files (", text, ") of ", bytes,
                 " bytes, ", hash % 1'000'000);
}

}  // namespace hearth::data::detail
