// SPDX-License-Identifier: Apache-2.0
// hearth-audio extract as its users run it.
#include <csignal>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "hearth/audio/feature_files/feature_reader.h"
#include "hearth/audio/features/extractor.h"
#include "hearth/audio/functional/resample.h"
#include "hearth/audio/io/save.h"
#include "hearth/io/npy.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/ops/reduce.h"

#include "apps/program_test.h"

namespace {

namespace fs = std::filesystem;
using hearth::Tensor;
using hearth::audio::features::Extractor;
using hearth::audio::features::preset;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Tensor noise(int64_t channels, int64_t n, uint64_t seed = 1) {
  hearth::Generator generator(seed);
  const Tensor x = hearth::empty({channels, n}).normal_(0, 0.1, generator);
  return (x * 32768).round().clamp(-32768, 32767) / 32768;  // what 16 bits hold
}

struct Extract : ProgramTest {
  Extract() : ProgramTest("hearth-audio") {}

  void sound(const std::string& name, const Tensor& wave, int64_t rate = 16000) const {
    fs::create_directories(fs::path(folder / name).parent_path());
    hearth::audio::save(folder / name, wave, rate, {.encoding = "PCM_S", .bits_per_sample = 16});
  }
  Result extract(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "extract");
    return run(arguments);
  }
  std::vector<json> lines(const std::string& name) const {
    std::vector<json> all;
    std::istringstream in(read_text(folder / name));
    for (std::string line; std::getline(in, line);) all.push_back(json::parse(line));
    return all;
  }
  /// Every file below a folder with its bytes.
  std::map<std::string, std::string> files(const std::string& name) const {
    std::map<std::string, std::string> all;
    for (const auto& file : fs::recursive_directory_iterator(folder / name))
      if (file.is_regular_file())
        all[file.path().lexically_relative(folder / name).string()] = read_text(file.path());
    return all;
  }
};

TEST_F(Extract, WritesFilterBanksHereUnlessToldOtherwise) {
  sound("song.wav", noise(1, 16000));
  const fs::path before = fs::current_path();
  fs::current_path(folder.path);
  program = (before / program).string();
  Result r = extract({"song.wav"});
  fs::current_path(before);
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(r.out, "song.npy: 98 x 80 float32\n");
  const Tensor got = hearth::npy::load(folder / "song.npy");
  EXPECT_TRUE(got.equal(Extractor(preset("kaldi-fbank80"))(noise(1, 16000)[0])));
  // A second time it does not replace anything.
  fs::current_path(folder.path);
  r = extract({"song.wav"});
  fs::current_path(before);
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("[song.npy] exists; replace with --overwrite"));
  EXPECT_FALSE(folder.has("manifest.jsonl"));
}

TEST_F(Extract, KeepsRelativePathsAndSaysWhatItDid) {
  sound("in/a/one.wav", noise(1, 8000, 1));
  sound("in/b/one.wav", noise(1, 4000, 2));
  sound("in/two.flac", noise(1, 100, 3));
  Result r = extract({folder / "in", "--preset", "whisper", "--output", folder / "out", "--json",
                      "--threads", "2"});
  ASSERT_EQ(r.code, 0) << r.err;
  const json report = json::parse(r.last());
  EXPECT_EQ(report["done"], 3);
  EXPECT_EQ(report["failed"], 0);
  const Extractor whisper(preset("whisper"));
  EXPECT_TRUE(hearth::npy::load(folder / "out/a/one.npy").equal(whisper(noise(1, 8000, 1)[0])));
  EXPECT_TRUE(hearth::npy::load(folder / "out/b/one.npy").equal(whisper(noise(1, 4000, 2)[0])));
  EXPECT_EQ(hearth::npy::load(folder / "out/two.npy").sizes(), (std::vector<int64_t>{0, 80}));
  const auto manifest = lines("out/manifest.jsonl");
  ASSERT_EQ(manifest.size(), 3U);
  EXPECT_EQ(manifest[0]["id"], "a/one");
  EXPECT_EQ(manifest[0]["frames"], 50);
  EXPECT_EQ(manifest[0]["seconds"], 0.5);
  EXPECT_EQ(manifest[2]["id"], "two");
  EXPECT_FALSE(folder.has("out/errors.jsonl"));
}

