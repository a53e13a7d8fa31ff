// SPDX-License-Identifier: Apache-2.0
#include "hearth/hub/checksum.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <vector>

#include "hearth/base/error.h"

#ifdef HEARTH_WITH_OPENSSL
#include <openssl/evp.h>
#endif

namespace hearth::hub {

namespace {

constexpr const char* kNames[] = {"md5", "sha1", "sha256", "git"};  // by Hash

constexpr size_t kLeastDigits = 8;

}  // namespace

Checksum::Checksum(const std::string& text) {
  const size_t colon = text.find(':');
  for (size_t i = 0; i < std::size(kNames); ++i)
    if (text.substr(0, colon) == kNames[i]) {
      hash = static_cast<Hash>(i);
      hex = text.substr(colon + 1);
    }
  HEARTH_CHECK_AS(ValueError,
                  colon != text.npos && hex.size() >= kLeastDigits &&
                      hex.find_first_not_of("0123456789abcdef") == hex.npos,
                  "[hub] expected a checksum such as sha256:0123456789abcdef..., got '", text, "'");
}

bool Checksum::fits(const std::string& digest) const {
  return hex.size() >= kLeastDigits && digest.starts_with(hex);
}

const char* Checksum::name() const { return kNames[static_cast<size_t>(hash)]; }

#ifdef HEARTH_WITH_OPENSSL

namespace {

const EVP_MD* digest_of(Hash hash) {
  switch (hash) {
    case Hash::Md5:
      return EVP_md5();
    case Hash::Sha256:
      return EVP_sha256();
    default:
      return EVP_sha1();
  }
}

}  // namespace

std::string hash_of_file(const std::string& path, Hash hash) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  HEARTH_CHECK_AS(FileError, file, "[", path, "] cannot be opened: ", std::strerror(errno));
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                   &EVP_MD_CTX_free);
  HEARTH_CHECK(context && EVP_DigestInit_ex(context.get(), digest_of(hash), nullptr),
               "[hub] OpenSSL does not offer ", kNames[static_cast<size_t>(hash)]);
  if (hash == Hash::GitBlob) {
    std::error_code error;
    const std::string head = "blob " + std::to_string(std::filesystem::file_size(path, error));
    HEARTH_CHECK_AS(FileError, !error, "[", path, "] cannot be read: ", error.message());
    EVP_DigestUpdate(context.get(), head.c_str(), head.size() + 1);
  }
  std::vector<char> part(1 << 16);
  while (const size_t n = std::fread(part.data(), 1, part.size(), file.get()))
    EVP_DigestUpdate(context.get(), part.data(), n);
  HEARTH_CHECK_AS(FileError, !std::ferror(file.get()), "[", path,
                  "] cannot be read: ", std::strerror(errno));
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_DigestFinal_ex(context.get(), digest, &size);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", digest[i]);
    hex += two;
  }
  return hex;
}

#else

std::string hash_of_file(const std::string& path, Hash) {
  throw NotImplementedError(cat_str("[", path,
                                    "] this build computes no checksums; install OpenSSL "
                                    "(Debian: libssl-dev) and build again"));
}

#endif

}  // namespace hearth::hub
