// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/audio/functional/filterbanks.h"
#include "hearth/audio/functional/spectrogram.h"
#include "hearth/audio/io/reader.h"
#include "hearth/audio/manifests/load.h"
#include "hearth/base/atomic_file.h"
#include "hearth/base/error.h"
#include "hearth/hearth.h"
#include "hearth/vision/io/image.h"

#include "audio/sounds.h"
#include "common/command.h"
#include "common/json.h"
#include "common/plot/charts.h"
#include "common/text.h"

namespace {

namespace audio = hearth::audio;
namespace fs = std::filesystem;
using hearth::Tensor;

class Plot final : public Command {
 public:
  const char* name() const override { return "plot"; }
  const char* summary() const override {
    return "Draw a sound's waveform and spectrogram as PNG or SVG";
  }
  const char* details() const override {
    return "Levels are decibels of a sine at full scale; where a picture has fewer columns than "
           "the "
           "sound has spectra, each shows the largest. Hours take no more memory than seconds.";
  }
  std::vector<std::string> examples() const override {
    return {"plot song.mp3", "plot talk.wav --show mel --output talk.svg",
            "plot hours.flac --offset 3600 --duration 30"};
  }
  unsigned common() const override { return kThreads | kJson; }
  void declare(OptionList& options) override {
    options.add("file", file_, "A sound file, or - for stdin").value("FILE").required();
    options
        .add("--output", output_, "The picture, ending in .png or .svg (default: FILE's name.png)")
        .value("FILE");
    options.add("--show", show_, "What to draw (default: waveform and spectrogram)")
        .one_of({"waveform", "spectrogram", "mel"});
    options.add("--channel", channel_, "Which channel to draw, from 0; by default, their mean")
        .between(0, 4095);
    options.add("--offset", offset_, "Where to begin, in seconds").between(0, 1e9);
    options.add("--duration", duration_, "How much to draw, in seconds; by default, all")
        .positive();
    options.add("--n-fft", n_fft_, "Samples of a spectrum; by default, a power of 2 near 32 ms")
        .between(16, 1 << 20);
    options.add("--mels", mels_, "Bands of --show mel").between(1, 1000);
    options.add("--range", range_, "Decibels from the loudest to the darkest").between(1, 400);
    options.flag("--overwrite", overwrite_, "Replace the picture if there is one");
    reading_.declare(options);
  }
  int run() override;

 private:
  struct Bands;
  bool shows(const char* what) const {
    return std::find(show_.begin(), show_.end(), what) != show_.end();
  }
  std::string picture_path() const;

  std::string file_;
  std::optional<std::string> output_;
  std::vector<std::string> show_;
  std::optional<int64_t> channel_, n_fft_;
  std::optional<double> duration_;
  double offset_ = 0, range_ = 80;
  int64_t mels_ = 80;
  bool overwrite_ = false;
  Reading reading_;
};

constexpr int64_t kColumns = 1600;  // as many as a picture of double resolution has pixels

/// What each column of a picture shows of its part of the sound.
class Columns {
 public:
  Columns(int64_t rows, int64_t parts)
      : parts_(parts),
        count_(std::min(parts, kColumns)),
        values_(hearth::full({rows, count_}, -std::numeric_limits<double>::infinity(),
                             hearth::kDouble)) {}

  /// The next parts, [rows, parts].
  void add(const Tensor& next) {
    const Tensor block = next.to(hearth::kDouble).contiguous();
    const int64_t rows = block.size(0), n = std::min(block.size(1), parts_ - seen_);
    const auto* from = block.const_data_ptr<double>();
    auto* to = values_.data_ptr<double>();
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t i = 0; i < n; ++i) {
        double& value = to[r * count_ + (seen_ + i) * count_ / parts_];
        value = std::max(value, from[r * block.size(1) + i]);
      }
    seen_ += n;
  }
  const Tensor& values() const { return values_; }

 private:
  int64_t parts_, count_, seen_ = 0;
  Tensor values_;
};

/// Spectra, or bands of them, of a sound that comes in blocks.
struct Plot::Bands {
  Bands(int64_t size, int64_t frames, Tensor b)
      : n_fft(size),
        hop(std::max<int64_t>(1, size / 4)),
        window(hearth::hann_window(size)),
        bank(std::move(b)),
        columns(bank.defined() ? bank.size(1) : size / 2 + 1, 1 + frames / hop),
        left(hearth::zeros({size / 2})) {}

  void add(const Tensor& samples) {
    left = hearth::cat({left, samples});
    if (left.size(0) < n_fft) return;
    const int64_t n = (left.size(0) - n_fft) / hop + 1;
    columns.add(audio::functional::spectrogram(
        left.slice(0, 0, (n - 1) * hop + n_fft), 0, window, n_fft, hop, n_fft, 2.0,
        audio::functional::SpecNorm::None, false, "reflect", true, bank));
    left = left.slice(0, n * hop).clone();
  }
  void finish() { add(hearth::zeros({n_fft / 2})); }

  /// Decibels below a sine at full scale.
  Tensor levels() const {
    const double full = window.to(hearth::kDouble).sum().item<double>() / 2;
    return (columns.values().clamp_min(0) / (full * full)).clamp_min(1e-30).log10() * 10;
  }

  int64_t n_fft, hop;
  Tensor window, bank;
  Columns columns;
  Tensor left;
};

/// "500", "2k".
std::string hertz(double f) {
  return f >= 1000 ? fmt::format("{:g}k", f / 1000) : fmt::format("{:g}", f);
}

