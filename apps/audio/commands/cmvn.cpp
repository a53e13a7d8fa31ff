// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/feature_files/cmvn.h"

#include <filesystem>
#include <map>
#include <unordered_map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/audio/feature_files/feature_reader.h"
#include "hearth/audio/functional/cepstral.h"
#include "hearth/audio/manifests/kaldi_data.h"
#include "hearth/base/error.h"
#include "hearth/base/progress.h"

#include "audio/feature_target.h"
#include "common/command.h"
#include "common/json.h"
#include "common/text.h"

namespace {

namespace audio = hearth::audio;
using audio::CmvnStats;

class Cmvn final : public Command {
 public:
  const char* name() const override { return "cmvn"; }
  const char* summary() const override {
    return "Normalize features by mean and variance: compute, merge and apply statistics";
  }
  const char* details() const override {
    return "Statistics are Kaldi's, matrices [2, dimensions + 1] in an archive: of each recording, "
           "of each speaker (--utt2spk or --spk2utt), or of all (--global). 'merge' adds up those "
           "of "
           "one key. 'apply' subtracts means, and with --norm-vars divides by standard deviations; "
           "statistics of one key serve all recordings. With --sliding, each frame is normalized "
           "by "
           "the frames around it, without statistics.";
  }
  std::vector<std::string> examples() const override {
    return {"cmvn compute feats.scp cmvn.ark --utt2spk utt2spk",
            "cmvn merge part1.ark part2.ark cmvn.ark",
            "cmvn apply feats.scp normalized.ark --stats cmvn.ark --utt2spk utt2spk --norm-vars",
            "cmvn apply feats.scp normalized.ark --sliding --center"};
  }
  unsigned common() const override { return kThreads | kJson; }
  void declare(OptionList& options) override {
    options.add("action", action_, "What to do").one_of({"compute", "merge", "apply"}).required();
    options.add("in", in_, "Features, or statistics to merge").required();
    options.add("out", out_, "Statistics, or normalized features").required();
    options.add("--utt2spk", utt2spk_, "Whose recordings are whose, a line each").value("FILE");
    options.add("--spk2utt", spk2utt_, "The same, a line for each speaker").value("FILE");
    options.flag("--global", global_, "Statistics of all recordings together");
    options.add("--stats", stats_, "Statistics to apply").value("FILE");
    options.flag("--norm-vars", norm_vars_, "Divide by the standard deviation as well");
    options.flag("--reverse", reverse_, "Undo it");
    options.add("--skip-dims", skip_dims_, "Dimensions that stay as they are: 0:3:7").value("LIST");
    options.flag("--sliding", sliding_, "By the frames around each");
    options.add("--window", window_, "How many these are").between(1, 1e9);
    options.add("--min-window", min_window_, "How many at the beginning").between(1, 1e9);
    options.flag("--center", center_, "Half of them before, half behind the frame");
    target_.declare(options);
  }
  int run() override;

 private:
  int compute();
  int merge();
  int apply();
  /// The key of a recording's statistics.
  std::string key_of(const std::string& id) const;
  void read_speakers();
  void write(const std::map<std::string, CmvnStats>& all);
  std::vector<int64_t> skipped() const;
  int ended(const char* noun) const;

  std::string action_, out_;
  std::vector<std::string> in_;
  std::optional<std::string> utt2spk_, spk2utt_, stats_, skip_dims_;
  bool global_ = false, norm_vars_ = false, reverse_ = false, sliding_ = false, center_ = false;
  int64_t window_ = 600, min_window_ = 100;
  FeatureTarget target_;

