// SPDX-License-Identifier: Apache-2.0
// FLAC, AIFF, AU, CAF, W64 and whatever else libsndfile opens.
#include <memory>

#include "io/decoder.h"

#ifndef HEARTH_WITH_SNDFILE

namespace hearth::audio::io {
std::unique_ptr<Decoder> open_sndfile(const BytesPtr&, bool) { return nullptr; }
}  // namespace hearth::audio::io

#else

#include <algorithm>
#include <cstring>
#include <regex>
#include <vector>

#include "io/sndfile.h"

namespace hearth::audio::io {
namespace {

struct Kind {
  int bits;  ///< that libsndfile's name says
  ScalarType native;
  const char* encoding;
  bool exact_seek;  ///< libsndfile's seeking gives the bits of a decoding from the start
};

Kind kind_of(int format) {
  const bool flac = (format & SF_FORMAT_TYPEMASK) == SF_FORMAT_FLAC;
  const auto pcm = [&](int bits, ScalarType native) {
    return Kind{bits, native, flac ? "FLAC" : "PCM_S", true};
  };
  switch (format & SF_FORMAT_SUBMASK) {
    case SF_FORMAT_PCM_S8:
      return pcm(8, kChar);
    case SF_FORMAT_PCM_16:
      return pcm(16, kShort);
    case SF_FORMAT_PCM_24:
      return pcm(24, kInt);
    case SF_FORMAT_PCM_32:
      return pcm(32, kInt);
    case SF_FORMAT_PCM_U8:
      return {8, kByte, "PCM_U", true};
    case SF_FORMAT_FLOAT:
      return {32, kFloat, "PCM_F", true};
    case SF_FORMAT_DOUBLE:
      return {64, kDouble, "PCM_F", true};
    case SF_FORMAT_ULAW:
      return {8, kFloat, "ULAW", true};
    case SF_FORMAT_ALAW:
      return {8, kFloat, "ALAW", true};
    case SF_FORMAT_ALAC_16:
      return {16, kShort, "ALAC", false};
    case SF_FORMAT_ALAC_20:
      return {20, kInt, "ALAC", false};
    case SF_FORMAT_ALAC_24:
      return {24, kInt, "ALAC", false};
    case SF_FORMAT_ALAC_32:
      return {32, kInt, "ALAC", false};
    case SF_FORMAT_VORBIS:
      return {0, kFloat, "VORBIS", false};
    case SF_FORMAT_OPUS:
      return {0, kFloat, "OPUS", false};
    case SF_FORMAT_MPEG_LAYER_I:
    case SF_FORMAT_MPEG_LAYER_II:
    case SF_FORMAT_MPEG_LAYER_III:
      return {0, kFloat, "MP3", false};
    case SF_FORMAT_GSM610:
      return {0, kFloat, "GSM", false};
    case SF_FORMAT_IMA_ADPCM:
    case SF_FORMAT_MS_ADPCM:
    case SF_FORMAT_VOX_ADPCM:
      return {4, kFloat, "ADPCM", false};
    default:
      return {0, kFloat, "UNKNOWN", false};
  }
}

const char* container_of(int format) {
  switch (format & SF_FORMAT_TYPEMASK) {
    case SF_FORMAT_WAV:
    case SF_FORMAT_WAVEX:
    case SF_FORMAT_RF64:
      return "wav";
    case SF_FORMAT_AIFF:
      return "aiff";
    case SF_FORMAT_AU:
      return "au";
    case SF_FORMAT_CAF:
      return "caf";
    case SF_FORMAT_FLAC:
      return "flac";
    case SF_FORMAT_NIST:
      return "nist";
    case SF_FORMAT_OGG:
      return "ogg";
    case SF_FORMAT_MPEG:
      return "mp3";
    case SF_FORMAT_W64:
      return "w64";
    case SF_FORMAT_VOC:
      return "voc";
    default:
      return "unknown";
  }
}

class SndfileDecoder final : public ForwardDecoder {
 public:
  SndfileDecoder(BytesPtr bytes, bool partial) : bytes_(std::move(bytes)) {
    open();
    if (!file_) return;
    const Kind kind = kind_of(in_.format);
    native = kind.native;
    exact_seek_ = kind.exact_seek;
    check_header(bytes_->name(), in_.channels, in_.samplerate);
    info.sample_rate = in_.samplerate;
    info.num_channels = in_.channels;
    info.bits_per_sample = kind.bits;
    info.encoding = kind.encoding;
    info.format = container_of(in_.format);
    if (in_.frames >= 0 && in_.frames < SF_COUNT_MAX) {
      info.num_frames = in_.frames;
      info.duration = static_cast<double>(in_.frames) / in_.samplerate;
    }
    if (!partial) check_length();
  }
  bool is_open() const { return file_ != nullptr; }

 private:
  /// libsndfile takes what is there of a file that was cut short, and notes it in its log only:
  /// "SSND : 3528008 (should be 1763981)".
  void check_length() {
    char log[1 << 13];
    const int length = sf_command(file_.get(), SFC_GET_LOG_INFO, log, sizeof log);
    static const auto& pattern = *new std::regex(": ([0-9]{1,18}) \\(should be ([0-9]{1,18})\\)");
    const std::string text(log, static_cast<size_t>(std::clamp<int>(length, 0, sizeof log - 1)));
    for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) {
      const long long promised = std::stoll((*it)[1]), there = std::stoll((*it)[2]);
      // Writers to pipes never learn the size; they leave the largest.
      HEARTH_CHECK_AS(FormatError, promised <= there || promised >= 0x7fffffff, "[", bytes_->name(),
                      "] the header promises ", promised, " bytes, there are ", there,
                      "; it is cut short (the option 'partial' takes what is there)");
    }
  }

