// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/io/writer.h"

#include <cstring>
#include <vector>

#include "hearth/base/atomic_file.h"
#include "hearth/ops/creation.h"

#include "io/encoder.h"

namespace hearth::audio {
namespace {

class FileSink final : public io::Sink {
 public:
  FileSink(const std::string& path, Durability durability) : file_(path, durability) {}
  void append(const void* data, size_t bytes) override { file_.write(data, bytes); }
  void replace(uint64_t offset, const void* data, size_t bytes) override {
    file_.write_at(offset, data, bytes);
  }
  bool can_replace() const override { return file_.can_write_at(); }
  void commit() { file_.commit(); }

 private:
  AtomicFile file_;
};

class MemorySink final : public io::Sink {
 public:
  void append(const void* data, size_t bytes) override {
    content.append(static_cast<const char*>(data), bytes);
  }
  void replace(uint64_t offset, const void* data, size_t bytes) override {
    content.replace(offset, bytes, static_cast<const char*>(data), bytes);
  }
  bool can_replace() const override { return true; }
  std::string content;
};

/// Brings samples into the form of the file, a part at a time.
class Stream {
 public:
  Stream(io::Sink& sink, const io::FileKind& kind, std::string name)
      : kind_(kind),
        name_(std::move(name)),
        encoder_(kind.format == "wav" ? io::make_wav_encoder(sink, kind)
                                      : io::make_sndfile_encoder(sink, kind, name_)) {}

  void write(const io::Samples& from, int64_t frames) {
    const int64_t channels = kind_.channels;
    const int64_t block = std::max<int64_t>(1, (1 << 14) / channels);
    const size_t width = kind_.form() == io::Form::Double ? 8 : 4;
    for (int64_t done = 0; done < frames;) {
      const int64_t n = std::min(block, frames - done);
      buffer_.resize(static_cast<size_t>(n * channels) * width);
      const auto result =
          io::gather(from.from(done), n, channels, kind_.form(), kind_.bits(), buffer_.data());
      HEARTH_CHECK_AS(ValueError, result.nan_at < 0, "[", name_, "] the waveform is NaN at frame ",
                      written_ + result.nan_at / channels, " of channel ", result.nan_at % channels,
                      ", which the file's integers cannot be; WAV with the encoding PCM_F can");
      clipped_ += result.clipped;
      encoder_->write(buffer_.data(), n);
      done += n;
      written_ += n;
    }
  }
  void finish() { encoder_->finish(written_); }
  int64_t written() const { return written_; }
  int64_t clipped() const { return clipped_; }
  int64_t channels() const { return kind_.channels; }

 private:
  io::FileKind kind_;
  std::string name_;
  std::unique_ptr<io::Encoder> encoder_;
  std::vector<char> buffer_;
  int64_t written_ = 0, clipped_ = 0;
};

/// A waveform of one or two dims and where its samples are; `kept` holds what they lie in.
struct Waveform {
  Waveform(const std::string& name, const Tensor& waveform, bool channels_first) {
    HEARTH_CHECK_AS(
        ValueError, waveform.defined() && waveform.is_cpu(), "[", name,
        "] expected a waveform on the CPU, got an undefined tensor or another device's");
    HEARTH_CHECK_AS(ShapeError, waveform.dim() == 1 || waveform.dim() == 2, "[", name,
                    "] expected a waveform ",
                    channels_first ? "[channels, frames]" : "[frames, channels]",
                    " or [frames], got shape ", waveform.sizes());
    kept = waveform.detach();
    const int64_t time = waveform.dim() == 1 || !channels_first ? 0 : 1;
    frames = kept.size(time);
    channels = kept.dim() == 1 ? 1 : kept.size(1 - time);
    samples = {kept.const_data_ptr(), kept.scalar_type(),
               kept.dim() == 1 ? 1 : kept.stride(1 - time), kept.stride(time)};
  }
  Tensor kept;
  io::Samples samples{};
  int64_t frames = 0, channels = 0;
};

/// Throws DtypeError before any file is begun.
void check_dtype(const std::string& name, ScalarType dtype) {
  HEARTH_CHECK_AS(DtypeError,
                  is_floating_point(dtype) || dtype == kByte || dtype == kChar || dtype == kShort ||
                      dtype == kInt,
                  "[", name,
                  "] expected a waveform of uint8, int8, int16, int32 or floating point, ", "got ",
                  dtype);
}

void save_to(io::Sink& sink, const std::string& name, const Waveform& waveform,
             const io::FileKind& kind) {
  Stream stream(sink, kind, name);
  stream.write(waveform.samples, waveform.frames);
  stream.finish();
}

io::FileKind kind_for(const std::string& name, const Waveform& waveform, int64_t sample_rate,
                      const SaveOptions& options) {
  check_dtype(name, waveform.samples.dtype);
  io::FileKind kind =
      io::decide(name, options, waveform.samples.dtype, sample_rate, waveform.channels);
  kind.frames = waveform.frames;
  return kind;
}

}  // namespace

struct Writer::Impl {
  Impl(const std::string& p, const io::FileKind& kind, const SaveOptions& options)
      : path(p),
        channels_first(options.channels_first),
        sink(std::make_unique<FileSink>(p, options.durability)),
        stream(std::make_unique<Stream>(*sink, kind, p)) {}

