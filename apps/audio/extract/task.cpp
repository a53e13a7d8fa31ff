// SPDX-License-Identifier: Apache-2.0
#include "audio/extract/task.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <mutex>
#include <unordered_map>

#include "hearth/audio/io/load.h"
#include "hearth/audio/manifests/utterance.h"
#include "hearth/base/error.h"
#include "hearth/data/readers/tar.h"

#include "common/inputs.h"

namespace fs = std::filesystem;

using hearth::cat_str;
using hearth::FileError;
using hearth::audio::Source;

/// A tar archive that several threads read from; members mostly come in order.
struct TarArchive {
  explicit TarArchive(const std::string& path) : reader(path) {}
  std::mutex mutex;
  hearth::data::readers::TarReader reader;

  std::string read(uint64_t member) {
    const std::lock_guard lock(mutex);
    reader.seek(member);
    HEARTH_CHECK_AS(FileError, reader.next(), "[", reader.path(), "] ends before a member");
    return reader.read();
  }
};

namespace {

/// The output of a command that a list of recordings names.
std::string output_of(std::string command) {
  command.pop_back();
  FILE* pipe = ::popen(command.c_str(), "re");
  HEARTH_CHECK_AS(FileError, pipe, "[", command, "|] cannot be run");
  std::string bytes;
  char part[65536];
  while (const size_t n = std::fread(part, 1, sizeof part, pipe)) bytes.append(part, n);
  const int status = ::pclose(pipe);
  HEARTH_CHECK_AS(FileError, status == 0, "[", command, "|] failed with status ", status);
  return bytes;
}

Source source_of(const Task& task, std::string& bytes) {
  if (task.archive) {
    bytes = task.archive->read(task.member);
    return Source::memory(bytes, task.path);
  }
  if (task.command) {
    bytes = output_of(task.path);
    return Source::memory(bytes, task.path);
  }
  return Source(task.path);
}

bool ends_with_any(const std::string& path, std::initializer_list<const char*> endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [&](const char* ending) { return path.ends_with(ending); });
}

bool is_list(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return fs::exists(path + "/wav.scp", error);
  return fs::is_regular_file(path, error) &&
         ends_with_any(path, {".scp", ".jsonl", ".jsonl.gz", ".csv", ".tsv"});
}

bool is_tar(const std::string& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && ends_with_any(path, {".tar", ".tar.gz", ".tgz"});
}

std::string without_ending(const std::string& path) {
  return fs::path(path).replace_extension().string();
}

void add_list(const std::string& path, bool allow_pipes, std::vector<Task>& tasks) {
  const auto utterances = hearth::audio::read_manifest(
      path, hearth::audio::ManifestOptions().allow_commands(allow_pipes));
  for (const auto& u : utterances) {
    Task task{u.id, u.path, u.start, u.end, u.channel, nullptr, 0, u.is_command()};
    tasks.push_back(std::move(task));
  }
}

void add_tar(const std::string& path, std::vector<Task>& tasks) {
  const auto archive = std::make_shared<TarArchive>(path);
  const size_t before = tasks.size();
  while (const auto member = archive->reader.next()) {
    std::string ending = fs::path(member->name).extension().string();
    std::transform(ending.begin(), ending.end(), ending.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto& known = hearth::audio::sound_extensions();
    if (std::find(known.begin(), known.end(), ending) == known.end()) continue;
    Task task;
    task.id = without_ending(fs::path(member->name).lexically_normal().string());
    task.path = path + ":" + member->name;
    task.archive = archive;
    task.member = member->header;
    tasks.push_back(std::move(task));
  }
  HEARTH_CHECK_AS(FileError, tasks.size() > before, "[", path, "] holds no sound files");
}

}  // namespace

TaskSource::TaskSource(const Task& task)
    : again_(task.path != "-"), source_(source_of(task, bytes_)) {}

Option TaskInputs::declare(OptionList& options) {
  return options
      .add("in", inputs_,
           "Sound files, folders, patterns, @lists, Kaldi data directories, wav.scp, tables, JSON "
           "lines, tars, or - for stdin")
      .value("IN");
}

void TaskInputs::declare_reading(OptionList& options) {
  options.flag("--allow-pipes", allow_pipes_,
               "Run commands that lists name (\"sox x.wav -t wav - |\"); only for lists that you "
               "trust");
  reading_.declare(options);
}

std::vector<Task> TaskInputs::find() const {
  const bool raw = !reading_.raw.empty();
  std::vector<Task> tasks;
  for (const std::string& input : inputs_) {
    if (!raw && is_list(input)) {
      add_list(input, allow_pipes_, tasks);
    } else if (!raw && is_tar(input)) {
      add_tar(input, tasks);
    } else {
      const auto endings = raw ? std::vector<std::string>{".raw", ".pcm", ".sph"}
                               : hearth::audio::sound_extensions();
      for (const Input& file : find_inputs({input}, endings)) {
        Task task;
        task.id = file.path == "-" ? "stdin" : without_ending(file.relative);
        task.path = file.path;
        tasks.push_back(std::move(task));
      }
    }
  }
  // The same file twice is one task; two of one name are a mistake.
  std::unordered_map<std::string, size_t> owner;
  std::vector<Task> unique;
  for (Task& task : tasks) {
    const auto [at, fresh] = owner.try_emplace(task.id, unique.size());
    if (fresh) {
      unique.push_back(std::move(task));
      continue;
    }
    const Task& other = unique[at->second];
    const bool same = other.path == task.path && other.start == task.start &&
                      other.end == task.end && other.channel == task.channel;
    HEARTH_CHECK_AS(hearth::ValueError, same, "the result ", task.id, " would be that of both ",
                    other.path, " and ", task.path, "; give one folder that holds both");
  }
  return unique;
}