  bool by_speaker_ = false;
  std::unordered_map<std::string, std::string> speakers_;
  int64_t left_out_ = 0;
};

constexpr const char* kGlobal = "global";

void Cmvn::read_speakers() {
  if (utt2spk_ && spk2utt_) throw UsageError("give --utt2spk or --spk2utt, not both");
  by_speaker_ = utt2spk_ || spk2utt_;
  if (by_speaker_ && global_)
    throw UsageError("--global is of all speakers: leave out --utt2spk and --spk2utt");
  if (utt2spk_)
    for (auto& [utterance, speaker] : audio::read_key_values(*utt2spk_))
      speakers_.emplace(utterance, speaker);
  if (spk2utt_)
    for (const auto& [speaker, utterances] : audio::read_spk2utt(*spk2utt_))
      for (const std::string& utterance : utterances) speakers_.emplace(utterance, speaker);
}

std::string Cmvn::key_of(const std::string& id) const {
  if (global_) return kGlobal;
  if (!by_speaker_) return id;
  const auto speaker = speakers_.find(id);
  return speaker == speakers_.end() ? "" : speaker->second;
}

int Cmvn::ended(const char* noun) const {
  if (json()) {
    print_json(
        {{"out", out_}, {std::string(noun) + "s", target_.count()}, {"left_out", left_out_}});
  } else if (!quiet()) {
    fmt::print("{}: {}{}\n", out_, counted(target_.count(), noun),
               left_out_ > 0 ? fmt::format(", {} left out", left_out_) : "");
  }
  return left_out_ > 0 ? 1 : 0;
}

void Cmvn::write(const std::map<std::string, CmvnStats>& all) {
  for (const auto& [key, stats] : all) target_.write({key, stats.matrix()});
  target_.close();
}

int Cmvn::compute() {
  target_.open(out_);
  std::map<std::string, CmvnStats> all;
  hearth::Progress progress(hearth::ProgressOptions("reading").unit("recordings"));
  for (const std::string& path : in_) {
    audio::FeatureReader reader(path);
    for (; const auto entry = reader.next(); progress.advance()) {
      const std::string key = key_of(entry->id);
      if (key.empty()) {
        ++left_out_;
        note(fmt::format("{}: has no speaker", entry->id));
        continue;
      }
      all[key].accumulate(entry->values);
    }
  }
  progress.finish();
  HEARTH_CHECK_AS(hearth::FormatError, !all.empty(), "[", in_[0], "] there are no features");
  write(all);
  return ended("key");
}

int Cmvn::merge() {
  target_.open(out_);
  std::map<std::string, CmvnStats> all;
  for (const std::string& path : in_) {
    audio::FeatureReader reader(path, hearth::kDouble);
    while (const auto entry = reader.next())
      all[global_ ? kGlobal : entry->id].merge(CmvnStats(entry->values));
  }
  write(all);
  return ended("key");
}

std::vector<int64_t> Cmvn::skipped() const {
  std::vector<int64_t> dims;
  for (size_t at = 0; skip_dims_ && at <= skip_dims_->size();) {
    const size_t end = std::min(skip_dims_->find(':', at), skip_dims_->size());
    const std::string number = skip_dims_->substr(at, end - at);
    if (number.empty() || number.size() > 9 ||
        number.find_first_not_of("0123456789") != number.npos)
      throw UsageError(fmt::format("--skip-dims: expected numbers of dimensions like 0:3:7, got {}",
                                   shortened(*skip_dims_, 60)));
    dims.push_back(std::stoll(number));
    at = end + 1;
  }
  return dims;
}

int Cmvn::apply() {
  if (sliding_ == stats_.has_value()) throw UsageError("apply needs either --stats or --sliding");
  if (sliding_ && (reverse_ || skip_dims_))
    throw UsageError("--reverse and --skip-dims are for --stats, not for --sliding");
  const auto options =
      audio::ApplyCmvnOptions().norm_vars(norm_vars_).reverse(reverse_).skip_dims(skipped());
  std::map<std::string, CmvnStats> all;
  if (stats_) {
    audio::FeatureReader reader(*stats_, hearth::kDouble);
    while (const auto entry = reader.next()) all[entry->id].merge(CmvnStats(entry->values));
    HEARTH_CHECK_AS(hearth::FormatError, !all.empty(), "[", *stats_, "] there are no statistics");
  }
  const bool one_for_all = all.size() == 1 && !by_speaker_;
  target_.open(out_);
  hearth::Progress progress(hearth::ProgressOptions("normalizing").unit("recordings"));
  for (const std::string& path : in_) {
    audio::FeatureReader reader(path);
    for (; auto entry = reader.next(); progress.advance()) {
      if (sliding_) {
        if (entry->values.size(0) > 0)
          entry->values = audio::functional::sliding_window_cmn(entry->values, window_, min_window_,
                                                                center_, norm_vars_);
      } else {
        const auto stats = one_for_all ? all.begin() : all.find(key_of(entry->id));
        if (stats == all.end()) {
          ++left_out_;
          note(fmt::format("{}: there are no statistics for it", entry->id));
          continue;
        }
        entry->values = stats->second.apply(entry->values, options);
      }
      target_.write(*entry);
    }
  }
  target_.close();
  progress.finish();
  return ended("recording");
}

int Cmvn::run() {
  read_speakers();
  if (action_ != "apply" && (stats_ || sliding_ || norm_vars_ || reverse_ || skip_dims_))
    throw UsageError("--stats, --sliding, --norm-vars, --reverse and --skip-dims are for apply");
  return action_ == "compute" ? compute() : action_ == "merge" ? merge() : apply();
}

}  // namespace

std::unique_ptr<Command> cmvn_command() { return std::make_unique<Cmvn>(); }
