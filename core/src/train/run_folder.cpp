// SPDX-License-Identifier: Apache-2.0
#include "hearth/train/run_folder.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "hearth/base/error.h"

namespace hearth::train {

namespace fs = std::filesystem;

namespace {

/// What a training leaves; everything else in the folder is somebody else's.
constexpr const char* kOfTrainings[] = {"checkpoints", "metrics.jsonl", "metrics.csv",
                                        "config.json", "model.safetensors"};

/// The process that holds the lock, as it wrote it: " (process 123)".
std::string holder(int lock) {
  char text[32] = "";
  const ssize_t n = ::pread(lock, text, sizeof text - 1, 0);
  return n > 0 ? cat_str(" (process ", std::string(text, static_cast<size_t>(n)), ")") : "";
}

}  // namespace

RunFolder::RunFolder(std::string path, Open open) : path_(std::move(path)) {
  std::error_code error;
  HEARTH_CHECK_AS(FileError, open != Open::Resume || fs::exists(checkpoint(), error), "[", path_,
                  "] holds no checkpoint to go on from; start without --resume, or name the folder "
                  "of the training");
  fs::create_directories(path_, error);
  HEARTH_CHECK_AS(FileError, !error, "[", path_, "] cannot be made: ", error.message(),
                  "; choose another --output");
  lock_ = ::open(file(".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  HEARTH_CHECK_AS(FileError, lock_ >= 0, "[", path_,
                  "] cannot be written into: ", std::strerror(errno), "; choose another --output");
  const auto refuse = [this](const std::string& why) {
    ::close(lock_);
    throw FileError(cat_str("[", path_, "] ", why));
  };
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0)
    refuse("is in use by another training" + holder(lock_) +
           "; wait for it, or choose another --output");
  const std::string process = std::to_string(::getpid());
  if (::ftruncate(lock_, 0) != 0 ||
      ::pwrite(lock_, process.data(), process.size(), 0) != static_cast<ssize_t>(process.size()))
    refuse(cat_str("cannot be written into: ", std::strerror(errno)));
  for (const char* name : kOfTrainings) {
    if (open == Open::New && fs::exists(file(name), error))
      refuse(
          "holds an earlier training: go on with --resume, replace it with --overwrite, or choose "
          "another --output");
    if (open != Open::Overwrite) continue;
    fs::remove_all(file(name), error);
    if (error) refuse(cat_str("holds ", name, ", which cannot be removed: ", error.message()));
  }
}

RunFolder::~RunFolder() {
  ::unlink(file(".lock").c_str());
  ::close(lock_);
}

}  // namespace hearth::train
