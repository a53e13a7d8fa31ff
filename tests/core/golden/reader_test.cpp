// SPDX-License-Identifier: Apache-2.0
#include "core/golden/reader.h"

#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <unistd.h>

#include "hearth/base/error.h"

namespace hearth::golden {
namespace {

const std::string kFile = "tests/golden/optim.bin";

std::string content() {
  std::ifstream file(kFile, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A file with these bytes, removed at the end.
struct Written {
  explicit Written(const std::string& bytes) {
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<long>(bytes.size()));
  }
  ~Written() { std::remove(path.c_str()); }
  // Tests run side by side.
  const std::string path =
      ::testing::TempDir() + "hearth_golden_reader_" + std::to_string(::getpid()) + ".bin";
};

TEST(GoldenReader, ReadsEveryCaseToItsLastByte) {
  const auto cases = read_cases(kFile);
  ASSERT_FALSE(cases.empty());
  for (const Case& c : cases) EXPECT_FALSE(c.op.empty());
}

TEST(GoldenReader, OperatorsShareOutTheCases) {
  size_t in_all = 0;
  for (const std::string& op : read_operators(kFile)) {
    const auto cases = read_cases(kFile, op);
    EXPECT_FALSE(cases.empty()) << op;
    for (const Case& c : cases) EXPECT_EQ(c.op, op);
    in_all += cases.size();
  }
  EXPECT_EQ(in_all, read_cases(kFile).size());
}

TEST(GoldenReader, TruncatedFilesThrow) {
  const std::string whole = content();
  for (size_t n = 0; n < whole.size(); n += n < 400 ? 1 : 977) {
    const Written file(whole.substr(0, n));
    EXPECT_THROW(read_cases(file.path), FormatError) << n << " bytes of " << whole.size();
    EXPECT_THROW(read_operators(file.path), FormatError) << n << " bytes of " << whole.size();
  }
}

TEST(GoldenReader, MissingAndForeignFilesThrow) {
  EXPECT_THROW(read_cases("/nonexistent/golden.bin"), FileError);
  const Written file("PK\3\4 something else entirely");
  EXPECT_THROW(read_cases(file.path), FormatError);
}

TEST(GoldenReader, FormulasGiveThePythonValues) {
  const Tensor uniform = elements_of(Formula::Uniform, 4, kDouble, 7, -1, 1);
  EXPECT_EQ(uniform.data_ptr<double>()[0], -0.20786553621292114);
  EXPECT_EQ(uniform.data_ptr<double>()[3], 0.005564391613006592);
  const int64_t distinct[] = {1, -2, 2, -1, 3, 0, 4};
  EXPECT_EQ(std::memcmp(elements_of(Formula::Distinct, 7, kLong, 3, -2, 0).data_ptr<int64_t>(),
                        distinct, sizeof distinct),
            0);
  const int32_t integers[] = {-5, -2, 6, 1, -6};
  EXPECT_EQ(std::memcmp(elements_of(Formula::Uniform, 5, kInt, 9, -9, 9).data_ptr<int32_t>(),
                        integers, sizeof integers),
            0);
}

}  // namespace
}  // namespace hearth::golden
