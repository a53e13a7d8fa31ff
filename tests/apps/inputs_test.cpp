// SPDX-License-Identifier: Apache-2.0
#include "common/inputs.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error_of.h"
#include "temporary.h"

namespace {

using hearth::error_of;
using testing::ElementsAre, testing::HasSubstr;

struct Inputs : testing::Test {
  Inputs() {
    for (const char* name : {"b/x.png", "b/deep/y.PNG", "b/z.txt", "b/.hidden/h.png", "a/x.png"}) {
      std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
      write_text(path(name), "x");
    }
  }
  std::string path(const std::string& name) const { return folder / name; }
  std::vector<std::string> names(const std::vector<std::string>& arguments) const {
    std::vector<std::string> out;
    for (const Input& input : find_inputs(arguments, {".png"}))
      out.push_back(std::filesystem::path(input.path).lexically_relative(path("")).string() + "|" +
                    input.relative);
    return out;
  }
  TemporaryFolder folder;
};

TEST_F(Inputs, AreFilesFoldersPatternsAndLists) {
  EXPECT_THAT(names({path("b")}), ElementsAre("b/deep/y.PNG|deep/y.PNG", "b/x.png|x.png"));
  EXPECT_THAT(names({path("*/x.png")}), ElementsAre("a/x.png|x.png", "b/x.png|x.png"));
  EXPECT_THAT(names({path("b/z.txt")}), ElementsAre("b/z.txt|z.txt"));
  write_text(path("list"), "\xef\xbb\xbf" + path("a/x.png") + "\r\n\n" + path("b/x.png") + "\n");
  EXPECT_THAT(names({"@" + path("list"), path("a/x.png")}),
              ElementsAre("a/x.png|x.png", "b/x.png|x.png"));
  EXPECT_EQ(find_inputs({"-"}, {".png"})[0].path, "-");
  // A file whose name is a pattern is that file.
  write_text(path("[1].png"), "x");
  EXPECT_THAT(names({path("[1].png")}), ElementsAre("[1].png|[1].png"));
}

TEST_F(Inputs, ThatLeadNowhereAreErrors) {
  EXPECT_THAT(error_of([&] { names({path("*.jpg")}); }), HasSubstr("matches no file"));
  EXPECT_THAT(error_of([&] { names({"@" + path("none")}); }), HasSubstr("cannot be opened"));
  std::filesystem::create_directory(path("empty"));
  EXPECT_THAT(error_of([&] { names({path("empty")}); }), HasSubstr("holds none of *.png"));
  write_text(path("blank"), "\n\r\n");
  EXPECT_THAT(error_of([&] { names({"@" + path("blank")}); }), HasSubstr("names no file"));
  EXPECT_THAT(error_of([&] { names({"@" + path("b")}); }), HasSubstr("is a folder"));
  write_text(path("loop"), "@" + path("loop") + "\n");
  EXPECT_THAT(error_of([&] { names({"@" + path("loop")}); }), HasSubstr("twice"));
}

TEST_F(Inputs, GiveOutputsWithoutCollisions) {
  const auto same = [](const std::string& name) { return name; };
  const auto plan = [&](const std::vector<std::string>& arguments, const std::string& to,
                        bool overwrite) {
    return plan_outputs(find_inputs(arguments, {".png"}), path(to), same, overwrite);
  };
  EXPECT_THAT(plan({path("b")}, "out", false),
              ElementsAre(path("out/deep/y.PNG"), path("out/x.png")));
  EXPECT_THAT(error_of([&] {
                plan({path("a"), path("b")}, "out", true);
              }),
              HasSubstr("the result of both"));
  EXPECT_THAT(error_of([&] { plan({path("a/x.png")}, "a", true); }), HasSubstr("is an input"));
  std::filesystem::create_directory(path("out"));
  write_text(path("out/x.png"), "x");
  EXPECT_THAT(error_of([&] { plan({path("a")}, "out", false); }), HasSubstr("--overwrite"));
  EXPECT_EQ(plan({path("a")}, "out", true).size(), 1u);
}

}  // namespace
