// SPDX-License-Identifier: Apache-2.0
#include "archives.h"

#include <filesystem>

#include "hearth/base/error.h"
#include "hearth/datasets/cache.h"
#include "hearth/hub/archive.h"

namespace hearth::datasets {

namespace fs = std::filesystem;

std::string root_of(const std::string& root, const char* name) {
  return root.empty() ? cache_folder(name) : root;
}

std::string find(const Archive& archive, const std::string& root, bool download) {
  const std::string base = root_of(root, archive.name);
  const fs::path folder = fs::path(base) / archive.folder;
  std::error_code error;
  if (fs::is_directory(folder, error)) return folder.string();
  HEARTH_CHECK_AS(FileError, download, "[", archive.name, "] there is no folder ", folder.string(),
                  "; construct with download = true, or put it there");
  const std::string path = hub::download(archive.file, base);
  // Unpacked beside, so that the folder is there only when it is whole.
  const fs::path beside = fs::path(base) / (archive.file.name + ".unpacked");
  fs::remove_all(beside, error);
  hub::extract(path, beside.string());
  const fs::path inside = archive.inside.empty() ? beside : beside / archive.inside;
  HEARTH_CHECK_AS(FormatError, fs::is_directory(inside, error), "[", path, "] has no folder ",
                  archive.inside);
  fs::create_directories(folder.parent_path(), error);
  fs::rename(inside, folder, error);
  HEARTH_CHECK_AS(FileError, !error, "[", folder.string(), "] cannot be made: ", error.message());
  fs::remove_all(beside, error);
  return folder.string();
}

hub::RemoteFile remote(const std::string& url, const hub::Checksum& checksum) {
  hub::RemoteFile file;
  file.name = url.substr(url.rfind('/') + 1);
  file.urls = {url};
  file.checksum = checksum;
  return file;
}
hub::RemoteFile remote(const std::string& url, const std::string& sha256) {
  return remote(url, sha256.empty() ? hub::Checksum() : hub::Checksum(hub::Hash::Sha256, sha256));
}

}  // namespace hearth::datasets
