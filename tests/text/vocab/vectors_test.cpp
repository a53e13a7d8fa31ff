// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/vocab/vectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct VectorFiles : testing::Test {
  std::string write(const std::string& name, const std::string& bytes) {
    write_text(folder / name, bytes);
    return folder / name;
  }
  static std::vector<float> values(const Tensor& t) {
    const Tensor flat = t.contiguous();
    return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
  }
  TemporaryFolder folder;
};

TEST_F(VectorFiles, TextWithAndWithoutHeader) {
  const std::string lines = "the 0.5 -1e-3 2\nNew\xc2\xa0York 1 2 3 \nköln -0 inf 1e-50\n";
  for (const std::string& text : {lines, "3 3\n" + lines}) {
    const Vectors vectors(write("v.txt", text));
    EXPECT_EQ(vectors.dim(), 3);
    EXPECT_THAT(vectors.itos(), ElementsAre("the", "New\xc2\xa0York", "köln"));
    EXPECT_THAT(values(vectors["the"]), ElementsAre(0.5f, -1e-3f, 2.f));
    EXPECT_THAT(values(vectors["none"]), ElementsAre(0.f, 0.f, 0.f));
  }
  EXPECT_EQ(Vectors(write("v.txt.gz", gzipped(lines))).size(), 3u);
  EXPECT_EQ(Vectors(folder / "v.txt", VectorsOptions().max_vectors(2)).size(), 2u);
}

TEST_F(VectorFiles, LooksUpManyTokens) {
  const Vectors vectors(write("v.txt", "straße 1 2\nÄrger 3 4\nthe 5 6\nthe 7 8\n"),
                        VectorsOptions().unk_init([](const Tensor& t) { return t + 9; }));
  const std::vector<std::string> tokens = {"The", "STRASSE", "Ärger", "the"};
  EXPECT_THAT(values(vectors.get_vecs_by_tokens(tokens)),
              ElementsAre(9.f, 9.f, 9.f, 9.f, 3.f, 4.f, 7.f, 8.f));
  EXPECT_THAT(values(vectors.get_vecs_by_tokens(tokens, true)),
              ElementsAre(7.f, 8.f, 9.f, 9.f, 3.f, 4.f, 7.f, 8.f));
  EXPECT_EQ(vectors.get_vecs_by_tokens(std::vector<std::string>{}).size(0), 0);
}

TEST_F(VectorFiles, BinaryOfWord2vec) {
  const float numbers[] = {1, -2, 0.5f, 4};
  const auto bytes = [&](int i) {
    return std::string(reinterpret_cast<const char*>(numbers + 2 * i), 8);
  };
  EXPECT_THAT(error_of<FormatError>([&] { Vectors(write("w.bin", "2 2\na " + bytes(0) + "b ")); }),
              HasSubstr("ends within vector 1 of 2"));
  const Vectors vectors(write("w.bin", "2 2\na " + bytes(0) + "\nb " + bytes(1)));
  EXPECT_THAT(vectors.itos(), ElementsAre("a", "b"));
  EXPECT_THAT(values(vectors.vectors()), ElementsAre(1.f, -2.f, 0.5f, 4.f));
}

TEST_F(VectorFiles, BrokenOnesAreErrors) {
  EXPECT_THAT(error_of<FormatError>([&] { Vectors(write("a.txt", "a 1 2\nb 1 2 3\n")); }),
              HasSubstr("a.txt] line 2: expected 2 numbers, got 3"));
  EXPECT_THAT(error_of<FormatError>([&] { Vectors(write("b.txt", "a 1 x\n")); }),
              HasSubstr("b.txt] line 1: expected numbers between single spaces, got 'x'"));
  EXPECT_THAT(error_of<FormatError>([&] { Vectors(write("c.txt", "")); }),
              HasSubstr("holds no vectors"));
  EXPECT_THAT(error_of<FormatError>([&] { Vectors(write("d.bin", "1 99999999999\nx")); }),
              HasSubstr("expected a header"));
  EXPECT_THAT(error_of<FormatError>([&] { Vectors(write("e.bin", "9000000000000 4\nx")); }),
              HasSubstr("ends within vector 0"));
  EXPECT_THAT(
      error_of<FormatError>([&] { Vectors(write("f.bin", "1 2\n" + std::string(100'000, 'x'))); }),
      HasSubstr("without an end"));
  EXPECT_FALSE(error_of<FileError>([&] { Vectors(folder / "none"); }).empty());
  const Vectors some(write("g.txt", "\xff 1 2\nb 3 4\n"));
  EXPECT_EQ(some.broken(), 1);
  EXPECT_EQ(some.size(), 1u);
}

}  // namespace
}  // namespace hearth::text
