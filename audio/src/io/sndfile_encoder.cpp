// SPDX-License-Identifier: Apache-2.0
#include "io/encoder.h"

#ifndef HEARTH_WITH_SNDFILE

namespace hearth::audio::io {
std::unique_ptr<Encoder> make_sndfile_encoder(Sink&, const FileKind& kind,
                                              const std::string& name) {
  throw NotImplementedError(cat_str("[", name, "] ", kind.format,
                                    " files need libsndfile, which this build is without (Debian: ",
                                    "libsndfile1-dev); WAV does not"));
}
}  // namespace hearth::audio::io

#else

#include <algorithm>

#include "io/sndfile.h"

namespace hearth::audio::io {
namespace {

int subtype_of(Pcm pcm) {
  switch (pcm) {
    case Pcm::U8:
      return SF_FORMAT_PCM_U8;
    case Pcm::S8:
      return SF_FORMAT_PCM_S8;
    case Pcm::S16:
      return SF_FORMAT_PCM_16;
    case Pcm::S24:
      return SF_FORMAT_PCM_24;
    case Pcm::S32:
      return SF_FORMAT_PCM_32;
    case Pcm::F32:
      return SF_FORMAT_FLOAT;
    case Pcm::F64:
      return SF_FORMAT_DOUBLE;
    case Pcm::MuLaw:
      return SF_FORMAT_ULAW;
    default:
      return SF_FORMAT_ALAW;
  }
}

int format_of(const FileKind& kind) {
  if (kind.format == "ogg") return SF_FORMAT_OGG | SF_FORMAT_VORBIS;
  if (kind.format == "opus") return SF_FORMAT_OGG | SF_FORMAT_OPUS;
  if (kind.format == "mp3") return SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III;
  const int major = kind.format == "flac"   ? SF_FORMAT_FLAC
                    : kind.format == "aiff" ? SF_FORMAT_AIFF
                    : kind.format == "au"   ? SF_FORMAT_AU
                    : kind.format == "caf"  ? SF_FORMAT_CAF
                                            : SF_FORMAT_W64;
  return major | subtype_of(*kind.pcm);
}

class SndfileEncoder final : public Encoder {
 public:
  SndfileEncoder(Sink& sink, const FileKind& kind, const std::string& name)
      : sink_(sink), kind_(kind), name_(name) {
    SF_INFO in{};
    in.samplerate = static_cast<int>(kind.sample_rate);
    in.channels = static_cast<int>(kind.channels);
    in.format = format_of(kind);
    const auto check = [&](bool fine) {
      HEARTH_CHECK_AS(ValueError, fine, "[", name, "] libsndfile does not write ", kind.format,
                      " of ", kind.channels, " channels at ", kind.sample_rate, " Hz with ",
                      kind.pcm ? encoding_name(*kind.pcm) : "this codec", "; WAV takes any");
    };
    check(sf_format_check(&in));
    SF_VIRTUAL_IO f;
    f.get_filelen = [](void* self) -> sf_count_t { return it(self).size_; };
    f.seek = [](sf_count_t offset, int whence, void* self) -> sf_count_t {
      auto& e = it(self);
      const int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? e.at_ : e.size_;
      return e.at_ = std::clamp<int64_t>(from + offset, 0, e.size_);
    };
    f.read = [](void*, sf_count_t, void*) -> sf_count_t { return 0; };
    f.write = [](const void* data, sf_count_t n, void* self) -> sf_count_t {
      return it(self).put(static_cast<const char*>(data), n);
    };
    f.tell = [](void* self) -> sf_count_t { return it(self).at_; };
    file_.reset(sf_open_virtual(&f, SFM_WRITE, &in, this));
    if (!error_.empty()) throw FileError(error_);
    check(file_ != nullptr);
    if (kind.compression) {
      double level = *kind.compression;
      sf_command(file_.get(), SFC_SET_COMPRESSION_LEVEL, &level, sizeof level);
    }
  }

  void write(const void* from, int64_t frames) override {
    sf_count_t n = 0;
    switch (kind_.form()) {
      case Form::Integer:
        n = sf_writef_int(file_.get(), static_cast<const int*>(from), frames);
        break;
      case Form::Float:
        n = sf_writef_float(file_.get(), static_cast<const float*>(from), frames);
        break;
      case Form::Double:
        n = sf_writef_double(file_.get(), static_cast<const double*>(from), frames);
        break;
    }
    if (!error_.empty()) throw FileError(error_);
    HEARTH_CHECK_AS(FileError, n == frames, "[", name_,
                    "] cannot be written: ", sf_strerror(file_.get()));
  }

  void finish(int64_t) override {
    const int code = sf_close(file_.release());
    if (!error_.empty()) throw FileError(error_);
    HEARTH_CHECK_AS(FileError, code == 0, "[", name_,
                    "] cannot be finished: ", sf_error_number(code));
  }

 private:
  static SndfileEncoder& it(void* self) { return *static_cast<SndfileEncoder*>(self); }

  sf_count_t put(const char* data, sf_count_t n) {
    try {  // what is thrown may not pass through C
      const auto old = static_cast<size_t>(std::min<int64_t>(n, size_ - at_));
      if (old > 0) sink_.replace(static_cast<uint64_t>(at_), data, old);
      const auto more = static_cast<size_t>(n) - old;
      if (more > 0) sink_.append(data + old, more);
      at_ += n;
      size_ = std::max(size_, at_);
      return n;
    } catch (const Error& e) {
      error_ = e.what();
      return 0;
    }
  }

  Sink& sink_;
  FileKind kind_;
  std::string name_, error_;
  int64_t at_ = 0, size_ = 0;
  std::unique_ptr<SNDFILE, CloseSndfile> file_;  // which writes when it goes, so it goes first
};

}  // namespace

std::unique_ptr<Encoder> make_sndfile_encoder(Sink& sink, const FileKind& kind,
                                              const std::string& name) {
  return std::make_unique<SndfileEncoder>(sink, kind, name);
}

}  // namespace hearth::audio::io

#endif
