// SPDX-License-Identifier: Apache-2.0
// hearth-vision on folders of pictures.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hearth/ops/creation.h"
#include "hearth/tensor/tensor.h"
#include "hearth/vision/io/image.h"

#include "apps/program_test.h"

namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct VisionPictures : ProgramTest {
  VisionPictures() : ProgramTest("hearth-vision") {}

  void SetUp() override {
    ProgramTest::SetUp();
    // No weights are kept anywhere, and no network is asked.
    ::setenv("HEARTH_HOME", (folder / "none").c_str(), 1);
    ::setenv("HF_HUB_OFFLINE", "1", 1);
    for (int c = 0; c < 3; ++c)
      for (int i = 0; i < 10; ++i) {
        fs::create_directories(folder / (std::string("photos/") + kClasses[c]));
        hearth::vision::io::write_png(picture(c, i), photo(c, i));
      }
  }

  /// A picture of several sizes in a shade of red, green or blue.
  static hearth::Tensor picture(int color, int i) {
    const int64_t h = 40 + i % 4, w = 44 + i % 3;
    hearth::Tensor image = hearth::zeros({3, h, w}, hearth::TensorOptions(hearth::kByte));
    auto* p = image.data_ptr<uint8_t>();
    for (int64_t j = 0; j < h * w; ++j)
      p[color * h * w + j] = static_cast<uint8_t>(150 + (j * 31 + i * 17) % 100);
    return image;
  }
  std::string photo(int c, int i) const {
    return folder / (std::string("photos/") + kClasses[c] + "/" + std::to_string(i) + ".png");
  }
  std::vector<std::string> training(const std::string& output,
                                    const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all{
        "train",    "--data", folder / "photos", "--model", "cnn",      "--size", "72",
        "--epochs", "2",      "--batch-size",    "8",       "--output", output,   "--save-every",
        "1"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  static constexpr const char* kClasses[] = {"blood", "grass", "ocean"};
};

TEST_F(VisionPictures, AreReadWhenTheyAreNeeded) {
  const std::vector<std::string> v2{"--recipe", "v2", "--seed", "3", "--threads", "2"};
  ASSERT_EQ(run(training(folder / "one", v2)).code, 0) << read_text(folder / "stderr");
  auto more = v2;
  more.insert(more.end(), {"--workers", "2"});
  ASSERT_EQ(run(training(folder / "two", more)).code, 0);
  EXPECT_TRUE(read_text(folder / "one/model.safetensors") ==
              read_text(folder / "two/model.safetensors"));
  // Each is an option as well.
  more = v2;
  more.insert(more.end(), {"--mixup", "0", "--cutmix", "0", "--optimizer", "adamw"});
  ASSERT_EQ(run(training(folder / "three", more)).code, 0);
  EXPECT_FALSE(read_text(folder / "one/model.safetensors") ==
               read_text(folder / "three/model.safetensors"));
  EXPECT_THAT(read_text(folder / "three/config.json"),
              AllOf(HasSubstr("\"mixup\": 0.0"), HasSubstr("\"schedule\": \"cosine\""),
                    HasSubstr("\"optimizer\": \"adamw\"")));
}

TEST_F(VisionPictures, TrainingsGoOnExactly) {
  const std::vector<std::string> v2{"--recipe", "v2", "--keep-best", "1", "--threads", "1"};
  ASSERT_EQ(run(training(folder / "whole", v2)).code, 0);
  const std::string checkpoint = folder / "broken/checkpoints/last.safetensors";
  const pid_t child = start(training(folder / "broken", v2));
  for (int ms = 0; !fs::exists(checkpoint) && ms < 60'000; ++ms) ::usleep(1000);
  ::kill(child, SIGINT);
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_EQ(WEXITSTATUS(status), 130) << read_text(folder / "stderr");
  ASSERT_EQ(run({"train", "--output", folder / "broken", "--resume", "--threads", "1"}).code, 0)
      << read_text(folder / "stderr");
  EXPECT_TRUE(read_text(folder / "broken/model.safetensors") ==
              read_text(folder / "whole/model.safetensors"));
}

TEST_F(VisionPictures, FineTuningKeepsWhatWasLearned) {
  // Weights that cannot be had are not replaced by fresh ones.
  Result r = run({"finetune", folder / "none", "--output", folder / "run"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("none] is not there: expected a folder of pictures"));
  r = run({"finetune", folder / "photos", "--output", folder / "run"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, AllOf(HasSubstr("mobilenet_v3_large"), HasSubstr("--weights"),
                           HasSubstr("--from-scratch")));
  EXPECT_FALSE(fs::exists(folder / "run"));

  ASSERT_EQ(run({"train", "--data", "digits", "--model", "cnn", "--epochs", "1", "--output",
                 folder / "digits"})
                .code,
            0);
  r = run({"finetune", folder / "photos", "--weights", folder / "digits", "--epochs", "2",
           "--output", folder / "run", "--invert", "no"});
  EXPECT_EQ(r.code, 2);  // there is no such option
  r = run({"finetune", folder / "photos", "--weights", folder / "digits", "--epochs", "2",
           "--output", folder / "run"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.err, HasSubstr("24 training and 6 test images of 8 x 8, 3 classes"));
  EXPECT_TRUE(fs::exists(folder / "run/best"));
  r = run({"finetune", "--output", folder / "run", "--resume", "--epochs", "3", "--quiet"});
  ASSERT_EQ(r.code, 0) << r.err;
  r = run({"finetune", folder / "photos", "--weights", folder / "digits", "--freeze", "layr1",
           "--output", folder / "run", "--overwrite"});
  EXPECT_EQ(r.code, 2);
  EXPECT_THAT(r.err, HasSubstr("backbone"));
  EXPECT_TRUE(fs::exists(folder / "run/model.safetensors"));
  r = run({"finetune", folder / "photos", "--from-scratch", "--weights", folder / "digits",
           "--output", folder / "scratch"});
  EXPECT_EQ(r.code, 2);
  EXPECT_THAT(r.err, HasSubstr("--weights and --from-scratch"));
  r = run({"finetune", folder / "photos", "--from-scratch", "--model", "cnn", "--epochs", "1",
           "--output", folder / "scratch"});
  EXPECT_EQ(r.code, 0) << r.err;
}

TEST_F(VisionPictures, ArePredictedReportedAndExplained) {
  const std::string model = folder / "run";
  ASSERT_EQ(run({"train", "--data", folder / "photos", "--model", "cnn", "--epochs", "8",
                 "--output", model})
                .code,
            0)
      << read_text(folder / "stderr");

  // A broken file beside good ones, in the form for scripts.
  write_text(folder / "photos/grass/broken.png", "no picture");
  Result r = run({"predict", "--weights", model, "--top", "1", "--json", photo(1, 0),
                  folder / "photos/grass/broken.png", photo(2, 1), "--sheet", folder / "sheet.png",
                  "--save-input", folder / "seen"});
  EXPECT_EQ(r.code, 1);
  const auto result = [](const std::string& file, int index, const char* label) {
    return "{\"file\":\"" + file + "\",\"predictions\":[{\"index\":" + std::to_string(index) +
           ",\"label\":\"" + label + "\",\"score\":0.";
  };
  EXPECT_THAT(r.last(),
              AllOf(testing::StartsWith("{\"results\":[" + result(photo(1, 0), 1, "grass")),
                    HasSubstr("}]}," + result(photo(2, 1), 2, "ocean")),
                    HasSubstr("}]}],\"errors\":[{\"file\":\"" +
                              (folder / "photos/grass/broken.png") + "\",\"error\":\"")));
  EXPECT_EQ(hearth::vision::io::read_image(folder / "sheet.png").size(0), 3);
  EXPECT_EQ(hearth::vision::io::read_image(folder / "seen/0.png").sizes(),
            hearth::IntArrayRef({3, 32, 32}));
  r = run({"predict", "--weights", model, photo(0, 0), "--sheet", folder / "sheet.gif"});
  EXPECT_EQ(r.code, 1);
  r = run({"predict", photo(0, 0)});
  EXPECT_EQ(r.code, 2);

  // The broken file is an error, or left out.
  r = run({"eval", "--weights", model, "--data", folder / "photos", "--all"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("broken.png"));
  r = run({"eval", "--weights", model, "--data", folder / "photos", "--all", "--skip-broken",
           "--output", folder / "report", "--json"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.last(),
              AllOf(HasSubstr("\"test_images\":30,"), HasSubstr("\"test_accuracy\":1.0,"),
                    HasSubstr("\"test_top5_accuracy\":1.0,"), HasSubstr("\"calibration_error\":0."),
                    HasSubstr("{\"label\":\"grass\",\"images\":10,\"recall\":1.0,\"precision\":1.0,"
                              "\"f1\":1.0}")));
  for (const char* name : {"confusion_matrix.png", "reliability.png", "worst_mistakes.png"})
    EXPECT_TRUE(fs::exists(folder / (std::string("report/") + name))) << name;
  r = run({"eval", "--weights", model, "--data", "digits"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("'0'"));

  r = run({"explain", "--weights", model, photo(0, 0), "--output", folder / "why", "--json"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.last(), AllOf(HasSubstr("\"label\":\"blood\""), HasSubstr("\"layer\":\"bn3\"")));
  EXPECT_EQ(hearth::vision::io::read_image(folder / "why/0.png").sizes(),
            hearth::IntArrayRef({3, 224, 224}));
  r = run({"explain", "--weights", model, photo(0, 0), "--output", folder / "why"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("--overwrite"));
  ASSERT_EQ(run({"explain", "--weights", model, photo(0, 0), "--output", folder / "one.png"}).code,
            0);
  EXPECT_TRUE(fs::is_regular_file(folder / "one.png"));
  r = run({"explain", "--weights", model, photo(0, 0), "--precision", "bf16", "--output",
           folder / "narrow", "--json"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.last(), HasSubstr("\"label\":\"blood\""));
  r = run(
      {"explain", "--weights", model, photo(0, 0), photo(1, 1), "--output", folder / "two.png"});
  EXPECT_EQ(r.code, 2);
  r = run({"explain", "--weights", model, photo(0, 0), "--class", "gras"});
  EXPECT_EQ(r.code, 2);
  EXPECT_THAT(r.err, HasSubstr("did you mean grass?"));
  r = run({"explain", "--weights", model, photo(0, 0), "--layer", "conv9", "--output",
           folder / "why", "--overwrite"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, AllOf(HasSubstr("conv9"), HasSubstr("conv2")));
}

TEST_F(VisionPictures, MustBeOfClasses) {
  fs::create_directories(folder / "lone");
  fs::rename(folder / "photos/blood", folder / "lone/blood");
  Result r = run({"train", "--data", folder / "lone", "--output", folder / "run"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("a folder for each class, at least two of them"));
  fs::create_directories(folder / "empty");
  r = run({"train", "--data", folder / "empty", "--output", folder / "run"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr(folder / "empty"));
  write_text(folder / "photos/grass/broken.png", "no picture");
  r = run({"train", "--data", folder / "photos", "--output", folder / "run", "--epochs", "1"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("broken.png"));
  EXPECT_FALSE(fs::exists(folder / "run"));
  fs::remove(folder / "photos/grass/broken.png");
  fs::rename(folder / "photos/grass", folder / "photos/gr\xff");
  r = run({"train", "--data", folder / "photos", "--output", folder / "run", "--epochs", "1"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("the class 'gr\ufffd', whose name is no UTF-8"));
  EXPECT_FALSE(fs::exists(folder / "run"));
}

TEST_F(VisionPictures, LargeDataSetsAreOnlyFetchedByThoseWhoKnow) {
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"train", "--data", "stl10", "--output", folder / "run"},
        {"finetune", "stl10", "--output", folder / "run", "--from-scratch"},
        {"eval", "--model", "lenet-digits", "--data", "stl10"}}) {
    const Result r = run(command);
    EXPECT_EQ(r.code, 2) << command[0];
    EXPECT_THAT(r.err, testing::AllOf(HasSubstr("2.6 GB"), HasSubstr("--yes"),
                                      HasSubstr("datasets download stl10")));
  }
  EXPECT_FALSE(fs::exists(folder / "run"));
}

TEST_F(VisionPictures, OptionsThatDoNotGoTogetherChangeNothing) {
  for (const std::vector<std::string>& more :
       std::vector<std::vector<std::string>>{{"--warmup", "1"},
                                             {"--schedule", "cosine", "--warmup", "2"},
                                             {"--balanced", "--repeats", "3"}}) {
    const Result r = run(training(folder / "run", more));
    EXPECT_EQ(r.code, 2) << testing::PrintToString(more);
    EXPECT_FALSE(fs::exists(folder / "run"));
  }
}

TEST_F(VisionPictures, SpeedIsMeasured) {
  for (const char* what : {"predict", "train"}) {
    std::vector<std::string> arguments{"bench",  "--model", "cnn",     "--size", "16",
                                       "--time", "0.01",    "--batch", "2",      "--json"};
    if (what == std::string("train")) arguments.emplace_back("--train");
    const Result r = run(arguments);
    ASSERT_EQ(r.code, 0) << r.err;
    EXPECT_THAT(r.last(), AllOf(HasSubstr("\"model\":\"cnn\""),
                                HasSubstr(std::string("{\"what\":\"") + what + "\",\"batch\":2,"),
                                HasSubstr("\"images_per_second\":")));
  }
  EXPECT_EQ(run({"bench", "--model", "cnn", "--batch", "0"}).code, 2);
}

}  // namespace
