// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/download.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "hearth/base/error.h"

#include "datasets/http_server.h"
#include "temporary.h"

namespace hearth::datasets {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kBody = [] {
  std::string s;
  for (int i = 0; s.size() < 300'000; ++i) s += std::to_string(i * 7919) + "\n";
  return s;
}();

std::string md5_of(const std::string& text) {
  TemporaryFolder folder;
  write_text(folder / "text", text);
  return md5_of_file(folder / "text");
}

struct Download : testing::Test {
  Download() : server(kBody), file{"data.bin", {server.url()}, md5_of(kBody)} {}

  std::string failure() {
    try {
      download(file, folder.path);
    } catch (const Error& e) {
      return e.what();
    }
    return "nothing thrown";
  }

  TemporaryFolder folder;
  HttpServer server;
  RemoteFile file;
};

TEST(Md5, IsTheKnownOne) {
  EXPECT_EQ(md5_of(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(md5_of("The quick brown fox jumps over the lazy dog"),
            "9e107d9d372bb6826bd81d3542a419d6");
  EXPECT_THROW(md5_of_file("/nowhere/at all"), FileError);
}

TEST_F(Download, FetchesOnceAndKeeps) {
  const std::string path = download(file, folder / "a/b");
  EXPECT_EQ(path, folder / "a/b/data.bin");
  EXPECT_EQ(read_text(path), kBody);
  EXPECT_EQ(download(file, folder / "a/b"), path);
  EXPECT_THAT(server.ranges(), ElementsAre(""));
  EXPECT_FALSE(folder.has("a/b/data.bin.part"));
}

TEST_F(Download, GoesOnWhereTheConnectionBroke) {
  server.cut_after = 100'000;
  server.cuts = 2;
  EXPECT_EQ(read_text(download(file, folder.path)), kBody);
  EXPECT_THAT(server.ranges(), ElementsAre("", "100000-", "200000-"));
}

TEST_F(Download, GoesOnWhereAnEarlierProcessWasKilled) {
  write_text(folder / "data.bin.part", kBody.substr(0, 12'345));
  EXPECT_EQ(read_text(download(file, folder.path)), kBody);
  EXPECT_THAT(server.ranges(), ElementsAre("12345-"));
}

TEST_F(Download, AcceptsWhatWasCompleteButNotYetRenamed) {
  write_text(folder / "data.bin.part", kBody);
  EXPECT_EQ(read_text(download(file, folder.path)), kBody);
}

TEST_F(Download, StartsAnewWhenTheFirstPartIsWrong) {
  write_text(folder / "data.bin.part", std::string(5000, 'x'));
  EXPECT_EQ(read_text(download(file, folder.path)), kBody);
  EXPECT_THAT(server.ranges(), ElementsAre("5000-", ""));
}

TEST_F(Download, StartsAnewWhenTheServerCannotResume) {
  server.ignore_range = true;
  write_text(folder / "data.bin.part", kBody.substr(0, 777));
  EXPECT_EQ(read_text(download(file, folder.path)), kBody);
}

TEST_F(Download, KeepsWhatArrivedWhenItGivesUp) {
  server.cut_after = 1000;
  server.cuts = 100;
  EXPECT_THROW(download(file, folder.path), NetworkError);
  EXPECT_EQ(read_text(folder / "data.bin.part"), kBody.substr(0, 4000));
  EXPECT_FALSE(folder.has("data.bin"));
  server.cuts = 0;
  EXPECT_EQ(read_text(download(file, folder.path)), kBody);
}

TEST_F(Download, RefusesOtherContent) {
  file.md5 = std::string(32, '0');
  EXPECT_THROW(download(file, folder.path), FormatError);
  EXPECT_THAT(failure(), HasSubstr("expected 00000000000000000000000000000000"));
  EXPECT_FALSE(folder.has("data.bin"));
  EXPECT_FALSE(folder.has("data.bin.part"));
}

TEST_F(Download, SaysWhatIsMissing) {
  server.status = 404;
  EXPECT_THROW(download(file, folder.path), NetworkError);
  EXPECT_THAT(failure(), testing::AllOf(HasSubstr("404"), HasSubstr(folder.path)));
  EXPECT_FALSE(folder.has("data.bin.part"));
}

TEST_F(Download, TriesTheNextAddress) {
  file.urls.insert(file.urls.begin(), "http://127.0.0.1:1/file");
  EXPECT_EQ(read_text(download(file, folder.path)), kBody);
}

TEST_F(Download, RefusesAddressesOfOtherKinds) {
  write_text(folder / "secret", "s");
  file.urls = {"file://" + (folder / "secret")};
  EXPECT_THROW(download(file, folder.path), NetworkError);
}

TEST_F(Download, KeepsWhatArrivedWhenTheDiskIsFull) {
  // A limit on the size of files stands in for a full disk; it is per process.
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{50'000, 50'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    try {
      download(file, folder.path);
    } catch (const FileError&) {
      ::_exit(7);
    } catch (...) {
    }
    ::_exit(1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 7);
  EXPECT_EQ(read_text(folder / "data.bin.part"), kBody.substr(0, 50'000));
  EXPECT_EQ(read_text(download(file, folder.path)), kBody);
}

TEST(Home, IsTheEnvironmentsOrTheUsers) {
  const std::string user = std::getenv("HOME") ? std::getenv("HOME") : "";
  const char* before = std::getenv("HEARTH_HOME");
  const std::string saved = before ? before : "";
  ::setenv("HEARTH_HOME", "/somewhere", 1);
  EXPECT_EQ(home(), "/somewhere");
  EXPECT_EQ(cache_folder("mnist"), "/somewhere/datasets/mnist");
  ::unsetenv("HEARTH_HOME");
  if (!user.empty()) {
    EXPECT_EQ(home(), user + "/.cache/hearth");
  }
  if (before) ::setenv("HEARTH_HOME", saved.c_str(), 1);
}

}  // namespace
}  // namespace hearth::datasets
