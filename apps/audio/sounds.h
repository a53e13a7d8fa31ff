// SPDX-License-Identifier: Apache-2.0
// What the commands say of sound files alike.
#pragma once

#include <string>
#include <vector>

#include "common/options.h"

/// How files are read: the options --raw and --partial.
struct Reading {
  void declare(OptionList& options);

  std::string raw;
  bool partial = false;
};

/// "1:02:03.500", "0:00.250"; "?" below 0.
std::string clock_time(double seconds);
