// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/audio/io/load.h"
#include "hearth/base/error.h"
#include "hearth/base/progress.h"

#include "audio/sounds.h"
#include "common/command.h"
#include "common/inputs.h"
#include "common/json.h"
#include "common/text.h"

namespace {

namespace audio = hearth::audio;

struct Row {
  std::string path, error;
  audio::AudioMetaData of;
  int64_t bytes = -1;  ///< of the file
};

class Info final : public Command {
 public:
  const char* name() const override { return "info"; }
  const char* summary() const override {
    return "Say how long sound files are, and what is in them";
  }
  const char* details() const override {
    return "Reads headers only. With --decode, every sample: that counts the frames of files whose "
           "headers do not (Matroska, AAC, FLAC from a pipe), and finds damage. Exit code 1 where "
           "a file cannot be read; the others are listed all the same.";
  }
  std::vector<std::string> examples() const override {
    return {"info song.mp3", "info recordings/ --json", "info --raw s16le:16000:1 take.pcm",
            "info recordings/ --decode"};
  }
  unsigned common() const override { return kJson; }
  void declare(OptionList& options) override {
    options.add("file", files_, "Sound files, patterns, folders, @lists of them, or - for stdin")
        .value("FILE")
        .required();
    options.flag("--decode", decode_, "Decode the files, to count their frames and find damage");
    reading_.declare(options);
  }
  int run() override;

 private:
  Row read(const std::string& path) const;
  void print_table(const std::vector<Row>& rows) const;

  std::vector<std::string> files_;
  bool decode_ = false;
  Reading reading_;
};

/// Decodes all of it, for the number of its frames.
int64_t count_frames(audio::Reader& reader) {
  while (reader.read(int64_t{1} << 16).numel() > 0) {
  }
  return reader.position();
}

Row Info::read(const std::string& path) const {
  Row row{path};
  try {
    const audio::ReaderOptions options{.format = reading_.raw, .partial = reading_.partial};
    if (decode_) {
      audio::Reader reader(path, options);
      row.of = reader.info();
      row.of.num_frames = count_frames(reader);
      row.of.duration =
          static_cast<double>(row.of.num_frames) / static_cast<double>(row.of.sample_rate);
    } else {
      row.of = audio::info(path, options);
    }
    std::error_code none;
    if (std::filesystem::is_regular_file(path, none))
      row.bytes = static_cast<int64_t>(std::filesystem::file_size(path, none));
  } catch (const hearth::Error& error) {
    row.error = error.what();
  }
  return row;
}

/// "48 kB".
std::string size_text(int64_t bytes) {
  if (bytes < 0) return "?";
  const char* units[] = {"B", "kB", "MB", "GB", "TB"};
  auto n = static_cast<double>(bytes);
  size_t unit = 0;
  for (; n >= 999.5 && unit < 4; ++unit) n /= 1000;
  return unit > 0 && n < 9.95 ? fmt::format("{:.1f} {}", n, units[unit])
                              : fmt::format("{:.0f} {}", n, units[unit]);
}

nlohmann::ordered_json json_of(const Row& row) {
  const audio::AudioMetaData& m = row.of;
  if (!row.error.empty()) return {{"file", row.path}, {"error", row.error}};
  const auto known = [](auto v) { return v >= 0 ? nlohmann::ordered_json(v) : nullptr; };
  return {{"file", row.path},
          {"duration", known(m.duration)},
          {"sample_rate", m.sample_rate},
          {"num_frames", known(m.num_frames)},
          {"num_channels", m.num_channels},
          {"bits_per_sample", m.bits_per_sample},
          {"encoding", m.encoding},
          {"format", m.format},
          {"size", known(row.bytes)}};
}

void Info::print_table(const std::vector<Row>& rows) const {
  std::vector<std::vector<std::string>> lines{
      {"duration", "rate", "channels", "encoding", "format", "size", "file"}};
  double total = 0;
  int64_t failed = 0, bytes = 0;
  for (const Row& row : rows) {
    if (!row.error.empty()) {
      ++failed;
      continue;
    }
    const audio::AudioMetaData& m = row.of;
    total += std::max(0.0, m.duration);
    bytes += std::max<int64_t>(0, row.bytes);
    lines.push_back(
        {clock_time(m.duration), std::to_string(m.sample_rate), std::to_string(m.num_channels),
         m.bits_per_sample > 0 ? fmt::format("{} {}", m.encoding, m.bits_per_sample) : m.encoding,
         m.format, size_text(row.bytes), row.path});
  }
  std::string all;
  if (lines.size() > 1) {
    std::vector<size_t> widths(lines[0].size(), 0);
    for (const auto& line : lines)
      for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
    for (const auto& line : lines) {
      for (size_t i = 0; i + 1 < line.size(); ++i) {
        const bool number = i < 3 || i == 5;
        all += number ? fmt::format("{:>{}}  ", line[i], widths[i])
                      : fmt::format("{:<{}}  ", line[i], widths[i]);
      }
      all += line.back() + "\n";
    }
  }
  if (rows.size() > 1)
    all += fmt::format("{}, {}, {}{}\n", counted(static_cast<int64_t>(rows.size()), "file"),
                       clock_time(total), size_text(bytes),
                       failed > 0 ? fmt::format("; {} failed", failed) : "");
  std::fwrite(all.data(), 1, all.size(), stdout);
}

int Info::run() {
  const auto inputs = find_inputs(files_, hearth::audio::sound_extensions());
  std::vector<Row> rows;
  hearth::Progress progress(
      hearth::ProgressOptions("reading").unit("files").total(static_cast<int64_t>(inputs.size())));
  for (const Input& input : inputs) {
    rows.push_back(read(input.path));
    if (!rows.back().error.empty()) complain(fmt::format("{}: {}", program(), rows.back().error));
    progress.advance();
  }
  progress.finish();
  const auto failed =
      std::count_if(rows.begin(), rows.end(), [](const Row& row) { return !row.error.empty(); });
  if (json()) {
    nlohmann::ordered_json files = nlohmann::ordered_json::array();
    double total = 0;
    for (const Row& row : rows) {
      files.push_back(json_of(row));
      if (row.error.empty()) total += std::max(0.0, row.of.duration);
    }
    print_json({{"files", files}, {"duration", total}, {"failed", failed}});
  } else {
    print_table(rows);
  }
  return failed > 0 ? 1 : 0;
}

}  // namespace

std::unique_ptr<Command> info_command() { return std::make_unique<Info>(); }
