// SPDX-License-Identifier: Apache-2.0
// HTTP, by libcurl.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "part_file.h"

namespace hearth {
class Progress;
}

namespace hearth::hub {

struct Response {
  long status = 0;                             ///< 0: no answer
  std::map<std::string, std::string> headers;  ///< of the last answer, names in lower case
  std::string url;                             ///< where that came from
  std::string error;                           ///< a sentence, where there is one
  bool broken_off = false;                     ///< worth another try

  bool ok() const { return error.empty() && status >= 200 && status < 400; }
  /// A header; empty if there is none.
  std::string header(const std::string& name) const;
};

struct Request {
  std::string url;
  /// Sent to this host alone.
  std::string token;
  std::vector<std::string> headers;
  /// Else an answer that points elsewhere is the answer.
  bool follow = true;
};

/// Headers only.
Response head(const Request& request);
/// A text of at most 16 MB.
Response get_text(const Request& request, std::string& text);
/// Appends what the address has beyond what is there. A part that `validator` (an ETag) no longer
/// fits, or that the server cannot go on with, begins anew. Throws FileError if the disk is full.
Response get_into(const Request& request, PartFile& part, const std::string& validator,
                  Progress& progress);

/// The same address: scheme, host and port.
bool same_origin(const std::string& a, const std::string& b);
/// Seconds to wait before a failed request is made for the n-th time; an answer of 429 may ask for
/// more, up to a minute. None: it is not worth another try.
std::optional<double> wait_before_try(int n, const Response& response);
/// For tests: all waits are shorter by this factor.
void set_wait_factor(double factor);

}  // namespace hearth::hub
