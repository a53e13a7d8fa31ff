// SPDX-License-Identifier: Apache-2.0
// The frame of command lines, with commands of its own.
#include "common/options.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/command.h"
#include "common/program.h"
#include "common/text.h"
#include "temporary.h"

namespace {

using testing::ElementsAre, testing::HasSubstr, testing::IsEmpty, testing::Not;

struct Values {
  std::string name = "cnn";
  int64_t epochs = 3;
  std::optional<double> lr;
  uint64_t seed = 0;
  bool json = false;
  std::vector<std::string> files;
  std::string last = "?";
  std::optional<std::string> config;
  OptionList options;

  Values() {
    options.add("--model", name, "The network").one_of({"cnn", "mlp"}).alias("--net");
    options.add("--epochs", epochs, "Passes").between(1, 100);
    options.add("--lr", lr, "Rate").positive();
    options.add("--seed", seed, "Randomness");
    options.flag("--json", json, "JSON");
    options.add("files", files, "Files").required();
    options.add("last", last, "The last");
    options.add("--config", config, "File");
  }
  std::string parse(const std::vector<std::string>& arguments) {
    std::vector<std::string> given;
    try {
      parse_options(options, "train", arguments, given);
      require(options, given);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  }
};

TEST(Options, FillVariables) {
  Values v;
  EXPECT_EQ(v.parse({"a", "--net=mlp", "--lr", "1e-3", "--json", "b", "--seed",
                     "18446744073709551615", "--", "--c"}),
            "");
  EXPECT_EQ(v.name, "mlp");
  EXPECT_EQ(v.lr, 1e-3);
  EXPECT_EQ(v.seed, 18446744073709551615u);
  EXPECT_TRUE(v.json);
  EXPECT_THAT(v.files, ElementsAre("a", "b"));
  EXPECT_EQ(v.last, "--c");
  EXPECT_EQ(v.epochs, 3);
}

TEST(Options, SayWhatWasExpected) {
  for (const auto& [arguments, what] :
       std::vector<std::pair<std::vector<std::string>, const char*>>{
           {{"--lr", "nan"}, "--lr: expected a number above 0, got nan"},
           {{"--lr", "-1"}, "got -1"},
           {{"--lr", "inf"}, "got inf"},
           {{"--lr", "1e999"}, "got 1e999"},
           {{"--lr", "0.1x"}, "got 0.1x"},
           {{"--lr="}, "got nothing"},
           {{"--epochs", "0"}, "a whole number from 1 to 100, got 0"},
           {{"--epochs", "1.5"}, "got 1.5"},
           {{"--epochs", "99999999999999999999"}, "got 99999999999999999999"},
           {{"--seed", "-1"}, "got -1"},
           {{"--seed", "18446744073709551616"}, "from 0 to 18446744073709551615"},
           {{"--model", "mpl"}, "one of cnn, mlp (did you mean mlp?), got mpl"},
           {{"--modle", "cnn"}, "unknown option --modle (did you mean --model?)"},
           {{"--json=maybe"}, "true or false"},
           {{"--lr"}, "--lr needs a value"},
           {{"--lr", "--json"}, "--lr needs a value, but --json follows"},
           {{"--lr", "1", "--lr", "2"}, "--lr is given twice"},
           {{}, "files is required"},
           {{"--lr", std::string(1000, '9') + "x"}, "..."}}) {
    Values v;
    const std::string error = v.parse(arguments);
    EXPECT_THAT(error, HasSubstr(what));
    EXPECT_LT(error.size(), 200u);
  }
}

TEST(Options, ComeFromFilesWhereTheCommandLineLeavesThemOpen) {
  const TemporaryFolder folder;
  const std::string path = folder / "config";
  for (const char* text :
       {R"({"epochs": 7, "lr": 0.5, "files": ["x", "y"], "last": "z", "eval": {"none": 1}})",
        R"({"train": {"epochs": 7, "lr": 5e-1, "files": ["x", "y"], "last": "z"}, "seed": null})",
        "# a comment\nepochs = 7\nlr = 0.5\nfiles = [\"x\", \"y\"]\nlast = \"z\"\n[eval]\nnone = "
        "1\n",
        "\xef\xbb\xbf[train]\nepochs = 7\nlr = 0.5\nfiles = [\"x\", \"y\"]\nlast = \"z\"\n"}) {
    write_text(path, text);
    Values v;
    EXPECT_EQ(v.parse({"--config", path}), "") << text;
    EXPECT_EQ(v.epochs, 7);
    EXPECT_EQ(v.lr, 0.5);
    EXPECT_THAT(v.files, ElementsAre("x", "y"));
    EXPECT_EQ(v.last, "z");
    Values w;
    EXPECT_EQ(w.parse({"--config", path, "--epochs", "9", "f"}), "");
    EXPECT_EQ(w.epochs, 9);
    EXPECT_THAT(w.files, ElementsAre("x", "y"));
  }
  // What --print-config prints says the same again.
  Values v, again;
  ASSERT_EQ(v.parse({"f \"g\"", "--lr", "0.25", "--json", "h"}), "");
  write_text(path, config_json(v.options));
  EXPECT_EQ(again.parse({"--config", path}), "");
  EXPECT_EQ(config_json(again.options), config_json(v.options));

  for (const auto& [text, what] : std::vector<std::pair<std::string, const char*>>{
           {"{\"epoch\": 1}", "did you mean --epochs?"},
           {"{\"epochs\": [1, 2]}", "wants one value, got 2"},
           {"{\"epochs\": 1", "no JSON object"},
           {"{\"lr\": [[1]]}", "neither a value nor a list"},
           {"epochs = 500\n", "from 1 to 100, got 500"},
           {std::string(2 << 20, ' '), "larger than 1 MiB"}}) {
    write_text(path, text);
    EXPECT_THAT(Values().parse({"--config", path}), HasSubstr(what));
  }
  EXPECT_THAT(Values().parse({"--config", folder / "none"}), HasSubstr("cannot be opened"));
  // A list is no TOML there.
  write_text(folder / "list.json", "[{\"epochs\": 7}]");
  EXPECT_THAT(Values().parse({"--config", folder / "list.json"}), HasSubstr("no JSON object"));
}

TEST(Text, NamesThingsAsPeopleDo) {
  EXPECT_EQ(counted(1, "epoch"), "1 epoch");
  EXPECT_EQ(counted(0, "epoch"), "0 epochs");
  EXPECT_EQ(percent(0.9996), "99.9%");
  EXPECT_EQ(percent(0.99961, 2), "99.96%");
  EXPECT_EQ(percent(1), "100.0%");
  EXPECT_EQ(percent(0.00001), "0.1%");
  EXPECT_EQ(percent(0), "0.0%");
  EXPECT_EQ(percent(std::nan("")), "-");
  EXPECT_EQ(for_shell("runs/a-1.pt"), "runs/a-1.pt");
  EXPECT_EQ(for_shell("my run"), "'my run'");
  EXPECT_EQ(for_shell("it's"), "'it'\\''s'");
  EXPECT_EQ(nearest("trian", {"eval", "train"}), "train");
  EXPECT_EQ(nearest("zzzz", {"eval", "train"}), "");
  EXPECT_EQ(shortened("a\nb", 10), "a?b");
  EXPECT_EQ(wrapped("one two three", 8, 2, 0), "one two\n  three");
  EXPECT_EQ(lines_within("one two\n  one two three\nfour", 9),
            "one two\n  one two\n    three\nfour");
  EXPECT_EQ(lines_within("", 9), "");
  EXPECT_EQ(lines_within("of_one_word\n", 9), "of_one_word\n");
}

struct Paint final : Command {
  std::string colour = "red", picture;
  const char* name() const override { return "paint"; }
  const char* summary() const override { return "Paint a picture"; }
  std::vector<std::string> examples() const override { return {"paint --colour red x.png"}; }
  void declare(OptionList& options) override {
    options.add("--colour", colour, "What it's painted in | with").one_of({"red", "blue"});
    options.add("picture", picture, "A file").required();
  }
  int run() override { return 0; }
};

TEST(Program, ShowsItsOptionsEverywhere) {
  const App app{"painter", "Paints.", "Details.", "", ""};
  const Program program(app);
  for (const std::string& text : {help_of(program, *program.entries()[0]), markdown_of(program),
                                  man_page_of(program), completion_of(program, "bash"),
                                  completion_of(program, "zsh"), completion_of(program, "fish")}) {
    EXPECT_THAT(text, HasSubstr("colour"));
    EXPECT_THAT(text, HasSubstr("blue"));
    EXPECT_THAT(text, Not(HasSubstr("docs")));
  }
  std::istringstream help(help_of(program) + help_of(program, *program.entries()[0]));
  for (std::string line; std::getline(help, line);) EXPECT_LE(line.size(), 80u) << line;
  EXPECT_THAT(markdown_of(program), HasSubstr("painted in \\| with"));
  EXPECT_THAT(program.names(), ElementsAre("paint", "completion"));
}

}  // namespace

std::vector<std::unique_ptr<Command>> all_commands() {
  std::vector<std::unique_ptr<Command>> all;
  all.push_back(std::make_unique<Paint>());
  return all;
}
