#include "sync/uplink/https_session.h"

#include <algorithm>
#include <deque>

#include "agent/core/check.h"
#include "agent/core/limits.h"
#include "sync/uplink/encoding.h"
#include "sync/uplink/https_answer.h"
#include "sync/uplink/https_handle.h"
#include "sync/uplink/message.h"

namespace vitalgate::sync {
namespace {

constexpr std::size_t kBytesMax = 256 * 1024 * 1024;  // the hub says 413 when it takes less
constexpr auto kStep = std::chrono::milliseconds(200);

struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
using Multi = std::unique_ptr<CURLM, FreeMulti>;

// One request under way, with everything it needs until it is done.
struct Slot {
  Slot(const Dialling& dialling, Route route, const std::vector<std::string>& addresses)
      : handle(dialling.settings, route, addresses) {}

  HttpsHandle handle;
  bool is_busy = false;
  BatchKey key;
  bool is_second_try = false;
  std::string body, answer;
  bool is_cut = false;  // the answer
  CurlList headers;
};

std::size_t take_answer(const char* data, std::size_t, std::size_t size, void* slot_of) {
  Slot& slot = *static_cast<Slot*>(slot_of);
  if (slot.answer.size() + size > limits::kHttpsAnswerBytesMax) {
    slot.is_cut = true;
    return 0;  // ends the transfer
  }
  slot.answer.append(data, size);
  return size;
}

std::string_view header(CURL* easy, const char* name) {
  curl_header* found = nullptr;
  if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK) return {};
  return found->value;
}

std::string url_of(const config::DestinationSettings& settings, Route route) {
  return "https://" + to_text(hub_place(settings, route)) + settings.https_path + "/v1/batches";
}

// Of a connection that had been used before: the other side may have closed it meanwhile.
bool is_worn_out(CURL* easy, CURLcode code) {
  long made = 0;
  curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &made);
  return made == 0 &&
         (code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR || code == CURLE_GOT_NOTHING);
}

