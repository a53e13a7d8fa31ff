// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/audio/feature_files/feature_reader.h"
#include "hearth/base/progress.h"

#include "audio/feature_target.h"
#include "common/command.h"
#include "common/json.h"
#include "common/text.h"

namespace {

class Copy final : public Command {
 public:
  const char* name() const override { return "copy"; }
  const char* summary() const override { return "Write features in another format"; }
  const char* details() const override {
    return "Reads Kaldi archives and lists, .npy, .npz, safetensors, HTK, CSV and folders of "
           "these, "
           "told by their content; '-' is an archive on stdin. OUT ends in .ark, .npz, "
           ".safetensors "
           "or .csv, which says the format, or is a folder, with --format. An archive x.ark gets "
           "its "
           "list x.scp beside it.";
  }
  std::vector<std::string> examples() const override {
    return {"copy feats.scp feats.npz", "copy mfcc/ feats.ark --compression auto",
            "copy old.ark npy/ --format npy --dtype float16"};
  }
  unsigned common() const override { return kThreads | kJson; }
  void declare(OptionList& options) override {
    options.add("in", in_, "Features: files or folders").required();
    options.add("out", out_, "The new file or folder").required();
    target_.declare(options);
  }
  int run() override;

 private:
  std::vector<std::string> in_;
  std::string out_;
  FeatureTarget target_;
};

int Copy::run() {
  target_.open(out_);
  hearth::Progress progress(hearth::ProgressOptions("copying").unit("recordings"));
  for (const std::string& path : in_) {
    hearth::audio::FeatureReader reader(path);
    while (const auto entry = reader.next()) {
      target_.write(*entry);
      progress.advance();
    }
  }
  target_.close();
  progress.finish();
  if (json()) {
    print_json({{"out", out_}, {"recordings", target_.count()}});
  } else if (!quiet()) {
    fmt::print("{}: {}\n", out_, counted(target_.count(), "recording"));
  }
  return 0;
}

}  // namespace

std::unique_ptr<Command> copy_command() { return std::make_unique<Copy>(); }
