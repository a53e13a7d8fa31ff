// SPDX-License-Identifier: Apache-2.0
// WAV and raw samples, which the library reads and writes itself.
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/audio/io/load.h"
#include "hearth/audio/io/save.h"
#include "hearth/ops/creation.h"
#include "hearth/tensor/tensor_literal.h"

#include "audio/sound_files.h"
#include "error_of.h"
#include "io/wav.h"
#include "temporary.h"

namespace hearth::audio {
namespace {

using testing::HasSubstr;

Tensor wav(const Tensor& waveform, SaveOptions options = {}) {
  options.format = "wav";
  return encode(waveform, 16000, options);
}

/// Numbers of `bytes` each, little endian.
std::string little(std::initializer_list<int64_t> numbers, int bytes) {
  std::string s;
  for (int64_t n : numbers)
    for (int b = 0; b < bytes; ++b) s.push_back(static_cast<char>(n >> (8 * b)));
  return s;
}

/// A WAV file, by hand; sizes may lie.
std::string wav_by_hand(int64_t tag, int64_t channels, int64_t bits, const std::string& samples,
                        int64_t data_size = -1, int64_t riff_size = -1, int64_t rate = 8000) {
  const int64_t block = channels * ((bits + 7) / 8);
  return "RIFF" +
         little({riff_size < 0 ? 36 + static_cast<int64_t>(samples.size()) : riff_size}, 4) +
         "WAVEfmt " + little({16}, 4) + little({tag, channels}, 2) +
         little({rate, rate * block}, 4) + little({block, bits}, 2) + "data" +
         little({data_size < 0 ? static_cast<int64_t>(samples.size()) : data_size}, 4) + samples;
}

Tensor own(const std::string& file, const std::string& format = "") {
  return load(Source::memory(file), {.normalize = false, .format = format}).waveform;
}

std::string what(const std::string& file, const LoadOptions& options = {}) {
  return error_of<FormatError>([&] { load(Source::memory(file, "x.wav"), options); });
}

TEST(Wav, KeepsFloatsBitForBit) {
  Tensor x = noise(3, 1000);
  x[0][5] = std::numeric_limits<float>::quiet_NaN();
  x[1][6] = -std::numeric_limits<float>::infinity();
  x[2][7] = 1e30f;
  const auto [y, rate] = load(wav(x));
  EXPECT_TRUE(same(y, x));
  EXPECT_EQ(rate, 16000);
  const Tensor d = x.to(kDouble) * 1.23456789012345;
  EXPECT_TRUE(same(load(wav(d), {.normalize = false}).waveform, d));
  EXPECT_EQ(info(wav(d)).bits_per_sample, 64);
}

TEST(Wav, KeepsIntegersAndTheirFloats) {
  struct Case {
    const char* encoding;
    int64_t bits;
    ScalarType dtype;
    double scale;
  };
  for (const Case& c :
       {Case{"PCM_U", 8, kByte, 128}, Case{"PCM_S", 16, kShort, 32768},
        Case{"PCM_S", 24, kInt, 2147483648.0}, Case{"PCM_S", 32, kInt, 2147483648.0}}) {
    const Tensor file = wav(noise(2, 501), {.encoding = c.encoding, .bits_per_sample = c.bits});
    const AudioMetaData m = info(file);
    EXPECT_EQ(m.encoding, c.encoding);
    EXPECT_EQ(m.bits_per_sample, c.bits);
    EXPECT_EQ(m.num_frames, 501);
    EXPECT_EQ(m.num_channels, 2);
    EXPECT_EQ(m.format, "wav");
    EXPECT_DOUBLE_EQ(m.duration, 501.0 / 16000);
    const Tensor integers = load(file, {.normalize = false}).waveform;
    EXPECT_EQ(integers.scalar_type(), c.dtype);
    const Tensor floats = load(file).waveform;
    const double zero = c.dtype == kByte ? 128 : 0;
    EXPECT_TRUE(same(floats, ((integers.to(kDouble) - zero) / c.scale).to(kFloat))) << c.bits;
    // Both make the same file again.
    EXPECT_TRUE(same(wav(integers, {.encoding = c.encoding, .bits_per_sample = c.bits}), file));
    if (c.bits < 32) {
      EXPECT_TRUE(same(wav(floats, {.encoding = c.encoding, .bits_per_sample = c.bits}), file));
    }
  }
}

TEST(Wav, IsWhatItsBytesAre) {
  // A file of two frames in stereo, byte by byte.
  const std::string file = wav_by_hand(1, 2, 16, little({1, -2, 32767, -32768}, 2));
  const Tensor x = tensor({1, 32767, -2, -32768}, kShort).reshape({2, 2});
  EXPECT_TRUE(same(own(file), x));
  EXPECT_EQ(bytes_of(encode(x, 8000, {.format = "wav"})), file);
  EXPECT_TRUE(
      same(load(Source::memory(file), {.normalize = false, .channels_first = false}).waveform,
           x.t().contiguous()));
  EXPECT_TRUE(
      same(own(wav_by_hand(1, 1, 24, little({1, -1}, 3))), tensor({256, -256}, kInt).unsqueeze(0)));
  EXPECT_TRUE(
      same(own(wav_by_hand(1, 1, 8, little({0, 255}, 1))), tensor({0, 255}, kByte).unsqueeze(0)));
  // 20 bits lie on top of three bytes.
  EXPECT_TRUE(
      same(own(wav_by_hand(1, 1, 20, little({1, -1}, 3))), tensor({256, -256}, kInt).unsqueeze(0)));
}

TEST(Wav, BitsSayHowWideSamplesAre) {
  // Whatever the block size is, as in libsndfile and FFmpeg; it counts where bits are not said.
  const std::string samples = little({1, -2, 3, -4, 5, -6}, 2);
  const Tensor want = tensor({1, -2, 3, -4, 5, -6}, kShort).unsqueeze(0);
  for (const char block : {'\0', '\1', '\2', '\4', '\6'}) {
    std::string file = wav_by_hand(1, 1, 16, samples);
    file[32] = block;
    EXPECT_TRUE(same(own(file), want)) << int{block};
  }
  std::string unsaid = wav_by_hand(1, 1, 16, samples);
  unsaid[34] = 0;
  EXPECT_TRUE(same(own(unsaid), want));
}

TEST(Wav, FindsItsWayThroughChunks) {
  const std::string format = little({0xfffe, 1}, 2) + little({8000, 16000}, 4) +
                             little({2, 16, 22, 16}, 2) + little({4}, 4) + little({1, 0}, 2) +
                             std::string("\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71", 12);
  ASSERT_EQ(format.size(), 40u);
  const std::string file = "RIFF" + little({0}, 4) + "WAVELIST" + little({3}, 4) + "abc" + '\0' +
                           "fmt " + little({40}, 4) + format + "junk" + little({0}, 4) + "data" +
                           little({4}, 4) + little({7, 8}, 2) + "LIST" + little({2}, 4) + "zz";
  EXPECT_TRUE(same(own(file), tensor({7, 8}, kShort).unsqueeze(0)));
}

TEST(Wav, OfUnknownLengthGoesToTheEnd) {
  const Tensor want = tensor({7, 8}, kShort).unsqueeze(0);
  for (int64_t size : {0xffffffffll, 0x7ffff000ll, 0x7fffffffll})
    EXPECT_TRUE(same(own(wav_by_hand(1, 1, 16, little({7, 8}, 2), size)), want)) << size;
  EXPECT_TRUE(same(own(wav_by_hand(1, 1, 16, little({7, 8}, 2), 0, 0)), want));
  // But this one says that it is empty.
  EXPECT_EQ(own(wav_by_hand(1, 1, 16, "", 0, 36)).size(1), 0);
}

TEST(Wav, AboveFourGigabytesIsRf64) {
  struct Huge final : io::Bytes {
    explicit Huge(std::string h, int64_t more)
        : Bytes("huge.wav"), head(std::move(h)), rest(more) {}
    int64_t size() const override { return static_cast<int64_t>(head.size()) + rest; }
    int64_t read(int64_t at, void* to, int64_t n) const override {
      return io::bytes_in_memory(head.data(), static_cast<int64_t>(head.size()), "")
          ->read(at, to, n);
    }
    std::string head;
    int64_t rest;
  };
  const int64_t frames = 3'000'000'001;
  for (const auto pcm : {io::Pcm::S16, io::Pcm::F32}) {
    const int64_t bytes = frames * io::width_of(pcm);
    for (const bool room : {false, true}) {
      const std::string head = io::wav_header(pcm, 48000, 1, frames, room);
      EXPECT_TRUE(head.starts_with("RF64"));
      const auto layout = io::parse_wav(Huge(head, bytes + bytes % 2), false);
      ASSERT_TRUE(layout);
      EXPECT_EQ(layout->frames, frames);
      EXPECT_EQ(layout->offset, static_cast<int64_t>(head.size()));
      EXPECT_THAT(error_of<FormatError>([&] { io::parse_wav(Huge(head, 1000), false); }),
                  HasSubstr("promises 3000000001 frames"));
      // What was begun with room for it keeps its length.
      EXPECT_EQ(io::wav_header(pcm, 48000, 1, frames, true).size(),
                io::wav_header(pcm, 48000, 1, -1, true).size());
    }
  }
}

TEST(Wav, BrokenIsNamed) {
  const std::string samples = little({1, 2, 3, 4}, 2);
  EXPECT_THAT(what(wav_by_hand(1, 1, 16, samples, 400)),
              HasSubstr("[x.wav] the header promises 200 frames, the file holds 4"));
  EXPECT_EQ(
      load(Source::memory(wav_by_hand(1, 1, 16, samples, 400)), {.partial = true}).waveform.size(1),
      4);
  EXPECT_THAT(what(wav_by_hand(1, 0, 16, samples)), HasSubstr("channels, its header says 0"));
  EXPECT_THAT(what(wav_by_hand(1, 65535, 16, samples)), HasSubstr("its header says 65535"));
  EXPECT_THAT(what(wav_by_hand(1, 1, 16, samples, -1, -1, 0)), HasSubstr("sample rate"));
  EXPECT_THAT(what(wav_by_hand(1, 1, 16, samples, -1, -1, 0xfffffff0)), HasSubstr("sample rate"));
  EXPECT_NE(what(wav_by_hand(1, 1, 0, samples)), "");
  EXPECT_NE(what(wav_by_hand(999, 1, 16, samples)), "");
  const std::string whole = wav_by_hand(1, 1, 16, samples);
  for (size_t n = 0; n < whole.size(); ++n) EXPECT_NE(what(whole.substr(0, n)), "") << n;
}

TEST(Wav, HasAThousandChannelsAndNoFrames) {
  const Tensor many = noise(1024, 50);
  EXPECT_TRUE(same(load(wav(many)).waveform, many));
  EXPECT_THAT(error_of<ValueError>([&] { wav(noise(4097, 1)); }), HasSubstr("1 to 4096 channels"));
  const Tensor none = empty({2, 0});
  EXPECT_TRUE(same(load(wav(none)).waveform, none));
  EXPECT_EQ(load(wav(none), {.frame_offset = 5, .num_frames = 3}).waveform.size(1), 0);
}

TEST(Save, RoundsAndClips) {
  const Tensor x = tensor({0.0, 1.0, -1.0, 1.5, -7.0, 0.5 / 32768, 1.5 / 32768, -0.5 / 32768,
                           INFINITY, -INFINITY})
                       .to(kFloat);
  const Tensor y = load(wav(x, {.bits_per_sample = 16}), {.normalize = false}).waveform;
  EXPECT_TRUE(same(
      y, tensor({0, 32767, -32768, 32767, -32768, 0, 2, 0, 32767, -32768}, kShort).unsqueeze(0)));
  // Wider integers are rounded to narrower ones, and not beyond their range.
  const Tensor wide = tensor({0x7fffffff, 0x18000, 0x8000, -0x8001, 0x7fff}, kInt);
  EXPECT_TRUE(same(
      load(wav(wide, {.encoding = "PCM_S", .bits_per_sample = 16}), {.normalize = false}).waveform,
      tensor({32767, 2, 0, -1, 0}, kShort).unsqueeze(0)));
  EXPECT_THAT(error_of<ValueError>([&] {
                wav(tensor({0.0f, NAN}), {.bits_per_sample = 16});
              }),
              HasSubstr("NaN at frame 1 of channel 0"));
}

TEST(Save, TakesStridedAndHalfPrecision) {
  const Tensor x = noise(6, 40);
  const Tensor every = x.slice(0, 0, 6, 2).slice(1, 1, 40, 3);
  EXPECT_TRUE(same(load(wav(every)).waveform, every.contiguous()));
  EXPECT_TRUE(same(load(wav(x.t(), {.channels_first = false})).waveform, x));
  EXPECT_TRUE(same(load(wav(x[0])).waveform, x.slice(0, 0, 1).contiguous()));
  EXPECT_TRUE(same(load(wav(x.to(kHalf))).waveform, x.to(kHalf).to(kFloat)));
  EXPECT_TRUE(same(load(wav(x.to(kBFloat16))).waveform, x.to(kBFloat16).to(kFloat)));
  EXPECT_NE(error_of<DtypeError>([&] { wav(x.to(kLong)); }), "");
  EXPECT_NE(error_of<ShapeError>([&] { wav(x.unsqueeze(0)); }), "");
  EXPECT_NE(error_of<ValueError>([&] { wav(Tensor()); }), "");
  EXPECT_NE(error_of<ValueError>([&] { wav(x, {.encoding = "PCM_S", .bits_per_sample = 12}); }),
            "");
  EXPECT_NE(error_of<ValueError>([&] { encode(x, 0, {.format = "wav"}); }), "");
  EXPECT_NE(error_of<ValueError>([&] { encode(x, 8000, {.format = "nonsense"}); }), "");
}

TEST(Save, CompandsByG711) {
  // All codes come back; between them, the error is at most half the step of the segment.
  for (const char* law : {"mulaw", "alaw"}) {
    std::string codes(256, '\0');
    for (int i = 0; i < 256; ++i) codes[static_cast<size_t>(i)] = static_cast<char>(i);
    const std::string raw = std::string(law) + ":8000";
    const Tensor values = load(Source::memory(codes), {.format = raw}).waveform;
    const Tensor file = wav(values, {.encoding = law[0] == 'm' ? "ULAW" : "ALAW"});
    std::string back = bytes_of(file).substr(static_cast<size_t>(file.numel()) - 256);
    // Mu-law has two zeros.
    if (law[0] == 'm') back[127] = '\x7f';
    EXPECT_EQ(back, codes) << law;
    const Tensor x = noise(1, 4000);
    const Tensor y = load(wav(x, {.encoding = law[0] == 'm' ? "ULAW" : "ALAW"})).waveform;
    EXPECT_LT(((x - y).abs() / (x.abs() + 0.01)).max().item<double>(), 0.05) << law;
  }
  // Two of G.711's own values: the largest and the first step.
  EXPECT_NEAR(
      load(Source::memory(std::string("\x80")), {.format = "mulaw:8000"}).waveform.item<double>(),
      32124.0 / 32768, 1e-9);
  EXPECT_NEAR(
      load(Source::memory(std::string("\xd5")), {.format = "alaw:8000"}).waveform.item<double>(),
      8.0 / 32768, 1e-9);
}

TEST(Raw, IsWhatTheSpecificationSays) {
  const auto raw = [](const std::string& bytes, const char* spec) { return own(bytes, spec); };
  EXPECT_TRUE(same(raw(little({1, -2, 3, 4}, 2), "s16le:16000:2"),
                   tensor({1, 3, -2, 4}, kShort).reshape({2, 2})));
  EXPECT_TRUE(
      same(raw(std::string("\x12\x34", 2), "s16be:8000"), tensor({0x1234}, kShort).unsqueeze(0)));
  EXPECT_TRUE(same(raw(std::string("\x12\x34\x56", 3), "s24be:8000:1"),
                   tensor({0x12345600}, kInt).unsqueeze(0)));
  EXPECT_TRUE(same(raw(std::string("\x12\x34\x56", 3), "s24:8000:1"),
                   tensor({0x56341200}, kInt).unsqueeze(0)));
  EXPECT_TRUE(
      same(raw(std::string("\x80\x7f", 2), "s8:8000"), tensor({-128, 127}, kChar).unsqueeze(0)));
  EXPECT_TRUE(same(raw(std::string("\x3f\x80\0\0", 4), "f32be:8000"), tensor({1.0f}).unsqueeze(0)));
  EXPECT_TRUE(same(raw(std::string("\0\0\0\0\0\0\xf0\x3f", 8), "f64:8000"),
                   tensor({1.0}, kDouble).unsqueeze(0)));
  EXPECT_TRUE(same(raw(little({-3}, 4), "s32le:8000"), tensor({-3}, kInt).unsqueeze(0)));
  const AudioMetaData m = info(Source::memory("abcdef"), {.format = "s24le:96000:2"});
  EXPECT_EQ(m.sample_rate, 96000);
  EXPECT_EQ(m.num_frames, 1);
  EXPECT_EQ(m.format, "raw");
  const std::string odd = error_of<FormatError>([&] { raw("abc", "s16le:8000"); });
  EXPECT_THAT(odd, HasSubstr("whole frames of 2 bytes"));
  EXPECT_EQ(load(Source::memory("abc"), {.format = "s16le:8000", .partial = true}).waveform.size(1),
            1);
  for (const char* spec :
       {"s16le:", ":8000", "s17:8000", "u8le:8000", "s16le:0", "s16le:8000:0", "s16le:-1:1",
        "s16le:8000:9999", "s16le:8000:1:1", "s16le:8e3", "s16le:99999999999999999999"})
    EXPECT_THAT(error_of<ValueError>([&] { raw("abcd", spec); }), HasSubstr("'s16le:16000:1'"))
        << spec;
}

}  // namespace
}  // namespace hearth::audio
