// SPDX-License-Identifier: Apache-2.0
// The plugin libhearth_audio_ffmpeg.so: sound in MP4, Matroska, Ogg and whatever else FFmpeg opens.
// Always decoded from the beginning: what FFmpeg seeks to is near a time, and most codecs carry
// state from packet to packet, so no other way gives the bits of the whole.
#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/mathematics.h>
}

#include "io/ffmpeg/plugin.h"
#include "io/probe.h"

namespace hearth::audio::io {
namespace {

// Files only, no playlists, which name other files and addresses.
constexpr const char* kContainers =
    "ogg,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,aac,mp3,flac,wav,w64,aiff,au,caf,avi,flv,mpegts,"
    "mpeg,"
    "asf,ac3,eac3,dts,amr,amrnb,amrwb,ape,tta,wv,tak,mpc,mpc8,dsf,voc,nistsphere,nut,rm,gsm";

std::string message(int code) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(code, text, sizeof text);
  return text;
}

struct Free {
  void operator()(AVCodecContext* c) const { avcodec_free_context(&c); }
  void operator()(AVFrame* f) const { av_frame_free(&f); }
  void operator()(AVPacket* p) const { av_packet_free(&p); }
  void operator()(AVFormatContext* f) const { avformat_close_input(&f); }
  void operator()(AVIOContext* io) const {
    av_freep(&io->buffer);
    avio_context_free(&io);
  }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

/// How one sample becomes what is wanted.
template <typename From, typename To>
To converted(From v) {
  if constexpr (std::is_same_v<From, To>)
    return v;
  else if constexpr (std::is_same_v<From, uint8_t>)
    return static_cast<To>(static_cast<float>(v - 128) * 0x1p-7f);
  else if constexpr (std::is_integral_v<From>)
    return static_cast<To>(static_cast<float>(v) * (sizeof(From) == 2 ? 0x1p-15f : 0x1p-31f));
  else
    return static_cast<To>(v);
}

class FfmpegDecoder final : public ForwardDecoder {
 public:
  FfmpegDecoder(BytesPtr bytes, bool partial) : bytes_(std::move(bytes)), partial_(partial) {
    if (!open()) return;
    const AVCodecParameters& p = *stream_->codecpar;
    info.sample_rate = codec_->sample_rate;
    info.num_channels = channels_of(*codec_);
    check_header(bytes_->name(), info.num_channels, info.sample_rate);
    const AVCodecDescriptor* d = avcodec_descriptor_get(p.codec_id);
    const bool exact =
        d && (d->props & AV_CODEC_PROP_LOSSLESS) && !(d->props & AV_CODEC_PROP_LOSSY);
    info.bits_per_sample = exact ? std::max(p.bits_per_raw_sample, p.bits_per_coded_sample) : 0;
    name_encoding(p.codec_id);
    const std::string container = format_->iformat->name;
    info.format = container.substr(0, container.find(','));
    if (info.format == "mov") info.format = "mp4";
    count_frames();
    switch (codec_->sample_fmt) {
      case AV_SAMPLE_FMT_U8:
      case AV_SAMPLE_FMT_U8P:
        native = kByte;
        break;
      case AV_SAMPLE_FMT_S16:
      case AV_SAMPLE_FMT_S16P:
        native = exact ? kShort : kFloat;
        break;
      case AV_SAMPLE_FMT_S32:
      case AV_SAMPLE_FMT_S32P:
        native = exact ? kInt : kFloat;
        break;
      case AV_SAMPLE_FMT_DBL:
      case AV_SAMPLE_FMT_DBLP:
        native = kDouble;
        break;
      default:
        break;
    }
  }
  bool is_open() const { return codec_ != nullptr; }

 private:
  static int channels_of(const AVCodecContext& c) {
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(59, 24, 100)
    return c.ch_layout.nb_channels;
#else
    return c.channels;
#endif
  }
  static int channels_of(const AVFrame& f) {
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(59, 24, 100)
    return f.ch_layout.nb_channels;
#else
    return f.channels;
#endif
  }

  static int read_bytes(void* self, uint8_t* to, int n) {
    auto& d = *static_cast<FfmpegDecoder*>(self);
    try {
      const int64_t got = d.bytes_->read(d.at_, to, n);
      d.at_ += got;
      return got > 0 ? static_cast<int>(got) : AVERROR_EOF;
    } catch (const Error& e) {  // may not pass through C
      d.error_ = e.what();
      return AVERROR(EIO);
    }
  }

  static int64_t seek_bytes(void* self, int64_t offset, int whence) {
    auto& d = *static_cast<FfmpegDecoder*>(self);
    const int64_t size = d.bytes_->size();
    if (whence & AVSEEK_SIZE) return size;
    whence &= ~AVSEEK_FORCE;
    const int64_t to = offset + (whence == SEEK_SET ? 0 : whence == SEEK_CUR ? d.at_ : size);
    if (to < 0) return AVERROR(EINVAL);
    return d.at_ = to;
  }

