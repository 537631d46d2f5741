#include "sync/uplink/mqtt_session.h"

#include <mqtt/async_client.h>

#include <array>
#include <fstream>

#include "agent/core/limits.h"
#include "agent/core/text.h"
#include "sync/batch/envelope.h"
#include "sync/tls/context.h"

namespace vitalgate::sync {
namespace {

constexpr int kKeepAliveSeconds = 25;
constexpr std::size_t kPacketOverhead = 512;  // topic, properties and header of a publish

std::string uri_of(const config::DestinationSettings& settings) {
  const bool v6 = settings.host.find(':') != std::string::npos;
  return "ssl://" + (v6 ? "[" + settings.host + "]" : settings.host) + ":" +
         std::to_string(config::port_of(settings, config::Transport::mqtt));
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

// MQTT 5, section 3.4.2.1: why a publish was not taken.
std::string refusal_words(int code) {
  switch (code) {
    case mqtt::ReasonCode::NOT_AUTHORIZED:
      return "not authorised to publish";
    case mqtt::ReasonCode::TOPIC_NAME_INVALID:
      return "the topic is not accepted";
    case mqtt::ReasonCode::PACKET_TOO_LARGE:
      return "the batch is too large";
    case mqtt::ReasonCode::QUOTA_EXCEEDED:
      return "a quota of the broker is used up";
    case mqtt::ReasonCode::PAYLOAD_FORMAT_INVALID:
      return "the content is not accepted";
    default:
      return "mqtt reason " + std::to_string(code);
  }
}

Error failure(const mqtt::exception& e) {
  const int reason = e.get_reason_code();
  const bool refused = reason == mqtt::ReasonCode::BAD_USER_NAME_OR_PASSWORD ||
                       reason == mqtt::ReasonCode::NOT_AUTHORIZED ||
                       reason == mqtt::ReasonCode::CLIENT_IDENTIFIER_NOT_VALID ||
                       reason == mqtt::ReasonCode::BANNED;
  if (refused)
    return {Errc::rejected, "the broker refuses this gateway: " + e.get_reason_code_str(),
            "check destination.username, password and client_id with the hub's operator"};
  std::string what = e.get_reason_code_str();
  if (what.empty() || reason <= 0) what = e.what();
  return {Errc::unavailable, "mqtt: " + what, ""};
}

}  // namespace

struct MqttSession::Impl final : mqtt::iaction_listener {
  Impl(const MqttOptions& options_in, std::uint64_t generation_in, Inbox& inbox_in)
      : options(options_in),
        generation(generation_in),
        inbox(inbox_in),
        client(uri_of(options.settings), options.settings.client_id,
               mqtt::create_options(MQTTVERSION_5), nullptr) {}

  void prepare() {
    const config::DestinationSettings& settings = options.settings;
    mqtt::ssl_options tls;
    tls.set_trust_store(settings.ca.string());
    if (settings.certificate) tls.set_key_store(settings.certificate->string());
    if (settings.key) tls.set_private_key(settings.key->string());
    tls.set_enabled_cipher_suites(kTlsCiphers);
    tls.set_enable_server_cert_auth(true);
    tls.set_verify(true);  // Paho's default does not check the host name
    connect_options.set_ssl(tls);
    connect_options.set_mqtt_version(MQTTVERSION_5);
    connect_options.set_clean_start(true);
    connect_options.set_keep_alive_interval(kKeepAliveSeconds);
    connect_options.set_connect_timeout(limits::kConnectDeadline);
    connect_options.set_max_inflight(65535);
    connect_options.set_automatic_reconnect(false);
    if (settings.username) connect_options.set_user_name(*settings.username);
    if (settings.password) {
      std::ifstream file(*settings.password);
      std::string secret;
      std::getline(file, secret);
      connect_options.set_password(std::string(trim(secret)));
    }
    for (const Lane lane : kLanes)
      topics.at(static_cast<std::size_t>(lane)) =
          "vitalgate/v1/" + options.gateway + "/" + std::string(name(lane));
    client.set_connection_lost_handler([this](const std::string& cause) { lost(cause); });
    client.set_message_callback([this](const mqtt::const_message_ptr& message) {
      if (message) push(AnswerArrived{generation, message->get_payload_str()});
    });
  }

  // No room: an answer is lost, and its batch is sent again after the answer timeout.
  void push(Inbound inbound) { static_cast<void>(inbox.try_push(std::move(inbound))); }
  void lost(const std::string& cause) { push(LinkLost{generation, cause}); }

  void on_success(const mqtt::token& token) override {
    if (token.get_type() == mqtt::token::Type::PUBLISH)
      push(Published{generation, key_of(token.get_user_context()), {}});
  }

