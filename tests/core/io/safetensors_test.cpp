// SPDX-License-Identifier: Apache-2.0
#include "hearth/io/safetensors.h"

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hearth/base/atomic_file.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"

#include "temporary.h"

namespace hearth::safetensors {
namespace {

namespace fs = std::filesystem;

std::vector<char> file_of(const std::string& header, size_t data_bytes) {
  std::vector<char> bytes(8 + header.size() + data_bytes);
  const uint64_t n = header.size();
  std::memcpy(bytes.data(), &n, 8);
  std::memcpy(bytes.data() + 8, header.data(), header.size());
  return bytes;
}

std::string error_of(const std::vector<char>& bytes) {
  try {
    load(bytes.data(), bytes.size());
  } catch (const FormatError& e) {
    return e.what();
  }
  return "";
}

NamedTensors every_type() {
  NamedTensors tensors;
  for (const ScalarType t :
       {kBool, kByte, kChar, kShort, kInt, kLong, kHalf, kBFloat16, kFloat, kDouble, kComplexFloat})
    tensors.emplace_back(std::string(dtype_name(t)),
                         arange(0, 6, TensorOptions(kLong)).to(t).view({2, 3}));
  tensors.emplace_back("empty", empty({0, 3}));
  tensors.emplace_back("scalar", full({}, 2.5));
  tensors.emplace_back("transposed", arange(0, 6, TensorOptions(kFloat)).view({2, 3}).t());
  tensors.emplace_back("quoted \"\\\n\u00e9", ones({1}));
  return tensors;
}

TEST(Safetensors, RoundTripsEveryType) {
  TemporaryFolder dir;
  const NamedTensors tensors = every_type();
  save_file(tensors, dir / "a.safetensors", {{"by", "test"}});
  const std::vector<char> bytes = save(tensors);
  const auto from_file = load_file(dir / "a.safetensors"),
             from_memory = load(bytes.data(), bytes.size());
  for (const auto* loaded : {&from_file, &from_memory}) {
    ASSERT_EQ(loaded->size(), tensors.size());
    for (const auto& [name, tensor] : tensors) {
      const Tensor& got = loaded->at(name);
      EXPECT_EQ(got.scalar_type(), tensor.scalar_type()) << name;
      EXPECT_EQ(got.sizes(), tensor.sizes()) << name;
      EXPECT_TRUE(got.equal(tensor)) << name;
    }
  }
  EXPECT_EQ(File(dir / "a.safetensors").metadata().at("by"), "test");
  // The header ends on eight bytes, so wide types lie aligned.
  uint64_t n = 0;
  std::memcpy(&n, bytes.data(), 8);
  EXPECT_EQ(n % 8, 0u);
}

TEST(Safetensors, MappedTensorsOutliveTheFileAndKeepWritesPrivate) {
  TemporaryFolder dir;
  save_file({{"x", ones({1000})}}, dir / "a");
  Tensor x = File(dir / "a").tensor("x");
  x.add_(1);
  EXPECT_EQ(x.sum().item<float>(), 2000);
  EXPECT_EQ(load_file(dir / "a").at("x").sum().item<float>(), 1000);
  save_file({{"x", zeros({1})}}, dir / "a");
  EXPECT_EQ(x.sum().item<float>(), 2000);
}

TEST(Safetensors, RefusesWhatItCannotWrite) {
  TemporaryFolder dir;
  EXPECT_THROW(save_file({{"x", Tensor()}}, dir / "a"), ValueError);
  EXPECT_THROW(save_file({{"x", ones({1})}, {"x", ones({1})}}, dir / "a"), ValueError);
  EXPECT_THROW(save_file({{"__metadata__", ones({1})}}, dir / "a"), ValueError);
  EXPECT_THROW(save_file({{"\xff", ones({1})}}, dir / "a"), ValueError);
  EXPECT_THROW(save_file({{"x", zeros({1}, TensorOptions(kComplexDouble))}}, dir / "a"),
               DtypeError);
  EXPECT_TRUE(fs::is_empty(dir.path));
}

TEST(Safetensors, RefusesHostileHeaders) {
  const auto refused = [](const std::string& header, size_t data, const char* why) {
    const std::string error = error_of(file_of(header, data));
    EXPECT_NE(error.find(why), std::string::npos) << header << "\n  said: " << error;
  };
  const std::string good = R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})";
  EXPECT_EQ(error_of(file_of(good, 4)), "");
  EXPECT_EQ(error_of(file_of(good + "   ", 4)), "");
  EXPECT_EQ(error_of(file_of("{}", 0)), "");
  refused(good, 3, "cut off");
  refused(good, 5, "the file has 5");
  refused(" " + good, 4, "begins with '{'");
  refused(good.substr(0, 20), 4, "broken JSON");
  refused(
      R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[0],"data_offsets":[4,4]}})",
      4, "comes twice");
  refused(R"({"a":{"dtype":"U8","dtype":"U8","shape":[4],"data_offsets":[0,4]}})", 4,
          "two of dtype");
  refused(R"({"__metadata__":{"k":"1","k":"2"}})", 0, "comes twice");
  refused(R"({"__metadata__":{"k":1}})", 0, "a number out of place");
  refused(R"({"__metadata__":{"k":{}}})", 0, "too deep");
  refused(R"({"a":{"dtype":"U7","shape":[4],"data_offsets":[0,4]}})", 4, "unknown dtype");
  refused(R"({"a":{"dtype":"U8","shape":[4]}})", 4, "needs dtype, shape and data_offsets");
  refused(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0]}})", 4, "two data_offsets");
  refused(R"({"a":{"dtype":"U8","shape":[-4],"data_offsets":[0,4]}})", 4, "negative");
  refused(R"({"a":{"dtype":"U8","shape":[4.0],"data_offsets":[0,4]}})", 4, "the number");
  refused(R"({"a":{"dtype":"U8","shape":[[4]],"data_offsets":[0,4]}})", 4, "array out of place");
  refused(R"({"a":{"dtype":"U8","shape":null,"data_offsets":[0,4]}})", 4, "null");
  refused(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"more":1}})", 4, "unknown field");
  refused(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[4,0]}})", 4, "ends before it begins");
  refused(R"({"a":{"dtype":"U8","shape":[5],"data_offsets":[0,4]}})", 4, "takes 5 bytes");
  refused(R"({"a":{"dtype":"F32","shape":[4611686018427387904,2,2],"data_offsets":[0,4]}})", 4,
          "larger than memory");
  refused(R"({"a":{"dtype":"U8","shape":[99999999999999999999],"data_offsets":[0,4]}})", 4, "");
  refused(
      R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}})",
      6, "an overlap");
  refused(
      R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[6,10]}})",
      10, "a hole");
  refused(R"({"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}})", 2, "end on a byte");
  refused("{\"a\xff\":{}}", 0, "broken JSON");
  std::string deep = "{\"a\":";
  for (int i = 0; i < 100000; ++i) deep += "[";
  refused(deep, 0, "array out of place");
  std::vector<char> huge = file_of(good, 4);
  std::memset(huge.data(), 0xff, 8);
  EXPECT_NE(error_of(huge).find("at most 100000000"), std::string::npos);
  std::vector<char> beyond = file_of(good, 4);
  beyond[1] = 1;
  EXPECT_NE(error_of(beyond).find("cut off"), std::string::npos);
  // A type of the format that Hearth lacks is refused when asked for, not before.
  const std::vector<char> f8 =
      file_of(R"({"a":{"dtype":"F8_E5M2","shape":[4],"data_offsets":[0,4]}})", 4);
  const File file(f8.data(), f8.size());
  EXPECT_THROW(file.tensor("a"), FormatError);
  EXPECT_THROW(file.tensor("b"), FormatError);
  std::vector<char> maybe =
      file_of(R"({"a":{"dtype":"BOOL","shape":[4],"data_offsets":[0,4]}})", 4);
  maybe.back() = 2;
  EXPECT_NE(error_of(maybe).find("other than 0 and 1"), std::string::npos);
}

