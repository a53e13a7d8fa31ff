// SPDX-License-Identifier: Apache-2.0
// Data sets of sounds, on tiny trees laid out as the archives are.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/audio/io/save.h"
#include "hearth/data/dataloader.h"
#include "hearth/datasets/audio/manifest.h"
#include "hearth/datasets/audio/sounds.h"
#include "hearth/datasets/audio/speech.h"
#include "hearth/datasets/audio/speechcommands.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth::datasets {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

namespace fs = std::filesystem;

struct AudioSets : testing::Test {
  std::string path(const std::string& name) const {
    const fs::path path = folder / name;
    fs::create_directories(path.parent_path());
    return path.string();
  }
  void text(const std::string& name, const std::string& bytes) { write_text(path(name), bytes); }
  /// A sound of one value, which tells it from others.
  void sound(const std::string& name, float value, int64_t rate = 16000) {
    audio::save(path(name), full({1, 100}, value), rate);
  }
  static float value(const Tensor& waveform) { return waveform[0][50].item<float>(); }
  TemporaryFolder folder;
};

struct Commands : AudioSets {
  void fill(const std::string& base) {
    sound(base + "yes/0a_nohash_0.wav", 0.5);
    sound(base + "yes/0a_nohash_1.wav", 0.25);
    sound(base + "no/b_nohash_0.wav", 0.125);
    sound(base + "no/c_nohash_12.wav", -0.5);
    sound(base + "_background_noise_/hum.wav", 0.75);
    text(base + "validation_list.txt", "yes/0a_nohash_1.wav\n");
    text(base + "testing_list.txt", "no/c_nohash_12.wav\nno/b_nohash_0.wav\n");
  }
};

TEST_F(Commands, HaveTheListsOfTheArchive) {
  fill("SpeechCommands/speech_commands_v0.02/");
  SPEECHCOMMANDS all(folder.path);
  ASSERT_EQ(all.size(), 4u);
  const SpeechCommandsSample sample = all.get(1);
  EXPECT_EQ(sample.label, "no");
  EXPECT_EQ(sample.speaker_id, "c");
  EXPECT_EQ(sample.utterance_number, 12);
  EXPECT_EQ(sample.sample_rate, 16000);
  EXPECT_EQ(value(sample.waveform), -0.5);
  EXPECT_FALSE(all.get_metadata(1).waveform.defined());
  SPEECHCOMMANDS train(folder.path, "speech_commands_v0.02", "SpeechCommands", false, "training");
  ASSERT_EQ(train.size(), 1u);
  EXPECT_EQ(value(train.get(0).waveform), 0.5);
  SPEECHCOMMANDS valid(folder.path, "speech_commands_v0.02", "SpeechCommands", false, "validation");
  ASSERT_EQ(valid.size(), 1u);
  EXPECT_EQ(value(valid.get(0).waveform), 0.25);
  SPEECHCOMMANDS test(folder.path, "speech_commands_v0.02", "SpeechCommands", false, "testing");
  ASSERT_EQ(test.size(), 2u);
  EXPECT_EQ(value(test.get(1).waveform), 0.125);
  EXPECT_THROW(all.get(4), IndexError);
}

TEST_F(Commands, SayWhatIsMissing) {
  EXPECT_THAT(error_of<FileError>([&] { SPEECHCOMMANDS{folder.path}; }),
              HasSubstr("speech_commands_v0.02; construct with download = true"));
  EXPECT_THROW(SPEECHCOMMANDS(folder.path, "speech_commands_v9"), ValueError);
  fill("SpeechCommands/speech_commands_v0.02/");
  EXPECT_THROW(SPEECHCOMMANDS(folder.path, "speech_commands_v0.02", "SpeechCommands", false, "x"),
               ValueError);
  text("SpeechCommands/speech_commands_v0.02/testing_list.txt", "../x.wav\n");
  EXPECT_THROW(
      SPEECHCOMMANDS(folder.path, "speech_commands_v0.02", "SpeechCommands", false, "testing"),
      FormatError);
  sound("SpeechCommands/speech_commands_v0.02/no/b_nohash_0.wav", 0, 8000);
  SPEECHCOMMANDS all(folder.path);
  EXPECT_THAT(error_of<FormatError>([&] { all.get(0); }), HasSubstr("16000 Hz, got 8000"));
}

