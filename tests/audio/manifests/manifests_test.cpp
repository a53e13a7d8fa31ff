// SPDX-License-Identifier: Apache-2.0
// Lists of recordings of all kinds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/audio/manifests/kaldi_data.h"
#include "hearth/audio/manifests/utterance.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth::audio {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Manifests : testing::Test {
  std::string add(const std::string& name, const std::string& text) {
    const std::filesystem::path path = folder / name;
    std::filesystem::create_directories(path.parent_path());
    write_text(path.string(), text);
    return path.string();
  }
  std::string error(const std::string& name, const std::string& text,
                    const ManifestOptions& options = {}) {
    const std::string path = add(name, text);
    return error_of<FormatError>([&] { read_manifest(path, options); });
  }
  TemporaryFolder folder;
};

std::vector<std::string> ids(const std::vector<Utterance>& utterances) {
  std::vector<std::string> all;
  for (const Utterance& utterance : utterances) all.push_back(utterance.id);
  return all;
}

TEST_F(Manifests, WavScp) {
  add("data/b.wav", "");
  const auto list = add("data/wav.scp", "a /x/a b.wav\nb\tb.wav  \r\n\nc  nowhere.wav\n");
  const auto all = read_manifest(list);
  ASSERT_THAT(ids(all), ElementsAre("a", "b", "c"));
  EXPECT_EQ(all[0].path, "/x/a b.wav");
  EXPECT_EQ(all[1].path, folder / "data/b.wav");
  EXPECT_EQ(all[2].path, "nowhere.wav");
  EXPECT_EQ(all[0].start, 0);
  EXPECT_EQ(all[0].end, -1);
  EXPECT_EQ(all[0].channel, -1);
  EXPECT_EQ(read_manifest(list, ManifestOptions().root("/root"))[2].path, "/root/nowhere.wav");
  write_text(list + ".gz", gzipped(read_text(list)));
  EXPECT_EQ(read_manifest(list + ".gz").size(), 3u);
}

TEST_F(Manifests, CommandsAreRefusedUnlessAllowed) {
  const std::string text = "a sox x.wav -t wav - |\n";
  EXPECT_THAT(error("wav.scp", text), AllOf(HasSubstr("wav.scp: line 1"), HasSubstr("command")));
  const auto all = read_manifest(folder / "wav.scp", ManifestOptions().allow_commands(true));
  EXPECT_TRUE(all[0].is_command());
  EXPECT_EQ(all[0].path, "sox x.wav -t wav - |");
  EXPECT_NE(error("w", "a | cat\n", ManifestOptions().allow_commands(true)), "");
}

TEST_F(Manifests, WavScpSaysWhatIsWrong) {
  EXPECT_THAT(error("w", "a x\nb\n"), HasSubstr("w: line 2"));
  EXPECT_THAT(error("w", "a x\nb y\na z\n"),
              AllOf(HasSubstr("line 3"), HasSubstr("'a' comes again")));
  EXPECT_NE(error("w", "a -\n"), "");
  EXPECT_THROW(read_manifest(folder / "missing"), FileError);
  EXPECT_THAT(read_manifest(add("none", "")), IsEmpty());
}

TEST_F(Manifests, Tables) {
  add("clips/1.mp3", "");
  const auto all = read_manifest(
      add("t.tsv",
          "client_id\tpath\tsentence\tage\nme\tclips/1.mp3\tsaid \"so\"\t\nyou\t/x/2.mp3\t\t40\n"));
  ASSERT_THAT(ids(all), ElementsAre("clips/1", "/x/2"));
  EXPECT_EQ(all[0].path, folder / "clips/1.mp3");
  EXPECT_EQ(all[0].speaker, "me");
  EXPECT_EQ(all[0].text, "said \"so\"");
  const auto parts = read_manifest(add("t.csv",
                                       "filename,start,duration,end,channel,label\n\"a,b.wav\",1.5,"
                                       "2,,1,dog\na.wav,0,,3,0,cat\na.wav,3,,4,-1,\n"));
  ASSERT_THAT(ids(parts), ElementsAre("a,b", "a", "a-2"));
  EXPECT_EQ(parts[0].start, 1.5);
  EXPECT_EQ(parts[0].end, 3.5);
  EXPECT_EQ(parts[0].channel, 1);
  EXPECT_EQ(parts[0].label, "dog");
  EXPECT_EQ(parts[1].end, 3);
  // How long a file is makes no part of it.
  EXPECT_EQ(read_manifest(add("d.csv", "path,duration\na.wav,2.5\n"))[0].end, -1);
  const auto named = ManifestOptions().columns({{"path", "clip"}, {"label", "path"}});
  const auto own = read_manifest(add("n.csv", "clip,path\na.wav,x\n"), named);
  EXPECT_EQ(own[0].path, folder / "a.wav");
  EXPECT_EQ(own[0].label, "x");
  EXPECT_EQ(read_manifest(add("one.csv", "path\na.wav\n"))[0].id, "a");
}

