// SPDX-License-Identifier: Apache-2.0
#include "fetch.h"

#include <chrono>
#include <thread>

#include "hearth/base/error.h"

namespace hearth::hub {

namespace {

/// Whether another try is worth while, after the wait that it needs.
bool wait_for_try(int n, const Response& response) {
  const std::optional<double> wait = wait_before_try(n, response);
  if (wait) std::this_thread::sleep_for(std::chrono::duration<double>(*wait));
  return wait.has_value();
}

/// What is wrong with a part that came whole; empty if nothing.
std::string wrong_with(const PartFile& part, const Expected& expected) {
  if (expected.size && part.size() != *expected.size)
    return cat_str("what came has ", part.size(), " bytes, expected ", *expected.size);
  const Checksum& checksum = expected.checksum;
  if (checksum.empty()) return "";
  const std::string got = hash_of_file(part.path(), checksum.hash);
  if (checksum.fits(got)) return "";
  return cat_str("what came has ", checksum.name(), " ", got, ", expected ", checksum.hex,
                 "; the file there has changed or was tampered with");
}

}  // namespace

Response retried(const std::function<Response()>& ask) {
  for (int attempt = 1;; ++attempt) {
    Response response = ask();
    if (response.ok() || !wait_for_try(attempt + 1, response)) return response;
  }
}

std::optional<FetchFailure> fetch(const Request& request, const Expected& expected, PartFile& part,
                                  Progress& progress) {
  // Without a checksum only the server can tell whether what is there is of the same file.
  const bool ask_server = expected.checksum.empty();
  bool from_scratch = part.size() == 0;
  for (int attempt = 1;; ++attempt) {
    const bool whole = !ask_server && expected.size && part.size() == *expected.size;
    Response response;
    if (!whole) {
      const std::string validator = ask_server ? part.validator() : "";
      if (ask_server && validator.empty() && part.size() > 0) part.clear();
      response = get_into(request, part, validator, progress);
      part.set_validator(response.header("etag"));
    }
    // Nothing left to send (416): all bytes, or more than all, are there.
    if (whole || response.ok() || response.status == 416) {
      const std::string wrong = wrong_with(part, expected);
      if (wrong.empty()) return std::nullopt;
      part.clear();
      if (from_scratch) return FetchFailure{wrong, true};
      // What had been there before may have been something else.
      from_scratch = true;
      continue;
    }
    if (!wait_for_try(attempt + 1, response)) return FetchFailure{response.error};
  }
}

}  // namespace hearth::hub
