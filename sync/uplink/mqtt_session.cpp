#include "sync/uplink/mqtt_session.h"

#include <mqtt/async_client.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <deque>
#include <set>

#include "agent/core/check.h"
#include "agent/core/limits.h"
#include "sync/tls/context.h"
#include "sync/uplink/bell_queue.h"
#include "sync/uplink/encoding.h"
#include "sync/uplink/message.h"
#include "sync/uplink/mqtt_refusal.h"
#include "sync/uplink/place.h"
#include "sync/uplink/secret.h"

namespace vitalgate::sync {
namespace {

using config::DestinationSettings;
using config::Transport;

constexpr std::size_t kPacketOverhead = 512;  // topic, properties and header of a publish
constexpr std::size_t kNotesMax = 2 * limits::kEventQueueLength;
constexpr auto kStep = std::chrono::milliseconds(200);

std::string uri_of(const DestinationSettings& settings, Route route) {
  const std::string place = to_text(hub_place(settings, route));
  if (route.transport == Transport::mqtt) return "ssl://" + place;
  return "wss://" + place + settings.websocket_path;
}

// "name:password@host:port": Paho's own form.
std::string proxy_of(const DestinationSettings& settings) {
  std::string text;
  if (settings.proxy_username)
    text.append(percent_encoded(*settings.proxy_username))
        .append(":")
        .append(percent_encoded(secret_in(settings.proxy_password)))
        .append("@");
  return text.append(to_text(proxy_place(settings)));
}

// A batch key fits a pointer: no memory to own for what is in flight.
static_assert(sizeof(void*) == 8, "batch keys travel as Paho's user context");
constexpr int kNumberBits = 40, kGenerationBits = 12;
void* context_of(BatchKey key) {
  static_assert(limits::kSequenceMax < std::uintptr_t{1} << kNumberBits);
  static_assert(kGenerationMax < 1 << kGenerationBits);
  return reinterpret_cast<void*>(std::uintptr_t{static_cast<std::uint8_t>(key.lane)}
                                     << (kNumberBits + kGenerationBits) |
                                 std::uintptr_t{key.generation} << kNumberBits | key.number);
}
BatchKey key_of(void* context) {
  const auto bits = reinterpret_cast<std::uintptr_t>(context);
  return {static_cast<Lane>(bits >> (kNumberBits + kGenerationBits)),
          bits & ((std::uintptr_t{1} << kNumberBits) - 1),
          static_cast<Generation>(bits >> kNumberBits & kGenerationMax)};
}

LinkDown refused_login(const std::string& why) {
  return {LinkProblem::unauthorised, "the broker refuses this gateway: " + why,
          "check destination.username, password and client_id with the hub's operator"};
}

// A connection or subscription that failed. What the broker said is the reason code, the return
// code, or neither: Paho 1.3.12 is not of one mind.
LinkDown failure(const mqtt::exception& e, int version) {
  const int code = e.get_reason_code() > 0 ? e.get_reason_code() : e.get_return_code();
  switch (code) {
    case 1:  // up to 5: MQTT 3.1.1
    case mqtt::ReasonCode::UNSUPPORTED_PROTOCOL_VERSION:
      return {LinkProblem::unavailable,
              std::string("the broker does not speak MQTT ")
                  .append(version == MQTTVERSION_5 ? "5" : "3.1.1"),
              version == MQTTVERSION_5 ? "set destination.mqtt_version = 3"
                                       : "set destination.mqtt_version = 5"};
    case 2:
    case mqtt::ReasonCode::CLIENT_IDENTIFIER_NOT_VALID:
      return refused_login("client id not accepted");
    case 4:
    case mqtt::ReasonCode::BAD_USER_NAME_OR_PASSWORD:
      return refused_login("wrong user name or password");
    case 5:
    case mqtt::ReasonCode::NOT_AUTHORIZED:
      return refused_login("not authorised");
    case mqtt::ReasonCode::BANNED:
      return refused_login("banned");
    default:
      return {LinkProblem::unavailable, std::string("mqtt: ") + e.what(), ""};
  }
}

// What Paho's callbacks hand to the session's thread.
struct Lost {
  std::string cause;
};
struct Farewell {
  int code = 0;
};
struct Published {
  BatchKey key;
  int code = 0;  // of a refusal; 0: taken
};
struct Answered {
  std::string text;
};
using Note = std::variant<Lost, Farewell, Published, Answered>;

class MqttSession final : public Session, public mqtt::iaction_listener {
 public:
  MqttSession(const Dialling& dialling, Route route)
      : dialling_(dialling),
        route_(route),
        version_(dialling.settings.mqtt_version == 5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1),
        encoder_(encoding_of(dialling.settings.compression, route.transport)),
        notes_(kNotesMax, dialling.bell),
        client_(uri_of(dialling.settings, route), dialling.settings.client_id,
                mqtt::create_options(version_), nullptr) {}

