// SPDX-License-Identifier: Apache-2.0
// What hearth-audio does with files of features, as its users see it.
#include <limits>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/audio/feature_files/feature_reader.h"
#include "hearth/audio/feature_files/feature_writer.h"
#include "hearth/hearth.h"

#include "apps/program_test.h"

namespace {

using hearth::Tensor;
using hearth::audio::FeatureFormat, hearth::audio::FeatureReader, hearth::audio::FeatureWriter;
using testing::AllOf, testing::HasSubstr;

struct AudioFeatures : ProgramTest {
  AudioFeatures() : ProgramTest("hearth-audio") {
    FeatureWriter writer(FeatureFormat::Ark, folder / "a.ark");
    for (const auto& [id, values] : features) writer.write(id, values);
    writer.close();
  }
  std::string path(const std::string& name) const { return folder / name; }
  std::map<std::string, Tensor> read(const std::string& name) const {
    std::map<std::string, Tensor> all;
    FeatureReader reader(path(name), hearth::kDouble);
    while (auto entry = reader.next()) all.emplace(entry->id, entry->values);
    return all;
  }
  /// Runs a command line that must succeed.
  Result good(const std::vector<std::string>& arguments) const {
    Result result = run(arguments);
    EXPECT_EQ(result.code, 0) << result.err;
    return result;
  }
  std::map<std::string, Tensor> features = {{"a-1", hearth::randn({20, 3})},
                                            {"a-2", hearth::randn({9, 3}) + 5},
                                            {"b-1", hearth::randn({700, 3}) * 3}};
};

TEST_F(AudioFeatures, CopyKeepsThemThroughAllFormats) {
  std::string from = path("a.scp");
  for (const auto& [target, format] :
       std::vector<std::pair<std::string, std::string>>{{"n", "npy"},
                                                        {"z.npz", ""},
                                                        {"t.csv", ""},
                                                        {"s.safetensors", ""},
                                                        {"h", "htk"},
                                                        {"c", "csv"},
                                                        {"k.ark", ""},
                                                        {"d", "ark"}}) {
    std::vector<std::string> arguments{"copy", from, path(target)};
    if (!format.empty()) arguments.insert(arguments.end(), {"--format", format});
    const Result r = good(arguments);
    EXPECT_THAT(r.out, HasSubstr("3 recordings"));
    const auto copied = read(target);
    ASSERT_EQ(copied.size(), 3u) << target;
    for (const auto& [id, values] : features)
      EXPECT_TRUE(copied.at(id).to(hearth::kFloat).equal(values)) << target << " " << id;
    from = path(target);
  }
}

TEST_F(AudioFeatures, CopyConvertsAndRefuses) {
  good({"copy", path("a.ark"), path("c.ark"), "--compression", "two-byte"});
  EXPECT_TRUE(read("c.ark").at("b-1").allclose(features.at("b-1"), 0, 1e-3));
  EXPECT_LT(std::filesystem::file_size(path("c.ark")),
            std::filesystem::file_size(path("a.ark")) * 6 / 10);
  good({"copy", path("a.ark"), path("t.ark"), "--text"});
  EXPECT_THAT(read_text(path("t.ark")), HasSubstr("a-1  [\n"));
  good({"copy", path("a.ark"), path("half"), "--format", "npy", "--dtype", "float16"});
  EXPECT_EQ(read("half").at("a-1").scalar_type(), hearth::kHalf);
  good({"copy", path("a.ark"), path("h"), "--format", "htk", "--period", "0.02", "--kind",
        "MFCC_E"});
  good({"copy", path("h"), path("h2"), "--format", "htk"});
  EXPECT_EQ(read_text(path("h/a-1.htk")), read_text(path("h2/a-1.htk")));

  for (const auto& [arguments, code, what] :
       std::vector<std::tuple<std::vector<std::string>, int, std::string>>{
           {{"copy", path("a.ark"), path("c.ark")}, 1, "--overwrite"},
           {{"copy", path("a.ark"), path("half"), "--format", "npy"}, 1, "--overwrite"},
           {{"copy", path("a.ark"), path("x")}, 2, "a name ending in"},
           {{"copy", path("a.ark"), path("x.npy")}, 2, "holds one recording"},
           {{"copy", path("none"), path("x.ark")}, 1, "none"},
           {{"copy", path("a.ark"), path("a.scp"), path("x.ark")}, 1, "twice"},
           {{"copy", path("a.ark"), path("x.npz"), "--text"}, 1, "only Kaldi"}}) {
    const Result r = run(arguments);
    EXPECT_EQ(r.code, code) << r.err;
    EXPECT_THAT(r.err, HasSubstr(what));
  }
  EXPECT_FALSE(folder.has("x.ark"));
  EXPECT_FALSE(folder.has("x.npz"));
  good({"copy", path("a.ark"), path("c.ark"), "--overwrite"});
  EXPECT_THAT(good({"copy", path("a.ark"), path("j.npz"), "--json"}).out,
              HasSubstr("\"recordings\":3"));
}

TEST_F(AudioFeatures, CopyReadsPipesAndReplacesItsInput) {
  const std::string piped =
      "cat '" + path("a.ark") + "' | '" + program + "' copy - '" + path("p.ark") + "' --quiet";
  ASSERT_EQ(std::system(piped.c_str()), 0);
  EXPECT_EQ(read_text(path("p.ark")), read_text(path("a.ark")));
  good({"copy", path("a.scp"), path("a.ark"), "--overwrite"});
  EXPECT_EQ(read_text(path("p.ark")), read_text(path("a.ark")));
  good({"compare", path("a.scp"), path("p.scp")});
}

TEST_F(AudioFeatures, CompareSaysWhereTheyDiffer) {
  EXPECT_THAT(good({"compare", path("a.ark"), path("a.scp")}).out,
              HasSubstr("3 recordings compared, equal"));
  auto changed = features;
  Tensor& a = changed.at("a-1");
  a = a.clone();
  a[7][2] = a[7][2] + 0.5;
  changed.erase("a-2");
  changed["c"] = changed.at("b-1");
  changed.at("b-1") = changed.at("b-1").slice(0, 1);
  FeatureWriter writer(FeatureFormat::Npy, path("n"));
  for (const auto& [id, values] : changed) writer.write(id, values);
  writer.close();
  const Result r = run({"compare", path("a.ark"), path("n"), "--tolerance", "0.1"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.out,
              AllOf(HasSubstr("a-1: differs by 0.5"), HasSubstr("at [7, 2]"),
                    HasSubstr("a-2: is only in " + path("a.ark")), HasSubstr("c: is only in"),
                    HasSubstr("b-1: shapes [700, 3] and [699, 3]"),
                    HasSubstr("2 recordings compared, 4 differ")));
  EXPECT_EQ(run({"compare", path("a.ark"), path("n"), "--tolerance", "0.6"}).code, 1);
  const Result one = run({"compare", path("a.ark"), path("n"), "--show", "1"});
  EXPECT_THAT(one.out, HasSubstr("... and 3 more"));
  EXPECT_THAT(
      run({"compare", path("a.ark"), path("n"), "--json"}).last(),
      AllOf(HasSubstr("\"differ\":4"), HasSubstr("\"only_a\":1"), HasSubstr("\"worst\":\"a-1\"")));
  const double nan = std::numeric_limits<double>::quiet_NaN(),
               inf = std::numeric_limits<double>::infinity();
  const auto save = [&](const char* name, double value) {
    FeatureWriter one_file(FeatureFormat::Ark, path(name));
    one_file.write("x", hearth::full({2, 2}, value, hearth::kFloat));
    one_file.close();
  };
  save("nan.ark", nan);
  save("nan2.ark", nan);
  save("inf.ark", inf);
  save("one.ark", 1);
  EXPECT_EQ(run({"compare", path("nan.ark"), path("nan2.ark")}).code, 0);
  EXPECT_EQ(run({"compare", path("inf.ark"), path("inf.ark")}).code, 0);
  for (const char* other : {"nan.ark", "inf.ark"})
    EXPECT_EQ(run({"compare", path("one.ark"), path(other), "--tolerance", "1e30"}).code, 1)
        << other;
  EXPECT_EQ(run({"compare", path("inf.ark"), path("one.ark"), "--tolerance", "1e30"}).code, 1);
}

TEST_F(AudioFeatures, CmvnOfRecordingsSpeakersAndAll) {
  write_text(path("utt2spk"), "a-1 a\na-2 a\nb-1 b\n");
  write_text(path("spk2utt"), "a a-1 a-2\nb b-1\n");
  const Tensor of_a = hearth::cat({features.at("a-1"), features.at("a-2")}, 0).to(hearth::kDouble);
  const Tensor all = hearth::cat({of_a, features.at("b-1").to(hearth::kDouble)}, 0);
  good({"cmvn", "compute", path("a.scp"), path("utt.ark")});
  EXPECT_EQ(read("utt.ark").size(), 3u);
  EXPECT_EQ(read("utt.ark").at("a-2")[0][3].item<double>(), 9);
  for (const char* speakers : {"utt2spk", "spk2utt"}) {
    good({"cmvn", "compute", path("a.scp"), path("spk.ark"), std::string("--") + speakers,
          path(speakers), "--overwrite", "--text"});
    const auto stats = read("spk.ark");
    ASSERT_EQ(stats.size(), 2u);
    EXPECT_TRUE(stats.at("a")[0].slice(0, 0, 3).allclose(of_a.sum(0)));
    EXPECT_TRUE(stats.at("a")[1].slice(0, 0, 3).allclose(of_a.square().sum(0)));
    EXPECT_EQ(stats.at("a")[0][3].item<double>(), 29);
  }
  good({"cmvn", "compute", path("a.scp"), path("all.ark"), "--global"});
  good({"cmvn", "merge", path("utt.ark"), path("merged.ark"), "--global"});
  EXPECT_TRUE(read("merged.ark").at("global").allclose(read("all.ark").at("global")));

  good({"cmvn", "apply", path("a.scp"), path("n.ark"), "--stats", path("all.ark")});
  EXPECT_TRUE(read("n.ark").at("a-1").allclose(features.at("a-1") - all.mean(0).to(hearth::kFloat),
                                               1e-4, 1e-4));
  good({"cmvn", "apply", path("a.scp"), path("s.ark"), "--stats", path("spk.ark"), "--utt2spk",
        path("utt2spk"), "--norm-vars"});
  const Tensor normal = hearth::cat({read("s.ark").at("a-1"), read("s.ark").at("a-2")}, 0);
  EXPECT_TRUE(normal.mean(0).abs().lt(1e-5).all().item<bool>());
  EXPECT_TRUE(normal.square().mean(0).allclose(hearth::ones({3}), 1e-4));
  good({"cmvn", "apply", path("s.ark"), path("r.ark"), "--stats", path("spk.ark"), "--utt2spk",
        path("utt2spk"), "--norm-vars", "--reverse"});
  good({"compare", path("r.ark"), path("a.ark"), "--tolerance", "1e-4"});
  good({"cmvn", "apply", path("a.scp"), path("k.ark"), "--stats", path("all.ark"), "--skip-dims",
        "0:2"});
  EXPECT_TRUE(read("k.ark").at("a-1").select(1, 2).equal(features.at("a-1").select(1, 2)));
  EXPECT_FALSE(read("k.ark").at("a-1").select(1, 1).equal(features.at("a-1").select(1, 1)));
  good({"cmvn", "apply", path("a.scp"), path("w.ark"), "--sliding", "--window", "300", "--center"});
  EXPECT_TRUE(read("w.ark").at("a-2").allclose(features.at("a-2") - features.at("a-2").mean(0),
                                               1e-4, 1e-4));
}

TEST_F(AudioFeatures, CmvnSaysWhatIsLeftOut) {
  write_text(path("utt2spk"), "a-1 a\na-2 a\n");
  Result r = run({"cmvn", "compute", path("a.scp"), path("spk.ark"), "--utt2spk", path("utt2spk")});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("b-1: has no speaker"));
  EXPECT_EQ(read("spk.ark").size(), 1u);
  r = run({"cmvn", "apply", path("a.scp"), path("n.ark"), "--stats", path("spk.ark"), "--utt2spk",
           path("utt2spk"), "--json"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.last(), AllOf(HasSubstr("\"recordings\":2"), HasSubstr("\"left_out\":1")));
  EXPECT_EQ(read("n.ark").size(), 2u);
  for (const std::vector<std::string>& more : std::vector<std::vector<std::string>>{
           {},
           {"--sliding", "--stats", path("spk.ark")},
           {"--stats", path("spk.ark"), "--skip-dims", "1,2"},
           {"--sliding", "--reverse"},
           {"--sliding", "--global", "--utt2spk", path("utt2spk")}}) {
    std::vector<std::string> arguments{"cmvn", "apply", path("a.scp"), path("x.ark")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    EXPECT_EQ(run(arguments).code, 2);
  }
  EXPECT_EQ(run({"cmvn", "compute", path("a.scp"), path("x.ark"), "--norm-vars"}).code, 2);
  r = run({"cmvn", "merge", path("a.scp"), path("x.ark")});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("[2, dimensions + 1]"));
  EXPECT_FALSE(folder.has("x.ark"));
}

}  // namespace
