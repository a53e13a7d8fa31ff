// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/feature_files/kaldi_io.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <unordered_map>

#include <unistd.h>

#include "hearth/base/atomic_file.h"
#include "hearth/base/error.h"
#include "hearth/data/readers/lines.h"
#include "hearth/ops/view.h"

#include "feature_files/kaldi_object.h"

namespace hearth::audio::kaldi_io {

using feature_files::Bytes;

namespace {

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

constexpr std::string_view kSpaces = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpaces) - begin + 1);
}

template <typename T>
bool parse(std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

/// "0:99", or ":" and nothing for all.
std::optional<std::pair<int64_t, int64_t>> parse_range(std::string_view text, std::string_view all,
                                                       const std::string& place) {
  if (text.empty() || text == ":") return std::nullopt;
  const size_t colon = text.find(':');
  int64_t first = 0, last = 0;
  HEARTH_CHECK_AS(FormatError,
                  colon != std::string_view::npos && parse(text.substr(0, colon), first) &&
                      parse(text.substr(colon + 1), last) && first >= 0 && first <= last,
                  "[", place, "] expected a range like [0:99], [0:99,0:12] or [:,0:12], got '", all,
                  "'");
  return std::pair(first, last);
}

/// The part of one dim. Frames may be counted a few too many, as windows' edges and rounding go.
Tensor part(const Tensor& value, int64_t dim,
            const std::optional<std::pair<int64_t, int64_t>>& range, int64_t beyond,
            const std::string& place) {
  if (!range) return value;
  const int64_t size = value.size(dim);
  HEARTH_CHECK_AS(FormatError, range->first < size && range->second < size + beyond, "[", place,
                  "] wants ", dim == 0 ? "rows " : "columns ", range->first, " to ", range->second,
                  " of a matrix of ", value.sizes());
  return value.slice(dim, range->first, std::min(range->second + 1, size));
}

/// Reads what locations name; the archive last used stays open.
class Archives {
 public:
  /// Paths that are not there are looked for in `folder`.
  Archives(std::string folder, ScalarType text) : folder_(std::move(folder)), text_(text) {}

  Tensor read(const Location& location, const std::string& place) {
    if (!open_ || path_ != location.path) {
      open_.reset();
      const std::string beside = folder_ + "/" + location.path;
      const bool moved =
          !folder_.empty() && location.path[0] != '/' && !exists(location.path) && exists(beside);
      open_ = std::make_unique<Bytes>(moved ? beside : location.path);
      path_ = location.path;
    }
    open_->seek(location.offset);
    Tensor value = feature_files::read_object(*open_, text_);
    if (!location.rows && !location.columns) return value;
    HEARTH_CHECK_AS(FormatError, value.dim() == 2 || !location.columns, "[", place,
                    "] wants columns of a vector");
    value = part(value, 0, location.rows, value.dim() == 2 ? 3 : 0, place);
    return part(value, 1, location.columns, 0, place).contiguous();
  }

 private:
  std::string folder_, path_;
  ScalarType text_;
  std::unique_ptr<Bytes> open_;
};

/// What f gives; complaints also say of which key.
template <typename F>
auto with_key(const std::string& key, const F& f) {
  try {
    return f();
  } catch (const FormatError& e) {
    throw FormatError(cat_str(e.what(), " (key '", key, "')"));
  } catch (const FileError& e) {
    throw FileError(cat_str(e.what(), " (key '", key, "')"));
  }
}

/// The lines of a list.
class ScpLines {
 public:
  explicit ScpLines(const std::string& path) : lines_(path, 1 << 20) {}

  std::optional<std::pair<std::string, std::string_view>> next() {
    while (const auto line = lines_.next()) {
      const std::string_view text = trimmed(*line);
      if (text.empty()) continue;
      const size_t end = text.find_first_of(kSpaces);
      HEARTH_CHECK_AS(FormatError, end != std::string_view::npos, "[", place(),
                      "] expected a key and a location, got '", text.substr(0, 60), "'");
      return std::pair(std::string(text.substr(0, end)), trimmed(text.substr(end)));
    }
    return std::nullopt;
  }
  std::string place() const { return cat_str(lines_.path(), ": line ", lines_.line()); }
  std::string folder() const {
    const size_t slash = lines_.path().rfind('/');
    return slash == std::string::npos ? "" : lines_.path().substr(0, slash);
  }

 private:
  data::readers::LineReader lines_;
};

}  // namespace

// ---- reading

struct ArkReader::Impl {
  Bytes in;
  ScalarType text;
};

