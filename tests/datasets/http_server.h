// SPDX-License-Identifier: Apache-2.0
// A small HTTP server on the loopback interface, for downloads that fail in chosen ways.
#pragma once

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

class HttpServer {
 public:
  explicit HttpServer(std::string body) : body_(std::move(body)) {
    ::setenv("no_proxy", "127.0.0.1", 1);
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

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/file"; }
  std::vector<std::string> ranges() {
    std::lock_guard lock(mutex_);
    return ranges_;
  }

  /// The connection ends after so many bytes of the body, this many times.
  std::atomic<size_t> cut_after{0};
  std::atomic<int> cuts{0};
  std::atomic<bool> ignore_range{false};
  std::atomic<int> status{200};

 private:
  void serve() {
    while (true) {
      const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) return;
      answer(client);
      ::close(client);
    }
  }

  void answer(int client) {
    std::string request;
    char buffer[4096];
    while (request.find("\r\n\r\n") == std::string::npos) {
      const ssize_t n = ::recv(client, buffer, sizeof buffer, 0);
      if (n <= 0) return;
      request.append(buffer, static_cast<size_t>(n));
    }
    size_t from = 0;
    const size_t at = request.find("Range: bytes=");
    {
      std::lock_guard lock(mutex_);
      ranges_.push_back(
          at == std::string::npos ? "" : request.substr(at + 13, request.find('\r', at) - at - 13));
      if (at != std::string::npos && !ignore_range) from = std::stoul(ranges_.back());
    }
    std::string head, body;
    if (status != 200) {
      head = "HTTP/1.1 " + std::to_string(status) + " Refused\r\n";
    } else if (from >= body_.size() && from > 0) {
      head = "HTTP/1.1 416 Range Not Satisfiable\r\n";
    } else {
      body = body_.substr(from);
      head = from > 0 ? "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " +
                            std::to_string(from) + "-" + std::to_string(body_.size() - 1) + "/" +
                            std::to_string(body_.size()) + "\r\n"
                      : "HTTP/1.1 200 OK\r\n";
    }
    head += "Content-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n";
    if (cuts > 0 && body.size() > cut_after) {
      --cuts;
      body.resize(cut_after);
    }
    head += body;
    for (size_t done = 0; done < head.size();) {
      const ssize_t n = ::send(client, head.data() + done, head.size() - done, MSG_NOSIGNAL);
      if (n <= 0) return;
      done += static_cast<size_t>(n);
    }
    ::shutdown(client, SHUT_WR);
    // Reads what the client still sends, so that closing does not reset the connection.
    while (::recv(client, buffer, sizeof buffer, 0) > 0) {
    }
  }

  std::string body_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::mutex mutex_;
  std::vector<std::string> ranges_;
  std::thread thread_;
};
