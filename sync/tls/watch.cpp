#include "sync/tls/watch.h"

#include <sys/stat.h>

#include "sync/tls/context.h"
#include "sync/tls/openssl.h"

namespace vitalgate::sync {
namespace {

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

TlsWatch::TlsWatch(TlsFiles files) : files_(std::move(files)), judged_(prints()), last_(judged_) {}

TlsWatch::Print TlsWatch::print_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino, status.st_size, nanoseconds(status.st_mtim),
          nanoseconds(status.st_ctim)};
}

// A key in a token has no file: nothing is seen of it, and nothing has to be.
TlsWatch::Prints TlsWatch::prints() const {
  return {print_of(files_.ca), files_.certificate ? print_of(*files_.certificate) : Print{},
          files_.key ? print_of(*files_.key) : Print{}};
}

Result<bool> TlsWatch::poll() {
  const Prints now = prints();
  const bool settled = now == last_;
  last_ = now;
  if (!settled || now == judged_) return false;
  judged_ = now;
  const OwnedContext context(SSL_CTX_new(TLS_client_method()));
  VG_CHECK(context != nullptr);
  VG_TRY(apply_policy(*context, files_));
  return true;
}

}  // namespace vitalgate::sync
