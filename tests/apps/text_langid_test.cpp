// SPDX-License-Identifier: Apache-2.0
// hearth-text's language identifier as its users run it.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "apps/program_test.h"

namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

struct Langid : ProgramTest {
  Langid() : ProgramTest("hearth-text") {}
  std::string write(const std::string& name, const std::string& content) const {
    write_text(folder / name, content);
    return folder / name;
  }
};

TEST_F(Langid, NamesTheLanguageOfEachLine) {
  const Result r = run({"langid", write("lines",
                                        "Das ist ein ganz einfacher Satz.\n"
                                        "\n"
                                        "123 ...\n"
                                        "Это простое предложение.\r\n"
                                        "Cette phrase n'a pas de fin")});
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, testing::MatchesRegex(
                         "de\t[01]\\.[0-9]+\n\nund\nru\t[01]\\.[0-9]+\nfr\t[01]\\.[0-9]+\n"));
  EXPECT_EQ(r.err, "");
}

TEST_F(Langid, SaysWhatIsNoUtf8) {
  const Result r = run({"langid", write("lines", "Das ist ein \xff einfacher \xfe Satz.\n")});
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, StartsWith("de\t"));
  EXPECT_THAT(r.err, HasSubstr("2 pieces were no UTF-8"));
  EXPECT_EQ(run({"langid", "--quiet", folder / "lines"}).err, "");
}

TEST_F(Langid, GivesJson) {
  const std::string lines = write("lines", "Il gatto dorme sul divano.\n\n42\n");
  const Result r = run({"langid", "--json", "--top", "2", lines});
  ASSERT_EQ(r.code, 0) << r.err;
  const auto json = nlohmann::json::parse(r.last());
  EXPECT_EQ(json["model"], "langid");
  ASSERT_EQ(json["results"].size(), 3u);
  EXPECT_EQ(json["results"][0]["language"], "it");
  EXPECT_GT(json["results"][0]["score"], 0.5);
  ASSERT_EQ(json["results"][0]["top"].size(), 2u);
  EXPECT_EQ(json["results"][0]["top"][0]["language"], "it");
  EXPECT_TRUE(json["results"][1].is_null());
  EXPECT_EQ(json["results"][2]["language"], "und");
}

TEST_F(Langid, TakesWholeFiles) {
  const std::string spanish = write("a", "El perro\nduerme\nen la casa\n");
  const std::string polish = write("b", "Pies\nśpi\nw domu\n");
  const Result r = run({"langid", "--whole", spanish, polish});
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, AllOf(HasSubstr(spanish + ":\tes\t"), HasSubstr(polish + ":\tpl\t")));
  const Result listed = run({"langid", "--languages"});
  EXPECT_THAT(listed.out, AllOf(StartsWith("cs\nda\n"), HasSubstr("\nvi\nzh\n")));
}

TEST_F(Langid, RefusesWhatIsNoModelOrFile) {
  EXPECT_EQ(run({"langid", folder / "missing"}).code, 1);
  const Result r = run({"langid", "--model", "langit", write("lines", "x\n")});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("expected langid, a file"));
  EXPECT_EQ(run({"langid", "--top", "0"}).code, 2);
  EXPECT_THAT(run({"langid", "--help"}).out, HasSubstr("hearth-text langid reviews.txt"));
}

TEST_F(Langid, IsTrained) {
  std::string texts;
  for (int i = 0; i < 20; ++i) texts += "aa\tbanana nabab baba ana\nii\tkitsi tiki stilk ili\n";
  const Result r = run({"train-langid", "--data", write("train.tsv", texts), "--test",
                        write("test.tsv", texts), "--output", folder / "model", "--steps", "30",
                        "--buckets", "256", "--batch-size", "16", "--json"});
  ASSERT_EQ(r.code, 0) << r.err;
  const auto report = nlohmann::json::parse(r.last());
  EXPECT_EQ(report["tests"]["test"]["by_language"].size(), 0u);  // below 20 letters
  EXPECT_EQ(report["tests"]["test"]["by_length"]["below 20 letters"]["accuracy"], 1);
  EXPECT_EQ(nlohmann::json::parse(read_text(folder / "model/eval.json")), report);
  const Result used = run({"langid", "--model", folder / "model", write("lines", "nabab\ntiki\n")});
  EXPECT_THAT(used.out, AllOf(StartsWith("aa\t"), HasSubstr("\nii\t")));
  const Result broken = run(
      {"train-langid", "--data", write("broken.tsv", "no tab\n"), "--output", folder / "other"});
  EXPECT_EQ(broken.code, 1);
  EXPECT_THAT(broken.err, HasSubstr("broken.tsv: line 1] expected a language, a tab and a text"));
  // What is wrong is said before the training, not after.
  const Result late = run({"train-langid", "--data", folder / "train.tsv", "--test",
                           folder / "broken.tsv", "--steps", "30", "--output", folder / "other"});
  EXPECT_EQ(late.code, 1);
  EXPECT_FALSE(folder.has("other/model.safetensors"));
  const Result no_text = run({"train-langid", "--data", write("name.tsv", "\xff\ttext\naa\ttext\n"),
                              "--output", folder / "other"});
  EXPECT_EQ(no_text.code, 1);
  EXPECT_THAT(no_text.err, HasSubstr("name.tsv: line 1] expected the language in UTF-8"));
}

}  // namespace
