// SPDX-License-Identifier: Apache-2.0
#include "hearth/hub/archive.h"

#include <filesystem>
#include <memory>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include "hearth/base/atomic_file.h"
#include "hearth/base/error.h"
#include "hearth/base/progress.h"

#ifdef HEARTH_WITH_LIBARCHIVE
#include <archive.h>
#include <archive_entry.h>
#endif

namespace hearth::hub {

#ifdef HEARTH_WITH_LIBARCHIVE

namespace fs = std::filesystem;

namespace {

constexpr uint64_t kRatioMatters = 100'000'000;

/// An archive that is read from its beginning to its end.
class Reader {
 public:
  Reader(const std::string& path, const ExtractOptions& options)
      : path_(path), options_(options), archive_(archive_read_new(), &archive_read_free) {
    HEARTH_CHECK(archive_, "[", path, "] libarchive cannot be started");
    archive_read_support_filter_all(get());
    archive_read_support_format_all(get());
    std::error_code error;
    size_ = fs::file_size(path, error);
    HEARTH_CHECK_AS(FileError, !error, "[", path, "] cannot be opened: ", error.message());
    check(archive_read_open_filename(get(), path.c_str(), 1 << 16));
  }

  /// The next entry; null at the end.
  archive_entry* next() {
    archive_entry* entry = nullptr;
    const int result = archive_read_next_header(get(), &entry);
    if (result == ARCHIVE_EOF) return nullptr;
    check(result);
    HEARTH_CHECK_AS(FormatError, ++entries_ <= options_.max_entries(), "[", path_,
                    "] holds more than ", options_.max_entries(), " files");
    return entry;
  }

  /// Copies the entry's bytes.
  void copy_to(AtomicFile& file) {
    const void* data = nullptr;
    size_t size = 0;
    int64_t at = 0, done = 0;
    for (int result; (result = archive_read_data_block(get(), &data, &size, &at)) != ARCHIVE_EOF;) {
      check(result);
      HEARTH_CHECK_AS(FormatError, at == done, "[", path_, "] holds a file with holes");
      bytes_ += size;
      done += static_cast<int64_t>(size);
      HEARTH_CHECK_AS(FormatError, bytes_ <= options_.max_bytes(), "[", path_, "] holds more than ",
                      options_.max_bytes(), " bytes");
      HEARTH_CHECK_AS(
          FormatError, bytes_ <= kRatioMatters || bytes_ / options_.max_ratio() <= size_, "[",
          path_, "] of ", size_, " bytes holds ", bytes_, " and more; that is no honest archive");
      file.write(data, size);
    }
  }

  /// How far it has been read, in bytes of the file.
  int64_t position() { return archive_filter_bytes(get(), -1); }
  int64_t size() const { return static_cast<int64_t>(size_); }
  void finish() {
    // What its checksums say, a zip tells at the end.
    HEARTH_CHECK_AS(FormatError, entries_ > 0, "[", path_, "] is no archive, or an empty one");
  }

 private:
  archive* get() const { return archive_.get(); }
  void check(int result) const {
    if (result == ARCHIVE_OK) return;
    const char* what = archive_error_string(get());
    throw FormatError(cat_str("[", path_, "] is damaged or no archive: ", what ? what : "unknown"));
  }

  std::string path_;
  ExtractOptions options_;
  std::unique_ptr<archive, int (*)(archive*)> archive_;
  uint64_t size_ = 0, entries_ = 0, bytes_ = 0;
};

/// An entry's name, where it may be made; throws for others.
fs::path place_of(const std::string& archive, archive_entry* entry) {
  const char* text = archive_entry_pathname(entry);
  const std::string name = text ? text : "";
  bool good = !name.empty() && name.find('\\') == name.npos;
  const fs::path path(name);
  good = good && path.is_relative();
  fs::path clean;
  for (const fs::path& part : path) {
    good = good && part != "..";
    if (part != "." && !part.empty()) clean /= part;
  }
  HEARTH_CHECK_AS(FormatError, good, "[", archive, "] holds '", name,
                  "', which would be made outside the folder");
  const auto type = archive_entry_filetype(entry);
  HEARTH_CHECK_AS(FormatError,
                  (type == AE_IFREG || type == AE_IFDIR) && !archive_entry_hardlink(entry), "[",
                  archive, "] holds '", name, "', which is a link or a device");
  return clean;
}

/// A folder that goes, unless it is kept.
class Unfinished {
 public:
  explicit Unfinished(std::string path) : path_(std::move(path)) {}
  ~Unfinished() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;

 private:
  std::string path_;
};

}  // namespace

void extract(const std::string& archive, const std::string& folder, const ExtractOptions& options) {
  std::error_code error;
  HEARTH_CHECK_AS(FileError, !fs::exists(folder, error), "[", folder,
                  "] is there already; remove it or choose another folder");
  Reader reader(archive, options);
  std::string beside = folder;
  while (beside.ends_with('/')) beside.pop_back();
  beside += ".unpacking-" + std::to_string(::getpid());
  const Unfinished unfinished(beside);
  fs::create_directories(beside, error);
  HEARTH_CHECK_AS(FileError, !error, "[", beside, "] cannot be made: ", error.message());
  Progress progress(ProgressOptions("unpacking").unit("B").total(reader.size()));
  while (archive_entry* entry = reader.next()) {
    progress.set(reader.position());
    const fs::path place = place_of(archive, entry);
    if (place.empty()) continue;
    const fs::path path = beside / place;
    const bool is_folder = archive_entry_filetype(entry) == AE_IFDIR;
    fs::create_directories(is_folder ? path : path.parent_path(), error);
    HEARTH_CHECK_AS(FileError, !error, "[", path.string(), "] cannot be made: ", error.message());
    if (is_folder) continue;
    HEARTH_CHECK_AS(FormatError, !fs::exists(path, error), "[", archive, "] holds '",
                    place.string(), "' twice");
    AtomicFile file(path.string());
    reader.copy_to(file);
    file.commit();
  }
  reader.finish();
  fs::rename(beside, folder, error);
  HEARTH_CHECK_AS(FileError, !error, "[", folder, "] cannot be made: ", error.message());
}

void extract_member(const std::string& archive, const std::string& member, const std::string& to,
                    const ExtractOptions& options) {
  Reader reader(archive, options);
  while (archive_entry* entry = reader.next()) {
    const char* name = archive_entry_pathname(entry);
    if (!name || name != member) continue;
    place_of(archive, entry);
    AtomicFile file(to);
    reader.copy_to(file);
    file.commit();
    return;
  }
  throw FormatError(cat_str("[", archive, "] has no member ", member));
}

#else

namespace {

[[noreturn]] void no_archives(const std::string& archive) {
  throw NotImplementedError(cat_str("[", archive,
                                    "] this build reads no archives; install "
                                    "libarchive (Debian: libarchive-dev) and build again"));
}

}  // namespace

void extract(const std::string& archive, const std::string&, const ExtractOptions&) {
  no_archives(archive);
}
void extract_member(const std::string& archive, const std::string&, const std::string&,
                    const ExtractOptions&) {
  no_archives(archive);
}

#endif

}  // namespace hearth::hub
