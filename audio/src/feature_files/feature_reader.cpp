// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/feature_files/feature_reader.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "hearth/audio/feature_files/htk.h"
#include "hearth/audio/feature_files/kaldi_io.h"
#include "hearth/base/error.h"
#include "hearth/io/tensor_file.h"

#include "feature_files/csv.h"
#include "feature_files/kaldi_object.h"

namespace hearth::audio {

namespace fs = std::filesystem;

struct FeatureReader::Source {
  virtual ~Source() = default;
  virtual std::optional<FeatureEntry> next() = 0;
};

namespace {

using Source = FeatureReader::Source;

/// Kaldi's archives and lists.
template <typename Reader>
struct KaldiSource final : Source {
  KaldiSource(const std::string& path, ScalarType text) : reader(path, text) {}
  std::optional<FeatureEntry> next() override {
    auto entry = reader.next();
    if (!entry) return std::nullopt;
    return FeatureEntry{std::move(entry->first), std::move(entry->second)};
  }
  Reader reader;
};

struct CsvSource final : Source {
  CsvSource(const std::string& path, std::string id) : features(path, std::move(id)) {}
  std::optional<FeatureEntry> next() override { return features.next(); }
  feature_files::CsvFeatures features;
};

/// Files of named tensors.
struct TensorSource final : Source {
  TensorSource(const std::string& path, std::string id) : file(path), alone(std::move(id)) {}
  std::optional<FeatureEntry> next() override {
    if (at == file.keys().size()) return std::nullopt;
    const std::string& key = file.keys()[at++];
    const bool is_npy = file.format() == TensorFile::Format::Npy;
    return FeatureEntry{is_npy ? alone : key, file.tensor(key)};
  }
  TensorFile file;
  std::string alone;
  size_t at = 0;
};

/// Formats of one recording a file.
struct SingleSource final : Source {
  explicit SingleSource(FeatureEntry e) : entry(std::move(e)) {}
  std::optional<FeatureEntry> next() override { return std::exchange(entry, std::nullopt); }
  std::optional<FeatureEntry> entry;
};

// ---- telling formats

/// What tells the format of a file: its first bytes, inflated if it is gzipped.
std::string first_bytes(const std::string& path) {
  feature_files::Bytes in(path);
  std::string head;
  for (int c = in.peek(); c >= 0 && head.size() < 4096; c = in.peek())
    head += static_cast<char>(in.get());
  return head;
}

bool is_number(std::string_view word) {
  return !word.empty() && word.find_first_not_of("+-0123456789.eE") == std::string_view::npos &&
         word.find_first_of("0123456789") != std::string_view::npos;
}

bool is_safetensors(std::string_view head, uint64_t size) {
  uint64_t length = 0;
  for (size_t i = 8; i-- > 0 && head.size() > 8;)
    length = length << 8 | static_cast<unsigned char>(head[i]);
  return head.size() > 8 && head[8] == '{' && length <= size - 8;
}

std::string format_of(const std::string& path) {
  const std::string head = first_bytes(path);
  std::error_code error;
  const uint64_t size = fs::file_size(path, error);
  HEARTH_CHECK_AS(FormatError, !head.empty(), "[", path, "] expected features, the file is empty");
  if (!error) {
    if (head.starts_with("\x93NUMPY")) return "npy";
    if (head.starts_with("PK") || is_safetensors(head, size))
      return to_string(TensorFile(path).format());
    if (htk::is_htk(head, size)) return "htk";
  }
  constexpr std::string_view kSpaces = " \t\r\n";
  const size_t begin = head.find_first_not_of(kSpaces);
  if (head.starts_with(std::string_view("\0B", 2)) || (begin != head.npos && head[begin] == '['))
    return "matrix";
  const size_t key = head.find_first_of(kSpaces, begin);
  if (begin != head.npos && key != head.npos) {
    const std::string_view value = std::string_view(head).substr(key + 1);
    if (value.starts_with(std::string_view("\0B", 2))) return "ark";
    const size_t word = value.find_first_not_of(" \t\r");
    if (head.find(',') >= key && word != value.npos) {
      if (value[word] == '[') return "ark";
      if (value[word] == '\n')
        throw FormatError(cat_str("[", path, "] expected features, got a list without values"));
      return is_number(value.substr(word, value.find_first_of(kSpaces, word) - word)) ? "ark"
                                                                                      : "scp";
    }
  }
  HEARTH_CHECK_AS(
      FormatError, head.find(',') != head.npos && head.find('\0') == head.npos, "[", path,
      "] expected features as .npy, .npz, safetensors, HTK, CSV, a Kaldi archive or its "
      "list; this is none of them");
  return "csv";
}

std::unique_ptr<Source> open(const std::string& path, const std::string& id, ScalarType text,
                             std::string& format) {
  if (path == "-") {
    format = "ark";
    return std::make_unique<KaldiSource<kaldi_io::ArkReader>>(path, text);
  }
  format = format_of(path);
  if (format == "ark") return std::make_unique<KaldiSource<kaldi_io::ArkReader>>(path, text);
  if (format == "scp") return std::make_unique<KaldiSource<kaldi_io::ScpReader>>(path, text);
  if (format == "csv") return std::make_unique<CsvSource>(path, id);
  if (format == "htk") {
    htk::Parameters read = htk::load(path);
    return std::make_unique<SingleSource>(
        FeatureEntry{id, std::move(read.features), read.period, std::move(read.kind)});
  }
  if (format == "matrix") {
    format = "ark";
    feature_files::Bytes in(path);
    return std::make_unique<SingleSource>(FeatureEntry{id, feature_files::read_object(in, text)});
  }
  return std::make_unique<TensorSource>(path, id);
}

// ---- folders

constexpr std::string_view kEndings[] = {".npy", ".npz", ".ark", ".scp", ".csv",  ".safetensors",
                                         ".htk", ".mfc", ".fea", ".plp", ".fbank"};

struct FolderSource final : Source {
  FolderSource(const std::string& folder, ScalarType text_dtype) : root(folder), text(text_dtype) {
    std::error_code error;
    for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
         it.increment(error)) {
      const fs::path& path = it->path();
      if (path.filename().string().starts_with('.')) {
        it.disable_recursion_pending();
        continue;
      }
      const auto ending = std::find(std::begin(kEndings), std::end(kEndings), path.extension());
      std::error_code unknown;
      const bool listed = path.extension() == ".ark" &&
                          fs::exists(fs::path(path).replace_extension(".scp"), unknown);
      if (ending != std::end(kEndings) && it->is_regular_file(unknown) && !listed)
        files.push_back(path.lexically_relative(root).string());
    }
    HEARTH_CHECK_AS(FileError, !error, "[", folder, "] cannot be read: ", error.message());
    HEARTH_CHECK_AS(FormatError, !files.empty(), "[", folder,
                    "] expected a folder of features (.npy, .npz, .ark, .scp, .csv, .safetensors, "
                    ".htk), there is no such file");
    std::sort(files.begin(), files.end());
  }
  std::optional<FeatureEntry> next() override {
    for (;;) {
      if (current) {
        try {
          if (auto entry = current->next()) return entry;
        } catch (...) {
          // Behind damage nothing can be found, except by a list; the next file comes next.
          if (format != "scp") current.reset();
          throw;
        }
        current.reset();
      }
      if (at == files.size()) return std::nullopt;
      const std::string& file = files[at++];
      current = open(root / file, fs::path(file).replace_extension("").string(), text, format);
    }
  }
  fs::path root;
  ScalarType text;
  std::vector<std::string> files;
  size_t at = 0;
  std::unique_ptr<Source> current;
  std::string format;  ///< of it
};

}  // namespace

FeatureReader::FeatureReader(const std::string& path, ScalarType text_dtype) {
  std::error_code unknown;
  if (fs::is_directory(path, unknown)) {
    format_ = "folder";
    source_ = std::make_unique<FolderSource>(path, text_dtype);
    return;
  }
  source_ = open(path, fs::path(path).stem().string(), text_dtype, format_);
}
FeatureReader::~FeatureReader() = default;
FeatureReader::FeatureReader(FeatureReader&&) noexcept = default;

std::optional<FeatureEntry> FeatureReader::next() { return source_->next(); }
const std::string& FeatureReader::format() const { return format_; }

}  // namespace hearth::audio