  template <typename F>
  void write(const F& f) {
    HEARTH_CHECK_AS(FileError, stream && sink, "[", path,
                    "] is closed, or an error ended it; begin another writer");
    try {
      f();
    } catch (...) {
      stream.reset();
      sink.reset();
      throw;
    }
  }

  std::string path;
  bool channels_first;
  std::unique_ptr<FileSink> sink;
  std::unique_ptr<Stream> stream;
};

Writer::Writer(const std::string& path, int64_t sample_rate, int64_t num_channels,
               const SaveOptions& options)
    : impl_(std::make_unique<Impl>(
          path, io::decide(path, options, kFloat, sample_rate, num_channels), options)) {}
Writer::Writer(Writer&&) noexcept = default;
Writer& Writer::operator=(Writer&&) noexcept = default;
Writer::~Writer() = default;

void Writer::write(const Tensor& block) {
  const Waveform waveform(impl_->path, block, impl_->channels_first);
  check_dtype(impl_->path, waveform.samples.dtype);
  HEARTH_CHECK_AS(ShapeError, !impl_->stream || waveform.channels == impl_->stream->channels(), "[",
                  impl_->path, "] expected blocks of ", impl_->stream->channels(),
                  " channels, got shape ", block.sizes());
  impl_->write([&] { impl_->stream->write(waveform.samples, waveform.frames); });
}

void Writer::write(const float* from, int64_t frames) {
  impl_->write([&] { impl_->stream->write({from, kFloat, 1, impl_->stream->channels()}, frames); });
}

int64_t Writer::position() const { return impl_->stream ? impl_->stream->written() : 0; }
int64_t Writer::clipped() const { return impl_->stream ? impl_->stream->clipped() : 0; }

void Writer::close() {
  impl_->write([&] {
    impl_->stream->finish();
    impl_->sink->commit();
  });
  impl_->sink.reset();
}

void save(const std::string& path, const Tensor& waveform, int64_t sample_rate,
          const SaveOptions& options) {
  const Waveform given(path, waveform, options.channels_first);
  const io::FileKind kind = kind_for(path, given, sample_rate, options);
  FileSink sink(path, options.durability);
  save_to(sink, path, given, kind);
  sink.commit();
}

Tensor encode(const Tensor& waveform, int64_t sample_rate, const SaveOptions& options) {
  const std::string name = "buffer";
  const Waveform given(name, waveform, options.channels_first);
  MemorySink sink;
  save_to(sink, name, given, kind_for(name, given, sample_rate, options));
  Tensor bytes = empty({static_cast<int64_t>(sink.content.size())}, kByte);
  std::memcpy(bytes.data_ptr(), sink.content.data(), sink.content.size());
  return bytes;
}

}  // namespace hearth::audio
