// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/feature_files/feature_writer.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <unordered_set>

#include <fcntl.h>
#include <unistd.h>

#include "hearth/audio/feature_files/htk.h"
#include "hearth/base/atomic_file.h"
#include "hearth/base/error.h"
#include "hearth/io/mapped_file.h"
#include "hearth/io/npy.h"
#include "hearth/io/safetensors.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"

#include "feature_files/csv.h"

namespace hearth::audio {

namespace fs = std::filesystem;

namespace {

constexpr const char* kNames[] = {"npy", "npz", "ark", "csv", "safetensors", "htk"};

void make_folders(const fs::path& folder) {
  if (folder.empty()) return;
  std::error_code error;
  fs::create_directories(folder, error);
  HEARTH_CHECK_AS(FileError, !error, "[", folder.string(), "] cannot be made: ", error.message());
}

/// The file for all: the target, or one inside it.
std::string single_file(const std::string& target, const std::string& ending) {
  const std::string path = target.ends_with(ending) ? target : target + "/feats" + ending;
  make_folders(fs::path(path).parent_path());
  return path;
}

Tensor as_matrix(const Tensor& values) { return values.dim() == 1 ? values.unsqueeze(0) : values; }

}  // namespace

FeatureFormat feature_format_of(std::string_view name) {
  for (size_t i = 0; i < std::size(kNames); ++i)
    if (name == kNames[i]) return static_cast<FeatureFormat>(i);
  throw ValueError(
      cat_str("[FeatureWriter] expected npy, npz, ark, csv, safetensors or htk, got '", name, "'"));
}
const char* to_string(FeatureFormat format) { return kNames[static_cast<size_t>(format)]; }

struct FeatureWriter::Sink {
  explicit Sink(FeatureWriterOptions o) : options(std::move(o)) {}
  virtual ~Sink() = default;

  /// Refuses ids that the format cannot have.
  virtual void check(const std::string& id) const {
    HEARTH_CHECK_AS(ValueError, !id.empty(), "[FeatureWriter] expected an id, got an empty one");
  }
  /// Of a tensor on the CPU, contiguous.
  virtual void write(const FeatureEntry& entry) = 0;
  virtual void commit() = 0;
  virtual std::string path_of(const std::string& id) const = 0;
  /// Whether several entries may be written at once.
  virtual bool parallel() const { return false; }

  FeatureWriterOptions options;
  std::mutex mutex;
  std::unordered_set<std::string> ids;
  bool open = true;
};

namespace {

using Sink = FeatureWriter::Sink;

/// A file for each id.
struct FilesSink final : Sink {
  FilesSink(FeatureFormat f, const std::string& t, const FeatureWriterOptions& o)
      : Sink(o), format(f), target(t) {
    make_folders(target);
  }

  void check(const std::string& id) const override {
    Sink::check(id);
    bool inside = id.front() != '/' && id.back() != '/' && id.find('\0') == std::string::npos;
    for (const fs::path& part : fs::path(id)) inside = inside && part != ".." && part != ".";
    HEARTH_CHECK_AS(ValueError, inside, "[FeatureWriter] expected an id that names a file below ",
                    target, ", got '", id, "'");
  }
  void write(const FeatureEntry& entry) override {
    const std::string bytes = bytes_of(entry);
    const std::string path = path_of(entry.id);
    make_folders(fs::path(path).parent_path());
    AtomicFile file(path, Durability::Unsynced);
    file.write(bytes);
    file.commit();
  }
  /// One wait for the disk instead of one a file.
  void commit() override {
    const int folder = ::open(target.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = folder >= 0 && ::syncfs(folder) == 0;
    const int error = errno;
    if (folder >= 0) ::close(folder);
    HEARTH_CHECK_AS(FileError, synced, "[", target, "] cannot be synced: ", std::strerror(error));
  }
  std::string path_of(const std::string& id) const override {
    return target + "/" + id + "." + to_string(format);
  }
  bool parallel() const override { return true; }

  std::string bytes_of(const FeatureEntry& entry) const {
    if (format == FeatureFormat::Csv) {
      const Tensor matrix = as_matrix(entry.values);
      const auto period = entry.period ? entry.period : options.period();
      return feature_files::csv_header(matrix.size(1), options.columns(), false,
                                       period.has_value()) +
             feature_files::csv_rows(matrix, nullptr, period);
    }
    std::vector<char> bytes;
    if (format == FeatureFormat::Htk) {
      const double period = entry.period.value_or(options.period().value_or(0.01));
      const auto& kind = entry.kind.empty() ? options.kind() : entry.kind;
      bytes = htk::save(as_matrix(entry.values), htk::SaveOptions().period(period).kind(kind));
    } else {
      bytes = npy::save(entry.values);
    }
    return {bytes.begin(), bytes.end()};
  }

  FeatureFormat format;
  std::string target;
};

struct ArkSink final : Sink {
  ArkSink(const std::string& target, const FeatureWriterOptions& o)
      : Sink(o),
        path(single_file(target, ".ark")),
        writer(path, kaldi_io::ArkOptions()
                         .scp(path.substr(0, path.size() - 4) + ".scp")
                         .text(o.text())
                         .compression(o.compression())) {}
  void write(const FeatureEntry& entry) override { writer.write(entry.id, entry.values); }
  void commit() override { writer.close(); }
  std::string path_of(const std::string&) const override { return path; }

