// MllpClient: one connection that a device made, with the answers that it waits for.
//
// Answers leave in the order of its messages, each once its ticket is durable. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "agent/core/clock.h"
#include "firmware-bridge/feed/mllp.h"
#include "firmware-bridge/feed/socket.h"

namespace vitalgate::bridge {

class MllpClient {
 public:
  struct Heard {
    MllpMessage message;
    Stamp received;
  };

  explicit MllpClient(Socket socket) : socket_(std::move(socket)), heard_at_(Clock::now()) {}

  [[nodiscard]] int fd() const { return socket_.fd(); }
  // For poll(): POLLIN, POLLOUT; 0 when neither is wanted now.
  [[nodiscard]] short events() const;

  // One read. False: the connection is broken.
  bool receive();
  // The next message, unless so many answers are owed that it must wait.
  [[nodiscard]] bool has_next() const { return !heard_.empty() && listens(); }
  std::optional<Heard> next();
  // `answer` is framed; it is due when everything up to `ticket` is durable.
  void owe(std::uint64_t ticket, std::string answer) {
    owed_.push_back({ticket, std::move(answer)});
  }
  // What is due and what the line takes. False: the connection is broken.
  bool send(std::uint64_t durable);

  // The other side has ended, and nothing is left to take or to answer.
  [[nodiscard]] bool is_over() const {
    return ended_ && heard_.empty() && owed_.empty() && out_.empty();
  }
  [[nodiscard]] bool owes() const { return !owed_.empty() || !heard_.empty(); }
  [[nodiscard]] Clock::time_point heard_at() const { return heard_at_; }
  // A message that was broken off by the end of the connection is a bad frame.
  [[nodiscard]] SourceCounts counts(bool closing) const;

 private:
  [[nodiscard]] bool listens() const;

  struct Owed {
    std::uint64_t ticket;
    std::string answer;
  };

  Socket socket_;
  Clock::time_point heard_at_;  // last bytes
  bool ended_ = false;          // the other side sends no more
  MllpFramer framer_;
  std::deque<Heard> heard_;  // not taken yet: one read at most
  std::deque<Owed> owed_;
  std::string out_;  // due, and not taken by the line yet
};

}  // namespace vitalgate::bridge
