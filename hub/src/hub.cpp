// SPDX-License-Identifier: Apache-2.0
#include "hearth/hub/hub.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fnmatch.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <unistd.h>

#include "hearth/base/progress.h"
#include "hearth/hub/environment.h"

#include "fetch.h"
#include "hf_cache.h"

namespace hearth::hub {

namespace {

/// Held by one process at a time.
class Lock {
 public:
  explicit Lock(const std::string& path)
      : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0664)) {
    // Without a lock two programs may download the same; whose is renamed last, stays.
    if (fd_ >= 0)
      while (::flock(fd_, LOCK_EX) != 0 && errno == EINTR) {
      }
  }
  ~Lock() {
    if (fd_ >= 0) ::close(fd_);
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  int fd_;
};

std::string quoted(const std::string& text, bool keep_slashes) {
  std::string url;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (std::isalnum(u) || std::strchr("-_.~", c) || (c == '/' && keep_slashes)) {
      url += c;
    } else {
      char hex[4];
      std::snprintf(hex, sizeof hex, "%%%02X", u);
      url += hex;
    }
  }
  return url;
}

/// What the hub says of a file.
struct Metadata {
  std::string commit, etag, url;
  std::optional<uint64_t> size;
};

/// A repository, and how it is asked.
class Client {
 public:
  Client(const std::string& repository, const HubOptions& options)
      : repository_(repository),
        text_(repository),
        cache_(options.cache_dir().empty() ? hf_hub_cache() : options.cache_dir(), repository_),
        token_(options.token().value_or(hf_token())),
        offline_(options.local_files_only() || is_offline()) {}

  const HfCache& cache() const { return cache_; }
  const Repository& repository() const { return repository_; }
  bool offline() const { return offline_; }

  std::string file(const std::string& name) {
    check_name(name);
    if (const auto commit = cache_.commit_of(repository_.revision);
        commit && (is_commit(repository_.revision) || offline_)) {
      if (const std::string path = cache_.pointer(*commit, name); exists(path)) return path;
    }
    if (offline_) throw LocalEntryNotFoundError(not_here(name, "the network may not be asked"));
    Response answer;
    const std::optional<Metadata> found = ask(name, answer);
    if (!found) return from_cache(name, answer);
    cache_.remember(repository_.revision, found->commit);
    const std::string path = cache_.pointer(found->commit, name);
    if (!exists(path)) add_to_cache(*found, name);
    return path;
  }

  /// All names of its files, and their commit.
  std::vector<std::string> names(std::string& commit) {
    const std::string url = hf_endpoint() + "/api/" + repository_.type + "/" +
                            quoted(repository_.id, true) + "/revision/" +
                            quoted(repository_.revision, false);
    std::string text;
    const Response answer = retried([&] { return get_text({url, token_, {}, true}, text); });
    if (!answer.ok()) refuse("", answer);
    const auto json = nlohmann::json::parse(text, nullptr, false);
    const auto bad = [&] {
      throw FormatError(cat_str("[", url, "] expected a list of files, got something else"));
    };
    if (!json.is_object() || !json.contains("siblings") || !json["siblings"].is_array()) bad();
    commit = json.value("sha", "");
    if (!is_commit(commit)) bad();
    std::vector<std::string> names;
    for (const auto& sibling : json["siblings"]) {
      if (!sibling.is_object() || !sibling.contains("rfilename") ||
          !sibling["rfilename"].is_string())
        bad();
      names.push_back(sibling["rfilename"].get<std::string>());
    }
    cache_.remember(repository_.revision, commit);
    return names;
  }

  std::string not_here(const std::string& name, const std::string& why) const {
    return cat_str("[", text_, "] ", name.empty() ? "its files are" : name + " is", " not in ",
                   cache_.folder(), ", and ", why);
  }

 private:
  std::string url_of(const std::string& name) const {
    const std::string type = repository_.type == "models" ? "" : repository_.type + "/";
    return hf_endpoint() + "/" + type + quoted(repository_.id, true) + "/resolve/" +
           quoted(repository_.revision, false) + "/" + quoted(name, true);
  }

