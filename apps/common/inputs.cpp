// SPDX-License-Identifier: Apache-2.0
#include "common/inputs.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <unordered_set>
#include <utility>

#include <glob.h>

#include "hearth/base/byte_order_mark.h"
#include "hearth/base/error.h"

namespace fs = std::filesystem;

namespace {

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

class Finder {
 public:
  explicit Finder(const std::vector<std::string>& extensions) : extensions_(extensions) {}

  void add(const std::string& argument) {
    std::error_code error;
    if (argument == "-") {
      take(argument, argument, argument);
    } else if (fs::is_directory(argument, error)) {
      add_folder(argument);
    } else if (!fs::exists(argument, error) && argument.size() > 1 && argument[0] == '@') {
      add_list(argument.substr(1));
    } else if (!fs::exists(argument, error) && argument.find_first_of("*?[") != argument.npos) {
      add_pattern(argument);
    } else {
      add_file(argument, fs::path(argument).filename().string());
    }
  }

  std::vector<Input> found;

 private:
  void take(const std::string& key, const std::string& path, const std::string& relative) {
    if (seen_.insert(key).second) found.push_back({path, relative});
  }

  void add_file(const std::string& path, const std::string& relative) {
    std::error_code error;
    const fs::path whole = fs::weakly_canonical(path, error);
    take(error ? path : whole.string(), path, relative);
  }

  void add_folder(const std::string& folder) {
    std::vector<fs::path> files;
    std::error_code error, none;
    fs::path opened = folder;  // the last that was to be
    auto i = fs::recursive_directory_iterator(folder, error);
    for (const fs::recursive_directory_iterator end; !error && i != end; i.increment(error)) {
      if (i->is_directory(none)) opened = i->path();
      if (i->path().filename().string()[0] == '.') {
        if (i->is_directory(none)) i.disable_recursion_pending();
        continue;
      }
      const std::string extension = lower(i->path().extension().string());
      if (i->is_regular_file(none) &&
          std::find(extensions_.begin(), extensions_.end(), extension) != extensions_.end())
        files.push_back(i->path());
    }
    HEARTH_CHECK_AS(hearth::FileError, !error, "[", opened.string(),
                    "] cannot be read: ", error.message());
    std::string wanted;
    for (const std::string& e : extensions_) wanted += (wanted.empty() ? "*" : ", *") + e;
    HEARTH_CHECK_AS(hearth::FileError, !files.empty(), "[", folder, "] holds none of ", wanted);
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files)
      add_file(file.string(), file.lexically_relative(folder).string());
  }

  void add_pattern(const std::string& pattern) {
    glob_t matches{};
    const int code = ::glob(pattern.c_str(), 0, nullptr, &matches);
    std::vector<std::string> paths;
    for (size_t i = 0; code == 0 && i < matches.gl_pathc; ++i)
      paths.emplace_back(matches.gl_pathv[i]);
    ::globfree(&matches);
    HEARTH_CHECK_AS(hearth::FileError, !paths.empty(), "[", pattern, "] matches no file");
    for (const std::string& path : paths) add(path);
  }

  void add_list(const std::string& path) {
    HEARTH_CHECK_AS(hearth::ValueError, lists_.insert(path).second, "[@", path,
                    "] is named by a list twice");
    std::ifstream file;
    if (path != "-") {
      std::error_code error;
      HEARTH_CHECK_AS(hearth::FileError, !fs::is_directory(path, error), "[@", path,
                      "] is a folder, expected a list, a name a line");
      file.open(path);
      HEARTH_CHECK_AS(hearth::FileError, file.good(), "[@", path, "] cannot be opened");
    }
    std::istream& in = path == "-" ? std::cin : file;
    bool begins = true, empty = true;
    for (std::string line; std::getline(in, line);) {
      if (std::exchange(begins, false))
        line.erase(0, line.size() - hearth::without_byte_order_mark(line, path).size());
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (line.empty()) continue;
      empty = false;
      add(line);
    }
    HEARTH_CHECK_AS(hearth::FileError, !in.bad(), "[@", path, "] cannot be read");
    HEARTH_CHECK_AS(hearth::FileError, !empty, "[@", path, "] names no file");
  }

  const std::vector<std::string>& extensions_;
  std::unordered_set<std::string> seen_, lists_;
};

}  // namespace

std::vector<Input> find_inputs(const std::vector<std::string>& arguments,
                               const std::vector<std::string>& extensions) {
  Finder finder(extensions);
  for (const std::string& argument : arguments) finder.add(argument);
  return std::move(finder.found);
}

void make_parent(const std::string& output) {
  const std::string folder = fs::path(output).parent_path().string();
  std::error_code error;
  if (!folder.empty()) fs::create_directories(folder, error);
  HEARTH_CHECK_AS(hearth::FileError, !error, "[", folder, "] cannot be made: ", error.message());
}

std::vector<std::string> plan_outputs(const std::vector<Input>& inputs, const std::string& folder,
                                      const std::function<std::string(const std::string&)>& rename,
                                      bool overwrite) {
  std::error_code error;
  const auto whole = [&](const std::string& path) {
    return fs::weakly_canonical(path, error).string();
  };
  std::unordered_set<std::string> sources;
  for (const Input& input : inputs) sources.insert(whole(input.path));
  std::map<std::string, const Input*> owner;
  std::vector<std::string> outputs;
  size_t there = 0;
  std::string first;
  for (const Input& input : inputs) {
    const std::string output = (fs::path(folder) / rename(input.relative)).string();
    const auto [other, fresh] = owner.try_emplace(output, &input);
    HEARTH_CHECK_AS(hearth::ValueError, fresh, "[", output, "] would be the result of both ",
                    other->second->path, " and ", input.path, "; give one folder that holds both");
    HEARTH_CHECK_AS(hearth::ValueError, !sources.count(whole(output)), "[", output,
                    "] is an input; choose another folder for results");
    if (!overwrite && fs::exists(output, error) && there++ == 0) first = output;
    outputs.push_back(output);
  }
  HEARTH_CHECK_AS(hearth::FileError, there == 0, "[", first, "] exists",
                  there > 1 ? hearth::cat_str(", and ", there - 1, " more") : std::string(),
                  "; replace with --overwrite");
  return outputs;
}
