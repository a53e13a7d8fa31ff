// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/io/reader.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "hearth/audio/io/load.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"

#include "io/decoder.h"

namespace hearth::audio {

struct Reader::Impl {
  Impl(const Source& source, const ReaderOptions& o)
      : options(o), bytes(source.open()), decoder(io::open_decoder(bytes, o.format, o.partial)) {}

  const AudioMetaData& info() const { return decoder->info; }
  ScalarType dtype() const { return options.normalize ? kFloat : decoder->native; }

  /// Ends where the header says, and finds out when the file ends before.
  int64_t read(const io::Target& to, int64_t frames) {
    const int64_t promised = info().num_frames;
    if (promised >= 0) frames = std::min(frames, std::max<int64_t>(0, promised - position));
    const int64_t n = frames > 0 ? decoder->read(to, frames) : 0;
    position += n;
    if (n < frames) check_end();
    return n;
  }

  int64_t seek(int64_t frame) {
    HEARTH_CHECK_AS(ValueError, frame >= 0, "[", bytes->name(),
                    "] expected a frame to go to of 0 or more, got ", frame);
    if (info().num_frames >= 0) frame = std::min(frame, info().num_frames);
    position = decoder->seek(frame);
    if (position < frame) check_end();
    return position;
  }

  void check_end() const {
    if (options.partial) return;
    const int64_t promised = info().num_frames;
    HEARTH_CHECK_AS(FormatError, decoder->failure.empty(), "[", bytes->name(),
                    "] is damaged after frame ", position, ": ", decoder->failure,
                    " (the option 'partial' takes what is before)");
    HEARTH_CHECK_AS(FormatError, promised < 0, "[", bytes->name(), "] the header promises ",
                    promised, " frames, only ", position, " came; it is cut short or damaged (the ",
                    "option 'partial' takes what is there)");
  }

  Tensor make(int64_t frames) const {
    const int64_t c = info().num_channels;
    return options.channels_first ? empty({c, frames}, dtype()) : empty({frames, c}, dtype());
  }
  int64_t time_dim() const { return options.channels_first ? 1 : 0; }

  /// The next frames, `most` at most, as one tensor of that many at first.
  Tensor read(int64_t most) {
    const int64_t promised = info().num_frames;
    if (promised >= 0) most = std::min(most, std::max<int64_t>(0, promised - position));
    const Tensor all = make(most);
    const bool first = options.channels_first;
    const io::Target to{all.data_ptr(), dtype(), first ? most : 1, first ? 1 : info().num_channels};
    const int64_t n = read(to, most);
    return n == most ? all : all.narrow(time_dim(), 0, n).contiguous();
  }

  /// All that is left, `most` at most. Takes memory as frames come, where the file is small for
  /// what it promises or promises nothing.
  Tensor read_all(int64_t most) {
    const int64_t frame_bytes = info().num_channels * static_cast<int64_t>(element_size(dtype()));
    int64_t block = std::max<int64_t>(1, ((int64_t{16} << 20) + 64 * bytes->size()) / frame_bytes);
    if (info().num_frames < 0) block = std::max<int64_t>(1, (int64_t{4} << 20) / frame_bytes);
    std::vector<Tensor> parts;
    for (;;) {
      const Tensor part = read(std::min(block, most));
      const int64_t n = part.size(time_dim());
      most -= n;
      if (n > 0 || parts.empty()) parts.push_back(part);
      if (n < block || most == 0) break;
      if (info().num_frames >= 0 && position >= info().num_frames) break;
      block *= 2;
    }
    return parts.size() == 1 ? parts[0] : cat(parts, time_dim());
  }

  ReaderOptions options;
  std::shared_ptr<const io::Bytes> bytes;
  std::unique_ptr<io::Decoder> decoder;
  int64_t position = 0;
};

Reader::Reader(const Source& source, const ReaderOptions& options)
    : impl_(std::make_unique<Impl>(source, options)) {}
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;
Reader::~Reader() = default;

const AudioMetaData& Reader::info() const { return impl_->info(); }
ScalarType Reader::dtype() const { return impl_->dtype(); }
int64_t Reader::position() const { return impl_->position; }
int64_t Reader::seek(int64_t frame) { return impl_->seek(frame); }

Tensor Reader::read(int64_t frames) {
  HEARTH_CHECK_AS(ValueError, frames >= 0, "[", impl_->bytes->name(),
                  "] expected a number of frames of 0 or more, got ", frames);
  return impl_->read_all(frames);
}

int64_t Reader::read(float* to, int64_t frames) {
  const int64_t channels = info().num_channels;
  return impl_->read({to, kFloat, 1, channels}, frames);
}

Audio load(const Source& source, const LoadOptions& options) {
  HEARTH_CHECK_AS(ValueError, options.frame_offset >= 0 && options.num_frames >= -1, "[",
                  source.name(), "] expected frame_offset >= 0 and num_frames >= -1, got ",
                  options.frame_offset, " and ", options.num_frames);
  Reader reader(source,
                {options.format, options.normalize, options.channels_first, options.partial});
  if (options.frame_offset > 0) reader.seek(options.frame_offset);
  constexpr int64_t kAll = std::numeric_limits<int64_t>::max();
  return {reader.read(options.num_frames < 0 ? kAll : options.num_frames),
          reader.info().sample_rate};
}

AudioMetaData info(const Source& source, const ReaderOptions& options) {
  return Reader(source, options).info();
}

const std::vector<std::string>& sound_extensions() {
  static const auto& all = *new std::vector<std::string>{
      ".wav", ".flac", ".mp3", ".ogg", ".oga",  ".opus", ".m4a", ".aac",  ".mp4",
      ".m4v", ".mov",  ".mka", ".mkv", ".webm", ".aiff", ".aif", ".aifc", ".au",
      ".snd", ".caf",  ".w64", ".sph", ".amr",  ".wma",  ".avi", ".rf64"};
  return all;
}

}  // namespace hearth::audio