  /// The hub's answer for `url`, which it becomes where the hub keeps that under another name.
  Response head_on_hub(std::string& url) const {
    const std::string first = url;
    for (int hops = 0;; ++hops) {
      Response answer = head({url, token_, {}, false});
      if (answer.status < 300 || answer.status >= 400) return answer;
      // What leads away from the hub, leads to the bytes.
      const std::string to = absolute(url, answer.header("location"));
      if (!same_origin(to, first) || hops == 10) return answer;
      url = to;
    }
  }

  /// Nothing if the network does not answer as it should; throws what the hub refuses.
  std::optional<Metadata> ask(const std::string& name, Response& answer) {
    const std::string first = url_of(name);
    std::string url = first;
    const auto once = [&] { return head_on_hub(url = first); };
    // Whoever has it in the cache need not wait.
    answer = cache_.commit_of(repository_.revision) ? once() : retried(once);
    if (!answer.ok()) {
      if (answer.status == 404 || answer.status == 401 || answer.status == 403)
        refuse(name, answer);
      return std::nullopt;
    }
    Metadata m;
    m.commit = answer.header("x-repo-commit");
    HEARTH_CHECK_AS(NetworkError, is_commit(m.commit), "[", first,
                    "] is answered by something that is no hub (HF_ENDPOINT is ", hf_endpoint(),
                    ")");
    m.etag = answer.header("x-linked-etag");
    if (m.etag.empty()) m.etag = answer.header("etag");
    if (m.etag.starts_with("W/")) m.etag.erase(0, 2);
    std::erase(m.etag, '"');
    // It becomes the name of a file.
    HEARTH_CHECK_AS(
        NetworkError,
        !m.etag.empty() && m.etag.find_first_not_of("0123456789abcdefABCDEF-_") == m.etag.npos, "[",
        first, "] has no usable ETag");
    const std::string moved = answer.header("location");
    std::string size = answer.header("x-linked-size");
    if (size.empty() && moved.empty()) size = answer.header("content-length");
    if (!size.empty() && size.size() < 19 && size.find_first_not_of("0123456789") == size.npos)
      m.size = std::stoull(size);
    m.url = moved.empty() ? url : absolute(url, moved);
    return m;
  }

  static std::string absolute(const std::string& base, const std::string& to) {
    if (to.find("://") != to.npos || to.empty()) return to;
    const size_t host = base.find("://");
    return base.substr(0, base.find('/', host + 3)) + (to[0] == '/' ? "" : "/") + to;
  }

  /// What the cache has, when the hub cannot be asked.
  std::string from_cache(const std::string& name, const Response& answer) const {
    const std::string why = answer.error.empty()
                                ? cat_str(hf_endpoint(), " answers with status ", answer.status)
                                : answer.error;
    if (const auto commit = cache_.commit_of(repository_.revision)) {
      if (const std::string path = cache_.pointer(*commit, name); exists(path)) {
        Progress::print(cat_str("[", text_, "] ", why, "; taking ", name, " from the cache"));
        return path;
      }
    }
    throw LocalEntryNotFoundError(not_here(name, why + ". Check the network and try again"));
  }

  [[noreturn]] void refuse(const std::string& name, const Response& answer) const {
    const std::string code = answer.header("x-error-code"),
                      page = hf_endpoint() + "/" + repository_.id;
    if (code == "RevisionNotFound")
      throw RevisionNotFoundError(cat_str("[", text_, "] has no revision ", repository_.revision,
                                          "; its branches and tags are listed at ", page));
    if (code == "EntryNotFound") {
      if (const std::string commit = answer.header("x-repo-commit"); is_commit(commit))
        cache_.remember_missing(commit, name);
      throw EntryNotFoundError(
          cat_str("[", text_, "] has no file ", name, "; its files are listed at ", page));
    }
    const std::string token_hint =
        token_.empty()
            ? "; log in and set HF_TOKEN to a token of " + hf_endpoint() + "/settings/tokens"
            : "; the token that was sent (HF_TOKEN) may not read it";
    if (code == "GatedRepo")
      throw GatedRepoError(cat_str("[", text_, "] is gated: ask for access at ", page, token_hint));
    if (code == "RepoNotFound" || answer.status == 401)
      throw RepositoryNotFoundError(
          cat_str("[", text_, "] does not exist or is private", token_hint));
    if (answer.status == 403)
      throw NetworkError(cat_str("[", text_, "] may not be read (status 403)", token_hint));
    throw NetworkError(cat_str("[", text_, "] ",
                               answer.error.empty()
                                   ? cat_str("the hub answers with status ", answer.status)
                                   : answer.error));
  }