plot::SoundPanel level_panel(const char* title, const Tensor& levels, double range) {
  plot::SoundPanel panel{.title = title, .y_label = "Hz", .levels = levels};
  const double loudest = levels.max().item<double>();
  panel.most = std::isfinite(loudest) ? std::ceil(loudest) : 0;
  panel.least = panel.most - range;
  return panel;
}

std::string Plot::picture_path() const {
  std::string path = output_.value_or("");
  if (path.empty())
    path = (file_ == "-" ? fs::path("stdin") : fs::path(file_).filename())
               .replace_extension(plot::can_rasterize() ? ".png" : ".svg")
               .string();
  const bool png = path.ends_with(".png");
  if (!png && !path.ends_with(".svg"))
    throw UsageError(fmt::format("--output: expected a name ending in .png or .svg, got {}",
                                 shortened(path, 60)));
  HEARTH_CHECK_AS(hearth::NotImplementedError, !png || plot::can_rasterize(), "[", path,
                  "] this build draws no PNG, as it is without FreeType; name an .svg");
  std::error_code none;
  HEARTH_CHECK_AS(hearth::FileError, overwrite_ || !fs::exists(path, none), "[", path,
                  "] exists; replace it with --overwrite");
  return path;
}

int Plot::run() {
  if (show_.empty()) show_ = {"waveform", "spectrogram"};
  const std::string path = picture_path();
  audio::Reader reader(file_, {.format = reading_.raw, .partial = reading_.partial});
  const audio::AudioMetaData& m = reader.info();
  const auto rate = static_cast<double>(m.sample_rate);
  HEARTH_CHECK_AS(hearth::ValueError, !channel_ || *channel_ < m.num_channels, "[", file_,
                  "] expected a channel below ", m.num_channels, ", got ", channel_.value_or(0));
  const hearth::NoGradGuard no_grad;

  const int64_t begin = audio::frame_at(offset_, m.sample_rate);
  int64_t frames = reader.seek(std::numeric_limits<int64_t>::max()) - begin;
  if (duration_) frames = std::min(frames, audio::frame_at(*duration_, m.sample_rate));
  HEARTH_CHECK_AS(hearth::ValueError, frames > 0, "[", file_, "] there is nothing to draw from ",
                  clock_time(offset_), " on; it lasts ",
                  clock_time(static_cast<double>(reader.position()) / rate));
  reader.seek(begin);

  int64_t n_fft = 16;
  while (static_cast<double>(n_fft) < 0.024 * rate) n_fft *= 2;
  n_fft = n_fft_.value_or(n_fft);
  // The least samples are the largest of the negative ones.
  Columns envelope(2, frames);
  std::map<std::string, Bands> bands;
  if (shows("spectrogram")) bands.try_emplace("spectrogram", n_fft, frames, Tensor());
  if (shows("mel"))
    bands.try_emplace(
        "mel", n_fft, frames,
        audio::functional::melscale_fbanks(n_fft / 2 + 1, 0, rate / 2, mels_, m.sample_rate));
  for (int64_t done = 0; done < frames;) {
    const Tensor block = reader.read(std::min<int64_t>(frames - done, 1 << 16));
    if (block.size(1) == 0) break;
    done += block.size(1);
    const Tensor samples = channel_ ? block[*channel_] : block.mean(0);
    envelope.add(hearth::stack({-samples, samples}));
    for (auto& [what, band] : bands) band.add(samples);
  }

  std::vector<plot::SoundPanel> panels;
  for (const std::string& what : show_) {
    if (what == "waveform") {
      const Tensor& most = envelope.values();
      plot::SoundPanel panel{.title = what, .y_label = "amplitude"};
      panel.envelope = hearth::stack({-most[0], most[1]});
      const double peak = most.max().item<double>();
      panel.most = std::isfinite(peak) && peak > 0 ? peak * 1.05 : 1;
      panel.least = -panel.most;
      for (const auto& mark : plot::Axis{panel.least, panel.most}.marks(6))
        panel.marks.push_back({plot::Axis{panel.least, panel.most}.at(mark.value), mark.text});
      panels.push_back(panel);
      continue;
    }
    Bands& band = bands.at(what);
    band.finish();
    plot::SoundPanel panel =
        level_panel(what == "mel" ? "mel spectrogram" : what.c_str(), band.levels(), range_);
    if (what == "mel") {
      const double top = audio::functional::hz_to_mel(rate / 2);
      for (double f : {250., 500., 1000., 2000., 4000., 8000., 16000., 32000.})
        if (f < rate / 2 * 0.98)
          panel.marks.push_back({audio::functional::hz_to_mel(f) / top, hertz(f)});
    } else {
      for (const auto& mark : plot::Axis{0, rate / 2}.marks(6))
        panel.marks.push_back({mark.value / (rate / 2), hertz(mark.value)});
    }
    panels.push_back(panel);
  }
  const double from = static_cast<double>(begin) / rate;
  const plot::Scene scene = plot::sound_chart(
      panels, from, from + static_cast<double>(frames) / rate,
      {fs::path(reader.info().format == "raw" && file_ == "-" ? "stdin" : file_)
           .filename()
           .string(),
       fmt::format("{} Hz, {}, {}{}", m.sample_rate, counted(m.num_channels, "channel"), m.encoding,
                   channel_             ? fmt::format(", channel {}", *channel_)
                   : m.num_channels > 1 ? ", their mean"
                                        : "")});
  if (path.ends_with(".png"))
    hearth::vision::io::write_png(plot::rasterize(scene), path);
  else
    hearth::write_file_atomically(path, plot::to_svg(scene));
  if (json())
    print_json({{"picture", path}});
  else if (!quiet())
    fmt::print("{}\n", path);
  return 0;
}

}  // namespace

std::unique_ptr<Command> plot_command() { return std::make_unique<Plot>(); }