TEST_F(Commands, ArchivesAreUnpacked) {
  fill("tree/");
  ASSERT_EQ(
      std::system(("tar -C '" + folder / "tree" + "' -czf '" + folder / "few.tar.gz' .").c_str()),
      0);
  const std::string url = "http://localhost:1/few.tar.gz";
  // What was left of an attempt that was broken off is no harm.
  text("few.tar.gz.unpacked/half", "x");
  EXPECT_EQ(SPEECHCOMMANDS(folder.path, url).size(), 4u);
  EXPECT_TRUE(folder.has("SpeechCommands/few/yes/0a_nohash_0.wav"));
  EXPECT_FALSE(folder.has("few.tar.gz.unpacked"));
  EXPECT_EQ(SPEECHCOMMANDS(folder.path, url, "SpeechCommands", true).size(), 4u);
}

TEST_F(AudioSets, LibriSpeech) {
  const std::string base = "LibriSpeech/dev-clean/";
  sound(base + "84/121123/84-121123-0000.flac", 0.5);
  sound(base + "84/121123/84-121123-0001.flac", 0.25);
  sound(base + "1272/128104/1272-128104-0003.flac", 0.125);
  text(base + "84/121123/84-121123.trans.txt",
       "84-121123-0000 GO DO YOU HEAR\n84-121123-0001 BUT\n");
  text(base + "1272/128104/1272-128104.trans.txt", "1272-128104-0003 MISTER\n");
  LIBRISPEECH all(folder.path, "dev-clean");
  ASSERT_EQ(all.size(), 3u);
  const LibriSpeechSample sample = all.get(1);
  EXPECT_EQ(sample.transcript, "GO DO YOU HEAR");
  EXPECT_EQ(sample.speaker_id, 84);
  EXPECT_EQ(sample.chapter_id, 121123);
  EXPECT_EQ(sample.utterance_id, 0);
  EXPECT_EQ(value(sample.waveform), 0.5);
  EXPECT_EQ(all.get(0).utterance_id, 3);
  EXPECT_THROW(LIBRISPEECH(folder.path, "dev"), ValueError);
  EXPECT_THROW(LIBRISPEECH(folder.path, "test-clean"), FileError);
  sound(base + "84/121123/84-121123-0002.flac", 0.25);
  EXPECT_THAT(error_of<FormatError>([&] { LIBRISPEECH(folder.path, "dev-clean"); }),
              HasSubstr("84-121123-0002.flac] has no transcript"));
}

TEST_F(AudioSets, LJSpeech) {
  sound("LJSpeech-1.1/wavs/LJ001-0001.wav", 0.5, 22050);
  text("LJSpeech-1.1/metadata.csv", "LJ001-0001|In 1801, \"so|In eighteen, \"so\n");
  LJSPEECH all(folder.path);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all.get(0).transcript, "In 1801, \"so");
  EXPECT_EQ(all.get(0).normalized_transcript, "In eighteen, \"so");
  EXPECT_EQ(value(all.get(0).waveform), 0.5);
  text("LJSpeech-1.1/metadata.csv", "LJ001-0001|In\n");
  EXPECT_THROW(LJSPEECH{folder.path}, FormatError);
}

