// SPDX-License-Identifier: Apache-2.0
// FeatureWriter and FeatureReader over all formats.
#include <limits>
#include <map>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hearth/audio/feature_files/feature_reader.h"
#include "hearth/audio/feature_files/feature_writer.h"
#include "hearth/audio/feature_files/htk.h"
#include "hearth/io/npy.h"
#include "hearth/io/safetensors.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/tensor/tensor_literal.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth::audio {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

namespace fs = std::filesystem;

std::string data(const std::string& name) { return HEARTH_TEST_DATA_DIR "/audio/" + name; }

std::vector<FeatureEntry> all_of(const std::string& path) {
  std::vector<FeatureEntry> entries;
  FeatureReader reader(path);
  while (auto entry = reader.next()) entries.push_back(std::move(*entry));
  return entries;
}
std::vector<std::string> ids_of(const std::string& path) {
  std::vector<std::string> ids;
  for (const FeatureEntry& entry : all_of(path)) ids.push_back(entry.id);
  return ids;
}
std::set<std::string> files_below(const std::string& folder) {
  std::set<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files.insert(entry.path().lexically_relative(folder).string());
  return files;
}

/// A format, a target below a folder, and where the features are then.
struct Form {
  const char *format, *target, *result;
};
class Formats : public testing::TestWithParam<Form> {
 protected:
  std::string target() const { return folder / GetParam().target; }
  std::string result() const { return folder / GetParam().result; }
  FeatureFormat format() const { return feature_format_of(GetParam().format); }
  TemporaryFolder folder;
};

TEST_P(Formats, WhatIsWrittenComesBack) {
  const Tensor a = randn({7, 3}), b = randn({300, 3}), c = zeros({0, 3});
  FeatureWriter writer(format(), target());
  writer.write("b/one", b);
  writer.write("a", a.t().contiguous().t());
  writer.write("c", c);
  EXPECT_THAT(error_of<ValueError>([&] { writer.write("a", b); }), HasSubstr("twice"));
  EXPECT_THROW(writer.write("", b), ValueError);
  EXPECT_THROW(writer.write("cube", zeros({2, 2, 2})), ShapeError);
  EXPECT_THROW(writer.write("none", Tensor()), ShapeError);
  const std::string path = writer.path_of("a");
  writer.close();
  EXPECT_TRUE(fs::exists(path));
  EXPECT_THROW(writer.close(), Error);
  EXPECT_THROW(writer.write("late", a), Error);
  std::map<std::string, Tensor> read;
  for (const FeatureEntry& entry : all_of(result())) read.emplace(entry.id, entry.values);
  ASSERT_EQ(read.size(), 3u);
  EXPECT_TRUE(read.at("a").equal(a));
  EXPECT_TRUE(read.at("b/one").equal(b));
  EXPECT_EQ(read.at("c").sizes(), c.sizes());
  // Nothing is left of what is only needed while writing.
  for (const std::string& file : files_below(folder.path)) EXPECT_EQ(file.find("/."), file.npos);
}

TEST_P(Formats, UnfinishedFilesDoNotAppear) {
  {
    FeatureWriter writer(format(), target());
    writer.write("a", ones({2, 2}));
  }
  // A file of its own is finished, one for all is not.
  const bool own = fs::path(GetParam().target).extension().empty() &&
                   (format() == FeatureFormat::Npy || format() == FeatureFormat::Htk ||
                    format() == FeatureFormat::Csv);
  EXPECT_EQ(files_below(folder.path).size(), own ? 1u : 0u);
}

TEST_P(Formats, RowsMayComeInBlocks) {
  const Tensor a = randn({100, 3}), b = randn({7, 3});
  FeatureWriter writer(format(), target());
  int64_t at = 0;
  const auto next = [&] {
    at += 9;
    return a.slice(0, at - 9, at);
  };
  writer.write("a", 100, 3, next);
  // Too many rows, too few, other dims, an error on the way: nothing is written of it.
  EXPECT_THROW(writer.write("more", 5, 3, [&] { return b; }), ShapeError);
  EXPECT_THROW(writer.write("none", 5, 3, [] { return zeros({0, 3}); }), ShapeError);
  EXPECT_THROW(writer.write("dims", 7, 2, [&] { return b; }), ShapeError);
  int calls = 0;
  EXPECT_THROW(writer.write("broken", 14, 3,
                            [&]() -> Tensor {
                              if (calls++ > 0) throw FileError("gone");
                              return b;
                            }),
               FileError);
  writer.write("empty", 0, 3, [] { return Tensor(); });
  writer.write("b", b);
  writer.close();
  std::map<std::string, Tensor> read;
  for (const FeatureEntry& entry : all_of(result())) read.emplace(entry.id, entry.values);
  ASSERT_EQ(read.size(), 3u);
  EXPECT_TRUE(read.at("a").equal(a));
  EXPECT_TRUE(read.at("b").equal(b));
  EXPECT_EQ(read.at("empty").sizes(), (std::vector<int64_t>{0, 3}));
}