  [[noreturn]] void refuse(const std::string& why) {
    if (!error_.empty()) throw FileError(error_);
    throw FormatError(cat_str("[", bytes_->name(), "] cannot be decoded: ", why));
  }

  /// False where FFmpeg finds nothing that it knows.
  bool open() {
    codec_.reset();
    format_.reset();
    io_.reset();
    at_ = 0;
    ended_ = false;
    used_ = 0;
    constexpr int kBuffer = 1 << 16;
    io_.reset(avio_alloc_context(static_cast<unsigned char*>(av_malloc(kBuffer)), kBuffer, 0, this,
                                 read_bytes, nullptr, seek_bytes));
    AVFormatContext* format = avformat_alloc_context();
    if (!io_ || !format) throw OutOfMemory("[audio] no memory for FFmpeg");
    format->pb = io_.get();
    format->flags |= AVFMT_FLAG_CUSTOM_IO;
    format->error_recognition |= AV_EF_CRCCHECK;
    AVDictionary* options = nullptr;
    av_dict_set(&options, "format_whitelist", kContainers, 0);
    av_dict_set(&options, "protocol_whitelist", "", 0);
    const int code = avformat_open_input(&format, bytes_->name().c_str(), nullptr, &options);
    av_dict_free(&options);
    if (!error_.empty()) throw FileError(error_);
    if (code < 0 && is_guess()) return false;
    if (code < 0) refuse(message(code));
    format_.reset(format);
    const int found = avformat_find_stream_info(format, nullptr);
    if (found < 0 && is_guess()) return false;
    if (found < 0) refuse(message(found));
    const AVCodec* decoder = nullptr;
    const int index = av_find_best_stream(format, AVMEDIA_TYPE_AUDIO, -1, -1, &decoder, 0);
    if (index == AVERROR_STREAM_NOT_FOUND) refuse("it holds no sound");
    if (index < 0) refuse("no decoder for its sound: " + message(index));
    for (unsigned i = 0; i < format->nb_streams; ++i)
      if (static_cast<int>(i) != index) format->streams[i]->discard = AVDISCARD_ALL;
    stream_ = format->streams[index];
    codec_.reset(avcodec_alloc_context3(decoder));
    packet_.reset(av_packet_alloc());
    frame_.reset(av_frame_alloc());
    if (!codec_ || !packet_ || !frame_) throw OutOfMemory("[audio] no memory for FFmpeg");
    int set = avcodec_parameters_to_context(codec_.get(), stream_->codecpar);
    codec_->pkt_timebase = stream_->time_base;
    codec_->thread_count = 1;  // one decoder a thread is what programs arrange
    codec_->err_recognition |= AV_EF_CRCCHECK;
    if (set >= 0) set = avcodec_open2(codec_.get(), decoder, nullptr);
    if (set < 0) refuse(message(set));
    return true;
  }

  /// Whether no container was recognized for sure, rather than one that is broken.
  bool is_guess() {
    AVProbeData data{};
    std::string head(
        static_cast<size_t>(std::min<int64_t>(bytes_->size(), 1 << 16)) + AVPROBE_PADDING_SIZE,
        '\0');
    data.buf_size = static_cast<int>(
        bytes_->read(0, head.data(), static_cast<int64_t>(head.size()) - AVPROBE_PADDING_SIZE));
    data.buf = reinterpret_cast<unsigned char*>(head.data());
    data.filename = "";
    int score = AVPROBE_SCORE_RETRY;
    return !av_probe_input_format2(&data, 1, &score);
  }