class HttpsSession final : public Session {
 public:
  HttpsSession(const Dialling& dialling, Route route, const std::vector<std::string>& addresses)
      : dialling_(dialling),
        multi_(curl_multi_init()),
        encoder_(encoding_of(dialling.settings.compression, config::Transport::https)) {
    VG_CHECK(multi_ != nullptr);
    const std::size_t count =
        std::min<std::size_t>(dialling.settings.window, limits::kHttpsConnectionsMax);
    curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(count));
    const std::string url = url_of(dialling.settings, route);
    for (std::size_t i = 0; i < count; ++i) {
      slots_.push_back(std::make_unique<Slot>(dialling, route, addresses));
      prepare(*slots_.back(), url);
    }
  }

  ~HttpsSession() override {
    for (const auto& slot : slots_)
      if (slot->is_busy) curl_multi_remove_handle(multi_.get(), slot->handle.get());
  }

  [[nodiscard]] std::size_t window() const override { return slots_.size(); }
  [[nodiscard]] std::size_t bytes_max() const override { return kBytesMax; }
  [[nodiscard]] std::string name() const override { return "https"; }
  [[nodiscard]] bool is_proven() const override { return is_proven_; }
  [[nodiscard]] std::size_t in_flight() const override { return busy_ + waiting_.size(); }

  void publish(Outgoing outgoing, std::vector<Happening>&) override {
    const BatchKey key = outgoing.body.info.key;
    for (const auto& slot : slots_)
      if (slot->is_busy && slot->key == key) {
        // It was not answered in time: the connection is not to be trusted any more.
        stop(*slot);
        return begin(*slot, outgoing, /*fresh=*/true);
      }
    for (const auto& slot : slots_)
      if (!slot->is_busy) return begin(*slot, outgoing, /*fresh=*/false);
    waiting_.push_back(std::move(outgoing));
  }

  void work(Clock::time_point until, std::vector<Happening>& happened) override {
    advance(happened);
    if (!happened.empty()) return;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    curl_waitfd bell{dialling_.bell.fd(), CURL_WAIT_POLLIN, 0};
    VG_CHECK(curl_multi_poll(multi_.get(), &bell, 1, static_cast<int>(std::max<long>(left, 0)),
                             nullptr) == CURLM_OK);
    if (bell.revents != 0) dialling_.bell.hush();
    advance(happened);
  }

 private:
  static void prepare(Slot& slot, const std::string& url) {
    CURL* const easy = slot.handle.get();
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "vitalgate");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &slot);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, &slot);
  }

  void begin(Slot& slot, const Outgoing& outgoing, bool fresh) {
    slot.key = outgoing.body.info.key;
    slot.is_second_try = fresh;
    write_event(outgoing.body, event_);
    slot.body.assign(encoder_.encode(event_, packed_));
    slot.headers.clear();
    slot.headers.append(std::string("Content-Type: ").append(kEventContentType));
    if (const auto encoding = encoding_name(encoder_.encoding()); !encoding.empty())
      slot.headers.append(std::string("Content-Encoding: ").append(encoding));
    if (const auto id = event_id_of(outgoing.body.head); !id.empty())
      slot.headers.append(std::string("Idempotency-Key: \"").append(id).append("\""));
    slot.headers.append("Vitalgate-Attempt: " + std::to_string(outgoing.attempt));
    slot.headers.append("Accept: application/json, application/problem+json");
    slot.headers.append("Expect:");  // 100-continue costs a second where it is not known
    CURL* const easy = slot.handle.get();
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, slot.headers.get());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(slot.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, slot.body.data());
    start(slot, fresh);
  }

  void start(Slot& slot, bool fresh) {
    slot.answer.clear();
    slot.is_cut = false;
    slot.is_busy = true;
    ++busy_;
    curl_easy_setopt(slot.handle.get(), CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L);
    VG_CHECK(curl_multi_add_handle(multi_.get(), slot.handle.get()) == CURLM_OK);
  }

  void stop(Slot& slot) {
    curl_multi_remove_handle(multi_.get(), slot.handle.get());
    slot.is_busy = false;
    --busy_;
  }

  void advance(std::vector<Happening>& happened) {
    int running = 0;
    VG_CHECK(curl_multi_perform(multi_.get(), &running) == CURLM_OK);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;  // gone with the handle
      Slot* slot = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &slot);
      finish(*slot, code, happened);
    }
    while (!waiting_.empty() && busy_ < slots_.size()) {
      Outgoing next = std::move(waiting_.front());
      waiting_.pop_front();
      publish(std::move(next), happened);
    }
  }

  void finish(Slot& slot, CURLcode code, std::vector<Happening>& happened) {
    stop(slot);
    if (code == CURLE_OK || slot.is_cut || code == CURLE_FILESIZE_EXCEEDED) {
      slot.is_cut = slot.is_cut || code == CURLE_FILESIZE_EXCEEDED;
      return tell(slot, happened);
    }
    if (!slot.is_second_try && is_worn_out(slot.handle.get(), code)) {
      slot.is_second_try = true;
      return start(slot, /*fresh=*/true);
    }
    happened.emplace_back(slot.handle.failure(code));
  }

  void tell(const Slot& slot, std::vector<Happening>& happened) {
    CURL* const easy = slot.handle.get();
    HttpResponse response;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &response.status);
    response.content_type = header(easy, "Content-Type");
    response.retry_after = header(easy, "Retry-After");
    response.date = header(easy, "Date");
    response.body = slot.answer;
    response.is_cut = slot.is_cut;
    auto meaning = meaning_of(response, dialling_.settings.acknowledge, wall_now());
    if (auto* refused = std::get_if<TransportRefused>(&meaning)) {
      refused->key = slot.key;
      happened.emplace_back(std::move(*refused));
      return;
    }
    is_proven_ = true;
    auto& took = std::get<HttpsTook>(meaning);
    happened.emplace_back(TransportTook{slot.key});
    if (took.answer) happened.emplace_back(*std::move(took.answer));
    if (took.unreadable) happened.emplace_back(*std::move(took.unreadable));
  }

  const Dialling& dialling_;
  const Multi multi_;  // after its handles: see the destructor
  Encoder encoder_;
  std::string event_, packed_;  // while a request begins; it keeps no more than its own body
  std::vector<std::unique_ptr<Slot>> slots_;
  std::size_t busy_ = 0;
  std::deque<Outgoing> waiting_;  // beyond what fits: delivery counts otherwise
  bool is_proven_ = false;
};

}  // namespace

std::optional<LinkDown> try_tls(const config::DestinationSettings& settings, Route route,
                                const std::vector<std::string>& addresses,
                                std::chrono::milliseconds deadline, const Patience& patience) {
  HttpsHandle handle(settings, route, addresses);
  const Multi multi(curl_multi_init());
  VG_CHECK(multi != nullptr);
  const std::string url = "https://" + to_text(hub_place(settings, route)) + "/";
  curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(deadline.count()));
  VG_CHECK(curl_multi_add_handle(multi.get(), handle.get()) == CURLM_OK);
  CURLcode code = CURLE_ABORTED_BY_CALLBACK;
  for (int running = 1; running > 0 && !patience.stop.stop_requested();) {
    patience.alive();
    if (curl_multi_perform(multi.get(), &running) != CURLM_OK) break;
    int left = 0;
    if (const CURLMsg* message = curl_multi_info_read(multi.get(), &left))
      code = message->data.result;
    else if (curl_multi_poll(multi.get(), nullptr, 0, static_cast<int>(kStep.count()), nullptr) !=
             CURLM_OK)
      break;
  }
  std::optional<LinkDown> failure;
  if (code != CURLE_OK) failure = handle.failure(code);
  curl_multi_remove_handle(multi.get(), handle.get());
  return failure;
}

Dialled dial_https(const Dialling& dialling, Route route, const std::vector<std::string>& addresses,
                   const Patience& patience) {
  if (auto failure =
          try_tls(dialling.settings, route, addresses, limits::kConnectDeadline, patience))
    return *std::move(failure);
  return Dialled(std::make_unique<HttpsSession>(dialling, route, addresses));
}

}  // namespace vitalgate::sync