  std::string path;
  kaldi_io::ArkWriter writer;
};

/// A table of all.
struct TableSink final : Sink {
  TableSink(const std::string& target, const FeatureWriterOptions& o)
      : Sink(o), path(single_file(target, ".csv")), file(path) {}
  void write(const FeatureEntry& entry) override {
    const Tensor matrix = as_matrix(entry.values);
    std::string text;
    if (columns < 0)
      text = feature_files::csv_header(matrix.size(1), options.columns(), true,
                                       options.period().has_value());
    HEARTH_CHECK_AS(ShapeError, columns < 0 || columns == matrix.size(1),
                    "[FeatureWriter] the table has ", columns, " dimensions, '", entry.id, "' has ",
                    matrix.size(1));
    file.write(text + feature_files::csv_rows(matrix, &entry.id, options.period()));
    columns = matrix.size(1);
  }
  void commit() override { file.commit(); }
  std::string path_of(const std::string&) const override { return path; }

  std::string path;
  AtomicFile file;
  int64_t columns = -1;
};

/// Formats that say first what comes later: values wait in a file without a name.
struct SpoolSink final : Sink {
  SpoolSink(FeatureFormat f, const std::string& target, const FeatureWriterOptions& o)
      : Sink(o), format(f), path(single_file(target, std::string(".") + to_string(f))) {
    std::string name = path + ".spool-XXXXXX";
    name.insert(name.rfind('/') == std::string::npos ? 0 : name.rfind('/') + 1, ".");
    fd = ::mkostemp(name.data(), O_CLOEXEC);
    HEARTH_CHECK_AS(FileError, fd >= 0 && ::unlink(name.c_str()) == 0, "[", path,
                    "] cannot be written: ", std::strerror(errno));
  }
  ~SpoolSink() override {
    if (fd >= 0) ::close(fd);
  }
  SpoolSink(const SpoolSink&) = delete;
  SpoolSink& operator=(const SpoolSink&) = delete;

  void write(const FeatureEntry& entry) override {
    const Tensor& x = entry.values;
    HEARTH_CHECK_AS(DtypeError, format != FeatureFormat::Npz || x.scalar_type() != kBFloat16,
                    "[FeatureWriter] NumPy has no bfloat16; choose another dtype for .npz");
    // Begins anew where the last one began if it could not be written.
    for (size_t done = 0; done < x.nbytes();) {
      const ssize_t n = ::pwrite(fd, static_cast<const char*>(x.const_data_ptr()) + done,
                                 x.nbytes() - done, static_cast<off_t>(size + done));
      if (n < 0 && errno == EINTR) continue;
      HEARTH_CHECK_AS(FileError, n > 0, "[", path, "] cannot be written: ", std::strerror(errno));
      done += static_cast<size_t>(n);
    }
    items.push_back({entry.id, x.sizes().vec(), x.scalar_type(), size});
    // Tensors in the mapped file must be aligned.
    size += (x.nbytes() + 63) / 64 * 64;
  }
  void commit() override {
    HEARTH_CHECK_AS(FileError, ::ftruncate(fd, static_cast<off_t>(size)) == 0, "[", path,
                    "] cannot be written: ", std::strerror(errno));
    const MappedFile file("/proc/self/fd/" + std::to_string(fd));
    std::vector<std::pair<std::string, Tensor>> tensors;
    for (const Item& item : items)
      tensors.emplace_back(item.id, from_blob(file.data() + item.at, item.sizes, item.dtype));
    if (format == FeatureFormat::Npz)
      npy::save_npz(tensors, path);
    else
      safetensors::save_file(tensors, path);
  }
  std::string path_of(const std::string&) const override { return path; }

