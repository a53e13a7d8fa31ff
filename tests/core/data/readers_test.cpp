// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/data/readers/byte_stream.h"
#include "hearth/data/readers/jsonl.h"
#include "hearth/data/readers/lines.h"
#include "hearth/data/readers/tar.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth::data::readers {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Readers : testing::Test {
  std::string file(const std::string& text, const std::string& name = "file") {
    write_text(folder / name, text);
    return folder / name;
  }
  std::vector<std::string> lines(const std::string& text) {
    LineReader reader(file(text));
    std::vector<std::string> all;
    while (const auto line = reader.next()) all.emplace_back(*line);
    return all;
  }
  using Rows = std::vector<std::vector<std::string>>;
  Rows rows(const std::string& text, CsvOptions options = CsvOptions().header(false)) {
    CsvReader reader(file(text), options);
    Rows all;
    while (const auto* row = reader.next()) all.emplace_back(row->begin(), row->end());
    return all;
  }
  TemporaryFolder folder;
};

TEST_F(Readers, LinesEndInEveryWay) {
  EXPECT_THAT(lines("one\ntwo\r\n\nfour"), ElementsAre("one", "two", "", "four"));
  EXPECT_THAT(lines("\xef\xbb\xbfone\n"), ElementsAre("one"));
  EXPECT_THAT(lines("a\rb\n"), ElementsAre("a\rb"));
  EXPECT_THAT(lines(""), ElementsAre());
  EXPECT_THAT(lines("\n"), ElementsAre(""));
  const std::string nul("a\0b", 3);
  EXPECT_THAT(lines(nul), ElementsAre(nul));
}

TEST_F(Readers, ByteOrderMarksAreNoText) {
  const std::string utf8 = "\xef\xbb\xbf";
  EXPECT_THAT(lines(utf8), ElementsAre());
  EXPECT_THAT(lines("\xef\xbb"), ElementsAre("\xef\xbb"));
  EXPECT_THAT(lines("a\n" + utf8), ElementsAre("a", utf8));
  EXPECT_THAT(rows(utf8 + "a,b\n"), ElementsAre(ElementsAre("a", "b")));
  EXPECT_EQ(JsonValue(utf8 + "[1]").at(0).integer(), 1);
  for (const char* mark : {"\xff\xfe", "\xfe\xff"}) {
    const std::string text = mark + std::string("a\0\n\0", 4);
    EXPECT_THAT(error_of([&] { lines(text); }), HasSubstr("file] expected UTF-8, got UTF-16"));
    EXPECT_THAT(error_of([&] { JsonValue(text, "x.json"); }),
                HasSubstr("[x.json] expected UTF-8, got UTF-16"));
  }
  LineReader reader(file(utf8 + "a\nb\n"));
  reader.next();
  reader.seek({0, 0});
  EXPECT_EQ(*reader.next(), "a");
}