ArkReader::ArkReader(const std::string& path, ScalarType text_dtype)
    : impl_(new Impl{Bytes(path), text_dtype}) {}
ArkReader::ArkReader(const void* data, size_t size, const std::string& name, ScalarType text_dtype)
    : impl_(new Impl{Bytes(data, size, name), text_dtype}) {}
ArkReader::~ArkReader() = default;
ArkReader::ArkReader(ArkReader&&) noexcept = default;

std::optional<Entry> ArkReader::next() {
  std::string key = feature_files::read_key(impl_->in);
  if (key.empty()) return std::nullopt;
  Tensor value = with_key(key, [&] { return feature_files::read_object(impl_->in, impl_->text); });
  return Entry(std::move(key), std::move(value));
}

Location::Location(std::string_view text, const std::string& place) {
  text = trimmed(text);
  const std::string_view all = text;
  HEARTH_CHECK_AS(FormatError, !text.empty() && text != "-", "[", place,
                  "] expected the path of an archive, got '", all, "'");
  HEARTH_CHECK_AS(FormatError, text.back() != '|' && text.front() != '|', "[", place, "] '", all,
                  "' is a command, and commands of lists are not run: write what it gives to a "
                  "file, and name that");
  if (text.back() == ']') {
    const size_t bracket = text.rfind('[');
    HEARTH_CHECK_AS(FormatError, bracket != std::string_view::npos, "[", place, "] '", all,
                    "' has a ']' without '['");
    const std::string_view range = text.substr(bracket + 1, text.size() - bracket - 2);
    const size_t comma = range.find(',');
    rows = parse_range(range.substr(0, comma), all, place);
    if (comma != std::string_view::npos) columns = parse_range(range.substr(comma + 1), all, place);
    text = text.substr(0, bracket);
  }
  const size_t colon = text.rfind(':');
  if (colon != std::string_view::npos && parse(text.substr(colon + 1), offset))
    text = text.substr(0, colon);
  HEARTH_CHECK_AS(FormatError, !text.empty(), "[", place, "] expected a path before '", all, "'");
  path = text;
}

Tensor load_mat(const std::string& location, ScalarType text_dtype) {
  return Archives("", text_dtype).read(Location(location, location), location);
}

struct ScpReader::Impl {
  Impl(const std::string& path, ScalarType text) : lines(path), archives(lines.folder(), text) {}
  ScpLines lines;
  Archives archives;
};

ScpReader::ScpReader(const std::string& path, ScalarType text_dtype)
    : impl_(std::make_unique<Impl>(path, text_dtype)) {}
ScpReader::~ScpReader() = default;
ScpReader::ScpReader(ScpReader&&) noexcept = default;

std::optional<Entry> ScpReader::next() {
  auto line = impl_->lines.next();
  if (!line) return std::nullopt;
  const std::string place = impl_->lines.place();
  const Location location(line->second, place);
  Tensor value = with_key(line->first, [&] { return impl_->archives.read(location, place); });
  return Entry(std::move(line->first), std::move(value));
}

struct ScpTable::Impl {
  struct Item {
    Location location;
    std::string place;
  };
  std::vector<std::string> keys;
  std::unordered_map<std::string, Item> items;
  Archives archives;
};

ScpTable::ScpTable(const std::string& path, ScalarType text_dtype) {
  ScpLines lines(path);
  impl_.reset(new Impl{{}, {}, Archives(lines.folder(), text_dtype)});
  while (auto line = lines.next()) {
    const std::string place = lines.place();
    const bool is_new =
        impl_->items.emplace(line->first, Impl::Item{Location(line->second, place), place}).second;
    HEARTH_CHECK_AS(FormatError, is_new, "[", place, "] the key '", line->first, "' comes again");
    impl_->keys.push_back(std::move(line->first));
  }
}
ScpTable::~ScpTable() = default;
ScpTable::ScpTable(ScpTable&&) noexcept = default;

const std::vector<std::string>& ScpTable::keys() const { return impl_->keys; }
bool ScpTable::contains(const std::string& key) const { return impl_->items.contains(key); }

Tensor ScpTable::at(const std::string& key) {
  const auto found = impl_->items.find(key);
  HEARTH_CHECK_AS(ValueError, found != impl_->items.end(), "[ScpTable] there is no key '", key,
                  "' among ", impl_->keys.size());
  const Impl::Item& item = found->second;
  return with_key(key, [&] { return impl_->archives.read(item.location, item.place); });
}

// ---- writing

struct ArkWriter::Impl {
  Impl(const std::string& p, const ArkOptions& o) : path(p), options(o), ark(p) {
    if (!o.scp().empty()) scp.emplace(o.scp());
  }