TEST_F(Manifests, TablesSayWhatIsWrong) {
  EXPECT_THAT(error("t", "id,path\na,x\na,y\n"), HasSubstr("line 3"));
  EXPECT_THAT(error("t", "path,start,end\nx,2,1\n"), HasSubstr("2 to 1 seconds"));
  EXPECT_NE(error("t", "path,start\nx,-1\n"), "");
  EXPECT_NE(error("t", "path,start\nx,nan\n"), "");
  EXPECT_THAT(error("t", "path,start\nx,soon\n"), HasSubstr("the start in seconds, got 'soon'"));
  EXPECT_NE(error("t", "path,channel\nx,left\n"), "");
  EXPECT_NE(error("t", "path,label\n,dog\n"), "");
  EXPECT_THAT(error_of<FormatError>([&] { read_table(add("t", "a,b\n1,2\n")); }),
              HasSubstr("a column with paths"));
  EXPECT_THAT(error("t", "path,b\nx,2\n", ManifestOptions().columns({{"label", "c"}})),
              HasSubstr("no column 'c'"));
  EXPECT_THROW(read_manifest(folder / "t", ManifestOptions().columns({{"colour", "c"}})),
               ValueError);
}

TEST_F(Manifests, JsonLines) {
  const auto all = read_manifest(
      add("m.json", R"({"audio_filepath": "a.wav", "duration": 3.2, "text": "hello", "offset": 0.5}
{"audio_filepath": "a.wav", "duration": 1, "text": "you", "offset": 4, "speaker": 7}
{"id": "x", "path": "/b.wav", "label": "dog", "channel": 1}
)"));
  ASSERT_THAT(ids(all), ElementsAre("a", "a-2", "x"));
  EXPECT_EQ(all[0].path, folder / "a.wav");
  EXPECT_EQ(all[0].start, 0.5);
  EXPECT_DOUBLE_EQ(all[0].end, 3.7);
  EXPECT_EQ(all[1].speaker, "7");
  EXPECT_EQ(all[2].channel, 1);
  EXPECT_THAT(error("m", "{\"path\": \"a\"}\n{\"path\": \n"), HasSubstr("line 2"));
  EXPECT_NE(error("m", "{\"path\": {\"a\": 1}}\n"), "");
}

constexpr const char* kRecordings =
    R"({"id": "r1", "sources": [{"type": "file", "channels": [0], "source": "/a.flac"}], "sampling_rate": 16000, "num_samples": 32000, "duration": 2.0}
{"id": "r2", "sources": [{"type": "file", "channels": [0], "source": "/l.wav"}, {"type": "file", "channels": [1, 3], "source": "/r.wav"}], "sampling_rate": 8000, "num_samples": 8000, "duration": 1.0}
)";