TEST_F(Readers, LongLinesAndPositions) {
  std::string text;
  for (int i = 0; i < 400'000; ++i) text += std::to_string(i) + "\n";
  text += std::string(3'000'000, 'x') + "\nend\n";
  LineReader reader(file(text));
  Position half;
  while (const auto line = reader.next()) {
    if (reader.line() == 200'001) half = reader.position();
    if (reader.line() == 400'001) {
      EXPECT_EQ(line->size(), 3'000'000u);
    }
  }
  EXPECT_EQ(reader.line(), 400'002);
  reader.seek(half);
  EXPECT_EQ(*reader.next(), "200001");
  EXPECT_EQ(reader.line(), 200'002);
  LineReader fresh(folder / "file");
  fresh.seek(half);
  EXPECT_EQ(*fresh.next(), "200001");
  EXPECT_THAT(error_of([&] {
                LineReader strict(folder / "file", 1 << 20);
                while (strict.next()) {
                }
              }),
              HasSubstr("line 400001 has more than"));
  EXPECT_THAT(error_of([&] { reader.seek({uint64_t{1} << 40, 0}); }), HasSubstr("it has changed"));
  EXPECT_THROW(LineReader(folder / "none"), FileError);
}

TEST_F(Readers, GzippedFilesAreInflated) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "line " + std::to_string(i) + "\n";
  const std::string zipped = gzipped(text);
  LineReader twice(file(zipped + zipped));  // two members, one after the other
  int64_t n = 0;
  Position at;
  while (twice.next())
    if (++n == 150'000) at = twice.position();
  EXPECT_EQ(n, 200'000);
  twice.seek(at);
  EXPECT_EQ(*twice.next(), "line 50000");
  // Zeros that fill up a block, between members and behind them, as gzip itself has it.
  const std::string zeros(300'000, '\0');
  LineReader padded(file(zipped + zeros + zipped + zeros));
  for (n = 0; padded.next();) ++n;
  EXPECT_EQ(n, 200'000);
  const std::string cut = zipped.substr(0, zipped.size() / 2);
  EXPECT_THROW(
      {
        LineReader reader(file(cut, "cut"));
        while (reader.next()) {
        }
      },
      FormatError);
}

TEST_F(Readers, MemoryIsReadAsFilesAre) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i) + "\n";
  const std::string zipped = gzipped(text);
  for (const bool zip : {false, true}) {
    const std::string& bytes = zip ? zipped : text;
    ByteStream from_file(file(bytes));
    ByteStream from_memory(bytes.data(), bytes.size(), "memory");
    const uint64_t most = zip ? 1032 * zipped.size() : text.size();
    EXPECT_EQ(from_file.at_most(), most);
    EXPECT_EQ(from_memory.at_most(), most);
    for (ByteStream* stream : {&from_file, &from_memory}) {
      std::string got(text.size() + 1, '\0');
      EXPECT_EQ(stream->read(got.data(), got.size()), text.size());
      got.pop_back();
      EXPECT_EQ(got, text);
      stream->seek(100);
      EXPECT_EQ(stream->read(got.data(), 10), 10u);
      EXPECT_EQ(got.substr(0, 10), text.substr(100, 10));
      EXPECT_THAT(error_of([&] { stream->seek(text.size() + 1); }), HasSubstr("it has changed"));
    }
  }
  ByteStream nothing(nullptr, 0, "nothing");
  char c;
  EXPECT_EQ(nothing.read(&c, 1), 0u);
  EXPECT_EQ(ByteStream("/dev/null").at_most(), std::nullopt);
}

TEST_F(Readers, CsvRowsAsRfc4180HasThem) {
  EXPECT_EQ(rows("a,b\r\n1,\"x,y\"\n\n2,\"say \"\"hi\"\"\"\n"),
            (Rows{{"a", "b"}, {"1", "x,y"}, {"2", "say \"hi\""}}));
  EXPECT_EQ(rows("1,\"two\nlines\r\n\"\n,\n"), (Rows{{"1", "two\nlines\r\n"}, {"", ""}}));
  EXPECT_EQ(rows("\"\",\"\"\"\"\n"), (Rows{{"", "\""}}));
  EXPECT_EQ(rows("1, \"2\"\n"), (Rows{{"1", " \"2\""}}));
  EXPECT_EQ(rows("a,b"), (Rows{{"a", "b"}}));
  EXPECT_EQ(rows("a,"), (Rows{{"a", ""}}));
  EXPECT_EQ(rows("a\rb,c\n"), (Rows{{"a\rb", "c"}}));
  EXPECT_EQ(rows("a,b\r"), (Rows{{"a", "b"}}));
  EXPECT_EQ(rows(""), Rows{});
  EXPECT_EQ(rows("\n\r\n\n"), Rows{});
  EXPECT_EQ(rows("a\t\"b\n", CsvOptions().delimiter('\t').quote(0).header(false)),
            (Rows{{"a", "\"b"}}));
}

TEST_F(Readers, CsvRowsAcrossBuffers) {
  // Rows of all lengths, so that every kind of character meets the end of a buffer.
  std::string text;
  Rows want;
  for (size_t i = 0; text.size() < 5'000'000; ++i) {
    std::vector<std::string> row{std::to_string(i), std::string(i % 97, 'x') + "\"\n,",
                                 std::string(i % 3001, 'y')};
    std::string quoted = row[1];
    for (size_t q; (q = quoted.find('"')) != quoted.npos;) quoted.replace(q, 1, "''");
    for (size_t q; (q = quoted.find("''")) != quoted.npos;) quoted.replace(q, 2, "\"\"");
    text += row[0] + ",\"" + quoted + "\"," + row[2] + "\r\n";
    want.push_back(std::move(row));
  }
  EXPECT_TRUE(rows(text) == want);
  CsvReader reader(folder / "file", CsvOptions().header(false));
  for (int i = 0; i < 1000; ++i) reader.next();
  const Position at = reader.position();
  CsvReader other(folder / "file", CsvOptions().header(false));
  other.seek(at);
  EXPECT_EQ((*other.next())[0], "1000");
  EXPECT_EQ(other.line(), 2001);
}

TEST_F(Readers, CsvNamesItsColumnsAndItsFaults) {
  CsvReader reader(file("id,text\n1,a\n2,b,c\n3,d\n"));
  EXPECT_THAT(reader.columns(), ElementsAre("id", "text"));
  EXPECT_EQ(reader.column("text"), 1u);
  EXPECT_THAT(error_of([&] { reader.column("label"); }), HasSubstr("there are id, text"));
  EXPECT_EQ((*reader.next())[1], "a");
  EXPECT_THAT(error_of([&] { reader.next(); }), HasSubstr("line 3: expected 2 fields, got 3"));
  CsvReader skips(folder / "file", CsvOptions().broken(Broken::Skip));
  skips.next();
  EXPECT_EQ((*skips.next())[0], "3");
  EXPECT_EQ(skips.broken(), 1);
  EXPECT_THAT(error_of([&] { rows("1\n\"x\"y\n"); }), HasSubstr("line 2: text follows"));
  EXPECT_THAT(error_of([&] { rows("1\n\"x\n"); }), HasSubstr("line 2: a quote is never closed"));
  EXPECT_THROW(rows("a", CsvOptions().delimiter('"')), ValueError);
}

/// A header of ustar, with a right checksum.
std::string header(const std::string& name, uint64_t size, char type = '0') {
  std::string block(512, '\0');
  block.replace(0, name.size(), name);
  char digits[13];
  std::snprintf(digits, sizeof digits, "%011llo", static_cast<unsigned long long>(size));
  block.replace(124, 11, digits, 11);
  block[156] = type;
  block.replace(257, 8, std::string("ustar\00000", 8));
  block.replace(148, 8, "        ");
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  std::snprintf(digits, sizeof digits, "%06o", sum);
  block.replace(148, 7, digits, 7);
  return block;
}

std::string member(const std::string& name, const std::string& text, char type = '0') {
  std::string bytes = header(name, text.size(), type) + text;
  bytes.resize((bytes.size() + 511) / 512 * 512);
  return bytes;
}

struct Tar : Readers {
  std::vector<std::string> names(const std::string& bytes) {
    TarReader reader(file(bytes, "a.tar"));
    std::vector<std::string> all;
    while (const auto m = reader.next()) all.push_back(m->name + "=" + reader.read());
    return all;
  }
};

TEST_F(Tar, ReadsEveryKindOfHeader) {
  const std::string name(150, 'n');
  const std::string record = "path=" + name + "\n";
  const std::string pax = std::to_string(record.size() + 4) + " " + record;
  EXPECT_THAT(names(member("a", "one") + header("folder/", 0, '5') + header("link", 0, '2') +
                    member("././@LongLink", name + '\0', 'L') + member("short", "two") +
                    member("pax", pax, 'x') + member("short", "three") +
                    member("global", "13 comment=x\n", 'g') + member("b/c", "")),
              ElementsAre("a=one", name + "=two", name + "=three", "b/c="));
  // Links may tell the size of what they lead to; a type of some other program's has its bytes.
  EXPECT_THAT(names(header("hard", 700, '1') + member("listing", "YaNb", 'D') +
                    member("size", "12 size=600\n", 'x') + header("own", 3, 'Z') +
                    std::string(1024, 'z') + member("a", "one")),
              ElementsAre("a=one"));
  std::string large = header("big", 0);
  large.replace(124, 12, std::string("\x80\0\0\0\0\0\0\0\0\0\0\x03", 12));
  large.replace(148, 8, "        ");
  unsigned sum = 0;
  for (const char c : large) sum += static_cast<unsigned char>(c);
  char digits[8];
  std::snprintf(digits, sizeof digits, "%06o", sum);
  large.replace(148, 7, digits, 7);
  EXPECT_THAT(names(large + "abc" + std::string(509, '\0')), ElementsAre("big=abc"));
  EXPECT_THAT(names(member("a", "x") + std::string(1024, '\0') + "whatever"), ElementsAre("a=x"));
  EXPECT_THAT(names(""), ElementsAre());
}

TEST_F(Tar, RefusesDamage) {
  const std::string good = member("first", std::string(700, 'x')) + member("second", "y");
  std::string bad = good;
  bad[3] ^= 1;
  EXPECT_THAT(error_of([&] { names(bad); }), HasSubstr("at byte 0: this is no header"));
  bad = good;
  bad[512 + 1024 + 2] ^= 1;
  EXPECT_THAT(error_of([&] { names(bad); }), HasSubstr("at byte 1536"));
  EXPECT_THAT(error_of([&] { names(good.substr(0, 900)); }), HasSubstr("ends within a member"));
  EXPECT_THAT(error_of([&] { names(good.substr(0, 1600)); }), HasSubstr("ends within a header"));
  EXPECT_THAT(error_of([&] { names(member("p", "99999 path=x\n", 'x')); }), HasSubstr("pax"));
  EXPECT_THAT(error_of([&] { names(header("huge", uint64_t{1} << 32)); }),
              HasSubstr("ends within a member"));
}

TEST_F(Tar, GoesToAMember) {
  TarReader reader(
      file(member("a", "1") + member("b", std::string(2000, '2')) + member("c", "3"), "a.tar"));
  reader.next();
  const auto b = reader.next();
  reader.next();
  reader.seek(b->header);
  EXPECT_EQ(reader.next()->name, "b");
  EXPECT_EQ(reader.next()->name, "c");
  EXPECT_EQ(reader.read(), "3");
}

}  // namespace
}  // namespace hearth::data::readers