TEST(Safetensors, EveryTruncationIsAnError) {
  const std::vector<char> whole = save({{"a", ones({3})}, {"b", ones({2}, TensorOptions(kLong))}});
  for (size_t n = 0; n < whole.size(); ++n) {
    std::vector<char> cut(whole.begin(), whole.begin() + static_cast<int64_t>(n));
    EXPECT_THROW(load(cut.data(), cut.size()), FormatError) << n;
  }
}

TEST(Safetensors, FlippedHeaderBytesNeverDoHarm) {
  const std::vector<char> whole =
      save({{"a", ones({3})}, {"b", ones({2}, TensorOptions(kLong))}}, {{"k", "v"}});
  uint64_t header = 0;
  std::memcpy(&header, whole.data(), 8);
  for (size_t at = 0; at < 8 + header; ++at)
    for (int bit = 0; bit < 8; ++bit) {
      std::vector<char> changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      try {
        for (const auto& [name, tensor] : load(changed.data(), changed.size()))
          EXPECT_LE(tensor.nbytes(), whole.size());
      } catch (const FormatError&) {
      }
    }
}

TEST(Safetensors, MissingFilesAreNamed) {
  try {
    load_file("/nonexistent/model.safetensors");
    FAIL();
  } catch (const FileError& e) {
    EXPECT_NE(std::string(e.what()).find("/nonexistent/model.safetensors"), std::string::npos);
    EXPECT_NE(std::string(e.what()).find("No such file"), std::string::npos);
  }
  EXPECT_THROW(load_file("/tmp"), FileError);
}

