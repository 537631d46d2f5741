#include "agent/control_client.h"

#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "agent/core/limits.h"
#include "agent/core/text.h"

namespace vitalgate {
namespace {

using Json = nlohmann::json;

// Exit codes of the command line (docs/cli.md).
constexpr int kFailure = 1, kUsage = 2, kUnreachable = 6, kForbidden = 7;

std::string filter_of(const Json& request, const char* key) {
  const auto found = request.find(key);
  if (found == request.end() || !found->is_string()) return {};
  const auto& text = found->get_ref<const std::string&>();
  return text.empty() || is_valid_id(text) ? text : std::string("?");  // matches nothing
}

bool matches(std::string_view row, std::string_view member, std::string_view value) {
  return value.empty() || row.find(std::string("\"").append(member).append("\":\"").append(value) +
                                   "\"") != std::string_view::npos;
}

bool is_member(uid_t uid, gid_t primary, const char* group_name) {
  std::array<char, 4096> memory{};
  group entry{};
  group* found = nullptr;
  if (getgrnam_r(group_name, &entry, memory.data(), memory.size(), &found) != 0 || !found)
    return false;
  const gid_t wanted = found->gr_gid;
  if (primary == wanted) return true;
  passwd user{};
  passwd* known = nullptr;
  if (getpwuid_r(uid, &user, memory.data(), memory.size(), &known) != 0 || !known) return false;
  std::vector<gid_t> groups(64);
  int count = static_cast<int>(groups.size());
  if (getgrouplist(known->pw_name, known->pw_gid, groups.data(), &count) < 0) return false;
  groups.resize(static_cast<std::size_t>(count));
  for (const gid_t gid : groups)
    if (gid == wanted) return true;
  return false;
}

}  // namespace

Peer peer_of(int fd) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return {};
  const bool may_change =
      peer.uid == 0 || peer.uid == ::geteuid() || is_member(peer.uid, peer.gid, "vitalgate-admin");
  return {.may_look = may_change || is_member(peer.uid, peer.gid, "vitalgate"),
          .may_change = may_change,
          .uid = peer.uid};
}

ControlClient::ControlClient(int fd, Peer peer, Clock::time_point now)
    : fd_(fd), peer_(peer), active_(now) {}

ControlClient::ControlClient(ControlClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      peer_(other.peer_),
      closing_(other.closing_),
      broken_(other.broken_),
      tailing_(other.tailing_),
      in_(std::move(other.in_)),
      out_(std::move(other.out_)),
      device_(std::move(other.device_)),
      metric_(std::move(other.metric_)),
      job_(std::move(other.job_)),
      active_(other.active_) {}

ControlClient& ControlClient::operator=(ControlClient&& other) noexcept {
  if (this == &other) return *this;
  std::destroy_at(this);
  return *std::construct_at(this, std::move(other));
}

ControlClient::~ControlClient() {
  if (fd_ >= 0) ::close(fd_);
  if (job_) job_->abandon();
}

bool ControlClient::is_open(Clock::time_point now) const {
  if (broken_ || out_.size() > limits::kControlReplyBytesMax) return false;
  if (closing_ && out_.empty()) return false;
  if ((tailing_ || job_) && out_.empty()) return true;
  return now - active_ < (job_ ? limits::kCommandReaderDeadline : limits::kControlDeadline);
}

void ControlClient::on_readable(const Desk& desk, Clock::time_point now) {
  std::array<char, 4096> bytes{};
  const ssize_t count = ::recv(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) broken_ = true;
  if (count <= 0 || closing_ || job_) return;
  active_ = now;
  in_.append(bytes.data(), static_cast<std::size_t>(count));
  const auto line = in_.find('\n');
  if (line != std::string::npos) {
    answer(std::string_view(in_).substr(0, line), desk);
    in_.clear();
  } else if (in_.size() > limits::kControlRequestBytesMax) {
    reply_error(kUsage, "the request is too long", "");
  }
}

void ControlClient::answer(std::string_view request, const Desk& desk) {
  if (!peer_.may_look)
    return reply_error(kForbidden, "you may not look at this gateway",
                       "sudo usermod -aG vitalgate $USER, then log in again");
  const Json json = request.size() > limits::kControlRequestBytesMax
                        ? Json(Json::value_t::discarded)
                        : Json::parse(request, nullptr, /*allow_exceptions=*/false);
  const auto verb = json.is_object() ? json.find("verb") : json.end();
  if (!json.is_object() || verb == json.end() || !verb->is_string())
    return reply_error(kUsage, "the request is not {\"verb\": ...}", "");
  if (*verb == "status") {
    const auto status = desk.board.latest();
    if (!status) return reply_error(kUnreachable, "the agent is still starting", "try again");
    out_.append("{\"ok\":true,\"body\":").append(to_json(*status, Clock::now(), wall_now()));
    out_.append("}\n");
    closing_ = true;
  } else if (*verb == "tail") {
    device_ = filter_of(json, "device");
    metric_ = filter_of(json, "metric");
    tailing_ = true;
    out_.append("{\"ok\":true}\n");
  } else if (is_buffer_command(verb->get_ref<const std::string&>())) {
    begin_command(json, desk);
  } else {
    reply_error(kUsage, "unknown verb", "the command line and the agent differ in version");
  }
}

void ControlClient::begin_command(const Json& request, const Desk& desk) {
  if (!peer_.may_change)
    return reply_error(
        kForbidden, "this is for the group vitalgate-admin, the user of vitalgated and root",
        "run it with sudo, or sudo usermod -aG vitalgate-admin $USER and log in again");
  auto command = command_from(request);
  if (!command) return reply_error(kUsage, command.error().what, command.error().hint);
  command->asked_by = peer_.uid;
  job_ = std::make_shared<Mailbox>(desk.wake);
  if (desk.submit({*std::move(command), job_})) return;
  job_.reset();
  reply_error(kFailure, "vitalgated is busy", "try again");
}

void ControlClient::collect(Clock::time_point now) {
  if (!job_ || !out_.empty()) return;
  out_ = job_->take();
  if (!out_.empty()) active_ = now;
  if (job_->has_ended()) closing_ = true;
}

void ControlClient::reply_error(int code, std::string_view what, std::string_view hint) {
  const Json reply{{"ok", false}, {"code", code}, {"what", what}, {"hint", hint}};
  out_.append(reply.dump()).append("\n");
  closing_ = true;
}

void ControlClient::on_writable(Clock::time_point now) {
  const ssize_t count = ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (count < 0 && errno != EAGAIN && errno != EINTR) broken_ = true;
  if (count <= 0) return;
  active_ = now;
  out_.erase(0, static_cast<std::size_t>(count));
}

void ControlClient::send_rows(const Tail::Rows& rows) {
  if (!tailing_) return;
  if (out_.empty()) active_ = Clock::now();  // the deadline is for what is not taken from now on
  if (rows.missed > 0)
    out_.append("{\"missed\":").append(std::to_string(rows.missed)).append("}\n");
  for (const std::string& row : rows.rows)
    if (matches(row, "device_id", device_) && matches(row, "metric", metric_))
      out_.append(row).append("\n");
}

}  // namespace vitalgate
