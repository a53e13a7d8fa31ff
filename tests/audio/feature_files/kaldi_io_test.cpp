// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/feature_files/kaldi_io.h"

#include <cmath>
#include <limits>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth::audio::kaldi_io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string data(const std::string& name) { return HEARTH_TEST_DATA_DIR "/audio/" + name; }

std::vector<Entry> all_of(const std::string& ark) {
  std::vector<Entry> entries;
  ArkReader reader(ark);
  while (auto entry = reader.next()) entries.push_back(std::move(*entry));
  return entries;
}
std::map<std::string, Tensor> by_key(Entries entries) {
  std::map<std::string, Tensor> map;
  for (const auto& [key, value] : entries) map.emplace(key, value);
  return map;
}
Tensor ints(const std::vector<int32_t>& values) {
  return from_blob(const_cast<int32_t*>(values.data()), {static_cast<int64_t>(values.size())}, kInt)
      .clone();
}

// ---- files that Kaldi's code wrote

TEST(KaldiIo, ReadsMatrices) {
  const auto mats = all_of(data("mats.ark"));
  ASSERT_EQ(mats.size(), 8u);
  EXPECT_EQ(mats[0].first, "wave");
  const Tensor& wave = mats[0].second;
  ASSERT_EQ(wave.sizes(), IntArrayRef({23, 5}));
  for (int64_t t = 0; t < 23; ++t)
    for (int64_t d = 0; d < 5; ++d)
      EXPECT_FLOAT_EQ(wave[t][d].item<float>(),
                      std::sin(0.7 * static_cast<double>(t) + static_cast<double>(d)) *
                          std::pow(10, static_cast<double>(d) - 1));
  const auto doubles = by_key(read_mat_ark(data("doubles.ark")));
  EXPECT_EQ(doubles.at("one").scalar_type(), kDouble);
  EXPECT_EQ(doubles.at("one").item<double>(), 0.25 / 3);
  EXPECT_TRUE(doubles.at("short").mul(3).to(kFloat).allclose(mats[1].second));
}

TEST(KaldiIo, ReadsVectors) {
  const auto floats = by_key(read_vec_flt_ark(data("vectors.ark")));
  EXPECT_EQ(floats.at("a").sizes(), IntArrayRef({5}));
  EXPECT_EQ(floats.at("none").sizes(), IntArrayRef({0}));
  const auto doubles = by_key(read_vec_flt_ark(data("double_vectors.ark")));
  EXPECT_EQ(doubles.at("a").scalar_type(), kDouble);
  EXPECT_TRUE(doubles.at("a").mul(3).to(kFloat).allclose(floats.at("a")));
  const auto whole = by_key(read_vec_int_ark(data("ints.ark")));
  EXPECT_TRUE(whole.at("x").equal(ints({3, -1, 2147483647})));
  EXPECT_EQ(whole.at("y").sizes(), IntArrayRef({0}));
  EXPECT_EQ(whole.at("z").scalar_type(), kInt);
}

TEST(KaldiIo, ReadsText) {
  const auto mats = by_key(read_mat_ark(data("mats.ark")));
  const auto text = by_key(read_mat_ark(data("mats.txt.ark")));
  ASSERT_EQ(text.size(), 3u);
  for (const auto& [key, value] : text) EXPECT_TRUE(value.allclose(mats.at(key), 1e-6)) << key;
  const auto vectors = by_key(read_vec_flt_ark(data("vectors.ark")));
  const auto read = by_key(read_vec_flt_ark(data("vectors.txt.ark")));
  ASSERT_EQ(read.size(), 3u);
  for (const auto& [key, value] : read) EXPECT_TRUE(value.allclose(vectors.at(key), 1e-6)) << key;
  const auto whole = by_key(read_vec_int_ark(data("ints.txt.ark")));
  EXPECT_TRUE(whole.at("x").equal(ints({3, -1, 2147483647})));
  EXPECT_EQ(whole.at("y").sizes(), IntArrayRef({0}));
}

