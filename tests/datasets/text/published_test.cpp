// SPDX-License-Identifier: Apache-2.0
// Published data sets, from small files in their forms.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/data/dataloader.h"
#include "hearth/datasets/text/by_name.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth::datasets {
namespace {

using data::readers::Broken;
using testing::ElementsAre;
using testing::HasSubstr;

struct PublishedTexts : testing::Test {
  void write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(folder / name).parent_path());
    write_text(folder / name, text);
  }
  TextDatasetOptions here(const char* split = "train") {
    return TextDatasetOptions().root(folder.path).split(split);
  }
  TemporaryFolder folder;
};

TEST_F(PublishedTexts, NewsWithNumberedLabels) {
  write("train.csv", "\"3\",\"Wall St.\",\"Bears \"\"claw\"\"\"\n\"1\",\"A\",\"b\"\n");
  const LabeledTexts all = AG_NEWS(here());
  EXPECT_THAT(all.classes(), ElementsAre("World", "Sports", "Business", "Sci/Tech"));
  EXPECT_EQ(all.samples()[0].text, "Wall St. Bears \"claw\"");
  EXPECT_EQ(all.samples()[0].label, 2);
  EXPECT_EQ(all.samples()[1].label, 0);
  write("test.csv", "\"5\",\"A\",\"b\"\n\"0.5\",\"A\",\"b\"\n\"2\",\"A\",\"b\"\n");
  EXPECT_THAT(error_of<FormatError>([&] { AG_NEWS(here("test")); }),
              HasSubstr("line 1: expected a label from 1 to 4, got '5'"));
  EXPECT_EQ(AG_NEWS(here("test").broken(Broken::Skip)).broken(), 2);
  write("sogou_news_csv/train.csv", "\"4\",\"di4 tu2\",\"che1\"\n\"5\",\"a\",\"b\"\n");
  const LabeledTexts pinyin = SogouNews(here());
  EXPECT_EQ(pinyin.samples()[0].text, "di4 tu2 che1");
  EXPECT_EQ(pinyin.classes()[3], "automobile");
  EXPECT_EQ(pinyin.samples()[1].label, 4);
}

TEST_F(PublishedTexts, ReviewsInFolders) {
  write("aclImdb/train/pos/0_9.txt", "Good <br />film");
  write("aclImdb/train/neg/0_1.txt", "Bad");
  write("aclImdb/train/unsup/0_0.txt", "Unknown");
  const LabeledTexts all = IMDB(here());
  ASSERT_EQ(all.samples().size(), 2u);
  EXPECT_EQ(all.samples()[0].text, "Bad");
  EXPECT_EQ(all.samples()[1].label, 1);
}

TEST_F(PublishedTexts, TablesOfGlue) {
  write("SST-2/train.tsv", "sentence\tlabel\nhide new \"secretions \t0\nit 's good \t1\n");
  write("SST-2/test.tsv", "index\tsentence\n0\tuneasy mishmash\n");
  EXPECT_EQ(SST2(here()).samples()[0].text, "hide new \"secretions ");
  EXPECT_EQ(SST2(here()).samples()[1].label, 1);
  EXPECT_EQ(SST2(here("test")).samples()[0].text, "uneasy mishmash");
  EXPECT_EQ(SST2(here("test")).samples()[0].label, -1);
  write("cola_public/raw/in_domain_train.tsv", "gj04\t1\t\tOur friends\ngj04\t0\t*\tThey drank\n");
  EXPECT_EQ(CoLA(here()).samples()[1].label, 0);
  EXPECT_EQ(CoLA(here()).samples()[0].text, "Our friends");
  write("msr_paraphrase_train.txt",
        "Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n1\t70\t71\t\"A\tB\n");
  EXPECT_EQ(MRPC(here()).samples()[0].pair, "B");
  EXPECT_EQ(MRPC(here()).samples()[0].text, "\"A");
  write("quora_duplicate_questions.tsv",
        "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n0\t1\t2\tWhat?\t\"A\nB?\"\t1\n");
  EXPECT_EQ(QQP(here()).samples()[0].pair, "A\nB?");
  write("stsbenchmark/sts-train.csv", "g\tf\ty\t0001\t3.800\tA plane\tAn air\tx\textra\n");
  EXPECT_EQ(STSB(here()).samples()[0].score, 3.8);
  EXPECT_EQ(STSB(here()).samples()[0].pair, "An air");
  write("multinli_1.0/multinli_1.0_dev_matched.txt",
        "h\nneutral\ta\tb\tc\td\tone\ttwo\n-\ta\tb\tc\td\tno\tlabel\n"
        "contradiction\ta\tb\tc\td\tx\ty\tmore\n");
  const LabeledTexts mnli = MNLI(here("dev_matched"));
  ASSERT_EQ(mnli.samples().size(), 2u);
  EXPECT_EQ(mnli.samples()[1].label, 2);
  EXPECT_EQ(mnli.broken(), 0);
  for (const char* name : {"QNLI", "RTE"}) {
    write(std::string(name) + "/train.tsv", "i\tq\ts\tlabel\n0\ta\tb\tnot_entailment\n");
    EXPECT_EQ(classified_texts(name, here()).samples()[0].label, 1) << name;
  }
  write("WNLI/train.tsv", "index\tsentence1\tsentence2\tlabel\n0\ta\tb\t1\n1\ta\n");
  EXPECT_THAT(error_of<FormatError>([&] { WNLI(here()); }),
              HasSubstr("line 3: expected 4 fields, got 2"));
}

