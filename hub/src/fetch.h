// SPDX-License-Identifier: Apache-2.0
// Asking and downloading with patience.
#pragma once

#include <functional>

#include "hearth/hub/checksum.h"

#include "http.h"

namespace hearth::hub {

/// What `ask` answers, asked again (after a wait) as long as that may help.
Response retried(const std::function<Response()>& ask);

/// What bytes that arrive must be; what is not known is not checked.
struct Expected {
  std::optional<uint64_t> size;
  Checksum checksum;
};

struct FetchFailure {
  std::string text;
  bool wrong_content = false;  ///< it came whole, and is something else
};

/// Goes on with what the part file has. Nothing when it is complete and right, else what went
/// wrong.
std::optional<FetchFailure> fetch(const Request& request, const Expected& expected, PartFile& part,
                                  Progress& progress);

}  // namespace hearth::hub
