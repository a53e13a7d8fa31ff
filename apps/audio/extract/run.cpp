// SPDX-License-Identifier: Apache-2.0
#include "audio/extract/run.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <thread>

#include <fmt/format.h>

#include "hearth/audio/features/online.h"
#include "hearth/autograd/grad_mode.h"
#include "hearth/base/error.h"
#include "hearth/base/progress.h"
#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"

#include "common/command.h"

namespace fs = std::filesystem;

using hearth::Tensor;
using hearth::audio::FeatureFormat;
using hearth::audio::FeatureWriter;
using hearth::audio::features::Extractor;
using hearth::audio::features::OnlineExtractor;
using hearth::audio::features::Summary;
using Json = nlohmann::ordered_json;

namespace {

/// More samples than that are not held in memory at once.
constexpr int64_t kMostSamples = 1 << 22;

/// A result cannot be written: no reason to go on with others.
struct WriteFailed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Lets tasks through in their order.
class Turns {
 public:
  void wait(size_t i) {
    std::unique_lock lock(mutex_);
    turn_.wait(lock, [&] { return next_ == i; });
  }
  void pass(size_t i) {
    wait(i);
    const std::lock_guard lock(mutex_);
    ++next_;
    turn_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable turn_;
  size_t next_ = 0;
};

bool is_single_file(FeatureFormat format, const std::string& target) {
  return format == FeatureFormat::Npz || format == FeatureFormat::Ark ||
         format == FeatureFormat::Safetensors ||
         (format == FeatureFormat::Csv && target.ends_with(".csv"));
}

class Run {
 public:
  Run(const std::vector<Task>& tasks, const ExtractOptions& options)
      : tasks_(tasks),
        options_(options),
        ordered_(is_single_file(options.format, options.output)),
        ledger_(options.notes ? folder() : "", config(), options.resume, !ordered_) {
    report_.tasks = static_cast<int64_t>(tasks.size());
    // What is one file for all is there as a whole, or made anew.
    const auto known = [&](const Task& task) { return ledger_.known(task) != nullptr; };
    if (ordered_ && options.resume) {
      if (std::all_of(tasks.begin(), tasks.end(), known)) return;
      ledger_.forget();
    }
    check_results();
    for (const NamedFeature& feature : options.features)
      writers_.emplace_back(options.format, target(feature), writing(feature));
  }

  ExtractReport run() {
    const auto begin = std::chrono::steady_clock::now();
    hearth::Progress progress(
        hearth::ProgressOptions("extracting").unit("files").total(report_.tasks));
    progress_ = &progress;
    std::vector<std::thread> workers;
    const auto threads = std::min<int64_t>(options_.threads, report_.tasks);
    for (int64_t i = 1; i < threads; ++i) workers.emplace_back([&] { work(begin); });
    work(begin);
    for (std::thread& worker : workers) worker.join();
    progress.finish();
    if (failure_) std::rethrow_exception(failure_);
    // Stopped, it may go on with --resume.
    if (!stop_) {
      for (FeatureWriter& writer : writers_) writer.close();
      ledger_.finish(tasks_);
    }
    report_.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return report_;
  }

 private:
  /// The folder of all results.
  std::string folder() const {
    if (!is_single_file(options_.format, options_.output)) return options_.output;
    const std::string ending = std::string(".") + to_string(options_.format);
    if (!options_.output.ends_with(ending)) return options_.output;
    const fs::path parent = fs::path(options_.output).parent_path();
    return parent.empty() ? "." : parent.string();
  }
  std::string target(const NamedFeature& feature) const {
    if (options_.features.size() == 1) return options_.output;
    return options_.output + "/" + feature.name;
  }
  hearth::audio::FeatureWriterOptions writing(const NamedFeature& feature) const {
    const auto& c = feature.extractor.config();
    auto writing = options_.writing;
    writing.period(static_cast<double>(c.frame_shift()) / static_cast<double>(c.sample_rate()))
        .columns(c.names());
    return writing;
  }
  /// What results depend on, in a word.
  std::string config() const {
    std::string text;
    for (const NamedFeature& f : options_.features) text += f.name + f.extractor.config().to_json();
    const SoundOptions& s = options_.sound;
    text +=
        fmt::format("|{}|{}|{}|{}|{}|{}|{}", s.resample, s.resampler, s.channel, s.raw, s.partial,
                    to_string(options_.format),
                    options_.writing.dtype() ? hearth::to_string(*options_.writing.dtype()) : "");
    uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return fmt::format("{:016x}", hash);
  }

  /// Refuses to replace results, unless told to.
  void check_results() const {
    if (options_.overwrite || options_.resume) return;
    std::error_code error;
    std::string first;
    int64_t there = 0;
    const auto look = [&](const std::string& path) {
      if (fs::exists(path, error) && there++ == 0) first = path;
    };
    for (const NamedFeature& feature : options_.features) {
      const std::string to = target(feature),
                        ending = std::string(".") + to_string(options_.format);
      if (ordered_) {
        look(to.ends_with(ending) ? to : to + "/feats" + ending);
        continue;
      }
      for (const Task& task : tasks_)
        look(to + "/" + task.id + (options_.sound.channel == "each" ? "-0" : "") + ending);
    }
    HEARTH_CHECK_AS(hearth::FileError, there == 0, "[", fs::path(first).lexically_normal().string(),
                    "] exists", there > 1 ? hearth::cat_str(", and ", there - 1, " more") : "",
                    "; replace with --overwrite", options_.notes ? ", or go on with --resume" : "");
  }