TEST_F(PublishedTexts, QuestionsAndAnswers) {
  const std::string good =
      R"({"id": "1", "question": "Wer?", "answers": [{"text": "Köln", "answer_start": 5}]})";
  const auto squad = [](const std::string& questions) {
    return R"({"version": "1", "data": [{"title": "T", "paragraphs": [{"context": "Über Köln.", )"
           R"("qas": [)" +
           questions + "]}]}]}";
  };
  write("train-v1.1.json", squad(good));
  const Questions all = SQuAD1(here());
  ASSERT_EQ(all.samples().size(), 1u);
  EXPECT_EQ(all.samples()[0].context, "Über Köln.");
  EXPECT_THAT(all.samples()[0].answers, ElementsAre("Köln"));
  EXPECT_THAT(all.samples()[0].answer_starts, ElementsAre(5));
  write("dev-v2.0.json",
        squad(good + R"(, {"id": "2", "question": "?", "answers": [], "is_impossible": true})"));
  EXPECT_TRUE(SQuAD2(here("dev")).samples()[1].is_impossible);
  for (const char* wrong :
       {R"({"id": "3", "question": "?", "answers": [{"text": "Köln", "answer_start": 6}]})",
        R"({"id": "3", "question": "?", "answers": [{"text": "x", "answer_start": -1}]})",
        R"({"id": "3", "question": "?", "answers": [{"text": "x", "answer_start": 99999999999}]})",
        R"({"id": "3", "question": "?", "answers": []})", R"({"id": "3"})", "3"}) {
    write("wrong.json", squad(good + ", " + wrong));
    EXPECT_THAT(error_of<FormatError>([&] { read_squad(folder / "wrong.json"); }),
                HasSubstr("wrong.json"))
        << wrong;
    EXPECT_EQ(read_squad(folder / "wrong.json", Broken::Skip).broken(), 1) << wrong;
  }
  write("wrong.json", "{\"data\": 3}");
  EXPECT_FALSE(error_of<FormatError>([&] { read_squad(folder / "wrong.json"); }).empty());
}

TEST_F(PublishedTexts, CorporaAndTags) {
  write("wikitext-2/wiki.valid.tokens", " \n = Title = \n \n The <unk> sat . \n");
  auto loader = data::make_data_loader(WikiText2(here("valid")), data::DataLoaderOptions(10));
  std::vector<std::string> lines;
  for (auto& batch : *loader)
    for (const std::string& line : batch) lines.push_back(line);
  EXPECT_THAT(lines, ElementsAre(" ", " = Title = ", " ", " The <unk> sat . "));
  EXPECT_THAT(corpus_file("WikiText2", here("valid")), HasSubstr("wiki.valid.tokens"));
  write("train.txt.gz", gzipped("Confidence NN B-NP\nin IN B-PP\n. . O\n\n"));
  EXPECT_THAT(CoNLL2000Chunking(here()).classes(), ElementsAre("O", "B-NP", "B-PP"));
  write("en-ud-v2/en-ud-tag.v2.dev.txt", "From\tADP\tIN\nthe\tDET\tDT\n\n");
  EXPECT_THAT(tagged_corpus("udpos", here("valid")).classes(), ElementsAre("ADP", "DET"));
}