TEST_F(Manifests, Lhotse) {
  add("recordings.jsonl", kRecordings);
  write_text(
      folder / "supervisions.jsonl.gz",
      gzipped(
          R"({"id": "s1", "recording_id": "r1", "start": 0.5, "duration": 1.0, "channel": 0, "text": "hello", "speaker": "me"}
{"id": "s2", "recording_id": "r2", "start": 0, "duration": 1.0, "channel": [3]}
)"));
  write_text(folder / "recordings.jsonl.gz", gzipped(kRecordings));
  const auto supervisions = read_manifest(folder / "supervisions.jsonl.gz");
  ASSERT_THAT(ids(supervisions), ElementsAre("s1", "s2"));
  EXPECT_EQ(supervisions[0].path, "/a.flac");
  EXPECT_EQ(supervisions[0].end, 1.5);
  EXPECT_EQ(supervisions[0].text, "hello");
  EXPECT_EQ(supervisions[0].speaker, "me");
  // The recording's channel 3 is its file's second.
  EXPECT_EQ(supervisions[1].path, "/r.wav");
  EXPECT_EQ(supervisions[1].channel, 1);
  EXPECT_THAT(error("r.jsonl", kRecordings), HasSubstr("several files"));
  const std::string one =
      std::string(kRecordings).substr(0, std::string(kRecordings).find('\n') + 1);
  EXPECT_EQ(read_manifest(add("r.jsonl", one))[0].channel, -1);
  const auto cuts = read_manifest(add(
      "cuts.jsonl",
      R"({"id": "c1", "start": 0.25, "duration": 1.5, "channel": 0, "supervisions": [{"id": "s", "recording_id": "r1", "start": 0, "duration": 1, "text": "one", "speaker": "me"}, {"id": "t", "recording_id": "r1", "start": 1, "duration": 0.5, "text": "two"}], "recording": )" +
          one.substr(0, one.size() - 1) + R"(, "type": "MonoCut"})" + "\n"));
  ASSERT_THAT(ids(cuts), ElementsAre("c1"));
  EXPECT_EQ(cuts[0].end, 1.75);
  EXPECT_EQ(cuts[0].text, "one two");
  EXPECT_EQ(cuts[0].speaker, "me");
  EXPECT_THAT(error("c", R"({"id": "m", "type": "MixedCut", "tracks": []})"),
              HasSubstr("MixedCut"));
  EXPECT_NE(error("c", R"({"id": "m", "type": "MonoCut", "start": 0, "duration": 1})"), "");
  EXPECT_THAT(error("supervisions.jsonl",
                    R"({"id": "s", "recording_id": "r9", "start": 0, "duration": 1})"),
              HasSubstr("no recording 'r9'"));
  EXPECT_NE(
      error("r",
            R"({"id": "r", "sources": [{"type": "command", "channels": [0], "source": "cat x"}]})"),
      "");
  EXPECT_NE(
      error("r",
            R"({"id": "r", "sources": [{"type": "url", "channels": [0], "source": "http://x"}]})"),
      "");
  EXPECT_NE(error("r", R"({"id": "r", "sources": []})"), "");
  EXPECT_THAT(
      error("r", R"({"id": "r", "sources": [{"type": "file", "channels": [0], "source": "/a"}], )"
                 R"("transforms": [{"name": "Speed", "kwargs": {"factor": 0.9}}]})"),
      HasSubstr("changed while it is loaded"));
}

// ---- Kaldi data directories

struct DataDirs : Manifests {
  void SetUp() override {
    add("data/wav.scp", "r1 /r1.wav\nr2 /r2.wav\n");
    add("data/segments", "a-1 r1 0.0 1.5\na-2 r1 1.5 -1\nb-1 r2 0.25 1 1\n");
    add("data/utt2spk", "a-1 a\na-2 a\nb-1 b\n");
    add("data/spk2utt", "a a-1 a-2\nb b-1\n");
    add("data/text", "a-1 good morning\na-2 ja\nb-1 né\n");
    add("data/utt2dur", "a-1 1.5\na-2 2\nb-1 0.75\n");
  }
  std::vector<std::string> complaints(const std::string& name, const std::string& text) {
    const std::string before = read_text(folder / ("data/" + name));
    add("data/" + name, text);
    auto all = check_kaldi_data(folder / "data");
    add("data/" + name, before);
    return all;
  }
};

TEST_F(DataDirs, AreRead) {
  const auto all = read_manifest(folder / "data");
  ASSERT_THAT(ids(all), ElementsAre("a-1", "a-2", "b-1"));
  EXPECT_EQ(all[0].path, "/r1.wav");
  EXPECT_EQ(all[0].end, 1.5);
  EXPECT_EQ(all[1].end, -1);
  EXPECT_EQ(all[2].channel, 1);
  EXPECT_EQ(all[2].speaker, "b");
  EXPECT_EQ(all[0].text, "good morning");
  std::filesystem::remove(folder / "data/utt2spk");
  EXPECT_EQ(read_manifest(folder / "data")[2].speaker, "b");
  std::filesystem::remove(folder / "data/segments");
  EXPECT_THAT(ids(read_manifest(folder / "data")), ElementsAre("r1", "r2"));
  add("data/utt2lang", "r1 de\n");
  EXPECT_EQ(read_manifest(folder / "data")[0].label, "de");
  EXPECT_THROW(read_manifest(folder.path), FormatError);
}

TEST_F(DataDirs, SegmentsSayWhatIsWrong) {
  for (const auto& [line, phrase] :
       std::vector<std::pair<std::string, std::string>>{{"a r1 0", "got 3 words"},
                                                        {"a r9 0 1", "no recording 'r9'"},
                                                        {"a r1 x 1", "'x'"},
                                                        {"a r1 2 1", "2 to 1 seconds"},
                                                        {"a r1 0 -2", "0 to -2"},
                                                        {"a r1 0 1 c", "channel"}}) {
    add("data/segments", line + "\n");
    EXPECT_THAT(error_of<FormatError>([&] { read_manifest(folder / "data"); }),
                AllOf(HasSubstr("segments: line 1"), HasSubstr(phrase)));
  }
}

TEST_F(DataDirs, WhatIsWellHasNoComplaints) {
  EXPECT_THAT(check_kaldi_data(folder / "data"), IsEmpty());
  EXPECT_THROW(check_kaldi_data(folder / "nowhere"), FileError);
}

TEST_F(DataDirs, ComplaintsNameFileAndKey) {
  EXPECT_THAT(complaints("text", "a-2 ja\na-1 x\nb-1 y\n"),
              ElementsAre(HasSubstr("text: line 2: 'a-1' comes after 'a-2'")));
  EXPECT_THAT(complaints("text", "a-1 x\na-1 x\na-2 y\nb-1 y\n"),
              ElementsAre(HasSubstr("comes again")));
  EXPECT_THAT(complaints("text", "a-1 x\nb-1 y\n"),
              ElementsAre(HasSubstr("text lacks 'a-2', which utt2spk has")));
  EXPECT_THAT(complaints("text", "a-1 x\na-2 y\nb-1 y\nb-2 z\n"),
              ElementsAre(HasSubstr("text has 'b-2', unlike utt2spk")));
  EXPECT_THAT(complaints("text", "a-1 x\na-2\nb-1 y\n"),
              ElementsAre(HasSubstr("'a-2' has no words")));
  for (const char* bytes :
       {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x28\xa1"})
    EXPECT_THAT(complaints("text", std::string("a-1 ") + bytes + "\na-2 \xf0\x9f\x98\x80\nb-1 y\n"),
                ElementsAre(HasSubstr("line 1: is no UTF-8")));
  EXPECT_THAT(complaints("spk2utt", "a a-1\nb b-1\n"),
              ElementsAre(HasSubstr("spk2utt lacks 'a-2 a'")));
  EXPECT_THAT(complaints("utt2dur", "a-1 1\na-2 0\nb-1 x\n"),
              ElementsAre(HasSubstr("'a-2' has the length '0'"), HasSubstr("'x'")));
  EXPECT_THAT(complaints("segments", "a-1 r1 0 1\na-2 r9 1 2\nb-1 r2 0 1\n"),
              ElementsAre(HasSubstr("no recording 'r9'")));
  EXPECT_THAT(complaints("wav.scp", "r1 /x\n"), ElementsAre(HasSubstr("no recording 'r2'")));
  EXPECT_THAT(complaints("feats.scp", "a-1 x.ark:1\n"),
              ElementsAre(HasSubstr("feats.scp lacks 'a-2' and 1 more keys")));
}

TEST_F(DataDirs, SpeakersBeginTheirUtterances) {
  std::filesystem::remove(folder / "data/feats.scp");
  add("data/utt2spk", "a-1 z\na-2 z\nb-1 b\n");
  add("data/spk2utt", "b b-1\nz a-1 a-2\n");
  EXPECT_THAT(check_kaldi_data(folder / "data"),
              ElementsAre(HasSubstr("make speakers the beginnings")));
}

TEST_F(DataDirs, MissingFilesAreNamed) {
  std::filesystem::remove(folder / "data/text");
  EXPECT_THAT(check_kaldi_data(folder / "data"), ElementsAre(HasSubstr("text is missing")));
  EXPECT_THAT(check_kaldi_data(folder / "data", DataDirOptions().need_text(false)), IsEmpty());
  EXPECT_THAT(check_kaldi_data(folder / "data", DataDirOptions().need_text(false).need_feats(true)),
              ElementsAre(HasSubstr("feats.scp is missing")));
  std::filesystem::remove(folder / "data/spk2utt");
  std::filesystem::remove(folder / "data/utt2spk");
  EXPECT_THAT(check_kaldi_data(folder / "data"),
              ElementsAre(HasSubstr("text is"), HasSubstr("utt2spk is")));
}

}  // namespace
}  // namespace hearth::audio
