// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/base/macros.h"

namespace hearth::audio {

/// A recording, or a part of one, and what is known about it: what all lists of recordings become.
struct Utterance {
  std::string id;
  std::string path;      ///< of the sound file; a command where it ends in "|"
  double start = 0;      ///< seconds
  double end = -1;       ///< seconds; -1: where the file ends
  int64_t channel = -1;  ///< from 0; -1: all
  std::string speaker, text, label;

  /// Whether `path` is a command whose output is the sound file.
  bool is_command() const { return path.ends_with('|'); }
};

struct ManifestOptions {
  using Columns = std::map<std::string, std::string>;

  /// Lists may name commands ("sox x.wav -t wav - |"), which whoever loads them runs: trust the
  /// list. Otherwise they throw FormatError.
  HEARTH_ARG(bool, allow_commands) = false;
  /// What relative paths are relative to. Empty: Kaldi's and lhotse's the current folder, tables'
  /// and JSON lines' the folder of the list; where nothing is there, the other of both.
  HEARTH_ARG(std::string, root);
  /// How a table or JSON lines call what an Utterance has: {{"path", "clip"}, {"text", "said"}}.
  /// What is not named here goes by its usual names; see read_table.
  HEARTH_ARG(Columns, columns);
};

/// The utterances of a list, which the content tells: a Kaldi data directory (a folder with
/// wav.scp), a wav.scp, a table (CSV or TSV with a header), JSON lines, or lhotse's recordings,
/// supervisions or cuts. All but folders may be gzipped. Ids are unique. Throws FileError, and
/// FormatError, which names file and line.
HEARTH_API std::vector<Utterance> read_manifest(const std::string& path,
                                                const ManifestOptions& options = {});

/// Kaldi's list of recordings: lines "id path" or, if allowed, "id command |".
HEARTH_API std::vector<Utterance> read_wav_scp(const std::string& path,
                                               const ManifestOptions& options = {});

/// A table, CSV, or TSV if its header has tabs. Usual names of columns:
///
///   - path: path, audio_filepath, audio_path, wav, wav_path, audio, file, filepath, filename
///   - id: id, utt, utt_id, utterance_id, key; without any, the path without ending, with "-2",
///     "-3" ... behind it where it comes again
///   - start: start, offset; end: end, or start and duration together
///   - channel; speaker: speaker, spk, speaker_id, client_id
///   - text: text, sentence, transcript, transcription; label: label, class, category, target
///
/// Other columns are passed over.
HEARTH_API std::vector<Utterance> read_table(const std::string& path,
                                             const ManifestOptions& options = {});
/// JSON lines with the same names (NeMo's manifests among them), or lhotse's. Lhotse's supervisions
/// take their recordings from the file whose name has "recordings" in place of "supervisions". Of
/// cuts, simple ones are read (MonoCut, MultiCut of one channel or all).
HEARTH_API std::vector<Utterance> read_jsonl(const std::string& path,
                                             const ManifestOptions& options = {});

}  // namespace hearth::audio