TEST_F(AudioSets, Vctk) {
  const std::string base = "VCTK-Corpus-0.92/";
  for (const char* name : {"p225_001_mic1", "p225_001_mic2", "p225_002_mic1"})
    sound(base + "wav48_silence_trimmed/p225/" + name + ".flac", 0.5, 48000);
  text(base + "txt/p225/p225_001.txt", "Please call Stella.\n");
  text(base + "txt/p225/p225_002.txt", "Ask her.\n");
  VCTK_092 all(folder.path), first(folder.path, "mic1");
  ASSERT_EQ(all.size(), 1u);
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first.get(1).transcript, "Ask her.");
  EXPECT_EQ(first.get(1).speaker_id, "p225");
  EXPECT_EQ(first.get(1).utterance_id, "002");
  EXPECT_EQ(all.get(0).sample_rate, 48000);
  EXPECT_THROW(VCTK_092(folder.path, "mic3"), ValueError);
}

TEST_F(AudioSets, CommonVoice) {
  fs::create_directories(folder / "clips");
  fs::copy(HEARTH_TEST_DATA_DIR "/sounds/stereo.mp3", folder / "clips/common_1.mp3");
  text("dev.tsv", "client_id\tpath\tsentence\tup_votes\nme\tcommon_1\tHe said \"no\".\t2\n");
  COMMONVOICE all(folder.path, "dev.tsv");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all.get(0).dictionary.at("sentence"), "He said \"no\".");
  EXPECT_EQ(all.get(0).dictionary.at("up_votes"), "2");
  EXPECT_EQ(all.get(0).sample_rate, 44100);
  EXPECT_THROW(COMMONVOICE{folder.path}, FileError);
}

TEST_F(AudioSets, YesNo) {
  sound("waves_yesno/0_1_0_1_1_1_0_0.wav", 0.5, 8000);
  sound("waves_yesno/0_0_0_1_1_1_0_0.wav", 0.25, 8000);
  YESNO all(folder.path);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_THAT(all.get(1).labels, ElementsAre(0, 1, 0, 1, 1, 1, 0, 0));
  EXPECT_EQ(value(all.get(0).waveform), 0.25);
  sound("waves_yesno/a_b.wav", 0, 8000);
  EXPECT_THAT(error_of<FormatError>([&] { YESNO{folder.path}; }), HasSubstr("a_b.wav"));
}

TEST_F(AudioSets, SpokenDigits) {
  for (const char* name : {"7_jackson_4", "7_jackson_32", "0_theo_0"})
    sound("free-spoken-digit-dataset-1.0.9/recordings/" + std::string(name) + ".wav", 0.5, 8000);
  EXPECT_EQ(FreeSpokenDigit(folder.path).size(), 3u);
  EXPECT_EQ(FreeSpokenDigit(folder.path, "testing").size(), 2u);
  FreeSpokenDigit train(folder.path, "training");
  ASSERT_EQ(train.size(), 1u);
  EXPECT_EQ(train.get(0).label, 7);
  EXPECT_EQ(train.get(0).speaker, "jackson");
  EXPECT_EQ(train.get(0).index, 32);
}

TEST_F(AudioSets, ClassesAndFolds) {
  sound("ESC-50-master/audio/1-1-A-0.wav", 0.5, 44100);
  sound("ESC-50-master/audio/2-1-A-1.wav", 0.25, 44100);
  text("ESC-50-master/meta/esc50.csv",
       "filename,fold,target,category,esc10,src_file,take\n1-1-A-0.wav,1,0,dog,True,1,A\n"
       "2-1-A-1.wav,2,1,rooster,True,2,A\n");
  ESC50 all(folder.path), second(folder.path, {2});
  ASSERT_EQ(all.size(), 2u);
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second.get(0).label, "rooster");
  EXPECT_EQ(second.get(0).target, 1);
  EXPECT_EQ(second.get(0).fold, 2);
  EXPECT_THAT(second.classes(), ElementsAre("dog", "rooster"));
  EXPECT_THROW(ESC50(folder.path, {6}), ValueError);
  sound("UrbanSound8K/audio/fold3/100-5-0-0.wav", 0.125, 22050);
  text("UrbanSound8K/metadata/UrbanSound8K.csv",
       "slice_file_name,fsID,start,end,salience,fold,classID,class\n100-5-0-0.wav,1,0,4,1,3,5,"
       "siren\n");
  UrbanSound8K city(folder.path);
  EXPECT_EQ(value(city.get(0).waveform), 0.125);
  EXPECT_EQ(city.get(0).sample_rate, 22050);
  EXPECT_EQ(city.classes().size(), 6u);
  EXPECT_EQ(UrbanSound8K(folder.path, {1, 2}).size(), 0u);
}

