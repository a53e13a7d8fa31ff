// SPDX-License-Identifier: Apache-2.0
// All measured cases as Google Benchmark programs: bench_core --benchmark_filter=softmax
#include <benchmark/benchmark.h>

#include "cases/cases.h"

int main(int argc, char** argv) {
  hearth::manual_seed(0);
  for (const auto& [name, build] : hearth::bench::all_cases())
    benchmark::RegisterBenchmark(name.c_str(), [build = build](benchmark::State& state) {
      const auto step = build();
      for (auto _ : state) step();
    })->UseRealTime();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
