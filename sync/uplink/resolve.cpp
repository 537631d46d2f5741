#include "sync/uplink/resolve.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace vitalgate::sync {
namespace {

struct Question {
  std::mutex mutex;
  std::condition_variable answered;
  std::optional<int> code;  // getaddrinfo's
};

bool is_address(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

// The one thread that is not made by the runtime: nothing can end a getaddrinfo() that hangs, so
// it is left behind with what it shares, at most one for each host.
std::shared_ptr<Question> ask(const std::string& host) {
  auto question = std::make_shared<Question>();
  std::thread([question, host] {
    pthread_setname_np(pthread_self(), "resolve");
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int code = getaddrinfo(host.c_str(), nullptr, &hints, &found);
    if (found != nullptr) freeaddrinfo(found);
    const std::scoped_lock lock(question->mutex);
    question->code = code;
    question->answered.notify_all();
  }).detach();
  return question;
}

}  // namespace

Result<> resolve(const std::string& host, std::chrono::milliseconds deadline) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<Question>> hanging;
  if (is_address(host)) return {};

  std::shared_ptr<Question> question;
  {
    const std::scoped_lock lock(mutex);
    auto& open = hanging[host];
    if (!open) open = ask(host);
    question = open;
  }
  std::unique_lock lock(question->mutex);
  if (!question->answered.wait_for(lock, deadline, [&] { return question->code.has_value(); }))
    return Error{Errc::unavailable, "no answer from the name server for " + host,
                 "check the network cable and the DNS server: resolvectl query " + host};
  const int code = *question->code;
  lock.unlock();
  {
    const std::scoped_lock forget(mutex);
    hanging.erase(host);
  }
  if (code == 0) return {};
  return Error{Errc::unavailable, "cannot resolve " + host + ": " + gai_strerror(code),
               "check destination.host, then the DNS server: resolvectl query " + host};
}

}  // namespace vitalgate::sync
