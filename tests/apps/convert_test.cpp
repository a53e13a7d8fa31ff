// SPDX-License-Identifier: Apache-2.0
// hearth-convert as its users run it.
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/hearth.h"
#include "hearth/io/save_tensors.h"
#include "hearth/io/tensor_file.h"

#include "apps/program_test.h"

namespace {

using hearth::Tensor, hearth::TensorFile;
using testing::ElementsAre, testing::HasSubstr;

struct ConvertApp : ProgramTest {
  ConvertApp() : ProgramTest("hearth-convert") {
    hearth::save_tensors({{"model.fc.weight", weight},
                          {"model.fc.bias", hearth::ones({2})},
                          {"steps", hearth::full({}, 7, hearth::kLong)}},
                         folder / "a.pt");
  }
  std::string path(const std::string& name) const { return folder / name; }
  Tensor weight = hearth::arange(6, hearth::kFloat).reshape({2, 3}) / 7;
};

TEST_F(ConvertApp, WritesEveryFormat) {
  for (const char* name : {"b.safetensors", "b.pth", "b.bin", "b.npz"}) {
    const Result r = run({path("a.pt"), path(name)});
    ASSERT_EQ(r.code, 0) << r.err;
    EXPECT_TRUE(TensorFile(path(name)).tensor("model.fc.weight").equal(weight)) << name;
    EXPECT_EQ(run({"diff", path("a.pt"), path(name)}).code, 0) << name;
  }
  ASSERT_EQ(run({path("a.pt"), path("b.npy"), "--only", "model.fc.weight"}).code, 0);
  EXPECT_TRUE(TensorFile(path("b.npy")).tensor("0").equal(weight));
  EXPECT_EQ(run({path("a.pt"), path("c.npy")}).code, 1);
  EXPECT_FALSE(folder.has("c.npy"));
}

TEST_F(ConvertApp, RenamesSelectsAndConverts) {
  ASSERT_EQ(run({"convert", path("a.pt"), path("b.pt"), "--only", "model.*", "--rename",
                 "model.=", "--rename", "/^fc\\.(\\w)/=head.$1", "--dtype", "float16"})
                .code,
            0);
  const TensorFile file(path("b.pt"));
  EXPECT_THAT(file.keys(), ElementsAre("head.weight", "head.bias"));
  EXPECT_TRUE(file.tensor("head.weight").equal(weight.to(hearth::kHalf)));

  for (const auto& [arguments, what] :
       std::vector<std::pair<std::vector<std::string>, const char*>>{
           {{"--only", "none*"}, "'none*' matches no tensor"},
           {{"--rename", "fc=x"}, "meets no tensor"},
           {{"--rename", "model.fc.bias=steps"}, "would be called 'steps', as"}}) {
    std::vector<std::string> all{path("a.pt"), path("c.pt")};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const Result r = run(all);
    EXPECT_EQ(r.code, 1);
    EXPECT_THAT(r.err, HasSubstr(what));
  }
  for (const char* rule : {"fc", "/(/=x", "/x"})
    EXPECT_EQ(run({path("a.pt"), path("c.pt"), "--rename", rule}).code, 2) << rule;
  EXPECT_FALSE(folder.has("c.pt"));
}

TEST_F(ConvertApp, ListsAndInspects) {
  Result r = run({"list", path("a.pt"), "--json"});
  EXPECT_EQ(r.out,
            "{\"tensors\":[{\"name\":\"model.fc.weight\",\"dtype\":\"float32\",\"shape\":[2,3]},"
            "{\"name\":\"model.fc.bias\",\"dtype\":\"float32\",\"shape\":[2]},"
            "{\"name\":\"steps\",\"dtype\":\"int64\",\"shape\":[]}]}\n");
  r = run({"list", path("a.pt")});
  EXPECT_THAT(r.out, HasSubstr("model.fc.weight  float32  [2, 3]\n"));
  r = run({"inspect", path("a.pt"), "--json"});
  EXPECT_THAT(r.out, HasSubstr("\"format\":\"torch\""));
  EXPECT_THAT(r.out, HasSubstr("\"float32\":{\"tensors\":2,\"elements\":8}"));
  r = run({"list", path("none.pt")});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("none.pt"));
  write_text(path("no.pt"), "no tensors");
  EXPECT_EQ(run({"list", path("no.pt"), "--json"}).code, 1);
}

