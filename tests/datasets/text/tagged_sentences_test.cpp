// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/text/tagged_sentences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error_of.h"
#include "temporary.h"

namespace hearth::datasets {
namespace {

using data::readers::Broken;
using testing::ElementsAre;
using testing::HasSubstr;

struct TaggedSentenceFiles : testing::Test {
  std::string write(const std::string& name, const std::string& text) {
    write_text(folder / name, text);
    return folder / name;
  }
  TemporaryFolder folder;
};

TEST_F(TaggedSentenceFiles, ColumnsOfCoNLL) {
  const std::string text =
      "-DOCSTART- -X- O O\n\nEU NNP I-NP I-ORG\nrejects VBZ I-VP O\r\n\n\n\nPeter NNP I-NP I-PER";
  const TaggedSentences all = tagged_sentences(write("a.txt", text));
  EXPECT_THAT(all.classes(), ElementsAre("O", "I-ORG", "I-PER"));
  ASSERT_EQ(all.samples().size(), 2u);
  EXPECT_THAT(all.samples()[0].words, ElementsAre("EU", "rejects"));
  EXPECT_THAT(all.samples()[0].tags, ElementsAre(1, 0));
  EXPECT_THAT(all.samples()[1].tags, ElementsAre(2));
  const TaggedSentences chunks =
      tagged_sentences(folder / "a.txt", TaggedSentenceOptions().tag_column(2));
  EXPECT_THAT(chunks.classes(), ElementsAre("I-NP", "I-VP"));
  const TaggedSentences zipped = tagged_sentences(write("a.txt.gz", gzipped(text)));
  EXPECT_EQ(zipped.samples().size(), 2u);
}

TEST_F(TaggedSentenceFiles, CoNLLU) {
  const std::string text =
      "# sent_id = 1\n# text = vámonos al mar\n"
      "1-2\tvámonos\t_\t_\t_\t_\t_\t_\t_\t_\n"
      "1\tvamos\tir\tVERB\tv\t_\t0\troot\t_\t_\n2\tnos\tnosotros\tPRON\tp\t_\t1\tobj\t_\t_\n"
      "2.1\tx\tx\tX\tx\t_\t_\t_\t_\t_\n3\tel mar\tmar\tNOUN\tn\t_\t1\tobl\t_\t_\n\n";
  const TaggedSentences all = tagged_sentences(write("es.conllu", text));
  ASSERT_EQ(all.samples().size(), 1u);
  EXPECT_THAT(all.samples()[0].words, ElementsAre("vamos", "nos", "el mar"));
  EXPECT_THAT(all.classes(), ElementsAre("NOUN", "PRON", "VERB"));
  const auto of = [&](const char* column) {
    return tagged_sentences(folder / "es.conllu", TaggedSentenceOptions().conllu(column)).classes();
  };
  EXPECT_THAT(of("deprel"), ElementsAre("obj", "obl", "root"));
  EXPECT_THAT(of("xpos"), ElementsAre("n", "p", "v"));
  EXPECT_THAT(error_of<ValueError>([&] { of("lemma"); }),
              HasSubstr("expected upos, xpos or deprel"));
}

TEST_F(TaggedSentenceFiles, BrokenOnesAreErrorsOrCounted) {
  const std::string text = "a O\nb\n\nc O\n\nd\xff O\n\ne B-X\nf O\n";
  const std::string path = write("b.txt", text);
  EXPECT_THAT(error_of<FormatError>([&] { tagged_sentences(path); }),
              HasSubstr("b.txt] line 2: expected a word and a tag, got 1 columns"));
  const TaggedSentences all = tagged_sentences(path, TaggedSentenceOptions().broken(Broken::Skip));
  ASSERT_EQ(all.samples().size(), 2u);
  EXPECT_EQ(all.broken(), 2);
  EXPECT_THAT(all.samples()[0].words, ElementsAre("c"));
  const auto known = TaggedSentenceOptions().classes({"O"}).broken(Broken::Skip);
  EXPECT_EQ(tagged_sentences(path, known).samples().size(), 1u);
  EXPECT_EQ(tagged_sentences(path, known).broken(), 3);
  EXPECT_THAT(error_of<FormatError>([&] {
                tagged_sentences(write("c.txt", "x B-Y\n"), TaggedSentenceOptions().classes({"O"}));
              }),
              HasSubstr("the sentence at line 1 has a tag 'B-Y'"));
  EXPECT_THAT(error_of<FormatError>([&] { tagged_sentences(write("d.conllu", "1\ta\n")); }),
              HasSubstr("expected 10 columns, got 2"));
  EXPECT_TRUE(tagged_sentences(write("e.txt", "\n\n \n")).samples().empty());
  EXPECT_FALSE(error_of<FileError>([&] { tagged_sentences(folder / "none"); }).empty());
}

}  // namespace
}  // namespace hearth::datasets