  void work(std::chrono::steady_clock::time_point begin) {
    const hearth::ThreadLimitGuard one_thread(1);
    const hearth::NoGradGuard no_grad;
    for (size_t i; !stop_ && (i = next_++) < tasks_.size();) {
      try {
        task(i);
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::current_exception();
        stop_ = true;
      }
      if (ordered_) turns_.pass(i);
      progress_->advance();
      const std::lock_guard lock(mutex_);
      const double seconds =
          std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      progress_->status(
          fmt::format("{:.2f} h of sound, {:.0f}x real time{}", report_.audio_seconds / 3600,
                      report_.audio_seconds / seconds,
                      report_.failed ? fmt::format(", {} failed", report_.failed) : ""));
    }
  }

  void task(size_t i) {
    const Task& task = tasks_[i];
    if (const auto* known = ledger_.known(task)) {
      const std::lock_guard lock(mutex_);
      ++report_.resumed;
      ++report_.done;
      report_.results += static_cast<int64_t>(known->size());
      return;
    }
    try {
      const TaskSource source(task);
      std::vector<Json> results;
      double seconds = 0;
      // Features of one sample rate share the decoding.
      std::vector<bool> done(options_.features.size());
      for (size_t f = 0; f < done.size(); ++f) {
        if (done[f]) continue;
        std::vector<size_t> group;
        for (size_t g = f; g < done.size(); ++g) {
          if (rate(g) != rate(f)) continue;
          group.push_back(g);
          done[g] = true;
        }
        seconds = extract_group(i, source, group, results);
      }
      ledger_.add(task, results);
      const std::lock_guard lock(mutex_);
      ++report_.done;
      report_.audio_seconds += seconds;
      for (Json& result : results) {
        ++report_.results;
        report_.frames += result["frames"].get<int64_t>();
        if (report_.first.size() < 20) report_.first.push_back(std::move(result));
      }
    } catch (const hearth::FileError& error) {
      failed(task, "file", error.what());
    } catch (const hearth::FormatError& error) {
      failed(task, "format", error.what());
    } catch (const hearth::Error& error) {
      failed(task, "value", error.what());
    }
  }

  void failed(const Task& task, const char* kind, const std::string& message) {
    ledger_.fail(task, kind, message);
    const std::string line = message.find(task.path) == message.npos
                                 ? hearth::cat_str("[", task.path, "] ", message)
                                 : message;
    complain("hearth-audio: " + line);
    const std::lock_guard lock(mutex_);
    if (report_.failed++ == 0) report_.first_error = line;
    if (options_.stop_on_error) stop_ = true;
  }

  int64_t rate(size_t f) const { return options_.features[f].extractor.config().sample_rate(); }

  /// Decodes and extracts features of one sample rate; returns the sound's seconds.
  double extract_group(size_t i, const TaskSource& source, const std::vector<size_t>& group,
                       std::vector<Json>& results) {
    SoundOptions sound = options_.sound;
    sound.sample_rate = rate(group[0]);
    SoundStream stream(tasks_[i], source, sound);
    if (sound.sample_rate != stream.info().sample_rate || stream.info().num_channels > 1)
      say_what_changes(stream, sound);
    std::vector<Tensor> blocks;
    int64_t samples = 0;
    bool all = true;
    for (Tensor block; (block = stream.next()).defined();) {
      samples += block.numel();
      blocks.push_back(std::move(block));
      if (samples > kMostSamples && source.again()) {
        all = false;
        break;
      }
    }
    const auto seconds = [&](const SoundStream& s) {
      return static_cast<double>(s.samples_read()) / static_cast<double>(s.info().sample_rate);
    };
    if (!all) {
      blocks.clear();
      double read = 0;
      for (const size_t f : group) read = extract_long(i, source, sound, f, results, stream);
      return read;
    }
    const Tensor wave = blocks.empty()       ? hearth::zeros({stream.channels(), 0})
                        : blocks.size() == 1 ? blocks[0]
                                             : hearth::cat(blocks, -1);
    blocks.clear();
    for (const size_t f : group) {
      for (int64_t c = 0; c < stream.channels(); ++c) {
        const Tensor frames = options_.features[f].extractor(wave[c]);
        const std::string id = id_of(i, stream, c);
        write(i, [&] { writers_[f].write(id, frames); });
        results.push_back(result(f, id, stream, c, frames.size(0), seconds(stream)));
      }
    }
    return seconds(stream);
  }

