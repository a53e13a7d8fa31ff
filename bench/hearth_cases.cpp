// SPDX-License-Identifier: Apache-2.0
// Hearth's side of bench/peers/compare.py. Reads a case's name per line, times it and answers with
// one line of JSON: {"nanoseconds": [...]}, one number for each sample.
//
//   hearth-bench-cases THREADS SECONDS               answer cases, each for about SECONDS
//   hearth-bench-cases THREADS SECONDS --device cuda the same on a CUDA device
//   hearth-bench-cases THREADS SECONDS --cpu-time    the processor time of it, not the clock's
//   hearth-bench-cases THREADS SECONDS --peak CASE   run ten steps of a training case and print
//                                                    {"before_bytes", "peak_bytes"}
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <iostream>

#include <sys/resource.h>

#include "cases/cases.h"

namespace {

using hearth::bench::Step;

bool cpu_time = false;

double now() {
  if (cpu_time) return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double sample(const Step& step, int calls) {
  const double start = now();
  for (int i = 0; i < calls; ++i) step();
  hearth::bench::finish();
  return (now() - start) / calls;
}

/// Samples of a millisecond or more each, for about `budget` seconds; at least three, unless one
/// takes longer than all of the budget.
std::vector<double> measure(const Step& step, double budget) {
  const double first = sample(step, 1);
  if (first > budget) return {first};
  sample(step, 2);
  const int calls = std::max(1, static_cast<int>(1e-3 / std::max(sample(step, 1), 1e-7)));
  std::vector<double> times;
  const double end = now() + budget;
  while (times.size() < 3 || now() < end) times.push_back(sample(step, calls));
  return times;
}

long peak_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss * 1024;
}

int answer(const hearth::bench::Cases& cases, double budget) {
  std::string current;
  Step step;
  for (std::string name; std::getline(std::cin, name);) {
    const auto found = cases.find(name);
    if (found == cases.end()) {
      std::cout << "{\"error\": \"no such case\"}" << std::endl;
      continue;
    }
    if (name != current) {
      step = nullptr;
      step = found->second();
      current = name;
      sample(step, 1);  // memory, plans and caches are made now
    }
    std::cout << "{\"nanoseconds\": [";
    const char* separator = "";
    for (const double t : measure(step, budget)) {
      std::cout << separator << t * 1e9;
      separator = ", ";
    }
    std::cout << "]}" << std::endl;
  }
  return 0;
}

int peak(const hearth::bench::Cases& cases, const std::string& name) {
  const auto found = cases.find(name);
  if (found == cases.end()) {
    std::cerr << "no case named " << name << "\n";
    return 2;
  }
  const long before = peak_bytes();
  const Step step = found->second();
  for (int i = 0; i < 10; ++i) step();
  std::cout << "{\"before_bytes\": " << before << ", \"peak_bytes\": " << peak_bytes() << "}\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const bool wants_peak = argc == 5 && std::strcmp(argv[3], "--peak") == 0;
  const bool wants_device = argc == 5 && std::strcmp(argv[3], "--device") == 0;
  cpu_time = argc == 4 && std::strcmp(argv[3], "--cpu-time") == 0;
  if (argc != 3 && !wants_peak && !wants_device && !cpu_time) {
    std::cerr << "usage: hearth-bench-cases THREADS SECONDS [--device DEVICE | --cpu-time | "
                 "--peak CASE]\n";
    return 2;
  }
  try {
    hearth::set_num_threads(std::atoi(argv[1]));
    hearth::manual_seed(0);
    if (wants_device) hearth::bench::set_device(hearth::Device(argv[4]));
    const auto cases = hearth::bench::all_cases();
    return wants_peak ? peak(cases, argv[4]) : answer(cases, std::atof(argv[2]));
  } catch (const std::exception& e) {
    std::cerr << e.what() << "\n";
    return 1;
  }
}
