// SPDX-License-Identifier: Apache-2.0
#include "io/pcm.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

#include "hearth/base/half.h"

namespace hearth::audio::io {
namespace {

static_assert(std::endian::native == std::endian::little);

template <typename T, bool kBig>
T load(const uint8_t* p) {
  uint8_t bytes[sizeof(T)];
  for (size_t i = 0; i < sizeof(T); ++i) bytes[i] = p[kBig ? sizeof(T) - 1 - i : i];
  return std::bit_cast<T>(bytes);
}

// G.711: sign, three bits of exponent, four of mantissa.
float mu_law(uint8_t code) {
  const int u = ~code & 0xff, t = (((u & 15) << 3) + 132) << ((u & 0x70) >> 4);
  return static_cast<float>((u & 0x80) ? 132 - t : t - 132) / 32768;
}

float a_law(uint8_t code) {
  const int a = code ^ 0x55, segment = (a & 0x70) >> 4, mantissa = (a & 15) << 4;
  const int t = segment == 0 ? mantissa + 8 : (mantissa + 264) << (segment - 1);
  return static_cast<float>((a & 0x80) ? t : -t) / 32768;
}

template <float (*kDecode)(uint8_t)>
const float* table() {
  static const auto values = [] {
    std::array<float, 256> all{};
    for (int i = 0; i < 256; ++i) all[static_cast<size_t>(i)] = kDecode(static_cast<uint8_t>(i));
    return all;
  }();
  return values.data();
}

/// Of each encoding: the bytes of a sample, its own value, and that as float.
template <Pcm kPcm, bool kBig>
struct Sample;
template <bool kBig>
struct Sample<Pcm::U8, kBig> {
  static constexpr int kWidth = 1;
  static uint8_t own(const uint8_t* p) { return *p; }
  static float real(uint8_t v) { return static_cast<float>(v - 128) * 0x1p-7f; }
};
template <bool kBig>
struct Sample<Pcm::S8, kBig> {
  static constexpr int kWidth = 1;
  static int8_t own(const uint8_t* p) { return static_cast<int8_t>(*p); }
  static float real(int8_t v) { return static_cast<float>(v) * 0x1p-7f; }
};
template <bool kBig>
struct Sample<Pcm::S16, kBig> {
  static constexpr int kWidth = 2;
  static int16_t own(const uint8_t* p) { return load<int16_t, kBig>(p); }
  static float real(int16_t v) { return static_cast<float>(v) * 0x1p-15f; }
};
template <bool kBig>
struct Sample<Pcm::S32, kBig> {
  static constexpr int kWidth = 4;
  static int32_t own(const uint8_t* p) { return load<int32_t, kBig>(p); }
  static float real(int32_t v) { return static_cast<float>(v) * 0x1p-31f; }
};
template <bool kBig>
struct Sample<Pcm::S24, kBig> {
  static constexpr int kWidth = 3;
  static int32_t own(const uint8_t* p) {
    return static_cast<int32_t>(uint32_t{p[kBig ? 2 : 0]} << 8 | uint32_t{p[1]} << 16 |
                                uint32_t{p[kBig ? 0 : 2]} << 24);
  }
  static float real(int32_t v) { return static_cast<float>(v) * 0x1p-31f; }
};
template <bool kBig>
struct Sample<Pcm::F32, kBig> {
  static constexpr int kWidth = 4;
  static float own(const uint8_t* p) { return load<float, kBig>(p); }
  static float real(float v) { return v; }
};
template <bool kBig>
struct Sample<Pcm::F64, kBig> {
  static constexpr int kWidth = 8;
  static double own(const uint8_t* p) { return load<double, kBig>(p); }
  static float real(double v) { return static_cast<float>(v); }
};
template <bool kBig>
struct Sample<Pcm::MuLaw, kBig> {
  static constexpr int kWidth = 1;
  static float own(const uint8_t* p) { return table<mu_law>()[*p]; }
  static float real(float v) { return v; }
};
template <bool kBig>
struct Sample<Pcm::ALaw, kBig> {
  static constexpr int kWidth = 1;
  static float own(const uint8_t* p) { return table<a_law>()[*p]; }
  static float real(float v) { return v; }
};

/// Numbers that are known while compiling make loops that become vectors.
template <int64_t kValue>
using Known = std::integral_constant<int64_t, kValue>;

template <typename S, typename To, typename Channels, typename Step>
void unpack_line(const uint8_t* from, int64_t frames, Channels channels, Step step, To* to) {
  for (int64_t t = 0; t < frames; ++t) {
    const auto own = S::own(from + t * channels * S::kWidth);
    if constexpr (std::is_same_v<To, float>)
      to[t * step] = S::real(own);
    else
      to[t * step] = static_cast<To>(own);
  }
}

template <typename S, typename To>
void unpack_as(const uint8_t* from, int64_t frames, int64_t channels, const Target& target) {
  To* to = static_cast<To*>(target.data);
  if (target.channel_stride == 1 && target.frame_stride == channels) {
    unpack_line<S>(from, frames * channels, Known<1>(), Known<1>(), to);
    return;
  }
  for (int64_t c = 0; c < channels; ++c, from += S::kWidth, to += target.channel_stride) {
    if (target.frame_stride != 1)
      unpack_line<S>(from, frames, channels, target.frame_stride, to);
    else if (channels == 1)
      unpack_line<S>(from, frames, Known<1>(), Known<1>(), to);
    else if (channels == 2)
      unpack_line<S>(from, frames, Known<2>(), Known<1>(), to);
    else
      unpack_line<S>(from, frames, channels, Known<1>(), to);
  }
}

template <Pcm kPcm, bool kBig>
void unpack_one(const uint8_t* from, int64_t frames, int64_t channels, const Target& to) {
  using S = Sample<kPcm, kBig>;
  using Own = decltype(S::own(from));
  if (to.dtype == kFloat)
    unpack_as<S, float>(from, frames, channels, to);
  else
    unpack_as<S, Own>(from, frames, channels, to);
}

template <bool kBig>
void unpack_any(const uint8_t* from, Pcm pcm, int64_t frames, int64_t channels, const Target& to) {
  switch (pcm) {
    case Pcm::U8:
      return unpack_one<Pcm::U8, kBig>(from, frames, channels, to);
    case Pcm::S8:
      return unpack_one<Pcm::S8, kBig>(from, frames, channels, to);
    case Pcm::S16:
      return unpack_one<Pcm::S16, kBig>(from, frames, channels, to);
    case Pcm::S24:
      return unpack_one<Pcm::S24, kBig>(from, frames, channels, to);
    case Pcm::S32:
      return unpack_one<Pcm::S32, kBig>(from, frames, channels, to);
    case Pcm::F32:
      return unpack_one<Pcm::F32, kBig>(from, frames, channels, to);
    case Pcm::F64:
      return unpack_one<Pcm::F64, kBig>(from, frames, channels, to);
    case Pcm::MuLaw:
      return unpack_one<Pcm::MuLaw, kBig>(from, frames, channels, to);
    case Pcm::ALaw:
      return unpack_one<Pcm::ALaw, kBig>(from, frames, channels, to);
  }
}

/// A sample as a share of full scale; half precision goes through float.
template <typename T>
double share(T v) {
  if constexpr (std::is_same_v<T, uint8_t>)
    return (static_cast<double>(v) - 128) * 0x1p-7;
  else if constexpr (std::is_integral_v<T>)
    return static_cast<double>(v) / (static_cast<double>(std::numeric_limits<T>::max()) + 1);
  else
    return static_cast<double>(
        static_cast<std::conditional_t<std::is_same_v<T, double>, double, float>>(v));
}

template <typename T>
Packed gather_from(const Samples& from, int64_t frames, int64_t channels, Form form, int bits,
                   void* to) {
  const T* in = static_cast<const T*>(from.data);
  const auto each = [&](auto* out, const auto& convert) {
    for (int64_t t = 0; t < frames; ++t)
      for (int64_t c = 0; c < channels; ++c)
        out[t * channels + c] = convert(in[c * from.channel_stride + t * from.frame_stride]);
  };
  Packed result;
  if (form == Form::Double) {
    each(static_cast<double*>(to), [](T v) { return share(v); });
  } else if (form == Form::Float) {
    each(static_cast<float*>(to), [](T v) {
      if constexpr (std::is_same_v<T, float>) return v;
      return static_cast<float>(share(v));
    });
  } else {
    const double scale = std::ldexp(1.0, bits - 1), most = scale - 1;
    const int shift = 32 - bits;
    int64_t clipped = 0;
    bool nan = false;
    each(static_cast<int32_t*>(to), [&](T v) {
      const double wanted = std::nearbyint(share(v) * scale);
      // In this order NaN becomes a number, and the loop needs no branch.
      const double kept = std::max(-scale, std::min(most, wanted));
      clipped += kept != wanted;
      nan |= wanted != wanted;
      return static_cast<int32_t>(static_cast<uint32_t>(static_cast<int32_t>(kept)) << shift);
    });
    result.clipped = clipped;
    if (nan)
      for (int64_t i = 0; i < frames * channels && result.nan_at < 0; ++i) {
        const double v =
            share(in[i % channels * from.channel_stride + i / channels * from.frame_stride]);
        if (v != v) result.nan_at = i;
      }
  }
  return result;
}

/// G.711 of a sample of 16 bits.
uint8_t to_mu_law(int32_t v) {
  const int sign = v < 0 ? 0x80 : 0;
  const int32_t biased = std::min<int32_t>(v < 0 ? -v : v, 32635) + 132;
  const int exponent = static_cast<int>(std::bit_width(static_cast<uint32_t>(biased))) - 8;
  return static_cast<uint8_t>(~(sign | exponent << 4 | (biased >> (exponent + 3) & 15)));
}

uint8_t to_a_law(int32_t v) {
  const int sign = v < 0 ? 0 : 0x80;
  const int32_t size = std::min<int32_t>(v < 0 ? -v : v, 32767);
  const int segment =
      std::max(0, static_cast<int>(std::bit_width(static_cast<uint32_t>(size))) - 8);
  return static_cast<uint8_t>((sign | segment << 4 | (size >> std::max(4, segment + 3) & 15)) ^
                              0x55);
}

class PcmDecoder final : public Decoder {
 public:
  PcmDecoder(BytesPtr bytes, const PcmLayout& layout)
      : bytes_(std::move(bytes)),
        at_(layout),
        frame_bytes_(layout.channels * width_of(layout.pcm)) {
    info.sample_rate = layout.sample_rate;
    info.num_frames = layout.frames;
    info.num_channels = layout.channels;
    info.bits_per_sample = 8 * width_of(layout.pcm);
    info.encoding = encoding_name(layout.pcm);
    info.format = layout.format;
    info.duration = static_cast<double>(layout.frames) / static_cast<double>(layout.sample_rate);
    native = native_type(layout.pcm);
  }

