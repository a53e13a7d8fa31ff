// SPDX-License-Identifier: Apache-2.0
// The client of the hub, with a server that plays it.
#include "hearth/hub/hub.h"

#include <filesystem>
#include <fstream>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "hearth/hub/checksum.h"
#include "hearth/hub/environment.h"

#include "error_of.h"
#include "hf_cache.h"
#include "http.h"
#include "hub/http_server.h"
#include "temporary.h"

namespace hearth::hub {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

const std::string kCommit(40, 'a');

std::string sha256_of(const std::string& text) {
  const TemporaryFolder folder;
  write_text(folder / "text", text);
  return hash_of_file(folder / "text", Hash::Sha256);
}

/// A hub with one repository, and the machine its large files are on.
struct Hub : testing::Test {
  Hub()
      : storage([this](const HttpRequest& r) { return bytes(r); }),
        server([this](const HttpRequest& r) { return answer(r); }) {
    set_wait_factor(0.001);
    ::setenv("HF_ENDPOINT", server.url().c_str(), 1);
    ::setenv("HF_HOME", folder.path.c_str(), 1);
    large = std::string(100'000, 'w') + "eights";
    etag = sha256_of(large);
  }
  ~Hub() override { set_wait_factor(1); }

  HttpReply answer(const HttpRequest& r) {
    if (failing) return {failing, "", {}};
    if (r.path == "/api/models/org/net/revision/main")
      return {200,
              "{\"sha\":\"" + kCommit +
                  "\",\"siblings\":[{\"rfilename\":\"config.json\"},"
                  "{\"rfilename\":\"sub/model.bin\"},{\"rfilename\":\"README.md\"}]}",
              {}};
    if (r.path.starts_with("/org/gated/")) return {403, "", {"X-Error-Code: GatedRepo"}};
    if (r.path.starts_with("/org/none/")) return {401, "", {"X-Error-Code: RepoNotFound"}};
    if (r.path.starts_with("/old/net/"))
      return {307, "", {"Location: /org/net/" + r.path.substr(9)}};
    const std::string prefix = "/org/net/resolve/";
    if (!r.path.starts_with(prefix)) return {404, "", {}};
    const std::string rest = r.path.substr(prefix.size());
    const std::string revision = rest.substr(0, rest.find('/')),
                      name = rest.substr(rest.find('/') + 1);
    if (revision != "main" && revision != kCommit && revision != "refs%2Fpr%2F1")
      return {404, "", {"X-Error-Code: RevisionNotFound"}};
    const std::string commit = "X-Repo-Commit: " + kCommit;
    if (name == "config.json" || name == "README.md")
      return {200, "{}", {commit, "ETag: \"9e26dfeeb6e641a33dae4961196235bdb965b21b\""}};
    if (name == "model.bin" || name == "sub/model.bin")
      return {302,
              "",
              {commit, "X-Linked-Etag: \"" + etag + "\"",
               "X-Linked-Size: " + std::to_string(large.size()),
               "Location: " + storage.url() + "/" + etag}};
    return {404, "", {commit, "X-Error-Code: EntryNotFound"}};
  }
  HttpReply bytes(const HttpRequest& r) {
    HttpReply reply = part_of(served.empty() ? large : served, r);
    if (cuts > 0) {
      --cuts;
      reply.cut_after = 40'000;
    }
    return reply;
  }

  std::string cached(const std::string& rest) const {
    return folder / ("hub/models--org--net/" + rest);
  }

  TemporaryFolder folder;
  std::string large, etag, served;
  std::atomic<int> cuts{0}, failing{0};
  HttpServer storage, server;
};

TEST_F(Hub, KeepsFilesAsItsPythonLibraryDoes) {
  const std::string path = file("org/net", "sub/model.bin");
  EXPECT_EQ(path, cached("snapshots/" + kCommit + "/sub/model.bin"));
  EXPECT_EQ(read_text(path), large);
  EXPECT_EQ(fs::read_symlink(path), "../../../blobs/" + etag);
  EXPECT_EQ(read_text(cached("refs/main")), kCommit);
  EXPECT_TRUE(folder.has("hub/.locks/models--org--net/" + etag + ".lock"));
  EXPECT_EQ(read_text(file("org/net", "config.json")), "{}");
  EXPECT_EQ(read_text(cached("blobs/9e26dfeeb6e641a33dae4961196235bdb965b21b")), "{}");
  // The same bytes under another name, and again, come from the cache.
  file("org/net", "model.bin");
  file("org/net", "model.bin");
  EXPECT_EQ(storage.requests().size(), 1u);
  // A commit never changes, so the hub is not even asked.
  const size_t asked = server.requests().size();
  EXPECT_EQ(file("org/net@" + kCommit, "model.bin"), cached("snapshots/" + kCommit + "/model.bin"));
  EXPECT_EQ(server.requests().size(), asked);
  EXPECT_EQ(read_text(file("org/net@refs/pr/1", "config.json")), "{}");
  EXPECT_EQ(read_text(cached("refs/refs/pr/1")), kCommit);
}

TEST_F(Hub, FollowsRenamedRepositories) {
  EXPECT_EQ(read_text(file("old/net", "model.bin")), large);
}

TEST_F(Hub, GoesOnWhereTheConnectionBroke) {
  cuts = 2;
  EXPECT_EQ(read_text(file("org/net", "model.bin")), large);
  std::vector<std::string> ranges;
  for (const HttpRequest& r : storage.requests()) ranges.push_back(r.header("Range"));
  EXPECT_THAT(ranges, ElementsAre("", "bytes=40000-", "bytes=80000-"));
}

TEST_F(Hub, RefusesOtherBytesOfTheSameLength) {
  served = std::string(large.size(), 'x');
  EXPECT_THAT(error_of<FormatError>([&] { file("org/net", "model.bin"); }),
              HasSubstr("expected " + etag));
  EXPECT_FALSE(fs::exists(cached("blobs/" + etag)));
  served.clear();
  EXPECT_EQ(read_text(file("org/net", "model.bin")), large);
}

TEST_F(Hub, KeepsTheTokenFromOtherHosts) {
  ::setenv("HF_TOKEN", " hf_secret\n", 1);
  file("org/net", "model.bin");
  for (const HttpRequest& r : server.requests())
    EXPECT_EQ(r.header("Authorization"), "Bearer hf_secret");
  for (const HttpRequest& r : storage.requests()) EXPECT_EQ(r.header("Authorization"), "");
  const std::string said = error_of([&] { file("org/gated", "x"); });
  EXPECT_THAT(said, testing::Not(HasSubstr("hf_secret")));
}

TEST_F(Hub, SaysWhyThereIsNoFile) {
  EXPECT_THAT(error_of<EntryNotFoundError>([&] { file("org/net", "none.txt"); }),
              HasSubstr("has no file none.txt"));
  EXPECT_EQ(try_file("org/net", "none.txt"), std::nullopt);
  EXPECT_TRUE(fs::exists(cached(".no_exist/" + kCommit + "/none.txt")));
  EXPECT_THAT(error_of<RevisionNotFoundError>([&] { file("org/net@nope", "x"); }),
              HasSubstr("no revision nope"));
  EXPECT_THAT(error_of<GatedRepoError>([&] { file("org/gated", "x"); }),
              testing::AllOf(HasSubstr("ask for access at " + server.url() + "/org/gated"),
                             HasSubstr("HF_TOKEN")));
  EXPECT_THAT(error_of<RepositoryNotFoundError>([&] { file("org/none", "x"); }),
              HasSubstr("does not exist or is private"));
  for (const char* name : {"../x", "/x", "a/../../x", "", "a\\..\\..\\x", "c:x"})
    EXPECT_THROW(file("org/net", name), ValueError) << name;
  for (const char* id : {"", "a/b/c", "../x", "a--b", "-a", "a/.git", "a b", "org/net@../x"})
    EXPECT_THROW(file(id, "x"), ValueError) << id;
  EXPECT_TRUE(Repository::is_name("gpt2"));
  EXPECT_EQ(Repository("datasets/org/d@v1").type, "datasets");
}

TEST_F(Hub, WithoutNetworkTheCacheServes) {
  EXPECT_THAT(error_of<LocalEntryNotFoundError>(
                  [&] { file("org/net", "model.bin", HubOptions().local_files_only(true)); }),
              HasSubstr("model.bin is not in " + folder.path));
  const std::string path = file("org/net", "model.bin");
  testing::internal::CaptureStderr();
  failing = 503;
  EXPECT_EQ(file("org/net", "model.bin"), path);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("from the cache"));
  const size_t asked = server.requests().size();
  ::setenv("HF_HUB_OFFLINE", "yes", 1);
  EXPECT_EQ(file("org/net", "model.bin"), path);
  EXPECT_EQ(snapshot("org/net"), cached("snapshots/" + kCommit));
  EXPECT_THROW(file("org/net", "config.json"), LocalEntryNotFoundError);
  EXPECT_EQ(server.requests().size(), asked);
}

TEST_F(Hub, TakesSnapshots) {
  const std::string folder_of = snapshot("org/net", {"*.json", "sub/*"});
  EXPECT_EQ(folder_of, cached("snapshots/" + kCommit));
  EXPECT_TRUE(fs::exists(folder_of + "/config.json"));
  EXPECT_TRUE(fs::exists(folder_of + "/sub/model.bin"));
  EXPECT_FALSE(fs::exists(folder_of + "/README.md"));
}

TEST_F(Hub, TwoProgramsDownloadAFileOnce) {
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    children.push_back(::fork());
    if (children.back() == 0) {
      try {
        ::_exit(read_text(file("org/net", "model.bin")) == large ? 0 : 1);
      } catch (...) {
        ::_exit(2);
      }
    }
  }
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(WEXITSTATUS(status), 0);
  }
  EXPECT_EQ(storage.requests().size(), 1u);
}

