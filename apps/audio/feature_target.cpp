// SPDX-License-Identifier: Apache-2.0
#include "audio/feature_target.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "hearth/base/error.h"

#include "common/text.h"

namespace audio = hearth::audio;

namespace {

const std::vector<std::string> kFormats = {"npy", "npz", "ark", "csv", "safetensors", "htk"};
/// In the order of Kaldi's numbers, from 1 on.
const std::vector<std::string> kCompressions = {"auto",     "speech", "two-byte", "int16",
                                                "one-byte", "uint8",  "zero-one"};

}  // namespace

void FeatureEncoding::declare(OptionList& options) {
  auto compression =
      options.add("--compression", compression_, "Kaldi archives with one or two bytes a number")
          .one_of(kCompressions);
  for (size_t i = 0; i < kCompressions.size(); ++i) {
    static const char* const kNumbers[] = {"1", "2", "3", "4", "5", "6", "7"};
    compression.synonym(kNumbers[i], kCompressions[i].c_str());
  }
  options.flag("--text", text_, "Kaldi archives as text");
  options.add("--dtype", dtype_, "What numbers become")
      .one_of({"float16", "bfloat16", "float32", "float64"});
}

audio::FeatureWriterOptions FeatureEncoding::get() const {
  auto options = audio::FeatureWriterOptions().text(text_);
  if (compression_) {
    const auto at = std::find(kCompressions.begin(), kCompressions.end(), *compression_);
    options.compression(
        static_cast<audio::kaldi_io::CompressionMethod>(at - kCompressions.begin() + 1));
  }
  for (const auto type : {hearth::kHalf, hearth::kBFloat16, hearth::kFloat, hearth::kDouble})
    if (dtype_ == hearth::dtype_name(type)) options.dtype(type);
  return options;
}

void FeatureTarget::declare(OptionList& options) {
  options.add("--format", format_, "Otherwise the output's ending says it").one_of(kFormats);
  encoding_.declare(options);
  options
      .add("--period", period_,
           "Seconds from a frame to the next, for HTK and CSV, which keep them")
      .between(0, 200);
  options.add("--kind", kind_, "HTK's name of what the features are: MFCC_E_D, FBANK ...");
  options.flag("--overwrite", overwrite_, "Replace files that are there");
}

void FeatureTarget::refuse_what_is_there(const std::string& path) const {
  std::error_code none;
  HEARTH_CHECK_AS(hearth::FileError, overwrite_ || !std::filesystem::exists(path, none), "[", path,
                  "] exists; replace it with --overwrite");
}

void FeatureTarget::open(const std::string& target, std::vector<std::string> columns,
                         std::optional<double> period) {
  std::string name = format_.value_or("");
  if (!format_)
    for (const std::string& known : kFormats)
      if (target.ends_with("." + known)) name = known;
  if (name.empty())
    throw UsageError(
        fmt::format("OUT: expected a name ending in .{}, or a folder and --format, got {}",
                    joined(kFormats, ", ."), shortened(target, 60)));
  const audio::FeatureFormat format = audio::feature_format_of(name);
  own_files_ = format == audio::FeatureFormat::Npy || format == audio::FeatureFormat::Htk ||
               (format == audio::FeatureFormat::Csv && !target.ends_with(".csv"));
  if (own_files_ && !format_)
    throw UsageError(fmt::format(
        "OUT: .{} holds one recording; name a folder for them, with --format {}", name, name));
  auto options = encoding_.get().period(period_ ? period_ : period).columns(std::move(columns));
  if (kind_) options.kind(*kind_);
  // What is one file is looked at before anything is read.
  if (!own_files_) {
    const bool file = target.ends_with("." + name);
    const std::string path = file ? target : target + "/feats." + name;
    refuse_what_is_there(path);
    if (format == audio::FeatureFormat::Ark)
      refuse_what_is_there(std::filesystem::path(path).replace_extension(".scp").string());
  }
  writer_.emplace(format, target, options);
}

void FeatureTarget::write(const audio::FeatureEntry& entry) {
  if (own_files_) refuse_what_is_there(writer_->path_of(entry.id));
  audio::FeatureEntry out = entry;
  // What was said on the command line comes before what a file says.
  if (period_) out.period = period_;
  if (kind_) out.kind = *kind_;
  writer_->write(out);
  ++count_;
}