  void on_failure(const mqtt::token& token) override {
    if (token.get_type() != mqtt::token::Type::PUBLISH) return;
    const int code = token.get_reason_code();
    if (code >= 0x80)
      push(Published{generation, key_of(token.get_user_context()), refusal_words(code)});
  }

  // Waits for `token` in steps, so that a hung library is told from a slow peer. False on stop.
  bool wait(const mqtt::token_ptr& token, const std::stop_token& stop,
            const std::function<void()>& alive) const {
    const auto deadline = Clock::now() + limits::kConnectDeadline;
    while (!stop.stop_requested() && Clock::now() < deadline) {
      alive();
      if (token->wait_for(std::chrono::milliseconds(200))) return true;
    }
    return false;
  }

  void read_broker_limits(const mqtt::properties& properties) {
    if (properties.contains(mqtt::property::RECEIVE_MAXIMUM))
      window = mqtt::get<std::uint16_t>(properties, mqtt::property::RECEIVE_MAXIMUM);
    if (properties.contains(mqtt::property::MAXIMUM_PACKET_SIZE))
      bytes_max = mqtt::get<std::uint32_t>(properties, mqtt::property::MAXIMUM_PACKET_SIZE);
  }

  const MqttOptions& options;
  const std::uint64_t generation;
  Inbox& inbox;
  std::array<std::string, kLanes.size()> topics;
  std::size_t window = 65535;
  std::size_t bytes_max = 256 * 1024 * 1024;
  mqtt::async_client client;
  mqtt::connect_options connect_options;  // never copied: its copy would dangle
};

MqttSession::MqttSession(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<MqttSession>> MqttSession::connect(const MqttOptions& options,
                                                          std::uint64_t generation, Inbox& inbox,
                                                          const std::stop_token& stop,
                                                          const std::function<void()>& alive) {
  const Error gave_up{Errc::unavailable, "no answer from the broker in time",
                      "check that destination.port is the broker's MQTT port over TLS"};
  try {
    std::unique_ptr<MqttSession> session(
        new MqttSession(std::make_unique<Impl>(options, generation, inbox)));
    Impl& impl = *session->impl_;
    impl.prepare();
    const auto connected = impl.client.connect(impl.connect_options);
    if (!impl.wait(connected, stop, alive)) return gave_up;
    impl.read_broker_limits(connected->get_connect_response().get_properties());
    const auto subscribed =
        impl.client.subscribe("vitalgate/v1/" + options.gateway + "/ack", /*qos=*/1);
    if (!impl.wait(subscribed, stop, alive)) return gave_up;
    return session;
  } catch (const mqtt::exception& e) {
    return failure(e);
  }
}

MqttSession::~MqttSession() {
  // Destroying a client with messages in flight leaks them; disconnecting first does not.
  try {
    if (impl_->client.is_connected())
      impl_->client.disconnect(limits::kDisconnectDeadline)->wait_for(limits::kDisconnectDeadline);
  } catch (const mqtt::exception&) {
    // Already gone: that is what was wanted.
  }
}

std::size_t MqttSession::window() const { return impl_->window; }
std::size_t MqttSession::bytes_max() const { return impl_->bytes_max; }

Result<> MqttSession::publish(const Outgoing& outgoing) {
  const BatchBody& body = outgoing.body;
  std::string payload = body.head;
  payload.reserve(body.head.size() + body.info.bytes + kEnvelopeTail.size());
  for (std::size_t i = 0; i < body.segments.size(); ++i) {
    if (i > 0) payload.push_back(',');
    payload.append(body.segments[i]);
  }
  payload.append(kEnvelopeTail);
  if (payload.size() + kPacketOverhead > impl_->bytes_max)
    return Error{Errc::rejected,
                 "a batch of " + std::to_string(payload.size()) +
                     " bytes is larger than the broker takes (" + std::to_string(impl_->bytes_max) +
                     ")",
                 "lower upload.max_bytes"};
  try {
    mqtt::properties properties;
    properties.add({mqtt::property::CONTENT_TYPE, "application/cloudevents+json"});
    properties.add({mqtt::property::USER_PROPERTY, "attempt", std::to_string(outgoing.attempt)});
    const auto message =
        mqtt::make_message(impl_->topics.at(static_cast<std::size_t>(body.info.key.lane)),
                           std::move(payload), /*qos=*/1, /*retained=*/false);
    message->set_properties(std::move(properties));
    impl_->client.publish(message, context_of(body.info.key), *impl_);
  } catch (const mqtt::exception& e) {
    return failure(e);
  }
  return {};
}

}  // namespace vitalgate::sync
