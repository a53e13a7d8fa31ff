// SPDX-License-Identifier: Apache-2.0
#include "hearth/hub/download.h"

#include <regex>

#include <sys/statvfs.h>

#include "hearth/base/error.h"
#include "hearth/base/progress.h"
#include "hearth/hub/environment.h"

#include "fetch.h"

namespace hearth::hub {

namespace {

void check_room(const PartFile& part, const RemoteFile& file) {
  struct statvfs disk {};
  if (!file.size || ::statvfs(part.path().c_str(), &disk) != 0) return;
  const uint64_t room = static_cast<uint64_t>(disk.f_bavail) * disk.f_frsize;
  const uint64_t more = *file.size > part.size() ? *file.size - part.size() : 0;
  HEARTH_CHECK_AS(FileError, more <= room, "[", part.path(), "] needs ", more,
                  " bytes more, and the disk has ", room,
                  " left; make room, or set HEARTH_HOME (or HF_HOME) to another disk");
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
    const std::optional<FetchFailure> failure =
        fetch({url, "", {}, true}, {file.size, file.checksum}, part, progress);
    if (!failure) {
      part.become(path);
      return path;
    }
    wrong = failure->wrong_content;
    failures += cat_str("\n  ", url, ": ", failure->text);
  }
  if (part.size() == 0) part.remove();
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
