// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/datasets/download.h"

#ifdef HEARTH_WITH_OPENSSL
#include <openssl/evp.h>

namespace hearth::datasets {

std::string md5_of_file(const std::string& path) {
  std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "rbe"), std::fclose);
  HEARTH_CHECK_AS(FileError, file, "[", path, "] cannot be opened: ", std::strerror(errno));
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  HEARTH_CHECK(context && EVP_DigestInit_ex(context.get(), EVP_md5(), nullptr) == 1,
               "[md5] OpenSSL refuses MD5; allow it in its configuration");
  std::vector<unsigned char> buffer(1 << 18);
  while (const size_t n = std::fread(buffer.data(), 1, buffer.size(), file.get()))
    EVP_DigestUpdate(context.get(), buffer.data(), n);
  HEARTH_CHECK_AS(FileError, !std::ferror(file.get()), "[", path,
                  "] cannot be read: ", std::strerror(errno));
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_DigestFinal_ex(context.get(), digest, &size);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    hex += "0123456789abcdef"[digest[i] >> 4];
    hex += "0123456789abcdef"[digest[i] & 15];
  }
  return hex;
}

}  // namespace hearth::datasets

#else

namespace hearth::datasets {
std::string md5_of_file(const std::string& path) {
  throw NotImplementedError(cat_str("[", path, "] cannot be checked, this build has no OpenSSL; ",
                                    "install it (Debian: libssl-dev) and build again"));
}
}  // namespace hearth::datasets

#endif