  /// The same of sound too long for memory: it is decoded once for each feature and channel, and
  /// once more where all frames have to be known first, or how many there are.
  double extract_long(size_t i, const TaskSource& source, const SoundOptions& sound, size_t f,
                      std::vector<Json>& results, const SoundStream& opened) {
    const Extractor& extractor = options_.features[f].extractor;
    double read = 0;
    for (int64_t c = 0; c < opened.channels(); ++c) {
      std::optional<int64_t> samples = opened.length();
      Summary summary;
      if (!samples || extractor.config().needs_whole_signal()) {
        int64_t n = 0;
        each_block(i, source, sound, extractor, c, &n, [&](const Tensor& frames) {
          if (extractor.config().needs_whole_signal()) extractor.observe(frames, summary);
        });
        samples = n;
      }
      SoundStream stream(tasks_[i], source, sound);
      OnlineExtractor online(extractor);
      const auto next = [&]() -> Tensor {
        const int64_t before = online.num_frames_ready();
        while (online.num_frames_ready() == before && advance(stream, online, c)) {
        }
        const Tensor frames = take(online, before);
        return extractor.config().needs_whole_signal() ? extractor.finish(frames, summary) : frames;
      };
      const int64_t count = extractor.config().num_frames(*samples);
      const std::string id = id_of(i, stream, c);
      write(i, [&] { writers_[f].write(id, count, extractor.dims(), next); });
      read = static_cast<double>(stream.samples_read()) /
             static_cast<double>(stream.info().sample_rate);
      results.push_back(result(f, id, stream, c, count, read));
    }
    return read;
  }

  /// Gives the next block of a channel to the extractor; false after the last.
  static bool advance(SoundStream& stream, OnlineExtractor& online, int64_t channel) {
    const Tensor block = stream.next();
    if (!block.defined()) {
      const bool more = !online.is_finished();
      online.input_finished();
      return more;
    }
    online.accept_waveform(static_cast<double>(stream.sample_rate()), block[channel]);
    return true;
  }
  static Tensor take(OnlineExtractor& online, int64_t first) {
    const int64_t count = online.num_frames_ready() - first;
    Tensor frames = online.get_frames(first, count);
    online.pop(count);
    return frames;
  }

  template <class F>
  void each_block(size_t i, const TaskSource& source, const SoundOptions& sound,
                  const Extractor& extractor, int64_t channel, int64_t* samples, const F& f) {
    SoundStream stream(tasks_[i], source, sound);
    OnlineExtractor online(extractor);
    for (int64_t first = 0; advance(stream, online, channel);) {
      if (online.num_frames_ready() == first) continue;
      f(take(online, first));
      first = online.num_frames_ready();
    }
    *samples = stream.resampled(stream.samples_read());
  }

  /// Writes a result; one that cannot be written ends everything.
  template <class F>
  void write(size_t i, const F& write_it) {
    if (ordered_) turns_.wait(i);
    try {
      write_it();
    } catch (const hearth::FileError& error) {
      throw WriteFailed(error.what());
    }
  }

  std::string id_of(size_t i, const SoundStream& stream, int64_t channel) const {
    const bool each = options_.sound.channel == "each" && tasks_[i].channel < 0;
    return each && stream.channels() > 0 ? tasks_[i].id + "-" + std::to_string(channel)
                                         : tasks_[i].id;
  }

  Json result(size_t f, const std::string& id, const SoundStream& stream, int64_t channel,
              int64_t frames, double seconds) const {
    const NamedFeature& feature = options_.features[f];
    Json j{{"id", id},
           {"feature", feature.name},
           {"file", fs::path(writers_[f].path_of(id)).lexically_normal().string()},
           {"frames", frames},
           {"dims", feature.extractor.dims()},
           {"source", stream.task().path},
           {"sample_rate", stream.info().sample_rate},
           {"channels", stream.info().num_channels},
           {"start", stream.task().start},
           {"seconds", seconds}};
    if (options_.sound.channel == "each") j["channel"] = channel;
    return j;
  }

  /// Once: that sounds are not taken as they are.
  void say_what_changes(const SoundStream& stream, const SoundOptions& sound) {
    const auto& info = stream.info();
    std::string what;
    if (info.sample_rate != sound.sample_rate)
      what = fmt::format("{} Hz is resampled to {} Hz", info.sample_rate, sound.sample_rate);
    if (info.num_channels > 1 && sound.channel == "mix" && stream.task().channel < 0)
      what += fmt::format("{}{} channels are mixed", what.empty() ? "" : ", ", info.num_channels);
    if (!what.empty() && !said_.exchange(true))
      note(fmt::format("{}: {}", stream.task().path, what));
  }

  const std::vector<Task>& tasks_;
  const ExtractOptions& options_;
  const bool ordered_;
  Ledger ledger_;
  std::vector<FeatureWriter> writers_;
  std::atomic<size_t> next_ = 0;
  std::atomic<bool> stop_ = false, said_ = false;
  Turns turns_;
  std::mutex mutex_;
  ExtractReport report_;
  std::exception_ptr failure_;
  hearth::Progress* progress_ = nullptr;
};

}  // namespace

ExtractReport extract(const std::vector<Task>& tasks, const ExtractOptions& options) {
  try {
    return Run(tasks, options).run();
  } catch (const WriteFailed& error) {
    throw hearth::FileError(error.what());
  }
}