TEST_P(Formats, SeveralThreadsMayWrite) {
  FeatureWriter writer(format(), target());
  std::vector<std::thread> threads;
  for (int n = 0; n < 4; ++n)
    threads.emplace_back([&, n] {
      for (int i = n; i < 40; i += 4)
        writer.write(cat_str("d", i % 3, "/", i), full({3, 2}, i, kFloat));
    });
  for (auto& thread : threads) thread.join();
  writer.close();
  const auto entries = all_of(result());
  ASSERT_EQ(entries.size(), 40u);
  for (const FeatureEntry& entry : entries) {
    const int i = std::stoi(entry.id.substr(3));
    EXPECT_TRUE(entry.values.equal(full({3, 2}, i, kFloat))) << entry.id;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, Formats,
    testing::Values(Form{"npy", "out", "out"}, Form{"htk", "out/deep", "out/deep"},
                    Form{"csv", "out", "out"}, Form{"csv", "out/x.csv", "out/x.csv"},
                    Form{"npz", "out", "out/feats.npz"}, Form{"npz", "x.npz", "x.npz"},
                    Form{"safetensors", "x.safetensors", "x.safetensors"},
                    Form{"ark", "x.ark", "x.ark"}, Form{"ark", "out", "out/feats.scp"},
                    Form{"ark", "out", "out"}),
    [](const auto& form) { return cat_str(form.param.format, form.index); });

/// A process that writes until it is killed, at whatever it is doing then.
void write_and_die(FeatureFormat format, const std::string& target, const Tensor& values,
                   int milliseconds) {
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      for (int64_t n = 0;; ++n) {
        FeatureWriter writer(format, target);
        for (int64_t i = 0; i < 50; ++i) writer.write(cat_str("u", i), values + n);
        writer.close();
      }
    } catch (...) {
      ::_exit(1);
    }
  }
  ::usleep(static_cast<useconds_t>(milliseconds) * 1000);
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
}

TEST(FeatureFiles, AreWholeWhenTheirWriterIsKilled) {
  const Tensor values = zeros({200, 20});
  for (const auto& [format, target] :
       std::vector<std::pair<FeatureFormat, std::string>>{{FeatureFormat::Npy, "n"},
                                                          {FeatureFormat::Ark, "a.ark"},
                                                          {FeatureFormat::Npz, "z.npz"},
                                                          {FeatureFormat::Csv, "t.csv"}}) {
    const TemporaryFolder folder;
    for (int round = 0; round < 6; ++round) {
      write_and_die(format, folder / target, values, 20 + 23 * round);
      if (!folder.has(target) || files_below(folder.path).empty()) continue;
      // One file for all is from one round of writing; the list leads to the archive beside it.
      std::set<float> rounds;
      for (const FeatureEntry& entry : all_of(folder / target)) {
        ASSERT_EQ(entry.values.sizes(), values.sizes());
        const float first = entry.values[0][0].item<float>();
        EXPECT_TRUE(entry.values.eq(first).all().item<bool>());
        rounds.insert(first);
      }
      if (format != FeatureFormat::Npy) {
        EXPECT_EQ(rounds.size(), 1u);
      }
      if (folder.has("a.scp")) {
        for (const FeatureEntry& entry : all_of(folder / "a.scp"))
          EXPECT_TRUE(entry.values.eq(*rounds.begin()).all().item<bool>());
      }
    }
    FeatureWriter writer(format, folder / target);
    for (int64_t i = 0; i < 50; ++i) writer.write(cat_str("u", i), values);
    writer.close();
    EXPECT_EQ(all_of(folder / target).size(), 50u);
    // Whoever writes the same again leaves nothing of those who were killed, except what a spool
    // was called for a moment.
    for (const std::string& file : files_below(folder.path))
      EXPECT_EQ(file.find(".tmp-"), std::string::npos) << file;
  }
}

