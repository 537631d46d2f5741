#include "sync/buffer/keyring.h"

#include <algorithm>
#include <utility>

#include "sync/buffer/keyring_state.h"

namespace vitalgate::sync {

Keyring::Keyring(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Keyring::Keyring(Keyring&&) noexcept = default;
Keyring& Keyring::operator=(Keyring&&) noexcept = default;
Keyring::~Keyring() = default;

Result<bool> Keyring::is_there(Disk& disk, const std::filesystem::path& directory) {
  return KeyCopies::is_there(disk, directory);
}

KeyNumber Keyring::current() const { return impl_->newest(); }

Result<Sealer*> Keyring::sealer(KeyNumber number) {
  const auto found = impl_->keys.find(number);
  if (found == impl_->keys.end() || number == kTagKey)
    return Error{
        Errc::corrupt, std::string("there is no data key ").append(std::to_string(number)), {}};
  Impl::Key& key = found->second;
  if (key.sealer == nullptr) key.sealer = std::make_unique<Sealer>(key.secret);
  return key.sealer.get();
}

Tagger& Keyring::tagger() { return *impl_->tagger; }

Result<KeyNumber> Keyring::rotate(std::int64_t created_ms) {
  Impl& ring = *impl_;
  if (ring.keys.size() >= kKeysMax)
    return Error{Errc::unavailable, "the buffer has as many data keys as it can keep",
                 "wait until older readings are delivered and removed: vitalgate buffer status"};
  const KeyNumber number = ring.newest() + 1;
  ring.add(number, created_ms, Secret::random());
  ring.wrap(number, ring.keys[number]);
  if (const Result<> saved = ring.save(); !saved) {
    ring.keys.erase(number);
    return saved.error();
  }
  return number;
}

Result<> Keyring::keep_only(const std::vector<KeyNumber>& used) {
  Impl& ring = *impl_;
  std::map<KeyNumber, Impl::Key> wiped;
  for (auto at = ring.keys.begin(); at != ring.keys.end();) {
    const KeyNumber number = at->first;
    const bool keep = number == kTagKey || number == ring.newest() ||
                      std::find(used.begin(), used.end(), number) != used.end();
    const auto here = at++;
    if (!keep) wiped.insert(ring.keys.extract(here));
  }
  if (wiped.empty()) return {};
  const Result<> saved = ring.save();
  // Half saved, the keys may still be in a file: then they are still in the ring.
  if (!saved) ring.keys.merge(wiped);
  return saved;
}

Result<std::vector<std::string>> Keyring::erase() {
  VG_TRY(impl_->copies.erase());
  std::vector<std::string> fingerprints;
  for (const auto& [number, key] : impl_->keys) fingerprints.push_back(fingerprint(key.secret));
  impl_->keys.clear();
  return fingerprints;
}

Keyring::Info Keyring::info() const {
  const Impl& ring = *impl_;
  Info out;
  out.current = ring.newest();
  out.data_keys = ring.keys.empty() ? 0 : ring.keys.size() - 1;
  if (!ring.keys.empty()) out.created_ms = ring.keys.rbegin()->second.created_ms;
  out.key_fingerprint = ring.key_fingerprint;
  if (ring.recovery) out.recovery_fingerprint = ring.recovery->fingerprint();
  out.software_key = ring.software_key;
  return out;
}

}  // namespace vitalgate::sync