TEST(KaldiIo, ReadsNumbersAsTheyAreWritten) {
  const std::string text =
      "a  [ nan -inf inf +1e-3 1e-60 1e60 ]\r\nb [\n 1 2\n\n 3 4\n]\nc [ ]\nd [\n]\ne [ 16777217 "
      "]\n";
  ArkReader reader(text.data(), text.size());
  const Tensor a = reader.next()->second;
  EXPECT_TRUE(std::isnan(a[0].item<float>()));
  EXPECT_EQ(a[1].item<float>(), -std::numeric_limits<float>::infinity());
  EXPECT_EQ(a[3].item<float>(), 1e-3f);
  EXPECT_EQ(a[4].item<float>(), 0);
  EXPECT_EQ(a[5].item<float>(), std::numeric_limits<float>::infinity());
  EXPECT_TRUE(reader.next()->second.equal(arange(1, 5, kFloat).reshape({2, 2})));
  EXPECT_EQ(reader.next()->second.sizes(), IntArrayRef({0}));
  EXPECT_EQ(reader.next()->second.sizes(), IntArrayRef({0, 0}));
  EXPECT_EQ(reader.next()->second.scalar_type(), kFloat);
  EXPECT_FALSE(reader.next());
  ArkReader wide(text.data(), text.size(), "wide", kDouble);
  for (int i = 0; i < 4; ++i) wide.next();
  EXPECT_EQ(wide.next()->second.item<double>(), 16777217);
}

TEST(KaldiIo, WritesTheBytesKaldiWrites) {
  const TemporaryFolder folder;
  for (const char* name :
       {"mats.ark", "doubles.ark", "vectors.ark", "double_vectors.ark", "ints.ark"}) {
    ArkWriter writer(folder / name);
    for (const auto& [key, value] : all_of(data(name))) writer.write(key, value);
    writer.close();
    EXPECT_EQ(read_text(folder / name), read_text(data(name))) << name;
  }
}

class Compression : public testing::TestWithParam<int> {};

TEST_P(Compression, BytesAndValuesAreKaldis) {
  const TemporaryFolder folder;
  const std::string name = "compressed" + std::to_string(GetParam()) + ".ark";
  ArkWriter writer(folder / name,
                   ArkOptions().compression(static_cast<CompressionMethod>(GetParam())));
  for (const auto& [key, value] : all_of(data("mats.ark"))) writer.write(key, value);
  writer.close();
  EXPECT_EQ(read_text(folder / name), read_text(data(name)));
  if (GetParam() == 1) return;  // the others, by size
  const auto expected = all_of(data("expanded" + std::to_string(GetParam()) + ".ark"));
  const auto got = all_of(data(name));
  ASSERT_EQ(got.size(), expected.size());
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].first, expected[i].first);
    EXPECT_TRUE(got[i].second.allclose(expected[i].second, 1e-6, 1e-4)) << got[i].first;
  }
}

INSTANTIATE_TEST_SUITE_P(Methods, Compression, testing::Range(1, 8));

TEST(KaldiIo, CompressionKeepsEmptyMatricesAndRefusesNaN) {
  const TemporaryFolder folder;
  ArkWriter writer(folder / "a.ark", ArkOptions().compression(CompressionMethod::Automatic));
  writer.write("none", zeros({0, 4}));
  const Tensor bad = full({3, 2}, std::numeric_limits<double>::quiet_NaN());
  EXPECT_THAT(error_of<ValueError>([&] { writer.write("bad", bad); }), HasSubstr("row 0"));
  // A fixed range takes what it can.
  writer.write("vector", arange(3, kFloat));
  writer.close();
  const auto entries = all_of(folder / "a.ark");
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].second.sizes(), IntArrayRef({0, 0}));
  EXPECT_TRUE(entries[1].second.equal(arange(3, kFloat)));
  EXPECT_THROW(ArkWriter(folder / "t.ark",
                         ArkOptions().text(true).compression(CompressionMethod::Automatic)),
               ValueError);
}

TEST(KaldiIo, TextComesBack) {
  const TemporaryFolder folder;
  ArkWriter writer(folder / "t.ark", ArkOptions().text(true).scp(folder / "t.scp"));
  const Tensor wide = rand({3, 4}, kDouble);
  const std::vector<Entry> entries = {{"m", rand({3, 4})},        {"v", rand({5})},
                                      {"i", ints({1, -2})},       {"none", zeros({0, 3})},
                                      {"h", rand({2, 2}, kHalf)}, {"d", wide}};
  for (const auto& [key, value] : entries) writer.write(key, value);
  writer.close();
  EXPECT_THAT(read_text(folder / "t.ark"), HasSubstr("m  [\n  0."));
  ScpTable table(folder / "t.scp", kDouble);
  EXPECT_TRUE(table.at("d").equal(wide));
  ScpTable narrow(folder / "t.scp");
  EXPECT_TRUE(narrow.at("m").equal(entries[0].second));
  EXPECT_TRUE(narrow.at("v").equal(entries[1].second));
  EXPECT_TRUE(narrow.at("i").equal(entries[2].second));
  EXPECT_EQ(narrow.at("none").numel(), 0);
  EXPECT_TRUE(narrow.at("h").equal(entries[4].second.to(kFloat)));
}