TEST(FeatureFiles, AreToldByContent) {
  const TemporaryFolder folder;
  for (const auto& [name, format, entries] :
       std::vector<std::tuple<std::string, std::string, size_t>>{{"mats.ark", "ark", 8},
                                                                 {"mats.scp", "scp", 8},
                                                                 {"mats.txt.ark", "ark", 3},
                                                                 {"ints.txt.ark", "ark", 3},
                                                                 {"vectors.ark", "ark", 3},
                                                                 {"fbank.htk", "htk", 1},
                                                                 {"compressed2.ark", "ark", 8}}) {
    std::string bytes = read_text(data(name));
    if (format == "scp")
      for (size_t at; (at = bytes.find(" mats")) != bytes.npos;) bytes.insert(at + 1, data(""));
    for (const std::string& packed : {bytes, gzipped(bytes)}) {
      if (format == "htk" && packed != bytes) continue;
      write_text(folder / "a.wrong", packed);
      EXPECT_EQ(FeatureReader(folder / "a.wrong").format(), format) << name;
      EXPECT_EQ(all_of(folder / "a.wrong").size(), entries) << name;
    }
  }
  const Tensor x = rand({3, 2});
  npy::save(x, folder / "a.wrong");
  EXPECT_EQ(all_of(folder / "a.wrong")[0].id, "a");
  npy::save_npz({{"k", x}}, folder / "a.wrong");
  EXPECT_EQ(all_of(folder / "a.wrong")[0].id, "k");
  EXPECT_EQ(FeatureReader(folder / "a.wrong").format(), "npz");
  safetensors::save_file({{"k", x}}, folder / "a.wrong");
  EXPECT_EQ(FeatureReader(folder / "a.wrong").format(), "safetensors");
  write_text(folder / "a.wrong", " [\n 1 2\n 3 4 ]\n");
  EXPECT_TRUE(all_of(folder / "a.wrong")[0].values.equal(arange(1, 5, kFloat).reshape({2, 2})));
  write_text(folder / "a.wrong", "1,2\n3,4\n");
  EXPECT_TRUE(all_of(folder / "a.wrong")[0].values.equal(arange(1, 5, kFloat).reshape({2, 2})));
  for (const char* other : {"", "\n", "word", "{\"a\": 1}", "RIFF....WAVE", "a\n"}) {
    write_text(folder / "a.wrong", other);
    EXPECT_NE(error_of([&] { all_of(folder / "a.wrong"); }), "") << other;
  }
  EXPECT_THAT(error_of<FileError>([&] { all_of(folder / "none"); }), HasSubstr("none"));
}

TEST(FeatureFiles, FoldersHoldAnyOfThem) {
  const TemporaryFolder folder;
  EXPECT_THAT(error_of<FormatError>([&] { all_of(folder.path); }), HasSubstr("no such file"));
  FeatureWriter(FeatureFormat::Npy, folder / "n").write("z/a", ones({1, 2}));
  FeatureWriter(FeatureFormat::Htk, folder / "h").write("b", ones({1, 2}));
  for (const char* name : {"o", "p"}) {
    FeatureWriter ark(FeatureFormat::Ark, folder / name);
    ark.write(std::string("in_") + name, ones({1, 2}));
    ark.close();
  }
  fs::remove(folder / "p/feats.scp");
  write_text(folder / "errors.jsonl", "{\"id\": 1}\n");
  write_text(folder / ".hidden.npy", "x");
  EXPECT_THAT(ids_of(folder.path), ElementsAre("h/b", "n/z/a", "in_o", "in_p"));
}

TEST(FeatureFiles, CsvIsReadableElsewhere) {
  const TemporaryFolder folder;
  const Tensor x =
      tensor({0.5, -1.0, 1e-30, std::numeric_limits<double>::quiet_NaN()}, kFloat).reshape({2, 2});
  FeatureWriter files(FeatureFormat::Csv, folder.path,
                      FeatureWriterOptions().period(0.01).columns({"energy", "c,1"}));
  files.write("a", x);
  EXPECT_THROW(files.write("b", ones({1, 3})), ShapeError);
  files.close();
  EXPECT_EQ(read_text(folder / "a.csv"), "time,energy,\"c,1\"\n0,0.5,-1\n0.01,1e-30,nan\n");
  FeatureWriter table(FeatureFormat::Csv, folder / "t.csv");
  table.write("say \"a, b\"", x);
  EXPECT_THROW(table.write("b", ones({1, 3})), ShapeError);
  table.write("vector", tensor({1.0, 2.0}, kFloat));
  table.close();
  EXPECT_EQ(read_text(folder / "t.csv"),
            "id,frame,0,1\n\"say \"\"a, b\"\"\",0,0.5,-1\n\"say \"\"a, "
            "b\"\"\",1,1e-30,nan\nvector,0,1,2\n");
  const auto entries = all_of(folder / "t.csv");
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].id, "say \"a, b\"");
  EXPECT_TRUE(entries[0].values.allclose(x, 0, 0, true));
  EXPECT_EQ(entries[1].values.sizes(), IntArrayRef({1, 2}));
  write_text(folder / "bad.csv", "frame,a\n0,1\n1,word\n");
  EXPECT_THAT(error_of<FormatError>([&] { all_of(folder / "bad.csv"); }),
              testing::AllOf(HasSubstr("line 3"), HasSubstr("'word'")));
}

