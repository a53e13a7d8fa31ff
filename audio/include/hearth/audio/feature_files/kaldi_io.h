// SPDX-License-Identifier: Apache-2.0
// Kaldi's archives of matrices and vectors. The functions have the names of torchaudio.kaldi_io.
#pragma once

#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/base/callable.h"
#include "hearth/tensor/tensor.h"

namespace hearth::audio::kaldi_io {

/// How a matrix is written with one or two bytes a value; the numbers are Kaldi's.
enum class CompressionMethod : int8_t {
  None = 0,
  Automatic = 1,               ///< SpeechFeature for more than 8 rows, else TwoByteAuto
  SpeechFeature = 2,           ///< a byte a value, by a curve for each column (CM)
  TwoByteAuto = 3,             ///< 65,536 steps from the least value to the largest (CM2)
  TwoByteSignedInteger = 4,    ///< whole numbers from -32768 to 32767 (CM2)
  OneByteAuto = 5,             ///< 256 steps from the least value to the largest (CM3)
  OneByteUnsignedInteger = 6,  ///< whole numbers from 0 to 255 (CM3)
  OneByteZeroOne = 7,          ///< 256 steps from 0 to 1 (CM3)
};

/// A key and what it names: a matrix [rows, columns] or vector [n] of float or double, or int32
/// [n].
using Entry = std::pair<std::string, Tensor>;

/// Reads an archive ("ark") from its first entry to its last: binary or text, plain or gzipped,
/// larger than memory; "-" is stdin. Float, double and compressed matrices, float and double
/// vectors, vectors of int32; in text, "[" and a line break begin a matrix, "[" and a number a
/// vector, and numbers without brackets are int32. What does not hold throws FormatError, which
/// names file and key; every size is compared with the bytes that are left before memory is taken.
///
///     ArkReader reader("feats.ark");
///     while (auto entry = reader.next()) use(entry->first, entry->second);
class HEARTH_API ArkReader {
 public:
  explicit ArkReader(const std::string& path, ScalarType text_dtype = kFloat);
  /// Bytes that outlive this; `name` stands for the path in errors.
  ArkReader(const void* data, size_t size, const std::string& name = "buffer",
            ScalarType text_dtype = kFloat);
  ~ArkReader();
  ArkReader(ArkReader&&) noexcept;

  /// Nothing at the end.
  std::optional<Entry> next();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Where a list of entries ("scp") says that one is: "feats.ark:12", or "utt1.mat", a file that
/// holds one matrix alone; behind it may stand rows, or rows and columns, "[0:99]", "[:,0:12]",
/// with the last one included, as Kaldi has it.
struct HEARTH_API Location {
  std::string path;
  uint64_t offset = 0;
  /// First and last of rows and columns.
  std::optional<std::pair<int64_t, int64_t>> rows, columns;

  /// Throws FormatError for no path, an impossible range, and for commands ("... |"), which are
  /// never run; `place` begins the message.
  explicit Location(std::string_view text, const std::string& place = "scp");
};

/// What lies at "feats.ark:12[0:99]". Throws FileError and FormatError, also for a range beyond the
/// matrix.
HEARTH_API Tensor load_mat(const std::string& location, ScalarType text_dtype = kFloat);

/// Reads what the lines "key location" of a list name, in that order. The list and the archives are
/// read as they are needed. A path that is not there from the current folder is looked for from the
/// list's, so that folders can be moved.
class HEARTH_API ScpReader {
 public:
  /// "-" is stdin.
  explicit ScpReader(const std::string& path, ScalarType text_dtype = kFloat);
  ~ScpReader();
  ScpReader(ScpReader&&) noexcept;

  std::optional<Entry> next();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// What a list names, by key: the list is kept in memory, archives are read as they are needed.
class HEARTH_API ScpTable {
 public:
  /// Throws FormatError for a key that comes twice.
  explicit ScpTable(const std::string& path, ScalarType text_dtype = kFloat);
  ~ScpTable();
  ScpTable(ScpTable&&) noexcept;

  /// In the list's order.
  const std::vector<std::string>& keys() const;
  bool contains(const std::string& key) const;
  /// Throws ValueError for a key that is not there.
  Tensor at(const std::string& key);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct ArkOptions {
  /// The list that is written beside, with the archive's path as it was given. Empty: none.
  HEARTH_ARG(std::string, scp);
  /// As text instead of binary.
  HEARTH_ARG(bool, text) = false;
  /// Of matrices; vectors are never compressed.
  HEARTH_ARG(CompressionMethod, compression) = CompressionMethod::None;
};

/// Writes an archive and, if asked for, its list. Both appear when close() returns; without it, and
/// when the program dies before, nothing does. Where one of both is there already, it is replaced.
class HEARTH_API ArkWriter {
 public:
  /// Throws FileError; ValueError for compression as text.
  explicit ArkWriter(const std::string& path, const ArkOptions& options = {});
  ~ArkWriter();
  ArkWriter(ArkWriter&&) noexcept;

  /// Double is written as double, int32 [n] as int32, other types are converted to float. Throws
  /// ShapeError for other numbers of dims than one and two, and ValueError for an empty key and one
  /// with white space. Throwing writes nothing.
  void write(const std::string& key, const Tensor& value);
  /// Syncs, and gives both files their names.
  void close();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The entries that a reader gives, one after another: for (const auto& [key, mat] : entries).
class HEARTH_API Entries {
 public:
  using Next = Callable<std::optional<Entry>()>;
  explicit Entries(Next next) : next_(std::move(next)) {}

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Entry;
    using difference_type = std::ptrdiff_t;
    using pointer = const Entry*;
    using reference = const Entry&;

    explicit Iterator(Entries* from) : from_(from) { ++*this; }
    const Entry& operator*() const { return *from_->entry_; }
    const Entry* operator->() const { return &*from_->entry_; }
    Iterator& operator++() {
      from_->entry_ = from_->next_();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return !from_->entry_; }

   private:
    Entries* from_;
  };
  /// Once only.
  Iterator begin() { return Iterator(this); }
  std::default_sentinel_t end() const { return {}; }

 private:
  Next next_;
  std::optional<Entry> entry_;
};

/// The entries of an archive or list, all of one kind; another one throws FormatError.
HEARTH_API Entries read_mat_ark(const std::string& path);
HEARTH_API Entries read_mat_scp(const std::string& path);
HEARTH_API Entries read_vec_flt_ark(const std::string& path);
HEARTH_API Entries read_vec_flt_scp(const std::string& path);
HEARTH_API Entries read_vec_int_ark(const std::string& path);

}  // namespace hearth::audio::kaldi_io
