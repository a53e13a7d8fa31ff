// SPDX-License-Identifier: Apache-2.0
#include "http.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <memory>

#include "hearth/base/error.h"
#include "hearth/base/progress.h"

#ifdef HEARTH_WITH_CURL
#include <curl/curl.h>
#endif

namespace hearth::hub {

namespace {

double wait_factor = 1;
constexpr int kTries = 5;
constexpr double kLongestWait = 60;
constexpr size_t kLargestText = size_t{16} << 20;

}  // namespace

std::string Response::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

bool same_origin(const std::string& a, const std::string& b) {
  const auto origin = [](const std::string& url) {
    const size_t host = url.find("://");
    return host == url.npos ? url : url.substr(0, url.find_first_of("/?#", host + 3));
  };
  return origin(a) == origin(b);
}

std::optional<double> wait_before_try(int n, const Response& r) {
  const bool busy = r.status == 408 || r.status == 429 || r.status >= 500;
  if (n > kTries || !(r.broken_off || busy)) return std::nullopt;
  double wait = std::min(8.0, static_cast<double>(1 << (n - 2)));
  if (r.status == 429) {
    const std::string after = r.header("retry-after");
    if (!after.empty() && after.find_first_not_of("0123456789") == after.npos && after.size() < 6)
      wait = std::min(kLongestWait, std::stod(after) + 1);
  }
  return wait * wait_factor;
}

void set_wait_factor(double factor) { wait_factor = factor; }

#ifdef HEARTH_WITH_CURL

namespace {

struct Transfer {
  CURL* curl = nullptr;
  Response response;
  std::string* text = nullptr;
  PartFile* part = nullptr;
  Progress* progress = nullptr;
  uint64_t resumed = 0;
  int write_error = 0;
};

size_t on_header(char* data, size_t one, size_t n, void* context) {
  auto& t = *static_cast<Transfer*>(context);
  std::string line(data, one * n);
  if (line.starts_with("HTTP/")) {
    t.response.headers.clear();  // of an answer that pointed here
    return line.size();
  }
  const size_t colon = line.find(':');
  if (colon == line.npos) return line.size();
  std::string name = line.substr(0, colon);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const size_t first = line.find_first_not_of(" \t", colon + 1);
  const size_t last = line.find_last_not_of(" \t\r\n");
  t.response.headers[name] =
      first == line.npos || first > last ? "" : line.substr(first, last - first + 1);
  return line.size();
}

size_t on_bytes(char* data, size_t one, size_t n, void* context) {
  auto& t = *static_cast<Transfer*>(context);
  const size_t size = one * n;
  if (t.text) {
    if (t.text->size() + size > kLargestText) return 0;
    t.text->append(data, size);
    return size;
  }
  if (!t.part) return size;
  if (t.resumed > 0) {
    // A whole file in answer to a range: what is there is not what it begins with.
    long status = 0;
    curl_easy_getinfo(t.curl, CURLINFO_RESPONSE_CODE, &status);
    if (status == 200) {
      t.part->clear();
      t.resumed = 0;
    }
  }
  if (!t.part->append(data, size)) {
    t.write_error = errno;
    return 0;
  }
  t.progress->set(static_cast<int64_t>(t.part->size()));
  return size;
}

int on_progress(void* context, curl_off_t total, curl_off_t, curl_off_t, curl_off_t) {
  auto& t = *static_cast<Transfer*>(context);
  if (t.progress && total > 0)
    t.progress->total(static_cast<int64_t>(t.resumed) + static_cast<int64_t>(total));
  return 0;
}

bool is_broken_off(CURLcode code) {
  switch (code) {
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_OPERATION_TIMEDOUT:
      return true;
    default:
      return false;
  }
}

void perform(const Request& request, Transfer& t, bool body) {
  static const CURLcode initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::unique_ptr<CURL, void (*)(CURL*)> handle(
      initialized == CURLE_OK ? curl_easy_init() : nullptr, &curl_easy_cleanup);
  HEARTH_CHECK_AS(NetworkError, handle, "[hub] libcurl cannot be started");
  CURL* curl = t.curl = handle.get();
  char text[CURL_ERROR_SIZE] = "";
  curl_slist* list = nullptr;
  for (const std::string& h : request.headers) list = curl_slist_append(list, h.c_str());
  // Lengths of what is compressed on the way say nothing.
  list = curl_slist_append(list, "Accept-Encoding: identity");
  const std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers(list, &curl_slist_free_all);
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, text);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  if (!request.token.empty()) {
    // libcurl itself keeps it from other hosts that an answer points to.
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
    curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, request.token.c_str());
  }
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, request.follow ? 1L : 0L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 10L);
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 20L);
  // Slower than 1 kB/s for 30 s counts as broken off.
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1000L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 30L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "hearth");
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &on_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &t);
  if (!body) curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, t.part ? 1L : 0L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &on_bytes);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &t);
  if (t.part && t.resumed > 0) {
    // Not RESUME_FROM, with which libcurl fails where a server answers with the whole file.
    curl_easy_setopt(curl, CURLOPT_RANGE, (std::to_string(t.resumed) + "-").c_str());
  }
  if (t.progress) {
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &t);
  }
  const CURLcode code = curl_easy_perform(curl);
  Response& r = t.response;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &r.status);
  char* url = nullptr;
  curl_easy_getinfo(curl, CURLINFO_EFFECTIVE_URL, &url);
  r.url = url ? url : request.url;
  HEARTH_CHECK_AS(FileError, t.write_error == 0, "[", t.part ? t.part->path() : "",
                  "] cannot be written: ", std::strerror(t.write_error),
                  "; the download goes on from here once that is solved");
  if (code == CURLE_OK) return;
  r.error = *text ? text : curl_easy_strerror(code);
  r.broken_off = is_broken_off(code);
}

}  // namespace

Response head(const Request& request) {
  Transfer t;
  perform(request, t, false);
  return t.response;
}

Response get_text(const Request& request, std::string& text) {
  Transfer t;
  text.clear();
  t.text = &text;
  perform(request, t, true);
  return t.response;
}

Response get_into(const Request& request, PartFile& part, const std::string& validator,
                  Progress& progress) {
  Transfer t;
  t.part = &part;
  t.progress = &progress;
  t.resumed = part.size();
  Request asked = request;
  if (t.resumed > 0 && !validator.empty()) asked.headers.push_back("If-Range: " + validator);
  perform(asked, t, true);
  return t.response;
}

#else

namespace {

[[noreturn]] void no_network(const std::string& url) {
  throw NotImplementedError(cat_str("[", url,
                                    "] this build cannot download; install libcurl "
                                    "(Debian: libcurl4-openssl-dev) and build again"));
}

}  // namespace

Response head(const Request& request) { no_network(request.url); }
Response get_text(const Request& request, std::string&) { no_network(request.url); }
Response get_into(const Request& request, PartFile&, const std::string&, Progress&) {
  no_network(request.url);
}

#endif

}  // namespace hearth::hub
