// SPDX-License-Identifier: Apache-2.0
// Any part of any format is the same part of the whole.
#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "hearth/audio/io/load.h"
#include "hearth/audio/io/reader.h"
#include "hearth/audio/io/save.h"
#include "hearth/audio/io/writer.h"

#include "audio/sound_files.h"
#include "error_of.h"
#include "io/decoder.h"
#include "temporary.h"

namespace hearth::audio {
namespace {

using testing::HasSubstr;

#define NEEDS_FFMPEG() \
  if (!io::why_no_ffmpeg().empty()) GTEST_SKIP() << io::why_no_ffmpeg()

/// What a reader gives in blocks of changing sizes.
Tensor in_blocks(Reader& reader, int64_t seed) {
  std::mt19937 random(static_cast<unsigned>(seed));
  std::vector<Tensor> blocks;
  for (;;) {
    const int64_t want = 1 + static_cast<int64_t>(random() % 3000);
    blocks.push_back(reader.read(want));
    if (blocks.back().size(1) < want) return cat(blocks, 1);
  }
}

void expect_parts_of_the_whole(const std::string& path) {
  SCOPED_TRACE(path);
  const Tensor whole = load(path).waveform;
  const int64_t n = whole.size(1);
  const AudioMetaData m = info(path);
  if (m.num_frames >= 0) {
    EXPECT_EQ(m.num_frames, n);
  }
  EXPECT_EQ(m.num_channels, whole.size(0));

  std::mt19937 random(1);
  Reader reader(path);
  for (int i = 0; i < 60; ++i) {
    const int64_t offset = static_cast<int64_t>(random()) % (n + 100);
    const int64_t most = static_cast<int64_t>(random()) % 700;
    const Tensor want = whole.slice(1, std::min(n, offset), std::min(n, offset + most));
    if (i % 6 == 0) {
      EXPECT_TRUE(same(load(path, {.frame_offset = offset, .num_frames = most}).waveform, want))
          << offset;
    }
    EXPECT_EQ(reader.seek(offset), std::min(n, offset));
    EXPECT_TRUE(same(reader.read(most), want)) << offset << " " << most;
    EXPECT_EQ(reader.position(), std::min(n, offset + most));
  }
  reader.seek(0);
  EXPECT_TRUE(same(in_blocks(reader, 2), whole));
  EXPECT_EQ(reader.read(10).size(1), 0);
  EXPECT_TRUE(same(load(path, {.channels_first = false}).waveform, whole.t().contiguous()));

  // Into the caller's memory, and from memory.
  std::vector<float> interleaved(static_cast<size_t>(n * whole.size(0)));
  reader.seek(0);
  EXPECT_EQ(reader.read(interleaved.data(), n + 5), n);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(interleaved.data()), interleaved.size() * 4),
            bytes_of(whole.t()));
  const std::string bytes = read_text(path);
  EXPECT_TRUE(same(load(Source::memory(bytes)).waveform, whole));
}

TEST(Reader, GivesPartsOfTheWhole) {
  const TemporaryFolder folder;
  const Tensor x = noise(2, 40000) * 0.5;
  save(folder / "x.wav", x, 44100);
  save(folder / "s24.wav", x, 44100, {.encoding = "PCM_S", .bits_per_sample = 24});
  save(folder / "x.flac", x, 44100);
  save(folder / "x.aiff", x, 44100);
  save(folder / "x.au", x, 44100, {.encoding = "ULAW"});
  save(folder / "x.caf", x, 44100, {.encoding = "PCM_F"});
  save(folder / "x.w64", x, 44100, {.bits_per_sample = 24});
  for (const char* name : {"x.wav", "s24.wav", "x.flac", "x.aiff", "x.au", "x.caf", "x.w64"})
    expect_parts_of_the_whole(folder / name);
}

TEST(Reader, GivesPartsOfWhatOthersWrote) {
  NEEDS_FFMPEG();
  for (const char* name :
       {"stereo.mp3", "no_length.mp3", "vorbis.ogg", "stereo.opus", "mono.opus", "stereo.m4a",
        "fragments.mp4", "alac.m4a", "mono.mka", "stereo.webm", "mono.aac", "streamed.flac"})
    expect_parts_of_the_whole(sound(name));
}