TEST_F(Hub, RefusesWhatIsNoHub) {
  HttpServer other([](const HttpRequest&) { return HttpReply{200, "hello", {}}; });
  ::setenv("HF_ENDPOINT", other.url().c_str(), 1);
  EXPECT_THAT(error_of<NetworkError>([&] { file("org/net", "x"); }), HasSubstr("no hub"));
  ::setenv("HF_ENDPOINT", "http://127.0.0.1:1/", 1);
  EXPECT_THROW(file("org/net", "x"), LocalEntryNotFoundError);
}

TEST_F(Hub, EnvironmentSaysWhereThingsAre) {
  EXPECT_EQ(hf_hub_cache(), folder / "hub");
  ::setenv("HF_HUB_CACHE", "/elsewhere", 1);
  EXPECT_EQ(hf_hub_cache(), "/elsewhere");
  ::unsetenv("HF_HUB_CACHE");
  write_text(folder / "token", "from a file\n");
  EXPECT_EQ(hf_token(), "from a file");
  for (const auto& [value, offline] :
       std::map<std::string, bool>{{"1", true}, {"true", true}, {"0", false}, {"", false}}) {
    ::setenv("HF_HUB_OFFLINE", value.c_str(), 1);
    EXPECT_EQ(is_offline(), offline) << value;
  }
}

}  // namespace
}  // namespace hearth::hub