  void name_encoding(AVCodecID id) {
    switch (id) {
      case AV_CODEC_ID_PCM_U8:
        info.encoding = "PCM_U";
        break;
      case AV_CODEC_ID_PCM_F32LE:
      case AV_CODEC_ID_PCM_F32BE:
      case AV_CODEC_ID_PCM_F64LE:
      case AV_CODEC_ID_PCM_F64BE:
        info.encoding = "PCM_F";
        break;
      case AV_CODEC_ID_PCM_MULAW:
        info.encoding = "ULAW";
        break;
      case AV_CODEC_ID_PCM_ALAW:
        info.encoding = "ALAW";
        break;
      default:
        info.encoding = avcodec_get_name(id);
        if (info.encoding.starts_with("pcm_s")) info.encoding = "PCM_S";
        for (char& c : info.encoding)
          c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
  }

  /// Only some containers count samples; others know a time to the millisecond.
  void count_frames() {
    const AVRational rate{1, codec_->sample_rate};
    const bool counts =
        info.format == "ogg" || (info.format == "mp4" && !is_fragmented_mp4(*bytes_));
    const int64_t duration = stream_->duration;
    if (counts && duration != AV_NOPTS_VALUE && duration >= 0) {
      int64_t frames = av_rescale_q(duration, stream_->time_base, rate);
      if (info.format == "ogg") frames -= stream_->codecpar->initial_padding;
      info.num_frames = std::max<int64_t>(0, frames);
      info.duration = static_cast<double>(info.num_frames) / codec_->sample_rate;
    } else if (format_->duration != AV_NOPTS_VALUE && format_->duration >= 0) {
      info.duration = static_cast<double>(format_->duration) / AV_TIME_BASE;
    }
  }

  void restart() override {
    if (!open()) refuse("it changed while it was read");
  }

  /// Fills frame_; false at the end or at what stops the decoding, which `failure` says.
  bool next_frame() {
    for (;;) {
      used_ = 0;
      int code = avcodec_receive_frame(codec_.get(), frame_.get());
      if (code == 0) {
        if (frame_->sample_rate == info.sample_rate && channels_of(*frame_) == info.num_channels &&
            frame_->format == codec_->sample_fmt)
          return true;
        return fail("its rate, number of channels or type of samples changes");
      }
      if (code == AVERROR_EOF) return false;
      if (code != AVERROR(EAGAIN)) return fail(message(code));
      if (ended_) return false;
      do {
        av_packet_unref(packet_.get());
        code = av_read_frame(format_.get(), packet_.get());
      } while (code == 0 && packet_->stream_index != stream_->index);
      if (!error_.empty()) throw FileError(error_);
      if (code == AVERROR_EOF) {
        ended_ = true;
        avcodec_send_packet(codec_.get(), nullptr);
        continue;
      }
      if (code < 0) return fail(message(code));
      if ((packet_->flags & AV_PKT_FLAG_CORRUPT) && !partial_) return fail("a packet is damaged");
      code = avcodec_send_packet(codec_.get(), packet_.get());
      if (code < 0 && code != AVERROR(EAGAIN)) return fail(message(code));
    }
  }

  bool fail(std::string why) {
    failure = std::move(why);
    ended_ = true;
    return false;
  }

  int64_t decode(const Target& to, int64_t frames) override {
    int64_t done = 0;
    while (done < frames && failure.empty()) {
      if (used_ >= frame_->nb_samples && !next_frame()) break;
      const int64_t n = std::min<int64_t>(frames - done, frame_->nb_samples - used_);
      copy(to.from(done), n);
      used_ += n;
      done += n;
    }
    return done;
  }

  void copy(const Target& to, int64_t n) {
    switch (codec_->sample_fmt) {
      case AV_SAMPLE_FMT_U8:
      case AV_SAMPLE_FMT_U8P:
        return copy_as<uint8_t>(to, n);
      case AV_SAMPLE_FMT_S16:
      case AV_SAMPLE_FMT_S16P:
        return copy_as<int16_t>(to, n);
      case AV_SAMPLE_FMT_S32:
      case AV_SAMPLE_FMT_S32P:
        return copy_as<int32_t>(to, n);
      case AV_SAMPLE_FMT_FLT:
      case AV_SAMPLE_FMT_FLTP:
        return copy_as<float>(to, n);
      case AV_SAMPLE_FMT_DBL:
      case AV_SAMPLE_FMT_DBLP:
        return copy_as<double>(to, n);
      default:
        fail("its samples are of a type that is not known");
    }
  }

  template <typename From>
  void copy_as(const Target& to, int64_t n) {
    if (to.dtype == kFloat)
      copy_to<From, float>(to, n);
    else
      copy_to<From, From>(to, n);
  }

  template <typename From, typename To>
  void copy_to(const Target& to, int64_t n) {
    const bool planar = av_sample_fmt_is_planar(codec_->sample_fmt);
    const int64_t step = planar ? 1 : info.num_channels;
    for (int64_t c = 0; c < info.num_channels; ++c) {
      const From* from =
          planar ? reinterpret_cast<const From*>(frame_->extended_data[c]) + used_
                 : reinterpret_cast<const From*>(frame_->extended_data[0]) + used_ * step + c;
      To* out = static_cast<To*>(to.data) + c * to.channel_stride;
      if (step == 1 && to.frame_stride == 1)
        std::transform(from, from + n, out, converted<From, To>);
      else
        for (int64_t t = 0; t < n; ++t)
          out[t * to.frame_stride] = converted<From, To>(from[t * step]);
    }
  }

  BytesPtr bytes_;
  bool partial_;
  int64_t at_ = 0;
  std::string error_;
  Owned<AVIOContext> io_;
  Owned<AVFormatContext> format_;
  Owned<AVCodecContext> codec_;
  Owned<AVPacket> packet_;
  Owned<AVFrame> frame_;
  AVStream* stream_ = nullptr;
  int64_t used_ = 0;  ///< samples of frame_ that were given away
  bool ended_ = false;
};

}  // namespace
}  // namespace hearth::audio::io

extern "C" __attribute__((visibility("default"))) hearth::audio::io::Decoder*
hearth_audio_open_ffmpeg_1(const hearth::audio::io::BytesPtr& bytes, bool partial) {
  // What is wrong is thrown; a level that the program chose itself stays.
  if (av_log_get_level() == AV_LOG_INFO) av_log_set_level(AV_LOG_QUIET);
  auto decoder = std::make_unique<hearth::audio::io::FfmpegDecoder>(bytes, partial);
  return decoder->is_open() ? decoder.release() : nullptr;
}