TEST(Reader, KnowsWhatOthersWrote) {
  NEEDS_FFMPEG();
  struct Case {
    const char *name, *format, *encoding;
    int64_t rate, channels, frames, loaded;
  };
  for (const Case& c : {Case{"stereo.mp3", "mp3", "MP3", 44100, 2, 22050, 22050},
                        Case{"no_length.mp3", "mp3", "MP3", 16000, 1, 25344, 25344},
                        Case{"vorbis.ogg", "ogg", "VORBIS", 44100, 2, 22050, 22050},
                        Case{"stereo.opus", "ogg", "OPUS", 48000, 2, 24000, 24000},
                        Case{"mono.opus", "ogg", "OPUS", 48000, 1, 72000, 72000},
                        Case{"stereo.m4a", "mp4", "AAC", 44100, 2, 22050, 22050},
                        Case{"alac.m4a", "mp4", "ALAC", 16000, 1, 3200, 3200},
                        Case{"fragments.mp4", "mp4", "AAC", 16000, 1, -1, 25600},
                        Case{"mono.mka", "matroska", "OPUS", 48000, 1, -1, 72000},
                        Case{"stereo.webm", "matroska", "VORBIS", 44100, 2, -1, 22080},
                        Case{"mono.aac", "aac", "AAC", 16000, 1, -1, 25600},
                        Case{"streamed.flac", "flac", "FLAC", 16000, 1, -1, 3200}}) {
    SCOPED_TRACE(c.name);
    const AudioMetaData m = info(sound(c.name));
    EXPECT_EQ(m.format, c.format);
    EXPECT_EQ(m.encoding, c.encoding);
    EXPECT_EQ(m.sample_rate, c.rate);
    EXPECT_EQ(m.num_channels, c.channels);
    EXPECT_EQ(m.num_frames, c.frames);
    if (m.duration >= 0) {
      EXPECT_NEAR(m.duration, static_cast<double>(c.loaded) / static_cast<double>(c.rate), 0.1);
    }
    const auto [x, rate] = load(sound(c.name));
    EXPECT_EQ(x.size(1), c.loaded);
    EXPECT_EQ(rate, c.rate);
  }
}

/// The tones of README.md, [channels, frames].
Tensor tones(int64_t rate, int64_t frames, bool stereo) {
  const Tensor t = arange(frames).to(kDouble) / static_cast<double>(rate);
  const double pi2 = 6.283185307179586;
  if (stereo)
    return stack({((t * 400 + 300) * t * pi2).sin() * 0.4, (t * (555 * pi2)).sin() * 0.3})
        .to(kFloat);
  return (((t * 300 + 200) * t * pi2).sin() * 0.4).unsqueeze(0).to(kFloat);
}

TEST(Reader, TakesAwayWhatEncodersAdd) {
  NEEDS_FFMPEG();
  // In step with what was encoded, better than with any delay that these codecs have.
  for (const char* name :
       {"stereo.mp3", "vorbis.ogg", "stereo.m4a", "stereo.webm", "stereo.opus"}) {
    const auto [waveform, rate] = load(sound(name));
    const Tensor x = waveform[0].slice(0, 3000, 19000), want = tones(rate, 24000, true)[0];
    const auto error = [&, &all = x](int64_t late) {
      return (all - want.slice(0, 3000 - late, 19000 - late)).square().mean().item<double>();
    };
    for (int64_t late : {64, 128, 312, 448, 529, 576, 1024, 1105, 2112})
      for (int64_t sign : {-1, 1}) EXPECT_GT(error(sign * late), 1.5 * error(0)) << name << late;
  }
  const Tensor x = load(sound("alac.m4a"), {.normalize = false}).waveform;
  EXPECT_TRUE(same(x, load(sound("streamed.flac"), {.normalize = false}).waveform));
  EXPECT_EQ(x.scalar_type(), kShort);
  EXPECT_LE((x.to(kFloat) / 32768 - tones(16000, 3200, false)).abs().max().item<double>(),
            1.0 / 32768);
}

