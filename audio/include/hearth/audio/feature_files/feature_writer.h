// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/audio/feature_files/feature_reader.h"
#include "hearth/audio/feature_files/kaldi_io.h"
#include "hearth/base/arg.h"
#include "hearth/base/callable.h"
#include "hearth/tensor/tensor.h"

namespace hearth::audio {

enum class FeatureFormat : int8_t { Npy, Npz, Ark, Csv, Safetensors, Htk };

/// By the name "npy", "npz", "ark", "csv", "safetensors" or "htk". Throws ValueError for another.
HEARTH_API FeatureFormat feature_format_of(std::string_view name);
HEARTH_API const char* to_string(FeatureFormat format);

struct FeatureWriterOptions {
  /// What values of floating point are converted to; nothing: they are kept, as far as the format
  /// has their type (Kaldi float, double; HTK float).
  HEARTH_ARG(std::optional<ScalarType>, dtype);
  /// Of Kaldi's matrices.
  HEARTH_ARG(kaldi_io::CompressionMethod, compression) = kaldi_io::CompressionMethod::None;
  /// Kaldi archives as text.
  HEARTH_ARG(bool, text) = false;
  /// Seconds from a frame to the next: in HTK's header (0.01 if not given), and CSV's column "time"
  /// instead of "frame".
  HEARTH_ARG(std::optional<double>, period);
  /// HTK's kind, where an entry has none.
  HEARTH_ARG(std::string, kind) = "USER";
  /// Names of the dimensions, CSV's columns; "0", "1" ... if not given.
  HEARTH_ARG(std::vector<std::string>, columns);
};

/// Writes the features of recordings in a format of choice.
///
///   - npy, csv, htk: a file for each, `target/ID.npy`; an id may have folders ("a/b"), which are
///     made. Each appears whole or not at all, and stays when the program dies. close() syncs them.
///   - npz, ark, safetensors, and csv where `target` ends in ".csv": one file for all, `target`
///     itself if it ends as the format does, else `target/feats.npz`. It appears when close()
///     returns; without that, nothing does. Memory stays constant, but npz and safetensors take the
///     space of all features once more on the disk while they are written.
///   - ark: beside `x.ark` its list `x.scp`, with the archive's path as given here.
///
/// CSV has a row for each frame below a header: [id,] frame or time, dimensions. Files that are
/// there are replaced. Writing is safe from several threads, and goes on in parallel for formats of
/// a file each.
///
///     FeatureWriter writer(FeatureFormat::Ark, "data/feats.ark");
///     writer.write("utt1", features);
///     writer.close();
class HEARTH_API FeatureWriter {
 public:
  /// Throws FileError, and ValueError for options that do not fit the format.
  FeatureWriter(FeatureFormat format, const std::string& target,
                const FeatureWriterOptions& options = {});
  /// Without close(), what is not a file of its own is given up.
  ~FeatureWriter();
  FeatureWriter(FeatureWriter&&) noexcept;

  /// Features [frames, dimensions], or a vector [n]. Throws ShapeError for others, ValueError for
  /// an id that came before or that the format cannot have: leading out of the folder, empty, or
  /// with white space in archives. Nothing is written then, and writing may go on.
  void write(const std::string& id, const Tensor& values);
  /// The same; the entry's own period and kind are used if it has any.
  void write(const FeatureEntry& entry);
  /// Features [frames, dims] of recordings too long for memory: `next` gives their rows from the
  /// first on, some [n, dims] at a time. npy, npz and safetensors hold no more than that in memory,
  /// other formats all. Throws ShapeError when other rows come than were announced.
  void write(const std::string& id, int64_t frames, int64_t dims, const Callable<Tensor()>& next);
  void close();
  /// The file that an id's features go to.
  std::string path_of(const std::string& id) const;

  struct Sink;

 private:
  std::unique_ptr<Sink> sink_;
};

}  // namespace hearth::audio
