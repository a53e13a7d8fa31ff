// SPDX-License-Identifier: Apache-2.0
// hearth-vision as its users run it, on the bundled digits.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hearth/datasets/vision/digits.h"
#include "hearth/vision/classification/classifier.h"
#include "hearth/vision/io/image.h"

#include "apps/program_test.h"

namespace {

using testing::HasSubstr;

struct VisionApp : ProgramTest {
  VisionApp() : ProgramTest("hearth-vision") {}

  std::vector<std::string> training(const std::string& output) const {
    return {"train",    "--data", "digits",       "--model", "cnn",    "--epochs", "2",
            "--output", output,   "--save-every", "3",       "--seed", "5"};
  }
};

/// The lines of metrics.jsonl without what depends on the machine's speed.
std::string metrics(const std::string& output) {
  std::ifstream in(output + "/metrics.jsonl");
  std::string kept;
  for (std::string line; std::getline(in, line);) {
    const size_t from = line.find(",\"time\""), elapsed = line.find("\"elapsed\"");
    const size_t to = elapsed == line.npos ? line.size() : line.find(',', elapsed);
    kept += line.erase(from, to - from) + "\n";
  }
  return kept;
}

TEST_F(VisionApp, TrainsTestsAndPredicts) {
  const std::string run_folder = folder / "run";
  Result r = run({"train", "--data", "digits", "--model", "mlp", "--epochs", "8", "--output",
                  run_folder, "--workers", "1", "--threads", "1", "--json"});
  ASSERT_EQ(r.code, 0) << r.err;
  for (const char* key :
       {"\"dataset\":\"digits\"", "\"model\":\"mlp\"", "\"epochs\":8", "\"test_accuracy\":0.9",
        "\"train_seconds\":", "\"images_per_second\":", "\"peak_rss_bytes\":"})
    EXPECT_THAT(r.last(), HasSubstr(key));
  EXPECT_EQ(r.last().front(), '{');
  for (const char* file : {"model.safetensors", "metrics.jsonl", "learning_curves.png",
                           "confusion_matrix.png", "worst_mistakes.png"})
    EXPECT_TRUE(std::filesystem::exists(run_folder + "/" + file)) << file;
  EXPECT_EQ(hearth::vision::io::read_image(run_folder + "/learning_curves.png").size(0), 3);

  const std::string weights = run_folder + "/model.safetensors";
  r = run({"eval", "--model", weights, "--data", "digits", "--json"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.last(), HasSubstr("\"test_accuracy\":0.9"));

  // A test image, dark on light, as someone would draw it.
  const hearth::datasets::Digits test(hearth::datasets::Mode::kTest);
  const auto classifier = hearth::vision::Classifier::load(weights);
  const hearth::Tensor row = classifier.probabilities(test.pixels()).select(0, 0);
  const std::string predicted = std::to_string(row.argmax().item<int64_t>());
  const std::string picture = folder / "digit.png";
  hearth::vision::io::write_png(test.pixels().select(0, 0).bitwise_not(), picture);
  r = run({"predict", "--model", weights, picture, "--json"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.last(), testing::StartsWith("{\"results\":[{\"file\":\"" + picture +
                                            "\",\"predictions\":[{\"index\":" + predicted +
                                            ",\"label\":\"" + predicted + "\",\"score\":0.9"));
  EXPECT_THAT(r.last(), testing::Not(HasSubstr("errors")));
  EXPECT_THAT(r.err, HasSubstr("(brightness inverted)"));

  // The same by a pattern; more threads than CPUs are fewer, with a word.
  r = run({"predict", "--model", run_folder, folder / "*git.png", "--threads", "5000", "--quiet"});
  EXPECT_EQ(r.code, 0);
  EXPECT_THAT(r.out, HasSubstr("digit.png:  " + predicted));
  EXPECT_EQ(r.err, "");
  r = run({"predict", "--model", run_folder, picture, "--threads", "5000"});
  EXPECT_THAT(r.err, HasSubstr("5000 threads would wait"));

  // Bad pictures among good ones: the others are still told.
  std::ofstream(folder / "bad.png") << "no picture";
  for (const char* device : {"mps", "meta", "cuda:x"}) {
    r = run({"predict", "--model", weights, picture, "--device", device});
    EXPECT_EQ(r.code, 2);
    EXPECT_THAT(r.err, HasSubstr("expected auto, cpu, cuda or cuda:N"));
  }
  r = run({"predict", "--model", weights, folder / "bad.png", picture, folder / "none.jpg"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.out, HasSubstr("digit.png:  " + predicted));
  EXPECT_THAT(r.err, testing::AllOf(HasSubstr("bad.png"), HasSubstr("none.jpg")));
}

TEST_F(VisionApp, GoesOnAfterBeingKilled) {
  const Result whole = run(training(folder / "whole"));
  ASSERT_EQ(whole.code, 0) << whole.err;

  // Killed as soon as a checkpoint appears, again and again, before a run may get through.
  const std::string broken = folder / "broken";
  const std::string checkpoint = broken + "/checkpoints/last.safetensors";
  int runs = 0, killed = 0, status = 0;
  for (bool done = false; !done; ++runs) {
    ASSERT_LT(runs, 20);
    std::error_code none;
    const auto before = std::filesystem::last_write_time(checkpoint, none);
    const bool resumes = std::filesystem::exists(checkpoint);
    const pid_t child =
        start(resumes ? std::vector<std::string>{"train", "--output", broken, "--resume"}
                      : training(broken));
    while (::waitpid(child, &status, WNOHANG) == 0) {
      const auto now = std::filesystem::last_write_time(checkpoint, none);
      if (runs < 4 && !none && now != before) ::kill(child, SIGKILL);
      ::usleep(200);
    }
    done = WIFEXITED(status);
    killed += WIFSIGNALED(status);
  }
  EXPECT_EQ(WEXITSTATUS(status), 0) << read_text(folder / "stderr");
  EXPECT_GT(killed, 0);
  EXPECT_TRUE(read_text(broken + "/model.safetensors") ==
              read_text(folder / "whole/model.safetensors"));
  EXPECT_EQ(metrics(broken), metrics(folder / "whole"));
  // Nothing that a killed writer left stays behind.
  for (const auto& entry : std::filesystem::recursive_directory_iterator(broken))
    EXPECT_THAT(
        entry.path().filename().string(),
        testing::AnyOf("checkpoints", "config.json", "metrics.jsonl", testing::EndsWith(".png"),
                       testing::EndsWith(".svg"), testing::EndsWith(".safetensors")));
}

TEST_F(VisionApp, AnInterruptSavesAndSaysHowToGoOn) {
  const std::string output = folder / "my run";
  std::vector<std::string> arguments = training(output);
  arguments[6] = "12";  // epochs, more than there will be
  const pid_t child = start(arguments);
  const auto has_model = [&] { return std::filesystem::exists(output + "/model.safetensors"); };
  for (int ms = 0; !has_model() && ms < 60'000; ++ms) ::usleep(1000);
  ::kill(child, SIGINT);
  ASSERT_TRUE(has_model()) << "no epoch in a minute";
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 130);
  EXPECT_THAT(read_text(folder / "stderr"),
              HasSubstr("hearth-vision train --output '" + output + "' --resume"));
  // What is there can be used, and gone on with; --epochs alone may differ.
  for (const char* what : {"", "/model.safetensors", "/checkpoints/last.safetensors"})
    EXPECT_EQ(run({"eval", "--model", output + what, "--data", "digits"}).code, 0) << what;
  const std::string first = metrics(output).substr(0, 60);
  const Result r = run({"train", "--output", output, "--resume", "--epochs", "13", "--json"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.last(), HasSubstr("\"epochs\":13"));
  EXPECT_EQ(metrics(output).substr(0, 60), first);
  const auto lines = read_text(output + "/metrics.jsonl");
  EXPECT_THAT(lines, HasSubstr("\"epoch\":12,"));
}

TEST_F(VisionApp, ATrainingThatDivergesFails) {
  const Result r = run({"train", "--data", "digits", "--model", "mlp", "--lr", "1e30", "--epochs",
                        "2", "--output", folder / "run"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("Try a lower --lr (it was 1e+30)"));
  EXPECT_THAT(r.out, testing::Not(HasSubstr("Done")));
}

TEST_F(VisionApp, ListsAndVerifiesDataSets) {
  ::setenv("HEARTH_HOME", folder.path.c_str(), 1);
  Result r = run({"datasets", "list"});
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, testing::AllOf(HasSubstr("digits          built in"),
                                    HasSubstr("\nmnist           missing"),
                                    HasSubstr("oxford-iiit-pet missing"), HasSubstr("811 MB")));
  std::filesystem::create_directories(folder / "datasets/mnist");
  write_text(folder / "datasets/mnist/train-images-idx3-ubyte.gz", "not what it was");
  r = run({"datasets", "verify", "mnist", "--json"});
  ::unsetenv("HEARTH_HOME");
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("is not what it was"));
  EXPECT_THAT(r.last(), testing::AllOf(HasSubstr("\"state\":\"damaged\""),
                                       HasSubstr("\"state\":\"3 files missing\"")));
  const std::string set = folder / "sets";
  std::filesystem::create_directories(set);
  for (const char* split : {"train", "test"})
    std::filesystem::copy_file("tests/data/vision/datasets/svhn.mat",
                               set + "/" + split + "_32x32.mat");
  // What is there is opened, not fetched again.
  r = run({"datasets", "download", "svhn", "--root", set});
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("svhn            here\n  here      " + set));
  EXPECT_EQ(run({"datasets", "verify", "minst"}).code, 2);
  EXPECT_EQ(run({"datasets", "download"}).code, 2);
}

TEST_F(VisionApp, PretrainedModelsNeedNoTraining) {
  // Nothing is kept anywhere, and no network is asked.
  ::setenv("HEARTH_HOME", (folder / "none").c_str(), 1);
  ::setenv("https_proxy", "http://127.0.0.1:1", 1);
  Result r = run({"models"});
  EXPECT_EQ(r.code, 0);
  EXPECT_THAT(r.out, testing::AllOf(HasSubstr("lenet-digits"), HasSubstr("part of this program"),
                                    HasSubstr("resnet18-imagenet1k-v1")));
  r = run({"models", "ResNet18_Weights.IMAGENET1K_V1", "--json"});
  EXPECT_THAT(r.err, HasSubstr("licence: none"));
  EXPECT_THAT(r.last(), HasSubstr("\"sha256\":\"f37072fd\""));
  r = run({"models", "lenet", "--size", "28", "--classes", "10", "--json"});
  EXPECT_EQ(r.code, 0);
  EXPECT_THAT(r.err, testing::AllOf(HasSubstr("pretrained: lenet-digits"), HasSubstr("Conv2d")));
  EXPECT_THAT(r.last(), HasSubstr("\"networks\":[{\"name\":\"lenet\",\"parameters\":"));
  r = run({"models", "resnet1", "--networks"});
  EXPECT_THAT(r.out, HasSubstr("Networks:\n  resnet18, resnet101, resnet152"));
  r = run({"models", "resmet18"});
  EXPECT_EQ(r.code, 2);
  EXPECT_THAT(r.err, HasSubstr("did you mean"));

  r = run({"eval", "--model", "lenet-digits", "--data", "digits", "--json"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.last(), HasSubstr("\"test_accuracy\":0.9"));
  const hearth::datasets::Digits test(hearth::datasets::Mode::kTest);
  const std::string picture = folder / "digit.png";
  hearth::vision::io::write_png(test.pixels().select(0, 0), picture);
  r = run({"predict", "--model", "lenet-digits", picture});
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("digit.png:  " + std::to_string(test.targets()[0].item<int64_t>())));
  EXPECT_FALSE(std::filesystem::exists(folder / "none"));

  r = run({"predict", "--model", "lenet", picture});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err,
              HasSubstr("a network without weights: give --weights FILE, or take lenet-digits"));
}

TEST_F(VisionApp, OtherWeightsReplaceAModelsOwn) {
  const std::string output = folder / "run";
  ASSERT_EQ(
      run({"train", "--data", "digits", "--model", "lenet", "--epochs", "1", "--output", output})
          .code,
      0);
  const auto json_of = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"eval", "--data", "digits", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Result r = run(arguments);
    EXPECT_EQ(r.code, 0) << r.err;
    const size_t from = r.last().find("\"test_accuracy\"");
    return r.last().substr(from, r.last().find("\"images_per") - from);
  };
  const std::string own = json_of({"--model", "lenet-digits"}),
                    trained = json_of({"--model", output});
  EXPECT_NE(own, trained);
  for (const char* what : {"", "/model.safetensors", "/checkpoints/last.safetensors"})
    EXPECT_EQ(json_of({"--model", "lenet-digits", "--weights", output + what}), trained) << what;
  const Result r =
      run({"eval", "--data", "digits", "--model", "lenet-digits", "--weights", "none"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("none"));
}

TEST_F(VisionApp, TrainsInNarrowerTypes) {
  const auto train = [&](const std::string& name, const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"train",    "--data", "digits",   "--model",     "mlp",
                                       "--epochs", "5",      "--output", folder / name, "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Result r = run(arguments);
    EXPECT_EQ(r.code, 0) << r.err;
    EXPECT_THAT(r.last(), HasSubstr("\"test_accuracy\":0.9"));
    return read_text(folder / (name + "/model.safetensors"));
  };
  const std::string whole = train("f32", {}), narrow = train("bf16", {"--precision", "bf16"});
  EXPECT_TRUE(train("float32", {"--precision", "fp32"}) == whole);
  // Only CUDA rounds products of float32.
  EXPECT_TRUE(train("tf32", {"--precision", "tf32"}) == whole);
  EXPECT_FALSE(whole == narrow);
  EXPECT_TRUE(train("again", {"--precision", "bfloat16"}) == narrow);
  // The type is one of the settings that a training goes on with.
  EXPECT_THAT(read_text(folder / "bf16/config.json"), HasSubstr("\"precision\": \"bfloat16\""));
  EXPECT_EQ(run({"train", "--output", folder / "bf16", "--resume", "--epochs", "6"}).code, 0);
  const Result r = run({"train", "--precision", "int8"});
  EXPECT_EQ(r.code, 2);
  EXPECT_THAT(r.err, HasSubstr("expected one of float32, tf32, bfloat16, float16, got int8"));
}

TEST_F(VisionApp, AFolderHoldsOneTraining) {
  const std::string output = folder / "run";
  ASSERT_EQ(run(training(output)).code, 0);
  const std::string model = read_text(output + "/model.safetensors");
  Result r = run(training(output));
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("--overwrite"));
  EXPECT_TRUE(read_text(output + "/model.safetensors") == model);
  r = run({"train", "--output", folder / "none", "--resume"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("no checkpoint to go on from"));
  EXPECT_FALSE(std::filesystem::exists(folder / "none"));
  auto arguments = training(output);
  arguments.push_back("--overwrite");
  EXPECT_EQ(run(arguments).code, 0);
  arguments.push_back("--resume");
  EXPECT_EQ(run(arguments).code, 2);
}

TEST_F(VisionApp, SaysWhatIsWrong) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{},
                                             {"paint"},
                                             {"train", "--data", "cifar"},
                                             {"train", "--model", "alexent"},
                                             {"train", "--epochs", "0"},
                                             {"train", "--lr", "-1"},
                                             {"train", "--frobnicate"},
                                             {"eval", "--data", "digits"},
                                             {"predict", "--model", "x"}}) {
    const Result r = run(arguments);
    EXPECT_EQ(r.code, 2) << testing::PrintToString(arguments);
    EXPECT_NE(r.err, "");
  }
  const Result help = run({"--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.out, testing::AllOf(HasSubstr("Examples:"), HasSubstr("Exit codes")));

  Result r = run({"eval", "--model", folder / "none", "--data", "digits"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr(folder / "none"));
  EXPECT_THAT(run({"train", "photos"}).err,
              HasSubstr("unexpected argument photos (did you mean --data photos?)"));
  EXPECT_THAT(run({"train", "--data", "cifar"}).err,
              HasSubstr("there is no cifar (did you mean cifar10?); expected a folder"));
  std::ofstream(folder / "file") << "x";
  r = run({"train", "--data", "digits", "--output", folder / "file/run"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("--output"));

  // A checkpoint of another training is not gone on from, and stays.
  ASSERT_EQ(run(training(folder / "run")).code, 0);
  const std::string checkpoint = read_text(folder / "run/checkpoints/last.safetensors");
  std::vector<std::string> other = training(folder / "run");
  other.insert(other.end(), {"--resume", "--batch-size", "64"});
  r = run(other);
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("another training"));
  EXPECT_TRUE(read_text(folder / "run/checkpoints/last.safetensors") == checkpoint);

  // Nor is one with more epochs than are asked for, which leaves the settings as they were.
  const std::vector<std::string> on{"train", "--output", folder / "run", "--resume"};
  std::vector<std::string> fewer = on;
  fewer.insert(fewer.end(), {"--epochs", "1"});
  r = run(fewer);
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("expected 2 epochs or more to go on, got 1"));
  EXPECT_EQ(run(on).code, 0);
}

}  // namespace