TEST(Reader, PassesOverTagsOfPlayers) {
  const Tensor want = load(sound("stereo.mp3")).waveform;
  const std::string mp3 = read_text(sound("stereo.mp3"));
  // ID3v2 of 3000 bytes in front; APE's of 5000 and ID3v1 behind, full of what looks like frames.
  const std::string id3v2 = std::string("ID3\4\0\0\0\0\x17\x38", 10) + std::string(3000, '\0');
  std::string noise_like;
  while (noise_like.size() < 5000) noise_like += "\xff\xfb\x90\x44 text";
  noise_like.resize(5000);
  std::string ape = noise_like + "APETAGEX" + std::string("\xd0\x07\0\0", 4);
  for (size_t i = 0, n = 5032; i < 4; ++i, n >>= 8) ape.push_back(static_cast<char>(n));
  ape += std::string(16, '\0');
  ASSERT_EQ(ape.size(), 5032u);
  const std::string id3v1 = "TAG" + std::string(125, '\xff');
  for (const std::string& file : {id3v2 + mp3, mp3 + id3v1, mp3 + ape, id3v2 + mp3 + ape + id3v1})
    EXPECT_TRUE(same(load(Source::memory(file)).waveform, want));
}

TEST(Reader, WorksInManyThreads) {
  NEEDS_FFMPEG();
  const std::vector<const char*> names = {"stereo.mp3", "vorbis.ogg", "stereo.opus", "alac.m4a",
                                          "streamed.flac"};
  std::vector<Tensor> want;
  for (const char* name : names) want.push_back(load(sound(name)).waveform);
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (size_t i = 0; i < 20; ++i) {
        const size_t which = (t + i) % names.size();
        if (!same(load(sound(names[which])).waveform, want[which])) ++wrong;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Reader, ReadsPipes) {
  const TemporaryFolder folder;
  const Tensor x = noise(1, 100000);
  save(folder / "x.wav", x, 8000);
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  ASSERT_EQ(std::system(("cat " + (folder / "x.wav") + " > " + (folder / "pipe") + " &").c_str()),
            0);
  EXPECT_TRUE(same(load(folder / "pipe").waveform, x));
}

TEST(Reader, SaysWhatIsWrongWithFiles) {
  const TemporaryFolder folder;
  const auto file_error = [](const std::string& path) {
    return error_of<FileError>([&] { load(path); });
  };
  const auto format_error = [](const Source& source) {
    return error_of<FormatError>([&] { load(source); });
  };
  EXPECT_THAT(file_error(folder / "none.wav"),
              HasSubstr("none.wav] cannot be opened: No such file"));
  EXPECT_THAT(file_error(folder.path), HasSubstr("is a folder"));
  write_text(folder / "empty.wav", "");
  EXPECT_THAT(format_error(folder / "empty.wav"), HasSubstr("empty.wav] is empty"));
  write_text(folder / "text.wav",
             "This is no sound at all, but a line of text, which goes on for a while.\n");
  EXPECT_THAT(format_error(folder / "text.wav"), HasSubstr("text.wav] is no sound file"));
  EXPECT_THAT(format_error(empty({0}, kByte)), HasSubstr("[buffer] is empty"));
  EXPECT_NE(error_of<DtypeError>([] { load(rand({4})); }), "");
  EXPECT_NE(error_of<ShapeError>([] { load(empty({4, 4}, kByte)); }), "");
  EXPECT_NE(error_of<ValueError>([] { load(Tensor()); }), "");
  const std::string mp3 = sound("stereo.mp3");
  EXPECT_NE(error_of<ValueError>([&] { load(mp3, {.frame_offset = -1}); }), "");
  EXPECT_NE(error_of<ValueError>([&] { load(mp3, {.num_frames = -2}); }), "");
  EXPECT_NE(error_of<ValueError>([&] { load(mp3, {.format = "nonsense"}); }), "");
  EXPECT_NE(error_of<ValueError>([&] { Reader(mp3).read(-1); }), "");
  EXPECT_NE(error_of<ValueError>([&] { Reader(mp3).seek(-1); }), "");
}

TEST(Reader, FindsWhatWasCutShort) {
  NEEDS_FFMPEG();
  const TemporaryFolder folder;
  const Tensor x = noise(2, 200000) * 0.5;
  std::vector<std::string> files;
  for (const char* name : {"x.flac", "x.aiff", "x.au", "x.ogg", "x.opus"}) {
    files.push_back(folder / name);
    save(files.back(), x, 48000);
  }
  for (const char* name : {"stereo.mp3", "mono.mka"}) files.push_back(sound(name));
  // Whose header promises nothing.
  std::string flac = read_text(folder / "x.flac");
  flac[21] = static_cast<char>(flac[21] & 0xf0);
  flac.replace(22, 4, 4, '\0');
  files.push_back(folder / "unknown.flac");
  write_text(files.back(), flac);
  for (const std::string& file : files) {
    SCOPED_TRACE(file);
    const Tensor whole = load(file).waveform;
    const std::string bytes = read_text(file);
    const std::string cut = bytes.substr(0, bytes.size() * 3 / 4 + 1);
    EXPECT_NE(error_of<FormatError>([&] { load(Source::memory(cut)); }), "");
    const Tensor part = load(Source::memory(cut), {.partial = true}).waveform;
    EXPECT_GT(part.size(1), 0);
    EXPECT_LT(part.size(1), whole.size(1));
    // What there is, is right, but for the last frames of codecs that look ahead.
    const int64_t n = std::max<int64_t>(0, part.size(1) - 4096);
    EXPECT_TRUE(same(part.narrow(1, 0, n), whole.narrow(1, 0, n)));
  }
  // Between two pages, where only the mark of the last one is missing.
  for (const char* name : {"x.ogg", "x.opus"}) {
    const std::string bytes = read_text(folder / name);
    const std::string cut = bytes.substr(0, bytes.rfind("OggS"));
    EXPECT_NE(error_of<FormatError>([&] { load(Source::memory(cut)); }), "") << name;
    EXPECT_GT(load(Source::memory(cut), {.partial = true}).waveform.size(1), 0) << name;
  }
  const std::string m4a = read_text(sound("stereo.m4a"));
  EXPECT_NE(
      error_of<FormatError>([&] { load(Source::memory(std::string_view(m4a).substr(0, 2000))); }),
      "");
}

TEST(Reader, FindsDamage) {
  const Tensor x = noise(1, 50000) * 0.5;
  std::string flac = bytes_of(encode(x, 44100, {.format = "flac"}));
  for (size_t i = 0; i < 8; ++i) flac[flac.size() / 2 + i] = '\x55';
  EXPECT_THAT(error_of<FormatError>([&] { load(Source::memory(flac, "d.flac")); }),
              HasSubstr("[d.flac]"));
  EXPECT_LT(load(Source::memory(flac), {.partial = true}).waveform.size(1), 50000);
}

TEST(Reader, DoesNotTrustHeaders) {
  // STREAMINFO promises 2^36 - 1 samples in eight channels: 2 TB.
  std::string flac = bytes_of(encode(noise(8, 100), 44100, {.format = "flac"}));
  flac[21] = static_cast<char>(flac[21] | 15);
  for (size_t i = 22; i < 26; ++i) flac[i] = '\xff';
  EXPECT_EQ(info(Source::memory(flac)).num_frames, (int64_t{1} << 36) - 1);
  EXPECT_NE(error_of<FormatError>([&] { load(Source::memory(flac)); }), "");
}

TEST(Writer, WritesInBlocksWhatSaveWrites) {
  const TemporaryFolder folder;
  const Tensor x = noise(2, 30001) * 1.1;
  for (const auto& [name, options] : {std::pair<std::string, SaveOptions>{"a.wav", {}},
                                      {"b.wav", {.bits_per_sample = 16}},
                                      {"c.flac", {}},
                                      {"d.aiff", {.bits_per_sample = 24}},
                                      {"e.wav", {.encoding = "PCM_U"}}}) {
    const std::string path = folder / name;
    save(folder / ("whole_" + name), x, 22050, options);
    Writer writer(path, 22050, 2, options);
    std::mt19937 random(3);
    for (int64_t at = 0; at < x.size(1);) {
      const int64_t n = std::min<int64_t>(x.size(1) - at, static_cast<int64_t>(random() % 5000));
      if (n % 2)
        writer.write(x.narrow(1, at, n));
      else
        writer.write(x.narrow(1, at, n).t().contiguous().data_ptr<float>(), n);
      at += n;
      EXPECT_EQ(writer.position(), at);
      EXPECT_FALSE(folder.has(name));
    }
    if (name != "a.wav") {
      EXPECT_GT(writer.clipped(), 1000);
    }
    writer.close();
    EXPECT_TRUE(same(load(path).waveform, load(folder / ("whole_" + name)).waveform)) << name;
    EXPECT_EQ(info(path).num_frames, x.size(1));
    EXPECT_NE(error_of<FileError>([&] { writer.write(x); }), "");
  }
}

TEST(Writer, LeavesNothingUnlessClosed) {
  const TemporaryFolder folder;
  for (const char* name : {"x.wav", "x.flac"}) {
    { Writer(folder / name, 8000, 1).write(noise(1, 100)); }
    EXPECT_TRUE(std::filesystem::is_empty(folder.path)) << name;
    save(folder / name, noise(1, 10), 8000);
    const std::string before = read_text(folder / name);
    Writer writer(folder / name, 8000, 1, {.bits_per_sample = 16});
    EXPECT_NE(error_of<ValueError>([&] { writer.write(full({1, 10}, NAN)); }), "");
    EXPECT_NE(error_of<FileError>([&] { writer.close(); }), "");
    EXPECT_EQ(read_text(folder / name), before);
    std::filesystem::remove(folder / name);
  }
  EXPECT_NE(error_of<FileError>([&] { Writer(folder / "no/x.wav", 8000, 1); }), "");
  EXPECT_NE(error_of<FileError>([&] { save(folder / "no/x.flac", noise(1, 10), 8000); }), "");
  EXPECT_NE(error_of<ShapeError>([&] { Writer(folder / "x.wav", 8000, 2).write(noise(3, 10)); }),
            "");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path));
}