  struct Item {
    std::string id;
    std::vector<int64_t> sizes;
    ScalarType dtype;
    uint64_t at;
  };
  FeatureFormat format;
  std::string path;
  int fd = -1;
  uint64_t size = 0;
  std::vector<Item> items;
};

std::unique_ptr<Sink> make_sink(FeatureFormat format, const std::string& target,
                                const FeatureWriterOptions& options) {
  HEARTH_CHECK_AS(ValueError, !target.empty(),
                  "[FeatureWriter] expected a file or folder to write");
  const bool ark = format == FeatureFormat::Ark;
  HEARTH_CHECK_AS(
      ValueError,
      ark || (!options.text() && options.compression() == kaldi_io::CompressionMethod::None),
      "[FeatureWriter] only Kaldi archives are text or compressed, not ", to_string(format));
  HEARTH_CHECK_AS(ValueError, !options.dtype() || is_floating_point(*options.dtype()),
                  "[FeatureWriter] expected a dtype of floating point, got ",
                  options.dtype().value_or(kFloat));
  if (ark) return std::make_unique<ArkSink>(target, options);
  if (format == FeatureFormat::Csv && target.ends_with(".csv"))
    return std::make_unique<TableSink>(target, options);
  if (format == FeatureFormat::Npz || format == FeatureFormat::Safetensors)
    return std::make_unique<SpoolSink>(format, target, options);
  return std::make_unique<FilesSink>(format, target, options);
}

}  // namespace

FeatureWriter::FeatureWriter(FeatureFormat format, const std::string& target,
                             const FeatureWriterOptions& options)
    : sink_(make_sink(format, target, options)) {}
FeatureWriter::~FeatureWriter() = default;
FeatureWriter::FeatureWriter(FeatureWriter&&) noexcept = default;

void FeatureWriter::write(const std::string& id, const Tensor& values) { write({id, values}); }

void FeatureWriter::write(const FeatureEntry& entry) {
  Sink& sink = *sink_;
  const Tensor& values = entry.values;
  HEARTH_CHECK_AS(ShapeError, values.defined() && (values.dim() == 1 || values.dim() == 2),
                  "[FeatureWriter] expected features [frames, dimensions] or a vector for '",
                  entry.id, "', got ", values.defined() ? cat_str(values.sizes()) : "no tensor");
  sink.check(entry.id);
  const bool floats = values.is_floating_point();
  const ScalarType dtype =
      floats && sink.options.dtype() ? *sink.options.dtype() : values.scalar_type();
  const FeatureEntry plain{entry.id, values.detach().to(dtype).cpu().contiguous(), entry.period,
                           entry.kind};
  std::unique_lock lock(sink.mutex);
  HEARTH_CHECK(sink.open, "[FeatureWriter] is closed");
  HEARTH_CHECK_AS(ValueError, sink.ids.insert(entry.id).second, "[FeatureWriter] the id '",
                  entry.id, "' comes twice");
  if (sink.parallel()) lock.unlock();
  try {
    sink.write(plain);
  } catch (...) {
    if (!lock) lock.lock();
    sink.ids.erase(entry.id);
    throw;
  }
}

void FeatureWriter::close() {
  const std::lock_guard lock(sink_->mutex);
  HEARTH_CHECK(sink_->open, "[FeatureWriter] is closed");
  sink_->open = false;
  sink_->commit();
}

std::string FeatureWriter::path_of(const std::string& id) const { return sink_->path_of(id); }

}  // namespace hearth::audio