// ---- lists

TEST(KaldiIo, ListsLeadIntoArchives) {
  const auto expected = all_of(data("mats.ark"));
  ScpReader reader(data("mats.scp"));
  for (const auto& [key, value] : expected) {
    const auto entry = reader.next();
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->first, key);
    EXPECT_TRUE(entry->second.equal(value));
  }
  EXPECT_FALSE(reader.next());
  ScpTable table(data("mats.scp"));
  EXPECT_EQ(table.keys().size(), expected.size());
  for (size_t i = expected.size(); i-- > 0;)
    EXPECT_TRUE(table.at(expected[i].first).equal(expected[i].second));
  EXPECT_FALSE(table.contains("nobody"));
  EXPECT_THAT(error_of<ValueError>([&] { table.at("nobody"); }), HasSubstr("no key 'nobody'"));
  const auto other = by_key(read_mat_scp(data("kaldiio.scp")));
  EXPECT_TRUE(other.at("short").allclose(expected[1].second, 1e-2, 1e-2));
}

TEST(KaldiIo, RangesHaveTheirLast) {
  const TemporaryFolder folder;
  ArkWriter writer(folder / "a.ark", ArkOptions().scp(folder / "a.scp"));
  const Tensor x = rand({10, 4});
  writer.write("first", rand({3, 3}));
  writer.write("x", x);
  writer.write("v", x.select(1, 0));
  writer.close();
  const std::string list = read_text(folder / "a.scp");
  const std::string place =
      list.substr(list.find("x /") + 2, list.find("\nv") - list.find("x /") - 2);
  EXPECT_TRUE(load_mat(place).equal(x));
  EXPECT_TRUE(load_mat(place + "[0:4]").equal(x.slice(0, 0, 5)));
  EXPECT_TRUE(load_mat(place + "[2:4,1:2]").equal(x.slice(0, 2, 5).slice(1, 1, 3)));
  EXPECT_TRUE(load_mat(place + "[:,1:3]").equal(x.slice(1, 1)));
  EXPECT_TRUE(load_mat(place + "[:]").equal(x));
  // Windows' edges may make up to two frames of difference.
  EXPECT_TRUE(load_mat(place + "[5:11]").equal(x.slice(0, 5)));
  EXPECT_THAT(error_of<FormatError>([&] { load_mat(place + "[5:13]"); }),
              HasSubstr("rows 5 to 13 of a matrix of [10, 4]"));
  EXPECT_THROW(load_mat(place + "[10:11]"), FormatError);
  EXPECT_THROW(load_mat(place + "[:,0:4]"), FormatError);
  for (const char* range : {"[3:1]", "[a:b]", "[1]", "[-1:2]", "[1:2:3]"})
    EXPECT_THAT(error_of<FormatError>([&] { load_mat(place + range); }), HasSubstr("range like"))
        << range;
}

TEST(KaldiIo, LocationsAreTakenApart) {
  const Location plain("a b/c.ark:12 ");
  EXPECT_EQ(plain.path, "a b/c.ark");
  EXPECT_EQ(plain.offset, 12u);
  EXPECT_EQ(Location("x.mat").offset, 0u);
  EXPECT_EQ(Location("c:d.ark").path, "c:d.ark");
  EXPECT_EQ(Location("a.ark:5[0:9]").rows->second, 9);
  EXPECT_THAT(error_of<FormatError>([] { Location("copy-feats ark:a ark:- |", "list: line 3"); }),
              testing::AllOf(HasSubstr("line 3"), HasSubstr("are not run")));
  for (const char* text : {"", "-", ":12", "a]", "[0:1]"})
    EXPECT_THROW(Location{text}, FormatError) << text;
}

