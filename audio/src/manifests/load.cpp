// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/manifests/load.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

#include "hearth/audio/io/reader.h"
#include "hearth/base/error.h"
#include "hearth/ops/view.h"

namespace hearth::audio {

namespace {

/// What a command writes to its standard output.
std::string output_of(const std::string& command) {
  std::FILE* pipe = ::popen(command.c_str(), "re");
  HEARTH_CHECK_AS(FileError, pipe, "[", command, "] cannot be run: ", std::strerror(errno));
  std::string output;
  char buffer[1 << 16];
  while (const size_t n = std::fread(buffer, 1, sizeof(buffer), pipe)) output.append(buffer, n);
  const int status = ::pclose(pipe);
  HEARTH_CHECK_AS(FileError, status == 0, "[", command, "] failed with status ", status);
  return output;
}

}  // namespace

int64_t frame_at(double seconds, int64_t sample_rate) {
  constexpr int64_t kMost = int64_t{1} << 62;
  const double frame = std::round(seconds * static_cast<double>(sample_rate));
  return frame < static_cast<double>(kMost) ? static_cast<int64_t>(frame) : kMost;
}

Audio load(const Utterance& utterance) {
  std::string bytes;
  if (utterance.is_command())
    bytes = output_of(utterance.path.substr(0, utterance.path.size() - 1));
  const Source source =
      utterance.is_command() ? Source::memory(bytes, utterance.path) : Source(utterance.path);
  Reader reader(source);
  const int64_t rate = reader.info().sample_rate;
  const int64_t start = frame_at(utterance.start, rate);
  const int64_t stands = reader.seek(start);
  HEARTH_CHECK_AS(FormatError, stands == start, "[", utterance.path, "] '", utterance.id,
                  "' begins at ", utterance.start, " seconds, but the file ends at ",
                  static_cast<double>(stands) / static_cast<double>(rate));
  const int64_t wanted = utterance.end < 0 ? INT64_MAX : frame_at(utterance.end, rate) - start;
  constexpr int64_t kBlock = 1 << 20;
  std::vector<Tensor> blocks;
  int64_t frames = 0;
  do {
    blocks.push_back(reader.read(std::min(kBlock, wanted - frames)));
    frames += blocks.back().size(1);
  } while (blocks.back().size(1) > 0 && frames < wanted);
  HEARTH_CHECK_AS(FormatError, utterance.end < 0 || wanted - frames <= rate / 2, "[",
                  utterance.path, "] '", utterance.id, "' ends at ", utterance.end,
                  " seconds, but the file at ",
                  static_cast<double>(start + frames) / static_cast<double>(rate));
  Tensor waveform = blocks.size() == 1 ? blocks[0] : cat(blocks, 1);
  if (utterance.channel >= 0) {
    HEARTH_CHECK_AS(IndexError, utterance.channel < waveform.size(0), "[", utterance.path, "] '",
                    utterance.id, "' is channel ", utterance.channel, " of a file that has ",
                    waveform.size(0));
    waveform = waveform.slice(0, utterance.channel, utterance.channel + 1).contiguous();
  }
  return {std::move(waveform), rate};
}

}  // namespace hearth::audio
