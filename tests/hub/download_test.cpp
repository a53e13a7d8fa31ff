// SPDX-License-Identifier: Apache-2.0
#include "hearth/hub/download.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "hearth/base/error.h"
#include "hearth/hub/environment.h"

#include "http.h"
#include "hub/http_server.h"
#include "temporary.h"

namespace hearth::hub {
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
  return hash_of_file(folder / "text", Hash::Md5);
}

/// Serves kBody, badly if asked to.
struct Download : testing::Test {
  Download()
      : server([this](const HttpRequest& request) { return answer(request); }),
        file{"data.bin", {server.url() + "/file"}, {Hash::Md5, md5_of(kBody)}, {}} {
    set_wait_factor(0.01);
  }
  ~Download() override { set_wait_factor(1); }

  HttpReply answer(const HttpRequest& request) {
    if (status != 200) return {status, "", {}};
    HttpReply reply = ignore_range ? HttpReply{200, kBody, {}} : part_of(kBody, request);
    if (!etag.empty()) reply.headers.push_back("ETag: " + etag);
    if (cuts > 0 && reply.body.size() > cut_after) {
      --cuts;
      reply.cut_after = cut_after;
    }
    return reply;
  }
  std::vector<std::string> ranges() {
    std::vector<std::string> all;
    for (const HttpRequest& r : server.requests()) {
      const std::string range = r.header("Range");
      all.push_back(range.empty() ? "" : range.substr(6));
    }
    return all;
  }

  std::string failure() {
    try {
      download(file, folder.path);
    } catch (const Error& e) {
      return e.what();
    }
    return "nothing thrown";
  }

  /// The connection ends after so many bytes of the body, this many times.
  std::atomic<size_t> cut_after{0};
  std::atomic<int> cuts{0}, status{200};
  std::atomic<bool> ignore_range{false};
  std::string etag;
  TemporaryFolder folder;
  HttpServer server;
  RemoteFile file;
};

