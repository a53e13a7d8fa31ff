// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/text/labeled_texts.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/data/dataloader.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth::datasets {
namespace {

using data::readers::Broken;
using testing::ElementsAre;
using testing::HasSubstr;

struct LabeledTextFiles : testing::Test {
  std::string write(const std::string& name, const std::string& text) {
    const std::string path = folder / name;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    write_text(path, text);
    return path;
  }
  static std::vector<std::string> texts(const LabeledTexts& all) {
    std::vector<std::string> result;
    for (const LabeledText& sample : all.samples())
      result.push_back(sample.text + "=" + std::to_string(sample.label));
    return result;
  }
  TemporaryFolder folder;
};

TEST_F(LabeledTextFiles, Tables) {
  const std::string csv = write("a.csv", "text,label\n\"a, \"\"b\"\"\nc\",pos\nzwölf,neg\n,pos\n");
  const LabeledTexts all = labeled_texts(csv);
  EXPECT_THAT(all.classes(), ElementsAre("neg", "pos"));
  EXPECT_THAT(texts(all), ElementsAre("a, \"b\"\nc=1", "zwölf=0", "=1"));
  EXPECT_FALSE(all.pairs());
  const std::string tsv = write("b.tsv", "sentence1\tsentence2\tlabel\n\"x\ty\t10\nz\tw\t9\n");
  const LabeledTexts pairs = labeled_texts(tsv, LabeledTextOptions().pair("sentence2"));
  EXPECT_THAT(pairs.classes(), ElementsAre("9", "10"));  // in the order of numbers
  EXPECT_THAT(texts(pairs), ElementsAre("\"x=1", "z=0"));
  EXPECT_EQ(pairs.samples()[0].pair, "y");
  EXPECT_TRUE(pairs.pairs());
  // The order of a training's classes.
  EXPECT_THAT(texts(labeled_texts(csv, LabeledTextOptions().classes({"pos", "neg", "other"}))),
              ElementsAre("a, \"b\"\nc=0", "zwölf=1", "=0"));
}

TEST_F(LabeledTextFiles, AnyNumberOfClasses) {
  const auto labels = [](const LabeledTexts& all) {
    std::vector<std::vector<int64_t>> result;
    for (const LabeledText& sample : all.samples()) result.push_back(sample.labels);
    return result;
  };
  using All = std::vector<std::vector<int64_t>>;
  const auto options = LabeledTextOptions().multi_label(true);
  const std::string csv = write("m.csv", "text,label\na,\"sad, angry,sad\"\nb,\nc,glad\n");
  const LabeledTexts all = labeled_texts(csv, options);
  EXPECT_THAT(all.classes(), ElementsAre("angry", "glad", "sad"));
  EXPECT_EQ(labels(all), (All{{0, 2}, {}, {1}}));
  EXPECT_EQ(all.samples()[0].label, -1);
  EXPECT_EQ(labels(labeled_texts(write("n.csv", "text,label\na,sad; angry\n"),
                                 LabeledTextOptions(options).separator(";"))),
            (All{{0, 1}}));
  const std::string jsonl = write("m.jsonl",
                                  "{\"text\": \"a\", \"label\": [\"x, y\", 3]}\n"
                                  "{\"text\": \"b\", \"label\": []}\n"
                                  "{\"text\": \"c\", \"label\": \"z\"}\n");
  EXPECT_EQ(labels(labeled_texts(jsonl, options)), (All{{0, 1}, {}, {2}}));
  EXPECT_EQ(
      labels(labeled_texts(
          write("m.txt", "__label__b __label__a hello __label__c\n__label__c you\n"), options)),
      (All{{0, 1}, {2}}));
  const auto known = LabeledTextOptions(options).classes({"glad", "sad"});
  EXPECT_THAT(error_of<FormatError>([&] { labeled_texts(csv, known); }),
              HasSubstr("m.csv] line 2: there is no class 'angry'"));
  EXPECT_EQ(labels(labeled_texts(csv, LabeledTextOptions(known).broken(Broken::Skip))),
            (All{{}, {0}}));
}

TEST_F(LabeledTextFiles, AColumnForEachClass) {
  const auto options = LabeledTextOptions()
                           .multi_label(true)
                           .label_columns({"toxic", "rude"})
                           .classes({"rude", "toxic"});
  const LabeledTexts all =
      labeled_texts(write("c.csv", "text,toxic,rude\na,1,0\nb,0.0,False\nc,true,1\n"), options);
  EXPECT_EQ(all.samples()[0].labels, (std::vector<int64_t>{1}));
  EXPECT_TRUE(all.samples()[1].labels.empty());
  EXPECT_EQ(all.samples()[2].labels, (std::vector<int64_t>{0, 1}));
  const LabeledTexts json =
      labeled_texts(write("c.jsonl", "{\"text\": \"a\", \"toxic\": true, \"rude\": 0}\n"),
                    LabeledTextOptions(options).classes({}));
  EXPECT_THAT(json.classes(), ElementsAre("toxic", "rude"));
  EXPECT_EQ(json.samples()[0].labels, (std::vector<int64_t>{0}));
  EXPECT_THAT(error_of<FormatError>(
                  [&] { labeled_texts(write("d.csv", "text,toxic,rude\na,1,2\n"), options); }),
              HasSubstr("d.csv] line 2: expected 0 or 1 as rude, got '2'"));
  EXPECT_THAT(
      error_of<ValueError>([&] { labeled_texts(write("e.csv", "text,toxic\na,1\n"), options); }),
      HasSubstr("expected a column 'rude', got text, toxic"));
  EXPECT_NE(error_of<ValueError>([&] { labeled_texts(write("e.txt", "__label__a b\n"), options); }),
            "");
  EXPECT_NE(error_of<ValueError>([&] { labeled_texts(folder.path, options); }), "");
}

TEST_F(LabeledTextFiles, Scores) {
  const std::string path = write("s.csv", "text,score\na,0.5\nb,-1e3\nc,high\nd,nan\n");
  const auto options = LabeledTextOptions().scores(true);
  EXPECT_THAT(error_of<FormatError>([&] { labeled_texts(path, options); }),
              HasSubstr("s.csv] line 4: expected a number as label, got 'high'"));
  const LabeledTexts all = labeled_texts(path, LabeledTextOptions(options).broken(Broken::Skip));
  EXPECT_EQ(all.samples().size(), 2u);
  EXPECT_EQ(all.samples()[1].score, -1000);
  EXPECT_EQ(all.samples()[1].label, -1);
  EXPECT_EQ(all.broken(), 2);
  EXPECT_TRUE(all.classes().empty());
}

TEST_F(LabeledTextFiles, JsonLines) {
  const std::string path = write("a.jsonl",
                                 "{\"text\": \"a\", \"label\": true}\n\n"
                                 "{\"label\": false, \"text\": \"\\u00e9\"}\n");
  const LabeledTexts all = labeled_texts(path);
  EXPECT_THAT(all.classes(), ElementsAre("false", "true"));
  EXPECT_THAT(texts(all), ElementsAre("a=1", "é=0"));
  const std::string broken =
      write("b.jsonl",
            "{\"text\": \"a\", \"label\": 1}\n{\"text\": 2, \"label\": 1}\n{\"text\"\n[1]\n"
            "{\"text\": \"b\"}\n{\"text\": \"c\", \"label\": 2}\n");
  EXPECT_THAT(error_of<FormatError>([&] { labeled_texts(broken); }), HasSubstr("line 2"));
  const LabeledTexts some = labeled_texts(broken, LabeledTextOptions().broken(Broken::Skip));
  EXPECT_THAT(texts(some), ElementsAre("a=0", "c=1"));
  EXPECT_EQ(some.broken(), 4);
}

TEST_F(LabeledTextFiles, LinesOfFastText) {
  const std::string path = write("a.txt", "__label__en Hello there\n__label__de\tGuten Tag\n");
  EXPECT_THAT(texts(labeled_texts(path)), ElementsAre("Hello there=1", "Guten Tag=0"));
  EXPECT_THAT(error_of<FormatError>([&] { labeled_texts(write("b.txt", "plain\n")); }),
              HasSubstr("b.txt] line 1: expected '__label__NAME text'"));
}

TEST_F(LabeledTextFiles, FoldersOfClasses) {
  for (const char* part : {"train", "test"})
    for (const char* name : {"pos", "neg"})
      for (const char* number : {"1", "2", "10"})
        write(std::string("d/") + part + "/" + name + "/" + number + ".txt",
              std::string(part) + " " + name + number + "\r\n");
  write("d/train/neg/1.txt", "\xef\xbb\xbftrain neg1\n");  // a mark is no text
  const LabeledTexts train = labeled_texts(folder / "d");
  EXPECT_THAT(train.classes(), ElementsAre("neg", "pos"));
  EXPECT_THAT(texts(train), ElementsAre("train neg1=0", "train neg10=0", "train neg2=0",
                                        "train pos1=1", "train pos10=1", "train pos2=1"));
  const LabeledTexts test = labeled_texts(folder / "d", LabeledTextOptions().mode(Mode::kTest));
  EXPECT_EQ(test.samples()[0].text, "test neg1");
  // Without parts a share is kept for testing, the same each time.
  const std::string flat = folder / "d/train";
  const LabeledTexts most = labeled_texts(flat, LabeledTextOptions().test_share(0.34));
  const LabeledTexts rest =
      labeled_texts(flat, LabeledTextOptions().test_share(0.34).mode(Mode::kTest));
  EXPECT_EQ(most.samples().size() + rest.samples().size(), 6u);
  EXPECT_EQ(rest.samples().size(), 2u);
}

TEST_F(LabeledTextFiles, BrokenOnesAreErrorsOrCounted) {
  const std::string bytes =
      "text,label\ngood,a\nb\xff"
      "d,a\nx,\ny,b,c\n\"open,b\n";
  const std::string path = write("h.csv", bytes);
  EXPECT_THAT(error_of<FormatError>([&] { labeled_texts(path); }), HasSubstr("h.csv"));
  const LabeledTexts all = labeled_texts(path, LabeledTextOptions().broken(Broken::Skip));
  EXPECT_THAT(texts(all), ElementsAre("good=0"));
  EXPECT_EQ(all.broken(), 4);
  EXPECT_THAT(error_of<FormatError>([&] {
                labeled_texts(write("c.csv", "text,label\nx,z\n"),
                              LabeledTextOptions().classes({"a"}));
              }),
              HasSubstr("c.csv] line 2: there is no class 'z'"));
  EXPECT_THAT(error_of<ValueError>([&] { labeled_texts(write("n.csv", "a,b\n1,2\n")); }),
              HasSubstr("expected a column 'text', got a, b"));
  EXPECT_THAT(error_of<ValueError>([&] { labeled_texts(write("x.bin", "")); }),
              HasSubstr("expected a folder of classes"));
  EXPECT_FALSE(error_of<FileError>([&] { labeled_texts(folder / "none.csv"); }).empty());
  EXPECT_THAT(error_of<FileError>([&] { labeled_texts(folder / "none"); }),
              HasSubstr("none] does not exist"));
}

TEST_F(LabeledTextFiles, WhatIsNoLabelIsNoClass) {
  const auto error = [&](const char* name, const std::string& text,
                         const LabeledTextOptions& options = {}) {
    const std::string path = write(name, text);
    return error_of<FormatError>([&] { labeled_texts(path, options); });
  };
  EXPECT_THAT(error("a.csv", "text,label\na,\xff\n"), HasSubstr("line 2: expected UTF-8"));
  EXPECT_THAT(error("a.csv", "text,label\na,\"b,\xff\"\n", LabeledTextOptions().multi_label(true)),
              HasSubstr("of the label"));
  EXPECT_THAT(error("a.jsonl", R"({"text": "a", "label": null})"),
              HasSubstr("line 1: expected a label, got nothing"));
  EXPECT_THAT(error("a.jsonl", R"({"text": "a", "label": ["x"]})"), HasSubstr("multi-label"));
  EXPECT_THAT(error("a.jsonl", R"({"text": "a", "label": {"x": 1}})"), HasSubstr("multi-label"));
  EXPECT_THAT(error("a.txt", "__label__a __label__b text\n"), HasSubstr("got several"));
  EXPECT_THAT(error("a.txt", "__label__ text\n"), HasSubstr("got nothing"));
  // Of several classes, those without a name are none.
  const LabeledTexts some = labeled_texts(write("b.jsonl",
                                                "{\"text\": \"a\", \"label\": [\"x\", \"\"]}\n"
                                                "{\"text\": \"b\", \"label\": null}\n"),
                                          LabeledTextOptions().multi_label(true));
  EXPECT_THAT(some.classes(), ElementsAre("x"));
  EXPECT_THAT(some.samples()[0].labels, ElementsAre(0));
  EXPECT_TRUE(some.samples()[1].labels.empty());
}

TEST_F(LabeledTextFiles, LoadersTakeThem) {
  std::string rows = "text,label\n";
  for (int i = 0; i < 10; ++i) rows += std::to_string(i) + "," + (i % 2 ? "odd" : "even") + "\n";
  LabeledTexts all = labeled_texts(write("l.csv", rows));
  auto loader = data::make_data_loader(all, data::samplers::SequentialSampler(10),
                                       data::DataLoaderOptions(4).workers(2));
  std::vector<std::string> seen;
  for (auto& batch : *loader)
    for (const LabeledText& sample : batch) seen.push_back(sample.text);
  EXPECT_EQ(seen.size(), 10u);
  EXPECT_EQ(seen[7], "7");
  EXPECT_FALSE(error_of<IndexError>([&] { all.get(10); }).empty());
}

}  // namespace
}  // namespace hearth::datasets
