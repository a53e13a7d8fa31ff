// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "hearth/tensor/tensor.h"

namespace hearth::audio {

/// The features of one recording.
struct FeatureEntry {
  std::string id;
  Tensor values;  ///< usually [frames, dimensions]
  /// Seconds from a frame to the next, and the kind ("MFCC_E"), where a file says it: HTK's.
  std::optional<double> period = std::nullopt;
  std::string kind = "";
};

/// Reads features from whatever holds them, one recording at a time:
///
///   - .npy, HTK, CSV, a Kaldi matrix alone in a file: one recording, whose id is the name of the
///     file without its ending;
///   - Kaldi archives (binary or text) and lists ("scp"), .npz, safetensors, files of torch.save,
///     a CSV table whose first column is "id": many, in the file's order;
///   - a folder: all these files below it, in the order of their names, with ids relative to it.
///
/// What a file is, its first bytes say, not its name; but of a folder only files are read that have
/// the ending of such a format, and no archive whose list lies beside it. Kaldi's files and CSV may
/// be gzipped. "-" is an archive on stdin. Everything throws FileError and FormatError.
///
///     FeatureReader reader("feats.scp");
///     while (auto entry = reader.next()) use(entry->id, entry->values);
class HEARTH_API FeatureReader {
 public:
  /// `text_dtype`: of Kaldi's text, which does not say it.
  explicit FeatureReader(const std::string& path, ScalarType text_dtype = kFloat);
  ~FeatureReader();
  FeatureReader(FeatureReader&&) noexcept;

  /// Nothing at the end. Float as a rule; types are kept where the format has them. Where a list or
  /// a folder leads to something broken, the next call goes on behind it.
  std::optional<FeatureEntry> next();
  /// "npy", "htk", "csv", "ark", "scp", "npz", "safetensors", "torch" or "folder".
  const std::string& format() const;

  struct Source;

 private:
  std::string format_;
  std::unique_ptr<Source> source_;
};

}  // namespace hearth::audio