TEST_F(Extract, ResamplesAndMixesWithAWord) {
  const Tensor wave = noise(2, 22050);
  sound("x.wav", wave, 44100);
  Result r = extract({folder / "x.wav", "--output", folder / "out"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.err, HasSubstr("44100 Hz is resampled to 16000 Hz, 2 channels are mixed"));
  const Tensor mono = wave.mean(0);
  const Extractor fbank(preset("kaldi-fbank80"));
  const Tensor want = fbank(hearth::audio::functional::resample(mono, 44100, 16000));
  EXPECT_TRUE(hearth::npy::load(folder / "out/x.npy").allclose(want, 1e-4, 1e-4));
  r = extract({folder / "x.wav", "--output", folder / "each", "--channel", "each"});
  ASSERT_EQ(r.code, 0) << r.err;
  r = extract({folder / "x.wav", "--output", folder / "one", "--channel", "1"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(read_text(folder / "each/x-1.npy"), read_text(folder / "one/x.npy"));
  EXPECT_NE(read_text(folder / "each/x-0.npy"), read_text(folder / "one/x.npy"));
  r = extract({folder / "x.wav", "--output", folder / "no", "--rate-policy", "error"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("x.wav] has 44100 Hz, the features are of 16000"));
  r = extract({folder / "x.wav", "--output", folder / "no2", "--channel", "2"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("has no channel 2"));
}

TEST_F(Extract, WritesEveryFormat) {
  sound("in/a.wav", noise(1, 8000, 1));
  sound("in/b.wav", noise(1, 4000, 2));
  const Extractor mfcc(preset("kaldi-mfcc"));
  for (const auto& [format, target, result] : {std::tuple("npy", "npy", "npy"),
                                               {"htk", "htk", "htk"},
                                               {"csv", "csv", "csv"},
                                               {"csv", "all.csv", "all.csv"},
                                               {"npz", "npz", "npz/feats.npz"},
                                               {"ark", "kaldi", "kaldi/feats.scp"},
                                               {"ark", "x.ark", "x.scp"},
                                               {"safetensors", "x.safetensors", "x.safetensors"}}) {
    const Result r = extract({folder / "in", "--preset", "kaldi-mfcc", "--format", format,
                              "--output", folder / target, "--threads", "2"});
    ASSERT_EQ(r.code, 0) << r.err;
    hearth::audio::FeatureReader reader(folder / result);
    std::map<std::string, Tensor> read;
    while (auto entry = reader.next()) read[entry->id] = entry->values;
    ASSERT_EQ(read.size(), 2U) << format << target;
    EXPECT_TRUE(read["a"].allclose(mfcc(noise(1, 8000, 1)[0]), 1e-5, 1e-5)) << format;
    EXPECT_TRUE(read["b"].allclose(mfcc(noise(1, 4000, 2)[0]), 1e-5, 1e-5)) << format;
  }
}

TEST_F(Extract, TakesSeveralFeaturesAndConfigurations) {
  sound("a.wav", noise(1, 8000));
  Result r = extract({"--print-features", "--preset", "nemo", "--set", "num_bands=20"});
  ASSERT_EQ(r.code, 0) << r.err;
  write_text(folder / "mine.json", r.out);
  r = extract({folder / "a.wav", "--preset", "kaldi-fbank80", "--preset", "hifigan", "--features",
               folder / "mine.json", "--output", folder / "out"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(hearth::npy::load(folder / "out/kaldi-fbank80/a.npy").size(1), 80);
  EXPECT_EQ(hearth::npy::load(folder / "out/hifigan/a.npy").size(0), 11025 / 256);
  EXPECT_TRUE(hearth::npy::load(folder / "out/mine/a.npy")
                  .equal(Extractor(preset("nemo").num_bands(20))(noise(1, 8000)[0])));
  EXPECT_EQ(lines("out/manifest.jsonl").size(), 3U);
  r = extract({folder / "a.wav", "--set", "num_mels=3"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("no option \"num_mels\""));
  r = extract({folder / "a.wav", "--preset", "kaldi"});
  EXPECT_EQ(r.code, 2);
  r = extract({});
  EXPECT_EQ(r.code, 2);
}

TEST_F(Extract, ReadsLists) {
  sound("data/x.wav", noise(1, 16000));
  write_text(folder / "data/wav.scp", "rec1 " + (folder / "data/x.wav") + "\n");
  write_text(folder / "data/segments", "utt1 rec1 0 0.5\nutt2 rec1 0.5 -1\n");
  write_text(folder / "data/utt2spk", "utt1 s\nutt2 s\n");
  Result r = extract({folder / "data", "--format", "ark", "--output", folder / "data/feats.ark"});
  ASSERT_EQ(r.code, 0) << r.err;
  const Extractor fbank(preset("kaldi-fbank80"));
  hearth::audio::FeatureReader reader(folder / "data/feats.scp");
  const auto first = reader.next(), second = reader.next();
  ASSERT_TRUE(first && second && !reader.next());
  EXPECT_EQ(first->id, "utt1");
  EXPECT_TRUE(first->values.equal(fbank(noise(1, 16000)[0].slice(0, 0, 8000))));
  EXPECT_TRUE(second->values.equal(fbank(noise(1, 16000)[0].slice(0, 8000))));
  // Commands are run for those who say so.
  write_text(folder / "pipe.scp", "p cat " + (folder / "data/x.wav") + " |\n");
  r = extract({folder / "pipe.scp", "--output", folder / "pipe"});
  EXPECT_EQ(r.code, 1);
  EXPECT_FALSE(folder.has("pipe/p.npy"));
  r = extract({folder / "pipe.scp", "--output", folder / "pipe", "--allow-pipes"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_TRUE(hearth::npy::load(folder / "pipe/p.npy").equal(fbank(noise(1, 16000)[0])));
  // A tar archive, and part i of n.
  for (int i = 0; i < 5; ++i) sound("tar/" + std::to_string(i) + ".wav", noise(1, 4000, 10 + i));
  ASSERT_EQ(
      std::system(("tar -C " + (folder / "tar") + " -cf " + (folder / "x.tar") + " .").c_str()), 0);
  r = extract({folder / "x.tar", "--output", folder / "out", "--threads", "2"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_TRUE(hearth::npy::load(folder / "out/3.npy").equal(fbank(noise(1, 4000, 13)[0])));
  r = extract({folder / "tar", "--output", folder / "shard", "--shard", "2/3"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_TRUE(folder.has("shard/1.npy") && folder.has("shard/4.npy"));
  EXPECT_FALSE(folder.has("shard/0.npy") || folder.has("shard/2.npy"));
  EXPECT_EQ(extract({folder / "tar", "--shard", "4/3"}).code, 2);
}

TEST_F(Extract, PartsEndWithTheirRecordings) {
  sound("x.wav", noise(1, 16000));
  const auto message = [&](const std::string& times) {
    write_text(folder / "parts.csv", "id,path,start,end\np,x.wav," + times + "\n");
    const Result r = extract({folder / "parts.csv", "--output", folder / "out", "--overwrite"});
    return r.code == 0 ? "" : r.err;
  };
  EXPECT_EQ(message("0,1.4"), "");  // times in lists are rounded
  EXPECT_THAT(message("0,1.6"), HasSubstr("'p' ends at 1.6 s, but the file at 1 s"));
  EXPECT_THAT(message("0,1e300"), HasSubstr("'p' ends at 1e+300 s, but the file at 1 s"));
  EXPECT_THAT(message("1e300,1e301"), HasSubstr("after the end of the file"));
}

TEST_F(Extract, TheEndingOfTheOutputSaysTheFormat) {
  sound("in/a.wav", noise(1, 4000));
  for (const char* ending : {"npz", "ark", "csv", "safetensors"}) {
    const std::string out = folder / (std::string("f.") + ending);
    ASSERT_EQ(extract({folder / "in", "--output", out}).code, 0) << ending;
    EXPECT_TRUE(fs::is_regular_file(out)) << ending;
  }
}

TEST_F(Extract, GoesOnFromWhateverTheManifestHolds) {
  sound("in/a.wav", noise(1, 4000));
  const std::vector<std::string> resume{folder / "in", "--output", folder / "out", "--resume"};
  ASSERT_EQ(extract(resume).code, 0);
  const json whole = lines("out/manifest.jsonl").at(0);
  for (const char* field : {"stamp", "source", "file", "config", "task"})
    for (const bool gone : {true, false}) {
      json line = whole;
      gone ? void(line.erase(field)) : void(line[field] = json::array({1}));
      write_text(folder / "out/manifest.jsonl", line.dump() + "\n[]\nno json\n");
      const Result r = extract(resume);
      if (std::string(field) == "config") {
        EXPECT_THAT(r.err, HasSubstr("another configuration")) << gone;
        continue;
      }
      EXPECT_EQ(r.code, 0) << field << gone << r.err;
      EXPECT_EQ(lines("out/manifest.jsonl"), std::vector<json>{whole}) << field << gone;
    }
}

TEST_F(Extract, NamesAndCountsWhatFails) {
  sound("in/good.wav", noise(1, 8000));
  sound("in/short.wav", noise(1, 8000));
  write_text(folder / "in/empty.wav", "");
  write_text(folder / "in/text.wav", "not a sound\n");
  fs::resize_file(folder / "in/short.wav", 5000);
  Tensor bad = noise(1, 4000);
  bad[0][77] = std::nan("");
  hearth::audio::save(folder / "in/nan.wav", bad, 16000);
  hearth::audio::save(folder / "in/wide.wav", noise(1024, 800), 16000);
  Result r = extract({folder / "in", "--output", folder / "out", "--json", "--threads", "2"});
  EXPECT_EQ(r.code, 1);
  const json report = json::parse(r.last());
  EXPECT_EQ(report["done"], 2);
  EXPECT_EQ(report["failed"], 4);
  const auto errors = lines("out/errors.jsonl");
  ASSERT_EQ(errors.size(), 4U);
  std::map<std::string, std::string> messages;
  for (const json& e : errors) {
    messages[e["id"]] = e["message"];
    EXPECT_THAT(r.err, HasSubstr(e["message"].get<std::string>()));
  }
  EXPECT_THAT(messages["nan"], HasSubstr("nan.wav] holds NaN or infinite samples"));
  for (const char* name : {"empty", "text", "short"})
    EXPECT_THAT(messages[name], HasSubstr(std::string(name) + ".wav")) << messages[name];
  EXPECT_EQ(hearth::npy::load(folder / "out/wide.npy").sizes(), (std::vector<int64_t>{3, 80}));
  r = extract({folder / "in/nan.wav", folder / "in/short.wav", "--output", folder / "again",
               "--allow-nan", "--partial"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(hearth::npy::load(folder / "again/short.npy").size(0), (2478 - 400) / 160 + 1);
  // The first error stops it.
  r = extract({folder / "in", "--output", folder / "stop", "--on-error", "stop", "--threads", "1"});
  EXPECT_EQ(r.code, 1);
  EXPECT_FALSE(folder.has("stop/wide.npy"));
}

TEST_F(Extract, StopsBeforeItStartsWhereResultsWouldMeet) {
  sound("a/x.wav", noise(1, 4000));
  sound("b/x.wav", noise(1, 4000));
  const Result r = extract({folder / "a/x.wav", folder / "b/x.wav", "--output", folder / "out"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("the result x would be that of both"));
  EXPECT_FALSE(folder.has("out"));
}

TEST_F(Extract, GoesOnAfterItWasKilled) {
  constexpr int kFiles = 60;
  for (int i = 0; i < kFiles; ++i)
    sound("in/" + std::to_string(i) + ".wav", noise(1, 16000 + 160 * i, static_cast<uint64_t>(i)));
  write_text(folder / "in/broken.wav", "RIFF");
  const auto arguments = [&](const char* output, bool resume) {
    std::vector<std::string> all{"extract",  folder / "in", "--output",  folder / output,
                                 "--preset", "kaldi-mfcc",  "--threads", "2"};
    if (resume) all.push_back("--resume");
    return all;
  };
  ASSERT_EQ(run(arguments("whole", false)).code, 1);
  auto whole = files("whole");
  const auto there = [&] {
    size_t n = 0;
    std::error_code none;
    for (auto i = fs::directory_iterator(folder / "out", none);
         !none && i != fs::directory_iterator(); i.increment(none))
      ++n;
    return n;
  };
  std::mt19937 random(1);
  int in_the_middle = 0;
  for (int round = 0; round < 10; ++round) {
    fs::remove_all(folder / "out");
    for (int attempt = 0; attempt < 3; ++attempt) {
      const pid_t child = start(arguments("out", true));
      int status = 0;
      // Killed once so many files are there, or before.
      const size_t enough = random() % whole.size();
      while (there() < enough && ::waitpid(child, &status, WNOHANG) == 0) continue;
      ::kill(child, SIGKILL);
      ::waitpid(child, &status, 0);
      in_the_middle += there() > 1 && there() < whole.size();
    }
    const Result r = run(arguments("out", true));
    ASSERT_EQ(r.code, 1) << r.err;
    auto now = files("out");
    for (auto* set : {&whole, &now})
      for (auto& [name, text] : *set)
        if (name == "manifest.jsonl")
          for (size_t at; (at = text.find("/out/")) != text.npos;) text.replace(at, 5, "/whole/");
    std::string names;
    for (const auto& file : now) names += file.first + " ";
    ASSERT_EQ(now.size(), whole.size()) << names;
    ASSERT_EQ(now, whole);
  }
  EXPECT_GT(in_the_middle, 0);
  // Everything is there: nothing is done again.
  const Result r = run(arguments("out", true));
  EXPECT_THAT(r.out, HasSubstr("60 of 61 recordings extracted, 60 of them before, 1 failed"));
  // But not for other features.
  auto other = arguments("out", true);
  other.insert(other.end(), {"--set", "num_ceps=5"});
  const Result refused = run(other);
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("another configuration"));
}

TEST_F(Extract, TakesLongSoundsInPieces) {
  // Above what is held in memory at once, so blocks are streamed; with the bits of the whole.
  const Tensor wave = noise(1, (1 << 22) + 5000);
  sound("long.wav", wave);
  for (const char* name : {"kaldi-mfcc", "whisper"}) {
    for (const char* format : {"npy", "npz"}) {
      const std::string out = folder / (std::string(name) + format);
      const Result r =
          extract({folder / "long.wav", "--preset", name, "--format", format, "--output", out});
      ASSERT_EQ(r.code, 0) << r.err;
      hearth::audio::FeatureReader reader(out);
      const auto got = reader.next();
      ASSERT_TRUE(got);
      const Tensor want = Extractor(preset(name))(wave[0]);
      EXPECT_TRUE(name[0] == 'k' ? got->values.equal(want) : got->values.allclose(want, 1e-5, 1e-5))
          << name;
    }
  }
}

TEST_F(Extract, IsMeasuredByBench) {
  const Result r = run({"bench", "--preset", "whisper", "--preset", "hifigan", "--length", "1",
                        "--time", "0.01", "--json"});
  ASSERT_EQ(r.code, 0) << r.err;
  const json report = json::parse(r.last());
  EXPECT_EQ(report.size(), 2U);
  EXPECT_GT(report["whisper"].get<double>(), 1);
}

TEST_F(Extract, ListsPresets) {
  const Result r = extract({"--list-presets"});
  ASSERT_EQ(r.code, 0);
  EXPECT_THAT(r.out, HasSubstr("kaldi-fbank80"));
  EXPECT_EQ(json::parse(extract({"--list-presets", "--json"}).last()).size(), 10U);
}

}  // namespace