TEST(Writer, WritesIntoPipes) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  ASSERT_EQ(std::system(("cat " + (folder / "pipe") + " > " + (folder / "x.wav") + " &").c_str()),
            0);
  const Tensor x = noise(1, 5000);
  Writer writer(folder / "pipe", 8000, 1, {.format = "wav"});
  writer.write(x);
  writer.close();
  for (int i = 0; i < 200 && std::filesystem::file_size(folder / "x.wav") < 20000; ++i)
    ASSERT_EQ(std::system("sleep 0.01"), 0);
  EXPECT_TRUE(same(load(folder / "x.wav").waveform, x));
}

TEST(Save, WritesLossyFormats) {
  const TemporaryFolder folder;
  const Tensor t = arange(48000).to(kFloat) / 48000;
  const Tensor x = ((t * 6.2831853f * 440).sin() * 0.5).unsqueeze(0);
  for (const char* name : {"x.ogg", "x.opus", "x.mp3"}) {
    save(folder / name, x, 48000, {.compression = 0.1});
    const auto [y, rate] = load(folder / name);
    EXPECT_EQ(rate, 48000);
    const int64_t n = std::min<int64_t>(y.size(1), 40000) - 8000;
    const double error =
        (y.narrow(1, 8000, n) - x.narrow(1, 8000, n)).square().mean().item<double>();
    EXPECT_LT(error, 1e-3) << name;
    save(folder / name, x, 48000, {.compression = 1.0});
    EXPECT_EQ(error_of<Error>([&] { load(folder / name); }), "");
  }
  EXPECT_THAT(error_of<ValueError>([&] { save(folder / "y.opus", x, 44100); }),
              HasSubstr("44100 Hz"));
  EXPECT_NE(error_of<ValueError>([&] { save(folder / "y.flac", noise(9, 10), 44100); }), "");
  EXPECT_NE(
      error_of<ValueError>([&] { save(folder / "y.ogg", x, 48000, {.bits_per_sample = 16}); }), "");
  EXPECT_NE(error_of<ValueError>([&] { save(folder / "y.wav", x, 48000, {.compression = 2}); }),
            "");
  EXPECT_FALSE(folder.has("y.opus"));
}

}  // namespace
}  // namespace hearth::audio
