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

namespace {

/// The path of a file that is in `folder` or may be downloaded there. One that somebody put there
/// must be what is expected.
std::string fetched(const char* name, const hub::RemoteFile& file, const std::string& folder,
                    const std::string& wanted, bool download) {
  const std::string path = folder + "/" + file.name;
  std::error_code error;
  if (!fs::exists(path, error)) {
    HEARTH_CHECK_AS(FileError, download, "[", name, "] there is no ", wanted,
                    "; construct with download = true, or put it there");
    return hub::download(file, folder);
  }
  HEARTH_CHECK_AS(
      FormatError,
      file.checksum.empty() || file.checksum.fits(hub::hash_of_file(path, file.checksum.hash)), "[",
      path, "] is not the file of ", name, ": its ", file.checksum.name(),
      " is another; remove it, and download it again");
  return path;
}

}  // namespace

std::string find(const Archive& archive, const std::string& root, bool download) {
  const std::string base = root_of(root, archive.name);
  const fs::path folder = fs::path(base) / archive.folder;
  std::error_code error;
  if (fs::is_directory(folder, error)) return folder.string();
  const std::string path =
      fetched(archive.name, archive.file, base, "folder " + folder.string(), download);
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

std::string find_file(const char* name, const hub::RemoteFile& file, const std::string& folder,
                      const std::string& root, bool download) {
  const std::string place = (fs::path(root_of(root, name)) / folder).string();
  const std::string path = place + "/" + file.name;
  std::error_code error;
  return fs::exists(path, error) ? path : fetched(name, file, place, "file " + path, download);
}

std::string find_member(const Archive& archive, const std::string& root, bool download) {
  const std::string base = root_of(root, archive.name);
  const fs::path path = fs::path(base) / archive.folder;
  std::error_code error;
  if (fs::exists(path, error)) return path.string();
  const std::string packed =
      fetched(archive.name, archive.file, base, "file " + path.string(), download);
  fs::create_directories(path.parent_path(), error);
  hub::extract_member(packed, archive.inside, path.string());
  return path.string();
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
