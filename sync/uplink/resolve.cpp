#include "sync/uplink/resolve.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>

#include <condition_variable>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace vitalgate::sync {
namespace {

using Addresses = std::vector<SocketAddress>;

struct Question {
  std::mutex mutex;
  std::condition_variable answered;
  std::optional<int> code;  // getaddrinfo's
  Addresses addresses;      // of port 0
};

SocketAddress address_of(const addrinfo& entry) {
  SocketAddress address;
  address.size = entry.ai_addrlen;
  std::memcpy(&address.bytes, entry.ai_addr, entry.ai_addrlen);
  return address;
}

int look_up(const std::string& host, int flags, Addresses& addresses) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next)
    addresses.push_back(address_of(*at));
  if (found != nullptr) freeaddrinfo(found);
  return code;
}

// The one thread that is not made by the runtime: nothing can end a getaddrinfo() that hangs, so
// it is left behind with what it shares, at most one for each host.
std::shared_ptr<Question> ask(const std::string& host) {
  auto question = std::make_shared<Question>();
  std::thread([question, host] {
    pthread_setname_np(pthread_self(), "resolve");
    Addresses addresses;
    const int code = look_up(host, 0, addresses);
    const std::scoped_lock lock(question->mutex);
    question->code = code;
    question->addresses = std::move(addresses);
    question->answered.notify_all();
  }).detach();
  return question;
}

Result<Addresses> addresses_of(const std::string& host, std::chrono::milliseconds deadline) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<Question>> hanging;
  // An address in figures, with its zone if it has one: nobody is asked.
  if (Addresses found; look_up(host, AI_NUMERICHOST, found) == 0 && !found.empty()) return found;

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
  Addresses found = question->addresses;
  lock.unlock();
  {
    const std::scoped_lock forget(mutex);
    hanging.erase(host);
  }
  if (code == 0 && !found.empty()) return found;
  return Error{Errc::unavailable, "cannot resolve " + host + ": " + gai_strerror(code),
               "check destination.host, then the DNS server: resolvectl query " + host};
}

}  // namespace

Result<> resolve(const std::string& host, std::chrono::milliseconds deadline) {
  VG_TRY(addresses_of(host, deadline));
  return {};
}

Result<std::vector<SocketAddress>> find_addresses(const std::string& host, std::uint16_t port,
                                                  std::chrono::milliseconds deadline) {
  Addresses found = VG_TRY(addresses_of(host, deadline));
  for (SocketAddress& address : found) {
    // Both families have their port in the same place; htons() as the kernel wants it.
    auto& plain = reinterpret_cast<sockaddr_in&>(address.bytes);
    plain.sin_port = htons(port);
  }
  return found;
}

}  // namespace vitalgate::sync