TEST(Md5, IsTheKnownOne) {
  EXPECT_EQ(md5_of(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(md5_of("The quick brown fox jumps over the lazy dog"),
            "9e107d9d372bb6826bd81d3542a419d6");
  EXPECT_THROW(hash_of_file("/nowhere/at all", Hash::Md5), FileError);
}

TEST_F(Download, FetchesOnceAndKeeps) {
  const std::string path = download(file, folder / "a/b");
  EXPECT_EQ(path, folder / "a/b/data.bin");
  EXPECT_EQ(read_text(path), kBody);
  EXPECT_EQ(download(file, folder / "a/b"), path);
  EXPECT_THAT(ranges(), ElementsAre(""));
  EXPECT_FALSE(folder.has("a/b/data.bin.part"));
}

TEST_F(Download, GoesOnWhereTheConnectionBroke) {
  cut_after = 100'000;
  cuts = 2;
  EXPECT_EQ(read_text(download(file, folder.path)), kBody);
  EXPECT_THAT(ranges(), ElementsAre("", "100000-", "200000-"));
}

TEST_F(Download, GoesOnWhereAnEarlierProcessWasKilled) {
  write_text(folder / "data.bin.part", kBody.substr(0, 12'345));
  EXPECT_EQ(read_text(download(file, folder.path)), kBody);
  EXPECT_THAT(ranges(), ElementsAre("12345-"));
}

TEST_F(Download, AcceptsWhatWasCompleteButNotYetRenamed) {
  write_text(folder / "data.bin.part", kBody);
  EXPECT_EQ(read_text(download(file, folder.path)), kBody);
}

TEST_F(Download, StartsAnewWhenTheFirstPartIsWrong) {
  write_text(folder / "data.bin.part", std::string(5000, 'x'));
  EXPECT_EQ(read_text(download(file, folder.path)), kBody);
  EXPECT_THAT(ranges(), ElementsAre("5000-", ""));
}

TEST_F(Download, StartsAnewWhenTheServerCannotResume) {
  ignore_range = true;
  write_text(folder / "data.bin.part", kBody.substr(0, 777));
  EXPECT_EQ(read_text(download(file, folder.path)), kBody);
}

TEST_F(Download, KeepsWhatArrivedWhenItGivesUp) {
  cut_after = 1000;
  cuts = 100;
  EXPECT_THROW(download(file, folder.path), NetworkError);
  EXPECT_EQ(read_text(folder / "data.bin.part"), kBody.substr(0, 5000));
  EXPECT_FALSE(folder.has("data.bin"));
  cuts = 0;
  EXPECT_EQ(read_text(download(file, folder.path)), kBody);
}

TEST_F(Download, RefusesOtherContent) {
  file.checksum.hex = std::string(32, '0');
  EXPECT_THROW(download(file, folder.path), FormatError);
  EXPECT_THAT(failure(), HasSubstr("expected 00000000000000000000000000000000"));
  EXPECT_FALSE(folder.has("data.bin"));
  EXPECT_FALSE(folder.has("data.bin.part"));
}

TEST_F(Download, SaysWhatIsMissing) {
  status = 404;
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

TEST_F(Download, WithoutAChecksumTheServerTellsWhetherThePartIsOfTheSameFile) {
  file.checksum = {};
  etag = "\"one\"";
  write_text(folder / "data.bin.part", kBody.substr(0, 1000));
  // Nobody knows what it is a part of.
  EXPECT_EQ(read_text(download(file, folder.path)), kBody);
  std::filesystem::remove(folder / "data.bin");
  write_text(folder / "data.bin.part", kBody.substr(0, 1000));
  write_text(folder / "data.bin.part.etag", "\"one\"\n");
  EXPECT_EQ(read_text(download(file, folder.path)), kBody);
  EXPECT_THAT(ranges(), ElementsAre("", "1000-"));
  EXPECT_EQ(server.requests().back().header("If-Range"), "\"one\"");
  EXPECT_FALSE(folder.has("data.bin.part.etag"));
}

TEST_F(Download, RefusesFilesOfAnotherSizeOrTooLargeForTheDisk) {
  file.checksum = {};
  file.size = 5;
  EXPECT_THAT(failure(), HasSubstr("has 300"));
  file.size = uint64_t{1} << 60;
  EXPECT_THAT(failure(), HasSubstr("the disk has"));
}

TEST_F(Download, WaitsWhenAskedTo) {
  status = 503;
  EXPECT_THROW(download(file, folder.path), NetworkError);
  EXPECT_EQ(ranges().size(), 5u);
}

TEST_F(Download, TorchWeightsAreCheckedByTheirNames) {
  ::setenv("HEARTH_HOME", folder.path.c_str(), 1);
  ::setenv("TORCH_HOME", (folder / "torch").c_str(), 1);
  write_text(folder / "body", kBody);
  const std::string hex = hash_of_file(folder / "body", Hash::Sha256).substr(0, 8);
  const std::string url = server.url() + "/models/net-" + hex + ".pth?x=1";
  EXPECT_EQ(torch_weights(url), folder / "checkpoints/net-" + hex + ".pth");
  EXPECT_THROW(torch_weights(server.url() + "/models/net-00000000.pth"), FormatError);
  std::filesystem::create_directories(folder / "torch/hub/checkpoints");
  const std::string there = folder / "torch/hub/checkpoints/net-" + hex + ".pth";
  write_text(there, "something else");
  EXPECT_THROW(torch_weights(url), FormatError);
  write_text(there, kBody);
  EXPECT_EQ(torch_weights(url), there);
}

TEST(Checksum, ReadsItsText) {
  EXPECT_TRUE(Checksum("sha256:0123456789").fits("0123456789abcdef"));
  EXPECT_FALSE(Checksum("md5:01234567").fits("11234567"));
  for (const char* text : {"", "sha256", "sha256:0123", "sha512:0123456789", "md5:0123456G"})
    EXPECT_THROW(Checksum{text}, ValueError) << text;
  TemporaryFolder folder;
  write_text(folder / "hello", "hello\n");
  EXPECT_EQ(hash_of_file(folder / "hello", Hash::GitBlob),
            "ce013625030ba8dba906f756967f9e9ca394464a");
}

TEST(Home, IsTheEnvironmentsOrTheUsers) {
  const NeutralEnvironment environment;
  const std::string user = std::getenv("HOME") ? std::getenv("HOME") : "";
  ::setenv("HEARTH_HOME", "/somewhere", 1);
  EXPECT_EQ(home(), "/somewhere");
  ::unsetenv("HEARTH_HOME");
  if (!user.empty()) {
    EXPECT_EQ(home(), user + "/.cache/hearth");
  }
}

}  // namespace
}  // namespace hearth::hub