TEST_F(PublishedTexts, Translations) {
  write("val.de",
        "\xef\xbb\xbf"
        "Ein Hund.\r\n\nÜber");
  write("val.en", "A dog.\n\nOver\n");
  const TextPairs captions = Multi30k(here("valid"));
  ASSERT_EQ(captions.samples().size(), 3u);
  EXPECT_EQ(captions.samples()[0].source, "Ein Hund.");
  EXPECT_EQ(captions.samples()[0].target, "A dog.");
  EXPECT_EQ(captions.samples()[1].source, "");
  EXPECT_EQ(Multi30k(here("valid"), "en", "de").samples()[2].target, "Über");
  EXPECT_EQ(text_pairs("Multi30K", here("valid")).samples()[2].source, "Über");
  EXPECT_THAT(error_of<ValueError>([&] { Multi30k(here("valid"), "de", "fr"); }),
              HasSubstr("expected two languages of de, en, got 'de' and 'fr'"));
  EXPECT_THROW(Multi30k(here("valid"), "de", "de"), ValueError);

  write("short.en", "A dog.\n");
  EXPECT_THAT(
      error_of<FormatError>([&] { parallel_texts(folder / "val.de", folder / "short.en"); }),
      HasSubstr("short.en, got 3 and 1"));
  write("broken.en", "a\nb\xff\nc\n");
  EXPECT_THAT(
      error_of<FormatError>([&] { parallel_texts(folder / "val.de", folder / "broken.en"); }),
      HasSubstr("broken.en] text 2: expected UTF-8, got an invalid byte at 1"));
  TextPairs most = parallel_texts(folder / "val.de", folder / "broken.en", Broken::Skip);
  EXPECT_EQ(most.broken(), 1);
  EXPECT_EQ(most.get(1).target, "c");
  EXPECT_THROW(most.get(2), IndexError);

  const std::string talks =
      "2017-01-trnmted/texts/DeEnItNlRo/DeEnItNlRo/DeEnItNlRo-DeEnItNlRo/train.tags.en-ro.";
  write(talks + "en",
        "<url>http://x</url>\n<keywords>a, b</keywords>\n Thank you. \n<doc>\n\nA < B\n");
  write(talks + "ro", "<url>http://x</url>\nMulțumesc.\n\nA < B\n");
  const TextPairs train = IWSLT2017(here(), "en", "ro");
  ASSERT_EQ(train.samples().size(), 3u);
  EXPECT_EQ(train.samples()[0].source, "Thank you.");
  EXPECT_EQ(train.samples()[0].target, "Mulțumesc.");
  EXPECT_EQ(train.samples()[2].source, "A < B");
  const auto document = [](const std::string& text) {
    return "<?xml version=\"1.0\"?>\n<doc docid=\"1\">\n<title>T</title>\n<seg id=\"1\"> " + text +
           " </seg>\n<seg id=\"2\">2</seg>\n</doc>\n";
  };
  write("IWSLT17.TED.tst2010.de-en.de.xml", document("&quot;Ja&quot; &amp;amp; &#39;"));
  write("IWSLT17.TED.tst2010.de-en.en.xml", document("Yes"));
  const TextPairs test = IWSLT2017(here("test"));
  ASSERT_EQ(test.samples().size(), 2u);
  EXPECT_EQ(test.samples()[0].source, "\"Ja\" &amp; &#39;");
  EXPECT_EQ(test.samples()[0].target, "Yes");
  write("IWSLT17.TED.tst2010.de-en.en.xml", "<seg id=\"1\"> Yes\n");
  EXPECT_THAT(error_of<FormatError>([&] { IWSLT2017(here("test")); }),
              HasSubstr("line 1: expected <seg ...> and </seg>"));
}

TEST_F(PublishedTexts, NamesAndWhatIsMissing) {
  EXPECT_GE(text_datasets().size(), 25u);
  for (const TextDatasetInfo& info : text_datasets()) {
    EXPECT_FALSE(info.splits.empty()) << info.name;
    for (const hub::RemoteFile& file : text_dataset_files(info.name).files)
      EXPECT_TRUE(!file.checksum.empty() || info.name == "enwik8") << info.name;
    const TextDatasetOptions options = here(info.splits[0].c_str());
    const std::string why = error_of<FileError>([&] {
      switch (info.kind) {
        case TextKind::Classified:
          classified_texts(info.name, options);
          break;
        case TextKind::Tagged:
          tagged_corpus(info.name, options);
          break;
        case TextKind::Questions:
          questions(info.name, options);
          break;
        case TextKind::Lines:
          corpus_file(info.name, options);
          break;
        case TextKind::Pairs:
          text_pairs(info.name, options);
          break;
      }
    });
    EXPECT_THAT(why, HasSubstr("put it there")) << info.name;
  }
  EXPECT_THAT(error_of<ValueError>([&] { AG_NEWS(here("valid")); }),
              HasSubstr("[ag_news] expected a split of train, test, got 'valid'"));
  EXPECT_THAT(error_of<ValueError>([&] { classified_texts("nope"); }),
              HasSubstr("there is no 'nope'; known are ag_news"));
  EXPECT_FALSE(error_of<ValueError>([&] { corpus_file("sst2"); }).empty());
  // What programs cannot download says so.
  EXPECT_THAT(error_of<FileError>([&] { DBpedia(here().download(true)); }),
              HasSubstr("cannot be downloaded by programs"));
}

}  // namespace
}  // namespace hearth::datasets