TEST_F(AudioSets, FoldersOfClasses) {
  sound("set/cat/a.wav", 0.5);
  sound("set/dog/deep/B.FLAC.flac", 0.25, 8000);
  text("set/dog/notes.txt", "x");
  sound("set/.hidden/c.wav", 0);
  AudioFolder all(folder / "set");
  ASSERT_EQ(all.size(), 2u);
  EXPECT_THAT(all.classes(), ElementsAre("cat", "dog"));
  EXPECT_EQ(all.get(1).target, 1);
  EXPECT_EQ(all.get(1).sample_rate, 8000);
  EXPECT_THROW(AudioFolder{folder / "set/cat"}, FormatError);
  EXPECT_THROW(AudioFolder{folder / "none"}, FileError);
  text("set/cat/broken.wav", "no sound");
  AudioFolder broken(folder / "set");
  EXPECT_THAT(error_of<FormatError>([&] { broken.get(1); }), HasSubstr("broken.wav"));
  // Workers read in the order of the indices.
  auto loader =
      data::make_data_loader(AudioFolder(folder / "set"), data::samplers::SequentialSampler(1),
                             data::DataLoaderOptions(1).workers(1));
  for (const auto& batch : *loader) EXPECT_EQ(value(batch.at(0).waveform), 0.5);
}

TEST_F(AudioSets, ManifestsAndShards) {
  audio::save(path("a.wav"), cat({full({2, 100}, 0.5), full({2, 100}, 0.25)}, 1), 100);
  text("list.csv", "path,start,end,channel,label\na.wav,1,2,1,dog\n");
  AudioManifest list(folder / "list.csv");
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list.get(0).utterance.label, "dog");
  EXPECT_EQ(list.get(0).waveform.sizes(), IntArrayRef({1, 100}));
  EXPECT_EQ(value(list.get(0).waveform), 0.25);

  text("one/x.txt", "hello");
  sound("one/x.wav", 0.5);
  text("one/y.txt", "silent");
  ASSERT_EQ(std::system(("tar -C '" + folder / "one" + "' --sort=name -cf '" +
                         folder / "s.tar' x.txt x.wav y.txt")
                            .c_str()),
            0);
  std::vector<data::WebSample> samples;
  auto loader =
      data::make_data_loader(data::WebDataset({folder / "s.tar"}),
                             data::WebSampler({folder / "s.tar"}), data::DataLoaderOptions(4));
  for (auto& batch : *loader)
    for (data::WebSample& sample : batch) samples.push_back(sample);
  ASSERT_EQ(samples.size(), 2u);
  const ShardSample sample = decode_sound(samples[0]);
  EXPECT_EQ(sample.key, "x");
  EXPECT_EQ(sample.fields.at("txt"), "hello");
  EXPECT_EQ(sample.fields.size(), 1u);
  EXPECT_EQ(value(sample.waveform), 0.5);
  EXPECT_THAT(error_of<FormatError>([&] { decode_sound(samples[1]); }),
              HasSubstr("'y' has no sound"));
  samples[0].fields["wav"] = "broken";
  EXPECT_THAT(error_of<FormatError>([&] { decode_sound(samples[0]); }), HasSubstr("s.tar: x.wav"));
}

}  // namespace
}  // namespace hearth::datasets
