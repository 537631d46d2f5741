#include "sync/uplink/resolve.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>

#include <array>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace vitalgate::sync {
namespace {

constexpr std::size_t kAddressesMax = 8;

struct Question {
  std::mutex mutex;
  std::condition_variable answered;
  std::optional<int> code;  // getaddrinfo's
  std::vector<std::string> addresses;
};

bool is_address(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

std::vector<std::string> to_texts(const addrinfo* list) {
  std::vector<std::string> texts;
  for (const addrinfo* at = list; at != nullptr && texts.size() < kAddressesMax; at = at->ai_next) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* address =
        at->ai_family == AF_INET6
            ? static_cast<const void*>(&reinterpret_cast<sockaddr_in6*>(at->ai_addr)->sin6_addr)
            : &reinterpret_cast<sockaddr_in*>(at->ai_addr)->sin_addr;
    if (inet_ntop(at->ai_family, address, text.data(), text.size()) != nullptr)
      texts.emplace_back(text.data());
  }
  return texts;
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
    auto addresses = to_texts(found);
    if (found != nullptr) freeaddrinfo(found);
    const std::scoped_lock lock(question->mutex);
    question->addresses = std::move(addresses);
    question->code = code;
    question->answered.notify_all();
  }).detach();
  return question;
}

}  // namespace

Result<std::vector<std::string>> resolve(const std::string& host,
                                         std::chrono::milliseconds deadline) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<Question>> hanging;
  if (is_address(host)) return std::vector<std::string>();

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
  auto addresses = question->addresses;
  lock.unlock();
  {
    const std::scoped_lock forget(mutex);
    if (hanging[host] == question) hanging.erase(host);
  }
  if (code == 0) return addresses;
  return Error{Errc::unavailable, "cannot resolve " + host + ": " + gai_strerror(code),
               "check destination.host, then the DNS server: resolvectl query " + host};
}

}  // namespace vitalgate::sync
