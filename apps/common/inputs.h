// SPDX-License-Identifier: Apache-2.0
// Which files a command works on, and where their results go.
#pragma once

#include <functional>
#include <string>
#include <vector>

struct Input {
  /// "-" is stdin.
  std::string path;
  /// Below the folder that was given; the name alone for files given themselves.
  std::string relative;
};

/// Files named by themselves, by patterns (`*.png`, when no file has that very name), by folders
/// (all files below with one of the extensions, hidden ones left out, in the order of their names),
/// by lists (`@list.txt`, a name a line; `@-` reads it from stdin), and "-", stdin. Each file once,
/// where it is named first. Throws FileError for a pattern, folder or list that leads to nothing;
/// that a file named itself is missing, opening it will say. Extensions are written ".png" and mean
/// ".PNG" as well.
std::vector<Input> find_inputs(const std::vector<std::string>& arguments,
                               const std::vector<std::string>& extensions);

/// Where each input's result goes: below `folder` at its relative path, as `rename` gives it.
/// Throws ValueError when two results have one name or one would replace an input, and FileError
/// when one is there already, unless `overwrite`; nothing has been done then.
std::vector<std::string> plan_outputs(const std::vector<Input>& inputs, const std::string& folder,
                                      const std::function<std::string(const std::string&)>& rename,
                                      bool overwrite);

/// Makes the folder in which an output lies. Throws FileError.
void make_parent(const std::string& output);
