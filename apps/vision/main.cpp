// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>

#include "hearth/base/error.h"
#include "hearth/base/threads.h"
#include "hearth/datasets/vision/by_name.h"
#include "hearth/vision/models/image_classifier.h"

#include "vision/commands.h"

namespace {

constexpr const char* kExamples = R"(Examples:
  hearth-vision train --dataset fashion-mnist --model cnn --output runs/fashion
  hearth-vision train --dataset digits --model mlp --epochs 5 --output runs/digits
  hearth-vision train --dataset mnist --output runs/mnist --resume
  hearth-vision eval --weights runs/fashion/model.safetensors --dataset fashion-mnist
  hearth-vision predict --weights runs/fashion/model.safetensors shoe.png shirt.jpg

Data sets are kept in $HEARTH_HOME (default ~/.cache/hearth); digits needs no download.
Exit codes: 0 all done, 1 something failed, 2 wrong usage.)";

constexpr const char* kInvertHelp =
    "Turn brightness around: yes, no, or auto. Models of gray images learn from bright shapes on "
    "black; auto turns a picture whose border is mostly bright";

/// Empty when `name` is a device that programs run on, else what is wrong.
std::string is_device(const std::string& name) {
  try {
    if (name == "auto" || !hearth::Device(name).is_meta()) return "";
  } catch (const hearth::Error&) {
  }
  return "expected auto, cpu, cuda or cuda:N, got " + name;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Trains and uses image classifiers.", "hearth-vision");
  app.footer(kExamples);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);

  int threads = 0;
  bool json = false;
  auto common = [&](CLI::App* command, std::string& device) {
    command->add_option("--device", device, "auto (CUDA where there is one), cpu, cuda or cuda:N")
        ->check(CLI::Validator(is_device, "DEVICE"))
        ->capture_default_str();
    command->add_option("--threads", threads, "Threads for computing; 0: one per CPU")
        ->check(CLI::Range(0, 4096));
    command->add_flag("--json", json, "Print one JSON object as the last line on stdout");
    command->footer(kExamples);
  };
  const CLI::IsMember datasets(hearth::datasets::labeled_images_names());

  TrainArguments t;
  auto* train_command = app.add_subcommand("train", "Train a model and report how good it is");
  train_command->add_option("--dataset", t.dataset, "What to learn")
      ->check(datasets)
      ->capture_default_str();
  train_command->add_option("--model", t.model, "The network")
      ->check(CLI::IsMember(hearth::vision::models::classifier_names()))
      ->capture_default_str();
  train_command->add_option("--epochs", t.epochs, "Passes over the data [default: by data set]")
      ->check(CLI::Range(int64_t{1}, int64_t{100'000}));
  train_command->add_option("--batch-size", t.batch_size, "Images in one step")
      ->check(CLI::Range(int64_t{1}, int64_t{100'000}))
      ->capture_default_str();
  train_command->add_option("--lr", t.lr, "Highest learning rate [default: by model]")
      ->check(CLI::PositiveNumber);
  train_command->add_option("--seed", t.seed, "Names all randomness of the run")
      ->capture_default_str();
  train_command
      ->add_option("--workers", t.workers, "Threads that prepare images next to the training")
      ->check(CLI::Range(int64_t{0}, int64_t{256}))
      ->capture_default_str();
  train_command->add_option("--output", t.output, "Folder for the model, metrics and pictures")
      ->capture_default_str();
  train_command->add_option("--save-every", t.save_every, "Steps between checkpoints")
      ->check(CLI::Range(int64_t{1}, int64_t{1'000'000'000}))
      ->capture_default_str();
  train_command->add_flag("--resume", t.resume,
                          "Go on from the checkpoint in --output, if there is one");
  common(train_command, t.device);

  EvalArguments e;
  auto* eval_command = app.add_subcommand("eval", "Test a trained model");
  eval_command->add_option("--weights", e.weights, "The model.safetensors of a training")
      ->required();
  eval_command->add_option("--dataset", e.dataset, "Whose test images")
      ->check(datasets)
      ->required();
  eval_command->add_option("--batch-size", e.batch_size, "Images at once")
      ->check(CLI::Range(int64_t{1}, int64_t{100'000}))
      ->capture_default_str();
  common(eval_command, e.device);

  PredictArguments p;
  auto* predict_command = app.add_subcommand("predict", "Say what PNG and JPEG pictures show");
  predict_command->add_option("--weights", p.weights, "The model.safetensors of a training")
      ->required();
  predict_command->add_option("images", p.images, "PNG or JPEG files of any size")->required();
  predict_command->add_option("--top", p.top, "How many classes to print")
      ->check(CLI::Range(int64_t{1}, int64_t{1000}))
      ->capture_default_str();
  predict_command->add_option("--invert", p.invert, kInvertHelp)
      ->check(CLI::IsMember({"auto", "yes", "no"}))
      ->capture_default_str();
  common(predict_command, p.device);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    if (threads > 0) hearth::set_num_threads(threads);
    t.json = e.json = p.json = json;
    if (*train_command) return train(t);
    if (*eval_command) return eval(e);
    return predict(p);
  } catch (const hearth::NetworkError& error) {
    std::fprintf(stderr, "hearth-vision: %s\n--dataset digits needs no network.\n", error.what());
    return 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hearth-vision: %s\n", error.what());
    return 1;
  }
}
