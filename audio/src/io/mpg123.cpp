// SPDX-License-Identifier: Apache-2.0
// MP3 by libmpg123, which takes away the silence that encoders add, where the file says how much.
// libsndfile would use it too, but lets it print to stderr. Seeking there is exact to the sample,
// not to the bit: the bit reservoir and the phase of the filter bank are those of a new start.
#include <memory>

#include "io/decoder.h"

#ifndef HEARTH_WITH_MPG123

namespace hearth::audio::io {
std::unique_ptr<Decoder> open_mpg123(const BytesPtr&) { return nullptr; }
}  // namespace hearth::audio::io

#else

#include <algorithm>
#include <cstring>
#include <vector>

#include <mpg123.h>
#include <sys/types.h>

#include "io/probe.h"

namespace hearth::audio::io {
namespace {

struct Delete {
  void operator()(mpg123_handle* handle) const { mpg123_delete(handle); }
};
using Handle = std::unique_ptr<mpg123_handle, Delete>;

class Mpg123Decoder final : public ForwardDecoder {
 public:
  explicit Mpg123Decoder(BytesPtr bytes) : bytes_(std::move(bytes)), end_(end_of_mp3(*bytes_)) {
    open();
    info.format = "mp3";
    mpg123_frameinfo frame;
    check(mpg123_info(handle_.get(), &frame), "read");
    info.encoding = cat_str("MP", frame.layer);
    info.sample_rate = rate_;
    info.num_channels = channels_;
    check_header(bytes_->name(), channels_, rate_);
    // Without a count of the frames in the file, those that are there are counted.
    if (!has_mp3_length(*bytes_)) {
      check(mpg123_scan(handle_.get()), "scanned");
      restarted_ = true;
    }
    info.num_frames = mpg123_length(handle_.get());
    if (info.num_frames >= 0)
      info.duration = static_cast<double>(info.num_frames) / static_cast<double>(rate_);
    if (restarted_) open();
  }

 private:
  struct Position {
    const Bytes* bytes;
    int64_t at, end;
    std::string error;
  };

  static ssize_t read_bytes(void* handle, void* to, size_t n) {
    auto& p = *static_cast<Position*>(handle);
    try {
      const int64_t got = p.bytes->read(p.at, to, std::min(static_cast<int64_t>(n), p.end - p.at));
      p.at += got;
      return got;
    } catch (const Error& e) {
      p.error = e.what();
      return -1;
    }
  }

  static off_t seek_bytes(void* handle, off_t offset, int whence) {
    auto& p = *static_cast<Position*>(handle);
    const int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? p.at : p.end;
    const int64_t to = from + offset;
    if (to < 0) return -1;
    return p.at = std::min(to, p.end);
  }

  void check(int code, const char* what) {
    if (!position_.error.empty()) throw FileError(position_.error);
    HEARTH_CHECK_AS(FormatError, code == MPG123_OK, "[", bytes_->name(), "] cannot be ", what,
                    " as MP3: ", handle_ ? mpg123_strerror(handle_.get()) : "no decoder");
  }

  void open() {
    static const int ready = mpg123_init();  // older versions need it
    int code = ready;
    handle_.reset(mpg123_new(nullptr, &code));
    check(handle_ ? MPG123_OK : code, "opened");
    mpg123_handle* h = handle_.get();
    mpg123_param(h, MPG123_ADD_FLAGS, MPG123_QUIET | MPG123_FORCE_FLOAT | MPG123_GAPLESS, 0);
    mpg123_param(h, MPG123_REMOVE_FLAGS, MPG123_AUTO_RESAMPLE | MPG123_FUZZY, 0);
    position_ = {bytes_.get(), 0, end_, ""};
    check(mpg123_replace_reader_handle(h, read_bytes, seek_bytes, nullptr), "opened");
    check(mpg123_open_handle(h, &position_), "opened");
    long rate = 0;
    int channels = 0, encoding = 0;
    check(mpg123_getformat(h, &rate, &channels, &encoding), "read");
    rate_ = rate;
    channels_ = channels;
  }

  void restart() override { open(); }

  int64_t decode(const Target& to, int64_t frames) override {
    const bool straight = to.channel_stride == 1 && to.frame_stride == channels_;
    const int64_t block = straight ? frames : std::min<int64_t>(frames, 8192 / channels_);
    if (!straight) buffer_.resize(static_cast<size_t>(block * channels_));
    int64_t done = 0;
    while (done < frames && failure.empty()) {
      const int64_t n = std::min(frames - done, block);
      float* out = straight ? static_cast<float*>(to.from(done).data) : buffer_.data();
      size_t bytes = 0;
      const int code = mpg123_read(handle_.get(), reinterpret_cast<unsigned char*>(out),
                                   static_cast<size_t>(n * channels_) * sizeof(float), &bytes);
      const auto got = static_cast<int64_t>(bytes / sizeof(float)) / channels_;
      if (!straight) scatter(out, got, channels_, to.from(done));
      done += got;
      if (code == MPG123_DONE) break;
      // The first read of a handle tells the format again.
      if (code == MPG123_NEW_FORMAT && same_format()) continue;
      if (code != MPG123_OK) {
        if (!position_.error.empty()) throw FileError(position_.error);
        failure = code == MPG123_NEW_FORMAT ? "its rate or number of channels changes"
                                            : mpg123_strerror(handle_.get());
      }
    }
    return done;
  }

  bool same_format() {
    long rate = 0;
    int channels = 0, encoding = 0;
    return mpg123_getformat(handle_.get(), &rate, &channels, &encoding) == MPG123_OK &&
           rate == rate_ && channels == channels_;
  }

  BytesPtr bytes_;
  int64_t end_;
  Handle handle_;
  Position position_{};
  int64_t rate_ = 0, channels_ = 0;
  bool restarted_ = false;
  std::vector<float> buffer_;
};

}  // namespace

std::unique_ptr<Decoder> open_mpg123(const BytesPtr& bytes) {
  return std::make_unique<Mpg123Decoder>(bytes);
}

}  // namespace hearth::audio::io

#endif