TEST(KaldiIo, ListsSayWhatIsWrong) {
  const TemporaryFolder folder;
  write_text(folder / "a.scp", "one " + data("mats.ark") + ":5\ntwo\n");
  ScpReader reader(folder / "a.scp");
  EXPECT_TRUE(reader.next());
  EXPECT_THAT(error_of<FormatError>([&] { reader.next(); }), HasSubstr("line 2"));
  write_text(folder / "b.scp", "one /nowhere/x.ark:5\n");
  EXPECT_THAT(error_of<FileError>([&] { ScpReader(folder / "b.scp").next(); }),
              testing::AllOf(HasSubstr("/nowhere/x.ark"), HasSubstr("key 'one'")));
  write_text(folder / "c.scp", "one a:1\none a:2\n");
  EXPECT_THAT(error_of<FormatError>([&] { ScpTable{folder / "c.scp"}; }), HasSubstr("comes again"));
  write_text(folder / "d.scp", "one " + data("mats.ark") + ":99999999\n");
  EXPECT_THROW(ScpReader(folder / "d.scp").next(), FormatError);
}

// ---- what is broken

TEST(KaldiIo, EveryCutIsNoticed) {
  for (const char* name : {"mats.ark", "compressed2.ark", "vectors.ark", "ints.ark"}) {
    const std::string bytes = read_text(data(name));
    // Cuts between entries cannot be noticed.
    size_t whole = 0;
    for (size_t n = 1; n < bytes.size(); n += bytes.size() / 97 + 1) {
      ArkReader reader(bytes.data(), n);
      try {
        while (reader.next()) {
        }
        ++whole;
      } catch (const FormatError&) {
      }
    }
    EXPECT_LE(whole, 3u) << name;
  }
}

TEST(KaldiIo, SizesAreComparedWithWhatIsThere) {
  const auto number = [](int32_t n) {
    return std::string("\4") + std::string(reinterpret_cast<const char*>(&n), 4);
  };
  for (const std::string& object :
       {std::string("FM ") + number(2147483647) + number(2147483647),
        std::string("DM ") + number(1 << 20) + number(1 << 20), std::string("FV ") + number(-1),
        std::string("FM ") + number(-5) + number(-5), std::string("FV ") + number(2147483647),
        number(2147483647), std::string("FM ") + "\10" + number(1), std::string("SM ") + number(1),
        std::string("CM ") + std::string(8, '\0') + std::string(8, '\x7f'), std::string("<Nnet> x"),
        std::string(1 << 10, 'F')}) {
    const std::string ark = std::string("key \0B", 6) + object;
    ArkReader reader(ark.data(), ark.size());
    EXPECT_THAT(error_of<FormatError>([&] { reader.next(); }), HasSubstr("key 'key'"));
  }
  for (const char* text : {"key [ 1 2\n 3 4 ]\n", "key [\n 1 2\n 3 ]\n", "key [ 1 2",
                           "key [ 1 x ]\n", "key 1 2.5\n", "key word\n", "key", "\1\2\3 [ 1 ]\n"}) {
    const std::string ark = text;
    ArkReader reader(ark.data(), ark.size());
    EXPECT_NE(error_of<FormatError>([&] { reader.next(); }), "") << text;
  }
}

TEST(KaldiIo, KindsAreTold) {
  EXPECT_THAT(error_of<FormatError>([] { by_key(read_mat_ark(data("ints.ark"))); }),
              HasSubstr("expected matrices, got [3] of int32 for the key 'x'"));
  EXPECT_THROW(by_key(read_vec_flt_ark(data("mats.ark"))), FormatError);
  EXPECT_THROW(by_key(read_vec_int_ark(data("vectors.ark"))), FormatError);
}

// ---- writing

TEST(KaldiIo, WritesAllOrNothing) {
  const TemporaryFolder folder;
  const auto options = ArkOptions().scp(folder / "a.scp");
  {
    ArkWriter writer(folder / "a.ark", options);
    writer.write("x", ones({2, 2}));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path));
  ArkWriter writer(folder / "a.ark", options);
  for (const char* key : {"", "a b", "a\tb", "a\n"})
    EXPECT_THROW(writer.write(key, ones({2, 2})), ValueError) << key;
  EXPECT_THROW(writer.write("cube", ones({2, 2, 2})), ShapeError);
  writer.write("é/x", ones({2, 2}).t());
  writer.close();
  EXPECT_THROW(writer.write("late", ones({1})), Error);
  EXPECT_THROW(writer.close(), Error);
  EXPECT_EQ(all_of(folder / "a.ark").size(), 1u);
  EXPECT_EQ(read_text(folder / "a.scp"), "é/x " + folder / "a.ark" + ":5\n");
  EXPECT_THROW(ArkWriter(folder / "a.ark", ArkOptions().scp(folder / "a.ark")), ValueError);
}

}  // namespace
}  // namespace hearth::audio::kaldi_io