TEST(FeatureFiles, TypesAreKeptOrConverted) {
  const TemporaryFolder folder;
  const auto back = [&](FeatureFormat format, const Tensor& x, const FeatureWriterOptions& o = {}) {
    const std::string target = folder / (std::string("x.") + to_string(format));
    FeatureWriter writer(format, target, o);
    writer.write("x", x);
    const std::string path = writer.path_of("x");
    writer.close();
    return all_of(path).at(0).values;
  };
  const Tensor wide = rand({3, 2}, kDouble);
  for (const FeatureFormat format :
       {FeatureFormat::Npy, FeatureFormat::Npz, FeatureFormat::Ark, FeatureFormat::Safetensors})
    EXPECT_TRUE(back(format, wide).equal(wide)) << to_string(format);
  EXPECT_TRUE(back(FeatureFormat::Htk, wide).equal(wide.to(kFloat)));
  const auto half = FeatureWriterOptions().dtype(kHalf);
  EXPECT_TRUE(back(FeatureFormat::Npy, wide, half).equal(wide.to(kHalf)));
  EXPECT_TRUE(back(FeatureFormat::Ark, wide, half).equal(wide.to(kHalf).to(kFloat)));
  EXPECT_EQ(
      back(FeatureFormat::Safetensors, wide, FeatureWriterOptions().dtype(kBFloat16)).scalar_type(),
      kBFloat16);
  const Tensor whole = arange(4, kInt);
  EXPECT_TRUE(back(FeatureFormat::Ark, whole, half).equal(whole));
  EXPECT_TRUE(back(FeatureFormat::Npz, arange(4, kLong)).equal(arange(4, kLong)));
  const auto packed = FeatureWriterOptions().compression(kaldi_io::CompressionMethod::TwoByteAuto);
  EXPECT_TRUE(back(FeatureFormat::Ark, wide, packed).allclose(wide.to(kFloat), 0, 1e-5));
  EXPECT_THROW(back(FeatureFormat::Npy, wide, packed), ValueError);
  EXPECT_THROW(back(FeatureFormat::Npz, wide, FeatureWriterOptions().dtype(kLong)), ValueError);
  EXPECT_THROW(back(FeatureFormat::Npz, wide, FeatureWriterOptions().dtype(kBFloat16)), DtypeError);
  EXPECT_THROW(feature_format_of("mat"), ValueError);
}

TEST(FeatureFiles, HtkKeepsPeriodAndKind) {
  const TemporaryFolder folder;
  const FeatureEntry entry = all_of(data("fbank.htk")).at(0);
  EXPECT_EQ(entry.kind, "FBANK");
  FeatureWriter writer(FeatureFormat::Htk, folder.path,
                       FeatureWriterOptions().period(0.02).kind("MFCC"));
  writer.write(entry);
  writer.write("other", entry.values);
  writer.close();
  EXPECT_EQ(read_text(folder / "fbank.htk"), read_text(data("fbank.htk")));
  EXPECT_EQ(htk::load(folder / "other.htk").kind, "MFCC");
  EXPECT_DOUBLE_EQ(htk::load(folder / "other.htk").period, 0.02);
}

TEST(FeatureFiles, IdsStayBelowTheFolder) {
  const TemporaryFolder folder;
  FeatureWriter writer(FeatureFormat::Npy, folder / "out");
  for (const char* id : {"/etc/x", "../x", "a/../../x", "a/", ".", "a/./b", ".."})
    EXPECT_THROW(writer.write(id, ones({1, 1})), ValueError) << id;
  writer.write("..x", ones({1, 1}));
  EXPECT_TRUE(folder.has("out/..x.npy"));
  FeatureWriter ark(FeatureFormat::Ark, folder / "a.ark");
  EXPECT_THAT(error_of<ValueError>([&] {
                ark.write("my song", ones({1, 1}));
              }),
              HasSubstr("white space"));
  // What was refused is not in the list, and may come again in another form.
  EXPECT_THAT(error_of<ValueError>([&] {
                ark.write("my song", ones({1, 1}));
              }),
              HasSubstr("white space"));
  EXPECT_THROW(FeatureWriter(FeatureFormat::Npy, "/proc/nowhere"), FileError);
  EXPECT_THROW(FeatureWriter(FeatureFormat::Npz, ""), ValueError);
}

}  // namespace
}  // namespace hearth::audio