  std::string path;
  ArkOptions options;
  AtomicFile ark;
  std::optional<AtomicFile> scp;
  std::string lines;  ///< of the list, not written yet
  uint64_t position = 0;
  bool broken = false;
};

ArkWriter::ArkWriter(const std::string& path, const ArkOptions& options) {
  HEARTH_CHECK_AS(ValueError, !options.text() || options.compression() == CompressionMethod::None,
                  "[ArkWriter] text cannot be compressed");
  HEARTH_CHECK_AS(ValueError, options.scp() != path,
                  "[ArkWriter] the archive and its list are one file, ", path);
  impl_ = std::make_unique<Impl>(path, options);
}
ArkWriter::~ArkWriter() = default;
ArkWriter::ArkWriter(ArkWriter&&) noexcept = default;

void ArkWriter::write(const std::string& key, const Tensor& value) {
  HEARTH_CHECK(!impl_->broken, "[ArkWriter] ", impl_->path, " is closed or damaged");
  HEARTH_CHECK_AS(ValueError,
                  !key.empty() && std::none_of(key.begin(), key.end(),
                                               [](char c) {
                                                 return static_cast<uint8_t>(c) <= ' ' || c == 127;
                                               }),
                  "[ArkWriter] expected a key without white space, got '", key, "'");
  const std::string object = feature_files::object_of(value, impl_->options);
  impl_->broken = true;
  impl_->ark.write(key + " " + object);
  if (impl_->scp) {
    impl_->lines += cat_str(key, " ", impl_->path, ":", impl_->position + key.size() + 1, "\n");
    if (impl_->lines.size() > (64 << 10)) {
      impl_->scp->write(impl_->lines);
      impl_->lines.clear();
    }
  }
  impl_->position += key.size() + 1 + object.size();
  impl_->broken = false;
}

void ArkWriter::close() {
  HEARTH_CHECK(!impl_->broken, "[ArkWriter] ", impl_->path, " is closed or damaged");
  impl_->broken = true;
  if (impl_->scp) impl_->scp->write(impl_->lines);
  // An old list would lead into the new archive if the program died between the two.
  std::error_code error;
  const auto list = std::filesystem::canonical(impl_->options.scp(), error);
  if (impl_->scp && !error && std::filesystem::is_regular_file(list, error))
    std::filesystem::remove(list, error);
  impl_->ark.commit();
  if (impl_->scp) impl_->scp->commit();
}

// ---- as torchaudio has it

namespace {

enum class Kind { Matrix, Floats, Ints };

Entries checked(Entries::Next next, Kind kind, const std::string& path) {
  return Entries([next = std::move(next), kind, path]() -> std::optional<Entry> {
    auto entry = next();
    if (!entry) return entry;
    Tensor& value = entry->second;
    const bool ints = value.scalar_type() == kInt;
    // In text, an empty matrix looks like an empty vector, and so does one without line breaks.
    if (kind == Kind::Matrix && !ints && value.dim() == 1)
      value = value.reshape({value.size(0) > 0, value.size(0)});
    if (kind == Kind::Floats && value.numel() == 0) value = value.reshape({0}).to(kFloat);
    const bool fits = kind == Kind::Matrix   ? value.dim() == 2
                      : kind == Kind::Floats ? value.dim() == 1 && !ints
                                             : value.dim() == 1 && ints;
    HEARTH_CHECK_AS(FormatError, fits, "[", path, "] expected ",
                    kind == Kind::Matrix   ? "matrices"
                    : kind == Kind::Floats ? "vectors of float"
                                           : "vectors of int32",
                    ", got ", value.sizes(), " of ", value.scalar_type(), " for the key '",
                    entry->first, "'");
    return entry;
  });
}

template <typename Reader>
Entries entries(const std::string& path, Kind kind) {
  auto reader = std::make_shared<Reader>(path);
  return checked([reader] { return reader->next(); }, kind, path);
}

}  // namespace

Entries read_mat_ark(const std::string& path) { return entries<ArkReader>(path, Kind::Matrix); }
Entries read_mat_scp(const std::string& path) { return entries<ScpReader>(path, Kind::Matrix); }
Entries read_vec_flt_ark(const std::string& path) { return entries<ArkReader>(path, Kind::Floats); }
Entries read_vec_flt_scp(const std::string& path) { return entries<ScpReader>(path, Kind::Floats); }
Entries read_vec_int_ark(const std::string& path) { return entries<ArkReader>(path, Kind::Ints); }

}  // namespace hearth::audio::kaldi_io
