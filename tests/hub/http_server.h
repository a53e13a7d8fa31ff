// SPDX-License-Identifier: Apache-2.0
// A small HTTP server on the loopback interface, which answers, and fails, as a test wants. While
// it lives, whoever asks it does so in a neutral environment.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "neutral_environment.h"

struct HttpRequest {
  std::string method, path, text;  ///< `text`: with all headers
  /// A header's value; empty if it is not there.
  std::string header(const std::string& name) const {
    const size_t at = text.find("\r\n" + name + ": ");
    if (at == text.npos) return "";
    const size_t from = at + name.size() + 4;
    return text.substr(from, text.find('\r', from) - from);
  }
};

struct HttpReply {
  int status = 200;
  std::string body;
  std::vector<std::string> headers;
  size_t cut_after = std::string::npos;  ///< bytes of the body, after which the connection ends
};

class HttpServer {
 public:
  using Answer = std::function<HttpReply(const HttpRequest&)>;

  explicit HttpServer(Answer answer) : answer_(std::move(answer)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener_, 8) != 0)
      throw std::runtime_error("cannot listen on the loopback interface");
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~HttpServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// All requests so far.
  std::vector<HttpRequest> requests() {
    std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve() {
    while (true) {
      const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) return;
      serve(client);
      ::close(client);
    }
  }

  void serve(int client) {
    HttpRequest request;
    char buffer[4096];
    while (request.text.find("\r\n\r\n") == std::string::npos) {
      const ssize_t n = ::recv(client, buffer, sizeof buffer, 0);
      if (n <= 0) return;
      request.text.append(buffer, static_cast<size_t>(n));
    }
    const size_t blank = request.text.find(' ');
    request.method = request.text.substr(0, blank);
    request.path = request.text.substr(blank + 1, request.text.find(' ', blank + 1) - blank - 1);
    HttpReply reply;
    {
      std::lock_guard lock(mutex_);
      requests_.push_back(request);
      reply = answer_(request);
    }
    std::string text = "HTTP/1.1 " + std::to_string(reply.status) + " Reply\r\n";
    for (const std::string& h : reply.headers) text += h + "\r\n";
    text +=
        "Content-Length: " + std::to_string(reply.body.size()) + "\r\nConnection: close\r\n\r\n";
    if (request.method != "HEAD") text += reply.body.substr(0, reply.cut_after);
    for (size_t done = 0; done < text.size();) {
      const ssize_t n = ::send(client, text.data() + done, text.size() - done, MSG_NOSIGNAL);
      if (n <= 0) return;
      done += static_cast<size_t>(n);
    }
    ::shutdown(client, SHUT_WR);
    // Reads what the client still sends, so that closing does not reset the connection.
    while (::recv(client, buffer, sizeof buffer, 0) > 0) {
    }
  }

  NeutralEnvironment environment_;
  Answer answer_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::mutex mutex_;
  std::vector<HttpRequest> requests_;
  std::thread thread_;
};

/// A body, or what is left of it from where a request's Range begins.
inline HttpReply part_of(const std::string& body, const HttpRequest& request) {
  const std::string range = request.header("Range");
  const size_t from = range.empty() ? 0 : std::stoul(range.substr(std::strlen("bytes=")));
  if (from == 0) return {200, body, {}};
  if (from >= body.size()) return {416, "", {}};
  return {206,
          body.substr(from),
          {"Content-Range: bytes " + std::to_string(from) + "-" + std::to_string(body.size() - 1) +
           "/" + std::to_string(body.size())}};
}