TEST_F(ConvertApp, TellsHowFilesDiffer) {
  Tensor other = weight.clone();
  other.data_ptr<float>()[4] += 0.5f;
  hearth::save_tensors({{"model.fc.weight", other},
                        {"model.fc.bias", hearth::ones({3})},
                        {"new", hearth::ones({1})}},
                       path("b.pt"));
  Result r = run({"diff", path("a.pt"), path("b.pt")});
  EXPECT_EQ(r.code, 1);
  for (const char* what : {"model.fc.weight: largest difference 0.5, 1 of 6 elements",
                           "shapes [2] and [3]", "new: only in", "steps: only in"})
    EXPECT_THAT(r.out, HasSubstr(what));
  EXPECT_EQ(run({"diff", path("a.pt"), path("b.pt"), "--only", "*weight", "--atol", "0.6"}).code,
            0);
  EXPECT_EQ(run({"diff", path("a.pt"), path("b.pt"), "--only", "*weight", "--atol", "0.4"}).code,
            1);

  // NaN equals NaN and nothing else; infinities differ from all but themselves.
  const double nan = std::nan(""), inf = INFINITY;
  hearth::save_tensors({{"x", hearth::tensor({nan, inf, 1.0})}}, path("n.pt"));
  hearth::save_tensors({{"x", hearth::tensor({1.0, inf, 1.0})}}, path("m.pt"));
  EXPECT_EQ(run({"diff", path("n.pt"), path("n.pt")}).code, 0);
  r = run({"diff", path("n.pt"), path("m.pt"), "--atol", "1", "--rtol", "1"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.out, HasSubstr("largest difference nan, 1 of 3"));
}

TEST_F(ConvertApp, ReplacesOnlyWhenAsked) {
  write_text(path("b.pt"), "precious");
  const Result r = run({path("a.pt"), path("b.pt")});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("--overwrite"));
  EXPECT_EQ(read_text(path("b.pt")), "precious");
  EXPECT_EQ(run({path("a.pt"), path("b.pt"), "--overwrite"}).code, 0);
  EXPECT_EQ(run({path("a.pt"), path("a.pt"), "--overwrite"}).code, 0);
  EXPECT_TRUE(TensorFile(path("a.pt")).tensor("model.fc.weight").equal(weight));

  std::filesystem::create_directories(path("in/deep"));
  std::filesystem::copy_file(path("a.pt"), path("in/deep/x.pt"));
  EXPECT_EQ(run({path("in"), path("out")}).code, 2);
  EXPECT_EQ(run({path("in"), path("out"), "--to", "safetensors"}).code, 0);
  EXPECT_TRUE(folder.has("out/deep/x.safetensors"));
  EXPECT_EQ(run({path("in"), path("out"), "--to", "safetensors"}).code, 1);
  // Two inputs for one output: nothing is begun.
  std::filesystem::copy_file(path("a.pt"), path("in/deep/x.pth"));
  EXPECT_EQ(run({path("in"), path("out2"), "--to", "npz"}).code, 1);
  EXPECT_FALSE(folder.has("out2"));
}

TEST_F(ConvertApp, LeavesNothingOfWhatItCannotWrite) {
  EXPECT_EQ(run({path("a.pt"), path("none/b.pt")}).code, 1);
  EXPECT_EQ(run({path("a.pt"), path("b.txt")}).code, 2);
  EXPECT_EQ(run({"inspct", path("a.pt")}).code, 2);
  // A stdout that takes nothing is an error, a closed stderr is none.
  EXPECT_EQ(run({"list", path("a.pt")}, "/dev/full", path("stderr")).code, 1);
  EXPECT_EQ(run({"list", path("a.pt")}, "", path("stderr")).code, 1);
  EXPECT_EQ(run({path("a.pt"), path("b.pt")}, path("stdout"), "").code, 0);
  EXPECT_TRUE(TensorFile(path("b.pt")).contains("steps"));
}

}  // namespace