TEST(AtomicFile, FullDisksKeepTheOldFile) {
  EXPECT_THROW(save_file({{"x", ones({100000})}}, "/dev/full"), FileError);
  EXPECT_TRUE(fs::is_character_file("/dev/full"));

  TemporaryFolder dir;
  save_file({{"x", ones({10})}}, dir / "a");
  rlimit old = {};
  getrlimit(RLIMIT_FSIZE, &old);
  rlimit small = old;
  small.rlim_cur = 4096;
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_THROW(save_file({{"x", zeros({100000})}}, dir / "a"), FileError);
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, handler);
  EXPECT_TRUE(load_file(dir / "a").at("x").equal(ones({10})));
  EXPECT_EQ(std::distance(fs::directory_iterator(dir.path), fs::directory_iterator()), 1);
}

TEST(AtomicFile, DirectoriesThatCannotBeWrittenAreNamed) {
  EXPECT_THROW(AtomicFile("/nonexistent/a"), FileError);
  EXPECT_THROW(AtomicFile("/proc/hearth"), FileError);
  EXPECT_THROW(AtomicFile("/tmp/"), FileError);
}

TEST(AtomicFile, LinksStayAndTemporariesOfTheDeadAreRemoved) {
  TemporaryFolder dir;
  save_file({{"x", ones({1})}}, dir / "target");
  fs::create_symlink(dir / "target", dir / "link");
  std::ofstream(dir / ".target.tmp-0") << "left by a killed writer";
  {
    AtomicFile living(dir / "target");
    save_file({{"x", zeros({1})}}, dir / "link");
    EXPECT_TRUE(fs::is_symlink(dir / "link"));
    EXPECT_EQ(load_file(dir / "target").at("x").item<float>(), 0);
    // The living writer's temporary is still there, and it may finish.
    living.write("x", 1);
    living.commit();
  }
  EXPECT_EQ(fs::file_size(dir / "target"), 1u);
  EXPECT_EQ(std::distance(fs::directory_iterator(dir.path), fs::directory_iterator()), 2);
}

/// A writer that is killed in the middle; run in a process of its own by the test below.
TEST(AtomicFile, DISABLED_WriteForever) {
  const char* path = std::getenv("HEARTH_TEST_TARGET");
  ASSERT_TRUE(path);
  for (float i = 1;; ++i) save_file({{"x", full({200000}, i)}}, path);
}

TEST(AtomicFile, KilledWritersLeaveAWholeFile) {
  TemporaryFolder dir;
  const std::string target = dir / "a";
  save_file({{"x", zeros({200000})}}, target);
  const std::string program = fs::read_symlink("/proc/self/exe");
  for (int round = 0; round < 8; ++round) {
    const std::string setting = "HEARTH_TEST_TARGET=" + target;
    const char* const arguments[] = {program.c_str(),
                                     "--gtest_filter=AtomicFile.DISABLED_WriteForever",
                                     "--gtest_also_run_disabled_tests", nullptr};
    const char* const environment[] = {setting.c_str(), "OMP_NUM_THREADS=1", nullptr};
    pid_t child = 0;
    ASSERT_EQ(::posix_spawn(&child, program.c_str(), nullptr, nullptr,
                            const_cast<char**>(arguments), const_cast<char**>(environment)),
              0);
    ::usleep(static_cast<useconds_t>(60000 + 3700 * round));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status));
    const Tensor x = load_file(target).at("x");
    EXPECT_TRUE(x.equal(full({200000}, x.select(0, 0).item<float>())));
  }
  save_file({{"x", ones({1})}}, target);
  EXPECT_EQ(std::distance(fs::directory_iterator(dir.path), fs::directory_iterator()), 1);
}

}  // namespace
}  // namespace hearth::safetensors