  ~MqttSession() override;

  // Throws what Paho throws. False: called off, or too late.
  bool connect(const Patience& patience);

  [[nodiscard]] std::size_t window() const override { return window_; }
  [[nodiscard]] std::size_t bytes_max() const override { return bytes_max_; }
  [[nodiscard]] bool is_proven() const override { return true; }
  [[nodiscard]] std::size_t in_flight() const override { return in_flight_.size(); }
  [[nodiscard]] std::string name() const override {
    return std::string(version_ == MQTTVERSION_5 ? "mqtt 5" : "mqtt 3.1.1")
        .append(route_.transport == Transport::mqtt_websocket ? " over WebSocket" : "");
  }

  void publish(Outgoing outgoing, std::vector<Happening>& happened) override;
  void work(Clock::time_point until, std::vector<Happening>& happened) override;

 private:
  void prepare();
  bool wait(const mqtt::token_ptr& token, const Patience& patience) const;
  void read_broker_limits(const mqtt::properties& properties);
  // Gives Paho as many of those that wait as it may have.
  void feed(std::vector<Happening>& happened);
  void hand_over(const Outgoing& outgoing, std::vector<Happening>& happened);
  [[nodiscard]] mqtt::message_ptr message_of(const Outgoing& outgoing);

  // No room: what is lost is sent again after the answer timeout.
  void push(Note note) { static_cast<void>(notes_.try_push(std::move(note))); }
  void on_success(const mqtt::token& token) override {
    if (token.get_type() == mqtt::token::Type::PUBLISH)
      push(Published{key_of(token.get_user_context()), 0});
  }
  void on_failure(const mqtt::token& token) override {
    if (token.get_type() != mqtt::token::Type::PUBLISH) return;
    const int code = token.get_reason_code();
    if (code >= 0x80) push(Published{key_of(token.get_user_context()), code});
  }

  void tell(const Lost& lost, std::vector<Happening>& happened) const;
  void tell(const Farewell& farewell, std::vector<Happening>& happened) const;
  void tell(const Published& done, std::vector<Happening>& happened);
  static void tell(const Answered& answer, std::vector<Happening>& happened);

  [[nodiscard]] std::string place() const { return to_text(hub_place(dialling_.settings, route_)); }

