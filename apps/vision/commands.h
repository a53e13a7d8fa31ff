// SPDX-License-Identifier: Apache-2.0
// The subcommands of hearth-vision. Each returns the exit code: 0 all done, 1 something failed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hearth/base/device.h"

/// The device that --device names; "auto" is CUDA where there is one. Throws DeviceError.
hearth::Device chosen_device(const std::string& name);

struct TrainArguments {
  std::string dataset = "fashion-mnist";
  std::string model = "cnn";
  std::optional<int64_t> epochs;
  int64_t batch_size = 128;
  std::optional<double> lr;
  uint64_t seed = 0;
  int64_t workers = 0;
  std::string output = "runs/vision";
  int64_t save_every = 200;
  std::string device = "auto";
  bool resume = false;
  bool json = false;
};
int train(const TrainArguments& arguments);

struct EvalArguments {
  std::string weights;
  std::string dataset;
  int64_t batch_size = 500;
  std::string device = "auto";
  bool json = false;
};
int eval(const EvalArguments& arguments);

struct PredictArguments {
  std::string weights;
  std::vector<std::string> images;
  int64_t top = 3;
  std::string invert = "auto";
  std::string device = "auto";
  bool json = false;
};
int predict(const PredictArguments& arguments);
