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

namespace {

/// Rows as they come: checked, converted and counted.
class Rows {
 public:
  Rows(std::string id, int64_t frames, int64_t dims, std::optional<ScalarType> dtype,
       const Callable<Tensor()>& next)
      : id_(std::move(id)), frames_(frames), dims_(dims), dtype_(dtype), next_(next) {
    HEARTH_CHECK_AS(ShapeError, frames >= 0 && dims >= 0, "[FeatureWriter] '", id_,
                    "' cannot have sizes [", frames, ", ", dims, "]");
  }
  const std::string& id() const { return id_; }
  int64_t frames() const { return frames_; }
  int64_t dims() const { return dims_; }
  ScalarType dtype() const { return dtype_.value_or(kFloat); }
  /// Undefined after the last.
  Tensor next() {
    if (done_ == frames_) return {};
    const Tensor rows = next_();
    HEARTH_CHECK_AS(ShapeError,
                    rows.defined() && rows.dim() == 2 && rows.size(1) == dims_ &&
                        rows.size(0) >= 1 && rows.size(0) <= frames_ - done_,
                    "[FeatureWriter] expected rows [n, ", dims_, "] of '", id_, "', of which ",
                    frames_ - done_, " are left, got ",
                    rows.defined() ? cat_str(rows.sizes()) : "none");
    done_ += rows.size(0);
    return rows.detach().to(dtype()).cpu().contiguous();
  }

 private:
  std::string id_;
  int64_t frames_, dims_, done_ = 0;
  std::optional<ScalarType> dtype_;
  const Callable<Tensor()>& next_;
};

std::string_view feature_bytes(const Tensor& t) {
  return {static_cast<const char*>(t.const_data_ptr()), t.nbytes()};
}

}  // namespace

struct FeatureWriter::Sink {
  explicit Sink(FeatureWriterOptions o) : options(std::move(o)) {}
  virtual ~Sink() = default;

  /// Refuses ids that the format cannot have.
  virtual void check(const std::string& id) const {
    HEARTH_CHECK_AS(ValueError, !id.empty(), "[FeatureWriter] expected an id, got an empty one");
  }
  /// Of a tensor on the CPU, contiguous.
  virtual void write(const FeatureEntry& entry) = 0;
  virtual void write(Rows& rows) {
    std::vector<Tensor> blocks;
    for (Tensor block; (block = rows.next()).defined();) blocks.push_back(block);
    write(FeatureEntry{rows.id(),
                       blocks.empty() ? empty({0, rows.dims()}, rows.dtype()) : cat(blocks, 0)});
  }
  virtual void commit() = 0;
  virtual std::string path_of(const std::string& id) const = 0;
  /// Whether several entries may be written at once.
  virtual bool parallel() const { return false; }

  /// Calls `write_it`, which writes what has this id, if nothing had it before.
  template <class F>
  void add(const std::string& id, const F& write_it) {
    std::unique_lock lock(mutex);
    HEARTH_CHECK(open, "[FeatureWriter] is closed");
    HEARTH_CHECK_AS(ValueError, ids.insert(id).second, "[FeatureWriter] the id '", id,
                    "' comes twice");
    if (parallel()) lock.unlock();
    try {
      write_it();
    } catch (...) {
      if (!lock) lock.lock();
      ids.erase(id);
      throw;
    }
  }

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
    const bool npy = format == FeatureFormat::Npy;
    const Tensor& x = entry.values;
    const std::string head = npy ? npy::header(x.scalar_type(), x.sizes()) : bytes_of(entry);
    const std::string path = path_of(entry.id);
    make_folders(fs::path(path).parent_path());
    AtomicFile file(path, Durability::Unsynced);
    file.write(head);
    if (npy) file.write(feature_bytes(x));
    file.commit();
  }
  void write(Rows& rows) override {
    if (format != FeatureFormat::Npy) return Sink::write(rows);
    const std::string path = path_of(rows.id());
    make_folders(fs::path(path).parent_path());
    AtomicFile file(path, Durability::Unsynced);
    file.write(npy::header(rows.dtype(), {rows.frames(), rows.dims()}));
    for (Tensor block; (block = rows.next()).defined();) file.write(feature_bytes(block));
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

  /// Of CSV and HTK.
  std::string bytes_of(const FeatureEntry& entry) const {
    if (format == FeatureFormat::Csv) {
      const Tensor matrix = as_matrix(entry.values);
      const auto period = entry.period ? entry.period : options.period();
      return feature_files::csv_header(matrix.size(1), options.columns(), false,
                                       period.has_value()) +
             feature_files::csv_rows(matrix, nullptr, period);
    }
    const double period = entry.period.value_or(options.period().value_or(0.01));
    const auto& kind = entry.kind.empty() ? options.kind() : entry.kind;
    const std::vector<char> bytes =
        htk::save(as_matrix(entry.values), htk::SaveOptions().period(period).kind(kind));
    return {bytes.begin(), bytes.end()};
  }

  FeatureFormat format;
  std::string target;
};

struct ArkSink final : Sink {
  using Sink::write;
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
  using Sink::write;
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
    check_type(x.scalar_type());
    place(x, size);
    items.push_back({entry.id, x.sizes().vec(), x.scalar_type(), size});
    end_at(size + x.nbytes());
  }
  void write(Rows& rows) override {
    check_type(rows.dtype());
    uint64_t at = size;
    for (Tensor block; (block = rows.next()).defined(); at += block.nbytes()) place(block, at);
    items.push_back({rows.id(), {rows.frames(), rows.dims()}, rows.dtype(), size});
    end_at(at);
  }
  void check_type(ScalarType dtype) const {
    HEARTH_CHECK_AS(DtypeError, format != FeatureFormat::Npz || dtype != kBFloat16,
                    "[FeatureWriter] NumPy has no bfloat16; choose another dtype for .npz");
  }
  /// What was placed and not ended at is overwritten by the next.
  void place(const Tensor& x, uint64_t at) {
    for (std::string_view bytes = feature_bytes(x); !bytes.empty();) {
      const ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(at));
      if (n < 0 && errno == EINTR) continue;
      HEARTH_CHECK_AS(FileError, n > 0, "[", path, "] cannot be written: ", std::strerror(errno));
      bytes.remove_prefix(static_cast<size_t>(n));
      at += static_cast<uint64_t>(n);
    }
  }
  /// Tensors in the mapped file must be aligned.
  void end_at(uint64_t end) { size = (end + 63) / 64 * 64; }
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
  sink.add(entry.id, [&] { sink.write(plain); });
}

void FeatureWriter::write(const std::string& id, int64_t frames, int64_t dims,
                          const Callable<Tensor()>& next) {
  sink_->check(id);
  Rows rows(id, frames, dims, sink_->options.dtype(), next);
  sink_->add(id, [&] { sink_->write(rows); });
}

void FeatureWriter::close() {
  const std::lock_guard lock(sink_->mutex);
  HEARTH_CHECK(sink_->open, "[FeatureWriter] is closed");
  sink_->open = false;
  sink_->commit();
}

std::string FeatureWriter::path_of(const std::string& id) const { return sink_->path_of(id); }

}  // namespace hearth::audio
