// SPDX-License-Identifier: Apache-2.0
// Files from the network, checked and kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hearth/hub/checksum.h"

namespace hearth::hub {

/// A file on the network.
struct RemoteFile {
  /// What it is called here; no slashes.
  std::string name;
  /// Where it may be fetched from, tried in this order.
  std::vector<std::string> urls;
  /// What it must be; without one, only that it came whole is checked.
  Checksum checksum;
  std::optional<uint64_t> size;
};

/// The path of the file in `folder`, downloaded unless it is there. The bytes arrive in
/// "<name>.part", so that a download that was cut or killed goes on where it stopped; once the
/// checksum fits, the file takes its name. Several processes may ask for the same file: one
/// downloads, the others wait. Shows progress. Throws NetworkError when no address gave the file,
/// FormatError when what came is something else, and FileError when it cannot be written.
HEARTH_API std::string download(const RemoteFile& file, const std::string& folder);

/// Weights by their address, as torch.hub keeps them: found in torch.hub's cache, or downloaded
/// into $HEARTH_HOME/checkpoints. A name like resnet18-f37072fd.pth says how its SHA-256 begins,
/// and is checked, also for a file that is there.
HEARTH_API std::string torch_weights(const std::string& url);

}  // namespace hearth::hub