  int64_t read(const Target& to, int64_t frames) override {
    frames = std::min(frames, at_.frames - position_);
    for (int64_t done = 0; done < frames;) {
      const int64_t start = at_.offset + (position_ + done) * frame_bytes_;
      int64_t n = frames - done;
      const uint8_t* from = bytes_->memory();
      if (from) {
        from += start;
      } else {
        // About what a core's own cache holds beside the result.
        n = std::min(n, std::max<int64_t>(1, (1 << 17) / frame_bytes_));
        buffer_.resize(static_cast<size_t>(
            std::max<int64_t>(n * frame_bytes_, static_cast<int64_t>(buffer_.size()))));
        n = bytes_->read(start, buffer_.data(), n * frame_bytes_) / frame_bytes_;
        from = buffer_.data();
      }
      unpack(from, at_.pcm, at_.big_endian, n, at_.channels, to.from(done));
      done += n;
    }
    position_ += frames;
    return frames;
  }

  int64_t seek(int64_t frame) override { return position_ = std::min(frame, at_.frames); }

 private:
  BytesPtr bytes_;
  PcmLayout at_;
  int64_t frame_bytes_, position_ = 0;
  std::vector<uint8_t> buffer_;
};

}  // namespace

int64_t width_of(Pcm pcm) {
  switch (pcm) {
    case Pcm::S16:
      return 2;
    case Pcm::S24:
      return 3;
    case Pcm::S32:
    case Pcm::F32:
      return 4;
    case Pcm::F64:
      return 8;
    default:
      return 1;
  }
}

ScalarType native_type(Pcm pcm) {
  switch (pcm) {
    case Pcm::U8:
      return kByte;
    case Pcm::S8:
      return kChar;
    case Pcm::S16:
      return kShort;
    case Pcm::S24:
    case Pcm::S32:
      return kInt;
    case Pcm::F64:
      return kDouble;
    default:
      return kFloat;
  }
}

const char* encoding_name(Pcm pcm) {
  switch (pcm) {
    case Pcm::U8:
      return "PCM_U";
    case Pcm::F32:
    case Pcm::F64:
      return "PCM_F";
    case Pcm::MuLaw:
      return "ULAW";
    case Pcm::ALaw:
      return "ALAW";
    default:
      return "PCM_S";
  }
}

void unpack(const uint8_t* from, Pcm pcm, bool big_endian, int64_t frames, int64_t channels,
            const Target& to) {
  if (big_endian)
    unpack_any<true>(from, pcm, frames, channels, to);
  else
    unpack_any<false>(from, pcm, frames, channels, to);
}

Form form_of(Pcm pcm) {
  if (pcm == Pcm::F32) return Form::Float;
  return pcm == Pcm::F64 ? Form::Double : Form::Integer;
}

Packed gather(const Samples& from, int64_t frames, int64_t channels, Form form, int bits,
              void* to) {
  switch (from.dtype) {
    case kByte:
      return gather_from<uint8_t>(from, frames, channels, form, bits, to);
    case kChar:
      return gather_from<int8_t>(from, frames, channels, form, bits, to);
    case kShort:
      return gather_from<int16_t>(from, frames, channels, form, bits, to);
    case kInt:
      return gather_from<int32_t>(from, frames, channels, form, bits, to);
    case kHalf:
      return gather_from<Half>(from, frames, channels, form, bits, to);
    case kBFloat16:
      return gather_from<BFloat16>(from, frames, channels, form, bits, to);
    case kFloat:
      return gather_from<float>(from, frames, channels, form, bits, to);
    case kDouble:
      return gather_from<double>(from, frames, channels, form, bits, to);
    default:
      throw DtypeError(cat_str("[audio] expected a waveform of uint8, int8, int16, int32 or ",
                               "floating point, got ", from.dtype));
  }
}

void pack(const void* from, Pcm pcm, int64_t samples, uint8_t* to) {
  if (form_of(pcm) != Form::Integer) {
    std::memcpy(to, from, static_cast<size_t>(samples * width_of(pcm)));
    return;
  }
  const auto* in = static_cast<const int32_t*>(from);
  const auto each = [&](auto width, const auto& bits_of) {
    for (int64_t i = 0; i < samples; ++i) {
      const auto bits = static_cast<uint32_t>(bits_of(in[i]));
      for (int64_t b = 0; b < width; ++b) to[i * width + b] = static_cast<uint8_t>(bits >> (8 * b));
    }
  };
  switch (pcm) {
    case Pcm::U8:
      return each(Known<1>(), [](int32_t v) { return (v >> 24) + 128; });
    case Pcm::S8:
      return each(Known<1>(), [](int32_t v) { return v >> 24; });
    case Pcm::S16:
      return each(Known<2>(), [](int32_t v) { return v >> 16; });
    case Pcm::S24:
      return each(Known<3>(), [](int32_t v) { return v >> 8; });
    case Pcm::MuLaw:
      return each(Known<1>(), [](int32_t v) { return to_mu_law(v >> 16); });
    case Pcm::ALaw:
      return each(Known<1>(), [](int32_t v) { return to_a_law(v >> 16); });
    default:
      return each(Known<4>(), [](int32_t v) { return v; });
  }
}

std::unique_ptr<Decoder> make_pcm_decoder(BytesPtr bytes, const PcmLayout& layout) {
  return std::make_unique<PcmDecoder>(std::move(bytes), layout);
}

}  // namespace hearth::audio::io