  const Dialling& dialling_;
  const Route route_;
  const int version_;
  Encoder encoder_;
  std::string plain_, packed_;
  std::array<std::string, kLanes.size()> topics_;
  std::size_t window_ = 65535;
  std::size_t bytes_max_ = 256 * 1024 * 1024;
  std::set<BatchKey> in_flight_;
  // Paho 1.3.12 never frees what it was given and had not begun to write when a link breaks, so it
  // gets no more than the link has shown to carry: one batch, and one more for each that arrived.
  std::deque<Outgoing> waiting_;  // in flight too
  std::size_t allowed_ = 1;
  Clock::time_point heard_ = Clock::now();  // or began to listen for something
  BellQueue<Note> notes_;
  mqtt::async_client client_;
  mqtt::connect_options connect_options_;  // never copied by us: its copy would dangle
};

MqttSession::~MqttSession() {
  // Destroying a client with messages in flight leaks them; disconnecting first does not.
  try {
    if (client_.is_connected())
      client_.disconnect(limits::kDisconnectDeadline)->wait_for(limits::kDisconnectDeadline);
  } catch (const mqtt::exception&) {
    // Already gone: that is what was wanted.
  }
}

void MqttSession::prepare() {
  const DestinationSettings& settings = dialling_.settings;
  mqtt::ssl_options tls;
  tls.set_trust_store(settings.ca.string());
  if (settings.certificate) tls.set_key_store(settings.certificate->string());
  if (settings.key) tls.set_private_key(settings.key->string());
  tls.set_enabled_cipher_suites(kTlsCiphers);
  tls.set_enable_server_cert_auth(true);
  tls.set_verify(true);  // Paho's default does not check the host name
  connect_options_.set_ssl(tls);
  connect_options_.set_mqtt_version(version_);
  if (version_ == MQTTVERSION_5)
    connect_options_.set_clean_start(true);
  else
    connect_options_.set_clean_session(true);
  connect_options_.set_keep_alive_interval(limits::kKeepAlive);
  connect_options_.set_connect_timeout(limits::kConnectDeadline);
  connect_options_.set_max_inflight(65535);
  connect_options_.set_automatic_reconnect(false);
  if (settings.username) connect_options_.set_user_name(*settings.username);
  if (settings.password) connect_options_.set_password(secret_in(settings.password));
  if (settings.proxy) connect_options_.set_https_proxy(proxy_of(settings));
  for (const Lane lane : kLanes)
    topics_.at(static_cast<std::size_t>(lane)) =
        "vitalgate/v1/" + dialling_.gateway + "/" + std::string(vitalgate::name(lane));
  client_.set_connection_lost_handler([this](const std::string& cause) { push(Lost{cause}); });
  client_.set_disconnected_handler([this](const mqtt::properties&, mqtt::ReasonCode code) {
    push(Farewell{static_cast<int>(code)});
  });
  client_.set_message_callback([this](const mqtt::const_message_ptr& message) {
    if (message) push(Answered{message->get_payload_str()});
  });
}

// In steps, so that a hung library is told from a slow peer.
bool MqttSession::wait(const mqtt::token_ptr& token, const Patience& patience) const {
  const auto deadline = Clock::now() + limits::kConnectDeadline;
  while (!patience.stop.stop_requested() && Clock::now() < deadline) {
    patience.alive();
    if (token->wait_for(kStep)) return true;
  }
  return false;
}

bool MqttSession::connect(const Patience& patience) {
  prepare();
  const auto connected = client_.connect(connect_options_);
  if (!wait(connected, patience)) return false;
  if (version_ == MQTTVERSION_5)
    read_broker_limits(connected->get_connect_response().get_properties());
  if (dialling_.settings.acknowledge != config::Acknowledge::hub) return true;
  return wait(client_.subscribe("vitalgate/v1/" + dialling_.gateway + "/ack", /*qos=*/1), patience);
}

void MqttSession::read_broker_limits(const mqtt::properties& properties) {
  if (properties.contains(mqtt::property::RECEIVE_MAXIMUM))
    window_ = std::max<std::size_t>(
        mqtt::get<std::uint16_t>(properties, mqtt::property::RECEIVE_MAXIMUM), 1);
  if (properties.contains(mqtt::property::MAXIMUM_PACKET_SIZE))
    bytes_max_ = mqtt::get<std::uint32_t>(properties, mqtt::property::MAXIMUM_PACKET_SIZE);
}

mqtt::message_ptr MqttSession::message_of(const Outgoing& outgoing) {
  const auto& topic = topics_.at(static_cast<std::size_t>(outgoing.body.info.key.lane));
  std::string event = std::move(plain_);
  write_event(outgoing.body, event);
  const std::string_view encoding = encoding_name(encoder_.encoding());
  if (!encoding.empty()) {
    std::string packed(encoder_.encode(event, packed_));
    plain_ = std::exchange(event, std::move(packed));  // its memory is used again
  }
  const auto message = mqtt::make_message(topic, std::move(event), /*qos=*/1, /*retained=*/false);
  if (version_ != MQTTVERSION_5) return message;
  mqtt::properties properties;
  properties.add({mqtt::property::CONTENT_TYPE, std::string(kEventContentType)});
  properties.add({mqtt::property::USER_PROPERTY, "attempt", std::to_string(outgoing.attempt)});
  if (!encoding.empty())
    properties.add({mqtt::property::USER_PROPERTY, "content-encoding", std::string(encoding)});
  message->set_properties(std::move(properties));
  return message;
}

void MqttSession::publish(Outgoing outgoing, std::vector<Happening>& happened) {
  const BatchKey key = outgoing.body.info.key;
  // Not acknowledged yet: it is on its way, and a second one could exceed the receive-maximum.
  if (in_flight_.contains(key)) return;
  if (in_flight_.empty()) heard_ = Clock::now();
  in_flight_.insert(key);
  waiting_.push_back(std::move(outgoing));
  feed(happened);
}

void MqttSession::feed(std::vector<Happening>& happened) {
  while (!waiting_.empty() && in_flight_.size() - waiting_.size() < allowed_) {
    const Outgoing next = std::move(waiting_.front());
    waiting_.pop_front();
    hand_over(next, happened);
  }
}

void MqttSession::hand_over(const Outgoing& outgoing, std::vector<Happening>& happened) {
  const BatchKey key = outgoing.body.info.key;
  const auto message = message_of(outgoing);
  const std::size_t size = message->get_payload().size();
  if (size + kPacketOverhead > bytes_max_) {
    in_flight_.erase(key);
    happened.emplace_back(TransportRefused{.key = key,
                                           .problem = BatchProblem::content,
                                           .what = "a batch of " + std::to_string(size) +
                                                   " bytes is larger than the broker takes (" +
                                                   std::to_string(bytes_max_) + ")",
                                           .hint = "lower upload.max_bytes"});
    return;
  }
  try {
    client_.publish(message, context_of(key), *this);
  } catch (const mqtt::exception& e) {
    happened.emplace_back(LinkDown{LinkProblem::unavailable,
                                   "the connection to " + place() + " was lost (" + e.what() + ")",
                                   "reconnecting by itself"});
    waiting_.clear();
  }
}

void MqttSession::work(Clock::time_point until, std::vector<Happening>& happened) {
  dialling_.bell.wait(until);
  dialling_.bell.hush();
  const auto notes = notes_.take();
  if (!notes.empty()) heard_ = Clock::now();
  for (const Note& note : notes) std::visit([&](const auto& what) { tell(what, happened); }, note);
  feed(happened);
  // Paho sends no ping while it has something to write: a peer that hangs is noticed here.
  if (!in_flight_.empty() && Clock::now() - heard_ >= limits::kSilenceMax)
    happened.emplace_back(LinkDown{LinkProblem::unavailable,
                                   place() + " is connected and does not answer",
                                   "the broker or the network hangs; reconnecting by itself"});
}

void MqttSession::tell(const Lost& lost, std::vector<Happening>& happened) const {
  happened.emplace_back(LinkDown{
      LinkProblem::unavailable,
      "the connection to " + place() + " was lost" +
          (lost.cause.empty() ? "" : " (" + lost.cause + ")"),
      "reconnecting by itself; if it keeps happening check the network, the broker, and that "
      "no other gateway has this destination.client_id"});
}

void MqttSession::tell(const Farewell& farewell, std::vector<Happening>& happened) const {
  happened.emplace_back(mqtt_farewell(place(), farewell.code));
}

void MqttSession::tell(const Published& done, std::vector<Happening>& happened) {
  in_flight_.erase(done.key);
  allowed_ = std::min(allowed_ + 1, window_);
  if (done.code == 0)
    happened.emplace_back(TransportTook{done.key});
  else
    happened.emplace_back(mqtt_refusal(done.key, done.code));
}

void MqttSession::tell(const Answered& answer, std::vector<Happening>& happened) {
  auto parsed = parse_hub_answer(answer.text);
  if (parsed)
    happened.emplace_back(*std::move(parsed));
  else
    happened.emplace_back(parsed.error());
}

}  // namespace

Dialled dial_mqtt(const Dialling& dialling, Route route, const Patience& patience) {
  const int version = dialling.settings.mqtt_version == 5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1;
  try {
    auto session = std::make_unique<MqttSession>(dialling, route);
    if (session->connect(patience)) return Dialled(std::move(session));
    return LinkDown{LinkProblem::unavailable, "no answer from the broker in time", ""};
  } catch (const mqtt::exception& e) {
    return failure(e, version);
  }
}

void forget_environment_proxies() {
  ::unsetenv("http_proxy");
  ::unsetenv("https_proxy");
}

}  // namespace vitalgate::sync