  static SF_VIRTUAL_IO functions() {
    SF_VIRTUAL_IO f;
    f.get_filelen = [](void* self) -> sf_count_t {
      return static_cast<SndfileDecoder*>(self)->bytes_->size();
    };
    f.seek = [](sf_count_t offset, int whence, void* self) -> sf_count_t {
      auto& d = *static_cast<SndfileDecoder*>(self);
      const int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? d.at_ : d.bytes_->size();
      return d.at_ = std::clamp<int64_t>(from + offset, 0, d.bytes_->size());
    };
    f.read = [](void* to, sf_count_t n, void* self) -> sf_count_t {
      auto& d = *static_cast<SndfileDecoder*>(self);
      try {
        const int64_t got = d.bytes_->read(d.at_, to, n);
        d.at_ += got;
        return got;
      } catch (const Error& e) {  // may not pass through C
        d.error_ = e.what();
        return 0;
      }
    };
    f.write = [](const void*, sf_count_t, void*) -> sf_count_t { return 0; };
    f.tell = [](void* self) -> sf_count_t { return static_cast<SndfileDecoder*>(self)->at_; };
    return f;
  }

  void open() {
    file_.reset();
    at_ = 0;
    in_ = {};
    SF_VIRTUAL_IO f = functions();
    file_.reset(sf_open_virtual(&f, SFM_READ, &in_, this));
    // Opus is decoded at the rate of its own, not at that which the encoder once got.
    int rate = 48000;
    if (file_ && (in_.format & SF_FORMAT_SUBMASK) == SF_FORMAT_OPUS && in_.samplerate != rate) {
      sf_command(file_.get(), SFC_SET_ORIGINAL_SAMPLERATE, &rate, sizeof rate);
      sf_command(file_.get(), SFC_GET_CURRENT_SF_INFO, &in_, sizeof in_);
    }
    if (!error_.empty()) throw FileError(error_);
  }

  bool can_jump() const override { return exact_seek_ && info.num_frames >= 0; }
  bool jump(int64_t frame) override { return sf_seek(file_.get(), frame, SEEK_SET) == frame; }

  void restart() override {
    open();
    HEARTH_CHECK_AS(FormatError, file_, "[", bytes_->name(),
                    "] cannot be read again: ", sf_strerror(nullptr));
  }

  int64_t decode(const Target& to, int64_t frames) override {
    int64_t done = 0;
    const int64_t channels = info.num_channels;
    const int64_t block = std::max<int64_t>(1, (1 << 14) / channels);
    while (done < frames && failure.empty()) {
      const int64_t n = std::min(frames - done, block);
      const int64_t got = read_block(to.from(done), n, channels);
      done += got;
      if (!error_.empty()) throw FileError(error_);
      if (got == n) continue;
      if (sf_error(file_.get()) != SF_ERR_NO_ERROR) failure = sf_strerror(file_.get());
      // libFLAC gives up at damage without a word; where the length is unknown, only this tells.
      else if (info.num_frames < 0 && at_ < bytes_->size())
        failure = cat_str("decoding ended ", bytes_->size() - at_, " bytes before the end");
      break;
    }
    return done;
  }

  int64_t read_block(const Target& to, int64_t n, int64_t channels) {
    const auto via = [&](auto sample, auto* read, const auto& convert) {
      using T = decltype(sample);
      using Out = decltype(convert(sample));
      buffer_.resize(static_cast<size_t>(n * channels) * sizeof(T));
      T* in = reinterpret_cast<T*>(buffer_.data());
      const int64_t got = std::max<sf_count_t>(0, read(file_.get(), in, n));
      Out* out = reinterpret_cast<Out*>(in);  // no wider than what it replaces
      if constexpr (!std::is_same_v<T, Out>)
        for (int64_t i = 0; i < got * channels; ++i) {
          const Out v = convert(in[i]);
          std::memcpy(out + i, &v, sizeof v);
        }
      scatter(out, got, channels, to);
      return got;
    };
    const auto same = [](auto v) { return v; };
    if (to.dtype == kFloat) {
      if (to.channel_stride == 1 && to.frame_stride == channels)
        return std::max<sf_count_t>(0,
                                    sf_readf_float(file_.get(), static_cast<float*>(to.data), n));
      return via(float{}, sf_readf_float, same);
    }
    switch (to.dtype) {
      case kByte:
        return via(short{}, sf_readf_short,
                   [](short v) { return static_cast<uint8_t>((v >> 8) + 128); });
      case kChar:
        return via(short{}, sf_readf_short, [](short v) { return static_cast<int8_t>(v >> 8); });
      case kShort:
        return via(short{}, sf_readf_short, same);
      case kDouble:
        return via(double{}, sf_readf_double, same);
      default:
        return via(int{}, sf_readf_int, same);
    }
  }

  BytesPtr bytes_;
  std::unique_ptr<SNDFILE, CloseSndfile> file_;
  SF_INFO in_{};
  int64_t at_ = 0;
  bool exact_seek_ = false;
  std::string error_;
  std::vector<char> buffer_;
};

}  // namespace

std::unique_ptr<Decoder> open_sndfile(const BytesPtr& bytes, bool partial) {
  auto decoder = std::make_unique<SndfileDecoder>(bytes, partial);
  if (!decoder->is_open()) return nullptr;
  return decoder;
}

}  // namespace hearth::audio::io

#endif