  void add_to_cache(const Metadata& m, const std::string& name) {
    make_folder(cache_.folder() + "/blobs");
    const Lock lock(cache_.lock(m.etag));
    const std::string blob = cache_.blob(m.etag);
    if (!exists(blob)) download_blob(m, name, blob);
    cache_.link(m.commit, name, m.etag);
  }

  void download_blob(const Metadata& m, const std::string& name, const std::string& blob) {
    PartFile part(blob + ".incomplete");
    if (m.size && part.size() > *m.size) part.clear();
    Progress progress(ProgressOptions(name).unit("B").total(
        m.size ? std::optional<int64_t>(static_cast<int64_t>(*m.size)) : std::nullopt));
    const Request request{m.url, same_origin(m.url, hf_endpoint()) ? token_ : "", {}, true};
    const auto failure = fetch(request, {m.size, checksum_of(m.etag)}, part, progress);
    if (!failure) return part.become(blob);
    const std::string what =
        cat_str("[", text_, "] ", name, " could not be downloaded: ", failure->text);
    if (failure->wrong_content) throw FormatError(what + ". Try again later");
    throw NetworkError(what + ". What has arrived is kept; try again");
  }

  /// The ETag of a large file is its SHA-256, that of a small one what git calls it.
  static Checksum checksum_of(const std::string& etag) {
    if (etag.size() == 64) return {Hash::Sha256, etag};
    if (etag.size() == 40) return {Hash::GitBlob, etag};
    return {};
  }

  Repository repository_;
  std::string text_;
  HfCache cache_;
  std::string token_;
  bool offline_;
};

bool fits_any(const std::string& name, const std::vector<std::string>& patterns) {
  for (const std::string& p : patterns)
    if (::fnmatch(p.c_str(), name.c_str(), 0) == 0) return true;
  return patterns.empty();
}

}  // namespace

std::string file(const std::string& repository, const std::string& name,
                 const HubOptions& options) {
  return Client(repository, options).file(name);
}

std::optional<std::string> try_file(const std::string& repository, const std::string& name,
                                    const HubOptions& options) {
  Client client(repository, options);
  if (const auto commit = client.cache().commit_of(client.repository().revision);
      commit && (client.offline() || is_commit(client.repository().revision)) &&
      client.cache().is_known_missing(*commit, name))
    return std::nullopt;
  try {
    return client.file(name);
  } catch (const EntryNotFoundError&) {
    return std::nullopt;
  }
}

std::string snapshot(const std::string& repository, const std::vector<std::string>& allow_patterns,
                     const HubOptions& options) {
  Client client(repository, options);
  if (client.offline()) {
    const auto commit = client.cache().commit_of(client.repository().revision);
    const std::string folder = commit ? client.cache().pointer(*commit, "") : "";
    if (!commit || !exists(folder))
      throw LocalEntryNotFoundError(client.not_here("", "the network may not be asked"));
    return folder.substr(0, folder.size() - 1);
  }
  std::string commit;
  const std::vector<std::string> names = client.names(commit);
  // All of one commit, whatever happens to the branch meanwhile.
  const std::string at_commit = repository.substr(0, repository.find('@')) + "@" + commit;
  Client of_commit(at_commit, options);
  for (const std::string& name : names)
    if (fits_any(name, allow_patterns)) of_commit.file(name);
  const std::string folder = client.cache().pointer(commit, "");
  make_folder(folder);
  return folder.substr(0, folder.size() - 1);
}

}  // namespace hearth::hub
