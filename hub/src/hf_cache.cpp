// SPDX-License-Identifier: Apache-2.0
#include "hf_cache.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "hearth/base/atomic_file.h"

#include "part_file.h"

namespace hearth::hub {

namespace fs = std::filesystem;

namespace {

bool is_hex(const std::string& text) {
  return text.find_first_not_of("0123456789abcdef") == text.npos;
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '-';
}

/// As the hub allows: letters, digits, "_.-", not at the ends, no "--" nor "..".
bool is_part(const std::string& text) {
  const auto edge = [](char c) { return c == '.' || c == '-'; };
  return !text.empty() && text.size() <= 96 && std::all_of(text.begin(), text.end(), is_word) &&
         !edge(text.front()) && !edge(text.back()) && text.find("--") == text.npos &&
         text.find("..") == text.npos && !text.ends_with(".git");
}

bool is_id(const std::string& id) {
  const size_t slash = id.find('/');
  if (slash == id.npos) return is_part(id);
  return id.size() <= 96 && is_part(id.substr(0, slash)) && is_part(id.substr(slash + 1));
}

void make_parent(const std::string& path) { make_folder(fs::path(path).parent_path().string()); }

}  // namespace

bool is_commit(const std::string& text) { return text.size() == 40 && is_hex(text); }

void check_name(const std::string& name) {
  std::string path = name;
  std::replace(path.begin(), path.end(), '\\', '/');
  bool good = !path.empty() && path.front() != '/' && path.find('\0') == path.npos &&
              !(path.size() > 1 && path[1] == ':');
  for (const fs::path& part : fs::path(path)) good = good && part != ".." && part != ".";
  HEARTH_CHECK_AS(ValueError, good, "[hub] '", name,
                  "' is no name of a file in a repository; it must lead nowhere else");
}

Repository::Repository(const std::string& text) {
  const size_t at = text.find('@');
  id = text.substr(0, at);
  if (at != text.npos) revision = text.substr(at + 1);
  for (const char* other : {"datasets", "spaces", "models"})
    if (id.starts_with(std::string(other) + "/") && std::count(id.begin(), id.end(), '/') == 2) {
      type = other;
      id.erase(0, type.size() + 1);
    }
  HEARTH_CHECK_AS(ValueError, is_id(id), "[hub] expected a repository as ORG/NAME or NAME, got '",
                  text, "'");
  check_name(revision);
}

bool Repository::is_name(const std::string& text) {
  try {
    Repository{text};
    return true;
  } catch (const ValueError&) {
    return false;
  }
}

HfCache::HfCache(const std::string& root, const Repository& repository) : root_(root) {
  name_ = repository.type + "--" + repository.id;
  if (const size_t slash = name_.find('/'); slash != name_.npos) name_.replace(slash, 1, "--");
  folder_ = root_ + "/" + name_;
}

std::optional<std::string> HfCache::commit_of(const std::string& revision) const {
  if (is_commit(revision)) return revision;
  std::ifstream in(folder_ + "/refs/" + revision);
  std::string commit;
  in >> commit;
  return is_commit(commit) ? std::optional(commit) : std::nullopt;
}

void HfCache::remember(const std::string& revision, const std::string& commit) const {
  if (is_commit(revision) || commit_of(revision) == commit) return;
  const std::string path = folder_ + "/refs/" + revision;
  make_parent(path);
  write_file_atomically(path, commit);
}

std::string HfCache::pointer(const std::string& commit, const std::string& name) const {
  return folder_ + "/snapshots/" + commit + "/" + name;
}

bool HfCache::is_known_missing(const std::string& commit, const std::string& name) const {
  return exists(folder_ + "/.no_exist/" + commit + "/" + name);
}

void HfCache::remember_missing(const std::string& commit, const std::string& name) const {
  const std::string path = folder_ + "/.no_exist/" + commit + "/" + name;
  make_parent(path);
  std::ofstream touch(path);
}

void HfCache::link(const std::string& commit, const std::string& name,
                   const std::string& etag) const {
  const std::string path = pointer(commit, name);
  make_parent(path);
  std::string up = "../../";
  for (const char c : name)
    if (c == '/') up += "../";
  // Made beside it and renamed, so that nobody sees it half made.
  const std::string beside = path + ".link-" + std::to_string(::getpid());
  std::error_code error;
  fs::create_symlink(up + "blobs/" + etag, beside, error);
  if (error) {
    error.clear();
    fs::copy_file(blob(etag), beside, fs::copy_options::overwrite_existing, error);
  }
  if (!error) fs::rename(beside, path, error);
  HEARTH_CHECK_AS(FileError, !error, "[", path, "] cannot be made: ", error.message());
}

std::string HfCache::lock(const std::string& etag) const {
  const std::string path = root_ + "/.locks/" + name_ + "/" + etag + ".lock";
  make_parent(path);
  return path;
}

}  // namespace hearth::hub
