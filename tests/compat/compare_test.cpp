// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> out;
  for (std::string word; in >> word;) out.push_back(word);
  return out;
}

std::string read(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string run(const std::string& program, int& status) {
  const std::string command = "cd '" + testing::TempDir() + "' && '" + program + "' 2>&1";
  FILE* pipe = ::popen(command.c_str(), "r");
  std::string text;
  char buffer[4096];
  while (const size_t n = std::fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, n);
  status = ::pclose(pipe);
  return text;
}

class Compat : public testing::TestWithParam<const char*> {};

/// Words equal; numbers within what another order of summation explains.
TEST_P(Compat, PrintsWhatLibTorchPrints) {
  const std::string name = GetParam();
  int status = 0;
  const std::string got_text = run(std::string(HEARTH_COMPAT_BIN) + "/compat_" + name, status);
  const auto got = words(got_text);
  const auto want = words(read(std::string(HEARTH_COMPAT_DIR) + "/expected/" + name + ".txt"));
  ASSERT_EQ(status, 0) << got_text;
  ASSERT_GT(want.size(), 10u);
  ASSERT_EQ(got.size(), want.size()) << got_text;
  for (size_t i = 0; i < want.size(); ++i) {
    char* end = nullptr;
    const double number = std::strtod(want[i].c_str(), &end);
    if (*end != '\0' || std::isnan(number)) {
      EXPECT_EQ(got[i], want[i]) << "word " << i;
    } else {
      EXPECT_NEAR(std::strtod(got[i].c_str(), nullptr), number, 2e-4 + 2e-4 * std::fabs(number))
          << "word " << i << " after '" << (i ? want[i - 1] : "") << "'";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Programs, Compat,
                         testing::Values("cnn", "dcgan", "autograd", "dataset", "overloads",
                                         "indexing", "encoder", "transfer", "own"
#ifdef HEARTH_COMPAT_MNIST
                                         ,
                                         "mnist"
#endif
                                         ),
                         [](const auto& program) { return std::string(program.param); });

}  // namespace
