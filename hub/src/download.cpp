// SPDX-License-Identifier: Apache-2.0
#include "hearth/hub/download.h"

#include <chrono>
#include <fstream>
#include <regex>
#include <thread>

#include <sys/statvfs.h>

#include "hearth/base/error.h"
#include "hearth/base/progress.h"
#include "hearth/hub/environment.h"

#include "http.h"
#include "part_file.h"

namespace hearth::hub {

namespace {

struct Failure {
  std::string text;
  bool wrong_content = false;
};

/// What is wrong with a part that came whole; empty if nothing.
std::string wrong_with(const RemoteFile& file, const PartFile& part) {
  if (file.size && part.size() != *file.size)
    return cat_str("what came has ", part.size(), " bytes, expected ", *file.size);
  if (file.checksum.empty()) return "";
  const std::string got = hash_of_file(part.path(), file.checksum.hash);
  if (file.checksum.fits(got)) return "";
  return cat_str("what came has ", file.checksum.name(), " ", got, ", expected ", file.checksum.hex,
                 "; the file there has changed or was tampered with");
}

/// The ETag of what is in the part file, kept beside it.
std::string read_validator(const PartFile& part) {
  std::ifstream in(part.path() + ".etag");
  std::string etag;
  std::getline(in, etag);
  return etag;
}

void check_room(const PartFile& part, const RemoteFile& file) {
  struct statvfs disk {};
  if (!file.size || ::statvfs(part.path().c_str(), &disk) != 0) return;
  const uint64_t room = static_cast<uint64_t>(disk.f_bavail) * disk.f_frsize;
  const uint64_t more = *file.size > part.size() ? *file.size - part.size() : 0;
  HEARTH_CHECK_AS(FileError, more <= room, "[", part.path(), "] needs ", more,
                  " bytes more, and the disk has ", room,
                  " left; make room, or set HEARTH_HOME (or HF_HOME) to another disk");
}

/// Nothing when the part file is complete and right, else what went wrong.
std::optional<Failure> fetch(const std::string& url, const RemoteFile& file, PartFile& part,
                             Progress& progress) {
  bool from_scratch = part.size() == 0;
  for (int attempt = 1;; ++attempt) {
    // Without a checksum only the server can tell whether what is there is of the same file.
    const std::string validator = file.checksum.empty() ? read_validator(part) : "";
    if (file.checksum.empty() && validator.empty() && part.size() > 0) part.clear();
    const Response r = get_into({url, "", {}, true}, part, validator, progress);
    if (const std::string etag = r.header("etag"); !etag.empty() && !etag.starts_with("W/"))
      std::ofstream(part.path() + ".etag") << etag << "\n";
    // Nothing left to send (416): all bytes, or more than all, are there.
    if (r.ok() || r.status == 416) {
      const std::string wrong = wrong_with(file, part);
      if (wrong.empty()) return std::nullopt;
      part.clear();
      if (from_scratch) return Failure{url + ": " + wrong, true};
      // What had been there before may have been something else.
      from_scratch = true;
      continue;
    }
    const auto wait = wait_before_try(attempt + 1, r);
    if (!wait) return Failure{url + ": " + r.error};
    std::this_thread::sleep_for(std::chrono::duration<double>(*wait));
  }
}

}  // namespace

std::string download(const RemoteFile& file, const std::string& folder) {
  HEARTH_CHECK_AS(ValueError,
                  !file.name.empty() && file.name.find('/') == file.name.npos && file.name != "..",
                  "[download] the name of a file has no slash, got '", file.name, "'");
  const std::string path = folder + "/" + file.name;
  if (exists(path)) return path;
  HEARTH_CHECK_AS(NetworkError, !is_offline(), "[", file.name, "] is not in ", folder,
                  ", and HF_HUB_OFFLINE forbids to download it");
  make_folder(folder);
  PartFile part(path + ".part");
  if (exists(path)) {  // another process was quicker
    part.remove();
    return path;
  }
  check_room(part, file);
  Progress progress(
      ProgressOptions(file.name).unit("B").initial(static_cast<int64_t>(part.size())));
  std::string failures;
  bool wrong = false;
  for (const std::string& url : file.urls) {
    const std::optional<Failure> failure = fetch(url, file, part, progress);
    if (!failure) {
      std::remove((part.path() + ".etag").c_str());
      part.become(path);
      return path;
    }
    wrong = failure->wrong_content;
    failures += "\n  " + failure->text;
  }
  if (part.size() == 0) {
    std::remove((part.path() + ".etag").c_str());
    part.remove();
  }
  const std::string message = cat_str(
      "[", file.name, "] could not be downloaded:", failures,
      "\n  Check the network and try again (what has arrived is kept), or put the file into ",
      folder, " by hand");
  if (wrong) throw FormatError(message);
  throw NetworkError(message);
}

std::string torch_weights(const std::string& url) {
  const std::string path = url.substr(0, url.find_first_of("?#"));
  RemoteFile file{path.substr(path.rfind('/') + 1), {url}, {}, std::nullopt};
  static const std::regex hash("-([a-f0-9]{8,64})\\.");
  std::smatch found;
  if (std::regex_search(file.name, found, hash)) file.checksum = {Hash::Sha256, found[1]};
  const std::string there = torch_checkpoints() + "/" + file.name;
  if (exists(there)) {
    const std::string got = hash_of_file(there, Hash::Sha256);
    HEARTH_CHECK_AS(FormatError, file.checksum.empty() || file.checksum.fits(got), "[", there,
                    "] has SHA-256 ", got, ", which does not begin with ", file.checksum.hex,
                    " as its name says; remove it and try again");
    return there;
  }
  return download(file, home() + "/checkpoints");
}

}  // namespace hearth::hub
